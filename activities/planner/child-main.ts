import type { Answered, Asked } from './child.js';
import { createPlanner } from './planner.js';
import { type PlanInput, PlannerFailed } from './port.js';

/** The planner's own process: answers one question after the other, and ends with whoever asks. */
const planner = await createPlanner();
process.on('message', ({ number, input }: Asked) => process.send?.({ number, ...answer(input) } satisfies Answered));
process.once('disconnect', () => process.exit());

function answer(input: PlanInput): Omit<Answered, 'number'> {
  try {
    return { plan: planner.plan(input) };
  } catch (failure) {
    return failure instanceof PlannerFailed ? { failed: failure.message } : { broken: failure instanceof Error ? failure.name : 'unknown' };
  }
}
