import type { Capacity } from '../../activities/directory/port.js';
import type { LedgerEntry, MailOrder, Refusal } from '../../activities/ledger/port.js';
import type { Due, Signed, Step } from '../shared/case.js';
import { dayOn, daysBetween } from '../shared/dates.js';
import type { Reported, SurveyDraft, SurveyPolicy, steps } from './contract.js';

export type SurveyStep = Step<typeof steps>;
type Opening = { name: 'draft'; input: Signed & SurveyDraft & { policy: SurveyPolicy }; key: string };
/** The links are handed out. */
type News = { name: 'opened'; input: { by: 'system'; links: number }; key: string };
type Deadline = { name: 'open' | 'close'; input: { by: 'system' } };
export type SurveyEvent = Opening | SurveyStep | News | Deadline;

export interface Survey extends SurveyDraft {
  readonly status: 'drafted' | 'scheduled' | 'open' | 'closed' | 'reported' | 'cancelled';
  readonly policy: SurveyPolicy;
  readonly draftedBy: string;
  /** The links are being handed out. */
  readonly opening?: true;
  /** How many have been. */
  readonly links?: number;
  readonly reported?: Reported;
}

/** What the survey waits for; all its steps are HR's. */
export function due({ status, opening, opensAt, closesAt }: Survey): readonly Due<SurveyEvent['name']>[] {
  const hr = <Name extends SurveyEvent['name']>(...names: Name[]) => names.map((step) => ({ step, who: 'hr' as const }));
  const opened = opening ? [{ step: 'opened', from: 'ledger' } as const] : [];
  switch (status) {
    case 'drafted':
      return hr('redraft', 'schedule', 'cancel');
    case 'scheduled':
      return [...hr('extend', 'cancel'), { step: 'open', at: opensAt }];
    case 'open':
      return [...opened, ...hr('extend', 'closeEarly', 'cancel'), { step: 'close', at: closesAt }];
    case 'closed':
      return opening ? opened : hr('report');
    case 'cancelled':
      return opened;
    case 'reported':
      return [];
  }
}

/** HR asks, the committee reviews; whoever is asked comes by a link of their own. */
export const readers = (_survey: Survey): LedgerEntry['readers'] => ({ words: ['hr', 'committee'], all: ['hr', 'committee'] });

/** What lists filter by. It is of no department. */
export const summary = ({ status, draftedBy }: Survey) => ({ status, department: '', staff: draftedBy });

const article = '職員アンケートの実施';

/** What forbids a draft. `today`: the municipality's date. */
export function refuseDraft({ from, until }: Pick<SurveyDraft, 'from' | 'until'>, today: string): Refusal | undefined {
  if (from < today) return { code: 'surveyInPast', article, field: 'from', limit: today };
  return until < from ? { code: 'surveyOrder', article, field: 'until', limit: from } : undefined;
}

/** What forbids a step that is due and in the right hands. */
export function refusal({ until }: Survey, { name, input }: SurveyStep): Refusal | undefined {
  return name === 'extend' && input.until <= until ? { code: 'surveyNotLater', article, field: 'until', limit: until } : undefined;
}

/** The instant after which nothing can come back by a link any more. */
const overAt = ({ closesAt, policy }: Pick<Survey, 'closesAt' | 'policy'>): string =>
  new Date(Date.parse(closesAt) + policy.graceMinutes * 60_000).toISOString();

/** What forbids to send answers at the instant; whoever had opened the form before the survey closed has the time that the pack leaves them. */
export function refuseSending(survey: Survey, { now, openedAt }: { now: string; openedAt?: string }): Refusal | undefined {
  const { status, closesAt } = survey;
  if (status === 'open' && now < closesAt) return undefined;
  if (status !== 'open' && status !== 'closed') return { code: 'surveyNotOpen', article };
  const mayFinish = openedAt !== undefined && openedAt < closesAt && now <= overAt(survey);
  return mayFinish ? undefined : { code: 'surveyClosed', article, limit: closesAt };
}

/** What keeps the results from being seen, and reported: while answers can still come in, each one could be told from what it changes. */
export const refuseResults = (survey: Survey, now: string): Refusal | undefined =>
  survey.status === 'reported' || (survey.status === 'closed' && now > overAt(survey)) ? undefined : { code: 'surveyStillOpen', article };

/** The survey after the event; the opening event makes it. */
export function apply(before: Survey | undefined, event: SurveyEvent): Survey {
  if (event.name === 'draft') {
    const { policy, by } = event.input;
    return { status: 'drafted', ...draftOf(event.input), policy, draftedBy: by };
  }
  if (!before) throw new Error(`a survey begins with its draft, not with ${event.name}`);
  switch (event.name) {
    case 'redraft':
      return { ...before, ...draftOf(event.input) };
    case 'schedule':
      return { ...before, status: 'scheduled' };
    case 'open':
      return { ...before, status: 'open', opening: true };
    case 'opened': {
      const { opening: _opening, ...open } = before;
      return { ...open, links: event.input.links };
    }
    case 'extend':
      return { ...before, until: event.input.until, closesAt: event.input.closesAt };
    case 'close':
      return { ...before, status: 'closed' };
    case 'closeEarly':
      return { ...before, status: 'closed', closesAt: event.input.closesAt };
    case 'report': {
      const { handedOut, returned, results } = event.input;
      return { ...before, status: 'reported', reported: { handedOut, returned, results } };
    }
    case 'cancel':
      return { ...before, status: 'cancelled' };
  }
}

const draftOf = ({ questionnaire, title, audience, from, until, opensAt, closesAt }: SurveyDraft): SurveyDraft => ({
  ...{ questionnaire, title, audience },
  ...{ from, until, opensAt, closesAt },
});

/** What goes out at once: the result to those who review the programme. The links are mailed as they are handed out. */
export const mails = ({ title, from, until }: Survey, { name }: SurveyEvent): readonly MailOrder[] =>
  name === 'report' ? [{ to: 'committee', template: 'surveyReported', params: { title: title.ja, from, until } }] : [];

/** Steps of which the morning round may have to remind HR. */
export const reminding = ['schedule', 'report'] as const;

/** Whom the morning round of `today` reminds of a step that is due (design §4.1): HR, weekly. */
export function reminds(
  _survey: Survey,
  { who, since }: { step: (typeof reminding)[number]; who: Capacity; since: string },
  today: string,
): readonly Capacity[] {
  const days = daysBetween(since, today);
  return days > 0 && days % 7 === 0 ? [who] : [];
}

/** A morning round, as the reminders of a survey see it: its date, and that of the round before it. */
export interface SurveyRound {
  date: string;
  after?: string;
}

/**
 * Whether this round reminds those who have not answered: it is the first from which the survey's last day is so few business days away as the pack says.
 * `ahead`: the date so many business days later.
 */
export function remindsRespondents(
  { until, policy }: Pick<Survey, 'until' | 'policy'>,
  { date, after = dayOn(date, -1) }: SurveyRound,
  ahead: (date: string, days: number) => string,
): boolean {
  return date <= until && policy.remindDays.some((days) => ahead(date, days) >= until && ahead(after, days) < until);
}
