import { isMailTemplate, mailText } from '../../config/texts.js';
import type { QueuedMail } from '../ledger/port.js';
import type { OutgoingMail } from './port.js';

/** What the moment of sending adds to a queued mail. */
export interface Addressee {
  /** Name of the recipient. */
  recipient: string;
  /** Name of the staff member whom the mail is about. */
  person?: string;
  link: string;
}

/** Subject and body in Japanese, then English, as text and as the same text in HTML; undefined when the catalogue has no such template. */
export function renderMail(mail: QueuedMail, addressee: Addressee): Pick<OutgoingMail, 'subject' | 'text' | 'html'> | undefined {
  const { template, params, receiptNumber } = mail;
  if (!isMailTemplate(template)) return undefined;
  const words = { ...params, ...(receiptNumber && { receiptNumber }), ...addressee };
  const [japanese, english] = [mailText('ja', template, words), mailText('en', template, words)];
  const inEnglish = `${english.subject}\n\n${english.text}`;
  return {
    subject: japanese.subject,
    text: `${japanese.text}\n\n${'-'.repeat(40)}\n\n${inEnglish}\n`,
    html: `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><title>${escapeHtml(japanese.subject)}</title></head>
<body><div lang="ja">${asHtml(japanese.text, addressee.link)}</div><hr><div lang="en">${asHtml(inEnglish, addressee.link)}</div></body></html>
`,
  };
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Text that may stand anywhere in HTML, quoted attributes included. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

/** Paragraphs and line breaks as in the text; the one link is ours, nothing else becomes one. */
function asHtml(text: string, link: string): string {
  const address = escapeHtml(link);
  const paragraphs = escapeHtml(text)
    .split('\n\n')
    .map((lines) => `<p>${lines.replaceAll('\n', '<br>')}</p>`);
  return paragraphs.join('\n').replaceAll(address, () => `<a href="${address}">${address}</a>`);
}
