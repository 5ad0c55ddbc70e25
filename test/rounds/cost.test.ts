import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { RoundActivities } from '../../activities/ledger/round.js';
import { countActions } from '../../bench/counts.js';
import { bundleWorkflows, createWorker } from '../../worker/create-worker.js';
import { quietRuntime } from '../temporal-runtime.js';

/** Duties that find nothing to do; the first try of one of them fails, as when the ledger is away for a moment. */
let tries = 0;
const duties: RoundActivities = {
  businessDay: async (date = '2026-11-24') => (date === '2026-11-23' ? undefined : date),
  seal: async () => 0,
  rehome: async () => 0,
  follow: async () => 0,
  wake: async () => 0,
  settleDays: async () => {
    tries += 1;
    if (tries === 1) throw new Error('away');
    return 0;
  },
  takeMonths: async () => 0,
  watchTrials: async () => 0,
  remind: async () => 3,
  remindInTheEvening: async () => 2,
  tidy: async () => 0,
};

let connection: Connection;
let native: NativeConnection;
let client: Client;
const taskQueue = `rounds-${randomUUID()}`;
let stop: () => Promise<void>;
beforeAll(async () => {
  quietRuntime();
  const address = inject('temporalAddress');
  [connection, native] = await Promise.all([Connection.connect({ address }), NativeConnection.connect({ address })]);
  client = new Client({ connection });
  const worker = await createWorker({
    connection: native,
    namespace: 'default',
    taskQueue,
    workflowBundle: await bundleWorkflows(),
    activities: duties,
  });
  const running = worker.run();
  stop = async () => {
    worker.shutdown();
    await running;
  };
});
afterAll(async () => {
  await stop();
  await Promise.all([connection.close(), native.close()]);
});

/** What a round answers, and its Actions without those of the schedule. */
async function roundOf(workflow: 'morningRound' | 'eveningRound', date: string): Promise<{ report: unknown; actions: number }> {
  const handle = await client.workflow.start(workflow, { taskQueue, workflowId: randomUUID(), args: [date] });
  const report = await handle.result();
  return { report, actions: countActions(await handle.fetchHistory()) };
}

it('costs a start and one workflow task with all its duties, and a retry no more than itself', async () => {
  const first = await roundOf('morningRound', '2026-11-24');
  expect(first.report).toEqual({
    seal: 0,
    rehome: 0,
    follow: 0,
    wake: 0,
    settleDays: 0,
    takeMonths: 0,
    watchTrials: 0,
    remind: 3,
    tidy: 0,
  });
  expect(tries).toBe(2);
  expect(first.actions).toBeLessThanOrEqual(3);
  expect(await roundOf('morningRound', '2026-11-25')).toMatchObject({ actions: 2 });
  expect(await roundOf('eveningRound', '2026-11-25')).toEqual({ report: { settleDays: 0, remindInTheEvening: 2 }, actions: 2 });
});

it('does nothing on a day on which the municipality is closed', async () => {
  expect(await roundOf('morningRound', '2026-11-23')).toEqual({ report: 'closed', actions: 2 });
  expect(await roundOf('eveningRound', '2026-11-23')).toEqual({ report: 'closed', actions: 2 });
});
