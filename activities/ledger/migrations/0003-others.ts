import { type Kysely, sql } from 'kysely';

/** What cases of one person mean to each other: a registration that ends calls back the loans, and winds up until the last one is over. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table awaits (
      case_id text primary key references cases,
      seq int not null,
      procedure text not null,
      staff text not null,
      name text not null
    );
    -- What a case has told others: a registration that ended, the loans it called back.
    create table told (
      teller text not null references cases,
      case_id text not null references cases,
      name text not null,
      at timestamptz not null,
      primary key (teller, case_id, name)
    );
    create index outbox_of on outbox (case_id);
    create index awaits_of on awaits (staff, procedure);
    create index cases_of on cases (staff, procedure) where not closed;
  `.execute(db);
}
