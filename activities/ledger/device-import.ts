import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { addDevices, type DeviceMasterParts } from './devices.js';
import type { DeviceImportPort, ImportProblem, NewDevice } from './port.js';

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
const heading = Object.keys(deviceRow.in.shape);

/** Devices by CSV: all of a file or, where a row is bad, nothing of it, and every bad row named. A device that the master has already stays as it is. */
export function createDeviceImport(parts: DeviceMasterParts): DeviceImportPort {
  return {
    async importDevices(csv, { by, preview = false }) {
      const { rows, problems } = readRows(csv);
      const given = await parts.db.selectFrom('devices').select(['asset_tag as assetTag', 'manufacturer', 'serial']).execute();
      const [tags, serials] = [new Set(given.map(({ assetTag }) => assetTag)), new Set(given.map(serialOf))];
      const fresh = rows.filter(({ device }) => !tags.has(device.assetTag));
      for (const { line, device } of fresh)
        if (serials.has(serialOf(device))) problems.push({ line, field: 'serial', problem: 'belongs to another device of the master' });

      const known = rows.length - fresh.length;
      if (problems.length) return { added: 0, known, problems: problems.sort((a, b) => a.line - b.line) };
      if (!preview && fresh.length)
        await addDevices(
          parts,
          fresh.map(({ device }) => device),
          by,
        );
      return { added: fresh.length, known, problems };
    },
  };
}

const serialOf = ({ manufacturer, serial }: Pick<NewDevice, 'manufacturer' | 'serial'>): string => `${manufacturer}\n${serial}`;

function readRows(csv: string): { rows: { line: number; device: NewDevice }[]; problems: ImportProblem[] } {
  const problems: ImportProblem[] = [];
  const rows: { line: number; device: NewDevice }[] = [];
  const seen = { asset_tag: new Map<string, number>(), serial: new Map<string, number>() };
  for (const { line, cells } of readLines(csv, problems)) {
    const read = deviceRow.safeParse(cells);
    if (!read.success) {
      problems.push(...read.error.issues.map(({ path, message }) => ({ line, field: path.join('.'), problem: message })));
      continue;
    }
    const device = read.data;
    const twice = [['asset_tag', device.assetTag] as const, ['serial', serialOf(device)] as const].flatMap(([field, value]) => {
      const first = seen[field].get(value);
      if (first === undefined) seen[field].set(value, line);
      return first === undefined ? [] : [{ line, field, problem: `stands in line ${first} already` }];
    });
    if (twice.length) problems.push(...twice);
    else rows.push({ line, device });
  }
  return { rows, problems };
}

/** The rows as heading → cell. A row with too few or too many cells is bad as a whole. */
function readLines(csv: string, problems: ImportProblem[]): { line: number; cells: Record<string, string> }[] {
  const records: { line: number; cells: string[] }[] = [];
  const on_record = (cells: string[], { lines }: { lines: number }) => {
    records.push({ line: lines, cells });
    return null;
  };
  try {
    parse(csv, { bom: true, relax_column_count: true, skip_empty_lines: true, on_record });
  } catch (failure) {
    const line = failure instanceof Error && 'lines' in failure && typeof failure.lines === 'number' ? failure.lines : 1;
    problems.push({ line, field: '', problem: 'is not CSV' });
    return [];
  }
  const [first, ...rest] = records;
  if (first?.cells.join() !== heading.join()) {
    problems.push({ line: 1, field: '', problem: `the heading must be ${heading.join()}` });
    return [];
  }
  return rest.flatMap(({ line, cells }) => {
    if (cells.length === heading.length)
      return [{ line, cells: Object.fromEntries(heading.map((name, index) => [name, cells[index] ?? ''])) }];
    problems.push({ line, field: '', problem: `has ${cells.length} cells, the heading ${heading.length}` });
    return [];
  });
}
