import type { DepartmentYear, Succession } from '../../activities/ledger/port.js';
import { distinct } from '../../workflows/shared/sets.js';
import { type Masked, maskedParts } from '../masks.js';

/** What became of departments on a date: 名称変更, 統合, 分割, or several that became several others (再編). */
export interface Reorganisation {
  on: string;
  how: 'renamed' | 'merged' | 'split' | 'reorganised';
  before: readonly string[];
  after: readonly string[];
}

/**
 * A department in the figures of a span of dates, with all that it was before and became in it: a renamed one goes on, one that was merged stands with those it was merged with, one
 * that was split with its parts, so that every day is counted once. `departments`: the last first.
 */
export type DepartmentLine = { departments: readonly string[]; changes: readonly Reorganisation[] } & (
  | Masked
  | { uses: number; orderedUses: number }
);

/** One line for each department, by name; the sum of all is that of the departments. Those with too few people are masked (`fewest` 0: none). */
export function departmentLines(
  sums: readonly DepartmentYear[],
  successions: readonly Succession[],
  fewest: number,
): readonly DepartmentLine[] {
  const byDepartment = new Map(sums.map((one) => [one.department, one]));
  const families = familiesOf([...byDepartment.keys()], successions).map(({ departments, changes }) => {
    const own = departments.flatMap((department) => byDepartment.get(department) ?? []);
    const total = (of: 'uses' | 'orderedUses') => own.reduce((sum, one) => sum + one[of], 0);
    const size = own.reduce((sum, { people, registered }) => sum + Math.max(people, registered), 0);
    return { departments, changes, size, uses: total('uses'), orderedUses: total('orderedUses') };
  });
  const masked = maskedParts(families, ({ size }) => size, fewest);
  return families.map((family) => {
    const { departments, changes, uses, orderedUses } = family;
    return { departments, changes, ...(masked.has(family) ? { masked: true } : { uses, orderedUses }) };
  });
}

/** Departments with what they were and became, as far as one of them has figures. */
function familiesOf(departments: readonly string[], successions: readonly Succession[]) {
  const all = distinct([...departments, ...successions.flatMap(({ before, after }) => [before, after])]);
  return connected(all, successions)
    .filter((family) => family.some((department) => departments.includes(department)))
    .map((family) => {
      const own = successions.filter(({ before }) => family.includes(before));
      // Gone is what became something else and is not among what came of it; the last to go stands first among these.
      const goneOn = (department: string): string | undefined =>
        own
          .filter(({ on, before }) => before === department && !own.some((one) => one.on === on && one.after === department))
          .map(({ on }) => on)
          .sort()
          .at(-1);
      const lastFirst = [...family].sort((one, other) => order(goneOn(other) ?? never, goneOn(one) ?? never) || order(one, other));
      return { departments: lastFirst, changes: reorganisations(own) };
    })
    .sort((one, other) => order(one.departments[0] ?? '', other.departments[0] ?? ''));
}

/** After every date. */
const never = '9999-12-31';
const order = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Date by date, what hangs together. */
function reorganisations(successions: readonly Succession[]): readonly Reorganisation[] {
  return distinct(successions.map(({ on }) => on))
    .sort()
    .flatMap((on) => {
      const then = successions.filter((one) => one.on === on);
      const departments = distinct(then.flatMap(({ before, after }) => [before, after]));
      return connected(departments, then).map((family): Reorganisation => {
        const lines = then.filter(({ before }) => family.includes(before));
        const [before, after] = [distinct(lines.map((one) => one.before)).sort(), distinct(lines.map((one) => one.after)).sort()];
        return { on, how: howOf(before.length, after.length), before, after };
      });
    });
}

function howOf(before: number, after: number): Reorganisation['how'] {
  if (before === 1) return after === 1 ? 'renamed' : 'split';
  return after === 1 ? 'merged' : 'reorganised';
}

/** The departments in groups that successions join. */
function connected(departments: readonly string[], successions: readonly Succession[]): readonly (readonly string[])[] {
  const groups = new Map(departments.map((department) => [department, [department]]));
  for (const { before, after } of successions) {
    const [one, other] = [groups.get(before) ?? [before], groups.get(after) ?? [after]];
    if (one === other) continue;
    const both = [...one, ...other];
    for (const department of both) groups.set(department, both);
  }
  return distinct([...groups.values()]);
}
