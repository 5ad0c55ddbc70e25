import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { parse as parseLong } from 'csv-parse';
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
    const read = readRow({ line, cells }, { schema, heading });
    if ('problems' in read) {
      problems.push(...read.problems);
      continue;
    }
    const twice = Object.entries(unique(read.row)).flatMap(([field, value]) => {
      const first = seen.get(`${field}\n${value}`);
      if (first === undefined) seen.set(`${field}\n${value}`, line);
      return first === undefined ? [] : [{ line, field, problem: `stands in line ${first} already` }];
    });
    if (twice.length) problems.push(...twice);
    else rows.push({ line, row: read.row });
  }
  return { rows, problems: problems.sort((one, other) => one.line - other.line) };
}

/** How many rows of a long file are handed on before anybody else has their turn: some milliseconds. */
const rowsAtOnce = 2_000;
/** How much of it is read at once, in characters. */
const readAtOnce = 64 * 1024;

/** The same for a file of millions of rows: part by part, so that a process that serves others goes on doing so. Whether rows contradict each other is the caller's matter. */
export async function* readLongCsv<Row>(
  csv: string,
  { schema, heading }: Omit<Reading<Row>, 'unique'>,
): AsyncGenerator<{ rows: Row[]; problems: ImportProblem[] }> {
  const pieces = function* () {
    for (let from = 0; from < csv.length; from += readAtOnce) yield csv.slice(from, from + readAtOnce);
  };
  const options = { bom: true, relax_column_count: true, skip_empty_lines: true, info: true } as const;
  const records: AsyncIterable<{ record: string[]; info: { lines: number } }> = Readable.from(pieces()).pipe(parseLong(options));
  let part: { rows: Row[]; problems: ImportProblem[] } = { rows: [], problems: [] };
  let first = true;
  try {
    for await (const { record: cells, info } of records) {
      if (first && cells.join() !== heading.join()) return yield { rows: [], problems: [headingProblem(heading)] };
      if (!first) {
        const read = readRow({ line: info.lines, cells }, { schema, heading });
        if ('row' in read) part.rows.push(read.row);
        else part.problems.push(...read.problems);
      }
      first = false;
      if (part.rows.length + part.problems.length < rowsAtOnce) continue;
      yield part;
      part = { rows: [], problems: [] };
      await turn(); // A stream that always has something to read lets nobody else have theirs.
    }
  } catch (failure) {
    part.problems.push(notCsv(failure));
  }
  if (first && !part.problems.length) part.problems.push(headingProblem(heading));
  yield part;
}

interface Cells {
  line: number;
  cells: readonly string[];
}

/** The rows below the heading. */
function readLines(csv: string, heading: readonly string[], problems: ImportProblem[]): Cells[] {
  const records: Cells[] = [];
  const on_record = (cells: string[], { lines }: { lines: number }) => {
    records.push({ line: lines, cells });
    return null;
  };
  try {
    parse(csv, { bom: true, relax_column_count: true, skip_empty_lines: true, on_record });
  } catch (failure) {
    problems.push(notCsv(failure));
    return [];
  }
  const [first, ...rest] = records;
  if (first?.cells.join() === heading.join()) return rest;
  problems.push(headingProblem(heading));
  return [];
}

/** One row by its heading. A row with too few or too many cells is bad as a whole. */
function readRow<Row>(
  { line, cells }: Cells,
  { schema, heading }: Pick<Reading<Row>, 'schema' | 'heading'>,
): { row: Row } | { problems: readonly ImportProblem[] } {
  if (cells.length !== heading.length)
    return { problems: [{ line, field: '', problem: `has ${cells.length} cells, the heading ${heading.length}` }] };
  const read = schema.safeParse(Object.fromEntries(heading.map((name, index) => [name, cells[index] ?? ''])));
  if (read.success) return { row: read.data };
  return { problems: read.error.issues.map(({ path, message }) => ({ line, field: path.join('.'), problem: message })) };
}

const headingProblem = (heading: readonly string[]): ImportProblem => ({
  line: 1,
  field: '',
  problem: `the heading must be ${heading.join()}`,
});

function notCsv(failure: unknown): ImportProblem {
  const line = failure instanceof Error && 'lines' in failure && typeof failure.lines === 'number' ? failure.lines : 1;
  return { line, field: '', problem: 'is not CSV' };
}
