import { afterAll, beforeAll, expect, it } from 'vitest';
import { every } from '../../activities/ledger/port.js';
import type { FigureServices } from '../../api/figures/read.js';
import { figurePolicy } from '../../config/policy/pack.js';
import { figureOrder } from '../../tours/figure-order.js';
import type { Report } from '../../tours/figures-check-main.js';
import { SecondLook } from '../../tours/second-look.js';
import { liveThrough, type RandomTown } from './random-town.js';

const towns = Number(process.env.FIGURE_TOWNS ?? 6);
/** Longer than a town takes on a busy machine. */
const patient = 300_000;

let second: SecondLook;

beforeAll(() => {
  second = new SecondLook();
});

afterAll(() => second.end());

const look = async ({ databaseUrl, ledger, clock, pack, calendar, closures, years }: RandomTown): Promise<Report> =>
  second.check(await figureOrder({ databaseUrl, services: { ledger, clock, pack, calendar } as FigureServices, years, closures }));

/** How many cells of each figure were more than nothing, in all towns. */
const counted = new Map<string, number>();
let figures: readonly string[] = [];

it.each(Array.from({ length: towns }, (_, nth) => nth + 1))(
  'town %i: every figure is what a second computation makes of the facts, to the last digit',
  { timeout: patient },
  async (seed) => {
    await liveThrough(seed, {
      look: async (town) => {
        const { findings, cells } = await look(town);
        expect(findings).toEqual([]);
        figures = Object.keys(town.ledger.figureDefinitions);
        for (const [figure, count] of Object.entries(cells)) counted.set(figure, (counted.get(figure) ?? 0) + count);
      },
    });
  },
);

it('there was something of each figure', () => {
  expect(figures.filter((figure) => !counted.get(figure))).toEqual([]);
});

it('a month opens to the rows that its cells count, and what is wrong by one is found, figure by figure', {
  timeout: patient,
}, async () => {
  let opened = 0;
  const town = await liveThrough(0, {
    look: async (one) => void (await look(one)),
    frozen: async ({ ledger, pack }, month) => {
      const cells = await ledger.monthCells({ from: month, until: month });
      for (const { value, of: _of, ...cell } of cells) {
        // Of minutes the days are shown.
        const days = cells.find(({ figure, dims }) => figure === 'uses' && dims.form === cell.dims.form && !dims.department);
        let rows = 0;
        for await (const _row of every((page) => ledger.figureRows(cell, { policy: figurePolicy(pack), ...page }))) rows += 1;
        expect({ ...cell, rows }).toEqual({ ...cell, rows: cell.figure === 'minutes' ? days?.value : value });
        opened += 1;
      }
    },
  });
  expect(opened).toBeGreaterThan(0);

  const planted = await town.sql<{ place: string; figure: string }>(
    `update month_cells set value = value + 1
     where ctid in (select distinct on (figure) ctid from month_cells where version > 0 order by figure, month desc, split, dims)
     returning month || ' ' || version as place, figure`,
  );
  const { findings } = await look(town);
  for (const { place, figure } of planted) {
    const found = findings.filter((one) => one.startsWith(`${place}: ${figure} `));
    expect({ figure, found }).toEqual({ figure, found: [expect.anything()] });
  }
});
