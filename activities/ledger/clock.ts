import { type Kysely, sql } from 'kysely';
import type { Tables } from './database.js';
import type { Clock, TownClock } from './port.js';

/** The host's time. The ledger adds the town's offset to it (design §4.15); the only place where the host is asked. */
export const hostClock: Clock = { now: () => new Date() };

/** Domain time now, an instant: the host's time plus the town's offset as it stands in the ledger. */
export type TownTime = () => Promise<string>;
/** The same for whom the ledger has just told the offset with something else. */
export type TimeAt = (offsetMs: number) => string;

/** Domain time as an instant. */
export const domainTime = (clock: Clock, offsetMs: number): string => new Date(clock.now().getTime() + offsetMs).toISOString();

/** The clock that a town may move on, and the time it shows. */
export function createTownClock({ db, clock }: { db: Kysely<Tables>; clock: Clock }): TownClock & { townTime: TownTime; timeAt: TimeAt } {
  let known = 0;
  const clockOffset = async () => {
    known = (await db.selectFrom('town_clock').select('offset_ms').executeTakeFirstOrThrow()).offset_ms;
    return known;
  };
  const timeAt: TimeAt = (offsetMs) => {
    known = offsetMs;
    return domainTime(clock, offsetMs);
  };
  return {
    clockOffset,
    townClock: { now: () => new Date(domainTime(clock, known)) },
    townTime: async () => domainTime(clock, await clockOffset()),
    timeAt,
    async moveClock(ms) {
      if (!Number.isSafeInteger(ms) || ms <= 0) throw new RangeError('the clock only goes forward, by whole milliseconds');
      known = await db.transaction().execute(async (trx) => {
        const { offset_ms } = await trx
          .updateTable('town_clock')
          .set((row) => ({ offset_ms: row('offset_ms', '+', ms) }))
          .returning('offset_ms')
          .executeTakeFirstOrThrow();
        const detail = JSON.stringify({ movedMs: ms, offsetMs: offset_ms });
        await trx
          .insertInto('operator_acts')
          .values({ at: domainTime(clock, offset_ms), act: 'moveClock', detail })
          .execute();
        await sql`select pg_notify('telework', 'clock')`.execute(trx);
        return offset_ms;
      });
      return known;
    },
  };
}
