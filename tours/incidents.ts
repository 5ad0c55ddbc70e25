import { municipalCalendar } from '../config/calendar.js';
import { dayOn } from '../workflows/shared/dates.js';
import { casePaths } from '../workflows/shared/procedures.js';
import { numberIn } from './crowd.js';
import { Differs } from './player.js';
import { refused } from './script.js';
import type { Slotted, Trial } from './trial.js';

const [campaigns, sections] = [casePaths['trial-campaign'], casePaths['trial-section']];
const { addBusinessDays } = municipalCalendar();

/** Departments in which something else happens. */
const cast = ['soumu', 'jinji', 'sangyo', 'kikaku', 'zaisei', 'fukushi', 'kyoiku', 'kensetsu', 'hoiku', 'kenko'];

/** A member with one of their slots. */
interface Ahead extends Slotted {
  date: string;
}

/** What comes between in two weeks of a trial, in the sections of a small town, each thing in another one, and what is tried and refused. Days are counted from 0. */
export class Incidents {
  readonly #trial: Trial;
  /** Swaps that were asked for, by the section. */
  readonly #asked = new Map<string, { by: Ahead; with: Ahead }>();
  readonly #ill = new Map<string, ReadonlySet<string>>();
  #forgets: { staff: string; until: string } | undefined;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  /** Whether the person begins the day for which they have planned. */
  comes(staff: string, date: string): boolean {
    const forgets = this.#forgets?.staff === staff && date <= this.#forgets.until;
    return !forgets && !this.#ill.get(date)?.has(staff);
  }

  async happen(nth: number, date: string): Promise<void> {
    switch (nth) {
      case 0:
        for (const department of ['soumu', 'jinji', 'sangyo']) await this.#askSwap(department, date);
        await this.#speak('kikaku', date);
        await this.#overstep(date);
        this.#forgets = { staff: (await this.#ahead('fukushi', date))[0]?.staff ?? '', until: addBusinessDays(date, 2) };
        return;
      case 1:
        await this.#answerSwaps();
        return this.#trial.inDirectory(this.#swapIn('sangyo').with.staff, 'leaves');
      case 2:
        await this.#askWhoLeft();
        await this.#transfer('kyoiku', 'kensetsu', date);
        return this.#trial.sendToRepair(2);
      case 3:
        await this.#exempt(date);
        return this.#neededElsewhere('kenko', date);
      case 4:
        return this.#fallIll(date);
      case 5:
        return this.#trial.backFromRepair();
      case 6:
        await this.#record('kenko', date);
        return this.#trial.bringAttendance((await this.#others('soumu', date)).staff, dayOn(date, -1));
    }
  }

  /** Two of a section would like each other's day. */
  async #askSwap(department: string, date: string): Promise<void> {
    const ahead = await this.#ahead(department, addBusinessDays(date, 2));
    const [by] = ahead;
    const other = ahead.find((one) => one.date !== by?.date && one.staff !== by?.staff);
    if (!by || !other) throw new Differs(`nobody of ${department} can swap`);
    await this.#trial.inSection(by.staff, by, 'askSwap', { mine: by.date, with: other.staff, theirs: other.date });
    this.#asked.set(department, { by, with: other });
  }

  /** One agrees, one does not; the third leaves before they have answered. */
  async #answerSwaps(): Promise<void> {
    for (const [department, agreed] of [
      ['soumu', true],
      ['jinji', false],
    ] as const) {
      const { by, with: partner } = this.#swapIn(department);
      const [swap] = (await this.#trial.section(by.section, partner.staff)).swaps;
      if (!swap) throw new Differs(`there is no swap in ${department}`);
      if (agreed)
        await this.#trial.refused(
          '他人に申し出た交代への回答 / answering a swap that was asked of another',
          by.staff,
          `${sections}/${by.section}/steps/answerSwap`,
          { swap: swap.id, agreed },
          refused(403, 'forbidden'),
        );
      await this.#trial.inSection(partner.staff, partner, 'answerSwap', { swap: swap.id, agreed });
    }
  }

  async #askWhoLeft(): Promise<void> {
    const { by, with: partner } = this.#swapIn('sangyo');
    const { swaps } = await this.#trial.section(by.section);
    if (swaps.length) throw new Differs('a swap with somebody who has left is still open');
    await this.#trial.refused(
      '退職した人への交代の申出 / a swap with somebody who has left',
      by.staff,
      `${sections}/${by.section}/steps/askSwap`,
      { mine: by.date, with: partner.staff, theirs: partner.date },
      refused(422, 'ruleRefuses', 'notMember'),
    );
  }

  /** Questions, troubles, and a meeting of the promoters. */
  async #speak(department: string, date: string): Promise<void> {
    const [asker] = await this.#members(department);
    if (!asker) throw new Differs(`nobody is in ${department}`);
    const promoter = this.promoter(department);
    await this.#trial.inSection(asker.staff, asker, 'raise', { kind: 'question', text: '紙の資料はどう扱いますか。' });
    await this.#trial.inSection(asker.staff, asker, 'raise', { kind: 'trouble', text: '接続が切れることがある。' });
    const { raised } = await this.#trial.section(asker.section, promoter);
    for (const { id } of raised)
      await this.#trial.inSection(promoter, asker, 'answerRaised', { raised: id, answer: '手引のとおり、情報担当課に相談してください。' });
    await this.#trial.inSection(promoter, asker, 'recordMeeting', { held: date, attended: 25, questions: '機器の受渡しの時刻について。' });
  }

  /** What nobody may. */
  async #overstep(date: string): Promise<void> {
    const trial = this.#trial;
    const [one, other] = (await this.#ahead('zaisei', addBusinessDays(date, 1))).filter(({ staff }) => this.#isPlain(staff));
    if (!one || !other) throw new Differs('zaisei has too few members');
    const step = (name: string) => `${sections}/${one.section}/steps/${name}`;
    await trial.refused(
      '自分との交代 / a swap with oneself',
      one.staff,
      step('askSwap'),
      { mine: one.date, with: one.staff, theirs: one.date },
      refused(422, 'ruleRefuses', 'swapWithSelf'),
    );
    await trial.refused(
      '他人が実施できないとの届出 / saying that somebody else cannot',
      one.staff,
      step('cannot'),
      { people: [other.staff], dates: [other.date], atWork: false },
      refused(422, 'ruleRefuses', 'onlyOneself'),
    );
    const saturday = dayOn(date, 5);
    await trial.refused(
      '土曜日への変更 / moving to a Saturday',
      one.staff,
      step('move'),
      { staff: one.staff, from: one.date, to: { date: saturday, part: 'day' } },
      refused(422, 'ruleRefuses', 'dateClosed'),
    );
    const head = trial.crowd.heads().get('zaisei') ?? '';
    await trial.refused(
      '所属長が自分を免除 / a head who exempts themselves',
      head,
      step('exempt'),
      { people: [head], exemption: { reason: 'duty', until: saturday } },
      refused(422, 'ruleRefuses', 'ownAffair'),
    );
    await trial.refused(
      '期間中のアンケートの回答 / answering the questionnaire before the end',
      one.staff,
      `${campaigns}/${trial.campaign}/answers`,
      { participant: { progress: 'same' } },
      refused(422, 'ruleRefuses', 'notOpenForAnswers'),
    );
  }

  /** A whole section is ill on a morning on which many of it were to telework: their promoter says so for all of them. */
  async #fallIll(date: string): Promise<void> {
    const others = await this.#trial.slotted(date);
    const count = (department: string): number => others.filter((one) => one.department === department).length;
    const [one] = others
      .filter(({ department }) => !cast.includes(department))
      .sort((first, second) => count(second.department) - count(first.department));
    if (!one) throw new Differs(`nobody else teleworks on ${date}`);
    const { department } = one;
    const members = await this.#members(department);
    const people = members.map(({ staff }) => staff);
    await this.#trial.inSection(this.promoter(department), one, 'cannot', { people, dates: [date], atWork: false });
    this.#ill.set(date, new Set(people));
  }

  async #transfer(from: string, to: string, date: string): Promise<void> {
    const moving = (await this.#ahead(from, addBusinessDays(date, 2))).find(({ staff }) => this.#isPlain(staff));
    if (!moving) throw new Differs(`nobody of ${from} can move`);
    await this.#trial.inDirectory(moving.staff, { department: to });
  }

  async #neededElsewhere(department: string, date: string): Promise<void> {
    const one = (await this.#ahead(department, addBusinessDays(date, 2))).find(({ staff }) => this.#isPlain(staff));
    if (one) await this.#trial.inSection(one.staff, one, 'cannot', { people: [one.staff], dates: [one.date], atWork: true });
  }

  /** One exemption ends by itself within the period, another lasts for all of it. */
  async #exempt(date: string): Promise<void> {
    const exempt = async (department: string, by: string, exemption: object) => {
      const one = (await this.#ahead(department, addBusinessDays(date, 1))).find(({ staff }) => this.#isPlain(staff));
      if (!one) throw new Differs(`nobody of ${department} can be exempt`);
      await this.#trial.inSection(by, one, 'exempt', { people: [one.staff], exemption });
    };
    await exempt('zaisei', this.#trial.crowd.heads().get('zaisei') ?? '', { reason: 'hospital', until: addBusinessDays(date, 3) });
    await exempt('hoiku', this.#trial.hr, { reason: 'maternity', until: dayOn(date, 90) });
  }

  /** HR writes down by hand what no evidence shows. */
  async #record(department: string, date: string): Promise<void> {
    const one = (await this.#ahead(department, addBusinessDays(date, 1))).find(({ staff }) => this.#isPlain(staff));
    if (!one) throw new Differs(`nobody of ${department} is left`);
    await this.#trial.refused(
      '推進員による実績の記録 / an outcome recorded by a promoter',
      this.promoter(department),
      `${sections}/${one.section}/steps/recordOutcome`,
      { staff: one.staff, outcome: 'done', reason: '出張先で実施した。' },
      refused(403, 'forbidden'),
    );
    await this.#trial.inSection(this.#trial.hr, one, 'recordOutcome', { staff: one.staff, outcome: 'done', reason: '出張先で実施した。' });
  }

  /** The promoter of a department. */
  promoter(department: string): string {
    const group = this.#trial.stage.sample.entries.find(({ dn }) => dn.startsWith('cn=telework-promoter,'))?.attributes.member ?? [];
    const found = group.map(numberIn).find((staff) => this.#trial.residents.get(staff)?.departments.includes(department));
    if (!found) throw new Differs(`${department} has no promoter`);
    return found;
  }

  /** Neither head nor promoter nor anything else that would let them do more. */
  #isPlain(staff: string): boolean {
    const { sample } = this.#trial.stage;
    const special = sample.entries.some(({ attributes }) =>
      [...(attributes.member ?? []), ...(attributes.seeAlso ?? [])].some((dn) => numberIn(dn) === staff),
    );
    return !special && this.#trial.residents.has(staff);
  }

  #swapIn(department: string): { by: Ahead; with: Ahead } {
    const swap = this.#asked.get(department);
    if (!swap) throw new Differs(`nobody of ${department} has asked`);
    return swap;
  }

  #members(department: string): Promise<readonly Slotted[]> {
    return this.#trial.crowd.rows<Slotted>(
      'select staff, case_id as section, department from trial_members where campaign = $1 and department = $2 order by staff',
      [this.#trial.campaign, department],
    );
  }

  /** Members of the department who have a slot on the date or after it, the earliest first. */
  #ahead(department: string, date: string): Promise<readonly Ahead[]> {
    return this.#trial.crowd.rows<Ahead>(
      `select staff, case_id as section, department, slot.date::text as date from trial_members cross join json_to_recordset(slots) as slot (date date)
       where campaign = $1 and department = $2 and slot.date >= $3 and status = 'planned' order by slot.date, staff`,
      [this.#trial.campaign, department, date],
    );
  }

  /** A member of the department who was not to telework on the date before. */
  async #others(department: string, date: string): Promise<Slotted> {
    const [one] = (await this.#ahead(department, addBusinessDays(date, 1))).filter(({ staff }) => this.#isPlain(staff));
    if (!one) throw new Differs(`nobody of ${department} is left`);
    return one;
  }
}
