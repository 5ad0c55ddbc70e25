import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLdapDirectory } from '../../activities/directory/ldap.js';
import { type EmbeddedDirectory, startDirectory } from '../../embedded/directory.js';
import { writeLdif } from '../../embedded/ldif.js';
import { sampleTown } from '../../embedded/sample-town.js';

/** A city in which the head of the tax division also heads its section (事務取扱), and nobody heads the division of welfare. */
const folder = mkdtempSync(join(tmpdir(), 'superiors-'));
const town = sampleTown({ seed: 7, size: 426 });
const unit = (id: string) => town.entries.find(({ dn }) => dn.startsWith(`ou=${id},`));
const divisionHead = unit('zeimubu')?.attributes.seeAlso ?? [];
let directory: ReturnType<typeof createLdapDirectory>;
let embedded: EmbeddedDirectory;
beforeAll(async () => {
  const entries = town.entries.map(({ dn, attributes }) => {
    const { seeAlso: _, ...others } = attributes;
    if (dn.startsWith('ou=fukushibu,')) return { dn, attributes: others };
    return dn.startsWith('ou=zeimu,') ? { dn, attributes: { ...others, seeAlso: divisionHead } } : { dn, attributes };
  });
  writeFileSync(join(folder, 'directory.ldif'), writeLdif(entries));
  embedded = await startDirectory({ folder, port: 0 });
  directory = createLdapDirectory({
    url: `ldap://127.0.0.1:${embedded.port}`,
    baseDn: town.baseDn,
    preset: 'openldap',
    account: town.accounts.service,
    clock: { now: () => new Date() },
  });
});
afterAll(async () => {
  directory?.close();
  await embedded?.close();
  await rm(folder, { recursive: true });
});

const numbers = async (capacity: `superior:${string}`) => (await directory.holdersOf(capacity)).map(({ staffNumber }) => staffNumber);

test('who heads a division and its section does not decide on their own request: the deputy mayor does', async () => {
  const { deputyMayor } = town.accounts;
  expect(await numbers('superior:zeimu')).toEqual([deputyMayor]);
  expect(await directory.capacitiesOf(deputyMayor)).toContain('superior:zeimu');
  const both = /^uid=(\d+),/.exec(divisionHead[0] ?? '')?.[1] ?? '';
  expect(await directory.capacitiesOf(both)).toEqual(expect.arrayContaining(['head:zeimu', 'head:zeimubu']));
  expect(await directory.capacitiesOf(both)).not.toContain('superior:zeimu');
});

test('above a vacant post the next superior decides', async () => {
  const { deputyMayor } = town.accounts;
  expect(await numbers('superior:fukushi')).toEqual([deputyMayor]);
  expect(await directory.capacitiesOf(deputyMayor)).toContain('superior:fukushi');
});
