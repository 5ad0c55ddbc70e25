import type { Change, Reason } from '../activities/planner/port.js';
import type { ReasonInWords } from '../api/trial/plan-words.js';
import type { Forecast, Standing } from '../api/trial/tallies.js';
import { municipalCalendar } from '../config/calendar.js';
import { dayOn } from '../workflows/shared/dates.js';
import { casePaths } from '../workflows/shared/procedures.js';
import type { Draft, Planned } from '../workflows/trial-campaign/contract.js';
import type { Report as Checked } from './campaign-check-main.js';
import { showReport } from './campaign-report.js';
import { eachOf } from './crowd.js';
import { at, mondayAfter } from './day.js';
import { Incidents } from './incidents.js';
import { Differs } from './player.js';
import { refused } from './script.js';
import type { Stage } from './stage.js';
import { Trial } from './trial.js';

/** テレワーク専用端末 (003:390). */
const laptops = 56;
const campaigns = casePaths['trial-campaign'];
/** The day, counted from 0, on which HR gives those who have not done it two days more. */
const extended = 8;
/** Who leaves, is exempt, is recorded by hand, or may be left over. */
const asideOfStory = 5;
const { isBusinessDay, addBusinessDays } = municipalCalendar();

interface Tally {
  total: Standing;
  forecast: Forecast;
}
interface Plan extends Planned {
  reasons: readonly (ReasonInWords & { reason: Reason })[];
}

/**
 * A trial campaign under Nagayo's rules: drawn up, found to be impossible and why, made possible, announced, and played day by day on the town's clock with all that comes between, until it is reported. After
 * each week a program that shares no code with the product looks for what should not be (`campaign-check-main.ts`).
 */
export async function playCampaign(stage: Stage): Promise<boolean> {
  const story = new Story(stage);
  const began = performance.now();
  const say = (what: string) => console.log(`${what}  (${((performance.now() - began) / 1000).toFixed(0)} s)`);
  const monday = mondayAfter(stage.today);
  const eve = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((days) => dayOn(monday, -days)).find(isBusinessDay) ?? monday;

  await stage.passUntil(at(eve, '09:00'));
  const { from } = await story.drawUp(say);
  await story.prepare(from);
  let last = from;
  for (let nth = 0, date: string | undefined = from; date; nth += 1) {
    last = date;
    date = await story.play(last, nth);
    say(`${last}  ${await story.standing()}`);
    if (date !== dayOn(last, 1)) say(`${last}  ${await story.check()}`);
  }
  await story.close(last);
  say(`${last}  ${await story.check()}`);
  return story.judge();
}

class Story {
  readonly #trial: Trial;
  readonly #stage: Stage;
  readonly #findings: string[] = [];
  #looked: Checked['looked'] | undefined;
  /** The end as the plan had it on the first day. */
  #forecast: Forecast = { done: 0, byDate: [] };
  readonly #incidents: Incidents;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#trial = new Trial(stage);
    this.#incidents = new Incidents(this.#trial);
  }

  /** From the pack's proposal to the announcement: twice it cannot be done. */
  async drawUp(say: (what: string) => void): Promise<Draft> {
    const trial = this.#trial;
    await trial.gatherLaptops(laptops);
    const proposed = await trial.defaults();
    const counters = (this.#stage.sample.tables['counters.csv'] ?? [])
      .slice(1)
      .map(([department = '', minimum = '']) => ({ department, morning: Number(minimum), afternoon: Number(minimum) }));
    let draft: Draft = { ...proposed, counters };
    const late = { ...draft, from: this.#stage.today };
    await trial.refused(
      '当日からの試行 / a trial from today on',
      trial.hr,
      campaigns,
      { draft: late },
      refused(422, 'ruleRefuses', 'trialInPast'),
    );
    await trial.file(draft);
    for (const what of ['overtimeHours', 'paperSheets', 'commutingMinutes'] as const)
      await trial.direct('measure', { what, when: 'before', value: before[what] });
    await this.#planned(say, '案どおり（1人2回） / as proposed, twice each');
    await trial.refused(
      '実施できない計画の周知 / announcing what cannot be done',
      trial.hr,
      `${campaigns}/${trial.campaign}/steps/announce`,
      {},
      refused(422, 'ruleRefuses', 'planNotFeasible'),
    );

    draft = { ...draft, groups: draft.groups.map((group) => ({ ...group, times: 1 })) }; // まずは一度 (003:501).
    await trial.direct('redraft', { draft });
    const { reasons } = await this.#planned(say, 'まずは一度 / once each');
    for (const { reason } of reasons) draft = await this.#cured(draft, reason.cures[0] ?? []);
    await trial.direct('redraft', { draft });
    const plan = await this.#planned(say, `提案どおり ${draft.until} まで / until then, as suggested`);
    if (!plan.feasible) throw new Differs('the plan is not feasible after the suggested change');
    await trial.announce();
    this.#forecast = (await this.#tally()).forecast;
    say(`周知 / announced: ${plan.members} 人 / members, ${plan.sections} 所属 / sections`);
    return draft;
  }

  /** The first day's plans, approvals and devices, on the business day before. */
  async prepare(first: string): Promise<void> {
    await this.#trial.planDays(first);
    await this.#evening(first);
  }

  /** One day: what is over comes back, what happens happens, those whose day it is telework, and the next day is prepared. @returns the next day, as long as there is one */
  async play(date: string, nth: number): Promise<string | undefined> {
    const trial = this.#trial;
    await this.#stage.passUntil(at(date, '08:31'));
    await trial.crowd.settled(); // People come in after the mail.
    await trial.bringBack(date);
    await this.#incidents.happen(nth, date);
    await trial.crowd.settled();
    if (nth === extended) await trial.direct('extend', { until: addBusinessDays((await trial.state()).draft.until, 2) });
    const following = addBusinessDays(date, 1);
    const next = following <= (await trial.state()).draft.until ? following : undefined;
    await trial.begin(date, (staff) => this.#incidents.comes(staff, date));
    if (next) await trial.planDays(next);
    await this.#stage.passUntil(at(date, '17:16'));
    await trial.end(date);
    await trial.byHeads({ procedure: 'telework-day', step: 'acceptReport' });
    await this.#evening(next);
    await this.#stage.passUntil(at(date, '17:31'));
    await trial.crowd.settled();
    return next;
  }

  /** What the plan says of the days is done by its last, and HR reports. */
  async close(until: string): Promise<void> {
    const trial = this.#trial;
    await this.#stage.passUntil(at(dayOn(until, 1), '09:00'));
    await trial.crowd.settled();
    await trial.bringBack(dayOn(until, 1));
    const { status } = await trial.state();
    if (status !== 'closing') throw new Differs(`after its last day the campaign is ${status}`);
    await this.#answers();
    for (const what of ['overtimeHours', 'paperSheets', 'commutingMinutes'] as const)
      await trial.direct('measure', { what, when: 'after', value: after[what] });
    await trial.direct('report', { remarks: '次回は端末を増やす。' });
    await trial.crowd.settled();
  }

  async standing(): Promise<string> {
    const { total } = await this.#tally();
    const out = await this.#trial.crowd.rows<{ count: number }>('select count(*)::int as count from custody where until is null');
    const { done, planned, atRisk, exempt, notPossible, recordedByHr } = total;
    return `${done} 実施 / done, ${planned} 予定 / planned, ${atRisk} 未定 / at risk, ${exempt} 免除 / exempt, ${recordedByHr} 記録 / recorded, ${notPossible} 不可 / not possible; ${out[0]?.count} 台貸出中 / out`;
  }

  /** Has the other program look. */
  async check(): Promise<string> {
    const { findings, looked } = await this.#trial.check();
    this.#findings.push(...findings);
    this.#looked = looked;
    for (const finding of findings.slice(0, 20)) console.log(`違います / differs: ${finding}`);
    const seen = Object.entries(looked).map(([what, count]) => `${count} ${what}`);
    return `${findings.length} 件の誤り / findings; ${seen.join(', ')}`;
  }

  /** Shows the report and what was refused, and says whether all is as it must be. */
  async judge(): Promise<boolean> {
    const trial = this.#trial;
    const expected = this.#forecast;
    const { total, raised, meetings, missed, unasked, listed } = await showReport(trial, expected);
    console.log('\n■ 断られた手続 / refused, and why');
    for (const [nth, [what, why]] of trial.refusals.entries())
      console.log(`${`${nth + 1}`.padStart(2)}. ${what}\n    ${why.replaceAll('\n', '\n    ')}`);

    const { members, done, exempt, recordedByHr, notPossible, atRisk, planned } = total;
    const { mails = 0, events = 0, loans = 0, days = 0, again } = this.#looked ?? {};
    const must: readonly (readonly [holds: boolean, what: string])[] = [
      [this.#findings.length === 0, `${this.#findings.length} findings`],
      [done + exempt + recordedByHr + notPossible + atRisk + planned === members && listed === members, 'the members do not add up'],
      [planned === 0, 'after the end somebody is still planned'],
      [done + asideOfStory >= expected.done, 'fewer have done it than the story explains'],
      [exempt === 1 && recordedByHr === 1, 'the exempt and the recorded are not those of the story'],
      [missed > 0 && unasked === 1, 'the gaps do not show who forgot and who came unasked'],
      [raised === 2 && meetings === 1, 'questions and meetings are not those of the story'],
      [again === 0, 'a mail came twice'],
      [trial.refusals.length >= 8, 'less was refused than should be'],
    ];
    const wrong = must.flatMap(([holds, what]) => (holds ? [] : [what]));
    for (const what of wrong) console.log(`違います / differs: ${what}`);
    console.log(
      `\n${trial.steps} 手続 / steps taken, ${trial.refusals.length} 断られた / refused, ${members} 人 / members, ${days} 日 / days, ${loans} 借用 / loans, ` +
        `${events} events, ${mails} メール / mails: ${wrong.length ? '違います / differs' : 'すべて予定どおり / all as it should be'}`,
    );
    return wrong.length === 0;
  }

  /** Plans, and shows what came of it: where not everybody has a place, why, in both languages, and what would do. */
  async #planned(say: (what: string) => void, what: string): Promise<Plan> {
    const trial = this.#trial;
    await trial.plan();
    const { client } = await trial.hrIn('en');
    const path = `${campaigns}/${trial.campaign}/plan`;
    const [japanese, english] = [await trial.look<Plan>(trial.hr, path), await client.ask<Plan>(path)];
    const { feasible, placed, cannot, notPossible, members } = japanese;
    say(
      `${what}: ${members} 人 / members, ${placed} 配置 / placed, ${cannot} 不可 / cannot, ${notPossible} 対象外 / not possible: ${feasible ? '実施可能 / feasible' : '実施不可 / not feasible'}`,
    );
    for (const { text, cures } of [...japanese.reasons, ...english.reasons]) {
      console.log(`  ${text}`);
      for (const cure of cures) console.log(`    ・${cure}`);
    }
    return japanese;
  }

  /** What would do is done: a longer period, a smaller counter, or more devices, which IT registers. */
  async #cured(draft: Draft, cure: readonly Change[]): Promise<Draft> {
    let changed = draft;
    for (const change of cure) {
      if ('dates' in change)
        changed = { ...changed, until: [changed.until, addBusinessDays(draft.until, change.dates.more)].sort()[1] ?? '' };
      else if ('device' in change) await this.#trial.registerLaptops(change.device.count, 'X');
      else if ('counter' in change) {
        const { section, half, by } = change.counter;
        const counters = changed.counters.map((one) => (one.department === section ? { ...one, [half]: one[half] - by } : one));
        changed = { ...changed, counters };
      } else throw new Differs('a cure that is none here');
    }
    return changed;
  }

  /** Some of the members, and all heads who are there. */
  async #answers(): Promise<void> {
    const trial = this.#trial;
    const path = `${campaigns}/${trial.campaign}/answers`;
    const done = await trial.crowd.rows<{ staff: string }>(
      "select staff from trial_members where campaign = $1 and status = 'done' order by staff",
      [trial.campaign],
    );
    const some = done.map(({ staff }) => staff).filter((staff, nth) => nth % 3 === 0 && trial.isThere(staff));
    const participant = { progress: 'same', trouble: 'papers', again: 'everyMonth', satisfaction: '4' };
    await eachOf(some, async (staff) => void (await trial.act(staff, path, { participant })));
    const heads = [...trial.crowd.heads()].flatMap(([unit, head]) => (unit !== 'units' && trial.isThere(head) ? [head] : []));
    const head = { sectionProgress: 'same', headTrouble: 'contact', future: 'asNow' };
    await eachOf(
      heads.filter((one) => !some.includes(one)),
      async (staff) => void (await trial.act(staff, path, { head })),
    );
    await trial.refused(
      '二度目の回答 / answering twice',
      some[0] ?? '',
      path,
      { participant },
      refused(422, 'ruleRefuses', 'answeredBefore'),
    );
  }

  /** Heads approve the next day's plans, and IT hands its devices over. */
  async #evening(next: string | undefined): Promise<void> {
    await this.#trial.byHeads({ procedure: 'telework-day', step: 'approve' });
    if (next) await this.#trial.lend(next);
  }

  #tally(): Promise<Tally> {
    return this.#trial.look<Tally>(this.#trial.hr, `${campaigns}/${this.#trial.campaign}/tally`);
  }
}

/** 効果測定 (001:224-226). */
const before = { overtimeHours: 1_240, paperSheets: 86_000, commutingMinutes: 12_800 } as const;
const after = { overtimeHours: 1_150, paperSheets: 79_500, commutingMinutes: 11_900 } as const;
