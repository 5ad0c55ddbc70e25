import { fc } from '@fast-check/vitest';
import { beforeAll, describe, expect, test } from 'vitest';
import { withChanges } from '../../activities/planner/cures.js';
import { createPlanner } from '../../activities/planner/planner.js';
import type { Change, Plan, PlanInput } from '../../activities/planner/port.js';
import { leastOf } from './brute-force.js';
import {
  aPool,
  aWeek,
  counterOf,
  friday,
  member,
  monday,
  nextWeek,
  smallInput,
  staffed,
  tax,
  thursday,
  tuesday,
  wednesday,
} from './inputs.js';

let plan: (input: PlanInput) => Plan;
beforeAll(async () => {
  ({ plan } = await createPlanner());
});

/** Two devices for nine people, of whom the counter lets nobody go on three of five days. */
const short = aWeek(
  [
    tax(staffed(9, { needsDevice: true, unavailable: [] }), {
      counter: {
        morning: 7,
        afternoon: 5,
        others: [],
      },
    }),
  ],
  { devices: aPool(2), further: nextWeek },
);

describe('why not', () => {
  test('says what is short and what alone would do, the smallest first', () => {
    const members = staffed(4).map((one) => ({ ...one, needsDevice: true }));
    const others = [tuesday, wednesday, thursday].map((date) => ({ date, morning: 0, afternoon: 0 }));
    const counter = {
      morning: 4,
      afternoon: 4,
      others: [...others, ...[monday, friday].map((date) => ({ date, morning: 2, afternoon: 2 }))],
    };
    const made = plan(aWeek([tax(members, { counter })], { devices: aPool(1), further: nextWeek }));
    expect(made.feasible).toBe(false);
    expect(made.reasons).toMatchObject([
      { sections: [{ section: 'tax', people: 4, blockedByCounter: 3, cannot: 2 }], dates: 5, devices: 1, incurable: 0 },
    ]);
    expect(made.reasons[0]?.cures[0]).toMatchObject([{ device: { count: 1 } }]);
  });

  test('a mixture where no kind of change is enough by itself', () => {
    const input = aWeek([tax([...staffed(1, { needsDevice: true }), member('4009')], { counter: counterOf(2) })]);
    const [reason] = plan(input).reasons;
    expect(reason?.cures).toHaveLength(1);
    expect(new Set(reason?.cures[0]?.flatMap((change) => Object.keys(change)))).toEqual(new Set(['counter', 'device']));
  });

  test('sections that share a pool are short together, those that do not by themselves', () => {
    const needing = (section: string, from: number) => ({
      section,
      members: Array.from({ length: 3 }, (_, index) => member(`${from + index}`, { needsDevice: true })),
    });
    const alone = { section: 'welfare', members: [member('9001')], counter: counterOf(1) };
    const { reasons } = plan(aWeek([needing('tax', 4001), needing('roads', 5001), alone], { devices: aPool(2) }));
    expect(reasons.map(({ sections }) => sections.map(({ section }) => section))).toEqual([
      expect.arrayContaining([expect.stringMatching(/tax|roads/)]),
      ['welfare'],
    ]);
  });

  test('who is away all the time is beyond any cure', () => {
    const away = member('4009', { absent: [...short.dates, ...nextWeek] });
    expect(plan(aWeek([tax([away])], { further: nextWeek })).reasons).toMatchObject([{ incurable: 1, cures: [] }]);
  });

  test('more dates: as few as do', () => {
    const made = plan(aWeek([tax(staffed(7, { needsDevice: true }))], { devices: aPool(1, 0), further: nextWeek }));
    expect(made.reasons[0]?.cures).toContainEqual([{ dates: { more: 2 } }]);
  });
});

describe('every cure is true, and one less of it is none', () => {
  const missing = (input: PlanInput) => leastOf(input).missing;
  /** One less of one of its changes. */
  const less = (cure: readonly Change[]): Change[][] =>
    cure.flatMap((change, index) => {
      const rest = cure.toSpliced(index, 1);
      if ('device' in change)
        return change.device.count > 1 ? [[...rest, { device: { ...change.device, count: change.device.count - 1 } }]] : [rest];
      if ('counter' in change)
        return change.counter.by > 1 ? [[...rest, { counter: { ...change.counter, by: change.counter.by - 1 } }]] : [rest];
      if ('seats' in change)
        return change.seats.count > 1 ? [[...rest, { seats: { ...change.seats, count: change.seats.count - 1 } }]] : [rest];
      return change.dates.more > 1 ? [[...rest, { dates: { more: change.dates.more - 1 } }]] : [rest];
    });

  test('by trying every plan of small sections', () => {
    let tried = 0;
    fc.assert(
      fc.property(smallInput({ sections: 1 }), (input) => {
        for (const { cures, incurable } of plan(input).reasons)
          for (const cure of cures) {
            tried += 1;
            expect(missing(withChanges(input, cure))).toBe(incurable);
            for (const smaller of less(cure)) expect(missing(withChanges(input, smaller))).toBeGreaterThan(incurable);
          }
      }),
      { numRuns: 120, seed: 20_270_510 },
    );
    expect(tried).toBeGreaterThan(30);
  }, 180_000);

  test('in a section of nine', () => {
    const { reasons, feasible } = plan(short);
    expect(feasible).toBe(false);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]?.cures.length).toBeGreaterThan(0);
    for (const cure of reasons[0]?.cures ?? []) expect(plan(withChanges(short, cure)).feasible).toBe(true);
  });
});
