import holidayJp from '@holiday-jp/holiday_jp';
import { Temporal } from 'temporal-polyfill';

/**
 * The days on which the municipality works, and the instants at which its days end. Dates are ISO dates (`2026-11-23`) of Asia/Tokyo, instants ISO
 * 8601 in UTC. Every function is pure: what is today comes from the caller's clock. What is not a date throws a `RangeError`.
 */
const zone = 'Asia/Tokyo';

/** Name of the national holiday by date; substitute (振替休日) and sandwiched holidays (国民の休日) included. `isHoliday(Date)` of the package follows the host's zone. */
const holidays: Readonly<Record<string, unknown>> = holidayJp.holidays;
const years = Object.keys(holidays).map((date) => Number(date.slice(0, 4)));
const [firstYear, lastYear] = [Math.min(...years), Math.max(...years)];

/** Eras by their first day, latest first; the next one is a line here. */
const eras = [
  ['2019-05-01', '令和'],
  ['1989-01-08', '平成'],
  ['1926-12-25', '昭和'],
] as const;

/** What the API, the rounds and the ledger ask of the calendar. */
export interface Calendar {
  /** Neither Saturday, Sunday, national holiday, 29 December to 3 January nor a local closure. */
  isBusinessDay(date: string): boolean;
  /**
   * The nth business day after the date, which itself does not count. With 0 the date itself, or the first business day after it: a time limit that ends on a
   * closed day ends on the next open one (地方自治法 Art. 4-2(4)).
   */
  addBusinessDays(date: string, days: number): string;
  /** The instant at which the day is over, 24:00 in Tokyo. */
  endOfDay(date: string): string;
}

/**
 * The municipality's calendar. Closed by law (地方自治法 Art. 4-2(2)): Saturdays, Sundays, national holidays, and the turn of the year as the ordinances set it.
 * The holiday table is computed to its last year (2050), though each year's equinoxes are only announced in the February before; beyond it no answer would be
 * true, so a date there is a `RangeError`, never a business day.
 */
export function municipalCalendar(closures: ReadonlySet<string> = new Set()): Calendar {
  const isOpen = (day: Temporal.PlainDate) => {
    if (day.year < firstYear || day.year > lastYear) throw new RangeError(`the holidays are known from ${firstYear} to ${lastYear} only`);
    const turnOfYear = (day.month === 12 && day.day >= 29) || (day.month === 1 && day.day <= 3);
    const date = day.toString();
    return day.dayOfWeek <= 5 && !turnOfYear && !(date in holidays) && !closures.has(date);
  };
  return {
    isBusinessDay: (date) => isOpen(plainDate(date)),
    addBusinessDays(date, days) {
      if (!Number.isSafeInteger(days) || days < 0) throw new RangeError('business days are counted in whole days, forwards');
      let day = plainDate(date);
      for (let left = days; left > 0 || !isOpen(day); ) {
        day = day.add({ days: 1 });
        if (isOpen(day)) left -= 1;
      }
      return day.toString();
    },
    endOfDay,
  };
}

/** The instant at which the day is over, 24:00 in Tokyo. */
function endOfDay(date: string): string {
  return startOfDay(plainDate(date).add({ days: 1 }));
}

const startOfDay = (day: Temporal.PlainDate): string => day.toZonedDateTime(zone).toInstant().toString({ fractionalSecondDigits: 3 });

/** The day that it is in Tokyo at the instant. */
export function today(instant: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The date itself, or the last day of what is over at the instant: deadlines are the instant at which the last day is. */
export const lastDay = (day: string): string =>
  day.includes('T') ? today(Temporal.Instant.from(day).subtract({ nanoseconds: 1 }).toString()) : plainDate(day).toString();

/** The time of the day that it is in Tokyo at the instant, `HH:MM`. */
export function timeOf(instant: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: 'minute' });
}

/** The first morning round (8:30 on business days, design §4.1) after the instant. */
export function nextRound(calendar: Pick<Calendar, 'addBusinessDays'>, instant: string): string {
  const roundOf = (date: string) => Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone, plainTime: '08:30' }).toInstant();
  const day = today(instant);
  const first = roundOf(calendar.addBusinessDays(day, 0));
  const next = Temporal.Instant.compare(first, instant) > 0 ? first : roundOf(calendar.addBusinessDays(day, 1));
  return next.toString({ fractionalSecondDigits: 3 });
}

/** The fiscal year (年度) of the date, which begins on 1 April: 2027 for 2028-03-31. */
export function fiscalYear(date: string): number {
  const { year, month } = plainDate(date);
  return month < 4 ? year - 1 : year;
}

/** The month after, `2028-01` for `2027-12`. */
export const nextMonth = (month: string): string => Temporal.PlainYearMonth.from(month).add({ months: 1 }).toString();

/** The month's last date. */
export const lastDateOf = (month: string): string => `${month}-${Temporal.PlainYearMonth.from(month).daysInMonth}`;

/** The instant at which the fiscal year of the date is over: 31 March, 24:00 in Tokyo. */
export const fiscalYearEnds = (date: string): string => endOfDay(`${fiscalYear(date) + 1}-03-31`);

/** The instant at which the day (`02-01`) begins that opens renewals in the fiscal year of the date. */
export const renewalOpens = (date: string, monthDay: string): string => startOfDay(plainDate(dayIn(fiscalYear(date), monthDay)));

/**
 * How long something holds that ends with the fiscal year and is applied for or renewed on the date: to the end of that year, or, once the renewal of the year is
 * open (`monthDay`), to the end of the next.
 */
export function fiscalYearValidity(date: string, monthDay: string): { validUntil: string; renewalOpens: string } {
  const open = dayIn(fiscalYear(date), monthDay) <= date;
  const day = open ? `${fiscalYear(date) + 1}-04-01` : date;
  return { validUntil: fiscalYearEnds(day), renewalOpens: renewalOpens(day, monthDay) };
}

/** The day of the fiscal year; January to March are those of the next calendar year. */
const dayIn = (year: number, monthDay: string): string => `${monthDay < '04' ? year + 1 : year}-${monthDay}`;

/** The year as forms and receipt numbers write it: 令和8 for 2026-11-23. The first year of an era (元年) is written 1. */
export function eraYear(date: string): string {
  const { year } = plainDate(date);
  const era = eras.find(([firstDay]) => firstDay <= date);
  if (!era) throw new RangeError('the eras are known from 昭和 only');
  return `${era[1]}${year - Number(era[0].slice(0, 4)) + 1}`;
}

/** Only the written form: Temporal itself also takes `20261123` and date-times, which would compare wrongly as strings. */
function plainDate(date: string): Temporal.PlainDate {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new RangeError('not a date such as 2026-11-23');
  return Temporal.PlainDate.from(date);
}
