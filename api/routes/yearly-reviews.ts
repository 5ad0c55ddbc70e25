import { z } from 'zod';
import type { Capacity } from '../../activities/directory/port.js';
import type { CaseRow, Refusal } from '../../activities/ledger/port.js';
import { fiscalYear } from '../../config/calendar.js';
import { reviewPolicy, reviewStages, reviewTargets } from '../../config/policy/pack.js';
import type { Inputs } from '../../workflows/shared/case.js';
import { monthsOf } from '../../workflows/shared/dates.js';
import type { MeasureDecision, steps, YearRequest, YearResult } from '../../workflows/yearly-review/contract.js';
import { type ReviewStep, refusal, refuseOpening, stageOrder, targetsNow, type YearlyReview } from '../../workflows/yearly-review/rules.js';
import { yearResults } from '../figures/targets.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import type { Procedure } from '../procedure.js';
import { freezeReport } from '../review/assemble.js';
import { caseId, date, setOf, staffNumber, type Words, words } from '../schemas.js';
import { reviewReport } from './review-report.js';

/** 年度: the holidays are known until 2050. */
const fiscalYearOf = z
  .int()
  .min(2000)
  .max(2049)
  .meta({ description: '年度: 2027 is April 2027 to March 2028.', examples: [2027] });

const form = z.enum(['home', 'mobile', 'satellite']);
const most = 1_000_000;
const targets = z
  .array(
    z
      .strictObject({
        form: z.enum([...form.options, 'all']).meta({ description: '`all`: of all forms together.' }),
        value: z.int().min(0).max(most).exactOptional().meta({ description: 'Absent: none is set (「—」).' }),
      })
      .transform(({ form: of, value = null }) => ({ form: of, value })),
  )
  .max(form.options.length + 1);

/** Whoever can be made responsible for a measure: an office, never a person. */
const owner = z
  .string()
  .regex(/^(?:hr|it|personnel|committee|(?:head|promoter|keeper):[\p{L}\p{N}._-]{1,64})$/u)
  .meta({ description: '担当: the capacity that is responsible.', examples: ['head:soumu'] })
  .transform((one) => one as Capacity);
const budget = z.int().min(0).max(999_999_999).meta({ description: '予算, in yen.' });
const measureId = { year: fiscalYearOf, number: z.int().min(1).max(10_000) };
const plan = { text: words, owner, due: date, budget: budget.exactOptional() };
const changes = { text: words.exactOptional(), owner: owner.exactOptional(), due: date.exactOptional(), budget: budget.exactOptional() };
const mostMeasures = 100;

/** What the mayor decides of a measure; only a change says more than that. */
const measureDecision = z
  .strictObject({ ...measureId, decision: z.enum(['continue', 'change', 'stop', 'done']), ...changes })
  .transform(({ decision, year, number, ...changed }, context): Decided => {
    if (decision === 'change') return { year, number, decision, ...changed };
    for (const field of Object.keys(changed))
      context.issues.push({ code: 'custom', input: changed, path: [field], params: { code: 'unknownField' } });
    return { year, number, decision };
  });
/** A decision as it is handed in: its text is still in words. */
type Decided = MeasureDecision extends infer One ? (One extends { text?: unknown } ? Omit<One, 'text'> & { text?: Words } : One) : never;

const article = '第4章6(3) PDCAサイクルの実行 (004:1296-1298)';

/** What directory, figures and pack say of a step at its moment. */
type Resolved = 'on' | 'members' | 'policy' | 'results' | 'report';

/** 年次評価: what HR, the committee, the mayor and the owners of measures file for each step. */
export const yearlyReviews: Procedure<Inputs<typeof steps>, { fiscalYear: number }, Resolved> = {
  name: 'yearly-review',
  path: '/yearly-reviews',
  counter: ({ workflows }) => workflows.counter('yearly-review'),
  opening: {
    body: z.strictObject({ fiscalYear: fiscalYearOf }),
    access: ['hr'],
    resolve: async (services, { body: { fiscalYear: year } }) => {
      const { ledger, pack } = services;
      const known = (await ledger.reviews()).map((one) => one.fiscalYear);
      refuse(refuseOpening(year, { present: fiscalYear(todayOf(services)), known }));
      await ledger.keepPack(pack.hash, pack.document);
      const request: YearRequest = {
        fiscalYear: year,
        policy: reviewPolicy(pack),
        targets: reviewTargets(pack, year),
        stages: reviewStages(pack, year),
        measures: [],
      };
      return { name: 'openYear', input: request, as: 'hr' };
    },
  },
  steps: {
    setTargets: { body: z.strictObject({ targets, promotionMonth: z.int().min(1).max(12).exactOptional() }) },
    addMeasure: { body: z.strictObject(plan), resolve: withOwner },
    changeMeasure: { body: z.strictObject({ ...measureId, ...changes }), resolve: withOwner },
    withdrawMeasure: { body: z.strictObject({ ...measureId, reason: words }) },
    submitPlan: { body: z.strictObject({ remarks: words.exactOptional() }), resolve: dated },
    deliberate: {
      body: z.strictObject({
        held: date.meta({ description: '開催日' }),
        present: setOf(staffNumber, 200).min(1).meta({ description: 'Members who were there.' }),
        minutes: words.exactOptional(),
        agrees: z.boolean(),
      }),
      resolve: async (services) => {
        const holders = await services.directory.holdersOf('committee');
        return { ...dated(services), members: holders.map((one) => one.staffNumber).sort() };
      },
    },
    decidePlan: {
      body: z.strictObject({ approved: z.boolean(), reason: words.exactOptional(), withoutCommittee: words.exactOptional() }),
      resolve: async (services) => {
        const { ledger, pack } = services;
        await ledger.keepPack(pack.hash, pack.document);
        return { ...dated(services), policy: reviewPolicy(pack) };
      },
    },
    reportMeasure: { body: z.strictObject({ ...measureId, done: z.boolean(), text: words }), resolve: dated },
    checkHalfYear: { body: z.strictObject({ findings: words, budgetRequest: words.exactOptional() }), resolve: dated },
    proposeTargets: { body: z.strictObject({ targets, reason: words }), resolve: dated },
    decideTargets: { body: z.strictObject({ approved: z.boolean(), reason: words.exactOptional() }), resolve: dated },
    useSurvey: {
      body: z.strictObject({ survey: caseId.meta({ description: 'The case of a survey.' }) }),
      resolve: async ({ ledger }, _row, body) => {
        const { survey } = body as { survey: string };
        const found = await ledger.caseById(survey);
        if (found?.procedure !== 'survey') refuse({ code: 'surveyUnknown', article, field: 'survey' });
        return {};
      },
    },
    evaluate: {
      body: z.strictObject({ remarks: words }),
      resolve: async (services, row) => ({ ...dated(services), results: await resultsOf(services, row) }),
    },
    decide: {
      body: z.strictObject({
        measures: z.array(measureDecision).max(mostMeasures),
        added: z.array(z.strictObject(plan)).max(mostMeasures),
        stages: z.array(z.strictObject({ form, to: z.enum(stageOrder), reason: words })).max(form.options.length),
        withoutCommittee: words.exactOptional(),
      }),
      resolve: async (services, row, body) => {
        const { measures, added } = body as { measures: readonly Decided[]; added: readonly { owner: Capacity }[] };
        const owners = (within: string, some: readonly object[]) =>
          some.flatMap((one, at) => ('owner' in one ? [{ field: `${within}.${at}.owner`, owner: one.owner as Capacity }] : []));
        await knowOwners(services, [...owners('measures', measures), ...owners('added', added)]);
        const input = { ...body, ...dated(services) };
        // No report is kept for a decision that the rules refuse; whether there are words is all that they ask of them.
        refuse(refusal(row.state as YearlyReview, { name: 'decide', input } as unknown as ReviewStep));
        return { ...dated(services), report: await freezeReport(services, row) };
      },
    },
  },
  more: reviewReport,
};

const refuse = (refusal: Refusal | undefined): void => {
  if (refusal) throw new Problem('ruleRefuses', { errors: [refusal] });
};

/** The date on which it is taken. */
function dated(services: Pick<Services, 'clock'>): { on: string } {
  return { on: todayOf(services) };
}

async function withOwner(services: Services, _row: CaseRow, body: object): Promise<object> {
  if ('owner' in body) await knowOwners(services, [{ field: 'owner', owner: body.owner as Capacity }]);
  return {};
}

/** @throws Problem when the directory has no such department */
async function knowOwners({ directory }: Services, owners: readonly { field: string; owner: Capacity }[]): Promise<void> {
  const departments = owners.flatMap(({ field, owner: one }) => {
    const [, department] = one.split(':');
    return department === undefined ? [] : [{ field, department }];
  });
  if (!departments.length) return;
  const known = new Set((await directory.units()).map(({ id }) => id));
  const errors = departments.flatMap(({ field, department }): Refusal[] =>
    known.has(department) ? [] : [{ code: 'unknownDepartment', article, field, limit: department }],
  );
  if (errors.length) throw new Problem('ruleRefuses', { errors });
}

/** What has come of the year by the end of March, as the policy of its plan counts it. */
async function resultsOf({ ledger }: Services, { state }: CaseRow): Promise<readonly YearResult[]> {
  const review = state as YearlyReview;
  const { countedBy, countedOver, planYears } = review.policy;
  const month = monthsOf(review.fiscalYear).at(-1) ?? '';
  const span = { from: month, until: month, ...(countedOver === 'plan' && { planFrom: planYears[0] }) };
  return yearResults(targetsNow(review), await ledger.cumulative(span), { countedBy, countedOver, month });
}
