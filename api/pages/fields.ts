import { dateInWords, type Language, say, sectionOf } from '../../config/texts.js';
import type { ProblemDocument } from '../errors.js';
import type { FormField } from '../schemas.js';
import { type Html, html } from './html.js';

/** What stands in the fields of a form, by the path of each: as a browser sends it, and as it is filled in beforehand. */
export type Values = ReadonlyMap<string, readonly string[]>;

/** A form as it is shown: with which words, with what in it, and what was wrong with that. */
export interface Filled {
  language: Language;
  /** Its step, which tells its fields from those of other forms of the page. */
  id: string;
  values: Values;
  errors: NonNullable<ProblemDocument['errors']>;
  /** What there is to choose from where it is the case that says so, by the field's name. */
  choices?: Choices;
}

export interface Choice {
  value: string;
  words: string;
}
export type Choices = ReadonlyMap<string, readonly Choice[]>;

/** From here on a text is more than a line. */
const longLine = 100;
/** Rows of a table that are left to fill in, and the fewest that there are. */
const [emptyRows, leastRows] = [2, 6];

/** Whether every field is of a kind that a page has. */
export function canShow({ type, enum: codes, properties, items }: FormField): boolean {
  if (properties) return Object.values(properties).every(canShow);
  if (items) return canShow(items);
  return codes !== undefined || ['string', 'boolean', 'integer', 'object'].includes(type ?? '');
}

/** The fields of a form, and of the forms within; `needed`: it is filled in as a whole, so that what it requires must be there. */
export function fieldsFor(shape: FormField, filled: Filled, path: readonly string[] = [], needed = true): Html {
  const fields = Object.entries(shape.properties ?? {});
  const required = (field: string): boolean => needed && (shape.required?.includes(field) ?? false);
  const [only, inner] = fields[0] ?? [];
  if (fields.length === 1 && only !== undefined && inner?.properties) return fieldsFor(inner, filled, [...path, only], required(only));
  return html`${fields.map(([field, one]) => fieldFor(one, filled, [...path, field], required(field)))}`;
}

function fieldFor(field: FormField, filled: Filled, path: readonly string[], required: boolean): Html {
  const { language, values, errors } = filled;
  const name = path.join('.');
  const [given, id] = [values.get(name) ?? [], `${filled.id}.${name}`];
  const mustBe = required && (field.type !== 'array' || Boolean(field.minItems));
  const label = html`${fieldWords(language, [filled.id, ...path])}${say(language, 'page', mustBe ? 'required' : 'optional')}`;
  const within = (content: Html, what: Html = label) => html`<fieldset><legend>${what}</legend>${content}</fieldset>\n`;

  if (field.properties) return within(fieldsFor(field, filled, path, required));
  if (field.items?.properties) {
    const row = field.items;
    const count = Math.min(Math.max(rowsOf(values, name).length + emptyRows, leastRows), field.maxItems ?? leastRows);
    const numbers = Array.from({ length: count }, (_, index) => index);
    return within(html`${numbers.map((index) => within(fieldsFor(row, filled, [...path, `${index}`], false), html`${index + 1}`))}`);
  }

  const wrong = errors.filter((error) => error.field === name || error.field === path.at(-1)).map(({ message }) => message);
  const example = field.examples?.[0];
  const offered =
    codesOf(field)?.map((value) => ({ value, words: codeWords(language, field, value) })) ?? filled.choices?.get(path.at(-1) ?? '');
  const hints = [
    ...(field.items && !offered ? [say(language, 'page', 'onePerLine')] : []),
    ...(example !== undefined && !field.format && !offered ? [say(language, 'page', 'example', { example })] : []),
  ];
  const notes = html`${[...wrong, ...hints].length > 0 && html`<p id="${id}.notes">${[...wrong, ...hints].join(' ')}</p>`}`;
  const described = html`${notes.markup !== '' && html` aria-describedby="${id}.notes"`}${wrong.length > 0 && html` aria-invalid="true"`}`;
  const named = html`id="${id}" name="${name}"${described}${required && html` required`}`;

  if (offered && (field.items || required)) {
    const type = field.items ? 'checkbox' : 'radio';
    const choices = offered.map(
      ({ value, words }) =>
        html`<label class="choice"><input type="${type}" name="${name}" value="${value}"${
          given.includes(value) && html` checked`
        }${required && type === 'radio' && html` required`}> ${words}</label>`,
    );
    return html`<fieldset${described}><legend>${label}</legend>${choices}${notes}</fieldset>\n`;
  }
  const options = offered?.map(
    ({ value, words }) => html`<option value="${value}"${given.includes(value) && html` selected`}>${words}</option>`,
  );
  const text = given.join('\n');
  const control = options
    ? html`<select ${named}><option value="">${say(language, 'page', 'choose')}</option>${options}</select>`
    : field.items || (field.maxLength ?? 0) > longLine
      ? html`<textarea ${named} rows="4"${field.maxLength !== undefined && html` maxlength="${field.maxLength}"`}>\n${text}</textarea>`
      : html`<input ${named} type="${inputType(field)}" value="${text}"${limits(field)}>`;
  return html`<p><label for="${id}">${label}</label>${control}</p>${notes}\n`;
}

const limits = ({ maxLength, minimum, maximum }: FormField): Html =>
  html`${maxLength !== undefined && html` maxlength="${maxLength}"`}${minimum !== undefined && html` min="${minimum}"`}${
    maximum !== undefined && html` max="${maximum}"`
  }`;

function inputType({ type, format }: FormField): string {
  if (format === 'date') return 'date';
  if (format === 'date-time') return 'datetime-local';
  return type === 'integer' ? 'number' : 'text';
}

/** The body that the form stands for, for its schema to judge: what was left empty is absent. */
export function read(field: FormField, values: Values, path: readonly string[] = []): unknown {
  const name = path.join('.');
  const given = values.get(name) ?? [];
  const [text = ''] = given;
  if (field.properties) {
    const inner = Object.entries(field.properties).map(([key, one]): [string, unknown] => {
      const value = read(one, values, [...path, key]);
      const needed = field.required?.includes(key);
      return [key, value ?? (needed && one.type === 'array' ? [] : undefined)];
    });
    const filledIn = inner.filter(([, value]) => value !== undefined);
    const isEmpty = !filledIn.some(([, value]) => !Array.isArray(value) || value.length);
    return isEmpty && path.length ? undefined : Object.fromEntries(filledIn);
  }
  if (field.items?.properties) {
    const row = field.items;
    const rows = rowsOf(values, name).map((index) => read(row, values, [...path, index]));
    return listed(rows.filter((one) => one !== undefined));
  }
  if (field.items) return listed(given.flatMap((one) => one.split('\n')).filter((one) => one !== ''));
  if (text === '') return undefined;
  if (field.type === 'boolean') return text === 'true' || (text === 'false' ? false : text);
  if (field.type === 'integer' || field.type === 'number') return /^-?\d{1,9}$/.test(text) ? Number(text) : text;
  if (field.format === 'date-time') return /^[\d-]{10}T\d\d:\d\d$/.test(text) ? `${inUtc(text)}` : text;
  return text;
}

/** A time of the day in Tokyo, which has no summer time, as an instant; what is no time stays for the schema to refuse. */
function inUtc(text: string): string {
  const instant = new Date(`${text}+09:00`);
  return Number.isNaN(instant.getTime()) ? text : instant.toISOString();
}

const listed = (items: readonly unknown[]): readonly unknown[] | undefined => (items.length ? items : undefined);

/** The numbers of the rows that there are of a table. */
const rowsOf = (values: Values, name: string): readonly string[] => {
  const rows = [...values.keys()].flatMap((key) => (key.startsWith(`${name}.`) ? (key.slice(name.length + 1).split('.')[0] ?? []) : []));
  return [...new Set(rows)].sort((one, other) => Number(one) - Number(other));
};

/** What a case has, as the values of the fields of the same names. */
export function valuesOf(value: unknown, path: readonly string[] = []): [string, readonly string[]][] {
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return [[path.join('.'), value.map(String)]];
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, inner]) => valuesOf(inner, [...path, key]));
  return value === undefined || value === null ? [] : [[path.join('.'), [String(value)]]];
}

/** What was filed, in words, field by field as its form has them; nothing that the form does not know. */
export function facts(shape: FormField, filed: unknown, language: Language, path: readonly string[] = []): readonly Html[] {
  const given = (typeof filed === 'object' ? filed : undefined) as Readonly<Record<string, unknown>> | undefined;
  return Object.entries(shape.properties ?? {}).flatMap(([name, field]): readonly Html[] => {
    const [value, at] = [given?.[name], [...path, name]];
    if (value === undefined) return [];
    if (field.properties) return facts(field, value, language, at);
    const rows = field.items?.properties && Array.isArray(value) ? value : undefined;
    const row = field.items ?? {};
    const shown = rows
      ? html`<ol>${rows.map((one) => html`<li><dl>${facts(row, one, language, at)}</dl></li>`)}</ol>`
      : html`<bdi>${[value]
          .flat()
          .map((one) => valueWords(field, one, language))
          .join(language === 'ja' ? '、' : ', ')}</bdi>`;
    return [html`<dt>${fieldWords(language, at)}</dt><dd>${shown}</dd>`];
  });
}

function valueWords(field: FormField, value: unknown, language: Language): string {
  if (typeof value === 'object' && value !== null && 'staffNumber' in value) return personWords(value as Parameters<typeof personWords>[0]);
  if (field.format === 'date') return dateInWords(`${value}`, language);
  return codeWords(language, field, `${value}`);
}

/** A person as the directory names them; by number where it cannot be asked. */
export const personWords = ({ name, staffNumber }: { name?: string; staffNumber: string }): string => name ?? staffNumber;

const codesOf = (field: FormField): readonly string[] | undefined =>
  field.type === 'boolean' ? ['true', 'false'] : (field.items ?? field).enum?.map(String);

function codeWords(language: Language, field: FormField, code: string): string {
  const codes = codesOf(field);
  const section = codes?.includes(code) ? sectionOf(codes) : undefined;
  return section ? say(language, section, code) : code;
}

/** `leaveFrom` where a form within has words of its own, else `from`. */
export function fieldWords(language: Language, path: readonly string[]): string {
  const [name = '', within = ''] = path.filter((part) => !/^\d+$/.test(part)).reverse();
  const own = `${within}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const words = within && say(language, 'field', own);
  return words && words !== own ? words : say(language, 'field', name);
}
