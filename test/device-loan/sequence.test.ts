import { randomUUID } from 'node:crypto';
import { fc } from '@fast-check/vitest';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import type { LedgerEntry } from '../../activities/ledger/port.js';
import { bundleWorkflows, createWorker } from '../../worker/create-worker.js';
import { getLoan } from '../../workflows/device-loan/contract.js';
import { due } from '../../workflows/device-loan/rules.js';
import { caseWorkflowId } from '../../workflows/shared/procedures.js';
import { quietRuntime } from '../temporal-runtime.js';
import { choicesOf40, statesOf, walk } from './cases.js';

it('the sequence goes every way that the rules allow: 120 random walks are opened again and stand where the rules say', async () => {
  quietRuntime();
  const address = inject('temporalAddress');
  const [connection, native] = await Promise.all([Connection.connect({ address }), NativeConnection.connect({ address })]);
  const client = new Client({ connection });
  const taskQueue = `walks-${randomUUID()}`;
  const written = new Map<string, number>();
  const nothingNew = { clockOffsetMs: Date.parse('2027-03-30T00:00:00Z') - Date.now() };
  const worker = await createWorker({
    connection: native,
    namespace: 'default',
    taskQueue,
    workflowBundle: await bundleWorkflows(),
    activities: {
      record: async ({ caseId, seq }: LedgerEntry) => written.set(caseId, seq) && nothingNew,
      look: async () => nothingNew,
      checkOut: async () => undefined,
      checkIn: async () => undefined,
    },
  });
  await worker.runUntil(async () => {
    const walks = fc
      .sample(choicesOf40, { seed: 16, numRuns: 120 })
      .map((choices, nth) => walk(choices, nth % 4 ? {} : { within: 'section-1' }));
    const loans = await Promise.all(
      walks.map(async (events) => {
        const loanId = randomUUID();
        const handle = await client.workflow.start('deviceLoan', {
          taskQueue,
          workflowId: caseWorkflowId({ procedure: 'device-loan', caseId: loanId }),
          args: [loanId, events],
        });
        return { events, loanId, handle };
      }),
    );
    for (const { events, loanId, handle } of loans) {
      await expect.poll(() => written.get(loanId), { timeout: 30_000, interval: 20 }).toBe(events.length);
      const stands = statesOf(events).at(-1);
      expect(await handle.query(getLoan)).toEqual(stands);
      if (stands && due(stands).length) await handle.terminate();
      else expect(await handle.result()).toEqual(stands);
    }
  });
  await connection.close();
  await native.close();
}, 60_000);
