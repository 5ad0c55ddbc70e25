import { z } from 'zod';
import type { Capacity } from '../../activities/directory/port.js';
import type { Acted, Deputy, Refusal } from '../../activities/ledger/port.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, type Call, type Reply, route } from '../route.js';
import { capacity, caseId, date, line, pageOf, paging, person, setOf, staffNumber } from '../schemas.js';

const article = '事務決裁規程（代決）';

const limits = {
  from: date,
  until: date.meta({ description: 'The last day.' }),
  steps: setOf(line(40), 40).min(1).exactOptional().meta({ description: 'Only these kinds of step; absent: all that the capacity may.' }),
};
/** Capacities in which decisions are made for a department; a group's has others who decide, and oneself is nobody else. */
const naming = z.strictObject({
  capacity: z
    .string()
    .regex(/^(head|superior):[\p{L}\p{N}._-]{1,64}$/u)
    .meta({ description: 'One that the caller holds.', examples: ['head:tax'] }),
  deputy: staffNumber,
  ...limits,
});
const shownDeputy = z
  .object({
    id: caseId,
    holder: person,
    deputy: person,
    capacity,
    from: date,
    until: date,
    steps: z.array(z.string()).optional(),
    namedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().optional(),
    version: z.int().meta({ description: 'For If-Match.' }),
  })
  .meta({ id: 'Deputy', description: '代決: whom the holder of a capacity has named to act in it.' });
const shownActed = z
  .object({
    id: caseId,
    procedure: z.string(),
    receiptNumber: z.string(),
    seq: z.int(),
    at: z.iso.datetime(),
    step: z.string(),
    by: person,
    as: capacity,
    seenAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Acted', description: '後閲: a step that was taken on the caller’s behalf.' });

const byId = z.strictObject({ id: caseId });
const nothing = z.strictObject({});

/** 代決・後閲: whom a head names to decide in their absence, and what was decided so. `steps`: all that any procedure has. */
export function deputyRoutes({ ledger, directory, views, hash, clock, pack }: Services, steps: ReadonlySet<string>): readonly AnyRoute[] {
  const shown = async (status: 200 | 201, deputy: Deputy): Promise<Reply> => ({
    status,
    body: await views.shown(deputy),
    headers: { ETag: `"${deputy.version}"`, Location: `/api/v1/deputies/${deputy.id}` },
  });
  /** The naming, to those whom it concerns; to everybody else there is none. @throws Problem notFound */
  const concerning = async (id: string, { staffNumber: me }: Call['caller']): Promise<Deputy> => {
    const deputy = await ledger.deputy(id);
    if (!deputy || ![deputy.holder, deputy.deputy].includes(me)) throw new Problem('notFound');
    return deputy;
  };
  /** Whoever has named may change it; the deputy sees it. @throws Problem notFound, forbidden, changed */
  const change = async ({ path, version, caller }: Call<z.output<typeof byId>>, to: Parameters<typeof ledger.changeDeputy>[1]) => {
    if ((await concerning(path.id, caller)).holder !== caller.staffNumber) throw new Problem('forbidden');
    const changed = await ledger.changeDeputy({ id: path.id, version }, to);
    if (changed === 'changed') throw new Problem('changed');
    return changed;
  };
  const refuse = (refusal: Refusal): never => {
    throw new Problem('ruleRefuses', { errors: [refusal] });
  };
  const refuseLimits = ({ from, until, steps: named = [] }: Pick<Deputy, 'from' | 'until' | 'steps'>) => {
    const now = todayOf({ clock });
    const unknown = named.find((step) => !steps.has(step));
    const first = from > now ? from : now;
    if (until < first) refuse({ code: 'lastDayTooEarly', article, field: 'until', limit: first });
    if (unknown) refuse({ code: 'stepUnknown', article, field: 'steps', limit: unknown });
  };
  /** @throws Problem forbidden, ruleRefuses */
  const refuseNaming = async (given: z.output<typeof naming>, { staffNumber: me, capacities, acting }: Call['caller']) => {
    const wanted = given.capacity as Capacity;
    if (!pack.values.acting.headMayName) refuse({ code: 'deputiesNotNamed', article, field: 'deputy' });
    if (!capacities.includes(wanted)) {
      if (acting.some((one) => one.capacity === wanted)) refuse({ code: 'chainOfDeputies', article, field: 'capacity' });
      throw new Problem('forbidden');
    }
    if (given.deputy === me) refuse({ code: 'ownDeputy', article, field: 'deputy' });
    const member = await directory.staffMember(given.deputy);
    if (!member || member.disabled) refuse({ code: 'unknownPerson', article, field: 'deputy' });
    refuseLimits(given);
  };
  const shownSeen = async ({ caseId: id, ...acted }: Acted) => views.shown({ id, ...acted });

  return [
    route({
      method: 'post',
      path: '/deputies',
      tag: 'deputies',
      summary: 'Name somebody who decides in one’s absence, in a capacity that one holds oneself',
      access: 'staff',
      needs: 'Idempotency-Key',
      body: naming,
      replies: { 201: { description: 'The naming, at `Location`; a repeat gets the same.', schema: shownDeputy } },
      handle: async ({ body, caller, key }) => {
        const id = hash('deputy', caller.staffNumber, key);
        const before = await ledger.deputy(id);
        if (!before) await refuseNaming(body, caller);
        const deputy =
          before ?? (await ledger.nameDeputy({ ...body, capacity: body.capacity as Capacity, id, holder: caller.staffNumber }));
        if (deputy.deputy !== body.deputy || deputy.capacity !== body.capacity) throw new Problem('keyReused');
        return shown(201, deputy);
      },
    }),
    route({
      method: 'get',
      path: '/deputies',
      tag: 'deputies',
      summary: 'Whom the caller has named, and who has named the caller; latest first',
      access: 'staff',
      query: z.strictObject(paging),
      replies: { 200: { description: 'One page.', schema: pageOf(shownDeputy) } },
      handle: async ({ query, caller }) => {
        const { items, cursor } = await ledger.deputies({ concerning: caller.staffNumber, ...query });
        return { status: 200, body: { items: await views.shown(items), cursor } };
      },
    }),
    route({
      method: 'get',
      path: '/deputies/{id}',
      tag: 'deputies',
      summary: 'One naming',
      access: 'staff',
      params: byId,
      replies: { 200: { description: 'The naming; its version is in ETag.', schema: shownDeputy } },
      handle: async ({ path, caller }) => shown(200, await concerning(path.id, caller)),
    }),
    route({
      method: 'put',
      path: '/deputies/{id}',
      tag: 'deputies',
      summary: 'Other days, or other kinds of step',
      access: 'staff',
      needs: 'If-Match',
      params: byId,
      body: z.strictObject(limits),
      replies: { 200: { description: 'The naming after it; its version is in ETag.', schema: shownDeputy } },
      handle: async (call) => {
        refuseLimits(call.body);
        return shown(200, await change(call, call.body));
      },
    }),
    route({
      method: 'delete',
      path: '/deputies/{id}',
      tag: 'deputies',
      summary: 'Take a naming back, at once',
      access: 'staff',
      protecting: true,
      needs: 'If-Match',
      params: byId,
      replies: { 200: { description: 'The naming as it ended.', schema: shownDeputy } },
      handle: async (call) => shown(200, await change(call, 'end')),
    }),
    route({
      method: 'get',
      path: '/me/acted',
      tag: 'deputies',
      summary: '後閲: what was decided on the caller’s behalf, latest first',
      access: 'staff',
      query: z.strictObject({
        seen: z.literal('false').exactOptional().meta({ description: 'Only what is not marked as seen.' }),
        ...paging,
      }),
      replies: { 200: { description: 'One page.', schema: pageOf(shownActed) } },
      handle: async ({ query: { seen, ...query }, caller }) => {
        const { items, cursor } = await ledger.actedFor({ holder: caller.staffNumber, unseen: seen === 'false', ...query });
        return { status: 200, body: { items: await Promise.all(items.map(shownSeen)), cursor } };
      },
    }),
    route({
      method: 'post',
      path: '/me/acted/{id}/{seq}/seen',
      tag: 'deputies',
      summary: '後閲: mark it as seen; a repeat changes nothing',
      access: 'staff',
      params: z.strictObject({ id: caseId, seq: z.coerce.number().int().min(1).max(2_147_483_647) }),
      body: nothing,
      replies: { 200: { description: 'With the instant of the first time.', schema: shownActed } },
      handle: async ({ path: { id, seq }, caller }) => {
        const acted = await ledger.markSeen({ caseId: id, seq, holder: caller.staffNumber });
        if (!acted) throw new Problem('notFound');
        return { status: 200, body: await shownSeen(acted) };
      },
    }),
  ];
}
