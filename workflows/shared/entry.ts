import type { CaseToOpen, LedgerEntry, LedgerEvent } from '../../activities/ledger/port.js';
import type { LedgerRules } from './case.js';

/** The event at its place, and everything that the rules say must stand or fall with it. `after`: the case after the event; `before`: none before the opening one. */
export function entryOf<State extends object, Event extends LedgerEvent>(
  rules: LedgerRules<State, Event>,
  place: Pick<LedgerEntry, 'caseId' | 'procedure' | 'seq'>,
  { event, after, before }: { event: Event; after: State; before?: State | undefined },
): LedgerEntry {
  const [claim, day, roster] = [rules.claim?.(after), rules.day?.(after), rules.roster?.(after)];
  const [mails, tells] = [rules.mails?.(after, event, before), rules.tells?.(after, event, before)];
  const opens = rules.opens?.(after, event, before);
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
    ...(roster && { roster }),
    ...(mails?.length && { mails }),
    ...(tells?.length && { tells: tells.map((one) => ('staff' in one ? one : { ...one, within: place.caseId })) }),
    ...(rules.fiscalYear && { fiscalYear: rules.fiscalYear(after) }),
    ...(opens?.length && { opens: opens.map((one) => openedWithin(place.caseId, one)) }),
    ...(awaits && { awaits }),
    ...(requires && { requires }),
  };
}

const openedWithin = (within: string, { opening: { name, input }, ...one }: CaseToOpen): CaseToOpen => {
  const belonging = { ...input, within };
  return { ...one, opening: { name, input: belonging } };
};
