import { type Kysely, sql } from 'kysely';

/** Cases within cases, cases that others open, and the trial campaign: plans, members, evidence and what came of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The case that it belongs to, from its opening on.
    alter table cases add column within text collate "C";
    create index cases_within on cases (within, procedure) where within is not null;

    -- Cases that an event has opened and that have no event of their own yet; it takes the row away in its transaction. opening: that event.
    -- unless: told this before somebody has begun to start it, it never is. handed_at: when somebody last began to.
    create table openings (
      case_id text collate "C" primary key,
      number bigint generated always as identity,
      procedure text not null,
      opened_by text collate "C" not null references cases,
      opening json not null,
      unless text,
      handed_at timestamptz
    );
    create index openings_of on openings (opened_by, procedure);
    create index openings_due on openings (handed_at nulls first, number);

    -- A start without a plan (telework-day/rules.ts) counts once the approver has recognised it.
    alter table telework_days add column unplanned text;
    update telework_days set unplanned = cases.state->>'unplanned' from cases
      where cases.case_id = telework_days.case_id and cases.state->>'unplanned' is not null;
    alter table telework_days add column observed boolean not null
      generated always as (status in ('ended', 'reported', 'closed') and coalesce(unplanned, 'confirmed') = 'confirmed') stored;
    create index days_observed on telework_days (staff, date) where observed;

    -- Telework that another system has seen.
    create table attendance (staff text collate "C" not null, date date not null, primary key (staff, date));
    alter table personnel_imports drop constraint personnel_imports_kind_check;
    alter table personnel_imports add constraint personnel_imports_kind_check
      check (kind in ('absences', 'employment', 'training', 'seats', 'attendance'));

    -- Plans as the campaign's people were shown them, kept for ever.
    create table trial_plans (
      plan text collate "C" primary key,
      campaign text collate "C" not null,
      header json not null,
      reasons json not null,
      kept_at timestamptz not null
    );
    create table trial_plan_sections (
      plan text collate "C" not null references trial_plans,
      department text collate "C" not null,
      request json not null,
      primary key (plan, department)
    );

    -- as_of: the date of the last morning watch, until the first that of the first section's opening. Members are judged as of it.
    create table trials (campaign text collate "C" primary key, as_of date not null);

    -- One row a campaign and person. What the section's roster says of them, and, from observed on, what follows from it: written by judge_member alone.
    create table trial_members (
      campaign text collate "C" not null references trials,
      staff text collate "C" not null,
      case_id text collate "C" not null references cases,
      department text collate "C" not null,
      "group" text collate "C" not null,
      duties json not null,
      slots json not null,
      exempt_until date,
      recorded boolean not null,
      not_possible text,
      observed date[] not null,
      needed int not null,
      done int not null,
      -- Times that no slot covers, of duties that can still be done.
      lacks int not null,
      status text not null check (status in ('done', 'recordedByHr', 'exempt', 'notPossible', 'planned', 'atRisk')),
      -- The last date as of which all this is so, if nothing else changes.
      stands_until date not null,
      primary key (campaign, staff)
    );
    create index trial_members_in on trial_members (campaign, department, staff);
    create index trial_members_of on trial_members (case_id);
    create index trial_members_staff on trial_members (staff);
    create index trial_members_fall on trial_members (campaign, stands_until) where stands_until < 'infinity';
    create index trial_members_lack on trial_members (campaign, case_id) where status = 'atRisk' and lacks > 0;

    create table trial_tally (
      campaign text collate "C" not null,
      department text collate "C" not null,
      "group" text collate "C" not null,
      done int not null check (done >= 0),
      "recordedByHr" int not null check ("recordedByHr" >= 0),
      exempt int not null check (exempt >= 0),
      "notPossible" int not null check ("notPossible" >= 0),
      planned int not null check (planned >= 0),
      "atRisk" int not null check ("atRisk" >= 0),
      primary key (campaign, department, "group")
    );

    create view observed_days as
      select staff, date from telework_days where observed
      union all select staff, date from attendance;

    -- The one definition of how a member stands. In this order: done, recorded by HR, exempt, not possible, planned, at risk.
    -- To plan its questions takes longer than to answer them (0.6 ms a member, now 0.3): they are planned once a connection.
    create function judge_member() returns trigger language plpgsql set plan_cache_mode = force_generic_plan as $$
    declare
      today date := (select as_of from trials where campaign = new.campaign);
      met boolean;
      covered boolean;
    begin
      new.observed := array(
        select distinct date from json_to_recordset(new.duties) as duty ("from" date, until date)
        join observed_days on observed_days.staff = new.staff and date between duty."from" and duty.until order by date);
      with duties as (
        select times, until >= today as open,
          (select count(*) from unnest(new.observed) as date where date between "from" and until) as seen,
          (select count(distinct date) from json_to_recordset(new.slots) as slot (date date)
            where date between greatest("from", today) and until and date <> all (new.observed)) as ahead
        from json_to_recordset(new.duties) as duty ("from" date, until date, times int)
      )
      select coalesce(sum(times), 0), coalesce(sum(least(seen, times)), 0), coalesce(bool_and(seen >= times), false),
        coalesce(bool_and(seen + ahead >= times), true), coalesce(sum(greatest(times - seen - ahead, 0)) filter (where open), 0)
      into new.needed, new.done, met, covered, new.lacks from duties;
      new.status := case
        when met then 'done'
        when new.recorded then 'recordedByHr'
        when new.exempt_until >= today then 'exempt'
        when new.not_possible is not null then 'notPossible'
        when covered then 'planned'
        else 'atRisk' end;
      -- Time alone changes three things: an exemption ends, a slot passes, a duty can be done no more.
      new.stands_until := coalesce((
        select min(date) from (
          select new.exempt_until where new.status = 'exempt'
          union all select date from json_to_recordset(new.slots) as slot (date date)
          union all select until from json_to_recordset(new.duties) as duty (until date)
        ) as ends (date) where date >= today), 'infinity');
      return new;
    end $$;
    create trigger judged before insert or update on trial_members for each row execute function judge_member();

    -- Adds up what a statement has changed, once for all rows of a department and group; these in order, so that no two wait for each other.
    create function count_members() returns trigger language plpgsql as $$
    declare
      change int := tg_argv[0];
      counted record;
    begin
      for counted in
        select campaign, department, "group",
          change * count(*) filter (where status = 'done') as done,
          change * count(*) filter (where status = 'recordedByHr') as recorded,
          change * count(*) filter (where status = 'exempt') as exempt,
          change * count(*) filter (where status = 'notPossible') as impossible,
          change * count(*) filter (where status = 'planned') as planned,
          change * count(*) filter (where status = 'atRisk') as at_risk
        from rows_changed group by campaign, department, "group" order by campaign, department, "group"
      loop
        update trial_tally set done = done + counted.done, "recordedByHr" = "recordedByHr" + counted.recorded,
          exempt = exempt + counted.exempt, "notPossible" = "notPossible" + counted.impossible,
          planned = planned + counted.planned, "atRisk" = "atRisk" + counted.at_risk
        where campaign = counted.campaign and department = counted.department and "group" = counted."group";
        if not found then
          insert into trial_tally values (counted.campaign, counted.department, counted."group", counted.done, counted.recorded, counted.exempt,
            counted.impossible, counted.planned, counted.at_risk);
        end if;
      end loop;
      return null;
    end $$;
    -- By name: what is new is added before what was is taken off.
    create trigger count_1_inserted after insert on trial_members referencing new table as rows_changed
      for each statement execute function count_members('1');
    create trigger count_1_updated after update on trial_members referencing new table as rows_changed
      for each statement execute function count_members('1');
    create trigger count_2_updated after update on trial_members referencing old table as rows_changed
      for each statement execute function count_members('-1');
    create trigger count_2_deleted after delete on trial_members referencing old table as rows_changed
      for each statement execute function count_members('-1');

    -- Who changes several members holds this alone; who ends a day, and changes those of one person, holds it with others. Taken after every lock on cases, devices and
    -- days, so nobody who has it waits for anybody who wants it; and nobody's day ends unseen while they become a member.
    create function trial_lock() returns bigint language sql immutable return hashtextextended('members of trials', 0);

    create function follow_roster() returns trigger language plpgsql as $$
    declare
      trial text := new.body->'roster'->>'campaign';
    begin
      perform pg_advisory_xact_lock(trial_lock());
      insert into trials values (trial, (new.at at time zone 'Asia/Tokyo')::date) on conflict do nothing;
      delete from trial_members where campaign = trial and case_id = new.case_id
        and staff not in (select staff from json_to_recordset(new.body->'roster'->'members') as member (staff text));
      -- Whom another section has as well came to one of them last: whoever says so for the first time. The other will hear that they left.
      insert into trial_members (campaign, staff, case_id, department, "group", duties, slots, exempt_until, recorded, not_possible)
      select trial, staff, new.case_id, new.body->'summary'->>'department', "group", duties, slots, "exemptUntil", coalesce(recorded, false), "notPossible"
      from json_to_recordset(new.body->'roster'->'members') as member
        (staff text, "group" text, duties json, slots json, "exemptUntil" date, recorded boolean, "notPossible" text)
      where not exists (select from trial_members as other where other.campaign = trial and other.staff = member.staff and other.case_id <> new.case_id)
        or staff not in (
          select staff from json_to_recordset((
            select body->'roster'->'members' from events
            where case_id = new.case_id and seq < new.seq and body->'roster' is not null order by seq desc limit 1)) as before (staff text))
      on conflict (campaign, staff) do update set case_id = excluded.case_id, department = excluded.department, "group" = excluded."group",
        duties = excluded.duties, slots = excluded.slots, exempt_until = excluded.exempt_until, recorded = excluded.recorded,
        not_possible = excluded.not_possible
      where (trial_members.case_id, trial_members.department, trial_members."group", trial_members.duties::text, trial_members.slots::text,
          trial_members.exempt_until, trial_members.recorded, trial_members.not_possible)
        is distinct from (excluded.case_id, excluded.department, excluded."group", excluded.duties::text, excluded.slots::text,
          excluded.exempt_until, excluded.recorded, excluded.not_possible);
      return null;
    end $$;
    create trigger roster_followed after insert on events for each row
      when (new.body->'roster' is not null) execute function follow_roster();

    -- A day that is observed from now on, or no more.
    create function follow_day() returns trigger language plpgsql as $$
    declare
      day record := coalesce(new, old);
    begin
      perform pg_advisory_xact_lock_shared(trial_lock());
      update trial_members set staff = day.staff where trial_members.staff = day.staff and exists (
        select from json_to_recordset(duties) as duty ("from" date, until date) where day.date between duty."from" and duty.until);
      return null;
    end $$;
    create trigger day_begins after insert on telework_days for each row when (new.observed) execute function follow_day();
    create trigger day_changes after update on telework_days for each row
      when (old.observed <> new.observed) execute function follow_day();
    create trigger day_goes after delete on telework_days for each row when (old.observed) execute function follow_day();

    create function follow_attendance() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(trial_lock());
      update trial_members set staff = concerned.staff from (
        select distinct campaign, staff from rows_added join trial_members using (staff)
        cross join json_to_recordset(duties) as duty ("from" date, until date) where date between duty."from" and duty.until) as concerned
      where trial_members.campaign = concerned.campaign and trial_members.staff = concerned.staff;
      return null;
    end $$;
    create trigger attendance_followed after insert on attendance referencing new table as rows_added
      for each statement execute function follow_attendance();

    -- 簡易アンケート: who has answered, and apart from that what. Nothing that two rows have in common says whose answers they are, their order and the
    -- transaction that wrote them included (questionnaires.ts).
    create table questionnaires_answered (
      campaign text collate "C" not null,
      staff text collate "C" not null,
      "as" text not null check ("as" in ('participant', 'head')),
      primary key (campaign, staff)
    );
    create table questionnaire_answers (
      campaign text collate "C" not null,
      id uuid not null,
      "as" text not null check ("as" in ('participant', 'head')),
      answers json not null,
      remarks text,
      -- Of those who want to be known.
      staff text collate "C",
      primary key (campaign, id)
    );
  `.execute(db);
}
