import type { CaseRow } from '../../activities/ledger/port.js';
import type { TrialCampaign } from '../../workflows/trial-campaign/rules.js';
import type { Services } from '../parts.js';
import { type Respondent, type Results, resultsOf } from './questionnaire.js';
import { membersOf } from './tallies.js';

/** What was answered after a campaign, by role, of how many who were asked. */
export async function answersOf(
  ledger: Pick<Services['ledger'], 'answersTo' | 'campaignTally'>,
  { caseId: id, state }: Pick<CaseRow, 'caseId' | 'state'>,
): Promise<Record<Respondent, Results & { asked: number }>> {
  const [all, { total, byDepartment }] = await Promise.all([ledger.answersTo(id), ledger.campaignTally(id)]);
  const { smallGroup } = (state as TrialCampaign).policy;
  return {
    participant: { asked: membersOf(total), ...resultsOf('participant', all, smallGroup) },
    head: { asked: byDepartment.length, ...resultsOf('head', all, smallGroup) },
  };
}
