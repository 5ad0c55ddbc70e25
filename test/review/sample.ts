import type { WordsRef } from '../../activities/ledger/port.js';
import { serviceTable } from '../../api/figures/service.js';
import type { ReviewReport, ShownReport, YearDecision } from '../../api/review/report.js';
import { monthsOf } from '../../workflows/shared/dates.js';

const year = 2027;
const months = monthsOf(year);
const usesIn = [1, 3, 2, 2, 1, 1, 2, 6, 4, 3, 5, 4];

/** Words, each with a row of its own. */
export const words: Record<string, string> = {};
const said = (text: string): WordsRef => {
  const row = `00000000-0000-4000-8000-${`${Object.keys(words).length}`.padStart(12, '0')}`;
  words[row] = text;
  return { row, digest: 'x' };
};

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
const cumulative = (uses: readonly number[], of: readonly string[]) =>
  of.map((month, at) => {
    const until = sum(uses.slice(0, at + 1));
    return { month, uses: until, people: Math.ceil(until / 2) };
  });

const question = (id: string, ja: string, n: number, counts: readonly (readonly [string, number])[], more: object = {}) => ({
  ...{ question: id, part: { ja: 'Ⅲ テレワークの意向' }, text: { ja, en: `Question ${id}` }, kind: 'multiple' as const, n },
  blank: Math.max(0, n - sum(counts.map(([, count]) => count))),
  choices: counts.map(([text, count], at) => ({
    ...{ choice: `${at + 1}`, text: { ja: text, en: `Choice ${at + 1}` }, count, share: Math.round((1000 * count) / n) / 10 },
  })),
  ...more,
});

/** A city's year of invented days, with everything that a report can hold. */
const report: ReviewReport = {
  municipality: { ja: '小山市', en: 'Oyama City' },
  receiptNumber: '令和9-年-0001',
  on: '2028-04-20',
  departments: { soumu: '総務課', zeimu: '税務課', joho: '情報政策課', dx: 'DX推進課', shimin: '市民生活課', yoshida: '𠮷野出張所' },
  review: {
    ...{ status: 'act', fiscalYear: year, openedBy: '9', promotionMonth: 11, months: [], agreed: true },
    policy: {
      ...{ pack: 'x', countedBy: 'uses', countedOver: 'fiscalYear', planYears: [2027, 2031], planned: [] },
      ...{ committee: { quorumPercent: 50, minutes: true }, promotionMonth: 11, halfYearBy: '10-15', committeeBy: '05-31' },
    },
    targets: [
      {
        on: '2027-04-01',
        targets: [
          { form: 'all', value: 30 },
          { form: 'home', value: 30 },
        ],
      },
      {
        on: '2027-10-18',
        targets: [
          { form: 'all', value: 28 },
          { form: 'home', value: 28 },
        ],
        reason: said('端末機の納入が遅れ、上半期の実施が見込みを下回ったため。'),
        outcome: { on: '2027-10-20', approved: true },
      },
    ],
    stages: { home: 'introduction' },
    measures: [
      {
        ...{
          year,
          number: 1,
          text: said('各所属に1台以上の端末機を配備する。'),
          owner: 'it',
          due: '2027-12-28',
          budget: 1_250_000,
          done: true,
        },
        reports: [
          { on: '2027-07-01', by: '8', done: false, text: said('仕様書を作成した。') },
          { on: '2027-12-20', by: '8', done: true, text: said('30台を配備した。') },
        ],
      },
      {
        ...{ year, number: 2, text: said('所属長を対象とする研修を年2回実施する。'), owner: 'head:soumu', due: '2028-03-31' },
        reports: [],
      },
    ],
    halfYear: {
      ...{ on: '2027-10-12', by: '9', findings: said('上半期の延べ実施者数は10人で、目標の3分の1であった。') },
      budgetRequest: said('端末機20台の更新'),
    },
    evaluation: {
      ...{ on: '2028-04-21', by: '9', remarks: said('目標は達成したが、在宅勤務は伸びていない。窓口の所属での実施が課題である。') },
      results: [
        { form: 'all', value: 28, uses: 34, people: 17, met: true },
        { form: 'home', value: 28, uses: 20, people: 11, met: false },
      ],
    },
    deliberations: [
      {
        ...{
          of: 'plan',
          held: '2027-04-12',
          on: '2027-04-13',
          by: '1',
          members: ['1', '2', '3', '4'],
          present: ['1', '2', '3'],
          agrees: true,
        },
        minutes: said('計画案について審議し、原案のとおり了承した。'),
      },
      { of: 'results', held: '2028-04-25', on: '2028-04-25', by: '1', members: ['1', '2', '3', '4'], present: ['1', '2'], agrees: true },
    ],
    planDecisions: [{ on: '2027-04-20', by: '7', approved: true }],
  },
  year: {
    fiscalYear: year,
    months: months.map((month, at) => ({
      ...{ month, state: 'frozen', version: at === 3 ? 2 : 1, takenAt: `2028-01-0${(at % 9) + 1}T00:00:00.000Z` },
      ...{ uses: usesIn[at] ?? 0, orderedUses: at === 9 ? 412 : 0, people: Math.ceil((usesIn[at] ?? 0) / 2) },
      byForm: [
        { form: 'home', uses: Math.ceil((usesIn[at] ?? 0) / 2), orderedUses: 0, people: 1 },
        { form: 'mobile', uses: Math.floor((usesIn[at] ?? 0) / 2), orderedUses: 0, people: 1 },
        { form: 'satellite', uses: 0, orderedUses: 0, people: 0 },
      ],
    })),
    total: { uses: sum(usesIn), orderedUses: 412, minutes: 15_345 },
    byForm: [
      { form: 'home', uses: sum(usesIn.map((uses) => Math.ceil(uses / 2))), orderedUses: 412, minutes: 9_300 },
      { form: 'mobile', uses: sum(usesIn.map((uses) => Math.floor(uses / 2))), orderedUses: 0, minutes: 6_045 },
      { form: 'satellite', uses: 0, orderedUses: 0, minutes: 0 },
    ],
    cumulative: cumulative(usesIn, months),
    targets: [
      { form: 'all', value: 28, countedBy: 'uses', countedOver: 'fiscalYear', uses: 34, people: 17, result: 34, share: 121.4, met: true },
    ],
  },
  before: cumulative([0, 1, 1, 2, 1, 3, 2, 5, 3, 2, 4, 2], monthsOf(year - 1)),
  byDepartment: [
    { departments: ['soumu'], changes: [], uses: 14, orderedUses: 120 },
    { departments: ['zeimu'], changes: [], masked: true },
    { departments: ['shimin'], changes: [], masked: true },
    {
      departments: ['dx', 'joho'],
      changes: [{ on: '2027-10-01', how: 'renamed', before: ['joho'], after: ['dx'] }],
      ...{ uses: 12, orderedUses: 200 },
    },
    { departments: ['yoshida'], changes: [], uses: 6, orderedUses: 52 },
  ],
  situations: (['all', 'female', 'male'] as const).map((sex) => ({
    sex,
    lines: [
      { child: 'yes', care: { yes: { users: 4, of: 21, share: 19 }, no: { users: 33, of: 200, share: 16.5 } } },
      {
        child: 'no',
        care: { yes: sex === 'female' ? { masked: true } : { users: 7, of: 43, share: 16.3 }, no: { users: 25, of: 301, share: 8.3 } },
      },
    ],
    total: { users: 69, of: 565, share: 12.2 },
  })),
  targetsByYear: (['all', 'home', 'mobile', 'satellite'] as const).map((form) => ({
    form,
    years: [2027, 2028, 2029, 2030, 2031].map((fiscalYear, at) => ({
      fiscalYear,
      target: form === 'satellite' ? null : ([28, 40, 50, 60, 70][at] ?? null),
      result:
        at === 0
          ? { is: 'final', value: 34 }
          : at === 1
            ? { is: 'forecast', value: 253 }
            : at === 2
              ? { is: 'counting' }
              : { is: 'future' },
    })),
  })),
  hours: {
    months: months.map((month) => ({ month, state: 'frozen', version: 1, takenAt: '2028-04-05T00:00:00.000Z' })),
    forms: [
      { form: 'home', hours: [143, 56.5, 34.8, 91.8, 149.8, 184.5, 95.3, 101.3, 88, 77.5, 120.4, 130], total: 1272.9 },
      { form: 'mobile', hours: [141.6, 175.5, 394, 364.5, 442.3, 498.5, 576, 851, 700.2, 640, 802.9, 911.1], total: 6497.6 },
    ],
    days: [252, 229, 373, 444, 531, 622, 709, 860, 700, 640, 777, 901],
    total: { hours: 7770.5, days: 7038 },
    growth: 3.6,
  },
  service: {
    ...serviceTable([]),
    deviceUse: { value: 1204, of: 20_496, share: 5.9 },
    leadTime: { handOvers: 31, average: 2.3, median: 2 },
    erasures: { value: 30, of: 31, share: 96.8 },
    approvals: {
      ...{ own: 61, acting: 5, actingShare: 7.6 },
      byProcedure: [
        { procedure: 'device-loan', own: 31, acting: 2, actingShare: 6.1 },
        { procedure: 'registration', own: 30, acting: 3, actingShare: 9.1 },
      ],
    },
    peakDays: [{ date: '2028-01-24', users: 402, of: 3980, share: 10.1 }],
    busiest: { date: '2028-01-24', users: 402, of: 3980, share: 10.1 },
    losses: { loss: 1, theft: 0 },
    troubles: 4,
  },
  byMonth: months.map((month, at) => ({
    ...{ month, registered: 20 + at, deviceUse: { value: 100 + at, of: 1708, share: 5.9 } },
    ...{ losses: { loss: at === 4 ? 1 : 0, theft: 0 }, troubles: at === 7 ? 4 : 0 },
  })),
  national: {
    rate: { date: '2028-01-24', users: 402, eligible: 3500, share: 11.5, band: 10 },
    ...{ departments: 'all', partTimers: false, ways: { lent: { lan: true }, ownDesk: { lan: false } } },
  },
  survey: {
    ...{ receiptNumber: '令和9-調-0001', from: '2027-08-01', until: '2027-08-31' },
    results: {
      title: { ja: 'テレワーク推進についての職員アンケート調査', en: 'Staff survey on telework' },
      ...{ source: '004:1304-1580', handedOut: 1017, returned: 898, rate: 88.3 },
      questions: [
        question(
          'Q3',
          'テレワークを実施できると思いますか。',
          898,
          [
            ['できると思う', 256],
            ['できないと思う', 634],
          ],
          { kind: 'single' },
        ),
        question(
          ...(['Q13', '考えられるテレワーク推進上の課題', 256] as const),
          [
            ['勤怠管理（就業態度の管理、休憩時間の管理等）', 147],
            ['勤務時間の管理（出勤時刻、退勤時刻、休憩時間の管理等）', 112],
            ['情報セキュリティの管理（機密情報の保管、情報持ち出しの管理等）', 199],
            ['その他', 4],
          ],
          { most: 3 },
        ),
        { question: 'F1', part: { ja: 'Ⅰ' }, text: { ja: '性別', en: 'Sex' }, kind: 'single', invented: true, masked: true },
        { question: 'Q15', part: { ja: 'Ⅴ' }, text: { ja: 'ご意見' }, kind: 'text', n: 898, blank: 800, choices: [] },
      ],
    },
  },
  corrections: [{ month: '2026-05', was: 1, version: 2, on: '2027-09-01' }],
};

/** What the mayor decides on it. */
const decision: YearDecision = {
  ...{ on: '2028-05-10', by: '7', report: 'ab'.repeat(32) },
  measures: [
    { year, number: 1, decision: 'done' },
    { year, number: 2, decision: 'change', due: '2028-09-30', budget: 200_000 },
  ],
  added: [{ text: said('窓口の所属で半日単位の在宅勤務を試行する。'), owner: 'hr', due: '2028-12-28', budget: 0 }],
  stages: [{ form: 'home', to: 'verification', reason: said('目標を達成し、手続が定着したため。') }],
  withoutCommittee: said('委員会の日程が整わなかったため。'),
};

/** The report once the mayor has decided on it. */
export const shown: ShownReport = {
  ...{ report, decision, words },
  corrected: [{ month: '2027-07', was: 2, version: 3, on: '2028-06-01' }],
  people: { 1: '𠮷田 一郎', 2: '髙橋 花子', 3: '佐藤 太郎' },
};
