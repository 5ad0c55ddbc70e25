import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { withParts } from '../cli/operator.js';
import { loadPack } from '../config/policy/pack.js';
import { figureOrder, type TownOfFigures } from './figure-order.js';
import type { Order, Report } from './figures-check-main.js';
import { Differs } from './player.js';
import type { Stage } from './stage.js';

/** A second computation of a town's figures, by a program that shares no code with the product (`figures-check-main.ts`): it keeps what it has looked at, since files that are replaced have no past. */
export class SecondLook {
  readonly #program: ChildProcess;
  readonly #reports: AsyncIterator<string>;

  constructor() {
    const program = join(import.meta.dirname, 'figures-check-main.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#program = child;
    this.#reports = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async check(order: Order): Promise<Report> {
    this.#program.stdin?.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await this.#reports.next();
    if (done) throw new Differs('the checking program has ended');
    return JSON.parse(value) as Report;
  }

  /** Looks at these fiscal years of the town as they are now. `aims`: the targets, where they are not the pack's. */
  at({ stateDir, settings, place }: Stage, { years, aims }: Pick<TownOfFigures, 'years' | 'aims'>): Promise<Report> {
    return withParts({ stateDir, settings, api: place.nobody.url }, async ({ ledger, calendar }) => {
      await ledger.clockOffset();
      const services = { ledger, calendar, clock: ledger.townClock, pack: loadPack(settings.POLICY_PACK ?? 'oyama') };
      return this.check(await figureOrder({ databaseUrl: settings.DATABASE_URL ?? '', services, years, ...(aims && { aims }) }));
    });
  }

  end(): void {
    this.#program.stdin?.end();
  }
}
