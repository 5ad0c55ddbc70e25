import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { Temporal } from 'temporal-polyfill';
import { hostClock } from '../activities/ledger/clock.js';
import type { Finding } from '../activities/ledger/port.js';
import { createPostgresLedger, type PostgresLedger } from '../activities/ledger/postgres.js';
import { type Calendar, municipalCalendar, today } from '../config/calendar.js';
import { readClosures } from '../config/closures.js';
import { readSettings, type Settings } from '../config/settings.js';
import { temporalOptions } from '../config/temporal.js';
import { ensureStanding } from '../worker/schedules.js';
import { eveningRoundWorkflowId } from '../workflows/evening-round/contract.js';
import { morningRoundWorkflowId } from '../workflows/morning-round/contract.js';
import { type CasePlace, caseWorkflowId, withWorkflow, workflowTypes } from '../workflows/shared/procedures.js';
import type { Place } from './place.js';

/** The parts themselves: for what only an operator does, and must be able to do when the API is down. */
export interface Parts {
  ledger: PostgresLedger;
  temporal: Client;
  taskQueue: string;
  calendar: Calendar;
  /** Whether this town may move its clock. */
  movesClock: boolean;
}

/** Connects to ledger and Temporal as worker and API do, for the time of `use`. @throws SettingsError */
export async function withParts<Result>({ settings: environment }: Place, use: (parts: Parts) => Promise<Result>): Promise<Result> {
  const settings = readSettings(environment);
  const ledger = createPostgresLedger({
    databaseUrl: settings.DATABASE_URL.reveal(),
    connections: settings.DATABASE_POOL,
    clock: hostClock,
    calendar: calendarOf(settings),
  });
  const { connection: options, namespace } = temporalOptions(settings);
  const connection = Connection.lazy(options);
  try {
    const temporal = new Client({ connection, namespace });
    const { TEMPORAL_TASK_QUEUE: taskQueue, TOWN_CLOCK: movesClock } = settings;
    return await use({ ledger, temporal, taskQueue, movesClock, calendar: calendarOf(settings) });
  } finally {
    await Promise.all([ledger.close(), connection.close()]);
  }
}

const calendarOf = ({ CLOSURES_FILE: file }: Settings): Calendar => municipalCalendar(file ? readClosures(file) : undefined);

/** What the chains do not vouch for any more; nothing when the ledger is sound. */
export const verify = ({ ledger }: Parts): AsyncIterable<Finding> => ledger.verifyChains();

/** What became of the cases that were to be opened again; `reason`: the failure's name, for those that could not be. */
export interface Reopened {
  opened: number;
  running: number;
  failed: readonly { receiptNumber: string; reason: string }[];
}

const reopenedAtOnce = 20;

/**
 * Opens open cases, and closed ones of which something outside is not done yet, on the Temporal server of the settings from what the ledger holds of them: all, or the one of this receipt number. What
 * runs as long as the programme does (mail, the rounds' schedule) begins there too. One that runs there already is left alone, so it may be done any
 * number of times. Recorded as an act of the operator. @throws NoOpenCase
 */
export async function reopen(parts: Parts, receiptNumber?: string): Promise<Reopened> {
  const { db } = parts.ledger;
  await ensureStanding(parts.temporal, parts.taskQueue);
  const undone = db.selectFrom('effect_marks').select('case_id').where('how', '<>', 'done');
  let open = db
    .selectFrom('cases')
    .select(['procedure', 'case_id as caseId', 'receipt_number'])
    .$narrowType<Pick<CasePlace, 'procedure'>>()
    .where('procedure', 'in', withWorkflow) // The others' cases are rows: there is nothing to open.
    .where((is) => is.or([is('closed', '=', false), is('case_id', 'in', undone)]))
    .orderBy('filing');
  if (receiptNumber) open = open.where('receipt_number', '=', receiptNumber);
  const cases = await open.execute();
  if (receiptNumber && !cases.length) throw new NoOpenCase(receiptNumber);
  const outcomes: ({ receiptNumber: string } & (Awaited<ReturnType<typeof reopenOne>> | { reason: string }))[] = [];
  for (let first = 0; first < cases.length; first += reopenedAtOnce) {
    const batch = cases.slice(first, first + reopenedAtOnce).map(async ({ receipt_number, ...place }) => ({
      receiptNumber: receipt_number,
      ...(await reopenOne(parts, place).catch((failure: unknown) => ({
        reason: failure instanceof Error ? failure.name : typeof failure,
      }))),
    }));
    outcomes.push(...(await Promise.all(batch)));
  }
  const running = outcomes.filter((one) => 'running' in one && one.running).length;
  const failed = outcomes.flatMap((one) => ('reason' in one ? [{ receiptNumber: one.receiptNumber, reason: one.reason }] : []));
  const reopened = { opened: outcomes.length - running - failed.length, running, failed };
  const detail = JSON.stringify({ ...reopened, ...(receiptNumber && { receiptNumber }) });
  await db
    .insertInto('operator_acts')
    .values({ at: await townTime(parts), act: 'reopenCases', detail })
    .execute();
  return reopened;
}

async function reopenOne({ ledger, temporal, taskQueue }: Parts, place: CasePlace): Promise<{ running: boolean }> {
  const events = (await ledger.events(place.caseId)).map(({ event }) => event);
  const start = { taskQueue, workflowId: caseWorkflowId(place), args: [place.caseId, events] };
  return temporal.workflow.start(workflowTypes[place.procedure], start).then(
    () => ({ running: false }),
    (failure: unknown) => {
      if (failure instanceof WorkflowExecutionAlreadyStartedError) return { running: true };
      throw failure;
    },
  );
}

/** No case of this number is open. */
export class NoOpenCase extends Error {
  override readonly name = 'NoOpenCase';
  constructor(receiptNumber: string) {
    super(`開いている案件 ${receiptNumber} はありません。\nThere is no open case ${receiptNumber}.`);
  }
}

/** A town in earnest has the time that it has. */
export class ClockIsFixed extends Error {
  override readonly name = 'ClockIsFixed';
  constructor() {
    super('この町の時計は進められません（TOWN_CLOCK）。\nThe clock of this town cannot be moved (TOWN_CLOCK).');
  }
}

/** Domain time now, an instant. */
export const townTime = async ({ ledger }: Pick<Parts, 'ledger'>): Promise<string> =>
  new Date(hostClock.now().getTime() + (await ledger.clockOffset())).toISOString();

/** A span such as `1d`, `12h`, `2w`, in milliseconds; undefined for what is none. */
export function spanMs(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,3})([mhdw])$/.exec(text) ?? [];
  const hours = { m: 1 / 60, h: 1, d: 24, w: 7 * 24 }[unit as 'm' | 'h' | 'd' | 'w'];
  return count && hours ? Number(count) * hours * 3_600_000 : undefined;
}

/** When the rounds are (design §4.1), on the municipality's clock. */
const rounds = { morning: '08:30', evening: '17:30' } as const;
type RoundName = keyof typeof rounds;
/** What is due is written down within a moment; a case that takes longer waits for something that is away. */
const settlesWithinMs = 20_000;
/** So long is a round's mail waited for: on another day it would say something else. */
const leavesWithinMs = 5_000;

/**
 * Moves the town's clock forward, from one round to the next: what is due by then happens before the round is made, and its mail leaves before the next. Says each round that it has made. The
 * clock's moves are recorded as acts of the operator by the ledger itself. @throws ClockIsFixed
 */
export async function forward(parts: Parts, ms: number, onRound: (date: string, round: RoundName) => void): Promise<void> {
  if (!parts.movesClock) throw new ClockIsFixed();
  const until = Date.parse(await townTime(parts)) + ms;
  for (const { date, round, at } of roundsUntil(parts.calendar, await townTime(parts), until)) {
    await moveTo(parts, at);
    await makeRound(parts, round, date);
    onRound(date, round);
  }
  await moveTo(parts, until);
}

/** The rounds between two instants, in order. */
function roundsUntil({ isBusinessDay }: Calendar, from: string, until: number): readonly { date: string; round: RoundName; at: number }[] {
  const between: { date: string; round: RoundName; at: number }[] = [];
  for (let day = Temporal.PlainDate.from(today(from)); ; day = day.add({ days: 1 })) {
    const date = day.toString();
    for (const [round, time] of Object.entries(rounds) as [RoundName, string][]) {
      const at = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime('Asia/Tokyo').epochMilliseconds;
      if (at > until) return between;
      if (at > Date.parse(from) && isBusinessDay(date)) between.push({ date, round, at });
    }
  }
}

/** The clock shows this instant at least, and what was due by then has happened: the worker hears of the move and wakes those cases. */
async function moveTo({ ledger }: Parts, instant: number): Promise<void> {
  const ms = Math.ceil(instant - Date.parse(await townTime({ ledger })));
  if (ms > 0) await ledger.moveClock(ms);
  await within(settlesWithinMs, async () => !(await ledger.fallen()).length);
}

const workflowOf = { morning: ['morningRound', morningRoundWorkflowId], evening: ['eveningRound', eveningRoundWorkflowId] } as const;

/** The round of the date, once: the schedule may have made it already. */
export async function makeRound({ ledger, temporal, taskQueue }: Parts, round: RoundName, date: string): Promise<void> {
  const [workflow, idOf] = workflowOf[round];
  const start = { taskQueue, workflowId: idOf(date), args: [date], workflowIdReusePolicy: 'REJECT_DUPLICATE' as const };
  await temporal.workflow.start(workflow, start).catch((failure: unknown) => {
    if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
  });
  await temporal.workflow.getHandle(idOf(date)).result();
  await within(leavesWithinMs, async () => !(await ledger.mails({ state: 'waiting', limit: 1 })).items.length);
}

/** Waits until it is so, or the time is over. */
async function within(ms: number, isSo: () => Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < ms && !(await isSo()); waitedMs += 100) await pause(100);
}
