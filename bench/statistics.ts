/** The value below which the share lies, by the nearest rank: `quantile(latencies, 0.99)`. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
};

/** What was measured once a round, in rounds that took turns: its median, its smallest and its largest. */
export interface Ratio {
  median: number;
  least: number;
  most: number;
}

/** Round by round, so that what else the machine did in a round falls on both sides of a ratio. */
export function ratioOf(rounds: readonly { of: number; to: number }[]): Ratio {
  const ratios = rounds.map(({ of, to }) => of / to);
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}
