import type { DeviceNews, LedgerEntry, LedgerEvent, ProcedureName } from '../../activities/ledger/port.js';
import type { LoanEvent } from '../../workflows/device-loan/rules.js';
import * as loanRules from '../../workflows/device-loan/rules.js';
import type { RegistrationEvent } from '../../workflows/registration/rules.js';
import * as registrationRules from '../../workflows/registration/rules.js';
import type { Rules, Updates } from '../../workflows/shared/case.js';
import { approval, wayBack } from '../way.js';

type Device = DeviceNews & { name: 'reserve' };
type Opening = LoanEvent & { name: 'request' };

/** Stands for what only the ledger knows: which device it has reserved. */
const unknown = { assetTag: '«assetTag»', pool: 'common', collectBy: '«collectBy»' } as const;

/** What is written with each event of a case, made beforehand, so that a workflow without counter and rules writes the very rows that ours writes. */
function prepared<State, Event extends LedgerEvent>(
  procedure: ProcedureName,
  rules: Omit<Rules<State, Updates, Event>, 'refusal'>,
  events: readonly Event[],
): readonly string[] {
  let state: State | undefined;
  return events.map((event) => {
    state = rules.apply(state, event);
    const [mails, tells] = [rules.mails?.(state, event), rules.tells?.(state, event)];
    return JSON.stringify({
      procedure,
      state,
      summary: rules.summary(state),
      due: rules.due(state),
      readers: rules.readers(state),
      claim: rules.claim?.(state),
      ...(mails?.length && { mails }),
      ...(tells?.length && { tells }),
      awaits: rules.awaits?.(state),
      requires: rules.requires?.(state, event),
    });
  });
}

/**
 * All that a loan will write on its full way.
 * @returns the entry of the event at its place, with the device once it is known.
 */
export function prepareEntries(
  loanId: string,
  opening: Opening,
): (seq: number, event: LedgerEvent, device?: Device['input']) => LedgerEntry {
  const reserved: LoanEvent = { name: 'reserve', input: { by: 'system', ...unknown }, key: '' };
  const handedIn = [approval(opening.input), reserved, ...wayBack(opening.input, unknown.assetTag)];
  const texts = prepared('device-loan', loanRules, [opening, ...(handedIn as LoanEvent[])]);
  return (seq, event, device) => {
    const text = texts[seq - 1] ?? '{}';
    const known = device ? text.replaceAll(unknown.assetTag, device.assetTag).replaceAll(unknown.collectBy, device.collectBy) : text;
    return { caseId: loanId, seq, event, ...JSON.parse(known) };
  };
}

/** All that a registration will write with these events. @returns the entry of an event at its place */
export function prepareRegistration(
  caseId: string,
  events: readonly RegistrationEvent[],
): (seq: number, event: LedgerEvent) => LedgerEntry {
  const texts = prepared('registration', registrationRules, events);
  return (seq, event) => ({ caseId, seq, event, ...JSON.parse(texts[seq - 1] ?? '{}') });
}
