import { randomUUID } from 'node:crypto';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from './database.js';
import type { QuestionnairesPort } from './port.js';

/** Answers that are written anew with each one, so that the transaction that wrote a row is not that of who answered. */
const shuffled = 20;

/**
 * 簡易アンケート. Who has answered stands in one table, what in another, under an id that a later answer changes: neither ids nor the order of the rows, nor the transaction that
 * PostgreSQL notes with each, lead from one to the other.
 */
export function createQuestionnaires(db: Kysely<Tables>): QuestionnairesPort {
  return {
    async answerQuestionnaire({ campaign, staff, as, answers, remarks = null, named }) {
      return db.transaction().execute(async (trx) => {
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('questionnaires_answered')
          .values({ campaign, staff, as })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow();
        if (!numInsertedOrUpdatedRows) return 'answeredBefore';
        const from = randomUUID();
        const some = (which: RawBuilder<unknown>) => sql`
          (select id from questionnaire_answers where campaign = ${campaign} and ${which} order by id limit ${shuffled})`;
        await sql`
          update questionnaire_answers set id = gen_random_uuid() where campaign = ${campaign} and id in (
            select id from questionnaire_answers where campaign = ${campaign} and id in (
              ${some(sql`id >= ${from}`)} union all ${some(sql`id < ${from}`)} limit ${shuffled})
            for update skip locked)`.execute(trx);
        await trx
          .insertInto('questionnaire_answers')
          .values({ campaign, id: randomUUID(), as, answers: JSON.stringify(answers), remarks, staff: named ? staff : null })
          .execute();
        return 'kept';
      });
    },

    async hasAnswered(campaign, staff) {
      const row = await db
        .selectFrom('questionnaires_answered')
        .select('as')
        .where('campaign', '=', campaign)
        .where('staff', '=', staff)
        .executeTakeFirst();
      return row !== undefined;
    },

    async answersTo(campaign) {
      const rows = await db
        .selectFrom('questionnaire_answers')
        .select(['as', 'answers', 'remarks', 'staff'])
        .where('campaign', '=', campaign)
        .orderBy('id')
        .execute();
      return rows.map(({ remarks, staff, ...row }) => ({ ...row, ...(remarks !== null && { remarks }), ...(staff !== null && { staff }) }));
    },

    async answeredCount(campaign) {
      const counts = await db
        .selectFrom('questionnaires_answered')
        .select(({ fn }) => ['as', fn.countAll<number>().as('count')])
        .where('campaign', '=', campaign)
        .groupBy('as')
        .execute();
      const of = (role: 'participant' | 'head') => counts.find(({ as }) => as === role)?.count ?? 0;
      return { participant: of('participant'), head: of('head') };
    },
  };
}
