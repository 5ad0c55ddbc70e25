import { type Kysely, sql } from 'kysely';

/** Who held the posts that decide, as the last morning round found them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- holder: none while the post is vacant. changes: how often it has passed to another.
    create table posts (post text primary key, holder text, changes int not null default 0);
    create index cases_open on cases (filing) where not closed;
  `.execute(db);
}
