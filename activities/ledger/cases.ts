import { CompiledQuery, type Kysely, type Transaction } from 'kysely';
import { eraYear, fiscalYear, today } from '../../config/calendar.js';
import { canonicalJson } from './canonical.js';
import { domainTime } from './clock.js';
import type { Tables } from './database.js';
import { openingOf } from './openings.js';
import type { Clock, LedgerDue, LedgerEntry, LedgerEvent, ProcedureName } from './port.js';

export type Connection = Kysely<Tables> | Transaction<Tables>;

/** The letter of a procedure in its receipt numbers (受付番号). */
const letters: Readonly<Record<ProcedureName, string>> = {
  'device-loan': '貸',
  registration: '登',
  'telework-day': '勤',
  'trial-campaign': '試',
  'trial-section': '課',
  'yearly-review': '年',
  survey: '調',
};

/** Events that write down what the ledger did with a device. */
const deviceNews = `('reserve', 'reassign', 'requeue')`;

/**
 * An event, its read model, its mail and what is due after it, in one statement; nothing if the place is taken or not the next one. With `$9` false also
 * nothing if the devices must be looked at: the claim is another one, or the event writes down news that stand no longer.
 * Two that write at one place meet at the case's row: the second sees the first's `seq` and writes nothing.
 */
const placing = `
  with moment as (
    select date_trunc('milliseconds', $1::timestamptz) + offset_ms * interval '1 millisecond' as at, offset_ms from town_clock
  ), entry as materialized (
    select body, body->'event'->>'name' as name, body->'event'->>'key' as key, body->'due' as due, body->'summary' as summary, body->'day' as day,
      (select min((one->>'at')::timestamptz) from json_array_elements(body->'due') as one) as deadline
    from (select $4::json as body) as given
    where $9 or body->'event'->>'name' not in ${deviceNews} or exists (select from news where key = body->'event'->>'key')
  ), numbered as (
    insert into receipt_counters as counter (letter, fiscal_year, last)
    select $6, $7::int, 1 from entry
    where $3::int = 1 and ($9 or body->'claim' is null) and not exists (select from cases where case_id = $2)
    on conflict (letter, fiscal_year) do update set last = counter.last + 1
    returning $8 || '-' || letter || '-' || lpad(last::text, greatest(4, length(last::text)), '0') as receipt_number,
      nextval('filings') as filing
  ), opened as (
    insert into cases (case_id, filing, procedure, receipt_number, status, department, staff, opened_at, changed_at, seq, state, due,
      readers, claim, closed, deadline, within, head_hash)
    select $2, filing, body->>'procedure', receipt_number, summary->>'status', summary->>'department', summary->>'staff', at, at, 1,
      body->'state', due, body->'readers', body->'claim', json_array_length(due) = 0, deadline, summary->>'within',
      event_link(case_root(receipt_number, filing), $2, 1, at, body::text)
    from entry, numbered, moment
    on conflict (case_id) do nothing
    returning *
  ), moved as (
    update cases set seq = $3, changed_at = at, status = summary->>'status', department = summary->>'department', staff = summary->>'staff',
      state = body->'state', due = entry.due, readers = body->'readers', claim = body->'claim',
      closed = json_array_length(entry.due) = 0, deadline = entry.deadline, within = summary->>'within',
      head_hash = event_link(head_hash, case_id, $3, at, body::text),
      known_asset = case when name in ${deviceNews} then body->'event'->'input'->>'assetTag' else known_asset end
    from entry, moment
    where case_id = $2 and seq = $3 - 1 and $3 > 1 and ($9 or claim::text is not distinct from (body->'claim')::text)
    returning cases.*
  ), placed as (
    select * from opened union all select * from moved
  ), written as (
    insert into events (case_id, seq, at, name, key, body, hash)
    select case_id, seq, changed_at, name, key, body, head_hash from placed, entry
  ), waits as (
    select distinct on (step, who) step, who, until
    from entry, json_to_recordset(entry.due) as one (step text, who text, until text) where who is not null
  ), no_longer_due as (
    delete from due using placed
    where due.case_id = placed.case_id and not exists (select from waits where waits.step = due.step and waits.who = due.who)
  ), now_due as (
    insert into due (case_id, step, who, since, until) select case_id, step, who, changed_at, until from placed, waits
    on conflict (case_id, step, who) do update set until = excluded.until where due.until is distinct from excluded.until
  ), may_read as (
    select distinct capacity from entry, json_array_elements_text(body->'readers'->'all') as capacity
  ), no_longer_read as (
    delete from case_readers using placed
    where case_readers.case_id = placed.case_id and not exists (select from may_read where may_read.capacity = case_readers.capacity)
  ), now_read as (
    insert into case_readers (case_id, capacity, procedure, filing, status, department, on_day)
    select case_id, capacity, procedure, filing, status, department, (summary->>'date')::date from placed, entry, may_read
    on conflict (case_id, capacity) do update set status = excluded.status, department = excluded.department, on_day = excluded.on_day
    where (case_readers.status, case_readers.department, case_readers.on_day)
      is distinct from (excluded.status, excluded.department, excluded.on_day)
  ), no_longer_takes as (
    delete from telework_days where case_id = (select case_id from placed, entry where day is null)
  ), takes as (
    insert into telework_days (case_id, staff, department, date, starts, ends, form, unit, minutes, office, seat, ordered, status, unplanned)
    select case_id, one.staff, one.department, one.date, one."from", one.until, one.form, one.unit, one.minutes, one.office, one.seat, one.ordered,
      placed.status, placed.state->>'unplanned'
    from placed, entry, json_to_record(day) as one (staff text, department text, date date, "from" time, until time, form text, unit text,
      minutes int, office text, seat int, ordered text)
    where day is not null
    on conflict (case_id) do update set department = excluded.department, date = excluded.date, starts = excluded.starts,
      ends = excluded.ends, form = excluded.form, unit = excluded.unit, minutes = excluded.minutes, office = excluded.office,
      seat = excluded.seat, ordered = excluded.ordered, status = excluded.status, unplanned = excluded.unplanned
  ), no_longer_awaits as (
    delete from awaits using placed where awaits.case_id = placed.case_id
  ), heard as (
    delete from news using placed, entry where news.case_id = placed.case_id and (news.key = entry.key or placed.closed)
  ), begun as (
    delete from openings using opened where openings.case_id = opened.case_id
  ), opens as (
    insert into openings (case_id, procedure, opened_by, opening, unless)
    select one."caseId", one.procedure, placed.case_id, one.opening, one.unless
    from placed, json_to_recordset($10::json) as one ("caseId" text, procedure text, opening json, unless text)
    on conflict (case_id) do nothing
  ), ordered as (
    insert into outbox (message_id, case_id, recipient, template, params, calendar, queued_at, due_at)
    select mail."messageId", case_id, mail."to", template, params, calendar, changed_at, changed_at
    from placed, json_to_recordset($5::json) as mail ("messageId" text, "to" text, template text, params json, calendar json)
  )
  select offset_ms as "clockOffsetMs", placed.changed_at as at, placed.filing,
    case when placed.case_id is not null then (
      select news.event from news, entry
      where news.case_id = $2 and news.key is distinct from entry.key and news.name in (select one->>'step' from json_array_elements(entry.due) as one)
      order by number limit 1) end as next,
    coalesce(placed.closed and exists (select from awaits where awaits.staff = placed.staff and awaits.procedure = placed.procedure), false) as awaited,
    case when placed.case_id is not null and json_array_length($5::json) > 0 then pg_notify('telework', 'mail')::text end as notified,
    case when placed.case_id is not null and json_array_length($10::json) > 0 then pg_notify('telework', 'news')::text end as rung
  from moment left join placed on true`;

/** What stands at a place, what comes after it, and how far the case has come. */
const standing = `
  select (select offset_ms from town_clock) as "clockOffsetMs",
    (select seq from cases where case_id = $1) as head,
    (select claim from cases where case_id = $1) as claim,
    (select body->'event' from events where case_id = $1 and seq = $2) as here,
    coalesce(
      (select body->'event' from events where case_id = $1 and seq = $2 + 1),
      (select event from news where case_id = $1 and name in
        (select one->>'step' from json_array_elements(coalesce($3::json, (select due from cases where case_id = $1))) as one)
       order by number limit 1)) as next`;

interface Placed {
  clockOffsetMs: number;
  /** Null: nothing was written. */
  at: string | null;
  filing: number | null;
  next: LedgerEvent | null;
  /** The case has come to its end, and a case of another procedure waits for that. */
  awaited: boolean;
}

interface Standing {
  clockOffsetMs: number;
  head: number | null;
  claim: LedgerEntry['claim'] | null;
  here: LedgerEvent | null;
  next: LedgerEvent | null;
}

/** The hash that names one logical mail for ever. */
export type MessageIds = (place: string) => string;

export type PlaceEntry = ReturnType<typeof placeEntries>;

/** Brings an entry to its place. `withDevices`: the caller brings reservations, custody and queue in line in the same transaction. */
export function placeEntries({ clock, messageId }: { clock: Clock; messageId: MessageIds }) {
  /** The fiscal year of the day on which the case is opened, as receipt numbers begin. */
  async function year(connection: Connection, seq: number): Promise<{ fiscal: number; label: string } | undefined> {
    if (seq !== 1) return undefined;
    const { offset_ms } = await connection.selectFrom('town_clock').select('offset_ms').executeTakeFirstOrThrow();
    const fiscal = fiscalYear(today(domainTime(clock, offset_ms)));
    return { fiscal, label: eraYear(`${fiscal}-04-01`) };
  }

  return async (connection: Connection, entry: LedgerEntry, { withDevices }: { withDevices: boolean }): Promise<Placed> => {
    const { caseId, seq, mails = [], ...body } = entry;
    const { opens = [] } = entry;
    const opening = await year(connection, seq);
    const orders = mails.map((mail, index) => ({ params: {}, ...mail, messageId: messageId(`${caseId}#${seq}#${index}`) }));
    const values = [
      clock.now().toISOString(),
      caseId,
      seq,
      canonicalJson(body),
      JSON.stringify(orders),
      letters[entry.procedure],
      opening?.fiscal ?? null,
      opening?.label ?? null,
      withDevices,
      JSON.stringify(opens.map((one) => openingOf(caseId, one))),
    ];
    const { rows } = await connection.executeQuery<Placed>(CompiledQuery.raw(placing, values));
    return only(rows);
  };
}

export async function standingAt(
  connection: Connection,
  { caseId, seq, due }: { caseId: string; seq: number; due?: readonly LedgerDue[] },
): Promise<Standing> {
  const values = [caseId, seq, due ? JSON.stringify(due) : null];
  const { rows } = await connection.executeQuery<Standing>(CompiledQuery.raw(standing, values));
  return only(rows);
}

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (!row) throw new Error('the ledger has no clock: was it migrated?');
  return row;
}
