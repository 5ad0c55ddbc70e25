import { canonicalJson, sha256 } from '../ledger/canonical.js';
import { violations } from './check.js';
import { reasonOf } from './cures.js';
import { type Dealt, groupsOf } from './groups.js';
import { formulate } from './model.js';
import { handOut, withFixed } from './pool.js';
import { type MemberInput, type Plan, type PlanInput, type PlannedSlot, PlannerFailed, type Reason, type Slot } from './port.js';
import { createSolver, type Solver } from './solver.js';

/** The planner on HiGHS. Loads it once; what it needs of memory it keeps, so take a fresh one for each run over a campaign. */
export async function createPlanner(): Promise<{ plan(input: PlanInput): Plan }> {
  const solve = await createSolver();
  return {
    plan(input) {
      const sorted = inOrder(input);
      const parts = partsOf(sorted).map((part) => planPart(solve, part));
      const plan = planOf(sorted, parts);
      const broken = violations(input, plan);
      if (broken.length > 0) throw new PlannerFailed(`the plan breaks ${broken.length} rules, first ${broken[0]}`);
      return plan;
    },
  };
}

interface Part extends Dealt {
  reasons: Reason[];
}

/** Sections that share nothing are planned each by itself. */
function partsOf(input: PlanInput): PlanInput[] {
  const { devices, ...without } = input;
  if (input.seats) return [input];
  const shares = ({ members }: PlanInput['sections'][number]) => members.some(({ needsDevice }) => needsDevice);
  const alone = input.sections.filter((section) => !shares(section)).map((section) => ({ ...without, sections: [section] }));
  const together = input.sections.filter(shares);
  return together.length > 0 ? [{ ...input, sections: together }, ...alone] : alone;
}

function planPart(solve: Solver, input: PlanInput): Part {
  const dealt = rotation(solve, input, { short: false }) ?? rotation(solve, input, { short: true });
  if (!dealt) throw new PlannerFailed('no plan at all, though times may be missing');
  const members = new Map(input.sections.flatMap((section) => section.members.map((member) => [member.staff, member])));
  const needs = (slot: PlannedSlot) => members.get(slot.staff)?.needsDevice === true;
  const lent = input.devices ? handOut(solve, input.devices, dealt.slots.filter(needs), members) : [];
  return {
    slots: [...dealt.slots.filter((slot) => !needs(slot)), ...lent],
    missing: dealt.missing,
    reasons: dealt.missing.length > 0 ? [reasonOf(solve, input, dealt.missing)] : [],
  };
}

function rotation(solve: Solver, input: PlanInput, { short }: { short: boolean }): Dealt | undefined {
  const { program, missing, unfair, moved, order, dealt } = formulate(input, groupsOf(input, { byWaiting: short }), { short });
  const values = solve(program, [...(short ? [missing, unfair] : []), ...(moved.length > 0 ? [moved] : []), order]);
  return values && dealt(values);
}

function planOf(input: PlanInput, parts: readonly Part[]): Plan {
  const members = input.sections.flatMap(({ section, members }) => members.map((member) => ({ ...member, section })));
  const fixed = members.flatMap(({ staff, section, fixed }) => fixed.map((slot) => ({ ...slot, staff, section })));
  const slots = [...fixed, ...parts.flatMap((part) => part.slots)].sort(by(placeOf));
  const unplaced = parts.flatMap((part) => part.missing).sort(by(({ section, staff, duty }) => `${section}\n${staff}\n${duty.from}`));
  const taken = new Set(slots.map(({ staff, date, part }) => `${date} ${part} ${staff}`));
  const isMoved = ({ staff, keeps }: MemberInput) => keeps.some(({ date, part }) => !taken.has(`${date} ${part} ${staff}`));
  return {
    feasible: unplaced.length === 0,
    slots,
    unplaced,
    reasons: parts.flatMap((part) => part.reasons),
    moved: members
      .filter(isMoved)
      .map(({ staff }) => staff)
      .sort(),
    hash: sha256(canonicalJson(slots)).toString('hex'),
  };
}

/** What the order of the input's lists could change is put in one order. Refuses what contradicts itself. */
function inOrder(input: PlanInput): PlanInput {
  const { sections, devices } = input;
  const members = sections.flatMap((section) => section.members);
  unlike(
    'section',
    sections.map(({ section }) => section),
  );
  unlike(
    'staff number',
    members.map(({ staff }) => staff),
  );
  unlike('asset tag', devices?.devices.map(({ assetTag }) => assetTag) ?? []);
  return {
    ...input,
    dates: [...new Set(input.dates)].sort(),
    ...(input.further && { further: [...new Set(input.further)].sort() }),
    sections: sections
      .map(({ members, ...section }) => ({ ...section, members: members.map(memberInOrder).sort(by(({ staff }) => staff)) }))
      .sort(by(({ section }) => section)),
    ...(devices && { devices: withFixed({ ...devices, devices: devices.devices.toSorted(by(({ assetTag }) => assetTag)) }, members) }),
  };
}

function memberInOrder(member: MemberInput): MemberInput {
  const duties = member.duties.toSorted(by(({ from }) => from));
  if (
    duties.some(
      ({ from, until, times }, index) => from > until || !Number.isInteger(times) || times < 0 || from <= (duties[index - 1]?.until ?? ''),
    )
  )
    throw new PlannerFailed('duties overlap, end before they begin, or are no whole number of times');
  return {
    ...member,
    duties,
    fixed: member.fixed.toSorted(by(placeOf)),
    keeps: [...new Map(member.keeps.toSorted(by(placeOf)).map((slot) => [placeOf(slot), slot])).values()],
  };
}

function unlike(what: string, names: readonly string[]): void {
  if (new Set(names).size < names.length) throw new PlannerFailed(`a ${what} stands twice`);
}

const partOrder = { day: 0, morning: 1, afternoon: 2 } as const;
const placeOf = ({ date, part, section, staff }: Slot & Partial<PlannedSlot>): string => [date, partOrder[part], section, staff].join('\n');

const by =
  <Value>(keyOf: (value: Value) => string) =>
  (one: Value, other: Value): number =>
    keyOf(one) < keyOf(other) ? -1 : keyOf(one) > keyOf(other) ? 1 : 0;
