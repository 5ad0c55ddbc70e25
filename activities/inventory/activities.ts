import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import { marked } from '../ledger/marks.js';
import type { EffectMarks } from '../ledger/port.js';
import { type InventoryPort, inventoryFailure, type Lending } from './port.js';

export type InventoryActivities = ReturnType<typeof createInventoryActivities>;

export function createInventoryActivities({ inventory, marks }: { inventory: InventoryPort; marks: EffectMarks }) {
  /** Idempotent: the loan's id is the key, so a second try finds its own. A device that the inventory does not know is for people to mend: shown as stuck. */
  const does = (name: 'checkOut' | 'checkIn') => (lending: Lending) =>
    marked(marks, { caseId: lending.loanId, name }, async () => {
      if ((await inventory[name](lending, cancellationSignal())) === 'done') return;
      throw ApplicationFailure.create({
        type: inventoryFailure.unknownAsset,
        message: `${lending.assetTag} is not in the inventory`,
        nonRetryable: true,
        details: [lending],
      });
    });
  return {
    /** The device has left the house with this loan. */
    checkOut: does('checkOut'),
    /** The device is back, erased, and confirmed as such. */
    checkIn: does('checkIn'),
  };
}
