/**
 * The worker as a process of its own. Everything it is told stands in the environment (`config/settings.ts`); `--with-parent`: it ends when its standard
 * input does, because then whoever started it is gone. When it polls it prints one line of JSON; its log goes to standard error.
 */
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { createActing } from '../activities/directory/acting.js';
import { createDirectoryActivities } from '../activities/directory/activities.js';
import { cacheDirectory } from '../activities/directory/cached.js';
import { createLdapDirectory } from '../activities/directory/ldap.js';
import { createInventoryActivities } from '../activities/inventory/activities.js';
import { createBuiltInInventory } from '../activities/inventory/built-in.js';
import { createLedgerActivities } from '../activities/ledger/activities.js';
import { hostClock } from '../activities/ledger/clock.js';
import { createDigests } from '../activities/ledger/digests.js';
import { deliverNews } from '../activities/ledger/news-delivery.js';
import { createPostgresLedger } from '../activities/ledger/postgres.js';
import { createRoundActivities } from '../activities/ledger/round.js';
import { createMailActivities } from '../activities/mail/activities.js';
import { createSmtpMail } from '../activities/mail/smtp.js';
import { createPlannerChild } from '../activities/planner/child.js';
import { createSurveyActivities } from '../activities/surveys/activities.js';
import { bringsNothing, createSurveyReminders } from '../activities/surveys/reminders.js';
import { createTrialActivities } from '../activities/trials/activities.js';
import { followTrials } from '../activities/trials/follow.js';
import { createTrialReminders } from '../activities/trials/reminders.js';
import { trialRules } from '../activities/trials/targets.js';
import { watchTrials } from '../activities/trials/watch.js';
import { municipalCalendar } from '../config/calendar.js';
import { readClosures } from '../config/closures.js';
import { directoryOptions } from '../config/directory.js';
import { figurePolicy, loadPack } from '../config/policy/pack.js';
import { readSettings } from '../config/settings.js';
import { temporalOptions } from '../config/temporal.js';
import { nudge } from '../workflows/shared/case.js';
import { type CasePlace, caseWorkflowId, pathOf } from '../workflows/shared/procedures.js';
import { bundleWorkflows, createWorker } from './create-worker.js';
import { runtimeLogger } from './log.js';
import { ensureStanding } from './schedules.js';
import { createCaseStart } from './start-case.js';

const settings = readSettings();
const log = pino({ name: 'worker', level: settings.LOG_LEVEL }, pino.destination(2));
Runtime.install({
  logger: runtimeLogger(log),
  telemetryOptions: {
    logging: { filter: 'WARN', forward: {} },
    ...(settings.METRICS_PORT !== undefined && { metrics: { prometheus: { bindAddress: `127.0.0.1:${settings.METRICS_PORT}` } } }),
  },
});

const ending = new AbortController();
const calendar = municipalCalendar(settings.CLOSURES_FILE ? readClosures(settings.CLOSURES_FILE) : undefined);
const ledger = createPostgresLedger({
  databaseUrl: settings.DATABASE_URL.reveal(),
  connections: settings.DATABASE_POOL,
  clock: hostClock,
  calendar,
});
const pack = loadPack(settings.POLICY_PACK);
const planner = createPlannerChild();
const directory = createLdapDirectory({ ...directoryOptions(settings), clock: ledger.townClock });
const acting = createActing({
  directory: cacheDirectory(directory, { clock: ledger.townClock }), // A round asks for the same people a thousand times.
  ledger,
  rules: pack.values.acting,
  clock: ledger.townClock,
});
const digests = createDigests({
  ledger,
  acting,
  notices: [createTrialReminders({ ledger, calendar }), createSurveyReminders({ ledger, calendar })],
});
const { connection: temporalConnection, namespace } = temporalOptions(settings);
const taskQueue = settings.TEMPORAL_TASK_QUEUE;

const [workflowBundle, connection] = await Promise.all([bundleWorkflows(), NativeConnection.connect(temporalConnection)]);
const client = new Client({ connection, namespace });
/** A case that is not open here is left for later: the news stays until the case has written it down. */
const nudgeCase = (place: CasePlace): Promise<void> =>
  client.workflow
    .getHandle(caseWorkflowId(place))
    .signal(nudge)
    .catch((failure: unknown) => {
      if (!(failure instanceof WorkflowNotFoundError)) throw failure;
    });

const activities = {
  ...createLedgerActivities({ ledger }),
  ...createDirectoryActivities({ directory, marks: ledger, ledger }),
  ...createInventoryActivities({ inventory: createBuiltInInventory(ledger.db), marks: ledger }),
  ...createTrialActivities({ ledger, directory, planner, calendar, pack }),
  ...createSurveyActivities({ ledger, directory }),
  ...createRoundActivities({
    ledger,
    directory,
    calendar,
    digests,
    figures: figurePolicy(pack),
    trials: {
      follow: (date) => followTrials({ ledger, directory, calendar, rules: trialRules(pack) }, date),
      watch: (date) => watchTrials({ ledger, planner, calendar }, date),
    },
    nudge: nudgeCase,
  }),
  ...createMailActivities({
    outbox: ledger,
    news: ledger,
    directory,
    acting,
    mail: createSmtpMail({ url: settings.MAIL_URL.reveal(), from: settings.MAIL_FROM }),
    clock: ledger.townClock,
    key: settings.KEY_SECRET.reveal(),
    linkTo: (place) => `${settings.API_PUBLIC_URL}/api/v1${pathOf(place)}`,
    organizer: settings.MAIL_FROM,
    judge: async (mail) => ((await bringsNothing({ ledger }, mail)) ? undefined : digests.judge(mail)),
    closing: ending.signal,
  }),
};
const worker = await createWorker({ connection, namespace, taskQueue, workflowBundle, activities });
await ensureStanding(client, taskQueue);
const news = deliverNews({
  ledger,
  start: createCaseStart({ client, taskQueue }),
  nudge: nudgeCase,
  onTrouble: (trouble) => log.warn({ err: trouble }, 'news could not be delivered; it will be tried again'),
  signal: ending.signal,
});

const end = (): void => {
  ending.abort();
  if (worker.getState() === 'RUNNING') worker.shutdown();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
if (process.argv.includes('--with-parent')) process.stdin.resume().once('end', end);

const run = worker.run();
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
await run.finally(end);
await news;
directory.close();
await ledger.close();
await connection.close();
process.stdin.destroy(); // The parent's end of the pipe is open still: it would keep the process.
