import { proxyLocalActivities } from '@temporalio/workflow';
import type { RoundActivities } from '../../activities/ledger/round.js';

const round = proxyLocalActivities<RoundActivities>({
  startToCloseTimeout: '10 minutes', // 40,000 open cases take half a minute.
  localRetryThreshold: '5 seconds',
  retry: { maximumInterval: '5 minutes' }, // A ledger that is away at 17:30 is waited for: the round comes late, not never.
});

/** What the round does, in this order; each duty is idempotent for its date. */
const duties = ['settleDays', 'remindInTheEvening'] as const;

/** What came of each duty: how many days, mails. */
export type EveningReport = Readonly<Record<(typeof duties)[number], number>> | 'closed';

/** The second round of a municipal business day (design §4.1), started by the schedule at 17:30, when telework days are over: what is still missing of them. */
export async function eveningRound(date?: string): Promise<EveningReport> {
  const day = await round.businessDay(date);
  if (!day) return 'closed';
  const done = { settleDays: 0, remindInTheEvening: 0 };
  for (const duty of duties) done[duty] = await round[duty](day);
  return done;
}
