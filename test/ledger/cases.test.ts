import { expect, it } from 'vitest';

import { addDevice, entry, laptop, town, waitsForDevice } from './town.js';

it('writes an event with its read model, and answers what is known to come next', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  expect(await t.ledger.append(entry('A', 1, { name: 'request' }))).toEqual({ clockOffsetMs: 0 });
  expect(await t.ledger.caseById('A')).toMatchObject({
    caseId: 'A',
    receiptNumber: '令和9-貸-0001',
    status: 'request',
    seq: 1,
    closed: false,
    openedAt: '2027-04-05T00:00:00.000Z',
    state: { seq: 1 },
  });
  const answer = await t.ledger.append(
    entry('A', 2, { name: 'approve' }, { due: waitsForDevice, claim: laptop('2027-04-06', '2027-04-09') }),
  );
  expect(answer).toEqual({
    clockOffsetMs: 0,
    next: {
      name: 'reserve',
      input: { by: 'system', assetTag: 'PC-1', pool: 'tax', collectBy: '2027-04-08T15:00:00.000Z' },
      key: expect.any(String),
    },
  });
  expect(await t.ledger.look({ caseId: 'A', seq: 3, due: waitsForDevice })).toEqual(answer);
  expect(await t.sql('select asset_tag, period::text from reservations')).toEqual([
    { asset_tag: 'PC-1', period: '[2027-04-06,2027-04-11)' },
  ]);
  const reserved = entry('A', 3, answer.next!, { due: waitsForDevice, claim: laptop('2027-04-06', '2027-04-09') });
  expect(await t.ledger.append(reserved)).toEqual({ clockOffsetMs: 0 });
  expect(await t.sql('select from news')).toEqual([]);
});
