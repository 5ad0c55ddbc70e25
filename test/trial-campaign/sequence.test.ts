import { randomUUID } from 'node:crypto';
import { fc } from '@fast-check/vitest';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import type { LedgerEntry, LedgerEvent } from '../../activities/ledger/port.js';
import { bundleWorkflows, createWorker } from '../../worker/create-worker.js';
import { caseWorkflowId, workflowTypes } from '../../workflows/shared/procedures.js';
import { getTrialCampaign } from '../../workflows/trial-campaign/contract.js';
import * as campaigns from '../../workflows/trial-campaign/rules.js';
import { getTrialSection, steps } from '../../workflows/trial-section/contract.js';
import * as sections from '../../workflows/trial-section/rules.js';
import { quietRuntime } from '../temporal-runtime.js';
import { member, news, on, opening, step } from '../trial-section/cases.js';
import { event } from './cases.js';

/** All that the rules allow one after another, as chance chooses, and how the case then stands. */
function walk<State, Event extends LedgerEvent>(
  choices: readonly number[],
  { apply, due, first, next }: Walked<State, Event>,
): { events: readonly Event[]; stands: State; isOver: boolean } {
  const events = [first];
  let state = apply(undefined, first);
  for (const choice of choices) {
    const open = due(state);
    if (!open.length) break;
    const one = next(open[choice % open.length]?.step ?? '', events.length);
    events.push(one);
    state = apply(state, one);
  }
  return { events, stands: state, isOver: due(state).length === 0 };
}

interface Walked<State, Event> {
  apply(state: State | undefined, event: Event): State;
  due(state: State): readonly { step: string }[];
  first: Event;
  next(name: string, seq: number): Event;
}

const newsOf = {
  replan: news('replan', {
    on,
    moves: [{ staff: '4004', from: [], to: [{ date: '2027-04-15', part: 'day' }] }],
    cannot: [],
    period: { until: '2027-04-30', closed: [] },
  }),
  join: news('join', { on, member: member('4005', ['2027-04-13']) }),
  leave: news('leave', { on, staff: '4002' }),
  close: news('close', {}),
  cancel: news('cancel', {}),
};
const sectionEvent = (name: string, seq: number): sections.SectionEvent =>
  ({
    ...(name in steps ? step(name as keyof typeof steps) : newsOf[name as keyof typeof newsOf]),
    key: `key-${seq}`,
  }) as sections.SectionEvent;

it('both sequences go every way that the rules allow: 120 random walks are opened again and stand where the rules say', async () => {
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
      planCampaign: async () => undefined,
      openSections: async () => undefined,
    },
  });
  await worker.runUntil(async () => {
    const ways = fc.sample(fc.array(fc.nat(99), { minLength: 25, maxLength: 25 }), { seed: 7, numRuns: 60 });
    const start = async (procedure: 'trial-campaign' | 'trial-section', walked: ReturnType<typeof walk<object, LedgerEvent>>) => {
      const caseId = randomUUID();
      const handle = await client.workflow.start(workflowTypes[procedure], {
        taskQueue,
        workflowId: caseWorkflowId({ procedure, caseId }),
        args: [caseId, walked.events],
      });
      return { caseId, handle, procedure, ...walked };
    };
    const cases = await Promise.all(
      ways.flatMap((choices) => [
        start(
          'trial-campaign',
          walk(choices, { ...campaigns, first: event('draft'), next: (name) => event(name as campaigns.CampaignEvent['name']) }),
        ),
        start('trial-section', walk(choices, { ...sections, first: opening(), next: sectionEvent })),
      ]),
    );
    for (const { caseId, handle, procedure, events, stands, isOver } of cases) {
      await expect.poll(() => written.get(caseId), { timeout: 60_000, interval: 20 }).toBe(events.length);
      expect(procedure === 'trial-campaign' ? await handle.query(getTrialCampaign) : await handle.query(getTrialSection)).toEqual(stands);
      if (isOver) expect(await handle.result()).toEqual(stands);
      else await handle.terminate();
    }
    expect(cases.filter(({ isOver }) => isOver).length).toBeGreaterThan(10);
  });
  await connection.close();
  await native.close();
}, 120_000);
