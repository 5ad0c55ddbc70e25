import type { DeviceNews, LedgerEntry, LedgerEvent } from '../../activities/ledger/port.js';
import { apply, claim, due, type Loan, type LoanEvent, mails, readers, summary } from '../../workflows/device-loan/rules.js';
import { approval, wayBack } from '../way.js';

type Device = DeviceNews & { name: 'reserve' };
type Opening = LoanEvent & { name: 'request' };

/** Stands for what only the ledger knows: which device it has reserved. */
const unknown = { assetTag: '«assetTag»', pool: 'common', collectBy: '«collectBy»' } as const;

/**
 * All that a loan will write on its full way, made beforehand, so that a workflow without counter and rules writes the very rows that `deviceLoan` writes.
 * @returns the entry of the event at its place, with the device once it is known.
 */
export function prepareEntries(
  loanId: string,
  opening: Opening,
): (seq: number, event: LedgerEvent, device?: Device['input']) => LedgerEntry {
  const reserved: LoanEvent = { name: 'reserve', input: { by: 'system', ...unknown }, key: '' };
  const handedIn = [approval(opening.input), reserved, ...wayBack(opening.input, unknown.assetTag)];
  let loan: Loan | undefined;
  const texts = [opening, ...(handedIn as LoanEvent[])].map((event) => {
    loan = apply(loan, event);
    const [claimed, ordered] = [claim(loan), mails(loan, event)];
    const entry = {
      state: loan,
      summary: summary(loan),
      due: due(loan),
      readers: readers(loan),
      ...(claimed && { claim: claimed }),
      ...(ordered.length && { mails: ordered }),
    };
    return JSON.stringify(entry);
  });
  return (seq, event, device) => {
    const text = texts[seq - 1] ?? '{}';
    const known = device ? text.replaceAll(unknown.assetTag, device.assetTag).replaceAll(unknown.collectBy, device.collectBy) : text;
    return { caseId: loanId, procedure: 'device-loan', seq, event, ...JSON.parse(known) };
  };
}
