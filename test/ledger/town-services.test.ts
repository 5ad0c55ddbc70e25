import { getEventListeners } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { isLedgerAway } from '../../activities/ledger/away.js';
import { deliverNews } from '../../activities/ledger/news-delivery.js';
import { createPostgresLedger } from '../../activities/ledger/postgres.js';
import { municipalCalendar } from '../../config/calendar.js';
import type { CasePlace } from '../../workflows/shared/procedures.js';
import { loan } from './loan.js';
import { addDevice, entry, laptop, town } from './town.js';

const month = laptop('2027-04-06', '2027-05-05');

it('knows who is logged in until the session ends, expires, or all of a person’s are ended', async () => {
  const t = await town();
  const [one, two, three] = await Promise.all(['S1', 'S1', 'S2'].map((staff) => t.ledger.openSession(staff, '2027-04-05T08:00:00.000Z')));
  expect(one).toMatch(/^[\w-]{43}$/);
  expect(await t.ledger.sessionOf(one ?? '')).toEqual({ staffNumber: 'S1', expiresAt: '2027-04-05T08:00:00.000Z' });
  expect(await t.ledger.sessionOf('x'.repeat(43))).toBeUndefined();
  expect(JSON.stringify(await t.sql('select * from sessions'))).not.toContain(one);
  await t.ledger.endSession(one ?? '');
  expect(await t.ledger.sessionOf(one ?? '')).toBeUndefined();
  expect(await t.ledger.endSessionsOf('S1')).toBe(1);
  expect(await t.ledger.sessionOf(two ?? '')).toBeUndefined();
  await t.ledger.moveClock(8 * 3_600_000);
  expect(await t.ledger.sessionOf(three ?? '')).toBeUndefined();
});

it('moves the town’s clock forward only, and everything written afterwards has its time', async () => {
  const t = await town();
  expect(await t.ledger.clockOffset()).toBe(0);
  for (const ms of [0, -1, 1.5, Number.NaN]) await expect(t.ledger.moveClock(ms)).rejects.toThrow(RangeError);
  expect(await t.ledger.moveClock(86_400_000)).toBe(86_400_000);
  expect(await t.ledger.moveClock(1)).toBe(86_400_001);
  expect(t.ledger.townClock.now().toISOString()).toBe('2027-04-06T00:00:00.001Z');
  expect(await t.ledger.append(entry('A', 1, { name: 'request' }))).toEqual({ clockOffsetMs: 86_400_001 });
  expect(await t.ledger.caseById('A')).toMatchObject({ openedAt: '2027-04-06T00:00:00.001Z' });
  expect(await t.sql('select act, detail from operator_acts order by number')).toMatchObject([
    { act: 'moveClock', detail: { movedMs: 86_400_000 } },
    { act: 'moveClock' },
  ]);
});

it('keeps a pack under its hash for ever', async () => {
  const t = await town();
  await t.ledger.keepPack('h1', { b: 1, a: [2] });
  await t.ledger.keepPack('h1', { other: true });
  expect(await t.ledger.pack('h1')).toEqual({ a: [2], b: 1 });
  expect(await t.ledger.pack('h2')).toBeUndefined();
});

it('marks how far an effect has come; its time is that of the last change', async () => {
  const t = await town();
  await t.ledger.mark({ caseId: 'A', name: 'checkOut' }, 'waiting', 'outage');
  t.clock.set('2027-04-05T01:00:00.000Z');
  await t.ledger.mark({ caseId: 'A', name: 'checkOut' }, 'waiting', 'outage');
  expect(await t.ledger.effects('A')).toEqual([{ name: 'checkOut', how: 'waiting', reason: 'outage', since: '2027-04-05T00:00:00.000Z' }]);
  await t.ledger.mark({ caseId: 'A', name: 'checkOut' }, 'done');
  expect(await t.ledger.effects('A')).toEqual([{ name: 'checkOut', how: 'done', since: '2027-04-05T01:00:00.000Z' }]);
});

it('writes an event’s mail with it, under one Message-ID for ever, and gives each mail to one sender', async () => {
  const t = await town();
  const mails = [
    { to: 'head:tax' as const, template: 'asked', params: { days: 3 } },
    { to: 'staff:S4021' as const, template: 'receipt' },
  ];
  const request = entry('A', 1, { name: 'request' }, { mails });
  await t.ledger.append(request);
  await t.ledger.append(request);
  await t.ledger.begin();
  const [first, none] = [await t.ledger.take(10), await t.ledger.take(10)];
  expect(first).toEqual([
    {
      messageId: expect.stringMatching(/^[0-9a-f]{32}@/),
      to: 'head:tax',
      template: 'asked',
      params: { days: 3 },
      queuedAt: '2027-04-05T00:00:00.000Z',
      number: 1,
      caseId: 'A',
      procedure: 'device-loan',
      receiptNumber: '令和9-貸-0001',
      settledCopies: [],
    },
    expect.objectContaining({ to: 'staff:S4021', template: 'receipt', params: {} }),
  ]);
  expect(none).toEqual([]);
  const [asked, receipt] = first.map(({ messageId }) => messageId);
  await t.ledger.settle(asked ?? '', { copy: 'copy-1@x', how: 'sent' });
  await t.ledger.settle(asked ?? '', { copy: 'copy-1@x', how: 'refused', detail: '5.1.1' });
  await t.ledger.giveBack([asked ?? ''], 60_000);
  await t.ledger.finish(receipt ?? '', 'settled');
  expect(await t.ledger.take(10)).toEqual([]);
  t.clock.set('2027-04-05T00:01:00.000Z');
  expect(await t.ledger.take(10)).toMatchObject([{ messageId: asked, settledCopies: ['copy-1@x'] }]);
  await t.ledger.begin(); // The sender died with it.
  expect(await t.ledger.take(10)).toMatchObject([{ messageId: asked }]);
  await t.ledger.queueMail('round/2027-04-05/it', { to: 'it', template: 'digest', params: { items: [{ n: 1 }] } });
  await t.ledger.queueMail('round/2027-04-05/it', { to: 'it', template: 'digest' });
  expect(await t.ledger.take(10)).toMatchObject([{ to: 'it', params: { items: [{ n: 1 }] } }]);
});

it('shows the round what waits, with the state that the rules judge by, page by page', async () => {
  const t = await town();
  for (const caseId of ['A', 'B', 'C']) await t.ledger.append(entry(caseId, 1, { name: 'request' }));
  await t.ledger.append(entry('B', 2, { name: 'end' }, { due: [] }));
  const first = await t.ledger.waiting({ procedure: 'device-loan', steps: ['approve'], limit: 1 });
  expect(first.items).toMatchObject([
    { caseId: 'A', step: 'approve', who: 'head:tax', since: '2027-04-05T00:00:00.000Z', state: { step: 'request' } },
  ]);
  const second = await t.ledger.waiting({ procedure: 'device-loan', steps: ['approve'], limit: 1, cursor: first.cursor ?? '' });
  expect([second.items.map(({ caseId }) => caseId), second.cursor]).toEqual([['C'], undefined]);
  expect((await t.ledger.waiting({ procedure: 'device-loan', steps: ['prepare'], limit: 9 })).items).toEqual([]);
});

it('delivers news at once, deadlines when the clock was moved, and both again after the connection was cut', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const [a, b, c] = [loan(t, 'A'), loan(t, 'B'), loan(t, 'C')];
  await a.out(month);
  await b.reserved(month);
  await c.reserved(month);
  const nudged: string[] = [];
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const troubles: unknown[] = [];
  const nudge = async ({ caseId }: CasePlace) => {
    nudged.push(caseId);
    if (caseId === 'A') throw new Error('not open here');
  };
  const start = () => Promise.resolve('underWay' as const);
  const delivery = deliverNews({ ledger: t.ledger, start, nudge, onTrouble: (trouble) => troubles.push(trouble), signal: over.signal });
  await vi.waitFor(() => expect(nudged).toEqual(['A', 'B', 'C'])); // At the start: everything that was written lately.
  const listening = () =>
    t.sql<{ pid: number }>(`select pid from pg_stat_activity where datname = current_database() and query = 'listen telework'`);
  await vi.waitFor(async () => expect(await listening()).toHaveLength(1));

  nudged.length = 0;
  await a.release();
  await vi.waitFor(() => expect(nudged).toContain('B'), { timeout: 5_000 });
  expect(await b.hear()).toBe('reserve PC-1');

  await t.ledger.append(entry('D', 1, { name: 'request' }, { due: [{ step: 'expire', at: '2027-04-12T00:00:00.000Z' }] }));
  nudged.length = 0;
  await t.ledger.moveClock(7 * 86_400_000);
  await vi.waitFor(() => expect(nudged).toContain('D'), { timeout: 5_000 });

  const [{ pid } = { pid: 0 }] = await listening();
  await t.sql('select pg_terminate_backend($1)', [pid]);
  await vi.waitFor(async () => expect((await listening()).filter((one) => one.pid !== pid)).toHaveLength(1), { timeout: 10_000 });
  nudged.length = 0;
  await b.step('withdraw', undefined, { due: [] });
  await vi.waitFor(() => expect(nudged).toContain('C'), { timeout: 5_000 });
  expect(troubles.length).toBeGreaterThan(0);
  over.abort();
  await delivery;
});

it('nudges a case once for its news, though others are told in the same moment; again for later news', async () => {
  const t = await town();
  const cases = ['A', 'B', 'C', 'D', 'E'];
  for (const caseId of cases) await t.ledger.append(entry(caseId, 1, { name: 'request' }, { due: [{ step: 'tell', from: 'ledger' }] }));
  await t.ledger.moveClock(86_400_000); // Long ago: nothing of it is repeated at the start.
  const nudged: string[] = [];
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const nudge = async ({ caseId }: CasePlace) => void nudged.push(caseId);
  const start = () => Promise.resolve('underWay' as const);
  const delivery = deliverNews({ ledger: t.ledger, start, nudge, onTrouble: () => undefined, signal: over.signal });
  const tell = (caseId: string, key: string) => t.ledger.leaveNews(caseId, { name: 'tell', input: { by: 'system' }, key });
  for (const caseId of cases) {
    await tell(caseId, `${caseId}/1`);
    await vi.waitFor(() => expect(nudged).toContain(caseId), { timeout: 5_000 });
  }
  expect(nudged).toEqual(cases);
  expect(getEventListeners(over.signal, 'abort').length).toBeLessThan(cases.length - 1); // No wait is left behind by what rang.
  await tell('C', 'C/2');
  await vi.waitFor(() => expect(nudged).toEqual([...cases, 'C']), { timeout: 5_000 });
  over.abort();
  await delivery;
});

it('calls once for what was written before anybody listened', async () => {
  const t = await town();
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const heard: string[] = [];
  const listening = t.ledger.listen((what) => heard.push(what), over.signal);
  await vi.waitFor(() => expect(heard).toEqual(['news', 'mail']));
  await t.ledger.moveClock(1);
  await vi.waitFor(() => expect(heard).toEqual(['news', 'mail', 'clock']));
  over.abort();
  await listening;
});

it('answers again after every connection was cut, and says so plainly while it is', async () => {
  const t = await town();
  await t.ledger.append(entry('A', 1, { name: 'request' }));
  for (let round = 0; round < 5; round += 1) {
    const busy = Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => t.ledger.append(entry(`R${round}-${index}`, 1, { name: 'request' }))),
    );
    await t.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name = 'telework'`,
    );
    for (const outcome of await busy) if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(Error);
    await vi.waitFor(async () => expect(await t.ledger.caseById('A')).toMatchObject({ seq: 1 }));
  }
  for await (const finding of t.ledger.verifyChains()) expect(finding).toBeUndefined();
});

it('fails within 5 s while the database hangs, and answers as soon as it does', { timeout: 30_000 }, async () => {
  const t = await town();
  await t.ledger.append(entry('A', 1, { name: 'request' }));
  const { hostname, port } = new URL(t.databaseUrl);
  const sockets = new Set<Socket>();
  let hangs = false;
  const line = createServer((socket) => {
    const server = connect(Number(port), hostname);
    for (const [from, to] of [
      [socket, server],
      [server, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      from.on('data', (bytes) => hangs || to.write(bytes));
    }
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  const { port: linePort } = line.address() as AddressInfo;
  const ledger = createPostgresLedger({
    databaseUrl: t.databaseUrl.replace(`:${port}/`, `:${linePort}/`),
    clock: t.clock,
    calendar: municipalCalendar(),
    connections: 2,
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await ledger.close();
    line.close();
  });
  expect(await ledger.caseById('A')).toMatchObject({ seq: 1 });
  hangs = true;
  const began = performance.now();
  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => ledger.caseById('A')));
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  for (const outcome of outcomes) if (outcome.status === 'rejected') expect(isLedgerAway(outcome.reason)).toBe(true);
  expect(performance.now() - began).toBeLessThan(5_000);
  hangs = false;
  const again = performance.now();
  expect(await ledger.caseById('A')).toMatchObject({ seq: 1 });
  expect(performance.now() - again).toBeLessThan(1_500);
});
