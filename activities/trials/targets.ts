import type { PolicyPack } from '../../config/policy/pack.js';
import { dayOn } from '../../workflows/shared/dates.js';
import type { Draft, Target, TargetGroup } from '../../workflows/trial-campaign/contract.js';
import type { Duty } from '../../workflows/trial-section/contract.js';
import type { DeviceKind } from '../ledger/port.js';
import type { Person } from './census.js';

/** What the municipality's rules say of whom a campaign can ask, and when a week begins. */
export interface TrialRules {
  /** Who teleworks is registered; and so is who borrows a device. */
  needsRegistration: boolean;
  loanNeedsRegistration: boolean;
  weekBegins: 'monday' | 'sunday';
}

export const trialRules = ({ values: { teleworkDay, deviceLoan } }: Pick<PolicyPack, 'values'>): TrialRules => ({
  needsRegistration: teleworkDay.needs.registration,
  loanNeedsRegistration: deviceLoan.requiresRegistration,
  weekBegins: teleworkDay.weekBegins,
});

interface Span {
  from: string;
  until: string;
}

/** What is lent for the campaign, if anything is. */
export const kindLent = ({ devices }: Pick<Draft, 'devices'>): DeviceKind | undefined =>
  devices.source === 'pool' ? devices.kind : devices.loaners?.kind;

/** Whether the person is lent a device: everybody from a pool; else who is employed so that they have none. */
export const isLent = ({ devices }: Pick<Draft, 'devices'>, { employment }: Pick<Person, 'employment'>): boolean =>
  devices.source === 'pool' || has(devices.loaners?.employment ?? [], employment);

/** Why somebody cannot take part as things are; the person, or who keeps the files, must act first. */
export type Obstacle = 'absent' | 'notRegistered' | 'formNotRegistered';

/** What the draft asks of somebody. */
export interface Asked {
  group: TargetGroup;
  duties: readonly Duty[];
  notPossible?: Obstacle;
}

/** Business days and the municipality's days off decide on which dates of the span anybody teleworks. */
export function openDates({ from, until }: Span, draft: Pick<Draft, 'daysOff'>, isBusinessDay: (date: string) => boolean): string[] {
  return datesOf({ from, until }).filter((date) => isBusinessDay(date) && !draft.daysOff.includes(date));
}

/** All dates of the span. */
export function datesOf({ from, until }: Span): string[] {
  const dates: string[] = [];
  for (let date = from; date <= until; date = dayOn(date, 1)) dates.push(date);
  return dates;
}

/**
 * What the draft asks of the person of the department: of the first group that fits; undefined where the person is no target. Nobody is asked for more days than there are on which they
 * are at work: who is on leave for a week is not asked in that week. `dates`: on which anybody may telework.
 */
export function askedOf(
  person: Person,
  { department, draft, dates, rules }: { department: string; draft: Draft; dates: readonly string[]; rules: TrialRules },
): Asked | undefined {
  const { excluded } = draft;
  if (excluded.departments.includes(department)) return undefined;
  if (has(excluded.occupations, person.occupation) || has(excluded.employment, person.employment)) return undefined;
  const group = draft.groups.find(({ who }) => fits(person, department, who));
  if (!group) return undefined;
  const all = dutiesOf(group, draft, { dates, ...rules });
  const away = new Set(person.absent);
  const own = dutiesOf(group, draft, { dates: dates.filter((date) => !away.has(date)), ...rules });
  const notPossible = obstacle(person, own, { draft, rules });
  return notPossible ? { group, duties: all, notPossible } : { group, duties: own };
}

function obstacle(person: Person, duties: readonly Duty[], { draft, rules }: { draft: Draft; rules: TrialRules }): Obstacle | undefined {
  const { registration } = person;
  if (!duties.length) return 'absent';
  const mustRegister = rules.needsRegistration || (rules.loanNeedsRegistration && isLent(draft, person));
  if (mustRegister && !registration) return 'notRegistered';
  if (registration && draft.place && !registration.forms.includes(draft.place.form)) return 'formNotRegistered';
  return undefined;
}

/** Whether all that the target names is true of the person. */
function fits(person: Person, department: string, { departments, role, employment, reasons }: Target): boolean {
  const heads = person.heads.length > 0;
  const inRole = { heads, others: !heads, promoters: person.promotes };
  return (
    (!departments || departments.includes(department)) &&
    (!role || inRole[role]) &&
    (!employment || has(employment, person.employment)) &&
    (!reasons || has(reasons, person.registration?.reason))
  );
}

const has = (words: readonly string[], word: string | undefined): boolean => word !== undefined && words.includes(word);

/** The group's times, for the period, or each calendar month or week of it that has dates; weeks and months are cut where the period or the wave is. */
function dutiesOf(
  { times, per, ...wave }: TargetGroup,
  period: Span,
  { dates, weekBegins }: { dates: readonly string[]; weekBegins: TrialRules['weekBegins'] },
): Duty[] {
  const within = { from: latest(period.from, wave.from), until: earliest(period.until, wave.until) };
  return spansOf(within, per, weekBegins).flatMap((span) => {
    const possible = dates.filter((date) => date >= span.from && date <= span.until).length;
    return possible ? [{ ...span, times: Math.min(times, possible) }] : [];
  });
}

/** The whole, or each calendar month or week of it. */
function spansOf(whole: Span, per: TargetGroup['per'], weekBegins: TrialRules['weekBegins']): Span[] {
  const first = weekBegins === 'monday' ? 1 : 0;
  const begins = (date: string): boolean => {
    if (date === whole.from) return true;
    if (per === 'month') return date.endsWith('-01');
    return per === 'week' && new Date(date).getUTCDay() === first;
  };
  const starts = datesOf(whole).filter(begins);
  return starts.map((from, nth) => {
    const next = starts[nth + 1];
    return { from, until: next ? dayOn(next, -1) : whole.until };
  });
}

/** The later of two dates, of which the second may be open. */
export const latest = (one: string, other?: string): string => (other !== undefined && other > one ? other : one);
const earliest = (one: string, other?: string): string => (other !== undefined && other < one ? other : one);
