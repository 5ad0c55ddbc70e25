import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** A process that the town started, with what tells it from a later one under the same pid. */
interface Recorded {
  name: string;
  pid: number;
  birth: string;
  stopSignal: NodeJS.Signals;
}

/** When the process was started, and in which boot; undefined when there is none of this pid (any more). */
export function birthOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') return execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'utf8' }).trim();
    // proc(5): the second field, the name, may hold spaces and brackets; the state is the third, the start time the twenty-second.
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? undefined : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[18]}`;
  } catch {
    return undefined;
  }
}

/** The town's processes, on disk from the moment they start: whoever comes after a supervisor that was killed can end them. */
export class ProcessRecord {
  readonly #running = new Map<number, Recorded>();
  constructor(readonly file: string) {}

  add(name: string, pid: number, stopSignal: NodeJS.Signals): void {
    const birth = birthOf(pid);
    if (birth) this.#running.set(pid, { name, pid, birth, stopSignal });
    this.#write();
  }

  remove(pid: number): void {
    this.#running.delete(pid);
    this.#write();
  }

  #write(): void {
    const content: RecordFile = { supervisor: process.pid, processes: [...this.#running.values()] };
    writeWhole(this.file, JSON.stringify(content));
  }
}

interface RecordFile {
  supervisor: number;
  processes: readonly Recorded[];
}

/** Ends what a supervisor left behind (a certain one, where its pid is given), last started first. @returns the names of what it found. */
export async function endLeftovers(recordFile: string, ofSupervisor?: number): Promise<readonly string[]> {
  const record = readJson<RecordFile>(recordFile);
  if (!record || (ofSupervisor !== undefined && record.supervisor !== ofSupervisor)) return [];
  const alive = ({ pid, birth }: Recorded) => birthOf(pid) === birth;
  const leftovers = record.processes.filter(alive).reverse();
  for (const leftover of leftovers) {
    signal(leftover.pid, leftover.stopSignal);
    for (let waitedMs = 0; alive(leftover); waitedMs += 50) {
      if (waitedMs === 5000) signal(leftover.pid, 'SIGKILL');
      await pause(50);
    }
  }
  return leftovers.map(({ name }) => name);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}

/** Claims the file for this process. @returns how to give it back; or the pid of the living process that has it. */
export function claim(file: string): { release: () => void } | { heldBy: number } {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, birth: birthOf(process.pid) }));
  try {
    for (;;) {
      try {
        linkSync(own, file); // Fails when the file is there: of two at once, one gets it.
        return { release: () => rmSync(file, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readJson<Pick<Recorded, 'pid' | 'birth'>>(file);
      if (holder && birthOf(holder.pid) === holder.birth) return { heldBy: holder.pid };
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** The file is always whole: the old text or the new one. Only its owner reads it. */
export function writeWhole(file: string, text: string): void {
  const unfinished = `${file}.unfinished`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  renameSync(unfinished, file);
}

/** Undefined when there is no such file. */
export function readJson<Content>(file: string): Content | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
