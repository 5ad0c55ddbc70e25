import type { LedgerEntry, LedgerPort } from './port.js';

export type LedgerActivities = ReturnType<typeof createLedgerActivities>;

/** Local activities of a case: writing an event down, and looking for what is known to come next. An outage is any throw, and retried. */
export function createLedgerActivities({ ledger }: { ledger: LedgerPort }) {
  return {
    record: (entry: LedgerEntry) => ledger.append(entry),
    look: (place: Pick<LedgerEntry, 'caseId' | 'seq' | 'due'>) => ledger.look(place),
  };
}
