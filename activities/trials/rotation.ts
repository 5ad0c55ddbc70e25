import { distinct } from '../../workflows/shared/sets.js';
import type { Draft } from '../../workflows/trial-campaign/contract.js';
import type { Counter, LoanTerms, PlannedMember, PlannedSlot, SectionRequest, Slot } from '../../workflows/trial-section/contract.js';
import { canonicalJson, openedCaseId, sha256 } from '../ledger/canonical.js';
import type { PoolDevice, TrialPlan } from '../ledger/port.js';
import type { MemberInput, Plan, PlanInput, Planner, Reason, SectionInput } from '../planner/port.js';
import type { Person, SectionPeople } from './census.js';
import { type Asked, askedOf, datesOf, isLent, kindLent, openDates, type TrialRules } from './targets.js';

/** What a campaign is planned from, as it is at this moment. */
export interface Situation {
  draft: Draft;
  /** Today: nothing is planned before it. */
  date: string;
  /** To which date the period could be made longer. */
  furthest: string;
  sections: readonly SectionPeople[];
  /** Of the draft's kind, in all pools; empty where none is lent. */
  devices: readonly PoolDevice[];
  /** Free seats of the draft's office. */
  seats?: NonNullable<PlanInput['seats']>;
  rules: TrialRules;
  loan: LoanTerms['policy'];
  isBusinessDay(date: string): boolean;
}

/** Why not everybody can be placed, and of which pool that is so. */
export interface PlanReason extends Reason {
  pool?: string;
}

/** A section before it is planned. */
interface Section {
  department: string;
  /** The pool on which it draws; absent where nothing is lent. */
  pool?: string;
  members: readonly { member: Omit<PlannedMember, 'slots'>; input: MemberInput }[];
  others: readonly Person[];
}

const commonPool = 'common';

/**
 * Plans the campaign pool by pool: sections that draw on the same devices together, the others each alone. Where they share an office's seats too, pools of single departments come first, as they have the
 * least choice. The same situation gives the same plan under the same id.
 */
export async function drawUp(planner: Pick<Planner, 'plan'>, campaign: string, situation: Situation): Promise<TrialPlan> {
  const { draft, furthest, date } = situation;
  const period = openDates(draft, draft, situation.isBusinessDay);
  const dates = period.filter((one) => one >= date);
  const further = openDates({ from: draft.until, until: furthest }, draft, situation.isBusinessDay).filter((one) => one > draft.until);
  const sections = sectionsOf(situation, dates);
  const closed = datesOf({ from: draft.from, until: furthest }).filter((one) => !period.includes(one) && !further.includes(one));
  const requests: Omit<SectionRequest, 'plan'>[] = [];
  const reasons: PlanReason[] = [];
  const cannot = new Set<string>();
  let seats = situation.seats;
  for (const { pool, drawing } of poolsOf(sections, seats !== undefined)) {
    const plan = await planner.plan({
      dates,
      further,
      unit: draft.unit,
      sections: drawing.map((section) => sectionInput(section, draft, [...dates, ...further])),
      ...(pool !== undefined && { devices: devicesOf(situation, pool) }),
      ...(seats && { seats }),
    });
    seats &&= seatsLeft(seats, plan);
    const slots = slotsByStaff(plan);
    requests.push(...drawing.map((section) => requestOf(campaign, section, { situation, closed, slots })));
    reasons.push(...plan.reasons.map((reason) => ({ ...reason, ...(pool !== undefined && { pool }) })));
    for (const { staff } of plan.unplaced) cannot.add(staff);
  }

  requests.sort((one, other) => (one.department < other.department ? -1 : 1));
  const hash = sha256(canonicalJson(requests)).toString('hex');
  const plan = openedCaseId(campaign, hash);
  const members = requests.flatMap((request) => request.members);
  const notPossible = members.filter((member) => member.notPossible).length;
  return {
    header: {
      plan,
      hash,
      feasible: cannot.size === 0,
      members: members.length,
      sections: requests.length,
      placed: members.length - notPossible - cannot.size,
      cannot: cannot.size,
      notPossible,
    },
    sections: requests.map((request) => ({ ...request, plan })),
    reasons: reasons.sort((one, other) => sizeOf(one) - sizeOf(other)),
  };
}

/** How many people it is about. */
const sizeOf = ({ sections }: Reason): number => sections.reduce((sum, { cannot }) => sum + cannot, 0);

/** The departments with somebody whom the draft asks. */
function sectionsOf({ draft, sections, devices, rules }: Situation, dates: readonly string[]): readonly Section[] {
  const pools = new Set(devices.map(({ pool }) => pool));
  return sections.flatMap(({ department, people }): Section[] => {
    const asked = people.map((person) => ({ person, asked: askedOf(person, { department, draft, dates, rules }) }));
    const members = asked.flatMap(({ person, asked: one }) => (one ? [memberOf(person, one, { department, draft })] : []));
    if (!members.length) return [];
    const own = pools.has(department) ? department : commonPool;
    const pool = members.some(({ input }) => input.needsDevice) ? own : undefined;
    const others = asked.flatMap(({ person, asked: one }) => (one ? [] : [person]));
    return [{ department, ...(pool !== undefined && { pool }), members, others }];
  });
}

/** As the plan opens the section with the person, and as the planner is asked; who cannot take part is at the counter all the same. */
export function memberOf(
  person: Person,
  { group, duties, notPossible }: Asked,
  { department, draft }: { department: string; draft: Draft },
): Section['members'][number] {
  const [{ staff, absent, waited }, needsDevice] = [person, isLent(draft, person)];
  return {
    member: {
      staff,
      group: group.id,
      duties,
      absent,
      unavailable: [],
      ...(notPossible && { notPossible }),
      ...(person.heads.includes(department) && { head: true }),
      ...(!needsDevice && { ownDevice: true }),
    },
    input: {
      staff,
      duties: notPossible ? [] : duties,
      absent,
      unavailable: [],
      waited,
      needsDevice,
      ...(group.first && { first: true }),
      fixed: [],
      keeps: [],
    },
  };
}

/** Which sections are planned in one call. */
function poolsOf(sections: readonly Section[], together: boolean): readonly { pool?: string; drawing: readonly Section[] }[] {
  if (together && sections.every(({ pool }) => pool === undefined)) return [{ drawing: sections }];
  const names = distinct(sections.flatMap(({ pool }) => pool ?? []));
  const own = names.filter((pool) => pool !== commonPool).sort();
  const shared = [...own, ...names.filter((pool) => pool === commonPool)];
  const alone = sections.filter(({ pool }) => pool === undefined).map((section) => ({ drawing: [section] }));
  return [...alone, ...shared.map((pool) => ({ pool, drawing: sections.filter((section) => section.pool === pool) }))];
}

function sectionInput({ department, members, others }: Section, { counters }: Draft, dates: readonly string[]): SectionInput {
  const counter = counters.find((one) => one.department === department);
  const absences = others.map(({ absent }) => absent);
  return {
    section: department,
    members: members.map(({ input }) => input),
    ...(counter && { counter: counterInput(counter, absences, dates) }),
  };
}

/** What the counter asks for. `others`: for each of the section who is no member, the dates on which they are not there. */
export function counterInput(
  { morning, afternoon }: Counter,
  others: readonly (readonly string[])[],
  dates: readonly string[],
): NonNullable<SectionInput['counter']> {
  const there = (date: string): number => others.filter((absent) => !absent.includes(date)).length;
  return { morning, afternoon, others: dates.map((date) => ({ date, morning: there(date), afternoon: there(date) })) };
}

const devicesOf = ({ devices, loan }: Situation, pool: string): NonNullable<PlanInput['devices']> => ({
  turnaroundDays: loan.turnaroundDays,
  devices: devices.filter((device) => device.pool === pool).map(({ assetTag, busy }) => ({ assetTag, busy })),
});

/** A half takes a half of a seat, of which only whole ones are counted on. */
function seatsLeft(seats: NonNullable<PlanInput['seats']>, { slots }: Plan): NonNullable<PlanInput['seats']> {
  return seats.map(({ date, seats: free }) => {
    const halves = (part: Slot['part']) => slots.filter((slot) => slot.date === date && slot.part === part).length;
    return { date, seats: free - halves('day') - Math.max(halves('morning'), halves('afternoon')) };
  });
}

function requestOf(
  campaign: string,
  { department, pool, members, others }: Section,
  {
    situation: { draft, loan },
    closed,
    slots,
  }: { situation: Situation; closed: readonly string[]; slots: ReadonlyMap<string, readonly PlannedSlot[]> },
): Omit<SectionRequest, 'plan'> {
  const [kind, counter] = [kindLent(draft), draft.counters.find((one) => one.department === department)];
  return {
    campaign,
    department,
    from: draft.from,
    until: draft.until,
    unit: draft.unit,
    members: members.map(({ member }) => ({ ...member, slots: slots.get(member.staff) ?? [] })),
    ...(counter && { counter: { morning: counter.morning, afternoon: counter.afternoon } }),
    others: others.map(({ absent }) => absent),
    closed,
    ...(kind && pool !== undefined && { loan: { kind, pools: [pool], policy: loan } }),
  };
}

/** Everybody's slots as the section keeps them. */
export function slotsByStaff({ slots }: Plan): ReadonlyMap<string, readonly PlannedSlot[]> {
  const own = new Map<string, PlannedSlot[]>();
  for (const { staff, date, part, assetTag } of slots) {
    const slot = { date, part, ...(assetTag !== undefined && { device: assetTag }) };
    const before = own.get(staff);
    if (before) before.push(slot);
    else own.set(staff, [slot]);
  }
  return own;
}
