import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createAudit } from '../activities/ledger/chains.js';
import { openDatabase } from '../activities/ledger/database.js';
import { table } from '../cli/print.js';
import { projectRoot, readTownEnvironment } from '../config/town.js';
import type { PartName } from '../embedded/parts.js';
import type { Town } from '../embedded/town.js';
import { playCampaignCrash } from './campaign-crash.js';
import { castsOfTown } from './cast.js';
import { readyDevices } from './devices.js';
import { Gate } from './gate.js';
import { loanScript, rivalInLoan } from './loan.js';
import { playMailCuts } from './mail-crash.js';
import { differences, type Outcome } from './outcome.js';
import { Performance } from './performance.js';
import { Differs, reportAbsent } from './player.js';
import { registrationScript, rivalInRegistration } from './registration.js';
import { type Act, isAct, type Rival, type Scene } from './script.js';
import { ownTown, packs, type Stage } from './stage.js';

type OwnTown = Stage & { town: Town };

/** One line of the table: what was hurt, how often, how many steps were in the way, and what came of it. */
interface Row {
  hurt: string;
  times: number;
  steps: number;
  problems: readonly string[];
  outcomes: readonly Outcome[];
}

/** What is played: its scenes, and who can come first instead. */
interface Play {
  script(today: string): readonly Scene[];
  rivalTo(act: Act): Rival | undefined;
}
const plays = {
  loan: { script: loanScript, rivalTo: rivalInLoan },
  registration: { script: registrationScript, rivalTo: rivalInRegistration },
} as const satisfies Record<string, Play>;
const isPlay = (name: string): name is keyof typeof plays => Object.hasOwn(plays, name);

const processes = ['worker', 'api', 'temporal', 'postgres', 'directory', 'mailbox'] as const satisfies readonly PartName[];
const tables = [...processes, 'power-cut', 'new-temporal'] as const;

function timesOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a number of times, from 1');
}

const program = new Command('npm run crash --')
  .description('プロセスを止めても結果は変わらない / whatever is killed, the outcome never changes')
  .argument('[play]', [...Object.keys(plays), 'campaign', 'mail'].join(', '), 'loan')
  .addOption(new Option('--only <tables...>', tables.join(', ')).argParser((value: string) => value.split(',')))
  .addOption(new Option('--kills <times>', 'campaign: how often each process is killed').argParser(timesOf).default(20))
  .parse();
const { only, kills } = program.opts<{ only?: readonly string[]; kills: number }>();
const [playName = 'loan'] = program.processedArgs as [string];
if (playName === 'mail') process.exit(await playMailCuts()); // Nothing is played there: the line is cut under the delivery.
if (playName === 'campaign') {
  // Its own people, and its own judge.
  const some = processes.filter((one) => !only || only.includes(one));
  process.exit(await playCampaignCrash(some, kills));
}
if (!isPlay(playName)) throw new Error(`${playName}: ${Object.keys(plays).join(', ')}`);
const { script, rivalTo }: Play = plays[playName];
const pack = packs[playName];
const unknown = (only ?? []).filter((name) => !tables.some((known) => known === name));
if (unknown.length) throw new Error(`unknown: ${unknown.join(', ')}; there are ${tables.join(', ')}`);

/** The script, played at several places of the town side by side: so many steps meet the same blow. */
const sideBySide = 5;

/** So many kills of one process are enough: a longer script is cut into windows, each of which is hurt in other performances. */
const mostBlows = 15;

/** Every process, killed before every step; in a script that is short enough, in one and the same performance, and in the others too. */
async function killBeforeEveryStep(process: (typeof processes)[number]): Promise<Row> {
  return inTown(sideBySide + 1, async (stage, [undisturbed, ...others]) => {
    const { town } = stage;
    const expected = await undisturbedOutcome(undisturbed);
    const acts = undisturbed.acts.length;
    const windows = Math.ceil(acts / mostBlows);
    const blows = Math.ceil(acts / windows);
    for (let blow = 0; blow < blows; blow += 1) {
      const next = (performance: Performance) => (others.indexOf(performance) % windows) * blows + blow;
      await everybody(others, (performance) => performance.playUntil(next(performance)));
      await town.ready();
      await town.kill(process);
      await everybody(others, (performance) => performance.playUntil(next(performance) + 1));
    }
    await town.ready();
    await everybody(others, (performance) => performance.playToTheEnd());
    return { hurt: `${process} kill -9`, times: blows, steps: acts, ...(await compared(stage, expected, others)) };
  });
}

/**
 * One row of the ledger: the act that brings it about, and the event, or the mark of what was done outside. `held`: what follows of itself in the same breath, and must not be written yet. `follows`: the
 * row is written when the act has been answered: another case's, or the mark of the group's change.
 */
interface Moment {
  act: number;
  event: string;
  held?: string;
  follows?: true;
}

/** The mark of the one thing that is done outside for a registration. */
const groupChange = 'remoteAccess';

/** Every row that the script writes, in order. */
function momentsOf(acts: readonly Act[]): readonly Moment[] {
  return acts.flatMap(({ step, becomes, leadsTo = [], access }, act): Moment[] => {
    if (becomes === 'reserved' && step === 'approve')
      return [
        { act, event: step, held: 'reserve' },
        { act, event: 'reserve' },
      ];
    const events = new Set([...leadsTo.map(({ event }) => event), ...(access === undefined ? [] : [groupChange])]);
    return [{ act, event: step }, ...[...events].map((event) => ({ act, event, follows: true as const }))];
  });
}

/** A worker that has been handed the steps writes all rows well within this. */
const writtenWithinMs = 5_000;

/** One performance that is cut off at one moment. */
interface Struck<At extends Moment = Moment> {
  performance: Performance;
  moment: At;
}

/** Hands the moments out to the performances, so that neighbours are not the same one's; each cut strikes everybody once, and nobody twice at the same act. */
function cutsFor<At extends Moment>(moments: readonly At[], performances: readonly Performance[]): readonly (readonly Struck<At>[])[] {
  const together = moments
    .filter(({ follows }) => !follows)
    .flatMap((moment, index) => {
      const performance = performances[index % performances.length];
      return performance ? [{ performance, moment }] : [];
    });
  const cuts: Struck<At>[][] = [];
  for (let first = 0; first < together.length; first += sideBySide) cuts.push(together.slice(first, first + sideBySide));
  for (const [index, moment] of moments.filter(({ follows }) => follows).entries()) {
    const struck = cuts.flat().filter((one) => one.moment.act === moment.act);
    const free = performances.filter((one) => !struck.some(({ performance }) => performance === one));
    const performance = free[index % free.length];
    if (!performance) throw new Error(`everybody is struck at act ${moment.act}`);
    const before = cuts.findIndex((cut) => cut.some((one) => one.performance === performance && one.moment.act > moment.act));
    cuts.splice(before < 0 ? cuts.length : before, 0, [{ performance, moment }]);
  }
  return cuts;
}

/** All processes killed when the row stands and Temporal does not know; then the ledger's next step comes first, and the one whose answer was lost asks again. */
async function powerCutThenDueStep(): Promise<Row> {
  return inTown(sideBySide + 1, async (stage, [undisturbed, ...others]) => {
    const expected = await undisturbedOutcome(undisturbed);
    const moments = momentsOf(undisturbed.acts);
    const cuts = cutsFor(moments, others);
    let times = 0;
    for (const cut of cuts)
      times += await strike(stage, cut, async ({ performance, moment }) => {
        const act = performance.act(moment.act);
        const own = cuts.flat().filter((one) => one.performance === performance);
        await performance.playDueAfter(act, { except: own.map((one) => performance.act(one.moment.act)) }); // Those are cut off in their turn.
        await performance.repeat(act);
        await performance.untilFollowed(act);
      });
    await everybody(others, (performance) => performance.playToTheEnd());
    return {
      hurt: 'power cut, then the step that is due',
      times,
      steps: moments.length,
      ...(await compared(stage, expected, others)),
    };
  });
}

/** The same, but another person comes first, with a step that leads elsewhere; ledger and workflow must still agree on what happened. */
async function powerCutThenRival(): Promise<Row> {
  const acts = script('2026-04-01').filter(isAct);
  const moments = momentsOf(acts).flatMap((moment) => {
    const act = acts[moment.act];
    const rival = act && rivalTo(act);
    return rival && !moment.follows ? [{ ...moment, rival }] : [];
  });
  return inTown(moments.length + 1, async (stage, [undisturbed, ...others]) => {
    const expected = await undisturbedOutcome(undisturbed);
    const struck = cutsFor(moments, others);
    let times = 0;
    for (const cut of struck)
      times += await strike(stage, cut, async ({ performance, moment }) => {
        await performance.rival(moment.rival, performance.act(moment.act).on);
        await performance.repeat(performance.act(moment.act));
      });
    const ends = await Promise.all(struck.flat().map(({ performance, moment }) => rivalled(performance, moment, expected)));
    return {
      hurt: 'power cut, then another person',
      times,
      steps: moments.length,
      problems: [...ends.flatMap(({ problems }) => problems), ...(await audited(stage))],
      outcomes: ends.map(({ outcome }) => outcome),
    };
  });
}

/** What stands after a rival's step: the case as it was undisturbed up to the row that was cut off, what follows of itself, and the rival's step. */
async function rivalled(
  performance: Performance,
  { act: number, event, rival }: Moment & { rival: Rival },
  expected: Outcome,
): Promise<{ outcome: Outcome; problems: readonly string[] }> {
  const { on, becomes } = performance.act(number);
  const timeline = (outcome: Outcome) => (outcome.cases[on] as { timeline: readonly string[] }).timeline;
  const usual = timeline(expected);
  const cut = usual.findIndex((line) => line.startsWith(`${event} by `));
  const follows = event === 'approve' && becomes === 'reserved' ? 1 : 0;
  const after = rival.leadsTo ? [`${rival.leadsTo} by system`] : [];
  const should = [...usual.slice(0, cut + 1 + follows), `${rival.step} by ${rival.who}`, ...after];
  const outcome = await performance.outcome();
  const is = timeline(outcome);
  const differs = should.join() === is.join() ? [] : [`${on}: should be ${should.join(', ')}, but is ${is.join(', ')}`];
  const changes = outcome.access.length > 2 ? [`the group was changed more than once each way: ${outcome.access.join(', ')}`] : [];
  const problems = [...differs, ...changes, ...outcome.apart].map((problem) => `${performance.cast.department}, ${event}: ${problem}`);
  return { outcome, problems };
}

/** Cuts the power until everybody has been struck at their moment, and has `after` played for each when the power is back. @returns how many cuts it took */
async function strike<At extends Moment>(
  stage: OwnTown,
  everyone: readonly Struck<At>[],
  after: (one: Struck<At>) => Promise<void>,
): Promise<number> {
  let times = 0;
  for (let left = everyone; left.length; times += 1) {
    await everybody(left, ({ performance, moment }) => performance.playUntil(moment.act));
    const written = await cutPower(stage, left);
    if (!written.length) throw new Differs(`no row was written of ${left.map(({ moment }) => moment.event).join(', ')}`);
    await everybody(written, after);
    left = left.filter((one) => !written.includes(one));
  }
  return times;
}

/**
 * Kills everything when the rows stand in the ledger and Temporal does not know; then the power is back. @returns whose rows stand: a step that Temporal had not handed to the worker before it was frozen
 * is gone with it, and its time comes again
 */
async function cutPower<At extends Moment>({ town, sources }: OwnTown, struck: readonly Struck<At>[]): Promise<readonly Struck<At>[]> {
  await everybody(struck, ({ performance, moment }) => performance.fillIn(performance.act(moment.act)));
  await everybody(struck, ({ performance }) => performance.wake());
  const rowsBefore = await countRows(sources, struck);
  const written = async () => {
    const rows = await countRows(sources, struck);
    return struck.filter((_, at) => (rows[at] ?? 0) > (rowsBefore[at] ?? 0));
  };
  const gate = await Gate.open(sources.pool);
  try {
    for (const { performance, moment } of struck) if (moment.held) await gate.hold(performance.cast.department, moment.held);
    if (struck.some(({ moment }) => moment.follows)) await writeWhatFollows(town, struck, gate);
    else await writeUnheard(town, struck);
    await within(writtenWithinMs, async () => (await written()).length === struck.length);
    const stand = await written();
    await town.powerCut();
    await town.start();
    return stand;
  } finally {
    gate.close();
  }
}

/** Temporal has handed everybody's step to the worker and is frozen before the worker can say what came of it. */
async function writeUnheard(town: Town, struck: readonly Struck[]): Promise<void> {
  const { worker, temporal } = town.processes;
  if (!worker || !temporal) throw new Error('worker and Temporal must be running');
  process.kill(worker, 'SIGSTOP');
  // The API answers that it does not know yet: by then every step lies with the worker.
  await everybody(struck, ({ performance, moment }) => performance.pressOnce(performance.act(moment.act)));
  process.kill(temporal, 'SIGSTOP');
  process.kill(worker, 'SIGCONT');
}

/** The steps are answered; what follows of them in other loans waits at the gate until Temporal is frozen. */
async function writeWhatFollows(town: Town, struck: readonly Struck[], gate: Gate): Promise<void> {
  const { temporal } = town.processes;
  if (!temporal) throw new Error('Temporal must be running');
  for (const { performance, moment } of struck) await gate.hold(performance.cast.department, moment.event);
  await everybody(struck, ({ performance, moment }) => performance.pressOnce(performance.act(moment.act)));
  await within(writtenWithinMs, async () => (await gate.waiting()) >= struck.length);
  process.kill(temporal, 'SIGSTOP');
  for (const { performance, moment } of struck) await gate.letThrough(performance.cast.department, moment.event);
}

/** How many rows of each moment's kind its department has; of the group's mark, which is one row for ever, how often the directory has changed the group. */
async function countRows(sources: Stage['sources'], struck: readonly Struck[]): Promise<readonly number[]> {
  const query = "select count(*)::int as count from events where name = $1 and body #>> '{summary,department}' = $2";
  const count = async ({ moment: { event }, performance: { cast } }: Struck) => {
    if (event === groupChange) return (await sources.groupChangesOf(cast.people.first)).length;
    const { rows } = await sources.pool.query<{ count: number }>(query, [event, cast.department]);
    return rows[0]?.count ?? 0;
  };
  return Promise.all(struck.map(count));
}

/** Temporal's database is deleted while a case stands before each act of the script; the command line opens them again from the ledger. */
async function newTemporal(): Promise<Row> {
  const places = script('2026-04-01').filter(isAct).length;
  return inTown(places + 1, async (stage, [undisturbed, ...others]) => {
    const expected = await undisturbedOutcome(undisturbed);
    await everybody(others, (performance) => performance.playUntil(others.indexOf(performance) + 1));
    await stage.town.dropTemporal();
    await stage.town.ready();
    const env = { ...readTownEnvironment().variables, TOWN_STATE: stage.stateDir };
    const reopen = ['--import', 'tsx', 'cli/main.ts', 'cases', 'reopen', '--all'];
    await promisify(execFile)(process.execPath, reopen, { cwd: projectRoot, env });
    await everybody(others, (performance) => performance.playToTheEnd());
    return {
      hurt: 'Temporal’s database deleted, cases reopened',
      times: 1,
      steps: places,
      ...(await compared(stage, expected, others)),
    };
  });
}

/** A town of its own with devices for so many casts; the first plays undisturbed. */
async function inTown(
  casts: number,
  play: (stage: OwnTown, performances: readonly [Performance, ...Performance[]]) => Promise<Row>,
): Promise<Row> {
  const stage = await ownTown(pack);
  try {
    const chosen = castsOfTown(stage.sample.entries, stage.sample.accounts).slice(0, casts);
    const { tags } = await readyDevices(stage, chosen);
    const scenes = script(stage.today);
    const absent = new Set(scenes.flatMap((scene) => ('absent' in scene ? scene.absent : [])));
    const staff = chosen.flatMap(({ people }) => [...absent].map((role) => people[role]));
    await reportAbsent(await stage.place.clientOf(stage.sample.accounts.hr), { staff, today: stage.today }); // All the time: the list is one for the whole town.
    const [first, ...others] = chosen.map((cast, index) => new Performance(stage, { cast, devices: tags[index] ?? [], script: scenes }));
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

async function compared(
  stage: Stage,
  expected: Outcome,
  others: readonly Performance[],
): Promise<{ outcomes: readonly Outcome[]; problems: readonly string[] }> {
  const ends = await Promise.all(others.map(async (one) => ({ one, outcome: await one.outcome() })));
  const different = ends.flatMap(({ one, outcome }) => differences(expected, outcome).map((line) => `${one.cast.department}: ${line}`));
  return { outcomes: ends.map(({ outcome }) => outcome), problems: [...different, ...(await audited(stage))] };
}

/** `audit verify` on everything that the town has written. */
async function audited({ sources }: Stage): Promise<readonly string[]> {
  const findings: string[] = [];
  for await (const finding of createAudit(openDatabase(sources.pool)).verifyChains()) findings.push(`audit: ${JSON.stringify(finding)}`);
  return findings;
}

/** Waits until it is so, or the time is over. */
async function within(ms: number, isSo: () => Promise<boolean>): Promise<void> {
  for (const since = performance.now(); !(await isSo()) && performance.now() - since < ms; ) await pause(5);
}

/** What makes the rows of each table; a power cut has two. */
function tablesOf(name: (typeof tables)[number]): readonly (() => Promise<Row>)[] {
  switch (name) {
    case 'power-cut':
      return [powerCutThenDueStep, powerCutThenRival];
    case 'new-temporal':
      return [newTemporal];
    default:
      return [() => killBeforeEveryStep(name)];
  }
}

/** Of all cases of a row: how often the directory let somebody into the group and took somebody out, each beside how often that was decided; and what became of the mails. */
function counted(outcomes: readonly Outcome[]): readonly string[] {
  const changes = (kind: string) => outcomes.flatMap(({ access }) => access).filter((line) => line.endsWith(kind)).length;
  const registrations = outcomes
    .flatMap(({ cases }) => Object.values(cases) as { remoteAccess?: true; status: string }[])
    .filter(({ remoteAccess }) => remoteAccess);
  const ended = registrations.filter(({ status }) => status !== 'active');
  const sum = (kind: keyof Outcome['delivery']) => outcomes.reduce((total, { delivery }) => total + delivery[kind], 0);
  const group = [
    [changes('granted'), registrations.length],
    [changes('removed'), ended.length],
  ].map(([made, decided]) => (registrations.length ? `${made} / ${decided}` : '—'));
  return [...group, `${sum('arrived')} / ${sum('sent')}`, `${sum('again')}`];
}

/** `granted`, `removed`: changes that the directory has made of the group / decisions that called for one. `mails`: Message-IDs that have come / that went out; `again`: copies under an id that was there. */
const heading = [
  '止めたもの / hurt',
  '回数 / times',
  '場面 / steps',
  '結果 / outcome',
  '許可 / granted',
  '解除 / removed',
  'メール / mails',
  '再送 / again',
  '秒 / s',
];
const shown: string[][] = [];
let wrong = 0;
for (const name of tables.filter((one) => !only || only.includes(one)))
  for (const play of tablesOf(name)) {
    const since = performance.now();
    const { hurt, times, steps, problems, outcomes } = await play().catch((failure: unknown): Row => {
      if (!(failure instanceof Differs)) throw failure;
      return { hurt: name, times: 0, steps: 0, problems: [failure.message], outcomes: [] };
    });
    const outcome = problems.length ? `違う / differs (${problems.length})` : '同じ / the same';
    const seconds = `${Math.round((performance.now() - since) / 1000)}`;
    shown.push([hurt, `${times}`, `${steps}`, outcome, ...counted(outcomes), seconds]);
    console.log(`${hurt}: ${outcome}`);
    for (const problem of problems) console.log(`  ${problem}`);
    wrong += problems.length;
  }
console.log(`\n${table([heading, ...shown])}`);
console.log(wrong ? `結果が違います / the outcome changed: ${wrong}` : '結果は変わりません / the outcome never changes');
process.exit(wrong ? 1 : 0);
