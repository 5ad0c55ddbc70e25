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
  const { optimal, infeasible, unboundedOrInfeasible, iterationLimit, timeLimit } = highs.constants.modelStatus;

  /** One aim after the other, each without giving up anything of those before. */
  function reach(program: Program, aims: readonly Sum[], { whole }: { whole: boolean }): Values | undefined | 'late' {
    const numCols = program.upper.length;
    const numRows = program.rowLower.length;
    const data = {
      numCols,
      numRows,
      colCost: costsOf(aims[0] ?? [], numCols),
      colLower: new Float64Array(numCols),
      colUpper: program.upper,
      rowLower: program.rowLower,
      rowUpper: program.rowUpper,
      matrix: { format: 'csr', numRows, numCols, starts: program.starts, indices: program.columns, values: program.factors },
      ...(whole && { integrality: new Int32Array(numCols).fill(highs.constants.variableType.integer) }),
    } as const;
    return highs.withModel(data, (model) => {
      // Exact, and the same each time (it has one thread): what an aim costs is a whole number, so no gap below one is left.
      model.options.set({
        output_flag: false,
        random_seed: 0,
        mip_rel_gap: 0,
        mip_abs_gap: 0.5,
        time_limit: timeLimitSeconds,
        ...(!whole && { simplex_iteration_limit: 20_000 }),
      });
      for (const [index, aim] of aims.entries()) {
        if (index > 0) model.changeColsCost({ kind: 'range', from: 0, to: numCols - 1 }, costsOf(aim, numCols));
        model.run();
        const status = model.getModelStatus();
        if (status === iterationLimit || status === timeLimit) return 'late';
        if (status === infeasible || status === unboundedOrInfeasible) return undefined; // Every column is bounded.
        if (status !== optimal) throw new PlannerFailed(`the solver stopped with ${status}: ${numCols} columns, ${numRows} rows`);
        const reached = whole ? Math.round(model.getObjectiveValue()) : model.getObjectiveValue();
        const entries = { indices: aim.map(([column]) => column), values: aim.map(([, factor]) => factor) };
        if (index < aims.length - 1) model.addRow(Number.NEGATIVE_INFINITY, reached, entries);
      }
      return Array.from(model.getSolution().colValue);
    });
  }

  return (program, aims) => {
    // HiGHS calls what has no columns empty, whatever the rows ask for.
    if (program.upper.length === 0) return program.rowLower.every((least) => least <= 0) ? [] : undefined;
    // People and devices mostly come out whole by themselves, and each further aim then starts from where the last one ended.
    let values = reach(program, aims, { whole: false });
    if (values === 'late' || values?.some((value) => Math.abs(value - Math.round(value)) > 1e-6))
      values = reach(program, aims, { whole: true });
    if (values === 'late')
      throw new PlannerFailed(`the solver did not come to an end: ${program.upper.length} columns, ${program.rowLower.length} rows`);
    return values?.map(Math.round);
  };
}

function costsOf(aim: Sum, columns: number): Float64Array {
  const costs = new Float64Array(columns);
  for (const [column, factor] of aim) costs[column] = factor;
  return costs;
}
