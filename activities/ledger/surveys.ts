import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { say } from '../../config/texts.js';
import type { Answer, Answers, Question, Questionnaire } from '../../workflows/survey/contract.js';
import { freeChoice, questionsOf, refuseAnswers } from '../../workflows/survey/questionnaire.js';
import { canonicalJson } from './canonical.js';
import type { MessageIds } from './cases.js';
import type { TownTime } from './clock.js';
import { type Line, readCsv } from './csv.js';
import type { Tables } from './database.js';
import { createDocuments } from './packs.js';
import { pageOf, pageSize, readCursor } from './page.js';
import type { SurveysPort } from './port.js';
import { keepApart, noteAnswered } from './questionnaires.js';

/** Answers that are read at once: some megabytes. */
const readAtOnce = 1_000;

/** Links, papers and answers of surveys. */
export function createSurveys({ db, townTime, messageId }: { db: Kysely<Tables>; townTime: TownTime; messageId: MessageIds }): SurveysPort {
  const documents = createDocuments(db, 'survey_documents');
  const answered = sql<boolean>`exists (
    select from questionnaires_answered where campaign = survey_links.survey and questionnaires_answered.staff = survey_links.staff)`;
  const linked = (link: string) => db.selectFrom('survey_links').where('link', '=', link);

  return {
    keepSurveyDocument: documents.keep,
    surveyDocument: documents.read,

    async handOutLinks(survey, staff, { template, params }) {
      const at = await townTime();
      const people = staff.map((one) => ({ staff: one, messageId: messageId(`${survey}/link/${one}`) }));
      await sql`
        with handed_out as (
          insert into survey_links (survey, staff)
          select ${survey}, staff from json_to_recordset(${JSON.stringify(people)}::json) as one (staff text)
          on conflict (survey, staff) do nothing
          returning staff, link
        )
        insert into outbox (message_id, case_id, recipient, template, params, queued_at, due_at)
        select one."messageId", ${survey}, 'staff:' || staff, ${template}, (${JSON.stringify(params)}::jsonb || jsonb_build_object('answer', link))::json, ${at}::timestamptz, ${at}::timestamptz
        from handed_out join json_to_recordset(${JSON.stringify(people)}::json) as one (staff text, "messageId" text) using (staff)`.execute(
        db,
      );
      await sql`select pg_notify('telework', 'mail')`.execute(db);
    },

    async surveyLink(link) {
      const row = await linked(link)
        .select(['survey', 'opened_at', answered.as('answered')])
        .executeTakeFirst();
      return row && { survey: row.survey, answered: row.answered, ...(row.opened_at !== null && { openedAt: row.opened_at }) };
    },

    async noteFormOpened(link) {
      const at = await townTime();
      await db.updateTable('survey_links').set({ opened_at: at }).where('link', '=', link).where('opened_at', 'is', null).execute();
    },

    async answerSurvey(link, answers) {
      return db.transaction().execute(async (trx) => {
        const { survey, staff } = await trx
          .selectFrom('survey_links')
          .select(['survey', 'staff'])
          .where('link', '=', link)
          .executeTakeFirstOrThrow();
        if (!(await noteAnswered(trx, { campaign: survey, staff, as: 'respondent' }))) return 'answeredBefore';
        await keepApart(trx, survey, [keptOf(answers)]);
        return 'kept';
      });
    },

    async importPaper(survey, questionnaire, { csv, preview = false }) {
      const { rows, problems } = readPapers(questionnaire, csv);
      return db.transaction().execute(async (trx) => {
        await sql`select pg_advisory_xact_lock(hashtextextended(${`papers of ${survey}`}, 0))`.execute(trx); // Two files at once: the second sees what the first has brought.
        const there = await trx.selectFrom('survey_papers').select('number').where('survey', '=', survey).execute();
        const numbers = new Set(there.map(({ number }) => number));
        const added = rows.filter(({ row: { number } }) => !numbers.has(number));
        const outcome = { added: added.length, known: rows.length - added.length, problems };
        if (preview || problems.length || !added.length) return outcome;
        const papers = JSON.stringify(added.map(({ row: { number } }) => number));
        await sql`insert into survey_papers select ${survey}, number::int from json_array_elements_text(${papers}::json) as number`.execute(
          trx,
        );
        await keepApart(
          trx,
          survey,
          added.map(({ row: { answers } }) => keptOf(answers)),
        );
        return outcome;
      });
    },

    async eachAnswer(survey, take) {
      const unmoved = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only'); // Ids change with every answer.
      await unmoved.execute(async (trx) => {
        for (let after: string | undefined = '00000000-0000-0000-0000-000000000000'; after !== undefined; ) {
          const rows = await trx
            .selectFrom('questionnaire_answers')
            .select(['id', 'answers'])
            .where('campaign', '=', survey)
            .where('id', '>', after)
            .orderBy('id')
            .limit(readAtOnce)
            .execute();
          for (const { answers } of rows) take(answers as Answers);
          after = rows.length === readAtOnce ? rows.at(-1)?.id : undefined;
        }
      });
    },

    async surveyReturns(survey) {
      const count = (table: 'survey_links' | 'questionnaires_answered' | 'survey_papers', column: string) =>
        sql<number>`(select count(*) from ${sql.table(table)} where ${sql.ref(column)} = ${survey})`;
      return db
        .selectNoFrom([
          count('survey_links', 'survey').as('links'),
          count('questionnaires_answered', 'campaign').as('byLink'),
          count('survey_papers', 'survey').as('onPaper'),
        ])
        .executeTakeFirstOrThrow();
    },

    async surveysOf(staff) {
      return db
        .selectFrom('survey_links')
        .innerJoin('cases', 'case_id', 'survey')
        .select(['case_id as caseId', 'state', 'link', answered.as('answered')])
        .where('survey_links.staff', '=', staff)
        .where('status', '=', 'open')
        .orderBy('filing')
        .execute();
    },

    async unanswered({ survey, staff, cursor, limit }) {
      const size = pageSize(limit);
      let query = db
        .selectFrom('survey_links')
        .select(['staff', 'link'])
        .where('survey', '=', survey)
        .where(({ not }) => not(answered))
        .orderBy('staff')
        .limit(size + 1);
      if (staff !== undefined) query = query.where('staff', '=', staff);
      if (cursor !== undefined) query = query.where('staff', '>', String(readCursor(cursor, ['string'])[0]));
      return pageOf(
        await query.execute(),
        size,
        (row) => row,
        (last) => [last.staff],
      );
    },
  };
}

const keptOf = (answers: Answers) => ({ as: 'respondent', answers: canonicalJson(answers), remarks: null, staff: null }) as const;

/** A paper as it was typed in. */
interface Paper {
  number: number;
  answers: Answers;
}

/** The columns in which a question is answered. */
const columnsOf = (question: Question): readonly string[] => [question.id, ...(freeChoice(question) ? [`${question.id}.other`] : [])];

/** Every paper of the file; what is wrong with one is named by line and column. */
function readPapers(questionnaire: Questionnaire, csv: string): { rows: Line<Paper>[]; problems: ReturnType<typeof readCsv>['problems'] } {
  const questions = questionsOf(questionnaire);
  const schema = z.record(z.string(), z.string()).transform((cells, { addIssue }): Paper => {
    const number = /^[1-9]\d{0,8}$/.test(cells.number ?? '') ? Number(cells.number) : 0;
    if (!number) addIssue({ code: 'custom', path: ['number'], message: 'must be the number of the paper' });
    const answers = Object.fromEntries(
      questions.flatMap((question): [string, Answer][] => {
        const answer = answerIn(question, cells[question.id] ?? '', cells[`${question.id}.other`] ?? '');
        return answer ? [[question.id, answer]] : [];
      }),
    );
    for (const { code, article, field = '', limit } of refuseAnswers(questionnaire, answers))
      addIssue({ code: 'custom', path: [field], message: say('en', 'refusal', code, { article, limit }) });
    return { number, answers };
  });
  return readCsv(csv, {
    schema,
    heading: ['number', ...questions.flatMap(columnsOf)],
    unique: ({ number }) => ({ number: `${number}` }),
  });
}

function answerIn({ kind }: Question, cell: string, other: string): Answer | undefined {
  if (kind === 'text') return cell ? { text: cell } : undefined;
  const chose = cell.split(/\s+/u).filter(Boolean);
  return chose.length || other ? { chose, ...(other && { other }) } : undefined;
}
