import type { Cumulative } from '../../activities/ledger/port.js';
import type { ReviewPolicy, Target, YearResult } from '../../workflows/yearly-review/contract.js';
import { shareOf, wholeOf } from '../rounding.js';
import type { MonthStanding } from './months.js';

/** What targets are judged by: 延べ実施者数 or 実人数, and since when they add up. */
export type CountedAs = Pick<ReviewPolicy, 'countedBy' | 'countedOver'>;

/** 目標 of a form, or of all, beside what has come of it until the last frozen month: `result` is what the pack judges by, and uses and people both stand beside it. */
export interface TargetLine extends Target, CountedAs {
  uses: number;
  people: number;
  result: number;
  /** 達成率 in per cent, and whether it is reached; absent where no target is set. */
  share?: number;
  met?: boolean;
}

/** Targets against what was counted until the month. */
export const targetLines = (
  targets: readonly Target[],
  cumulative: readonly Cumulative[],
  { month, countedBy, countedOver }: CountedAs & { month: string },
): readonly TargetLine[] =>
  targets.map(({ form, value }) => {
    const { uses, people } = countedUntil(cumulative, form, month) ?? { uses: 0, people: 0 };
    const result = countedBy === 'uses' ? uses : people;
    const share = value === null ? undefined : shareOf(result, value);
    return {
      ...{ form, value, countedBy, countedOver, uses, people, result },
      ...(value !== null && { met: result >= value }),
      ...(share !== undefined && { share }),
    };
  });

/** The results of a year as they are evaluated. */
export const yearResults = (
  targets: readonly Target[],
  cumulative: readonly Cumulative[],
  counted: CountedAs & { month: string },
): readonly YearResult[] =>
  targetLines(targets, cumulative, counted).map(({ form, value, uses, people, met }) => ({
    ...{ form, value, uses, people },
    ...(met !== undefined && { met }),
  }));

/** 実績 of a fiscal year: of all its months, a forecast while some are to come (年度内見込み数), 集計中 while months that are due are missing; none of a year to come. */
export type Result = { is: 'final' | 'forecast'; value: number } | { is: 'counting' | 'future' };

/** A fiscal year of a form: what was aimed at and what came of it. */
export interface TargetYear {
  fiscalYear: number;
  target: number | null;
  result: Result;
}
export interface TargetRow {
  form: Target['form'];
  years: readonly TargetYear[];
}

/** What Tokushima's table is made from, of one fiscal year. `due`: months that should be frozen by now. */
export interface YearOfTargets {
  fiscalYear: number;
  targets: readonly Target[];
  months: readonly MonthStanding[];
  due: readonly string[];
}

/** 設定 and 実績 by form and fiscal year, as Tokushima prints them (004:436-466). `cumulative`: of all these years. */
export const targetRows = (
  forms: readonly Target['form'][],
  years: readonly YearOfTargets[],
  cumulative: readonly Cumulative[],
  counted: CountedAs,
): readonly TargetRow[] =>
  forms.map((form) => ({
    form,
    years: years.map((year) => ({
      fiscalYear: year.fiscalYear,
      target: year.targets.find((one) => one.form === form)?.value ?? null,
      result: resultOf(year, (month) => countedUntil(cumulative, form, month)?.[counted.countedBy] ?? 0, counted.countedOver),
    })),
  }));

/**
 * The forecast of a year is what has been counted so far and the average of its frozen months for each month that is left, rounded half up: (253) for 190 in nine months.
 * `counted`: until the end of a month.
 */
export function resultOf(
  { months, due }: Pick<YearOfTargets, 'months' | 'due'>,
  counted: (month: string) => number,
  over: CountedAs['countedOver'],
): Result {
  if (months.every(({ state }) => state === 'future')) return { is: 'future' };
  const frozen = months.filter(({ state }) => state === 'frozen').map(({ month }) => month);
  const last = frozen.at(-1);
  if (last === undefined || due.some((month) => !frozen.includes(month))) return { is: 'counting' };
  const value = counted(last);
  if (frozen.length === months.length) return { is: 'final', value };
  const before = over === 'plan' ? counted(monthBefore(months[0]?.month ?? last)) : 0;
  const ahead = wholeOf((value - before) * (months.length - frozen.length), frozen.length) ?? 0;
  return { is: 'forecast', value: value + ahead };
}

const countedUntil = (cumulative: readonly Cumulative[], form: Target['form'], month: string): Cumulative | undefined =>
  cumulative.find((one) => one.month === month && (one.form ?? 'all') === form);

const monthBefore = (month: string): string => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 1 ? `${year - 1}-12` : `${year}-${`${number - 1}`.padStart(2, '0')}`;
};
