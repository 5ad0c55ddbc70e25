import { randomUUID } from 'node:crypto';
import { fc } from '@fast-check/vitest';
import { Client, Connection } from '@temporalio/client';
import type { QueryDefinition } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { expect, inject } from 'vitest';
import type { LedgerEntry, LedgerEvent } from '../activities/ledger/port.js';
import { bundleWorkflows, createWorker } from '../worker/create-worker.js';
import { caseWorkflowId, type WorkflowProcedure, workflowTypes } from '../workflows/shared/procedures.js';
import { quietRuntime } from './temporal-runtime.js';

/** Where a walk through the rules of a procedure has come. */
export interface Walked {
  procedure: WorkflowProcedure;
  query: QueryDefinition<object>;
  events: readonly LedgerEvent[];
  stands: object;
  isOver: boolean;
}

interface Rules<State, Event> {
  apply(state: State | undefined, event: Event): State;
  due(state: State): readonly { step: string }[];
}

/** Choices for so many walks, the same in every run. */
export const choicesFor = (walks: number): readonly (readonly number[])[] =>
  fc.sample(fc.array(fc.nat(99), { minLength: 25, maxLength: 25 }), { seed: 7, numRuns: walks });

/** All that the rules allow one after another, as chance chooses, and how the case then stands. `next`: the event of this name at this place. */
export function walk<State extends object, Event extends LedgerEvent>(
  choices: readonly number[],
  { apply, due }: Rules<State, Event>,
  { first, next }: { first: Event; next(name: string, seq: number, state: State): Event },
): Pick<Walked, 'events' | 'stands' | 'isOver'> {
  const events = [first];
  let state = apply(undefined, first);
  for (const choice of choices) {
    const open = due(state);
    if (!open.length) break;
    const one = next(open[choice % open.length]?.step ?? '', events.length, state);
    events.push(one);
    state = apply(state, one);
  }
  return { events, stands: state, isOver: due(state).length === 0 };
}

/** Opens the cases again at Temporal, with the events of their walks: each goes every step of its way and stands where the rules say. */
export async function openAgain(walks: readonly Walked[]): Promise<void> {
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
      planCampaign: async () => undefined,
      openSections: async () => undefined,
      handOutLinks: async () => undefined,
    },
  });
  await worker.runUntil(async () => {
    const cases = await Promise.all(
      walks.map(async (walked) => {
        const place = { procedure: walked.procedure, caseId: randomUUID() };
        const handle = await client.workflow.start(workflowTypes[walked.procedure], {
          taskQueue,
          workflowId: caseWorkflowId(place),
          args: [place.caseId, walked.events],
        });
        return { ...walked, ...place, handle };
      }),
    );
    for (const { caseId, handle, query, events, stands, isOver } of cases) {
      await expect.poll(() => written.get(caseId), { timeout: 60_000, interval: 20 }).toBe(events.length);
      expect(await handle.query(query)).toEqual(stands);
      if (isOver) expect(await handle.result()).toEqual(stands);
      else await handle.terminate();
    }
  });
  await connection.close();
  await native.close();
}
