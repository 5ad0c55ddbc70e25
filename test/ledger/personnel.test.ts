import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { importTown } from '../../embedded/import-town.js';
import { writeSampleTown } from '../../embedded/sample-town.js';
import { town } from './town.js';

const absences = (...rows: string[]) => ['staff_number,from,until,reason', ...rows].join('\n');
const employment = (...rows: string[]) => ['staff_number,kind,from,until,occupation', ...rows].join('\n');
const by = { by: 'S1' };

it('knows who is absent on a day, the first and the last included', async () => {
  const { ledger, sql } = await town();
  const csv = absences('3001,2027-04-05,2027-04-09,sickLeave', '3002,2027-04-06,,childcareLeave', '3001,2027-05-06,2027-05-06,sickLeave');
  expect(await ledger.importAbsences(csv, by)).toMatchObject({ added: 3, changed: 0, removed: 0, known: 0, problems: [] });
  const absent = async (date: string) => [...(await ledger.absentOn(['3001', '3002', '3003'], date))].sort();
  expect(await absent('2027-04-04')).toEqual([]);
  expect(await absent('2027-04-05')).toEqual(['3001']);
  expect(await absent('2027-04-09')).toEqual(['3001', '3002']);
  expect(await absent('2027-04-10')).toEqual(['3002']);
  expect(await absent('2047-05-06')).toEqual(['3002']);
  expect(await ledger.absentOn(['3003'], '2027-04-09')).toEqual([]);
  expect(JSON.stringify(await sql('select * from absences'))).not.toMatch(/sick|childcare/i); // Why is nobody's matter here.
});

it('takes a file as the whole list: a second time changes nothing, what is missing goes, what is over stays', async () => {
  const { ledger, clock } = await town();
  const csv = absences('3001,2027-04-01,2027-04-02,sickLeave', '3002,2027-04-05,2027-04-30,sickLeave', '3003,2027-06-01,,sickLeave');
  await ledger.importAbsences(csv, by);
  expect(await ledger.importAbsences(csv, by)).toMatchObject({ added: 0, changed: 0, removed: 0, known: 3 });
  const next = absences('3002,2027-04-05,2027-04-06,sickLeave', '3004,2027-04-05,,sickLeave');
  const wanted = { added: 1, changed: 1, removed: 1, known: 0, problems: [] };
  expect(await ledger.importAbsences(next, { ...by, preview: true })).toEqual(wanted);
  expect(await ledger.absentOn(['3003'], '2027-06-01')).toEqual(['3003']);
  expect(await ledger.importAbsences(next, by)).toEqual(wanted);
  expect(await ledger.absentOn(['3001'], '2027-04-01')).toEqual(['3001']);
  expect(await ledger.absentOn(['3002', '3003'], '2027-04-07')).toEqual([]);
  clock.set('2027-04-10T00:00:00.000Z');
  expect(await ledger.importAbsences(absences(), by)).toMatchObject({ removed: 1 }); // Only 3004, who is still absent.
  expect(await ledger.absentOn(['3002'], '2027-04-06')).toEqual(['3002']);
});

it('names every bad row by line and field, and then writes nothing', async () => {
  const { ledger, sql } = await town();
  const rows = ['3001,2027-04-05,,sickLeave', 'S1,2027-04-05,,sickLeave', '3002,2027-02-29,1 May,', '3003,2027-04-05,2027-04-04,sickLeave'];
  expect(await ledger.importAbsences(absences(...rows, '3001,2027-04-05,,sickLeave', '3004,2027-04-05'), by)).toMatchObject({
    added: 0,
    problems: [
      { line: 3, field: 'staff_number' },
      { line: 4, field: 'from' },
      { line: 4, field: 'until' },
      { line: 4, field: 'reason' },
      { line: 5, field: 'until', problem: 'must not be before the first day' },
      { line: 6, field: 'staff_number', problem: 'stands in line 2 already' },
      { line: 7, field: '' },
    ],
  });
  expect(await ledger.importEmployment(employment('3001,king,2027-04-01,,clerical'), by)).toMatchObject({ problems: [{ field: 'kind' }] });
  expect(await ledger.importEmployment('staff_number;kind', by)).toMatchObject({ problems: [{ line: 1, field: '' }] });
  expect(await sql('select from absences union all select from employments union all select from personnel_imports')).toHaveLength(0);
});

it('keeps who brought which file', async () => {
  const { ledger, sql } = await town();
  await ledger.importAbsences(absences('3001,2027-04-05,,sickLeave'), by);
  await ledger.importEmployment(employment('3001,regular,2001-04-01,,clerical'), by);
  expect(await sql('select by, kind, added, changed, removed from personnel_imports order by number')).toEqual([
    { by: 'S1', kind: 'absences', added: 1, changed: 0, removed: 0 },
    { by: 'S1', kind: 'employment', added: 1, changed: 0, removed: 0 },
  ]);
});

it('knows how somebody is employed on a day', async () => {
  const { ledger } = await town();
  const csv = employment('3001,conditional,2026-10-01,2027-03-31,fireFighter', '3001,regular,2027-04-01,,clerical');
  await ledger.importEmployment(csv, by);
  expect(await ledger.employmentOf('3001', '2026-09-30')).toBeUndefined();
  expect(await ledger.employmentOf('3001', '2027-03-31')).toEqual({
    kind: 'conditional',
    occupation: 'fireFighter',
    from: '2026-10-01',
    until: '2027-03-31',
  });
  expect(await ledger.employmentOf('3001', '2030-01-01')).toEqual({ kind: 'regular', occupation: 'clerical', from: '2027-04-01' });
  expect(await ledger.employmentOf('3002', '2030-01-01')).toBeUndefined();
});

it('takes two files at once one after the other', async () => {
  const { ledger, sql } = await town();
  const files = [absences('3001,2027-04-05,,sickLeave'), absences('3001,2027-04-05,2027-04-06,sickLeave', '3002,2027-04-05,,sickLeave')];
  await Promise.all(files.flatMap((csv) => [ledger.importAbsences(csv, by), ledger.importAbsences(csv, by)]));
  expect([1, 2]).toContain((await sql('select from absences')).length);
});

it('loads a whole sample town, as often as it is asked to', async () => {
  const { ledger, databaseUrl } = await town();
  const folder = await mkdtemp(join(tmpdir(), 'town-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { accounts, tables } = await writeSampleTown({ seed: 7, size: 426, folder, fiscalYear: 2027 });
  const rows = (file: string) => (tables[file]?.length ?? 0) - 1;
  const loaded = { devices: rows('devices.csv'), absences: rows('absences.csv'), employment: 426, situations: 426 };
  expect(await importTown({ databaseUrl, folder })).toEqual(loaded);
  expect(await importTown({ databaseUrl, folder })).toEqual(loaded);
  expect(await ledger.absentOn([accounts.onLeave, accounts.head], '2027-11-23')).toEqual([accounts.onLeave]);
  expect(await ledger.employmentOf(accounts.fiscalYearAppointee, '2027-11-23')).toMatchObject({ kind: 'fiscalYearAppointee' });
});
