import type { Kysely } from 'kysely';
import pg from 'pg';
import { type PlaceEntry, standingAt } from './cases.js';
import type { Tables } from './database.js';
import { cancelDays } from './days.js';
import { concernOthers, concernsOthers, lockPeople, settleAwaits } from './others.js';
import { type Calendar, keyTaken, type LedgerEntry, type LedgerPort } from './port.js';
import { lockDevices, Refused, reconcile } from './reservations.js';

/**
 * The writing side of the cases. An event whose claim on a device is the one before, and that concerns no other case, costs one statement; any other a transaction, in
 * which all devices of the kind, and all cases of the person, are locked, so that who comes at the same time sees the outcome.
 */
export function createAppending({ db, calendar, place }: { db: Kysely<Tables>; calendar: Calendar; place: PlaceEntry }): LedgerPort {
  async function append(entry: LedgerEntry): ReturnType<LedgerPort['append']> {
    const { caseId, seq, event } = entry;
    if (!concernsOthers(entry)) {
      const { at, clockOffsetMs, next, awaited } = await place(db, entry, { withDevices: false });
      if (at && awaited) await settleAwaits(db);
      if (at) return { ...(next && { next }), clockOffsetMs };
    }

    const there = await standingAt(db, { caseId, seq });
    if (there.here) {
      const same = there.here.name === event.name && there.here.key === event.key;
      return { ...(!same && { stands: there.here }), ...(there.next && { next: there.next }), clockOffsetMs: there.clockOffsetMs };
    }
    const head = there.head ?? 0;
    if (head !== seq - 1) throw new Error(`place ${seq} of case ${caseId} cannot follow ${head}`);
    return (await together(entry, there)) ?? append(entry);
  }

  /** Undefined: somebody else wrote at the place meanwhile. */
  async function together(entry: LedgerEntry, before: { claim: LedgerEntry['claim'] | null; clockOffsetMs: number }) {
    const { caseId, seq, claim } = entry;
    try {
      const written = await db.transaction().execute(async (trx) => {
        await lockPeople(trx, entry);
        await lockDevices(trx, [before.claim?.kind, claim?.kind]);
        const { at, filing, clockOffsetMs, awaited } = await place(trx, entry, { withDevices: true });
        if (!at || !filing) return undefined;
        await concernOthers(trx, entry, at);
        await cancelDays(place, trx, entry, at);
        const change = {
          caseId,
          filing,
          event: entry.event,
          at,
          ...(before.claim && { before: before.claim }),
          ...(claim && { after: claim }),
        };
        await reconcile(trx, change, calendar);
        const { next } = await standingAt(trx, { caseId, seq });
        return { answer: { ...(next && { next }), clockOffsetMs }, awaited };
      });
      if (written?.awaited) await settleAwaits(db); // Only what is committed counts: two that end at once must not wait for each other.
      return written?.answer;
    } catch (failure) {
      if (!(failure instanceof Refused)) throw failure;
      return { refuses: failure.refusal, clockOffsetMs: before.clockOffsetMs };
    }
  }

  return {
    append: (entry) =>
      append(entry).catch(async (failure: unknown) => {
        if (!(failure instanceof pg.DatabaseError && failure.constraint === 'events_key')) throw failure;
        const { clockOffsetMs } = await standingAt(db, entry);
        return { refuses: keyTaken, clockOffsetMs };
      }),
    async look(place) {
      const { here, next, clockOffsetMs } = await standingAt(db, { ...place, seq: place.seq });
      const first = here ?? next;
      return { ...(first && { next: first }), clockOffsetMs };
    },
  };
}
