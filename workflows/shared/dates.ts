/** Whole calendar days from one ISO date to another; negative when the second is earlier. */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/** The ISO date so many calendar days later. */
export const dayOn = (date: string, days: number): string => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

/** 24:00 in Japan, which has had no summer time since 1951: the day's end needs no calendar. */
export const endOfDay = (date: string): string => new Date(Date.parse(`${date}T15:00:00Z`)).toISOString();
