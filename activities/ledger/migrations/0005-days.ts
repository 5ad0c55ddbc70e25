import { type Kysely, sql } from 'kysely';

/** Telework days: what each takes of its person's time and of the satellite offices' seats, what lifts their caps, and who is trained. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Of a case that is about one date: lists of a span of dates walk along it.
    alter table case_readers add column on_day date;
    create index readers_days on case_readers (capacity, procedure, on_day, filing, status, department) where on_day is not null;
    -- Of a department, which is one of sixty in a large city; what else a list asks for is seen without the rows.
    create index readers_days_department on case_readers (capacity, procedure, department, on_day, filing, status) where on_day is not null;
    drop index readers_department;
    create index readers_department on case_readers (capacity, procedure, department, filing) include (status);

    -- Written with the event, of every day that stands; one that is refused, withdrawn, expired, cancelled or missed takes nothing.
    create table telework_days (
      case_id text collate "C" primary key references cases,
      staff text collate "C" not null,
      department text not null,
      date date not null,
      starts time not null,
      ends time not null check (ends > starts),
      span tsrange not null generated always as (tsrange(date + starts, date + ends)) stored,
      form text not null,
      unit text not null,
      minutes int not null,
      office text,
      seat int,
      status text not null,
      check ((office is null) = (seat is null)),
      constraint one_day_at_a_time exclude using gist (staff with =, span with &&),
      constraint one_person_a_seat exclude using gist (office with =, seat with =, span with &&) where (office is not null)
    );
    create index days_of on telework_days (staff, date);
    create index days_on on telework_days (date);

    create table seats (
      office text not null,
      seat int not null check (seat > 0),
      network_zone text not null,
      equipment text not null,
      primary key (office, seat)
    );

    -- 緊急時の特例. Never removed: an end is a day or an instant. The reason lies among the words.
    create table emergencies (
      id text collate "C" primary key,
      lifts text[] not null,
      from_day date not null,
      until_day date not null check (until_day >= from_day),
      reason uuid not null,
      declared_by text not null,
      declared_at timestamptz not null,
      ended_by text,
      ended_at timestamptz,
      version int not null default 1
    );
    create index emergencies_until on emergencies (until_day) where ended_at is null;

    -- The latest of each course.
    create table training (
      staff text collate "C" not null,
      course text not null,
      completed date not null,
      expires date check (expires >= completed),
      primary key (staff, course)
    );
    alter table personnel_imports drop constraint personnel_imports_kind_check;
    alter table personnel_imports add constraint personnel_imports_kind_check check (kind in ('absences', 'employment', 'training', 'seats'));
  `.execute(db);
}
