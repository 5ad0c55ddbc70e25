import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { claim, endLeftovers, readJson, writeWhole } from './leftovers.js';

export type PortName = 'temporal' | 'temporalUi' | 'postgres' | 'directory' | 'smtp' | 'mailbox' | 'api';

/** What the town remembers from one start to the next. */
export interface TownState {
  /** The town's staff and devices are made from these two. */
  seed: number;
  size: number;
  ports: Partial<Record<PortName, number>>;
  keySecret: string;
  superuserPassword: string;
  databasePassword: string;
  /** PostgreSQL's data; outside this folder when root runs the town. */
  postgresHome?: string;
  /** Once the sample town's files are written. */
  city?: { name: string; baseDn: string };
  /** The ledger in which the sample town stands: the embedded one, or the address of another (without its password). */
  loadedInto?: string | undefined;
}

/** The files of the state folder. */
export function stateFiles(folder: string) {
  return {
    state: join(folder, 'state.json'),
    /** For others to read: where everything is. */
    town: join(folder, 'town.json'),
    processes: join(folder, 'processes.json'),
    lock: join(folder, 'lock'),
    logs: join(folder, 'logs'),
    /** The sample town's LDIF and CSV, what the directory and the mailbox keep. */
    city: join(folder, 'city'),
    accounts: join(folder, 'city', 'accounts.json'),
    postgres: join(folder, 'postgres'),
    temporal: join(folder, 'temporal'),
    temporalDatabase: join(folder, 'temporal', 'temporal.db'),
  } as const;
}

export type StateFiles = ReturnType<typeof stateFiles>;

/** Reads the state, or begins it. @throws OtherTown when it began with another seed or size */
export function openState(files: StateFiles, wanted: { seed?: number | undefined; size?: number | undefined }): TownState {
  for (const path of [files.logs, files.city, files.temporal]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const known = readJson<TownState>(files.state);
  if (!known) {
    const secret = () => randomBytes(24).toString('base64url');
    const state = {
      seed: wanted.seed ?? 1,
      size: wanted.size ?? 1017,
      ports: {},
      keySecret: secret(),
      superuserPassword: secret(),
      databasePassword: secret(),
    };
    saveState(files, state);
    return state;
  }
  const { seed = known.seed, size = known.size } = wanted;
  if (seed !== known.seed || size !== known.size) throw new OtherTown(known);
  return known;
}

export function saveState(files: StateFiles, state: TownState): void {
  writeWhole(files.state, JSON.stringify(state, null, 2));
}

/** Removes a town and what is left of its processes; the fetched binary stays. @throws TownIsRunning */
export async function removeTown(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { lock: _, ...files } = stateFiles(folder);
  const lock = claimTown(folder);
  try {
    await endLeftovers(files.processes);
    const outside = readJson<TownState>(files.state)?.postgresHome;
    for (const path of [...(outside ? [outside] : []), ...Object.values(files)]) await rm(path, { recursive: true, force: true });
  } finally {
    lock.release();
  }
}

/** One supervisor a folder. @throws TownIsRunning */
export function claimTown(folder: string): { release(): void } {
  const lock = claim(stateFiles(folder).lock);
  if ('heldBy' in lock) throw new TownIsRunning(folder, lock.heldBy);
  return lock;
}

export class TownIsRunning extends Error {
  override readonly name = 'TownIsRunning';
  constructor(folder: string, pid: number) {
    super(
      `${folder} の町は動いています(pid ${pid})。\n` +
        `The town in ${folder} is running (pid ${pid}): stop it first, or give this one a folder of its own in TOWN_STATE.`,
    );
  }
}

export class OtherTown extends Error {
  override readonly name = 'OtherTown';
  constructor({ seed, size }: TownState) {
    super(
      `職員 ${size} 人(seed ${seed})の町がすでにあります。別の町は --fresh で作り直します。\n` +
        `There is a town already, of ${size} staff (seed ${seed}): use --fresh to make another one.`,
    );
  }
}
