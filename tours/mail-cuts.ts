import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { StaffMember } from '../activities/directory/port.js';
import { isLedgerAway } from '../activities/ledger/away.js';
import type { OutboxPort } from '../activities/ledger/port.js';
import type { PostgresLedger } from '../activities/ledger/postgres.js';
import { createMailActivities, type MailActivities } from '../activities/mail/activities.js';
import { createSmtpMail } from '../activities/mail/smtp.js';
import { certificate, type Script, type ScriptedSmtp, startScriptedSmtp } from '../test/mail/scripted-smtp.js';

/** What came of one place at which the line was cut. */
export interface CutRow {
  place: string;
  /** Runs of the sending activity. */
  tries: number;
  mails: number;
  /** What lay in the mailboxes at the end, copies that came twice included. */
  arrived: number;
  /** Copies too many of a mail that the line never lost between the final dot and the ledger's note of it: must be 0. */
  duplicates: number;
  /** Lost there: the sender cannot know whether the server has taken it (RFC 1047). */
  inTheGap: number;
  /** Of those, sent again: byte for byte the same mail, under the same Message-ID. */
  sentAgain: number;
  parked: number;
  refused: number;
  /** What should not be. */
  problems: readonly string[];
}

/** Delivers with these activities, again and again where they fail, until it is stopped. */
export type Deliver = (activities: MailActivities) => Promise<{ stop(): Promise<void> }>;

export interface CutParts {
  freshLedger(): Promise<PostgresLedger>;
  deliver: Deliver;
}

/** One place at which the line is cut, and what should come of it. */
interface Cut {
  place: string;
  script?: Script;
  starttls?: true;
  /** How often the sender dies when the server has taken a mail and the ledger does not know. */
  dies?: number;
  /** The server is away for so many days. */
  awayDays?: number;
  /** Not every mail is answered at once: time must pass in the town. */
  later?: true;
  refused?: number;
  parked?: number;
  inTheGap?: number;
}

const mails = 6;
const twice = (times: number): 'cut' | undefined => (times <= 2 ? 'cut' : undefined);
const everyThird = (line: string): boolean => /<s\d*[03]@/.test(line);

/** Every place of a session, and the days that a mail server has. */
const cuts: readonly Cut[] = [
  { place: '接続できない（2日間） / no connection for two days', awayDays: 2 },
  { place: '接続直後 / at the connection', script: { greeting: twice } },
  { place: 'EHLO', script: { EHLO: twice } },
  { place: 'STARTTLS', script: { STARTTLS: twice }, starttls: true },
  { place: 'MAIL FROM', script: { MAIL: twice } },
  { place: 'RCPT TO', script: { RCPT: twice } },
  { place: 'DATA の前 / before the body', script: { DATA: twice } },
  { place: 'DATA の途中 / in the middle of the body', script: { body: twice } },
  { place: '最後のドットの後 / after the final dot', script: { dot: (times) => (times === 1 ? 'cut' : undefined) }, inTheGap: 1 },
  {
    place: '最後のドットの後、3回続けて / three times in a row',
    script: { dot: (times) => (times <= 3 ? 'cut' : undefined) },
    inTheGap: 1,
    parked: 1,
  },
  { place: '応答の後、記録の前に送信側が停止 / the sender dies before it is noted', dies: 2, inTheGap: 2 },
  {
    place: '3人に1人を拒否（550） / every third refused',
    script: { RCPT: (_, line) => (everyThird(line) ? '550 5.1.1 unknown' : undefined) },
    refused: 2,
  },
  {
    place: '一時的な拒否（452）の後に受理 / 4xx, then taken',
    script: { RCPT: (times) => (times <= mails ? '452 4.2.2 full' : undefined) },
    later: true,
  },
];

/** Cuts the real delivery, from the ledger over SMTP, at every place. */
export async function cutMatrix(
  { freshLedger, deliver }: CutParts,
  onRow: (row: CutRow) => void = () => undefined,
): Promise<readonly CutRow[]> {
  const rows: CutRow[] = [];
  for (const cut of cuts) {
    const ledger = await freshLedger();
    const smtp = await startScriptedSmtp(cut.script, { pipelining: true, ...(cut.starttls && { starttls: true }) });
    try {
      const row = await play(cut, { ledger, smtp, deliver });
      rows.push(row);
      onRow(row);
    } finally {
      await smtp.close();
    }
  }
  return rows;
}

interface Stage {
  ledger: PostgresLedger;
  smtp: ScriptedSmtp;
  deliver: Deliver;
}

async function play(cut: Cut, { ledger, smtp, deliver }: Stage): Promise<CutRow> {
  let [tries, deaths] = [0, 0];
  const unnoted = new Set<string>();
  const outbox: OutboxPort = {
    ...ledger,
    settle: async (messageId, fate) => {
      if (fate.how === 'sent' && deaths < (cut.dies ?? 0) && !unnoted.has(fate.copy)) {
        deaths += 1;
        unnoted.add(fate.copy);
        throw new Error('the sender dies here');
      }
      await ledger.settle(messageId, fate).catch((failure: unknown) => {
        if (fate.how === 'sent') unnoted.add(fate.copy); // The ledger was away by itself: that is in the gap as well.
        throw failure;
      });
    },
  };
  const activities = createMailActivities({
    outbox,
    news: ledger,
    directory: { holdersOf: async (capacity) => [colleague(capacity.replace('staff:', ''))], staffMember: async () => undefined },
    mail: createSmtpMail({ url: smtp.url, from: 'telework@example.jp', ca: certificate, connectMs: 20_000, silenceMs: 30_000 }),
    clock: ledger.townClock,
    key: 'k'.repeat(32),
    linkTo: () => 'https://telework.example.jp/',
    organizer: 'telework@example.jp',
    judge: async (mail) => mail,
    acting: { actorsFor: async () => [] },
  });
  const counting: MailActivities = {
    drainOutbox: () => {
      tries += 1;
      return activities.drainOutbox();
    },
  };
  const items = Array.from({ length: 40 }, () => ({ receiptNumber: '貸'.repeat(1_000) })); // Long mails: their bodies cross the line in several pieces.
  for (let nth = 0; nth < mails; nth += 1)
    await ledger.queueMail(`mail-${nth}`, { to: `staff:s${nth}`, template: 'morningDigest', params: { items } });

  if (cut.awayDays) await smtp.away();
  const delivery = await deliver(counting);
  try {
    if (cut.awayDays) {
      for (let day = 0; day < cut.awayDays; day += 1) await ledger.moveClock(86_400_000);
      await until(() => tries > 2);
      await smtp.back();
    }
    await until(async () => {
      const { items: left } = await ledger.mails({ limit: mails });
      if (cut.later) await passTime(ledger);
      return left.every(({ state }) => state === 'settled');
    });
  } finally {
    await delivery.stop();
  }
  return rowOf(cut, { tries, deaths, smtp, unnoted, ...(await fatesIn(ledger)) });
}

const colleague = (staffNumber: string): StaffMember => ({
  staffNumber,
  name: staffNumber,
  mail: `${staffNumber}@example.jp`,
  departments: [],
  disabled: false,
});

/** What came of the copies, as the ledger has it. */
async function fatesIn(ledger: PostgresLedger) {
  const fates = await ledger.db.selectFrom('mail_copies').select(['copy', 'how']).execute();
  const of = (how: (typeof fates)[number]['how']): readonly string[] => fates.filter((one) => one.how === how).map(({ copy }) => copy);
  return { sent: of('sent'), refused: of('refused'), parked: of('uncertain') };
}

interface Found extends Awaited<ReturnType<typeof fatesIn>> {
  tries: number;
  deaths: number;
  smtp: ScriptedSmtp;
  unnoted: ReadonlySet<string>;
}

/** Counts by what lies in the mailboxes, without asking the sender. */
function rowOf({ place, refused = 0, parked = 0, inTheGap = 0 }: Cut, found: Found): CutRow {
  const idOf = (message: string): string => /^Message-ID: <(.*)>/im.exec(message)?.[1] ?? '';
  const byId = new Map<string, string[]>();
  for (const message of found.smtp.arrived) byId.set(idOf(message), [...(byId.get(idOf(message)) ?? []), message]);
  const accepted = new Set(found.smtp.accepted.map(({ message }) => idOf(message)));
  const taken = (id: string): number => found.smtp.accepted.filter(({ message }) => idOf(message) === id).length;
  const gap = [...byId].filter(([id, copies]) => copies.length > taken(id) || found.unnoted.has(id));
  const outside = [...byId].filter(([id]) => !gap.some(([one]) => one === id));
  const row = {
    place,
    tries: found.tries,
    mails,
    arrived: found.smtp.arrived.length,
    duplicates: outside.reduce((sum, [, copies]) => sum + copies.length - 1, 0),
    inTheGap: gap.length,
    sentAgain: gap.filter(([, copies]) => copies.length > 1 && new Set(copies).size === 1).length,
    parked: found.parked.length,
    refused: found.refused.length,
  };
  const lost = inTheGap + found.unnoted.size - found.deaths;
  const problems = [
    ...(row.duplicates ? [`${row.duplicates} duplicates outside the gap`] : []),
    ...(row.sentAgain === gap.length ? [] : ['what was lost in the gap was not sent again as the same mail']),
    ...(row.inTheGap === lost ? [] : [`${row.inTheGap} lost in the gap, not ${lost}`]),
    ...(row.parked === parked ? [] : [`${row.parked} parked, not ${parked}`]),
    ...(row.refused === refused ? [] : [`${row.refused} refused, not ${refused}`]),
    ...(found.sent.length === mails - refused - parked ? [] : [`${found.sent.length} sent`]),
    ...found.sent.filter((id) => !accepted.has(id)).map((id) => `${id} is said to be sent, but lies in no mailbox`),
  ];
  return { ...row, problems };
}

/** A while goes by in the town, and the sender looks. */
async function passTime(ledger: PostgresLedger): Promise<void> {
  await ledger.moveClock(60_000);
  await sql`select pg_notify('telework', 'mail')`.execute(ledger.db);
}

const patienceMs = 120_000;

/** Looks until it is so; a ledger that is slow to answer is asked again. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const since = performance.now(); !(await unlessAway(isSo)); await pause(100))
    if (performance.now() - since > patienceMs) throw new Error('the delivery takes too long');
}

async function unlessAway(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await isSo();
  } catch (failure) {
    if (!isLedgerAway(failure)) throw failure;
    return false;
  }
}
