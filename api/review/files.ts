import type { Sheet } from '../files.js';
import type { Cell, Document, Table, TableName } from './document.js';

/** A table of the report as a file has it: headings in words, numbers as they are. */
export interface ReportSheet extends Sheet {
  table: TableName;
}

/** All tables of the document in order; those of one name are one, whose lines begin with what each is. Single numbers are the first. */
export function sheetsOf({ chapters }: Document): readonly ReportSheet[] {
  const figures = chapters.flatMap(({ title, blocks }) =>
    blocks.flatMap((block) => (block.kind === 'figures' ? block.items.map(({ name, value }) => [title, name, value]) : [])),
  );
  const tables = chapters.flatMap(({ title, blocks }) => {
    const own = blocks.flatMap((block) => (block.kind === 'table' || block.kind === 'chart' ? [block.table] : []));
    return [...new Set(own.map(({ name }) => name))].map((name) => sheetOf(name, { title, own: own.filter((one) => one.name === name) }));
  });
  return [{ table: 'summary', name: sheetTitle(chapters[0]?.title ?? ''), heading: ['', '', ''], rows: figures }, ...tables];
}

function sheetOf(table: TableName, { title, own }: { title: string; own: readonly Table[] }): ReportSheet {
  const [first, ...others] = own;
  const heading = first?.columns.map((column) => column.title) ?? [];
  if (!others.length) return { table, name: sheetTitle(first?.caption ?? title), heading, rows: (first?.rows ?? []).map(valuesOf) };
  const rows = own.flatMap(({ caption, rows: lines }) => lines.map((cells) => [caption, ...valuesOf(cells)]));
  return { table, name: sheetTitle(title), heading: ['', ...heading], rows };
}

/** The text as Excel takes it for the name of a sheet. */
const sheetTitle = (text: string): string => [...text.replaceAll(/[[\]:*?/\\]/g, ' ')].slice(0, 31).join('');

const valuesOf = (cells: readonly Cell[]) => cells.map((cell) => (typeof cell === 'object' ? cell.value : cell));
