import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { type DirectoryAccess, readDirectory } from './check-directory.js';

/**
 * Looks at every mail of a month of telework days, and finds what should not have gone out, and who was forgotten: by the events in the database, the directory and the mails themselves. It shares no code
 * with the product: two programs that are wrong in the same way would agree. The order comes on standard input, the report goes to standard output, as JSON.
 */
export interface Order {
  databaseUrl: string;
  directory: DirectoryAccess;
  /** Folder of the mails, one numbered file each. */
  mails: string;
  /** Titles of those who decide for an absent head, in order. */
  deputies: readonly string[];
}

export interface Report {
  findings: readonly string[];
  /** What was looked at, so that "no findings" says something. */
  looked: Readonly<Record<'events' | 'mails' | 'digests' | 'lines' | 'acting' | 'instead' | 'waiting', number>>;
}

interface Happened {
  name: string;
  at: number;
}

interface Day {
  id: string;
  receipt: string;
  staff: string;
  department: string;
  approver: string;
  date: string;
  events: Happened[];
}

/** Which step each state waits for, and whether it is the person's (p), the supervisor's (s) or either's. */
const waits: Readonly<Record<string, { step: string; whose: string }>> = {
  planned: { step: 'approve', whose: 's' },
  sentBack: { step: 'replan', whose: 'p' },
  approved: { step: 'start', whose: 'ps' },
  started: { step: 'end', whose: 'ps' },
  ended: { step: 'report', whose: 'ps' },
  reported: { step: 'acceptReport', whose: 's' },
};
/** The state that each event leads to; the others leave it as it is. */
const leadsTo: Readonly<Record<string, string>> = {
  plan: 'planned',
  replan: 'planned',
  approve: 'approved',
  sendBack: 'sentBack',
  start: 'started',
  end: 'ended',
  report: 'reported',
  acceptReport: 'closed',
  refuse: 'over',
  withdraw: 'over',
  cancel: 'over',
  expire: 'over',
  missed: 'over',
};
/** What the digests call the steps. */
const stepsInWords: Readonly<Record<string, string>> = {
  在宅勤務計画書の承認: 'approve',
  在宅勤務計画書の再提出: 'replan',
  業務の開始の報告: 'start',
  午後の業務の開始の報告: 'reportMidday',
  業務の終了の報告: 'end',
  在宅勤務報告書による復命: 'report',
  在宅勤務報告書の確認: 'acceptReport',
};

const order = JSON.parse(await text(process.stdin)) as Order;
const findings: string[] = [];
const { entries, byNumber, people, headOf, superiorOf, keyOf } = await readDirectory(order.directory);
const everybody = [...people.values()];
const byMail = new Map(everybody.map((person) => [person.mail.toLowerCase(), person]));
const substitutes = new Set(
  entries.filter(({ cn: [cn = ''] = [] }) => cn === 'telework-hr' || cn === 'telework-it').flatMap(({ member = [] }) => member.map(keyOf)),
);

const db = new pg.Client({ connectionString: order.databaseUrl });
await db.connect();
const days = await teleworkDays();
const { rows: absences } = await db.query<{ staff: string; from: string; until: string | null }>(
  `select staff, from_day::text as "from", until_day::text as until from absences`,
);
const leftAt = new Map(
  (await db.query<{ copy: string; at: Date }>(`select copy, at from mail_copies where how = 'sent'`)).rows.map(({ copy, at }) => [
    copy,
    at.getTime(),
  ]),
);
const { rows: rounds } = await db.query<{ date: string; at: Date }>(
  `select date::text as date, at from rounds where round = 'morning' order by date`,
);
const looked = { events: 0, mails: 0, digests: 0, lines: 0, acting: 0, instead: 0, waiting: 0 };
for (const { events } of days.values()) looked.events += events.length;
const told = await checkMails();
checkForgotten();
await db.end();
process.stdout.write(JSON.stringify({ findings, looked } satisfies Report));

async function teleworkDays(): Promise<ReadonlyMap<string, Day>> {
  const { rows } = await db.query<{ id: string; receipt: string; name: string; at: Date; input: Record<string, unknown> }>(
    `select events.case_id as id, receipt_number as receipt, name, at, body->'event'->'input' as input from events join cases using (case_id)
     where procedure = 'telework-day' order by events.case_id, events.seq`,
  );
  const found = new Map<string, Day>();
  for (const { id, receipt, name, at, input } of rows) {
    const { staff, department, approver, plan } = input as { staff: string; department: string; approver: string; plan?: { date: string } };
    if (name === 'plan') found.set(id, { id, receipt, staff, department, approver, date: plan?.date ?? '', events: [] });
    found.get(id)?.events.push({ name, at: at.getTime() });
  }
  return found;
}

/** Every line of every digest: the step still waited when the mail left, and its reader could take it, or stood in where nobody could. Answers what was told on which date. */
async function checkMails(): Promise<ReadonlySet<string>> {
  const places = new Set<string>();
  const once = new Set<string>();
  for (const name of (await readdir(order.mails)).filter((file) => file.endsWith('.eml')).sort()) {
    looked.mails += 1;
    const mail = await readFile(join(order.mails, name), 'latin1');
    const [head = ''] = mail.split('\r\n\r\n', 1);
    const messageId = /^Message-ID: <([^>]+)>/im.exec(head)?.[1] ?? '';
    const at = leftAt.get(messageId);
    const body = textOf(mail);
    const round = body.includes('次の案件が手続を待っています')
      ? 'morning'
      : body.includes('次の手続がまだ済んでいません')
        ? 'evening'
        : undefined;
    for (const [, address = ''] of head.matchAll(/^Delivered-To: (.+)$/gim)) {
      const reader = byMail.get(address.trim().toLowerCase());
      if (!reader || reader.locked) findings.push(`${name} went to nobody who works here`);
      if (!round) continue;
      if (!reader || at === undefined) {
        findings.push(`digest ${name} is not in the ledger`);
        continue;
      }
      looked.digests += 1;
      const date = dateOf(at);
      const place = `${reader.number} ${round} ${date}`;
      if (once.has(place)) findings.push(`a second ${round} digest on ${date} (${name})`);
      once.add(place);
      if (isAbsent(reader.number, date)) findings.push(`digest ${name} went to somebody who is absent`);
      for (const line of linesOf(body)) {
        looked.lines += 1;
        places.add(`${date} ${line.id} ${line.step}`);
        const wrong = wrongWith(line, { reader: reader.number, at, date });
        if (wrong) findings.push(`${line.receipt}, ${line.step} on ${date} (${name}): ${wrong}`);
      }
    }
  }
  return places;
}

function wrongWith(
  { id, step }: { id: string; step: string },
  { reader, at, date }: { reader: string; at: number; date: string },
): string | undefined {
  const day = days.get(id);
  if (!day) return 'there is no such day';
  const waiting = waits[stateAt(day, at)];
  const midday = step === 'reportMidday' && !day.events.some((event) => event.name === step && event.at <= at);
  if (waiting?.step !== (midday ? 'end' : step)) return `it had been done: ${stateAt(day, at)}`;
  const able = whoCan(day, waiting, date);
  if (able.some(({ number }) => number === reader)) {
    if (able.some(({ number, acting }) => number === reader && acting)) looked.acting += 1;
    return undefined;
  }
  if (able.length) return 'the reader cannot take it, and others can';
  looked.instead += 1;
  const stands = substitutes.has(keyOf(byNumber.get(reader)?.dn ?? '')) || headOf(day.department)?.number === reader;
  return stands ? undefined : 'nobody can take it, and the reader stands in for nobody';
}

/** What waited overnight, and was not done that day, was told to somebody in the morning. */
function checkForgotten(): void {
  const first = Math.min(...[...days.values()].flatMap(({ events }) => events.map(({ at }) => at)));
  for (const { date, at: round } of rounds) {
    const at = round.getTime();
    if (at < first) continue;
    for (const day of days.values()) {
      const state = stateAt(day, at);
      const waiting = waits[state];
      const since = dateOf(day.events.filter((event) => event.at <= at).at(-1)?.at ?? at);
      const due = waiting && (state === 'approved' || state === 'started' ? day.date < date : since < date);
      if (!due || day.events.some((event) => event.at > at && dateOf(event.at) === date)) continue;
      looked.waiting += 1;
      if (!told.has(`${date} ${day.id} ${waiting.step}`))
        findings.push(`${day.receipt}: ${waiting.step} waits on ${date}, and nobody was told`);
    }
  }
}

function stateAt({ events }: Day, at: number): string {
  return events.filter((event) => event.at <= at).reduce((state, { name }) => leadsTo[name] ?? state, 'nothing');
}

/** Who can take the step that day: the person, the supervisor, or whoever decides in the absent head's place; nobody in their own case but for themselves. */
function whoCan({ staff, approver }: Day, { whose }: { whose: string }, date: string): readonly { number: string; acting?: true }[] {
  const able = ({ number, locked }: { number: string; locked: boolean }) => !locked && !isAbsent(number, date);
  const person = whose.includes('p') ? everybody.filter((one) => one.number === staff && able(one)) : [];
  if (!whose.includes('s')) return person;
  const [role, unit = ''] = approver.split(':');
  const holder = role === 'head' ? headOf(unit) : superiorOf(unit);
  if (!holder || holder.locked) return person;
  if (able(holder)) return [...person, ...(holder.number === staff ? [] : [holder])];
  const [deputy] = order.deputies
    .flatMap((title) =>
      everybody
        .filter((one) => one.departments.includes(unit) && one.title === title && one.number !== holder.number && able(one))
        .sort((one, other) => (one.number < other.number ? -1 : 1)),
    )
    .slice(0, role === 'head' ? 1 : 0);
  return [...person, ...(deputy && deputy.number !== staff ? [{ number: deputy.number, acting: true as const }] : [])];
}

function isAbsent(number: string, date: string): boolean {
  return absences.some(({ staff, from, until }) => staff === number && from <= date && (until === null || date <= until));
}

function dateOf(at: number): string {
  return new Date(at + 9 * 3_600_000).toISOString().slice(0, 10);
}

/** `・receipt　step（since; as whom）` and below it where it is done. */
function linesOf(body: string): readonly { receipt: string; id: string; step: string }[] {
  return [...body.matchAll(/^・(\S+?)　(.+?)（.*\r?\n　\S+\/([\w-]+)\r?$/gm)].map(([, receipt = '', words = '', id = '']) => ({
    receipt,
    id,
    step: stepsInWords[words] ?? words,
  }));
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
