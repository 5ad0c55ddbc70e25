import PostalMime from 'postal-mime';
import { afterEach, describe, expect, test } from 'vitest';
import { type Delivery, MailAway, type OutgoingMail } from '../../activities/mail/port.js';
import { createSmtpMail, type SmtpOptions } from '../../activities/mail/smtp.js';
import { certificate, type Script, type ScriptedSmtp, startScriptedSmtp } from './scripted-smtp.js';

const servers: ScriptedSmtp[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(...given: Parameters<typeof startScriptedSmtp>): Promise<ScriptedSmtp> {
  const server = await startScriptedSmtp(...given);
  servers.push(server);
  return server;
}

const mailTo = (name: string, more: Partial<OutgoingMail> = {}): OutgoingMail => ({
  messageId: `${name}.1@example.jp`,
  to: { name: '小山 花子', address: `${name}@example.jp` },
  date: '2026-11-21T00:00:00.000Z',
  subject: '端末機等借用願の承認',
  text: '端末機等借用願が承認されました。\n.\n',
  html: '<p>端末機等借用願が承認されました。</p>',
  ...more,
});
const [first, second, third] = [mailTo('first'), mailTo('second'), mailTo('third')] as const;

/** What was reported of each mail, and how sending ended. */
async function send(server: { url: string }, mails: readonly OutgoingMail[], options: Partial<SmtpOptions> = {}, signal?: AbortSignal) {
  const fates: Record<string, Delivery> = {};
  const adapter = createSmtpMail({
    url: server.url,
    from: 'テレワーク事務局 <telework@example.jp>',
    connectMs: 1_000,
    silenceMs: 1_000,
    ...options,
  });
  const report = async (messageId: string, delivery: Delivery) => {
    fates[messageId.split('.')[0] ?? ''] = delivery;
  };
  const failure: unknown = await adapter.send(mails, report, signal).then(
    () => undefined,
    (thrown) => thrown,
  );
  return { fates, failure };
}

const once = (moment: keyof Script, reply: string): Script => ({ [moment]: (times: number) => (times === 1 ? reply : undefined) });

describe('one session', () => {
  test.each([true, false])('carries all mails, in order (pipelining: %s)', async (pipelining) => {
    const server = await serve({}, { pipelining });
    const { fates, failure } = await send(server, [first, second, third]);
    expect(failure).toBeUndefined();
    expect(fates).toEqual({ first: { how: 'sent' }, second: { how: 'sent' }, third: { how: 'sent' } });
    expect(server.accepted.map(({ from, to }) => [from, to])).toEqual(
      ['first', 'second', 'third'].map((name) => ['MAIL FROM:<telework@example.jp>', `RCPT TO:<${name}@example.jp>`]),
    );
    expect(server.sessions()).toBe(1);
  });

  test('a fate is reported before the next mail leaves', async () => {
    const server = await serve();
    const seen: number[] = [];
    await createSmtpMail({ url: server.url, from: 'telework@example.jp' }).send([first, second], async () => {
      seen.push(server.accepted.length);
    });
    expect(seen).toEqual([1, 2]);
  });

  test('a report that fails ends the session, and the rest is not sent', async () => {
    const server = await serve();
    const sent = createSmtpMail({ url: server.url, from: 'telework@example.jp' }).send([first, second], async () => {
      throw new Error('ledger away');
    });
    await expect(sent).rejects.toThrow('ledger away');
    expect(server.accepted).toHaveLength(1);
  });
});

describe('what a mail looks like on the line', () => {
  test('Japanese as text and HTML, its own Message-ID and date, and nobody answers it automatically', async () => {
    const server = await serve();
    await send(server, [first]);
    const raw = server.accepted[0]?.message ?? '';
    const mail = await PostalMime.parse(Buffer.from(raw, 'latin1'));
    expect(mail).toMatchObject({
      messageId: '<first.1@example.jp>',
      subject: '端末機等借用願の承認',
      from: { name: 'テレワーク事務局', address: 'telework@example.jp' },
      to: [{ name: '小山 花子', address: 'first@example.jp' }],
      date: '2026-11-21T00:00:00.000Z',
    });
    expect(mail.text).toBe('端末機等借用願が承認されました。\n.\n');
    expect(mail.html).toContain('<p>端末機等借用願が承認されました。</p>');
    const headers = new Map(mail.headers.map(({ key, value }) => [key, value]));
    expect(headers.get('auto-submitted')).toBe('auto-generated');
    expect(headers.has('x-mailer')).toBe(false);
    expect(raw).not.toMatch(/[^\r]\n|[\x80-\xff]/);
  });

  test('sent again it is the same mail, byte for byte', async () => {
    const server = await serve();
    await send(server, [first]);
    await send(server, [first]);
    expect(server.accepted[1]?.message).toBe(server.accepted[0]?.message);
  });

  test('a calendar file goes with it', async () => {
    const server = await serve();
    await send(server, [{ ...first, calendar: { method: 'PUBLISH', content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' } }]);
    expect(server.accepted[0]?.message).toContain('text/calendar');
  });

  test.each([
    'a\r\nBcc: evil@example.com',
    'a\nBcc: evil@example.com',
    'a\rBcc: evil@example.com',
    'a\u2028Bcc: evil@example.com',
    'x" <evil@example.com>, "',
    'a\0b',
  ])('no name or subject makes a header or a recipient: %j', async (hostile) => {
    const server = await serve();
    const { fates } = await send(server, [{ ...first, to: { ...first.to, name: hostile }, subject: hostile }]);
    expect(fates.first).toEqual({ how: 'sent' });
    const mail = await PostalMime.parse(Buffer.from(server.accepted[0]?.message ?? '', 'latin1'));
    expect(mail.bcc ?? []).toEqual([]);
    expect(mail.to?.map(({ address }) => address)).toEqual(['first@example.jp']);
    expect(mail.headers.map(({ key }) => key)).not.toContain('bcc');
    expect(server.accepted[0]?.to).toBe('RCPT TO:<first@example.jp>');
  });

  test.each([
    'first@example.jp>\r\nRCPT TO:<evil@example.com',
    'first@example.jp\r\nDATA',
    'a@example.jp,evil@example.com',
    '"a b"@example.jp',
    'a@[127.0.0.1]',
    'a@b@example.jp',
    'nobody',
    '',
    `${'a'.repeat(65)}@example.jp`,
  ])('an address that is none is refused without asking the server: %j', async (address) => {
    const server = await serve();
    const { fates } = await send(server, [{ ...first, to: { name: 'x', address } }, second]);
    expect(fates).toEqual({ first: { how: 'refused', status: '5.1.3' }, second: { how: 'sent' } });
    expect(server.accepted).toHaveLength(1);
  });

  test('the sender must be one address', () => {
    for (const from of ['a@example.jp, b@example.jp', 'nobody', 'a@example.jp\r\nBcc: b@example.jp', '部: a@example.jp, b@example.jp;'])
      expect(() => createSmtpMail({ url: 'smtp://127.0.0.1:1', from })).toThrow('MAIL_FROM');
  });
});

describe.each([true, false])('the server says no (pipelining: %s)', (pipelining) => {
  test.each<[keyof Script, string, Delivery]>([
    ['RCPT', '550 5.1.1 <first@example.jp> no such user', { how: 'refused', status: '5.1.1' }],
    ['RCPT', '550 no such user', { how: 'refused', status: '550' }],
    ['RCPT', '452 4.2.2 mailbox full', { how: 'deferred', status: '4.2.2' }],
    ['RCPT', '450-4.7.1 greylisted\r\n450 4.7.1 come back later', { how: 'deferred', status: '4.7.1' }],
    ['DATA', '554 5.7.1 not this one', { how: 'refused', status: '5.7.1' }],
    ['dot', '554 5.7.1 looks like spam', { how: 'refused', status: '5.7.1' }],
    ['dot', '451 4.3.0 try again', { how: 'deferred', status: '4.3.0' }],
  ])('to one mail, at %s (%s): the others go on in the same session', async (moment, reply, expected) => {
    const server = await serve(once(moment, reply), { pipelining });
    const { fates, failure } = await send(server, [first, second]);
    expect(failure).toBeUndefined();
    expect(fates).toEqual({ first: expected, second: { how: 'sent' } });
    expect(server.sessions()).toBe(1);
  });

  test.each<[keyof Script, string, string]>([
    ['greeting', '554 5.3.2 no service', '5.3.2'],
    ['greeting', '421 4.3.2 closing', '4.3.2'],
    ['MAIL', '550 5.7.1 sender not allowed', '5.7.1'],
    ['MAIL', '452 4.3.1 disk full', '4.3.1'],
    ['MAIL', '530 5.7.0 log in first', '5.7.0'],
    ['RCPT', '421 4.7.0 too many', '4.7.0'],
    ['dot', '421 4.3.0 closing', '4.3.0'],
    ['DATA', '503 5.5.1 bad sequence', '5.5.1'],
  ])('to everybody, at %s (%s): nothing is lost by it', async (moment, reply, status) => {
    const server = await serve(once(moment, reply), { pipelining });
    const { fates, failure } = await send(server, [first, second]);
    expect(fates).toEqual({});
    expect(failure).toBeInstanceOf(MailAway);
    expect((failure as MailAway).status).toBe(status);
  });
});

describe.each([true, false])('the line breaks (pipelining: %s)', (pipelining) => {
  test.each<keyof Script>(['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA'])('before the final dot, at %s: nothing is sent', async (moment) => {
    const server = await serve(once(moment, 'cut'), { pipelining });
    const { fates, failure } = await send(server, [first, second]);
    expect(fates).toEqual({});
    expect(failure).toBeInstanceOf(MailAway);
    expect(server.arrived).toEqual([]);
  });

  test('amid the message: nothing is sent', async () => {
    const server = await serve({ body: () => 'cut' }, { pipelining });
    const { fates, failure } = await send(server, [{ ...first, text: 'あ'.repeat(4_000_000) }, second]);
    expect(fates).toEqual({});
    expect(failure).toBeInstanceOf(MailAway);
  });

  test.each(['cut', 'silence'])('after the final dot (%s): it may have been taken, the next one is still to be sent', async (how) => {
    const server = await serve(once('dot', how), { pipelining });
    const { fates, failure } = await send(server, [first, second, third]);
    expect(fates).toEqual({ first: { how: 'uncertain' } });
    expect(failure).toBeInstanceOf(MailAway);
    expect(server.arrived).toHaveLength(1);
  });

  test('between two mails: what was taken is reported', async () => {
    const server = await serve({ MAIL: (times) => (times === 2 ? 'cut' : undefined) }, { pipelining });
    const { fates, failure } = await send(server, [first, second]);
    expect(fates).toEqual({ first: { how: 'sent' } });
    expect(failure).toBeInstanceOf(MailAway);
  });
});

test('a server that is not there, or says nothing, is away; the failure names no address', async () => {
  const gone = await serve();
  await gone.close();
  const refused = await send(gone, [first]);
  expect(refused.failure).toBeInstanceOf(MailAway);
  expect((refused.failure as MailAway).status).toBe('ECONNREFUSED');
  const silent = await serve({ greeting: () => 'silence' });
  const waited = await send(silent, [first], { connectMs: 100 });
  expect(waited.failure).toBeInstanceOf(MailAway);
  const rejected = await send(await serve(once('MAIL', '550 5.7.1 <telework@example.jp> is not welcome, nor first@example.jp')), [first]);
  for (const { failure } of [refused, waited, rejected]) expect(`${failure} ${JSON.stringify(failure)}`).not.toMatch(/@|127\.0\.0\.1/);
});

test('an abort ends it at once, with its reason', async () => {
  const server = await serve({ dot: () => 'silence' });
  const abort = new AbortController();
  const sending = send(server, [first], { silenceMs: 60_000 }, abort.signal);
  await expect.poll(() => server.arrived.length).toBe(1);
  abort.abort(new Error('the worker stops'));
  expect(await sending).toMatchObject({ fates: {}, failure: { message: 'the worker stops' } });
  expect((await send(server, [first], {}, abort.signal)).failure).toMatchObject({ message: 'the worker stops' });
});

describe('TLS', () => {
  test('is used where the server offers it', async () => {
    const server = await serve({}, { starttls: true });
    expect(await send(server, [first], { ca: certificate })).toEqual({ fates: { first: { how: 'sent' } }, failure: undefined });
  });

  test.each<[string, Script]>([
    ['a certificate that nobody vouches for', {}],
    ['a refusal', { STARTTLS: () => '454 4.7.0 not now' }],
    ['a cut', { STARTTLS: () => 'cut' }],
  ])('is not gone without after %s', async (_what, script) => {
    const server = await serve(script, { starttls: true });
    const { fates, failure } = await send(server, [first]);
    expect(fates).toEqual({});
    expect(failure).toBeInstanceOf(MailAway);
    expect(server.arrived).toEqual([]);
  });
});

describe('login', () => {
  const withLogin = ({ url }: ScriptedSmtp, host = '127.0.0.1') => ({
    url: url.replace('//', '//tele%40work:p%3Aw@').replace('127.0.0.1', host),
  });

  test('user and password of the address are used', async () => {
    let credentials = '';
    const server = await serve({ AUTH: (_times, line) => void (credentials = line) }, { auth: true });
    expect((await send(withLogin(server), [first])).fates).toEqual({ first: { how: 'sent' } });
    expect(Buffer.from(credentials.split(' ')[2] ?? '', 'base64').toString()).toBe('\0tele@work\0p:w');
  });

  test('a wrong password keeps the mail and does not show', async () => {
    const { fates, failure } = await send(withLogin(await serve({ AUTH: () => '535 5.7.8 wrong' }, { auth: true })), [first]);
    expect(fates).toEqual({});
    expect(failure).toBeInstanceOf(MailAway);
    expect(`${failure} ${JSON.stringify(failure)}`).not.toContain('p:w');
  });
});
