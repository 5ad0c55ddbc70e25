import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { launch, type Program, type Running } from './processes.js';

export interface KeeperOptions {
  name: string;
  program(): Program | Promise<Program>;
  logFile: string;
  /** Called on each start and each end of the process, before anything else. */
  onStart(running: Running, program: Program): void;
  onEnd(running: Running): void;
  say(line: string): void;
}

/** A process that ends this often before it was ever ready will not become so. */
const attempts = 4;
const backOffMs = (failures: number) => Math.min(5000, 100 * 2 ** failures);
/** What lived this long has not failed to start. */
const settledAfterMs = 3000;

/** `Error`: it cannot be started, and why. */
type State = 'down' | 'starting' | 'ready' | Error;

/** Keeps one process alive: starts it, and starts it again whenever it ends unasked. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #changed = new EventEmitter();
  #state: State = 'down';
  #running: Running | undefined;
  #loop: Promise<void> = Promise.resolve();
  #wanted = false;
  /** Its end was ordered, and is no failure. */
  #killed = false;
  #resting = new AbortController();

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#changed.setMaxListeners(0);
  }

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  get isDown(): boolean {
    return this.#state === 'down';
  }

  /** Starts it, if it is down; resolves when it is ready. */
  async up(): Promise<void> {
    if (!this.#wanted) {
      this.#wanted = true;
      this.#become('starting');
      const before = this.#loop;
      this.#loop = before
        .then(() => this.#keep())
        .catch((error: Error) => {
          this.#wanted = false;
          this.#become(error);
        });
    }
    await this.whenReady();
  }

  /** Resolves when it is ready, rejects when it is down or cannot be started. */
  async whenReady(): Promise<void> {
    while (this.#state === 'starting') await once(this.#changed, 'change');
    if (this.#state instanceof Error) throw this.#state;
    if (this.#state === 'down') throw new Error(`${this.#options.name} is down`);
  }

  /** Ends it, and it comes back. Resolves when it has ended. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#killed = true;
    this.#become('starting');
    running.kill(signal);
    await running.ended;
  }

  /** Ends it for good, in its own way or by SIGKILL. */
  async down(how: 'stop' | 'SIGKILL' = 'stop'): Promise<void> {
    this.#wanted = false;
    this.#become('down');
    this.#resting.abort();
    if (how === 'SIGKILL') this.#running?.kill('SIGKILL');
    else await this.#running?.stop();
    await this.#loop;
  }

  async #keep(): Promise<void> {
    for (let failures = 0, everReady = false; this.#wanted; ) {
      const since = performance.now();
      const program = await this.#options.program();
      if (!this.#wanted) return;
      const running = launch(program, this.#options.logFile);
      this.#running = running;
      this.#killed = false;
      this.#options.onStart(running, program);
      const problem = await running.ready.then(
        () => undefined,
        (error: Error) => error,
      );
      if (problem) running.kill('SIGKILL');
      else if (this.#wanted && !this.#killed) {
        everReady = true;
        this.#become('ready');
      }
      const ending = await running.ended;
      this.#running = undefined;
      this.#options.onEnd(running);
      if (!this.#wanted) return;
      this.#become('starting');
      failures = this.#killed || performance.now() - since > settledAfterMs ? 0 : failures + 1;
      if (problem && !everReady && failures >= attempts) throw problem;
      this.#options.say(`${this.#options.name} が止まりました。再起動します / ${this.#options.name} ended (${ending}), starting it again`);
      if (failures > 0) await this.#rest(backOffMs(failures - 1));
    }
  }

  async #rest(ms: number): Promise<void> {
    this.#resting = new AbortController();
    await pause(ms, undefined, { signal: this.#resting.signal }).catch(() => undefined);
  }

  #become(state: State): void {
    this.#state = state;
    this.#changed.emit('change');
  }
}
