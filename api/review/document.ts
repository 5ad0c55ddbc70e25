import type { Language } from '../../config/texts.js';
import type { Chart } from './charts.js';

/** A document as it is read, all in words: what paper, screen and files are made from. */
export interface Document {
  title: string;
  /** Who issues it. */
  author: string;
  /** ISO date from which it has its place in time, so that the same document is the same file. */
  on: string;
  language: Language;
  chapters: readonly Chapter[];
}

export interface Chapter {
  title: string;
  blocks: readonly Block[];
}

export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'paragraph'; text: string }
  /** Single numbers, each with its name. */
  | { kind: 'figures'; items: readonly { name: string; value: string }[] }
  | { kind: 'table'; table: Table }
  /** A chart with the table of what it shows. */
  | { kind: 'chart'; chart: Chart; table: Table }
  /** Where the chapters begin. */
  | { kind: 'contents' };

/** The tables of the yearly report: names of sheets and files. */
export const tableNames = [
  ...(['summary', 'corrected', 'months', 'forms', 'departments', 'survey', 'situations', 'ordered', 'peaks', 'years', 'targets'] as const),
  ...(['results', 'stages', 'approvals', 'registered', 'hours', 'devices', 'incidents', 'committee', 'mayor', 'national'] as const),
  ...(['measures', 'added', 'corrections'] as const),
] as const;
export type TableName = (typeof tableNames)[number];

export interface Table {
  name: TableName;
  caption: string;
  columns: readonly Column[];
  /** The first cell of a row says what it is of. */
  rows: readonly (readonly Cell[])[];
  /** Draws the numbers of this column as bars beside the rows, the longest of which would be `max`. */
  bars?: { column: number; max: number };
  notes?: readonly string[];
}

export interface Column {
  title: string;
  /** Its part of the width. */
  weight: number;
}

/** A number goes to files as it is, whatever people read; absent: nothing is known (yet). */
export type Cell = string | number | { value: number; shown: string } | undefined;

/** A cell as it is read. */
export function shownCell(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'object') return cell.shown;
  return typeof cell === 'number' ? grouped(cell) : cell;
}

export const isNumber = (cell: Cell): boolean => typeof cell === 'number' || typeof cell === 'object';

/** 1,017; written out here, as formats of the host change with its release. */
export const grouped = (value: number, decimals?: number): string => {
  const [whole = '', fraction] = (decimals === undefined ? `${value}` : value.toFixed(decimals)).split('.');
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, ','), ...(fraction ? [fraction] : [])].join('.');
};
