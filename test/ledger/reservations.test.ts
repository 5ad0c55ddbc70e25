import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { loan } from './loan.js';
import { addDevice, entry, freshKey, laptop, type Town, town, waitsForDevice } from './town.js';

const week = laptop('2027-04-06', '2027-04-09');
const nextWeek = laptop('2027-04-12', '2027-04-16');

const reservations = (t: Town) =>
  t
    .sql<{ line: string }>(`select case_id || ' ' || asset_tag || ' ' || period as line from reservations order by case_id`)
    .then((rows) => rows.map(({ line }) => line));
const queued = (t: Town) =>
  t.sql<{ case_id: string }>('select case_id from queue order by filing').then((rows) => rows.map(({ case_id }) => case_id));

it('looks in the pools of the claim in their order, and never beyond', async () => {
  const t = await town();
  await addDevice(t, 'PC-1', { pool: 'common' });
  await addDevice(t, 'PC-2', { pool: 'tax' });
  await addDevice(t, 'PC-3', { pool: 'welfare' });
  await addDevice(t, 'WR-1', { pool: 'tax', kind: 'wifiRouter' });
  expect(await loan(t, 'A').reserved(week)).toBe('reserve PC-2');
  expect(await loan(t, 'B').reserved(week)).toBe('reserve PC-1');
  expect(await loan(t, 'C').reserved(week)).toBeUndefined();
  expect(await queued(t)).toEqual(['C']);
});

it('never lends what is of the My Number network or out of circulation', async () => {
  const t = await town();
  await addDevice(t, 'PC-1', { zone: 'myNumber' });
  for (const [index, status] of ['lost', 'writtenOff', 'destroyed', 'inRepair', 'retired', 'leaseReturned', 'missing'].entries())
    await addDevice(t, `PC-${index + 2}`, { status });
  expect(await loan(t, 'A').reserved(week)).toBeUndefined();
});

it('promises one device for one time, turnaround days included, and fills the smallest gap', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  await addDevice(t, 'PC-2');
  expect(await loan(t, 'A').reserved(week)).toBe('reserve PC-1');
  expect(await loan(t, 'B').reserved(laptop('2027-04-10', '2027-04-12'))).toBe('reserve PC-2'); // 10 April is A's turnaround.
  expect(await loan(t, 'C').reserved(laptop('2027-04-11', '2027-04-12'))).toBe('reserve PC-1');
  expect(await loan(t, 'D').reserved(laptop('2027-04-20', '2027-04-21'))).toBe('reserve PC-1');
  expect(await loan(t, 'E').reserved(laptop('2027-04-16', '2027-04-17'))).toBe('reserve PC-1'); // Between C and D; PC-2 stays free for longer loans.
  expect(await reservations(t)).toEqual([
    'A PC-1 [2027-04-06,2027-04-11)',
    'B PC-2 [2027-04-10,2027-04-14)',
    'C PC-1 [2027-04-11,2027-04-14)',
    'D PC-1 [2027-04-20,2027-04-23)',
    'E PC-1 [2027-04-16,2027-04-19)',
  ]);
});

it('serves the first of the queue that fits, in order of filing, in the transaction that frees the device', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const [a, b, c, d] = [loan(t, 'A'), loan(t, 'B'), loan(t, 'C'), loan(t, 'D')];
  await a.out(week);
  for (const one of [b, c, d]) await one.open();
  await d.approve(laptop('2027-04-07', '2027-04-08'));
  await c.approve(week);
  await b.approve(week); // Filed first, approved last.
  expect(await queued(t)).toEqual(['B', 'C', 'D']);
  expect(await a.release()).toEqual({ clockOffsetMs: 0 });
  expect(await reservations(t)).toEqual(['B PC-1 [2027-04-06,2027-04-11)']);
  expect(await queued(t)).toEqual(['C', 'D']);
  expect(await t.ledger.withNews()).toMatchObject([{ procedure: 'device-loan', caseId: 'B' }]);
  const told = await t.ledger.look({ caseId: 'B', seq: 3, due: waitsForDevice });
  expect(told.next?.input).toEqual({ by: 'system', assetTag: 'PC-1', pool: 'tax', collectBy: '2027-04-08T15:00:00.000Z', waited: true });
  await b.step('withdraw', undefined, { due: [] }); // Before it has heard: the device goes on to the next.
  expect(await reservations(t)).toEqual(['C PC-1 [2027-04-06,2027-04-11)']);
  expect(await t.ledger.withNews()).toMatchObject([{ procedure: 'device-loan', caseId: 'C' }]);
});

it('what nobody has collected for one day is free on the next', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const one = loan(t, 'A');
  await one.open();
  await one.approve(laptop('2027-04-07', '2027-04-07'));
  const { next } = await t.ledger.look({ caseId: 'A', seq: 3, due: waitsForDevice });
  expect(next?.input).toMatchObject({ assetTag: 'PC-1', collectBy: '2027-04-07T15:00:00.000Z' });
});

it('50 ask at once for the last device: one has it, 49 wait in order of filing; 20 rounds', { timeout: 120_000 }, async () => {
  const t = await town({ connections: 12 });
  await addDevice(t, 'PC-1');
  for (let round = 1; round <= 20; round += 1) {
    const loans = Array.from({ length: 50 }, (_, index) => ({ id: `R${round}-${index}`, ...loan(t, `R${round}-${index}`) }));
    for (const { open } of loans) await open();
    const shuffled = loans.map((one, index) => ({ one, at: (index * 37 + round * 11) % 50 })).sort((a, b) => a.at - b.at);
    const answers = await Promise.all(shuffled.map(async ({ one }) => ({ id: one.id, answer: await one.approve(week) })));
    const winners = answers.filter(({ answer }) => answer.next).map(({ id }) => id);
    expect(winners).toHaveLength(1);
    expect(await reservations(t)).toEqual([`${winners[0]} PC-1 [2027-04-06,2027-04-11)`]);
    expect(await queued(t)).toEqual(loans.map(({ id }) => id).filter((id) => id !== winners[0]));
    await Promise.all(loans.toReversed().map(({ step }) => step('withdraw', undefined, { due: [] })));
    expect([await reservations(t), await queued(t), await t.sql('select from news')]).toEqual([[], [], []]);
  }
});

it('refuses an extension into days that are promised to another, names the first of them, and grants the others', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const a = loan(t, 'A');
  await a.out(week);
  await loan(t, 'B').reserved(nextWeek);
  const devicePromised = { code: 'devicePromised', article: expect.any(String), field: 'until', limit: '2027-04-12' };
  expect(await a.step('askExtension', { ...week, custody: true, asked: '2027-04-11' })).toEqual({
    refuses: devicePromised,
    clockOffsetMs: 0,
  });
  expect(await t.ledger.caseById('A')).toMatchObject({ seq: 4, status: 'handOver' });
  await a.step('askExtension', { ...week, custody: true, asked: '2027-04-10' });
  await a.step('decideExtension', { ...week, until: '2027-04-10', custody: true });
  expect(await reservations(t)).toEqual(['A PC-1 [2027-04-06,2027-04-12)', 'B PC-1 [2027-04-12,2027-04-18)']);
});

it('refuses a granted extension whose days were promised between asking and granting', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const a = loan(t, 'A');
  await a.out(week);
  await a.step('askExtension', { ...week, custody: true, asked: '2027-04-14' });
  await loan(t, 'B').reserved(nextWeek);
  expect(await a.step('decideExtension', { ...week, custody: true, until: '2027-04-14' })).toMatchObject({
    refuses: { code: 'devicePromised' },
  });
  expect(await reservations(t)).toEqual(['A PC-1 [2027-04-06,2027-04-11)', 'B PC-1 [2027-04-12,2027-04-18)']);
});

it("gives IT's choice when it is free, tells the case, and the other device to the queue", async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  await addDevice(t, 'PC-2', { pool: 'it' });
  await addDevice(t, 'WR-1', { kind: 'wifiRouter' });
  const [a, b] = [loan(t, 'A'), loan(t, 'B')];
  await a.reserved(week);
  await b.reserved(week);
  for (const taken of ['PC-9', 'WR-1'])
    expect(await a.step('chooseDevice', { ...week, assetTag: taken })).toMatchObject({
      refuses: { code: 'deviceNotFree', field: 'assetTag', limit: taken },
    });
  expect(await a.step('chooseDevice', { ...week, assetTag: 'PC-2' })).toMatchObject({
    next: { name: 'reassign', input: { assetTag: 'PC-2', pool: 'it' } },
  });
  expect(await b.hear()).toBe('reserve PC-1');
  expect(await a.hear()).toBe('reassign PC-2');
  expect(await b.step('chooseDevice', { ...week, assetTag: 'PC-2' })).toMatchObject({ refuses: { code: 'deviceNotFree' } });
});

it('hands over a device only when it is here, and only the one of which the case knows', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const [a, b] = [loan(t, 'A'), loan(t, 'B')];
  await a.out(week);
  await b.reserved(nextWeek);
  const notReleased = { refuses: { code: 'deviceNotReleased', field: 'assetTag', limit: 'PC-1' } };
  expect(await b.step('handOver', { ...nextWeek, custody: true })).toMatchObject(notReleased);
  await a.release();
  expect(await b.step('handOver', { ...nextWeek, custody: true })).toEqual({ clockOffsetMs: 0 });
  expect(await t.sql('select case_id, until from custody order by number')).toMatchObject([
    { case_id: 'A', until: expect.any(Date) },
    { case_id: 'B', until: null },
  ]);

  await addDevice(t, 'PC-2');
  await addDevice(t, 'PC-3');
  const c = loan(t, 'C');
  await c.reserved(week);
  await t.ledger.changeDevice({ assetTag: 'PC-2', version: 1 }, { act: 'repair' }, 'S1');
  expect(await c.step('handOver', { ...week, custody: true })).toMatchObject({ refuses: { code: 'deviceNotReleased', limit: 'PC-2' } });
  expect(await c.hear()).toBe('reassign PC-3');
  await t.ledger.changeDevice({ assetTag: 'PC-3', version: 1 }, { act: 'repair' }, 'S1');
  expect(await c.step('handOver', { ...week, custody: true })).toMatchObject({ refuses: { code: 'deviceNotReleased', field: 'assetTag' } });
  await t.ledger.changeDevice({ assetTag: 'PC-3', version: 2 }, { act: 'repaired' }, 'S1');
  expect(await c.hear()).toBeUndefined(); // The same device again: there is nothing to tell.
  expect(await c.step('handOver', { ...week, custody: true })).toEqual({ clockOffsetMs: 0 });
});

it('a device that is handed over early is out for everybody else, and not handed over early where that breaks a promise', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const [a, b, c] = [loan(t, 'A'), loan(t, 'B'), loan(t, 'C')];
  await a.reserved(week);
  await b.reserved(nextWeek);
  expect(await b.step('handOver', { ...nextWeek, custody: true })).toMatchObject({
    refuses: { code: 'deviceNotFree', field: 'assetTag', limit: 'PC-1' },
  });
  await a.step('withdraw', undefined, { due: [] });
  expect(await b.step('handOver', { ...nextWeek, custody: true })).toEqual({ clockOffsetMs: 0 });
  expect(await c.reserved(week)).toBeUndefined();
  expect(await loan(t, 'D').reserved(laptop('2027-04-18', '2027-04-20'))).toBe('reserve PC-1');
});

it('moves the loans of a lost device to another one or back to their place in the queue', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const [a, b, c, d] = [loan(t, 'A'), loan(t, 'B'), loan(t, 'C'), loan(t, 'D')];
  await a.out(week);
  await b.reserved(nextWeek);
  await c.reserved(laptop('2027-05-10', '2027-05-14'));
  await d.reserved(nextWeek);
  expect(await queued(t)).toEqual(['D']);
  await addDevice(t, 'PC-2');
  await t.sql(
    `insert into reservations (case_id, asset_tag, from_day, until_day, turnaround_days) values ('D', 'PC-2', '2027-05-12', '2027-05-12', 0)`,
  );

  await a.step('reportLoss', { ...week, custody: true, condition: 'lost' });
  expect(await t.ledger.device('PC-1')).toMatchObject({ status: 'lost', version: 2, custody: { caseId: 'A' } });
  expect(await b.hear()).toBe('reassign PC-2');
  expect(await c.hear()).toBe('requeue');
  expect(await c.hear()).toBeUndefined();
  expect(await queued(t)).toEqual(['C', 'D']);
});

it('a found device comes back through its confirmation; one that is written off or destroyed never', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const [a, b] = [loan(t, 'A'), loan(t, 'B')];
  await a.out(week);
  await b.reserved(week);
  await a.step('reportLoss', { ...week, custody: true, condition: 'lost' });
  await a.step('find', { ...week, custody: true });
  expect(await t.ledger.device('PC-1')).toMatchObject({ status: 'lost', custody: { caseId: 'A' } });
  expect(await loan(t, 'X').reserved(laptop('2027-06-01', '2027-06-02'))).toBeUndefined();
  expect(await b.hear()).toBeUndefined();
  await a.release();
  expect(await t.ledger.device('PC-1')).toMatchObject({ status: 'available', version: 3 });
  expect(await b.hear()).toBe('reserve PC-1');

  await b.step('handOver', { ...week, custody: true });
  const c = loan(t, 'C');
  await c.reserved(week);
  await b.step('destroyed', { ...week, custody: true, condition: 'destroyed' }, { due: [{ step: 'accountFor', who: 'it' }] });
  expect(await t.ledger.device('PC-1')).toEqual(expect.objectContaining({ status: 'destroyed', reservations: [] }));
  expect((await t.ledger.device('PC-1'))?.custody).toBeUndefined();
  await b.step('accountFor', { ...week, custody: true, condition: 'destroyed' }, { due: [] });
  expect(await c.hear()).toBeUndefined();
  expect(await queued(t)).toEqual(['X', 'C']);
});

it('in the morning, who begins today does not wait for a device that is not back', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const [a, b, c] = [loan(t, 'A'), loan(t, 'B'), loan(t, 'C')];
  await a.out(week);
  await b.reserved(nextWeek);
  await c.reserved(nextWeek);
  t.clock.set('2027-04-11T23:30:00.000Z'); // The morning of Monday, 12 April.
  await addDevice(t, 'PC-2', { pool: 'common' });
  expect(await t.ledger.rehomeLate('2027-04-11')).toBe(0);
  expect(await t.ledger.rehomeLate('2027-04-12')).toBe(1);
  expect(await t.ledger.rehomeLate('2027-04-12')).toBe(0);
  expect(await b.hear()).toBe('reassign PC-2');
  expect(await loan(t, 'D').reserved(laptop('2027-04-20', '2027-04-21'))).toBe('reserve PC-2'); // Nobody knows when PC-1 comes back.
  await a.release();
  expect(await c.hear()).toBe('reserve PC-1');
});

it('who was requeued in the morning comes before whoever filed later', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const [a, b, c] = [loan(t, 'A'), loan(t, 'B'), loan(t, 'C')];
  await a.out(week);
  await b.reserved(nextWeek);
  await c.reserved(nextWeek);
  t.clock.set('2027-04-11T23:30:00.000Z');
  expect(await t.ledger.rehomeLate('2027-04-12')).toBe(1);
  expect(await b.hear()).toBe('requeue');
  expect(await queued(t)).toEqual(['B', 'C']);
  await a.release();
  expect([await b.hear(), await c.hear()]).toEqual(['reserve PC-1', undefined]);
});

it('a case that writes down old news hears at once what has become of it', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const a = loan(t, 'A');
  await a.open();
  const { next: old } = await a.approve(week);
  await addDevice(t, 'PC-2');
  await t.ledger.changeDevice({ assetTag: 'PC-1', version: 1 }, { act: 'repair' }, 'S1'); // The workflow has the old news in its hands already.
  if (!old) throw new Error('no news');
  const answer = await t.ledger.append(entry('A', 3, old, { due: waitsForDevice, claim: week }));
  expect(answer).toMatchObject({ next: { name: 'reassign', input: { assetTag: 'PC-2' } } });
  expect(await t.sql('select name from news')).toEqual([{ name: 'reassign' }]);
});

it('what a case is told waits for the event that it is just writing', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  await addDevice(t, 'PC-2');
  const a = loan(t, 'A');
  await a.open();
  await a.approve(week);
  const writing = new pg.Client({ connectionString: t.databaseUrl });
  await writing.connect();
  onTestFinished(() => writing.end());
  await writing.query(`begin; update cases set known_asset = 'PC-1' where case_id = 'A'; delete from news where case_id = 'A'`);
  const repair = t.ledger.changeDevice({ assetTag: 'PC-1', version: 1 }, { act: 'repair' }, 'S1');
  const waits = () => t.sql(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
  await vi.waitFor(async () => expect(await waits()).toHaveLength(1));
  await writing.query('commit');
  await repair;
  expect(await t.sql(`select name, event->'input'->>'assetTag' as tag from news`)).toEqual([{ name: 'reassign', tag: 'PC-2' }]);
});

it('a case that goes back to the queue before it has heard of its device hears nothing', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const a = loan(t, 'A');
  await a.open();
  await a.approve(week);
  await t.ledger.changeDevice({ assetTag: 'PC-1', version: 1 }, { act: 'repair' }, 'S1');
  expect(await t.sql('select from news')).toEqual([]);
  await t.ledger.changeDevice({ assetTag: 'PC-1', version: 2 }, { act: 'repaired' }, 'S1');
  expect(await a.hear()).toBe('reserve PC-1');
});

it('a waiting claim follows its dates', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  await loan(t, 'A').reserved(week);
  const b = loan(t, 'B');
  await b.reserved(week);
  expect(await b.step('changeDates', laptop('2027-04-07', '2027-04-12'))).toEqual({ clockOffsetMs: 0 });
  expect(await b.step('changeDates', nextWeek)).toMatchObject({ next: { name: 'reserve', input: { assetTag: 'PC-1' } } });
  expect(await queued(t)).toEqual([]);
});

it('days that a loan gives up serve the queue', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const [a, b] = [loan(t, 'A'), loan(t, 'B')];
  await a.reserved(laptop('2027-04-06', '2027-04-16'));
  await b.reserved(nextWeek);
  await a.step('shorten', laptop('2027-04-06', '2027-04-08'));
  expect(await b.hear()).toBe('reserve PC-1');
});

it('the constraints hold by themselves', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  await loan(t, 'A').out(week);
  await loan(t, 'B').open();
  const reserve = `insert into reservations (case_id, asset_tag, from_day, until_day, turnaround_days) values ('B', 'PC-1', '2027-04-10', '2027-04-10', 0)`;
  await expect(t.sql(reserve)).rejects.toThrow(/one_promise/);
  await expect(t.sql(`insert into custody (case_id, asset_tag, since) values ('B', 'PC-1', '2027-04-06')`)).rejects.toThrow(/one_custody/);
  await expect(t.ledger.append(entry('C', 1, { name: 'request', key: freshKey() }))).resolves.toBeDefined();
});
