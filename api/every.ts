import type { Page } from '../activities/ledger/port.js';

/** Everything of a list, page by page, for answers that are made from all of it. */
export async function* every<Item>(list: (page: { cursor?: string; limit: number }) => Promise<Page<Item>>): AsyncGenerator<Item> {
  for (let cursor: string | undefined; ; ) {
    const page: Page<Item> = await list({ limit: 200, ...(cursor && { cursor }) });
    yield* page.items;
    cursor = page.cursor;
    if (!cursor) return;
  }
}
