import type { MemberInput, Part, PlanInput } from '../../activities/planner/port.js';

/** What can be reached: each figure is the least that there is while those before it are the least. */
export interface Least {
  missing: number;
  /** Everybody once before anybody twice, who waited longest first. */
  unfair: number;
  moved: number;
}

/** How unfair it is that this is missing: a person's earlier time weighs more than any later one, and within a time, who waited longer more. */
export function unfairness(input: PlanInput, missing: readonly { staff: string; from: string; missing: number }[]): number {
  const members = input.sections.flatMap((section) => section.members);
  const open = members.flatMap((member) =>
    member.duties.map((duty) => ({ member, duty })).filter(({ duty }) => openTimes(member, duty) > 0),
  );
  const waits = [...new Set(open.map(({ member }) => member.waited))].sort((one, other) => one - other);
  const most = Math.max(...open.map(({ duty }) => duty.times));
  return missing.reduce((total, one) => {
    const found = open.find(({ member, duty }) => member.staff === one.staff && duty.from === one.from);
    if (!found) return Number.NaN;
    const times = Array.from({ length: one.missing }, (_, index) => found.duty.times - index);
    return total + times.reduce((sum, time) => sum + (most - time) * waits.length + waits.indexOf(found.member.waited), 0);
  }, 0);
}

const inside = (duty: { from: string; until: string }, date: string) => duty.from <= date && date <= duty.until;
const openTimes = ({ fixed }: MemberInput, duty: { from: string; until: string; times: number }) =>
  Math.max(0, duty.times - fixed.filter(({ date }) => inside(duty, date)).length);
const dayNumber = (date: string) => Date.parse(date) / 86_400_000;

/** Tries every plan there is, person by person, duty by duty, place by place. */
export function leastOf(input: PlanInput): Least {
  const parts: Part[] = input.unit === 'day' ? ['day'] : ['morning', 'afternoon'];
  const places = input.dates.flatMap((date) => parts.map((part) => ({ date, part })));
  const people = input.sections.flatMap((section) => section.members.map((member) => ({ member, section })));
  const turnaround = input.devices?.turnaroundDays ?? 0;
  const halvesOf = (part: Part) => (part === 'day' ? (['morning', 'afternoon'] as const) : [part]);

  /** How many more can go. */
  const room = new Map<string, number>();
  for (const { section, members, counter } of input.sections)
    for (const date of input.dates)
      for (const half of ['morning', 'afternoon'] as const) {
        const gone = (member: MemberInput) =>
          member.absent.includes(date) ||
          member.fixed.some((slot) => slot.date === date && halvesOf(slot.part).some((one) => one === half));
        const others = counter?.others.find((one) => one.date === date)?.[half] ?? 0;
        const there = members.filter((member) => !gone(member)).length + others;
        room.set(`${section} ${date} ${half}`, counter ? there - counter[half] : Number.POSITIVE_INFINITY);
      }
  const fixed = people.flatMap(({ member }) => member.fixed);
  const seats = new Map(
    input.dates.map((date) => {
      const there = input.seats ? (input.seats.find((one) => one.date === date)?.seats ?? 0) : Number.POSITIVE_INFINITY;
      return [date, there - fixed.filter((slot) => slot.date === date).length];
    }),
  );
  const devices = (input.devices?.devices ?? []).map(({ assetTag, busy }) => [
    ...busy.map(({ from, until }) => [dayNumber(from), dayNumber(until)] as const),
    ...fixed.filter((slot) => slot.assetTag === assetTag).map(({ date }) => [dayNumber(date), dayNumber(date) + turnaround] as const),
  ]);

  let best: Least = { missing: Number.POSITIVE_INFINITY, unfair: Number.POSITIVE_INFINITY, moved: Number.POSITIVE_INFINITY };
  const missing: { staff: string; from: string; missing: number }[] = [];
  const isWorse = (missed: number, moved: number) =>
    missed > best.missing || (missed === best.missing && missed === 0 && moved >= best.moved);

  function person(index: number, missed: number, moved: number): void {
    if (isWorse(missed, moved)) return;
    const one = people[index];
    if (!one) {
      const found: Least = { missing: missed, unfair: unfairness(input, missing), moved };
      const [first] = (['missing', 'unfair', 'moved'] as const).filter((figure) => found[figure] !== best[figure]);
      if (first && found[first] < best[first]) best = found;
      return;
    }
    duty(index, 0, [...one.member.fixed], missed, moved);
  }

  function duty(index: number, number: number, own: { date: string; part: Part }[], missed: number, moved: number): void {
    const { member } = people[index] as (typeof people)[number];
    const next = member.duties[number];
    if (next) {
      place({ index, number, at: 0, open: openTimes(member, next) }, own, missed, moved);
      return;
    }
    const stands = member.keeps.every(({ date, part }) => own.some((slot) => slot.date === date && slot.part === part));
    person(index + 1, missed, moved + (stands ? 0 : 1));
  }

  function place(
    on: { index: number; number: number; at: number; open: number },
    own: { date: string; part: Part }[],
    missed: number,
    moved: number,
  ): void {
    const { index, number, at, open } = on;
    const { member, section } = people[index] as (typeof people)[number];
    const window = member.duties[number] as MemberInput['duties'][number];
    const next = places[at];
    if (open === 0 || !next) {
      if (open > 0) missing.push({ staff: member.staff, from: window.from, missing: open });
      if (!isWorse(missed + open, moved)) duty(index, number + 1, own, missed + open, moved);
      if (open > 0) missing.pop();
      return;
    }
    const { date, part } = next;
    const away = [...member.absent, ...member.unavailable, ...own.map((slot) => slot.date)];
    const halves = halvesOf(part).map((half) => `${section.section} ${date} ${half}`);
    const can =
      inside(window, date) && !away.includes(date) && halves.every((half) => (room.get(half) ?? 0) > 0) && (seats.get(date) ?? 0) > 0;
    if (can) {
      const change = (by: number) => {
        for (const half of halves) room.set(half, (room.get(half) ?? 0) + by);
        seats.set(date, (seats.get(date) ?? 0) + by);
      };
      const goOn = () => place({ index, number, at: at + 1, open: open - 1 }, [...own, next], missed, moved);
      change(-1);
      if (!member.needsDevice) goOn();
      else {
        const [from, until] = [dayNumber(date), dayNumber(date) + turnaround];
        for (const taken of devices)
          if (taken.every(([start, end]) => end < from || until < start)) {
            taken.push([from, until]);
            goOn();
            taken.pop();
          }
      }
      change(1);
    }
    place({ ...on, at: at + 1 }, own, missed, moved);
  }

  person(0, 0, 0);
  return best;
}
