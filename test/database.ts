import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { migrateLedger } from '../activities/ledger/migrate.js';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** The name says what everybody waits for: the first file that needs the template makes it. */
const template = 'migrated';

/** A migrated, empty ledger of its own, copied from a template in some ten milliseconds. Drop it afterwards, as far as it goes; open connections are cut. */
export async function freshDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asTelework(async (client) => {
    await client.query('select pg_advisory_lock(1)');
    const { rowCount } = await client.query('select from pg_database where datname = $1', [template]);
    if (!rowCount) await createTemplate(client);
    await client.query(`create database ${name} template ${template} strategy wal_log`);
  });
  return {
    url: urlOf(name),
    // It saves disk, no more: the server goes with the run. On a slow day a connection outlives the seconds that `force` waits for it.
    drop: () =>
      asTelework(async (client) => void (await client.query(`drop database if exists ${name} with (force)`).catch(() => undefined))),
  };
}

async function createTemplate(client: pg.Client): Promise<void> {
  await client.query('drop database if exists unfinished with (force)');
  await client.query('create database unfinished');
  await migrateLedger(urlOf('unfinished'));
  await client.query(`alter database unfinished rename to ${template}`);
}

async function asTelework(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  return url.href;
}
