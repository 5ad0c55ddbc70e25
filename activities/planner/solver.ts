import load from 'highs';
import { PlannerFailed } from './port.js';

/** A sum over columns: each with its factor, which is a whole number. */
export type Sum = (readonly [column: number, factor: number])[];

/** A program under construction: whole-numbered columns from 0 to their bound, and rows that limit sums of them. */
export class Program {
  readonly upper: number[] = [];
  readonly rowLower: number[] = [];
  readonly rowUpper: number[] = [];
  readonly starts = [0];
  readonly columns: number[] = [];
  readonly factors: number[] = [];

  /** Its number. */
  column(upper: number): number {
    return this.upper.push(upper) - 1;
  }

  row(sum: Sum, { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: { atLeast?: number; atMost?: number }): void {
    for (const [column, factor] of sum) {
      this.columns.push(column);
      this.factors.push(factor);
    }
    this.starts.push(this.columns.length);
    this.rowLower.push(atLeast);
    this.rowUpper.push(atMost);
  }
}

/** The values of the columns. */
export type Values = readonly number[];
export type Solver = (program: Program, aims: readonly Sum[]) => Values | undefined;

export const amountOf = (sum: Sum, values: Values): number =>
  sum.reduce((total, [column, factor]) => total + factor * (values[column] ?? 0), 0);

/** A solve that takes longer than this has gone wrong: pools of 13,000 people take seconds. */
const timeLimitSeconds = 120;

/** HiGHS, a program of WebAssembly: loaded once, synchronous, and with the same answer to the same program. */
export async function createSolver(): Promise<Solver> {
  // Its types are those of its CommonJS build, where the loader would be a property.
  const highs = await (load as unknown as typeof load.default)();
  const { optimal, infeasible, unboundedOrInfeasible } = highs.constants.modelStatus;

  function minimise(program: Program, aim: Sum): Values | undefined {
    const { upper, rowLower, rowUpper, starts, columns, factors } = program;
    const [numCols, numRows] = [upper.length, rowLower.length];
    // HiGHS calls what has no columns empty, whatever the rows ask for.
    if (numCols === 0) return rowLower.every((least) => least <= 0) ? [] : undefined;
    const costs = new Float64Array(numCols);
    for (const [column, factor] of aim) costs[column] = factor;
    const data = {
      numCols,
      numRows,
      colCost: costs,
      colLower: new Float64Array(numCols),
      colUpper: upper,
      rowLower,
      rowUpper,
      matrix: { format: 'csr', numRows, numCols, starts, indices: columns, values: factors },
      integrality: new Int32Array(numCols).fill(highs.constants.variableType.integer),
    } as const;
    return highs.withModel(data, (model) => {
      // Exact, and the same each time (it has one thread): the costs are whole numbers, so no gap is small enough to be left.
      model.options.set({ output_flag: false, random_seed: 0, mip_rel_gap: 0, mip_abs_gap: 0.5, time_limit: timeLimitSeconds });
      model.run();
      const status = model.getModelStatus();
      if (status === infeasible || status === unboundedOrInfeasible) return undefined; // Every column is bounded.
      if (status !== optimal) throw new PlannerFailed(`the solver stopped with ${status}: ${numCols} columns, ${numRows} rows`);
      return Array.from(model.getSolution().colValue, Math.round);
    });
  }

  return (program, aims) => {
    let values: Values | undefined;
    for (const aim of aims) {
      values = minimise(program, aim);
      if (!values) return undefined;
      // What comes later may not cost anything of this.
      if (aim !== aims.at(-1)) program.row(aim, { atMost: amountOf(aim, values) });
    }
    return values;
  };
}
