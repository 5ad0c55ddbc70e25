import { z } from 'zod';
import type { Answers, Questionnaire } from '../../workflows/survey/contract.js';
import { refuseAnswers } from '../../workflows/survey/questionnaire.js';
import { refuseSending, type Survey } from '../../workflows/survey/rules.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';
import { caseId, date } from '../schemas.js';
import { questionnaireOf } from '../survey/returned.js';

const byLink = z.strictObject({ link: z.uuid() });
const code = z.string().regex(/^[A-Za-z0-9][\w-]{0,19}$/);
/** A text may be of any length here: the rule that refuses it says which and how long. */
const answer = z.union([
  z.strictObject({ chose: z.array(code).max(100), other: z.string().exactOptional() }),
  z.strictObject({ text: z.string() }),
]);
const sent = z.strictObject({
  answers: z.record(code, answer).meta({ examples: [{ Q3: { chose: ['1'] }, Q15: { text: '会議の数を減らしたい。' } }] }),
});

const inBoth = z.object({ ja: z.string(), en: z.string().optional() });
const form = z.object({
  status: z.enum(['open', 'answered', 'closed', 'notOpen']),
  title: inBoth,
  until: date,
  closesAt: z.iso.datetime(),
  questionnaire: z.looseObject({ title: inBoth }).optional().meta({ description: 'While it can be answered.' }),
});
/** How a survey stands to who has a link. */
export interface SurveyForm extends Pick<Survey, 'title' | 'until' | 'closesAt'> {
  status: 'open' | 'answered' | 'closed' | 'notOpen';
  questionnaire?: Questionnaire;
}

const article = '調査票';

/** The form of a survey at a link of one's own: whoever has it may answer, once, and read nothing but the questions. */
export function surveyLinks(services: Services): readonly AnyRoute[] {
  const { ledger, clock } = services;

  /** The link and its survey at this moment. @throws Problem notFound */
  async function found(link: string) {
    await ledger.clockOffset(); // Nobody has logged in, which would bring the town's clock up to date.
    const mine = await ledger.surveyLink(link);
    const row = mine && (await ledger.caseById(mine.survey));
    if (!mine || !row) throw new Problem('notFound');
    return { mine, survey: row.state as Survey, now: clock.now().toISOString() };
  }

  return [
    route({
      method: 'get',
      path: '/survey-links/{link}',
      tag: 'survey',
      summary: 'The questions of a survey, to who has the link',
      access: 'anyone',
      params: byLink,
      replies: { 200: { description: 'Whether it can be answered, and what is asked.', schema: form } },
      handle: async ({ path: { link } }) => {
        const { mine, survey, now } = await found(link);
        const { title, until, closesAt } = survey;
        const answer = (status: SurveyForm['status'], more: Partial<SurveyForm> = {}) => {
          const body: SurveyForm = { status, title, until, closesAt, ...more };
          return { status: 200, body };
        };
        if (mine.answered) return answer('answered');
        const refusal = refuseSending(survey, { now, ...(mine.openedAt && { openedAt: mine.openedAt }) });
        if (refusal) return answer(refusal.code === 'surveyClosed' ? 'closed' : 'notOpen');
        await ledger.noteFormOpened(link); // The first time counts: in the time of grace it is noted already.
        return answer('open', { questionnaire: await questionnaireOf(services, survey) });
      },
    }),
    route({
      method: 'post',
      path: '/survey-links/{link}',
      tag: 'survey',
      summary: 'Answer the survey, once; that it was answered is known, what was is kept apart',
      access: 'anyone',
      params: byLink,
      body: sent,
      bodyLimit: '4mb', // Texts that are far too long are refused by name, with their limit; what is larger still is refused unread.
      replies: { 201: { description: 'The answers are kept.' } },
      handle: async ({ path: { link }, body: { answers } }) => {
        const { mine, survey, now } = await found(link);
        if (mine.answered) throw new Problem('ruleRefuses', { errors: [{ code: 'answeredBefore', article }] });
        const refusal = refuseSending(survey, { now, ...(mine.openedAt && { openedAt: mine.openedAt }) });
        if (refusal) throw new Problem('ruleRefuses', { errors: [refusal] });
        const given = withoutBlanks(answers);
        const errors = refuseAnswers(await questionnaireOf(services, survey), given);
        if (errors.length) throw new Problem('ruleRefuses', { errors });
        if ((await ledger.answerSurvey(link, given)) === 'answeredBefore')
          throw new Problem('ruleRefuses', { errors: [{ code: 'answeredBefore', article }] });
        return { status: 201 };
      },
    }),
    route({
      method: 'get',
      path: '/me/surveys',
      tag: 'me',
      summary: 'Surveys that are open and ask me, with my own link, and whether I have answered',
      access: 'staff',
      replies: {
        200: {
          description: 'All of them.',
          schema: z.object({
            items: z.array(z.object({ survey: caseId, title: inBoth, until: date, answered: z.boolean(), link: z.string() })),
          }),
        },
      },
      handle: async ({ caller: { staffNumber } }) => {
        const mine = await ledger.surveysOf(staffNumber);
        const items = mine.map(({ caseId: survey, state, link, answered }) => {
          const { title, until } = state as Survey;
          return { survey, title, until, answered, link: `/api/v1/survey-links/${link}` };
        });
        return { status: 200, body: { items } };
      },
    }),
  ];
}

/** What was left blank is no answer. */
const withoutBlanks = (answers: Answers): Answers =>
  Object.fromEntries(
    Object.entries(answers).filter(([, one]) => ('text' in one ? one.text !== '' : one.chose.length > 0 || one.other !== undefined)),
  );
