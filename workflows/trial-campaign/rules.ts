import type { Capacity } from '../../activities/directory/port.js';
import type { LedgerEntry, MailOrder, Refusal } from '../../activities/ledger/port.js';
import type { Due, Signed, Step, Tell } from '../shared/case.js';
import { dayOn, daysBetween } from '../shared/dates.js';
import { distinct } from '../shared/sets.js';
import type { Tally } from '../trial-section/contract.js';
import type { Draft, Drafted, Measurement, Planned, steps, TrialPolicy } from './contract.js';

export type CampaignStep = Step<typeof steps>;
type Opening = { name: 'draft'; input: Signed & Drafted & { policy: TrialPolicy }; key: string };
/** What was begun outside has come to its end. */
type News =
  | { name: 'planned'; input: { by: 'system' } & Planned; key: string }
  | { name: 'opened'; input: { by: 'system'; sections: number }; key: string };
type Deadline = { name: 'begin' | 'endPeriod'; input: { by: 'system' } };
export type CampaignEvent = Opening | CampaignStep | News | Deadline;

export interface TrialCampaign {
  readonly status: 'drafted' | 'planning' | 'planned' | 'announced' | 'running' | 'paused' | 'closing' | 'reported' | 'cancelled';
  /** As announced; `until` as it now stands, extensions and further rounds included. */
  readonly draft: Draft;
  readonly opensAt: string;
  readonly endsAt: string;
  readonly policy: TrialPolicy;
  readonly draftedBy: string;
  readonly announcedBy?: string;
  readonly planned?: Planned;
  /** The sections are being opened. */
  readonly opening?: true;
  readonly sections?: number;
  /** 1, and one more with each further round; `roundFrom`: its first date. */
  readonly round: number;
  readonly roundFrom: string;
  /** The questionnaire's last date, once the period is over. */
  readonly questionnaireUntil?: string;
  readonly measurements: readonly Measurement[];
  /** The numbers as they were reported. */
  readonly tally?: Tally;
}

/** What the campaign waits for; all its steps are HR's. */
export function due(campaign: TrialCampaign): readonly Due<CampaignEvent['name']>[] {
  const { status, opening, opensAt, endsAt } = campaign;
  const hr = <Name extends CampaignEvent['name']>(...names: Name[]) => names.map((step) => ({ step, who: 'hr' as const }));
  const opened = opening ? [{ step: 'opened', from: 'ledger' } as const] : [];
  switch (status) {
    case 'drafted':
      return hr('redraft', 'plan', 'measure', 'cancel');
    case 'planning':
      return [{ step: 'planned', from: 'ledger' }, ...hr('measure', 'cancel')];
    case 'planned':
      return hr('announce', 'redraft', 'plan', 'measure', 'cancel');
    case 'announced':
      return [...opened, ...hr('extend', 'measure', 'cancel'), { step: 'begin', at: opensAt }];
    case 'running':
      return [...opened, ...hr('pause', 'extend', 'measure', 'cancel'), { step: 'endPeriod', at: endsAt }];
    case 'paused':
      return [...opened, ...hr('resume', 'measure', 'cancel')];
    case 'closing':
      return [...opened, ...hr(...(opening ? [] : (['report'] as const)), 'secondRound', 'measure', 'cancel')];
    case 'cancelled':
      return opened;
    case 'reported':
      return [];
  }
}

/** HR draws it up, IT lends for it, the committee reviews it. Heads, promoters and members see their section. */
export const readers = (_campaign: TrialCampaign): LedgerEntry['readers'] => ({
  words: ['hr', 'committee'],
  all: ['hr', 'committee', 'it'],
});

/** What lists filter by. It is of no department. */
export const summary = ({ status, draftedBy }: TrialCampaign) => ({ status, department: '', staff: draftedBy });

/** When the campaign is over, so are its sections; those still being opened hear of it once they all are. */
export function tells({ status, opening }: TrialCampaign, { name }: CampaignEvent): readonly Tell[] {
  if (name === 'report') return [{ procedure: 'trial-section', name: 'close' }];
  return status === 'cancelled' && !opening && (name === 'opened' || name === 'cancel')
    ? [{ procedure: 'trial-section', name: 'cancel' }]
    : [];
}

const plan = '試行計画';

/** What forbids a draft. `today`: the municipality's date, where it is known: a campaign begins on a later one, as it is planned and announced before. */
export function refuseDraft({ from, until, groups, counters }: Draft, today = ''): Refusal | undefined {
  if (until < from) return { code: 'trialPeriodOrder', article: plan, field: 'until', limit: from };
  if (from <= today) return { code: 'trialInPast', article: plan, field: 'from', limit: dayOn(today, 1) };
  if (!groups.length) return { code: 'groupsNeeded', article: plan, field: 'groups' };
  const twice = (names: readonly string[]) => distinct(names).length < names.length;
  if (twice(groups.map(({ id }) => id)) || twice(counters.map(({ department }) => department)))
    return { code: 'namedTwice', article: plan, field: 'groups' };
  const outside = groups.some((wave) => {
    const [first, last] = [wave.from ?? from, wave.until ?? until];
    return first < from || until < last || last < first;
  });
  return outside ? { code: 'waveOutside', article: plan, field: 'groups' } : undefined;
}

/** What forbids a step that is due and in the right hands. */
export function refusal({ draft, status, planned, policy }: TrialCampaign, { name, input }: CampaignStep): Refusal | undefined {
  switch (name) {
    case 'redraft':
      return refuseDraft(input.draft);
    case 'announce':
      if (!planned?.members) return { code: 'nobodyPlanned', article: plan };
      return planned.feasible ? undefined : { code: 'planNotFeasible', article: plan, limit: `${planned.cannot}` };
    case 'extend':
      if (input.until <= draft.until) return { code: 'trialNotLater', article: plan, field: 'until', limit: draft.until };
      return daysBetween(draft.until, input.until) > policy.extendDays
        ? { code: 'trialTooLong', article: 'trialPeriod.extendDays', field: 'until', limit: `${policy.extendDays}` }
        : undefined;
    case 'resume':
      return input.until < draft.until
        ? { code: 'trialNotLater', article: plan, field: 'until', limit: dayOn(draft.until, -1) }
        : undefined;
    case 'secondRound':
      if (input.from <= draft.until) return { code: 'trialNotLater', article: plan, field: 'from', limit: draft.until };
      return input.until < input.from ? { code: 'trialPeriodOrder', article: plan, field: 'until', limit: input.from } : undefined;
    case 'measure':
      return input.when === 'after' && ['drafted', 'planning', 'planned', 'announced'].includes(status)
        ? { code: 'measuredTooEarly', article: '001:224-226', field: 'when' }
        : undefined;
    case 'plan':
    case 'pause':
    case 'report':
    case 'cancel':
      return undefined;
  }
}

/** The campaign after the event; the opening event makes it. */
export function apply(before: TrialCampaign | undefined, event: CampaignEvent): TrialCampaign {
  if (event.name === 'draft') {
    const { by, draft, opensAt, endsAt, policy } = event.input;
    return { status: 'drafted', draft, opensAt, endsAt, policy, draftedBy: by, round: 1, roundFrom: draft.from, measurements: [] };
  }
  if (!before) throw new Error(`a campaign begins with its draft, not with ${event.name}`);
  const { planned: _planned, ...drafted } = before;
  const goingOn = (until: string, endsAt: string): TrialCampaign => ({
    ...before,
    status: 'running',
    draft: { ...before.draft, until },
    endsAt,
  });
  switch (event.name) {
    case 'redraft': {
      const { draft, opensAt, endsAt } = event.input;
      return { ...drafted, status: 'drafted', draft, opensAt, endsAt, roundFrom: draft.from };
    }
    case 'plan':
      return { ...drafted, status: 'planning' };
    case 'planned': {
      const { by: _by, ...planned } = event.input;
      return { ...before, status: 'planned', planned };
    }
    case 'announce':
      return { ...before, status: 'announced', announcedBy: event.input.by, opening: true };
    case 'opened': {
      const { opening: _opening, ...open } = before;
      return { ...open, sections: event.input.sections };
    }
    case 'begin':
      return { ...before, status: 'running' };
    case 'pause':
      return { ...before, status: 'paused' };
    case 'extend':
      return { ...goingOn(event.input.until, event.input.endsAt), status: before.status };
    case 'resume':
      return goingOn(event.input.until, event.input.endsAt);
    case 'secondRound': {
      const { questionnaireUntil: _until, ...again } = goingOn(event.input.until, event.input.endsAt);
      return { ...again, round: before.round + 1, roundFrom: event.input.from };
    }
    case 'endPeriod':
      return { ...before, status: 'closing', questionnaireUntil: dayOn(before.draft.until, before.policy.questionnaireDays) };
    case 'measure': {
      const { what, when, value, department } = event.input;
      const same = (one: Measurement): boolean => one.what === what && one.when === when && one.department === department;
      const measured = { what, when, value, ...(department !== undefined && { department }) };
      return { ...before, measurements: [...before.measurements.filter((one) => !same(one)), measured] };
    }
    case 'report':
      return { ...before, status: 'reported', tally: event.input.tally };
    case 'cancel':
      return { ...before, status: 'cancelled' };
  }
}

/** What goes out at once: the answer to who asked for a plan, and the result to those who review the programme. */
export function mails({ draft, draftedBy, planned }: TrialCampaign, { name }: CampaignEvent): readonly MailOrder[] {
  const period = { from: draft.from, until: draft.until };
  if (name === 'planned' && planned) {
    const { members, placed, cannot, notPossible } = planned;
    const counts = { ...period, members, placed, cannot, notPossible };
    return [{ to: `staff:${draftedBy}`, template: planned.feasible ? 'trialPlanned' : 'trialNotFeasible', params: counts }];
  }
  return name === 'report' ? [{ to: 'committee', template: 'trialReported', params: period }] : [];
}

/** Steps of which the morning round may have to remind HR. */
export const reminding = ['announce', 'resume', 'report'] as const;

/** Whom the morning round of `today` reminds of a step that is due (design §4.1): HR weekly of a plan that nobody announces and of a pause, and daily once the questionnaire is over. */
export function reminds(
  { questionnaireUntil }: TrialCampaign,
  { step, who, since }: { step: (typeof reminding)[number]; who: Capacity; since: string },
  today: string,
): readonly Capacity[] {
  if (step === 'report') return questionnaireUntil !== undefined && questionnaireUntil < today ? [who] : [];
  const days = daysBetween(since, today);
  return days > 0 && days % 7 === 0 ? [who] : [];
}
