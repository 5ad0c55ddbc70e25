import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Capacity } from '../activities/directory/port.js';
import { fiscalYear, today } from '../config/calendar.js';
import { loadPack, reviewPolicy } from '../config/policy/pack.js';
import { endOfDay, monthsOf } from '../workflows/shared/dates.js';
import { caseWorkflowId } from '../workflows/shared/procedures.js';
import type { MeasurePlan, YearRequest } from '../workflows/yearly-review/contract.js';
import type { ReviewEvent, ReviewStep } from '../workflows/yearly-review/rules.js';
import { opaque } from './loan.js';
import { digest } from './way.js';

const pack = loadPack('oyama');
/** One that has not begun: none of its deadlines falls by itself. */
const year = fiscalYear(today(new Date().toISOString())) + 1;
const day = (monthDay: string): string => `${monthDay < '04' ? year + 1 : year}-${monthDay}`;
const [text, hr] = [{ row: '00000000-0000-4000-8000-000000000001', digest }, { by: '2001', as: 'hr', digest } as const];
const [committee, mayor] = [{ by: '5001', as: 'committee', digest } as const, { by: '1', as: 'mayor', digest } as const];
const members = ['5001', '5002', '5003', '5004', '5005'];
const targets = [{ form: 'all', value: 70 }] as const;

/** A step of the year as it is handed in. */
type FiledReviewStep = ReviewStep extends infer One ? (One extends ReviewStep ? Omit<One, 'key'> : never) : never;

const owners: readonly Capacity[] = ['head:soumu', 'head:zeimu', 'head:shimin', 'it', 'hr'];
const planned = (owner: Capacity): MeasurePlan => ({ text, owner, due: day('12-28'), budget: 300_000 });

/** Five measures are planned, deliberated and decided on. */
const beforehand: readonly FiledReviewStep[] = [
  { name: 'setTargets', input: { ...hr, targets } },
  ...owners.map((owner): FiledReviewStep => ({ name: 'addMeasure', input: { ...hr, ...planned(owner) } })),
  { name: 'submitPlan', input: { ...hr, on: day('04-20') } },
  {
    name: 'deliberate',
    input: { ...committee, on: day('05-11'), held: day('05-10'), members, present: members, minutes: text, agrees: true },
  },
  { name: 'decidePlan', input: { ...mayor, on: day('05-20'), approved: true, policy: reviewPolicy(pack) } },
];

/** Each owner reports twice, the half-year is checked, the targets are lowered, the staff were asked. */
const meanwhile: readonly FiledReviewStep[] = [
  ...[false, true].flatMap((done) =>
    owners.map(
      (as, nth): FiledReviewStep => ({
        name: 'reportMeasure',
        input: { by: `300${nth}`, as, digest, on: day('09-01'), year, number: nth + 1, done, text },
      }),
    ),
  ),
  { name: 'checkHalfYear', input: { ...hr, on: day('10-12'), findings: text, budgetRequest: text } },
  { name: 'proposeTargets', input: { ...hr, on: day('10-20'), targets, reason: text } },
  { name: 'decideTargets', input: { ...mayor, on: day('11-01'), approved: true } },
  { name: 'useSurvey', input: { ...hr, survey: randomUUID() } },
];

/** What has come of it, and what becomes of each measure. */
const afterwards: readonly FiledReviewStep[] = [
  {
    name: 'evaluate',
    input: { ...hr, on: day('03-31'), remarks: text, results: [{ form: 'all', value: 70, uses: 64, people: 20, met: false }] },
  },
  {
    name: 'deliberate',
    input: { ...committee, on: day('03-31'), held: day('03-31'), members, present: members, minutes: text, agrees: true },
  },
  {
    name: 'decide',
    input: {
      ...mayor,
      on: day('03-31'),
      measures: owners.map((_, nth) => ({ year, number: nth + 1, decision: nth % 2 ? 'done' : 'continue' })),
      added: [],
      stages: [{ form: 'home', to: 'verification', reason: text }],
      report: digest,
    },
  },
];

/** A year as it usually goes; between its parts the months come, and the year ends. */
export const yearOfReview = { beforehand, meanwhile, afterwards, months: monthsOf(year), endsAt: endOfDay(day('03-31')) } as const;

/** Opens the year. */
export async function openReview({
  client,
  taskQueue,
}: {
  client: Client;
  taskQueue: string;
}): Promise<{ reviewId: string; handle: WorkflowHandle }> {
  const reviewId = opaque();
  const request: YearRequest = { fiscalYear: year, policy: reviewPolicy(pack), targets, stages: { home: 'introduction' }, measures: [] };
  const events: readonly ReviewEvent[] = [{ name: 'openYear', input: { ...hr, ...request }, key: reviewId }];
  const workflowId = caseWorkflowId({ procedure: 'yearly-review', caseId: reviewId });
  return { reviewId, handle: await client.workflow.start('yearlyReview', { taskQueue, workflowId, args: [reviewId, events] }) };
}
