import { setTimeout as sleep } from 'node:timers/promises';
import type { CasePlace } from '../../workflows/shared/procedures.js';
import type { NewsPort, Opening, OpeningsPort, TownClock } from './port.js';

/**
 * How long until the ledger is asked without having rung, in milliseconds: at first soon, then ever more rarely. A NOTIFY is lost with its
 * connection.
 */
const [shortestPauseMs, longestPauseMs] = [1_000, 30_000];
/**
 * What was written just before the start may be unknown to the workflows: a power cut takes everything at once, and whoever starts last may
 * start minutes later.
 */
const lookBackMs = 10 * 60_000;
/** How long a case that was started has until its first event must stand; then it is started again, which does nothing where it is under way. */
const openingMs = 60_000;
/** A case that is nudged writes its news down within this; one that has not is nudged again. In milliseconds. */
const hearsWithinMs = 5_000;
/** Nudges and starts under way at once: enough to keep the connection busy, few enough to leave room for people's steps. */
const abreast = 50;

export interface NewsDelivery {
  ledger: NewsPort & OpeningsPort & TownClock;
  /** Starts one case, or finds it started; `over`: its workflow has ended. A Temporal that is away is a rejection: it is started again later. */
  start(opening: Opening): Promise<'underWay' | 'over'>;
  /** Wakes one case. A case that is not open at Temporal, or a Temporal that is away, is a rejection: it is nudged again later. */
  nudge(place: CasePlace): Promise<void>;
  /** Something could not be done and will be tried again: for the log. */
  onTrouble(trouble: unknown): void;
  signal: AbortSignal;
}

/**
 * Starts and nudges cases until the signal ends it: those that others have opened, and those that have news or whose deadline has fallen, as soon as the ledger says that something was written, and from
 * time to time; first of all those with an event of the last minutes. News stays until its case has written it down, so a nudge that fails loses nothing.
 */
export async function deliverNews({ ledger, start, nudge, onTrouble, signal }: NewsDelivery): Promise<void> {
  let ring: () => void = () => undefined;
  const rings = () => new Promise<true>((resolve) => (ring = () => resolve(true)));
  signal.addEventListener('abort', () => ring(), { once: true });
  const listening = listen();
  const nudged = new Map<string, { latest: number; until: number }>();

  let rang = rings();
  for (let [pauseMs, behind] = [shortestPauseMs, true]; !signal.aborted; ) {
    try {
      await startAll(await ago(behind ? 0 : openingMs)); // At first also what another process may have left half begun.
      if (behind) await nudgeAll(await ledger.writtenSince(await ago(lookBackMs)));
      behind = false;
      await nudgeAll([...(await ledger.withNews()).filter(unheard), ...(await ledger.fallen())]);
    } catch (outage) {
      onTrouble(outage);
    }
    forget();
    const early = await rungWithin(pauseMs);
    if (early) rang = rings();
    pauseMs = early ? shortestPauseMs : Math.min(pauseMs * 2, longestPauseMs);
  }
  await listening;

  async function ago(ms: number): Promise<string> {
    await ledger.clockOffset();
    return new Date(ledger.townClock.now().getTime() - ms).toISOString();
  }

  /** Until all have been begun; one that fails does not keep the others, but where all fail nobody is there to start them. */
  async function startAll(since: string): Promise<void> {
    while (!signal.aborted) {
      const openings = await ledger.takeOpenings(abreast, since);
      const outcomes = await Promise.allSettled(openings.map(start));
      const undone = openings.filter((_, index) => outcomes[index]?.status === 'rejected').map(({ caseId }) => caseId);
      if (undone.length) await ledger.handBackOpenings(undone);
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === 'rejected') onTrouble(outcome.reason);
        else if (outcome.value === 'over') await ledger.dropOpening(openings[index]?.caseId ?? '');
      }
      if (undone.length === openings.length) return;
    }
  }

  /** Whoever has just been nudged for the same news is still writing it down: when many are told at once, each would be nudged for every other. */
  function unheard({ caseId, latest }: { caseId: string; latest: number }): boolean {
    const before = nudged.get(caseId);
    if (before?.latest === latest && performance.now() < before.until) return false;
    nudged.set(caseId, { latest, until: performance.now() + hearsWithinMs });
    return true;
  }

  /** News that has been written down is not remembered. */
  function forget(): void {
    for (const [caseId, { until }] of nudged) if (until <= performance.now()) nudged.delete(caseId);
  }

  async function nudgeAll(cases: readonly CasePlace[]): Promise<void> {
    for (let from = 0; from < cases.length && !signal.aborted; from += abreast) {
      const some = cases.slice(from, from + abreast);
      const outcomes = await Promise.allSettled(some.map(nudge));
      for (const [index, { status }] of outcomes.entries()) if (status === 'rejected') nudged.delete(some[index]?.caseId ?? '');
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) onTrouble(failed.reason);
    }
  }

  /** Listens, again after each loss of the connection. */
  async function listen(): Promise<void> {
    for (let pauseMs = shortestPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await ledger
        .listen((what) => {
          pauseMs = shortestPauseMs;
          if (what !== 'mail') ring();
        }, signal)
        .catch(onTrouble);
      await pause(pauseMs);
    }
  }

  /** Undefined when the time is over without. Nothing of the wait remains: it may ring a hundred times in a second. */
  async function rungWithin(ms: number): Promise<true | undefined> {
    const heard = new AbortController();
    const early = await Promise.race([rang, sleep(ms, undefined, { signal: heard.signal })]);
    heard.abort();
    return early;
  }

  /** Undefined when the time is over, or everything. */
  function pause(ms: number): Promise<undefined> {
    return sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}
