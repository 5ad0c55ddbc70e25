import type { MonthSnapshot } from '../../activities/ledger/port.js';

/**
 * How a month stands: its figures are frozen in a version, it has begun or is over and nothing of it is final (集計中), or it is to come.
 */
export type MonthStanding =
  | { month: string; state: 'frozen'; version: number; takenAt: string }
  | { month: string; state: 'counting' }
  | { month: string; state: 'future' };

/** How each of the months stands in the present one; the latest version counts, and one of number 0 is none yet. */
export function standings(months: readonly string[], versions: readonly MonthSnapshot[], present: string): readonly MonthStanding[] {
  const frozen = new Map<string, MonthSnapshot>();
  for (const one of versions) if (one.version > (frozen.get(one.month)?.version ?? 0)) frozen.set(one.month, one);
  return months.map((month) => {
    const latest = frozen.get(month);
    if (latest) return { month, state: 'frozen', version: latest.version, takenAt: latest.takenAt };
    return { month, state: month > present ? 'future' : 'counting' };
  });
}

/** The months of which there are figures. */
export const frozenOf = (months: readonly MonthStanding[]): readonly string[] =>
  months.flatMap(({ month, state }) => (state === 'frozen' ? [month] : []));
