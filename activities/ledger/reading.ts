import { CompiledQuery, type Kysely, sql } from 'kysely';
import type { Capacity } from '../directory/port.js';
import type { Tables } from './database.js';
import { pageOf, pageSize, readCursor } from './page.js';
import type { Acting, CaseRow, CaseSummary, CaseUnderKey, EventRow, LedgerReader, Task } from './port.js';

const summary = [
  'cases.case_id as caseId',
  'cases.procedure',
  'cases.receipt_number as receiptNumber',
  'cases.status',
  'cases.department',
  'cases.staff',
  'cases.opened_at as openedAt',
  'cases.changed_at as changedAt',
] as const;
/** A case as it stands. */
export const caseColumns = [...summary, 'cases.seq', 'cases.state', 'cases.due', 'cases.readers', 'cases.closed'] as const;

/** Written out, since it is asked twice with every step that people take. */
const underKeys = `
  select cases.case_id as "caseId", procedure, receipt_number as "receiptNumber", status, department, staff, opened_at as "openedAt",
    changed_at as "changedAt", seq, state, due, readers, closed,
    (select body->'event' from events where events.key = asked.key) as event,
    (select coalesce(json_agg(json_strip_nulls(json_build_object('name', name, 'how', how, 'reason', reason,
        'since', to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) order by since), '[]')
      from effect_marks where effect_marks.case_id = asked.case_id) as effects
  from unnest($1::text[], $2::text[]) with ordinality as asked (case_id, key, number) left join cases using (case_id)
  order by number`;
type UnderKey = { event: CaseUnderKey['event'] | null; effects: CaseUnderKey['effects'] } & (CaseRow | { caseId: null });

/**
 * The reading side. A page walks one index for each capacity of the caller, from the cursor on, and merges the heads: its cost does not grow with
 * the number of cases.
 */
export function createReading(db: Kysely<Tables>): LedgerReader {
  const rows = () => db.selectFrom('cases').select(caseColumns);
  return {
    caseById: (caseId) => rows().where('case_id', '=', caseId).executeTakeFirst(),

    async casesUnderKeys(places) {
      const values = [places.map(({ caseId }) => caseId), places.map(({ key }) => key)];
      const { rows } = await db.executeQuery<UnderKey>(CompiledQuery.raw(underKeys, values));
      return rows.map(({ event, effects, ...row }) => ({ effects, ...(event && { event }), ...(row.caseId !== null && { row }) }));
    },

    openCasesOf: ({ procedure, staff }) =>
      rows().where('staff', '=', staff).where('procedure', '=', procedure).where('closed', '=', false).orderBy('filing').execute(),

    async casesWithin({ procedure, within, cursor, limit }) {
      const size = pageSize(limit);
      let query = rows()
        .select('filing')
        .where('within', '=', sql<string>`any(${[...within]}::text[])`)
        .where('procedure', '=', procedure)
        .orderBy('filing')
        .limit(size + 1);
      if (cursor !== undefined) query = query.where('filing', '>', Number(readCursor(cursor, ['number'])[0]));
      return pageOf(await query.execute(), size, toCase, ({ filing }) => [filing]);
    },

    async openCases({ procedure, capacities, cursor, limit }) {
      const size = pageSize(limit);
      let query = rows()
        .select('filing')
        .where('closed', '=', false)
        .orderBy('filing')
        .limit(size + 1);
      if (procedure) query = query.where('procedure', '=', procedure);
      if (capacities)
        query = query.where(
          sql<boolean>`exists (select from case_readers where case_readers.case_id = cases.case_id and capacity = any(${[...capacities]}::text[]))`,
        );
      if (cursor !== undefined) query = query.where(sql<boolean>`filing > ${readCursor(cursor, ['number'])[0]}`);
      return pageOf(await query.execute(), size, toCase, ({ filing }) => [filing]);
    },

    async toldBy(caseId) {
      const told = await db
        .selectFrom('told')
        .innerJoin('cases', 'cases.case_id', 'told.case_id')
        .select([...summary, 'closed', 'told.at as toldAt'])
        .select(({ exists, selectFrom, not }) =>
          not(
            exists(
              selectFrom('news').select('number').whereRef('news.case_id', '=', 'told.case_id').whereRef('news.name', '=', 'told.name'),
            ),
          ).as('heard'),
        )
        .where('teller', '=', caseId)
        .orderBy('cases.filing')
        .execute();
      return told.map(({ heard, ...one }) => ({ ...one, heard: Boolean(heard) }));
    },

    async byKey(key) {
      const row = await db
        .selectFrom('events')
        .select(['case_id as caseId', 'seq', 'at', 'body'])
        .where('key', '=', key)
        .executeTakeFirst();
      return row && { caseId: row.caseId, seq: row.seq, at: row.at, event: row.body.event };
    },

    async events(caseId) {
      const rows = await db.selectFrom('events').select(['seq', 'at', 'body']).where('case_id', '=', caseId).orderBy('seq').execute();
      return rows.map(({ seq, at, body }) => ({ seq, at, event: body.event }));
    },

    async timelineOf({ staff, capacities, cursor, limit }) {
      const size = pageSize(limit);
      const before = cursor === undefined ? undefined : readCursor(cursor, ['string', 'string', 'number']);
      const { rows } = await sql<EventRow & { caseId: string }>`
        with readable as (
          select case_id from cases
          where staff = ${staff} and exists (
            select from case_readers where case_readers.case_id = cases.case_id and capacity = any(${distinct(capacities)}::text[])
            offset 0) -- Case by case: as a join it would read all that HR may see.
        )
        select case_id as "caseId", seq, at, event from (
          select case_id, seq, at, body->'event' as event from events join readable using (case_id)
          union all
          select case_id, 0, at, json_build_object('name', 'eraseWords', 'input', json_build_object('by', 'system', 'rows', count(*)))
          from word_erasures join readable using (case_id) group by case_id, at) as happened
        ${before ? sql`where (at, case_id, seq) < (${before[0]}::timestamptz, ${before[1]}, ${before[2]})` : sql``}
        order by at desc, case_id desc, seq desc limit ${size + 1}`.execute(db);
      return pageOf(
        rows,
        size,
        (one) => one,
        ({ at, caseId, seq }) => [at, caseId, seq],
      );
    },

    async effects(caseId) {
      const rows = await db
        .selectFrom('effect_marks')
        .select(['name', 'how', 'reason', 'since'])
        .where('case_id', '=', caseId)
        .orderBy('since')
        .execute();
      return rows.map(({ reason, ...mark }) => ({ ...mark, ...(reason !== null && { reason }) }));
    },

    async list({ procedure, capacities, status, department, dates, cursor, limit }) {
      const size = pageSize(limit);
      const [day, order] = dates ? [sql`on_day`, sql`on_day desc, filing desc`] : [sql`null::date`, sql`filing desc`];
      const before = cursor === undefined ? undefined : readCursor(cursor, dates ? ['string', 'number'] : ['number']);
      const filters = sql.join(
        [
          sql`procedure = ${procedure}`,
          ...(status === undefined ? [] : [sql`status = ${status}`]),
          ...(department === undefined ? [] : [sql`department = ${department}`]),
          ...(dates ? [sql`on_day is not null`] : []),
          ...(dates?.from === undefined ? [] : [sql`on_day >= ${dates.from}::date`]),
          ...(dates?.until === undefined ? [] : [sql`on_day <= ${dates.until}::date`]),
          ...(before ? [dates ? sql`(on_day, filing) < (${before[0]}::date, ${before[1]})` : sql`filing < ${before[0]}`] : []),
        ],
        sql` and `,
      );
      const { rows } = await sql<CaseSummary & { filing: number; day: string | null }>`
        select case_id as "caseId", procedure, receipt_number as "receiptNumber", status, department, staff,
          opened_at as "openedAt", changed_at as "changedAt", filing, on_day as day
        from cases join (
          select distinct on_day, filing from unnest(${distinct(capacities)}::text[]) as mine, lateral (
            select ${day} as on_day, filing from case_readers where capacity = mine and ${filters} order by ${order} limit ${size + 1}) as readable
          order by ${order} limit ${size + 1}) as shown using (filing)
        order by ${order}`.execute(db);
      return pageOf(
        rows,
        size,
        ({ filing, day: date, ...one }) => ({ ...one, ...(date !== null && { date }) }),
        ({ filing, day: date }) => [...(date === null ? [] : [date]), filing],
      );
    },

    async tasks({ capacities, acting = [], cursor, limit }) {
      const size = pageSize(limit);
      const after = cursor === undefined ? undefined : readCursor(cursor, ['string', 'string', 'string', 'string']);
      const later = after ? sql`and (since, case_id, step) >= (${after[0]}::timestamptz, ${after[1]}, ${after[2]})` : sql``;
      const { rows } = await sql<Omit<Task, 'until'> & { until: string | null }>`
        select case_id as "caseId", procedure, receipt_number as "receiptNumber", status, step, who, since, until
        from (
          select one.* from json_to_recordset(${JSON.stringify(grants(capacities, acting))}) as mine(capacity text, steps text[]), lateral (
            select case_id, step, who, since, until from due where who = capacity and (steps is null or step = any(steps)) ${later}
            order by since, case_id, step limit ${size + 2}) as one
          ${after ? sql`where (since, case_id, step, who) > (${after[0]}::timestamptz, ${after[1]}, ${after[2]}, ${after[3]})` : sql``}
          order by since, case_id, step, who limit ${size + 1}) as waiting
        join cases using (case_id)
        order by since, case_id, step, who`.execute(db);
      const task = ({ until, ...one }: (typeof rows)[number]): Task => ({ ...one, ...(until !== null && { until }) });
      return pageOf(rows, size, task, ({ since, caseId, step, who }) => [since, caseId, step, who]);
    },
  };
}

const toCase = ({ filing: _filing, ...row }: CaseRow & { filing: number }): CaseRow => row;

/** Each capacity once, with the steps to which it is limited: what is one's own, or another's without a limit, has none. */
function grants(capacities: readonly Capacity[], acting: readonly Acting[]): { capacity: Capacity; steps?: readonly string[] }[] {
  const own = new Set([...capacities, ...acting.flatMap(({ capacity, steps }) => (steps ? [] : [capacity]))]);
  const limited = new Set(acting.flatMap(({ capacity }) => (own.has(capacity) ? [] : [capacity])));
  const stepsFor = (wanted: Capacity) => acting.flatMap(({ capacity, steps = [] }) => (capacity === wanted ? steps : []));
  return [...[...own].map((capacity) => ({ capacity })), ...[...limited].map((capacity) => ({ capacity, steps: stepsFor(capacity) }))];
}

const distinct = (capacities: readonly Capacity[]): Capacity[] => [...new Set(capacities)];
