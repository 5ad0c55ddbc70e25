import { randomUUID } from 'node:crypto';
import { type Insertable, type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Tables } from './database.js';
import type { QuestionnairesPort } from './port.js';

/** Answers that are written anew with each one, so that the transaction that wrote a row is not that of who answered. */
const shuffled = 20;

/** What somebody answered, as it is kept: nothing says whose it is, unless they want it. */
type Kept = Omit<Insertable<Tables['questionnaire_answers']>, 'campaign' | 'id'>;

/** Answers that are written at once. */
const atOnce = 500;

/** Notes that the person has answered the case that asks; false where they had before. */
export async function noteAnswered(trx: Transaction<Tables>, answered: Tables['questionnaires_answered']): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('questionnaires_answered')
    .values(answered)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows !== 0n;
}

/**
 * Keeps what was answered apart from who answered it. Who has stands in one table, what in another, under an id that a later answer changes: neither ids nor the order of the rows, nor the
 * transaction that PostgreSQL notes with each, lead from one to the other.
 */
export async function keepApart(trx: Transaction<Tables>, campaign: string, kept: readonly Kept[]): Promise<void> {
  const from = randomUUID();
  const some = (which: RawBuilder<unknown>) => sql`
    (select id from questionnaire_answers where campaign = ${campaign} and ${which} order by id limit ${shuffled})`;
  await sql`
    update questionnaire_answers set id = gen_random_uuid() where campaign = ${campaign} and id in (
      select id from questionnaire_answers where campaign = ${campaign} and id in (
        ${some(sql`id >= ${from}`)} union all ${some(sql`id < ${from}`)} limit ${shuffled})
      for update skip locked)`.execute(trx);
  for (let first = 0; first < kept.length; first += atOnce) {
    const rows = kept.slice(first, first + atOnce).map((one) => ({ campaign, id: randomUUID(), ...one }));
    await trx.insertInto('questionnaire_answers').values(rows).execute();
  }
}

/** 簡易アンケート of campaigns. */
export function createQuestionnaires(db: Kysely<Tables>): QuestionnairesPort {
  return {
    async answerQuestionnaire({ campaign, staff, as, answers, remarks = null, named }) {
      return db.transaction().execute(async (trx) => {
        if (!(await noteAnswered(trx, { campaign, staff, as }))) return 'answeredBefore';
        await keepApart(trx, campaign, [{ as, answers: JSON.stringify(answers), remarks, staff: named ? staff : null }]);
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
        .where('as', '<>', 'respondent')
        .orderBy('id')
        .$narrowType<{ as: 'participant' | 'head'; answers: Readonly<Record<string, string | number>> }>()
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
