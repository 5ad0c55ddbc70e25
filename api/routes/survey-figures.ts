import { z } from 'zod';
import type { Survey } from '../../workflows/survey/rules.js';
import { csvFileOf, workbookOf } from '../files.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import type { Readable } from '../procedure.js';
import { shareOf } from '../rounding.js';
import { type AnyRoute, route } from '../route.js';
import { caseId } from '../schemas.js';
import { crossTable, rankingOf, textsOf } from '../survey/results.js';
import { questionnaireOf, questionOf, returnedBy, surveyResults } from '../survey/returned.js';
import { crossSheet, resultTables } from '../survey/tables.js';
import { charset } from './exports.js';

const byId = z.strictObject({ id: caseId });
const code = z.string().regex(/^[A-Za-z0-9][\w-]{0,19}$/);
const crossing = {
  by: code.meta({ description: 'The question whose choices are the groups.', examples: ['F9'] }),
  of: code.meta({ description: 'The question whose choices are counted.', examples: ['Q3'] }),
};
const ranking = code.exactOptional().meta({
  description: 'Orders the groups by the share of this choice, the largest first: which department goes first.',
});
const inBoth = z.object({ ja: z.string(), en: z.string().optional() });
const count = z.object({
  choice: z.string(),
  text: inBoth,
  count: z.int(),
  share: z.number().optional().meta({ description: 'Of n, in per cent, to one decimal, rounded half up.' }),
  invented: z.literal(true).optional(),
});
const counted = {
  n: z.int().optional().meta({ description: 'Who was asked, blanks included.' }),
  blank: z.int().optional(),
  choices: z.array(count).optional(),
  masked: z.literal(true).optional().meta({ description: 'Of so few people nothing is shown.' }),
};
const results = z.object({
  title: inBoth,
  source: z.string(),
  handedOut: z.int(),
  returned: z.int(),
  rate: z.number().optional(),
  questions: z.array(z.looseObject({ question: z.string(), part: inBoth, text: inBoth, ...counted })),
});
const cross = z.object({
  by: z.string(),
  of: z.string(),
  lines: z.array(
    z.object({ choice: z.string(), text: inBoth.optional(), place: z.int().optional(), invented: z.literal(true).optional(), ...counted }),
  ),
});

/** What came back of a survey: to HR and the committee, who see counts; what was written is HR's. */
export function surveyFigures(services: Services, readable: Readable): readonly AnyRoute[] {
  const { ledger } = services;

  /** The groups of one question by another, in order where a choice says in which. */
  async function crossed(row: Awaited<ReturnType<Readable>>, { by, of, choice }: { by: string; of: string; choice?: string }) {
    const each = returnedBy(services, row);
    const survey = row.state as Survey;
    const questionnaire = await questionnaireOf(services, survey);
    const [groups, asked] = [questionOf(questionnaire, by, 'query.by'), questionOf(questionnaire, of, 'query.of')];
    const table = await crossTable(groups, asked, { each, fewest: survey.policy.smallGroup });
    if (choice === undefined) return table;
    if (!asked.choices.some(({ id }) => id === choice))
      throw new Problem('malformed', { errors: [{ field: 'query.choice', code: 'wrongForm' }] });
    return { ...table, lines: rankingOf(table, choice) };
  }

  return [
    route({
      method: 'get',
      path: '/surveys/{id}/questionnaire',
      tag: 'survey',
      summary: 'What is asked',
      access: 'staff',
      params: byId,
      replies: { 200: { description: 'To readers of the survey.', schema: z.looseObject({ title: inBoth }) } },
      handle: async (call) => {
        const { state } = await readable(call.path.id, call);
        return { status: 200, body: await questionnaireOf(services, state as Survey) };
      },
    }),
    route({
      method: 'get',
      path: '/surveys/{id}/returns',
      tag: 'survey',
      summary: 'How many links were handed out, and how many came back; never whose',
      access: 'staff',
      params: byId,
      replies: {
        200: {
          description: 'By now.',
          schema: z.object({ links: z.int(), byLink: z.int(), onPaper: z.int(), rate: z.number().optional() }),
        },
      },
      handle: async (call) => {
        const returns = await ledger.surveyReturns((await readable(call.path.id, call)).caseId);
        return { status: 200, body: { ...returns, rate: shareOf(returns.byLink, returns.links) } };
      },
    }),
    route({
      method: 'get',
      path: '/surveys/{id}/results',
      tag: 'survey',
      summary: 'What came of every question: n, counts and shares; as reported, once it is',
      access: 'staff',
      params: byId,
      replies: { 200: { description: 'Once nothing can come back any more.', schema: results } },
      handle: async (call) => ({ status: 200, body: await surveyResults(services, await readable(call.path.id, call)) }),
    }),
    route({
      method: 'get',
      path: '/surveys/{id}/cross',
      tag: 'survey',
      summary: 'One question by the groups of another; with `choice`, in the order of its share',
      access: 'staff',
      params: byId,
      query: z.strictObject({ ...crossing, choice: ranking }),
      replies: { 200: { description: 'Small groups are masked.', schema: cross } },
      handle: async (call) => ({ status: 200, body: await crossed(await readable(call.path.id, call), call.query) }),
    }),
    route({
      method: 'get',
      path: '/surveys/{id}/texts',
      tag: 'survey',
      summary: 'What was written in answer to one question, or with its choice that may be filled in',
      access: ['hr'],
      params: byId,
      query: z.strictObject({ question: code }),
      replies: { 200: { description: 'In the order of the texts.', schema: z.object({ items: z.array(z.string()) }) } },
      handle: async (call) => {
        const row = await readable(call.path.id, call);
        const each = returnedBy(services, row);
        const question = questionOf(await questionnaireOf(services, row.state as Survey), call.query.question, 'query.question');
        return { status: 200, body: { items: await textsOf(question, each) } };
      },
    }),
    route({
      method: 'get',
      path: '/exports/survey',
      tag: 'exports',
      summary: 'Results of a survey as an Excel workbook or as CSV; one question by another, or what was written, as CSV',
      access: ['hr', 'committee'],
      query: z.strictObject({
        id: caseId,
        format: z.enum(['csv', 'xlsx']).default('xlsx'),
        table: z.enum(['results', 'cross', 'texts']).default('results').meta({ description: 'Of a CSV; `texts` is for HR.' }),
        by: crossing.by.exactOptional(),
        of: crossing.of.exactOptional(),
        choice: ranking,
        charset,
      }),
      replies: { 200: { description: 'A CSV file or a workbook.', schema: z.string(), type: 'text/csv' } },
      handle: async (call) => {
        const { id, format, table, by, of, choice, charset: encoding } = call.query;
        const row = await readable(id, call);
        const written = async () => {
          if (!call.caller.capacities.includes('hr')) throw new Problem('forbidden');
          const each = returnedBy(services, row);
          const question = questionOf(await questionnaireOf(services, row.state as Survey), of ?? '', 'query.of');
          return { name: 'texts', heading: ['question', 'text'], rows: (await textsOf(question, each)).map((text) => [question.id, text]) };
        };
        const crossTableOf = async () => {
          const found = await crossed(row, { by: by ?? '', of: of ?? '', ...(choice !== undefined && { choice }) });
          return crossSheet(found, found.lines, call.language);
        };
        const counts = async () => resultTables(await surveyResults(services, row), call.language);
        if (format === 'xlsx') {
          const sheets = [...(await counts()), ...(by && of ? [await crossTableOf()] : [])];
          return { status: 200, ...(await workbookOf('survey', sheets, call.language)) };
        }
        const sheet = table === 'texts' ? await written() : table === 'cross' ? await crossTableOf() : (await counts())[1];
        return { status: 200, ...csvFileOf(`survey-${table}`, sheet, encoding) };
      },
    }),
  ];
}
