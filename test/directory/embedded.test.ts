import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { createLdapDirectory } from '../../activities/directory/ldap.js';
import { startDirectory } from '../../embedded/directory.js';
import { writeSampleTown } from '../../embedded/sample-town.js';
import { directoryContract } from './contract.js';

directoryContract('the embedded one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'directory-'));
  const town = await writeSampleTown({ seed: 7, size: 426, folder });
  let running = await startDirectory({ folder, port: 0 });
  const { port } = running;
  const url = `ldap://127.0.0.1:${port}`;
  const account = town.accounts.service;

  const bound = async <Result>(work: (client: Client) => Promise<Result>): Promise<Result> => {
    await using client = new Client({ url });
    await client.bind(account.dn, account.password);
    return await work(client);
  };
  const modify = (dn: string, operation: 'add' | 'replace', type: string, values: string[]) =>
    bound((client) => client.modify(dn, new Change({ operation, modification: new Attribute({ type, values }) })));
  const personDn = (staffNumber: string) => `uid=${staffNumber},ou=people,${town.baseDn}`;
  const lock = (staffNumber: string, values: string[]) => modify(personDn(staffNumber), 'replace', 'pwdAccountLockedTime', values);
  const group = town.entries.find(({ dn }) => dn.startsWith('cn=telework-remote-access,'))?.dn ?? '';

  return {
    town,
    connect: () => createLdapDirectory({ url, baseDn: town.baseDn, preset: 'openldap', account, clock: { now: () => new Date() } }),
    disable: (staffNumber) => lock(staffNumber, ['000001010000Z']),
    enable: (staffNumber) => lock(staffNumber, []),
    remoteAccess: () =>
      bound(async (client) => {
        const { searchEntries } = await client.search(group, { scope: 'base', attributes: ['member'] });
        return searchEntries.flatMap(({ member }) => [member ?? []].flat().map(String));
      }),
    deleteMember: async () => {
      await modify(group, 'add', 'member', [personDn('77777')]); // It has no referential integrity: who never was is as good as who was deleted.
      return '77777';
    },
    withoutGroup: async (attempt) => {
      await modify(group, 'replace', 'cn', ['another']);
      await attempt().finally(() => modify(group, 'replace', 'cn', ['telework-remote-access']));
    },
    stop: () => running.close(),
    start: async () => {
      running = await startDirectory({ folder, port });
    },
    end: async () => {
      await running.close();
      await rm(folder, { recursive: true });
    },
  };
});
