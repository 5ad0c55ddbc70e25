import { expect, it } from 'vitest';
import type { Capacity } from '../../activities/directory/port.js';
import { keyTaken, type LedgerDue } from '../../activities/ledger/port.js';
import { addDevice, entry, freshKey, laptop, town, waitsForDevice } from './town.js';

it('writes an event with its read model, and answers what is known to come next', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  expect(await t.ledger.append(entry('A', 1, { name: 'request' }))).toEqual({ clockOffsetMs: 0 });
  expect(await t.ledger.caseById('A')).toEqual({
    caseId: 'A',
    procedure: 'device-loan',
    receiptNumber: '令和9-貸-0001',
    status: 'request',
    department: 'tax',
    staff: 'S4021',
    openedAt: '2027-04-05T00:00:00.000Z',
    changedAt: '2027-04-05T00:00:00.000Z',
    seq: 1,
    state: { step: 'request', seq: 1 },
    due: [{ step: 'approve', who: 'head:tax' }],
    readers: { all: ['staff:S4021', 'head:tax', 'it'], words: ['head:tax'] },
    closed: false,
  });
  const answer = await t.ledger.append(
    entry('A', 2, { name: 'approve' }, { due: waitsForDevice, claim: laptop('2027-04-06', '2027-04-09') }),
  );
  const reserve = {
    name: 'reserve',
    input: { by: 'system', assetTag: 'PC-1', pool: 'tax', collectBy: '2027-04-08T15:00:00.000Z' },
    key: expect.any(String),
  };
  expect(answer).toEqual({ clockOffsetMs: 0, next: reserve });
  expect(await t.ledger.look({ caseId: 'A', seq: 3, due: waitsForDevice })).toEqual(answer);
  expect(await t.ledger.look({ caseId: 'A', seq: 3, due: [] })).toEqual({ clockOffsetMs: 0 });

  const reserved = entry('A', 3, answer.next ?? reserve, { due: waitsForDevice, claim: laptop('2027-04-06', '2027-04-09') });
  expect(await t.ledger.append(reserved)).toEqual({ clockOffsetMs: 0 });
  expect(await t.sql('select from news')).toEqual([]);
  expect((await t.ledger.events('A')).map(({ seq, event }) => [seq, event.name])).toEqual([
    [1, 'request'],
    [2, 'approve'],
    [3, 'reserve'],
  ]);
});

it('lets what stands at a place stand, and answers it with what comes after', async () => {
  const t = await town();
  const [opening, approval, withdrawal] = [
    entry('A', 1, { name: 'request' }),
    entry('A', 2, { name: 'approve' }),
    entry('A', 2, { name: 'withdraw' }),
  ];
  await t.ledger.append(opening);
  await t.ledger.append(approval);
  expect(await t.ledger.append(approval)).toEqual({ clockOffsetMs: 0 });
  expect(await t.ledger.append(withdrawal)).toEqual({ clockOffsetMs: 0, stands: approval.event });
  expect(await t.ledger.append(opening)).toEqual({ clockOffsetMs: 0, next: approval.event });
  expect(await t.ledger.append(entry('A', 1, { name: 'request' }))).toEqual({
    clockOffsetMs: 0,
    stands: opening.event,
    next: approval.event,
  });
  expect(await t.ledger.look({ caseId: 'A', seq: 2, due: [] })).toEqual({ clockOffsetMs: 0, next: approval.event });
  expect(await t.ledger.caseById('A')).toMatchObject({ seq: 2, status: 'approve' });
});

it('leaves no gap in a case, and no key twice in the ledger', async () => {
  const t = await town();
  const key = freshKey();
  await expect(t.ledger.append(entry('A', 2, { name: 'approve' }))).rejects.toThrow('place 2 of case A cannot follow 0');
  await t.ledger.append(entry('A', 1, { name: 'request', key }));
  await expect(t.ledger.append(entry('A', 3, { name: 'approve' }))).rejects.toThrow('place 3 of case A cannot follow 1');
  expect(await t.ledger.append(entry('A', 2, { name: 'approve', key }))).toEqual({ refuses: keyTaken, clockOffsetMs: 0 });
  expect(await t.ledger.append(entry('B', 1, { name: 'request', key }))).toEqual({ refuses: keyTaken, clockOffsetMs: 0 });
  expect(await t.ledger.caseById('B')).toBeUndefined();
  expect(await t.ledger.byKey(key)).toMatchObject({ caseId: 'A', seq: 1, event: { name: 'request', key } });
  expect(await t.ledger.byKey('unknown')).toBeUndefined();
});

it('lets one of those that write at one place at the same time stand, 30 rounds', async () => {
  const t = await town();
  await t.ledger.append(entry('A', 1, { name: 'request' }));
  for (let seq = 2; seq < 32; seq += 1) {
    const claim = seq % 2 ? laptop('2027-04-06', '2027-04-09') : undefined; // Odd places look at the devices too.
    const rivals = ['a', 'b', 'c', 'd'].map((name) => entry('A', seq, { name }, claim && { claim }));
    const answers = await Promise.all(rivals.map((rival) => t.ledger.append(rival)));
    expect(answers.filter(({ stands }) => !stands)).toHaveLength(1);
    const [standing] = (await t.ledger.events('A')).slice(-1);
    for (const { stands } of answers) if (stands) expect(stands).toEqual(standing?.event);
  }
});

it('gives each case a receipt number of its fiscal year, never one twice', async () => {
  const t = await town();
  t.clock.set('2027-03-31T14:59:59.999Z'); // 23:59:59.999 in Tokyo
  await t.ledger.append(entry('last year', 1, { name: 'request' }));
  t.clock.set('2027-03-31T15:00:00.000Z');
  const ids = Array.from({ length: 40 }, (_, index) => `C${index}`);
  await Promise.all([...ids, ...ids].map((caseId) => t.ledger.append(entry(caseId, 1, { name: 'request', key: `open ${caseId}` }))));
  expect((await t.ledger.caseById('last year'))?.receiptNumber).toBe('令和8-貸-0001');
  const numbers = await Promise.all(ids.map(async (caseId) => (await t.ledger.caseById(caseId))?.receiptNumber));
  expect(new Set(numbers).size).toBe(40);
  for (const number of numbers) expect(number).toMatch(/^令和9-貸-\d{4}$/);
});

it('keeps since when each thing has been due', async () => {
  const t = await town();
  const due = (...steps: string[]): LedgerDue[] => [
    ...steps.map((step) => ({ step, who: 'head:tax' as const })),
    { step: 'expire', at: '2027-04-20T00:00:00Z' },
  ];
  await t.ledger.append(entry('A', 1, { name: 'request' }, { due: due('approve', 'refuse') }));
  t.clock.set('2027-04-06T00:00:00.000Z');
  await t.ledger.append(
    entry('A', 2, { name: 'remind' }, { due: [...due('approve', 'ask'), { step: 'approve', who: 'it', until: '2027-04-09' }] }),
  );
  const { items } = await t.ledger.tasks({ capacities: ['head:tax', 'it', 'it'], limit: 10 });
  expect(items).toEqual([
    {
      caseId: 'A',
      procedure: 'device-loan',
      receiptNumber: '令和9-貸-0001',
      status: 'remind',
      step: 'approve',
      who: 'head:tax',
      since: '2027-04-05T00:00:00.000Z',
    },
    { ...items[1], step: 'approve', who: 'it', since: '2027-04-06T00:00:00.000Z', until: '2027-04-09' },
    { ...items[2], step: 'ask', who: 'head:tax', since: '2027-04-06T00:00:00.000Z' },
  ]);
  await t.ledger.append(entry('A', 3, { name: 'end' }, { due: [] }));
  expect(await t.ledger.tasks({ capacities: ['head:tax', 'it'], limit: 10 })).toEqual({ items: [] });
  expect(await t.ledger.caseById('A')).toMatchObject({ closed: true });
});

it('lists to each what they may read, newest first, page by page', async () => {
  const t = await town();
  for (let index = 0; index < 25; index += 1) {
    const department = index % 2 ? 'tax' : 'welfare';
    const readers = { all: [`head:${department}` as const, 'it' as const, ...(index < 3 ? (['staff:S1'] as const) : [])], words: [] };
    await t.ledger.append(
      entry(
        `C${index}`,
        1,
        { name: 'request' },
        { readers, summary: { status: index < 20 ? 'requested' : 'approved', department, staff: 'S1' } },
      ),
    );
  }
  const all = async (query: Omit<Parameters<typeof t.ledger.list>[0], 'procedure' | 'limit'>) => {
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await t.ledger.list({ procedure: 'device-loan', limit: 4, ...query, ...(cursor && { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(4);
      found.push(...page.items.map(({ caseId }) => caseId));
      cursor = page.cursor;
      if (!cursor) return found;
    }
  };
  const newest = (...indices: number[]) => indices.sort((a, b) => b - a).map((index) => `C${index}`);
  const range = [...Array(25).keys()];
  expect(await all({ capacities: ['it', 'head:tax', 'staff:S1'] })).toEqual(newest(...range));
  expect(await all({ capacities: ['head:tax'] })).toEqual(newest(...range.filter((index) => index % 2)));
  expect(await all({ capacities: ['staff:S1', 'head:tax'] })).toEqual(newest(...range.filter((index) => index % 2 || index < 3)));
  expect(await all({ capacities: ['it'], status: 'approved' })).toEqual(newest(20, 21, 22, 23, 24));
  expect(await all({ capacities: ['it'], status: 'approved', department: 'tax' })).toEqual(newest(21, 23));
  expect(await all({ capacities: ['staff:S9'] })).toEqual([]);
  expect(await all({ capacities: [] })).toEqual([]);
  await expect(t.ledger.list({ procedure: 'device-loan', capacities: ['it'], limit: 5, cursor: 'bm9uZQ' })).rejects.toMatchObject({
    name: 'BadCursor',
  });
  await t.ledger.append(entry('C24', 2, { name: 'approve' }, { readers: { all: ['hr'], words: [] } }));
  expect(await all({ capacities: ['it'], status: 'approved' })).toEqual(newest(20, 21, 22, 23));
});

it('shows tasks page by page without losing or repeating one', async () => {
  const t = await town();
  for (let index = 0; index < 9; index += 1) {
    if (index % 3 === 0) t.clock.set(`2027-04-05T0${index}:00:00.000Z`);
    await t.ledger.append(
      entry(`C${index}`, 1, { name: 'request' }, { due: ['head:tax', 'it'].map((who) => ({ step: 'approve', who: who as 'it' })) }),
    );
  }
  const all = async (...capacities: Capacity[]) => {
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await t.ledger.tasks({ capacities, limit: 4, ...(cursor && { cursor }) });
      found.push(...page.items.map(({ caseId, who }) => `${caseId} ${who}`));
      cursor = page.cursor;
      if (!cursor) return found;
    }
  };
  expect(await all('it', 'head:tax')).toEqual([...Array(9).keys()].flatMap((index) => [`C${index} head:tax`, `C${index} it`]));
  expect(await all('it')).toEqual([...Array(9).keys()].map((index) => `C${index} it`));
});

it('a case that closes waits for no news any more', async () => {
  const t = await town();
  await t.ledger.append(entry('A', 1, { name: 'request' }));
  await t.sql(
    `insert into news (case_id, name, event, key) values ('A', 'recall', '{"name":"recall","input":{"by":"system"},"key":"N1"}', 'N1')`,
  );
  await t.ledger.append(entry('A', 2, { name: 'end' }, { due: [] }));
  expect(await t.sql('select from news')).toEqual([]);
});

it('news that comes too late for a case that has ended goes at the next look', async () => {
  const t = await town();
  await t.ledger.append(entry('A', 1, { name: 'request' }, { due: [] }));
  await t.sql(
    `insert into news (case_id, name, event, key) values ('A', 'windUp', '{"name":"windUp","input":{"by":"system"},"key":"N1"}', 'N1')`,
  );
  expect(await t.ledger.withNews()).toEqual([]);
  expect(await t.sql('select from news')).toEqual([]);
});

it('names an unknown place of a case to nobody', async () => {
  const t = await town();
  expect(await t.ledger.caseById('A')).toBeUndefined();
  expect(await t.ledger.events('A')).toEqual([]);
  expect(await t.ledger.effects('A')).toEqual([]);
  expect(await t.ledger.look({ caseId: 'A', seq: 1, due: [] })).toEqual({ clockOffsetMs: 0 });
});
