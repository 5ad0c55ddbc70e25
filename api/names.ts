import type { DirectoryPort, StaffMember } from '../activities/directory/port.js';

type People = readonly { staff: string; department: string }[];
type Directory = Pick<DirectoryPort, 'staffOf' | 'staffMember'>;

/** These people as the directory has them now, asked department by department; who has left theirs is looked for one by one, who is unknown is not there. */
export async function staffAmong(directory: Directory, people: People): Promise<ReadonlyMap<string, StaffMember>> {
  const units = await Promise.all([...new Set(people.map(({ department }) => department))].map((unit) => directory.staffOf(unit)));
  const found = new Map(units.flat().map((member) => [member.staffNumber, member]));
  for (const { staff } of people) {
    const member = found.get(staff) ?? (await directory.staffMember(staff));
    if (member) found.set(staff, member);
  }
  return found;
}

/** Their names. */
export async function namesOf(directory: Directory, people: People): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await staffAmong(directory, people))].map(([staff, { name }]) => [staff, name]));
}
