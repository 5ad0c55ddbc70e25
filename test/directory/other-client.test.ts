import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ldapjs from 'ldapjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDirectory } from '../../embedded/directory.js';
import { type SampleTown, writeSampleTown } from '../../embedded/sample-town.js';

/*
 * The embedded directory is built on the same library's reader and writer as the adapter, so a mistake of that library would go unseen between the two. ldapjs, an
 * implementation of its own, is the witness: whatever LDAP client a city's staff points at the town is understood.
 */
let town: SampleTown;
let client: ldapjs.Client;
let end: () => Promise<void>;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'directory-'));
  town = await writeSampleTown({ seed: 7, size: 57, folder });
  const directory = await startDirectory({ folder, port: 0 });
  client = ldapjs.createClient({ url: `ldap://127.0.0.1:${directory.port}` });
  end = async () => {
    await new Promise((done) => client.unbind(done));
    await directory.close();
    await rm(folder, { recursive: true });
  };
});
afterAll(() => end());

const dnOf = (staffNumber: string) => `uid=${staffNumber},ou=people,${town.baseDn}`;
const asked = (call: (done: (failure: Error | null) => void) => void): Promise<string> =>
  new Promise((resolve) => call((failure) => resolve(failure ? failure.name : 'Success')));

/** The values of one attribute of whatever the filter finds. */
const search = (filter: string, attribute: string): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const found: string[] = [];
    client.search(town.baseDn, { scope: 'sub', filter, attributes: [attribute] }, (failure, answer) => {
      if (failure) return reject(failure);
      answer.on('searchEntry', ({ attributes }) => found.push(...attributes.flatMap(({ values }) => values)));
      answer.on('error', reject);
      answer.on('end', () => resolve(found));
    });
  });

it('logs in with the right password, and with no other', async () => {
  const { borrower, password } = town.accounts;
  expect(await asked((done) => client.bind(dnOf(borrower), 'wrong', done))).toBe('InvalidCredentialsError');
  expect(await asked((done) => client.bind(dnOf(borrower), password, done))).toBe('Success');
});

it('finds a person by the staff number, and a group by its member', async () => {
  const { borrower, hr, password } = town.accounts;
  await asked((done) => client.bind(dnOf(borrower), password, done));
  expect(await search(`(&(objectClass=inetOrgPerson)(employeeNumber=${borrower}))`, 'employeeNumber')).toEqual([borrower]);
  expect(await search(`(&(objectClass=groupOfNames)(member=${dnOf(hr)}))`, 'cn')).toContain('telework-hr');
});

it('lets the service account change what a person who has logged in may not', async () => {
  const { borrower, password, service } = town.accounts;
  const change = new ldapjs.Change({ operation: 'replace', modification: new ldapjs.Attribute({ type: 'title', values: ['係長'] }) });
  await asked((done) => client.bind(dnOf(borrower), password, done));
  expect(await asked((done) => client.modify(dnOf(borrower), change, done))).toBe('InsufficientAccessRightsError');
  await asked((done) => client.bind(service.dn, service.password, done));
  expect(await asked((done) => client.modify(dnOf(borrower), change, done))).toBe('Success');
  expect(await search(`(employeeNumber=${borrower})`, 'title')).toEqual(['係長']);
});
