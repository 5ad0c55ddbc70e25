import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { escapeHtml, type Language, say } from '../../config/texts.js';

/** HTML that may be sent as it is: everything that was put into it has been escaped. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | false | undefined | readonly Part[];

/** The template with its parts escaped, unless they are HTML already; what is absent or false leaves nothing. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.map((text, index) => text + (index < parts.length ? markup(parts[index]) : '')).join(''));

function markup(part: Part): string {
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(markup).join('');
  return part === undefined || part === false ? '' : escapeHtml(`${part}`);
}

const style = `body { max-width: 48rem; margin: 0 auto; padding: 1rem; font-family: sans-serif; line-height: 1.6 }
dt, label, legend { font-weight: bold } label, textarea, input[type=text] { display: block } textarea, input[type=text] { width: 100%; box-sizing: border-box }
.lines { white-space: pre-wrap } .choice { display: inline-block; font-weight: normal; margin-right: 1rem } fieldset, form { margin: 1rem 0 } [role=alert] { border-left: .4rem solid #b00; padding-left: 1rem }`;

/** No script at all; nothing from elsewhere; forms go home. The forms' own origin must reach us, so that a foreign one is known (RFC 6454). */
const headersFor = (styles: string) => ({
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(styles).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'no-store',
});

interface Page {
  heading: string;
  body: Html;
  /** What its style has beside that of all pages. */
  more?: string;
}

/** One page in the reader's language, and the headers that it goes out with. */
export function pageOf(language: Language, { heading, body, more = '' }: Page) {
  const styles = `${style}${more}`;
  const page = html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${heading} - ${say(language, 'page', 'title')}</title><style>${new Html(styles)}</style></head>
<body><main><h1>${heading}</h1>
${body}
</main></body></html>
`;
  return { markup: page.markup, headers: { ...headersFor(styles), 'Content-Language': language } };
}

/** Sends the page, which is kept nowhere. */
export function sendPage(response: Response, language: Language, page: Page): void {
  const { markup, headers } = pageOf(language, page);
  response.set(headers).vary('Accept').vary('Accept-Language').type('html').send(markup);
}
