import { describe, expect, test } from 'vitest';
import type { InventoryPort } from '../../activities/inventory/port.js';

/** What any inventory must hold to, however it keeps its devices. `start` gives one that knows the device `PC-1` and no `PC-404`. */
export function inventoryContract(product: string, start: () => Promise<InventoryPort>): void {
  describe(`the inventory contract, ${product}`, () => {
    const lending = { loanId: 'loan-1', assetTag: 'PC-1' };

    test('a device goes out and comes back, each as often as it is said', async () => {
      const inventory = await start();
      for (const step of ['checkOut', 'checkOut', 'checkIn', 'checkIn'] as const) expect(await inventory[step](lending)).toBe('done');
    });

    test('a late repeat of the check-out does no harm to the next loan', async () => {
      const inventory = await start();
      await inventory.checkOut(lending);
      await inventory.checkIn(lending);
      expect(await inventory.checkOut({ ...lending, loanId: 'loan-2' })).toBe('done');
      expect(await inventory.checkOut(lending)).toBe('done');
      expect(await inventory.checkIn({ ...lending, loanId: 'loan-2' })).toBe('done');
    });

    test('twice at once is once', async () => {
      const inventory = await start();
      expect(await Promise.all([inventory.checkOut(lending), inventory.checkOut(lending)])).toEqual(['done', 'done']);
    });

    test('a check-in without a check-out has nothing to do', async () => {
      expect(await (await start()).checkIn(lending)).toBe('done');
    });

    test.each(['PC-404', '', "PC-1' or '1'='1", 'pc-1 '])(
      'a device that it does not know is an answer, not a failure: %j',
      async (assetTag) => {
        const inventory = await start();
        expect(await inventory.checkOut({ ...lending, assetTag })).toBe('unknownAsset');
        expect(await inventory.checkIn({ ...lending, assetTag })).toBe('unknownAsset');
      },
    );

    test('nothing is begun for a caller who has gone', async () => {
      await expect((await start()).checkOut(lending, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    });
  });
}
