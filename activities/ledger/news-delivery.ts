import type { NewsPort } from './port.js';

/** How long after a nudge the same cases are looked at again, in milliseconds: at once, then ever more rarely while nothing changes. */
const [shortestPauseMs, longestPauseMs] = [1_000, 30_000];
/** What was written just before the start may be unknown to the workflows: a power cut takes everything at once, and whoever starts last may start minutes later. */
const lookBackMs = 10 * 60_000;

export interface NewsDelivery {
  ledger: NewsPort;
  /** Wakes one case. One that is not open at Temporal, or a Temporal that is away, is a rejection: the case is nudged again later. */
  nudge(caseId: string): Promise<void>;
  /** Something could not be done and will be tried again: for the log. */
  onTrouble(trouble: unknown): void;
  signal: AbortSignal;
}

/**
 * Nudges cases as long as the signal lets it: those that have news or whose deadline has fallen, whenever the ledger says that something was written, and
 * from time to time (a NOTIFY is lost with its connection); at the start also those with an event of the last minutes. News stays until its case has written it
 * down, so nothing is lost by a nudge that fails.
 */
export async function deliverNews({ ledger, nudge, onTrouble, signal }: NewsDelivery): Promise<void> {
  const bell = createBell(signal);
  let pauseMs = shortestPauseMs;
  const listening = listenAgain();

  const nudgeAll = async (caseIds: readonly string[]) => {
    const outcomes = await Promise.allSettled([...new Set(caseIds)].map(nudge));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) onTrouble(failed.reason);
  };
  for (let first = true; !signal.aborted; ) {
    try {
      if (first) await nudgeAll(await ledger.writtenSince(await lookBack()));
      first = false;
      const waiting = [...(await ledger.withNews()), ...(await ledger.fallen())];
      await nudgeAll(waiting);
    } catch (outage) {
      onTrouble(outage);
    }
    const rang = await bell.wait(pauseMs);
    pauseMs = rang ? shortestPauseMs : Math.min(pauseMs * 2, longestPauseMs);
  }
  await listening;
}
