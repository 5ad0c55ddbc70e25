import { type Kysely, sql } from 'kysely';

/** Who is absent, how people are employed, who may act for whom, and what was decided on somebody's behalf. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- What the directory lacks, as the personnel office's files say it. Why somebody is absent is nobody's matter here.
    create table absences (
      staff text collate "C" not null,
      from_day date not null,
      until_day date check (until_day >= from_day),
      primary key (staff, from_day)
    );
    create table employments (
      staff text collate "C" not null,
      from_day date not null,
      until_day date check (until_day >= from_day),
      kind text not null,
      occupation text not null,
      primary key (staff, from_day)
    );

    -- Append-only: who brought which file, for an absence opens somebody's powers to another.
    create table personnel_imports (
      number bigint generated always as identity primary key,
      at timestamptz not null,
      by text not null,
      kind text not null check (kind in ('absences', 'employment')),
      digest bytea not null,
      added int not null,
      changed int not null,
      removed int not null
    );

    -- 代決: whom a head has named to act in a capacity of theirs. Never removed: an end is a day or an instant.
    create table deputies (
      id text collate "C" primary key,
      holder text collate "C" not null,
      deputy text collate "C" not null check (deputy <> holder),
      capacity text not null,
      from_day date not null,
      until_day date not null check (until_day >= from_day),
      -- Null: all that the capacity may.
      steps text[],
      named_at timestamptz not null,
      ended_at timestamptz,
      version int not null default 1
    );
    create index deputies_acting on deputies (deputy, until_day) where ended_at is null;
    create index deputies_named on deputies (holder);

    -- 後閲: steps that were taken on somebody's behalf, and when that person has seen them.
    create table acted (
      number bigint generated always as identity primary key,
      holder text collate "C" not null,
      case_id text collate "C" not null,
      seq int not null,
      seen_at timestamptz,
      unique (case_id, seq),
      foreign key (case_id, seq) references events (case_id, seq)
    );
    create index acted_for on acted (holder, number);

    create function note_acted() returns trigger language plpgsql as $$
    begin
      insert into acted (holder, case_id, seq) values (new.body->'event'->'input'->>'onBehalfOf', new.case_id, new.seq);
      return null;
    end $$;
    create trigger acted_on_behalf after insert on events for each row
      when (new.body->'event'->'input'->>'onBehalfOf' is not null) execute function note_acted();
  `.execute(db);
}
