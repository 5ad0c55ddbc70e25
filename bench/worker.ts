import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection } from '@temporalio/worker';
import { createDirectoryActivities } from '../activities/directory/activities.js';
import { createInventoryActivities } from '../activities/inventory/activities.js';
import { createBuiltInInventory } from '../activities/inventory/built-in.js';
import { createLedgerActivities } from '../activities/ledger/activities.js';
import { hostClock } from '../activities/ledger/clock.js';
import { createPostgresLedger } from '../activities/ledger/postgres.js';
import { municipalCalendar } from '../config/calendar.js';
import { createWorker } from '../worker/create-worker.js';
import { willingDirectory } from './directory.js';
import { mailActivities } from './mail.js';

/** The production worker in a process of its own, with the bench's workflows beside the product's. */
const [temporalAddress = '', databaseUrl = '', taskQueue = ''] = process.argv.slice(2);

const ledger = createPostgresLedger({ databaseUrl, clock: hostClock, calendar: municipalCalendar() });
const inventory = createBuiltInInventory(ledger.db);
const connection = await NativeConnection.connect({ address: temporalAddress });
const worker = await createWorker({
  connection,
  namespace: 'default',
  taskQueue,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  }),
  activities: {
    ...createLedgerActivities({ ledger }),
    ...createInventoryActivities({ inventory, marks: ledger }),
    ...createDirectoryActivities({ directory: willingDirectory, marks: ledger, ledger }),
    ...mailActivities,
  },
});
process.once('SIGTERM', () => worker.shutdown());
process.stdin.once('end', () => worker.shutdown()).resume(); // Whoever started it is gone.
const running = worker.run();
process.stdout.write('ready\n');
await running;
await Promise.all([ledger.close(), connection.close()]);
