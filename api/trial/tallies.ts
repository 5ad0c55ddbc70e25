import { memberStatuses } from '../../activities/ledger/port.js';
import type { Tally } from '../../workflows/trial-section/contract.js';
import { type Masked, maskedParts } from '../masks.js';
import { shareOf } from '../rounding.js';

/** How a group of people stands. Shares are of `done` alone, in per cent; absent where there is nobody to share among. */
export interface Standing extends Tally {
  members: number;
  /** Of all members. */
  share?: number;
  /** Of those who are not exempt. */
  shareWithoutExempt?: number;
}

/** A group's line. */
export type Line<Name extends string> = Readonly<Record<Name, string>> & (Standing | Masked);

export const membersOf = (tally: Tally): number => memberStatuses.reduce((sum, status) => sum + tally[status], 0);

export function standingOf(tally: Tally): Standing {
  const members = membersOf(tally);
  const [share, shareWithoutExempt] = [shareOf(tally.done, members), shareOf(tally.done, members - tally.exempt)];
  const counts = Object.fromEntries(memberStatuses.map((status) => [status, tally[status]])) as unknown as Tally;
  return { members, ...counts, ...(share !== undefined && { share }), ...(shareWithoutExempt !== undefined && { shareWithoutExempt }) };
}

/** A sum that stands alone. */
export const sumOf = (tally: Tally, fewest: number): Standing | Masked =>
  membersOf(tally) > 0 && membersOf(tally) < fewest ? { masked: true } : standingOf(tally);

/** The lines of groups that make up one sum, the small ones masked. */
export function maskedLines<Name extends string>(
  name: Name,
  tallies: readonly (Tally & Readonly<Record<Name, string>>)[],
  fewest: number,
): readonly Line<Name>[] {
  const masked = maskedParts(tallies, membersOf, fewest);
  return tallies.map((one) => ({ [name]: one[name], ...(masked.has(one) ? { masked: true } : standingOf(one)) }) as Line<Name>);
}

/** What is to be expected: `done` people on `until`, if everything goes as planned. */
export interface Forecast {
  done: number;
  share?: number;
  /** Date on which the last of them has done it; absent where nobody has anything ahead. */
  until?: string;
  /** How many will have done it by the end of each date on which it becomes more. */
  byDate: readonly { date: string; done: number }[];
}

/** `ahead`: of the members who are planned, how many will be through on which date. */
export function forecastOf(tally: Tally, ahead: readonly { date: string; members: number }[]): Forecast {
  let done = tally.done;
  const byDate = [...ahead]
    .sort((one, other) => (one.date < other.date ? -1 : 1))
    .map(({ date, members }) => {
      done += members;
      return { date, done };
    });
  const [share, until] = [shareOf(done, membersOf(tally)), byDate.at(-1)?.date];
  return { done, ...(share !== undefined && { share }), ...(until && { until }), byDate };
}
