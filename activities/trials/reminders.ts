import type { TrialCampaign } from '../../workflows/trial-campaign/rules.js';
import { opensWeek, type RoundDay, remindsMember } from '../../workflows/trial-section/reminding.js';
import type { TrialSection } from '../../workflows/trial-section/rules.js';
import type { Notices } from '../ledger/digests.js';
import { type Calendar, type CampaignTally, type CaseRow, every, type LedgerReader, type TrialsPort } from '../ledger/port.js';

export interface TrialReminderParts {
  ledger: Pick<TrialsPort, 'undoneIn' | 'campaignTally'> & Pick<LedgerReader, 'caseById' | 'openCases'>;
  calendar: Pick<Calendar, 'addBusinessDays'>;
}

/**
 * What the morning says of campaigns that run: to each member who has not done it, their own date; once a week to the head and the promoters of a section in which somebody has not, how it stands. Nothing to who
 * has done it, is exempt, cannot or has left, and nothing while the campaign is paused.
 */
export function createTrialReminders({ ledger, calendar }: TrialReminderParts): Notices {
  async function* sections(caseIds: readonly string[] | undefined): AsyncGenerator<CaseRow> {
    for (const caseId of caseIds ?? []) {
      const row = await ledger.caseById(caseId);
      if (row?.procedure === 'trial-section' && !row.closed) yield row;
    }
    if (!caseIds) yield* every((page) => ledger.openCases({ procedure: 'trial-section', ...page }));
  }

  return async function* ({ date, after }, about) {
    const campaigns = new Map<string, TrialCampaign | undefined>();
    const campaignOf = async (caseId: string): Promise<TrialCampaign | undefined> => {
      if (!campaigns.has(caseId)) campaigns.set(caseId, (await ledger.caseById(caseId))?.state as TrialCampaign | undefined);
      return campaigns.get(caseId);
    };
    const tallies = new Map<string, Promise<CampaignTally>>();
    const tallyOf = (campaign: string): Promise<CampaignTally> => {
      const tally = tallies.get(campaign) ?? ledger.campaignTally(campaign);
      tallies.set(campaign, tally);
      return tally;
    };
    const day: RoundDay = { date, next: calendar.addBusinessDays(date, 1), ...(after && { after }) };
    for await (const { caseId, receiptNumber, openedAt: since, department, state } of sections(about?.caseIds)) {
      const { campaign: campaignId } = state as TrialSection;
      const campaign = await campaignOf(campaignId);
      if (campaign?.status !== 'running') continue;
      const of = { caseId, procedure: 'trial-section', receiptNumber, since } as const;
      const undone = await ledger.undoneIn(caseId);
      for (const member of undone) {
        if (about && about.to !== `staff:${member.staff}`) continue;
        const told = remindsMember(member, day, campaign.draft.until);
        if (told) yield { to: `staff:${member.staff}`, of, says: told.step, params: { on: told.on } };
      }
      if (!undone.length || !opensWeek(day)) continue;
      const stands = (await tallyOf(campaignId)).byDepartment.find((one) => one.department === department);
      if (!stands) continue;
      const { department: _name, ...counts } = stands;
      const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
      for (const to of [`head:${department}`, `promoter:${department}`] as const)
        yield { to, of, says: 'progress', params: { on: campaign.draft.until, done: counts.done, all } };
    }
  };
}
