import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import type { ImportProblem } from './port.js';

/** A row of a file and the line on which it ends, the heading being 1. */
export interface Line<Row> {
  line: number;
  row: Row;
}

/** How a file is read. */
export interface Reading<Row> {
  /** Cells by heading → the row; the headings, in order, are the schema's. */
  schema: z.ZodType<Row, Readonly<Record<string, string>>>;
  heading: readonly string[];
  /** What no two rows may have in common, each under the field that is named where they do. */
  unique(row: Row): Readonly<Record<string, string>>;
}

/** Reads a CSV file as cities bring it; every bad row is named by line and field, and is not among the rows. */
export function readCsv<Row>(csv: string, { schema, heading, unique }: Reading<Row>): { rows: Line<Row>[]; problems: ImportProblem[] } {
  const problems: ImportProblem[] = [];
  const rows: Line<Row>[] = [];
  const seen = new Map<string, number>();
  for (const { line, cells } of readLines(csv, heading, problems)) {
    const read = schema.safeParse(cells);
    if (!read.success) {
      problems.push(...read.error.issues.map(({ path, message }) => ({ line, field: path.join('.'), problem: message })));
      continue;
    }
    const twice = Object.entries(unique(read.data)).flatMap(([field, value]) => {
      const first = seen.get(`${field}\n${value}`);
      if (first === undefined) seen.set(`${field}\n${value}`, line);
      return first === undefined ? [] : [{ line, field, problem: `stands in line ${first} already` }];
    });
    if (twice.length) problems.push(...twice);
    else rows.push({ line, row: read.data });
  }
  return { rows, problems: problems.sort((one, other) => one.line - other.line) };
}

/** The rows as heading → cell. A row with too few or too many cells is bad as a whole. */
function readLines(csv: string, heading: readonly string[], problems: ImportProblem[]): { line: number; cells: Record<string, string> }[] {
  const records: { line: number; cells: string[] }[] = [];
  const on_record = (cells: string[], { lines }: { lines: number }) => {
    records.push({ line: lines, cells });
    return null;
  };
  try {
    parse(csv, { bom: true, relax_column_count: true, skip_empty_lines: true, on_record });
  } catch (failure) {
    const line = failure instanceof Error && 'lines' in failure && typeof failure.lines === 'number' ? failure.lines : 1;
    problems.push({ line, field: '', problem: 'is not CSV' });
    return [];
  }
  const [first, ...rest] = records;
  if (first?.cells.join() !== heading.join()) {
    problems.push({ line: 1, field: '', problem: `the heading must be ${heading.join()}` });
    return [];
  }
  return rest.flatMap(({ line, cells }) => {
    if (cells.length === heading.length)
      return [{ line, cells: Object.fromEntries(heading.map((name, index) => [name, cells[index] ?? ''])) }];
    problems.push({ line, field: '', problem: `has ${cells.length} cells, the heading ${heading.length}` });
    return [];
  });
}
