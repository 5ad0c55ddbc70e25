/** One mail as it goes out. Personal data: lives in the moment of sending only, never in a log, id or history. */
export interface OutgoingMail {
  /** RFC 5322 Message-ID without angle brackets, the same for ever for one logical mail. */
  messageId: string;
  to: { name: string; address: string };
  /** `Date:`, an instant in ISO 8601: when the mail was queued, not when it was sent. */
  date: string;
  subject: string;
  text: string;
  html: string;
  /** An RFC 5545 file beside the text, and its method (RFC 5546): another entry, or the end of one. */
  calendar?: { method: 'PUBLISH' | 'CANCEL'; content: string };
}

/**
 * What the server made of one mail. `refused`: for good (5xx), with its enhanced status code (RFC 3463) or else the reply code. `deferred`: asked for again
 * later, this mail only (4xx). `uncertain`: the line broke after the final dot, so that the server may have taken it. What a server that has taken a mail finds out later comes back to
 * the mailbox of `MAIL_FROM`, which people read.
 */
export type Delivery = { how: 'sent' } | { how: 'refused' | 'deferred'; status: string } | { how: 'uncertain' };

/** The municipality's mail server. One session sends many; adapters live beside this file. */
export interface MailPort {
  /**
   * Sends the mails one after the other over one SMTP session and reports each as soon as its fate is known.
   * Throws `MailAway` when the server cannot be reached, ends the session, or wants no mail now: what was not reported is still to be sent.
   */
  send(
    mails: readonly OutgoingMail[],
    report: (messageId: string, delivery: Delivery) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void>;
}

/** No mail can be sent at the moment. `status`: the server's code, or the system's (`ECONNREFUSED`, …); never an address or a reply's words. */
export class MailAway extends Error {
  override readonly name = 'MailAway';
  constructor(readonly status: string) {
    super(`no mail can be sent now: ${status}`);
  }
}
