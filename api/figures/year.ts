import type { Cumulative, FigureCell, FigureDims, FigureName } from '../../activities/ledger/port.js';
import type { Target } from '../../workflows/yearly-review/contract.js';
import type { MonthStanding } from './months.js';
import { frozenOf } from './months.js';
import { type CountedAs, type TargetLine, targetLines } from './targets.js';

/** A month's 延べ実施日数 and 実人数, and the days that were ordered in an emergency, which count for nothing else (004:783). */
export interface Counts {
  uses: number;
  orderedUses: number;
  people: number;
}

export type MonthLine = MonthStanding & Partial<Counts & { byForm: readonly (Counts & { form: string })[] }>;

/** A fiscal year at a glance, of all departments. Sums are of its frozen months. */
export interface YearTable {
  fiscalYear: number;
  months: readonly MonthLine[];
  total: { uses: number; orderedUses: number; minutes: number };
  byForm: readonly { form: string; uses: number; orderedUses: number; minutes: number }[];
  /** 累計 month by month, of all forms and of each. */
  cumulative: readonly Cumulative[];
  /** Against target, until the last frozen month; absent while there is none. */
  targets?: readonly TargetLine[];
}

/** What the table is made from. `cells`: `uses`, `orderedUses`, `people` and `minutes` in all and by form. */
export interface YearParts extends CountedAs {
  fiscalYear: number;
  forms: readonly string[];
  months: readonly MonthStanding[];
  cells: readonly FigureCell[];
  cumulative: readonly Cumulative[];
  targets: readonly Target[];
}

export function yearTable({ fiscalYear, forms, months, cells, cumulative, targets, countedBy, countedOver }: YearParts): YearTable {
  const frozen = frozenOf(months);
  const figureIn = figuresOf(cells);
  const countsIn = (month: string, dims: FigureDims): Counts => ({
    uses: figureIn(month, 'uses', dims),
    orderedUses: figureIn(month, 'orderedUses', dims),
    people: figureIn(month, 'people', dims),
  });
  const sum = (figure: FigureName, dims: FigureDims): number => frozen.reduce((all, month) => all + figureIn(month, figure, dims), 0);
  const sums = (dims: FigureDims) => ({
    uses: sum('uses', dims),
    orderedUses: sum('orderedUses', dims),
    minutes: sum('minutes', dims),
  });
  const last = frozen.at(-1);
  return {
    fiscalYear,
    months: months.map((one) => {
      if (one.state !== 'frozen') return one;
      const byForm = forms.map((form) => ({ form, ...countsIn(one.month, { form }) }));
      return { ...one, ...countsIn(one.month, {}), byForm };
    }),
    total: sums({}),
    byForm: forms.map((form) => ({ form, ...sums({ form }) })),
    cumulative,
    ...(last !== undefined && { targets: targetLines(targets, cumulative, { month: last, countedBy, countedOver }) }),
  };
}

/** The values of cells by month, figure and dims; what has none is 0. */
export function figuresOf(cells: readonly FigureCell[]): (month: string, figure: FigureName, dims: FigureDims) => number {
  const keyOf = (month: string, figure: FigureName, dims: FigureDims) =>
    [month, figure, ...Object.entries(dims).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))].sort().join(' ');
  const values = new Map(cells.map(({ month, figure, dims, value }) => [keyOf(month, figure, dims), value]));
  return (month, figure, dims) => values.get(keyOf(month, figure, dims)) ?? 0;
}
