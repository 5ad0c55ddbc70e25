import { type Kysely, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { today } from '../../config/calendar.js';
import { entryOf } from '../../workflows/shared/entry.js';
import type { DayEvent, DayNews, TeleworkDay } from '../../workflows/telework-day/contract.js';
import * as rules from '../../workflows/telework-day/rules.js';
import type { Connection, PlaceEntry } from './cases.js';
import { domainTime } from './clock.js';
import type { Tables } from './database.js';
import { lockPerson } from './others.js';
import type { CaseRow, Clock, DayFacts, DaySeen, DaysPort, DayWish, LedgerEntry } from './port.js';
import { caseColumns } from './reading.js';

type Trx = Transaction<Tables>;
export type DayParts = { db: Kysely<Tables>; clock: Clock; place: PlaceEntry };
type Claim = { caseId: string; key: string; wish: DayWish };

/** The course that a person must have completed, as training files name it. */
const course = 'telework';

/** SQLSTATE of an exclusion constraint. */
const overlaps = '23P01';
const mostTries = 3;

/**
 * Telework days. A step that concerns its case alone costs one statement and no lock: who comes second at a place sees that nothing was written, and looks again. A plan is judged in a
 * transaction that holds its person, and the office's seats of the date, so that who comes at the same time sees the outcome. Behind both stand the constraints of the table.
 */
export function createDays({ db, clock, place }: DayParts): DaysPort {
  /** Undefined: nothing was written, as somebody else wrote at the place. */
  const write = async (connection: Connection, entry: LedgerEntry) =>
    (await place(connection, entry, { withDevices: false })).at ?? undefined;

  /** Whether the key stands now. @throws what the judge throws */
  async function claim(trx: Trx, { caseId, key, wish }: Claim, judge: (seen: DaySeen) => LedgerEntry): Promise<boolean> {
    await lockPerson(trx, wish.staff);
    if (wish.office !== undefined) await lockSeats(trx, wish.office, wish.date);
    const facts = await factsOf(trx, caseId, wish);
    const { row, stands, offsetMs } = await standing(trx, { caseId, key });
    return stands || (await write(trx, judge({ now: domainTime(clock, offsetMs), ...(row && { row }), facts }))) !== undefined;
  }

  return {
    async takeDay({ row, key }, judge) {
      for (let seen = row; (await write(db, judge(seen))) === undefined; ) {
        const now = await standing(db, { caseId: row.caseId, key });
        if (now.stands) return;
        seen = now.row ?? row;
      }
    },

    async claimDay(wanted, judge) {
      for (let tries = 1; ; tries += 1) {
        try {
          if (await db.transaction().execute((trx) => claim(trx, wanted, judge))) return;
        } catch (failure) {
          if (tries === mostTries || !(failure instanceof pg.DatabaseError) || failure.code !== overlaps) throw failure;
        }
      }
    },

    latestDays: (staff, limit) =>
      db
        .selectFrom('telework_days')
        .innerJoin('cases', 'cases.case_id', 'telework_days.case_id')
        .select(caseColumns)
        .where('telework_days.staff', '=', staff)
        .orderBy('date', 'desc')
        .orderBy('starts', 'desc')
        .limit(limit)
        .execute(),
  };
}

/** Ends the days from today on that have not begun, of those whom the entry tells so; in the transaction of the entry, which was written at `at` and holds its people. */
export async function cancelDays(place: PlaceEntry, trx: Trx, { caseId: teller, seq, tells = [] }: LedgerEntry, at: string): Promise<void> {
  for (const { staff, name } of tells.flatMap((one) => (one.procedure === 'telework-day' && 'staff' in one ? [one] : []))) {
    const coming = await trx
      .selectFrom('telework_days')
      .select('case_id')
      .where('staff', '=', staff)
      .where('date', '>=', today(at))
      .orderBy('date')
      .execute();
    for (const { case_id } of coming) {
      const news = { name, input: { by: 'system' }, key: `${teller}#${seq}/${name}/${case_id}` } as DayNews;
      const told = await happen(place, trx, case_id, (day) => (rules.due(day).some(({ step }) => step === name) ? news : undefined));
      if (told) await trx.insertInto('told').values({ teller, case_id, name, at }).execute();
    }
  }
}

/** Writes down what has come about by itself until now; answers in how many days. */
export async function settleDays({ db, place }: Pick<DayParts, 'db' | 'place'>, now: string): Promise<number> {
  let settled = 0;
  for (let after = ''; ; ) {
    const fallen = await db
      .selectFrom('cases')
      .select('case_id')
      .where('procedure', '=', 'telework-day')
      .where('deadline', '<=', now)
      .where('case_id', '>', after)
      .orderBy('case_id')
      .limit(200)
      .execute();
    for (const { case_id: caseId } of fallen) if (await happen(place, db, caseId, (day) => fallenOf(day, now))) settled += 1;
    const last = fallen.at(-1);
    if (!last) return settled;
    after = last.case_id;
  }
}

/** The first of the day's deadlines, if it has fallen. */
function fallenOf(day: TeleworkDay, now: string): DayEvent | undefined {
  const [first] = rules
    .due(day)
    .flatMap((one) => ('at' in one ? [one] : []))
    .sort((one, other) => (one.at < other.at ? -1 : 1));
  return first && first.at <= now ? ({ name: first.step, input: { by: 'system' } } as DayEvent) : undefined;
}

/** Writes an event of nobody's down, if there still is one when its place is free. */
async function happen(
  place: PlaceEntry,
  connection: Connection,
  caseId: string,
  eventOf: (day: TeleworkDay) => DayEvent | undefined,
): Promise<boolean> {
  for (;;) {
    const row = await connection.selectFrom('cases').select(['seq', 'state']).where('case_id', '=', caseId).executeTakeFirstOrThrow();
    const before = row.state as TeleworkDay;
    const event = eventOf(before);
    if (!event) return false;
    const at = { caseId, procedure: 'telework-day', seq: row.seq + 1 } as const;
    const { at: written } = await place(connection, entryOf(rules, at, { event, after: rules.apply(before, event) }), {
      withDevices: false,
    });
    if (written) return true;
  }
}

/** The case, whether the key stands, and the town's clock, in one question. */
async function standing(connection: Connection, { caseId, key }: Pick<Claim, 'caseId' | 'key'>) {
  const row = await connection
    .selectFrom('town_clock')
    .leftJoin('cases', (on) => on.on('cases.case_id', '=', caseId))
    .leftJoin('events', (on) => on.on('events.key', '=', key))
    .select([...caseColumns, 'offset_ms as offsetMs', 'events.seq as keySeq'])
    .executeTakeFirstOrThrow();
  const { offsetMs, keySeq, ...found } = row;
  return { offsetMs, stands: keySeq !== null, row: found.caseId === null ? undefined : (found as CaseRow) };
}

const lockSeats = (trx: Trx, office: string, date: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`seats of ${office} on ${date}`}, 0))`.execute(trx);

async function factsOf(trx: Trx, caseId: string, wish: DayWish): Promise<DayFacts> {
  const { staff, date, office, week } = wish;
  const [from, until] = week;
  const { rows } = await sql<{ [Fact in keyof Required<DayFacts>]: DayFacts[Fact] | null }>`
    select
      (select coalesce(json_agg(json_strip_nulls(json_build_object('staff', staff, 'department', department, 'date', date,
          'from', to_char(starts, 'HH24:MI'), 'until', to_char(ends, 'HH24:MI'), 'form', form, 'unit', unit, 'minutes', minutes,
          'office', office, 'seat', seat)) order by date, starts), '[]')
        from telework_days where staff = ${staff} and date between ${from}::date and ${until}::date and case_id <> ${caseId}) as others,
      (select json_build_object('forms', state->'form'->'forms', 'workplace', state->'form'->'workplace') from cases
        where procedure = 'registration' and staff = ${staff} and not closed and status = 'active' limit 1) as registration,
      (select coalesce(expires, '9999-12-31')::text from training where staff = ${staff} and course = ${course}) as "trainedUntil",
      exists (select from reservations join cases using (case_id)
        where staff = ${staff} and ${date}::date between from_day and until_day) as "deviceLent",
      (select coalesce(json_agg(seat order by seat) filter (where not exists (
          select from telework_days as other where other.office = seats.office and other.seat = seats.seat and other.case_id <> ${caseId}
            and other.span && tsrange(${date}::date + ${wish.from}::time, ${date}::date + ${wish.until}::time))), '[]')
        from seats where office = ${office ?? null} having count(*) > 0) as "freeSeats",
      (select coalesce(json_agg(json_build_object('id', id, 'lifts', lifts, 'from', from_day, 'until', until_day) order by id), '[]')
        from emergencies where ended_at is null and ${date}::date between from_day and until_day) as emergencies`.execute(trx);
  return Object.fromEntries(Object.entries(rows[0] ?? {}).filter(([, fact]) => fact !== null)) as unknown as DayFacts;
}
