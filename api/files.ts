import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';
import writeXlsxFile from 'write-excel-file/node';
import type { ImportProblem } from '../activities/ledger/port.js';
import { type Language, say } from '../config/texts.js';
import { Problem } from './problems.js';

/** What is not UTF-8 is Shift_JIS, as spreadsheets of Japanese offices write it; no text is valid in both unless it is ASCII. @throws Problem malformed */
export function textOf(bytes: Uint8Array): string {
  for (const encoding of ['utf-8', 'shift_jis']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // Not in this one.
    }
  }
  throw new Problem('malformed', { errors: [{ field: 'body', code: 'wrongEncoding' }] });
}

export type Charset = 'utf-8' | 'shift_jis';

/**
 * A table as CSV, as spreadsheets of Japanese offices open it: UTF-8 with its mark, or Shift_JIS (Windows-31J). A cell that a spreadsheet would take for a formula is disarmed.
 * @throws Problem ruleRefuses, with line and column of each cell that Shift_JIS cannot write; the heading is line 1
 */
export function csvOf(heading: readonly string[], rows: readonly (readonly (string | number)[])[], charset: Charset): Uint8Array {
  const text = stringify([heading, ...rows] as (string | number)[][], { bom: charset === 'utf-8', escape_formulas: true });
  if (charset === 'utf-8') return Buffer.from(text);
  const lines = rows.flatMap((row, index) =>
    row.flatMap((cell, column): ImportProblem[] =>
      isInShiftJis(`${cell}`) ? [] : [{ line: index + 2, field: heading[column] ?? '', problem: 'cannot be written in Shift_JIS' }],
    ),
  );
  if (lines.length) throw new Problem('ruleRefuses', { lines });
  return iconv.encode(text, charset);
}

const isInShiftJis = (text: string): boolean => iconv.decode(iconv.encode(text, 'shift_jis'), 'shift_jis') === text;

/** A table, as it becomes a file or a sheet of one. */
export interface Sheet {
  name: string;
  heading: readonly string[];
  rows: readonly (readonly (string | number | undefined)[])[];
}

/** A table as a CSV file to take away. @throws Problem ruleRefuses, as `csvOf` */
export function csvFileOf(name: string, { heading, rows }: Pick<Sheet, 'heading' | 'rows'>, charset: Charset) {
  const whole = rows.map((cells) => heading.map((_, at) => cells[at] ?? ''));
  return {
    body: csvOf(heading, whole, charset),
    headers: { 'Content-Type': `text/csv; charset=${charset}`, 'Content-Disposition': `attachment; filename="${name}.csv"` },
  };
}

/** Tables as an Excel workbook to take away, their codes of sheets and columns put into words. */
export const workbookOf = (name: string, tables: readonly Sheet[], language: Language) =>
  workbookInWords(
    name,
    tables.map((table) => ({
      name: say(language, 'sheet', table.name),
      heading: table.heading.map((column) => say(language, 'column', column)),
      rows: table.rows,
    })),
  );

/** Tables as an Excel workbook to take away, a sheet each. Each cell is a text or a number, whatever stands in it: nothing is a formula. */
export async function workbookInWords(name: string, tables: readonly Sheet[]) {
  const sheets = tables.map((table) => ({
    sheet: table.name,
    stickyRowsCount: 1,
    data: [
      table.heading.map((value) => ({ value, type: String, fontWeight: 'bold' as const })),
      ...table.rows.map((cells) =>
        cells.map((value) => (value === undefined ? null : typeof value === 'number' ? { value, type: Number } : { value, type: String })),
      ),
    ],
  }));
  return {
    body: await writeXlsxFile(sheets).toBuffer(),
    headers: {
      'Content-Type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'Content-Disposition': `attachment; filename="${name}.xlsx"`,
    },
  };
}
