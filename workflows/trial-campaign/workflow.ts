import { continueAsNew, proxyActivities, setHandler } from '@temporalio/workflow';
import type { TrialActivities } from '../../activities/trials/activities.js';
import { openCase } from '../shared/case.js';
import { getTrialCampaign, steps } from './contract.js';
import * as rules from './rules.js';

const trials = proxyActivities<TrialActivities>({
  startToCloseTimeout: '30 minutes', // A city's plan is computed in seconds, its sections are opened in minutes; directories may be slow.
  heartbeatTimeout: '1 minute',
  retry: { maximumInterval: '10 minutes' }, // Down for a day: six tries an hour keep the history short.
});

const beforehand = ['redraft', 'planned', 'measure'] as const;
const meanwhile = ['opened', 'begin', 'pause', 'resume', 'extend', 'endPeriod', 'secondRound', 'measure'] as const;

/**
 * HR has everybody telework once within a period: drawn up, tried out until it can work, announced, and looked after by its sections until it is reported
 * (003:196, 003:501; 001:222-226).
 * `events`: the draft of a new one; for one that is opened again, all that the ledger holds of it.
 */
export async function trialCampaign(campaignId: string, events: readonly rules.CampaignEvent[]): Promise<rules.TrialCampaign> {
  const again = (all: readonly rules.CampaignEvent[]) => continueAsNew<typeof trialCampaign>(campaignId, all);
  const campaign = openCase({ caseId: campaignId, procedure: 'trial-campaign', steps, rules, events, again });
  setHandler(getTrialCampaign, campaign.state);

  for (;;) {
    const drafting = await campaign.next(['plan', 'announce', 'cancel'], beforehand);
    if (drafting.name === 'cancel') return campaign.close();
    if (drafting.name === 'announce') break;
    void campaign.begin(() => trials.planCampaign(campaignId));
  }
  void campaign.begin(() => trials.openSections(campaignId));

  await campaign.next(['report', 'cancel'], meanwhile);
  if (campaign.state().opening) await campaign.next(['opened']); // Only then all sections are there to be told.
  return campaign.close();
}
