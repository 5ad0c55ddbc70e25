import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { openedCaseId } from '../../activities/ledger/canonical.js';
import { deliverNews } from '../../activities/ledger/news-delivery.js';
import type { CaseToOpen, LedgerEntry, Opening } from '../../activities/ledger/port.js';
import { createCaseStart } from '../../worker/start-case.js';
import { caseWorkflowId } from '../../workflows/shared/procedures.js';
import { addDevice, entry, freshKey, laptop, type Town, town, waitsForDevice } from './town.js';
import { isSound, section } from './trial.js';

const long = '2099-01-01T00:00:00.000Z';
const toOpen = (name: string): CaseToOpen => ({
  procedure: 'device-loan',
  name,
  unless: 'recall',
  opening: { name: 'request', input: { by: 'system' } },
});
const recall = (opened?: string) => ({ procedure: 'device-loan', within: 'S', name: 'recall', ...(opened && { opened }) }) as const;

/** The first event of a case that was opened, as its workflow writes it. */
const first = ({ caseId, opening }: Opening, more: Partial<LedgerEntry> = {}): LedgerEntry =>
  entry(caseId, 1, opening, {
    summary: { status: 'approved', department: 'tax', staff: '1', within: 'S' },
    due: [{ step: 'recall', from: 'trial-section' }],
    ...more,
  });

const openings = ({ sql }: Town) => sql<{ case_id: string }>('select case_id from openings order by number');
const news = ({ sql }: Town) => sql('select case_id, name from news order by number');

it('what an event opens stays until it has its first event, whoever dies in between', async () => {
  const t = await town();
  const opener = section(t, 'S');
  await opener.has([], 'openSection', { opens: [toOpen('1'), toOpen('2')] });
  const taken = await t.ledger.takeOpenings(10, long);
  expect(taken).toEqual(
    ['1', '2'].map((name) => {
      const caseId = openedCaseId('S', name);
      return { procedure: 'device-loan', caseId, opening: { name: 'request', input: { by: 'system', within: 'S' }, key: caseId } };
    }),
  );
  expect(taken.every(({ caseId }) => /^[A-Za-z0-9_-]{22}$/.test(caseId))).toBe(true);
  const begun = t.clock.now().toISOString();
  expect(await t.ledger.takeOpenings(10, begun)).toEqual([]); // Somebody has just begun to start them,
  t.clock.set('2027-04-05T00:02:00.000Z');
  expect(await t.ledger.takeOpenings(10, '2027-04-05T00:01:00.000Z')).toEqual(taken); // and died before they had.
  const [one, other] = taken as [Opening, Opening];
  await t.ledger.append(first(one));
  expect(await openings(t)).toEqual([{ case_id: other.caseId }]);
  await t.ledger.append(first(one)); // The worker died before it knew.
  expect((await t.ledger.caseById(one.caseId))?.status).toBe('approved');
  expect((await t.ledger.casesWithin({ procedure: 'device-loan', within: ['S', 'T'], limit: 10 })).items).toMatchObject([
    { caseId: one.caseId },
  ]);
  await t.ledger.dropOpening(other.caseId);
  expect(await openings(t)).toEqual([]);
  await isSound(t);
});

it('an event that is refused, or comes second at its place, opens nothing', async () => {
  const t = await town();
  const refusal = { code: 'notRegistered', article: 'Art. 4' };
  const requires = { procedure: 'registration', staff: '1', status: 'active', refusal } as const;
  expect(await section(t, 'S').has([], 'openSection', { requires, opens: [toOpen('1')] })).toMatchObject({ refuses: refusal });
  await t.ledger.append(entry('T', 1, { name: 'request' }));
  expect(await t.ledger.append(entry('T', 1, { name: 'another' }, { opens: [toOpen('1')] }))).toMatchObject({
    stands: { name: 'request' },
  });
  expect(await openings(t)).toEqual([]);
});

it('one that is called back before anybody has begun to start it is never started; it leaves no news', async () => {
  const t = await town();
  const opener = section(t, 'S');
  await opener.has([], 'openSection', { opens: [toOpen('1'), toOpen('2')] });
  await opener.has([], 'move', { tells: [recall('1')], opens: [toOpen('3')] });
  expect((await openings(t)).map(({ case_id }) => case_id)).toEqual(['2', '3'].map((name) => openedCaseId('S', name)));
  expect(await news(t)).toEqual([]);
  await opener.has([], 'close', { tells: [recall()], due: [] });
  expect(await openings(t)).toEqual([]);
});

it('one that is being started hears it with its first event, and any other news waits for whoever comes', async () => {
  const t = await town();
  const opener = section(t, 'S');
  await opener.has([], 'openSection', { opens: [toOpen('1'), toOpen('2')] });
  const [one, other] = (await t.ledger.takeOpenings(1, long)).concat(await t.ledger.takeOpenings(1, long)) as [Opening, Opening];
  await opener.has([], 'move', { tells: [recall('1')] });
  expect(await openings(t)).toHaveLength(2);
  expect(await t.ledger.withNews()).toEqual([]); // There is nobody yet to be told.
  expect((await t.ledger.append(first(one))).next).toMatchObject({ name: 'recall', input: { by: 'system' } });
  expect(await t.ledger.withNews()).toMatchObject([{ procedure: 'device-loan', caseId: one.caseId }]);

  await t.sql('update openings set handed_at = null');
  await opener.has([], 'pause', { tells: [{ ...recall(), name: 'pause' }] });
  expect(await openings(t)).toEqual([{ case_id: other.caseId }]);
  await opener.has([], 'pause', { tells: [{ ...recall(), name: 'pause' }] }); // Again: it is said again.
  expect(await t.sql(`select case_id, count(*)::int as times from news where name = 'pause' group by 1 order by 2, 1`)).toEqual(
    [one, other].map(({ caseId }) => ({ case_id: caseId, times: 2 })).toSorted((a, b) => (a.case_id < b.case_id ? -1 : 1)),
  );
  await t.ledger.dropOpening(other.caseId);
  expect(await t.sql('select from news where case_id = $1', [other.caseId])).toEqual([]);
});

it('tells the open cases within it, and no others', async () => {
  const t = await town();
  const within = (caseId: string, of: string, more: Partial<LedgerEntry> = {}) =>
    t.ledger.append(
      entry(caseId, 1, { name: 'request' }, { summary: { status: 'approved', department: 'tax', staff: '1', within: of }, ...more }),
    );
  await within('L1', 'S');
  await within('L2', 'T');
  await within('L3', 'S', { due: [] });
  await within('R1', 'S', { procedure: 'registration' });
  await t.ledger.append(entry('L4', 1, { name: 'request' }));
  await section(t, 'S').has([], 'close', { tells: [recall()] });
  expect(await t.ledger.trialLoans('C')).toEqual([{ department: 'tax', status: 'approved', count: 2 }]);
  expect(await news(t)).toEqual([{ case_id: 'L1', name: 'recall' }]);
  expect((await t.ledger.toldBy('S')).map(({ caseId }) => caseId)).toEqual(['L1']);
});

it('a recall, the start and the first event at once: the loan is never there without having heard; 30 rounds', async () => {
  const t = await town();
  const opener = section(t, 'S');
  await opener.has([], 'openSection');
  for (let round = 1; round <= 30; round += 1) {
    const name = `${round}`;
    await opener.has([], 'move', { opens: [toOpen(name)] });
    const start = async () => {
      for (const opening of await t.ledger.takeOpenings(10, long)) await t.ledger.append(first(opening));
    };
    await Promise.all([start(), opener.has([], 'move', { tells: [recall(name)] })]);
    const [there] = await t.sql(`select case_id from cases where case_id = $1`, [openedCaseId('S', name)]);
    expect(await t.sql('select name from news where case_id = $1', [openedCaseId('S', name)])).toEqual(there ? [{ name: 'recall' }] : []);
    expect(await openings(t)).toEqual([]);
  }
});

it('a case that two openers name alike is two; the same name again opens nothing new', async () => {
  const t = await town();
  const [one, other] = [section(t, 'S'), section(t, 'T', { department: 'welfare' })];
  await one.has([], 'openSection', { opens: [toOpen('1')] });
  await other.has([], 'openSection', { opens: [toOpen('1')] });
  await one.has([], 'move', { opens: [toOpen('1')] });
  expect(await openings(t)).toHaveLength(2);
});

it('the device that the plan counted on is taken where it is free, whatever fits better; else any other', async () => {
  const t = await town();
  for (const tag of ['PC-1', 'PC-2']) await addDevice(t, tag);
  await addDevice(t, 'PC-3', { pool: 'common' });
  const claim = laptop('2027-04-12', '2027-04-12', { prefers: 'PC-3' });
  const ask = async (caseId: string) =>
    (await t.ledger.append(entry(caseId, 1, { name: 'request' }, { due: waitsForDevice, claim }))).next?.input;
  expect(await ask('A')).toMatchObject({ assetTag: 'PC-3', pool: 'common' });
  expect(await ask('B')).toMatchObject({ assetTag: 'PC-1' });
  await addDevice(t, 'PC-4', { pool: 'welfare' });
  const elsewhere = entry('C', 1, { name: 'request' }, { due: waitsForDevice, claim: { ...claim, prefers: 'PC-4' } });
  expect((await t.ledger.append(elsewhere)).next?.input).toMatchObject({ assetTag: 'PC-2' });
});

it('delivery starts all, some at once; what fails keeps nobody, and is tried again; what has ended without an event is given up', async () => {
  const t = await town();
  const names = Array.from({ length: 130 }, (_, index) => `${index}`);
  await section(t, 'S').has([], 'openSection', { opens: names.map(toOpen) });
  const [bad, ended] = [openedCaseId('S', '3'), openedCaseId('S', '5')];
  const begun: string[] = [];
  const troubles: unknown[] = [];
  let away = true;
  const start = async (opening: Opening) => {
    begun.push(opening.caseId);
    if (opening.caseId === ended) return 'over' as const;
    if (away || opening.caseId === bad) throw new Error('Temporal is away');
    await t.ledger.append(first(opening));
    return 'underWay' as const;
  };
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const delivery = deliverNews({
    ledger: t.ledger,
    start,
    nudge: () => Promise.resolve(),
    onTrouble: (trouble) => troubles.push(trouble),
    signal: over.signal,
  });
  await vi.waitFor(() => expect(troubles.length).toBeGreaterThan(0), { timeout: 20_000 });
  away = false; // The town's clock stands still: nobody waits for the minute after which it is begun again.
  await vi.waitFor(async () => expect(await openings(t)).toEqual([{ case_id: bad }]), { timeout: 20_000 });
  await section(t, 'S').has([], 'move', { tells: [recall('3')] }); // It may have been started all the same: what it is told waits for it.
  expect(await openings(t)).toEqual([{ case_id: bad }]);
  over.abort();
  await delivery;
  expect(new Set(begun).size).toBe(names.length);
  expect(await t.sql(`select from cases where procedure = 'device-loan'`)).toHaveLength(names.length - 2);
});

it('while it listens, an opening rings', async () => {
  const t = await town();
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const begun: string[] = [];
  const start = async (opening: Opening) => {
    begun.push(opening.caseId);
    await t.ledger.append(first(opening));
    return 'underWay' as const;
  };
  const delivery = deliverNews({
    ledger: t.ledger,
    start,
    nudge: () => Promise.resolve(),
    onTrouble: () => undefined,
    signal: over.signal,
  });
  await t.ledger.append(entry('S', 1, { name: 'openSection', key: freshKey() }, { procedure: 'trial-section', opens: [toOpen('1')] }));
  await vi.waitFor(() => expect(begun).toEqual([openedCaseId('S', '1')]), { timeout: 20_000 });
  over.abort();
  await delivery;
});

it('Temporal starts a case once: under way it is found, and what has run to its end is over', async () => {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  onTestFinished(() => connection.close());
  const client = new Client({ connection });
  const start = createCaseStart({ client, taskQueue: `nobody-${randomUUID()}` });
  const caseId = openedCaseId(randomUUID(), '1');
  const opening = { procedure: 'device-loan', caseId, opening: { name: 'request', input: { by: 'system' }, key: caseId } } as const;
  expect([await start(opening), await start(opening)]).toEqual(['underWay', 'underWay']);
  await client.workflow.getHandle(caseWorkflowId(opening)).terminate();
  expect(await start(opening)).toBe('over');
});
