import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Where a server listens. */
interface Address {
  host: string;
  port: number;
}

/** A server that a test has started, and that it ends. */
export interface Server {
  stop(): Promise<void>;
}

/** Starts the program and resolves when something listens there; rejects with its last words when it ends before. */
export async function startServer(command: string, args: readonly string[], at: Address): Promise<Server> {
  if (await listens(at)) throw new Error(`something listens at ${at.host}:${at.port} already`);
  // Samba ends when the pipe at its standard input does: so it does not outlive a test that was killed.
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said = `${said}${data}`.slice(-2_000);
    });
  const ended = new Promise<void>((resolve) =>
    child
      .once('exit', () => resolve())
      .once('error', (error) => {
        said += String(error);
        resolve();
      }),
  );
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!(await listens(at))) {
    if (over) throw new Error(`${command} does not start; is it installed (test/parts/install.sh)?\n${said}`);
    await pause(50);
  }
  return { stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  // Samba is many processes: the whole group ends.
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  await ended;
}

function listens({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });
}
