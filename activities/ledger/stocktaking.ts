import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import type { Stocktaking, StocktakingPort } from './port.js';

type Differences = Stocktaking['differences'];

/** 棚卸し: what of a pool should be in the house, and what was seen. */
export function createStocktaking({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): StocktakingPort {
  const locked = (trx: Transaction<Tables>, number: number) =>
    trx.selectFrom('stocktakings').selectAll().where('number', '=', number).where('closed_at', 'is', null).forUpdate().executeTakeFirst();
  return {
    async openStocktaking(pool, by) {
      const opened = { pool, opened_at: await townTime(), opened_by: by };
      await db
        .insertInto('stocktakings')
        .values(opened)
        .onConflict((conflict) => conflict.column('pool').where('closed_at', 'is', null).doNothing())
        .execute();
      const row = await db
        .selectFrom('stocktakings')
        .selectAll()
        .where('pool', '=', pool)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow();
      return shown(db, row);
    },

    async recordSeen(number, assetTags, by) {
      const at = await townTime();
      return db.transaction().execute(async (trx) => {
        if (!(await locked(trx, number))) return undefined;
        const rows = [...new Set(assetTags)].map((asset_tag) => ({ stocktaking: number, asset_tag, at, by }));
        if (rows.length)
          await trx
            .insertInto('sightings')
            .values(rows)
            .onConflict((conflict) => conflict.columns(['stocktaking', 'asset_tag']).doNothing())
            .execute();
        return stocktakingBy(trx, number);
      });
    },

    async closeStocktaking(number, by) {
      const closed_at = await townTime();
      return db.transaction().execute(async (trx) => {
        const open = await locked(trx, number);
        if (!open) return undefined;
        const differences = JSON.stringify(await differencesOf(trx, open));
        await trx.updateTable('stocktakings').set({ closed_at, closed_by: by, differences }).where('number', '=', number).execute();
        return stocktakingBy(trx, number);
      });
    },

    stocktaking: (number) => stocktakingBy(db, number),
  };
}

async function stocktakingBy(db: Kysely<Tables>, number: number): Promise<Stocktaking | undefined> {
  const row = await db.selectFrom('stocktakings').selectAll().where('number', '=', number).executeTakeFirst();
  return row && shown(db, row);
}

async function shown(db: Kysely<Tables>, row: Selectable<Tables['stocktakings']>): Promise<Stocktaking> {
  const seen = await db.selectFrom('sightings').select('asset_tag').where('stocktaking', '=', row.number).orderBy('asset_tag').execute();
  return {
    number: row.number,
    pool: row.pool,
    openedAt: row.opened_at,
    openedBy: row.opened_by,
    ...(row.closed_at !== null && { closedAt: row.closed_at }),
    ...(row.closed_by !== null && { closedBy: row.closed_by }),
    seen: seen.map(({ asset_tag }) => asset_tag),
    differences: row.differences ?? (await differencesOf(db, row)),
  };
}

/** Expected in the house: what of the pool is available and with nobody. */
async function differencesOf(db: Kysely<Tables>, { number, pool }: { number: number; pool: string }): Promise<Differences> {
  const { rows } = await sql<{ assetTag: string; seen: boolean; where: 'here' | Differences['elsewhere'][number]['where'] }>`
    select coalesce(seen.asset_tag, devices.asset_tag) as "assetTag", seen.asset_tag is not null as seen,
      case
        when devices.asset_tag is null then 'unknown'
        when exists (select from custody where custody.asset_tag = devices.asset_tag and until is null) then 'lent'
        when devices.status not in ('available', 'missing') then 'outOfCirculation'
        when devices.pool <> ${pool} then 'otherPool'
        else 'here'
      end as where
    from (select asset_tag from sightings where stocktaking = ${number}) as seen
    full join (select * from devices where pool = ${pool} or asset_tag in (select asset_tag from sightings where stocktaking = ${number})) as devices
      on devices.asset_tag = seen.asset_tag
    order by 1`.execute(db);
  return {
    notSeen: rows.filter(({ seen, where }) => !seen && where === 'here').map(({ assetTag }) => assetTag),
    elsewhere: rows.flatMap(({ assetTag, seen, where }) => (seen && where !== 'here' ? [{ assetTag, where }] : [])),
  };
}
