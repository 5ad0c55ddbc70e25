import { AndFilter, EqualityFilter, type Filter } from 'ldapts';

/** An attribute of one entry by its name, whatever its case; no value is an empty list. */
export type Attribute = (name: string) => readonly string[];

/** How one kind of directory server writes down people, units and groups (design §8). */
export interface Preset {
  person: {
    filter: Filter;
    staffNumber: string;
    name: string;
    furigana: string;
    mail: string;
    title: string;
    employment: string;
    /** Attributes that hold ids of departments; the first value of all is the main post. */
    departments: readonly string[];
    /** What `disabled` looks at. */
    state: readonly string[];
    /** The account may not log in or act at this moment. */
    disabled: (of: Attribute, now: Date) => boolean;
  };
  unit: { filter: Filter; id: string; name: string /** DN of the head. */; head: string };
  group: { filter: Filter; name: string; member: string };
  /** A matching rule that finds members of members; absent where a group holds people only. */
  membersOfMembers?: string;
  /** The server's words for a right password of an account that may not log in. */
  disabledAtBind?: RegExp;
}

const objectClass = (value: string) => new EqualityFilter({ attribute: 'objectClass', value });

/** `inetOrgPerson` (RFC 2798), `organizationalUnit` and `groupOfNames` (RFC 4519), the password policy overlay, and readings as a language option (RFC 3866). */
const openldap: Preset = {
  person: {
    filter: objectClass('inetOrgPerson'),
    staffNumber: 'employeeNumber',
    name: 'displayName',
    furigana: 'cn;lang-ja-hira',
    mail: 'mail',
    title: 'title',
    employment: 'employeeType',
    departments: ['departmentNumber'],
    state: ['pwdAccountLockedTime'],
    // The year 0 means: until somebody unlocks it. Any other time is the pause after wrong passwords, with which nobody may stop another's work.
    disabled: (of) => of('pwdAccountLockedTime').some((value) => /^0{4}/.test(value)),
  },
  unit: { filter: objectClass('organizationalUnit'), id: 'ou', name: 'description', head: 'seeAlso' },
  group: { filter: objectClass('groupOfNames'), name: 'cn', member: 'member' },
};

/** 100 ns ticks from 1601 to 1970, in milliseconds. */
const windowsEpochMs = 11_644_473_600_000;

const ad: Preset = {
  person: {
    filter: new AndFilter({ filters: [new EqualityFilter({ attribute: 'objectCategory', value: 'person' }), objectClass('user')] }),
    staffNumber: 'employeeNumber',
    name: 'displayName',
    furigana: 'msDS-PhoneticDisplayName',
    mail: 'mail',
    title: 'title',
    employment: 'employeeType',
    // Active Directory does not keep the order of values: the main post has an attribute of its own.
    departments: ['department', 'departmentNumber'],
    state: ['userAccountControl', 'accountExpires'],
    disabled: (of, now) => {
      const [control = '0'] = of('userAccountControl');
      const [expires = '0'] = of('accountExpires');
      const expiresMs = Number(BigInt(expires) / 10_000n) - windowsEpochMs;
      return (Number(control) & 2) !== 0 || (expires !== '0' && expiresMs <= now.getTime());
    },
  },
  unit: { filter: objectClass('organizationalUnit'), id: 'ou', name: 'description', head: 'managedBy' },
  group: { filter: objectClass('group'), name: 'cn', member: 'member' },
  membersOfMembers: '1.2.840.113556.1.4.1941',
  // 533: disabled, 701: expired; both are said only to who knows the password.
  disabledAtBind: /\bdata (533|701)\b/,
};

export const presets = { openldap, ad } as const;
