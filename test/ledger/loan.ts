import { expect } from 'vitest';
import { isLedgerAway } from '../../activities/ledger/away.js';
import type { Answer, DeviceClaim, LedgerEntry, LedgerEvent } from '../../activities/ledger/port.js';
import { entry, type Town, waitsForDevice } from './town.js';

/** A busy machine is an outage like any other: the same entry is written again, as the workflow's local activity does. */
export async function untilThere<Outcome>(write: () => Promise<Outcome>): Promise<Outcome> {
  for (;;)
    try {
      return await write();
    } catch (failure) {
      if (!isLedgerAway(failure)) throw failure;
    }
}

/** One loan, played against the ledger the way its workflow does: what is known to come next is written down at once. */
export function loan(t: Town, caseId: string) {
  let seq = 0;
  let claim: DeviceClaim | undefined;
  const write = async (
    event: Partial<LedgerEvent> & { name: string },
    now: DeviceClaim | undefined,
    more: Partial<LedgerEntry> = {},
  ): Promise<Answer> => {
    const due = now ? waitsForDevice : [{ step: 'approve', who: 'head:tax' as const }];
    const written = entry(caseId, seq + 1, event, { due, ...(now && { claim: now }), ...more });
    const answer = await untilThere(() => t.ledger.append(written));
    if (!answer.refuses && !answer.stands) [seq, claim] = [seq + 1, now];
    return answer;
  };
  const loan = {
    open: () => write({ name: 'request' }, undefined),
    /** Takes a step after which the case claims this. */
    step: (name: string, now?: DeviceClaim, more?: Partial<LedgerEntry>) => write({ name }, now, more),
    /** Writes down what the ledger has left for it. */
    async hear() {
      const { next } = await t.ledger.look({ caseId, seq: seq + 1, due: waitsForDevice });
      if (next) await write(next, claim);
      return next && `${next.name} ${'assetTag' in next.input ? next.input.assetTag : ''}`.trim();
    },
    approve: (now: DeviceClaim) => write({ name: 'approve' }, now),
    async reserved(now: DeviceClaim) {
      await loan.open();
      await loan.approve(now);
      return loan.hear();
    },
    async out(now: DeviceClaim) {
      const heard = await loan.reserved(now);
      expect(await loan.step('handOver', { ...now, custody: true })).toEqual({ clockOffsetMs: 0 });
      return heard;
    },
    release: () => write({ name: 'confirmErasure' }, undefined, { due: [] }),
  };
  return loan;
}
