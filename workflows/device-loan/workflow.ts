import { continueAsNew, proxyActivities, setHandler } from '@temporalio/workflow';
import type { InventoryActivities } from '../../activities/inventory/activities.js';
import { openCase } from '../shared/case.js';
import { getLoan, steps } from './contract.js';
import * as rules from './rules.js';

const inventory = proxyActivities<InventoryActivities>({
  startToCloseTimeout: '30 seconds', // A product may take its time; what takes longer is an outage.
  retry: { maximumInterval: '10 minutes' }, // Down for hours: six tries an hour keep the history short.
});

/** 人事異動: the loan follows its borrower, and whoever decides. */
const directory = ['transfer', 'succeed'] as const;

/**
 * A device is lent, comes back, and is free again only when a second person has confirmed that its data is erased
 * (小山市職員在宅勤務要綱 Art. 5-5, 5-6, 6; procedure ③–⑤, ⑩).
 * `events`: the request of a new loan; for one that is opened again, all that the ledger holds of it.
 */
export async function deviceLoan(loanId: string, events: readonly rules.LoanEvent[]): Promise<rules.Loan> {
  const again = (all: readonly rules.LoanEvent[]) => continueAsNew<typeof deviceLoan>(loanId, all);
  const loan = openCase({ caseId: loanId, procedure: 'device-loan', steps, rules, events, again });
  setHandler(getLoan, loan.state);

  if (loan.state().status === 'requested') {
    const answer = await loan.next(['approve', 'refuse', 'withdraw', 'expire', 'recall'], directory);
    if (answer.name !== 'approve') return loan.close();
  }

  // At once, or when the queue has come to this loan; until it is fetched the device can change, or be needed elsewhere.
  const start = await loan.next(
    ['handOver', 'withdraw', 'expire', 'notCollected', 'recall'],
    ['reserve', 'reassign', 'requeue', 'chooseDevice', 'prepare', ...directory],
  );
  if (start.name !== 'handOver') return loan.close();
  const lending = { loanId, assetTag: loan.state().device?.assetTag ?? '' };
  const checkedOut = loan.begin(() => inventory.checkOut(lending)); // An inventory that is down closes no counter.

  const end = await loan.next(['takeBack', 'reportLoss'], ['receive', 'askExtension', 'decideExtension', 'recall', ...directory]);
  const outcome = end.name === 'reportLoss' ? await loan.next(['find', 'writeOff']) : end;

  if (outcome.name !== 'writeOff')
    await loan.next(['confirmErasure', 'confirmDestruction'], ['erase', 'failErasure', 'rejectErasure', 'destroy']);
  if (loan.state().status === 'released') void loan.begin(() => checkedOut.then(() => inventory.checkIn(lending)));
  while (loan.state().missing.length) await loan.next(['accountFor']);
  return loan.close();
}
