import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDirectoryActivities } from '../activities/directory/activities.js';
import { createInventoryActivities } from '../activities/inventory/activities.js';
import { createBuiltInInventory } from '../activities/inventory/built-in.js';
import { createLedgerActivities } from '../activities/ledger/activities.js';
import { hostClock } from '../activities/ledger/clock.js';
import { createPostgresLedger, type PostgresLedger } from '../activities/ledger/postgres.js';
import { type Counted, countActions, countLoans, countRegistration, type History, mostActions, mostEvents } from '../bench/counts.js';
import { entriesOf, wayOfDay } from '../bench/day.js';
import { willingDirectory } from '../bench/directory.js';
import { inLanes } from '../bench/lanes.js';
import { playLoan, type Stage } from '../bench/loan.js';
import { mailActivities } from '../bench/mail.js';
import { openRegistration, type RegistrationStage, registrationRequest, renewal, takeStep } from '../bench/registration.js';
import { isReached } from '../bench/report.js';
import { median, quantile, ratioOf } from '../bench/statistics.js';
import { municipalCalendar } from '../config/calendar.js';
import { createWorker } from '../worker/create-worker.js';
import type { Loan } from '../workflows/device-loan/rules.js';
import { caseWorkflowId } from '../workflows/shared/procedures.js';
import { freshDatabase } from './database.js';
import { replayAll } from './histories.js';
import { quietRuntime } from './temporal-runtime.js';

describe('billable Actions of a history', () => {
  const events: NonNullable<History['events']> = [
    { workflowExecutionStartedEventAttributes: {} },
    { workflowTaskCompletedEventAttributes: { meteringMetadata: { nonfirstLocalActivityExecutionAttempts: 2 } } },
    { markerRecordedEventAttributes: { workflowTaskCompletedEventId: 4 as never } },
    { markerRecordedEventAttributes: { workflowTaskCompletedEventId: 4 as never } },
    { timerStartedEventAttributes: {} },
    { workflowExecutionUpdateAcceptedEventAttributes: {} },
    { markerRecordedEventAttributes: { workflowTaskCompletedEventId: 9 as never } },
    { timerCanceledEventAttributes: {} },
    { workflowExecutionUpdateCompletedEventAttributes: {} },
    { activityTaskScheduledEventAttributes: {} },
    { activityTaskStartedEventAttributes: { attempt: 3 } },
    { activityTaskCompletedEventAttributes: {} },
    { workflowExecutionSignaledEventAttributes: {} },
    { workflowExecutionCompletedEventAttributes: {} },
  ];
  it('are the start, Updates, signals, timers and activities', () => {
    const without = events.filter((event) => !event.markerRecordedEventAttributes && !event.workflowTaskCompletedEventAttributes);
    expect(countActions({ events: without })).toBe(1 + 1 + 1 + 1 + 1 + 2);
  });
  it('count retries, and all markers of one workflow task once', () => {
    expect(countActions({ events })).toBe(7 + 2 + 2);
  });
  it('are none in an empty history', () => {
    expect(countActions({})).toBe(0);
  });
});

describe('figures', () => {
  it('takes quantiles by the nearest rank', () => {
    expect(quantile([3, 1, 2, 4], 0.5)).toBe(2);
    expect(quantile([3, 1, 2, 4], 0.99)).toBe(4);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([9, 1, 2])).toBe(2);
  });
  it('works through everything, so much at a time', async () => {
    const done: number[] = [];
    let [underWay, most] = [0, 0];
    await inLanes(
      [...Array(20).keys()],
      async (item) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await Promise.resolve();
        underWay -= 1;
        done.push(item);
      },
      3,
    );
    expect([done.toSorted((one, other) => one - other), most]).toEqual([[...Array(20).keys()], 3]);
  });
  it('compares round by round', () => {
    const rounds = [
      { of: 2, to: 1 },
      { of: 30, to: 10 },
      { of: 4, to: 4 },
    ];
    expect(ratioOf(rounds)).toEqual({ median: 2, least: 1, most: 3 });
  });
  it('judges a figure by its target, and none without', () => {
    const figures = { ratio: 0.96 };
    expect(isReached({ what: 'x', figures, target: { figure: 'ratio', atLeast: 0.95 } })).toBe(true);
    expect(isReached({ what: 'x', figures, target: { figure: 'ratio', atMost: 0.95 } })).toBe(false);
    expect(isReached({ what: 'x', figures: {}, target: { figure: 'ratio', atMost: 0.95 } })).toBe(false);
    expect(isReached({ what: 'x', figures })).toBeUndefined();
  });
});

describe('the cases of the bench', () => {
  const taskQueue = `bench-${randomUUID()}`;
  let [client, ledger, workflowBundle]: [Client, PostgresLedger, WorkflowBundleWithSourceMap] = [] as never;
  let close: () => Promise<void>;

  beforeAll(async () => {
    quietRuntime();
    const address = inject('temporalAddress');
    const workflowsPath = fileURLToPath(new URL('../bench/workflows/index.ts', import.meta.url));
    const [database, connection, native] = await Promise.all([
      freshDatabase(),
      Connection.connect({ address }),
      NativeConnection.connect({ address }),
    ]);
    workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
    client = new Client({ connection });
    ledger = createPostgresLedger({ databaseUrl: database.url, clock: hostClock, calendar: municipalCalendar() });
    const device = { kind: 'laptop', pool: 'common', manufacturer: 'M', model: 'X', serial: '1', network_zone: 'lgwan' };
    await ledger.db
      .insertInto('devices')
      .values({ ...device, asset_tag: 'PC-0001' })
      .execute();
    const inventory = createBuiltInInventory(ledger.db);
    const worker = await createWorker({
      connection: native,
      namespace: 'default',
      taskQueue,
      workflowBundle,
      activities: {
        ...createLedgerActivities({ ledger }),
        ...createInventoryActivities({ inventory, marks: ledger }),
        ...createDirectoryActivities({ directory: willingDirectory, marks: ledger, ledger }),
        ...mailActivities,
      },
    });
    const run = worker.run();
    close = async () => {
      worker.shutdown();
      await run;
      await Promise.all([ledger.close(), connection.close()]);
      await native.close();
      await database.drop();
    };
  });
  afterAll(() => close());

  describe('cost no more than the formula allows', () => {
    let counted: readonly [Counted, Counted];
    beforeAll(async () => {
      counted = await countLoans({ client, taskQueue, ledger });
    });
    it('the full loan: 10 steps, 2 effects outside, 3 deadlines', () => {
      const [{ parts, cost }] = counted;
      expect(parts).toEqual({ steps: 10, effects: 2, deadlines: 3, turns: 0 });
      expect(cost.actions).toBeLessThanOrEqual(mostActions(parts));
      expect(cost.events).toBeLessThanOrEqual(mostEvents(parts));
    });
    it('and one more deadline and a turn for the one that waited in the queue', () => {
      const [, { parts, cost }] = counted;
      expect(parts).toEqual({ steps: 10, effects: 2, deadlines: 4, turns: 1 });
      expect(cost.actions).toBeLessThanOrEqual(mostActions(parts));
      expect(cost.events).toBeLessThanOrEqual(mostEvents(parts));
    });
  });

  it('a registration costs no more than the formula allows: 7 steps, 2 changes of access, 7 deadlines', async () => {
    const { parts, cost } = await countRegistration({ client, taskQueue, ledger });
    expect(parts).toEqual({ steps: 7, effects: 2, deadlines: 7, turns: 0 });
    expect(cost.actions).toBeLessThanOrEqual(mostActions(parts));
    expect(cost.events).toBeLessThanOrEqual(mostEvents(parts));
  });

  it('the days of the bench are days of the ledger, from the plan to the report that is seen', async () => {
    const caseId = randomUUID();
    const entries = entriesOf(caseId, wayOfDay({ staff: '7001', department: 'tax', date: '2027-04-12' }));
    for (const entry of entries) await ledger.append(entry);
    expect(entries.map(({ summary }) => summary.status)).toEqual(['planned', 'approved', 'started', 'ended', 'reported', 'closed']);
    expect(await ledger.caseById(caseId)).toMatchObject({ status: 'closed', closed: true, seq: entries.length });
    expect(await ledger.attendance('2027-04-12', '2027-04-12')).toMatchObject([{ staff: '7001', days: 1, minutes: 465 }]);
  });

  it('its renewal writes the same rows as on the bare SDK', async () => {
    const rowsOf = async (workflow: RegistrationStage['workflow'], staff: string) => {
      const { registrationId, request, handle } = await openRegistration({ client, taskQueue, workflow }, registrationRequest({ staff }));
      await takeStep(handle, renewal(request));
      const query = ledger.db.selectFrom('events').select('body').where('case_id', '=', registrationId).orderBy('seq');
      const events = (await query.execute()).map(({ body: { event, ...rest } }) => ({ ...rest, event: { ...event, key: undefined } }));
      await handle.terminate();
      return JSON.parse(JSON.stringify(events).replaceAll(staff, 'staff')) as object[];
    };
    const ours = await rowsOf('registration', '6001');
    expect(ours).toHaveLength(5);
    expect(await rowsOf('bareRegistration', '6002')).toEqual(ours);
  });

  it('write the same rows, so that what is compared is the engine', async () => {
    const deviceOf: Stage['deviceOf'] = async (loanId) =>
      ((await ledger.caseById(loanId))?.state as Loan | undefined)?.device?.assetTag ?? '';
    const made = new Map<string, string>();
    const rowsOf = async (workflow: Stage['workflow']) => {
      const { workflowId } = await playLoan({ client, taskQueue, workflow, deviceOf });
      if (workflow === 'deviceLoan') made.set(workflowId, 'full-loan');
      const loanId = workflowId.slice(caseWorkflowId({ procedure: 'device-loan', caseId: '' }).length);
      const events = await ledger.db.selectFrom('events').select('body').where('case_id', '=', loanId).orderBy('seq').execute();
      const mails = await ledger.db
        .selectFrom('outbox')
        .select(['template', 'recipient', 'params'])
        .where('case_id', '=', loanId)
        .orderBy('number')
        .execute();
      return { events: events.map(({ body: { event, ...rest } }) => ({ ...rest, event: { ...event, key: undefined } })), mails };
    };
    const ours = await rowsOf('deviceLoan');
    expect(ours.events).toHaveLength(11);
    expect(await rowsOf('bareLoan')).toEqual(ours);
    expect((await rowsOf('textbookLoan')).events).toEqual(ours.events);
    await replayAll(client, workflowBundle, made);
  });
});
