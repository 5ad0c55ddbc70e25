/** Failures that no retry mends and the procedure has no step for. What else an adapter throws is an outage: retried. */
export const inventoryFailure = { unknownAsset: 'UnknownAsset' } as const;

/** One loan of one device: the loan's id is the business key of everything done for it. */
export interface Lending {
  loanId: string;
  assetTag: string;
}

/** The municipality's inventory of devices, as far as a loan needs it; adapters live beside this file. Both steps are idempotent under the loan's id. */
export interface InventoryPort {
  checkOut(lending: Lending, signal?: AbortSignal): Promise<'done' | 'unknownAsset'>;
  checkIn(lending: Lending, signal?: AbortSignal): Promise<'done' | 'unknownAsset'>;
}
