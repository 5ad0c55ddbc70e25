import { z } from 'zod';
import { readCsv } from './csv.js';
import { addDevices, type DeviceMasterParts } from './devices.js';
import type { DeviceImportPort, NewDevice } from './port.js';

const word = z.string().trim().min(1, 'must not be empty').max(100);
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'must be letters, digits, dots, dashes and underscores');

/** One device as a register's CSV has it (design §8). */
const deviceRow = z
  .strictObject({
    asset_tag: id,
    kind: z.enum(['laptop', 'wifiRouter', 'smartphone', 'tablet', 'wire', 'mouse', 'charger', 'bag', 'privacyFilter', 'cable']),
    pool: id,
    manufacturer: word,
    model: word,
    serial: word,
    network_zone: z.enum(['internet', 'lgwan', 'myNumber']),
    note: z.string().trim().max(500),
  })
  .transform(({ asset_tag: assetTag, network_zone: networkZone, ...device }): NewDevice => ({ ...device, assetTag, networkZone }));
const register = {
  schema: deviceRow,
  heading: Object.keys(deviceRow.in.shape),
  unique: (device: NewDevice) => ({ asset_tag: device.assetTag, serial: serialOf(device) }),
};

/** Devices by CSV: all of a file or, where a row is bad, nothing of it, and every bad row named. A device that the master has already stays as it is. */
export function createDeviceImport(parts: DeviceMasterParts): DeviceImportPort {
  return {
    async importDevices(csv, { by, preview = false }) {
      const { rows, problems } = readCsv(csv, register);
      const given = await parts.db.selectFrom('devices').select(['asset_tag as assetTag', 'manufacturer', 'serial']).execute();
      const [tags, serials] = [new Set(given.map(({ assetTag }) => assetTag)), new Set(given.map(serialOf))];
      const fresh = rows.filter(({ row: device }) => !tags.has(device.assetTag));
      for (const { line, row: device } of fresh)
        if (serials.has(serialOf(device))) problems.push({ line, field: 'serial', problem: 'belongs to another device of the master' });

      const known = rows.length - fresh.length;
      if (problems.length) return { added: 0, known, problems: problems.sort((a, b) => a.line - b.line) };
      if (!preview && fresh.length)
        await addDevices(
          parts,
          fresh.map(({ row }) => row),
          by,
        );
      return { added: fresh.length, known, problems };
    },
  };
}

const serialOf = ({ manufacturer, serial }: Pick<NewDevice, 'manufacturer' | 'serial'>): string => `${manufacturer}\n${serial}`;
