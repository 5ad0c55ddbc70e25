import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Capacity, DirectoryAway, type DirectoryPort } from '../../activities/directory/port.js';
import type { SampleTown } from '../../embedded/sample-town.js';

/** A real directory that holds the sample town, and what the contract does to it. */
export interface ContractSubject {
  town: SampleTown;
  connect(): DirectoryPort & { close(): void };
  disable(staffNumber: string): Promise<void>;
  enable(staffNumber: string): Promise<void>;
  /** DNs of who is in the group of remote access, read past the adapter. */
  remoteAccess(): Promise<readonly string[]>;
  /** Deletes somebody who is in that group; whether the directory then takes them out of it is its own matter. Answers the staff number. */
  deleteMember(): Promise<string>;
  /** Names the group otherwise while something is tried. */
  withoutGroup(attempt: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again, at the same address. */
  start(): Promise<void>;
  end(): Promise<void>;
}

const hostile: [what: string, text: string][] = [
  ['a filter within the value', '*)(uid=*'],
  ['a wildcard', '*'],
  ['a wildcard at the end', '10*'],
  ['an or that is always true', 'x)(|(objectClass=*)'],
  ['an escaped wildcard', '\\2a'],
  ['a backslash', '\\'],
  ['a DN', 'uid=10001,ou=people,dc=nagisawa,dc=example,dc=jp'],
  ['separators of a DN', '10001,ou=people+x="#;<>'],
  ['a NUL at the end', '10001\0'],
  ['a NUL alone', '\0'],
  ['the first half of a character', '10001\ud842'],
  ['the second half of a character', '\udfb7'],
  ['a character beyond the basic plane', '𠮷'],
  ['control characters', '\u0001\u001f\u007f'],
  ['a line of LDIF', '1\ndn: cn=x'],
  ['an empty text', ''],
  ['a very long one', '1'.repeat(2_000_000)],
];

/** The same person written otherwise: a directory may find them, and they must not become somebody else (requester ≠ approver). */
const otherSpellings = (staffNumber: string): string[] => [
  ` ${staffNumber}`,
  `${staffNumber} `,
  staffNumber.replace('1', '１'),
  `${staffNumber}\u200b`,
];

/** What every directory adapter keeps, over the wire, with the sample town in the directory. */
export function directoryContract(name: string, prepare: () => Promise<ContractSubject>): void {
  describe(`a directory: ${name}`, () => {
    let subject: ContractSubject;
    let directory: ReturnType<ContractSubject['connect']>;
    let accounts: SampleTown['accounts'];
    beforeAll(async () => {
      subject = await prepare();
      accounts = subject.town.accounts;
      directory = subject.connect();
    }, 300_000);
    afterAll(async () => {
      directory?.close();
      await subject?.end();
    });

    describe('login', () => {
      test('the right password of an account that may log in is ok', async () => {
        expect(await directory.authenticate(accounts.borrower, accounts.password)).toBe('ok');
      });

      test.each([
        ['another', (password: string) => `${password}x`],
        ['its beginning', (password: string) => password.slice(0, -1)],
        ['in capitals', (password: string) => password.toUpperCase()],
        ['with a NUL', (password: string) => `${password}\0`],
        ['with half a character', (password: string) => `${password}\ud842`],
        ['very long', (password: string) => password + 'x'.repeat(1_000_000)],
        ['empty', () => ''],
      ])('a password that is %s is wrong', async (_, change) => {
        expect(await directory.authenticate(accounts.borrower, change(accounts.password))).toBe('wrong');
      });

      test.each(hostile)('a staff number that is %s is wrong', async (_, text) => {
        expect(await directory.authenticate(text, accounts.password)).toBe('wrong');
      });

      test('a staff number that nobody has is wrong', async () => {
        expect(await directory.authenticate('99999', accounts.password)).toBe('wrong');
      });

      test('one person has one spelling', async () => {
        for (const text of otherSpellings(accounts.borrower)) {
          expect(await directory.authenticate(text, accounts.password)).toBe('wrong');
          expect(await directory.staffMember(text)).toBeUndefined();
          expect(await directory.capacitiesOf(text)).toBeUndefined();
          expect(await directory.holdersOf(`staff:${text}`)).toEqual([]);
        }
      });

      test('a disabled account is disabled', async () => {
        expect(await directory.authenticate(accounts.disabled, accounts.password)).toBe('disabled');
      });
    });

    describe('people', () => {
      test('a person is known with name, reading, mail, title, employment and departments', async () => {
        const entry = subject.town.entries.find(({ dn }) => dn.startsWith(`uid=${accounts.borrower},`));
        expect(await directory.staffMember(accounts.borrower)).toEqual({
          staffNumber: accounts.borrower,
          name: entry?.attributes.displayName?.[0],
          furigana: entry?.attributes['cn;lang-ja-hira']?.[0],
          mail: `s${accounts.borrower}@city.nagisawa.example.jp`,
          title: entry?.attributes.title?.[0],
          employment: 'regular',
          departments: ['zeimu'],
          disabled: false,
        });
      });

      test('characters that old systems do not know arrive whole', async () => {
        const rare = subject.town.entries.filter(({ attributes }) => /^[𠮷髙]/u.test(attributes.displayName?.[0] ?? ''));
        expect(rare.length).toBeGreaterThan(3);
        for (const { attributes } of rare)
          expect((await directory.staffMember(attributes.uid?.[0] ?? ''))?.name).toBe(attributes.displayName?.[0]);
      });

      test('the main post stands first of two (兼務)', async () => {
        const both = subject.town.entries.filter(({ attributes }) => attributes.departmentNumber?.length === 2);
        expect(both).toHaveLength(1);
        const [entry] = both;
        expect((await directory.staffMember(entry?.attributes.uid?.[0] ?? ''))?.departments).toEqual(entry?.attributes.departmentNumber);
      });

      test('a disabled account is still a person', async () => {
        expect(await directory.staffMember(accounts.disabled)).toMatchObject({ staffNumber: accounts.disabled, disabled: true });
      });

      test.each(hostile)('nobody has a staff number that is %s', async (_, text) => {
        expect(await directory.staffMember(text)).toBeUndefined();
        expect(await directory.capacitiesOf(text)).toBeUndefined();
        expect(await directory.holdersOf(`staff:${text}`)).toEqual([]);
      });
    });

    describe('capacities', () => {
      const capacities = async (staffNumber: string) => [...((await directory.capacitiesOf(staffNumber)) ?? ['nobody'])].sort();

      test('a member of staff is oneself, and a member of the department', async () =>
        expect(await capacities(accounts.borrower)).toEqual(['member:zeimu', `staff:${accounts.borrower}`]));

      test('a head heads the department', async () =>
        expect(await capacities(accounts.head)).toEqual(['head:zeimu', 'member:zeimu', `staff:${accounts.head}`]));

      test('who heads a division is the next superior in its departments (部長)', async () => {
        const below = subject.town.entries.flatMap(({ dn, attributes }) => (/^ou=\w+,ou=fukushibu,/.test(dn) ? (attributes.ou ?? []) : []));
        expect(below).toContain('fukushi');
        const own = ['committee', 'head:fukushibu', 'member:fukushibu', `staff:${accounts.superior}`];
        expect(await capacities(accounts.superior)).toEqual([...own, ...below.map((unit) => `superior:${unit}`)].sort());
      });

      test('the next superior of who heads a division is the deputy mayor (副市長)', async () => {
        const divisions = subject.town.entries.flatMap(({ dn, attributes }) => (/^ou=\w+,ou=units,/.test(dn) ? (attributes.ou ?? []) : []));
        expect(await capacities(accounts.deputyMayor)).toEqual(expect.arrayContaining(divisions.map((unit) => `superior:${unit}`)));
        expect(await capacities(accounts.deputyMayor)).not.toContain('superior:fukushi');
      });

      test('who heads two departments has both posts', async () => {
        const heads = subject.town.entries.flatMap(({ attributes }) =>
          attributes.objectClass?.includes('organizationalUnit') ? (attributes.seeAlso ?? []) : [],
        );
        const twice = heads.find((dn, index) => heads.indexOf(dn) !== index) ?? '';
        const posts = await capacities(twice.slice('uid='.length, twice.indexOf(',')));
        expect(posts.filter((capacity) => capacity.startsWith('head:'))).toHaveLength(2);
      });

      test.each<[keyof SampleTown['accounts'], Capacity]>([
        ['keeper', 'keeper:zeimu'],
        ['promoter', 'promoter:zeimu'],
        ['hr', 'hr'],
        ['itHead', 'it'],
        ['admin', 'admin'],
        ['personnel', 'personnel'],
        ['mayor', 'mayor'],
        ['mayor', 'committee'],
        ['emergencyAuthority', 'emergencyAuthority'],
      ])('%s acts as %s', async (account, capacity) => {
        const staffNumber = accounts[account] as string;
        expect(await capacities(staffNumber)).toContain(capacity);
      });

      test('whoever may act in a capacity is among its holders, and the other way round', async () => {
        const { password: _, service: __, disabled: ___, it, ...others } = accounts;
        for (const staffNumber of [...it, ...Object.values(others)])
          for (const capacity of (await directory.capacitiesOf(staffNumber)) ?? []) {
            const holders = (await directory.holdersOf(capacity)).map((holder) => holder.staffNumber);
            expect(holders, `${capacity} of ${staffNumber}`).toContain(staffNumber);
            for (const holder of holders) expect(await directory.capacitiesOf(holder)).toContain(capacity);
          }
      });

      test('IT are three and their head', async () => {
        const holders = (await directory.holdersOf('it')).map(({ staffNumber }) => staffNumber);
        expect(holders.sort()).toEqual([...accounts.it, accounts.itHead].sort());
      });

      test('the keeper of one department keeps no other', async () => {
        expect((await directory.holdersOf('keeper:zeimu')).map(({ staffNumber }) => staffNumber)).toEqual([accounts.keeper]);
        expect(await directory.holdersOf('keeper:ZEIMU')).not.toHaveLength(2);
      });

      test('a vacant post has no head, and its requests go to the next superior all the same', async () => {
        const vacant = subject.town.entries.find(
          ({ dn, attributes }) =>
            /^ou=\w+,ou=\w+,ou=units,/.test(dn) && attributes.objectClass?.includes('organizationalUnit') && !attributes.seeAlso,
        );
        const id = vacant?.attributes.ou?.[0] ?? '';
        expect(await directory.unit(id)).not.toHaveProperty('head');
        expect(await directory.holdersOf(`head:${id}`)).toEqual([]);
        expect(await directory.holdersOf(`superior:${id}`)).toHaveLength(1);
      });

      test('the special posts head no department and have no superior', async () => {
        expect(await capacities(accounts.mayor)).toEqual(['committee', 'mayor', `staff:${accounts.mayor}`]);
        expect(await directory.holdersOf('superior:nowhere')).toEqual([]);
      });

      test.each(hostile)('nobody holds a capacity for a unit that is %s', async (_, text) => {
        for (const role of ['head', 'superior', 'keeper', 'promoter', 'member'] as const)
          expect(await directory.holdersOf(`${role}:${text}`)).toEqual([]);
        expect(await directory.unit(text)).toBeUndefined();
      });
    });

    describe('units', () => {
      test('a department has a name, the unit above and a head', async () => {
        expect(await directory.unit('zeimu')).toEqual({ id: 'zeimu', name: '税務課', parent: 'zeimubu', head: accounts.head });
      });
      test('a division is at the top', async () => {
        expect(await directory.unit('fukushibu')).toEqual({ id: 'fukushibu', name: '保健福祉部', head: accounts.superior });
      });
      test('all of them are those that are known one by one, and nothing that holds them', async () => {
        const ids = subject.town.entries.flatMap(({ dn, attributes }) => (/^ou=\w+,.*ou=units,/.test(dn) ? (attributes.ou ?? []) : []));
        const all = await directory.units();
        expect(all.map(({ id }) => id).sort()).toEqual(ids.sort());
        for (const id of ['zeimu', 'fukushibu']) expect(all.find((one) => one.id === id)).toEqual(await directory.unit(id));
      });
      test('what holds all units is none, and neither is what nobody named', async () => {
        expect(await directory.unit('units')).toBeUndefined();
        expect(await directory.unit('people')).toBeUndefined();
        expect(await directory.unit('nowhere')).toBeUndefined();
        expect(await directory.unit('ZEIMU')).toBeUndefined();
      });
    });

    describe('the people of a department', () => {
      test('are all who have a post there, the second one of two included', async () => {
        const both = subject.town.entries.find(({ attributes }) => attributes.departmentNumber?.length === 2);
        for (const department of ['zeimu', ...(both?.attributes.departmentNumber ?? [])]) {
          const there = subject.town.entries.filter(({ attributes }) => attributes.departmentNumber?.includes(department));
          const numbers = (await directory.staffOf(department)).map(({ staffNumber }) => staffNumber);
          expect(numbers.sort()).toEqual(there.map(({ attributes }) => attributes.employeeNumber?.[0]).sort());
        }
        expect((await directory.staffOf('fukushi')).find(({ disabled }) => disabled)?.staffNumber).toBe(accounts.disabled);
      });
      test.each([['that nobody named', 'nowhere'], ['in capitals', 'ZEIMU'], ...hostile])(
        'are nobody for a department %s',
        async (_, text) => {
          expect(await directory.staffOf(text)).toEqual([]);
        },
      );
    });

    describe('remote access', () => {
      const members = async () => (await subject.remoteAccess()).map((dn) => /^[^=]+=([^,]*)/.exec(dn)?.[1] ?? '');

      test('is granted and taken away, each as often as it is said', async () => {
        for (const granted of [true, true, false, false, true, false]) {
          expect(await directory.setRemoteAccess(accounts.borrower, granted)).toBe('done');
          expect((await members()).includes(accounts.borrower)).toBe(granted);
        }
      });

      test('one person’s is not another’s', async () => {
        await Promise.all([accounts.borrower, accounts.head].map((one) => directory.setRemoteAccess(one, true)));
        expect(await directory.setRemoteAccess(accounts.borrower, false)).toBe('done');
        expect(await members()).toContain(accounts.head);
        expect(await directory.setRemoteAccess(accounts.head, false)).toBe('done');
      });

      test('twice at once is once', async () => {
        for (const granted of [true, false]) {
          const answers = await Promise.all([1, 2, 3].map(() => directory.setRemoteAccess(accounts.borrower, granted)));
          expect(answers).toEqual(['done', 'done', 'done']);
          expect((await members()).filter((one) => one === accounts.borrower)).toHaveLength(granted ? 1 : 0);
        }
      });

      test('a disabled account loses it as any other', async () => {
        expect(await directory.setRemoteAccess(accounts.disabled, true)).toBe('done');
        expect(await directory.setRemoteAccess(accounts.disabled, false)).toBe('done');
        expect(await members()).not.toContain(accounts.disabled);
      });

      test.each([['nobody’s number', '99999'], ...hostile])(
        'it is not granted to %s, and taken away from it all the same',
        async (_, text) => {
          const before = await subject.remoteAccess();
          expect(await directory.setRemoteAccess(text, true)).toBe('unknownPerson');
          expect(await directory.setRemoteAccess(text, false)).toBe('done');
          expect(await subject.remoteAccess()).toEqual(before);
        },
      );

      test('who was deleted is granted nothing, and does not stay behind in the group', async () => {
        const gone = await subject.deleteMember();
        expect(await directory.setRemoteAccess(gone, true)).toBe('unknownPerson');
        expect(await directory.setRemoteAccess(gone, false)).toBe('done');
        expect(await members()).not.toContain(gone);
      });

      test('the last one can be taken out', async () => {
        const before = await members();
        for (const one of before) expect(await directory.setRemoteAccess(one, false)).toBe('done');
        expect((await members()).filter((one) => /^\d+$/.test(one))).toEqual([]);
        for (const one of before) if (/^\d+$/.test(one)) await directory.setRemoteAccess(one, true);
        expect(await members()).toEqual(expect.arrayContaining(before));
      });

      test('who has gone changes nothing', async () => {
        const reason = new Error('the caller left');
        await expect(directory.setRemoteAccess(accounts.borrower, true, AbortSignal.abort(reason))).rejects.toBe(reason);
        expect(await members()).not.toContain(accounts.borrower);
      });

      test('a directory without the group says so', async () => {
        await subject.withoutGroup(async () => {
          for (const granted of [true, false])
            expect(await directory.setRemoteAccess(accounts.borrower, granted)).toBe('noRemoteAccessGroup');
        });
        expect(await directory.setRemoteAccess(accounts.borrower, false)).toBe('done');
      });
    });

    test('an account that is disabled after login is out, and back when it is enabled', async () => {
      const [somebody] = accounts.it;
      expect(await directory.authenticate(somebody, accounts.password)).toBe('ok');
      await subject.disable(somebody);
      expect(await directory.authenticate(somebody, accounts.password)).toBe('disabled');
      expect(await directory.capacitiesOf(somebody)).toBeUndefined();
      expect(await directory.staffMember(somebody)).toMatchObject({ disabled: true });
      for (const capacity of ['it', `staff:${somebody}`] as const)
        expect((await directory.holdersOf(capacity)).map(({ staffNumber }) => staffNumber)).not.toContain(somebody);
      await subject.enable(somebody);
      expect(await directory.capacitiesOf(somebody)).toContain('it');
      expect(await directory.authenticate(somebody, accounts.password)).toBe('ok');
    });

    test('many questions at once are answered over one connection', async () => {
      const answers = await Promise.all(Array.from({ length: 200 }, () => directory.capacitiesOf(accounts.head)));
      expect(answers.every((capacities) => capacities?.includes('head:zeimu'))).toBe(true);
    });

    test('who gives up waiting gets their own reason, and nobody else is disturbed', async () => {
      const reason = new Error('the caller left');
      await expect(directory.capacitiesOf(accounts.head, AbortSignal.abort(reason))).rejects.toBe(reason);
      const leaving = new AbortController();
      const left = directory.capacitiesOf(accounts.head, leaving.signal);
      const stays = directory.capacitiesOf(accounts.head);
      leaving.abort(reason);
      await expect(left).rejects.toBe(reason);
      expect(await stays).toContain('head:zeimu');
    });

    test('a directory that was started again between two questions answers the second', async () => {
      expect(await directory.capacitiesOf(accounts.head)).toContain('head:zeimu');
      await subject.stop();
      await subject.start();
      expect(await directory.capacitiesOf(accounts.head)).toContain('head:zeimu');
    });

    test("a directory that is down is away, says nobody's name, and is asked again when it is back", async () => {
      expect(await directory.capacitiesOf(accounts.head)).toContain('head:zeimu');
      await subject.stop();
      const questions = [
        () => directory.capacitiesOf(accounts.head),
        () => directory.staffMember(accounts.head),
        () => directory.holdersOf('it'),
        () => directory.unit('zeimu'),
        () => directory.setRemoteAccess(accounts.head, true),
        () => directory.authenticate(accounts.head, accounts.password),
      ];
      for (const question of questions) {
        const error = await question().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(DirectoryAway);
        expect(String(error)).not.toMatch(new RegExp(`${accounts.head}|zeimu|dc=|uid=|ou=`, 'i'));
      }
      // What needs no directory is refused without it.
      expect(await directory.authenticate(accounts.head, '')).toBe('wrong');
      await subject.start();
      expect(await directory.capacitiesOf(accounts.head)).toContain('head:zeimu');
      expect(await directory.authenticate(accounts.head, accounts.password)).toBe('ok');
    });
  });
}
