import { createInstance, type FormatterModule } from 'i18next';
import { Temporal } from 'temporal-polyfill';
import { eraYear, lastDay, today } from './calendar.js';
import { en } from './locales/en.js';
import { ja } from './locales/ja.js';

/** The one catalogue of words, for mail, API and command line. Japanese comes first, English stands beside it. */
export type Language = 'ja' | 'en';

/** A translation has every key of the original, and lists of lines of any length. */
type Translated<Words> = {
  readonly [Key in keyof Words]: Words[Key] extends string
    ? string
    : Words[Key] extends readonly string[]
      ? readonly string[]
      : Translated<Words[Key]>;
};
export type Translation = Translated<typeof ja>;

/** Sections of the catalogue that put a code into words. */
export type Section = Exclude<keyof typeof ja, 'frame' | 'mail'>;

/** A code whose words the catalogue has; dotted where a section is divided by procedure (`device-loan.approve`). */
export type Code<Of extends Section> = Leaves<(typeof ja)[Of]>;
type Leaves<Words> = { [Key in keyof Words & string]: Words[Key] extends string ? Key : `${Key}.${Leaves<Words[Key]>}` }[keyof Words &
  string];

export type MailTemplate = keyof typeof ja.mail;

const sections = Object.keys(ja).filter((name): name is Section => name !== 'frame' && name !== 'mail');

type Params = Readonly<Record<string, unknown>>;

/** Puts values into words in place of i18next's own formats, which go by the host's locale data. */
const formatter: FormatterModule = {
  type: 'formatter',
  init: () => undefined,
  add: () => undefined,
  addCached: () => undefined,
  format: (value, format, language) => shown(value, format, language === 'en' ? 'en' : 'ja'),
};

const i18n = createInstance().use(formatter);
void i18n.init({
  resources: { ja: { translation: ja }, en: { translation: en } },
  lng: 'ja',
  fallbackLng: false,
  initAsync: false,
  joinArrays: '\n',
  interpolation: { escapeValue: false, alwaysFormat: true }, // Plain text; whoever makes HTML of it escapes.
});

/** The words of a code in a section, or the code itself where the catalogue has none: a newer part may answer with a code that an older one does not know. */
export function say(language: Language, section: Section, code: string, params: Params = {}): string {
  const key = `${section}.${code}`;
  return known(language, key) ? i18n.t(key, { lng: language, replace: params }) : code;
}

/** The section that has words for all of these codes: of the alternatives that one field offers. */
export const sectionOf = (codes: readonly string[]): Section | undefined =>
  sections.find((section) => codes.every((code) => known('ja', `${section}.${code}`)));

/** Whether the catalogue has a template of this name. */
export const isMailTemplate = (name: string): name is MailTemplate => Object.hasOwn(ja.mail, name);

/**
 * Subject and text of a mail in one language. `params` are those of its order, with `recipient` and, where the template names somebody, `person`. What is not given shows as a dash:
 * a mail with a gap is better than none.
 */
export function mailText(language: Language, template: MailTemplate, params: Params): { subject: string; text: string } {
  const t = (key: string, more: Params = {}) => i18n.t(key, { lng: language, replace: { ...params, ...more } });
  const items = Array.isArray(params.items) ? params.items : [];
  const more = Number(params.more ?? 0);
  const listed = {
    items: [...items.map((item: Params) => t(`mail.${template}.${item.says ?? 'item'}`, item)), ...(more ? [t('frame.more')] : [])],
    total: items.length + more,
  };
  const subject = t(`mail.${template}.subject`, listed);
  const lines = [
    t('frame.greeting'),
    '',
    t(`mail.${template}.body`, listed),
    '',
    ...(params.receiptNumber ? [t('frame.receiptNumber')] : []),
    ...(params.link ? [t('frame.link')] : []),
    '',
    t('frame.closing'),
  ];
  return { subject: t(params.receiptNumber ? 'frame.subjectWithNumber' : 'frame.subject', { subject }), text: lines.join('\n') };
}

/** One value in words. Nothing that comes from outside can begin a line of its own or turn the direction of writing. */
function shown(value: unknown, format: string | undefined, language: Language): string {
  if (Array.isArray(value)) return value.join('\n'); // Lines that were put together here.
  const plain = String(value ?? '').replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
  if (!plain.trim()) return '—';
  if (!format) return plain;
  if (format === 'date') return dateInWords(plain, language);
  if (format === 'lastDay') return dateInWords(plain.includes('T') ? lastDay(plain) : plain, language);
  if (format === 'fiscalYear') return fiscalYearInWords(Number(plain), language);
  if (format === 'month') return monthInWords(plain, language);
  const names = plain
    .split(/,\s*/)
    .map((code) => (known(language, `${format}.${code}`) ? i18n.t(`${format}.${code}`, { lng: language }) : code));
  return names.join(language === 'ja' ? '、' : ', ');
}

const known = (language: Language, key: string): boolean => typeof i18n.getResource(language, 'translation', key) === 'string';

const weekdays = { ja: ['月', '火', '水', '木', '金', '土', '日'], en: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] } as const;
const months = 'January February March April May June July August September October November December'.split(' ');

/**
 * 令和8年11月21日(土), or Sat, 21 November 2026: a date, or the date in Tokyo of an instant. Written out here, as calendars and formats of the host change with its
 * release. What is no date stays as it is.
 */
export function dateInWords(value: string, language: Language): string {
  try {
    const day = Temporal.PlainDate.from(value.includes('T') ? today(value) : value);
    const weekday = weekdays[language][day.dayOfWeek - 1];
    const words = dayInWords(day.toString(), language);
    return language === 'en' ? `${weekday}, ${words}` : `${words}(${weekday})`;
  } catch {
    return value;
  }
}

/** 令和8年11月21日, or 21 November 2026: a date without its weekday, for tables. */
export function dayInWords(date: string, language: Language): string {
  const { year, month, day } = Temporal.PlainDate.from(date);
  return language === 'en' ? `${day} ${months[month - 1]} ${year}` : `${firstYearNamed(eraYear(date))}年${month}月${day}日`;
}

/** 令和9年度, or FY2027. */
export const fiscalYearInWords = (year: number, language: Language): string =>
  language === 'en' ? `FY${year}` : `${firstYearNamed(eraYear(`${year}-04-01`))}年度`;

/** 令和9年4月, or April 2027: a month such as `2027-04`. */
export function monthInWords(value: string, language: Language): string {
  const { year, month } = Temporal.PlainYearMonth.from(value);
  return language === 'en' ? `${months[month - 1]} ${year}` : `${firstYearNamed(eraYear(`${value}-01`))}年${month}月`;
}

/** The first year of an era is called 元年. */
const firstYearNamed = (year: string): string => year.replace(/(?<=\D)1$/, '元');

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Text that may stand anywhere in HTML, quoted attributes included. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
