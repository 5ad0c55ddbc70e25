import { type Kysely, sql } from 'kysely';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import type { CaseRow, ReviewsPort } from './port.js';
import { caseColumns } from './reading.js';

/** 年次評価: one case a fiscal year (`others.ts` keeps it so), and what was decided on. */
export function createReviews({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): ReviewsPort {
  const cases = () => db.selectFrom('reviews').innerJoin('cases', 'cases.case_id', 'reviews.case_id').select(caseColumns);
  return {
    reviewOf: (fiscalYear): Promise<CaseRow | undefined> => cases().where('fiscal_year', '=', fiscalYear).executeTakeFirst(),

    reviews: () => cases().select('fiscal_year as fiscalYear').orderBy('fiscal_year').execute(),

    async keepReport(caseId, hash, document) {
      await db
        .insertInto('review_reports')
        .values({ case_id: caseId, hash, document: JSON.stringify(document), kept_at: await townTime() })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async reviewReport(caseId, hash) {
      const kept = await db
        .selectFrom('review_reports')
        .select('document')
        .where('case_id', '=', caseId)
        .where('hash', '=', hash)
        .executeTakeFirst();
      return kept?.document;
    },

    async monthsUnheard() {
      const { rows } = await sql<Awaited<ReturnType<ReviewsPort['monthsUnheard']>>[number]>`
        select case_id as "caseId", month, version, hash, told.key from reviews join cases using (case_id)
        join months on month between fiscal_year || '-04' and (fiscal_year + 1) || '-03'
        cross join lateral (values (case_id || '/freeze/' || month || '/' || version)) as told (key)
        where not closed and version > 0 and version = (select max(version) from months as other where other.month = months.month)
          and not exists (select from events where events.key = told.key) and not exists (select from news where news.key = told.key)
        order by month, case_id`.execute(db);
      return rows;
    },
  };
}
