import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { createRoundActivities } from '../../activities/ledger/round.js';
import { municipalCalendar } from '../../config/calendar.js';
import { policy, teleworked } from '../ledger/months.js';
import { entry, type Town, town } from '../ledger/town.js';

/** The duty as the morning round asks for it. */
const duty = ({ ledger }: Town) => {
  const round = createRoundActivities({
    ledger,
    directory: { staffMember: async () => undefined, holdersOf: async () => [] },
    calendar: municipalCalendar(),
    digests: { write: async () => 0 },
    figures: policy,
    trials: { follow: async () => 0, watch: async () => 0 },
    nudge: async () => undefined,
  });
  return (date: string): Promise<number> => new MockActivityEnvironment().run(() => round.takeMonths(date));
};

const awaited = [{ step: 'freeze', from: 'ledger' }];

/** A review that writes down every month that it hears of. */
function review(t: Town, caseId: string, fiscalYear: number) {
  let seq = 0;
  const about = { procedure: 'yearly-review', summary: { status: 'do', department: 'hr', staff: '9' }, fiscalYear } as const;
  return {
    async open() {
      seq += 1;
      await t.ledger.append(entry(caseId, seq, { name: 'openYear' }, { ...about, due: awaited }));
    },
    async hear(due = awaited): Promise<string[]> {
      const heard: string[] = [];
      for (;;) {
        const { next } = await t.ledger.look({ caseId, seq: seq + 1, due: awaited });
        if (!next) return heard;
        seq += 1;
        await t.ledger.append(entry(caseId, seq, next, { ...about, due }));
        const { month, version, hash } = next.input as unknown as Record<'month' | 'version' | 'hash', string>;
        heard.push(`${month} ${version} ${hash.length}`);
      }
    },
  };
}

it('freezes what is due, and tells the open reviews of their months, each once', async () => {
  const t = await town();
  const [takeMonths, year, after] = [duty(t), review(t, 'A', 2027), review(t, 'B', 2028)];
  await year.open();
  await teleworked(t, { staff: '1', date: '2027-04-12' });
  expect(await takeMonths('2027-05-07')).toBe(0);
  expect(await year.hear()).toEqual([]);
  expect(await takeMonths('2027-05-10')).toBe(1);
  expect(await takeMonths('2027-05-10')).toBe(0);
  expect(await year.hear()).toEqual(['2027-04 1 64']);
  expect(await takeMonths('2027-05-11')).toBe(0);
  expect(await year.hear()).toEqual([]);
  await after.open();
  expect(await takeMonths('2028-05-15')).toBe(12); // The round was away for a year.
  expect((await year.hear()).map((one) => one.slice(0, 7))).toEqual([
    ...['05', '06', '07', '08', '09', '10', '11', '12'].map((month) => `2027-${month}`),
    ...['2028-01', '2028-02', '2028-03'],
  ]);
  expect(await after.hear()).toEqual(['2028-04 1 64']);
});

it('tells of a correction, and a review that is opened late of all that is frozen', async () => {
  const t = await town();
  const [takeMonths, year] = [duty(t), review(t, 'A', 2027)];
  await teleworked(t, { staff: '1', date: '2027-04-12' });
  expect(await takeMonths('2027-06-10')).toBe(0);
  await t.ledger.correctMonth('2027-04', policy, { by: '1', reason: '6f2f5c1e-0f67-4b0e-9a50-0c9d2b0f7a11', key: 'k' });
  await year.open();
  expect(await takeMonths('2027-06-10')).toBe(2);
  expect(await year.hear()).toEqual(['2027-04 2 64', '2027-05 1 64']);
  await t.ledger.correctMonth('2027-05', policy, { by: '1', reason: '6f2f5c1e-0f67-4b0e-9a50-0c9d2b0f7a11', key: 'l' });
  expect(await takeMonths('2027-06-11')).toBe(1);
  expect(await year.hear()).toEqual(['2027-05 2 64']);
});

it('tells after a crash between freezing and telling, and both of two rounds at once tell it once', async () => {
  const t = await town();
  const [takeMonths, year] = [duty(t), review(t, 'A', 2027)];
  await year.open();
  await teleworked(t, { staff: '1', date: '2027-04-12' });
  await t.ledger.takeMonths('2027-05-10', policy);
  await Promise.all([takeMonths('2027-05-11'), takeMonths('2027-05-11')]);
  expect(await year.hear()).toEqual(['2027-04 1 64']);
});
