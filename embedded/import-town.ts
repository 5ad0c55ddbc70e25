import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostClock } from '../activities/ledger/clock.js';
import type { DeviceImport, PersonnelImport } from '../activities/ledger/port.js';
import { createPostgresLedger } from '../activities/ledger/postgres.js';
import { municipalCalendar } from '../config/calendar.js';

/** What a ledger holds of the town's files: the number of rows of each. */
export interface ImportedTown {
  devices: number;
  absences: number;
  employment: number;
  situations: number;
}

/** Loads what of the sample town belongs into the ledger: its devices, absences, employment and situations. A second time changes nothing. */
export async function importTown({ databaseUrl, folder }: { databaseUrl: string; folder: string }): Promise<ImportedTown> {
  const ledger = createPostgresLedger({ databaseUrl, clock: hostClock, calendar: municipalCalendar() });
  const load = async (file: string, take: (csv: string, options: { by: string }) => Promise<PersonnelImport | DeviceImport>) => {
    const { problems, ...counts } = await take(await readFile(join(folder, file), 'utf8'), { by: 'system' });
    if (problems.length)
      throw new Error(`${file}: ${problems.map(({ line, field, problem }) => `line ${line} ${field} ${problem}`).join('; ')}`);
    return counts.added + counts.known + ('changed' in counts ? counts.changed : 0);
  };
  try {
    return {
      devices: await load('devices.csv', ledger.importDevices),
      absences: await load('absences.csv', ledger.importAbsences),
      employment: await load('employment.csv', ledger.importEmployment),
      situations: await load('situations.csv', ledger.importSituations),
    };
  } finally {
    await ledger.close();
  }
}
