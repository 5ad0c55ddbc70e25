import { z } from 'zod';
import { standing } from '../auth.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, type Call, route } from '../route.js';
import { capacity, caseId, pageOf, paging, person, shownEvent, staffNumber } from '../schemas.js';
import { mayRead } from '../views.js';

const page = z.strictObject(paging);

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

const moment = shownEvent
  .extend({ case: z.object({ id: caseId, procedure: z.string(), receiptNumber: z.string(), status: z.string() }) })
  .meta({ id: 'Moment', description: 'An event, and of which case; of place 0: the case’s words were erased.' });

/** What concerns whoever asks, and the person of a case. */
export function myRoutes({ ledger, directory, views }: Services): readonly AnyRoute[] {
  /** One page of a person's timeline, as far as the caller may read their cases. */
  const timeline = async (staff: string, { query, caller }: Call<unknown, z.output<typeof page>>) => {
    const capacities = [...caller.capacities, ...caller.acting.map((one) => one.capacity)];
    const { items, cursor } = await ledger.timelineOf({ staff, capacities, ...query });
    const rows = await Promise.all([...new Set(items.map((one) => one.caseId))].map((id) => ledger.caseById(id)));
    const shown = new Map<object, object>();
    for (const row of rows) {
      if (!row || !mayRead(row, caller)) continue;
      const { caseId: id, procedure, receiptNumber, status } = row;
      const own = items.filter((one) => one.caseId === id);
      const events = await views.ofEvents(row, own, caller);
      for (const [at, one] of own.entries()) shown.set(one, { case: { id, procedure, receiptNumber, status }, ...events[at] });
    }
    return { status: 200, body: { items: items.flatMap((one) => shown.get(one) ?? []), cursor } };
  };

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
      path: '/me/timeline',
      tag: 'me',
      summary: 'All that has happened in my cases, from the first form to the erasure of its words; latest first',
      access: 'staff',
      query: page,
      replies: { 200: { description: 'One page.', schema: pageOf(moment) } },
      handle: (call) => timeline(call.caller.staffNumber, call),
    }),
    route({
      method: 'get',
      path: '/cases/{id}/person/timeline',
      tag: 'me',
      summary: 'The same for the person of a case, as far as the caller may read their cases',
      access: 'staff',
      params: z.strictObject({ id: caseId }),
      query: page,
      replies: { 200: { description: 'One page.', schema: pageOf(moment) } },
      handle: async (call) => {
        const row = await ledger.caseById(call.path.id);
        if (!row || !mayRead(row, call.caller)) throw new Problem('notFound');
        return timeline(row.staff, call);
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
