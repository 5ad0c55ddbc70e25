import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { importTown } from '../../embedded/import-town.js';
import { entry, laptop, town, waitsForDevice } from './town.js';

const heading = 'asset_tag,kind,pool,manufacturer,model,serial,network_zone,note';

it('loads the devices of a town once, however often it is asked to', async () => {
  const t = await town();
  const folder = await mkdtemp(join(tmpdir(), 'town-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(
    join(folder, 'devices.csv'),
    `\uFEFF${heading}\r\nPC-1,laptop,tax,北斗電子,Lite 13,ABC,internet,\r\nMS-1,mouse,common,凪通信,M1,DEF,internet,"予備, 青"\r\n`,
  );
  await writeFile(join(folder, 'absences.csv'), 'staff_number,from,until,reason\n');
  await writeFile(join(folder, 'employment.csv'), 'staff_number,kind,from,until,occupation\n');
  await writeFile(join(folder, 'situations.csv'), 'staff_number,sex,child,care\n');
  const loaded = { devices: 2, absences: 0, employment: 0, situations: 0 };
  expect(await importTown({ databaseUrl: t.databaseUrl, folder })).toEqual(loaded);
  expect(await importTown({ databaseUrl: t.databaseUrl, folder })).toEqual(loaded);
  expect(await t.ledger.device('MS-1')).toMatchObject({
    pool: 'common',
    note: '予備, 青',
    status: 'available',
    version: 1,
    reservations: [],
  });
  expect(await t.ledger.deviceEvents('MS-1')).toMatchObject([{ by: 'system', act: 'register' }]);
});

it('names every bad row by line and field, and then writes nothing', async () => {
  const t = await town();
  await t.ledger.registerDevice(
    { assetTag: 'PC-0', kind: 'laptop', pool: 'tax', manufacturer: 'A', model: 'M', serial: 'S0', networkZone: 'internet', note: '' },
    'S1',
  );
  const rows = [
    'PC-1,laptop,tax,A,M,S1,internet,',
    'PC 2,laptop,tax,A,M,S2,internet,',
    'PC-3,typewriter,tax,A,,S3,lan,',
    'PC-4,laptop,tax,A,M,S4',
    'PC-1,laptop,tax,A,M,S5,internet,',
    'PC-6,laptop,tax,A,M,S1,internet,',
    'PC-7,laptop,tax,A,M,S0,internet,',
  ];
  expect(await t.ledger.importDevices([heading, ...rows].join('\n'), { by: 'S1' })).toMatchObject({
    added: 0,
    known: 0,
    problems: [
      { line: 3, field: 'asset_tag' },
      { line: 4, field: 'kind' },
      { line: 4, field: 'model' },
      { line: 4, field: 'network_zone' },
      { line: 5, field: '', problem: 'has 6 cells, the heading 8' },
      { line: 6, field: 'asset_tag', problem: 'stands in line 2 already' },
      { line: 7, field: 'serial', problem: 'stands in line 2 already' },
      { line: 8, field: 'serial', problem: 'belongs to another device of the master' },
    ],
  });
  expect(await t.ledger.importDevices('asset_tag;kind\n', { by: 'S1' })).toMatchObject({ problems: [{ line: 1, field: '' }] });
  expect(await t.ledger.importDevices(`${heading}\n"PC-1,laptop`, { by: 'S1' })).toMatchObject({
    problems: [{ line: 2, field: '', problem: 'is not CSV' }],
  });
  expect((await t.ledger.devices({ limit: 10 })).items).toHaveLength(1);
});

it('says beforehand what an import would do, and serves the queue with what it adds', async () => {
  const t = await town();
  await t.ledger.append(entry('A', 1, { name: 'request' }));
  await t.ledger.append(entry('A', 2, { name: 'approve' }, { due: waitsForDevice, claim: laptop('2027-04-06', '2027-04-09') }));
  const csv = `${heading}\nPC-1,laptop,tax,A,M,S1,internet,\n`;
  expect(await t.ledger.importDevices(csv, { by: 'S1', preview: true })).toEqual({ added: 1, known: 0, problems: [] });
  expect(await t.ledger.withNews()).toEqual([]);
  expect(await t.ledger.importDevices(csv, { by: 'S1' })).toEqual({ added: 1, known: 0, problems: [] });
  expect(await t.ledger.withNews()).toMatchObject([{ procedure: 'device-loan', caseId: 'A' }]);
});
