import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, onTestFinished, test } from 'vitest';
import { hostClock } from '../../activities/ledger/clock.js';
import { createPostgresLedger } from '../../activities/ledger/postgres.js';
import { municipalCalendar } from '../../config/calendar.js';
import { cutMatrix, type Deliver } from '../../tours/mail-cuts.js';
import { freshDatabase } from '../database.js';

/** Tried again at once, as Temporal does after a while. */
const deliver: Deliver = async ({ drainOutbox }) => {
  let [environment, stopped] = [new MockActivityEnvironment(), false];
  const run = async () => {
    while (!stopped) {
      environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
      const failed = await environment.run(drainOutbox).then(
        () => false,
        () => true,
      );
      if (failed && !stopped) await new Promise((resolve) => setTimeout(resolve, 20)); // No storm while the server is away.
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopped = true;
      environment.cancel();
      await running;
    },
  };
};

test('wherever the line is cut, nothing is lost, and nothing comes twice but what was lost after the final dot, as the same mail', async () => {
  const freshLedger = async () => {
    const { url: databaseUrl, drop } = await freshDatabase();
    const ledger = createPostgresLedger({ databaseUrl, clock: hostClock, calendar: municipalCalendar() });
    onTestFinished(async () => {
      await ledger.close();
      await drop();
    });
    return ledger;
  };
  const rows = await cutMatrix({ freshLedger, deliver });
  expect(rows.flatMap(({ place, problems }) => problems.map((problem) => `${place}: ${problem}`))).toEqual([]);
  expect(rows).toHaveLength(13);
  expect(rows.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(0);
  for (const { tries } of rows.slice(0, 8)) expect(tries).toBeGreaterThan(1); // The cut was met.
}, 180_000);
