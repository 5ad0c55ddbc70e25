/** Shares and averages of whole numbers, rounded half up (四捨五入, 004 ch. 3). Whole numbers alone are reckoned with, so that who does it again gets the same. */

/** The quotient to a whole number; undefined where there is nothing to divide by. */
export const wholeOf = (sum: number, count: number): number | undefined =>
  count > 0 ? Math.floor((2 * sum + count) / (2 * count)) : undefined;

/** The quotient to one decimal. */
export function tenthsOf(sum: number, count: number): number | undefined {
  const tenths = wholeOf(10 * sum, count);
  return tenths === undefined ? undefined : tenths / 10;
}

/** So many of so many in per cent, to one decimal. */
export const shareOf = (part: number, whole: number): number | undefined => tenthsOf(100 * part, whole);
