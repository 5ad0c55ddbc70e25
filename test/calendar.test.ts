import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import {
  eraYear,
  fiscalYear,
  fiscalYearEnds,
  fiscalYearValidity,
  municipalCalendar,
  nextRound,
  renewalOpens,
  today,
} from '../config/calendar.js';
import { readClosures } from '../config/closures.js';

const calendar = municipalCalendar();
const folder = mkdtempSync(join(tmpdir(), 'calendar-'));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true }));

/** A date of the years in which the municipality uses this, far enough from the table's end to count on. */
const date = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2049-06-30'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10));
const dayAfter = (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

describe('business days', () => {
  test.each([
    ['2026-11-20', true, 'a Friday'],
    ['2026-11-21', false, 'a Saturday'],
    ['2026-11-22', false, 'a Sunday'],
    ['2026-11-23', false, '勤労感謝の日, a Monday'],
    ['2026-11-24', true, 'the day after it'],
    ['2026-05-06', false, '振替休日: Constitution Day was a Sunday, the two days after it are holidays themselves'],
    ['2026-05-07', true, 'the first open day after Golden Week'],
    ['2027-03-22', false, '振替休日: the vernal equinox was a Sunday'],
    ['2026-09-22', false, '国民の休日: between two holidays'],
    ['2019-05-01', false, 'the enthronement'],
    ['2021-07-23', false, 'スポーツの日, moved for the games'],
    ['2021-10-11', true, 'where it would have been'],
    ['2026-12-28', true, '仕事納め'],
    ['2026-12-29', false, 'the turn of the year begins'],
    ['2026-12-31', false, 'the turn of the year'],
    ['2027-01-01', false, '元日'],
    ['2028-01-03', false, 'the turn of the year ends, a Monday'],
    ['2027-01-04', true, '仕事始め'],
    ['2028-02-29', true, 'a leap day'],
  ])('%s: %s, %s', (day, open) => expect(calendar.isBusinessDay(day)).toBe(open));

  test.each([
    ['2026-11-20', 1, '2026-11-24', 'over a weekend and a holiday'],
    ['2026-12-25', 1, '2026-12-28', 'over a weekend'],
    ['2026-12-28', 1, '2027-01-04', 'over the turn of the year'],
    ['2026-12-28', 5, '2027-01-08', 'a week of January'],
    ['2026-05-01', 1, '2026-05-07', 'over Golden Week'],
    ['2026-11-20', 0, '2026-11-20', 'an open day is its own'],
    ['2026-11-21', 0, '2026-11-24', 'Art. 4-2(4): a limit on a closed day ends on the next open one'],
    ['2026-11-21', 1, '2026-11-24', 'the first open day after a closed one'],
  ])('%s and %d more: %s, %s', (day, days, then) => expect(calendar.addBusinessDays(day, days)).toBe(then));

  property.prop([date, fc.integer({ min: 0, max: 60 })])('the nth business day has exactly n business days behind it', (day, days) => {
    const end = calendar.addBusinessDays(day, days);
    let open = 0;
    for (let passed = day; passed < end; ) {
      passed = dayAfter(passed);
      if (calendar.isBusinessDay(passed)) open += 1;
    }
    expect(calendar.isBusinessDay(end)).toBe(true);
    expect(open).toBe(days === 0 && !calendar.isBusinessDay(day) ? 1 : days);
  });

  property.prop([date, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 30 })])('days add up', (day, first, then) => {
    expect(calendar.addBusinessDays(calendar.addBusinessDays(day, first), then)).toBe(calendar.addBusinessDays(day, first + then));
  });

  property.prop([fc.uniqueArray(date, { maxLength: 5 }), date, fc.integer({ min: 0, max: 20 })])(
    'closures only ever delay',
    (closed, day, days) => {
      const own = municipalCalendar(new Set(closed));
      for (const closure of closed) expect(own.isBusinessDay(closure)).toBe(false);
      expect(own.addBusinessDays(day, days) >= calendar.addBusinessDays(day, days)).toBe(true);
    },
  );

  test.each(['1969-12-31', '2051-01-01'])('%s lies beyond the holiday table and is no day to promise', (day) => {
    expect(() => calendar.isBusinessDay(day)).toThrow('the holidays are known from 1970 to 2050 only');
  });

  test('counting past the end of the table is refused', () => {
    expect(calendar.isBusinessDay('2050-12-28')).toBe(true);
    expect(() => calendar.addBusinessDays('2050-12-28', 1)).toThrow(RangeError);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is not a number of days', (days) => {
    expect(() => calendar.addBusinessDays('2026-11-20', days)).toThrow(RangeError);
  });

  test.each(['', '2026-2-3', '20261123', '2026-02-29', '2026-11-23T00:00', '2026-11-23 ', '+002026-11-23', '令和8年'])(
    '%j is not a date',
    (day) => {
      expect(() => calendar.isBusinessDay(day)).toThrow(RangeError);
      expect(() => calendar.endOfDay(day)).toThrow(RangeError);
    },
  );
});

describe('instants', () => {
  test.each([
    ['2026-11-23', '2026-11-23T15:00:00.000Z'],
    ['2026-12-31', '2026-12-31T15:00:00.000Z'],
    ['2028-02-29', '2028-02-29T15:00:00.000Z'],
  ])('%s ends at %s', (day, instant) => expect(calendar.endOfDay(day)).toBe(instant));

  test.each([
    ['2026-11-23T14:59:59.999Z', '2026-11-23'],
    ['2026-11-23T15:00:00.000Z', '2026-11-24'],
    ['2026-11-24T00:00:00+09:00', '2026-11-24'],
  ])('at %s it is %s in Tokyo', (instant, day) => expect(today(instant)).toBe(day));

  property.prop([date])('the end of a day is the first instant of the next', (day) => {
    const end = calendar.endOfDay(day);
    expect(today(end)).toBe(dayAfter(day));
    expect(today(new Date(Date.parse(end) - 1).toISOString())).toBe(day);
    expect(end).toBe(new Date(end).toISOString());
  });

  test.each([
    ['America/Los_Angeles', 480],
    ['Pacific/Kiritimati', -840],
    ['UTC', 0],
  ])('on a host in %s the days are the same', (zone, minutesWestOfUtc) => {
    vi.stubEnv('TZ', zone);
    expect(new Date('2026-11-23').getTimezoneOffset()).toBe(minutesWestOfUtc);
    expect(today('2026-11-22T15:00:00.000Z')).toBe('2026-11-23');
    expect(calendar.endOfDay('2026-11-23')).toBe('2026-11-23T15:00:00.000Z');
    expect(calendar.isBusinessDay('2026-11-23')).toBe(false);
  });
});

describe('the next morning round', () => {
  test.each([
    ['2026-11-24T08:29:59+09:00', '2026-11-23T23:30:00.000Z', 'before 8:30: the same morning'],
    ['2026-11-24T08:30:00+09:00', '2026-11-24T23:30:00.000Z', 'at 8:30: that of the next day'],
    ['2026-11-20T17:15:00+09:00', '2026-11-23T23:30:00.000Z', 'a Friday evening: over the weekend and 勤労感謝の日'],
    ['2026-11-23T07:00:00+09:00', '2026-11-23T23:30:00.000Z', 'the morning of a holiday: none is held'],
    ['2026-12-28T12:00:00+09:00', '2027-01-03T23:30:00.000Z', '仕事納め: 仕事始め'],
  ])('after %s: %s, %s', (instant, round) => expect(nextRound(calendar, instant)).toBe(round));
});

describe('years', () => {
  test.each([
    ['2028-03-31', 2027],
    ['2028-04-01', 2028],
    ['2028-12-31', 2028],
  ])('%s is of fiscal year %d', (day, year) => expect(fiscalYear(day)).toBe(year));

  test.each([
    ['2026-11-23', '令和8'],
    ['2019-05-01', '令和1'],
    ['2019-04-30', '平成31'],
    ['1989-01-07', '昭和64'],
  ])('%s is of %s', (day, year) => expect(eraYear(day)).toBe(year));

  test('before 昭和 there is no answer', () => expect(() => eraYear('1926-12-24')).toThrow(RangeError));
});

describe('the fiscal year as instants', () => {
  test.each([
    ['2027-04-01', '2028-03-31T15:00:00.000Z', '2028-01-31T15:00:00.000Z'],
    ['2027-12-31', '2028-03-31T15:00:00.000Z', '2028-01-31T15:00:00.000Z'],
    ['2028-02-29', '2028-03-31T15:00:00.000Z', '2028-01-31T15:00:00.000Z'],
    ['2028-03-31', '2028-03-31T15:00:00.000Z', '2028-01-31T15:00:00.000Z'],
    ['2028-04-01', '2029-03-31T15:00:00.000Z', '2029-01-31T15:00:00.000Z'],
  ])('that of %s ends at %s, and its renewals open at %s', (day, end, opens) => {
    expect([fiscalYearEnds(day), renewalOpens(day, '02-01')]).toEqual([end, opens]);
  });

  test.each([
    ['2028-01-31T14:59:59.999Z', '2028-03-31T15:00:00.000Z', 'the last moment before the renewal is open: this year'],
    ['2028-01-31T15:00:00.000Z', '2029-03-31T15:00:00.000Z', 'from then on the next'],
    ['2028-02-29T03:00:00.000Z', '2029-03-31T15:00:00.000Z', '29 February'],
    ['2028-03-31T23:59:59+09:00', '2029-03-31T15:00:00.000Z', '23:59:59 on 31 March: the next, and not a second of this one'],
    ['2028-04-01T00:00:00+09:00', '2029-03-31T15:00:00.000Z', 'a second later: the same, as this year'],
  ])('what is filed at %s holds until %s: %s', (instant, validUntil) => {
    expect(fiscalYearValidity(today(instant), '02-01').validUntil).toBe(validUntil);
  });

  const monthDay = fc.constantFrom('01-01', '02-01', '02-28', '03-01', '03-31', '12-31');

  property.prop([date])('begins at the instant at which the last one ended, and ends in March of the next calendar year', (day) => {
    const end = fiscalYearEnds(day);
    expect(today(new Date(Date.parse(end) - 1).toISOString())).toBe(`${fiscalYear(day) + 1}-03-31`);
    expect(fiscalYear(today(end))).toBe(fiscalYear(day) + 1);
    expect(Date.parse(end)).toBeGreaterThan(Date.parse(calendar.endOfDay(day)) - 1);
  });

  property.prop([date, monthDay])('renewals open at the beginning of their day, within the fiscal year', (day, opens) => {
    const instant = renewalOpens(day, opens);
    expect(today(instant).slice(5)).toBe(opens);
    expect(today(new Date(Date.parse(instant) - 1).toISOString())).not.toBe(today(instant));
    expect(fiscalYear(today(instant))).toBe(fiscalYear(day));
  });

  property.prop([date, monthDay])(
    'what is filed or renewed holds for more than today, and can be renewed before it ends, not yet now',
    (day, opens) => {
      const now = calendar.endOfDay(day); // The last moment of the day.
      const { validUntil, renewalOpens: next } = fiscalYearValidity(day, opens);
      expect([now <= next, next < validUntil]).toEqual([true, true]); // Both in UTC: what is earlier is less.
    },
  );

  property.prop([date, monthDay])('renewed while it can be, it holds for exactly one year more', (day, opens) => {
    const { validUntil, renewalOpens: next } = fiscalYearValidity(day, opens);
    const renewed = fiscalYearValidity(today(next), opens);
    expect(renewed.validUntil).toBe(fiscalYearEnds(today(validUntil)));
    expect(fiscalYearValidity(today(new Date(Date.parse(validUntil) - 1).toISOString()), opens)).toEqual(renewed);
  });
});

describe('closures from a file', () => {
  const file = (text: string) => {
    const path = join(folder, 'closures.csv');
    writeFileSync(path, text);
    return path;
  };

  test('its days are closed', () => {
    const closed = municipalCalendar(readClosures(file('\uFEFFdate,name\r\n2026-11-24,市制記念日\r\n')));
    expect([closed.isBusinessDay('2026-11-24'), closed.addBusinessDays('2026-11-20', 1)]).toEqual([false, '2026-11-25']);
  });

  test('every problem is named at once, by line and column', () => {
    expect(() => readClosures(file('date,name\n2026-02-30,x\n2026-11-24,市制記念日\n2026-11-25,\n'))).toThrow(
      'the closures are not usable:\n  closures.csv:2: date: must be a date such as 2026-11-23\n  closures.csv:4: name: must not be empty',
    );
  });

  test("another file's columns are refused", () => {
    expect(() => readClosures(file('day,name\n2026-11-24,x\n'))).toThrow('closures.csv:2: date');
  });
});
