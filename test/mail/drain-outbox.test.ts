import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import PostalMime from 'postal-mime';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Actor } from '../../activities/directory/acting.js';
import { type Capacity, DirectoryAway, type StaffMember } from '../../activities/directory/port.js';
import type { MailOrder } from '../../activities/ledger/port.js';
import { createMailActivities, type MailDependencies } from '../../activities/mail/activities.js';
import { createSmtpMail } from '../../activities/mail/smtp.js';
import { entry, town } from '../ledger/town.js';
import { type Script, startScriptedSmtp } from './scripted-smtp.js';

const person = (staffNumber: string, name: string, mail: string | undefined = `${staffNumber.toLowerCase()}@example.jp`): StaffMember => ({
  staffNumber,
  name,
  ...(mail && { mail }),
  departments: ['tax'],
  disabled: false,
});
const [hanako, taro, jiro] = [person('S4021', '小山 花子'), person('S4100', '間々田 太郎'), person('S4200', '思川 次郎')] as const;

/** A ledger on PostgreSQL, a mail server that follows a script, and who holds which capacity at the moment. */
async function office(script: Script = {}) {
  const { ledger, sql, clock } = await town();
  const smtp = await startScriptedSmtp(script, { pipelining: true });
  const holders = new Map<Capacity, readonly StaffMember[]>([
    ['staff:S4021', [hanako]],
    ['head:tax', [taro]],
    ['it', [taro, jiro]],
  ]);
  const deputies = new Map<Capacity, readonly Actor[]>();
  const directory = {
    holdersOf: async (capacity: Capacity) => holders.get(capacity) ?? [],
    staffMember: async (staffNumber: string): Promise<StaffMember | undefined> =>
      [hanako, taro, jiro].find((one) => one.staffNumber === staffNumber),
  };
  const dependencies: MailDependencies = {
    outbox: ledger,
    news: ledger,
    directory,
    mail: createSmtpMail({ url: smtp.url, from: 'telework@example.jp', connectMs: 1_000, silenceMs: 1_000 }),
    clock,
    key: 'k'.repeat(32),
    linkTo: ({ caseId }) => `https://telework.example.jp/${caseId ?? ''}`,
    organizer: 'telework@example.jp',
    judge: async (mail) => mail,
    acting: { actorsFor: async (capacity) => deputies.get(capacity) ?? [] },
  };
  onTestFinished(() => smtp.close());

  let cases = 0;
  /** An event that brings these mails about. */
  const order = async (...mails: MailOrder[]) => {
    cases += 1;
    await ledger.append(entry(`case-${cases}`, 1, { name: 'request' }, { mails }));
  };

  const worker = createMailActivities(dependencies);
  /** A sender at work, as one try of the activity; on another worker where something is different there. */
  const begin = (more?: Partial<MailDependencies>) => {
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const { drainOutbox } = more ? createMailActivities({ ...dependencies, ...more }) : worker;
    let ended = false;
    const over: Promise<unknown> = environment
      .run(drainOutbox)
      .then(
        () => undefined,
        (failure) => failure,
      )
      .finally(() => {
        ended = true;
      });
    const stop = () => {
      if (!ended) environment.cancel();
      return over;
    };
    onTestFinished(() => void stop());
    return { over, stop };
  };

  const states = () => sql<{ state: string }>('select state from outbox order by number').then((rows) => rows.map(({ state }) => state));
  const copies = () =>
    sql<{ how: string; detail: string | null; copy: string }>('select how, detail, copy from mail_copies order by at, copy');
  const settled = () =>
    expect.poll(states, { timeout: 5_000 }).not.toEqual(expect.arrayContaining([expect.stringMatching(/waiting|underWay/)]));
  const sent = () => smtp.accepted.map(({ to }) => to.replace(/^RCPT TO:<(.*)>$/, '$1'));
  return { ledger, sql, clock, smtp, holders, deputies, directory, order, begin, states, copies, settled, sent };
}

const approved: MailOrder = { to: 'staff:S4021', template: 'loanApproved', params: { from: '2027-04-06', until: '2027-04-09' } };
const lost: MailOrder = { to: 'it', template: 'lossReported', params: { assetTag: 'PC-1', how: 'theft', staff: 'S4021' } };
const refused: MailOrder = { to: 'staff:S4021', template: 'loanRefused' };

test('a mail goes to whoever holds the capacity when it leaves, in their language and with what to do next', async () => {
  const { order, begin, smtp, holders, settled, states } = await office();
  await order({ to: 'head:tax', template: 'loanRequested', params: { from: '2027-04-06', until: '2027-04-09', staff: 'S4021' } });
  holders.set('head:tax', [jiro]); // A new head since.
  const sender = begin();
  await settled();
  expect(await states()).toEqual(['settled']);
  const [received] = smtp.accepted;
  expect(received?.to).toBe('RCPT TO:<s4200@example.jp>');
  const mail = await PostalMime.parse(Buffer.from(received?.message ?? '', 'latin1'));
  expect(mail.subject).toBe('【テレワーク】端末機等借用願の承認のお願い（令和9-貸-0001）');
  expect(mail.date).toBe('2027-04-05T00:00:00.000Z');
  for (const words of [
    '思川 次郎 様',
    '使用者：小山 花子',
    '令和9年4月6日(火)から令和9年4月9日(金)まで',
    'https://telework.example.jp/case-1',
    'Tue, 6 April 2027',
  ])
    expect(mail.text).toContain(words);
  await sender.stop();
});

test('everybody who holds it gets a copy of their own, with no staff number in its Message-ID', async () => {
  const { order, begin, smtp, sent, copies, settled } = await office();
  await order(lost);
  begin();
  await settled();
  expect(sent().sort()).toEqual(['s4100@example.jp', 's4200@example.jp']);
  const ids = smtp.accepted.map(({ message }) => /^Message-ID: <(.*)>/im.exec(message)?.[1]);
  expect(new Set(ids).size).toBe(2);
  expect((await copies()).map(({ copy }) => copy).sort()).toEqual(ids.sort());
  expect(ids.join()).not.toMatch(/S4\d00/i);
});

test('whoever acts for an absent holder gets it too, once', async () => {
  const { order, begin, deputies, sent, settled } = await office();
  deputies.set('head:tax', [
    { staffNumber: 'S4200', onBehalfOf: 'S4100' },
    { staffNumber: 'S4100', onBehalfOf: 'S4200' },
  ]);
  await order({ to: 'head:tax', template: 'loanRequested', params: { staff: 'S4021' } });
  begin();
  await settled();
  expect(sent()).toEqual(['s4100@example.jp', 's4200@example.jp']);
});

test('whoever has left since it was last asked who acts gets none', async () => {
  const { order, begin, directory, deputies, sent, settled } = await office();
  deputies.set('head:tax', [{ staffNumber: 'S4200', onBehalfOf: 'S4100' }]);
  directory.staffMember = async (staffNumber) => (staffNumber === 'S4200' ? { ...jiro, disabled: true } : undefined);
  await order({ to: 'head:tax', template: 'loanRequested', params: { staff: 'S4021' } });
  begin();
  await settled();
  expect(sent()).toEqual(['s4100@example.jp']);
});

test('a mail that is ordered while the sender waits leaves at once, on the notice of PostgreSQL', async () => {
  const { ledger, order, begin, sent } = await office();
  let found = 0;
  const outbox = {
    ...ledger,
    take: async (limit: number) => {
      const mails = await ledger.take(limit);
      found = mails.length;
      return mails;
    },
  };
  begin({ outbox });
  await order(approved);
  await expect.poll(sent, { timeout: 20_000 }).toHaveLength(1);
  await expect.poll(() => found).toBe(0);
  await order(approved);
  await expect.poll(sent, { timeout: 5_000 }).toHaveLength(2); // The next look would be after 15 s.
}, 30_000);

test('nobody holds the capacity, somebody has no address, a template is unknown: settled, and the rest goes on', async () => {
  const { order, begin, holders, states, copies, sent, settled } = await office();
  holders.set('hr', [person('S4300', '無宛 三郎', '')]);
  await order(
    { to: 'committee', template: 'loanApproved' },
    { to: 'hr', template: 'loanApproved' },
    { to: 'staff:S4021', template: 'noSuch' },
    approved,
  );
  begin();
  await settled();
  expect(await states()).toEqual(['nobody', 'settled', 'settled', 'settled']);
  expect((await copies()).map(({ how, detail }) => [how, detail]).sort()).toEqual([
    ['refused', 'noAddress'],
    ['refused', 'unknownTemplate'],
    ['sent', null],
  ]);
  expect(sent()).toEqual(['s4021@example.jp']);
});

test('an address that the server refuses is settled with the status, never the address', async () => {
  const { order, begin, copies, settled } = await office({
    RCPT: (_times, line) => (line.includes('s4100') ? '550 5.1.1 <s4100@example.jp> unknown' : undefined),
  });
  await order(lost);
  begin();
  await settled();
  const found = await copies();
  expect(found.map(({ how, detail }) => [how, detail]).sort()).toEqual([
    ['refused', '5.1.1'],
    ['sent', null],
  ]);
  expect(JSON.stringify(found)).not.toContain('s4100');
});

test('a full mailbox holds up nobody else, is tried again later, and is given up after five days', async () => {
  const { order, begin, clock, sent, states, copies, sql } = await office({
    RCPT: (_times, line) => (line.includes('s4100') ? '452 4.2.2 full' : undefined),
  });
  await order(lost, approved);
  const first = begin();
  await expect.poll(states).toEqual(['waiting', 'settled']);
  expect(sent().sort()).toEqual(['s4021@example.jp', 's4200@example.jp']);
  expect(await sql(`select 1 from outbox where due_at = timestamptz '2027-04-05T00:01:00Z'`)).toHaveLength(1);
  await first.stop();

  clock.set('2027-04-10T00:00:01.000Z');
  begin();
  await expect.poll(states).toEqual(['settled', 'settled']);
  expect(sent()).toHaveLength(2); // Who had a copy gets no second one.
  expect((await copies()).filter(({ how }) => how === 'refused')).toMatchObject([{ detail: '4.2.2' }]);
});

describe('what did not arrive', () => {
  test('stays in a list until somebody has it sent again, under the same Message-ID, or sets it aside; who and when is kept', async () => {
    const { ledger, clock, order, begin, settled, sent, smtp, holders, states } = await office({
      RCPT: (times, line) => (line.includes('s4100') && times <= 2 ? '550 5.1.1 unknown' : undefined),
    });
    await order(lost, { to: 'committee', template: 'loanApproved' }, approved);
    begin();
    await settled();
    const troubled = async () => (await ledger.mails({ troubled: true, limit: 9 })).items;
    expect((await troubled()).map(({ number, state }) => [number, state])).toEqual([
      [2, 'nobody'],
      [1, 'settled'],
    ]);

    clock.set('2027-04-06T00:00:00.000Z');
    const again = await ledger.workMail({ number: 1, act: 'sendAgain' }, { by: '7001', key: 'k1' });
    expect(again).toMatchObject({ acts: [{ act: 'sendAgain', by: '7001', at: '2027-04-06T00:00:00.000Z' }] });
    expect(again?.acts[0]?.copies).toContainEqual({ how: 'refused', detail: '5.1.1' });
    await expect.poll(sent).toEqual(['s4200@example.jp', 's4021@example.jp', 's4100@example.jp']); // Who had a copy gets no second one.
    await settled();
    expect(smtp.accepted[2]?.message).toContain('Date: Mon, 05 Apr 2027 00:00:00 +0000'); // The same mail as the day before.
    expect((await troubled()).map(({ number }) => number)).toEqual([2]);
    expect(await ledger.workMail({ number: 1, act: 'sendAgain' }, { by: '7001', key: 'k1' })).toMatchObject({
      number: 1,
      state: 'settled',
    });
    expect(await ledger.workMail({ number: 1, act: 'sendAgain' }, { by: '7001', key: 'k2' })).toBeUndefined();
    expect(await ledger.workMail({ number: 99, act: 'setAside' }, { by: '7001', key: 'k3' })).toBeUndefined();

    holders.set('committee', [jiro]);
    expect(await ledger.workMail({ number: 2, act: 'setAside' }, { by: '7001', key: 'k4' })).toMatchObject({
      state: 'setAside',
      troubled: false,
    });
    expect(await troubled()).toEqual([]);
    expect(sent()).toHaveLength(3);
    expect(await states()).toEqual(['settled', 'setAside', 'settled']);
  });

  test('two administrators at once: one of them does it', async () => {
    const { ledger, order, begin, settled } = await office({ RCPT: () => '550 5.1.1 unknown' });
    await order(approved);
    await begin().stop();
    begin();
    await settled();
    const acts = await Promise.all(['a', 'b', 'c'].map((key) => ledger.workMail({ number: 1, act: 'setAside' }, { by: '7001', key })));
    expect(acts.filter((one) => one !== undefined)).toHaveLength(1);
  });

  test('a digest that was overtaken by events does not leave, one that lost lines says how many; both are recorded', async () => {
    const { ledger, begin, settled, sent } = await office();
    const items = [{ receiptNumber: '令和9-貸-0001' }, { receiptNumber: '令和9-貸-0002' }];
    for (const key of ['gone', 'less'])
      await ledger.queueMail(key, { to: 'staff:S4021', template: 'morningDigest', params: { key, items } });
    begin({
      judge: async (mail) => (mail.params.key === 'gone' ? undefined : { ...mail, params: { ...mail.params, items: items.slice(1) } }),
    });
    await settled();
    expect(sent()).toHaveLength(1);
    const { items: lines } = await ledger.mails({ limit: 9 });
    expect(lines.map(({ state, dropped, troubled, copies: made }) => [state, dropped, troubled, made.length])).toEqual([
      ['settled', 1, false, 1],
      ['overtaken', 2, false, 0],
    ]);
  });
});

describe('an entry for the calendar (RFC 5545)', () => {
  test('one a case: the next takes its place, the end takes it away; none where there never was one', async () => {
    const { ledger, begin, smtp, settled } = await office();
    const mail = (template: string, calendar: MailOrder['calendar'] & object): MailOrder => ({ to: 'staff:S4021', template, calendar });
    const orders: MailOrder[][] = [
      [{ ...mail('loanRequeued', 'none' as never) }],
      [mail('loanReadyForPickup', { what: 'pickUp', day: '2027-04-06T15:00:00.000Z' })],
      [mail('loanHandedOver', { what: 'return', day: '2027-04-09' })],
      [{ ...mail('loanReturned', 'none' as never) }],
    ];
    for (const [at, mails] of orders.entries()) await ledger.append(entry('A', at + 1, { name: `step${at}` }, { mails }));
    const hours = { from: '08:30', until: '17:15' };
    await ledger.append(
      entry('B', 1, { name: 'approve' }, { mails: [mail('loanApproved', { what: 'teleworkDay', day: '2027-04-07', hours })] }),
    );
    begin();
    await settled();
    const files = await Promise.all(
      smtp.accepted.map(async ({ message }) => {
        const { attachments } = await PostalMime.parse(Buffer.from(message, 'latin1'), { attachmentEncoding: 'utf8' });
        const [file] = attachments.filter(({ mimeType }) => mimeType === 'text/calendar');
        const lines = String(file?.content ?? '').split(/\r?\n/);
        const of = (name: string) => lines.find((line) => line.startsWith(name))?.slice(name.length);
        return file && { of, folded: lines.every((line) => Buffer.byteLength(line) <= 75) };
      }),
    );
    const shown = files.map(
      (file) => file && ['METHOD:', 'UID:', 'SEQUENCE:', 'DTSTART', 'DTEND', 'STATUS:'].map((name) => file.of(name) ?? ''),
    );
    expect(shown).toEqual([
      undefined,
      ['PUBLISH', 'A@telework.invalid', '2', ';VALUE=DATE:20270406', ';VALUE=DATE:20270407', ''],
      ['PUBLISH', 'A@telework.invalid', '3', ';VALUE=DATE:20270409', ';VALUE=DATE:20270410', ''],
      ['CANCEL', 'A@telework.invalid', '4', ';VALUE=DATE:20270405', ';VALUE=DATE:20270406', 'CANCELLED'],
      ['PUBLISH', 'B@telework.invalid', '5', ':20270406T233000Z', ':20270407T081500Z', ''],
    ]);
    for (const file of files) if (file) expect(file.folded).toBe(true);
    expect(files[1]?.of('SUMMARY:')).toBe('端末機の受取期限 令和9-貸-0001');
    expect(files[1]?.of('ORGANIZER')).toContain('mailto:telework@example.jp');
  });
});

describe('an outage', () => {
  test.each<[string, Script, unknown]>([
    ['mail server away', { greeting: (times) => (times === 1 ? 'cut' : undefined) }, 'MailAway'],
    ['line cut before the final dot', { DATA: (times) => (times === 1 ? 'cut' : undefined) }, 'MailAway'],
  ])('%s: the try fails, the next one sends everything once', async (_what, script, name) => {
    const { order, begin, sent, settled } = await office(script);
    await order(lost, approved);
    expect(await begin().over).toMatchObject({ name });
    begin();
    await settled();
    expect(sent().sort()).toEqual(['s4021@example.jp', 's4100@example.jp', 's4200@example.jp']);
  });

  test('directory away: nothing leaves, nothing is lost', async () => {
    const { order, begin, directory, sent, settled } = await office();
    await order(approved);
    const away = { ...directory, holdersOf: () => Promise.reject(new DirectoryAway()) };
    expect(await begin({ directory: away }).over).toBeInstanceOf(DirectoryAway);
    begin();
    await settled();
    expect(sent()).toEqual(['s4021@example.jp']);
  });

  test('ledger away between the copies of one mail: who has theirs is not sent another', async () => {
    const { order, begin, ledger, sent, settled } = await office();
    await order(lost);
    let settledOnes = 0;
    const breaking = {
      ...ledger,
      settle: (...given: Parameters<typeof ledger.settle>) => {
        settledOnes += 1;
        return settledOnes === 2 ? Promise.reject(new Error('ledger away')) : ledger.settle(...given);
      },
    };
    expect(await begin({ outbox: breaking }).over).toMatchObject({ message: 'ledger away' });
    expect(sent()).toHaveLength(2);
    begin();
    await settled();
    // The second was sent but not written down: once more, under the same Message-ID.
    expect(sent().filter((to) => to === sent()[0])).toHaveLength(1);
    expect(sent().filter((to) => to === sent()[1])).toHaveLength(2);
  });

  test('the notices of PostgreSQL stop: the try fails, so that the next one listens again', async () => {
    const { begin, ledger } = await office();
    const news = { listen: () => Promise.reject(new Error('listening broke')) };
    expect(await begin({ news, outbox: ledger }).over).toMatchObject({ message: 'listening broke' });
  });
});

describe('the line breaks after the final dot', () => {
  test('once: the copy is sent again, as the same mail, and settled once', async () => {
    const { order, begin, smtp, copies, settled } = await office({ dot: (times) => (times === 1 ? 'cut' : undefined) });
    await order(approved);
    begin();
    await settled();
    expect(smtp.arrived).toHaveLength(2);
    expect(smtp.arrived[1]).toBe(smtp.arrived[0]);
    expect(await copies()).toMatchObject([{ how: 'sent' }]);
  });

  test('three times in a row: it is parked as uncertain, and the others go on', async () => {
    const { order, begin, smtp, copies, sent, settled } = await office({ dot: (times) => (times <= 3 ? 'cut' : undefined) });
    await order(approved);
    await order(refused);
    for (let tries = 1; tries <= 3; tries += 1) expect(await begin().over).toMatchObject({ name: 'MailAway' });
    begin();
    await settled();
    expect(smtp.arrived).toHaveLength(4);
    expect((await copies()).map(({ how }) => how).sort()).toEqual(['sent', 'uncertain']);
    expect(sent()).toEqual(['s4021@example.jp']);
  });
});

test('a sender that is cancelled amid a mail leaves it to the next, under the same Message-ID', async () => {
  const { order, begin, smtp, copies, settled } = await office({ dot: (times) => (times === 1 ? 'silence' : undefined) });
  await order(approved);
  const first = begin();
  await expect.poll(() => smtp.arrived.length).toBe(1);
  expect(await first.stop()).toBeInstanceOf(CancelledFailure);
  begin();
  await settled();
  expect(smtp.arrived[1]).toBe(smtp.arrived[0]);
  expect(await copies()).toHaveLength(1);
});

test('a worker that is about to stop finishes the batch and returns', async () => {
  const { order, begin, sent } = await office();
  const closing = new AbortController();
  const sender = begin({ closing: closing.signal });
  await order(approved);
  await expect.poll(sent).toHaveLength(1);
  closing.abort();
  expect(await sender.over).toBeUndefined();
});

test('two hundred mails leave over few sessions, each once', async () => {
  const { ledger, begin, sent, settled, smtp } = await office();
  await ledger.append(entry('many', 1, { name: 'request' }, { mails: Array.from({ length: 200 }, () => approved) }));
  begin();
  await expect.poll(() => sent().length, { timeout: 15_000 }).toBe(200);
  await settled();
  expect(smtp.sessions()).toBeLessThanOrEqual(11);
});
