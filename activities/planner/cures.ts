import { dayOn } from '../../workflows/shared/dates.js';
import { groupsOf, halves } from './groups.js';
import { formulate, type Lever, room } from './model.js';
import { always } from './pool.js';
import type { Change, Plan, PlanInput, Reason, SectionInput } from './port.js';
import { amountOf, type Solver } from './solver.js';

/** The input as it would be with these changes. The planner uses no other words for them, so what it says would do can be tried. */
export function withChanges(input: PlanInput, changes: readonly Change[]): PlanInput {
  return changes.reduce((changed, change): PlanInput => {
    if ('device' in change) return withDevices(changed, change.device);
    if ('counter' in change) return withCounter(changed, change.counter);
    if ('seats' in change) return withSeats(changed, change.seats);
    return withDates(changed, change.dates.more);
  }, input);
}

function withDevices(input: PlanInput, { from, until, count }: { from: string; until: string; count: number }): PlanInput {
  const { turnaroundDays, devices } = input.devices ?? { turnaroundDays: 0, devices: [] };
  const busy = [
    { from: always.from, until: dayOn(from, -1) },
    { from: dayOn(until, 1), until: always.until },
  ];
  const more = Array.from({ length: count }, (_, index) => ({ assetTag: `+${devices.length + index + 1}`, busy }));
  return { ...input, devices: { turnaroundDays, devices: [...devices, ...more] } };
}

function withCounter(
  input: PlanInput,
  { section: name, date, half, by }: { section: string; date: string; half: 'morning' | 'afternoon'; by: number },
): PlanInput {
  // As many more who are there are as good as so many fewer who must be.
  const fewer = ({ counter, ...section }: SectionInput): SectionInput => {
    if (!counter || section.section !== name) return { ...section, ...(counter && { counter }) };
    const there = counter.others.find((other) => other.date === date) ?? { date, morning: 0, afternoon: 0 };
    return {
      ...section,
      counter: { ...counter, others: [{ ...there, [half]: there[half] + by }, ...counter.others.filter((other) => other.date !== date)] },
    };
  };
  return { ...input, sections: input.sections.map(fewer) };
}

function withSeats(input: PlanInput, { date, count }: { date: string; count: number }): PlanInput {
  const seats = input.seats?.find((day) => day.date === date)?.seats ?? 0;
  return { ...input, seats: [{ date, seats: seats + count }, ...(input.seats ?? []).filter((day) => day.date !== date)] };
}

function withDates({ further = [], ...input }: PlanInput, more: number): PlanInput {
  const added = further.slice(0, more);
  const duties = input.sections.flatMap(({ members }) => members.flatMap((member) => member.duties));
  const end =
    input.dates.at(-1) ??
    duties
      .map(({ until }) => until)
      .sort()
      .at(-1) ??
    '';
  const last = added.at(-1) ?? end;
  return {
    ...input,
    dates: [...input.dates, ...added],
    further: further.slice(more),
    sections: input.sections.map((section) => ({
      ...section,
      members: section.members.map((member) => ({
        ...member,
        duties: member.duties.map((duty) => (duty.until >= end && duty.until < last ? { ...duty, until: last } : duty)),
      })),
    })),
  };
}

/** With more people in one pool the search for cures takes minutes, and the plan need not wait for it. */
const mostForCures = 5_000;

/** Why not everybody of these sections, who share what is short, can be placed; and what would do. */
export function reasonOf(solve: Solver, input: PlanInput, unplaced: Plan['unplaced']): Reason {
  const people = input.sections.reduce((total, { members }) => total + members.length, 0);
  const allDates = input.further?.length ?? 0;
  const needed = input.sections.some(({ members }) => members.some(({ needsDevice }) => needsDevice));
  const levers: Lever[] = [
    ...(needed ? ['device' as const] : []),
    ...(input.sections.some(({ counter }) => counter) ? ['counter' as const] : []),
    ...(input.seats ? ['seats' as const] : []),
  ];

  /** The fewest times missing after so many more dates, where so much may give way. */
  function fewest(changed: PlanInput, give: readonly Lever[] = []): number {
    const { program, missing } = formulate(changed, groupsOf(changed, { byWaiting: false }), { short: true, levers: give });
    const values = solve(program, [missing]);
    return values ? amountOf(missing, values) : Number.POSITIVE_INFINITY;
  }
  const after = (more: number) => withDates(input, more);
  const incurable = fewest(after(allDates), levers);

  /** The smallest change in so many more dates, of these kinds. */
  function smallest(more: number, give: readonly Lever[]): Change[] | undefined {
    const changed = after(more);
    const { program, missing, changes, changesOf } = formulate(changed, groupsOf(changed, { byWaiting: false }), {
      short: true,
      levers: give,
    });
    program.row(missing, { atMost: incurable });
    const values = solve(program, changes);
    return values && [...(more > 0 ? [{ dates: { more } }] : []), ...changesOf(values)];
  }
  /** As few more dates as do, if so many do: more never make it worse. */
  function fewestDates(give: readonly Lever[]): number {
    let [enough, tooFew] = [allDates, -1];
    while (enough - tooFew > 1) {
      const middle = Math.floor((enough + tooFew) / 2);
      if (fewest(after(middle), give) <= incurable) enough = middle;
      else tooFew = middle;
    }
    return enough;
  }

  function cures(): (readonly Change[])[] {
    const single = levers.flatMap((lever) => {
      const cure = smallest(0, [lever]);
      return cure ? [cure] : [];
    });
    const more = fewest(after(allDates)) <= incurable ? fewestDates([]) : 0;
    if (more > 0) single.push([{ dates: { more } }]);
    return (single.length > 0 ? single : [smallest(fewestDates(levers), levers) ?? []])
      .filter((cure) => cure.length > 0 && fewest(withChanges(input, cure)) <= incurable)
      .toSorted((one, other) => sizeOf(one) - sizeOf(other));
  }

  const short = input.sections.filter(({ section }) => unplaced.some((one) => one.section === section));
  return {
    sections: short.map((section) => ({
      section: section.section,
      people: section.members.length,
      blockedByCounter: input.dates.filter((date) => isBlocked(input, section, date)).length,
      cannot: new Set(unplaced.flatMap((one) => (one.section === section.section ? [one.staff] : []))).size,
    })),
    dates: input.dates.length,
    ...(needed && { devices: input.devices?.devices.length ?? 0 }),
    incurable,
    cures: people > mostForCures ? [] : cures(),
  };
}

const isBlocked = ({ unit }: PlanInput, section: SectionInput, date: string): boolean =>
  halves[unit === 'day' ? 'some' : 'every']((half) => room(section, date, half) <= 0);

const sizeOf = (cure: readonly Change[]): number =>
  cure.reduce((total, change) => {
    if ('device' in change) return total + change.device.count;
    if ('counter' in change) return total + change.counter.by;
    return total + ('seats' in change ? change.seats.count : change.dates.more);
  }, 0);
