import type { FigureCell } from '../../activities/ledger/port.js';
import { type Masked, maskedSums } from '../masks.js';
import { shareOf } from '../rounding.js';

const sexes = ['female', 'male', 'other'] as const;
const answers = ['yes', 'no'] as const;
export type Sex = (typeof sexes)[number];
type Answer = (typeof answers)[number];

/** 利用率: how many of a group have teleworked at home in the month, in per cent; without a share where there is nobody in it. */
export type Rate = Masked | { users: number; of: number; share?: number };

/** The lines of all, or of one sex: with children and without, by whether somebody at home needs care (介護). */
export interface SituationLines {
  sex: 'all' | Sex;
  lines: readonly { child: Answer; care: Readonly<Record<Answer, Rate>> }[];
  /** 全体利用率. */
  total: Rate;
}

/**
 * 在宅勤務実施状況 as Saga prints it (004:393-402): by sex, children and care, shares to one decimal rounded half up. Small groups are masked so that neither the totals nor the lines of
 * all give them away (`fewest` 0: none). `cells`: `situationUsers` of one month, by sex, child and care.
 */
export function situationTable(cells: readonly FigureCell[], fewest: number): readonly SituationLines[] {
  const groups = sexes.flatMap((sex) =>
    answers.flatMap((child) => answers.map((care) => ({ sex, child, care, ...countsOf(cells, { sex, child, care }) }))),
  );
  const sum = (sex: SituationLines['sex'], child?: Answer, care?: Answer): readonly number[] =>
    groups.flatMap((one, at) =>
      (sex === 'all' || one.sex === sex) && (!child || one.child === child) && (!care || one.care === care) ? [at] : [],
    );
  const shown = (['all', ...sexes] as const).filter((sex) => sex !== 'other' || sum(sex).some((at) => groups[at]?.of));
  const sums = shown.flatMap((sex) => [sum(sex), ...answers.flatMap((child) => answers.map((care) => sum(sex, child, care)))]);
  const masked = maskedSums(
    groups.map(({ of }) => of),
    sums,
    fewest,
  );
  const rates = sums.map((at, index): Rate => (masked.has(index) ? { masked: true } : rateOf(at.flatMap((one) => groups[one] ?? []))));
  const each = answers.length ** 2 + 1;
  return shown.map((sex, at) => {
    const [total = empty, ...inner] = rates.slice(at * each, (at + 1) * each);
    const lines = answers.map((child, line) => {
      const [yes = empty, no = empty] = inner.slice(line * answers.length);
      return { child, care: { yes, no } };
    });
    return { sex, lines, total };
  });
}

const empty: Rate = { users: 0, of: 0 };

function countsOf(cells: readonly FigureCell[], { sex, child, care }: { sex: Sex; child: Answer; care: Answer }) {
  const cell = cells.find(({ dims }) => dims.sex === sex && dims.child === child && dims.care === care);
  return { users: cell?.value ?? 0, of: cell?.of ?? 0 };
}

function rateOf(groups: readonly { users: number; of: number }[]): Rate {
  const [users, of] = [groups.reduce((sum, one) => sum + one.users, 0), groups.reduce((sum, one) => sum + one.of, 0)];
  const share = shareOf(users, of);
  return { users, of, ...(share !== undefined && { share }) };
}
