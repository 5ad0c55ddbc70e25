import { continueAsNew, setHandler } from '@temporalio/workflow';
import { openCase } from '../shared/case.js';
import { getYearlyReview, steps } from './contract.js';
import * as rules from './rules.js';

const always = ['freeze', 'carry'] as const;
const working = ['addMeasure', 'changeMeasure', 'withdrawMeasure', 'reportMeasure', 'checkHalfYear', 'useSurvey', ...always] as const;
const planning = ['setTargets', 'submitPlan', 'deliberate', 'committeeOverdue', ...working] as const;

/**
 * A fiscal year of the programme: planned, done, checked and acted on (004:1279-1298). It ends by itself with 31 March and opens the next, whoever has decided what by then.
 * `events`: the opening of a new one; for one that is opened again, all that the ledger holds of it.
 */
export async function yearlyReview(reviewId: string, events: readonly rules.ReviewEvent[]): Promise<rules.YearlyReview> {
  const again = (all: readonly rules.ReviewEvent[]) => continueAsNew<typeof yearlyReview>(reviewId, all);
  const year = openCase({ caseId: reviewId, procedure: 'yearly-review', steps, rules, events, again });
  setHandler(getYearlyReview, year.state);

  while (year.state().status === 'plan') await year.next(['decidePlan', 'endYear'], planning); // Plan; refused, it is planned anew.
  if (year.state().status === 'do') await year.next(['endYear'], ['proposeTargets', 'decideTargets', ...working]); // Do.

  while (year.state().status !== 'closed') {
    await year.next(['evaluate'], ['useSurvey', 'committeeOverdue', ...always]); // Check.
    while (year.state().status === 'act') await year.next(['decide', 'deliberate', 'freeze'], ['committeeOverdue', 'carry']); // Act, or back.
  }
  return year.close();
}
