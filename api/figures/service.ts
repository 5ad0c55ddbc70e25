import type { FigureCell, FigureName } from '../../activities/ledger/port.js';
import { distinct } from '../../workflows/shared/sets.js';
import { shareOf, tenthsOf } from '../rounding.js';

/** A part of a whole, and its share in per cent where there is a whole. */
export interface Part {
  value: number;
  of: number;
  share?: number;
}

/** One who decided in their own capacity, and on somebody's behalf (代決). */
export interface Approvals {
  own: number;
  acting: number;
  /** 代決 of all, in per cent. */
  actingShare?: number;
}

/** On one day more than one in ten of all employed staff teleworked, as on Saga's day of snow (004:390). */
export interface PeakDay {
  date: string;
  users: number;
  of: number;
  share?: number;
}

/** How lending and deciding went in a span of frozen months. */
export interface ServiceTable {
  /** Device-days in custody of those that could be lent. */
  deviceUse: Part;
  /** Calendar days from the filing of a loan to the hand-over. */
  leadTime: { handOvers: number; average?: number; median?: number };
  /** Erased and confirmed, or destroyed, within the limit, of those due. */
  erasures: Part;
  approvals: Approvals & { byProcedure: readonly (Approvals & { procedure: string })[] };
  /** More than one in ten of all staff, in order of dates; `busiest`: the day with the largest share, the first of several. */
  peakDays: readonly PeakDay[];
  busiest?: PeakDay;
  losses: { loss: number; theft: number };
  troubles: number;
}

/** `cells`: of the frozen months, `deviceDays`, `handOvers`, `erasures`, `approvals`, `dailyShare`, `losses` and `troubles`. */
export function serviceTable(cells: readonly FigureCell[]): ServiceTable {
  const of = (figure: FigureName, ...dims: readonly (keyof FigureCell['dims'])[]) =>
    cells.filter(
      (cell) => cell.figure === figure && Object.keys(cell.dims).length === dims.length && dims.every((dim) => dim in cell.dims),
    );
  const sum = (some: readonly FigureCell[]): number => some.reduce((all, { value }) => all + value, 0);
  const decisions = of('approvals', 'procedure', 'how');
  const approvalsIn = (some: readonly FigureCell[]): Approvals => {
    const [own, acting] = (['own', 'acting'] as const).map((how) => sum(some.filter(({ dims }) => dims.how === how))) as [number, number];
    const actingShare = shareOf(acting, own + acting);
    return { own, acting, ...(actingShare !== undefined && { actingShare }) };
  };
  const procedures = distinct(decisions.flatMap(({ dims }) => dims.procedure ?? [])).sort();
  const days = of('dailyShare', 'date').map(({ dims, value, of: staff = 0 }): PeakDay => {
    const share = shareOf(value, staff);
    return { date: dims.date ?? '', users: value, of: staff, ...(share !== undefined && { share }) };
  });
  days.sort((one, other) => (one.date < other.date ? -1 : 1));
  const busiest = busiestOf(days);
  const lost = (how: 'loss' | 'theft') => sum(of('losses', 'how').filter(({ dims }) => dims.how === how));
  return {
    deviceUse: partOf(of('deviceDays')),
    leadTime: leadTimeOf(of('handOvers', 'days')),
    erasures: partOf(of('erasures')),
    approvals: {
      ...approvalsIn(decisions),
      byProcedure: procedures.map((procedure) => ({
        procedure,
        ...approvalsIn(decisions.filter(({ dims }) => dims.procedure === procedure)),
      })),
    },
    peakDays: days.filter(({ users, of: staff }) => users * 10 > staff),
    ...(busiest && { busiest }),
    losses: { loss: lost('loss'), theft: lost('theft') },
    troubles: sum(of('troubles')),
  };
}

/** The day with the largest share, the first of several; days of which nobody knows the whole are none. */
export const busiestOf = <Day extends { users: number; of: number }>(days: readonly Day[]): Day | undefined =>
  days
    .filter(({ of }) => of > 0)
    .reduce<Day | undefined>((most, day) => (most && most.users * day.of >= day.users * most.of ? most : day), undefined);

function partOf(cells: readonly FigureCell[]): Part {
  const [value, of] = [cells.reduce((all, cell) => all + cell.value, 0), cells.reduce((all, cell) => all + (cell.of ?? 0), 0)];
  const share = shareOf(value, of);
  return { value, of, ...(share !== undefined && { share }) };
}

/** Each loan counts once. Of an even number the median is the average of the middle two. */
function leadTimeOf(cells: readonly FigureCell[]): ServiceTable['leadTime'] {
  const loans = cells.map(({ dims, value }) => ({ days: Number(dims.days), value })).sort((one, other) => one.days - other.days);
  const handOvers = loans.reduce((all, { value }) => all + value, 0);
  const daysOfLoan = (place: number): number => {
    let counted = 0;
    for (const { days, value } of loans) {
      counted += value;
      if (counted > place) return days;
    }
    return 0;
  };
  const average = tenthsOf(
    loans.reduce((all, { days, value }) => all + days * value, 0),
    handOvers,
  );
  if (average === undefined) return { handOvers };
  const median = (daysOfLoan(Math.floor((handOvers - 1) / 2)) + daysOfLoan(Math.floor(handOvers / 2))) / 2;
  return { handOvers, average, median };
}
