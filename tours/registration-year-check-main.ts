import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { type DirectoryAccess, readDirectory } from './check-directory.js';

/**
 * Looks at a town from outside and finds what should not be: its database, its directory and its mails, read with other means than the product's, by rules that are written down here once more.
 * It shares no code with the product: two programs that are wrong in the same way would agree. The order comes on standard input, the findings go to standard output, as JSON.
 */
export interface Order {
  databaseUrl: string;
  directory: DirectoryAccess;
  /** Folder of the mails, one numbered file each. */
  mails: string;
  /** Every change of the directory since the town was made, a line each. */
  directoryChanges: string;
  /** Whether the town's pack grants remote access. */
  remoteAccess: boolean;
  /** Titles of those who decide for an absent head, in order. */
  deputies: readonly string[];
  /** Today by the town's clock. */
  today: string;
  /** Who has left: staff number, address, and the number of the last mail that lay in the mailbox when they did. */
  left: readonly { staffNumber: string; address: string; lastMail: number }[];
}

export interface Report {
  findings: readonly string[];
  /** What was looked at, so that "no findings" says something. */
  looked: Readonly<Record<string, number>>;
}

const order = JSON.parse(await text(process.stdin)) as Order;
const findings: string[] = [];
const looked: Record<string, number> = {};

const { entries, people, byNumber, headOf, superiorOf, keyOf } = await readDirectory(order.directory);

const db = new pg.Client({ connectionString: order.databaseUrl });
await db.connect();
const cases = await registrations();
await checkGroup();
await checkApprovals();
await checkDepartments();
await checkMails();
await db.end();
process.stdout.write(JSON.stringify({ findings, looked } satisfies Report));

/** Every registration from its events alone: in force, at rest, or neither. */
async function registrations(): Promise<
  readonly { id: string; receipt: string; staff: string; department: string; how: 'active' | 'resting' | 'none' }[]
> {
  const { rows } = await db.query<{
    case_id: string;
    receipt_number: string;
    name: string;
    body: { event: { input: Record<string, unknown> } };
  }>(
    `select events.case_id, receipt_number, events.name, events.body from events join cases using (case_id)
     where procedure = 'registration' order by events.case_id, events.seq`,
  );
  const found = new Map<string, { id: string; receipt: string; staff: string; department: string; how: 'active' | 'resting' | 'none' }>();
  for (const { case_id: id, receipt_number: receipt, name, body } of rows) {
    const { staff, department } = body.event.input as { staff: string; department: string };
    if (name === 'file') found.set(id, { id, receipt, staff, department, how: 'none' });
    const one = found.get(id);
    if (!one) throw new Error(`${receipt} does not begin with its form`);
    if (name === 'approve' || name === 'resume') one.how = 'active';
    if (name === 'suspend') one.how = 'resting';
    if (name === 'transfer') {
      // Who has another superior only stays; an application goes along to the new department; what was approved there ends.
      if (one.how !== 'none' && department !== one.department) one.how = 'none';
      one.department = department;
    }
    if (['revoke', 'withdraw', 'end', 'leave', 'reasonOver', 'yearOver', 'notConfirmed'].includes(name)) one.how = 'none';
  }
  looked.registrations = found.size;
  looked.events = rows.length;
  return [...found.values()];
}

/** With remote access: the group is exactly those whose registration is active. Without: nobody has ever touched it. */
async function checkGroup(): Promise<void> {
  const group = entries.find(({ cn }) => cn?.[0] === 'telework-remote-access');
  const members = new Set((group?.member ?? []).flatMap((dn) => people.get(keyOf(dn))?.number ?? []));
  const active = new Set(cases.filter(({ how }) => how === 'active').map(({ staff }) => staff));
  looked.active = active.size;
  looked.members = members.size;
  if (!order.remoteAccess) {
    const changes = (await readFile(order.directoryChanges, 'utf8').catch(() => ''))
      .split('\n')
      .filter((line) => /telework-remote-access/i.test(line));
    if (changes.length || members.size) findings.push(`the group was touched ${changes.length} times, and has ${members.size} members`);
    return;
  }
  for (const number of members) if (!active.has(number)) findings.push(`${number} is in the group without an active registration`);
  for (const number of active) if (!members.has(number)) findings.push(`${number} has an active registration and is not in the group`);
}

/** Whatever waits for a head's or superior's decision waits for somebody who can take it. */
async function checkApprovals(): Promise<void> {
  const { rows } = await db.query<{ receipt: string; step: string; who: string; staff: string }>(
    `select receipt_number as receipt, step, who, staff from due join cases using (case_id)
     where procedure = 'registration' and step in ('approve', 'decideChange', 'renew') order by receipt, step, who`,
  );
  const absences = await db.query<{ staff: string }>(
    'select distinct staff from absences where from_day <= $1 and (until_day is null or $1 <= until_day)',
    [order.today],
  );
  const absent = new Set(absences.rows.map(({ staff }) => staff));
  looked.approvals = rows.length;
  for (const { receipt, step, who, staff } of rows) {
    const [role, unit = ''] = who.split(':');
    const holder = role === 'head' ? headOf(unit) : role === 'superior' ? superiorOf(unit) : undefined;
    const there = holder && !holder.locked && !absent.has(holder.number) && holder.number !== staff;
    const deputy =
      holder && !holder.locked && absent.has(holder.number) && order.deputies.some((title) => standsIn(unit, title, absent, staff));
    if (!there && !deputy) findings.push(`${receipt}: ${step} waits for ${who}, and nobody can take it`);
    const applicant = byNumber.get(staff);
    if (!applicant || applicant.locked) findings.push(`${receipt}: ${step} is about somebody who has left`);
  }
}

const standsIn = (unit: string, title: string, absent: ReadonlySet<string>, not: string): boolean =>
  [...people.values()].some(
    (one) => one.departments.includes(unit) && one.title === title && !one.locked && !absent.has(one.number) && one.number !== not,
  );

/** Nobody teleworks on the approval of a department that they have left, and nobody who has left does. */
async function checkDepartments(): Promise<void> {
  for (const { receipt, staff, department, how } of cases) {
    if (how === 'none') continue;
    const person = byNumber.get(staff);
    if (!person || person.locked) findings.push(`${receipt} is in force, and its person has left`);
    else if (!person.departments.includes(department))
      findings.push(`${receipt} is in force for ${department}, where its person is no more`);
  }
}

/** No mail to anybody who had left. */
async function checkMails(): Promise<void> {
  const left = new Map(order.left.map(({ address, lastMail }) => [address.toLowerCase(), lastMail]));
  const files = (await readdir(order.mails)).filter((name) => name.endsWith('.eml')).sort();
  looked.mails = files.length;
  for (const name of files) {
    const number = Number.parseInt(name, 10);
    const [head = ''] = (await readFile(join(order.mails, name), 'utf8')).split('\r\n\r\n', 1);
    for (const [, address = ''] of head.matchAll(/^Delivered-To: (.+)$/gim)) {
      const last = left.get(address.trim().toLowerCase());
      if (last !== undefined && number > last) findings.push(`mail ${number} went to somebody who had left`);
    }
  }
}
