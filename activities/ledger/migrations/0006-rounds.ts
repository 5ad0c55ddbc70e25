import { type Kysely, sql } from 'kysely';

/** What the rounds leave behind, and the mail that an administrator has to look at. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- overtaken: nothing of a digest was due any more when it was to leave. setAside: somebody has looked at what went wrong and leaves it at that.
    alter table outbox
      drop constraint outbox_state_check,
      add constraint outbox_state_check check (state in ('waiting', 'underWay', 'settled', 'nobody', 'overtaken', 'setAside')),
      -- What the recipient's calendar is to show.
      add column calendar json,
      -- Lines of a digest that were no longer due when it left.
      add column dropped int not null default 0;
    create index outbox_calendars on outbox (case_id, number) where calendar is not null;
    create index outbox_nobody on outbox (number) where state = 'nobody';
    create index mail_copies_failed on mail_copies (message_id) where how <> 'sent';

    -- Append-only: what administrators did about mail that did not arrive, and what had become of its copies by then.
    create table mail_acts (
      number bigint generated always as identity primary key,
      key text not null unique,
      mail bigint not null,
      act text not null check (act in ('sendAgain', 'setAside')),
      by text not null,
      at timestamptz not null,
      copies json not null
    );
    create index mail_acts_of on mail_acts (mail, number);
    create unique index outbox_number on outbox (number);

    -- All that a person has ever filed: their timeline.
    create index cases_of_person on cases (staff);
    create index word_erasures_of on word_erasures (case_id, at);

    -- The rounds that have said what waits.
    create table rounds (
      round text not null,
      date date not null,
      at timestamptz not null,
      primary key (round, date)
    );

    -- Steps that nobody can take, as the last morning round found them: a finding for HR.
    create table unattended (
      case_id text collate "C" not null references cases,
      step text not null,
      who text not null,
      found_on date not null,
      primary key (case_id, step)
    );
    create index unattended_found on unattended (found_on, case_id, step);
  `.execute(db);
}
