import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FigureServices } from '../../api/figures/read.js';
import { figureOrder } from '../../tours/figure-order.js';
import type { Order, Report } from '../../tours/figures-check-main.js';
import { liveThrough } from './random-town.js';

const towns = Number(process.env.FIGURE_TOWNS ?? 10);
/** Longer than a town takes on a busy machine. */
const patient = 120_000;

let checker: ChildProcess;
let reports: AsyncIterator<string>;

beforeAll(() => {
  const program = join(import.meta.dirname, '../../tours/figures-check-main.ts');
  checker = spawn(process.execPath, ['--import', 'tsx', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (!checker.stdout) throw new Error('a program without an answer');
  reports = createInterface({ input: checker.stdout })[Symbol.asyncIterator]();
});

afterAll(() => {
  checker.stdin?.end();
});

async function check(order: Order): Promise<Report> {
  checker.stdin?.write(`${JSON.stringify(order)}\n`);
  const { value, done } = await reports.next();
  if (done) throw new Error('the checking program has ended');
  return JSON.parse(value) as Report;
}

/** How many cells of each figure were more than nothing, in all towns. */
const counted = new Map<string, number>();
let figures: readonly string[] = [];

it.each(Array.from({ length: towns }, (_, nth) => nth + 1))(
  'town %i: every figure is what a second computation makes of the facts, to the last digit',
  { timeout: patient },
  async (seed) => {
    await liveThrough(seed, async ({ databaseUrl, ledger, clock, pack, calendar, closures, years }) => {
      const services = { ledger, clock, pack, calendar } as FigureServices;
      const { findings, cells } = await check(await figureOrder({ databaseUrl, services, years, closures }));
      expect(findings).toEqual([]);
      figures = Object.keys(ledger.figureDefinitions);
      for (const [figure, count] of Object.entries(cells)) counted.set(figure, (counted.get(figure) ?? 0) + count);
    });
  },
);

it('there was something of each figure', () => {
  expect(figures.filter((figure) => !counted.get(figure))).toEqual([]);
});
