import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { inBoth, table } from '../cli/print.js';
import { municipalCalendar } from '../config/calendar.js';
import { loadPack } from '../config/policy/pack.js';
import type { TeleworkForm } from '../workflows/registration/contract.js';
import { dayOn, monthsOf } from '../workflows/shared/dates.js';
import { casePaths } from '../workflows/shared/procedures.js';
import type { MeasureId } from '../workflows/yearly-review/contract.js';
import { isOpen, targetsNow, type YearlyReview } from '../workflows/yearly-review/rules.js';
import { eachOf } from './crowd.js';
import { at, businessDay } from './day.js';
import { KnownFigures } from './known-figures.js';
import { Differs } from './player.js';
import { Review } from './review.js';
import { refused } from './script.js';
import { SecondLook } from './second-look.js';
import { askStaff } from './staff-survey.js';
import { auditOf, missingMails, packs, type Stage } from './stage.js';
import { Teleworkers, type TourDay } from './teleworkers.js';

const { addBusinessDays } = municipalCalendar();
const [first, last] = loadPack(packs.years).values.yearlyReview.planYears;
const years = Array.from({ length: last - first + 1 }, (_, nth) => first + nth);
/** The year in which the first one is planned has figures too. */
const begun = [first - 1, ...years];
const [one, two, three, four, five] = years as [number, number, number, number, number];
/** Who teleworks in which calendar month of each year, so many on one day: 33, 42, 44, 56 and 76 uses. */
const plot: readonly (readonly (readonly [month: number, people: number])[])[] = [
  [
    [6, 8],
    [9, 9],
    [11, 9],
    [2, 7],
  ],
  [
    [5, 9],
    [7, 10],
    [9, 9],
    [11, 14],
  ],
  [
    [6, 12],
    [9, 12],
    [11, 12],
    [2, 8],
  ],
  [
    [6, 14],
    [9, 14],
    [11, 16],
    [2, 12],
  ],
  [
    [5, 14],
    [7, 15],
    [9, 15],
    [11, 18],
    [2, 14],
  ],
];
/** Oyama's targets, of which the fourth is lowered. */
const aims = [30, 40, 50, 55, 70].map((value, nth) => ({ fiscalYear: first + nth, form: 'all', value }));
const renamed = { before: 'kensetsu', after: 'toshikensetsu', name: '都市建設課' };

/** The nth business day of a calendar month of a fiscal year; April of the next is month 16. */
const on = (year: number, month: number, nth: number): string =>
  businessDay([...monthsOf(year), ...monthsOf(year + 1)][month > 12 ? month - 4 : (month + 8) % 12] ?? '', nth);

/** What happens on a morning; what is worth telling of it. */
type Happening = readonly [date: string, happens: () => Promise<string | undefined>];

/**
 * Five fiscal years of a small city under Oyama's plan: each planned, done, checked and decided on, and each opens the next by itself. One target is missed and its measure carried on, one is lowered, the
 * committee fails to meet once, an owner is late, a department gets another name, an old month is corrected. What was done is counted here too, and every figure of sixty months must be the same.
 */
export async function playYears(stage: Stage): Promise<boolean> {
  if (stage.today >= `${first}-03-01`) throw new Differs(`the plan begins in April ${first}, and the clock only goes forward`);
  const plan = new FiveYears(stage);
  const began = performance.now();
  for (const [date, happens] of plan.happenings()) {
    await stage.passUntil(at(date, '09:00'));
    const said = await happens();
    if (said) console.log(`${date}  ${said}  (${((performance.now() - began) / 1000).toFixed(0)} s)`);
  }
  return plan.judge();
}

class FiveYears {
  readonly #people: Teleworkers;
  readonly #known = new KnownFigures();
  readonly #registered: string[] = [];
  readonly #second = new SecondLook();
  #turn = 0;
  #ordered = 0;

  constructor(readonly stage: Stage) {
    this.#people = new Teleworkers(stage);
  }

  /** All of them, in the order of their dates. */
  happenings(): readonly Happening[] {
    const all: Happening[] = [
      [on(one - 1, 3, 5), () => this.open()],
      [on(one, 4, 2), () => this.register()],
      ...years.flatMap((year, nth) => [
        ...(plot[nth] ?? []).map(
          ([month, people]): Happening => [on(year, month, 4), () => this.telework(on(year, month, 8), people, nth)],
        ),
        [on(year, 10, 3), () => this.halfYear(year)] as const,
        ...(year === one ? [] : [[on(year, 4, 3), () => this.plan(year)] as const]),
        [on(year, 16, 5), () => this.evaluate(year)] as const,
        [year === two ? `${three}-07-01` : on(year, 16, 9), () => this.decide(year)] as const,
      ]),
      [on(one, 9, 12), () => this.report(one, { year: one, number: 1 }, '全ての所属で登録を終えた。', true)],
      [on(two, 11, 12), () => this.report(two, { year: one, number: 3 }, '貸出用端末を配備した。', true)],
      [on(two, 1, 12), () => this.snow(on(two, 1, 13))],
      [on(three, 12, 1), () => this.ask(on(three, 12, 2))],
      [on(three, 12, 10), () => this.late(three)],
      [`${four}-06-30`, () => this.rename(`${four}-07-01`)],
      [on(four, 9, 14), () => this.report(four, { year: three, number: 1 }, '全ての所属で実施日を決めた。', true)],
      [on(four, 10, 6), () => this.lower(four)],
      [on(five, 9, 14), () => this.correct(monthsOf(two)[5] ?? '')],
    ];
    return all.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** HR opens the first year, with the pack's target; each further one opens by itself. */
  async open(): Promise<string> {
    const review = await Review.opened(this.#people, one);
    const measures = [
      { text: '全ての所属で登録を進める。', owner: 'head:zeimu', due: `${one}-09-30` },
      { text: '窓口職場の業務を棚卸しする。', owner: 'head:shimin', due: `${three}-06-28` },
      { text: '貸出用端末を増やす。', owner: 'it', due: `${two}-12-24`, budget: 600_000 },
    ];
    for (const measure of measures) await review.direct('addMeasure', measure);
    await review.plan(on(one - 1, 3, 5));
    await this.#people.bring('seats');
    await this.#people.refused(
      '2年目を先に開く / the second year opened by hand',
      this.#people.hr,
      casePaths['yearly-review'],
      { fiscalYear: two },
      refused(422, 'ruleRefuses', 'yearOpensItself'),
    );
    return `${one}年度の計画 / the plan of ${one}: ${measures.length} 施策 / measures`;
  }

  /** Everybody who may, for all five years. */
  async register(): Promise<string> {
    const people = this.#people;
    const form = {
      forms: ['home', 'mobile', 'satellite'],
      workplace: 'ownHome',
      address: '凪沢市本町1-1',
      phone: '000-0000-0000',
      reason: 'child',
      frequency: { days: 1, per: 'week' },
    };
    await eachOf([...people.residents.values()], async ({ staffNumber, departments }) => {
      const { status } = await people.crowd.post(staffNumber, casePaths.registration, { form });
      if (status < 300 && departments.length === 1) this.#registered.push(staffNumber);
    });
    this.#registered.sort();
    const approved = await people.byHeads({ procedure: 'registration', step: 'approve' });
    return `${approved} 件の登録 / registrations`;
  }

  /** 計画: what was carried on is handed in; committee and mayor agree. */
  async plan(year: number): Promise<string> {
    const review = await Review.of(this.#people, year);
    await review.plan(on(year, 4, 3));
    const { measures } = await review.state();
    return `${year}年度の計画 / the plan of ${year}: ${measures.filter(isOpen).length} 施策を引き継ぐ / measures carried on`;
  }

  /** So many people on one day: at home, and from the second year on elsewhere too. */
  async telework(date: string, count: number, nth: number): Promise<undefined> {
    const forms: readonly TeleworkForm[] = nth === 0 ? ['home'] : ['home', 'home', 'mobile', 'home', 'satellite', 'home', 'home'];
    await this.#spend([date], this.#some(count), (place) => ({ form: forms[place % forms.length] ?? 'home' }));
    return undefined;
  }

  async halfYear(year: number): Promise<undefined> {
    const review = await Review.of(this.#people, year);
    await review.direct('checkHalfYear', { findings: '実施は計画のとおり進んでいる。', budgetRequest: '通信費' });
    return undefined;
  }

  async report(year: number, id: MeasureId, text: string, done = false): Promise<undefined> {
    const review = await Review.of(this.#people, year);
    const { measures } = await review.state();
    const { owner = '' } = measures.find((measure) => measure.year === id.year && measure.number === id.number) ?? {};
    const { accounts } = this.stage.sample;
    const staff = owner === 'it' ? accounts.it[0] : (this.#people.crowd.heads().get(owner.replace('head:', '')) ?? '');
    await review.report(staff, id, { done, text });
    return undefined;
  }

  /** Two days at home by order: they count for no target. */
  async snow(date: string): Promise<string> {
    const dates = [date, addBusinessDays(date, 1)];
    await this.stage.passUntil(at(date, '07:00'));
    const declaration = { lifts: ['planBy'], from: date, until: dates[1], reason: '大雪警報' };
    const { id: ordered } = await this.#people.act<{ id: string }>(
      this.stage.sample.accounts.emergencyAuthority,
      '/emergencies',
      declaration,
    );
    this.#ordered = await this.#spend(dates, this.#some(15), () => ({ form: 'home', ordered }));
    return `大雪 / heavy snow: ${this.#ordered} 人日、別に数える / days by order, counted apart`;
  }

  async ask(from: string): Promise<string> {
    const { survey, handedOut, returned, can } = await askStaff(this.#people, { from, until: addBusinessDays(from, 5) });
    await (await Review.of(this.#people, three)).direct('useSurvey', { survey });
    return `アンケート / survey: ${returned} / ${handedOut} 回答 / answers, ${can} できる / can telework`;
  }

  /** An owner has let the day pass, and was told so week by week, as was HR at last. */
  async late(year: number): Promise<string> {
    const told = await (await Review.of(this.#people, year)).chasedSince(`${year}-06-28`);
    const owner = told.filter((one) => one === `staff:${this.#people.crowd.heads().get('shimin')}`).length;
    const hr = told.length - owner;
    if (!owner || !hr) throw new Differs(`of a measure that is late the owner was told ${owner} times, HR ${hr} times`);
    await this.report(year, { year: one, number: 2 }, '棚卸しは半ばまで終えた。');
    return `遅れた施策の督促 / a late measure is asked for: 担当へ / to its owner ${owner} 通 / mails, 人事へ / to HR ${hr}`;
  }

  /** 評価, once March is counted; the committee deliberates, but for the second year's. */
  async evaluate(year: number): Promise<string> {
    const review = await Review.of(this.#people, year);
    await review.direct('evaluate', { remarks: '実績を目標と比べた。' });
    if (year !== two) await review.deliberate(on(year, 16, 5));
    const { evaluation } = await review.state();
    const all = evaluation?.results.find(({ form }) => form === 'all');
    return `${year}年度の評価 / ${year} evaluated: 目標 / target ${all?.value}, 延べ / uses ${all?.uses}, ${all?.met ? '達成 / met' : '未達成 / missed'}`;
  }

  /** 決裁: measures, stages, what is new; without the committee where it did not meet in time. */
  async decide(year: number): Promise<string> {
    const review = await Review.of(this.#people, year);
    const measure = (of: number, number: number) => ({ year: of, number });
    const next = `${year + 1}-09-30`;
    switch (year) {
      case one:
        await review.decide({
          decisions: [{ ...measure(one, 1), decision: 'done' }],
          moves: [
            { form: 'home', to: 'verification' },
            { form: 'mobile', to: 'introduction' },
            { form: 'satellite', to: 'introduction' },
          ],
        });
        break;
      case two:
        await review.decide({
          decisions: [{ ...measure(one, 3), decision: 'done' }],
          withoutCommittee: '6月末までに開催できなかったため。',
        });
        break;
      case three:
        await review.decide({
          decisions: [{ ...measure(one, 2), decision: 'change', due: `${four}-12-25` }],
          added: [{ text: '所属ごとに月1回の実施日を決める。', owner: 'head:fukushi', due: next }],
        });
        break;
      case four:
        await review.decide({
          decisions: [
            { ...measure(one, 2), decision: 'stop' },
            { ...measure(three, 1), decision: 'done' },
          ],
          added: [{ text: 'サテライトの席を増やす。', owner: `head:${renamed.after}`, due: next, budget: 400_000 }],
          moves: [
            { form: 'home', to: 'establishment' },
            { form: 'mobile', to: 'verification' },
          ],
        });
        break;
      default:
        await review.decide({});
    }
    const { decision, stages } = await review.state();
    const alone = decision?.withoutCommittee ? '（委員会を開けず / without the committee）' : '';
    return `${year}年度の決裁 / ${year} decided${alone}: 在宅勤務 / home ${inBoth('stage', stages.home ?? '')}`;
  }

  /** 部署の改称: one department gets another name, in the directory and in HR's list; the city's server is restarted over night. */
  async rename(from: string): Promise<string> {
    const { settings, sample, town } = this.stage;
    await this.stage.passUntil(at(dayOn(from, -1), '18:00'));
    const { service } = sample.accounts;
    const client = new Client({ url: settings.DIRECTORY_URL ?? '' });
    await client.bind(service.dn, service.password);
    const replace = (dn: string, type: string, value: string) =>
      client.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) }));
    for (const { dn, attributes } of sample.entries) {
      if (attributes.departmentNumber?.[0] === renamed.before) await replace(dn, 'departmentNumber', renamed.after);
      if (!attributes.employeeNumber && attributes.ou?.[0] === renamed.before) {
        await replace(dn, 'description', renamed.name);
        await replace(dn, 'ou', renamed.after);
      }
    }
    await client.unbind();
    await this.#people.bring('successions', [
      ['on', 'before', 'after'],
      [from, renamed.before, renamed.after],
    ]);
    for (const part of ['api', 'worker'] as const) {
      await town?.down(part); // What they remember of the directory is a minute old at most, which is long for a tour.
      await town?.up(part);
    }
    return `改称 / renamed: ${renamed.before} → ${renamed.after} ${renamed.name}`;
  }

  /** 目標の変更: HR proposes, the mayor decides; the report shows both. */
  async lower(year: number): Promise<string> {
    const review = await Review.of(this.#people, year);
    await review.direct('proposeTargets', {
      targets: [{ form: 'all', value: 55 }],
      reason: '庁舎の改修により貸出しができない期間がある。',
    });
    await review.byMayor('decideTargets', { approved: true });
    return `${year}年度の目標 / the target of ${year}: 60 → 55`;
  }

  /** A month of three years ago is counted anew: what was known of somebody's household was wrong. */
  async correct(month: string): Promise<string> {
    const { findings } = await this.#second.at(this.stage, { years: begun, aims }); // The file that is replaced has no past.
    if (findings.length) throw new Differs(findings.join('\n'));
    const [heading = [], ...rows] = this.stage.sample.tables['situations.csv'] ?? [];
    await this.#people.bring('situations', [
      heading,
      ...rows.map(([staff = '', sex = '', child = '', care = ''], nth) => [staff, sex, nth < 3 ? 'yes' : child, care]),
    ]);
    const path = `/figures/months/${month}/corrections`;
    const { version } = await this.#people.act<{ version: number }>(this.#people.hr, path, {
      reason: '世帯の状況の届出に誤りがあったため。',
    });
    return `${month} の訂正 / corrected: ${version} 版 / version`;
  }

  /** A table of the years, the fifth year's report, and whether all was as it should be. */
  async judge(): Promise<boolean> {
    const people = this.#people;
    await people.crowd.settled();
    const months = years.flatMap(monthsOf);
    this.#known.addDays(people.begun, (staff, date) => this.#departmentOf(staff, date));
    const { client } = await people.hrIn('ja');
    const { findings, looked } = await this.#second.at(this.stage, { years: [...begun, last + 1], aims });
    this.#second.end();
    const wrong = [
      ...findings,
      ...this.#known.differences(await this.#known.cellsAt(client, months), months),
      ...(await auditOf(this.stage)).map(({ table: name, problem }) => `${name}: ${problem}`),
      ...(await missingMails(this.stage)),
    ];
    const lines = await Promise.all(years.map((year) => this.#lineOf(year)));
    const [heading, ...found] = [headings, ...lines.map(({ cells }) => cells)];
    console.log(`\n■ 五年間 / five years\n${table([heading, ...found])}`);
    for (const [nth, { uses, target, frozen, corrections }] of lines.entries()) {
      const [did, aim] = [(plot[nth] ?? []).reduce((sum, [, count]) => sum + count, 0), aims[nth]?.value];
      if (uses !== did || target !== aim || frozen !== 12 || corrections !== (nth === 1 ? 1 : 0))
        wrong.push(`${years[nth]}: ${uses} uses of ${did}, target ${target} of ${aim}, ${frozen} months, ${corrections} corrections`);
    }
    const sixth = await (await Review.of(people, last + 1)).state();
    if (!sixth.carried || sixth.measures.filter(isOpen).length !== 1) wrong.push('the sixth year has not begun with what was open');

    const review = await Review.of(people, last);
    const [pdf, html] = await Promise.all(
      (['pdf', 'html'] as const).map((format) => review.saveReport(format, join(tmpdir(), `telework-report-${last}.${format}`))),
    );
    console.log(`\n■ ${last}年度の報告書 / the report of ${last}\n  ${pdf}\n  ${html}`);
    for (const difference of wrong) console.log(`違います / differs: ${difference}`);
    console.log(
      `\n${people.steps} 手続 / steps taken, ${months.length} か月 / months, ${this.#known.size} 件の数値を照合 / figures held against what was done, ${looked.cells} 件を別に計算 / reckoned a second time: ${wrong.length ? '違います / differs' : 'すべて予定どおり / all as it should be'}`,
    );
    return wrong.length === 0;
  }

  async #lineOf(year: number) {
    const people = this.#people;
    const state: YearlyReview = await (await Review.of(people, year)).state();
    const { items } = await people.look<{ items: readonly { state: string; versions: readonly object[] }[] }>(
      people.hr,
      `/figures/months?fiscalYear=${year}`,
    );
    const all = state.evaluation?.results.find(({ form }) => form === 'all');
    const frozen = items.filter((month) => month.state === 'frozen').length;
    const corrections = items.reduce((sum, { versions }) => sum + Math.max(0, versions.length - 1), 0);
    const carried = state.measures.filter(isOpen).length;
    const targets = state.targets.map((version) => version.targets.find(({ form }) => form === 'all')?.value ?? '—');
    const target = targetsNow(state).find(({ form }) => form === 'all')?.value;
    const cells = [
      `${year}`,
      targets.join(' → '),
      `${all?.uses}`,
      `${all?.people}`,
      year === two ? `${this.#ordered}` : '0',
      all?.met ? '達成 / met' : '未達成 / missed',
      inBoth('stage', state.stages.home ?? ''),
      `${carried}`,
      `${frozen}`,
      `${corrections}`,
    ];
    return { cells, uses: all?.uses, target, frozen, corrections };
  }

  /** People plan these dates five days ahead, or at once where it is ordered, and carry them out. @returns how many days */
  async #spend(
    dates: readonly string[],
    staff: readonly string[],
    how: (place: number) => Pick<TourDay, 'form' | 'ordered'>,
  ): Promise<number> {
    const people = this.#people;
    const planned = dates.flatMap((date) => staff.map((who, place): TourDay => ({ staff: who, date, ...how(place) })));
    await people.planAll(planned);
    await people.byHeads({ procedure: 'telework-day', step: 'approve' });
    for (const date of dates) {
      await this.stage.passUntil(at(date, '08:31'));
      await people.begin(date);
      await this.stage.passUntil(at(date, '17:16'));
      await people.end(date);
    }
    await people.byHeads({ procedure: 'telework-day', step: 'acceptReport' });
    return planned.length;
  }

  /** So many of the registered, the next ones each time. */
  #some(count: number): readonly string[] {
    const from = this.#turn;
    this.#turn += count;
    return Array.from({ length: count }, (_, place) => this.#registered[(from + place) % this.#registered.length] ?? '');
  }

  #departmentOf(staff: string, date: string): string {
    const [department = ''] = this.#people.residents.get(staff)?.departments ?? [];
    return department === renamed.before && date >= `${four}-07-01` ? renamed.after : department;
  }
}

const headings = [
  '年度 / year',
  '目標 / target',
  '延べ / uses',
  '実人数 / people',
  '命令 / ordered',
  '結果 / result',
  '在宅勤務の段階 / stage of home',
  '引継ぎ / carried',
  '確定月 / frozen',
  '訂正 / corrections',
];
