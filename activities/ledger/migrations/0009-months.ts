import { type Kysely, sql } from 'kysely';

/** The figures of the months, who was counted in them, the fiscal years of reviews, and what figures need that nothing else does. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- ordered: the emergency in which the day was ordered. counted: begun, whatever became of the report; not a start without a plan that nobody recognised.
    alter table telework_days add column ordered text;
    alter table telework_days add column counted boolean not null
      generated always as (status in ('started', 'ended', 'reported', 'closed') and coalesce(unplanned, 'confirmed') <> 'declined') stored;

    -- What a month's figures are made of is found without the rest of the year, and counted without a look at the cases.
    alter table events add column case_procedure text not null generated always as (body->>'procedure') stored;
    create index events_counted on events (name, at, case_procedure, case_id, seq)
      where name in ('approve', 'handOver', 'takeBack', 'find', 'reportLoss', 'raise');
    create index custody_until on custody (coalesce(until, 'infinity'));
    create index registrations on cases (changed_at, status, department, staff, case_id) where procedure = 'registration';
    create index employments_until on employments (until_day);
    create index employments_from on employments (from_day);

    -- A month ('2027-04') as its figures were taken. Version 0 is provisional and goes when the month is frozen as version 1; corrections count on.
    create table months (
      month text collate "C" not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
      version int not null check (version >= 0),
      taken_at timestamptz not null,
      hash text not null,
      -- Of a correction. The reason lies among the words.
      by text,
      reason uuid,
      key text unique,
      primary key (month, version),
      check ((version > 1) = (key is not null) and (key is null) = (by is null) and (key is null) = (reason is null))
    );
    -- split: the names of the dims, in order.
    create table month_cells (
      month text collate "C" not null,
      version int not null,
      figure text collate "C" not null,
      split text collate "C" not null,
      dims jsonb not null,
      value bigint not null,
      "of" bigint,
      primary key (month, version, figure, split, dims)
    );

    -- Who was counted in a frozen month, by form and in all of them together ('all'); previous: the last month before in which the person was, or ''.
    create table month_people (
      month text collate "C" not null,
      form text collate "C" not null,
      staff text collate "C" not null,
      previous text collate "C" not null,
      primary key (month, form, staff)
    );
    create unique index month_people_of on month_people (staff, form, month);
    -- How many of them there are: whoever was last counted before a period began is counted in it for the first time.
    create table month_returns (
      month text collate "C" not null,
      form text collate "C" not null,
      previous text collate "C" not null,
      people int not null,
      primary key (month, form, previous)
    );

    -- 年次評価: one case a fiscal year. The documents of reports are kept for ever.
    create table reviews (fiscal_year int primary key, case_id text collate "C" not null unique references cases);
    create table review_reports (
      case_id text collate "C" not null references cases,
      hash text not null,
      document json not null,
      kept_at timestamptz not null,
      primary key (case_id, hash)
    );

    -- 性別・子どもの有無・介護の有無, as the personnel office's file says.
    create table situations (staff text collate "C" primary key, sex text not null, child text not null, care text not null);
    create table successions (
      on_day date not null,
      before text collate "C" not null,
      after text collate "C" not null check (after <> before),
      primary key (on_day, before, after)
    );
    alter table personnel_imports drop constraint personnel_imports_kind_check;
    alter table personnel_imports add constraint personnel_imports_kind_check
      check (kind in ('absences', 'employment', 'training', 'seats', 'attendance', 'situations', 'successions'));
  `.execute(db);
}
