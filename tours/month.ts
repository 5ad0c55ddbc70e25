import { join } from 'node:path';
import { countActions } from '../bench/counts.js';
import { table } from '../cli/print.js';
import { municipalCalendar } from '../config/calendar.js';
import { loadPack } from '../config/policy/pack.js';
import { stateFiles } from '../embedded/state.js';
import { eveningRoundWorkflowId } from '../workflows/evening-round/contract.js';
import { morningRoundWorkflowId } from '../workflows/morning-round/contract.js';
import { dayOn, daysBetween } from '../workflows/shared/dates.js';
import { Crowd, eachOf, numberIn, type Resident, reportOf } from './crowd.js';
import { at, homeDay, mondayAfter } from './day.js';
import type { Order, Report } from './month-check-main.js';
import { Differs } from './player.js';
import type { Stage } from './stage.js';

const weeks = 4;
/** One of so many teleworks, two or three days a week. */
const teleworkers = 20;
/** Actions of the rounds for each of the staff in a month. */
const target = 0.05;
/** Executing a schedule costs three Actions, of which one is the start of the workflow, which its history shows (docs.temporal.io/cloud/actions). */
const perExecution = 2;
/** The one activity that empties the outbox shows within 20 seconds that it lives; the SDK sends a heartbeat when four fifths of that are over. */
const beats = (30 * 86_400) / 16;

const procedure = 'telework-day';
const { isBusinessDay } = municipalCalendar();

/**
 * Four weeks of telework days in a city, on the town's clock, with both rounds of each business day: people plan, heads approve in bulk, some late, some send back; people start, end and report, and some
 * forget until a digest says so. Some heads are absent and a deputy decides, some posts are vacant, some people have two; on two evenings the mail server is away while people act. What it cost is counted,
 * and a program that shares no code with the product reads every mail (`month-check-main.ts`).
 */
export async function playMonth(stage: Stage): Promise<boolean> {
  const month = new Month(stage);
  const monday = mondayAfter(stage.today);
  const dates = Array.from({ length: 7 * weeks }, (_, day) => dayOn(monday, day)).filter(isBusinessDay);
  const lead = Array.from({ length: 10 }, (_, day) => dayOn(monday, -1 - day)).find(isBusinessDay) ?? monday;
  const began = performance.now();
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(0)} s`;

  await stage.passUntil(at(lead, '08:31'));
  await month.absences(dates);
  const week = (nth: number) => dates.filter((date) => Math.floor(daysBetween(monday, date) / 7) === nth);
  await month.planFor(week(0));
  await stage.passUntil(at(lead, '15:00'));
  await month.decide('approve', lead);
  for (const [nth, date] of dates.entries()) {
    await month.play(date, {
      begins: Array.from({ length: weeks }, (_, one) => week(one)[0]).includes(date),
      next: Array.from({ length: weeks }, (_, one) => (week(one).at(-1) === date ? week(one + 1) : [])).flat(),
      mailAway: nth === 7 || nth === 13,
    });
    console.log(`${date}  ${await month.standing()}  (${seconds()})`);
  }
  return month.judge(dates);
}

class Month {
  readonly #stage: Stage;
  readonly #crowd: Crowd;
  readonly #residents: ReadonlyMap<string, Resident>;
  /** Who is absent when, beside those whom the town's own file names. */
  #absent: readonly { staff: string; from: string; until: string }[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#crowd = new Crowd(stage);
    this.#residents = new Map(this.#crowd.residents().map((one) => [one.staffNumber, one]));
  }

  /** In the second week every sixth head is away, in the third some who had planned to telework are ill: HR's file says so. */
  async absences(dates: readonly string[]): Promise<void> {
    const weekFrom = (first: number) => ({ from: dates[first] ?? '', until: dates[first + 4] ?? '' });
    const heads = [...new Set(this.#crowd.heads().values())].filter((head, nth) => nth % 6 === 0 && this.#residents.has(head));
    const ill = this.#teleworkers().filter(({ nth, staffNumber }) => nth % (7 * teleworkers) === 0 && !heads.includes(staffNumber));
    this.#absent = [
      ...heads.map((staff) => ({ staff, ...weekFrom(5) })),
      ...ill.map(({ staffNumber }) => ({ staff: staffNumber, ...weekFrom(10) })),
    ];
    const known = this.#stage.sample.tables['absences.csv'] ?? [];
    const rows = [
      ...known.map((row) => row.join(',')),
      ...this.#absent.map(({ staff, from, until }) => `${staff},${from},${until},sickLeave`),
    ];
    const hr = await this.#stage.place.clientOf(this.#stage.sample.accounts.hr);
    await hr.ask('/imports/absences', { method: 'POST', file: { type: 'text/csv', content: `${rows.join('\n')}\n` } });
  }

  /** One business day; `begins`: the first of its week; `next`: what is planned on it. What was left over is made good in the morning, by some; the day's people start, end and report, by and large. */
  async play(date: string, { begins, next, mailAway }: { begins: boolean; next: readonly string[]; mailAway: boolean }): Promise<void> {
    await this.#stage.passUntil(at(date, '08:31'));
    await this.#crowd.settled(); // People come in after the mail.
    await this.#each(
      'started',
      { before: date },
      ({ nth }) => thinksOfIt(nth, date, 3),
      (one) => this.#take(one, 'end'),
    );
    await this.#each(
      'ended',
      { before: date },
      ({ nth }) => thinksOfIt(nth, date, 13),
      (one) => this.#take(one, 'report', result),
    );
    await this.#each(
      'approved',
      { on: date },
      ({ nth }) => thinksOfIt(nth, date, 19),
      (one) => this.#take(one, 'start'),
    );
    if (next.length) await this.planFor(next);
    if (begins) await this.decide('approve', date);
    await this.decide('acceptReport', date, ({ nth }) => thinksOfIt(nth, date, 2)); // Every other head, so most days wait one night or two.
    if (next.length) {
      await this.#stage.passUntil(at(date, '15:00'));
      await this.decide('approve', date, ({ nth }) => thinksOfIt(nth, date, 7)); // The others see it in Monday's digest.
    }
    await this.#stage.passUntil(at(date, '17:16'));
    await this.#each(
      'started',
      { on: date },
      ({ nth }) => thinksOfIt(nth, date, 11),
      (one) => this.#take(one, 'end'),
    );
    await this.#each(
      'ended',
      { on: date },
      ({ nth }) => thinksOfIt(nth, date, 5),
      (one) => this.#take(one, 'report', result),
    );
    await this.#each(
      'sentBack',
      { from: date },
      () => true,
      (one) => this.#take(one, 'replan', { plan: { ...homeDay, date: one.date } }),
    );
    const { town } = this.#stage;
    if (mailAway) await town?.down('mailbox');
    await this.#stage.passUntil(at(date, '17:31'));
    if (!mailAway) await this.#crowd.settled();
    await this.#each(
      'started',
      { on: date },
      ({ nth }) => thinksOfIt(nth, date, 2),
      (one) => this.#take(one, 'end'),
    );
    if (mailAway) await town?.up('mailbox');
    await this.#crowd.settled();
  }

  /** Form 2 for these dates, of everybody whose turn it is. */
  async planFor(dates: readonly string[]): Promise<void> {
    await eachOf(this.#teleworkers(), async ({ staffNumber, nth }) => {
      const which = nth % (2 * teleworkers) === 0 ? [0, 2, 4] : [1, 3];
      const items = dates.filter((_, day) => which.includes((day + nth / teleworkers) % 5)).map((date) => ({ plan: { ...homeDay, date } }));
      if (!items.length) return;
      const { body } = await this.#crowd.post<{ items: readonly { status: number; problem?: object }[] }>(
        staffNumber,
        '/telework-days/several',
        { items },
        `week-${dates[0]}`,
      );
      const refused = body.items ? body.items.find(({ status }) => status >= 300) : { problem: body };
      if (refused) throw new Differs(`a plan is refused: ${JSON.stringify(refused.problem)}`);
    });
  }

  /** Heads, or who acts for them, decide what waits for them, in bulk; of the plans one in 25 is sent back. */
  async decide(step: 'approve' | 'acceptReport', date: string, who: (head: Resident) => boolean = () => true): Promise<void> {
    const { rows } = await this.#stage.sources.pool.query<{ who: string }>(
      `select distinct who from due join cases using (case_id) where procedure = '${procedure}' and step = $1`,
      [step],
    );
    const deciding = new Set(rows.flatMap((row) => this.#deciderOf(row.who, date) ?? []));
    await eachOf([...deciding].filter(who), async ({ staffNumber }) => {
      const own = await this.#casesOf(staffNumber); // Waits for whoever acts next; the API refuses it to themselves.
      const ids = (await this.#crowd.tasks(staffNumber, { procedure, step })).filter((id) => !own.includes(id));
      const back = step === 'approve' ? ids.filter((id) => id.charCodeAt(0) % 25 === 0) : [];
      const first = await this.#firstTime(back);
      for (const id of first)
        await this.#crowd.take(staffNumber, { procedure, step: 'sendBack', id }, { remarks: '業務内容を具体的に記入してください。' });
      await this.#crowd.inBulk(
        staffNumber,
        { procedure, step },
        ids.filter((id) => !first.includes(id)),
      );
    });
  }

  /** How the days stand. */
  async standing(): Promise<string> {
    const { rows } = await this.#stage.sources.pool.query<{ status: string; count: string }>(
      `select status, count(*) from cases where procedure = '${procedure}' group by 1 order by 2 desc`,
    );
    return rows.map(({ status, count }) => `${count} ${status}`).join(', ');
  }

  /** Counts, has the other program look, and prints what came of it. */
  async judge(dates: readonly string[]): Promise<boolean> {
    const { settings, sample, stateDir } = this.#stage;
    const size = this.#stage.sample.entries.filter(({ attributes }) => attributes.employeeNumber).length;
    const { actions, most, executions } = await this.#actions(dates);
    const order: Order = {
      databaseUrl: settings.DATABASE_URL ?? '',
      directory: { url: settings.DIRECTORY_URL ?? '', base: sample.baseDn, ...sample.accounts.service },
      mails: join(stateFiles(stateDir).city, 'mails'),
      deputies: loadPack(settings.POLICY_PACK ?? 'oyama').values.acting.order,
    };
    const { findings, looked } = await reportOf<Report>('month-check-main.ts', order);
    const { rows } = await this.#stage.sources.pool.query<{ overtaken: number; dropped: number; days: number }>(
      `select (select count(*) from outbox where state = 'overtaken') as overtaken, (select sum(dropped) from outbox) as dropped,
         (select count(*) from cases where procedure = '${procedure}') as days`,
    );
    const { overtaken, dropped, days } = rows[0] ?? { overtaken: 0, dropped: 0, days: 0 };
    const perStaff = actions / size;
    console.log(
      `\n${table([
        ['職員、業務日、計画 / staff, business days, plans', `${size}, ${dates.length}, ${days}`, ''],
        ['朝夕の処理 / rounds', `${executions}`, `1回に最大 / at most each: ${most} Actions`],
        ['1人1か月当たり / Actions per staff-month', perStaff.toFixed(4), `≤ ${target}: ${actions} Actions`],
        [
          'メール配送（町に一つ、別計） / mail delivery, one a town, apart',
          `${beats}`,
          '1か月の心拍、最大 / heartbeats in a month, at most',
        ],
        ['メール / mails', `${looked.mails}`, `出来事ごとなら / one per event: ${looked.events}`],
        [
          'うち督促 / of them digests',
          `${looked.digests}`,
          `${looked.lines} 件 / lines, ${looked.acting} 代決 / acting, ${looked.instead} 代わり / instead`,
        ],
        ['送信前に済んだもの / overtaken before they left', `${overtaken}`, `${dropped} 件 / lines dropped`],
        ['一夜待って知らされたもの / waited overnight and were told', `${looked.waiting}`, ''],
        ['誤ったメール、忘れられたもの / wrong mails, forgotten steps', `${findings.length}`, '= 0'],
      ])}`,
    );
    for (const finding of findings.slice(0, 20)) console.log(`違います / differs: ${finding}`);
    const right = perStaff <= target && findings.length === 0 && looked.mails < looked.events && looked.digests > 0;
    console.log(right ? 'すべて目標のとおり / all targets are met' : '目標に達しません / a target is missed');
    return right;
  }

  /** What the rounds cost: those that ran by their histories, and the schedules of all weekdays, on the closed ones of which a round ends at once. */
  async #actions(dates: readonly string[]): Promise<{ actions: number; most: number; executions: number }> {
    const ids = dates.flatMap((date) => [morningRoundWorkflowId(date), eveningRoundWorkflowId(date)]);
    const costs = await Promise.all(
      ids.map(async (id) => perExecution + countActions(await this.#stage.sources.temporal.workflow.getHandle(id).fetchHistory())),
    );
    const closed = 2 * (5 * weeks - dates.length); // The start, and one workflow task that learns that it is closed.
    return {
      actions: costs.reduce((sum, one) => sum + one, 0) + closed * (perExecution + 2),
      most: Math.max(...costs),
      executions: ids.length + closed,
    };
  }

  #teleworkers(): readonly Resident[] {
    return [...this.#residents.values()].filter(({ nth, departments }) => nth % teleworkers === 0 && departments.length > 0);
  }

  /** Whoever of the days' people does it now. */
  async #each(
    status: string,
    when: { on: string } | { before: string } | { from: string },
    does: (person: Resident) => boolean,
    act: (one: Standing) => Promise<void>,
  ): Promise<void> {
    const [[how = 'on', date = '']] = Object.entries(when) as [[string, string]];
    const compares = { on: '=', before: '<', from: '>=' }[how];
    const { rows } = await this.#stage.sources.pool.query<Standing>(
      `select case_id as id, staff, date::text as date from telework_days where status = $1 and date ${compares} $2 order by date, case_id`,
      [status, date],
    );
    const today = await this.#today();
    await eachOf(rows, async (one) => {
      const person = this.#residents.get(one.staff);
      if (person && !this.#isAbsent(one.staff, today) && does(person)) await act(one);
    });
  }

  #take({ id, staff }: Standing, step: string, body: object = {}): Promise<void> {
    return this.#crowd.take(staff, { procedure, step, id }, body);
  }

  async #casesOf(staff: string): Promise<readonly string[]> {
    const { rows } = await this.#stage.sources.pool.query<{ id: string }>('select case_id as id from cases where staff = $1', [staff]);
    return rows.map(({ id }) => id);
  }

  /** Of these the ones that nobody has sent back yet. */
  async #firstTime(ids: readonly string[]): Promise<readonly string[]> {
    const { rows } = await this.#stage.sources.pool.query<{ id: string }>(
      "select distinct case_id as id from events where case_id = any($1) and name = 'sendBack'",
      [ids],
    );
    return ids.filter((id) => !rows.some((row) => row.id === id));
  }

  /** The person of the post, or the first deputy who is there. */
  #deciderOf(who: string, date: string): Resident | undefined {
    const [role, unit = ''] = who.split(':');
    const head = role === 'head' ? this.#crowd.heads().get(unit) : this.#superiorOf(unit);
    if (!head || !this.#isAbsent(head, date)) return this.#residents.get(head ?? '');
    return [...this.#residents.values()].find(
      ({ staffNumber, departments, title }) => departments.includes(unit) && title === '課長補佐' && !this.#isAbsent(staffNumber, date),
    );
  }

  #superiorOf(unit: string): string | undefined {
    const units = this.#stage.sample.entries.filter(({ attributes: { ou } }) => ou);
    const own = units.find(({ attributes: { ou = [] } }) => ou[0] === unit);
    const heads = units
      .filter(({ dn, attributes }) => own?.dn.endsWith(`,${dn}`) && attributes.seeAlso)
      .sort((one, other) => other.dn.length - one.dn.length)
      .map(({ attributes: { seeAlso = [] } }) => numberIn(seeAlso[0] ?? ''));
    return heads.find((head) => head !== numberIn(own?.attributes.seeAlso?.[0] ?? ''));
  }

  #isAbsent(staffNumber: string, date: string): boolean {
    return this.#absent.some(({ staff, from, until }) => staff === staffNumber && from <= date && date <= until);
  }

  async #today(): Promise<string> {
    const { rows } = await this.#stage.sources.pool.query<{ today: string }>(
      "select to_char((now() + offset_ms * interval '1 millisecond') at time zone 'Asia/Tokyo', 'YYYY-MM-DD') as today from town_clock",
    );
    return rows[0]?.today ?? '';
  }
}

/** A day as the tour finds it. */
interface Standing {
  id: string;
  staff: string;
  date: string;
}

/** One in so many does not, that day. */
const thinksOfIt = (nth: number, date: string, oneIn: number): boolean =>
  (7 * Math.floor(nth / teleworkers) + Number(date.slice(8))) % oneIn > 0;

const result = { done: homeDay.table, result: '予定した業務を終えた。' };
