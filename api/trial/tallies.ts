import { memberStatuses } from '../../activities/ledger/port.js';
import type { Tally } from '../../workflows/trial-section/contract.js';

/** How a group of people stands. Shares are of `done` alone, in per cent; absent where there is nobody to share among. */
export interface Standing extends Tally {
  members: number;
  /** Of all members. */
  share?: number;
  /** Of those who are not exempt. */
  shareWithoutExempt?: number;
}

/** A group's line; `masked`: there are too few people, or others' figures could be found out by it. */
export type Line<Name extends string> = Readonly<Record<Name, string>> & (Standing | { masked: true });

/** So many of so many in per cent, to one decimal, rounded half up (004 ch. 3). */
export const shareOf = (part: number, whole: number): number | undefined =>
  whole > 0 ? Math.floor((2_000 * part + whole) / (2 * whole)) / 10 : undefined;

export const membersOf = (tally: Tally): number => memberStatuses.reduce((sum, status) => sum + tally[status], 0);

export function standingOf(tally: Tally): Standing {
  const members = membersOf(tally);
  const [share, shareWithoutExempt] = [shareOf(tally.done, members), shareOf(tally.done, members - tally.exempt)];
  const counts = Object.fromEntries(memberStatuses.map((status) => [status, tally[status]])) as unknown as Tally;
  return { members, ...counts, ...(share !== undefined && { share }), ...(shareWithoutExempt !== undefined && { shareWithoutExempt }) };
}

/** A sum that stands alone. */
export const sumOf = (tally: Tally, fewest: number): Standing | { masked: true } =>
  membersOf(tally) > 0 && membersOf(tally) < fewest ? { masked: true } : standingOf(tally);

/**
 * The lines of groups that make up one sum. Groups of fewer than `fewest` people are masked, and of the others the smallest, until what the sum says of the masked ones
 * together is of at least so many people and of more than one group: nothing can be computed back.
 */
export function maskedLines<Name extends string>(
  name: Name,
  tallies: readonly (Tally & Readonly<Record<Name, string>>)[],
  fewest: number,
): readonly Line<Name>[] {
  const bySize = tallies.filter((one) => membersOf(one) > 0).sort((one, other) => membersOf(one) - membersOf(other));
  const masked = new Set<object>();
  let people = 0;
  for (const one of bySize) {
    const enough = masked.size === 0 || (masked.size > 1 && people >= fewest);
    if (membersOf(one) >= fewest && enough) break;
    masked.add(one);
    people += membersOf(one);
  }
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
