import pg from 'pg';
import { onTestFinished } from 'vitest';
import type { DeviceClaim, LedgerDue, LedgerEntry, LedgerEvent } from '../../activities/ledger/port.js';
import { createPostgresLedger, type PostgresLedger } from '../../activities/ledger/postgres.js';
import { municipalCalendar } from '../../config/calendar.js';
import { freshDatabase } from '../database.js';

/** A Monday morning in Tokyo, fiscal year 2027. */
const start = '2027-04-05T00:00:00.000Z';

/** A clock that stands until it is set. */
export interface HandClock {
  now(): Date;
  set(instant: string): void;
}

export interface Town {
  databaseUrl: string;
  ledger: PostgresLedger;
  clock: HandClock;
  /** SQL past the ledger: what a test looks at, and what somebody with a database client could do. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A fresh ledger for one test. */
export async function town({ connections = 10, calendar = municipalCalendar() } = {}): Promise<Town> {
  const { url: databaseUrl, drop } = await freshDatabase();
  let now = start;
  const clock = { now: () => new Date(now), set: (instant: string) => void (now = instant) };
  const ledger = createPostgresLedger({ databaseUrl, connections, clock, calendar });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on('error', () => undefined);
  onTestFinished(async () => {
    await ledger.close();
    await pool.end();
    await drop();
  });
  const sql: Town['sql'] = async (text, values = []) => (await pool.query(text, [...values])).rows;
  return { databaseUrl, ledger, clock, sql };
}

/** A device of the tax department, unless it is said otherwise. */
export async function addDevice(
  { sql }: Town,
  assetTag: string,
  { kind = 'laptop', pool = 'tax', zone = 'internet', status = 'available' } = {},
) {
  await sql(
    `insert into devices (asset_tag, kind, pool, manufacturer, model, serial, network_zone, status) values ($1, $2, $3, 'Acme', 'A1', $1, $4, $5)`,
    [assetTag, kind, pool, zone, status],
  );
}

let keys = 0;
/** A key as the API would make it. */
export const freshKey = (): string => `key-${++keys}`;

/** An entry of a case that does as it is told. */
export function entry(
  caseId: string,
  seq: number,
  event: Partial<LedgerEvent> & { name: string },
  more: Partial<LedgerEntry> = {},
): LedgerEntry {
  return {
    caseId,
    procedure: 'device-loan',
    seq,
    event: { input: { by: 'S4021', as: 'staff:S4021' }, key: freshKey(), ...event },
    state: { step: event.name, seq },
    summary: { status: event.name, department: 'tax', staff: 'S4021' },
    due: [{ step: 'approve', who: 'head:tax' }],
    readers: { all: ['staff:S4021', 'head:tax', 'it'], words: ['head:tax'] },
    ...more,
  };
}

/** A claim on a laptop of the tax department or the common pool. */
export const laptop = (from: string, until: string, more: Partial<DeviceClaim> = {}): DeviceClaim => ({
  kind: 'laptop',
  pools: ['tax', 'common'],
  from,
  until,
  turnaroundDays: 1,
  collectDays: 2,
  ...more,
});

/** What an approved loan waits for. */
export const waitsForDevice: readonly LedgerDue[] = [
  { step: 'reserve', from: 'ledger' },
  { step: 'reassign', from: 'ledger' },
  { step: 'requeue', from: 'ledger' },
];
