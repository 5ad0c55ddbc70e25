import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Command, Option } from 'commander';
import { createAudit } from '../activities/ledger/chains.js';
import { openDatabase } from '../activities/ledger/database.js';
import { table } from '../cli/print.js';
import { projectRoot } from '../config/town.js';
import type { PartName } from '../embedded/parts.js';
import type { Town } from '../embedded/town.js';
import { castsOfTown } from './cast.js';
import { readyDevices } from './devices.js';
import { Gate } from './gate.js';
import { type Act, isAct, loanScript, type Rival, rivalTo } from './loan.js';
import { differences, type Outcome } from './outcome.js';
import { Performance } from './performance.js';
import { Differs } from './player.js';
import { ownTown, type Stage } from './stage.js';

type OwnTown = Stage & { town: Town };

/** One line of the table: what was hurt, how often, how many steps were in the way, and what came of it. */
interface Row {
  hurt: string;
  times: number;
  steps: number;
  problems: readonly string[];
}

const processes = ['worker', 'api', 'temporal', 'postgres', 'directory', 'mailbox'] as const satisfies readonly PartName[];
const tables = [...processes, 'power-cut', 'new-temporal'] as const;

const { only } = new Command('npm run crash --')
  .description('プロセスを止めても結果は変わらない / whatever is killed, the outcome never changes')
  .addOption(new Option('--only <tables...>', tables.join(', ')).argParser((value: string) => value.split(',')))
  .parse()
  .opts<{ only?: readonly string[] }>();
const unknown = (only ?? []).filter((name) => !tables.some((known) => known === name));
if (unknown.length) throw new Error(`unknown: ${unknown.join(', ')}; there are ${tables.join(', ')}`);

/** The loan's script, played at several places of the town side by side: so many steps meet the same blow. */
const sideBySide = 5;

/** Every process, killed before every step. */
async function killBeforeEveryStep(process: (typeof processes)[number]): Promise<readonly Row[]> {
  return inTown(sideBySide + 1, async (stage, [undisturbed, ...others]) => {
    const { town } = stage;
    const expected = await undisturbedOutcome(undisturbed);
    const acts = undisturbed.acts.length;
    const blows = Math.ceil(acts / others.length);
    for (let blow = 0; blow < blows; blow += 1) {
      const next = (performance: Performance) => others.indexOf(performance) * blows + blow;
      await everybody(others, (performance) => performance.playUntil(next(performance)));
      await town.ready();
      await town.kill(process);
      await everybody(others, (performance) => performance.playUntil(next(performance) + 1));
    }
    await town.ready();
    await everybody(others, (performance) => performance.playToTheEnd());
    return [{ hurt: `${process} kill -9`, times: blows, steps: acts, problems: await compared(stage, expected, others) }];
  });
}

/** One row of the ledger: the act that brings it about, the event, and what follows of itself and must not be written yet. */
interface Moment {
  act: number;
  event: string;
  held: readonly string[];
}

/** Every row that the script writes, in order. */
function momentsOf(acts: readonly Act[]): readonly Moment[] {
  return acts.flatMap(({ step, becomes, served }, act) => {
    const events = becomes === 'reserved' || served ? [step, 'reserve'] : [step];
    return events.map((event, index) => ({ act, event, held: events.slice(index) }));
  });
}

/** All processes killed when the row stands and Temporal does not know; then the ledger's next step comes first, and the one whose answer was lost asks again. */
async function powerCutThenDueStep(): Promise<readonly Row[]> {
  const moments = momentsOf(loanScript('2026-04-01').filter(isAct));
  return inTown(sideBySide + 1, async (stage, [undisturbed, ...others]) => {
    const expected = await undisturbedOutcome(undisturbed);
    const cuts = Math.ceil(moments.length / others.length);
    for (let cut = 0; cut < cuts; cut += 1) {
      const struck = others.flatMap((performance, index) => {
        const moment = moments[index * cuts + cut];
        return moment ? [{ performance, moment }] : [];
      });
      await everybody(struck, ({ performance, moment }) => performance.playUntil(moment.act));
      await cutPower(stage, struck);
      await everybody(struck, async ({ performance, moment }) => {
        await performance.playDueAfter(performance.act(moment.act));
        await performance.repeat(performance.act(moment.act));
      });
    }
    await everybody(others, (performance) => performance.playToTheEnd());
    return [
      {
        hurt: 'power cut, then the step that is due',
        times: cuts,
        steps: moments.length,
        problems: await compared(stage, expected, others),
      },
    ];
  });
}

/** The same, but another person comes first, with a step that leads elsewhere; ledger and workflow must still agree on what happened. */
async function powerCutThenRival(): Promise<readonly Row[]> {
  const acts = loanScript('2026-04-01').filter(isAct);
  const moments = momentsOf(acts).flatMap((moment) => {
    const act = acts[moment.act];
    const rival = act && rivalTo(act);
    return rival ? [{ ...moment, rival }] : [];
  });
  return inTown(moments.length + 1, async (stage, [undisturbed, ...others]) => {
    const expected = await undisturbedOutcome(undisturbed);
    const problems: string[] = [];
    let cuts = 0;
    for (let first = 0; first < moments.length; first += sideBySide) {
      const struck = moments.slice(first, first + sideBySide).flatMap((moment, index) => {
        const performance = others[first + index];
        return performance ? [{ performance, moment }] : [];
      });
      await everybody(struck, ({ performance, moment }) => performance.playUntil(moment.act));
      await cutPower(stage, struck);
      cuts += 1;
      await everybody(struck, async ({ performance, moment }) => {
        await performance.rival(moment.rival, performance.act(moment.act).loan);
        await performance.repeat(performance.act(moment.act));
        problems.push(...(await rivalled(performance, moment, expected)));
      });
    }
    return [
      { hurt: 'power cut, then another person', times: cuts, steps: moments.length, problems: [...problems, ...(await audited(stage))] },
    ];
  });
}

/** What stands after a rival's step: the loan as it was undisturbed up to the row that was cut off, what follows of itself, and the rival's step. */
async function rivalled(
  performance: Performance,
  { act: number, event, rival }: Moment & { rival: Rival },
  expected: Outcome,
): Promise<readonly string[]> {
  const { loan, becomes } = performance.act(number);
  const timeline = (outcome: Outcome) => (outcome.loans[loan] as { timeline: readonly string[] }).timeline;
  const usual = timeline(expected);
  const cut = usual.findIndex((line) => line.startsWith(`${event} by `));
  const follows = event !== 'reserve' && becomes === 'reserved' ? 1 : 0;
  const should = [...usual.slice(0, cut + 1 + follows), `${rival.step} by ${rival.who}`];
  const outcome = await performance.outcome();
  const is = timeline(outcome);
  const differs = should.join() === is.join() ? [] : [`${loan}: should be ${should.join(', ')}, but is ${is.join(', ')}`];
  return [...differs, ...outcome.apart].map((problem) => `${performance.cast.department}, ${event}: ${problem}`);
}

/** Kills everything at the moment when each of the rows stands in the ledger and nobody has been told; then the power is back. */
async function cutPower({ town, sources }: OwnTown, struck: readonly { performance: Performance; moment: Moment }[]): Promise<void> {
  const gate = await Gate.open(sources.pool);
  for (const { performance, moment } of struck) for (const event of moment.held) await gate.hold(performance.cast.department, event);
  const rowsBefore = await countRows(sources, struck);
  const pressed = struck.map(({ performance, moment }) => performance.pressUnanswered(performance.act(moment.act)));
  await within(2_000, 'the rows wait at the gate', async () => (await gate.waiting()) >= struck.length);
  const temporal = town.processes.temporal;
  if (!temporal) throw new Error('Temporal is not running');
  process.kill(temporal, 'SIGSTOP'); // It will learn of nothing any more.
  for (const { performance, moment } of struck) await gate.letThrough(performance.cast.department, moment.event);
  await within(4_000, 'the rows are written', async () => (await countRows(sources, struck)) === rowsBefore + struck.length);
  await town.powerCut();
  gate.close();
  await Promise.all(pressed);
  await town.start();
}

/** How many of the rows stand. */
async function countRows({ pool }: Stage['sources'], struck: readonly { performance: Performance; moment: Moment }[]): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from events
     join unnest($1::text[], $2::text[]) as one (department, name) on name = events.name and department = events.body #>> '{summary,department}'`,
    [struck.map(({ performance }) => performance.cast.department), struck.map(({ moment }) => moment.event)],
  );
  return rows[0]?.count ?? 0;
}

/** Temporal's database is deleted while loans stand at every place of the script; the command line opens them again from the ledger. */
async function newTemporal(): Promise<readonly Row[]> {
  return inTown(sideBySide + 1, async (stage, [undisturbed, ...others]) => {
    const expected = await undisturbedOutcome(undisturbed);
    const acts = undisturbed.acts.length;
    const apart = Math.floor(acts / others.length);
    await everybody(others, (performance) => performance.playUntil((others.indexOf(performance) + 1) * apart - 2));
    await stage.town.dropTemporal();
    await stage.town.ready();
    const environment = { ...process.env, TOWN_STATE: stage.stateDir };
    const reopen = ['--import', 'tsx', 'cli/main.ts', 'cases', 'reopen', '--all'];
    await promisify(execFile)(process.execPath, reopen, { cwd: projectRoot, env: environment });
    await everybody(others, (performance) => performance.playToTheEnd());
    return [
      {
        hurt: 'Temporal’s database deleted, cases reopened',
        times: 1,
        steps: others.length,
        problems: await compared(stage, expected, others),
      },
    ];
  });
}

/** A town of its own with devices for so many casts; the first plays undisturbed. */
async function inTown(
  casts: number,
  play: (stage: OwnTown, performances: readonly [Performance, ...Performance[]]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const stage = await ownTown();
  try {
    const chosen = castsOfTown(stage.sample.entries, stage.sample.accounts).slice(0, casts);
    const { tags } = await readyDevices(stage, chosen);
    const [first, ...others] = chosen.map((cast, index) => new Performance(stage, cast, tags[index] ?? []));
    if (!first || others.length < casts - 1) throw new Error(`the town has only ${chosen.length} casts`);
    return await play(stage, [first, ...others]);
  } finally {
    await stage.close();
  }
}

async function undisturbedOutcome(performance: Performance): Promise<Outcome> {
  await performance.playToTheEnd();
  const outcome = await performance.outcome();
  if (outcome.apart.length) throw new Differs(`undisturbed, and yet: ${outcome.apart.join('; ')}`);
  return outcome;
}

const everybody = async <One>(all: readonly One[], play: (one: One) => Promise<unknown>): Promise<void> => {
  await Promise.all(all.map(play));
};

async function compared(stage: Stage, expected: Outcome, others: readonly Performance[]): Promise<readonly string[]> {
  const outcomes = await Promise.all(others.map(async (one) => ({ one, outcome: await one.outcome() })));
  const different = outcomes.flatMap(({ one, outcome }) => differences(expected, outcome).map((line) => `${one.cast.department}: ${line}`));
  return [...different, ...(await audited(stage))];
}

/** `audit verify` on everything that the town has written. */
async function audited({ sources }: Stage): Promise<readonly string[]> {
  const findings: string[] = [];
  for await (const finding of createAudit(openDatabase(sources.pool)).verifyChains()) findings.push(`audit: ${JSON.stringify(finding)}`);
  return findings;
}

async function within(ms: number, what: string, is: () => Promise<boolean>): Promise<void> {
  const since = performance.now();
  while (!(await is())) {
    if (performance.now() - since > ms) throw new Differs(`${ms} ms are over before ${what}`);
    await pause(5);
  }
}

/** The tables by name; a power cut has two. */
async function rowsOf(name: (typeof tables)[number]): Promise<readonly Row[]> {
  switch (name) {
    case 'power-cut':
      return [...(await powerCutThenDueStep()), ...(await powerCutThenRival())];
    case 'new-temporal':
      return newTemporal();
    default:
      return killBeforeEveryStep(name);
  }
}

const shown: string[][] = [['止めたもの / hurt', '回数 / times', '場面 / steps', '結果 / outcome', '秒 / s']];
let wrong = 0;
for (const name of tables.filter((one) => !only || only.includes(one))) {
  const since = performance.now();
  const rows = await rowsOf(name).catch((failure: unknown): readonly Row[] => {
    if (!(failure instanceof Differs)) throw failure;
    return [{ hurt: name, times: 0, steps: 0, problems: [failure.message] }];
  });
  for (const { hurt, times, steps, problems } of rows) {
    const seconds = `${Math.round((performance.now() - since) / 1000)}`;
    shown.push([hurt, `${times}`, `${steps}`, problems.length ? `違う / differs (${problems.length})` : '同じ / the same', seconds]);
    for (const problem of problems) console.log(`  ${hurt}: ${problem}`);
    wrong += problems.length;
  }
}
console.log(table(shown));
console.log(wrong ? `結果が違います / the outcome changed: ${wrong}` : '結果は変わりません / the outcome never changes');
process.exit(wrong ? 1 : 0);
