import { expect, it } from 'vitest';
import { loan } from './loan.js';
import { addDevice, laptop, town } from './town.js';

const week = laptop('2027-04-06', '2027-04-09');
const device = {
  assetTag: 'PC-1',
  kind: 'laptop',
  pool: 'tax',
  manufacturer: '北斗電子',
  model: 'Lite 13',
  serial: 'ABC',
  networkZone: 'internet',
  note: '',
};

it('registers a device once, gives it to whoever waits, and remembers who registered it', async () => {
  const t = await town();
  const a = loan(t, 'A');
  expect(await a.reserved(week)).toBeUndefined();
  expect(await t.ledger.registerDevice(device, 'S7')).toEqual({ device: { ...device, status: 'available', version: 1 } });
  expect(await a.hear()).toBe('reserve PC-1');
  expect(await t.ledger.registerDevice({ ...device, serial: 'DEF' }, 'S7')).toMatchObject({
    refuses: { code: 'deviceKnown', field: 'assetTag', limit: 'PC-1' },
  });
  expect(await t.ledger.registerDevice({ ...device, assetTag: 'PC-2' }, 'S7')).toMatchObject({
    refuses: { code: 'deviceKnown', field: 'serial', limit: 'ABC' },
  });
  expect(await t.ledger.deviceEvents('PC-1')).toEqual([{ at: '2027-04-05T00:00:00.000Z', by: 'S7', act: 'register', detail: {} }]);
});

it('takes a change only of the version that was looked at', async () => {
  const t = await town();
  await t.ledger.registerDevice(device, 'S7');
  expect(await t.ledger.changeDevice({ assetTag: 'PC-9', version: 1 }, { act: 'repair' }, 'S7')).toBe('unknown');
  expect(await t.ledger.changeDevice({ assetTag: 'PC-1', version: 1 }, { act: 'correct', note: '予備' }, 'S7')).toMatchObject({
    device: { note: '予備', version: 2 },
  });
  expect(await t.ledger.changeDevice({ assetTag: 'PC-1', version: 1 }, { act: 'repair' }, 'S7')).toBe('changed');
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((note) => t.ledger.changeDevice({ assetTag: 'PC-1', version: 2 }, { act: 'correct', note }, 'S7')),
  );
  expect(answers.filter((answer) => answer === 'changed')).toHaveLength(2);
  expect(await t.ledger.deviceEvents('PC-1')).toHaveLength(3);
});

it('sends nothing to repair, to another pool or back to the lessor that is in somebody’s hands or not erased', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  const a = loan(t, 'A');
  await a.out(week);
  for (const change of [
    { act: 'repair' },
    { act: 'returnLease' },
    { act: 'retire' },
    { act: 'miss' },
    { act: 'move', pool: 'common' },
  ] as const)
    expect(await t.ledger.changeDevice({ assetTag: 'PC-1', version: 1 }, change, 'S7')).toMatchObject({
      refuses: { code: 'deviceOut', limit: '令和9-貸-0001' },
    });
  await a.release();
  expect(await t.ledger.changeDevice({ assetTag: 'PC-1', version: 1 }, { act: 'returnLease' }, 'S7')).toMatchObject({
    device: { status: 'leaseReturned' },
  });
  expect(await t.ledger.changeDevice({ assetTag: 'PC-1', version: 2 }, { act: 'repaired' }, 'S7')).toMatchObject({
    refuses: { code: 'deviceState', limit: 'leaseReturned' },
  });
});

it('what leaves the pool frees nobody’s promise silently: loans move, and what comes back serves the queue', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  await addDevice(t, 'PC-2', { pool: 'common' });
  const [a, b] = [loan(t, 'A'), loan(t, 'B')];
  await a.reserved(week);
  await b.reserved(week);
  await t.ledger.changeDevice({ assetTag: 'PC-1', version: 1 }, { act: 'repair' }, 'S7');
  expect(await a.hear()).toBe('requeue');
  await t.ledger.changeDevice({ assetTag: 'PC-1', version: 2 }, { act: 'repaired' }, 'S7');
  expect(await a.hear()).toBe('reserve PC-1');
  await t.ledger.changeDevice({ assetTag: 'PC-1', version: 3 }, { act: 'move', pool: 'welfare' }, 'S7');
  expect(await a.hear()).toBe('requeue'); // The tax department's loans have no claim on it any more.
  await t.ledger.changeDevice({ assetTag: 'PC-2', version: 1 }, { act: 'move', pool: 'tax' }, 'S7');
  expect(await b.hear()).toBeUndefined(); // It looks in both pools, and may keep it.
  expect(await t.ledger.device('PC-2')).toMatchObject({ pool: 'tax', reservations: [{ caseId: 'B' }] });
  await t.ledger.changeDevice({ assetTag: 'PC-2', version: 2 }, { act: 'miss' }, 'S7');
  expect(await b.hear()).toBe('requeue');
  await t.ledger.changeDevice({ assetTag: 'PC-2', version: 3 }, { act: 'find' }, 'S7');
  expect([await a.hear(), await b.hear()]).toEqual(['reserve PC-2', undefined]);
  expect((await t.ledger.deviceEvents('PC-1')).map(({ act, detail }) => [act, detail])).toEqual([
    ['repair', {}],
    ['repaired', {}],
    ['move', { from: 'tax', to: 'welfare' }],
  ]);
});

it('keeps the register of a department: its pool, who has what, and what its people have of others', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  await addDevice(t, 'PC-2', { pool: 'common' });
  await addDevice(t, 'PC-3', { pool: 'welfare' });
  await addDevice(t, 'MS-1', { kind: 'mouse' });
  await loan(t, 'A').out(week);
  await loan(t, 'B').reserved(week);
  const borrower = { staff: 'S4021', department: 'tax' };
  expect(await t.ledger.deviceRegister('tax')).toMatchObject([
    { assetTag: 'MS-1', kind: 'mouse', reservations: [] },
    { assetTag: 'PC-1', custody: { caseId: 'A', receiptNumber: '令和9-貸-0001', ...borrower, since: '2027-04-05T00:00:00.000Z' } },
    { assetTag: 'PC-2', pool: 'common', reservations: [{ caseId: 'B', ...borrower, from: '2027-04-06', until: '2027-04-09' }] },
  ]);
  expect((await t.ledger.deviceRegister('welfare')).map(({ assetTag }) => assetTag)).toEqual(['PC-3']);
  const first = await t.ledger.devices({ kind: 'laptop', limit: 2 });
  const second = await t.ledger.devices({ kind: 'laptop', limit: 2, ...(first.cursor && { cursor: first.cursor }) });
  expect([...first.items, ...second.items].map(({ assetTag }) => assetTag)).toEqual(['PC-1', 'PC-2', 'PC-3']);
  expect(second.cursor).toBeUndefined();
  expect((await t.ledger.devices({ pool: 'common', status: 'available', limit: 9 })).items).toHaveLength(1);
});

it('counts a pool: what is missing, what does not belong there, and changes nothing by itself', async () => {
  const t = await town();
  for (const assetTag of ['PC-1', 'PC-2', 'PC-3']) await addDevice(t, assetTag);
  await addDevice(t, 'PC-4', { pool: 'common' });
  await addDevice(t, 'PC-5', { status: 'inRepair' });
  await loan(t, 'A').out(week);
  const opened = await t.ledger.openStocktaking('tax', 'S7');
  expect(opened).toMatchObject({ pool: 'tax', openedBy: 'S7', seen: [], differences: { notSeen: ['PC-2', 'PC-3'], elsewhere: [] } });
  expect(await t.ledger.openStocktaking('tax', 'S8')).toEqual(opened);
  await t.ledger.recordSeen(opened.number, ['PC-1', 'PC-2', 'PC-4'], 'S7');
  await t.ledger.recordSeen(opened.number, ['PC-2', 'PC-5', 'XX-1'], 'S8');
  const differences = {
    notSeen: ['PC-3'],
    elsewhere: [
      { assetTag: 'PC-1', where: 'lent' },
      { assetTag: 'PC-4', where: 'otherPool' },
      { assetTag: 'PC-5', where: 'outOfCirculation' },
      { assetTag: 'XX-1', where: 'unknown' },
    ],
  };
  t.clock.set('2027-04-05T03:00:00.000Z');
  expect(await t.ledger.closeStocktaking(opened.number, 'S8')).toMatchObject({
    closedAt: '2027-04-05T03:00:00.000Z',
    closedBy: 'S8',
    differences,
  });
  await t.ledger.changeDevice({ assetTag: 'PC-3', version: 1 }, { act: 'miss' }, 'S8');
  expect(await t.ledger.stocktaking(opened.number)).toMatchObject({ differences, seen: ['PC-1', 'PC-2', 'PC-4', 'PC-5', 'XX-1'] });
  expect(await t.ledger.recordSeen(opened.number, ['PC-3'], 'S8')).toBeUndefined();
  expect(await t.ledger.closeStocktaking(opened.number, 'S8')).toBeUndefined();
  expect(await t.ledger.stocktaking(99)).toBeUndefined();
  expect((await t.ledger.openStocktaking('tax', 'S7')).number).not.toBe(opened.number);
});
