import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fc, test as property } from '@fast-check/vitest';
import { Attribute, Change, Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedDirectory, startDirectory } from '../../embedded/directory.js';
import { type SampleTown, writeSampleTown } from '../../embedded/sample-town.js';

const folder = mkdtempSync(join(tmpdir(), 'embedded-directory-'));
let town: SampleTown;
let directory: EmbeddedDirectory;
let client: Client;
beforeAll(async () => {
  town = await writeSampleTown({ seed: 3, size: 1017, folder });
  directory = await startDirectory({ folder, port: 0 });
  client = await boundTo(directory.port);
});
afterAll(async () => {
  await client?.unbind();
  await directory?.close();
  await rm(folder, { recursive: true });
});

async function boundTo(port: number, { dn, password } = town.accounts.service): Promise<Client> {
  const bound = new Client({ url: `ldap://127.0.0.1:${port}` });
  await bound.bind(dn, password);
  return bound;
}

const personDn = (staffNumber: string) => `uid=${staffNumber},ou=people,${town.baseDn}`;
const change = (operation: 'add' | 'delete' | 'replace', type: string, values: string[]) =>
  new Change({ operation, modification: new Attribute({ type, values }) });
const found = async (filter: string, base = town.baseDn, scope: 'base' | 'one' | 'sub' = 'sub') =>
  (await client.search(base, { filter, scope, attributes: ['1.1'] })).searchEntries.map(({ dn }) => dn).sort();

describe('searches', () => {
  const all = (test: (attributes: Record<string, readonly string[]>) => boolean) =>
    town.entries.flatMap(({ dn, attributes }) => (test(attributes) ? [dn] : [])).sort();
  const has = (value: string, name: string) => (attributes: Record<string, readonly string[]>) =>
    attributes[name]?.includes(value) ?? false;

  test.each([
    ['equality, by index', '(departmentNumber=zeimu)', has('zeimu', 'departmentNumber')],
    ['equality, by walking', '(employeeType=reEmployed)', has('reEmployed', 'employeeType')],
    ['equality in other case', '(EMPLOYEETYPE=REemployed)', has('reEmployed', 'employeeType')],
    ['presence', '(seeAlso=*)', (attributes: object) => 'seeAlso' in attributes],
    [
      'and',
      '(&(departmentNumber=zeimu)(title=課長))',
      (a: Record<string, readonly string[]>) => has('zeimu', 'departmentNumber')(a) && has('課長', 'title')(a),
    ],
    [
      'or',
      '(|(departmentNumber=zeimu)(title=課長))',
      (a: Record<string, readonly string[]>) => has('zeimu', 'departmentNumber')(a) || has('課長', 'title')(a),
    ],
    ['not', '(!(objectClass=inetOrgPerson))', (a: Record<string, readonly string[]>) => !has('inetOrgPerson', 'objectClass')(a)],
    ['a beginning', '(displayName=𠮷田*)', (a: Record<string, readonly string[]>) => a.displayName?.[0]?.startsWith('𠮷田') ?? false],
    ['a middle and an end', '(displayName=*田 *子)', (a: Record<string, readonly string[]>) => /田 .*子$/u.test(a.displayName?.[0] ?? '')],
    ['a subtype', '(cn=*よしだ*)', (a: Record<string, readonly string[]>) => a['cn;lang-ja-hira']?.[0]?.includes('よしだ') ?? false],
    ['a password, by which nobody is found', '(userPassword={SSHA}*)', () => false],
  ])('%s', async (_, filter, test) => expect(await found(filter)).toEqual(all(test)));

  test('scopes: the entry, those directly below, all below', async () => {
    const base = `ou=units,${town.baseDn}`;
    expect(await found('(objectClass=*)', base, 'base')).toEqual([base]);
    expect(await found('(objectClass=*)', base, 'one')).toEqual(
      town.entries.flatMap(({ dn }) => (/^ou=\w+,ou=units,/.test(dn) ? [dn] : [])).sort(),
    );
    expect(await found('(ou=*)', base)).toEqual(town.entries.flatMap(({ dn }) => (dn.endsWith(base) ? [dn] : [])).sort());
    expect(await found('(departmentNumber=zeimu)', base)).toEqual([]);
    await expect(found('(ou=*)', 'ou=nowhere')).rejects.toMatchObject({ code: 32 });
  });

  test("size limits: the caller's, and the directory's own", async () => {
    const { searchEntries } = await client.search(town.baseDn, { filter: '(uid=*)', sizeLimit: 3 });
    expect(searchEntries).toHaveLength(3);
  });

  test('passwords are never shown, and locks only to who asks for them', async () => {
    const of = async (attributes: string[]) => {
      const { searchEntries } = await client.search(personDn(town.accounts.disabled), { scope: 'base', attributes });
      return Object.keys(searchEntries[0] ?? {});
    };
    expect(await of([])).not.toEqual(expect.arrayContaining(['userPassword']));
    expect(await of([])).not.toEqual(expect.arrayContaining(['pwdAccountLockedTime']));
    expect(await of(['+'])).toEqual(['dn', 'pwdAccountLockedTime', '+']);
    expect(await of(['cn'])).toEqual(['dn', 'cn', 'cn;lang-ja-hira']);
    expect((await client.search(personDn(town.accounts.head), { attributes: ['userPassword'] })).searchEntries[0]?.userPassword).toEqual(
      [],
    );
  });

  property.prop([fc.string({ unit: 'binary', maxLength: 40 })])('any text as a value finds its equals or nobody', async (value) => {
    const escaped = [...Buffer.from(value)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
    const kept = Buffer.from(value).toString().toLowerCase();
    expect(await found(`(title=${escaped})`)).toEqual(all(({ title }) => title?.some((one) => one.toLowerCase() === kept) ?? false));
  });
});

describe('who may do what', () => {
  test.each([
    ['nobody', async () => new Client({ url: `ldap://127.0.0.1:${directory.port}` })],
    [
      'whoever bound with a wrong password',
      async () => {
        const bound = await boundTo(directory.port);
        await expect(bound.bind(personDn(town.accounts.head), 'another')).rejects.toMatchObject({ code: 49 });
        return bound;
      },
    ],
  ])('%s may not search', async (_, as) => {
    const nobody = await as();
    await expect(nobody.search(town.baseDn)).rejects.toMatchObject({ code: 50 });
    await expect(nobody.modify(personDn(town.accounts.head), change('replace', 'title', ['市長']))).rejects.toMatchObject({ code: 50 });
    await nobody.unbind();
  });

  test('a locked account may not log in', async () => {
    const locked = { dn: personDn(town.accounts.disabled), password: town.accounts.password };
    await expect(boundTo(directory.port, locked)).rejects.toMatchObject({ code: 49 });
  });

  test('a person may search, and change nothing', async () => {
    const person = await boundTo(directory.port, { dn: personDn(town.accounts.head), password: town.accounts.password });
    expect((await person.search(town.baseDn, { filter: '(departmentNumber=zeimu)' })).searchEntries.length).toBeGreaterThan(5);
    await expect(person.modify(personDn(town.accounts.head), change('replace', 'title', ['市長']))).rejects.toMatchObject({ code: 50 });
    await person.unbind();
  });

  test('entries are neither added nor removed nor renamed', async () => {
    await expect(client.add(`uid=1,ou=people,${town.baseDn}`, { objectClass: ['inetOrgPerson'] })).rejects.toMatchObject({ code: 53 });
    await expect(client.del(personDn(town.accounts.head))).rejects.toMatchObject({ code: 53 });
    await expect(client.modifyDN(personDn(town.accounts.head), 'uid=1')).rejects.toMatchObject({ code: 53 });
  });

  test.each([
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a length beyond all measure', Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff])],
    ['a negative length', Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02])],
    ['a message that ends within a value', Buffer.from([0x30, 0x07, 0x02, 0x01, 0x01, 0x60, 0x7f, 0x02, 0x01])],
    ['filters nested without end', Buffer.concat([Buffer.from([0x30, 0x82, 0x7f, 0xff]), Buffer.alloc(0x7fff, 0xa2)])],
  ])('%s ends that connection and nothing else', async (_, bytes) => {
    const socket = connect(directory.port, '127.0.0.1', () => socket.write(bytes));
    await new Promise((resolve) => socket.once('close', resolve).on('error', () => undefined));
    expect(await found('(uid=10001)')).toHaveLength(1);
  });
});

describe('changes', () => {
  const group = () => `cn=telework-remote-access,ou=groups,${town.baseDn}`;
  const members = async () =>
    (await client.search(group(), { attributes: ['member'] })).searchEntries.flatMap(({ member }) => member as string | string[]);

  test('values are added once, removed once, replaced, and found by what they are now', async () => {
    const [first = ''] = await members();
    const somebody = personDn(town.accounts.borrower);
    await client.modify(group(), change('add', 'member', [somebody]));
    expect(await members()).toEqual([first, somebody]);
    expect(await found(`(member=${somebody})`)).toEqual([group()]);
    await expect(client.modify(group(), change('add', 'member', [somebody.toUpperCase()]))).rejects.toMatchObject({ code: 20 });
    await client.modify(group(), change('delete', 'member', [somebody]));
    expect(await found(`(member=${somebody})`)).toEqual([]);
    await expect(client.modify(group(), change('delete', 'member', [somebody]))).rejects.toMatchObject({ code: 16 });
    await expect(client.modify(group(), change('delete', 'member', [first]))).rejects.toMatchObject({ code: 65 });
    await expect(client.modify('cn=nobody', change('add', 'member', [somebody]))).rejects.toMatchObject({ code: 32 });
    await client.modify(personDn(town.accounts.keeper), change('replace', 'title', ['係長', '兼務']));
    expect(await found('(title=兼務)')).toEqual([personDn(town.accounts.keeper)]);
  });

  test('either all of a request or nothing', async () => {
    const before = await members();
    const both = [change('add', 'member', [personDn(town.accounts.promoter)]), change('delete', 'member', ['uid=nobody'])];
    await expect(client.modify(group(), both)).rejects.toMatchObject({ code: 16 });
    expect(await members()).toEqual(before);
  });
});

describe('as a process', () => {
  const stage = mkdtempSync(join(tmpdir(), 'embedded-directory-main-'));
  const started: ChildProcess[] = [];
  let people: string[];
  beforeAll(async () => {
    const { accounts } = await writeSampleTown({ seed: 3, size: 57, folder: stage });
    people = [accounts.borrower, accounts.head, accounts.keeper, accounts.promoter];
  });
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL');
    await rm(stage, { recursive: true });
  });

  async function start() {
    const child = spawn(process.execPath, ['--import', 'tsx', 'embedded/directory-main.ts'], {
      env: { ...process.env, TOWN_DIR: stage, PORT: '0' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    started.push(child);
    const [line] = await createInterface({ input: child.stdout })
      [Symbol.asyncIterator]()
      .next()
      .then(({ value }) => [value as string]);
    const { ready, ports } = JSON.parse(line ?? '') as { ready: boolean; ports: { ldap: number } };
    expect(ready).toBe(true);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { child, ended, port: ports.ldap };
  }

  test('every change that was answered is there after kill -9, and a line that was not finished is as if never begun', async () => {
    const titles = new Map<string, string>();
    for (const round of [1, 2, 3]) {
      const { child, ended, port } = await start();
      const bound = await boundTo(port, { dn: town.accounts.service.dn, password: town.accounts.service.password });
      for (const [staffNumber, title] of titles) {
        const { searchEntries } = await bound.search(personDn(staffNumber), { attributes: ['title'] });
        expect(searchEntries[0]?.title).toBe(title);
      }
      for (const staffNumber of people) {
        await bound.modify(personDn(staffNumber), change('replace', 'title', [`主事${round}`]));
        titles.set(staffNumber, `主事${round}`);
      }
      child.kill('SIGKILL');
      await ended;
      const log = join(stage, 'directory-changes.ndjson');
      appendFileSync(log, readFileSync(log, 'utf8').slice(0, 50 * round));
    }
  });

  test('ends when its standard input does', async () => {
    const { child, ended } = await start();
    child.stdin?.end();
    expect(await ended).toBe(0);
  });
});
