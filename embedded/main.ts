import { Command, InvalidArgumentError } from 'commander';
import { readTownEnvironment } from '../config/town.js';
import type { TownAccounts } from './sample-town.js';
import { OtherTown, removeTown, TownIsRunning } from './state.js';
import { openTown, type Town } from './town.js';

const { size, seed, fresh, yes } = new Command('npm start --')
  .description('町を動かす / runs the town')
  .option('--size <staff>', '新しい町の職員数 57–40000 / staff of a new town (1017)', whole)
  .option('--seed <number>', '新しい町を作る種 / the number that a new town grows from (1)', whole)
  .option('--fresh', 'いまの町を消して作り直す / removes the town and begins anew')
  .option('--yes', '確認しない / does not ask')
  .parse()
  .opts<{ size?: number; seed?: number; fresh?: true; yes?: true }>();

/** npm hands a Ctrl-C on that its child got already: what follows this closely is the same one. */
const sameSignalMs = 500;

class Refused extends Error {}

try {
  if (fresh) await beginAnew();
  await run();
} catch (error) {
  const expected = error instanceof TownIsRunning || error instanceof OtherTown || error instanceof Refused;
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${expected ? reason : `町を動かせません / the town cannot run: ${reason}`}\n`);
  process.exit(1);
}

async function run(): Promise<void> {
  const began = performance.now();
  const town = await openTown({ ports: 'usual', say, ...(size && { size }), ...(seed !== undefined && { seed }) });
  const { over, asked } = stopOnSignal(town);
  try {
    await town.start();
    say(placesOf(town, performance.now() - began));
  } catch (error) {
    if (!asked()) {
      await town.stop();
      throw error;
    }
  }
  await over;
  process.exit(0);
}

/** The first signal stops everything in order, the second at once. */
function stopOnSignal(town: Town): { over: Promise<void>; asked(): boolean } {
  let since: number | undefined;
  const over = new Promise<void>((resolve, reject) => {
    const onSignal = () => {
      const again = since !== undefined;
      if (since !== undefined && performance.now() - since < sameSignalMs) return;
      since ??= performance.now();
      say(
        again
          ? 'すぐに止めます / stopping at once'
          : '順に止めています。もう一度 Ctrl-C ですぐに止めます / stopping in order; Ctrl-C again stops at once',
      );
      town.stop(again ? 'at once' : 'in order').then(resolve, reject);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
  return { over, asked: () => since !== undefined };
}

async function beginAnew(): Promise<void> {
  const { stateDir } = readTownEnvironment();
  if (!yes) {
    if (!process.stdin.isTTY)
      throw new Refused(
        '--fresh は町のすべてを消すので、端末でないときは --yes が要ります。\n--fresh removes everything in the town: without a terminal it needs --yes.',
      );
    const { confirm } = await import('@clack/prompts');
    const answer = await confirm({ message: `${stateDir} の町をすべて消しますか / remove the whole town?`, initialValue: false });
    if (answer !== true) throw new Refused('何も消していません / nothing was removed');
  }
  await removeTown(stateDir);
}

function placesOf(town: Town, tookMs: number): string {
  const { addresses, accounts, tookMs: parts } = town;
  const places = [
    ['API', `${addresses.api}  (${addresses.docs})`],
    ['Temporal', addresses.temporalUi ?? addresses.temporal],
    ['メール / mail', addresses.mailbox],
    ['LDAP', addresses.directory],
    ['PostgreSQL', addresses.postgres],
  ];
  const slowest = Object.entries(parts).map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)}`);
  return [
    '',
    `町が動いています / the town is running (${(tookMs / 1000).toFixed(1)} s: ${slowest.join(', ')})`,
    ...places.flatMap(([what, where]) => (where ? [`  ${what?.padEnd(14)}${where}`] : [])),
    ...(accounts ? ['', ...accountsOf(accounts)] : []),
    '',
    `  ${town.stateDir}/town.json · 止める / stop: Ctrl-C`,
  ].join('\n');
}

function accountsOf({ password, borrower, secondBorrower, head, it, hr, admin, disabled }: TownAccounts): string[] {
  return [
    `  パスワード(全員)/ everybody's password: ${password}`,
    `  職員 staff ${borrower}, ${secondBorrower} · 所属長 head ${head} · 情報政策課 IT ${it.join(', ')} · 人事課 HR ${hr} · 管理者 admin ${admin} · 停止中 disabled ${disabled}`,
  ];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('整数で / a whole number');
  return value;
}
