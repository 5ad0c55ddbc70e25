import type { Capacity } from '../../activities/directory/port.js';
import type { WordsRef } from '../../activities/ledger/port.js';
import { type Code, dayInWords, fiscalYearInWords, type Language, say } from '../../config/texts.js';
import type { Text } from '../../workflows/survey/contract.js';
import type { Chart } from './charts.js';
import { type Block, type Cell, type Column, grouped, type Table } from './document.js';
import type { ReviewReport, ShownReport } from './report.js';

/** Puts the codes of a report into the reader's words. */
export interface Reader {
  language: Language;
  say(code: Code<'report'>, params?: Readonly<Record<string, string>>): string;
  /** 1,017人. */
  count(unit: 'people' | 'cases', count: number): string;
  /** 令和9年度. */
  year(fiscalYear: number): string;
  /** 4月. */
  month(month: string): string;
  /** 令和9年4月1日. */
  date(date: string): string;
  /** What a person wrote, where it may still be read. */
  text(reference: WordsRef): string;
  /** In the reader's language, where it has been put into it. */
  own(text: Text): string;
  person(staff: string): string;
  department(id: string): string;
  owner(capacity: Capacity): string;
  form(form: string): string;
}

export function readerOf({ report, words, people }: ShownReport, language: Language): Reader {
  const speak: Reader['say'] = (code, params) => say(language, 'report', code, params);
  const department = (id: string) => report.departments[id] ?? id;
  return {
    language,
    say: speak,
    count: (unit, count) => speak(unit, { count: grouped(count) }),
    year: (fiscalYear) => fiscalYearInWords(fiscalYear, language),
    month: (month) => say(language, 'report', `months.${Number(month.slice(5))}`),
    date: (date) => dayInWords(date, language),
    text: ({ row }) => words[row] ?? speak('erased'),
    own: (text) => (language === 'en' && text.en !== undefined ? text.en : text.ja),
    person: (staff) => people[staff] ?? staff,
    department,
    owner: (capacity) => {
      const [kind = '', of] = capacity.split(':');
      if (kind === 'head' && of !== undefined) return speak('pdca.ownerHead', { department: department(of) });
      return say(language, 'capacity', kind);
    },
    form: (form) => (form === 'all' ? speak('all') : say(language, 'teleworkForm', form)),
  };
}

type Drawn = Omit<Chart, 'unit' | 'description'> & { unit: 'people' | 'hours' | 'percent' | 'cases' };

/** A chart whose numbers stand in the table with it. */
export function chartOf({ say: speak }: Reader, chart: Drawn): Chart {
  const unit = speak(`unit.${chart.unit}`);
  return { ...chart, unit, description: speak('chart', { unit }) };
}

interface MonthLine {
  name: string;
  values: readonly Cell[];
  total?: Cell;
}

/** The months of the year as a chart, with their table, or the table alone where there is nothing to draw; `below`: lines that only the table has. */
export function monthlyChart(
  reader: Reader,
  report: ReviewReport,
  {
    name,
    lines,
    below = [],
    notes,
    ...drawn
  }: Pick<Drawn, 'as' | 'title' | 'unit' | 'decimals'> &
    Pick<Table, 'name' | 'notes'> & { lines: readonly MonthLine[]; below?: readonly MonthLine[] },
): Block {
  const numberOf = (cell: Cell): number | undefined =>
    typeof cell === 'object' ? cell.value : typeof cell === 'number' ? cell : undefined;
  const table: Table = { name, caption: drawn.title, ...monthly(reader, report, [...lines, ...below]), ...(notes && { notes }) };
  if (!lines.some(({ values }) => values.some(numberOf))) return { kind: 'table', table };
  return {
    kind: 'chart',
    chart: chartOf(reader, {
      ...drawn,
      categories: report.year.months.map(({ month }) => reader.month(month)),
      series: lines.map((line) => ({ name: line.name, values: line.values.map(numberOf) })),
    }),
    table,
  };
}

/** A table of which each line goes through the months of the year, and the sum of the line where it has one. */
export function monthly(
  { say: speak, month }: Reader,
  { year: { months } }: ReviewReport,
  lines: readonly MonthLine[],
): Pick<Table, 'columns' | 'rows'> {
  const total = lines.some((line) => line.total !== undefined);
  return {
    columns: [column('', 2.4), ...months.map((one) => column(month(one.month), 1)), ...(total ? [column(speak('total'), 1.3)] : [])],
    rows: lines.map(({ name, values, total: sum }) => [
      name,
      ...values.map((value, at) => value ?? (months[at]?.state === 'counting' ? speak('counting') : undefined)),
      ...(total ? [sum] : []),
    ]),
  };
}

export const column = (title: string, weight: number): Column => ({ title, weight });

/** A share as people read it and as files have it. */
export const decimal = (value: number | undefined): Cell => (value === undefined ? undefined : { value, shown: grouped(value, 1) });

export const hours = (minutes: number): number => Math.floor((minutes * 20 + 60) / 120) / 10;
