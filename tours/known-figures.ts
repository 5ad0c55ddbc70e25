import type { FigureCell, FigureDims, FigureName } from '../activities/ledger/port.js';
import type { ApiClient } from '../cli/client.js';
import { minutesOfHomeDay } from './day.js';
import type { TourDay } from './teleworkers.js';

/** What a tour knows of the months because it has done it: the product's cells are held against it. */
export class KnownFigures {
  readonly #values = new Map<string, number>();
  /** Figures, and what they are split by, of which this knows everything. */
  readonly #known = new Set<string>();

  /** So many more of it in the month. */
  add({ month, figure, dims, value }: FigureCell): void {
    this.#known.add(splitOf(figure, dims));
    const key = keyOf({ month, figure, dims });
    this.#values.set(key, (this.#values.get(key) ?? 0) + value);
  }

  /** This one, and its parts by each of these ways to split it up. */
  addSplit(cell: FigureCell, ways: readonly (readonly (keyof FigureDims)[])[]): void {
    for (const way of ways) this.add({ ...cell, dims: Object.fromEntries(way.map((name) => [name, cell.dims[name]])) });
  }

  /** Days that have begun: ordered ones are counted apart. `departmentOf`: on the date. */
  addDays(days: readonly TourDay[], departmentOf: (staff: string, date: string) => string): void {
    const people = new Set<string>();
    for (const { staff, date, form, ordered } of days) {
      const cell = { month: date.slice(0, 7), dims: { department: departmentOf(staff, date), form }, value: 1 };
      this.addSplit({ ...cell, figure: ordered ? 'orderedUses' : 'uses' }, byDepartmentAndForm);
      if (ordered) continue;
      this.addSplit({ ...cell, figure: 'minutes', value: minutesOfHomeDay }, [[], ['form']]);
      for (const way of byDepartmentAndForm) {
        const names = way.map((name) => cell.dims[name]);
        if (isNew(people, cell.month, ...names, staff)) this.addSplit({ ...cell, figure: 'people' }, [way]);
      }
    }
  }

  /** Where the cells of these months say something else, in words; what counts nothing may have no cell. */
  differences(cells: readonly FigureCell[], months: readonly string[]): readonly string[] {
    const found = new Map(
      cells.filter(({ figure, dims }) => this.#known.has(splitOf(figure, dims))).map((cell) => [keyOf(cell), cell.value] as const),
    );
    const keys = [...new Set([...found.keys(), ...this.#values.keys()])].filter((key) => months.includes(key.slice(0, 7)));
    return keys.flatMap((key) => {
      const [did, says] = [this.#values.get(key) ?? 0, found.get(key) ?? 0];
      return did === says ? [] : [`${key}: ${did} were done, ${says} are counted`];
    });
  }

  /** The cells of these months as HR reads them, of each figure of which something is known. */
  async cellsAt(hr: ApiClient, months: readonly string[]): Promise<readonly FigureCell[]> {
    const figures = [...new Set([...this.#known].map((split) => split.split(' ')[0] as FigureName))];
    const found = await Promise.all(
      figures.map(async (figure) => {
        const path = `/figures/cells?figure=${figure}&from=${months[0]}&until=${months.at(-1)}`;
        const { items } = await hr.ask<{ items: readonly Omit<FigureCell, 'figure'>[] }>(path);
        return items.map((one) => ({ ...one, figure }));
      }),
    );
    return found.flat();
  }

  /** How many cells are held against what was done. */
  get size(): number {
    return this.#values.size;
  }
}

const byDepartmentAndForm = [[], ['department'], ['form'], ['department', 'form']] as const;

/** Whether these words come together for the first time. */
function isNew(seen: Set<string>, ...words: readonly string[]): boolean {
  const before = seen.size;
  return seen.add(words.join('|')).size > before;
}

const named = (dims: FigureDims) => Object.entries(dims).filter(([, value]) => value !== undefined);
const splitOf = (figure: FigureName, dims: FigureDims): string =>
  [
    figure,
    ...named(dims)
      .map(([name]) => name)
      .sort(),
  ].join(' ');
const keyOf = ({ month, figure, dims }: Pick<FigureCell, 'month' | 'figure' | 'dims'>): string =>
  [
    month,
    figure,
    ...named(dims)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
  ].join(' ');
