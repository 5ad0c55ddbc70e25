import type { Employed, Employment } from '../workflows/registration/contract.js';
import { todayOf } from './moment.js';
import type { Services } from './parts.js';

/** How somebody is employed today: as the personnel files say, else as the directory does; what nobody says is not taken for granted. */
export async function employedOf(
  { directory, ledger, clock }: Pick<Services, 'directory' | 'ledger' | 'clock'>,
  staff: string,
): Promise<Employed> {
  const record = await ledger.employmentOf(staff, todayOf({ clock }));
  const employment = (record?.kind ?? (await directory.staffMember(staff))?.employment ?? 'temporary') as Employment;
  return { employment, ...(record?.occupation && { occupation: record.occupation }) };
}
