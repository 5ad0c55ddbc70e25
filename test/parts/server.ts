import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A server that a test has started, and that it ends. */
export interface Server {
  stop(): Promise<void>;
}

/** Starts the program and resolves when something listens at the port; rejects with its last words when it ends before. */
export async function startServer(command: string, args: readonly string[], port: number): Promise<Server> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
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
  while (!(await listens(port))) {
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

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });
}
