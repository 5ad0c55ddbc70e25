import { z } from 'zod';
import { fiscalYear, lastDateOf } from '../../config/calendar.js';
import { type Language, monthInWords, say } from '../../config/texts.js';
import { monthsOf } from '../../workflows/shared/dates.js';
import type { DepartmentLine } from '../figures/departments.js';
import { type NationalSurvey, ways } from '../figures/national-survey.js';
import { readDepartments, readHours, readNational, readService, readSituations, readTargets, readYear } from '../figures/read.js';
import { csvFileOf, workbookOf } from '../files.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, type Call, route } from '../route.js';
import { charset } from './exports.js';

/** Who reviews the programme: figures of small groups are masked to them, except to HR, which can open every figure to its rows. */
export const reviewers = ['hr', 'committee', 'mayor', 'it'] as const;

export const month = z
  .string()
  .regex(/^20[0-4]\d-(0[1-9]|1[0-2])$/)
  .meta({ examples: ['2027-04'] });
export const fiscalYearQuery = z.strictObject({
  fiscalYear: z.coerce.number().int().min(2000).max(2049).exactOptional().meta({ description: '年度; absent: the present one.' }),
});
type YearQuery = z.output<typeof fiscalYearQuery>;
const monthQuery = z.strictObject({ month });
const spanQuery = z.strictObject({ from: month.exactOptional(), until: month.exactOptional() });
type SpanQuery = z.output<typeof spanQuery>;

const form = z.string();
const percent = z.number().optional().meta({ description: 'Per cent to one decimal, rounded half up.' });
const state = z.enum(['frozen', 'counting', 'future']).meta({ description: '`counting`: 集計中.' });
const standing = { month, state, version: z.int().optional(), takenAt: z.iso.datetime().optional() };
const counts = { uses: z.int(), orderedUses: z.int(), people: z.int() };
const target = z.object({
  form: z.string().meta({ description: '`all`: of all forms together.' }),
  value: z.int().nullable().meta({ description: '目標; null: none is set (「—」).' }),
  countedBy: z.enum(['uses', 'people']),
  countedOver: z.enum(['fiscalYear', 'plan']),
  uses: z.int(),
  people: z.int(),
  result: z.int(),
  share: percent,
  met: z.boolean().optional(),
});
const year = z
  .object({
    fiscalYear: z.int(),
    months: z.array(
      z.object({
        ...standing,
        ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count.optional()])),
        byForm: z.array(z.object({ form, ...counts })).optional(),
      }),
    ),
    total: z.object({ uses: z.int(), orderedUses: z.int(), minutes: z.int() }),
    byForm: z.array(z.object({ form, uses: z.int(), orderedUses: z.int(), minutes: z.int() })),
    cumulative: z.array(z.object({ month, form: form.optional(), uses: z.int(), people: z.int() })),
    targets: z.array(target).optional().meta({ description: 'Until the last frozen month.' }),
  })
  .meta({ id: 'YearOfFigures', description: 'Of frozen months; days ordered in an emergency count for nothing else.' });
const masked = z.literal(true).optional().meta({ description: 'Too few people, or others’ figures could be found out by it.' });
const departmentLine = z.object({
  departments: z
    .array(z.object({ id: z.string(), name: z.string().optional() }))
    .meta({ description: 'With all that it was before and became, the last first.' }),
  changes: z.array(
    z.object({
      on: z.iso.date(),
      how: z.enum(['renamed', 'merged', 'split', 'reorganised']),
      before: z.array(z.string()),
      after: z.array(z.string()),
    }),
  ),
  uses: z.int().optional(),
  orderedUses: z.int().optional(),
  masked,
});
const rate = z.object({ users: z.int().optional(), of: z.int().optional(), share: percent, masked });
const situation = z.object({
  sex: z.enum(['all', 'female', 'male', 'other']),
  lines: z.array(z.object({ child: z.enum(['yes', 'no']), care: z.object({ yes: rate, no: rate }) })),
  total: rate,
});
const result = z.object({
  is: z.enum(['final', 'forecast', 'counting', 'future']).meta({ description: '年度内見込み数 is a `forecast`, 集計中 `counting`.' }),
  value: z.int().optional(),
});
const targetRow = z.object({ form, years: z.array(z.object({ fiscalYear: z.int(), target: z.int().nullable(), result })) });
const tenths = z.array(z.number().nullable()).meta({ description: 'Month by month; null of one that is not frozen.' });
const hours = z.object({
  months: z.array(z.object(standing)),
  forms: z.array(z.object({ form, hours: tenths, total: z.number() })),
  days: tenths,
  total: z.object({ hours: z.number(), days: z.int() }),
  growth: z.number().optional().meta({ description: 'Days of the last frozen month ÷ those of the first.' }),
});
const part = z.object({ value: z.int(), of: z.int(), share: percent });
const approvals = { own: z.int(), acting: z.int(), actingShare: percent };
const peak = z.object({ date: z.iso.date(), users: z.int(), of: z.int(), share: percent });
const service = z.object({
  deviceUse: part,
  leadTime: z.object({ handOvers: z.int(), average: z.number().optional(), median: z.number().optional() }),
  erasures: part,
  approvals: z.object({ ...approvals, byProcedure: z.array(z.object({ procedure: z.string(), ...approvals })) }),
  peakDays: z.array(peak).meta({ description: 'Days on which more than one in ten of all staff teleworked.' }),
  busiest: peak.optional(),
  losses: z.object({ loss: z.int(), theft: z.int() }),
  troubles: z.int(),
});
const way = z.object({ lan: z.boolean().meta({ description: '庁内LANアクセス可' }) }).optional();
const national = z
  .object({
    from: month,
    until: month,
    rate: z
      .object({
        date: z.iso.date().optional(),
        users: z.int(),
        eligible: z.int().optional(),
        share: percent,
        band: z.literal([0, 10, 30, 50, 80]).meta({ description: 'The per cent from which the band begins.' }),
      })
      .optional(),
    departments: z.enum(['all', 'some']).optional(),
    partTimers: z.boolean().optional(),
    ways: z.object({ lent: way, ownDesk: way, private: way }),
  })
  .meta({ id: 'NationalSurvey', description: '地方公共団体におけるテレワークの取組状況調査 (000:131-164).' });

/** The tables of a year, for those who keep the programme and review it: of people nothing, and small groups masked. */
export function figureTables(services: Services): readonly AnyRoute[] {
  const { clock, directory, pack } = services;
  const yearIn = ({ fiscalYear: wanted }: YearQuery): number => wanted ?? fiscalYear(todayOf({ clock }));
  const fewestFor = ({ caller }: Pick<Call, 'caller'>): number =>
    caller.capacities.includes('hr') ? 0 : pack.values.trialPeriod.smallGroup;
  const ofYear = <Table>(
    name: `/figures/${string}`,
    { summary, schema }: { summary: string; schema: z.ZodType },
    read: (year: number, call: Call<unknown, YearQuery>) => Promise<Table>,
  ): AnyRoute =>
    route({
      method: 'get',
      path: name,
      tag: 'figures',
      summary,
      access: reviewers,
      query: fiscalYearQuery,
      replies: { 200: { description: 'Of frozen months.', schema } },
      handle: async (call: Call<unknown, YearQuery>) => ({ status: 200, body: await read(yearIn(call.query), call) }),
    });
  const withNames = async (lines: readonly DepartmentLine[]) => {
    const names = new Map((await directory.units()).map(({ id, name }) => [id, name]));
    return lines.map((one) => ({ ...one, departments: one.departments.map((id) => ({ id, name: names.get(id) })) }));
  };
  /** The present fiscal year where nothing is said. */
  const spanOf = ({ from, until }: SpanQuery) => {
    const months = monthsOf(fiscalYear(todayOf({ clock })));
    const span = { from: from ?? months[0] ?? '', until: until ?? months.at(-1) ?? '' };
    if (span.until < span.from)
      throw new Problem('malformed', { errors: [{ field: 'query.until', code: 'datesNotInOrder', limit: `${span.from}-01` }] });
    if (lastDateOf(span.until) > `${Number(span.from.slice(0, 4)) + 2}${span.from.slice(4)}`)
      throw new Problem('malformed', { errors: [{ field: 'query.until', code: 'periodTooLong', limit: `${2 * 366}` }] });
    return span;
  };

  return [
    ofYear(
      '/figures/year',
      { summary: 'A fiscal year at a glance: by month and form, cumulative, against target', schema: year },
      (wanted) => readYear(services, wanted),
    ),
    ofYear(
      '/figures/year/departments',
      {
        summary: 'A fiscal year by department; who was renamed, merged or split goes on in one line, which says so',
        schema: z.object({ fiscalYear: z.int(), items: z.array(departmentLine) }),
      },
      async (wanted, call) => ({ fiscalYear: wanted, items: await withNames(await readDepartments(services, wanted, fewestFor(call))) }),
    ),
    route({
      method: 'get',
      path: '/figures/situations',
      tag: 'figures',
      summary: 'Use of home telework in a month by sex, children and care (004:393-402)',
      access: reviewers,
      query: monthQuery,
      replies: {
        200: {
          description: 'Without lines while the month is not frozen.',
          schema: z.object({ month, state: z.enum(['frozen', 'counting']), items: z.array(situation) }),
        },
      },
      handle: async (call: Call<unknown, z.output<typeof monthQuery>>) => {
        const items = await readSituations(services, call.query.month, fewestFor(call));
        return { status: 200, body: { month: call.query.month, state: items ? 'frozen' : 'counting', items: items ?? [] } };
      },
    }),
    ofYear(
      '/figures/targets',
      {
        summary: 'Target and result by form and fiscal year, of the plan of several years (004:436-466)',
        schema: z.object({ items: z.array(targetRow) }),
      },
      async (wanted) => ({ items: await readTargets(services, wanted) }),
    ),
    ofYear('/figures/hours', { summary: 'Hours by form and days, month by month (004:287-296)', schema: hours }, async (wanted) => {
      const { forms, days, ...table } = await readHours(services, wanted);
      const orNull = (values: readonly (number | undefined)[]) => values.map((value) => value ?? null);
      return { ...table, forms: forms.map((one) => ({ ...one, hours: orNull(one.hours) })), days: orNull(days) };
    }),
    ofYear(
      '/figures/service',
      {
        summary: 'Use of devices, time until hand-over, erasure within the limit, approvals, days of more than 10 % (004:390)',
        schema: service,
      },
      (wanted) => readService(services, wanted),
    ),
    route({
      method: 'get',
      path: '/figures/national-survey',
      tag: 'figures',
      summary:
        'What the municipality answers the ministry’s survey (000:131-164): users ÷ eligible staff on the busiest day of a span of months',
      access: reviewers,
      query: spanQuery,
      replies: { 200: { description: 'Without a rate while none of the months is frozen.', schema: national } },
      handle: async ({ query }) => {
        const span = spanOf(query);
        return { status: 200, body: { ...span, ...(await readNational(services, span.from, span.until)) } };
      },
    }),
    route({
      method: 'get',
      path: '/exports/national-survey',
      tag: 'exports',
      summary: 'The same as a table: an Excel workbook or CSV',
      access: reviewers,
      query: spanQuery.extend({ format: z.enum(['csv', 'xlsx']).default('xlsx'), charset }),
      replies: { 200: { description: 'A CSV file or a workbook.', schema: z.string(), type: 'text/csv' } },
      handle: async ({ query: { format, charset: encoding, ...query }, language }) => {
        const span = spanOf(query);
        const rows = surveyRows(await readNational(services, span.from, span.until), { ...span, language });
        if (format === 'xlsx')
          return { status: 200, ...(await workbookOf('national-survey', [{ name: 'national', heading, rows }], language)) };
        return { status: 200, ...csvFileOf('national-survey', { heading, rows }, encoding) };
      },
    }),
  ];
}

const heading = ['question', 'answer'] as const;

/** The ministry's questions in its order, with the municipality's answers. */
function surveyRows(
  { rate: found, departments, partTimers, ways: allowed }: NationalSurvey,
  { from, until, language }: { from: string; until: string; language: Language },
): readonly (readonly [string, string | number])[] {
  const words = (code: string) => say(language, 'national', code);
  const known = (value: string | number | undefined) => value ?? words('unknown');
  return [
    [words('from'), monthInWords(from, language)],
    [words('until'), monthInWords(until, language)],
    [words('share'), known(found?.share)],
    [words('band'), known(found && say(language, 'report', `organisation.bands.${found.band}`))],
    [words('date'), known(found?.date)],
    [words('users'), known(found?.users)],
    [words('eligible'), known(found?.eligible)],
    [words('departments'), known(departments && words(departments))],
    [words('partTimers'), known(partTimers === undefined ? undefined : words(partTimers ? 'included' : 'notIncluded'))],
    ...ways.flatMap((one): [string, string][] => [
      [words(one), words(allowed[one] ? 'yes' : 'no')],
      [words('lan'), words(allowed[one]?.lan ? 'yes' : 'no')],
    ]),
  ];
}
