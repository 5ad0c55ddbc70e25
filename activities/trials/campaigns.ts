import { dayOn } from '../../workflows/shared/dates.js';
import type { TrialCampaign } from '../../workflows/trial-campaign/rules.js';
import type { TrialSection } from '../../workflows/trial-section/rules.js';
import { type CaseRow, every, type LedgerReader } from '../ledger/port.js';

type Reader = Pick<LedgerReader, 'openCases' | 'casesWithin'>;

export interface CampaignCase {
  caseId: string;
  campaign: TrialCampaign;
}

export interface SectionCase {
  caseId: string;
  section: TrialSection;
}

/** The open campaigns in one of these states. */
export async function campaignsIn(ledger: Reader, statuses: readonly TrialCampaign['status'][]): Promise<readonly CampaignCase[]> {
  const found: CampaignCase[] = [];
  for await (const { caseId, state } of every((page) => ledger.openCases({ procedure: 'trial-campaign', ...page }))) {
    const campaign = state as TrialCampaign;
    if (statuses.includes(campaign.status)) found.push({ caseId, campaign });
  }
  return found;
}

/** The campaign's open sections, by department. */
export async function sectionsOf(ledger: Reader, campaign: string): Promise<readonly SectionCase[]> {
  const rows: CaseRow[] = [];
  const query = { procedure: 'trial-section', within: [campaign] } as const;
  for await (const row of every((page) => ledger.casesWithin({ ...query, ...page }))) if (!row.closed) rows.push(row);
  return rows
    .map(({ caseId, state }) => ({ caseId, section: state as TrialSection }))
    .sort((one, other) => (one.section.department < other.section.department ? -1 : 1));
}

/** To which date the campaign can be made longer in one step. */
export const furthestDate = ({ draft, policy }: Pick<TrialCampaign, 'draft' | 'policy'>): string => dayOn(draft.until, policy.extendDays);
