import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { type DirectoryAccess, readDirectory } from './check-directory.js';

/**
 * Looks at a trial campaign, and finds what should not be: by the events in the database, the directory and the mails themselves. Every member stands in exactly one state, as their section's events and their
 * days say; every device is in one place; every slot has its loan; counters were staffed; nobody was told twice, and nobody reminded of what they had done. It shares no code with the product: two programs
 * that are wrong in the same way would agree. The order comes on standard input, the report goes to standard output, as JSON.
 */
export interface Order {
  databaseUrl: string;
  directory: DirectoryAccess;
  /** Folder of the mails, one numbered file each. */
  mails: string;
  /** The campaign's case. */
  campaign: string;
  /** Today by the town's clock. */
  today: string;
}

export interface Report {
  findings: readonly string[];
  /** What was looked at, so that "no findings" says something. `again`: mails that came once more under a Message-ID that was there. */
  looked: Readonly<
    Record<
      'sections' | 'members' | 'events' | 'days' | 'loans' | 'devices' | 'counters' | 'mails' | 'announced' | 'reminders' | 'again',
      number
    >
  >;
}

interface Slot {
  date: string;
  part: 'day' | 'morning' | 'afternoon';
}

interface Duty {
  from: string;
  until: string;
  times: number;
}

interface Member {
  staff: string;
  group: string;
  duties: Duty[];
  slots: Slot[];
  absent: string[];
  unavailable: string[];
  notPossible?: string;
  ownDevice?: true;
  exemption?: { reason: string; from: string; until: string };
  outcome?: 'done' | 'notPossible';
}

interface Swap {
  by: string;
  mine: string;
  with: string;
  theirs: string;
}

interface Section {
  id: string;
  department: string;
  until: string;
  lends: boolean;
  over: boolean;
  counter?: { morning: number; afternoon: number };
  /** Who is no member, each by the dates on which they are not there. */
  others: string[][];
  members: Map<string, Member>;
  swaps: Map<string, Swap>;
}

/** What the events bring, each some of it. */
interface Input extends Swap {
  department: string;
  until: string;
  loan?: object;
  counter?: { morning: number; afternoon: number };
  others: string[][];
  members: readonly Member[];
  swap: string;
  agreed: boolean;
  people: readonly string[];
  dates: readonly string[];
  atWork: boolean;
  staff: string;
  from?: string;
  to: Slot;
  on: string;
  exemption: { reason: string; until: string };
  outcome: 'done' | 'notPossible';
  moves: readonly { staff: string; to: readonly Slot[] }[];
  period?: { until: string; again?: true };
  member: Member;
}

interface Happened {
  id: string;
  at: number;
  name: string;
  key: string | null;
  input: Input;
  roster: { members: readonly { staff: string; duties: Duty[]; slots: Slot[] }[] } | null;
}

/** A batch of mails is judged before its first one leaves: what was done a moment before may not be known. */
const judgedBeforeMs = 60_000;

const order = JSON.parse(await text(process.stdin)) as Order;
const findings: string[] = [];
const looked = {
  sections: 0,
  members: 0,
  events: 0,
  days: 0,
  loans: 0,
  devices: 0,
  counters: 0,
  mails: 0,
  announced: 0,
  reminders: 0,
  again: 0,
};
const { people, byNumber } = await readDirectory(order.directory);
const byMail = new Map([...people.values()].map((person) => [person.mail.toLowerCase(), person]));

const db = new pg.Client({ connectionString: order.databaseUrl });
await db.connect();
const events = await sectionEvents();
const sections = sectionsAt(Number.POSITIVE_INFINITY, 'hold against the rosters');
looked.sections = sections.size;
looked.events = events.length;
const teleworked = await teleworkedDays();
const asOf = await lastWatch();
await checkMembers();
await checkDevices();
await checkLoans();
await checkCounters();
await checkMails();
await db.end();
process.stdout.write(JSON.stringify({ findings, looked } satisfies Report));

async function sectionEvents(): Promise<readonly Happened[]> {
  const { rows } = await db.query<Omit<Happened, 'at'> & { at: Date }>(
    `select events.case_id as id, at, name, key, body->'event'->'input' as input, body->'roster' as roster from events join cases using (case_id)
     where procedure = 'trial-section' and within = $1 order by at, events.case_id, events.seq`,
    [order.campaign],
  );
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** All sections as their events up to the instant make them. */
function sectionsAt(until: number, how?: 'hold against the rosters'): ReadonlyMap<string, Section> {
  const found = new Map<string, Section>();
  for (const event of events) {
    if (event.at > until) break;
    const section = event.name === 'openSection' ? opened(event) : found.get(event.id);
    if (!section) {
      findings.push(`a section begins with ${event.name}`);
      continue;
    }
    found.set(event.id, section);
    happen(section, event);
    if (how) compare(section, event);
  }
  return found;
}

function opened({ id, input }: Happened): Section {
  const members = input.members.map((member): [string, Member] => [member.staff, structuredClone(member)]);
  return {
    id,
    department: input.department,
    until: input.until,
    lends: input.loan !== undefined,
    over: false,
    ...(input.counter && { counter: input.counter }),
    others: input.others,
    members: new Map(members),
    swaps: new Map(),
  };
}

/** What an event says of the section's people. What was planned anew holds only where it still fits, so of that the roster is the witness. */
function happen(section: Section, { name, key, input, roster }: Happened): void {
  const { members, swaps } = section;
  const drop = (staff: string, isGone: (date: string) => boolean) => {
    const member = members.get(staff);
    if (member) member.slots = member.slots.filter(({ date }) => !isGone(date));
    return member;
  };
  switch (name) {
    case 'askSwap':
      swaps.set(key ?? '', { by: input.by, mine: input.mine, with: input.with, theirs: input.theirs });
      return;
    case 'answerSwap': {
      const swap = swaps.get(input.swap);
      swaps.delete(input.swap);
      if (!swap || !input.agreed) return;
      const [own, other] = [slotOf(section, swap.by, swap.mine), slotOf(section, swap.with, swap.theirs)];
      if (!own || !other) return void findings.push(`${section.department}: slots were exchanged that were not there`);
      drop(swap.by, (date) => date === swap.mine)?.slots.push(other);
      drop(swap.with, (date) => date === swap.theirs)?.slots.push(own);
      return;
    }
    case 'dropSwap':
      swaps.delete(input.swap);
      return;
    case 'cannot':
      for (const staff of input.people)
        drop(staff, (date) => input.dates.includes(date))?.[input.atWork ? 'unavailable' : 'absent'].push(...input.dates);
      return;
    case 'move':
      drop(input.staff, (date) => date === input.from)?.slots.push(input.to);
      return;
    case 'exempt':
      for (const staff of input.people) {
        const member = drop(staff, (date) => input.on <= date && date <= input.exemption.until);
        if (member) member.exemption = { ...input.exemption, from: input.on };
      }
      return;
    case 'endExemption': {
      const member = members.get(input.staff);
      if (member) delete member.exemption;
      return;
    }
    case 'recordOutcome': {
      const member = drop(input.staff, (date) => input.on <= date);
      if (member) member.outcome = input.outcome;
      return;
    }
    case 'withdrawOutcome': {
      const member = members.get(input.staff);
      if (member) delete member.outcome;
      return;
    }
    case 'settleObjection':
      if (input.counter) section.counter = input.counter;
      return;
    case 'replan': {
      if (input.period) prolong(section, input.period);
      for (const { staff, to } of input.moves) takeIfTaken(members.get(staff), to, roster);
      return;
    }
    case 'join': {
      const { staff, slots } = input.member;
      if (members.has(staff)) return;
      members.set(staff, { ...structuredClone(input.member), slots: [] });
      takeIfTaken(members.get(staff), slots, roster);
      return;
    }
    case 'leave':
      members.delete(input.staff);
      return;
    case 'close':
    case 'cancel':
      section.over = true;
  }
}

function slotOf({ members }: Section, staff: string, date: string): Slot | undefined {
  return members.get(staff)?.slots.find((slot) => slot.date === date);
}

/** All of the proposal, or nothing of it. */
function takeIfTaken(member: Member | undefined, to: readonly Slot[], roster: Happened['roster']): void {
  const taken = roster?.members.find(({ staff }) => staff === member?.staff);
  if (member && taken && slotsIn(taken.slots) === slotsIn(to)) member.slots = [...to];
}

function prolong(section: Section, { until, again }: { until: string; again?: true }): void {
  for (const member of section.members.values()) {
    const [first] = member.duties;
    if (again && first) member.duties = [{ from: first.from, until, times: member.duties.reduce((sum, { times }) => sum + times, 0) }];
    else for (const duty of member.duties) if (duty.until === section.until) duty.until = until;
  }
  section.until = until;
}

function slotsIn(slots: readonly Slot[]): string {
  return slots
    .map(({ date, part }) => `${date} ${part}`)
    .sort()
    .join();
}

function dutiesIn(duties: readonly Duty[]): string {
  return duties.map(({ from, until, times }) => `${from} ${until} ${times}`).join();
}

/** What the section told the ledger of its people is what its events make of them. */
function compare({ department, members }: Section, { name, roster }: Happened): void {
  if (!roster) return;
  const told = new Map(roster.members.map((member) => [member.staff, member]));
  if (told.size !== roster.members.length) findings.push(`${department}, ${name}: somebody stands there twice`);
  for (const staff of new Set([...told.keys(), ...members.keys()])) {
    const [mine, theirs] = [members.get(staff), told.get(staff)];
    if (!mine || !theirs) findings.push(`${department}, ${name}: ${staff} is ${mine ? 'missing' : 'no member'}`);
    else if (slotsIn(mine.slots) !== slotsIn(theirs.slots) || dutiesIn(mine.duties) !== dutiesIn(theirs.duties))
      findings.push(
        `${department}, ${name}: ${staff} has ${slotsIn(theirs.slots) || 'no slot'}, and should have ${slotsIn(mine.slots) || 'none'}`,
      );
  }
}

/** Who has teleworked on which date, and since when that is known: a day that was approved (or begun without a plan, and recognised) and ended, or attendance that was brought. */
async function teleworkedDays(): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const found = new Map<string, Map<string, number>>();
  const see = (staff: string, date: string, at: number) =>
    found.set(staff, (found.get(staff) ?? new Map()).set(date, Math.min(at, found.get(staff)?.get(date) ?? at)));
  const { rows } = await db.query<{
    id: string;
    name: string;
    at: Date;
    input: { staff: string; plan?: { date: string }; granted?: boolean };
  }>(
    `select events.case_id as id, name, at, body->'event'->'input' as input from events join cases using (case_id)
     where procedure = 'telework-day' order by events.case_id, events.seq`,
  );
  const days = new Map<string, { staff: string; date: string; allowed: boolean; ended: boolean }>();
  for (const { id, name, at, input } of rows) {
    const day = days.get(id) ?? { staff: input.staff, date: '', allowed: false, ended: false };
    days.set(id, day);
    if (input.plan) day.date = input.plan.date;
    if (name === 'approve' || (name === 'confirm' && input.granted)) day.allowed = true;
    if (name === 'end') day.ended = true;
    if (day.allowed && day.ended) see(day.staff, day.date, at.getTime());
  }
  looked.days = days.size;
  const { rows: attended } = await db.query<{ staff: string; date: string; at: Date }>(
    `select staff, date::text as date, (select max(at) from personnel_imports where kind = 'attendance') as at from attendance`,
  );
  for (const { staff, date, at } of attended) see(staff, date, at.getTime());
  return found;
}

/** The date as of which members are judged: that of the last morning round in which the campaign ran. */
async function lastWatch(): Promise<string> {
  const { rows } = await db.query<{ as_of: string; rounds: string | null }>(
    `select as_of::text, (select max(date)::text from rounds where round = 'morning' and date <= $2) as rounds from trials where campaign = $1`,
    [order.campaign, order.today],
  );
  const { rows: status } = await db.query<{ status: string }>('select status from cases where case_id = $1', [order.campaign]);
  const [{ as_of, rounds: round } = { as_of: '', rounds: null }] = rows;
  if (status[0]?.status === 'running' && round && as_of < round) findings.push(`the morning of ${round} has not watched: as of ${as_of}`);
  return as_of;
}

/** Every member stands in exactly one state: the one that follows from events and days, in the rows and in the tally. */
async function checkMembers(): Promise<void> {
  const { rows } = await db.query<{ staff: string; section: string; department: string; group: string; status: string }>(
    `select staff, case_id as section, department, "group", status from trial_members where campaign = $1`,
    [order.campaign],
  );
  const known = new Map(rows.map((row) => [row.staff, row]));
  const should = new Map<string, number>();
  const placed = new Map<string, string>();
  for (const { id, department, members } of sections.values()) {
    for (const member of members.values()) {
      looked.members += 1;
      const { staff, group } = member;
      const elsewhere = placed.get(staff);
      if (elsewhere) findings.push(`${staff} is a member of ${elsewhere} and of ${department}`);
      placed.set(staff, department);
      const status = statusOf(member, Number.POSITIVE_INFINITY, asOf);
      const place = `${department} ${group} ${status}`;
      should.set(place, (should.get(place) ?? 0) + 1);
      const row = known.get(staff);
      if (row?.section !== id) findings.push(`${staff} of ${department} has no row there`);
      else if (row.status !== status || row.group !== group)
        findings.push(`${staff} of ${department} is ${row.status}, and should be ${status}`);
    }
  }
  for (const { staff, department } of rows)
    if (!placed.has(staff)) findings.push(`${staff} stands in the rows of ${department}, and in no section`);
  await checkTally(should);
}

async function checkTally(should: ReadonlyMap<string, number>): Promise<void> {
  const { rows } = await db.query<{ department: string; group: string; counts: Record<string, number> }>(
    `select department, "group", to_json(trial_tally) as counts from trial_tally where campaign = $1`,
    [order.campaign],
  );
  const told = new Map(
    rows.flatMap(({ department, group, counts }) =>
      ['done', 'recordedByHr', 'exempt', 'notPossible', 'planned', 'atRisk'].map((status): [string, number] => [
        `${department} ${group} ${status}`,
        counts[status] ?? 0,
      ]),
    ),
  );
  for (const place of new Set([...should.keys(), ...told.keys()]))
    if ((should.get(place) ?? 0) !== (told.get(place) ?? 0))
      findings.push(`the tally has ${told.get(place) ?? 0} ${place}, and should have ${should.get(place) ?? 0}`);
}

/** How a member stands as of a date, by what was seen until an instant. */
function statusOf(member: Member, until: number, date: string): string {
  const { duties, slots, exemption, outcome, notPossible } = member;
  const seen = seenBy(member.staff, until);
  const within = ({ from, until: last }: Duty) => [...seen].filter((one) => from <= one && one <= last).length;
  if (duties.length && duties.every((duty) => within(duty) >= duty.times)) return 'done';
  if (outcome === 'done') return 'recordedByHr';
  if (exemption && exemption.until >= date) return 'exempt';
  if (outcome === 'notPossible' || notPossible) return 'notPossible';
  const ahead = ({ from, until: last }: Duty) =>
    new Set(slots.map((slot) => slot.date).filter((one) => one >= from && one >= date && one <= last && !seen.has(one))).size;
  return duties.every((duty) => within(duty) + ahead(duty) >= duty.times) ? 'planned' : 'atRisk';
}

function seenBy(staff: string, until: number): ReadonlySet<string> {
  return new Set([...(teleworked.get(staff) ?? [])].flatMap(([date, at]) => (at <= until ? [date] : [])));
}

/** Every device is in the hands of one case at a time, and promised to one at a time until it is ready for the next. */
async function checkDevices(): Promise<void> {
  const overlapping = async (what: string, query: string) => {
    const { rows } = await db.query<{ device: string; one: string; other: string }>(query);
    for (const { device, one, other } of rows) findings.push(`${device} is ${what} ${one} and ${other} at once`);
  };
  const receipt = (of: string) => `(select receipt_number from cases where case_id = ${of}.case_id)`;
  await overlapping(
    'in the hands of',
    `select one.asset_tag as device, ${receipt('one')} as one, ${receipt('other')} as other from custody one
     join custody other on one.asset_tag = other.asset_tag and one.number < other.number and one.since < coalesce(other.until, 'infinity')
       and other.since < coalesce(one.until, 'infinity')`,
  );
  await overlapping(
    'promised to',
    `select one.asset_tag as device, ${receipt('one')} as one, ${receipt('other')} as other from reservations one
     join reservations other on one.asset_tag = other.asset_tag and one.case_id < other.case_id
       and one.from_day <= other.until_day + other.turnaround_days and other.from_day <= one.until_day + one.turnaround_days`,
  );
  const { rows } = await db.query<{ count: number }>('select count(*)::int as count from devices');
  looked.devices = rows[0]?.count ?? 0;
  const { rows: apart } = await db.query<{ receipt: string; out: boolean; held: boolean }>(
    `select receipt_number as receipt, last.name in ('handOver', 'takeBack', 'erase', 'rejectErasure', 'failErasure', 'destroy', 'reportLoss', 'find', 'writeOff', 'confirmDestruction') as out,
       exists (select from custody where custody.case_id = cases.case_id and until is null) as held
     from cases cross join lateral (select name from events where events.case_id = cases.case_id
       and name not in ('receive', 'askExtension', 'decideExtension', 'recall', 'transfer', 'succeed', 'accountFor') order by seq desc limit 1) as last
     where procedure = 'device-loan'`,
  );
  for (const { receipt: loan, out, held } of apart)
    if (out !== held)
      findings.push(`${loan}: its device is ${out ? 'out' : 'not out'} by its events, and ${held ? '' : 'not '}in its hands`);
}

/** Every slot that is still to come, and for which something is lent, has one loan; no loan is left over that was not handed out. */
async function checkLoans(): Promise<void> {
  const { rows } = await db.query<{
    receipt: string;
    section: string;
    staff: string;
    date: string;
    over: boolean;
    out: boolean;
    recalled: boolean;
  }>(
    `select receipt_number as receipt, within as section, staff, state->'request'->>'from' as date, closed as over,
       exists (select from events where events.case_id = cases.case_id and name = 'handOver') as out,
       exists (select from events where events.case_id = cases.case_id and name = 'recall') as recalled
     from cases where procedure = 'device-loan' and within = any($1)`,
    [[...sections.keys()]],
  );
  looked.loans = rows.length;
  const { rows: openings } = await db.query<{ count: number }>('select count(*)::int as count from openings');
  if (openings[0]?.count) findings.push(`${openings[0].count} cases are to be opened, and are not`);
  const standing = rows.filter(({ recalled }) => !recalled);
  for (const { id, department, lends, over, members } of sections.values()) {
    const own = standing.filter(({ section }) => section === id);
    if (lends && !over)
      for (const { staff, slots, ownDevice } of members.values()) {
        if (ownDevice) continue;
        for (const { date } of slots) {
          if (date < order.today) continue;
          const loans = own.filter((loan) => loan.staff === staff && loan.date === date);
          if (loans.length !== 1) findings.push(`${department}: ${staff} has ${loans.length} loans for ${date}`);
        }
      }
    for (const { receipt, staff, date, over: closed, out } of own) {
      if (closed || out || (!over && slotOf({ members } as Section, staff, date))) continue;
      findings.push(`${receipt} waits for ${date}, and its slot is gone`);
    }
  }
}

/** On every day that took place as many were at the office as the counter asks for: of all whose absence was not known in the morning of the business day before, in time to plan anew. */
async function checkCounters(): Promise<void> {
  const { rows: rounds } = await db.query<{ date: string; at: Date }>(
    `select date::text as date, at from rounds where round = 'morning' order by date`,
  );
  for (const [nth, { date }] of rounds.entries()) {
    const before = rounds[nth - 1];
    if (!before || date >= order.today) continue;
    const known = sectionsAt(before.at.getTime());
    for (const { id, department, counter, others, members } of sectionsAt(endOf(date)).values()) {
      if (!counter) continue;
      looked.counters += 1;
      const isTeleworking = (staff: string, half: 'morning' | 'afternoon') =>
        teleworked.get(staff)?.has(date) ||
        members.get(staff)?.slots.some((slot) => slot.date === date && (slot.part === 'day' || slot.part === half));
      for (const half of ['morning', 'afternoon'] as const) {
        const staff = [...members.keys()];
        const gone = staff.filter((one) => isTeleworking(one, half));
        const there = staff.filter((one) => !gone.includes(one) && !isAway(known.get(id)?.members.get(one), date));
        const present = there.length + others.filter((absent) => !absent.includes(date)).length;
        if (gone.length && present < counter[half])
          findings.push(`${department}, ${half} of ${date}: ${present} at a counter of ${counter[half]}`);
      }
    }
  }
}

function isAway(member: Member | undefined, date: string): boolean {
  const { absent = [], exemption } = member ?? {};
  return absent.includes(date) || (!!exemption && exemption.reason !== 'duty' && exemption.from <= date && date <= exemption.until);
}

function endOf(date: string): number {
  return Date.parse(`${date}T23:59:59.999+09:00`);
}

function dateOf(at: number): string {
  return new Date(at + 9 * 3_600_000).toISOString().slice(0, 10);
}

/** Nobody has the same mail twice; everybody who was planned was told their dates once; reminded was only who had it still to do. */
async function checkMails(): Promise<void> {
  const { rows } = await db.query<{ copy: string; at: Date; recipient: string; template: string; section: string; params: Params }>(
    `select copy, mail_copies.at, recipient, template, case_id as section, params from mail_copies join outbox using (message_id) where how = 'sent'`,
  );
  const sent = new Map(rows.map((row) => [row.copy, row]));
  const once = new Set<string>();
  const told = new Map<string, number>();
  for (const name of (await readdir(order.mails)).filter((file) => file.endsWith('.eml')).sort()) {
    looked.mails += 1;
    const mail = await readFile(join(order.mails, name), 'latin1');
    const [head = ''] = mail.split('\r\n\r\n', 1);
    const messageId = /^Message-ID: <([^>]+)>/im.exec(head)?.[1] ?? '';
    const readers = [...head.matchAll(/^Delivered-To: (.+)$/gim)].map(([, address = '']) => byMail.get(address.trim().toLowerCase()));
    if (once.has(messageId)) looked.again += 1;
    const one = sent.get(messageId);
    if (once.has(messageId) || !one) continue; // What was sent and not yet noted is noted when it is sent again, under the same id.
    once.add(messageId);
    if (one.template === 'trialAnnounced') {
      looked.announced += 1;
      const dates = (one.params.items ?? []).map(({ date }) => date).join();
      for (const reader of readers) {
        const place = `${one.section} ${reader?.number} ${dates}`;
        told.set(place, (told.get(place) ?? 0) + 1);
      }
    }
    if (one.template === 'morningDigest') for (const reader of readers) checkReminders(name, textOf(mail), one, reader?.number ?? '');
  }
  checkAnnounced(told);
}

interface Params {
  items?: readonly { caseId?: string; says?: string; date?: string }[];
}

function checkAnnounced(told: ReadonlyMap<string, number>): void {
  const left = new Map(told);
  for (const { id, name, input } of events) {
    if (name !== 'openSection') continue;
    for (const { staff, slots } of input.members as Member[]) {
      const place = `${id} ${staff} ${slots.map(({ date }) => date).join()}`;
      const times = left.get(place) ?? 0;
      left.delete(place);
      const reachable = byNumber.get(staff)?.mail;
      if (slots.length && reachable && times !== 1) findings.push(`${staff} was told their dates ${times} times`);
    }
  }
  for (const place of left.keys()) findings.push(`told dates that are not in the plan: ${place}`);
}

/** A line of a digest that says to a member what they still have to do. */
function checkReminders(name: string, body: string, { at, params }: { at: Date; params: Params }, reader: string): void {
  for (const { caseId = '', says } of params.items ?? []) {
    if ((says !== 'telework' && says !== 'arrange') || !sections.has(caseId) || !body.includes(caseId)) continue;
    looked.reminders += 1;
    const member = sectionsAt(at.getTime()).get(caseId)?.members.get(reader);
    const status = member && statusOf(member, at.getTime() - judgedBeforeMs, dateOf(at.getTime()));
    if (status !== 'planned' && status !== 'atRisk') findings.push(`${name} reminds ${reader}, who is ${status ?? 'no member'}`);
    if (byNumber.get(reader)?.locked && dateOf(at.getTime()) >= order.today) findings.push(`${name} reminds ${reader}, who has left`);
  }
}

/** The mail's text, in whichever of the two encodings it comes. */
function textOf(mail: string): string {
  const part = /Content-Type: text\/plain.*\r\nContent-Transfer-Encoding: (\S+)\r\n(?:\S.*\r\n)*\r\n([\s\S]*?)\r\n--/i.exec(mail);
  const [, encoding = '', body = ''] = part ?? [];
  if (/base64/i.test(encoding)) return Buffer.from(body, 'base64').toString('utf8');
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
