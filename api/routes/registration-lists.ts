import { z } from 'zod';
import { type CaseRow, every } from '../../activities/ledger/port.js';
import { registrationPolicy } from '../../config/policy/pack.js';
import { corrected, type Registration, underPolicy } from '../../workflows/registration/rules.js';
import { standing } from '../auth.js';
import { employedOf } from '../employed.js';
import { inWords } from '../errors.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { type AnyRoute, type Call, route } from '../route.js';
import { caseId, pageOf, paging, person } from '../schemas.js';

const registration = { id: caseId, receiptNumber: z.string(), department: z.string(), staff: person };
const refusal = z.object({
  code: z.string(),
  message: z.string(),
  article: z.string().optional(),
  field: z.string().optional(),
  limit: z.string().optional(),
});
const refusals = z.array(refusal).meta({ description: 'What of it the pack as it is now would no longer allow.' });
const ruleValue = z.union([z.boolean(), z.array(z.string())]);

const packChange = z
  .object({
    ...registration,
    refusals,
    changes: z
      .array(z.object({ rule: z.string(), article: z.string(), from: ruleValue, to: ruleValue }))
      .meta({ description: 'Rules that would be others: the end of the year, remote access, who may revoke.' }),
  })
  .meta({
    id: 'PackChange',
    description: 'A registration that runs under an earlier pack, and what `movePack` or its renewal would change.',
  });

const why = z.enum(['notConfirmed', 'corrected', 'suspended', 'absent', 'left', 'notAllowed', 'ownRequest']);
const renewals = z.object({
  differing: z
    .array(
      z.object({
        ...registration,
        why: z.array(why),
        fields: z.array(z.string()).meta({ description: 'What the person has corrected; the case shows both.' }),
        refusals,
      }),
    )
    .meta({ description: 'Those to look at one by one, in order of filing.' }),
  rest: z
    .object({ count: z.int(), ids: z.array(caseId) })
    .meta({ description: 'The person has confirmed that all still holds: for POST /registrations/steps/renew.' }),
});

/** The lists by which many registrations are dealt with at once: what differs is looked at, the rest goes in bulk. */
export function registrationLists(services: Services): readonly AnyRoute[] {
  const { ledger, directory, pack, quote, views } = services;

  /** The registration beside the pack as it is now and how its person is employed by now. */
  async function now({ caseId: id, receiptNumber, department, staff, state }: CaseRow, { language }: Pick<Call, 'language'>) {
    const employed = await employedOf(services, staff);
    const { refusals: refused, changes } = underPolicy(state as Registration, { policy: registrationPolicy(pack), employed });
    const shown = (await views.shown({ id, receiptNumber, department, staff })) as object;
    return {
      shown,
      refusals: refused.map((one) => inWords(one, { section: 'refusal', language, quote })),
      changes: changes.map((one) => ({ ...one, article: quote(one.article) })),
    };
  }

  /** What keeps a registration from being renewed in bulk. */
  async function differing({ staff, state }: CaseRow, date: string, me: string) {
    const { status, renewal, form, change } = state as Registration;
    const [member, absent] = await Promise.all([directory.staffMember(staff), ledger.absentOn([staff], date)]);
    const texts = change ? await ledger.read([form, change].flatMap(rowsOf)) : {};
    const gone = !member || (member.disabled && !absent.length);
    const reasons: readonly [z.output<typeof why>, boolean][] = [
      ['notConfirmed', renewal === 'open'],
      ['corrected', change !== undefined],
      ['suspended', status === 'suspended'],
      ['absent', absent.length > 0],
      ['left', gone],
      ['ownRequest', staff === me],
    ];
    return { why: reasons.flatMap(([one, holds]) => (holds ? [one] : [])), fields: change ? corrected([form, change], texts) : [] };
  }

  return [
    route({
      method: 'get',
      path: '/registrations/renewals',
      tag: 'registration',
      summary: 'Of the registrations that the caller renews: those that differ, with what differs; the rest goes in bulk',
      access: 'staff',
      replies: { 200: { description: 'All that are up for renewal.', schema: renewals } },
      handle: async (call) => {
        const { caller } = call;
        const date = todayOf(services);
        const deciders = [...caller.capacities, ...caller.acting.map(({ capacity }) => capacity)].filter((one) =>
          /^(head|superior):/.test(one),
        );
        const items: object[] = [];
        const ids: string[] = [];
        for await (const row of every((page) => ledger.openCases({ procedure: 'registration', capacities: deciders, ...page }))) {
          const { renewal, request } = row.state as Registration;
          if (!renewal || !standing(caller, { step: 'renew', who: request.approver })) continue;
          const [differs, { shown, refusals: refused }] = await Promise.all([differing(row, date, caller.staffNumber), now(row, call)]);
          const reasons = [...differs.why, ...(refused.length ? (['notAllowed'] as const) : [])];
          if (reasons.length) items.push({ ...shown, ...differs, why: reasons, refusals: refused });
          else ids.push(row.caseId);
        }
        return { status: 200, body: { differing: items, rest: { count: ids.length, ids } } };
      },
    }),
    route({
      method: 'get',
      path: '/registrations/pack-changes',
      tag: 'registration',
      summary: 'Registrations in force under an earlier pack, and what changes for whom once they are moved (step "movePack") or renewed',
      access: ['hr'],
      query: z.strictObject(paging),
      replies: { 200: { description: 'One page of all that are open; it may hold fewer, or none.', schema: pageOf(packChange) } },
      handle: async (call) => {
        const { items, cursor } = await ledger.openCases({ procedure: 'registration', ...call.query });
        const earlier = items.filter(({ due, state }) => isInForce(due) && (state as Registration).policy.pack !== pack.hash);
        const changes = earlier.map(async (row) => {
          const { shown, ...what } = await now(row, call);
          return { ...shown, ...what };
        });
        return { status: 200, body: { items: await Promise.all(changes), ...(cursor && { cursor }) } };
      },
    }),
  ];
}

/** What HR may move is in force. */
const isInForce = (due: CaseRow['due']): boolean => due.some(({ step }) => step === 'movePack');

const rowsOf = (form: Registration['form']): string[] =>
  Object.values(form).flatMap((value) => (typeof value === 'object' && 'row' in value ? [value.row] : []));
