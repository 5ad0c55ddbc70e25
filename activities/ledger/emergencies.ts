import type { Kysely, Selectable } from 'kysely';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { pageOf, pageSize, readCursor } from './page.js';
import type { DeclaredEmergency, EmergenciesPort } from './port.js';

/** 緊急時の特例: what a named authority lifts, and until when. */
export function createEmergencies({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): EmergenciesPort {
  const byId = async (id: string): Promise<DeclaredEmergency | undefined> => {
    const row = await db.selectFrom('emergencies').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toEmergency(row);
  };
  return {
    async declareEmergency({ id, lifts, from, until, reason }, by) {
      const row = { id, lifts, reason, from_day: from, until_day: until, declared_by: by, declared_at: await townTime() };
      await db
        .insertInto('emergencies')
        .values({ ...row, ended_by: null, ended_at: null })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      const stands = await byId(id);
      if (!stands) throw new Error('what was declared is gone');
      return stands;
    },

    emergency: byId,

    async emergencies({ cursor, limit }) {
      const size = pageSize(limit);
      let query = db
        .selectFrom('emergencies')
        .selectAll()
        .orderBy('declared_at', 'desc')
        .orderBy('id')
        .limit(size + 1);
      if (cursor !== undefined) {
        const [at, id] = readCursor(cursor, ['string', 'string']) as readonly [string, string];
        query = query.where((is) => is.or([is('declared_at', '<', at), is.and([is('declared_at', '=', at), is('id', '>', id)])]));
      }
      return pageOf(await query.execute(), size, toEmergency, (last) => [last.declared_at, last.id]);
    },

    async changeEmergency({ id, version }, change, by) {
      const at = await townTime();
      const row = await db
        .updateTable('emergencies')
        .set(change === 'end' ? { ended_by: by, ended_at: at } : { until_day: change.until })
        .set('version', version + 1)
        .where('id', '=', id)
        .where('version', '=', version)
        .where('ended_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      return row ? toEmergency(row) : 'changed';
    },
  };
}

const toEmergency = ({
  id,
  lifts,
  from_day,
  until_day,
  reason,
  version,
  ...row
}: Selectable<Tables['emergencies']>): DeclaredEmergency => ({
  id,
  lifts,
  from: from_day,
  until: until_day,
  reason,
  declaredBy: row.declared_by,
  declaredAt: row.declared_at,
  ...(row.ended_by !== null && { endedBy: row.ended_by }),
  ...(row.ended_at !== null && { endedAt: row.ended_at }),
  version,
});
