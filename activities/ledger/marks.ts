import { ApplicationFailure } from '@temporalio/activity';
import type { EffectMarks } from './port.js';

/** Does something outside and keeps its mark: `stuck` where no retry mends it, `waiting` through an outage. */
export async function marked(marks: EffectMarks, effect: { caseId: string; name: string }, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (failure) {
    const known = failure instanceof ApplicationFailure;
    await marks.mark(effect, known && failure.nonRetryable ? 'stuck' : 'waiting', known ? (failure.type ?? 'unknown') : 'outage');
    throw failure;
  }
  await marks.mark(effect, 'done');
}
