import type { Kysely } from 'kysely';
import { domainTime } from './cases.js';
import type { Tables } from './database.js';
import type { Clock, EffectMarks } from './port.js';

/** One row an effect; `since` stays while the mark does. */
export function createEffectMarks({ db, clock }: { db: Kysely<Tables>; clock: Clock }): EffectMarks {
  return {
    async mark({ caseId, name }, how, reason) {
      const { offset_ms } = await db.selectFrom('town_clock').select('offset_ms').executeTakeFirstOrThrow();
      const row = { how, reason: reason ?? null, since: domainTime(clock, offset_ms) };
      await db
        .insertInto('effect_marks')
        .values({ case_id: caseId, name, ...row })
        .onConflict((conflict) =>
          conflict
            .columns(['case_id', 'name'])
            .doUpdateSet(row)
            .where((is) => is.or([is('effect_marks.how', '<>', how), is('effect_marks.reason', 'is distinct from', row.reason)])),
        )
        .execute();
    },
  };
}
