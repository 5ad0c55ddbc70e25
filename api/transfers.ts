import type { Capacity, Organisation } from '../activities/directory/port.js';
import { type CaseRow, every, type ProcedureName } from '../activities/ledger/port.js';
import * as registrations from '../workflows/registration/rules.js';
import { following, handedOver, type Line, type Posts } from '../workflows/shared/posts.js';
import { todayOf } from './moment.js';
import type { Services } from './parts.js';

/** A case as lists name it. */
interface Named {
  id: string;
  procedure: ProcedureName;
  receiptNumber: string;
}

/** What waits for a decision: of which post, and of which it will be (a case goes along with its person); who holds them, by staff number, if anybody does. */
interface Approval extends Named {
  step: string;
  post: Capacity;
  newPost: Capacity;
  holder?: string;
  newHolder?: string;
}

/** A registration that ends, or an application of somebody who leaves. `department`: where the person goes. `article`: the rule that ends it. */
interface Ending extends Named {
  staff: string;
  why: registrations.Cause;
  department?: string;
  article?: string;
}

/** A device whose holder goes elsewhere (`department`) or leaves, or whose pool's department is no more. */
interface Device {
  assetTag: string;
  pool: string;
  why: 'holderMoves' | 'holderLeaves' | 'poolCloses';
  receiptNumber?: string;
  staff?: string;
  department?: string;
}

/** A post that nobody will hold. `former`: who heads the unit now; `closes`: the unit is no more. */
interface Vacancy {
  post: Capacity;
  former?: string;
  closes: boolean;
  waits: readonly (Named & { step: string })[];
}

/** What a change of the directory would do to all that is open. */
export interface TransferPreview {
  /** Those that change hands. */
  approvals: readonly Approval[];
  devices: readonly Device[];
  registrations: readonly Ending[];
  /** Posts that become vacant, and those that stay so while something waits for them. */
  vacant: readonly Vacancy[];
  /** People who leave with open cases. */
  leaving: readonly { staff: string; cases: readonly (Named & { status: string })[] }[];
}

type Asked = Pick<Services, 'ledger' | 'directory' | 'clock'>;

/** Who will be where: the same that the morning round asks of the directory itself on the day. */
interface Future extends Organisation {
  hasLeft(staff: string): boolean;
  /** Where the person's case goes, if anywhere; who is on leave is followed when back. */
  goes(staff: string, line: Line): Line | undefined;
}

/** Looks at all that is open as it would be under another directory (1 April). It reads, and changes nothing. @throws DirectoryAway */
export async function previewTransfers(asked: Asked, organisation: Organisation): Promise<TransferPreview> {
  const cases: CaseRow[] = [];
  for await (const row of every((page) => asked.ledger.openCases(page))) cases.push(row);
  const future = await futureOf(asked, organisation, cases);
  const waits = await Promise.all(cases.flatMap((row) => approvalsOf(row, future, holderIn(asked))));
  return {
    approvals: waits.filter(({ post, newPost, holder, newHolder }) => post !== newPost || holder !== newHolder),
    devices: await devicesOf(asked, future),
    registrations: cases.flatMap((row) => endingOf(row, future)),
    vacant: await vacanciesOf(asked, future, waits),
    leaving: leavingOf(cases, future),
  };
}

async function futureOf({ ledger, clock }: Asked, organisation: Organisation, cases: readonly CaseRow[]): Promise<Future> {
  const disabled = cases.map(({ staff }) => staff).filter((staff) => organisation.person(staff)?.disabled);
  const onLeave = new Set(await ledger.absentOn([...new Set(disabled)], todayOf({ clock })));
  return {
    ...organisation,
    hasLeft: (staff) => organisation.person(staff)?.disabled !== false && !onLeave.has(staff),
    goes(staff, line) {
      const { departments, disabled: away } = organisation.person(staff) ?? { departments: [], disabled: true };
      const posts: Posts = { departments, heads: departments.filter((unit) => organisation.holder(`head:${unit}`) === staff) };
      return away ? undefined : following(line, posts);
    },
  };
}

/** Who holds a post as the directory is, asked once each. */
function holderIn({ directory }: Asked): (post: Capacity) => Promise<string | undefined> {
  const known = new Map<Capacity, Promise<string | undefined>>();
  return (post) => {
    const holder = known.get(post) ?? directory.holdersOf(post).then(([one]) => one?.staffNumber);
    known.set(post, holder);
    return holder;
  };
}

const named = ({ caseId: id, procedure, receiptNumber }: CaseRow): Named => ({ id, procedure, receiptNumber });

/** The line of a case that follows its person now. */
const lineOf = ({ due, state }: CaseRow): Line | undefined =>
  due.some(({ step }) => step === 'transfer') ? (state as { request: Line }).request : undefined;

function approvalsOf(row: CaseRow, future: Future, holderOf: ReturnType<typeof holderIn>): Promise<Approval>[] {
  const line = lineOf(row);
  const goes = line && future.goes(row.staff, line);
  return row.due.flatMap((one) => {
    if (!('who' in one) || !handedOver.includes(one.step) || !/^(head|superior):/.test(one.who)) return [];
    const { step, who: post } = one;
    const newPost = goes && post === line?.approver ? goes.approver : post;
    const newHolder = future.holder(newPost);
    return holderOf(post).then((holder) => ({
      ...named(row),
      step,
      post,
      newPost,
      ...(holder && { holder }),
      ...(newHolder && { newHolder }),
    }));
  });
}

/** What the registration's own rules make of the news that the round would bring. */
function endingOf(row: CaseRow, future: Future): Ending[] {
  const line = lineOf(row);
  if (row.procedure !== 'registration' || !line) return [];
  const goes = future.goes(row.staff, line);
  const news: registrations.RegistrationEvent | undefined = future.hasLeft(row.staff)
    ? { name: 'leave', input: { by: 'system' }, key: '' }
    : goes && { name: 'transfer', input: { by: 'system', ...goes }, key: '' };
  if (!news) return [];
  const { cause: why } = registrations.apply(row.state as registrations.Registration, news);
  if (!why) return [];
  const moves = why === 'transfer' && goes ? { department: goes.department, article: 'registration.endsOnTransfer' } : {};
  return [{ ...named(row), staff: row.staff, why, ...moves }];
}

async function devicesOf({ ledger, directory }: Asked, future: Future): Promise<Device[]> {
  const devices: Device[] = [];
  const units = new Set(future.units);
  for await (const { assetTag, pool, custody } of every((page) => ledger.devices(page))) {
    if (!units.has(pool) && (await directory.unit(pool))) devices.push({ assetTag, pool, why: 'poolCloses' });
    if (!custody) continue;
    const { staff, department, receiptNumber } = custody;
    const departments = future.person(staff)?.departments ?? [];
    const [main] = departments;
    if (future.hasLeft(staff)) devices.push({ assetTag, pool, why: 'holderLeaves', receiptNumber, staff });
    else if (main !== undefined && !departments.includes(department))
      devices.push({ assetTag, pool, why: 'holderMoves', receiptNumber, staff, department: main });
  }
  return devices;
}

async function vacanciesOf({ directory }: Asked, future: Future, waits: readonly Approval[]): Promise<Vacancy[]> {
  const units = new Set(future.units);
  const nobody = waits.filter(({ newHolder }) => newHolder === undefined);
  const posts = new Set<Capacity>([
    ...future.units.map((unit): Capacity => `head:${unit}`).filter((post) => future.holder(post) === undefined),
    ...nobody.map(({ newPost }) => newPost),
  ]);
  const vacancies = [...posts].map(async (post): Promise<Vacancy> => {
    const unit = post.slice(post.indexOf(':') + 1);
    const former = post.startsWith('head:') ? (await directory.unit(unit))?.head : undefined;
    const left = nobody.filter(({ newPost }) => newPost === post);
    return {
      post,
      ...(former && { former }),
      closes: !units.has(unit),
      waits: left.map(({ id, procedure, receiptNumber, step }) => ({ id, procedure, receiptNumber, step })),
    };
  });
  return (await Promise.all(vacancies)).filter(({ former, waits: left }) => former !== undefined || left.length > 0);
}

function leavingOf(cases: readonly CaseRow[], future: Future): TransferPreview['leaving'] {
  const open = new Map<string, (Named & { status: string })[]>();
  for (const row of cases.filter(({ staff }) => future.hasLeft(staff)))
    open.set(row.staff, [...(open.get(row.staff) ?? []), { ...named(row), status: row.status }]);
  return [...open].map(([staff, theirs]) => ({ staff, cases: theirs }));
}
