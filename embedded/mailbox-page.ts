import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dateInWords, escapeHtml } from '../config/texts.js';
import type { MailStore, ReceivedMail } from './mailbox.js';

/** Mails of one page of the list and of one answer of `/mails.json`. */
const longestList = 500;

const style = `body{font:16px/1.7 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1c}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #d8d8db}
a{color:#0017c1}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;background:#f8f8fb;padding:1rem}`;
const headers = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/**
 * The page on which a town's mail is read, on loopback, without scripts. `/`: newest first, `?to=` those of one address · `/mails/{id}`: one mail, its text part ·
 * `/mails.json?to=`: the same for programs (`{ mails: ReceivedMail[] }`, newest first, at most 500).
 */
export async function serveMailPage(store: MailStore, port: number): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    // A page elsewhere could give its own name this address, and then read the mail as its own (DNS rebinding).
    if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? ''))
      return answer(response, 403, page('表示できません', ''));
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, page('この操作はできません', ''));
    const url = new URL(request.url ?? '/', 'http://localhost');
    const to = url.searchParams.get('to')?.trim() || undefined;
    if (url.pathname === '/') return answer(response, 200, listPage(store.list(to), to));
    if (url.pathname === '/mails.json')
      return answer(response, 200, JSON.stringify({ mails: store.list(to).slice(0, longestList) }), 'application/json');
    const mail = store.find(Number(/^\/mails\/(\d{1,15})$/.exec(url.pathname)?.[1]));
    return mail ? answer(response, 200, mailPage(mail)) : answer(response, 404, page('見つかりません', '<p><a href="/">一覧へ</a></p>'));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/html'): void {
  response.writeHead(status, { ...headers, 'content-type': `${type}; charset=utf-8` }).end(body);
}

function listPage(mails: readonly ReceivedMail[], to: string | undefined): string {
  const rows = mails
    .slice(0, longestList)
    .map(
      ({ id, to: recipients, subject, date }) =>
        `<tr><td>${escapeHtml(when(date))}</td><td>${escapeHtml(recipients.join('、'))}</td><td><a href="/mails/${id}">${escapeHtml(subject || '（件名なし）')}</a></td></tr>`,
    );
  const count = mails.length > longestList ? `${mails.length}件のうち新しい${longestList}件` : `${mails.length}件`;
  return page(
    'メール一覧',
    `<form><label>宛先 <input type="email" name="to" value="${escapeHtml(to ?? '')}"></label> <button>絞り込む</button>${to ? ' <a href="/">全て表示</a>' : ''}</form>
<p>${count}</p>
<table><thead><tr><th scope="col">日時</th><th scope="col">宛先</th><th scope="col">件名</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`,
  );
}

function mailPage({ subject, from, to, date, messageId, text }: ReceivedMail): string {
  const facts = { 差出人: from, 宛先: to.join('、'), 日時: when(date), 'Message-ID': messageId };
  const rows = Object.entries(facts).map(([name, value]) => `<tr><th scope="row">${name}</th><td>${escapeHtml(value)}</td></tr>`);
  return page(subject || '（件名なし）', `<p><a href="/">一覧へ</a></p><table>${rows.join('\n')}</table><pre>${escapeHtml(text)}</pre>`);
}

const page = (title: string, body: string): string => `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><h1>${escapeHtml(title)}</h1>${body}</body></html>
`;

/** 令和8年11月21日(土) 17:15, in Tokyo. */
function when(date: string): string {
  const instant = Date.parse(date);
  if (Number.isNaN(instant)) return '';
  const tokyo = new Date(instant + 9 * 3_600_000).toISOString();
  return `${dateInWords(tokyo.slice(0, 10), 'ja')} ${tokyo.slice(11, 16)}`;
}
