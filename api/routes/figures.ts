import { z } from 'zod';
import type { FigureDims, FigureName } from '../../activities/ledger/port.js';
import { fiscalYear } from '../../config/calendar.js';
import { figurePolicy } from '../../config/policy/pack.js';
import { say } from '../../config/texts.js';
import { monthsOf } from '../../workflows/shared/dates.js';
import { monthsBetween } from '../figures/read.js';
import { todayOf } from '../moment.js';
import { namesOf } from '../names.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, type Call, route } from '../route.js';
import { caseId, department, line, pageOf, paging, person, remark, words } from '../schemas.js';
import { figureTables, fiscalYearQuery, month, reviewers } from './figure-tables.js';

const registrationFigure = z
  .object({
    department: z.string(),
    status: z.string(),
    cause: z.string().optional().meta({ description: 'Why it ended, where it did so by itself or by HR.' }),
    closedBy: z
      .enum(['person', 'hr', 'supervisor', 'system'])
      .optional()
      .meta({ description: 'Whose signature ended it; `system`: a date or the directory. Absent while it is open.' }),
    confirmation: z
      .enum(['notAsked', 'signed', 'notSigned'])
      .meta({ description: 'Whether the person signed for the next year when last asked; what nobody signed counts as approved nowhere.' }),
    count: z.int(),
  })
  .meta({ id: 'RegistrationFigure' });

const figure = { uses: z.int().meta({ description: '延べ利用: days that were begun.' }), persons: z.int() };
const dayFigures = z
  .object({
    fiscalYear: z.int(),
    total: z.object(figure),
    byMonth: z.array(z.object({ month, ...figure })),
    byForm: z.array(z.object({ form: z.string(), ...figure })),
    byDepartment: z.array(z.object({ department: z.string(), ...figure })),
    byAll: z.array(z.object({ month, form: z.string(), department: z.string(), ...figure })),
  })
  .meta({
    id: 'DayFigures',
    description: 'Uses add up; people who stand in several lines are counted once in each, and once in the total.',
  });

const names = [
  ...['uses', 'orderedUses', 'people', 'situationUsers', 'minutes', 'deviceDays', 'handOvers', 'erasures', 'approvals'],
  ...['dailyUsers', 'dailyShare', 'registered', 'losses', 'troubles'],
] as const satisfies readonly FigureName[];
const figureName = z.enum(names);
const yesOrNo = z.enum(['yes', 'no']);
/** What a cell is of. */
const dims = {
  department: department.exactOptional(),
  form: line(20).exactOptional(),
  sex: z.enum(['female', 'male', 'other']).exactOptional(),
  child: yesOrNo.exactOptional(),
  care: yesOrNo.exactOptional(),
  date: z.iso.date().exactOptional(),
  days: z
    .string()
    .regex(/^\d{1,5}$/)
    .exactOptional(),
  procedure: line(40).exactOptional(),
  how: z.enum(['own', 'acting', 'loss', 'theft']).exactOptional(),
} satisfies Record<keyof FigureDims, z.ZodType>;
const dimNames = Object.keys(dims) as (keyof FigureDims)[];

const cellsQuery = z.strictObject({
  figure: figureName,
  from: month,
  until: month,
  by: remark(60)
    .exactOptional()
    .meta({ description: 'Split up by exactly these, divided by commas; empty or absent: in every way that there is.' }),
});
const cell = z.object({ month, dims: z.looseObject({}), value: z.int(), of: z.int().optional() });
const rowsQuery = z.strictObject({ figure: figureName, month, ...dims, ...paging });
const row = z.object({
  staff: person.optional(),
  department: z.string().optional(),
  date: z.string().optional(),
  case: caseId.optional(),
  seq: z.int().optional(),
  assetTag: z.string().optional(),
});
const version = z.object({
  version: z.int(),
  takenAt: z.iso.datetime(),
  hash: z.string().meta({ description: 'SHA-256 of its cells.' }),
  by: person.optional().meta({ description: 'Of a correction: who asked for it.' }),
  reason: z.string().optional(),
});
const definition = z.object({
  figure: figureName,
  name: z.string(),
  formula: z.string(),
  unit: z.string(),
  unitName: z.string(),
  source: z.string(),
  splits: z.array(z.array(z.string())).meta({ description: 'By what it is split up; the empty set is the whole.' }),
});
const byMonth = z.strictObject({ month });
const correction = z.strictObject({ reason: words.meta({ description: 'Why the month is counted anew.' }) });
const longest = 60;

/** Figures: what they are, how the months stand, and what they count. */
export function figureRoutes(services: Services): readonly AnyRoute[] {
  const { ledger, clock, directory, hash, pack, views } = services;
  const policy = figurePolicy(pack);

  return [
    ...figureTables(services),
    route({
      method: 'get',
      path: '/figures/registrations',
      tag: 'figures',
      summary: 'Registrations by department, by how they stand or ended, by whose signature, and whether the person has signed',
      access: ['hr', 'committee'],
      replies: {
        200: { description: 'One line for each combination that there is.', schema: z.object({ items: z.array(registrationFigure) }) },
      },
      handle: async () => ({ status: 200, body: { items: await ledger.registrationFigures() } }),
    }),
    route({
      method: 'get',
      path: '/figures/telework-days',
      tag: 'figures',
      summary: 'Telework days of a fiscal year as they stand now: total uses and persons, by month, form and department',
      access: ['hr', 'committee'],
      query: fiscalYearQuery,
      replies: { 200: { description: 'One line for each that there is.', schema: dayFigures } },
      handle: async ({ query }) => {
        const year = query.fiscalYear ?? fiscalYear(todayOf({ clock }));
        return { status: 200, body: { fiscalYear: year, ...(await ledger.dayFigures(`${year}-04-01`, `${year + 1}-03-31`)) } };
      },
    }),
    route({
      method: 'get',
      path: '/figures/definitions',
      tag: 'figures',
      summary: 'What each figure is: its formula, its unit and its source',
      access: 'staff',
      replies: { 200: { description: 'All, in the caller’s language.', schema: z.object({ items: z.array(definition) }) } },
      handle: async ({ language }) => ({
        status: 200,
        body: {
          items: names.map((name) => {
            const { unit, source, splits } = ledger.figureDefinitions[name];
            const [inWords, formula] = ['name', 'formula'].map((what) => say(language, 'figure', `${name}.${what}`));
            return { figure: name, name: inWords, formula, unit, unitName: say(language, 'figureUnit', unit), source, splits };
          }),
        },
      }),
    }),
    route({
      method: 'get',
      path: '/figures/months',
      tag: 'figures',
      summary: 'How the months of a fiscal year stand, and every version of their figures with who corrected them and why',
      access: reviewers,
      query: fiscalYearQuery,
      replies: {
        200: {
          description: 'April to March.',
          schema: z.object({
            fiscalYear: z.int(),
            items: z.array(z.object({ month, state: z.enum(['frozen', 'counting', 'future']), versions: z.array(version) })),
          }),
        },
      },
      handle: async ({ query }) => {
        const year = query.fiscalYear ?? fiscalYear(todayOf({ clock }));
        const [first = '', last = ''] = [monthsOf(year)[0], monthsOf(year).at(-1)];
        const [months, found] = await Promise.all([monthsBetween(services, first, last), ledger.monthVersions(first, last)]);
        const versions = found.filter((one) => one.version > 0);
        const texts = await ledger.read(versions.flatMap(({ reason }) => reason ?? []));
        const items = months.map(({ month: of, state }) => ({
          ...{ month: of, state },
          versions: versions.flatMap(({ month: own, reason, ...one }) =>
            own === of ? [{ ...one, ...(reason !== undefined && { reason: texts[reason] }) }] : [],
          ),
        }));
        return { status: 200, body: { fiscalYear: year, items: await views.shown(items) } };
      },
    }),
    route({
      method: 'post',
      path: '/figures/months/{month}/corrections',
      tag: 'figures',
      summary: 'Count a frozen month anew, as things stand now: another version, with the reason',
      access: ['hr'],
      needs: 'Idempotency-Key',
      params: byMonth,
      body: correction,
      replies: { 200: { description: 'The version; a repeat gets the same.', schema: version.extend({ month }) } },
      handle: async ({
        path,
        body,
        caller: { staffNumber: me },
        key: given,
      }: Call<{ month: string }, unknown, z.output<typeof correction>>) => {
        const [id, key] = [hash('correction', path.month, me, given), hash('correct', path.month, me, given)];
        const { reason } = await ledger.keep(key, id, { reason: body.reason.text });
        const said = reason && (await ledger.read([reason.row]))[reason.row];
        if (!reason || said !== body.reason.text) throw new Problem('keyReused');
        const taken = await ledger.correctMonth(path.month, policy, { by: me, reason: reason.row, key });
        if (!taken)
          throw new Problem('ruleRefuses', { errors: [{ code: 'monthNotFrozen', article: snapshot, field: 'month', limit: path.month }] });
        return { status: 200, body: await views.shown({ ...taken, reason: said }) };
      },
    }),
    route({
      method: 'get',
      path: '/figures/cells',
      tag: 'figures',
      summary: 'A figure of frozen months, split up as it is defined; of small groups too, and so for HR',
      access: ['hr'],
      query: cellsQuery,
      replies: {
        200: { description: 'By month. What counts nothing has no cell, except the whole.', schema: z.object({ items: z.array(cell) }) },
      },
      handle: async ({ query: { figure: name, from, until, by } }) => {
        const months = await monthsBetween(services, from, until);
        if (!months.length) throw malformed('query.until', 'datesNotInOrder', from);
        if (months.length > longest) throw malformed('query.until', 'tooLarge', `${longest}`);
        const split =
          by === undefined ? undefined : splitOf(ledger.figureDefinitions[name].splits, by === '' ? [] : by.split(','), 'query.by');
        const found = await ledger.monthCells({ from, until, figures: [name], ...(split && { by: split }) });
        const frozen = new Set(months.flatMap((one) => (one.state === 'frozen' ? [one.month] : [])));
        const items = found.flatMap(({ figure: _name, ...one }) => (frozen.has(one.month) ? [one] : []));
        return { status: 200, body: { items } };
      },
    }),
    route({
      method: 'get',
      path: '/figures/rows',
      tag: 'figures',
      summary: 'What a figure counts: whose, when, which case; for HR',
      access: ['hr'],
      query: rowsQuery,
      replies: { 200: { description: 'One page, as things stand now.', schema: pageOf(row) } },
      handle: async ({ query: { figure: name, month: of, cursor, limit, ...wanted } }) => {
        splitOf(ledger.figureDefinitions[name].splits, Object.keys(wanted), 'query');
        const page = { policy, limit, ...(cursor !== undefined && { cursor }) };
        const { items, cursor: next } = await ledger.figureRows({ month: of, figure: name, dims: wanted }, page);
        const known = await namesOf(
          directory,
          items.flatMap(({ staff, department: unit = '' }) => (staff === undefined ? [] : [{ staff, department: unit }])),
        );
        const shown = items.map(({ staff, caseId: id, ...one }) => ({
          ...(staff !== undefined && { staff: { staffNumber: staff, name: known.get(staff) } }),
          ...one,
          ...(id !== undefined && { case: id }),
        }));
        return { status: 200, body: { items: shown, cursor: next } };
      },
    }),
  ];
}

const snapshot = '月次集計 (domain.md §2.5)';

const malformed = (field: string, code: string, limit: string) => new Problem('malformed', { errors: [{ field, code, limit }] });

/** The set of dims, if the figure is split up by it. @throws Problem malformed */
function splitOf(
  splits: readonly (readonly (keyof FigureDims)[])[],
  wanted: readonly string[],
  field: string,
): readonly (keyof FigureDims)[] {
  const by = dimNames.filter((one) => wanted.includes(one));
  if (by.length === wanted.length && splits.some((one) => one.length === by.length && one.every((dim) => by.includes(dim)))) return by;
  throw malformed(field, 'notOneOf', splits.map((one) => one.join(',')).join(' | '));
}
