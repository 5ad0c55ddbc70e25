import { setTimeout as pause } from 'node:timers/promises';
import { createAudit } from '../activities/ledger/chains.js';
import { openDatabase } from '../activities/ledger/database.js';
import { makeRound, withParts } from '../cli/operator.js';
import { table } from '../cli/print.js';
import { municipalCalendar } from '../config/calendar.js';
import type { PartName } from '../embedded/parts.js';
import type { Town } from '../embedded/town.js';
import { dayOn } from '../workflows/shared/dates.js';
import type { Report } from './campaign-check-main.js';
import { at, mondayAfter } from './day.js';
import { Differs } from './player.js';
import { ownTown, packs, type Stage } from './stage.js';
import { Trial } from './trial.js';

/** Sections and loans enough that killing meets something that is under way. */
const staff = 150;
const laptops = 60;
/** Once something has come about since the last blow: the next meets what is under way then. */
const restMs = [50, 400, 150, 800] as const;
/** Nothing comes about while everybody waits for something that takes longer. */
const stillMs = 8_000;
const mostDays = 5;

interface Row {
  before: number;
  during: number;
  trial: Trial;
  report: Report;
  problems: readonly string[];
}

/** Kills a process again and again while others go on. */
class Killer {
  times = 0;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(
    readonly town: Town,
    readonly trial: Trial,
    readonly process: PartName,
  ) {}

  /** Until it is stopped, or has killed so often in all. */
  start(most: number): void {
    this.#stopped = false;
    this.#running = this.#kill(most);
    this.#running.catch(() => undefined); // Seen when it is stopped.
  }

  /** When all processes are back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.town.ready();
  }

  async #kill(most: number): Promise<void> {
    while (!this.#stopped && this.times < most) {
      await this.town.kill(this.process);
      this.times += 1;
      await this.town.ready();
      const [known, since] = [await this.#written(), performance.now()];
      while (!this.#stopped && performance.now() - since < stillMs && (await this.#written()) === known) await pause(100);
      await pause(restMs[this.times % restMs.length]);
    }
  }

  async #written(): Promise<number | undefined> {
    const [row] = await this.trial.crowd.rows<{ count: number }>('select count(*)::int as count from events');
    return row?.count;
  }
}

/** A small campaign in a town of its own: whatever is killed so often while it is announced (half of the times at most) and while its days are under way, the other program finds nothing that should not be. */
async function killed(process: PartName, kills: number): Promise<Row> {
  const stage = await ownTown(packs.trial, staff);
  const trial = new Trial(stage);
  const killer = new Killer(stage.town, trial, process);
  try {
    await trial.gatherLaptops(laptops);
    const proposed = await trial.defaults();
    const monday = mondayAfter(stage.today);
    await trial.file({
      ...proposed,
      from: monday,
      until: dayOn(monday, 11),
      groups: proposed.groups.map((group) => ({ ...group, times: 1 })),
    });

    await trial.plan();
    killer.start(Math.ceil(kills / 2));
    await trial.announce();
    await killer.stop();
    const before = killer.times;

    await stage.passUntil(at(lastBusinessDayBefore(monday), '09:00'));
    await prepared(trial, monday);
    for (let nth = 0; nth < mostDays && (nth === 0 || killer.times < kills); nth += 1)
      await day(stage, trial, { date: dayOn(monday, nth), killer, kills });
    await trial.crowd.settled();
    const report = await trial.check();
    const few = killer.times < kills ? [`only ${killer.times} times killed`] : [];
    const problems = [...report.findings, ...(await audited(stage)), ...(await lost(trial)), ...few];
    return { before, during: killer.times - before, trial, report, problems };
  } finally {
    await killer.stop().catch(() => undefined);
    await stage.close();
  }
}

/** The morning's round with its watch, what people and IT do, and what they have done for the next day; the process is killed all the while. */
async function day(stage: Stage, trial: Trial, { date, killer, kills }: { date: string; killer: Killer; kills: number }): Promise<void> {
  const next = dayOn(date, 1);
  await stage.passUntil(at(date, '08:29'));
  killer.start(kills);
  await insistently(() => stage.passUntil(at(date, '08:31')));
  await insistently(() => withParts({ ...stage, api: stage.place.nobody.url }, (parts) => makeRound(parts, 'morning', date)));
  await trial.bringBack(date);
  const [ill] = await trial.slotted(date);
  if (ill)
    await trial.inSection(trial.crowd.heads().get(ill.department) ?? '', ill, 'cannot', {
      people: [ill.staff],
      dates: [date],
      atWork: false,
    });
  await trial.begin(date, (one) => one !== ill?.staff);
  await killer.stop();
  await trial.crowd.settled(); // What the morning said is out before the afternoon.

  await stage.passUntil(at(date, '17:16'));
  killer.start(kills);
  await trial.end(date);
  await trial.byHeads({ procedure: 'telework-day', step: 'acceptReport' });
  await prepared(trial, next);
  await killer.stop();
  await stage.passUntil(at(date, '17:31'));
}

async function prepared(trial: Trial, date: string): Promise<void> {
  await trial.planDays(date);
  await trial.byHeads({ procedure: 'telework-day', step: 'approve' });
  await trial.lend(date);
}

function lastBusinessDayBefore(date: string): string {
  const { isBusinessDay } = municipalCalendar();
  const before = dayOn(date, -1);
  return isBusinessDay(before) ? before : lastBusinessDayBefore(before);
}

/** What goes to the parts themselves, again until they are there. */
async function insistently(work: () => Promise<unknown>): Promise<void> {
  for (const since = performance.now(); ; await pause(500)) {
    const failure = await work().then(
      () => undefined,
      (reason: unknown) => reason ?? new Error('failed'),
    );
    if (failure === undefined) return;
    if (performance.now() - since > 120_000) throw failure;
  }
}

/** Who has begun and ended a day has done it. */
async function lost(trial: Trial): Promise<readonly string[]> {
  const rows = await trial.crowd.rows<{ staff: string }>(
    `select staff from telework_days where observed and not exists (select from trial_members where campaign = $1 and trial_members.staff = telework_days.staff and status = 'done')`,
    [trial.campaign],
  );
  return rows.map((row) => `${row.staff} has teleworked, and has not done it`);
}

/** `audit verify` on everything that the town has written. */
async function audited({ sources }: Stage): Promise<readonly string[]> {
  const findings: string[] = [];
  for await (const finding of createAudit(openDatabase(sources.pool)).verifyChains()) findings.push(`audit: ${JSON.stringify(finding)}`);
  return findings;
}

const heading = [
  '止めたもの / hurt',
  '周知中 / announcing',
  '期間中 / in its days',
  '手続 / steps',
  '対象者 / members',
  '借用 / loans',
  '誤り / findings',
  'メール / mails',
  '再送 / again',
  '秒 / s',
];

/** `kills`: how often each process is killed. @returns the exit code */
export async function playCampaignCrash(processes: readonly PartName[], kills: number): Promise<0 | 1> {
  const shown: string[][] = [];
  let wrong = 0;
  for (const process of processes) {
    const since = performance.now();
    const row = await killed(process, kills).catch((failure: unknown) => {
      if (!(failure instanceof Differs)) throw failure;
      return failure.message;
    });
    const problems = typeof row === 'string' ? [row] : row.problems;
    const seconds = Math.round((performance.now() - since) / 1000);
    const cells =
      typeof row === 'string'
        ? ['–', '–', '–', '–', '–', '1', '–', '–']
        : [
            row.before,
            row.during,
            row.trial.steps,
            row.report.looked.members,
            row.report.looked.loans,
            problems.length,
            row.report.looked.mails,
            row.report.looked.again,
          ];
    shown.push([`${process} kill -9`, ...cells.map(String), `${seconds}`]);
    console.log(
      `${process} kill -9: ${problems.length ? `違う / differs (${problems.length})` : '誤りなし / nothing is found'} (${seconds} s)`,
    );
    for (const problem of problems.slice(0, 20)) console.log(`  ${problem}`);
    wrong += problems.length;
  }
  console.log(`\n${table([heading, ...shown])}`);
  console.log(wrong ? `誤りがあります / found: ${wrong}` : '誤りは見つかりません / nothing is found that should not be');
  return wrong ? 1 : 0;
}
