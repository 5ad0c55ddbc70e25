import { createAppending } from './append.js';
import { sha256 } from './canonical.js';
import { openDatabase, openPool } from './database.js';
import { createEffectMarks } from './effects.js';
import { createNews } from './news.js';
import { createOutbox } from './outbox.js';
import type { Calendar, Clock, EffectMarks, LedgerPort, LedgerReader, NewsPort, OutboxPort, WordsPort } from './port.js';
import { createReading } from './reading.js';
import { createWords } from './words.js';

/** Where the ledger lies, and what it needs to know. */
export interface LedgerOptions {
  databaseUrl: string;
  /** Most connections at once; 10 if not said. */
  connections?: number;
  /** The host's time, without the town's offset: that stands in the ledger, which adds it itself. */
  clock: Clock;
  calendar: Calendar;
  /** Right side of every Message-ID (RFC 5322 §3.6.4): a domain of the municipality. */
  mailDomain?: string;
}

/** Everything that the ledger on PostgreSQL does, behind the ports. */
export interface PostgresLedger extends LedgerPort, LedgerReader, WordsPort, EffectMarks, NewsPort, OutboxPort {
  /** Closes the connections. */
  close(): Promise<void>;
}

/** The ledger on a migrated PostgreSQL (`migrateLedger`). It connects with the first question, and again after every loss. */
export function createPostgresLedger(options: LedgerOptions): PostgresLedger {
  const { databaseUrl, connections, clock, calendar, mailDomain = 'telework.invalid' } = options;
  const pool = openPool(databaseUrl, connections);
  const db = openDatabase(pool);
  const messageId = (place: string): string => `${sha256(place).toString('hex', 0, 16)}@${mailDomain}`;
  return {
    ...createAppending({ db, clock, calendar, messageId }),
    ...createReading(db),
    ...createWords({ db, clock }),
    ...createEffectMarks({ db, clock }),
    ...createNews({ db, pool }),
    ...createOutbox({ db, clock }),
    close: () => pool.end(),
  };
}
