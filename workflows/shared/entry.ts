import type { LedgerEntry, LedgerEvent } from '../../activities/ledger/port.js';
import type { LedgerRules } from './case.js';

/** The event at its place, and everything that the rules say must stand or fall with it. `after`: the case after the event. */
export function entryOf<State extends object, Event extends LedgerEvent>(
  rules: LedgerRules<State, Event>,
  place: Pick<LedgerEntry, 'caseId' | 'procedure' | 'seq'>,
  { event, after }: { event: Event; after: State },
): LedgerEntry {
  const [claim, day] = [rules.claim?.(after), rules.day?.(after)];
  const [mails, tells] = [rules.mails?.(after, event), rules.tells?.(after, event)];
  const [awaits, requires] = [rules.awaits?.(after), rules.requires?.(after, event)];
  return {
    ...place,
    event,
    state: after,
    summary: rules.summary(after),
    due: rules.due(after),
    readers: rules.readers(after),
    ...(claim && { claim }),
    ...(day && { day }),
    ...(mails?.length && { mails }),
    ...(tells?.length && { tells }),
    ...(awaits && { awaits }),
    ...(requires && { requires }),
  };
}
