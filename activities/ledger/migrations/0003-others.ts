import { type Kysely, sql } from 'kysely';

/** Cases that wait for cases of another procedure: a registration that winds up waits until its person has no loan open any more. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table awaits (
      case_id text primary key references cases,
      seq int not null,
      procedure text not null,
      staff text not null,
      name text not null
    );
    create index awaits_of on awaits (staff, procedure);
    create index cases_of on cases (staff, procedure) where not closed;
  `.execute(db);
}
