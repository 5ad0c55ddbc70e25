import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLdapDirectory, type LdapDirectoryOptions } from '../../activities/directory/ldap.js';
import { DirectoryAway } from '../../activities/directory/port.js';
import type { DirectoryEntry } from '../../embedded/ldif.js';
import { type SampleTown, sampleTown } from '../../embedded/sample-town.js';
import { directoryContract } from '../directory/contract.js';
import { makeCertificates } from './certificates.js';
import { startServer } from './server.js';

const administrator = { dn: 'CN=Administrator,CN=Users,DC=nagisawa,DC=example,DC=jp', password: 'Root-of-a-test-1' };

/**
 * Samba as an Active Directory domain controller, with the sample town as Active Directory writes it. Samba's LDAP ports are fixed (389 and 636), so each
 * has a loopback address of its own.
 */
async function samba(address: string) {
  const folder = mkdtempSync(join(tmpdir(), 'samba-'));
  const at = (name: string) => join(folder, name);
  execFileSync(
    'samba-tool',
    ['domain', 'provision', '--realm=NAGISAWA.EXAMPLE.JP', '--domain=NAGISAWA', '--server-role=dc', '--dns-backend=NONE'].concat(
      `--adminpass=${administrator.password}`,
      `--targetdir=${folder}`,
    ),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const certificates = makeCertificates(folder, address);
  writeFileSync(
    at('smb.conf'),
    `[global]
  netbios name = DC
  workgroup = NAGISAWA
  realm = NAGISAWA.EXAMPLE.JP
  server role = active directory domain controller
  server services = ldap
  interfaces = ${address}/8
  bind interfaces only = yes
  private dir = ${at('private')}
  state directory = ${at('state')}
  cache directory = ${at('cache')}
  lock directory = ${folder}
  pid directory = ${folder}
  ncalrpc dir = ${at('ncalrpc')}
  winbindd socket directory = ${at('winbindd')}
  tls certfile = ${certificates.certificate}
  tls keyfile = ${certificates.key}
  tls cafile = ${certificates.ca}
  logging = file
  log file = ${at('samba.log')}
`,
  );
  const start = () =>
    startServer('samba', ['-F', '-s', at('smb.conf'), '-M', 'single', '--no-process-group'], { host: address, port: 636 });
  let server = await start();

  const town = sampleTown({ seed: 7, size: 426 });
  const ca = readFileSync(certificates.ca, 'utf8');
  const urls = { ldap: `ldap://${address}:389`, ldaps: `ldaps://${address}:636` };
  const asAdministrator = async <Result>(work: (client: Client) => Promise<Result>): Promise<Result> => {
    await using client = new Client({ url: urls.ldaps, tlsOptions: { ca } });
    await client.bind(administrator.dn, administrator.password);
    return await work(client);
  };
  const group = `CN=telework-remote-access,ou=groups,${town.baseDn}`;
  await asAdministrator((client) => load(client, town));
  // As an administrator delegates it: the service account writes the members of this one group.
  const shown = execFileSync('samba-tool', ['user', 'show', 'telework', '--attributes=objectSid', '-s', at('smb.conf')], {
    encoding: 'utf8',
  });
  const ace = `(OA;;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;;${/^objectSid: (S-[\d-]+)$/m.exec(shown)?.[1]})`;
  execFileSync('samba-tool', ['dsacl', 'set', `--objectdn=${group}`, `--sddl=${ace}`, '-s', at('smb.conf')], { stdio: 'ignore' });

  const replace = (staffNumber: string, type: string, value: string) =>
    asAdministrator((client) =>
      client.modify(
        adDn(`uid=${staffNumber},ou=people,${town.baseDn}`),
        new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) }),
      ),
    );
  return {
    town,
    urls,
    ca,
    replace,
    connect: (more: Partial<LdapDirectoryOptions> = {}) =>
      createLdapDirectory({
        url: urls.ldaps,
        ca,
        baseDn: town.baseDn,
        preset: 'ad',
        account: { dn: adDn(town.accounts.service.dn), password: town.accounts.service.password },
        clock: { now: () => new Date() },
        // Active Directory has no index on employeeNumber: Samba walks every entry for every question, in one process.
        timeLimitMs: 20_000,
        ...more,
      }),
    disable: (staffNumber: string) => replace(staffNumber, 'userAccountControl', '514'),
    enable: (staffNumber: string) => replace(staffNumber, 'userAccountControl', '512'),
    remoteAccess: () =>
      asAdministrator(async (client) => {
        const { searchEntries } = await client.search(group, { scope: 'base', attributes: ['member'] });
        return searchEntries.flatMap(({ member }) => [member ?? []].flat().map(String));
      }),
    deleteMember: async () => {
      const person = `CN=77777,ou=people,${town.baseDn}`;
      await asAdministrator(async (client) => {
        await client.add(person, [
          attribute('objectClass', ['user']),
          attribute('sAMAccountName', ['77777']),
          attribute('employeeNumber', ['77777']),
        ]);
        await client.modify(group, new Change({ operation: 'add', modification: attribute('member', [person]) }));
        await client.del(person);
      });
      return '77777';
    },
    withoutGroup: async (attempt: () => Promise<void>) => {
      await asAdministrator((client) => client.modifyDN(group, 'CN=another'));
      await attempt().finally(() =>
        asAdministrator((client) => client.modifyDN(group.replace('telework-remote-access', 'another'), 'CN=telework-remote-access')),
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

/** People and services are named by CN in Active Directory. */
const adDn = (dn: string) => dn.replace(/^uid=/, 'CN=');

/** Adds the town's entries as Active Directory writes them: people before whatever names them, and the members of IT and the committee one group further down. */
async function load(client: Client, town: SampleTown): Promise<void> {
  const later = [/^ou=units,/, /,ou=units,/, /^cn=telework-/];
  const when = ({ dn }: DirectoryEntry) => later.findIndex((pattern) => pattern.test(dn));
  for (const entry of [...town.entries].sort((one, other) => when(one) - when(other)))
    for (const { dn, attributes } of asAd(entry, town))
      await client.add(
        dn,
        Object.entries(attributes).map(([type, values]) => attribute(type, values)),
      );
}

const attribute = (type: string, values: readonly string[]) =>
  type === 'unicodePwd'
    ? new Attribute({ type, values: values.map((value) => Buffer.from(`"${value}"`, 'utf16le')) })
    : new Attribute({ type, values: [...values] });

function asAd({ dn, attributes }: DirectoryEntry, { accounts }: SampleTown): DirectoryEntry[] {
  const some = (name: string, as = name): Record<string, readonly string[]> => (attributes[name] ? { [as]: attributes[name] } : {});
  const [objectClass] = attributes.objectClass ?? [];
  switch (objectClass) {
    case 'organizationalUnit': {
      const head = attributes.seeAlso ? { managedBy: attributes.seeAlso.map(adDn) } : {};
      return [{ dn, attributes: { objectClass: ['organizationalUnit'], ...some('ou'), ...some('description'), ...head } }];
    }
    case 'inetOrgPerson':
      return [
        {
          dn: adDn(dn),
          attributes: {
            objectClass: ['user'],
            ...some('uid', 'sAMAccountName'),
            ...some('employeeNumber'),
            ...some('displayName'),
            ...some('cn;lang-ja-hira', 'msDS-PhoneticDisplayName'),
            ...some('sn'),
            ...some('givenName'),
            ...some('mail'),
            ...some('title'),
            ...some('employeeType'),
            ...(attributes.departmentNumber && { department: attributes.departmentNumber.slice(0, 1) }),
            ...some('departmentNumber'),
            unicodePwd: [accounts.password],
            userAccountControl: [attributes.pwdAccountLockedTime ? '514' : '512'],
          },
        },
      ];
    case 'applicationProcess':
      return [
        {
          dn,
          attributes: {
            objectClass: ['user'],
            sAMAccountName: ['telework'],
            unicodePwd: [accounts.service.password],
            userAccountControl: ['512'],
          },
        },
      ];
    case 'groupOfNames': {
      const [name = ''] = attributes.cn ?? [];
      const members = (attributes.member ?? []).map(adDn);
      const group = (cn: string, member: readonly string[]) => ({
        dn: dn.replace(`cn=${name}`, `CN=${cn}`),
        attributes: { objectClass: ['group'], sAMAccountName: [cn], member },
      });
      if (!['telework-it', 'telework-committee', 'telework-terminal-manager'].includes(name)) return [group(name, members)];
      const below = group(`people of ${name}`, members);
      return [below, group(name, [below.dn])];
    }
    default:
      return []; // The domain itself is there.
  }
}

let provisioned: ReturnType<typeof samba> | undefined;
/** A domain takes a minute to fill: both parts of the file use one. */
const theDomain = () => {
  provisioned ??= samba('127.17.4.1');
  return provisioned;
};

directoryContract('Samba as Active Directory', async () => ({ ...(await theDomain()), end: async () => undefined }));

describe('Active Directory', () => {
  let domain: Awaited<ReturnType<typeof samba>>;
  beforeAll(async () => {
    domain = await theDomain();
  });
  afterAll(() => domain?.end());

  test('StartTLS: questions and logins', async () => {
    const directory = domain.connect({ url: domain.urls.ldap, startTls: true });
    const { accounts } = domain.town;
    expect(await directory.capacitiesOf(accounts.head)).toContain('head:zeimu');
    expect(await directory.authenticate(accounts.head, accounts.password)).toBe('ok');
    directory.close();
  });

  test('a login without TLS is refused by the domain: an outage that says so', async () => {
    const directory = domain.connect({ url: domain.urls.ldap });
    await expect(directory.capacitiesOf(domain.town.accounts.head)).rejects.toThrow(
      new DirectoryAway('the directory refuses the account that reads (result code 8)'),
    );
    directory.close();
  });

  test('an account that has expired is disabled', async () => {
    const { borrower, password } = domain.town.accounts;
    const directory = domain.connect();
    const ticks = (instant: string) => String((BigInt(Date.parse(instant)) + 11_644_473_600_000n) * 10_000n);
    await domain.replace(borrower, 'accountExpires', ticks('2026-04-01T00:00:00+09:00'));
    expect(await directory.capacitiesOf(borrower)).toBeUndefined();
    expect(await directory.authenticate(borrower, password)).toBe('disabled');
    await domain.replace(borrower, 'accountExpires', ticks('2126-04-01T00:00:00+09:00'));
    expect(await directory.capacitiesOf(borrower)).toEqual([`staff:${borrower}`, 'member:zeimu']);
    expect(await directory.authenticate(borrower, password)).toBe('ok');
    directory.close();
  });
});
