/**
 * The API as a process of its own. Everything it is told stands in the environment (`config/settings.ts`); `--with-parent`: it ends when its standard input does,
 * because then whoever started it is gone. When it listens it prints one line of JSON with its ports; its log goes to standard error.
 */

import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import gracefulShutdown from 'http-graceful-shutdown';
import { pino } from 'pino';
import { cacheDirectory } from '../activities/directory/cached.js';
import { createDirectoryFiles } from '../activities/directory/file.js';
import { createLdapDirectory } from '../activities/directory/ldap.js';
import { hostClock } from '../activities/ledger/clock.js';
import { createPostgresLedger } from '../activities/ledger/postgres.js';
import { municipalCalendar } from '../config/calendar.js';
import { readClosures } from '../config/closures.js';
import { directoryOptions } from '../config/directory.js';
import { loadPack } from '../config/policy/pack.js';
import { readSettings } from '../config/settings.js';
import { temporalOptions } from '../config/temporal.js';
import { createApp } from './app.js';

const settings = readSettings();
const pack = loadPack(settings.POLICY_PACK);
const calendar = municipalCalendar(settings.CLOSURES_FILE ? readClosures(settings.CLOSURES_FILE) : undefined);
const logger = pino({ name: 'api', level: settings.LOG_LEVEL, redact: ['*.password', '*.token', '*.authorization'] }, pino.destination(2));

// Nothing is asked yet: a part that is away now makes an answer 503, and no start fail.
const ledger = createPostgresLedger({
  databaseUrl: settings.DATABASE_URL.reveal(),
  connections: settings.DATABASE_POOL,
  clock: hostClock,
  calendar,
});
const directory = createLdapDirectory({ ...directoryOptions(settings), clock: ledger.townClock });
const { connection: temporalConnection, namespace } = temporalOptions(settings);
const connection = Connection.lazy(temporalConnection);
const client = new Client({ connection, namespace });

const { app, metrics } = createApp(
  {
    ledger,
    directory: cacheDirectory(directory, { clock: ledger.townClock }),
    files: createDirectoryFiles({ ...directoryOptions(settings), clock: ledger.townClock, directory }),
    temporal: { client, taskQueue: settings.TEMPORAL_TASK_QUEUE },
    calendar,
    pack,
    keySecret: settings.KEY_SECRET,
    movesClock: settings.TOWN_CLOCK,
    logger,
  },
  {
    limits: { requestsPerMinute: settings.API_REQUESTS_PER_MINUTE, failedLoginsPerMinute: 10 },
    trustedProxies: settings.API_TRUSTED_PROXIES,
    servesMetrics: settings.METRICS_PORT === undefined,
    publicUrl: settings.API_PUBLIC_URL,
  },
);

/** A thousand who come at 8:30 are let in at once: whom Node's usual 511 turn away try again only after a second. */
const backlog = 2_048;

/** A client that takes longer to say what it wants is none of ours: the largest request is a file of a few megabytes. */
const listen = (listener: RequestListener, port: number): Promise<Server> => {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 20_000, keepAliveTimeout: 65_000 }, listener);
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, settings.API_HOST, backlog, () => resolve(server));
  });
};

const server = await listen(app, settings.API_PORT);
const metricsServer = settings.METRICS_PORT === undefined ? undefined : await listen(metrics, settings.METRICS_PORT);
const portOf = (one: Server): number => (one.address() as AddressInfo).port;

/** Longer than the API takes for any answer. */
const shutdown = gracefulShutdown(server, {
  timeout: 8_000,
  forceExit: true,
  onShutdown: async () => {
    metricsServer?.close();
    directory.close();
    await Promise.allSettled([ledger.close(), connection.close()]);
  },
});
if (process.argv.includes('--with-parent')) process.stdin.resume().once('end', () => void shutdown());

const ports = { http: portOf(server), ...(metricsServer && { metrics: portOf(metricsServer) }) };
process.stdout.write(`${JSON.stringify({ ready: true, ports })}\n`);
