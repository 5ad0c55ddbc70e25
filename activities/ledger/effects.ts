import type { Kysely } from 'kysely';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import type { EffectMarks } from './port.js';

/** One row an effect; `since` stays while the mark does, but what is done again was done then. */
export function createEffectMarks({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): EffectMarks {
  return {
    async mark({ caseId, name }, how, reason) {
      const row = { how, reason: reason ?? null, since: await townTime() };
      await db
        .insertInto('effect_marks')
        .values({ case_id: caseId, name, ...row })
        .onConflict((conflict) =>
          conflict
            .columns(['case_id', 'name'])
            .doUpdateSet(row)
            .where((is) =>
              is.or([
                is('effect_marks.how', '<>', how),
                is('effect_marks.how', '=', 'done'),
                is('effect_marks.reason', 'is distinct from', row.reason),
              ]),
            ),
        )
        .execute();
    },
  };
}
