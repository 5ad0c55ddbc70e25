import { Temporal } from 'temporal-polyfill';
import type { ProcedureName } from '../activities/ledger/port.js';
import type { ProblemDocument } from '../api/errors.js';
import type { Person, ShownEvent } from '../api/views.js';
import { type Code, type Language, type Section, say } from '../config/texts.js';

/** Both languages side by side, Japanese first; once where they are the same. */
export function inBoth(section: Section, code: string): string {
  const [ja, en] = [say('ja', section, code), say('en', section, code)];
  return ja === en ? ja : `${ja} / ${en}`;
}

/** Columns that line up on a terminal, where Japanese characters are two places wide. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((widest, row) => row.map((cell, at) => Math.max(widest[at] ?? 0, widthOf(cell))), []);
  const line = (row: readonly string[]) => row.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** East Asian wide and fullwidth characters (UAX #11), as far as names, words and punctuation of Japanese go. */
const widthOf = (text: string): number =>
  [...text].reduce(
    (width, character) =>
      width +
      (/[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u.test(
        character,
      )
        ? 2
        : 1),
    0,
  );

/** Why the API says no, in sentences: the rule or the field with its article, and what could be done instead. */
export function sentences(
  { title, errors = [], lines = [], due = [], ended, part }: ProblemDocument,
  procedure: ProcedureName = 'device-loan',
  language: Language = 'ja',
): string {
  const field = (path: string | undefined) => (path ? `${say(language, 'field', path)}: ` : '');
  const steps = [...new Set(due.flatMap((one) => ('step' in one && 'who' in one ? [`${one.step}`] : [])))];
  return [
    part ? `${title} (${part})` : title,
    ...errors.map((error) => `  ${field(error.field)}${error.message}`),
    ...lines.map(
      ({ line, field: column, problem }) =>
        `  ${language === 'ja' ? `${line}行目` : `line ${line}`}: ${[column, problem].filter(Boolean).join(' ')}`,
    ),
    ...(ended ? [`  ${say(language, 'status', `${procedure}.${ended}` satisfies `${Code<'procedure'>}.${string}`)}`] : []),
    ...(steps.length
      ? [`  → ${steps.map((step) => say(language, 'step', `${procedure}.${step}`)).join(language === 'ja' ? '、' : ', ')}`]
      : []),
  ].join('\n');
}

/** One line of a timeline as people read it: when, what, by whom, in which capacity and in whose place. */
export const timelineLine =
  (procedure: ProcedureName) =>
  ({ at, name, by, as, onBehalfOf, input }: ShownEvent): readonly string[] => {
    const acting = onBehalfOf ? `　代決：${personOf(onBehalfOf)}` : '';
    return [
      tokyoTime(at),
      inBoth('step', `${procedure}.${name}`),
      by === 'system' ? '（システム）' : personOf(by, as?.replace(/:.*/, '')) + acting,
      detailsOf(input),
    ];
  };

function personOf({ staffNumber, name = '' }: Person, capacity?: string): string {
  return `${name} ${staffNumber}${capacity ? `（${say('ja', 'capacity', capacity)}）` : ''}`.trim();
}

/** What was filed with the step and has a name in the catalogue; what only the procedure reckons with is left out. */
function detailsOf(input: object): string {
  return Object.entries(input)
    .flatMap(([field, value]) => {
      const [name, shown] = [say('ja', 'field', field), plain(field, value)];
      return shown && name !== field ? [`${name}：${shown}`] : [];
    })
    .join('、');
}

/** Sections of the catalogue that have the words of a field's codes. */
const sectionsOf: Readonly<Record<string, readonly Section[]>> = {
  kind: ['deviceKind'],
  accessories: ['accessory'],
  accessory: ['accessory'],
  method: ['erasureMethod'],
  dataClass: ['dataClass'],
  how: ['lossKind', 'accountedFor'],
  channel: ['channel'],
};

function plain(field: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => plain(field, one)).join('・');
  if (isSpan(value)) return `${value.from}–${value.until}`;
  if (typeof value === 'boolean') return value ? '○' : '×';
  if (typeof value !== 'string') return '';
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return tokyoTime(value);
  const words = (sectionsOf[field] ?? []).map((section) => say('ja', section, value));
  return words.find((word) => word !== value) ?? value;
}

/** A line of a table by the hour. */
const isSpan = (value: unknown): value is { from: string; until: string } =>
  typeof value === 'object' && value !== null && 'from' in value && 'until' in value;

/** An instant as the clock on the wall shows it in Tokyo. */
export function tokyoTime(instant: string): string {
  const { month, day, hour, minute, second } = Temporal.Instant.from(instant).toZonedDateTimeISO('Asia/Tokyo');
  const two = (value: number) => `${value}`.padStart(2, '0');
  return `${two(month)}/${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}
