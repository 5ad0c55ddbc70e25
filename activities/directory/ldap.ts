import {
  AndFilter,
  Attribute as AttributeOfChange,
  Change,
  type Client,
  type Entry,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  NoSuchObjectError,
  OrFilter,
  type SearchOptions,
} from 'ldapts';
import type { Clock } from '../ledger/port.js';
import { above, keyOf } from './dn.js';
import { type Attribute, type Preset, presets } from './ldap-presets.js';
import { isRefusal, type LdapConnection, LdapSessions } from './ldap-session.js';
import { type Capacity, DirectoryAway, type DirectoryPort, type StaffMember, type Unit } from './port.js';

/** Where and how a municipality keeps its directory. */
export interface LdapDirectoryOptions extends LdapConnection {
  /** Everything is looked for below it. */
  baseDn: string;
  /** The entry below which the units lie nested, whose own head is the next superior of the topmost heads; `ou=units` below the base if absent. */
  unitsDn?: string;
  preset: keyof typeof presets;
  /** Accounts of Active Directory end at an instant. */
  clock: Clock;
}

/** The role groups of the municipality (design §8) and the capacity that each gives. */
const roles = {
  'telework-hr': 'hr',
  'telework-it': 'it',
  'telework-admin': 'admin',
  'telework-committee': 'committee',
  'telework-personnel': 'personnel',
  'telework-mayor': 'mayor',
  'telework-emergency-authority': 'emergencyAuthority',
} as const satisfies Record<string, Capacity>;

/** The groups whose members have a role in each of their departments. */
const departmentRoles = { 'telework-terminal-manager': 'keeper', 'telework-promoter': 'promoter' } as const;

/** Who is in it gets into the network from outside (design §8). */
const remoteAccessGroup = 'telework-remote-access';

const groupOf = Object.fromEntries([...Object.entries(roles), ...Object.entries(departmentRoles)].map(([group, role]) => [role, group]));

/** An answer of the directory before it means anything. */
interface Found {
  dn: string;
  of: Attribute;
}

/** The municipality's directory over LDAP; questions share one connection. `close` ends it. */
export function createLdapDirectory(options: LdapDirectoryOptions): DirectoryPort & { close(): void } {
  const { baseDn, clock } = options;
  const preset: Preset = presets[options.preset];
  const unitsDn = options.unitsDn ?? `ou=units,${baseDn}`;
  const sessions = new LdapSessions(options);
  const people = peopleIn(preset, baseDn, clock);
  const units = unitsIn(preset, unitsDn);
  const groups = groupsIn(preset, baseDn);

  const capacitiesOf = async (client: Client, staffNumber: string): Promise<readonly Capacity[] | undefined> => {
    const person = await people.byNumber(client, staffNumber);
    if (!person || person.member.disabled) return undefined;
    const [groups, posts] = await Promise.all([people.groupsOf(client, person.dn), units.headedBy(client, person.dn)]);
    const { departments } = person.member;
    return [
      `staff:${person.member.staffNumber}`,
      ...departments.map((department): Capacity => `member:${department}`),
      ...posts,
      ...groups.flatMap((group): readonly Capacity[] => {
        if (isKey(departmentRoles, group)) return departments.map((department): Capacity => `${departmentRoles[group]}:${department}`);
        return isKey(roles, group) ? [roles[group]] : [];
      }),
    ];
  };

  const holdersOf = async (client: Client, capacity: Capacity): Promise<readonly StaffMember[]> => {
    const [role = '', ...rest] = capacity.split(':');
    const subject = rest.join(':');
    if (rest.length > 0 && !askable(subject)) return [];
    switch (role) {
      case 'staff':
        return [await people.byNumber(client, subject)].flatMap((person) => person?.member ?? []);
      case 'head':
      case 'superior': {
        const dn = await (role === 'head' ? units.headOf(client, subject) : units.superiorOf(client, subject));
        return dn === undefined ? [] : [await people.byDn(client, dn)].flatMap((person) => person?.member ?? []);
      }
      case 'member':
        return people.inDepartment(client, subject);
      case 'keeper':
      case 'promoter':
        return people.inGroup(client, groupOf[role] ?? '', subject);
      default:
        return people.inGroup(client, groupOf[role] ?? '');
    }
  };

  return {
    async authenticate(staffNumber, password, signal) {
      if (!bindable(password) || !askable(staffNumber)) return 'wrong';
      const person = await sessions.ask((client) => people.byNumber(client, staffNumber), signal);
      if (!person) return 'wrong';
      // Whatever the password: OpenLDAP's password policy does not say whether that of a locked account was right.
      if (person.member.disabled) return 'disabled';
      try {
        await sessions.bind(person.dn, password, signal);
        return 'ok';
      } catch (error) {
        if (isRefusal(error)) return preset.disabledAtBind?.test(error.message) ? 'disabled' : 'wrong';
        throw error;
      }
    },
    staffMember: async (staffNumber, signal) => {
      if (!askable(staffNumber)) return undefined;
      const person = await sessions.ask((client) => people.byNumber(client, staffNumber), signal);
      return person?.member;
    },
    capacitiesOf: async (staffNumber, signal) =>
      askable(staffNumber) ? sessions.ask((client) => capacitiesOf(client, staffNumber), signal) : undefined,
    holdersOf: async (capacity, signal) => {
      const holders = await sessions.ask((client) => holdersOf(client, capacity), signal);
      return holders.filter(({ disabled }) => !disabled);
    },
    unit: async (id, signal) =>
      askable(id)
        ? sessions.ask(async (client) => {
            const unit = await units.byId(client, id);
            if (!unit) return undefined;
            const head = unit.head === undefined ? undefined : await people.byDn(client, unit.head);
            return { ...unit.unit, ...(head && { head: head.member.staffNumber }) };
          }, signal)
        : undefined,
    units: (signal) =>
      sessions.ask(async (client) => {
        const numbers = new Map<string, string | undefined>(); // Who heads a division may head its sections too.
        const whole: Unit[] = [];
        for (const { unit, head } of await units.all(client)) {
          if (head !== undefined && !numbers.has(head)) numbers.set(head, (await people.byDn(client, head))?.member.staffNumber);
          const number = head === undefined ? undefined : numbers.get(head);
          whole.push({ ...unit, ...(number !== undefined && { head: number }) });
        }
        return whole;
      }, signal),
    staffOf: async (department, signal) =>
      askable(department) ? sessions.ask((client) => people.inDepartment(client, department), signal) : [],
    setRemoteAccess: async (staffNumber, granted, signal) => {
      if (!askable(staffNumber)) return granted ? 'unknownPerson' : 'done';
      return sessions.ask(async (client, over) => {
        const group = await groups.byName(client, remoteAccessGroup);
        if (!group) return 'noRemoteAccessGroup';
        const dns = await people.dnsOf(client, staffNumber);
        const [dn, ...others] = dns;
        if (granted && (!dn || others.length)) return 'unknownPerson';
        for (const member of granted ? dns : [...dns, ...(await groups.leftBehind(client, group, staffNumber))])
          await groups.setMember(client, { group, member, granted, over });
        return 'done';
      }, signal);
    },
    close: () => sessions.close(),
  };
}

const isKey = <Key extends string>(record: Readonly<Record<Key, unknown>>, key: string): key is Key => Object.hasOwn(record, key);

const wellFormed = (text: string) => !/[\0\p{Surrogate}]/u.test(text);

/**
 * A password worth asking about. An empty one would bind as nobody (RFC 4513 §5.1.2), Samba cuts one off at a NUL, and nobody's is longer than 1,024
 * characters: far below what makes a directory close the connection.
 */
const bindable = (password: string) => password.length > 0 && password.length <= 1_024 && wellFormed(password);

/** Staff numbers and unit ids are short; a NUL or half a character is in no directory, and servers differ in what they make of one. */
const askable = (text: string) => text.length > 0 && text.length <= 64 && wellFormed(text);

const equals = (attribute: string, value: string) => new EqualityFilter({ attribute, value });
const both = (...filters: Filter[]) => new AndFilter({ filters });

/** No pages but where they are asked for: Active Directory grants ten of them per connection. More than it gives at once is an error, never a part. */
async function search(client: Client, base: string, options: SearchOptions): Promise<Found[]> {
  try {
    const { searchEntries } = await client.search(base, options);
    return searchEntries.map((entry) => ({ dn: entry.dn, of: attributesOf(entry) }));
  } catch (error) {
    if (error instanceof NoSuchObjectError) return [];
    throw error;
  }
}

function attributesOf(entry: Entry): Attribute {
  const values = new Map(Object.entries(entry).map(([name, value]) => [name.toLowerCase(), [value].flat().map(String)]));
  return (name) => values.get(name.toLowerCase()) ?? [];
}

function peopleIn(preset: Preset, baseDn: string, clock: Clock) {
  const { person, group } = preset;
  const attributes = [
    person.staffNumber,
    person.name,
    person.furigana,
    person.mail,
    person.title,
    person.employment,
    ...person.departments,
    ...person.state,
  ];
  const read = ({ dn, of }: Found) => ({ dn, member: staffMember(person, of, clock.now()) });

  const byDn = async (client: Client, dn: string) => {
    const [found] = await search(client, dn, { scope: 'base', filter: person.filter, attributes });
    return found && read(found);
  };

  const anyOf = (department: string) => new OrFilter({ filters: person.departments.map((attribute) => equals(attribute, department)) });

  /** Exactly this number: a directory also finds it with spaces around it, in other case or in wide digits, and one person must not be two. */
  const withNumber = async (client: Client, staffNumber: string) => {
    const found = await search(client, baseDn, { filter: both(person.filter, equals(person.staffNumber, staffNumber)), attributes });
    return found.map(read).filter(({ member }) => member.staffNumber === staffNumber);
  };

  return {
    byDn,
    /** Nobody when the number is not one person's alone. */
    async byNumber(client: Client, staffNumber: string) {
      const [one, ...others] = await withNumber(client, staffNumber);
      return others.length === 0 ? one : undefined;
    },
    /** Every entry that has the number. */
    dnsOf: async (client: Client, staffNumber: string) => (await withNumber(client, staffNumber)).map(({ dn }) => dn),
    /** Exactly this id, as with numbers. */
    async inDepartment(client: Client, department: string): Promise<StaffMember[]> {
      const found = await search(client, baseDn, { filter: both(person.filter, anyOf(department)), attributes });
      return found.map((one) => read(one).member).filter(({ departments }) => departments.includes(department));
    },
    /** Names of the groups that the person is in. */
    async groupsOf(client: Client, dn: string): Promise<string[]> {
      const isMember = preset.membersOfMembers
        ? new ExtensibleFilter({ matchType: group.member, rule: preset.membersOfMembers, value: dn })
        : equals(group.member, dn);
      const found = await search(client, baseDn, { filter: both(group.filter, isMember), attributes: [group.name] });
      return found.flatMap(({ of }) => of(group.name));
    },
    /** Members of the group, of one department or all. */
    async inGroup(client: Client, name: string, department?: string): Promise<StaffMember[]> {
      const [found] = await search(client, baseDn, { filter: both(group.filter, equals(group.name, name)), attributes: [group.member] });
      if (!found) return [];
      const inDepartment = department === undefined ? [] : [anyOf(department)];
      if (preset.membersOfMembers) {
        const isMember = new ExtensibleFilter({ matchType: 'memberOf', rule: preset.membersOfMembers, value: found.dn });
        const members = await search(client, baseDn, { filter: both(person.filter, isMember, ...inDepartment), attributes });
        return members.map((one) => read(one).member);
      }
      const members = found.of(group.member);
      if (inDepartment.length === 0) return (await Promise.all(members.map((dn) => byDn(client, dn)))).flatMap((one) => one?.member ?? []);
      const keys = new Set(members.map(keyOf));
      const colleagues = await search(client, baseDn, { filter: both(person.filter, ...inDepartment), attributes });
      return colleagues.filter(({ dn }) => keys.has(keyOf(dn))).map((one) => read(one).member);
    },
  };
}

/** RFC 4511 appendix A: what would be left is no entry of its class. */
const objectClassViolation = 65;

function groupsIn({ group }: Preset, baseDn: string) {
  const { member: attribute } = group;
  const change = (operation: 'add' | 'delete', member: string) =>
    new Change({ operation, modification: new AttributeOfChange({ type: attribute, values: [member] }) });
  const isMember = async (client: Client, dn: string, member: string) =>
    (await search(client, dn, { scope: 'base', filter: equals(attribute, member), attributes: [group.name] })).length > 0;

  return {
    async byName(client: Client, name: string): Promise<Found | undefined> {
      const [found] = await search(client, baseDn, { filter: both(group.filter, equals(group.name, name)), attributes: [attribute] });
      return found;
    },
    /** Members that are no entry any more and were named by the number: a directory without referential integrity keeps them, for whoever gets the number next. */
    async leftBehind(client: Client, { of }: Found, staffNumber: string): Promise<string[]> {
      const named = of(attribute).filter((dn) => firstValue(dn) === staffNumber);
      const entries = await Promise.all(named.map((dn) => search(client, dn, { scope: 'base', attributes: [] })));
      return named.filter((_, index) => entries[index]?.length === 0);
    },
    /** Adds the member, or takes it away, and reads back. @throws LdapRefusal where it is still not as wanted */
    async setMember(client: Client, { group: { dn }, member, granted, over }: Membership): Promise<void> {
      if ((await isMember(client, dn, member)) === granted) return;
      over.throwIfAborted();
      try {
        await client.modify(dn, change(granted ? 'add' : 'delete', member));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        // A groupOfNames has at least one member (RFC 4519 §3.5): the last one's place is taken by the group itself, which is nobody.
        if (error.code === objectClassViolation && !granted) await client.modify(dn, [change('add', dn), change('delete', member)]);
        else if ((await isMember(client, dn, member)) !== granted) throw error; // Else somebody else was quicker.
      }
      if ((await isMember(client, dn, member)) !== granted)
        throw new DirectoryAway('the directory does not show the change that it has acknowledged');
    },
  };
}

interface Membership {
  group: Found;
  /** DN of who is to be a member, or not. */
  member: string;
  granted: boolean;
  /** Fires when nobody waits for the change any more: a late one could undo what came after. */
  over: AbortSignal;
}

/** The value that names the entry among its siblings: `10001` of `uid=10001,ou=people,…`. */
const firstValue = (dn: string) => /^[^=]*=((?:\\.|[^,+\\])*)/.exec(dn)?.[1];

function staffMember(person: Preset['person'], of: Attribute, now: Date): StaffMember {
  const one = (field: 'furigana' | 'mail' | 'title' | 'employment') => {
    const [value] = of(person[field]);
    return value === undefined ? {} : { [field]: value };
  };
  return {
    staffNumber: of(person.staffNumber)[0] ?? '',
    name: of(person.name)[0] ?? '',
    ...one('furigana'),
    ...one('mail'),
    ...one('title'),
    ...one('employment'),
    departments: [...new Set(person.departments.flatMap(of))],
    disabled: person.disabled(of, now),
  };
}

function unitsIn({ unit }: Preset, unitsDn: string) {
  const attributes = [unit.id, unit.name, unit.head];
  const top = keyOf(unitsDn);
  const headOf = ({ of }: Found): string | undefined => of(unit.head)[0];

  const find = async (client: Client, id: string): Promise<Found | undefined> => {
    const found = await search(client, unitsDn, { filter: both(unit.filter, equals(unit.id, id)), attributes });
    return found.find(({ dn, of }) => keyOf(dn) !== top && of(unit.id)[0] === id);
  };

  /** The units above, the nearest first, up to the entry that holds all. */
  const chain = async (client: Client, { dn }: Found): Promise<Found[]> => {
    if (keyOf(dn) === top) return [];
    const [parent] = await search(client, above(dn), { scope: 'base', attributes });
    return parent ? [parent, ...(await chain(client, parent))] : [];
  };

  return {
    /** Every unit with the DN of its head. A city has more of them than some servers give at once. */
    async all(client: Client): Promise<{ unit: Omit<Unit, 'head'>; head: string | undefined }[]> {
      const found = await search(client, unitsDn, { filter: unit.filter, attributes, paged: { pageSize: 500 } });
      const ids = new Map(found.map(({ dn, of }) => [keyOf(dn), of(unit.id)[0]]));
      return found.flatMap((one) => {
        const [id] = one.of(unit.id);
        if (keyOf(one.dn) === top || id === undefined) return [];
        const parent = keyOf(above(one.dn)) === top ? undefined : ids.get(keyOf(above(one.dn)));
        const [name = id] = one.of(unit.name);
        return [{ unit: { id, name, ...(parent !== undefined && { parent }) }, head: headOf(one) }];
      });
    },
    /** The unit, and the DN of its head. */
    async byId(client: Client, id: string): Promise<{ unit: Omit<Unit, 'head'>; head: string | undefined } | undefined> {
      const found = await find(client, id);
      if (!found) return undefined;
      const [parent] = keyOf(above(found.dn)) === top ? [] : await search(client, above(found.dn), { scope: 'base', attributes });
      const [parentId] = parent?.of(unit.id) ?? [];
      const [name = id] = found.of(unit.name);
      return { unit: { id, name, ...(parentId !== undefined && { parent: parentId }) }, head: headOf(found) };
    },
    async headOf(client: Client, id: string): Promise<string | undefined> {
      const found = await find(client, id);
      return found && headOf(found);
    },
    /** The head of the nearest unit above that has another head: who heads a division and a section of it does not approve their own request. */
    async superiorOf(client: Client, id: string): Promise<string | undefined> {
      const found = await find(client, id);
      return found && superior(found, await chain(client, found), headOf);
    },
    /** `head:` of each unit that the person heads, and `superior:` of each unit below whose next superior they are. */
    async headedBy(client: Client, dn: string): Promise<Capacity[]> {
      const headed = await search(client, unitsDn, { filter: both(unit.filter, equals(unit.head, dn)), attributes });
      // Below the deputy mayor lies every unit of a city: more than some servers give at once.
      const paged = (one: Found) => keyOf(one.dn) === top && { paged: { pageSize: 500 } };
      const below = await Promise.all(headed.map((one) => search(client, one.dn, { filter: unit.filter, attributes, ...paged(one) })));
      const all = new Map(below.flat().map((one) => [keyOf(one.dn), one]));
      const known = (one: Found): Found[] => {
        const parent = all.get(keyOf(above(one.dn)));
        return parent && keyOf(one.dn) !== top ? [parent, ...known(parent)] : [];
      };
      const isMe = (head: string | undefined) => head !== undefined && keyOf(head) === keyOf(dn);
      return [...all.values()]
        .filter((one) => keyOf(one.dn) !== top)
        .flatMap((one): Capacity[] => {
          const [id = ''] = one.of(unit.id);
          return [
            ...(isMe(headOf(one)) ? [`head:${id}` as const] : []),
            ...(isMe(superior(one, known(one), headOf)) ? [`superior:${id}` as const] : []),
          ];
        });
    },
  };
}

function superior(unit: Found, chain: readonly Found[], headOf: (unit: Found) => string | undefined): string | undefined {
  const own = keyOf(headOf(unit) ?? '');
  return chain.map(headOf).find((head) => head !== undefined && keyOf(head) !== own);
}
