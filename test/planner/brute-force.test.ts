import { fc } from '@fast-check/vitest';
import { beforeAll, describe, expect, test } from 'vitest';
import { createPlanner } from '../../activities/planner/planner.js';
import type { PlanInput } from '../../activities/planner/port.js';
import { leastOf, unfairness } from './brute-force.js';
import { smallInput } from './inputs.js';

/** `PLANNER_INPUTS=10000` for all that the planner was judged by: minutes. */
const inputs = Number(process.env.PLANNER_INPUTS ?? 800);
const seed = 20_270_510;

let planner: Awaited<ReturnType<typeof createPlanner>>;
beforeAll(async () => {
  planner = await createPlanner();
});

describe('the planner finds what trying every plan finds', () => {
  const reached = (input: PlanInput) => {
    const { unplaced, moved } = planner.plan(input);
    const missing = unplaced.reduce((total, one) => total + one.missing, 0);
    const unfair = unfairness(input, unplaced.map(({ staff, duty, missing: times }) => ({ staff, from: duty.from, missing: times }))); // biome-ignore format: one call.
    return { missing, unfair, moved: moved.length };
  };

  test('in one section: feasible or not, times missing, who goes without, people moved', () => {
    fc.assert(
      fc.property(smallInput({ sections: 1 }), (input) => {
        expect(reached(input)).toEqual(leastOf(input));
      }),
      { numRuns: inputs, seed },
    );
  }, 600_000);

  test('in two sections that share devices and seats', () => {
    fc.assert(
      fc.property(smallInput({ sections: 2 }), (input) => {
        const [{ missing, moved }, least] = [reached(input), leastOf(input)];
        expect(missing).toBe(least.missing);
        if (missing === 0) expect(moved).toBe(least.moved);
      }),
      { numRuns: Math.ceil(inputs / 4), seed },
    );
  }, 600_000);
});
