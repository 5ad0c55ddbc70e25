import { patched, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { RoundActivities } from '../../activities/ledger/round.js';
import { without } from '../shared/sets.js';

/** Local: a duty ends before anybody looks at it, may be done twice, and all of them cost one Temporal action, not one each with its heartbeats. */
const together = proxyLocalActivities<RoundActivities>({
  startToCloseTimeout: '10 minutes', // 40,000 open cases take half a minute.
  localRetryThreshold: '5 seconds',
  retry: { maximumInterval: '5 minutes' }, // A ledger that is away at 8:30 is waited for: the round comes late, not never.
});
/** As rounds of the first version did them. */
const oneByOne = proxyActivities<RoundActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '1 minute',
  retry: { maximumInterval: '5 minutes' },
});

/** What the round does, in this order; each duty is idempotent for its date. Later procedures add theirs. */
const duties = ['seal', 'rehome', 'follow', 'wake', 'settleDays', 'takeMonths', 'watchTrials', 'remind', 'tidy'] as const;

/** What came of each duty: how many chains, reservations, cases, days, months, sections, mails, rows. */
export type RoundReport = Readonly<Record<(typeof duties)[number], number>> | 'closed';

/**
 * The one round of a municipal business day (design §4.1), started by the schedule at 8:30 for today, or by the town's clock for a day that it passes.
 * On a day on which nobody works it does nothing.
 */
export async function morningRound(date?: string): Promise<RoundReport> {
  const round = patched('local-duties') ? together : oneByOne;
  const day = await round.businessDay(date);
  if (!day) return 'closed';
  const done = { seal: 0, rehome: 0, follow: 0, wake: 0, settleDays: 0, takeMonths: 0, watchTrials: 0, remind: 0, tidy: 0 };
  const unknown = [
    ...(round === together ? [] : (['settleDays'] as const)), // The first version knew no telework days,
    ...(patched('watch-trials') ? [] : (['watchTrials'] as const)), // the second no campaigns,
    ...(patched('take-months') ? [] : (['takeMonths'] as const)), // the third no figures of months.
  ];
  for (const duty of without<(typeof duties)[number]>(duties, unknown)) done[duty] = await round[duty](day);
  return done;
}
