import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLdapDirectory, type LdapDirectoryOptions } from '../../activities/directory/ldap.js';
import { DirectoryAway } from '../../activities/directory/port.js';
import { writeLdif } from '../../embedded/ldif.js';
import { freePort } from '../../embedded/processes.js';
import { sampleTown } from '../../embedded/sample-town.js';
import { directoryContract } from '../directory/contract.js';
import { makeCertificates } from './certificates.js';
import { startServer } from './server.js';

/** The administrator of the test's slapd. */
const root = { dn: 'cn=root,dc=nagisawa,dc=example,dc=jp', password: 'root of a test' };

/** OpenLDAP with the sample town's LDIF as it is, Debian's schemas, and the password policy that locks accounts. */
async function openLdap() {
  const folder = mkdtempSync(join(tmpdir(), 'slapd-'));
  const town = sampleTown({ seed: 7, size: 426 });
  const certificates = makeCertificates(folder, '127.0.0.1');
  const policy = {
    dn: `cn=policy,${town.baseDn}`,
    attributes: { objectClass: ['device', 'pwdPolicy'], cn: ['policy'], pwdAttribute: ['userPassword'], pwdLockout: ['TRUE'] },
  };
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'town.ldif'), writeLdif([...town.entries, policy]));
  writeFileSync(
    join(folder, 'slapd.conf'),
    `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile ${folder}/slapd.pid
TLSCACertificateFile ${certificates.ca}
TLSCertificateFile ${certificates.certificate}
TLSCertificateKeyFile ${certificates.key}
database mdb
suffix "${town.baseDn}"
directory ${folder}/data
rootdn "${root.dn}"
rootpw "${root.password}"
index objectClass,employeeNumber,member,seeAlso,departmentNumber,ou,cn eq
access to attrs=userPassword by anonymous auth by * none
access to dn.exact="cn=telework-remote-access,ou=groups,${town.baseDn}" by dn.exact="${town.accounts.service.dn}" write by users read by * none
access to * by users read by * none
overlay ppolicy
ppolicy_default "${policy.dn}"
`,
  );
  execFileSync('slapadd', ['-q', '-f', join(folder, 'slapd.conf'), '-l', join(folder, 'town.ldif')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [plain, tls] = [await freePort(), await freePort()];
  const urls = { ldap: `ldap://127.0.0.1:${plain}`, ldaps: `ldaps://127.0.0.1:${tls}` };
  const start = () =>
    startServer('slapd', ['-f', join(folder, 'slapd.conf'), '-h', `${urls.ldap}/ ${urls.ldaps}/`, '-d', '0'], {
      host: '127.0.0.1',
      port: plain,
    });
  let server = await start();

  const asRoot = async <Result>(work: (client: Client) => Promise<Result>): Promise<Result> => {
    await using client = new Client({ url: urls.ldap });
    await client.bind(root.dn, root.password);
    return await work(client);
  };
  const modify = (dn: string, operation: 'add' | 'replace', type: string, values: string[]) =>
    asRoot((client) => client.modify(dn, new Change({ operation, modification: new Attribute({ type, values }) })));
  const personDn = (staffNumber: string) => `uid=${staffNumber},ou=people,${town.baseDn}`;
  const lock = (staffNumber: string, values: string[]) => modify(personDn(staffNumber), 'replace', 'pwdAccountLockedTime', values);
  const group = `cn=telework-remote-access,ou=groups,${town.baseDn}`;
  const connect = (more: Partial<LdapDirectoryOptions> = {}) =>
    createLdapDirectory({
      url: urls.ldap,
      baseDn: town.baseDn,
      preset: 'openldap',
      account: town.accounts.service,
      clock: { now: () => new Date() },
      ...more,
    });
  return {
    town,
    urls,
    ca: readFileSync(certificates.ca, 'utf8'),
    connect,
    lock,
    disable: (staffNumber: string) => lock(staffNumber, ['000001010000Z']),
    enable: (staffNumber: string) => lock(staffNumber, []),
    remoteAccess: () =>
      asRoot(async (client) => {
        const { searchEntries } = await client.search(group, { scope: 'base', attributes: ['member'] });
        return searchEntries.flatMap(({ member }) => [member ?? []].flat().map(String));
      }),
    deleteMember: async () => {
      const [gone] = town.entries.flatMap(({ attributes: { uid = [], employeeType = [] } }) => (employeeType[0] === 'partTime' ? uid : []));
      if (gone === undefined) throw new Error('the town has nobody to spare');
      await modify(group, 'add', 'member', [personDn(gone)]);
      await asRoot((client) => client.del(personDn(gone)));
      return gone;
    },
    withoutGroup: async (attempt: () => Promise<void>) => {
      await asRoot((client) => client.modifyDN(group, 'cn=another'));
      await attempt().finally(() =>
        asRoot((client) => client.modifyDN(group.replace('telework-remote-access', 'another'), 'cn=telework-remote-access')),
      );
    },
    stop: () => server.stop(),
    start: async () => {
      server = await start();
    },
    end: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

directoryContract('OpenLDAP', openLdap);

describe('OpenLDAP with its own certificate authority', () => {
  let slapd: Awaited<ReturnType<typeof openLdap>>;
  beforeAll(async () => {
    slapd = await openLdap();
  });
  afterAll(() => slapd?.end());

  const ways = [
    ['LDAPS', () => ({ url: slapd.urls.ldaps })],
    ['StartTLS', () => ({ startTls: true })],
    ['LDAPS by name', () => ({ url: slapd.urls.ldaps.replace('127.0.0.1', 'localhost') })],
    ['StartTLS by name', () => ({ url: slapd.urls.ldap.replace('127.0.0.1', 'localhost'), startTls: true })],
  ] as const;

  test.each(ways)('%s: questions and logins', async (_, way) => {
    const { accounts } = slapd.town;
    const directory = slapd.connect({ ...way(), ca: slapd.ca });
    expect(await directory.capacitiesOf(accounts.head)).toContain('head:zeimu');
    expect(await directory.authenticate(accounts.head, accounts.password)).toBe('ok');
    expect(await directory.authenticate(accounts.head, 'another')).toBe('wrong');
    expect(await directory.holdersOf('it')).toHaveLength(4);
    directory.close();
  });

  test.each(ways)('%s: a certificate of an authority that nobody named is refused', async (_, way) => {
    const directory = slapd.connect(way());
    const error = await directory.capacitiesOf(slapd.town.accounts.head).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DirectoryAway);
    expect(String(error)).toMatch(/CERT/);
    await expect(directory.authenticate(slapd.town.accounts.head, slapd.town.accounts.password)).rejects.toBeInstanceOf(DirectoryAway);
    directory.close();
  });

  test.each(ways)('%s: after the server was away, the next question is asked over TLS again', async (_, way) => {
    const directory = slapd.connect({ ...way(), ca: slapd.ca });
    expect(await directory.capacitiesOf(slapd.town.accounts.head)).toContain('head:zeimu');
    await slapd.stop();
    await expect(directory.capacitiesOf(slapd.town.accounts.head)).rejects.toBeInstanceOf(DirectoryAway);
    await slapd.start();
    expect(await directory.capacitiesOf(slapd.town.accounts.head)).toContain('head:zeimu');
    directory.close();
  });

  test('a wrong account in the settings is an outage that names itself, and no person', async () => {
    const directory = slapd.connect({ account: { ...slapd.town.accounts.service, password: 'another' } });
    await expect(directory.capacitiesOf(slapd.town.accounts.head)).rejects.toThrow(
      new DirectoryAway('the directory refuses the account that reads (result code 49)'),
    );
    directory.close();
  });

  test('a pause after wrong passwords stops logins by that person, and not their work', async () => {
    const directory = slapd.connect();
    const { borrower, password } = slapd.town.accounts;
    await slapd.lock(borrower, ['20261121120000Z']);
    expect(await directory.authenticate(borrower, password)).toBe('wrong');
    expect(await directory.capacitiesOf(borrower)).toEqual([`staff:${borrower}`, 'member:zeimu']);
    await slapd.lock(borrower, []);
    directory.close();
  });
});
