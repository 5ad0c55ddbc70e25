import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Employment } from '../workflows/registration/contract.js';
import { type DirectoryEntry, writeLdif } from './ldif.js';
import { familyNames, givenNames, isWomans, rareFamilyNames } from './sample-names.js';
import { type DivisionPlan, organisation, type SectionPlan } from './sample-organisation.js';

/** The invented city: no municipality of Japan has this name. Addresses are under `example.jp`, which is reserved for documentation. */
const city = { name: '凪沢市', baseDn: 'dc=nagisawa,dc=example,dc=jp', mailDomain: 'city.nagisawa.example.jp' } as const;

/** What a sample town is made from; the same order gives the same town, byte for byte. */
export interface TownOrder {
  /** Any number; the town, its people and its password follow from it. */
  seed: number;
  /** Number of staff, 57 (a village) to 40,000. */
  size: number;
  /** The fiscal year (from 1 April) in which its dates lie; 2026 if absent. */
  fiscalYear?: number;
}

interface Person {
  staffNumber: string;
  name: string;
  furigana: string;
  title: string;
  employment: Employment;
  occupation: SectionPlan['occupation'];
  departments: readonly string[];
}

interface PlacedUnit {
  id: string;
  name: string;
  dn: string;
  head?: Person;
}

/** Accounts worth trying, by what they can show: staff numbers, all with the town's one password. */
export interface TownAccounts {
  password: string;
  /** The account as which worker and API read the directory and change the remote-access group. */
  service: { dn: string; password: string };
  /** Staff of the same department, who ask for devices of its pool. */
  borrower: string;
  secondBorrower: string;
  /** Their head, who approves; the deputy who acts during absence; the keeper of the department's terminals; its promoter. */
  head: string;
  deputyHead: string;
  keeper: string;
  promoter: string;
  /** A head of another department. */
  secondHead: string;
  /** A head who borrows, and the superior to whom that request goes. */
  headBorrower: string;
  superior: string;
  it: readonly [string, string, string];
  itHead: string;
  hr: string;
  personnel: string;
  admin: string;
  mayor: string;
  deputyMayor: string;
  emergencyAuthority: string;
  /** Not eligible for telework by Oyama's guideline (domain.md §2.1). */
  fiscalYearAppointee: string;
  onLeave: string;
  disabled: string;
}

/** A whole town: the directory's entries and the rows of each file beside it (design §8). */
export interface SampleTown {
  name: string;
  baseDn: string;
  entries: readonly DirectoryEntry[];
  /** File name → rows, the header first. */
  tables: Readonly<Record<string, readonly (readonly string[])[]>>;
  accounts: TownAccounts;
}

/** The header of each CSV file of a town, which is also that of a real city's import. */
export const townTables = {
  'devices.csv': ['asset_tag', 'kind', 'pool', 'manufacturer', 'model', 'serial', 'network_zone', 'note'],
  'absences.csv': ['staff_number', 'from', 'until', 'reason'],
  'employment.csv': ['staff_number', 'kind', 'from', 'until', 'occupation'],
  'training.csv': ['staff_number', 'course', 'completed', 'expires'],
  'counters.csv': ['department', 'minimum_staff', 'opens', 'closes'],
  'acting-order.csv': ['unit', 'rank', 'staff_number'],
  'seats.csv': ['office', 'seat', 'network_zone', 'equipment'],
  'posts.csv': ['staff_number', 'department', 'head'],
  'situations.csv': ['staff_number', 'sex', 'child', 'care'],
} as const;

/** Writes the town's files into the folder: `directory.ldif`, the CSV files of `townTables`, and `accounts.json`. */
export async function writeSampleTown({ folder, ...order }: TownOrder & { folder: string }): Promise<SampleTown> {
  const town = sampleTown(order);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'directory.ldif'), writeLdif(town.entries));
  for (const [file, rows] of Object.entries(town.tables)) await writeFile(join(folder, file), stringify(rows as string[][]));
  await writeFile(join(folder, 'accounts.json'), `${JSON.stringify(town.accounts, null, 2)}\n`);
  return town;
}

/** The one password of the town that grows from this seed: printed at start, good on loopback only. */
function townPassword(seed: number): string {
  return `nagi-${createHash('sha256').update(`password of town ${seed}`).digest('hex').slice(0, 10)}`;
}

/** A town of an invented city. @throws RangeError for a size outside 57 to 40,000 */
export function sampleTown({ seed, size, fiscalYear = 2026 }: TownOrder): SampleTown {
  if (!Number.isInteger(size) || size < 57 || size > 40_000) throw new RangeError('a sample town has 57 to 40,000 staff');
  const dice = diceOf(seed);
  const plan = organisation(size);
  const flat = plan.length < 8;
  const sections = plan.flatMap(({ sections }) => sections);
  const people: Person[] = [];
  const hire = hiring(dice, people);

  const mayor = hire({ title: '市長', employment: 'specialPost' });
  const deputyMayors = Array.from({ length: size < 500 ? 1 : size < 5000 ? 2 : 3 }, () =>
    hire({ title: '副市長', employment: 'specialPost' }),
  );
  const deputyMayor = deputyMayors[0] as Person;
  const divisionHeads = flat ? [] : plan.map(({ id, name }) => hire({ title: divisionTitle(name), departments: [id] }));

  const posts = oddPosts(sections);
  const sizes = sectionSizes(dice, sections, size - people.length);
  const staffOf = new Map(sections.map((section, index) => [section.id, staffSection(hire, dice, section, sizes[index] ?? 0, posts)]));
  const of = (section: string, place: number): Person => {
    const person = staffOf.get(section)?.[place];
    if (!person) throw new Error(`the section ${section} has no place ${place}`);
    return person;
  };
  const headOf = ({ id }: SectionPlan) =>
    id === posts.vacant ? undefined : id === posts.shared?.section ? of(posts.shared.headOf, 0) : of(id, 0);

  const units: PlacedUnit[] = plan.flatMap((division, index) => {
    const above = flat ? unitsDn : `ou=${division.id},${unitsDn}`;
    const below = division.sections.map((section) => placed(section, above, headOf(section)));
    return flat ? below : [placed(division, unitsDn, divisionHeads[index]), ...below];
  });

  const it = staffOf.has('joho') ? 'joho' : 'soumu';
  const hr = staffOf.has('jinji') ? 'jinji' : 'soumu';
  // In a village one person holds both roles (003:329); then the second confirmer is another.
  const hrPlaces = it === hr ? { hr: [6, 7], personnel: 8, admin: 9 } : { hr: [4, 5], personnel: 6, admin: 7 };
  const inIt = [of(it, 4), of(it, 5), of(it, 6)] as const;
  const inHr = hrPlaces.hr.map((place) => of(hr, place));
  const emergencyAuthority = of(staffOf.has('kikikanri') ? 'kikikanri' : 'soumu', 0);
  const committee = [mayor, ...deputyMayors, ...(flat ? sections.flatMap((section) => headOf(section) ?? []) : divisionHeads)];
  const groups: Record<string, readonly Person[]> = {
    'telework-hr': unique([of(hr, 0), ...inHr]),
    'telework-it': unique([of(it, 0), ...inIt]),
    'telework-committee': committee,
    'telework-promoter': sections.map(({ id }) => of(id, leads(id, posts) ? 3 : 2)),
    'telework-terminal-manager': sections.map(({ id }) => of(id, leads(id, posts) ? 2 : 1)),
    'telework-admin': [of(it, hrPlaces.admin)],
    'telework-personnel': [of(hr, hrPlaces.personnel)],
    'telework-mayor': [mayor],
    'telework-emergency-authority': [emergencyAuthority],
    'telework-remote-access': [], // Granted by registrations, to nobody yet.
  };

  const onLeave = of('shimin', 5);
  const disabled = of('fukushi', 5);
  const atWork = new Set([...Object.values(groups).flat(), ...(staffOf.get('zeimu')?.slice(0, 6) ?? [])]);
  const absences = absencesOf(dice, people, { onLeave, disabled, atWork, fiscalYear });
  const fukushibu = plan.findIndex(({ sections }) => sections.some(({ id }) => id === 'fukushi'));
  const accounts: TownAccounts = {
    password: townPassword(seed),
    service: { dn: serviceDn, password: townPassword(seed) },
    borrower: of('zeimu', 4).staffNumber,
    secondBorrower: of('zeimu', 5).staffNumber,
    head: of('zeimu', 0).staffNumber,
    deputyHead: of('zeimu', 1).staffNumber,
    keeper: of('zeimu', 2).staffNumber,
    promoter: of('zeimu', 3).staffNumber,
    secondHead: of('shimin', 0).staffNumber,
    headBorrower: of('fukushi', 0).staffNumber,
    superior: (divisionHeads[fukushibu] ?? deputyMayor).staffNumber,
    it: [inIt[0].staffNumber, inIt[1].staffNumber, inIt[2].staffNumber],
    itHead: of(it, 0).staffNumber,
    hr: (inHr.at(-1) as Person).staffNumber,
    personnel: of(hr, hrPlaces.personnel).staffNumber,
    admin: of(it, hrPlaces.admin).staffNumber,
    mayor: mayor.staffNumber,
    deputyMayor: deputyMayor.staffNumber,
    emergencyAuthority: emergencyAuthority.staffNumber,
    fiscalYearAppointee: of('shimin', 9).staffNumber,
    onLeave: onLeave.staffNumber,
    disabled: disabled.staffNumber,
  };

  return {
    name: city.name,
    baseDn: city.baseDn,
    entries: directoryOf({ seed, people, units, groups, deputyMayor, disabled }),
    tables: {
      'devices.csv': table('devices.csv', devicesOf(dice, size, sections)),
      'absences.csv': table('absences.csv', absences),
      'employment.csv': table('employment.csv', employmentOf(dice, people, fiscalYear)),
      'training.csv': table('training.csv', trainingOf(dice, people, fiscalYear)),
      'counters.csv': table('counters.csv', countersOf(sections, sizes)),
      'acting-order.csv': table('acting-order.csv', actingOrderOf(staffOf)),
      'seats.csv': table('seats.csv', seatsOf(size)),
      'posts.csv': table('posts.csv', postsOf(people, units, deputyMayor)),
      'situations.csv': table('situations.csv', situationsOf(dice, people)),
    },
    accounts,
  };
}

const unitsDn = `ou=units,${city.baseDn}`;
const serviceDn = `cn=telework,ou=services,${city.baseDn}`;
const personDn = ({ staffNumber }: Person) => `uid=${staffNumber},ou=people,${city.baseDn}`;
const divisionTitle = (division: string) =>
  division.endsWith('区役所') ? '区長' : division === '消防本部' ? '消防長' : division.endsWith('事務局') ? '事務局長' : '部長';
const unique = (people: readonly Person[]) => [...new Set(people)];
const table = (file: keyof typeof townTables, rows: readonly (readonly string[])[]) => [townTables[file], ...rows];

const placed = ({ id, name }: SectionPlan | DivisionPlan, above: string, head: Person | undefined): PlacedUnit => ({
  id,
  name,
  dn: `ou=${id},${above}`,
  ...(head && { head }),
});

/** Chance from the seed alone (mulberry32): the same on every machine, locale and version. */
interface Dice {
  /** From 0 up to, not including, the limit. */
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

function diceOf(seed: number): Dice {
  let state = createHash('sha256').update(`town ${seed}`).digest().readUInt32LE(0);
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return { below, pick: (items) => items[below(items.length)] as (typeof items)[number] };
}

type Hire = (post: Pick<Person, 'title'> & Partial<Person>) => Person;

function hiring(dice: Dice, people: Person[]): Hire {
  return (post) => {
    // The smaller of two throws: frequent names come first in the list. Every 40th name, and the 20th in any town, has characters old systems do not know.
    const nth = people.length + 1;
    const family =
      nth % 40 === 20
        ? (rareFamilyNames[Math.floor(nth / 40) % rareFamilyNames.length] as (typeof rareFamilyNames)[number])
        : (familyNames[Math.min(dice.below(familyNames.length), dice.below(familyNames.length))] as (typeof familyNames)[number]);
    const given = dice.pick(givenNames);
    const person: Person = {
      staffNumber: String(10_000 + nth),
      name: `${family[0]} ${given[0]}`,
      furigana: `${family[1]} ${given[1]}`,
      employment: 'regular',
      occupation: 'clerical',
      departments: [],
      ...post,
    };
    people.push(person);
    return person;
  };
}

/** Posts that a larger town has besides the plain ones: a head's post that is vacant, and a head who holds two (兼務, domain.md §2.1-6). */
interface OddPosts {
  vacant?: string;
  shared?: { section: string; headOf: string };
}

function oddPosts(sections: readonly SectionPlan[]): OddPosts {
  const [headOf, section, vacant] = sections.filter(({ id }) => !rolePlayers.has(id)).slice(-3);
  return sections.length < 20 || !headOf || !section || !vacant
    ? {}
    : { vacant: vacant.id, shared: { section: section.id, headOf: headOf.id } };
}

/** The section has a head of its own. */
const leads = (section: string, posts: OddPosts) => section !== posts.vacant && section !== posts.shared?.section;

const rolePlayers = new Set(['soumu', 'jinji', 'joho', 'zeimu', 'shimin', 'fukushi', 'kikikanri']);

/** People per section: 6 at least, 10 where roles are played, the rest by chance. */
function sectionSizes(dice: Dice, sections: readonly SectionPlan[], staff: number): number[] {
  const least = sections.map(({ id }) => (rolePlayers.has(id) ? 10 : 6));
  const spare = staff - least.reduce((sum, one) => sum + one, 0);
  const weights = sections.map(() => 4 + dice.below(10));
  const total = weights.reduce((sum, one) => sum + one, 0);
  let handedOut = 0;
  let weighed = 0;
  return sections.map((_, index) => {
    weighed += weights[index] ?? 0;
    const more = Math.floor((spare * weighed) / total) - handedOut;
    handedOut += more;
    return (least[index] ?? 0) + more;
  });
}

/** Places in a section: 0 head, 1 deputy head, 2 chief who keeps the terminals, 3 the young promoter, from 4 the others. The first of them are regular, but for one at the citizens' counter. */
function staffSection(hire: Hire, dice: Dice, { id, occupation }: SectionPlan, size: number, posts: OddPosts): Person[] {
  const leaders = [
    ...(leads(id, posts) ? [{ title: '課長', departments: id === posts.shared?.headOf ? [id, posts.shared.section] : [id] }] : []),
    { title: '課長補佐' },
    { title: '係長' },
    { title: juniorTitle[occupation] },
  ];
  return Array.from({ length: size }, (_, place) => {
    const leader = leaders[place];
    if (leader) return hire({ occupation, departments: [id], ...leader });
    const employment =
      id === 'shimin' && place === 9
        ? 'fiscalYearAppointee'
        : place < (rolePlayers.has(id) ? 10 : 6)
          ? 'regular'
          : dice.pick(employmentMix);
    const title =
      employment === 'regular' ? dice.pick(['係長', '主査', '主査', '主任', '主任', juniorTitle[occupation]]) : employmentTitle[employment];
    return hire({ occupation: dice.below(10) === 0 ? 'clerical' : occupation, departments: [id], title, employment });
  });
}

const juniorTitle: Record<SectionPlan['occupation'], string> = {
  clerical: '主事',
  engineer: '技師',
  nurseryTeacher: '保育士',
  publicHealthNurse: '保健師',
  fireFighter: '消防士',
};

const employmentTitle: Record<Exclude<Employment, 'regular' | 'specialPost'>, string> = {
  conditional: '主事（条件付採用）',
  temporary: '臨時的任用職員',
  partTime: '非常勤職員',
  fiscalYearAppointee: '会計年度任用職員',
  reEmployed: '主査（再任用）',
  fixedTerm: '任期付職員',
  seconded: '主査（派遣）',
};

const employmentMix = (
  [
    ['regular', 56],
    ['fiscalYearAppointee', 24],
    ['reEmployed', 5],
    ['partTime', 5],
    ['conditional', 4],
    ['fixedTerm', 3],
    ['temporary', 2],
    ['seconded', 1],
  ] as const
).flatMap(([kind, share]) => Array.from({ length: share }, () => kind));

function directoryOf(town: {
  seed: number;
  people: readonly Person[];
  units: readonly PlacedUnit[];
  groups: Readonly<Record<string, readonly Person[]>>;
  deputyMayor: Person;
  disabled: Person;
}): DirectoryEntry[] {
  const ssha = (of: string) => {
    const salt = createHash('sha256').update(`salt of ${of} in town ${town.seed}`).digest().subarray(0, 8);
    const hash = createHash('sha1').update(townPassword(town.seed)).update(salt).digest();
    return [`{SSHA}${Buffer.concat([hash, salt]).toString('base64')}`];
  };
  const folder = (name: string, more = {}) => ({
    dn: `ou=${name},${city.baseDn}`,
    attributes: { objectClass: ['organizationalUnit'], ou: [name], ...more },
  });
  return [
    { dn: city.baseDn, attributes: { objectClass: ['dcObject', 'organization'], dc: ['nagisawa'], o: [city.name] } },
    folder('people'),
    // Who heads the whole is the next superior of the heads of the topmost units (design §8).
    folder('units', { seeAlso: [personDn(town.deputyMayor)] }),
    folder('groups'),
    folder('services'),
    {
      dn: serviceDn,
      attributes: {
        objectClass: ['applicationProcess', 'simpleSecurityObject'],
        cn: ['telework'],
        userPassword: ssha('the service'),
      },
    },
    ...town.people.map((person) => ({
      dn: personDn(person),
      attributes: {
        objectClass: ['inetOrgPerson'],
        uid: [person.staffNumber],
        employeeNumber: [person.staffNumber],
        cn: [person.name],
        'cn;lang-ja-hira': [person.furigana],
        sn: [person.name.split(' ', 1)[0] ?? ''],
        givenName: [person.name.split(' ')[1] ?? ''],
        displayName: [person.name],
        mail: [`s${person.staffNumber}@${city.mailDomain}`],
        title: [person.title],
        employeeType: [person.employment],
        ...(person.departments.length > 0 && { departmentNumber: person.departments }),
        userPassword: ssha(person.staffNumber),
        ...(person === town.disabled && { pwdAccountLockedTime: ['000001010000Z'] }),
      },
    })),
    ...town.units.map(({ id, name, dn, head }) => ({
      dn,
      attributes: { objectClass: ['organizationalUnit'], ou: [id], description: [name], ...(head && { seeAlso: [personDn(head)] }) },
    })),
    ...Object.entries(town.groups).map(([name, members]) => ({
      dn: `cn=${name},ou=groups,${city.baseDn}`,
      // A group must have a member (RFC 4519 §3.5): where there is nobody, the account that looks after it.
      attributes: { objectClass: ['groupOfNames'], cn: [name], member: members.length ? members.map(personDn) : [serviceDn] },
    })),
  ];
}

/** 60 devices in a city of 1,017 (3 laptops, a wire and a mouse per department's pool), scaled with the size; the rest lies in the common pool. */
function devicesOf(dice: Dice, size: number, sections: readonly SectionPlan[]): string[][] {
  const count = Math.max(12, Math.round((size * 60) / 1017));
  const first = poolsFirst.flatMap((id) => sections.filter((section) => section.id === id));
  const pools = [...new Set([...first, ...sections])].slice(0, Math.round(count / 10));
  const share = { laptop: Math.round(count * 0.5), wifiRouter: Math.round(count * 0.1), wire: Math.round(count * 0.2) };
  const amounts = { ...share, mouse: count - share.laptop - share.wifiRouter - share.wire };
  const perPool = { laptop: 3, wifiRouter: 0, wire: 1, mouse: 1 };
  return (['laptop', 'wifiRouter', 'wire', 'mouse'] as const).flatMap((kind) =>
    Array.from({ length: amounts[kind] }, (_, index) => {
      const pool = perPool[kind] > 0 ? pools[Math.floor(index / perPool[kind])] : undefined;
      const { tag, maker, models } = catalogue[kind];
      // A counter's third laptop belongs to the network of My Number: it is in the register and never lent (domain.md §4).
      const zone =
        kind !== 'laptop' ? 'internet' : pool?.counter && index % 3 === 2 ? 'myNumber' : dice.below(3) === 0 ? 'lgwan' : 'internet';
      const serial = Array.from({ length: 8 }, () => dice.pick([...'23456789ABCDEFGHJKLMNPQRSTUVWXYZ'])).join('');
      const note = zone === 'myNumber' ? '個人番号利用事務系（貸出不可）' : '';
      return [`${tag}-${String(index + 1).padStart(4, '0')}`, kind, pool?.id ?? 'common', maker, dice.pick(models), serial, zone, note];
    }),
  );
}

/** The departments that had pools first; the others follow in the order of the plan. */
const poolsFirst = ['zeimu', 'shimin', 'fukushi', 'kikaku', 'kyoiku', 'sangyo'];

/** Makers and models are invented like the town. */
const catalogue = {
  laptop: { tag: 'PC', maker: '北斗電子', models: ['Hokuto LiteBook 13', 'Hokuto LiteBook 14', 'Hokuto ProBook 14'] },
  wifiRouter: { tag: 'WR', maker: '凪通信', models: ['Nagi Mobile W5', 'Nagi Mobile W6'] },
  wire: { tag: 'WL', maker: '堅牢製作所', models: ['KenLock 200'] },
  mouse: { tag: 'MS', maker: '堅牢製作所', models: ['KenMouse M1'] },
} as const;

function absencesOf(
  dice: Dice,
  people: readonly Person[],
  known: { onLeave: Person; disabled: Person; atWork: ReadonlySet<Person>; fiscalYear: number },
): string[][] {
  const [year, next] = [known.fiscalYear, known.fiscalYear + 1];
  const kinds = [
    ['childcareLeave', `${year}-04-01`, `${next}-03-31`],
    ['childcareLeave', `${year - 1}-10-01`, `${next}-03-31`],
    ['maternityLeave', `${year}-10-01`, `${next}-01-15`],
    ['sickLeave', `${year}-09-01`, `${next}-02-28`],
    ['familyCareLeave', `${year}-11-01`, `${next}-01-31`],
    ['secondmentTraining', `${year}-04-01`, `${next}-03-31`],
  ] as const;
  return people.flatMap((person) => {
    if (person === known.onLeave) return [[person.staffNumber, `${year}-04-01`, `${next}-03-31`, 'childcareLeave']];
    if (person === known.disabled) return [[person.staffNumber, `${year}-07-01`, `${next}-03-31`, 'leaveOfAbsence']];
    if (known.atWork.has(person) || !leaveTakers.has(person.title) || person.employment !== 'regular' || dice.below(30) > 0) return [];
    const [reason, from, until] = dice.pick(kinds);
    return [[person.staffNumber, from, until, reason]];
  });
}

const leaveTakers = new Set(['主査', '主任', ...Object.values(juniorTitle)]);

function employmentOf(dice: Dice, people: readonly Person[], fiscalYear: number): string[][] {
  const end = `${fiscalYear + 1}-03-31`;
  return people.map(({ staffNumber, employment, occupation, title }) => {
    const served = title === '課長' || title.endsWith('長') ? 18 + dice.below(20) : 1 + dice.below(30);
    const [from, until] = {
      regular: [`${fiscalYear - served}-04-01`, ''],
      seconded: [`${fiscalYear - 1}-04-01`, end],
      conditional: [`${fiscalYear}-10-01`, end],
      temporary: [`${fiscalYear}-08-01`, `${fiscalYear + 1}-01-31`],
      partTime: [`${fiscalYear}-04-01`, end],
      fiscalYearAppointee: [`${fiscalYear}-04-01`, end],
      reEmployed: [`${fiscalYear}-04-01`, end],
      fixedTerm: [`${fiscalYear - 1}-04-01`, `${fiscalYear + 2}-03-31`],
      specialPost: [`${fiscalYear - 2}-05-01`, `${fiscalYear + 2}-04-30`],
    }[employment] as [string, string];
    return [staffNumber, employment, from, until, occupation];
  });
}

function trainingOf(dice: Dice, people: readonly Person[], fiscalYear: number): string[][] {
  return people.flatMap(({ staffNumber, title }) => {
    const rows: string[][] = [];
    const done = (course: string, year: number) =>
      rows.push([staffNumber, course, `${year}-${['05-20', '06-12', '07-03', '09-10'][dice.below(4)]}`, `${year + 1}-03-31`]);
    if (dice.below(10) < 9) done('informationSecurity', dice.below(12) === 0 ? fiscalYear - 1 : fiscalYear);
    if (dice.below(10) < 6) done('telework', fiscalYear);
    if (title.endsWith('長') && dice.below(10) < 8) done('teleworkSupervisor', fiscalYear);
    return rows;
  });
}

function countersOf(sections: readonly SectionPlan[], sizes: readonly number[]): string[][] {
  return sections.flatMap(({ id, counter }, index) =>
    counter ? [[id, String(Math.max(2, Math.ceil((sizes[index] ?? 0) * 0.4))), '08:30', '17:15']] : [],
  );
}

/** Deputy head first, then the chief (domain.md §6: by post, in a fixed order). */
function actingOrderOf(staffOf: ReadonlyMap<string, readonly Person[]>): string[][] {
  return [...staffOf].flatMap(([unit, staff]) => {
    const deputy = staff.findIndex(({ title }) => title === '課長補佐');
    return staff.slice(deputy, deputy + 2).map(({ staffNumber }, index) => [unit, String(index + 1), staffNumber]);
  });
}

/** One line a post, the main one first; who heads the whole, and who has no department, stand without one. */
function postsOf(people: readonly Person[], units: readonly PlacedUnit[], top: Person): string[][] {
  const heads = new Map(units.map(({ id, head }) => [id, head]));
  return people.flatMap((person) =>
    person.departments.length
      ? person.departments.map((id) => [person.staffNumber, id, heads.get(id) === person ? 'yes' : ''])
      : [[person.staffNumber, '', person === top ? 'yes' : '']],
  );
}

/** Three in ten have a child of the age that counts, one in twelve somebody to care for, who is rarer with young children. */
function situationsOf(dice: Dice, people: readonly Person[]): string[][] {
  const answer = (is: boolean) => (is ? 'yes' : 'no');
  return people.map(({ staffNumber, name }) => {
    const child = dice.below(10) < 3;
    const care = dice.below(child ? 20 : 10) === 0;
    return [staffNumber, isWomans(name.split(' ')[1] ?? '') ? 'female' : 'male', answer(child), answer(care)];
  });
}

/** Satellite seats: 21 in a city of 1,017 (Saga's number), 4 in a village. */
function seatsOf(size: number): string[][] {
  const offices = size < 500 ? ['公民館サテライト'] : ['駅前サテライト', '北出張所', '南出張所'];
  const seats = Math.max(4, Math.round((size * 21) / 1017));
  return Array.from({ length: seats }, (_, index) => {
    const office = offices[index % offices.length] ?? '';
    const nth = Math.floor(index / offices.length) + 1;
    return [office, String(nth), nth % 3 === 0 ? 'internet' : 'lgwan', nth % 4 === 0 ? '個室・モニター' : 'モニター'];
  });
}
