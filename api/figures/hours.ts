import type { FigureCell } from '../../activities/ledger/port.js';
import { tenthsOf } from '../rounding.js';
import { frozenOf, type MonthStanding } from './months.js';
import { figuresOf } from './year.js';

/** テレワークの実績（時間・日） as Ehime prints it (004:287-296): hours by form and days in all, month by month; absent of a month that is not frozen. */
export interface HoursTable {
  months: readonly MonthStanding[];
  forms: readonly { form: string; hours: readonly (number | undefined)[]; total: number }[];
  days: readonly (number | undefined)[];
  total: { hours: number; days: number };
  /** How many times the days of the first frozen month those of the last are, to one decimal; absent where there were none at first. */
  growth?: number;
}

/** `cells`: `minutes` in all and by form, and `uses` in all. Hours are minutes ÷ 60 to one decimal, rounded half up; those of a year are of its minutes. */
export function hoursTable(months: readonly MonthStanding[], forms: readonly string[], cells: readonly FigureCell[]): HoursTable {
  const [figureIn, frozen] = [figuresOf(cells), frozenOf(months)];
  const hoursOf = (minutes: number): number => tenthsOf(minutes, 60) ?? 0;
  const sum = (figure: 'minutes' | 'uses', dims: { form?: string }) =>
    frozen.reduce((all, month) => all + figureIn(month, figure, dims), 0);
  const byMonth = (value: (month: string) => number) => months.map(({ month, state }) => (state === 'frozen' ? value(month) : undefined));
  const daysIn = (month: string | undefined): number => (month === undefined ? 0 : figureIn(month, 'uses', {}));
  const growth = frozen.length > 1 ? tenthsOf(daysIn(frozen.at(-1)), daysIn(frozen[0])) : undefined;
  return {
    months,
    forms: forms.map((form) => ({
      form,
      hours: byMonth((month) => hoursOf(figureIn(month, 'minutes', { form }))),
      total: hoursOf(sum('minutes', { form })),
    })),
    days: byMonth(daysIn),
    total: { hours: hoursOf(sum('minutes', {})), days: sum('uses', {}) },
    ...(growth !== undefined && { growth }),
  };
}
