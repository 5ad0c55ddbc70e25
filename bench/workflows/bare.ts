import { allHandlersFinished, condition, currentUpdateInfo, proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { InventoryActivities } from '../../activities/inventory/activities.js';
import type { Lending } from '../../activities/inventory/port.js';
import type { LedgerActivities } from '../../activities/ledger/activities.js';
import type { Answer, DeviceNews, LedgerEntry, LedgerEvent } from '../../activities/ledger/port.js';
import { getLoan, steps } from '../../workflows/device-loan/contract.js';
import type { Loan, LoanEvent } from '../../workflows/device-loan/rules.js';
import { getRegistration, steps as registrationSteps } from '../../workflows/registration/contract.js';
import type { Registration, RegistrationEvent } from '../../workflows/registration/rules.js';
import type { Signed, Taken } from '../../workflows/shared/case.js';
import type { MailActivities } from '../mail.js';
import { prepareEntries, prepareRegistration } from './prepared.js';

const ledger = proxyLocalActivities<LedgerActivities>({ startToCloseTimeout: '2 seconds' });
const inventory = proxyActivities<InventoryActivities>({ startToCloseTimeout: '30 seconds' });
const mail = proxyActivities<MailActivities>({ startToCloseTimeout: '1 minute' });

type Opening = LoanEvent & { name: 'request' };
interface Outside {
  write(entry: LedgerEntry): Promise<Pick<Answer, 'next'>>;
  checkOut(lending: Lending): Promise<void>;
  checkIn(lending: Lending): Promise<void>;
}
type Reserve = DeviceNews & { name: 'reserve' };

/** The same steps, effects, deadlines and ledger writes as `deviceLoan`, on the bare SDK: no counter, no rules, nothing that a bad day needs. */
export const bareLoan = (loanId: string, [opening]: readonly [Opening]): Promise<void> =>
  plainLoan(loanId, opening, { write: ledger.record, checkOut: inventory.checkOut, checkIn: inventory.checkIn });

/** As `bareLoan`, and nothing is written down anywhere: what the engine alone costs. */
export function silentLoan(loanId: string, [opening]: readonly [Opening]): Promise<void> {
  const nothing = () => mail.send(loanId, { to: 'it', template: 'none' });
  const write = async ({ event }: LedgerEntry) => (event.name === 'approve' ? { next: noDevice(opening) } : {});
  return plainLoan(loanId, opening, { write, checkOut: nothing, checkIn: nothing });
}

const noDevice = ({ input }: Opening): Reserve => ({
  name: 'reserve',
  input: { by: 'system', assetTag: 'PC-0000', pool: 'common', collectBy: input.periodEnds },
  key: 'none',
});

async function plainLoan(loanId: string, opening: Opening, { write, checkOut, checkIn }: Outside): Promise<void> {
  const entryAt = prepareEntries(loanId, opening);
  const taken = new Set<string>();
  let seq = 0;
  let device: Reserve['input'] | undefined;
  let entry = entryAt(1, opening);
  const record = async (event: LedgerEvent): Promise<LedgerEvent | undefined> => {
    seq += 1;
    entry = entryAt(seq, event, device);
    return (await write(entry)).next;
  };

  setHandler(getLoan, () => entry.state as Loan);
  for (const [name, update] of Object.entries(steps)) {
    const take = async (input: unknown): Promise<Taken> => {
      const next = await record({ name, input: input as Signed, ...keyOf() });
      const written = seq;
      if (next?.name === 'reserve') {
        device = (next as Reserve).input;
        await record(next);
      }
      taken.add(name);
      return { seq: written };
    };
    setHandler(update, take);
  }

  await record(opening);
  if (!(await condition(() => taken.has('approve'), msUntil(opening.input.answerBy)))) return;
  if (!(await condition(() => taken.has('handOver'), msUntil(device?.collectBy ?? opening.input.periodEnds)))) return;
  const lending = { loanId, assetTag: device?.assetTag ?? '' };
  const checkedOut = checkOut(lending);
  await condition(() => taken.has('confirmErasure'));
  await checkedOut;
  await checkIn(lending);
  await condition(allHandlersFinished);
}

/** A registration on the bare SDK from what has happened to its renewal: the same ledger writes, the same deadlines, and nothing else. */
export async function bareRegistration(
  registrationId: string,
  events: readonly RegistrationEvent[],
  renewal: RegistrationEvent & { name: 'renew' },
): Promise<void> {
  const entryAt = prepareRegistration(registrationId, [...events, renewal]);
  let [seq, renewed] = [0, false];
  let entry = entryAt(1, renewal);
  const record = async (event: LedgerEvent): Promise<void> => {
    seq += 1;
    entry = entryAt(seq, event);
    await ledger.record(entry);
  };

  setHandler(getRegistration, () => entry.state as Registration);
  setHandler(registrationSteps.renew, async (input) => {
    await record({ name: 'renew', input, ...keyOf() });
    renewed = true;
    return { seq };
  });
  for (const event of events) await record(event);
  const deadline = (which: 'validUntil' | 'renewalOpens'): number => msUntil((entry.state as Registration)[which] ?? '');
  if (!(await condition(() => renewed, deadline('validUntil')))) return;
  await condition(() => false, deadline('renewalOpens'));
  await condition(allHandlersFinished);
}

const keyOf = () => {
  const key = currentUpdateInfo()?.id;
  return key ? { key } : {};
};
const msUntil = (instant: string): number => Math.max(1, Date.parse(instant) - Date.now());
