import { z } from 'zod';
import { standing } from '../auth.js';
import type { Services } from '../parts.js';
import { type AnyRoute, route } from '../route.js';
import { capacity, caseId, pageOf, paging, person, staffNumber } from '../schemas.js';

const me = z.object({
  staffNumber,
  name: z.string().optional(),
  title: z.string().optional(),
  departments: z.array(z.string()).meta({ description: 'Of all posts; the first is the main post.' }),
  capacities: z.array(capacity).meta({ description: 'What the person may act as at this moment.' }),
  acting: z
    .array(z.object({ capacity, onBehalfOf: person, steps: z.array(z.string()).optional() }))
    .meta({ description: '代決: what the person may do for somebody absent at this moment; only `steps`, where they are named.' }),
  directoryAsOf: z.iso.datetime().optional().meta({ description: 'Present while the directory cannot be asked.' }),
});

const task = z.object({
  id: caseId,
  procedure: z.string(),
  receiptNumber: z.string(),
  status: z.string(),
  step: z.string(),
  who: capacity.meta({ description: 'Why it waits for the caller: the capacity.' }),
  onBehalfOf: person.optional().meta({ description: '代決: the absent holder of the capacity, for whom the caller may act.' }),
  since: z.iso.datetime(),
  until: z.string().optional(),
});

/** What concerns whoever asks. */
export function myRoutes({ ledger, directory, views }: Services): readonly AnyRoute[] {
  return [
    route({
      method: 'get',
      path: '/me',
      tag: 'me',
      summary: 'Who I am, and what I may act as',
      access: 'staff',
      replies: { 200: { description: 'As the directory says.', schema: me } },
      handle: async ({ caller: { staffNumber, capacities, acting, asOf } }) => {
        const member = await directory.staffMember(staffNumber).catch(() => undefined);
        const { name, title, departments = [] } = member ?? {};
        const forOthers = await views.shown(acting);
        return { status: 200, body: { staffNumber, name, title, departments, capacities, acting: forOthers, directoryAsOf: asOf } };
      },
    }),
    route({
      method: 'get',
      path: '/me/tasks',
      tag: 'me',
      summary: 'What waits for me, since when, and why me; longest first',
      access: 'staff',
      query: z.strictObject(paging),
      replies: { 200: { description: 'One page.', schema: pageOf(task) } },
      handle: async ({ query, caller }) => {
        const { capacities, acting } = caller;
        const { items, cursor } = await ledger.tasks({ capacities, acting, ...query });
        const tasks = items.map(({ caseId: id, ...one }) => ({ id, ...one, onBehalfOf: standing(caller, one)?.onBehalfOf }));
        return { status: 200, body: { items: await views.shown(tasks), cursor } };
      },
    }),
  ];
}
