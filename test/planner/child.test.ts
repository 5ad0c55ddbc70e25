import { expect, test } from 'vitest';
import { createPlannerChild } from '../../activities/planner/child.js';
import { createPlanner } from '../../activities/planner/planner.js';
import { PlannerFailed } from '../../activities/planner/port.js';
import { aPool, aWeek, counterOf, member, once, staffed, tax } from './inputs.js';

test('the child answers what the planner does, each question its own, while whoever asks goes on', async () => {
  const [here, child] = [await createPlanner(), createPlannerChild()];
  const inputs = [9, 2, 5].map((count) =>
    aWeek([tax(staffed(count, { needsDevice: true }), { counter: counterOf(1) })], { devices: aPool(count) }),
  );
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 1);
  const plans = await Promise.all(inputs.map(async (input) => child.plan(input)));
  clearInterval(turning);
  expect(plans).toEqual(inputs.map((input) => here.plan(input)));
  expect(plans.map(({ feasible }) => feasible)).toEqual([true, true, true]);
  expect(turns).toBeGreaterThan(1);
});

test('a question without an answer fails as it does in the planner, and the next one is answered', async () => {
  const child = createPlannerChild();
  const twice = member('4001', { duties: [once, once] });
  await expect(child.plan(aWeek([tax([twice])]))).rejects.toBeInstanceOf(PlannerFailed);
  expect(await child.plan(aWeek([tax(staffed(2))]))).toMatchObject({ feasible: true });
});

test('what nobody foresaw is an error without a word of the question', async () => {
  const child = createPlannerChild();
  await expect(child.plan({ sections: [{ members: [{ staff: '4001' }] }] } as never)).rejects.toThrow(/^the planner broke: \w+$/);
});
