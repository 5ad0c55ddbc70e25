import { z } from 'zod';
import { canonicalJson, sha256 } from '../../activities/ledger/canonical.js';
import type { Refusal } from '../../activities/ledger/port.js';
import { surveyPolicy } from '../../config/policy/pack.js';
import { loadQuestionnaire, questionnaireNames } from '../../config/surveys/questionnaires.js';
import { questionnaireSchema } from '../../config/surveys/schema.js';
import type { Inputs } from '../../workflows/shared/case.js';
import { dayOn, daysBetween } from '../../workflows/shared/dates.js';
import type { Audience, steps } from '../../workflows/survey/contract.js';
import { problemsOf } from '../../workflows/survey/questionnaire.js';
import { refuseDraft, type Survey } from '../../workflows/survey/rules.js';
import { textOf } from '../files.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import type { Procedure } from '../procedure.js';
import { route } from '../route.js';
import { caseId, date, department, setOf, words } from '../schemas.js';
import { questionnaireOf, surveyResults } from '../survey/returned.js';
import { bringing, outcome, taken } from './imports.js';
import { surveyFigures } from './survey-figures.js';

const nothing = z.strictObject({});
const reason = z.strictObject({ reason: words });
const name = z.string().regex(/^[a-z0-9-]{1,40}$/);
const drafting = z.strictObject({
  questionnaire: z.union([name, questionnaireSchema]).meta({ description: 'The name of one that is there, or one of your own.' }),
  audience: z.discriminatedUnion('of', [
    z.strictObject({ of: z.literal('everybody') }),
    z.strictObject({ of: z.literal('departments'), departments: setOf(department, 1_000).min(1) }),
    z.strictObject({ of: z.literal('campaign'), campaign: caseId }),
  ]),
  from: date,
  until: date,
});
type Drafting = z.output<typeof drafting>;
const longer = z.strictObject({ until: date });
type Longer = z.output<typeof longer>;
const reporting = z.strictObject({
  papers: z.int().min(1).max(1_000_000).exactOptional().meta({ description: 'Copies that were handed out to people without a link.' }),
});

const article = '職員アンケートの実施';
/** Calendar days for which a survey may be open: a year. */
const longestSurvey = 366;

/** What ledger, calendar and directory say of a step at its moment. */
type Resolved = 'questionnaire' | 'title' | 'opensAt' | 'closesAt' | 'until' | 'handedOut' | 'returned' | 'results';

/** 職員アンケート: what HR files for each step. */
export const surveys: Procedure<Inputs<typeof steps>, Drafting, Resolved> = {
  name: 'survey',
  path: '/surveys',
  counter: ({ workflows }) => workflows.counter('survey'),
  opening: {
    body: drafting,
    access: ['hr'],
    resolve: async (services, { body }) => {
      const { ledger, pack } = services;
      const drafted = await judged(services, body);
      await ledger.keepPack(pack.hash, pack.document);
      return { name: 'draft', input: { ...drafted, policy: surveyPolicy(pack) }, as: 'hr' };
    },
  },
  steps: {
    redraft: { body: drafting, resolve: (services, _row, body) => judged(services, body as Drafting) },
    schedule: {
      body: nothing,
      resolve: (services, { state }) => {
        const { until, closesAt } = state as Survey;
        refuse(closesAt <= services.clock.now().toISOString() ? [{ code: 'surveyOver', article, limit: until }] : []);
        return {};
      },
    },
    extend: {
      body: longer,
      resolve: (services, { state }, body) => {
        const { until } = body as Longer;
        refuse(tooLong({ from: (state as Survey).from, until }));
        return { until, closesAt: services.calendar.endOfDay(until) };
      },
    },
    closeEarly: { body: reason, resolve: ({ clock }) => ({ closesAt: clock.now().toISOString() }) },
    report: {
      body: reporting,
      resolve: async (services, row, body) => {
        const results = await surveyResults(services, row, body as z.output<typeof reporting>);
        const hash = hashOf(results);
        await services.ledger.keepSurveyDocument(hash, results); // For ever, before the case names it.
        return { handedOut: results.handedOut, returned: results.returned, results: hash };
      },
    },
    cancel: { body: reason },
  },
  more: (services, readable) => [
    ...surveyFigures(services, readable),
    route({
      method: 'post',
      path: '/imports/survey-answers',
      tag: 'imports',
      summary: 'What came back on paper, by the number of each paper, which counts once; CSV in UTF-8 or Shift_JIS',
      access: ['hr'],
      consumes: ['text/csv'],
      query: bringing.extend({ id: caseId }),
      body: z.instanceof(Uint8Array),
      replies: { 200: { description: 'What was done, or would be; `problems` only in a preview.', schema: outcome } },
      handle: async (call) => {
        const row = await readable(call.query.id, call);
        const survey = row.state as Survey;
        refuse(['open', 'closed'].includes(survey.status) ? [] : [{ code: 'surveyNotOpen', article }]);
        const questionnaire = await questionnaireOf(services, survey);
        const csv = textOf(call.body);
        return taken(call.query, (options) => services.ledger.importPaper(row.caseId, questionnaire, { csv, ...options }));
      },
    }),
    route({
      method: 'get',
      path: '/surveys/questionnaires',
      tag: 'survey',
      summary: 'Questionnaires that are there to be used, by name',
      access: ['hr'],
      replies: { 200: { description: 'Each with its questions.', schema: z.object({ items: z.array(z.looseObject({ name })) }) } },
      handle: async () => ({ status: 200, body: { items: questionnaireNames().map((one) => ({ name: one, ...loadQuestionnaire(one) })) } }),
    }),
  ],
};

const hashOf = (document: object): string => sha256(canonicalJson(document)).toString('hex');

const refuse = (errors: readonly Refusal[]): void => {
  if (errors.length) throw new Problem('ruleRefuses', { errors });
};

const tooLong = ({ from, until }: Pick<Drafting, 'from' | 'until'>): readonly Refusal[] =>
  daysBetween(from, until) >= longestSurvey ? [{ code: 'surveyTooLong', article, field: 'until', limit: `${longestSurvey}` }] : [];

/** The draft with its instants, its questionnaire kept under its hash. @throws Problem with everything that is wrong with it */
async function judged(services: Services, { questionnaire: filed, audience, from, until }: Drafting) {
  const { calendar, ledger } = services;
  const questionnaire = typeof filed === 'string' ? loadQuestionnaire(filed) : filed;
  if (!questionnaire) throw new Problem('ruleRefuses', { errors: [{ code: 'questionnaireUnknown', article, field: 'questionnaire' }] });
  const dates = refuseDraft({ from, until }, todayOf(services));
  refuse([...(dates ? [dates] : tooLong({ from, until })), ...problemsOf(questionnaire), ...(await refuseAudience(services, audience))]);
  const hash = hashOf(questionnaire);
  await ledger.keepSurveyDocument(hash, questionnaire);
  const { title } = questionnaire;
  const instants = { opensAt: calendar.endOfDay(dayOn(from, -1)), closesAt: calendar.endOfDay(until) };
  return { questionnaire: hash, title, audience, from, until, ...instants };
}

/** Whom nobody knows, nobody can ask. */
async function refuseAudience({ ledger, directory }: Services, audience: Audience): Promise<readonly Refusal[]> {
  switch (audience.of) {
    case 'everybody':
      return [];
    case 'departments': {
      const known = new Set((await directory.units()).map(({ id }) => id));
      const unknown = audience.departments.filter((one) => !known.has(one));
      return unknown.map((limit) => ({ code: 'unknownDepartment', article, field: 'audience.departments', limit }));
    }
    case 'campaign': {
      const row = await ledger.caseById(audience.campaign);
      return row?.procedure === 'trial-campaign' ? [] : [{ code: 'campaignUnknown', article, field: 'audience.campaign' }];
    }
  }
}
