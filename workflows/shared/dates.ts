/** Whole calendar days from one ISO date to another; negative when the second is earlier. */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/** The ISO date so many calendar days later. */
export const dayOn = (date: string, days: number): string => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

/** 24:00 in Japan, which has had no summer time since 1951: the day's end needs no calendar. */
export const endOfDay = (date: string): string => new Date(Date.parse(`${date}T15:00:00Z`)).toISOString();

/** The twelve months of the fiscal year (年度), April first: `2027-04` to `2028-03`. */
export const monthsOf = (fiscalYear: number): string[] =>
  Array.from({ length: 12 }, (_, nth) => `${fiscalYear + (nth < 9 ? 0 : 1)}-${`${((nth + 3) % 12) + 1}`.padStart(2, '0')}`);
