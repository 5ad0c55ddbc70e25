import { describe, expect, test } from 'vitest';
import { createDirectoryFiles } from '../../activities/directory/file.js';
import { readLdif } from '../../activities/directory/ldif.js';
import type { Unit } from '../../activities/directory/port.js';
import { hostClock } from '../../activities/ledger/clock.js';
import { writeLdif } from '../../embedded/ldif.js';
import { sampleTown } from '../../embedded/sample-town.js';

const town = sampleTown({ seed: 11, size: 426 });
const { accounts, baseDn } = town;
const ldif = writeLdif(town.entries);
const csv = (town.tables['posts.csv'] ?? []).map((row) => row.join()).join('\n');

/** Units as the directory has them now: nested, which a CSV does not say. */
const units = new Map<string, Unit>();
for (const { dn, attributes } of town.entries) {
  const [, id, parent] = /^ou=([^,]+),(?:ou=([^,]+),)?ou=units,/.exec(dn) ?? [];
  if (id) units.set(id, { id, name: attributes.description?.[0] ?? id, ...(parent && { parent }) });
}
const files = createDirectoryFiles({ baseDn, preset: 'openldap', clock: hostClock, directory: { unit: async (id) => units.get(id) } });
const problemsOf = async (text: string, format: 'ldif' | 'csv') => (await files.read(text, format)).problems;

describe.each([
  ['ldif', ldif],
  ['csv', csv],
] as const)('a whole town as %s', (format, text) => {
  test('says who is where, who heads what, and the next superior of a head', async () => {
    const { organisation, problems } = await files.read(text, format);
    expect(problems).toEqual([]);
    expect([...organisation.units].sort()).toEqual([...units.keys()].sort());
    expect(organisation.person(accounts.borrower)).toEqual({ departments: ['zeimu'], disabled: false });
    expect(organisation.person('1')).toBeUndefined();
    expect(organisation.holder('head:zeimu')).toBe(accounts.head);
    expect(organisation.holder('superior:fukushi')).toBe(accounts.superior);
    const above = units.get('fukushi')?.parent;
    expect(organisation.holder(`superior:${above}`)).toBe(accounts.deputyMayor);
    for (const post of ['head:nowhere', 'superior:nowhere', 'hr', 'staff:4021'] as const) expect(organisation.holder(post)).toBeUndefined();
  });
});

test('who is disabled holds no post', async () => {
  const locked = ldif.replace(`uid: ${accounts.head}\n`, `uid: ${accounts.head}\npwdAccountLockedTime: 000001010000Z\n`);
  const { organisation } = await files.read(locked, 'ldif');
  expect(organisation.person(accounts.head)?.disabled).toBe(true);
  expect(organisation.holder('head:zeimu')).toBeUndefined();
});

describe('bad lines are named by line and field, never by what stands in them', () => {
  const person = (number: string, more = 'departmentNumber: tax') =>
    `dn: uid=${number},ou=people,${baseDn}\nemployeeNumber: ${number}\n${more}\n`;
  const unit = (head: string) => `dn: ou=tax,ou=units,${baseDn}\nou: tax\nseeAlso: uid=${head},ou=people,${baseDn}\n`;
  test.each([
    ['a line that is none', `${person('4021')}\nnonsense\n\n${unit('4021')}`, [{ line: 5, field: '', problem: 'is not a line of LDIF' }]],
    ['a number that is none', `${person('4021')}\n${person('A-1')}\n${unit('4021')}`, [{ line: 6, field: 'employeeNumber' }]],
    ['a number twice', `${person('4021')}\n${person('4021')}\n${unit('4021')}`, [{ line: 6, field: 'employeeNumber' }]],
    ['a unit that is not there', `${person('4021', 'departmentNumber: gone')}\n${unit('4021')}`, [{ line: 3, field: 'departmentNumber' }]],
    ['a head who is not there', `${person('4021')}\n${unit('4022')}`, [{ line: 7, field: 'seeAlso', problem: 'is nobody in this file' }]],
    ['what is not UTF-8', `${person('4021', 'departmentNumber:: /////w==')}\n${unit('4021')}`, [{ line: 3, field: 'departmentNumber' }]],
    ['a change', `dn: uid=1\nchangetype: delete\n\n${person('4021')}\n${unit('4021')}`, [{ line: 2, field: '' }]],
    ['an empty file', '', [{ line: 1 }, { line: 1 }]],
  ])('LDIF: %s', async (_what, text, problems) => {
    expect(await problemsOf(text, 'ldif')).toMatchObject(problems);
  });

  const head = 'staff_number,department,head\n';
  test.each([
    ['another heading', 'asset_tag\n', [{ line: 1, field: '' }, {}, {}]],
    ['a number that is none', `${head}4021,zeimu,yes\nA-1,zeimu,\n`, [{ line: 3, field: 'staff_number' }]],
    [
      'a unit that the directory does not have',
      `${head}4021,zeimu,yes\n4022,gone,\n`,
      [{ line: 3, field: 'department', problem: 'is no unit of the directory' }],
    ],
    ['a second head', `${head}4021,zeimu,yes\n4022,zeimu,yes\n`, [{ line: 3, field: 'head' }]],
    ['the same post twice', `${head}4021,zeimu,yes\n4021,zeimu,\n`, [{ line: 3, field: 'department' }]],
    ['a word that is none', `${head}4021,zeimu,maybe\n4022,zeimu,\n`, [{ line: 2, field: 'head' }]],
  ])('CSV: %s', async (_what, text, problems) => {
    expect(await problemsOf(text, 'csv')).toMatchObject(problems);
  });
});

test('of what is not asked for nothing is even decoded', () => {
  const text = 'dn: uid=1\nuserPassword:: e1NTSEF9\ndisplayName: 凪沢 花子\nemployeeNumber: 1\n';
  expect(readLdif(text, new Set(['employeenumber'])).records).toEqual([
    { dn: 'uid=1', line: 1, values: [{ name: 'employeeNumber', value: '1', line: 4 }] },
  ]);
});
