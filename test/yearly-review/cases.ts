import type { Signed } from '../../workflows/shared/case.js';
import type { Measure, MeasurePlan, ReviewPolicy } from '../../workflows/yearly-review/contract.js';
import { apply, type FrozenMonth, type ReviewEvent, type ReviewStep, type YearlyReview } from '../../workflows/yearly-review/rules.js';

const [hr, committee, mayor]: readonly [Signed, Signed, Signed] = [
  { by: '2001', as: 'hr' },
  { by: '5001', as: 'committee' },
  { by: '1', as: 'mayor' },
];
/** Of a person's words: their row. */
export const words = (nth = 0) => ({ row: `00000000-0000-4000-8000-${`${nth}`.padStart(12, '0')}`, digest: 'c'.repeat(64) });

/** Oyama's numbers, moved on by seven years (004:1003-1025): the year ends after a 29 February. */
export const policy: ReviewPolicy = {
  pack: 'a'.repeat(64),
  countedBy: 'uses',
  countedOver: 'plan',
  planYears: [2027, 2031],
  planned: [30, 40, 50, 60, 70].map((value, nth) => ({ fiscalYear: 2027 + nth, targets: [{ form: 'all', value }], stages: {} })),
  committee: { quorumPercent: 50, minutes: true },
  promotionMonth: 11,
  halfYearBy: '10-15',
  committeeBy: '06-30',
};

/** Invented. */
export const measure: MeasurePlan = { text: words(1), owner: 'head:soumu', due: '2027-09-30', budget: 300_000 };
/** One of the year before that goes on. */
export const earlier: Measure = { year: 2026, number: 2, text: words(2), owner: 'it', due: '2027-06-30' };
const deliberation = { held: '2027-05-10', members: ['5001', '5002', '5003', '5004', '5005'], present: ['5001', '5002', '5003'] };

const inputs = {
  openYear: { ...hr, fiscalYear: 2027, policy, targets: policy.planned[0]?.targets, stages: { home: 'introduction' }, measures: [] },
  setTargets: { ...hr, targets: [{ form: 'all', value: 35 }], promotionMonth: 10 },
  addMeasure: { ...hr, ...measure },
  changeMeasure: { ...hr, year: 2027, number: 1, due: '2027-12-28' },
  withdrawMeasure: { ...hr, year: 2027, number: 1, reason: words(3) },
  submitPlan: { ...hr, on: '2027-04-20' },
  deliberate: { ...committee, on: '2027-05-11', ...deliberation, minutes: words(4), agrees: true },
  decidePlan: { ...mayor, on: '2027-05-20', approved: true, policy },
  reportMeasure: { by: '3001', as: 'head:soumu', on: '2027-09-01', year: 2027, number: 1, done: false, text: words(5) },
  checkHalfYear: { ...hr, on: '2027-10-12', findings: words(6), budgetRequest: words(7) },
  proposeTargets: { ...hr, on: '2027-10-20', targets: [{ form: 'all', value: 20 }], reason: words(8) },
  decideTargets: { ...mayor, on: '2027-11-01', approved: true },
  useSurvey: { ...hr, survey: 'survey-1' },
  freeze: { by: 'system', month: '2027-04', version: 1, hash: 'h1' },
  carry: { by: 'system', measures: [], gone: [], stages: { home: 'verification' } },
  committeeOverdue: { by: 'system' },
  endYear: { by: 'system' },
  evaluate: { ...hr, on: '2028-04-10', remarks: words(9), results: [{ form: 'all', value: 30, uses: 28, people: 9, met: false }] },
  decide: {
    ...mayor,
    on: '2028-06-01',
    measures: [],
    added: [],
    stages: [{ form: 'home', to: 'verification', reason: words(10) }],
    report: 'e'.repeat(64),
  },
} as const;

type Name = ReviewEvent['name'];

/** The event of this name as it usually comes, other things where they are said. */
export const event = <One extends Name>(name: One, over: object = {}): Extract<ReviewEvent, { name: One }> =>
  ({ name, input: { ...inputs[name], ...over }, key: `key-${name}` }) as unknown as Extract<ReviewEvent, { name: One }>;

export const step = <One extends ReviewStep['name']>(name: One, over: object = {}) => event(name, over) as unknown as ReviewStep;

/** As the year before opens it. */
export const byTheYearBefore = (over: object = {}) =>
  event('openYear', { by: 'system', as: undefined, within: 'review-2026', measures: [earlier], ...over });

export const freezes = (months: readonly string[], over: Partial<FrozenMonth> = {}) =>
  months.map((month) => event('freeze', { month, ...over }));
/** The twelve months of FY2027. */
export const allMonths = [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3].map(
  (month) => `${month < 4 ? 2028 : 2027}-${`${month}`.padStart(2, '0')}`,
);

/** What is on the way to the year's decision, without its measures. */
export const planned = ['submitPlan', 'deliberate', 'decidePlan'] as const;
export const over = [...planned, 'endYear', ...freezes(allMonths)] as const;

/** What happens one after another: as it usually does where it is only named. */
export type Way = readonly (Name | ReviewEvent)[];

/** The year after these; the first opens it, or HR does. */
export const after = (...events: Way): YearlyReview => {
  const all = events.map((one) => (typeof one === 'string' ? event(one) : one));
  const opened = all[0]?.name === 'openYear' ? all : [event('openYear'), ...all];
  return opened.reduce<YearlyReview | undefined>((before, one) => apply(before, one), undefined) as YearlyReview;
};
