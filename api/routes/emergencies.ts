import { z } from 'zod';
import type { Capacity } from '../../activities/directory/port.js';
import type { DeclaredEmergency, Refusal } from '../../activities/ledger/port.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, type Call, type Reply, route } from '../route.js';
import { caseId, date, pageOf, paging, person, setOf, words } from '../schemas.js';

/** 緊急権限者: declares and ends. Everybody sees what is lifted, and until when. */
const authority: readonly Capacity[] = ['emergencyAuthority'];
const article = 'teleworkDay.emergency.liftable';

const liftable = z.enum(['planBy', 'perWeek', 'officeDays', 'units', 'registration', 'training', 'device']);
const declaration = z.strictObject({
  lifts: setOf(liftable, liftable.options.length).min(1).meta({ description: 'Of what the pack lets be lifted.' }),
  from: date,
  until: date.meta({ description: 'The last day; it reverts itself.' }),
  reason: words,
});
const shownEmergency = z
  .object({
    id: caseId,
    lifts: z.array(z.string()),
    from: date,
    until: date,
    reason: z.string().optional(),
    declaredBy: person,
    declaredAt: z.iso.datetime(),
    endedBy: person.optional(),
    endedAt: z.iso.datetime().optional(),
    version: z.int().meta({ description: 'For If-Match.' }),
  })
  .meta({ id: 'Emergency', description: '緊急時の特例: caps that a named authority lifts for dated days.' });
const byId = z.strictObject({ id: caseId });

/** 緊急時の特例. What is decided under one says so in its event. */
export function emergencyRoutes({ ledger, views, hash, clock, pack }: Services): readonly AnyRoute[] {
  const withWords = async (emergencies: readonly DeclaredEmergency[]) => {
    const texts = await ledger.read(emergencies.map(({ reason }) => reason));
    return views.shown(emergencies.map((one) => ({ ...one, reason: texts[one.reason] })));
  };
  const shown = async (status: 200 | 201, emergency: DeclaredEmergency): Promise<Reply> => {
    const [body] = (await withWords([emergency])) as readonly object[];
    return { status, body, headers: { ETag: `"${emergency.version}"`, Location: `/api/v1/emergencies/${emergency.id}` } };
  };
  const refuse = (refusal: Refusal): never => {
    throw new Problem('ruleRefuses', { errors: [refusal] });
  };
  const refuseDates = (from: string, until: string) => {
    const now = todayOf({ clock });
    const first = from > now ? from : now;
    if (until < first) refuse({ code: 'lastDayTooEarly', article: '緊急時の特例', field: 'until', limit: first });
  };
  const change = async (call: Call<z.output<typeof byId>>, to: Parameters<typeof ledger.changeEmergency>[1]) => {
    const changed = await ledger.changeEmergency({ id: call.path.id, version: call.version }, to, call.caller.staffNumber);
    if (changed === 'changed') throw new Problem('changed');
    return shown(200, changed);
  };
  const known = async (id: string): Promise<DeclaredEmergency> => {
    const found = await ledger.emergency(id);
    if (!found) throw new Problem('notFound');
    return found;
  };
  const changed = { 200: { description: 'The emergency after it; its version is in ETag.', schema: shownEmergency } };

  return [
    route({
      method: 'post',
      path: '/emergencies',
      tag: 'emergencies',
      summary: 'Lift caps for dated days',
      access: authority,
      needs: 'Idempotency-Key',
      body: declaration,
      replies: { 201: { description: 'The emergency, at `Location`; a repeat gets the same.', schema: shownEmergency } },
      handle: async ({ body, caller: { staffNumber: me }, key: given }) => {
        const [id, key] = [hash('emergency', me, given), hash('declare', me, given)];
        const { reason, ...declared } = body;
        const stands = await ledger.emergency(id);
        if (!stands) {
          refuseDates(declared.from, declared.until);
          const fixed = declared.lifts.find((one) => !pack.values.teleworkDay.emergency.liftable.includes(one));
          if (fixed) refuse({ code: 'notLiftable', article, field: 'lifts', limit: fixed });
        }
        const { reason: kept } = await ledger.keep(key, id, { reason: reason.text });
        const emergency = kept && (await ledger.declareEmergency({ id, ...declared, reason: kept.row }, me));
        const said = kept && (await ledger.read([kept.row]))[kept.row];
        if (!emergency || said !== reason.text || !isSame(emergency, declared)) throw new Problem('keyReused');
        return shown(201, emergency);
      },
    }),
    route({
      method: 'get',
      path: '/emergencies',
      tag: 'emergencies',
      summary: 'What was lifted and is, the latest first',
      access: 'staff',
      query: z.strictObject(paging),
      replies: { 200: { description: 'One page.', schema: pageOf(shownEmergency) } },
      handle: async ({ query }) => {
        const { items, cursor } = await ledger.emergencies(query);
        return { status: 200, body: { items: await withWords(items), cursor } };
      },
    }),
    route({
      method: 'get',
      path: '/emergencies/{id}',
      tag: 'emergencies',
      summary: 'One of them',
      access: 'staff',
      params: byId,
      replies: changed,
      handle: async ({ path }) => shown(200, await known(path.id)),
    }),
    route({
      method: 'put',
      path: '/emergencies/{id}',
      tag: 'emergencies',
      summary: 'Another last day',
      access: authority,
      needs: 'If-Match',
      params: byId,
      body: z.strictObject({ until: date }),
      replies: changed,
      handle: async (call) => {
        refuseDates((await known(call.path.id)).from, call.body.until);
        return change(call, { until: call.body.until });
      },
    }),
    route({
      method: 'delete',
      path: '/emergencies/{id}',
      tag: 'emergencies',
      summary: 'End it at once',
      access: authority,
      needs: 'If-Match',
      params: byId,
      replies: changed,
      handle: async (call) => {
        await known(call.path.id);
        return change(call, 'end');
      },
    }),
  ];
}

/** What a repeat under the same key says; the last day may have been changed since. */
const isSame = (stands: DeclaredEmergency, { lifts, from }: Pick<z.output<typeof declaration>, 'lifts' | 'from'>): boolean =>
  stands.from === from && stands.lifts.length === lifts.length && lifts.every((one) => stands.lifts.includes(one));
