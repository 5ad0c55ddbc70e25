import { type Kysely, sql } from 'kysely';
import type { PlaceEntry } from './cases.js';
import { sealChains } from './chains.js';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { settleDays } from './days.js';
import { pageOf, pageSize, readCursor } from './page.js';
import type { Calendar, RoundsPort, Waiting } from './port.js';
import { lockDevices, moveReservation } from './reservations.js';

type Parts = { db: Kysely<Tables>; townTime: TownTime; calendar: Calendar; place: PlaceEntry; messageId: (place: string) => string };

/** What the morning round does with the ledger. */
export function createRounds({ db, townTime, calendar, place, messageId }: Parts): RoundsPort {
  /** Reservations that have begun, of devices that another case still has. */
  const late = (connection: Kysely<Tables>, date: string) =>
    connection
      .selectFrom('reservations')
      .innerJoin('devices', 'devices.asset_tag', 'reservations.asset_tag')
      .innerJoin('custody', 'custody.asset_tag', 'reservations.asset_tag')
      .innerJoin('cases', 'cases.case_id', 'reservations.case_id')
      .where('custody.until', 'is', null)
      .whereRef('custody.case_id', '<>', 'reservations.case_id')
      .where('from_day', '<=', date);
  return {
    seal: async (date) => sealChains(db, { date, at: await townTime() }),

    async rehomeLate(date) {
      const at = await townTime();
      let moved = 0;
      for (const { kind } of await late(db, date).select('kind').distinct().execute())
        moved += await db.transaction().execute(async (trx) => {
          await lockDevices(trx, [kind]);
          const cases = await late(trx, date)
            .where('kind', '=', kind)
            .select(['cases.case_id as caseId', 'filing', 'claim'])
            .orderBy('filing')
            .execute();
          for (const one of cases) await moveReservation({ trx, at, today: date, calendar }, one);
          return cases.length;
        });
      return moved;
    },

    settleDays: async () => settleDays({ db, place }, await townTime()),

    async removeUntaken(before) {
      const { numDeletedRows } = await db
        .deleteFrom('words')
        .where('kept_at', '<', before)
        .where(({ not, exists, selectFrom }) => not(exists(selectFrom('events').whereRef('events.key', '=', 'words.key').select('seq'))))
        .where(
          sql<boolean>`not exists (select from events where events.case_id = words.case_id and position(words.row::text in body::text) > 0)`,
        )
        .where(({ not, exists, selectFrom }) => not(exists(selectFrom('emergencies').whereRef('reason', '=', 'words.row').select('id'))))
        .where(({ not, exists, selectFrom }) => not(exists(selectFrom('months').whereRef('reason', '=', 'words.row').select('month'))))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },

    async waiting({ procedure, steps, caseIds, cursor, limit }) {
      const size = pageSize(limit);
      let query = db
        .selectFrom('due')
        .innerJoin('cases', 'cases.case_id', 'due.case_id')
        .select([
          'cases.case_id as caseId',
          'procedure',
          'receipt_number as receiptNumber',
          'status',
          'department',
          'step',
          'who',
          'since',
          'until',
          'state',
        ])
        .where('procedure', '=', procedure)
        .where('step', '=', sql<string>`any(${steps}::text[])`)
        .orderBy('due.case_id')
        .orderBy('step')
        .orderBy('who')
        .limit(size + 1);
      if (caseIds) query = query.where('due.case_id', '=', sql<string>`any(${caseIds}::text[])`);
      if (cursor !== undefined) {
        const [caseId, step, who] = readCursor(cursor, ['string', 'string', 'string']);
        query = query.where(sql<boolean>`(due.case_id, step, who) > (${caseId}, ${step}, ${who})`);
      }
      const item = ({ until, ...one }: Omit<Waiting, 'until'> & { until: string | null }): Waiting => ({
        ...one,
        ...(until !== null && { until }),
      });
      return pageOf(await query.execute(), size, item, ({ caseId, step, who }) => [caseId, step, who]);
    },

    async roundBefore(round, date) {
      const last = await db
        .selectFrom('rounds')
        .select(({ fn }) => fn.max('date').as('date'))
        .where('round', '=', round)
        .where('date', '<', date)
        .executeTakeFirst();
      return last?.date ?? undefined;
    },

    async roundMade(round, date) {
      await db
        .insertInto('rounds')
        .values({ round, date, at: await townTime() })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async keepUnattended(found, date) {
      await db.transaction().execute(async (trx) => {
        await trx.deleteFrom('unattended').where('found_on', '<=', date).execute();
        for (const { caseId, step, who } of found)
          await trx
            .insertInto('unattended')
            .values({ case_id: caseId, step, who, found_on: date })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
      });
    },

    async unattended({ cursor, limit }) {
      const size = pageSize(limit);
      let query = db
        .selectFrom('unattended')
        .innerJoin('due', (join) =>
          join
            .onRef('due.case_id', '=', 'unattended.case_id')
            .onRef('due.step', '=', 'unattended.step')
            .onRef('due.who', '=', 'unattended.who'),
        )
        .innerJoin('cases', 'cases.case_id', 'unattended.case_id')
        .select(['cases.case_id as caseId', 'procedure', 'receipt_number as receiptNumber', 'status', 'due.step', 'due.who', 'since'])
        .orderBy('since')
        .orderBy('cases.case_id')
        .orderBy('due.step')
        .limit(size + 1);
      if (cursor !== undefined) {
        const [since, caseId, step] = readCursor(cursor, ['string', 'string', 'string']);
        query = query.where(sql<boolean>`(since, cases.case_id, due.step) > (${since}::timestamptz, ${caseId}, ${step})`);
      }
      return pageOf(
        await query.execute(),
        size,
        (one) => one,
        ({ since, caseId, step }) => [since, caseId, step],
      );
    },

    async leaveNews(caseId, news) {
      await sql`
        insert into news (case_id, name, event, key) select ${caseId}, ${news.name}, ${JSON.stringify(news)}::json, ${news.key}
        where not exists (select from events where key = ${news.key}) -- It has been written down.
        on conflict (key) do nothing`.execute(db);
      await sql`select pg_notify('telework', 'news')`.execute(db);
    },

    async queueMail(key, { to, template, params = {} }) {
      const at = await townTime();
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('outbox')
        .values({
          message_id: messageId(key),
          case_id: null,
          recipient: to,
          template,
          params: JSON.stringify(params),
          queued_at: at,
          due_at: at,
        })
        .onConflict((conflict) => conflict.column('message_id').doNothing())
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows) await sql`select pg_notify('telework', 'mail')`.execute(db);
    },
  };
}
