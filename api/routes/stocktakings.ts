import { z } from 'zod';
import type { Capacity } from '../../activities/directory/port.js';
import type { Stocktaking } from '../../activities/ledger/port.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';
import { assetTag, department, person, setOf } from '../schemas.js';

const counters: readonly Capacity[] = ['it'];
/** As many tags as a reader brings back from one round of the shelves. */
const mostTags = 1_000;

const byNumber = z.strictObject({ number: z.coerce.number().int().min(1).max(2_147_483_647) });
const shownStocktaking = z
  .object({
    number: z.int(),
    pool: z.string(),
    openedAt: z.iso.datetime(),
    openedBy: person,
    closedAt: z.iso.datetime().optional(),
    closedBy: person.optional(),
    seen: z.array(assetTag),
    differences: z.object({
      notSeen: z.array(assetTag),
      elsewhere: z.array(z.object({ assetTag, where: z.enum(['otherPool', 'lent', 'outOfCirculation', 'unknown']) })),
    }),
  })
  .meta({ id: 'Stocktaking' });

/** 棚卸し: the yearly count of a pool. Its differences change nothing by themselves. */
export function stocktakingRoutes({ ledger, views }: Services): readonly AnyRoute[] {
  const shown = async (status: 200 | 201, stocktaking: Stocktaking | undefined) => {
    if (!stocktaking) throw new Problem('notFound');
    return { status, body: await views.shown(stocktaking), headers: { Location: `/api/v1/stocktakings/${stocktaking.number}` } };
  };
  const common = { tag: 'stocktakings', access: counters } as const;
  const replies = { 200: { description: 'How it stands.', schema: shownStocktaking } };

  return [
    route({
      ...common,
      method: 'post',
      path: '/stocktakings',
      summary: 'Begin to count a pool, or go on with the count that is open',
      body: z.strictObject({ pool: department }),
      replies: { 201: { description: 'The count, at `Location`.', schema: shownStocktaking } },
      handle: async ({ body, caller }) => shown(201, await ledger.openStocktaking(body.pool, caller.staffNumber)),
    }),
    route({
      ...common,
      method: 'get',
      path: '/stocktakings/{number}',
      summary: 'A count, what was seen, and how it differs from the master',
      params: byNumber,
      replies,
      handle: async ({ path }) => shown(200, await ledger.stocktaking(path.number)),
    }),
    route({
      ...common,
      method: 'post',
      path: '/stocktakings/{number}/steps/see',
      summary: 'Record the tags that were read; a repeat changes nothing',
      params: byNumber,
      body: z.strictObject({ assetTags: setOf(assetTag, mostTags) }),
      replies,
      handle: async ({ path, body, caller }) => shown(200, await ledger.recordSeen(path.number, body.assetTags, caller.staffNumber)),
    }),
    route({
      ...common,
      method: 'post',
      path: '/stocktakings/{number}/steps/close',
      summary: 'Close the count and keep its differences',
      params: byNumber,
      body: z.strictObject({}),
      replies,
      handle: async ({ path, caller }) => shown(200, await ledger.closeStocktaking(path.number, caller.staffNumber)),
    }),
  ];
}
