import { municipalCalendar } from '../config/calendar.js';
import { dayOn } from '../workflows/shared/dates.js';
import { refused, type Scene } from './script.js';

/** The times of form 2 (004:735-744), and who works on what in them. */
const table = [
  { from: '08:30', until: '10:00', task: 'minutes', level: 1 },
  { from: '10:00', until: '12:00', task: 'planning', level: 2 },
  { from: '13:00', until: '17:15', task: 'dataEntry', level: 1 },
] as const;

function minutesAt(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** A whole day at home, without its date. */
export const homeDay = {
  form: 'home',
  workplace: 'ownHome',
  unit: 'day',
  shift: { from: '08:30', until: '17:15' },
  table,
  leave: [],
  device: 'ownDesk',
} as const;

/** How long is worked on such a day. */
export const minutesOfHomeDay = table.reduce((sum, { from, until }) => sum + minutesAt(until) - minutesAt(from), 0);

/** The nth business day of the month (`2027-04`). */
export const businessDay = (month: string, nth: number): string => municipalCalendar().addBusinessDays(dayOn(`${month}-01`, -1), nth);

/** The Monday of the first week after this date that has five business days. */
export function mondayAfter(date: string): string {
  const { isBusinessDay } = municipalCalendar();
  for (let monday = dayOn(date, 1); ; monday = dayOn(monday, 1)) {
    const isMonday = new Date(`${monday}T00:00:00Z`).getUTCDay() === 1;
    if (isMonday && [0, 1, 2, 3, 4].every((day) => isBusinessDay(dayOn(monday, day)))) return monday;
  }
}

/** An instant by the municipality's clock. */
export const at = (date: string, time: string): string => new Date(Date.parse(`${date}T${time}:00+09:00`)).toISOString();

/**
 * A week of telework as people play it: planned on form 2, held to the caps and to confidentiality, approved by the deputy in the absent head's place; the first day from the start report to the head's
 * note on the result, with a report at 13:00 that nobody made until the evening round asked for it (要綱第3条、第5条、第8条、利用手順①–⑨: domain.md §2.2).
 */
export function dayScript(today: string): readonly Scene[] {
  const monday = mondayAfter(today);
  const tuesday = dayOn(monday, 1);
  const week = { monday, tuesday, wednesday: dayOn(monday, 2), thursday: dayOn(monday, 3), friday: dayOn(monday, 4) };
  const plan = (on: keyof typeof week, over: object = {}) =>
    ({ who: 'first', on, step: 'plan', body: { plan: { ...homeDay, date: week[on], ...over } } }) as const;
  const papers = { carryOut: { list: '会議録の素案（電子データ1件、紙12枚）', personalData: false, paper: true } };
  const mine = { who: 'first', on: 'monday' } as const;
  const result = { done: table, result: '会議録を作成し、企画資料の案をまとめた。入力は8割を終えた。' };
  const broughtBack = '紙12枚を持ち帰り、書庫に戻した。';
  const byPhone = { who: 'head', on: 'monday', step: 'reportMidday' } as const;

  return [
    {
      ...plan('monday', { table: [...table, { from: '17:15', until: '18:15', task: 'dataEntry', level: 1 }] }),
      refused: refused(422, 'ruleRefuses', 'overtime', 'table', { article: '第8条第4項', limit: '7:45' }),
      why: '17時15分を過ぎる計画 / a plan that goes on after hours',
    },
    { ...plan('monday', papers), becomes: 'planned' },
    {
      ...plan('tuesday', { table: [{ ...table[0], level: 3 }, table[1], table[2]] }),
      refused: refused(422, 'ruleRefuses', 'levelNotAllowed', 'level', { article: '第3条', limit: '2' }),
      why: '機密性3の資料を扱う計画 / work on what is secret',
    },
    { ...plan('tuesday'), becomes: 'planned' },
    {
      ...plan('wednesday', { carryOut: { ...papers.carryOut, personalData: true } }),
      refused: refused(422, 'ruleRefuses', 'personalData', 'personalData', { article: '第3条' }),
      why: '個人情報の持ち出し / personal data taken home',
    },
    { ...plan('wednesday'), becomes: 'planned' },
    {
      ...plan('thursday', { date: today }),
      refused: refused(422, 'ruleRefuses', 'plannedTooLate', 'date', { article: '第5条第1項', limit: dayOn(today, -1) }),
      why: '当日になってからの計画 / planned on the day itself',
    },
    { ...plan('thursday'), becomes: 'planned' },
    {
      ...plan('friday'),
      refused: refused(422, 'ruleRefuses', 'tooManyDays', 'date', { article: '第8条第2項', limit: '4' }),
      why: '週5日目の計画 / a fifth day in the week',
    },
    { ...mine, step: 'approve', refused: refused(403, 'forbidden'), why: '自分の計画を自分で承認 / approving one’s own plan' },

    { absent: ['head'] },
    { who: 'deputy', on: 'monday', step: 'approve', becomes: 'approved' },
    { who: 'deputy', on: 'tuesday', step: 'approve', becomes: 'approved' },
    { who: 'deputy', on: 'wednesday', step: 'approve', becomes: 'approved' },
    { who: 'deputy', on: 'thursday', step: 'approve', becomes: 'approved' },
    { absent: [] },
    { lookedAtBy: 'head', on: 'monday', step: 'approve', takenBy: 'deputy' },

    { who: 'first', on: 'thursday', step: 'withdraw', becomes: 'withdrawn' },
    { ...plan('friday'), becomes: 'planned' }, // Now it is the fourth day.
    { who: 'head', on: 'friday', step: 'approve', becomes: 'approved' },
    {
      ...mine,
      step: 'start',
      refused: refused(422, 'ruleRefuses', 'notThatDay', 'reportedAt', { article: '第8条第5項', limit: monday }),
      why: '実施日前の開始報告 / started before the day',
    },

    { until: at(monday, '08:25') },
    { ...mine, step: 'start', becomes: 'started' },
    { until: at(monday, '17:31') },
    { told: 'first', on: 'monday', steps: ['reportMidday', 'end'] },
    {
      ...byPhone,
      refused: refused(422, 'ruleRefuses', 'channelNeeded', 'channel', { article: '第8条第5項', limit: 'phone, mail, chat' }),
      why: '連絡方法のない代行記録 / recorded by the head without saying how it came',
    },
    { ...byPhone, body: { channel: 'phone', reportedAt: at(monday, '13:02') }, becomes: 'started' },
    { ...mine, step: 'end', becomes: 'ended' },
    {
      ...mine,
      step: 'report',
      body: result,
      refused: refused(422, 'ruleRefuses', 'dataNotListed', 'broughtBack', { article: '第3条' }),
      why: '持ち出したものの記載がない復命 / nothing said of what was taken home',
    },
    { ...mine, step: 'report', body: { ...result, broughtBack }, becomes: 'reported' },
    { who: 'head', on: 'monday', step: 'acceptReport', body: { note: '確認しました。' }, becomes: 'closed' },

    { until: at(tuesday, '08:29') },
    { who: 'first', on: 'tuesday', step: 'start', becomes: 'started' },
    { until: at(tuesday, '17:16') },
    { who: 'first', on: 'tuesday', step: 'end', becomes: 'ended' },
    { who: 'first', on: 'tuesday', step: 'report', body: result, becomes: 'reported' },
  ];
}
