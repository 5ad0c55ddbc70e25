import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostClock } from '../activities/ledger/clock.js';
import { createPostgresLedger } from '../activities/ledger/postgres.js';
import { municipalCalendar } from '../config/calendar.js';

/** Loads what of the sample town belongs into the ledger: its devices. A second time adds nothing. */
export async function importTown({ databaseUrl, folder }: { databaseUrl: string; folder: string }): Promise<{ devices: number }> {
  const ledger = createPostgresLedger({ databaseUrl, clock: hostClock, calendar: municipalCalendar() });
  try {
    const csv = await readFile(join(folder, 'devices.csv'), 'utf8');
    const { added, known, problems } = await ledger.importDevices(csv, { by: 'system' });
    if (problems.length)
      throw new Error(`devices.csv: ${problems.map(({ line, field, problem }) => `line ${line} ${field} ${problem}`).join('; ')}`);
    return { devices: added + known };
  } finally {
    await ledger.close();
  }
}
