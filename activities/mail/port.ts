/** One mail as it goes out. Personal data: lives in the moment of sending only, never in a log, id or history. */
export interface OutgoingMail {
  /** RFC 5322 Message-ID without angle brackets, the same for ever for one logical mail. */
  messageId: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  /** An RFC 5545 file beside the text. */
  calendar?: string;
}

/** What became of one mail: taken by the server; refused for good by it (5xx, with the enhanced status code); or unknown because the line broke after the final dot. */
export type Delivery = { how: 'sent' } | { how: 'refused'; status: string } | { how: 'uncertain' };

/** The municipality's mail server. One session sends many; adapters live beside this file. */
export interface MailPort {
  /**
   * Sends the mails one after the other over one SMTP session and reports each as soon as its fate is known.
   * Throws `MailAway` when the server cannot be reached or defers (4xx): what was not reported is still to be sent.
   */
  send(mails: readonly OutgoingMail[], report: (messageId: string, delivery: Delivery) => Promise<void>, signal?: AbortSignal): Promise<void>;
}

/** The mail server did not answer or asked to come again later. Carries no address. */
export class MailAway extends Error {
  override readonly name = 'MailAway';
}
