import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { hostClock } from '../activities/ledger/clock.js';
import { migrateLedger } from '../activities/ledger/migrate.js';
import { createPostgresLedger, type PostgresLedger } from '../activities/ledger/postgres.js';
import { municipalCalendar } from '../config/calendar.js';
import { projectRoot, readTownEnvironment } from '../config/town.js';
import { freePort, launch } from '../embedded/processes.js';
import { removeTown } from '../embedded/state.js';
import { startTown, type Town } from '../embedded/town.js';
import type { Loan } from '../workflows/device-loan/rules.js';
import type { Stage } from './loan.js';

/** Oyama's 1,017 at work (004:801), and some who are not. */
const size = 1_060;

/** A town of its own in a temporary folder; its worker and its API are down until they are what is measured. */
export interface Servers {
  town: Town;
  client: Client;
  temporalAddress: string;
  folder: string;
  /** Another migrated, empty ledger on the PostgreSQL. */
  freshLedger(): Promise<{ databaseUrl: string; ledger: PostgresLedger; sql: pg.Client }>;
  stop(): Promise<void>;
}

export async function startServers(): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'telework-bench-'));
  const { variables } = readTownEnvironment();
  const environment = { ...variables, API_REQUESTS_PER_MINUTE: '1000000', POLICY_PACK: 'tours/loan-alone.yaml' }; // The bench is the only caller, and a busy one.
  const town = await startTown({ stateDir: folder, ports: 'any', headless: true, size, environment });
  await Promise.all([town.down('worker'), town.down('api')]);
  const { TEMPORAL_ADDRESS: temporalAddress = '', DATABASE_URL: townDatabase = '' } = town.settings;
  const connection = await Connection.connect({ address: temporalAddress });
  const open: { close(): Promise<void> }[] = [connection];
  return {
    town,
    client: new Client({ connection }),
    temporalAddress,
    folder,
    async freshLedger() {
      const url = new URL(townDatabase);
      url.pathname = `/bench_${randomBytes(4).toString('hex')}`;
      const maker = new pg.Client({ connectionString: townDatabase });
      await maker.connect();
      await maker.query(`create database ${url.pathname.slice(1)}`);
      await maker.end();
      await migrateLedger(url.href);
      const ledger = createPostgresLedger({ databaseUrl: url.href, clock: hostClock, calendar: municipalCalendar() });
      const sql = new pg.Client({ connectionString: url.href });
      await sql.connect();
      open.push(ledger, { close: () => sql.end() });
      return { databaseUrl: url.href, ledger, sql };
    },
    async stop() {
      await Promise.all(open.map((one) => one.close()));
      await town.stop();
      await removeTown(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The production worker with the bench's workflows beside the product's, in a process of its own. */
export async function startWorker(
  { temporalAddress, folder }: Servers,
  databaseUrl: string,
  taskQueue: string,
): Promise<{ stop(): Promise<void> }> {
  const worker = launch(
    {
      command: process.execPath,
      args: ['--import', 'tsx', 'bench/worker.ts', temporalAddress, databaseUrl, taskQueue],
      env: readTownEnvironment().variables,
      cwd: projectRoot,
      ready: /^ready/,
      stopSignal: 'SIGTERM',
    },
    join(folder, 'logs', 'bench-worker.log'),
  );
  await worker.ready;
  return worker;
}

/** The API on another ledger than the town's, as a process of its own. */
export async function startApi(
  { town, folder }: Servers,
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const api = launch(
    {
      command: process.execPath,
      args: ['--import', 'tsx', 'api/main.ts', '--with-parent'],
      env: { ...readTownEnvironment().variables, ...town.settings, DATABASE_URL: databaseUrl, API_PORT: `${port}`, ...settings },
      cwd: projectRoot,
      ready: /"ready":\s*true/,
      stopSignal: 'SIGTERM',
    },
    join(folder, 'logs', `bench-api-${port}.log`),
  );
  await api.ready;
  return { url: `http://127.0.0.1:${port}/api/v1`, stop: api.stop };
}

/** Laptops in the common pool. */
export const addDevices = (sql: pg.Client, count: number): Promise<unknown> =>
  sql.query(
    `insert into devices (asset_tag, kind, pool, manufacturer, model, serial, network_zone)
     select 'PC-' || lpad(n::text, 4, '0'), 'laptop', 'common', 'Example', 'N1', n::text, 'lgwan' from generate_series(1, $1::int) as n`,
    [count],
  );

/** Reads in the ledger which device a loan has got, as people see it. */
export const deviceIn =
  (ledger: PostgresLedger): Stage['deviceOf'] =>
  async (loanId) =>
    ((await ledger.caseById(loanId))?.state as Loan | undefined)?.device?.assetTag ?? '';
