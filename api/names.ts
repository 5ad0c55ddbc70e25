import type { DirectoryPort } from '../activities/directory/port.js';

/** The names of people in these departments, asked department by department; who has left theirs is named one by one, who is unknown by nothing. */
export async function namesOf(
  directory: Pick<DirectoryPort, 'staffOf' | 'staffMember'>,
  people: readonly { staff: string; department: string }[],
): Promise<ReadonlyMap<string, string>> {
  const units = await Promise.all([...new Set(people.map(({ department }) => department))].map((unit) => directory.staffOf(unit)));
  const names = new Map(units.flat().map(({ staffNumber, name }) => [staffNumber, name]));
  for (const { staff } of people) if (!names.has(staff)) names.set(staff, (await directory.staffMember(staff))?.name ?? '');
  return names;
}
