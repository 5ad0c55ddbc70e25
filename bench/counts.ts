import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { CaseRow, EffectMark, EventRow, LedgerReader, NewsPort, RoundsPort, TownClock } from '../activities/ledger/port.js';
import { apply, due, type Loan, type LoanEvent } from '../workflows/device-loan/rules.js';
import * as registrationRules from '../workflows/registration/rules.js';
import { nudge } from '../workflows/shared/case.js';
import * as reviewRules from '../workflows/yearly-review/rules.js';
import { openLoan, take } from './loan.js';
import { openRegistration, registrationRequest, takeStep, untilConfirmed, wayToTheEnd } from './registration.js';
import type { Finding } from './report.js';
import { openReview, yearOfReview } from './review.js';
import { addDevices, type Servers, startWorker } from './servers.js';
import { approval, wayBack } from './way.js';

/** One run of a workflow, as the server keeps it. */
export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

/** What one case costs. Exact: the same steps cost the same on every machine. */
export interface Cost {
  /** What Temporal Cloud bills by. */
  actions: number;
  /** Entries of the history. */
  events: number;
  /** Size of the history as the server counts it. */
  bytes: number;
}

/** What a procedure consists of, by which its cost is judged. */
export interface Parts {
  /** Steps that people take, the opening included. */
  steps: number;
  /** Ordinary activities: what is done outside and may take hours. */
  effects: number;
  /** Waits that have a deadline. */
  deadlines: number;
  /** Times that the queue came to the case. */
  turns: number;
}

/**
 * Billable Actions of a history, by Temporal's documentation (docs.temporal.io/cloud/actions):
 * "Workflow started. Occurs via client start, Continue-As-New, Child Workflow start"; "Activity started or retried"; "Timer started. Includes implicit
 * Timers […], such as […] `condition` in TypeScript"; "Signal sent"; "Update received by Worker. Occurs for every successful Update";
 * "All Local Activities associated with one Workflow Task count as a single Action", and so do all markers of one Workflow Task.
 * A refused Update and a heartbeat cost one too and leave no event, so no history shows them; the first run of a continued case is counted with its own history.
 */
export function countActions({ events }: History): number {
  const all = events ?? [];
  const single = all.reduce((sum, event) => sum + actionsOf(event), 0);
  const tasksWithMarkers = new Set(
    all.flatMap(({ markerRecordedEventAttributes: marker }) => (marker ? [`${marker.workflowTaskCompletedEventId}`] : [])),
  );
  return single + tasksWithMarkers.size;
}

function actionsOf(event: HistoryEvent): number {
  if (event.activityTaskStartedEventAttributes) return (event.activityTaskStartedEventAttributes.attempt ?? 1) - 1;
  const { meteringMetadata } = event.workflowTaskCompletedEventAttributes ?? {};
  if (meteringMetadata) return meteringMetadata.nonfirstLocalActivityExecutionAttempts ?? 0;
  if (event.startChildWorkflowExecutionInitiatedEventAttributes) return 1; // Its start is counted in its own history.
  const one =
    event.workflowExecutionStartedEventAttributes ??
    event.workflowExecutionUpdateAcceptedEventAttributes ??
    event.workflowExecutionSignaledEventAttributes ??
    event.workflowExecutionOptionsUpdatedEventAttributes ??
    (isVersionMark(event) ? undefined : event.upsertWorkflowSearchAttributesEventAttributes) ??
    event.timerStartedEventAttributes ??
    event.activityTaskScheduledEventAttributes ??
    event.nexusOperationScheduledEventAttributes;
  return one ? 1 : 0;
}

/** What the SDK writes down beside a patch: an upsert of `TemporalChangeVersion` alone is no Action. */
const isVersionMark = ({ upsertWorkflowSearchAttributesEventAttributes: upsert }: HistoryEvent): boolean =>
  Object.keys(upsert?.searchAttributes?.indexedFields ?? {}).join() === 'TemporalChangeVersion';

/** The most Actions a case of these parts may cost: 2 a step, 1 an effect outside, 1 a deadline armed, 2 a turn from the queue, plus 2. */
export const mostActions = ({ steps, effects, deadlines, turns }: Parts): number => 2 * steps + effects + deadlines + 2 * turns + 2;

/** The most events: 6 a step or effect outside, 2 a deadline armed, plus 10. */
export const mostEvents = ({ steps, effects, deadlines }: Parts): number => 6 * (steps + effects) + 2 * deadlines + 10;

/** What the case cost, all its runs from the first together. */
async function costOf(handle: WorkflowHandle): Promise<Cost> {
  const [history, { historyLength, historySize = 0 }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  return { actions: countActions(history), events: historyLength, bytes: historySize };
}

/** What a case consisted of, by what the ledger holds of it: nothing here is taken from the history that is judged. */
function partsOf(timeline: readonly EventRow[], effects: readonly EffectMark[]): Parts {
  const events = timeline.map(({ event }) => event as LoanEvent);
  const parts = { steps: 0, effects: effects.length, deadlines: 0, turns: 0 };
  let loan: Loan | undefined;
  for (const [index, event] of events.entries()) {
    loan = apply(loan, event);
    if ('as' in event.input) parts.steps += 1;
    if (event.name === 'reserve' && event.input.waited) parts.turns += 1;
    const after = events[index + 1];
    const rests = after?.name !== 'reserve' || after.input.waited; // A device that is free is reserved before anybody waits.
    if (rests && due(loan).some((one) => 'at' in one)) parts.deadlines += 1;
  }
  return parts;
}

/** The same of a registration. Each change of access is an effect outside; what hung on it is back at once, since nothing does. */
function partsOfRegistration(timeline: readonly EventRow[]): Parts {
  const parts = { steps: 0, effects: 0, deadlines: 0, turns: 0 };
  let state: registrationRules.Registration | undefined;
  for (const event of timeline.map((row) => row.event as registrationRules.RegistrationEvent)) {
    const before = state;
    state = registrationRules.apply(before, event);
    if ('as' in event.input) parts.steps += 1;
    if (registrationRules.hasAccess(state) !== (before !== undefined && registrationRules.hasAccess(before))) parts.effects += 1;
    if (registrationRules.due(state).some((one) => 'at' in one)) parts.deadlines += 1;
  }
  return parts;
}

/** What is needed to play loans: the parts of a worker that runs `deviceLoan`, and one laptop in the common pool. */
export interface CountingTable {
  client: Client;
  taskQueue: string;
  ledger: LedgerReader & NewsPort;
}

/** The same for a fiscal year, whose clock is moved on. */
interface YearTable extends CountingTable {
  ledger: CountingTable['ledger'] & TownClock & Pick<RoundsPort, 'leaveNews'>;
}

export interface Counted {
  what: string;
  parts: Parts;
  cost: Cost;
  /** What it may cost, whatever its parts. */
  aim?: Pick<Cost, 'actions' | 'events'>;
}

/** Plays the full loan, and a second one that meanwhile waits in the queue for the same device; a step is taken only when nothing else moves. */
export async function countLoans(table: CountingTable): Promise<readonly [Counted, Counted]> {
  const first = await begin(table);
  const second = await begin(table);
  await finish(table, first);
  await until(async () => (await table.ledger.withNews()).some(({ caseId }) => caseId === second.loanId));
  await second.handle.signal(nudge); // As the delivery of news does.
  await finish(table, second);
  return [await counted('full loan', table, first), await counted('full loan that waited in the queue', table, second)];
}

/** Plays a registration with remote access from its form to its end, through a renewal. */
export async function countRegistration({ client, taskQueue, ledger }: CountingTable): Promise<Counted> {
  const usual = registrationRequest();
  const request = { ...usual, policy: { ...usual.policy, remoteAccess: true } };
  const [form] = untilConfirmed(request);
  const stage = { client, taskQueue, workflow: 'registration' } as const;
  const { registrationId, handle } = await openRegistration(stage, request, form ? [form] : []);
  for (const step of wayToTheEnd(request)) {
    await until(async () => (await isQuiet(handle)) && isDue(await ledger.caseById(registrationId), step.name));
    await takeStep(handle, step);
  }
  await handle.result();
  const [timeline, cost] = await Promise.all([ledger.events(registrationId), costOf(handle)]);
  return { what: 'registration, renewed once and revoked', parts: partsOfRegistration(timeline), cost };
}

/** The same of a fiscal year: each month that is frozen comes as news does. */
function partsOfYear(timeline: readonly EventRow[]): Parts {
  const parts = { steps: 0, effects: 0, deadlines: 0, turns: 0 };
  let state: reviewRules.YearlyReview | undefined;
  for (const event of timeline.map((row) => row.event as reviewRules.ReviewEvent)) {
    state = reviewRules.apply(state, event);
    if ('as' in event.input) parts.steps += 1;
    if (event.name === 'freeze') parts.turns += 1;
    if (reviewRules.due(state).some((one) => 'at' in one)) parts.deadlines += 1;
  }
  return parts;
}

/** Plays a fiscal year with five measures from its opening to the mayor's decision. */
async function countYear({ client, taskQueue, ledger }: YearTable): Promise<Counted> {
  const { reviewId, handle } = await openReview({ client, taskQueue });
  const quiet = (step: string) => until(async () => (await isQuiet(handle)) && isDue(await ledger.caseById(reviewId), step));
  const play = async (steps: typeof yearOfReview.beforehand) => {
    for (const { name, input } of steps) {
      await quiet(name);
      await handle.executeUpdate(name, { args: [input] });
    }
  };
  await play(yearOfReview.beforehand);
  await play(yearOfReview.meanwhile);
  for (const month of yearOfReview.months) {
    const input = { by: 'system', month, version: 1, hash: month };
    await ledger.leaveNews(reviewId, { name: 'freeze', input, key: `${reviewId}/${month}` });
    await handle.signal(nudge); // As the delivery of news does.
    await until(async () => !(await ledger.withNews()).length);
    await quiet('useSurvey');
  }
  await ledger.clockOffset();
  await ledger.moveClock(Date.parse(yearOfReview.endsAt) - ledger.townClock.now().getTime());
  await handle.signal(nudge);
  await play(yearOfReview.afterwards);
  await handle.result();
  const [timeline, cost] = await Promise.all([ledger.events(reviewId), costOf(handle)]);
  return { what: 'fiscal year with five measures', parts: partsOfYear(timeline), cost, aim: { actions: 200, events: 4_096 } };
}

const isDue = (row: CaseRow | undefined, name: string): boolean => row?.due.some((one) => 'who' in one && one.step === name) ?? false;

type Opened = Awaited<ReturnType<typeof openLoan>>;

async function begin({ client, taskQueue }: CountingTable): Promise<Opened> {
  const loan = await openLoan({ client, taskQueue, workflow: 'deviceLoan' });
  await take(loan.handle, approval(loan.request));
  return loan;
}

async function finish({ ledger }: CountingTable, { loanId, request, handle }: Opened): Promise<void> {
  let assetTag: string | undefined;
  await until(async () => {
    assetTag = ((await ledger.caseById(loanId))?.state as Loan | undefined)?.device?.assetTag;
    return assetTag !== undefined;
  });
  for (const step of wayBack(request, assetTag ?? '')) {
    await until(() => isQuiet(handle));
    await take(handle, step);
  }
  await handle.result();
}

/** Nothing of the case is under way: what happens together costs less, by chance. */
async function isQuiet(handle: WorkflowHandle): Promise<boolean> {
  const { raw } = await handle.describe();
  return !raw.pendingWorkflowTask && !raw.pendingActivities?.length;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await holds()); await pause(10)) if (Date.now() > end) throw new Error('waited in vain for 30 s');
}

async function counted(what: string, { ledger }: CountingTable, { loanId, handle }: Opened): Promise<Counted> {
  const [timeline, effects, cost] = await Promise.all([ledger.events(loanId), ledger.effects(loanId), costOf(handle)]);
  return { what, parts: partsOf(timeline, effects), cost };
}

/** The counts beside what the formula allows, or beside their aim. */
function asFindings({ what, parts, cost, aim }: Counted): readonly Finding[] {
  const { steps, effects, deadlines, turns } = parts;
  const put = `${steps} steps, ${effects} effects outside, ${deadlines} deadlines, ${turns} turns`;
  const { actions, events } = aim ?? { actions: mostActions(parts), events: mostEvents(parts) };
  return [
    {
      what: `${what}: Temporal actions`,
      figures: { actions: cost.actions, slack: actions - cost.actions },
      target: { figure: 'actions', atMost: actions },
      note: aim ? put : `2·${steps} + ${effects} + ${deadlines} + 2·${turns} + 2: ${put}`,
    },
    {
      what: `${what}: history events`,
      figures: { events: cost.events, slack: events - cost.events },
      target: { figure: 'events', atMost: events },
      ...(!aim && { note: `6·(${steps} + ${effects}) + 2·${deadlines} + 10` }),
    },
    { what: `${what}: history`, figures: { bytes: cost.bytes } },
  ];
}

/** The exact counts, on the bench's own servers. */
export async function measureCounts(servers: Servers): Promise<readonly Finding[]> {
  const { databaseUrl, ledger, sql } = await servers.freshLedger();
  await addDevices(sql, 1);
  const worker = await startWorker(servers, databaseUrl, 'bench-counts');
  try {
    const table = { client: servers.client, taskQueue: 'bench-counts', ledger };
    return [...(await countLoans(table)), await countRegistration(table), await countYear(table)].flatMap(asFindings);
  } finally {
    await worker.stop();
  }
}
