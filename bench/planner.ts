import { createPlanner } from '../activities/planner/planner.js';
import type { MemberInput, Plan, PlanInput, PlannedSlot, SectionInput } from '../activities/planner/port.js';
import { dayOn } from '../workflows/shared/dates.js';
import type { Finding } from './report.js';

const [people, sections] = [40_000, 800];
const perSection = people / sections;
/** Every third section draws on one common pool; of the others, three together on their department's. */
const aDepartment = 3;
/** Two weeks. */
const dates = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11].map((days) => dayOn('2027-05-10', days));
const turnaroundDays = 3;

/** A municipality's trial: everybody once in two weeks, seven of ten with a device of the pool, a third with leave, counters in every other section. */
function campaign(): PlanInput[] {
  const random = numbers(7);
  const below = (bound: number) => Math.floor(random() * bound);
  const duty = { from: dates[0] ?? '', until: dates.at(-1) ?? '', times: 1 };
  const member = (staff: number): MemberInput => ({
    staff: `${staff}`,
    duties: [duty],
    absent: below(3) === 0 ? dates.slice(below(dates.length)).slice(0, 1 + below(3)) : [],
    unavailable: below(10) === 0 ? dates.slice(0, 1 + below(3)) : [],
    waited: below(4),
    needsDevice: below(10) < 7,
    ...(staff % perSection === 0 && { first: true }),
    fixed: [],
    keeps: [],
  });
  const section = (index: number): SectionInput => ({
    section: `${1_000 + index}`,
    members: Array.from({ length: perSection }, (_, one) => member(100_000 + index * perSection + one)),
    ...(index % 2 === 0 && { counter: { morning: perSection * 0.6, afternoon: perSection * 0.6, others: [] } }),
  });
  const all = Array.from({ length: sections }, (_, index) => section(index));
  const common = all.filter((_, index) => index % 3 === 0);
  const others = all.filter((_, index) => index % 3 !== 0);
  const departments = Array.from({ length: Math.ceil(others.length / aDepartment) }, (_, index) =>
    others.slice(index * aDepartment, (index + 1) * aDepartment),
  );
  /** A fifth more than would do if everybody came as it suits the devices; a tenth of them promised for some days. */
  const pool = (sharing: readonly SectionInput[]): PlanInput => {
    const needing = sharing.reduce((total, { members }) => total + members.filter(({ needsDevice }) => needsDevice).length, 0);
    const devices = Array.from({ length: Math.ceil((needing / 3) * 1.2) }, (_, index) => {
      const from = dates[below(dates.length)] ?? '';
      return { assetTag: `PC-${10_000 + index}`, busy: below(10) === 0 ? [{ from, until: dayOn(from, 3 + below(3)) }] : [] };
    });
    return { dates, unit: 'day', sections: sharing, devices: { turnaroundDays, devices } };
  };
  return [common, ...departments].map(pool);
}

/**
 * The whole of it planned pool by pool; then one more leave in one section, planned again with what stood before, and from scratch. The town is not asked: what is measured
 * is one process that computes.
 */
export async function measurePlanner(): Promise<Finding[]> {
  const planner = await createPlanner();
  const inputs = campaign();
  const plan = (input: PlanInput) => {
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const made = planner.plan(input);
    return { input, plan: made, seconds: (performance.now() - began) / 1_000, cpuSeconds: process.cpuUsage(cpu).user / 1_000_000 };
  };
  const planned = inputs.map(plan);
  const seconds = planned.reduce((total, one) => total + one.seconds, 0);
  const peakMiB = process.resourceUsage().maxRSS / 1_024;
  const cpuSeconds = planned.reduce((total, one) => total + one.cpuSeconds, 0);
  const unplaced = planned.reduce((total, one) => total + one.plan.unplaced.length, 0);
  const longest = Math.max(...planned.map((one) => one.seconds));

  // Of the departments' pools. Where the leave takes somebody from a full counter, somebody else has to move, too: `test/planner` holds that it is never more than must.
  const changed = [1, 2, 3, 4, 5, 6].map((index) => {
    const { input, plan: before } = planned[index] as (typeof planned)[number];
    const ill = before.slots[Math.floor(before.slots.length / 2)] as PlannedSlot;
    const again = plan(withLeave(input, ill, before));
    const fromScratch = plan(withLeave(input, ill));
    return { moved: again.plan.moved.length, seconds: again.seconds, movedFromScratch: movedBetween(before, fromScratch.plan) };
  });
  const sum = (of: 'moved' | 'movedFromScratch') => changed.reduce((total, one) => total + one[of], 0);
  return [
    {
      what: '40,000 people, 800 sections',
      figures: { seconds, cpuSeconds, longest, pools: inputs.length, unplaced },
      target: { figure: 'seconds', atMost: 10 },
    },
    { what: 'memory at its peak', figures: { peakMiB }, target: { figure: 'peakMiB', atMost: 1_024 } },
    {
      what: 'one leave more in each of six pools: people moved',
      figures: { moved: sum('moved'), movedFromScratch: sum('movedFromScratch'), longest: Math.max(...changed.map((one) => one.seconds)) },
      target: { figure: 'moved', atMost: 2 * changed.length },
    },
  ];
}

/** Somebody is away on the day they were to go; with the plan as it stood to keep, or without. */
function withLeave(input: PlanInput, { staff, date }: PlannedSlot, before?: Plan): PlanInput {
  const slots = new Map(before?.slots.map((slot) => [slot.staff, slot]));
  const member = (one: MemberInput): MemberInput => {
    const kept = slots.get(one.staff);
    return { ...one, ...(one.staff === staff && { absent: [...one.absent, date] }), keeps: kept ? [kept] : [] };
  };
  return { ...input, sections: input.sections.map((section) => ({ ...section, members: section.members.map(member) })) };
}

function movedBetween(before: Plan, after: Plan): number {
  const dates = new Map(after.slots.map(({ staff, date }) => [staff, date]));
  return before.slots.filter(({ staff, date }) => dates.get(staff) !== date).length;
}

/** The same numbers each time, from 0 to below 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
