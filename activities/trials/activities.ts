import { ApplicationFailure, heartbeat } from '@temporalio/activity';
import { today } from '../../config/calendar.js';
import { loanPolicy, type PolicyPack } from '../../config/policy/pack.js';
import { dayOn } from '../../workflows/shared/dates.js';
import type { TrialCampaign } from '../../workflows/trial-campaign/rules.js';
import type { DirectoryPort } from '../directory/port.js';
import { marked } from '../ledger/marks.js';
import type { EffectMarks, LedgerReader, RoundsPort, SeatsPort, TownClock, TrialsPort } from '../ledger/port.js';
import { type Planner, PlannerFailed } from '../planner/port.js';
import { furthestDate } from './campaigns.js';
import { takeCensus } from './census.js';
import { drawUp } from './rotation.js';
import { kindLent, latest, trialRules } from './targets.js';

export interface TrialParts {
  ledger: TrialsPort &
    EffectMarks &
    TownClock &
    Pick<LedgerReader, 'caseById' | 'events'> &
    Pick<RoundsPort, 'leaveNews'> &
    Pick<SeatsPort, 'seatsOn'>;
  directory: Pick<DirectoryPort, 'units' | 'staffOf' | 'holdersOf'>;
  planner: Planner;
  calendar: { isBusinessDay(date: string): boolean };
  pack: PolicyPack;
}

/**
 * What a campaign's workflow has done outside (`begin`): slow, and for everybody at once. Each ends with news for the campaign, which it leaves once; begun again, as after its process
 * was killed, it goes on where it was and does nothing twice.
 */
export interface TrialActivities {
  /** 試算: draws up the rotation of every section from the draft as it stands, against directory, absences, registrations and devices as they are, keeps it, and leaves the news `planned`. */
  planCampaign(campaign: string): Promise<void>;
  /** Opens a case for each section of the plan that was announced, then leaves the news `opened`. They are started by the delivery of news, and reached by what the campaign tells them before they are. */
  openSections(campaign: string): Promise<void>;
}

/** A pool is one question to the planner, and takes as long as it takes. */
const beatMs = 10_000;

export function createTrialActivities({ ledger, directory, planner, calendar, pack }: TrialParts): TrialActivities {
  const campaignOf = async (campaign: string): Promise<TrialCampaign> => {
    const row = await ledger.caseById(campaign);
    if (!row) throw ApplicationFailure.nonRetryable('there is no such campaign', 'UnknownCampaign');
    return row.state as TrialCampaign;
  };

  /** The place of the event that asked for a plan last. */
  const askedAt = async (campaign: string): Promise<number> =>
    (await ledger.events(campaign)).findLast(({ event }) => event.name === 'plan')?.seq ?? 0;

  async function plan(campaign: string): Promise<void> {
    const [{ status, draft, policy }, asked] = [await campaignOf(campaign), await askedAt(campaign)];
    if (status !== 'planning') return; // It has been answered, and the word that it was is what got lost.
    await ledger.clockOffset(); // Brings the town's clock up to date.
    const date = today(ledger.townClock.now().toISOString());
    const furthest = furthestDate({ draft, policy });
    const loan = loanPolicy(pack);
    const from = latest(draft.from, date);
    const promoters = draft.groups.some(({ who }) => who.role === 'promoters');
    const [kind, { place }] = [kindLent(draft), draft];
    const until = dayOn(furthest, loan.turnaroundDays);
    const [sections, devices, offices] = await Promise.all([
      takeCensus({ directory, ledger }, { date, from: draft.from, until: furthest, promoters }, heartbeat),
      kind ? ledger.poolDevices({ kind, from, until }) : [],
      place ? ledger.seatsOn(from, furthest) : [],
    ]);
    const seats = place && {
      seats: (offices.find(({ office }) => office === place.office)?.dates ?? []).map(({ date: on, free }) => ({ date: on, seats: free })),
    };
    const drawn = await drawUp(planner, campaign, {
      draft,
      date,
      furthest,
      sections,
      devices,
      ...seats,
      rules: trialRules(pack),
      loan,
      isBusinessDay: calendar.isBusinessDay,
    });
    await ledger.keepTrialPlan(campaign, drawn, asked);
  }

  return {
    planCampaign: (campaign) =>
      marked(ledger, { caseId: campaign, name: 'plan' }, async () => {
        const beats = setInterval(heartbeat, beatMs);
        try {
          await plan(campaign);
        } catch (failure) {
          if (!(failure instanceof PlannerFailed)) throw failure;
          throw ApplicationFailure.nonRetryable(failure.message, failure.name); // The same question would get the same answer.
        } finally {
          clearInterval(beats);
        }
      }),

    openSections: (campaign) =>
      marked(ledger, { caseId: campaign, name: 'sections' }, async () => {
        const { opening, planned, announcedBy } = await campaignOf(campaign);
        if (!opening || !planned || !announcedBy) return; // They are open.
        const sections = await ledger.openTrialSections(campaign, planned.plan, { by: announcedBy, as: 'hr' });
        const opened = { name: 'opened', input: { by: 'system', sections }, key: `${campaign}/opened` };
        await ledger.leaveNews(campaign, opened);
      }),
  };
}
