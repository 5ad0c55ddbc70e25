import { z } from 'zod';
import { memberStatuses } from '../../activities/ledger/port.js';
import type { Reason } from '../../activities/planner/port.js';
import type { TrialCampaign } from '../../workflows/trial-campaign/rules.js';
import { namesOf, staffAmong } from '../names.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import type { Readable } from '../procedure.js';
import { type AnyRoute, type Call, route } from '../route.js';
import { caseId, date, department, pageOf, paging, person } from '../schemas.js';
import { reasonInWords } from '../trial/plan-words.js';
import { sightOf } from '../trial/sight.js';
import { forecastOf, maskedLines, standingOf, sumOf } from '../trial/tallies.js';

const byId = z.strictObject({ id: caseId });
const counts = Object.fromEntries(memberStatuses.map((status) => [status, z.int().optional()]));
const percent = z.number().optional().meta({ description: 'Per cent of `done`, to one decimal, rounded half up.' });
const standing = z.object({
  members: z.int().optional(),
  ...counts,
  share: percent,
  shareWithoutExempt: percent,
  masked: z.literal(true).optional().meta({ description: 'Too few people, or others’ figures could be found out by it.' }),
});
const tally = z
  .object({
    total: standing.optional().meta({ description: 'For who sees the whole campaign.' }),
    byDepartment: z.array(standing.extend({ department: z.string() })),
    byGroup: z.array(standing.extend({ group: z.string() })).optional(),
    forecast: z
      .object({
        done: z.int(),
        share: percent,
        until: date.optional(),
        byDate: z.array(z.object({ date, done: z.int() })),
      })
      .optional(),
    reported: standing.optional().meta({ description: 'As it was frozen in the report.' }),
  })
  .meta({ id: 'CampaignTally' });

const slot = z.object({ date, part: z.enum(['day', 'morning', 'afternoon']), device: z.string().optional() });
const member = z
  .object({
    section: caseId,
    department: z.string(),
    staff: person,
    group: z.string(),
    status: z.enum(memberStatuses),
    needed: z.int(),
    done: z.int(),
    slots: z.array(slot),
    observed: z.array(date),
    exemptUntil: date.optional(),
    notPossible: z.string().optional(),
    movedTo: z.string().optional().meta({
      description:
        'The department of their main post by now, where that is another: one without a section of the campaign, or the next morning moves them.',
    }),
  })
  .meta({ id: 'TrialMember' });
const membersQuery = z.strictObject({ status: z.enum(memberStatuses).exactOptional(), department: department.exactOptional(), ...paging });

const reasonInBoth = z.looseObject({ text: z.string(), cures: z.array(z.string()) });
const plan = z.object({
  plan: z.string(),
  hash: z.string(),
  feasible: z.boolean(),
  members: z.int(),
  sections: z.int(),
  placed: z.int(),
  cannot: z.int(),
  notPossible: z.int(),
  reasons: z.array(reasonInBoth).meta({ description: 'Why not everybody has a place; each cure alone would do.' }),
});
const planned = z.object({
  department: z.string(),
  counter: z.object({ morning: z.int(), afternoon: z.int() }).optional(),
  members: z.array(z.object({ staff: person, group: z.string(), slots: z.array(slot), notPossible: z.string().optional() })),
});

/** How a campaign is planned, how it stands, and who will not make it. */
export function campaignFigures({ ledger, directory, views }: Services, readable: Readable): readonly AnyRoute[] {
  /** The caller's part of a campaign. */
  const partOf = (id: string, { caller }: Pick<Call, 'caller'>, whole: Parameters<typeof sightOf>[2]['whole']) =>
    sightOf(ledger, (departments) => within(id, departments), { id, caller, whole });
  const within = async (id: string, departments: readonly string[]): Promise<readonly string[]> => {
    if (!departments.length) return [];
    const { byDepartment } = await ledger.campaignTally(id);
    return byDepartment.flatMap((line) => (departments.includes(line.department) ? [line.department] : []));
  };
  const planOf = (state: object): string => {
    const { planned: latest } = state as TrialCampaign;
    if (!latest) throw new Problem('notFound');
    return latest.plan;
  };

  return [
    route({
      method: 'get',
      path: '/campaigns/{id}/plan',
      tag: 'trial-campaign',
      summary: 'The latest plan: whether everybody has a place, and if not, why, and what would do',
      access: ['hr', 'it'],
      params: byId,
      replies: { 200: { description: 'Its totals and reasons; 404 as long as nothing is planned.', schema: plan } },
      handle: async (call) => {
        const id = planOf((await readable(call.path.id, call)).state);
        const [found, units] = await Promise.all([ledger.trialPlan(id), directory.units()]);
        if (!found) throw new Problem('notFound');
        const names = new Map(units.map((unit) => [unit.id, unit.name]));
        const reasons = (found.reasons as readonly Reason[]).map((reason) => ({
          ...reasonInWords(reason, call.language, (unit) => names.get(unit) ?? unit),
          reason,
        }));
        return { status: 200, body: { ...found.header, reasons } };
      },
    }),
    route({
      method: 'get',
      path: '/campaigns/{id}/plan/sections',
      tag: 'trial-campaign',
      summary: 'Who is planned for when, department by department',
      access: ['hr', 'it'],
      params: byId,
      query: z.strictObject(paging),
      replies: { 200: { description: 'One page, by department.', schema: pageOf(planned) } },
      handle: async (call) => {
        const { items, cursor } = await ledger.trialPlanSections({
          plan: planOf((await readable(call.path.id, call)).state),
          ...call.query,
        });
        const names = await namesOf(
          directory,
          items.flatMap((section) => section.members.map(({ staff }) => ({ staff, department: section.department }))),
        );
        const shown = items.map(({ department: unit, counter, members }) => ({
          department: unit,
          counter,
          members: members.map(({ staff, group, slots, notPossible }) => ({
            staff: { staffNumber: staff, name: names.get(staff) || undefined },
            ...{ group, slots, notPossible },
          })),
        }));
        return { status: 200, body: { items: shown, cursor } };
      },
    }),
    route({
      method: 'get',
      path: '/campaigns/{id}/tally',
      tag: 'trial-campaign',
      summary: 'How a campaign stands and will end: in all, by department, by group; heads and promoters their own department',
      access: 'staff',
      params: byId,
      replies: { 200: { description: 'Counted from the rows, exact at any moment. Small groups are masked.', schema: tally } },
      handle: async (call) => {
        const { id } = call.path;
        const { state, departments } = await partOf(id, call, ['hr', 'committee']);
        const [{ total, byDepartment, byGroup }, ahead] = await Promise.all([ledger.campaignTally(id), ledger.trialForecast(id)]);
        if (departments) {
          const lines = byDepartment.filter((line) => departments.includes(line.department));
          return { status: 200, body: { byDepartment: lines.map((line) => ({ department: line.department, ...standingOf(line) })) } };
        }
        const { smallGroup } = state.policy;
        return {
          status: 200,
          body: {
            total: sumOf(total, smallGroup),
            byDepartment: maskedLines('department', byDepartment, smallGroup),
            byGroup: maskedLines('group', byGroup, smallGroup),
            forecast: forecastOf(total, ahead),
            reported: state.tally && sumOf(state.tally, smallGroup),
          },
        };
      },
    }),
    route({
      method: 'get',
      path: '/campaigns/{id}/members',
      tag: 'trial-campaign',
      summary: 'Who has done it and who has not: everybody to HR, their own department to heads and promoters',
      access: 'staff',
      params: byId,
      query: membersQuery,
      replies: { 200: { description: 'One page, by department and staff number.', schema: pageOf(member) } },
      handle: async (call: Call<z.output<typeof byId>, z.output<typeof membersQuery>>) => {
        const { department: wanted, ...query } = call.query;
        const { row, departments } = await partOf(call.path.id, call, ['hr']);
        if (wanted !== undefined && departments && !departments.includes(wanted)) throw new Problem('forbidden');
        const where = wanted === undefined ? departments : [wanted];
        const { items, cursor } = await ledger.trialMembers({ campaign: row.caseId, ...query, ...(where && { departments: where }) });
        const people = await staffAmong(directory, items);
        const movedTo = (staff: string, department: string): string | undefined => {
          const [mainPost] = people.get(staff)?.departments ?? [];
          return mainPost === department ? undefined : mainPost;
        };
        // Why somebody does not take part is for head and HR.
        const decides = (unit: string): boolean => call.caller.capacities.some((one) => one === 'hr' || one === `head:${unit}`);
        const shown = items.map(({ campaign: _campaign, caseId: section, staff, exemptUntil, notPossible, ...one }) => ({
          section,
          staff: { staffNumber: staff, name: people.get(staff)?.name },
          ...one,
          movedTo: movedTo(staff, one.department),
          ...(decides(one.department) && { exemptUntil, notPossible }),
        }));
        return { status: 200, body: { items: shown, cursor } };
      },
    }),
    route({
      method: 'get',
      path: '/campaigns/{id}/gaps',
      tag: 'trial-campaign',
      summary: 'What was declared and not observed, and observed and not declared',
      access: ['hr'],
      params: byId,
      query: z.strictObject(paging),
      replies: {
        200: {
          description: 'One page.',
          schema: pageOf(
            z.object({ staff: person, department: z.string(), date, gap: z.enum(['declaredNotObserved', 'observedNotDeclared']) }),
          ),
        },
      },
      handle: async (call) => {
        const { caseId: campaign } = await readable(call.path.id, call);
        const { items, cursor } = await ledger.evidenceGaps({ campaign, ...call.query });
        return { status: 200, body: { items: await views.shown(items), cursor } };
      },
    }),
    route({
      method: 'get',
      path: '/campaigns/{id}/loans',
      tag: 'trial-campaign',
      summary: 'The loans that a campaign’s slots have opened, counted by status',
      access: ['hr', 'it'],
      params: byId,
      replies: {
        200: {
          description: 'Closed ones too: those of slots that are over, or gone.',
          schema: z.object({ items: z.array(z.object({ status: z.string(), department: z.string(), count: z.int() })) }),
        },
      },
      handle: async (call) => {
        const { caseId: campaign } = await readable(call.path.id, call);
        const items = [...(await ledger.trialLoans(campaign))];
        return { status: 200, body: { items } };
      },
    }),
  ];
}
