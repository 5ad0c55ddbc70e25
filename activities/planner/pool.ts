import { dayOn, daysBetween } from '../../workflows/shared/dates.js';
import type { MemberInput, PlannedSlot, PoolInput } from './port.js';
import { PlannerFailed } from './port.js';
import { Program, type Solver, type Sum } from './solver.js';

/** Devices that are free from and until the same dates, both inclusive. */
export interface Gap {
  from: string;
  until: string;
  assetTags: readonly string[];
}

/** The first and the last date there can be. */
export const always = { from: '0001-01-01', until: '9998-12-31' };

/** @param apart devices that are not put together with others. */
export function gapsOf({ devices }: PoolInput, apart: ReadonlySet<string> = new Set()): Gap[] {
  const gaps: Record<string, Gap & { assetTags: string[] }> = {};
  for (const { assetTag, busy } of devices) {
    let { from } = always;
    for (const taken of [
      ...busy.toSorted((one, other) => (one.from < other.from ? -1 : 1)),
      { from: dayOn(always.until, 1), until: always.until },
    ]) {
      const until = dayOn(taken.from, -1);
      const key = `${from} ${until} ${apart.has(assetTag) ? assetTag : ''}`;
      if (from <= until) (gaps[key] ??= { from, until, assetTags: [] }).assetTags.push(assetTag);
      const next = dayOn(taken.until, 1);
      if (next > from) from = next;
    }
  }
  return Object.values(gaps);
}

/** A column for each date on which a slot can begin in the gap; at any time no more of them are under way than there are devices: `most`, a number or a column. */
export function beginnings(
  program: Program,
  { from, until }: Pick<Gap, 'from' | 'until'>,
  { dates, turnaroundDays, most }: { dates: readonly string[]; turnaroundDays: number; most: { number: number } | { column: number } },
): ReadonlyMap<string, number> {
  const fits = dates.filter((date) => from <= date && dayOn(date, turnaroundDays) <= until);
  const bound = 'number' in most ? most.number : (program.upper[most.column] ?? 0);
  const columns = new Map(fits.map((date) => [date, program.column(bound)]));
  for (const [date, column] of columns) {
    const sum: Sum = [[column, 1]];
    for (const [other, also] of columns) if (other > date && daysBetween(date, other) <= turnaroundDays) sum.push([also, 1]);
    if ('column' in most) program.row([...sum, [most.column, -1]], { atMost: 0 });
    else if (sum.length > 1) program.row(sum, { atMost: most.number });
  }
  return columns;
}

/** Gives each slot of those who need one a device: where it can be the one that was promised before. That there are enough is certain by the plan's program. */
export function handOut(
  solve: Solver,
  pool: PoolInput,
  slots: readonly PlannedSlot[],
  members: ReadonlyMap<string, MemberInput>,
): PlannedSlot[] {
  const wished = ({ staff, date, part }: PlannedSlot): string | undefined =>
    members.get(staff)?.keeps.find((keep) => keep.date === date && keep.part === part)?.assetTag;
  const wishes = new Set(slots.flatMap((slot) => wished(slot) ?? []));
  const byDate: Record<string, PlannedSlot[]> = {};
  for (const slot of slots) (byDate[slot.date] ??= []).push(slot);
  const dates = Object.keys(byDate).sort();

  const program = new Program();
  const starts = new Map(dates.map((date) => [date, [] as Sum]));
  const asWished: Sum = [];
  const begun = gapsOf(pool, wishes).map((gap) => {
    const columns = beginnings(program, gap, { dates, turnaroundDays: pool.turnaroundDays, most: { number: gap.assetTags.length } });
    for (const [date, column] of columns) {
      starts.get(date)?.push([column, 1]);
      if (byDate[date]?.some((slot) => gap.assetTags.includes(wished(slot) ?? ''))) asWished.push([column, -1]);
    }
    return { gap, columns };
  });
  for (const [date, sum] of starts) program.row(sum, { atLeast: byDate[date]?.length ?? 0, atMost: byDate[date]?.length ?? 0 });
  const values = solve(program, [asWished]);
  if (!values) throw new PlannerFailed('there are fewer devices than the plan says');

  const ready = new Map(dates.map((date) => [date, [] as string[]]));
  for (const { gap, columns } of begun) {
    const freeFrom = gap.assetTags.map((assetTag) => ({ assetTag, from: gap.from }));
    for (const [date, column] of columns)
      for (let count = values[column] ?? 0; count > 0; count -= 1) {
        const device = freeFrom.find(({ from }) => from <= date);
        if (!device) throw new PlannerFailed('a device would be lent twice');
        device.from = dayOn(date, pool.turnaroundDays + 1);
        ready.get(date)?.push(device.assetTag);
      }
  }
  return Object.entries(byDate).flatMap(([date, there]) => {
    const tags = new Set(ready.get(date)?.sort());
    const take = (tag: string | undefined) => (tag !== undefined && tags.delete(tag) ? tag : undefined);
    const given = there.map((slot) => ({ ...slot, assetTag: take(wished(slot)) }));
    return given.map(({ assetTag, ...slot }) => {
      const tag = assetTag ?? take([...tags][0]);
      return tag === undefined ? slot : { ...slot, assetTag: tag };
    });
  });
}

/** The pool as it is for what is still to be planned: what is fixed takes its device as long as any slot. */
export function withFixed({ turnaroundDays, devices }: PoolInput, members: readonly MemberInput[]): PoolInput {
  const taken = new Map(devices.map(({ assetTag, busy }) => [assetTag, [...busy]]));
  for (const { date, assetTag } of members.flatMap(({ fixed }) => fixed))
    if (assetTag !== undefined) taken.get(assetTag)?.push({ from: date, until: dayOn(date, turnaroundDays) });
  return {
    turnaroundDays,
    devices: [...taken].map(([assetTag, busy]) => ({ assetTag, busy })),
  };
}
