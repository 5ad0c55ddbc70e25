import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot, readTownEnvironment } from '../config/town.js';
import { Keeper } from './keeper.js';
import { endLeftovers, ProcessRecord, writeWhole } from './leftovers.js';
import { type Part, type PartName, townParts } from './parts.js';
import { freePort } from './processes.js';
import type { TownAccounts } from './sample-town.js';
import { Site, withoutPassword } from './site.js';
import { claimTown, openState, type PortName, stateFiles } from './state.js';

export interface TownOptions {
  /** Where the town keeps everything. Default: TOWN_STATE, else `.town` in the project's folder. */
  stateDir?: string;
  /** Of a new town: how many staff (57 to 40,000), and the seed number it grows from. Refused for a town that was made with others. */
  size?: number;
  seed?: number;
  /** Without Temporal's Web UI. */
  headless?: boolean;
  /** Which ports a new town takes: those that people know (8080, 7233 …), or any that are free. */
  ports?: 'usual' | 'any';
  /** Default: that of this process. */
  environment?: Readonly<Record<string, string | undefined>>;
  parts?: readonly Part[];
  /** Told one line whenever something happens that was not asked for. */
  say?(line: string): void;
}

/** Where the town can be reached; absent: that part runs elsewhere, or not at all. */
export interface TownAddresses {
  api: string;
  docs: string;
  temporal: string;
  temporalUi?: string;
  mailbox?: string;
  directory: string;
  postgres: string;
}

/** What stands in `town.json` of the state folder, for the command line, the tours and whoever wants to look. */
export interface TownFile {
  supervisor: number;
  addresses: TownAddresses;
  /** Name → pid. */
  processes: Readonly<Partial<Record<PartName, number>>>;
  /** For worker, API and command line: names and values of environment variables. Holds secrets. */
  settings: Readonly<Record<string, string>>;
  accounts?: TownAccounts;
  seed: number;
  size: number;
}

const usualPorts: Readonly<Record<PortName, number>> = {
  api: 8080,
  temporal: 7233,
  temporalUi: 8233,
  postgres: 54320,
  directory: 1389,
  smtp: 1025,
  mailbox: 8025,
};

/** The part that each port belongs to. */
const partOf: Readonly<Record<PortName, PartName>> = {
  api: 'api',
  temporal: 'temporal',
  temporalUi: 'temporal',
  postgres: 'postgres',
  directory: 'directory',
  smtp: 'mailbox',
  mailbox: 'mailbox',
};

/** Starts the town and resolves when all of it is ready. @throws TownIsRunning, OtherTown, or why a part could not be started */
export async function startTown(options: TownOptions = {}): Promise<Town> {
  const town = await openTown(options);
  try {
    await town.start();
  } catch (error) {
    await town.stop();
    throw error;
  }
  return town;
}

/** Claims the folder, ends what an earlier supervisor left behind, and makes the town ready to be started. */
export async function openTown(options: TownOptions): Promise<Town> {
  const { variables, stateDir: usual } = readTownEnvironment(options.environment);
  const { stateDir = usual, parts = townParts, headless = false, say = () => undefined, seed, size } = options;
  mkdirSync(stateDir, { recursive: true });
  const files = stateFiles(stateDir);
  const lock = claimTown(stateDir);
  try {
    const found = await endLeftovers(files.processes);
    if (found.length > 0) say(`残っていたプロセスを終了しました / ended what an earlier run had left: ${found.join(', ')}`);
    const state = openState(files, { seed, size });
    const here = parts.filter(({ elsewhere }) => !(elsewhere && variables[elsewhere]));
    const asked = variables.API_PORT ? { api: Number(variables.API_PORT) } : {};
    const wanted = { ...(options.ports === 'usual' && usualPorts), ...state.ports, ...asked };
    const ports = await choosePorts(wanted, new Set(here.map(({ name }) => name)), say);
    return new Town(new Site(stateDir, { state, ports, variables, headless }), here, { stateDir, say, release: lock.release });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Every port is another, and free; one that is wanted and taken is replaced, and said so. */
async function choosePorts(
  wanted: Partial<Record<PortName, number>>,
  here: ReadonlySet<PartName>,
  say: (line: string) => void,
): Promise<Record<PortName, number>> {
  const chosen = new Map<PortName, number>();
  for (const name of Object.keys(partOf) as PortName[]) {
    const wish = wanted[name];
    let port = here.has(partOf[name]) ? await freePort(wish) : (wish ?? 0);
    while (port !== 0 && [...chosen.values()].includes(port)) port = await freePort();
    if (wish && port !== wish) say(`ポート ${wish} は使用中のため ${port} を使います / port ${wish} is in use, taking ${port} (${name})`);
    chosen.set(name, port);
  }
  return Object.fromEntries(chosen) as Record<PortName, number>;
}

/** The whole town on one machine, with its processes in the supervisor's hand. */
export class Town {
  readonly stateDir: string;
  /** How long each part took at the last start, in milliseconds, from the moment it could begin. */
  readonly tookMs: Partial<Record<PartName, number>> = {};
  readonly #site: Site;
  readonly #parts: readonly Part[];
  readonly #keepers = new Map<PartName, Keeper>();
  readonly #watchdog: ChildProcess;
  readonly #release: () => void;

  /** `parts`: those that run here. */
  constructor(
    site: Site,
    parts: readonly Part[],
    { stateDir, say, release }: { stateDir: string; say(line: string): void; release(): void },
  ) {
    this.stateDir = stateDir;
    this.#site = site;
    this.#parts = parts;
    this.#release = release;
    const record = new ProcessRecord(site.files.processes);
    for (const part of parts) {
      if (!('program' in part)) continue;
      const keeper = new Keeper({
        name: part.name,
        program: () => part.program(site),
        logFile: join(site.files.logs, `${part.name}.log`),
        onStart: ({ pid }, { stopSignal }) => {
          record.add(part.name, pid, stopSignal);
          this.#publish();
        },
        onEnd: ({ pid }) => {
          record.remove(pid);
          this.#publish();
        },
        say,
      });
      this.#keepers.set(part.name, keeper);
    }
    const watchdog = ['--import', 'tsx', join(import.meta.dirname, 'watchdog.ts'), site.files.processes, `${process.pid}`];
    this.#watchdog = spawn(process.execPath, watchdog, {
      cwd: projectRoot,
      detached: true, // Ctrl-C is not for it.
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  }

  /** Where things are. */
  get addresses(): TownAddresses {
    const { ports, settings, variables, headless } = this.#site;
    const api = `http://127.0.0.1:${ports.api}`;
    return {
      api,
      docs: `${api}/docs`,
      temporal: settings.TEMPORAL_ADDRESS ?? '',
      ...(!headless && !variables.TEMPORAL_ADDRESS && { temporalUi: `http://127.0.0.1:${ports.temporalUi}` }),
      ...(!variables.MAIL_URL && { mailbox: `http://127.0.0.1:${ports.mailbox}` }),
      directory: settings.DIRECTORY_URL ?? '',
      postgres: withoutPassword(settings.DATABASE_URL ?? ''),
    };
  }

  /** What worker, API and command line are given; holds secrets. */
  get settings(): Readonly<Record<string, string>> {
    return this.#site.settings;
  }

  /** Staff numbers by the part they play, and the password of all; none when the directory runs elsewhere. */
  get accounts(): TownAccounts | undefined {
    return this.#site.accounts;
  }

  /** The pids of the processes that run now. */
  get processes(): Readonly<Partial<Record<PartName, number>>> {
    return Object.fromEntries([...this.#keepers].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid]])));
  }

  /** Starts everything that is down, each part when what it needs is ready; resolves when all are. */
  async start(): Promise<void> {
    const ready = new Map<PartName, Promise<void>>();
    for (const part of this.#parts) {
      const before = Promise.all(part.after.flatMap((name) => ready.get(name) ?? []));
      const done = before.then(() => this.#bring(part));
      done.catch(() => undefined); // Seen below, when the others have come to rest.
      ready.set(part.name, done);
    }
    const outcomes = await Promise.allSettled(ready.values());
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    this.#publish();
  }

  /** Resolves when all processes that are not held down are ready. */
  async ready(): Promise<void> {
    for (const keeper of this.#keepers.values()) if (!keeper.isDown) await keeper.whenReady();
  }

  /** Kills a process; resolves when it has ended. The supervisor starts it again: wait for `ready()`. */
  async kill(name: PartName, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#keeper(name).kill(signal);
  }

  /** Stops a process and holds it down until `up`. */
  async down(name: PartName): Promise<void> {
    await this.#keeper(name).down();
  }

  /** Starts a process that is down; resolves when it is ready. */
  async up(name: PartName): Promise<void> {
    await this.#keeper(name).up();
  }

  async restart(name: PartName): Promise<void> {
    await this.down(name);
    await this.up(name);
  }

  /** Kills every process in one moment and leaves them down: `start()` brings them back. */
  async powerCut(): Promise<void> {
    await Promise.all([...this.#keepers.values()].map((keeper) => keeper.down('SIGKILL')));
  }

  /** Temporal forgets everything: its database is deleted while it is down. */
  async dropTemporal(): Promise<void> {
    const temporal = this.#keeper('temporal');
    await temporal.down('SIGKILL');
    await rm(this.#site.files.temporal, { recursive: true, force: true });
    await mkdir(this.#site.files.temporal);
    await temporal.up();
  }

  /** Stops everything, last started first, and gives the folder back. `at once`: nobody is asked first. */
  async stop(how: 'in order' | 'at once' = 'in order'): Promise<void> {
    if (how === 'at once') await this.powerCut();
    for (const keeper of [...this.#keepers.values()].reverse()) await keeper.down();
    await rm(this.#site.files.town, { force: true });
    this.#watchdog.kill('SIGKILL'); // Nothing is left for it to end.
    this.#release();
  }

  async #bring(part: Part): Promise<void> {
    const since = performance.now();
    if ('work' in part) await part.work(this.#site);
    else await this.#keeper(part.name).up();
    this.tookMs[part.name] = Math.round(performance.now() - since);
  }

  #keeper(name: PartName): Keeper {
    const keeper = this.#keepers.get(name);
    if (!keeper) throw new Error(`${name} is no process of this town`);
    return keeper;
  }

  #publish(): void {
    const { addresses, processes, settings, accounts } = this;
    const { seed, size } = this.#site.state;
    const file: TownFile = { supervisor: process.pid, addresses, processes, settings, ...(accounts && { accounts }), seed, size };
    writeWhole(this.#site.files.town, `${JSON.stringify(file, null, 2)}\n`);
  }
}
