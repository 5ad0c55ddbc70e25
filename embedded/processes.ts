import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** How a process is started, how it is known to be ready, and how it is asked to end. */
export interface Program {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  /** The user it runs as, when not the one who starts it. */
  owner?: Owner;
  /** The line of its output that says so; or something asked until it resolves. */
  ready: RegExp | ((signal: AbortSignal) => Promise<void>);
  stopSignal: NodeJS.Signals;
}

export interface Owner {
  uid: number;
  gid: number;
}

/** How a process ended: its exit code, or the signal that ended it. */
export type Ending = number | NodeJS.Signals;

export interface Running {
  readonly pid: number;
  /** Resolves when the process is of use; rejects with its last lines when it ends before that, or is not ready within a minute. */
  readonly ready: Promise<void>;
  readonly ended: Promise<Ending>;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end, and ends it when it takes too long. */
  stop(): Promise<void>;
}

/** The slowest part (the very first `initdb`'s server on a loaded machine) took 6 s. */
const readyWithinMs = 60_000;
/** Longer than the ten seconds that the worker gives to what it is doing. */
const stopWithinMs = 12_000;

/**
 * Starts the program with its output in the log file. It has a process group of its own, so that Ctrl-C reaches the supervisor alone, which then stops
 * the parts in order; and a pipe as standard input, which closes when the supervisor is gone, however it ended.
 */
export function launch(program: Program, logFile: string): Running {
  const child = spawn(program.command, program.args, {
    env: program.env,
    ...(program.cwd && { cwd: program.cwd }),
    ...program.owner,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 1));
  });
  const ready = becomesReady(child, program, ended, logFile);
  ready.catch(() => undefined); // Whoever waits for it is told; nobody has to.
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    kill: (signal) => void child.kill(signal),
    stop: async () => {
      child.kill(program.stopSignal);
      const patience = new AbortController();
      const kill = pause(stopWithinMs, undefined, { signal: patience.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
      await ended;
      patience.abort();
      await kill;
    },
  };
}

async function becomesReady(child: ChildProcess, { command, ready }: Program, ended: Promise<Ending>, logFile: string): Promise<void> {
  const log = createWriteStream(logFile, { flags: 'a' });
  const lastLines: string[] = [];
  const over = new AbortController();
  const said = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        log.write(`${line}\n`);
        if (lastLines.push(line) > 8) lastLines.shift();
        if (ready instanceof RegExp && ready.test(line)) resolve();
      });
    }
  });
  const outcome = await Promise.race([
    (ready instanceof RegExp ? said : ready(over.signal)).then(() => 'ready' as const),
    ended,
    pause(readyWithinMs, 'not ready in time' as const, { signal: over.signal, ref: false }),
  ]);
  over.abort();
  if (outcome !== 'ready') throw new Error([`${command}: ${outcome}`, ...lastLines].join('\n  '));
}

/** A port of the loopback that nobody listens on: the wanted one if it is free, else another. */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted && (await isFree(wanted))) return wanted;
  // Below what systems give to outgoing connections (from 32768): a port that is let go for a restart is still there afterwards.
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    );
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
}
