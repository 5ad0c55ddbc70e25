import type { TrialMember } from '../../activities/ledger/port.js';
import { dayOn } from '../shared/dates.js';

/** A morning round, as the reminders of a campaign see it. Dates are ISO dates. */
export interface RoundDay {
  date: string;
  /** The business day after it. */
  next: string;
  /** The date of the round before it; absent where there was none. */
  after?: string;
}

/** What a member is told: to telework on the planned date, or to find one by the campaign's last. */
export interface MemberReminder {
  step: 'telework' | 'arrange';
  on: string;
}

/** Calendar days at the end in which everybody who has not done it is told each day. */
const lastDays = 7;

/** Once a week: the first round since Monday. */
export const opensWeek = ({ date, after }: RoundDay): boolean => {
  const monday = dayOn(date, -((new Date(date).getUTCDay() + 6) % 7));
  return after === undefined || after < monday;
};

/**
 * Of what the morning reminds a member who has not done it, with a date of their own: on the business day before a slot; on that after one that was missed, and once a week, where no other is planned; daily
 * in the last week. `until`: the campaign's last date.
 */
export function remindsMember(
  { status, slots, observed }: Pick<TrialMember, 'status' | 'slots' | 'observed'>,
  day: RoundDay,
  until: string,
): MemberReminder | undefined {
  const { date, next, after = dayOn(date, -1) } = day;
  const dates = slots.map((slot) => slot.date).sort();
  const isLastWeek = date > dayOn(until, -lastDays);
  const ahead = dates.find((one) => one >= date);
  if (status === 'planned' && ahead !== undefined)
    return isLastWeek || (ahead > date && ahead <= next) ? { step: 'telework', on: ahead } : undefined;
  const missed = dates.some((one) => one < date && one >= after && !observed.includes(one));
  return isLastWeek || missed || opensWeek(day) ? { step: 'arrange', on: until } : undefined;
}
