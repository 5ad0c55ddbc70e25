import { continueAsNew, proxyActivities, setHandler } from '@temporalio/workflow';
import type { SurveyActivities } from '../../activities/surveys/activities.js';
import { openCase } from '../shared/case.js';
import { getSurvey, steps } from './contract.js';
import * as rules from './rules.js';

const surveys = proxyActivities<SurveyActivities>({
  startToCloseTimeout: '30 minutes', // A city's links are written in a minute; its directory may be slow.
  heartbeatTimeout: '1 minute',
  retry: { maximumInterval: '10 minutes' }, // Down for a day: six tries an hour keep the history short.
});

/**
 * 職員アンケート: HR asks the staff, each by a link of their own, until the last day; what came back is counted and reported (004:787-822).
 * `events`: the draft of a new one; for one that is opened again, all that the ledger holds of it.
 */
export async function survey(surveyId: string, events: readonly rules.SurveyEvent[]): Promise<rules.Survey> {
  const again = (all: readonly rules.SurveyEvent[]) => continueAsNew<typeof survey>(surveyId, all);
  const asking = openCase({ caseId: surveyId, procedure: 'survey', steps, rules, events, again });
  setHandler(getSurvey, asking.state);

  const draft = await asking.next(['schedule', 'cancel'], ['redraft']);
  if (draft.name === 'cancel') return asking.close();
  const start = await asking.next(['open', 'cancel'], ['extend']);
  if (start.name === 'cancel') return asking.close();
  void asking.begin(() => surveys.handOutLinks(surveyId));

  const end = await asking.next(['close', 'closeEarly', 'cancel'], ['opened', 'extend']);
  if (asking.state().opening) await asking.next(['opened']); // Only then all know that they were asked.
  if (end.name !== 'cancel') await asking.next(['report']);
  return asking.close();
}
