import type { DirectoryEntry } from '../embedded/ldif.js';
import type { TownAccounts } from '../embedded/sample-town.js';

/** The four borrowers, each with a loan of the same name (see `script.ts`), those who deal with them, and somebody who may not register. */
export type Role = 'first' | 'next' | 'lost' | 'later' | 'head' | 'deputy' | 'otherHead' | 'it' | 'secondIt' | 'hr' | 'appointee';

/** Who plays whom: people of one department, of IT and of HR. */
export interface Cast {
  department: string;
  /** Staff numbers. */
  people: Readonly<Record<Role, string>>;
}

/** The people of whom `npm start` names the accounts. */
export function castOfAccounts(
  { borrower, secondBorrower, promoter, keeper, head, deputyHead, ...accounts }: TownAccounts,
  department: string,
): Cast {
  const people = { first: borrower, next: secondBorrower, lost: promoter, later: keeper, head, deputy: deputyHead };
  return { department, people: { ...people, ...fromElsewhere(accounts) } };
}

/** Those who are the same for every department. */
const fromElsewhere = ({
  secondHead,
  it,
  hr,
  fiscalYearAppointee,
}: Pick<TownAccounts, 'secondHead' | 'it' | 'hr' | 'fiscalYearAppointee'>) => ({
  otherHead: secondHead,
  it: it[0],
  secondIt: it[1],
  hr,
  appointee: fiscalYearAppointee,
});

/**
 * A cast from every department of the sample town that has a head of its own and enough regular staff, so that as many loans can run side by side. Departments in which somebody
 * of the given accounts works are left out: they hold roles that would let them see or do more.
 */
export function castsOfTown(entries: readonly DirectoryEntry[], accounts: TownAccounts): readonly Cast[] {
  const { password: _password, service: _service, it, ...others } = accounts;
  const known = new Set([...Object.values(others), ...it]);
  const staffOf = new Map<string, string[]>();
  const busy = new Set<string>();
  for (const { attributes } of entries) {
    const { employeeNumber: [number] = [], departmentNumber: departments = [], employeeType: [employment] = [] } = attributes;
    if (!number) continue;
    if (known.has(number)) for (const department of departments) busy.add(department);
    const [department] = departments;
    if (department && departments.length === 1 && employment === 'regular')
      staffOf.set(department, [...(staffOf.get(department) ?? []), number]);
  }
  const headOf = new Map(
    entries.flatMap(({ attributes }) => {
      const unit = attributes.ou?.[0];
      const number = /^uid=(\d+),/.exec(attributes.seeAlso?.[0] ?? '')?.[1];
      return unit && number ? [[unit, number] as const] : [];
    }),
  );
  return [...staffOf].flatMap(([department, staff]) => {
    const head = headOf.get(department);
    const [deputy, _keeper, _promoter, first, next, lost, later] = staff.filter((number) => number !== head);
    if (busy.has(department) || !head || !staff.includes(head) || !deputy || !first || !next || !lost || !later) return [];
    return [{ department, people: { first, next, lost, later, head, deputy, ...fromElsewhere(accounts) } }];
  });
}
