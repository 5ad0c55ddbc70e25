import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { expect, inject } from 'vitest';
import { createLedgerActivities } from '../../activities/ledger/activities.js';
import { openedCaseId } from '../../activities/ledger/canonical.js';
import { hostClock } from '../../activities/ledger/clock.js';
import { deliverNews } from '../../activities/ledger/news-delivery.js';
import { createPostgresLedger, type PostgresLedger } from '../../activities/ledger/postgres.js';
import { createRoundActivities } from '../../activities/ledger/round.js';
import type { History } from '../../bench/counts.js';
import { fiscalYear, municipalCalendar, today } from '../../config/calendar.js';
import { figurePolicy, loadPack, type PolicyPack, reviewPolicy, reviewTargets } from '../../config/policy/pack.js';
import { bundleWorkflows, createWorker } from '../../worker/create-worker.js';
import { createCaseStart } from '../../worker/start-case.js';
import { nudge } from '../../workflows/shared/case.js';
import { caseWorkflowId } from '../../workflows/shared/procedures.js';
import type { ReviewEvent, ReviewStep, YearlyReview } from '../../workflows/yearly-review/rules.js';
import { CaseAtCounter, type Refused } from '../counter.js';
import { freshDatabase } from '../database.js';
import { replayAll } from '../histories.js';
import { quietRuntime } from '../temporal-runtime.js';
import { event, step } from './cases.js';

const calendar = municipalCalendar();
/** The first fiscal year to come that has a 29 February. */
export const leapYear = (() => {
  const next = fiscalYear(today(hostClock.now().toISOString())) + 1;
  return next + ((3 - (next % 4) + 4) % 4);
})();

/** The third business day of the month after this one, on which its figures are frozen. */
const freezesOn = (month: string): string => {
  const [year = 0, nth = 0] = month.split('-').map(Number);
  const last = new Date(Date.UTC(year, nth, 0)).toISOString().slice(0, 10);
  return calendar.addBusinessDays(last, 3);
};

/** The months of the fiscal year. */
export const monthsOfYear = (year: number): readonly string[] =>
  [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3].map((month) => `${month < 4 ? year + 1 : year}-${`${month}`.padStart(2, '0')}`);

/** One ledger with its town's clock, news that are delivered, a worker and the server of the run: fiscal years pass in seconds. */
export class YearTown {
  readonly #made = new Map<string, string>();
  #today: string;

  private constructor(
    readonly client: Client,
    readonly ledger: PostgresLedger,
    readonly pack: PolicyPack,
    private readonly taskQueue: string,
    /** The first day of its first fiscal year. */
    start: string,
    readonly close: () => Promise<void>,
  ) {
    this.#today = start;
  }

  /** On 1 April of a fiscal year that has a 29 February. */
  static async open(pack = 'oyama'): Promise<YearTown> {
    quietRuntime();
    const address = inject('temporalAddress');
    const [database, bundle, connection, native] = await Promise.all([
      freshDatabase(),
      bundleWorkflows(),
      Connection.connect({ address }),
      NativeConnection.connect({ address }),
    ]);
    const ledger = createPostgresLedger({ databaseUrl: database.url, clock: hostClock, calendar });
    const [client, taskQueue, ending] = [new Client({ connection }), `years-${randomUUID()}`, new AbortController()];
    const activities = createLedgerActivities({ ledger });
    const worker = await createWorker({ connection: native, namespace: 'default', taskQueue, workflowBundle: bundle, activities });
    const news = deliverNews({
      ledger,
      start: createCaseStart({ client, taskQueue }),
      nudge: (place) => client.workflow.getHandle(caseWorkflowId(place)).signal(nudge),
      onTrouble: () => undefined, // A case that has ended meanwhile.
      signal: ending.signal,
    });
    const working = Promise.all([worker.run(), news]);
    const start = `${leapYear}-04-01`;
    const town: YearTown = new YearTown(client, ledger, loadPack(pack), taskQueue, start, async () => {
      await replayAll(client, bundle, town.#made);
      worker.shutdown();
      ending.abort();
      await working;
      await Promise.all([ledger.close(), connection.close()]);
      await native.close();
      await database.drop();
    });
    await town.on(start);
    return town;
  }

  /** It is nine in the morning of the date; time goes forward only. */
  async on(date: string): Promise<void> {
    await this.ledger.clockOffset();
    await this.ledger.moveClock(Date.parse(`${date}T00:00:00Z`) - this.ledger.townClock.now().getTime());
    this.#today = date;
  }

  /** The month's figures are frozen by the morning round of the day on which that is due, and come to the year. */
  async freeze(...months: readonly string[]): Promise<void> {
    const { ledger, pack } = this;
    const round = createRoundActivities({
      ledger,
      directory: { staffMember: async () => undefined, holdersOf: async () => [] },
      calendar,
      digests: { write: async () => 0 },
      figures: figurePolicy(pack),
      trials: { follow: async () => 0, watch: async () => 0 },
      nudge: async () => undefined,
    });
    for (const month of months) {
      await this.on(freezesOn(month));
      await round.takeMonths(this.#today);
    }
  }

  /** HR opens a year under the pack; `name` names its history. */
  async openYear(name: string): Promise<YearCase> {
    const review = await this.begin(name);
    await review.until(({ seq }) => seq > 0);
    return review;
  }

  /** The same, of which nobody knows yet what the ledger says; with `recorded`, a case that is opened again. */
  async begin(name: string, recorded?: { caseId: string; events: readonly ReviewEvent[] }): Promise<YearCase> {
    const { pack, client, taskQueue, ledger } = this;
    const request = { fiscalYear: leapYear, policy: reviewPolicy(pack), targets: reviewTargets(pack, 2020) };
    const { caseId, events } = recorded ?? { caseId: randomUUID(), events: [{ ...event('openYear', request), key: randomUUID() }] };
    const workflowId = caseWorkflowId({ procedure: 'yearly-review', caseId });
    const handle = await client.workflow.start('yearlyReview', { taskQueue, workflowId, args: [caseId, events] });
    this.#made.set(workflowId, name);
    return new YearCase(ledger, caseId, handle, handle.firstExecutionRunId);
  }

  /** The histories of all its runs, from the first: with the limits of the tests' server a year goes on in new ones. */
  async runsOf({ handle: { workflowId }, firstRun }: YearCase): Promise<readonly History[]> {
    const runs: History[] = [];
    for (let runId: string | null | undefined = firstRun; runId; ) {
      const history: History = await this.client.workflow.getHandle(workflowId, runId).fetchHistory();
      runs.push(history);
      runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    }
    return runs;
  }

  /** The year that this one has opened. */
  async next(name: string, { caseId: before }: YearCase, year: number): Promise<YearCase> {
    const caseId = openedCaseId(before, `${year}`);
    const workflowId = caseWorkflowId({ procedure: 'yearly-review', caseId });
    const review = new YearCase(this.ledger, caseId, this.client.workflow.getHandle(workflowId));
    await review.until(({ seq }) => seq > 0);
    this.#made.set(workflowId, name);
    return review;
  }
}

type Filed<Name extends ReviewStep['name']> = Partial<Extract<ReviewStep, { name: Name }>['input']>;

/** One year, seen from the counter. What is not said of a step is as in `cases.ts`. */
export class YearCase extends CaseAtCounter<YearlyReview> {
  constructor(
    ledger: PostgresLedger,
    caseId: string,
    handle: WorkflowHandle,
    readonly firstRun = '',
  ) {
    super(ledger, caseId, handle);
  }

  take<Name extends ReviewStep['name']>(name: Name, filed: Filed<Name> = {}): Promise<YearlyReview> {
    return this.handIn(name, step(name, filed).input);
  }

  refused<Name extends ReviewStep['name']>(name: Name, filed: Filed<Name> = {}): Promise<Refused> {
    return this.refusalOf(name, step(name, filed).input);
  }

  async review(): Promise<YearlyReview> {
    return (await this.row()).state as YearlyReview;
  }

  /** Waits until so many of these events stand in the ledger. */
  heard(name: ReviewEvent['name'], times = 1): Promise<void> {
    const count = async () => (await this.names()).filter((one) => one === name).length;
    return expect.poll(count, { timeout: 30_000, interval: 20 }).toBeGreaterThanOrEqual(times);
  }
}
