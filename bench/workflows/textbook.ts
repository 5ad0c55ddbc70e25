import { allHandlersFinished, condition, currentUpdateInfo, proxyActivities, setHandler } from '@temporalio/workflow';
import type { InventoryActivities } from '../../activities/inventory/activities.js';
import type { LedgerActivities } from '../../activities/ledger/activities.js';
import type { DeviceNews, LedgerEvent, MailOrder } from '../../activities/ledger/port.js';
import { getLoan, steps } from '../../workflows/device-loan/contract.js';
import type { Loan, LoanEvent } from '../../workflows/device-loan/rules.js';
import type { Signed, Taken } from '../../workflows/shared/case.js';
import type { MailActivities } from '../mail.js';
import { prepareEntries } from './prepared.js';

const ledger = proxyActivities<LedgerActivities>({ startToCloseTimeout: '10 seconds' });
const inventory = proxyActivities<InventoryActivities>({ startToCloseTimeout: '30 seconds' });
const mail = proxyActivities<MailActivities>({ startToCloseTimeout: '1 minute' });

type Opening = LoanEvent & { name: 'request' };
type Reserve = DeviceNews & { name: 'reserve' };

/**
 * The loan as a textbook would write it: one ordinary activity for each ledger write, mail and call of the inventory, and a timer for each reminder. It
 * is handed its steps as the others are; Signals with a query for the answer would cost it more.
 */
export async function textbookLoan(loanId: string, [opening]: readonly [Opening]): Promise<void> {
  const entryAt = prepareEntries(loanId, opening);
  const taken = new Set<string>();
  let seq = 0;
  let device: Reserve['input'] | undefined;
  let entry = entryAt(1, opening);

  const happens = async (event: LedgerEvent): Promise<LedgerEvent | undefined> => {
    seq += 1;
    const { mails = [], ...written } = entryAt(seq, event, device);
    entry = written;
    const { next } = await ledger.record(written);
    for (const order of mails) await mail.send(loanId, order);
    return next;
  };
  const remindUnless = async (step: string, to: MailOrder['to']): Promise<void> => {
    while (!(await condition(() => taken.has(step), '1 day'))) await mail.send(loanId, { to, template: 'reminder' });
  };

  setHandler(getLoan, () => entry.state as Loan);
  for (const [name, update] of Object.entries(steps)) {
    const take = async (input: unknown): Promise<Taken> => {
      await condition(() => seq > 0);
      const key = currentUpdateInfo()?.id;
      const next = await happens({ name, input: input as Signed, ...(key && { key }) });
      const place = seq;
      if (next?.name === 'reserve') {
        device = (next as Reserve).input;
        await happens(next);
      }
      if (name === 'handOver') await inventory.checkOut({ loanId, assetTag: device?.assetTag ?? '' });
      taken.add(name);
      return { seq: place };
    };
    setHandler(update, take);
  }

  await happens(opening);
  await remindUnless('approve', opening.input.approver);
  await remindUnless('prepare', 'it');
  await remindUnless('handOver', `staff:${opening.input.borrower}`);
  await remindUnless('receive', `staff:${opening.input.borrower}`);
  await remindUnless('takeBack', `staff:${opening.input.borrower}`);
  await remindUnless('erase', 'it');
  await remindUnless('confirmErasure', 'it');
  await inventory.checkIn({ loanId, assetTag: device?.assetTag ?? '' });
  await condition(allHandlersFinished);
}
