import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { createInventoryActivities } from '../../activities/inventory/activities.js';
import { createBuiltInInventory } from '../../activities/inventory/built-in.js';
import { addDevice, entry, town } from '../ledger/town.js';
import { inventoryContract } from './contract.js';

inventoryContract('built in', async () => {
  const t = await town();
  await addDevice(t, 'PC-1');
  return createBuiltInInventory(t.ledger.db);
});

/** A case whose device goes out, and what the ledger shows of it. */
async function loan() {
  const t = await town();
  await addDevice(t, 'PC-1');
  await t.ledger.append(entry('loan-1', 1, { name: 'request' }));
  const { checkOut, checkIn } = createInventoryActivities({ inventory: createBuiltInInventory(t.ledger.db), marks: t.ledger });
  const run = (activity: typeof checkOut, assetTag: string) =>
    new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(activity, { loanId: 'loan-1', assetTag });
  return { ...t, checkOut, checkIn, run, effects: () => t.ledger.effects('loan-1') };
}

test('what was done outside is marked beside the case', async () => {
  const { run, checkOut, checkIn, effects } = await loan();
  await run(checkOut, 'PC-1');
  await run(checkIn, 'PC-1');
  expect((await effects()).map(({ name, how }) => [name, how]).sort()).toEqual([
    ['checkIn', 'done'],
    ['checkOut', 'done'],
  ]);
});

test('an unknown device is stuck until somebody mends it: no retry, and a mark that says why', async () => {
  const { run, checkOut, effects, sql } = await loan();
  const failure: unknown = await run(checkOut, 'PC-2').catch((thrown) => thrown);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type: 'UnknownAsset', nonRetryable: true, details: [{ loanId: 'loan-1', assetTag: 'PC-2' }] });
  expect(await effects()).toMatchObject([{ name: 'checkOut', how: 'stuck', reason: 'UnknownAsset' }]);
  await sql(
    `insert into devices (asset_tag, kind, pool, manufacturer, model, serial, network_zone) values ('PC-2', 'laptop', 'tax', 'Acme', 'A1', '2', 'internet')`,
  );
  await run(checkOut, 'PC-2');
  expect(await effects()).toMatchObject([{ name: 'checkOut', how: 'done' }]);
});

test('an inventory that is down is waited for', async () => {
  const { ledger, effects } = await loan();
  const down = {
    checkOut: () => Promise.reject(new Error('connection refused')),
    checkIn: () => Promise.reject(new Error('connection refused')),
  };
  const { checkOut } = createInventoryActivities({ inventory: down, marks: ledger });
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  await expect(environment.run(checkOut, { loanId: 'loan-1', assetTag: 'PC-1' })).rejects.toThrow('connection refused');
  expect(await effects()).toMatchObject([{ name: 'checkOut', how: 'waiting', reason: 'outage' }]);
});
