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

  const lock = async (staffNumber: string, values: string[]) => {
    await using client = new Client({ url });
    await client.bind(account.dn, account.password);
    const modification = new Attribute({ type: 'pwdAccountLockedTime', values });
    await client.modify(`uid=${staffNumber},ou=people,${town.baseDn}`, new Change({ operation: 'replace', modification }));
  };

  return {
    town,
    connect: () => createLdapDirectory({ url, baseDn: town.baseDn, preset: 'openldap', account, clock: { now: () => new Date() } }),
    disable: (staffNumber) => lock(staffNumber, ['000001010000Z']),
    enable: (staffNumber) => lock(staffNumber, []),
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
