import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FigureCell, FigureDims, FigureName, ProcedureName } from '../activities/ledger/port.js';
import type { ProblemDocument } from '../api/errors.js';
import type { Standing } from '../api/trial/tallies.js';
import type { ShownCase } from '../api/views.js';
import { inBoth, sentences, table } from '../cli/print.js';
import { fiscalYear, municipalCalendar } from '../config/calendar.js';
import { loadPack } from '../config/policy/pack.js';
import { say } from '../config/texts.js';
import type { Loan } from '../workflows/device-loan/rules.js';
import type { TeleworkForm } from '../workflows/registration/contract.js';
import { dayOn, daysBetween, monthsOf } from '../workflows/shared/dates.js';
import { casePaths } from '../workflows/shared/procedures.js';
import type { MeasureId } from '../workflows/yearly-review/contract.js';
import { isOpen, type YearlyReview } from '../workflows/yearly-review/rules.js';
import { eachOf, numberIn, type Resident } from './crowd.js';
import { at, businessDay, homeDay } from './day.js';
import { KnownFigures } from './known-figures.js';
import { Differs, patiently, reportAbsent } from './player.js';
import { Review } from './review.js';
import { refused } from './script.js';
import { SecondLook } from './second-look.js';
import { askStaff } from './staff-survey.js';
import { auditOf, missingMails, packs, type Stage } from './stage.js';
import type { TourDay } from './teleworkers.js';
import { Trial } from './trial.js';

const { addBusinessDays } = municipalCalendar();
const [loans, registrations, days] = [casePaths['device-loan'], casePaths.registration, casePaths['telework-day']];
const monthOf = (date: string) => date.slice(0, 7);

/**
 * The whole programme of a small town in one fiscal year, on its clock: planned, registered for, lent for, teleworked, tried by whole sections, asked about, ordered in the snow, evaluated and decided on.
 * What it has done it has counted too: the product's figures must be the same.
 */
export async function playProgramme(stage: Stage): Promise<boolean> {
  const town = new Programme(stage, fiscalYear(stage.today) + 1);
  const began = performance.now();
  const chapters = town.chapters();
  const headings = table(chapters.map(([date, what]) => [date, what, '|'])).split('\n');
  for (const [nth, [date, , step]] of chapters.entries()) {
    await stage.passUntil(at(date, '09:00'));
    const said = await step();
    console.log(`${headings[nth]?.slice(0, -1)}${said}  (${((performance.now() - began) / 1000).toFixed(0)} s)`);
  }
  return town.judge();
}

type Chapter = readonly [date: string, what: string, step: () => Promise<string>];

class Programme {
  readonly #people: Trial;
  readonly #known = new KnownFigures();
  readonly #year: number;
  /** Whose registration is active. */
  readonly #registered = new Set<string>();
  #review: Review | undefined;

  constructor(
    readonly stage: Stage,
    year: number,
  ) {
    this.#people = new Trial(stage);
    this.#year = year;
  }

  chapters(): readonly Chapter[] {
    const months = monthsOf(this.#year);
    const month = (calendarMonth: number) => months[(calendarMonth + 8) % 12] ?? '';
    const on = (calendarMonth: number, nth: number) => businessDay(month(calendarMonth), nth);
    const after = (nth: number) => businessDay(`${this.#year + 1}-04`, nth);
    return [
      [on(4, 1), '年度計画 / the plan of the year', () => this.plan(on(4, 1))],
      [on(4, 3), '登録の申請 / registrations filed', () => this.register()],
      [on(4, 6), '登録の承認 / approved', () => this.approve(on(4, 6))],
      [on(5, 4), '端末の貸出し / devices lent', () => this.lendDevices(on(5, 4))],
      [on(6, 1), 'テレワーク / telework', () => this.telework([6, 7, 9].map(month))],
      [on(10, 4), '試行期間 / a trial period', () => this.tryOut(on(10, 8))],
      [on(10, 12), '中間評価 / half-year check', () => this.halfYear()],
      [on(11, 1), '強化月間 / promotion month', () => this.telework([11].map(month))],
      [on(12, 1), '職員アンケート / staff survey', () => this.ask(on(12, 3))],
      [on(1, 10), '大雪 / heavy snow', () => this.snow(on(1, 13))],
      [on(2, 2), '登録の更新 / renewed', () => this.renew()],
      [on(2, 6), 'テレワーク / telework', () => this.telework([3].map(month))],
      [after(2), '年度評価 / the year is evaluated', () => this.evaluate(after(4))],
      [after(7), '市長の決裁 / the mayor decides', () => this.decide(after(7))],
    ];
  }

  /** HR opens the year: targets, measures with owners; the committee deliberates, the mayor decides. */
  async plan(date: string): Promise<string> {
    const people = this.#people;
    await people.bring('seats');
    const review = await Review.opened(people, this.#year);
    this.#review = review;
    await review.direct('setTargets', { targets });
    for (const measure of measuresOf(this.#year)) await review.direct('addMeasure', measure);
    await review.direct('submitPlan');
    const few = review.committee.slice(0, 3);
    const gathered = { held: date, present: few, agrees: true, minutes: '出席者が少ない。' };
    await people.refused(
      '定足数に満たない委員会 / a committee without a quorum',
      few[0] ?? '',
      review.stepAt('deliberate'),
      gathered,
      refused(422, 'ruleRefuses', 'noQuorum'),
    );
    await review.deliberate(date);
    await review.byMayor('decidePlan', { approved: true });
    return `${measuresOf(this.#year).length} 施策 / measures, ${targets.length} 目標 / targets`;
  }

  /** Everybody files, whoever they are. */
  async register(): Promise<string> {
    const why = new Map<string, number>();
    await eachOf([...this.#people.residents.values()], async (resident) => {
      const { status, body } = await this.#people.crowd.post<ShownCase & ProblemDocument>(resident.staffNumber, registrations, {
        form: formOf(resident),
      });
      if (status < 300) this.#registered.add(resident.staffNumber);
      else {
        const sentence = sentences(body, 'registration');
        why.set(sentence, (why.get(sentence) ?? 0) + 1);
      }
    });
    for (const [sentence, times] of why) this.#people.refusals.push([`登録の申請 ×${times} / registrations`, sentence]);
    return `${this.#registered.size} 件 / filed`;
  }

  async approve(date: string): Promise<string> {
    const step = { procedure: 'registration', step: 'approve' } as const;
    const heads = this.#people.crowd.heads();
    const absent = ['kikaku', 'hoiku', 'suido'];
    const hr = await this.stage.place.clientOf(this.#people.hr);
    await reportAbsent(hr, { staff: absent.map((unit) => heads.get(unit) ?? ''), today: date });
    let acting = 0;
    for (const unit of absent) {
      const deputy = [...this.#people.residents.values()].find(
        ({ departments, title }) => departments.includes(unit) && title === '課長補佐',
      );
      const { staffNumber = '' } = deputy ?? {};
      const own = await this.#people.crowd.rows<{ id: string }>('select case_id as id from cases where staff = $1', [staffNumber]);
      const tasks = (await this.#people.crowd.tasks(staffNumber, step)).filter((task) => !own.some(({ id }) => id === task));
      acting += await this.#people.crowd.inBulk(staffNumber, step, tasks);
    }
    const own = await this.#people.byHeads(
      step,
      [...heads.keys()].filter((unit) => !absent.includes(unit)),
    );
    await reportAbsent(hr, { staff: [], today: date });
    const rest = await this.#people.byHeads(step);
    this.#approved('registration', date, { value: own + rest });
    this.#approved('registration', date, { how: 'acting', value: acting });
    return `${own + rest} 所属長 / by heads, ${acting} 代決 / by deputies`;
  }

  /** Five ask: one brings it back in time, one keeps it longer, one loses and finds it, one's head says no; without a registration nobody is heard. */
  async lendDevices(date: string): Promise<string> {
    const people = this.#people;
    const { mayor } = this.stage.sample.accounts;
    const [from, until, longer] = [2, 4, 6].map((later) => addBusinessDays(date, later)) as [string, string, string];
    const form = { kind: 'laptop', accessories: ['wire', 'mouse'], from, until, personalData: false };
    await people.refused('登録のない借用願 / a device without a registration', mayor, loans, form, refused(422, 'ruleRefuses'));
    const borrowers = this.#staffOf('zeimu', 'kikaku', 'zaisei', 'sangyo');
    const asked: { staff: string; department: string; path: string }[] = [];
    for (const { staffNumber: staff, departments } of borrowers)
      asked.push({ staff, department: departments[0] ?? '', path: `${loans}/${(await people.act<ShownCase>(staff, loans, form)).id}` });
    const [inTime, extended, lost, unlucky] = asked as [Lent, Lent, Lent, Lent];
    const lent = [inTime, extended, lost];
    for (const { department, path } of lent) {
      await people.act(this.#head(department), `${path}/steps/approve`, {});
      this.#approved('device-loan', date);
    }
    await people.act(this.#head(unlucky.department), `${unlucky.path}/steps/refuse`, { reason: 'この週は窓口が手薄になるため。' });

    await this.stage.passUntil(at(from, '09:00'));
    for (const { staff, path } of lent) {
      await this.#byIt(0, path, 'prepare', {
        assetTag: await this.#tagOf(path),
        fingerprintEnrolled: false,
        accessories: form.accessories,
      });
      await this.#byIt(0, path, 'handOver');
      await people.act(staff, `${path}/steps/receive`, { terms: this.stage.place.terms });
      this.#count({ figure: 'handOvers', date: from, dims: { days: `${daysBetween(date, from)}` } }, [[], ['days']]);
    }
    const found = addBusinessDays(from, 1);
    await people.act(extended.staff, `${extended.path}/steps/askExtension`, { until: longer });
    await people.act(this.#head(extended.department), `${extended.path}/steps/decideExtension`, { granted: true });
    await people.act(lost.staff, `${lost.path}/steps/reportLoss`, { how: 'loss', report: '帰りの列車に置き忘れた。駅に届け出た。' });
    this.#count({ figure: 'losses', date: from, dims: { how: 'loss' } }, [[], ['how']]);
    await this.stage.passUntil(at(found, '11:00'));
    await this.#byIt(0, lost.path, 'find', { accessories: form.accessories });
    await this.#wiped(lost, from, found);
    await this.stage.passUntil(at(until, '16:00'));
    await this.#byIt(0, inTime.path, 'takeBack', { accessories: form.accessories });
    await this.#wiped(inTime, from, until);
    await this.stage.passUntil(at(longer, '16:00'));
    await this.#byIt(0, extended.path, 'takeBack', { accessories: form.accessories });
    await this.#wiped(extended, from, longer);
    return '3 貸出し / lent (1 延長 / extended, 1 紛失・発見 / lost and found), 3 返却・消去・確認 / erased and confirmed, 1 不承認 / refused';
  }

  /** Erased by one of IT, confirmed by another, on the day on which it came back. */
  async #wiped({ path }: Lent, from: string, back: string): Promise<void> {
    await this.#byIt(0, path, 'erase', purged);
    if (!this.#people.refusals.some(([what]) => what === ownErasure))
      await this.#people.refused(
        ownErasure,
        this.stage.sample.accounts.it[0],
        `${path}/steps/confirmErasure`,
        {},
        refused(422, 'ruleRefuses', 'secondPerson'),
      );
    await this.#byIt(1, path, 'confirmErasure');
    this.#count({ figure: 'erasures', date: dayOn(back, loadPack(packs.programme).values.deviceLoan.erasureWithinDays) }, [[]]);
    this.#count({ figure: 'deviceDays', date: from, value: daysBetween(from, back) + 1 }, [[]]);
  }

  async #byIt(who: 0 | 1, path: string, step: string, body: object = {}): Promise<void> {
    await this.#people.act(this.stage.sample.accounts.it[who], `${path}/steps/${step}`, body);
  }

  async #tagOf(path: string): Promise<string> {
    const tag = async () => ((await this.#people.look<ShownCase>(this.stage.sample.accounts.it[0], path)).state as Loan).device?.assetTag;
    await patiently('a device is reserved', async () => (await tag()) !== undefined);
    return (await tag()) ?? '';
  }

  /** One page of what has come of the year, held against what was done. */
  async judge(): Promise<boolean> {
    const people = this.#people;
    const { crowd, refusals } = people;
    await crowd.settled();
    const months = monthsOf(this.#year);
    this.#known.addDays(people.begun, (staff) => this.#departmentOf(staff));
    for (const month of months)
      for (const staff of this.#registered)
        this.#known.addSplit({ month, figure: 'registered', dims: { department: this.#departmentOf(staff) }, value: 1 }, [
          [],
          ['department'],
        ]);
    const { client } = await people.hrIn('ja');
    const cells = await this.#known.cellsAt(client, months);
    const second = new SecondLook();
    const aims = targets.map((one) => ({ fiscalYear: this.#year, form: one.form, value: 'value' in one ? one.value : null }));
    const { findings, looked } = await second.at(this.stage, { years: [this.#year, this.#year + 1], aims });
    second.end();
    const wrong = [
      ...findings,
      ...this.#known.differences(cells, months),
      ...(await auditOf(this.stage)).map(({ table: name, problem }) => `${name}: ${problem}`),
      ...(await missingMails(this.stage)),
    ];

    const { results, review } = await this.#results();
    const report = await this.review.saveReport('pdf', join(tmpdir(), `telework-report-${this.#year}.pdf`));
    console.log(`\n■ 手続 / procedures\n${table(await casesOf(people))}`);
    console.log(`\n■ 毎月の実績（確定値） / the months, as frozen\n${table(monthLines(cells, months))}`);
    console.log(`\n■ 目標と実績 / target and result: ${inBoth('stage', review.stages.home ?? '')}\n${table(results)}`);
    console.log('\n■ 断られた手続 / refused, and why');
    for (const [nth, [what, why]] of refusals.entries())
      console.log(`${`${nth + 1}`.padStart(2)}. ${what}\n    ${why.split('\n').at(-1)?.trim()}`);
    console.log(`\n■ 年次報告書 / the yearly report: ${report}`);
    for (const one of wrong) console.log(`違います / differs: ${one}`);
    console.log(
      `\n${people.steps} 手続 / steps taken, ${refusals.length} 断られた / refused, ${this.#known.size} 件の数値を照合 / figures held against what was done, ${looked.cells} 件を別に計算 / reckoned a second time: ` +
        `${wrong.length ? '違います / differs' : 'すべて予定どおり / all as it should be'}`,
    );
    return wrong.length === 0;
  }

  async #results(): Promise<{ results: string[][]; review: YearlyReview }> {
    const review = await this.review.state();
    const lines = (review.evaluation?.results ?? []).map(({ form, value, uses, people, met }) => [
      `  ${form === 'all' ? '全体 / all' : inBoth('teleworkForm', form)}`,
      `目標 / target ${value ?? '—'}`,
      `延べ / uses ${uses}`,
      `実人数 / people ${people}`,
      met === undefined ? '' : met ? '達成 / met' : '未達成 / missed',
    ]);
    return { results: lines, review: await (await Review.of(this.#people, this.#year + 1)).state() };
  }

  #departmentOf(staff: string): string {
    return this.#people.residents.get(staff)?.departments[0] ?? '';
  }

  /** Somebody plain of each of these departments. */
  #staffOf(...departments: readonly string[]): readonly Resident[] {
    return departments.flatMap(
      (department) =>
        [...this.#people.residents.values()].find(
          (one) => one.departments[0] === department && this.#registered.has(one.staffNumber) && this.#isPlain(one.staffNumber),
        ) ?? [],
    );
  }

  /** Neither head nor in a group that decides or lends. */
  #isPlain(staff: string): boolean {
    return !this.stage.sample.entries.some(({ attributes }) =>
      [...(attributes.member ?? []), ...(attributes.seeAlso ?? [])].some((dn) => numberIn(dn) === staff),
    );
  }

  #head(department: string): string {
    return this.#people.crowd.heads().get(department) ?? '';
  }

  #approved(procedure: ProcedureName, date: string, { how = 'own', value = 1 } = {}): void {
    this.#count({ figure: 'approvals', date, dims: { procedure, how }, value }, [[], ['procedure', 'how']]);
  }

  #count(
    { figure, date, dims = {}, value = 1 }: { figure: FigureName; date: string; dims?: FigureDims; value?: number },
    ways: Parameters<KnownFigures['addSplit']>[1],
  ): void {
    this.#known.addSplit({ month: monthOf(date), figure, dims, value }, ways);
  }

  async telework(months: readonly string[]): Promise<string> {
    let count = 0;
    for (const [nth, month] of months.entries()) count += await this.#teleworkOn([businessDay(month, 6), businessDay(month, 12)], nth);
    return `${count} 人日 / days`;
  }

  /** Whole sections have everybody telework once: on one day the counters would be empty, on two they are not. */
  async tryOut(from: string): Promise<string> {
    const people = this.#people;
    const until = addBusinessDays(from, 1);
    const departments = ['kikikanri', 'zaisei', 'zeimu', 'fukushi', 'kensetsu', 'suido'];
    const counters = (this.stage.sample.tables['counters.csv'] ?? [])
      .slice(1)
      .map(([department = '', minimum = '']) => ({ department, morning: Number(minimum), afternoon: Number(minimum) }));
    const groups = [{ id: 'everybody', who: { departments }, times: 1, per: 'period' as const }];
    const draft = { ...(await people.defaults()), from, until: from, groups, counters };
    await people.file(draft);
    await people.plan();
    const announce = `${casePaths['trial-campaign']}/${people.campaign}/steps/announce`;
    await people.refused(
      '窓口が空になる計画 / a plan that leaves counters empty',
      people.hr,
      announce,
      {},
      refused(422, 'ruleRefuses', 'planNotFeasible'),
    );
    await people.direct('redraft', { draft: { ...draft, until } });
    await people.plan();
    await people.announce();
    await people.planDays(from);
    for (const date of [from, until]) {
      await this.#byHeads('approve', date);
      await this.#through(date);
      if (date < until) await people.planDays(until);
    }
    await this.#byHeads('acceptReport', until);
    await this.stage.passUntil(at(addBusinessDays(until, 1), '09:00'));
    await people.crowd.settled();
    await people.direct('report', { remarks: '次回は全所属で行う。' });
    const { total } = await people.look<{ total: Standing }>(people.hr, `${casePaths['trial-campaign']}/${people.campaign}/tally`);
    if (total.done !== total.members) throw new Differs(`${total.done} of ${total.members} have made the trial`);
    return `${departments.length} 所属 / sections, ${total.done} / ${total.members} 人 / members`;
  }

  /** 緊急時の特例: two days on which whoever can stays at home, by order. They are counted apart. */
  async snow(date: string): Promise<string> {
    const people = this.#people;
    const { emergencyAuthority, borrower } = this.stage.sample.accounts;
    const dates = [date, addBusinessDays(date, 1)];
    const declaration = { lifts: ['planBy'], from: date, until: dates[1], reason: '大雪警報' };
    const late = { plan: { ...homeDay, date } };
    await this.stage.passUntil(at(date, '07:00'));
    await people.refused('当日の計画 / planned on the day itself', borrower, days, late, refused(422, 'ruleRefuses', 'plannedTooLate'));
    const { id: ordered } = await people.act<{ id: string }>(emergencyAuthority, '/emergencies', declaration);
    const wanted = dates.flatMap((one) => this.#crew(0, 4).map((staff): TourDay => ({ staff, date: one, form: 'home', ordered })));
    await people.planAll(wanted);
    await this.#byHeads('approve', date, wanted);
    await this.#through(...dates);
    await this.#byHeads('acceptReport', date, wanted);
    return `${wanted.length} 人日、別に数える / days, counted apart`;
  }

  /** What is confirmed by the person and renewed by the head goes on for another year. */
  async renew(): Promise<string> {
    const people = this.#people;
    const step = { procedure: 'registration', step: 'confirmRenewal' } as const;
    const going = [...this.#registered].sort().filter((_, place) => place % 10 !== 9);
    await eachOf(going, async (staff) => {
      for (const id of await people.crowd.tasks(staff, step)) await people.crowd.take(staff, { ...step, id }, {});
    });
    const renewed = await people.byHeads({ procedure: 'registration', step: 'renew' });
    if (renewed !== going.length) throw new Differs(`${going.length} have confirmed, ${renewed} are renewed`);
    return `${renewed} 更新 / renewed, ${this.#registered.size - renewed} 終了 / end`;
  }

  /** 中間評価: HR looks at the half year, two owners report; the third is late. */
  async halfYear(): Promise<string> {
    const [wide, , devices] = await this.#measures();
    await this.review.direct('checkHalfYear', { findings: '試行により実施者が増えた。', budgetRequest: '貸出用端末5台' });
    await this.review.report(this.#head('kikaku'), wide, { done: true, text: '全所属で登録を終えた。' });
    await this.review.report(this.stage.sample.accounts.it[0], devices, { text: '仕様を決めた。' });
    return '2 施策の報告 / measures reported on';
  }

  async ask(from: string): Promise<string> {
    const { survey, handedOut, returned, can } = await askStaff(this.#people, { from, until: addBusinessDays(from, 3) });
    await this.review.direct('useSurvey', { survey });
    return `${returned} / ${handedOut} 回答 / answers, ${can} できる / can telework`;
  }

  /** 評価, which waits for the figures of March; by then the next year has begun. */
  async evaluate(frozen: string): Promise<string> {
    const remarks = { remarks: '在宅勤務は目標に達した。モバイルワークは達していない。' };
    await this.#people.refused(
      '3月の集計前の評価 / evaluated before March is counted',
      this.#people.hr,
      this.review.stepAt('evaluate'),
      remarks,
      refused(422, 'ruleRefuses', 'monthsMissing'),
    );
    await this.stage.passUntil(at(frozen, '09:00'));
    await this.#people.crowd.settled();
    await this.review.direct('evaluate', remarks);
    await this.review.deliberate(frozen);
    const { measures } = await (await Review.of(this.#people, this.#year + 1)).state();
    const chased = (await this.review.chasedSince(`${this.#year}-12-28`)).length;
    if (!chased) throw new Differs('an owner who is late was never asked');
    return `12 か月確定 / months frozen; 翌年度へ / carried on: ${measures.length} 施策 / measures, 督促 / chased: ${chased}`;
  }

  /** 決裁: each measure, each form's stage; the report is frozen with it, and the next year hears of it. */
  async decide(date: string): Promise<string> {
    const people = this.#people;
    const [wide, inventory, devices] = await this.#measures();
    const mayor = this.stage.sample.accounts.mayor;
    const all = [
      { ...wide, decision: 'done' },
      { ...inventory, decision: 'change', due: dayOn(date, 120) },
      { ...devices, decision: 'continue' },
    ];
    const stages = [{ form: 'home', to: 'verification', reason: '目標に達した。' }];
    const body = { measures: all, added: [], stages };
    await people.refused(
      '決めていない施策がある / one measure left undecided',
      mayor,
      this.review.stepAt('decide'),
      { ...body, measures: all.slice(1) },
      refused(422, 'ruleRefuses', 'measureUndecided'),
    );
    await people.refused(
      '段階を飛ばす / a stage is skipped',
      mayor,
      this.review.stepAt('decide'),
      { ...body, stages: [{ form: 'home', to: 'establishment', reason: '定着した。' }] },
      refused(422, 'ruleRefuses', 'stageSkipped'),
    );
    await this.review.byMayor('decide', body);
    await people.refused('二度目の決裁 / decided twice', mayor, this.review.stepAt('decide'), body, refused(409, 'notDue'));
    const next = await Review.of(people, this.#year + 1);
    await patiently('the next year hears of it', async () => (await next.state()).carried === true);
    const { measures, stages: after } = await next.state();
    return `${measures.filter(isOpen).length} 施策が続く / measures go on, 在宅勤務 / home: ${inBoth('stage', after.home ?? '')}`;
  }

  async #measures(): Promise<readonly [MeasureId, MeasureId, MeasureId]> {
    const { measures } = await this.review.state();
    const [wide, inventory, devices] = measures.map(({ year, number }) => ({ year, number }));
    if (!wide || !inventory || !devices) throw new Differs('a measure is missing');
    return [wide, inventory, devices];
  }

  get review(): Review {
    if (!this.#review) throw new Differs('no year is open');
    return this.#review;
  }

  /** From the morning to the evening of each of these days. */
  async #through(...dates: readonly string[]): Promise<void> {
    for (const date of dates) {
      await this.stage.passUntil(at(date, '08:31'));
      await this.#people.begin(date);
      await this.stage.passUntil(at(date, '17:16'));
      await this.#people.end(date);
    }
  }

  /** Heads decide in bulk what waits for them: of all units, or of those of the people whose days these are. */
  async #byHeads(step: 'approve' | 'acceptReport', date: string, of?: readonly TourDay[]): Promise<void> {
    const units = of?.map(({ staff }) => this.#departmentOf(staff));
    const value = await this.#people.byHeads({ procedure: 'telework-day', step }, units);
    if (step === 'approve') this.#approved('telework-day', date, { value });
  }

  /** Planned and approved some days before; what came of it is looked at after the last. */
  async #teleworkOn(dates: readonly [string, string], nth: number): Promise<number> {
    const before = addBusinessDays(dayOn(dates[0], -5), 0);
    await this.stage.passUntil(at(before, '09:00'));
    const wanted = dates.flatMap((date, place) =>
      this.#crew(nth * 2 + place, 8).map((staff, seat): TourDay => ({ staff, date, form: formBy(seat) })),
    );
    await this.#people.planAll(wanted);
    await this.#byHeads('approve', before, wanted);
    await this.#through(...dates);
    await this.#byHeads('acceptReport', dates[1], wanted);
    return wanted.length;
  }

  /** One in so many of the registered who head nothing, others each time. */
  #crew(nth: number, oneIn: number): readonly string[] {
    const heads = new Set(this.#people.crowd.heads().values());
    const others = [...this.#registered].filter((staff) => !heads.has(staff)).sort();
    return others.filter((_, place) => (place + nth) % oneIn === 0);
  }
}

/** 目標: of all forms, and of each; none is set for satellite offices (「—」). */
const targets = [{ form: 'all', value: 250 }, { form: 'home', value: 200 }, { form: 'mobile', value: 60 }, { form: 'satellite' }] as const;

const measuresOf = (year: number) => [
  { text: '全ての所属で登録を進める。', owner: 'head:kikaku', due: `${year}-09-30` },
  { text: '窓口職場の業務を棚卸しする。', owner: 'head:shimin', due: `${year}-12-28` },
  { text: '貸出用端末を5台増やす。', owner: 'it', due: `${year + 1}-03-31`, budget: 900_000 },
];

interface Lent {
  staff: string;
  department: string;
  path: string;
}

const purged = { method: 'purge', tool: 'nvme sanitize', toolVersion: '2.11', dataClass: 'confidential' };
const ownErasure = '消去した本人が確認 / confirmed by the one who erased';

/** Cases, steps and mails of each procedure. */
async function casesOf({ crowd }: Trial): Promise<string[][]> {
  const rows = await crowd.rows<{ procedure: ProcedureName; cases: number; events: number; mails: number }>(
    `select procedure, count(distinct case_id)::int as cases, (select count(*) from events join cases as own using (case_id) where own.procedure = cases.procedure)::int as events,
       (select count(*) from mail_copies join outbox using (message_id) join cases as own using (case_id) where own.procedure = cases.procedure)::int as mails
     from cases group by procedure order by min(filing)`,
  );
  return rows.map(({ procedure, cases, events, mails }) => [
    `  ${inBoth('procedure', procedure)}`,
    `${cases} 件 / cases`,
    `${events} 記録 / events`,
    `${mails} 通 / mails`,
  ]);
}

function monthLines(cells: readonly FigureCell[], months: readonly string[]): string[][] {
  const total = (month: string, figure: FigureName) =>
    cells.find((one) => one.month === month && one.figure === figure && !Object.keys(one.dims).length)?.value ?? 0;
  const figures = ['uses', 'people', 'orderedUses', 'registered', 'approvals'] as const;
  return [
    ['  月', ...figures.map((figure) => say('ja', 'figure', `${figure}.name`))],
    ['  month', ...figures.map((figure) => say('en', 'figure', `${figure}.name`))],
    ...months.map((month) => [
      `  ${month}`,
      ...figures.map((figure) => `${total(month, figure)}`),
      '▇'.repeat(Math.ceil(total(month, 'uses') / 4)),
    ]),
  ];
}

const formBy = (seat: number): TeleworkForm => (seat % 5 === 3 ? 'mobile' : seat % 8 === 6 ? 'satellite' : 'home');

const formOf = ({ nth }: Resident) => ({
  forms: ['home', 'mobile', 'satellite'],
  workplace: 'ownHome',
  address: `凪沢市本町${nth}-1`,
  phone: '000-0000-0000',
  frequency: { days: 1, per: 'week' },
});
