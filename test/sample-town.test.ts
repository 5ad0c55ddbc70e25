import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, test } from 'vitest';
import { type DirectoryEntry, readLdif, writeLdif } from '../embedded/ldif.js';
import { type SampleTown, sampleTown, townTables, writeSampleTown } from '../embedded/sample-town.js';

const folder = mkdtempSync(join(tmpdir(), 'sample-town-'));
afterAll(() => rm(folder, { recursive: true }));

const people = ({ entries }: SampleTown) => entries.filter(({ dn }) => dn.startsWith('uid='));
const units = ({ entries }: SampleTown) => entries.filter(({ dn }) => /^ou=[^,]+,.*ou=units,/.test(dn));
const one = ({ attributes }: DirectoryEntry, name: string) => attributes[name]?.[0] ?? '';
const rows = (town: SampleTown, file: keyof typeof townTables) =>
  (town.tables[file] ?? [])
    .slice(1)
    .map((row) => Object.fromEntries(townTables[file].map((name, index) => [name, row[index] ?? ''])) as Record<string, string>);

/** Everything that a town writes, as one digest. */
async function digestOf(order: { seed: number; size: number }, name: string): Promise<string> {
  await writeSampleTown({ ...order, folder: join(folder, name) });
  const hash = createHash('sha256');
  for (const file of readdirSync(join(folder, name)).sort()) hash.update(file).update(readFileSync(join(folder, name, file)));
  return hash.digest('hex');
}

const { TZ, LANG } = process.env;
afterAll(() => Object.assign(process.env, { ...(TZ && { TZ }), ...(LANG && { LANG }) }));

describe('the same order', () => {
  test('gives the same town, byte for byte, wherever and whenever it is made', async () => {
    const first = await digestOf({ seed: 20, size: 213 }, 'first');
    Object.assign(process.env, { TZ: 'America/St_Johns', LANG: 'tr_TR.UTF-8' });
    expect(await digestOf({ seed: 20, size: 213 }, 'again')).toBe(first);
    expect(await digestOf({ seed: 21, size: 213 }, 'another seed')).not.toBe(first);
  });

  test('gives the town it has always given', () => {
    // A change here changes every town that somebody keeps: say so in the commit.
    const town = sampleTown({ seed: 1, size: 1017 });
    expect(createHash('sha256').update(JSON.stringify(town)).digest('hex')).toMatchInlineSnapshot(
      `"f32d10f51b6f0a9770f992bc7db5428efeb1d31b59fc29bbdece7a287782b140"`,
    );
  });
});

test.each([0, 56, 40_001, 57.5, Number.NaN])('no town has %s staff', (size) => {
  expect(() => sampleTown({ seed: 1, size })).toThrow(RangeError);
});

describe.each([57, 58, 100, 213, 300, 426, 1017, 4000, 40_000])('a town of %i', (size) => {
  const town = sampleTown({ seed: size, size });
  const staff = people(town);
  const departments = units(town);
  const dns = new Set(town.entries.map(({ dn }) => dn));
  const ids = new Set(departments.map((unit) => one(unit, 'ou')));
  const numbers = new Set(staff.map((person) => one(person, 'employeeNumber')));
  const members = (group: string) => town.entries.find(({ dn }) => dn.startsWith(`cn=${group},`))?.attributes.member ?? [];

  test('has that many staff, each entry once, below one that is there', () => {
    expect(staff).toHaveLength(size);
    expect(numbers.size).toBe(size);
    expect(dns.size).toBe(town.entries.length);
    expect([...dns].filter((dn) => dn !== town.baseDn && !dns.has(dn.slice(dn.indexOf(',') + 1)))).toEqual([]);
  });

  test('names nobody and no unit that it does not have', () => {
    const named = town.entries.flatMap(({ attributes }) => [...(attributes.seeAlso ?? []), ...(attributes.member ?? [])]);
    expect(named.filter((dn) => !dns.has(dn))).toEqual([]);
    expect(ids.size).toBe(departments.length);
    const posts = staff.flatMap(({ attributes }) => attributes.departmentNumber ?? []);
    const listed = (['counters.csv', 'acting-order.csv', 'devices.csv'] as const).flatMap((file) =>
      rows(town, file).map(({ department, unit, pool }) => department ?? unit ?? pool ?? ''),
    );
    expect([...posts, ...listed].filter((id) => id !== 'common' && !ids.has(id))).toEqual([]);
    for (const file of ['absences.csv', 'employment.csv', 'training.csv', 'acting-order.csv', 'situations.csv'] as const)
      expect(
        rows(town, file).filter(({ staff_number }) => !numbers.has(staff_number ?? '')),
        file,
      ).toEqual([]);
  });

  test('has a keeper and a promoter in every department, and all roles', () => {
    const inner = new Set(departments.map(({ dn }) => dn.slice(dn.indexOf(',') + 1)));
    const sections = departments.filter(({ dn }) => !inner.has(dn)).map((unit) => one(unit, 'ou'));
    for (const group of ['telework-terminal-manager', 'telework-promoter']) {
      const inGroup = new Set(members(group));
      const covered = staff.flatMap(({ dn, attributes }) => (inGroup.has(dn) ? (attributes.departmentNumber ?? []) : []));
      expect(covered.sort()).toEqual(sections.sort());
    }
    for (const role of ['hr', 'it', 'committee', 'admin', 'personnel', 'mayor', 'emergency-authority', 'remote-access'])
      expect(members(`telework-${role}`).length, role).toBeGreaterThan(0);
  });

  test('has accounts to try that are what they are called', () => {
    const { accounts } = town;
    const person = (staffNumber: string) => staff.find((entry) => one(entry, 'employeeNumber') === staffNumber) as DirectoryEntry;
    const kind = (staffNumber: string) => one(person(staffNumber), 'employeeType');
    const away = new Set(rows(town, 'absences.csv').map(({ staff_number }) => staff_number));
    const { password, service, it: inIt, fiscalYearAppointee, onLeave, disabled, mayor, deputyMayor, superior, ...working } = accounts;
    expect(new Set(inIt).size).toBe(3);
    for (const staffNumber of [...inIt, ...Object.values(working)]) {
      expect(kind(staffNumber)).toBe('regular');
      expect(away.has(staffNumber)).toBe(false);
      expect(person(staffNumber).attributes).not.toHaveProperty('pwdAccountLockedTime');
    }
    for (const account of ['borrower', 'secondBorrower', 'head', 'deputyHead', 'keeper', 'promoter'] as const)
      expect(one(person(accounts[account]), 'departmentNumber')).toBe('zeimu');
    // A village has no divisions: the superior of its heads is the deputy mayor.
    expect(kind(superior)).toBe(ids.has('fukushibu') ? 'regular' : 'specialPost');
    expect(kind(fiscalYearAppointee)).toBe('fiscalYearAppointee');
    expect(away.has(onLeave)).toBe(true);
    expect(one(person(disabled), 'pwdAccountLockedTime')).toBe('000001010000Z');
    expect([mayor, deputyMayor].map(kind)).toEqual(['specialPost', 'specialPost']);
    expect(
      new Set([accounts.borrower, accounts.secondBorrower, accounts.head, accounts.secondHead, ...inIt, accounts.admin, accounts.hr]).size,
    ).toBeGreaterThanOrEqual(8);
    expect(password).toMatch(/^nagi-[0-9a-f]{10}$/);
    expect(dns.has(service.dn)).toBe(true);
  });

  test('has devices in pools and in the common one, each with its own tag and serial', () => {
    const devices = rows(town, 'devices.csv');
    expect(devices).toHaveLength(Math.max(12, Math.round((size * 60) / 1017)));
    expect(new Set(devices.map(({ asset_tag }) => asset_tag)).size).toBe(devices.length);
    expect(new Set(devices.map(({ serial }) => serial)).size).toBe(devices.length);
    for (const kind of ['laptop', 'wifiRouter', 'wire', 'mouse'])
      expect(devices.filter((device) => device.kind === kind && device.pool === 'common').length).toBeGreaterThan(0);
    const lendable = devices.filter(({ kind, network_zone }) => kind === 'laptop' && network_zone !== 'myNumber');
    expect(lendable.filter(({ pool }) => pool === 'zeimu')).toHaveLength(2);
    expect(devices.filter(({ network_zone }) => network_zone === 'myNumber').map(({ pool }) => pool)).toContain('zeimu');
  });

  test('reads as it was written', () => {
    expect(isDeepStrictEqual(readLdif(writeLdif(town.entries)), town.entries)).toBe(true); // A difference would not fit on a screen.
  });
});

describe('the city of 1,017', () => {
  const town = sampleTown({ seed: 1, size: 1017 });

  test('says of everybody how they live', () => {
    const situations = rows(town, 'situations.csv');
    expect(situations).toHaveLength(1017);
    const count = (column: string, value: string) => situations.filter((row) => row[column] === value).length;
    expect(count('sex', 'female')).toBeGreaterThan(400);
    expect(count('sex', 'male')).toBeGreaterThan(400);
    expect(count('child', 'yes')).toBeGreaterThan(200);
    expect(count('care', 'yes')).toBeGreaterThan(50);
    const given = new Map(people(town).map((entry) => [one(entry, 'uid'), one(entry, 'givenName')]));
    for (const { staff_number = '', sex } of situations)
      if (['翔太', '恵'].includes(given.get(staff_number) ?? '')) expect(sex).toBe(given.get(staff_number) === '恵' ? 'female' : 'male');
  });

  test('has 60 devices', () => expect(rows(town, 'devices.csv')).toHaveLength(60));

  test('has people whose names old systems cannot write', () => {
    const names = people(town).map((person) => one(person, 'displayName'));
    expect(names.some((name) => name.startsWith('𠮷田 '))).toBe(true);
    expect(names.some((name) => name.startsWith('髙橋 '))).toBe(true);
  });

  test('every name has its reading in hiragana', () => {
    for (const person of people(town)) expect(one(person, 'cn;lang-ja-hira')).toMatch(/^[ぁ-ゖー]+ [ぁ-ゖー]+$/);
  });

  test('employs people of every kind', () => {
    const kinds = new Set(people(town).map((person) => one(person, 'employeeType')));
    expect([...kinds].sort()).toEqual([
      'conditional',
      'fiscalYearAppointee',
      'fixedTerm',
      'partTime',
      'reEmployed',
      'regular',
      'seconded',
      'specialPost',
      'temporary',
    ]);
  });

  test('has a vacant post, and a head of two departments', () => {
    expect(units(town).filter(({ attributes }) => !attributes.seeAlso)).toHaveLength(1);
    expect(people(town).filter(({ attributes }) => attributes.departmentNumber?.length === 2)).toHaveLength(1);
  });

  test('its files have the stated headers, in UTF-8', async () => {
    await writeSampleTown({ seed: 1, size: 1017, folder: join(folder, 'city') });
    expect(readdirSync(join(folder, 'city')).sort()).toEqual(['accounts.json', 'directory.ldif', ...Object.keys(townTables)].sort());
    for (const [file, header] of Object.entries(townTables)) {
      const written = parse(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(join(folder, 'city', file)))) as string[][];
      expect(written[0]).toEqual(header);
      expect(written).toEqual(town.tables[file]);
    }
    expect(readLdif(readFileSync(join(folder, 'city', 'directory.ldif'), 'utf8'))).toEqual(town.entries);
  });
});

describe('LDIF (RFC 2849)', () => {
  test('writes what is no safe string in base64', () => {
    const entry = { dn: 'cn=é', attributes: { a: [' x', ':x', '<x', 'x ', 'a\nb', 'a\0b', '𠮷', '', 'a: b'] } };
    const text = writeLdif([entry]);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text.split('\n').filter((line) => line.startsWith('a: '))).toEqual(['a: ', 'a: a: b']);
    expect(readLdif(text)).toEqual([entry]);
  });

  test('reads folded lines, comments, a version line and both line ends', () => {
    const text = 'version: 1\r\n\r\n# who\r\ndn: cn=a,\r\n dc=b\r\ncn: a long\r\n  value\r\ncn:: w6k=\r\n\r\n\r\ndn: cn=c\r\ncn: c\r\n';
    expect(readLdif(text)).toEqual([
      { dn: 'cn=a,dc=b', attributes: { cn: ['a long value', 'é'] } },
      { dn: 'cn=c', attributes: { cn: ['c'] } },
    ]);
  });

  test('refuses what it cannot read', () => expect(() => readLdif('dn: cn=a\nnonsense')).toThrow('not a line of LDIF'));
});
