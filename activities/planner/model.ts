import { dayOn } from '../../workflows/shared/dates.js';
import { covers, type Dealt, deal, type Group, type Half, halves, placesOf } from './groups.js';
import { always, beginnings, gapsOf } from './pool.js';
import type { Change, PlanInput, SectionInput } from './port.js';
import { Program, type Sum, type Values } from './solver.js';

/** What may give way, to find out what would have to. */
export type Lever = 'device' | 'counter' | 'seats';

/** The rotation as a program, and its aims, each to be as small as possible. */
export interface Formulation {
  program: Program;
  /** Times missing. */
  missing: Sum;
  /** Everybody once before anybody twice; who waited longest first. */
  unfair: Sum;
  /** People moved, then slots moved: less than nothing for what is kept. */
  moved: Sum;
  /** Who comes first first, an even share of each date, early, and who has fewer choices before the others. */
  order: Sum;
  /** How much gives way; then for how many slots. */
  changes: readonly Sum[];
  dealt(values: Values): Dealt;
  changesOf(values: Values): Change[];
}

/**
 * A column says how many of a group go at a place. That is exact: whatever the counts, they can be dealt to the people of the group (`deal`). Devices that are free from and
 * until the same dates are one gap, and a column says how many slots begin in it on a date. As all slots take their device equally long, those devices are enough if
 * at no time more slots are under way than there are devices: whoever begins next takes any that is free (`handOut`).
 * @param short whether times may be missing; without, the program has no solution where they must.
 */
export function formulate(
  input: PlanInput,
  groups: readonly Group[],
  { short, levers = [] }: { short: boolean; levers?: readonly Lever[] },
): Formulation {
  const program = new Program();
  const places = placesOf(input);
  const missing: Sum = [];
  const unfair: Sum = [];
  const moved: Sum = [];
  const order: Sum = [];
  const given: Sum = [];
  const used: Sum = [];
  const readings: ((values: Values) => Change[])[] = [];
  const needing: Record<string, Sum> = {};
  const seated: Record<string, Sum> = {};

  const waits = [...new Set(groups.map(({ someone }) => someone.waited))].sort((one, other) => one - other);
  const mostTimes = Math.max(0, ...groups.flatMap(({ windows }) => windows.map(({ duty }) => duty.times)));
  const people = groups.reduce((total, { members }) => total + members.length, 0);
  // A person moved weighs more than all slots together, unless a person is a slot: the smaller the factors, the faster the solver.
  const kept = groups.every(({ someone }) => someone.keeps.length <= 1)
    ? 0
    : groups.reduce((total, { keeps, members }) => total + keeps.length * members.length, 0);

  /** At most `free` of the sum, and nothing at all where what is fixed takes more than there is; or more than that, for a change. */
  function limit(sum: Sum, free: number, change?: { most: number; of(count: number): Change }): void {
    const atMost = Math.max(0, free);
    if (!change) {
      program.row(sum, { atMost });
      return;
    }
    const debt = atMost - free;
    const column = program.column(Math.max(0, change.most - debt));
    given.push([column, 1]);
    readings.push((values) => (values[column] ? [change.of(values[column] + debt)] : []));
    program.row([...sum, [column, -1]], { atMost });
  }

  function addGroup({ members, someone, windows, keeps }: Group): ReadonlyMap<number, number> {
    const size = members.length;
    const columns = new Map<number, number>();
    const choices = windows.reduce((total, window) => total + window.places.length, 0) / places.length;
    // No two people can gain by a swap: a date weighs more for who comes first than for anybody else, and more for who has fewer choices.
    const weight = (someone.first ? 100 : 10) + Math.round(9 * (1 - choices));
    for (const { duty, open, places: free } of windows) {
      const sum: Sum = free.map((place) => {
        const column = program.column(size);
        columns.set(place, column);
        order.push([column, weight * place]);
        const { date = '' } = places[place] ?? {};
        if (someone.needsDevice) (needing[date] ??= []).push([column, 1]);
        if (input.seats) (seated[date] ??= []).push([column, 1]);
        return [column, 1] as const;
      });
      for (let time = short ? open : 0; time > 0; time -= 1) {
        const column = program.column(size);
        sum.push([column, 1]);
        missing.push([column, 1]);
        unfair.push([column, (mostTimes - (duty.times - open + time)) * waits.length + waits.indexOf(someone.waited)]);
      }
      program.row(sum, { atLeast: size * open, atMost: size * open });
    }
    const stay = keeps.map((place) => columns.get(place) ?? -1);
    const allStay = someone.keeps.length === stay.length;
    for (const column of stay) moved.push([column, allStay && stay.length === 1 ? -kept - 2 : -1]);
    if (allStay && stay.length > 1) {
      const whole = program.column(1);
      moved.push([whole, -kept - 1]);
      for (const column of stay) program.row([[column, 1], [whole, -1]], { atLeast: 0 }); // biome-ignore format: a pair.
    }
    return columns;
  }

  function addSection(section: SectionInput, own: readonly Group[]): (readonly [Group, ReadonlyMap<number, number>])[] {
    const columns = own.map((group) => [group, addGroup(group)] as const);
    const demand = own.reduce(
      (total, { members, windows }) => total + members.length * windows.reduce((sum, { open }) => sum + open, 0),
      0,
    );
    const going: Record<string, Sum> = {};
    const gone: Record<string, Sum> = {};
    for (const [{ members }, at] of columns) {
      const twice: Record<string, Sum> = {};
      for (const [place, column] of at) {
        const { date, part } = places[place] as (typeof places)[number];
        (going[date] ??= []).push([column, 1]);
        (twice[date] ??= []).push([column, 1]);
        for (const half of halves) if (covers(part, half)) (gone[`${date} ${half}`] ??= []).push([column, 1]);
      }
      for (const sum of Object.values(twice)) if (sum.length > 1) program.row(sum, { atMost: members.length });
    }
    const share = Math.ceil(demand / input.dates.length);
    for (const sum of Object.values(going)) {
      // Beyond an even share a date is worth less than the last one.
      const over = program.column(demand);
      order.push([over, 20 * places.length]);
      program.row([...sum, [over, -1]], { atMost: share });
    }
    const { section: name, counter } = section;
    if (counter)
      for (const date of input.dates)
        for (const half of halves) {
          const sum = gone[`${date} ${half}`];
          const free = room(section, date, half);
          const change = { most: counter[half], of: (by: number): Change => ({ counter: { section: name, date, half, by } }) };
          if (sum && free < demand) limit(sum, free, levers.includes('counter') ? change : undefined);
        }
    return columns;
  }

  function addSeats(): void {
    for (const [date, sum] of Object.entries(seated)) {
      const change = { most: people, of: (count: number): Change => ({ seats: { date, count } }) };
      const taken = input.sections.flatMap(({ members }) => members.flatMap(({ fixed }) => fixed)).filter((slot) => slot.date === date);
      const free = input.seats?.find((day) => day.date === date)?.seats ?? 0;
      limit(sum, free - taken.length, levers.includes('seats') ? change : undefined);
    }
  }

  function addPool(): void {
    const { turnaroundDays } = input.devices ?? { turnaroundDays: 0 };
    const starts: Record<string, Sum> = {};
    for (const gap of input.devices ? gapsOf(input.devices) : []) {
      const most = { number: gap.assetTags.length };
      for (const [date, column] of beginnings(program, gap, { dates: input.dates, turnaroundDays, most }))
        (starts[date] ??= []).push([column, -1]);
    }
    if (levers.includes('device')) {
      const more = program.column(people);
      const begun = beginnings(program, always, { dates: input.dates, turnaroundDays, most: { column: more } });
      given.push([more, 1]);
      for (const [date, column] of begun) {
        used.push([column, 1]);
        (starts[date] ??= []).push([column, -1]);
      }
      readings.push((values) => {
        const on = [...begun].flatMap(([date, column]) => (values[column] ? [date] : []));
        const [from, last] = [on[0], on.at(-1)];
        const count = values[more] ?? 0;
        return from && last ? [{ device: { from, until: dayOn(last, turnaroundDays), count } }] : [];
      });
    }
    for (const [date, sum] of Object.entries(needing)) program.row([...sum, ...(starts[date] ?? [])], { atMost: 0 });
  }

  const bySection = new Map<SectionInput, Group[]>(input.sections.map((section) => [section, []]));
  for (const group of groups) bySection.get(group.section)?.push(group);
  const columns = [...bySection].flatMap(([section, own]) => addSection(section, own));
  addSeats();
  addPool();

  return {
    program,
    missing,
    unfair,
    moved,
    order,
    changes: [given, used],
    dealt(values) {
      const dealt: Dealt = { slots: [], missing: [] };
      for (const [group, at] of columns) {
        const counts = new Map([...at].map(([place, column]) => [place, values[column] ?? 0]));
        const one = deal(group, counts, places);
        dealt.slots.push(...one.slots);
        dealt.missing.push(...one.missing);
      }
      return dealt;
    },
    changesOf: (values) => readings.flatMap((read) => read(values)),
  };
}

/** How many of a section can go in that half of that date before the counter is short; below zero where it is already, infinite where there is none. */
export function room({ counter, members }: SectionInput, date: string, half: Half): number {
  if (!counter) return Number.POSITIVE_INFINITY;
  const isThere = ({ absent, fixed }: SectionInput['members'][number]) =>
    !absent.includes(date) && !fixed.some((slot) => slot.date === date && covers(slot.part, half));
  const others = counter.others.find((other) => other.date === date)?.[half] ?? 0;
  return members.filter(isThere).length + others - counter[half];
}
