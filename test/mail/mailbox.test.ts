import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { OutgoingMail } from '../../activities/mail/port.js';
import { createSmtpMail } from '../../activities/mail/smtp.js';
import { type ReceivedMail, startMailbox } from '../../embedded/mailbox.js';

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'telework-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const mail: OutgoingMail = {
  messageId: '1@example.jp',
  to: { name: '小山 花子', address: 'hanako@example.jp' },
  date: '2026-11-21T08:15:00.000Z',
  subject: '端末機の準備完了 <script>alert(1)</script>',
  text: '受取期限：令和8年11月21日(土)\n"><img src=x onerror=alert(2)>',
  html: '<script>alert(3)</script>',
};
const send = (smtpPort: number, ...mails: OutgoingMail[]) =>
  createSmtpMail({ url: `smtp://127.0.0.1:${smtpPort}`, from: 'テレワーク事務局 <telework@example.jp>' }).send(mails, async (_, { how }) =>
    expect(how).toBe('sent'),
  );
const read = async (httpPort: number, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${httpPort}${path}`);
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};
const listed = async (httpPort: number, query = ''): Promise<readonly ReceivedMail[]> =>
  JSON.parse((await read(httpPort, `/mails.json${query}`)).body).mails;

async function open(folder: string) {
  const mailbox = await startMailbox({ folder });
  onTestFinished(() => mailbox.close());
  return mailbox;
}

test('what was accepted is on the page, newest first, and for programs by recipient; also after a restart', async () => {
  const folder = await freshFolder();
  const first = await open(folder);
  await send(first.smtpPort, mail, { ...mail, messageId: '2@example.jp', to: { name: '', address: 'taro@example.jp' } });
  await first.close();
  await writeFile(join(folder, 'mails', '000000003.part'), 'half a mail');

  const { smtpPort, httpPort } = await open(folder);
  await send(smtpPort, mail);
  expect((await listed(httpPort)).map(({ id, messageId }) => [id, messageId])).toEqual([
    [3, '1@example.jp'], // Sent twice, shown twice.
    [2, '2@example.jp'],
    [1, '1@example.jp'],
  ]);
  expect(await listed(httpPort, '?to=taro@example.jp')).toEqual([
    {
      id: 2,
      messageId: '2@example.jp',
      from: 'テレワーク事務局 <telework@example.jp>',
      to: ['taro@example.jp'],
      subject: mail.subject,
      date: mail.date,
      text: expect.stringContaining('受取期限：令和8年11月21日(土)'),
    },
  ]);
  expect((await readdir(join(folder, 'mails'))).sort()).toEqual(['000000001.eml', '000000002.eml', '000000003.eml']);
  const { body } = await read(httpPort, '/');
  expect(body.match(/href="\/mails\/\d+"/g)).toEqual(['href="/mails/3"', 'href="/mails/2"', 'href="/mails/1"']);
  expect(body).toContain('令和8年11月21日(土) 17:15');
});

test('no page runs what a mail holds', async () => {
  const { smtpPort, httpPort } = await open(await freshFolder());
  await send(smtpPort, mail);
  for (const path of ['/', '/mails/1', '/?to="><script>', '/mails/9', '/nothing']) {
    const { body, headers } = await read(httpPort, path);
    expect(body).not.toMatch(/<script|<img/i);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
  expect((await read(httpPort, '/mails/1')).body).toContain('&lt;img src=x onerror=alert(2)&gt;');
  for (const path of ['/mails/9', '/mails/1x', '/mails/../../etc', '/nothing']) expect((await read(httpPort, path)).status).toBe(404);
});

test('a page elsewhere that gives its name this address reads nothing', async () => {
  const { httpPort } = await open(await freshFolder());
  const status = (headers: Record<string, string>, method = 'GET') =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ port: httpPort, host: '127.0.0.1', path: '/mails.json', method, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  expect(await status({ host: `evil.example.com:${httpPort}` })).toBe(403);
  expect(await status({ host: `localhost:${httpPort}` })).toBe(200);
  expect(await status({ host: `localhost:${httpPort}` }, 'POST')).toBe(405);
});

test('the process says where it is, outlives a kill with all it accepted, and ends with its standard input', async () => {
  const folder = await freshFolder();
  const launch = async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('../../embedded/mailbox-main.ts', import.meta.url))], {
      env: { ...process.env, TOWN_DIR: folder, SMTP_PORT: '0', HTTP_PORT: '0' },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const errors = text(child.stderr);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(JSON.parse(line)).toEqual({ ready: true, ports: { smtp: expect.any(Number), http: expect.any(Number) } });
    return { child, errors, ports: JSON.parse(line).ports as { smtp: number; http: number } };
  };
  const first = await launch();
  await send(first.ports.smtp, mail);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');

  const second = await launch();
  expect(await listed(second.ports.http)).toHaveLength(1);
  second.child.stdin.end();
  expect((await once(second.child, 'exit'))[0]).toBe(0);
  expect(await second.errors).toBe('');
});
