import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { birthOf } from '../../embedded/leftovers.js';
import { OtherTown, TownIsRunning } from '../../embedded/state.js';
import { startTown, type Town, type TownFile, type TownOptions } from '../../embedded/town.js';
import { diary, standIn, stateFolder, threeParts } from './stand-ins.js';

let stateDir: string;
let remove: () => Promise<void>;
const towns: Town[] = [];
const supervisors: ChildProcess[] = [];
const said: string[] = [];

beforeEach(async () => {
  ({ stateDir, remove } = await stateFolder());
  said.length = 0;
});
afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) supervisor.kill('SIGKILL');
  for (const town of towns.splice(0)) await town.stop();
  await remove();
});

async function start(options: TownOptions = {}): Promise<Town> {
  const town = await startTown({ stateDir, parts: threeParts, say: (line) => said.push(line), ...options });
  towns.push(town);
  return town;
}

/** The pid that answers at the address. */
const whoAnswers = async (address: string) => Number(await (await fetch(address)).text());
const alive = (pid: number | undefined) => pid !== undefined && birthOf(pid) !== undefined;

it('starts each part when the one that it needs is ready, and stops them the other way round', async () => {
  const town = await start();
  expect(await whoAnswers(town.addresses.api)).toBe(town.processes.api);
  await town.stop();
  expect(await diary(stateDir)).toEqual([
    ...['directory', 'mailbox', 'api'].flatMap((name) => [`${name} starts`, `${name} is ready`]),
    ...['api', 'mailbox', 'directory'].map((name) => `${name} stops`),
  ]);
});

it('starts a part again that died, at the same address, and says so in one line', async () => {
  const town = await start();
  const before = town.processes.mailbox as number;
  process.kill(before, 'SIGKILL');
  await expect.poll(() => town.processes.mailbox).not.toBe(before);
  await town.ready();
  expect(await whoAnswers(town.addresses.mailbox as string)).toBe(town.processes.mailbox);
  expect(said).toEqual(['mailbox が止まりました。再起動します / mailbox ended (SIGKILL), starting it again']);
});

it('gives up on a part that never becomes ready, names its last words, and leaves nothing running', async () => {
  const parts = [standIn('directory'), standIn('api', ['directory'], 'KEY_SECRET: must have at least 32 characters')];
  await expect(start({ parts })).rejects.toThrow('KEY_SECRET: must have at least 32 characters');
  expect((await diary(stateDir)).filter((line) => line === 'api starts')).toHaveLength(4);
  expect((await diary(stateDir)).at(-1)).toBe('directory stops');
  await start(); // The folder is free again.
});

it('takes another port where its own is in use, says so, and stays with it', async () => {
  const first = await start();
  const { api } = first.addresses;
  await first.stop();
  const stranger = createServer().listen(Number(new URL(api).port), '127.0.0.1');
  await once(stranger, 'listening');
  const second = await start();
  expect(second.addresses.api).not.toBe(api);
  expect(second.addresses.directory).toBe(first.addresses.directory);
  expect(said).toEqual([expect.stringMatching(/^ポート \d+ は使用中のため \d+ を使います \/ port \d+ is in use, taking \d+ \(api\)$/)]);
  await second.stop();
  stranger.close();
  expect((await start()).addresses.api).toBe(second.addresses.api);
});

it('refuses a second supervisor on the same folder, and says who has it', async () => {
  await start();
  await expect(start()).rejects.toThrow(TownIsRunning);
  await expect(start()).rejects.toThrow(`(pid ${process.pid})`);
});

it('goes on with the town it was: other sizes and seeds are refused', async () => {
  await (await start({ size: 213, seed: 7 })).stop();
  await expect(start({ size: 426 })).rejects.toThrow(OtherTown);
  await expect(start({ seed: 8 })).rejects.toThrow(OtherTown);
  await start({ size: 213, seed: 7 });
});

it('keeps its secrets to its owner, and tells where everything is', async () => {
  const town = await start();
  for (const file of ['state.json', 'town.json', 'processes.json']) expect((await stat(join(stateDir, file))).mode & 0o777).toBe(0o600);
  const file: TownFile = JSON.parse(await readFile(join(stateDir, 'town.json'), 'utf8'));
  expect(file).toMatchObject({ supervisor: process.pid, addresses: town.addresses, processes: town.processes });
  expect(file.settings).toMatchObject({ API_PUBLIC_URL: town.addresses.api, TOWN_CLOCK: 'true' });
  expect(file.settings.KEY_SECRET).toHaveLength(32);
  await town.stop();
  expect(await readdir(stateDir)).not.toContain('town.json');
});

it('uses what runs elsewhere instead of a part of its own', async () => {
  const here = standIn('directory');
  const town = await start({
    parts: [{ ...here, elsewhere: 'DIRECTORY_URL' }, standIn('api', ['directory'])],
    environment: { ...process.env, DIRECTORY_URL: 'ldaps://directory.example.jp' },
  });
  expect(Object.keys(town.processes)).toEqual(['api']);
  expect(town.settings.DIRECTORY_URL).toBe('ldaps://directory.example.jp');
});

it('is dark at once in a power cut, and all back afterwards', async () => {
  const town = await start();
  const before = Object.values(town.processes);
  await town.powerCut();
  expect(before.some(alive)).toBe(false);
  expect((await diary(stateDir)).some((line) => line.endsWith('stops'))).toBe(false);
  await town.start();
  expect(await whoAnswers(town.addresses.api)).toBe(town.processes.api);
});

it('holds a part down until it is wanted again', async () => {
  const town = await start();
  await town.down('mailbox');
  await town.ready();
  await expect(fetch(town.addresses.mailbox as string)).rejects.toThrow();
  await town.up('mailbox');
  expect(await whoAnswers(town.addresses.mailbox as string)).toBe(town.processes.mailbox);
});

it('stops at once on the second word, whatever a part is still busy with', async () => {
  const deaf = standIn('api', [], undefined, 'deaf');
  const town = await start({ parts: [standIn('directory'), deaf] });
  const before = Object.values(town.processes);
  const inOrder = town.stop();
  await expect.poll(() => diary(stateDir)).toContain('api is asked to end');
  await town.stop('at once');
  expect(before.some(alive)).toBe(false);
  await inOrder;
  await start(); // The folder is free again.
});

/** A supervisor in a process of its own, and the pids of its parts. */
async function supervisor(): Promise<{ process: ChildProcess; parts: number[] }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'supervisor.ts'), stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  supervisors.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { process: child, parts: Object.values(JSON.parse(line) as Record<string, number>) };
}

it('ends its parts when the supervisor is killed', async () => {
  const { process: killed, parts } = await supervisor();
  expect(parts.every(alive)).toBe(true);
  killed.kill('SIGKILL');
  await expect.poll(() => parts.some(alive), { timeout: 10_000 }).toBe(false);
  expect((await diary(stateDir)).slice(-3)).toEqual(['api stops', 'mailbox stops', 'directory stops']);
  await start();
});

it('finds and ends what is left when even the watchdog was killed', async () => {
  const { process: killed, parts } = await supervisor();
  const watchdogs = await watchdogsOf(stateDir);
  expect(watchdogs).toHaveLength(1);
  for (const pid of watchdogs) process.kill(pid, 'SIGKILL');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(parts.every(alive)).toBe(true);
  const town = await start();
  // Whoever runs beside this test may have taken one of the ports meanwhile: that is said after it.
  expect(said[0]).toBe('残っていたプロセスを終了しました / ended what an earlier run had left: api, mailbox, directory');
  expect(parts.some(alive)).toBe(false);
  expect(await whoAnswers(town.addresses.api)).toBe(town.processes.api);
});

async function watchdogsOf(folder: string): Promise<number[]> {
  const listing = await new Promise<string>((resolve, reject) =>
    execFile('ps', ['-eo', 'pid=,args='], (error, stdout) => (error ? reject(error) : resolve(stdout))),
  );
  const lines = listing.split('\n').filter((line) => line.includes('watchdog.ts') && line.includes(folder));
  return lines.map((line) => Number.parseInt(line, 10));
}

async function command(...flags: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'embedded/main.ts', ...flags], {
    env: { ...process.env, TOWN_STATE: stateDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { code, output };
}

it('removes nothing with --fresh where nobody can be asked, nor while the town runs', async () => {
  const town = await start();
  const secret = town.settings.KEY_SECRET;
  expect(await command('--fresh', '--yes')).toEqual({ code: 1, output: expect.stringContaining(`is running (pid ${process.pid})`) });
  await town.stop();
  expect(await command('--fresh')).toEqual({ code: 1, output: expect.stringContaining('without a terminal it needs --yes') });
  expect((await start()).settings.KEY_SECRET).toBe(secret);
});

it('names a flag that it does not understand', async () => {
  expect(await command('--size', 'many')).toEqual({ code: 1, output: expect.stringContaining('a whole number') });
});
