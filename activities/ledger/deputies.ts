import type { Kysely, Selectable } from 'kysely';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { pageOf, pageSize, readCursor } from './page.js';
import type { Acted, DeputiesPort, Deputy } from './port.js';

/** Namings of deputies, and what was decided on somebody's behalf; the latter a trigger notes beside the event. */
export function createDeputies({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): DeputiesPort {
  const namings = () => db.selectFrom('deputies').selectAll();
  const goodOn = (date: string) =>
    namings().where('from_day', '<=', date).where('until_day', '>=', date).where('ended_at', 'is', null).orderBy('named_at');
  const actedRows = () =>
    db
      .selectFrom('acted')
      .innerJoin('events', (join) => join.onRef('events.case_id', '=', 'acted.case_id').onRef('events.seq', '=', 'acted.seq'))
      .innerJoin('cases', 'cases.case_id', 'acted.case_id')
      .select([
        'acted.number',
        'acted.case_id as caseId',
        'acted.seq',
        'acted.seen_at as seenAt',
        'procedure',
        'receipt_number as receiptNumber',
        'events.at',
        'events.body',
      ]);

  return {
    async nameDeputy({ id, holder, deputy, capacity, from, until, steps }) {
      const row = { id, holder, deputy, capacity, from_day: from, until_day: until, steps: steps ? [...steps] : null };
      await db
        .insertInto('deputies')
        .values({ ...row, named_at: await townTime(), ended_at: null })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      return toDeputy(await namings().where('id', '=', id).executeTakeFirstOrThrow());
    },

    async deputy(id) {
      const row = await namings().where('id', '=', id).executeTakeFirst();
      return row && toDeputy(row);
    },

    async deputies({ concerning, cursor, limit }) {
      const size = pageSize(limit);
      let query = namings()
        .where((is) => is.or([is('holder', '=', concerning), is('deputy', '=', concerning)]))
        .orderBy('named_at', 'desc')
        .orderBy('id', 'desc')
        .limit(size + 1);
      if (cursor !== undefined) {
        const [at, id] = readCursor(cursor, ['string', 'string']).map(String) as [string, string];
        query = query.where((is) => is.or([is('named_at', '<', at), is.and([is('named_at', '=', at), is('id', '<', id)])]));
      }
      return pageOf(await query.execute(), size, toDeputy, ({ named_at, id }) => [named_at, id]);
    },

    namingsOf: async (deputy, date) => (await goodOn(date).where('deputy', '=', deputy).execute()).map(toDeputy),

    namingsFor: async (capacity, date) => (await goodOn(date).where('capacity', '=', capacity).execute()).map(toDeputy),

    async changeDeputy({ id, version }, change) {
      const next =
        change === 'end'
          ? { ended_at: await townTime() }
          : { from_day: change.from, until_day: change.until, steps: change.steps ? [...change.steps] : null };
      const row = await db
        .updateTable('deputies')
        .set({ ...next, version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .where('ended_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      return row ? toDeputy(row) : 'changed';
    },

    async actedFor({ holder, unseen = false, cursor, limit }) {
      const size = pageSize(limit);
      let query = actedRows()
        .where('holder', '=', holder)
        .orderBy('number', 'desc')
        .limit(size + 1);
      if (unseen) query = query.where('seen_at', 'is', null);
      if (cursor !== undefined) query = query.where('number', '<', Number(readCursor(cursor, ['number'])[0]));
      return pageOf(await query.execute(), size, toActed, ({ number }) => [number]);
    },

    async markSeen({ caseId, seq, holder }) {
      await db
        .updateTable('acted')
        .set({ seen_at: await townTime() })
        .where('case_id', '=', caseId)
        .where('seq', '=', seq)
        .where('holder', '=', holder)
        .where('seen_at', 'is', null)
        .execute();
      const row = await actedRows()
        .where('acted.case_id', '=', caseId)
        .where('acted.seq', '=', seq)
        .where('holder', '=', holder)
        .executeTakeFirst();
      return row && toActed(row);
    },
  };
}

function toDeputy(row: Selectable<Tables['deputies']>): Deputy {
  const { from_day: from, until_day: until, named_at: namedAt, ended_at: endedAt, steps, ...rest } = row;
  return { ...rest, from, until, namedAt, ...(steps && { steps }), ...(endedAt !== null && { endedAt }) };
}

type ActedRow = Omit<Acted, 'step' | 'by' | 'as' | 'seenAt'> & { number: number; seenAt: string | null; body: Tables['events']['body'] };

function toActed({ number: _number, seenAt, body, ...rest }: ActedRow): Acted {
  const { name, input } = body.event;
  return { ...rest, step: name, by: input.by, as: input.as ?? '', ...(seenAt !== null && { seenAt }) };
}
