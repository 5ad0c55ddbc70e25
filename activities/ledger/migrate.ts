import { Kysely, Migrator, PostgresDialect } from 'kysely';
import pg from 'pg';
import * as cases from './migrations/0001-cases.js';
import * as devices from './migrations/0002-devices.js';
import * as others from './migrations/0003-others.js';
import * as deputies from './migrations/0004-deputies.js';
import * as days from './migrations/0005-days.js';
import * as rounds from './migrations/0006-rounds.js';
import * as posts from './migrations/0007-posts.js';
import * as trials from './migrations/0008-trials.js';
import * as months from './migrations/0009-months.js';
import * as surveys from './migrations/0010-surveys.js';

const migrations = {
  '0001-cases': cases,
  '0002-devices': devices,
  '0003-others': others,
  '0004-deputies': deputies,
  '0005-days': days,
  '0006-rounds': rounds,
  '0007-posts': posts,
  '0008-trials': trials,
  '0009-months': months,
  '0010-surveys': surveys,
};

/**
 * Brings the ledger's schema up to date; safe to run from several processes at once and any number of times. @throws the first migration's
 * failure; nothing of it stays.
 */
export async function migrateLedger(databaseUrl: string): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: databaseUrl, max: 2 }) }) });
  try {
    const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
    if (error) throw error;
  } finally {
    await db.destroy();
  }
}
