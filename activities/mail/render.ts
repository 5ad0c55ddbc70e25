import { escapeHtml, isMailTemplate, mailText } from '../../config/texts.js';
import type { LinkPlace } from '../../workflows/shared/procedures.js';
import type { QueuedMail } from '../ledger/port.js';
import type { OutgoingMail } from './port.js';

/** What the moment of sending adds to a queued mail. */
export interface Addressee {
  /** Name of the recipient. */
  recipient: string;
  /** Name of the staff member whom the mail is about. */
  person?: string;
  linkTo: LinkTo;
}

/** Where a person sees what the mail is about. */
export type LinkTo = (place: LinkPlace) => string;

/** Subject and body in Japanese, then English, as text and as the same text in HTML; undefined when the catalogue has no such template. */
export function renderMail(mail: QueuedMail, addressee: Addressee): Pick<OutgoingMail, 'subject' | 'text' | 'html'> | undefined {
  const { template, params, receiptNumber } = mail;
  if (!isMailTemplate(template)) return undefined;
  const { linkTo, ...names } = addressee;
  const { answer } = params;
  const link = linkTo({ ...mail, ...(typeof answer === 'string' && { answer }) });
  const items = Array.isArray(params.items) ? params.items.map((item) => ({ ...item, link: linkTo(item) })) : [];
  const links = [link, ...items.map((item) => item.link)];
  const words = { ...params, ...(items.length && { items }), ...(receiptNumber && { receiptNumber }), ...names, link };
  const [japanese, english] = [mailText('ja', template, words), mailText('en', template, words)];
  const inEnglish = `${english.subject}\n\n${english.text}`;
  return {
    subject: japanese.subject,
    text: `${japanese.text}\n\n${'-'.repeat(40)}\n\n${inEnglish}\n`,
    html: `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><title>${escapeHtml(japanese.subject)}</title></head>
<body><div lang="ja">${asHtml(japanese.text, links)}</div><hr><div lang="en">${asHtml(inEnglish, links)}</div></body></html>
`,
  };
}

/** Paragraphs and line breaks as in the text; only our own links become some. */
function asHtml(text: string, links: readonly string[]): string {
  const paragraphs = text.split('\n\n').map(
    (lines) =>
      `<p>${lines
        .split('\n')
        .map((line) => asLine(line, links))
        .join('<br>')}</p>`,
  );
  return paragraphs.join('\n');
}

/** A link ends its line. */
function asLine(line: string, links: readonly string[]): string {
  const link = links.find((one) => line.endsWith(one));
  if (link === undefined) return escapeHtml(line);
  const address = escapeHtml(link);
  return `${escapeHtml(line.slice(0, -link.length))}<a href="${address}">${address}</a>`;
}
