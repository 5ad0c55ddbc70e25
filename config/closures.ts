import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

const closure = z.strictObject({ date: z.iso.date('must be a date such as 2026-11-23'), name: z.string().min(1, 'must not be empty') });

/**
 * Reads the days on which the municipality is closed beside those that the law names (a city's founding day, building works) from a CSV file in UTF-8 with
 * the columns `date` and `name`. They are for `municipalCalendar`.
 * @throws Error that names file, line and column of every problem
 */
export function readClosures(path: string): ReadonlySet<string> {
  const rows: { record: unknown; info: { lines: number } }[] = parse(readFileSync(path), {
    columns: true,
    bom: true,
    trim: true,
    info: true,
  });
  const read = rows.map(({ record, info }) => ({ line: info.lines, row: closure.safeParse(record) }));
  const problems = read.flatMap(({ line, row }) =>
    (row.error?.issues ?? []).map((issue) => `  ${basename(path)}:${line}: ${[...issue.path, issue.message].join(': ')}`),
  );
  if (problems.length > 0) throw new Error(`the closures are not usable:\n${problems.join('\n')}`);
  return new Set(read.flatMap(({ row }) => (row.data ? [row.data.date] : [])));
}
