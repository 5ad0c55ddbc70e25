import type { Employment } from '../../workflows/registration/contract.js';
import type { CasePlace, WorkflowProcedure } from '../../workflows/shared/procedures.js';
import type { Answers, Questionnaire } from '../../workflows/survey/contract.js';
import type { DayClaim, DayContext, Emergency, Span } from '../../workflows/telework-day/contract.js';
import type { Planned } from '../../workflows/trial-campaign/contract.js';
import type { Duty, MemberStatus, SectionRequest, Slot, Tally } from '../../workflows/trial-section/contract.js';
import type { Capacity } from '../directory/port.js';

/** A procedure whose cases the ledger keeps. Each has a letter for its receipt numbers (受付番号, e.g. 令和8-貸-0123). */
export type ProcedureName =
  | 'device-loan'
  | 'registration'
  | 'telework-day'
  | 'trial-campaign'
  | 'trial-section'
  | 'yearly-review'
  | 'survey';

/**
 * Words of a person, kept apart so that they can be erased: the row's random id, and an HMAC of the words under a key that dies with the
 * row (design §2).
 */
export interface WordsRef {
  row: string;
  digest: string;
}

/**
 * What happened. `by` is a staff number or `system`; `as` the capacity, `onBehalfOf` its absent holder, for whom `by` acted; `digest` the keyed hash of the body that was handed in. `key` is the keyed hash
 * under which a person handed the step in, or the name of one piece of news. Never personal data, staff numbers excepted.
 */
export interface LedgerEvent {
  name: string;
  input: { by: string; as?: string; onBehalfOf?: string; digest?: string };
  key?: string;
}

/** A capacity that can take a step, a deadline that falls, or news awaited from elsewhere. */
export type LedgerDue = { step: string; who: Capacity; until?: string } | { step: string; at: string } | { step: string; from: string };

export type DeviceKind = 'laptop' | 'wifiRouter' | 'smartphone' | 'tablet';

/**
 * What the case wants of one device; the ledger brings reservation, queue and custody in line with it in the event's own transaction
 * (design §4.16, 4.17).
 */
export interface DeviceClaim {
  kind: DeviceKind;
  /** Pools to look in, best first. */
  pools: readonly string[];
  /** First and last day, ISO dates. */
  from: string;
  until: string;
  /** Calendar days after `until` in which the device is not promised to anybody else (return, erasure, confirmation). */
  turnaroundDays: number;
  /** Municipal business days from the later of `from` and the day of reservation until it must have been collected; `until` at the latest. */
  collectDays: number;
  /** A later last day that is being asked for: the event is refused while these days are promised to another. */
  asked?: string;
  /** Among those that are free this one is taken first: a plan has counted on it. */
  prefers?: string;
  /**
   * The device must be this one (IT's choice): refused when it is not free, else the reservation moves and the case is told by the news
   * `reassign`.
   */
  assetTag?: string;
  /** The device is out of the house or not yet confirmed as erased: from hand-over to release. Refused while another case still has it. */
  custody?: true;
  /** What the case knows of the device: it is not lent in any of these. */
  condition?: 'lost' | 'writtenOff' | 'destroyed';
}

/**
 * What a template's text needs: codes, dates, numbers and staff numbers, never names or free words. `items`: the lines of a list, one set
 * each (the digest).
 */
export type MailParams = Readonly<Record<string, string | number | readonly Readonly<Record<string, string | number>>[]>>;

/**
 * A mail that the event brings about, addressed to a capacity and resolved to people when it leaves. `template`: a key of `mail` in
 * `config/locales/`.
 */
export interface MailOrder {
  to: Capacity;
  template: string;
  params?: MailParams;
  calendar?: CalendarEntry;
}

/**
 * What the recipient's calendar is to show of the case (RFC 5545). A case has one entry at a time: the next takes its place, `none` takes it away. `what`: a key of
 * `calendar` in `config/locales/`. `day`: an ISO date, or the instant at which the day is over; `from` and `until` (HH:MM in Tokyo) where it is not the whole day.
 */
export type CalendarEntry = { what: 'pickUp' | 'return' | 'teleworkDay'; day: string; hours?: { from: string; until: string } } | 'none';

/** The cases of one procedure and person (staff number). */
export interface CasesOf {
  procedure: ProcedureName;
  staff: string;
}

/** The cases of one procedure that belong to another case, `within` it; with `opened`, only the one that it opened under this name. */
export interface CasesWithin {
  procedure: ProcedureName;
  within: string;
  opened?: string;
}

/** A case that an event opens. `name`: tells it from the others that this case opens, for ever; the new case's id is a hash of both (`openedCaseId`). */
export interface CaseToOpen {
  procedure: WorkflowProcedure;
  name: string;
  /** Where the opener tells it this before anybody has begun to start it, it never is; any other news waits for it. */
  unless?: string;
  /** Its opening event, without the key, which is the new case's id, and without `within` in its input, which is the case that opens it. */
  opening: Omit<LedgerEvent, 'key'>;
}

/** 試行の対象者 of one section, as its case has them: what the ledger's rows of members are brought in line with. */
export interface Roster {
  campaign: string;
  members: readonly RosterMember[];
}

export interface RosterMember {
  staff: string;
  group: string;
  /** How often in which spans of dates; they do not overlap. */
  duties: readonly Duty[];
  slots: readonly Slot[];
  /** 免除: the last date. */
  exemptUntil?: string;
  /** HR has recorded the outcome by hand. */
  recorded?: true;
  /** Why the person cannot take part at all: a code. */
  notPossible?: string;
}

/** One event of one case at its place (caseId, seq) for ever, and everything that must stand or fall with it. */
export interface LedgerEntry {
  caseId: string;
  procedure: ProcedureName;
  seq: number;
  event: LedgerEvent;
  /** The case after the event: the read model. */
  state: object;
  /** What lists filter by; `date`: of a case that is about one; `within`: the case it belongs to, from its opening on. */
  summary: { status: string; department: string; staff: string; date?: string; within?: string };
  due: readonly LedgerDue[];
  /** Who may see the case in this state; `words` is the narrower circle for its free texts. */
  readers: { all: readonly Capacity[]; words: readonly Capacity[] };
  /** None: whatever the case held is free, and serves the queue. */
  claim?: DeviceClaim;
  /** What a telework day takes of its person's time and of the seats; none: it takes nothing (any more). */
  day?: DayClaim;
  /** The members of a trial section; none: it says nothing of them. */
  roster?: Roster;
  mails?: readonly MailOrder[];
  /** News for other cases: every open one of this procedure and person, or of those within a case; `says`: what their event is to hold beside its name. */
  tells?: readonly ((CasesOf | CasesWithin) & { name: string; says?: object })[];
  /** 年度 of a yearly review: the event is refused (`yearOpened`) while another case is of the same one. */
  fiscalYear?: number;
  /** Cases that come about with the event. They are started at Temporal by the delivery of news, and again until they have been. */
  opens?: readonly CaseToOpen[];
  /** News of this name for this very case, as soon as the person has no open case of that procedure. */
  awaits?: CasesOf & { name: string };
  /** The event is refused unless the person has an open case of that procedure in this status; with `none`, unless there is no other open one. */
  requires?: CasesOf & { status: string | 'none'; refusal: Refusal };
}

/** A rule that refuses a step: its code in the catalogue of texts, its source, and what the text needs. */
export interface Refusal {
  code: string;
  article: string;
  field?: string;
  limit?: string;
}

/** Refused because the event's key stands at another place already: whoever handed it in looks there. */
export const keyTaken: Refusal = { code: 'keyTaken', article: 'Idempotency-Key' };

/**
 * What the ledger answers to an entry. `stands`: the event that stands at the place, if it is another one. `refuses`: nothing was written, a constraint
 * forbids it (a device that is promised or still out, a key that is taken). `next`: what is known to come next: the event that stands at the next place, else the oldest news due.
 */
export interface Answer {
  stands?: LedgerEvent;
  refuses?: Refusal;
  next?: LedgerEvent;
  /** How far the town's clock has been moved on, in milliseconds; 0 in production. */
  clockOffsetMs: number;
}

/**
 * News that the ledger leaves for a case, in the shape of the event that writes it down. `waited`: the case stood in the queue, it was another
 * transaction that freed the device. `collectBy`: the instant by which the device must have been collected.
 */
export type DeviceNews =
  | { name: 'reserve' | 'reassign'; input: { by: 'system'; assetTag: string; pool: string; collectBy: string; waited?: true }; key: string }
  | { name: 'requeue'; input: { by: 'system' }; key: string };

/** The writing side, used by the cases through local activities. An outage is any other throw: it is retried. */
export interface LedgerPort {
  /**
   * All of the entry in one transaction. If the place is taken nothing is written; the same event tried again (name and key) is not
   * `stands`.
   */
  append(entry: LedgerEntry): Promise<Answer>;
  /** What stands at the place after a power cut; else the oldest news that the case waits for; else nothing. */
  look(place: Pick<LedgerEntry, 'caseId' | 'seq' | 'due'>): Promise<Pick<Answer, 'next' | 'clockOffsetMs'>>;
}

/** A case as lists show it. */
export interface CaseSummary {
  caseId: string;
  procedure: ProcedureName;
  /** 受付番号, e.g. 令和8-貸-0123. */
  receiptNumber: string;
  status: string;
  department: string;
  staff: string;
  openedAt: string;
  changedAt: string;
  /** Of a case about a date, in a list by dates. */
  date?: string;
}

/** A case as it stands. `closed`: nothing is due any more. */
export interface CaseRow extends CaseSummary {
  seq: number;
  state: object;
  due: readonly LedgerDue[];
  readers: LedgerEntry['readers'];
  closed: boolean;
}

/** One line of a case's timeline. */
export interface EventRow {
  seq: number;
  at: string;
  event: LedgerEvent;
}

/** One thing that waits for a capacity. `since`: when it became due. */
export interface Task {
  caseId: string;
  procedure: ProcedureName;
  receiptNumber: string;
  status: string;
  step: string;
  who: Capacity;
  since: string;
  until?: string;
}

export interface Page<Item> {
  items: readonly Item[];
  /** Opaque; absent on the last page. */
  cursor?: string;
}

/** How far an effect outside has come. */
export interface EffectMark {
  name: string;
  how: 'waiting' | 'done' | 'stuck';
  reason?: string;
  since: string;
}

/** Everything of a list, page by page, where all of it is needed. */
export async function* every<Item>(list: (page: { cursor?: string; limit: number }) => Promise<Page<Item>>): AsyncGenerator<Item> {
  for (let cursor: string | undefined; ; ) {
    const page: Page<Item> = await list({ limit: 200, ...(cursor && { cursor }) });
    yield* page.items;
    cursor = page.cursor;
    if (!cursor) return;
  }
}

/** What was handed in as `cursor` is none that this list gave out. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
  constructor() {
    super('not a cursor of this list');
  }
}

/** A case, and the event that was handed in under a key. */
export interface CaseUnderKey {
  row?: CaseRow;
  effects: readonly EffectMark[];
  event?: LedgerEvent;
}

/** The reading side, used by the API. Lists are keyset pages of at most 200. */
export interface LedgerReader {
  caseById(caseId: string): Promise<CaseRow | undefined>;
  /** Cases, each with the event of a key, in the order asked for: what a step has to know before and after, in one question. */
  casesUnderKeys(places: readonly { caseId: string; key: string }[]): Promise<readonly CaseUnderKey[]>;
  /** The person's open cases of the procedure, in order of filing. */
  openCasesOf(of: CasesOf): Promise<readonly CaseRow[]>;
  /** The cases of the procedure within these cases, in order of filing, closed ones too. @throws BadCursor */
  casesWithin(query: { procedure: ProcedureName; within: readonly string[]; cursor?: string; limit: number }): Promise<Page<CaseRow>>;
  /** Open cases as they stand, in order of filing; with `capacities`, only those that one of them may read. @throws BadCursor */
  openCases(query: { procedure?: ProcedureName; capacities?: readonly Capacity[]; cursor?: string; limit: number }): Promise<Page<CaseRow>>;
  /** The cases that this one has told something by ending, and how they stand: `heard` once they have written it down, or are over. */
  toldBy(caseId: string): Promise<readonly (CaseSummary & { closed: boolean; heard: boolean; toldAt: string })[]>;
  /** The event that was handed in under this key. */
  byKey(key: string): Promise<(EventRow & { caseId: string }) | undefined>;
  events(caseId: string): Promise<readonly EventRow[]>;
  /**
   * What has happened in all cases of the person (staff number) that at least one of the capacities may read, latest first; the erasure of a case's words too, as an event
   * `eraseWords` of no place (0). @throws BadCursor
   */
  timelineOf(query: {
    staff: string;
    capacities: readonly Capacity[];
    cursor?: string;
    limit: number;
  }): Promise<Page<EventRow & { caseId: string }>>;
  effects(caseId: string): Promise<readonly EffectMark[]>;
  /** Cases that at least one of the capacities may read, newest receipt first. @throws BadCursor */
  list(query: {
    procedure: ProcedureName;
    capacities: readonly Capacity[];
    status?: string;
    department?: string;
    /** Cases about a date, from the first to the last of these; by date, then receipt, the latest first. */
    dates?: { from?: string; until?: string };
    cursor?: string;
    limit: number;
  }): Promise<Page<CaseSummary>>;
  /** What waits for the capacities, and for those in which one may act for another, longest first. @throws BadCursor */
  tasks(query: { capacities: readonly Capacity[]; acting?: readonly Acting[]; cursor?: string; limit: number }): Promise<Page<Task>>;
}

/** Free texts, names and addresses of forms; the only place of the ledger where they lie. */
export interface WordsPort {
  /** Writes the words of one step under its key; a repeat finds the same rows. Field name → reference. */
  keep(key: string, caseId: string, words: Readonly<Record<string, string>>): Promise<Readonly<Record<string, WordsRef>>>;
  /** The words by row id; rows erased since are absent. */
  read(rows: readonly string[]): Promise<Readonly<Record<string, string>>>;
}

/** How far an effect outside has come, one row each; shown beside the case, never an event of it. */
export interface EffectMarks {
  mark(effect: { caseId: string; name: string }, how: EffectMark['how'], reason?: string): Promise<void>;
}

/** What news delivery needs. */
export interface NewsPort {
  /** Open cases that have news which they wait for and have not written down; `latest`: the number of the last of them. */
  withNews(): Promise<readonly (CasePlace & { latest: number })[]>;
  /** Cases with an event since this instant: after a power cut their workflow may not know of it, even if it was the last. */
  writtenSince(instant: string): Promise<readonly CasePlace[]>;
  /** Cases with a deadline that has fallen by the town's clock; where that was moved, their timers do not know yet. */
  fallen(): Promise<readonly CasePlace[]>;
  /**
   * Calls back whenever a transaction has left news or mail, or moved the clock (NOTIFY), and once for news and mail when it begins to listen: something may
   * have been written before. Ends with the signal; throws when the connection breaks.
   */
  listen(onWritten: (what: 'news' | 'mail' | 'clock') => void, signal: AbortSignal): Promise<void>;
}

/** A case that another one has opened and that has no event yet. `opening`: its first. */
export interface Opening extends CasePlace {
  opening: LedgerEvent;
}

/** Cases that others open. An opening stays until the case has its first event, so a start that fails, or is forgotten, loses nothing. */
export interface OpeningsPort {
  /** So many of those that nobody has begun to start since the instant, from now on begun: first those that nobody ever has. */
  takeOpenings(limit: number, since: string): Promise<readonly Opening[]>;
  /** They could not be started, or nobody knows: they are due at once again, and still count as begun. */
  handBackOpenings(caseIds: readonly string[]): Promise<void>;
  /** It will never have an event: its workflow has ended without. */
  dropOpening(caseId: string): Promise<void>;
}

/**
 * One logical mail that waits to leave. It is addressed to a capacity: everybody who holds it when the mail leaves gets a copy with a
 * Message-ID of its own.
 */
export interface QueuedMail {
  /** Message-ID without angle brackets, the same for ever. */
  messageId: string;
  to: Capacity;
  template: string;
  params: MailParams;
  /** When the event was written that brings the mail about; the mail's `Date:`, so that a copy sent again is the same mail. */
  queuedAt: string;
  /** Counts in the order of ordering. */
  number: number;
  caseId?: string;
  procedure?: ProcedureName;
  /** For the recipient's calendar; never `none` where no mail before it has made an entry. */
  calendar?: CalendarEntry;
  receiptNumber?: string;
  /** Message-IDs of the copies that an earlier try has settled: they are not sent again. */
  settledCopies: readonly string[];
}

/** What became of one copy. `detail`: the server's status code, or why there was nothing to send to; never an address. */
export interface CopyFate {
  copy: string;
  how: 'sent' | 'refused' | 'uncertain';
  detail?: string;
}

/** The outgoing mail of the ledger. There is one sender at a time (workflow `mail-delivery`). */
export interface OutboxPort {
  /** A new sender begins: the one before is gone, what it had under way can be taken again. */
  begin(): Promise<void>;
  /**
   * The oldest mails that are due to be tried, from now on under way: not taken again before they are finished or given back, or a new
   * sender begins.
   */
  take(limit: number): Promise<readonly QueuedMail[]>;
  /** Settles one copy for ever; a repeat changes nothing. */
  settle(messageId: string, fate: CopyFate): Promise<void>;
  /**
   * The mail leaves the outbox: all copies are settled, there was `nobody` to send one to, or it was `overtaken` by events. `dropped`: lines of a digest that were not
   * due any more.
   */
  finish(messageId: string, how: 'settled' | 'nobody' | 'overtaken', dropped?: number): Promise<void>;
  /** Back into the outbox: due again when this much time has passed in the town. */
  giveBack(messageIds: readonly string[], waitMs: number): Promise<void>;
}

/** What an administrator does about a mail that did not arrive. `sendAgain`: the copies that did not, under the same Message-IDs. */
export type MailAct = 'sendAgain' | 'setAside';

/** One logical mail as an administrator sees it: where it stands, never what it says. */
export interface MailLine {
  number: number;
  messageId: string;
  to: Capacity;
  template: string;
  receiptNumber?: string;
  queuedAt: string;
  /** `overtaken`: a digest of which nothing was due any more. `setAside`: somebody has looked at what went wrong. */
  state: 'waiting' | 'underWay' | 'settled' | 'nobody' | 'overtaken' | 'setAside';
  /** Lines of a digest that were no longer due when it left. */
  dropped: number;
  /** Nobody got it, or somebody did not or perhaps did not, and nobody has looked at it yet. */
  troubled: boolean;
  copies: readonly Pick<CopyFate, 'how' | 'detail'>[];
  /** What was done about it, oldest first; `copies`: what had become of them by then. */
  acts: readonly { act: MailAct; by: string; at: string; copies: MailLine['copies'] }[];
}

/** The outgoing mail, for those who operate it. */
export interface MailListPort {
  /** Newest first; `troubled`: only those. @throws BadCursor */
  mails(query: { state?: MailLine['state']; troubled?: boolean; cursor?: string; limit: number }): Promise<Page<MailLine>>;
  mail(number: number): Promise<MailLine | undefined>;
  /** Does something about a troubled mail, once for its key. Undefined: it is not troubled (any more). */
  workMail(mail: { number: number; act: MailAct }, signed: { by: string; key: string }): Promise<MailLine | undefined>;
  /** Those of one case, oldest first. */
  mailsOf(caseId: string): Promise<readonly MailLine[]>;
}

/** Domain time (design §4.15): Temporal's and the host's time plus the town's offset. Instants in ISO 8601, UTC. */
export interface Clock {
  now(): Date;
}

/** What the ledger asks of the municipality's calendar (`config/calendar.ts`). */
export interface Calendar {
  /** The nth business day after the date, which itself does not count. */
  addBusinessDays(date: string, days: number): string;
  /** The instant at which the day is over. */
  endOfDay(date: string): string;
}

/** The town's clock (design §4.15): how far domain time runs ahead of the host's. 0 in production. */
export interface TownClock {
  /** Domain time with the offset that the ledger last answered with; `clockOffset` and `sessionOf` refresh it, so each request of the API has the right one. */
  townClock: Clock;
  clockOffset(): Promise<number>;
  /** Moves it on by a positive number of milliseconds and answers the new offset; recorded as an act of the operator. @throws RangeError */
  moveClock(ms: number): Promise<number>;
}

/** Logins. Tokens are kept as hashes only. */
export interface SessionsPort {
  /** A new opaque token for the person. `expiresAt`: an instant. */
  openSession(staffNumber: string, expiresAt: string): Promise<string>;
  /** Whose token it is; undefined when it is unknown, ended or expired. */
  sessionOf(token: string): Promise<{ staffNumber: string; expiresAt: string } | undefined>;
  endSession(token: string): Promise<void>;
  /** Ends every session of the person, as when the account is disabled; answers how many. */
  endSessionsOf(staffNumber: string): Promise<number>;
}

/** Policy packs by their hash, kept for ever: running cases name the one they began with. */
export interface PacksPort {
  keepPack(hash: string, document: object): Promise<void>;
  pack(hash: string): Promise<object | undefined>;
}

/**
 * Where a device stands. Only an available one is lent; `lost`: until it is found and its erasure confirmed; `missing`: not seen at a
 * stocktaking; `leaseReturned`, `retired`, `writtenOff`, `destroyed`: for good.
 */
export type DeviceStatus = 'available' | 'lost' | 'writtenOff' | 'destroyed' | 'inRepair' | 'retired' | 'leaseReturned' | 'missing';

/** One device of the master, accessories (wires, mice) included: those are counted and never reserved. */
export interface NewDevice {
  /** PC管理番号. */
  assetTag: string;
  kind: string;
  /** `common`, or the department whose pool it is in. */
  pool: string;
  manufacturer: string;
  model: string;
  serial: string;
  /** 三層の対策: a device of `myNumber` is in the master and never lent. */
  networkZone: string;
  note: string;
}

/** `version`: for If-Match; each change makes it one more. */
export interface Device extends NewDevice {
  status: DeviceStatus;
  version: number;
}

/** A device with who has it and to whom it is promised (管理簿). Days are ISO dates, `since` an instant. */
export interface DeviceLine extends Device {
  custody?: { caseId: string; receiptNumber: string; staff: string; department: string; since: string };
  reservations: readonly { caseId: string; receiptNumber: string; staff: string; department: string; from: string; until: string }[];
}

/** What can be done with a device outside the loans. */
export type DeviceChange =
  | { act: 'repair' | 'repaired' | 'retire' | 'returnLease' | 'miss' | 'find' }
  | { act: 'move'; pool: string }
  | { act: 'correct'; manufacturer?: string; model?: string; serial?: string; note?: string };

/** `unknown`: there is no such device; `changed`: it is not the version that was looked at. */
export type DeviceAnswer = { device: Device } | { refuses: Refusal } | 'unknown' | 'changed';

/**
 * The device master. What a change frees or takes away moves reservations and serves the queue in its own transaction. `by`: staff number
 * or `system`.
 */
export interface DeviceMasterPort {
  registerDevice(device: NewDevice, by: string): Promise<DeviceAnswer>;
  changeDevice(device: { assetTag: string; version: number }, change: DeviceChange, by: string): Promise<DeviceAnswer>;
  device(assetTag: string): Promise<DeviceLine | undefined>;
  /** By asset tag. @throws BadCursor */
  devices(query: { pool?: string; kind?: string; status?: DeviceStatus; cursor?: string; limit: number }): Promise<Page<DeviceLine>>;
  /** 端末機等管理簿 of a department: the devices of its pool, and whatever else its people have or are promised. */
  deviceRegister(department: string): Promise<readonly DeviceLine[]>;
  /** What was done with it outside the loans, and by whom. */
  deviceEvents(assetTag: string): Promise<readonly { at: string; by: string; act: string; detail: object }[]>;
}

/** `line`: of the file, the heading being 1; `field`: a column's name, or empty where the row as a whole is bad. */
export interface ImportProblem {
  line: number;
  field: string;
  problem: string;
}

/** What an import of devices does, or would. */
export interface DeviceImport {
  added: number;
  known: number;
  problems: readonly ImportProblem[];
}

/** Devices from CSV (`asset_tag,kind,pool,manufacturer,model,serial,network_zone,note`). With problems nothing was written. */
export interface DeviceImportPort {
  /** Adds what the master does not have; what it has (`known`) stays as it is. `preview`: says what would be done. */
  importDevices(csv: string, options: { by: string; preview?: boolean }): Promise<DeviceImport>;
}

/** What an import of a personnel file does, or would. With problems nothing was written. */
export interface PersonnelImport extends DeviceImport {
  changed: number;
  /** Stood in the file before this one, were not over yet, and stand there no more. */
  removed: number;
}

/** How somebody is employed (任用形態) and as what (職種), from the first day on, until the last where that is known. */
export interface EmploymentRecord {
  kind: Employment;
  occupation: string;
  from: string;
  until?: string;
}

/**
 * What the personnel office knows and directories lack (design §8). A file is the whole list of its kind: what the one before had and this one has not is removed, unless
 * it is over by the town's clock; that stays, as decisions stood on it. Days are ISO dates, both ends included.
 */
export interface PersonnelPort {
  /** `staff_number,from,until,reason`; reasons are read and not kept. */
  importAbsences(csv: string, options: { by: string; preview?: boolean }): Promise<PersonnelImport>;
  /** `staff_number,kind,from,until,occupation`. */
  importEmployment(csv: string, options: { by: string; preview?: boolean }): Promise<PersonnelImport>;
  /** Who of them is absent on the day. */
  absentOn(staff: readonly string[], date: string): Promise<readonly string[]>;
  /** Undefined: nobody has said how the person is employed on that day. */
  employmentOf(staff: string, date: string): Promise<EmploymentRecord | undefined>;
}

/** What somebody may do in another's place (代決). `steps`: only these; absent: all that the capacity may. */
export interface Acting {
  capacity: Capacity;
  onBehalfOf: string;
  steps?: readonly string[];
}

/** Whom the holder of a capacity has named to act in it. Days are ISO dates, both ends included. */
export interface Deputy extends Omit<Acting, 'onBehalfOf'> {
  id: string;
  /** Who holds the capacity and has named the deputy. */
  holder: string;
  deputy: string;
  from: string;
  until: string;
  namedAt: string;
  /** When the naming was taken back, an instant. */
  endedAt?: string;
  /** For If-Match. */
  version: number;
}

/** A step that was taken on somebody's behalf (後閲): for that person to see. */
export interface Acted {
  caseId: string;
  procedure: ProcedureName;
  receiptNumber: string;
  seq: number;
  at: string;
  step: string;
  by: string;
  as: string;
  seenAt?: string;
}

/** Namings, and what was done under them. Whether one is good at a moment is judged by `activities/directory/acting.ts`. */
export interface DeputiesPort {
  /** Names a deputy under an id of the caller's; a repeat finds what stands there. */
  nameDeputy(naming: Omit<Deputy, 'version' | 'namedAt' | 'endedAt'>): Promise<Deputy>;
  deputy(id: string): Promise<Deputy | undefined>;
  /** Those that the person has named, and those that name the person; the latest first. @throws BadCursor */
  deputies(query: { concerning: string; cursor?: string; limit: number }): Promise<Page<Deputy>>;
  /** Namings of this deputy that are good on the day and not taken back. */
  namingsOf(deputy: string, date: string): Promise<readonly Deputy[]>;
  /** Namings for this capacity that are good on the day and not taken back. */
  namingsFor(capacity: Capacity, date: string): Promise<readonly Deputy[]>;
  /** Other days or steps, or the end of it. `changed`: it is not the version that was looked at, or was taken back. */
  changeDeputy(
    naming: { id: string; version: number },
    change: Pick<Deputy, 'from' | 'until' | 'steps'> | 'end',
  ): Promise<Deputy | 'changed'>;
  /** What was decided on the person's behalf, latest first. @throws BadCursor */
  actedFor(query: { holder: string; unseen?: boolean; cursor?: string; limit: number }): Promise<Page<Acted>>;
  /** The person has seen it; a repeat changes nothing. Undefined: nothing of the kind was done on their behalf. */
  markSeen(step: { caseId: string; seq: number; holder: string }): Promise<Acted | undefined>;
}

/** What a plan asks for: these hours of its person's time on the date, a seat of the office; `week`: first and last date of those among which it is judged. */
export interface DayWish extends Span {
  staff: string;
  date: string;
  office?: string;
  week: readonly [string, string];
}

/** What the ledger knows that a plan is judged by. */
export type DayFacts = Omit<DayContext, 'policy' | 'today' | 'time' | 'closed'>;

/** What a plan is judged by. `now`: domain time, an instant. `row`: the case as it stands; there is none before its opening. */
export interface DaySeen {
  now: string;
  row?: CaseRow;
  facts: DayFacts;
}

/**
 * Telework days: rows with rules, no workflow (design §4.3). `judge` makes the entry at the next place of the case; what it throws is thrown on, and nothing was written. It may be
 * asked again, where others write at the same time. A key that stands is not judged, and nothing is written.
 */
export interface DaysPort {
  /** A step that concerns the case alone. `row`: as it was last seen, before the key stood; if it does not stand so any more it is read again. */
  takeDay(place: { row: CaseRow; key: string }, judge: (row: CaseRow) => LedgerEntry): Promise<void>;
  /** A plan: judged while nobody else can change what its person's days, and the office's seats on the date, are. */
  claimDay(place: { caseId: string; key: string; wish: DayWish }, judge: (seen: DaySeen) => LedgerEntry): Promise<void>;
  /** The person's days, by date, the latest first. */
  latestDays(staff: string, limit: number): Promise<readonly CaseRow[]>;
}

/** One person's telework in a span of dates: whole days, half days and days of hours, and the minutes of work planned in them. */
export interface Attendance {
  staff: string;
  department: string;
  days: number;
  halfDays: number;
  hourlyDays: number;
  minutes: number;
}

/** 延べ利用: days that were begun; `persons`: different people among them. */
export interface DayFigure {
  uses: number;
  persons: number;
}
export interface DayFigures {
  total: DayFigure;
  /** `month`: 2027-04. */
  byMonth: readonly (DayFigure & { month: string })[];
  byForm: readonly (DayFigure & { form: DayClaim['form'] })[];
  byDepartment: readonly (DayFigure & { department: string })[];
  byAll: readonly (DayFigure & { month: string; form: DayClaim['form']; department: string })[];
}

/** What the days amount to; first and last date. Counted is what was begun, whatever became of its report. */
export interface DayCountsPort {
  attendance(from: string, until: string): Promise<readonly Attendance[]>;
  dayFigures(from: string, until: string): Promise<DayFigures>;
}

/** A satellite office, and how many of its seats nobody has on each date; `partly`: seats that are free for a part of it. */
export interface OfficeSeats {
  office: string;
  seats: number;
  dates: readonly { date: string; free: number; partly: number }[];
}

/** Seats of satellite offices (`office,seat,network_zone,equipment`); a file is the whole list. A seat that is no more keeps the days that are booked on it. */
export interface SeatsPort {
  importSeats(csv: string, options: { by: string; preview?: boolean }): Promise<PersonnelImport>;
  seatsOn(from: string, until: string): Promise<readonly OfficeSeats[]>;
}

/** The latest time that somebody completed a course; `expires`: the last date on which it counts. */
export interface Training {
  staff: string;
  course: string;
  completed: string;
  expires?: string;
}

/** Who is trained (`staff_number,course,completed,expires`): by file, which adds what is later than what stands, or one by one. */
export interface TrainingPort {
  importTraining(csv: string, options: { by: string; preview?: boolean }): Promise<PersonnelImport>;
  /** Answers what then stands: it, or what is later. */
  recordTraining(training: Training, by: string): Promise<Training>;
  /** By staff number and course; of one person, or of all. @throws BadCursor */
  training(query: { staff?: string; cursor?: string; limit: number }): Promise<Page<Training>>;
}

/** 緊急時の特例 as it was declared. `reason`: the row of its words. It reverts itself after `until`, or ends at an instant. */
export interface DeclaredEmergency extends Emergency {
  reason: string;
  declaredBy: string;
  declaredAt: string;
  endedBy?: string;
  endedAt?: string;
  /** For If-Match. */
  version: number;
}

export interface EmergenciesPort {
  /** Declares one under an id of the caller's; a repeat finds what stands there. */
  declareEmergency(emergency: Emergency & { reason: string }, by: string): Promise<DeclaredEmergency>;
  emergency(id: string): Promise<DeclaredEmergency | undefined>;
  /** The latest first. @throws BadCursor */
  emergencies(query: { cursor?: string; limit: number }): Promise<Page<DeclaredEmergency>>;
  /** Another last date, or the end of it at once. `changed`: it is not the version that was looked at, or has been ended. */
  changeEmergency(
    emergency: { id: string; version: number },
    change: { until: string } | 'end',
    by: string,
  ): Promise<DeclaredEmergency | 'changed'>;
}

/**
 * 棚卸し of one pool: what should be there against what was seen. Each device of `elsewhere` was seen, but belongs to another pool, is with a
 * borrower, or is not in the master.
 */
export interface Stocktaking {
  number: number;
  pool: string;
  openedAt: string;
  openedBy: string;
  closedAt?: string;
  closedBy?: string;
  seen: readonly string[];
  /** While it is open: as it stands now. */
  differences: {
    notSeen: readonly string[];
    elsewhere: readonly { assetTag: string; where: 'otherPool' | 'lent' | 'outOfCirculation' | 'unknown' }[];
  };
}

/** The yearly count. Its differences change nothing by themselves: people look, then mark a device as missing. */
export interface StocktakingPort {
  /** Opens one for the pool, or answers the one that is open. */
  openStocktaking(pool: string, by: string): Promise<Stocktaking>;
  /** Records tags that were read; a repeat changes nothing. Undefined: there is no such stocktaking, or it is closed. */
  recordSeen(number: number, assetTags: readonly string[], by: string): Promise<Stocktaking | undefined>;
  /** Closes it and keeps its differences. */
  closeStocktaking(number: number, by: string): Promise<Stocktaking | undefined>;
  stocktaking(number: number): Promise<Stocktaking | undefined>;
}

/** A step that is due in an open case, with the case's state: what its rules need to say whether somebody is to be reminded. */
export interface Waiting extends Task {
  department: string;
  state: object;
}

/** A step that nobody can take, as the last morning round found it: a finding for HR. `who`: whom it waits for. */
export type Unattended = Pick<Task, 'caseId' | 'procedure' | 'receiptNumber' | 'status' | 'step' | 'who' | 'since'>;

/** What the rounds ask of the ledger. Every call is idempotent for its date. */
export interface RoundsPort {
  /** Seals the heads of all chains that have moved since the last seal; answers how many. */
  seal(date: string): Promise<number>;
  /** Moves reservations that have begun by the date and whose device is still out with another case; answers how many. */
  rehomeLate(date: string): Promise<number>;
  /** Has days that were not approved in time expire, and those that were never begun be missed, as far as that has come by the town's clock; answers how many. */
  settleDays(): Promise<number>;
  /** Removes words that no event took and that were kept before the instant; answers how many rows. */
  removeUntaken(before: string): Promise<number>;
  /** Steps that are due, case by case: a page of at most 200 at a time. @throws BadCursor */
  waiting(query: {
    procedure: ProcedureName;
    steps: readonly string[];
    /** Of these cases only. */
    caseIds?: readonly string[];
    cursor?: string;
    limit: number;
  }): Promise<Page<Waiting>>;
  /** The date of the last round of this name that was made before the date. */
  roundBefore(round: string, date: string): Promise<string | undefined>;
  /** The round has said all that it had to say. */
  roundMade(round: string, date: string): Promise<void>;
  /** Puts what nobody can act on in the place of what an earlier round found. */
  keepUnattended(found: readonly Pick<Unattended, 'caseId' | 'step' | 'who'>[], date: string): Promise<void>;
  /** What the last morning round found and is still due. @throws BadCursor */
  unattended(query: { cursor?: string; limit: number }): Promise<Page<Unattended>>;
  /** Leaves news from outside the ledger for an open case, once for its key. */
  leaveNews(caseId: string, news: LedgerEvent & { key: string }): Promise<void>;
  /** Puts a mail that belongs to no case into the outbox, once for its key. */
  queueMail(key: string, mail: MailOrder): Promise<void>;
}

/**
 * One thing that is not as the ledger wrote it. `changed`: a value is another one; `missing`: a row was removed; `added`: a row that no event wrote. `what`: the
 * column, where it is known. Staff numbers and words never stand in it.
 */
export interface Finding {
  table: 'cases' | 'events' | 'due' | 'case_readers' | 'telework_days' | 'trial_members' | 'seals' | 'seal_heads' | 'words';
  problem: 'changed' | 'missing' | 'added';
  caseId?: string;
  /** Of the event; for seals their number. */
  seq?: number;
  what?: string;
}

/** The proof that nobody has touched the ledger past the application (`audit verify`). */
export interface AuditPort {
  /** Walks all chains, seals, read models and words; yields nothing on a sound ledger. */
  verifyChains(): AsyncIterable<Finding>;
}

/** Who holds the posts that decide (`head:tax`, `superior:tax`): how cases learn that one has passed to another, though the capacity is the same. */
export interface PostsPort {
  /** Those that decide in some open case. */
  decidingPosts(): Promise<readonly Capacity[]>;
  /**
   * Writes down who holds the post (staff number; null: nobody). Where it was somebody else until now, every case in which one of the steps has waited for the post since
   * before the date gets the news `succeed` in the same transaction; answers how many. Of a post that was never asked about nothing is known to have changed.
   */
  noteHolder(held: { post: Capacity; holder: string | null }, waiting: { steps: readonly string[]; date: string }): Promise<number>;
}

/** How many registrations of a department stand so, or have ended so. */
export interface RegistrationFigure {
  department: string;
  status: string;
  cause?: string;
  /** Who ended it: the person's own signature, HR's, the supervisor's; `system`: nobody's, but a date or the directory. Absent while it is open. */
  closedBy?: 'person' | 'hr' | 'supervisor' | 'system';
  /** Whether the person has signed for the next year when last asked: what nobody has is never counted as approved. */
  confirmation: 'notAsked' | 'signed' | 'notSigned';
  count: number;
}

/** Counts for those who keep the programme and review it; nothing of people. */
export interface FiguresPort {
  registrationFigures(): Promise<readonly RegistrationFigure[]>;
}

/**
 * The figures of a month, each defined once (`figures/definitions.ts`: formula, unit, source). All are counts or sums in whole numbers, so that two who compute them agree to the last
 * digit; shares and averages are made of them where they are shown.
 */
export type FigureName =
  | 'uses'
  | 'orderedUses'
  | 'people'
  | 'situationUsers'
  | 'minutes'
  | 'deviceDays'
  | 'handOvers'
  | 'erasures'
  | 'approvals'
  | 'dailyUsers'
  | 'dailyShare'
  | 'registered'
  | 'losses'
  | 'troubles';

/** What a figure is of: those of these that its definition names. One that is absent is not split up: all departments, all forms. */
export interface FigureDims {
  department?: string;
  form?: string;
  /** `female`, `male`, `other`; of `child` and `care`: `yes`, `no`. */
  sex?: string;
  child?: string;
  care?: string;
  /** ISO date. */
  date?: string;
  /** Calendar days, as text. */
  days?: string;
  procedure?: string;
  /** `own` or `acting`; `loss` or `theft`. */
  how?: string;
}

/** What a figure is, for those who show it; its words stand in the catalogue (`figure`). */
export interface FigureDefinition {
  unit: 'personDays' | 'people' | 'minutes' | 'deviceDays' | 'loans' | 'devices' | 'approvals' | 'registrations' | 'cases';
  /** Where it comes from: line of a source, or `ours` and why. */
  source: string;
  /** Sets of dims by which it is split up; the empty one is the whole. */
  splits: readonly (readonly (keyof FigureDims)[])[];
  /** What one of its rows can be opened to; together they tell it from all others. */
  shows: readonly (keyof FigureRow)[];
}

/** One number. `of`: the whole it is a part of, where it is a share. */
export interface FigureCell {
  month: string;
  figure: FigureName;
  dims: FigureDims;
  value: number;
  of?: number;
}

/**
 * The figures of a month (`2027-04`) as they were frozen on the third business day of the next (domain.md §2.5), or as a correction put them: versions count from 1, the latest counts. Version 0 is
 * provisional (集計中): what the last morning round found.
 */
export interface MonthSnapshot {
  month: string;
  version: number;
  takenAt: string;
  /** SHA-256 of the canonical cells. */
  hash: string;
  /** Of a correction: who asked for it, and the row of its reason among the words. */
  by?: string;
  reason?: string;
}

/** What of the pack the figures depend on. */
export interface FigurePolicy {
  /** Who may register: the eligible (対象者). */
  employment: readonly Employment[];
  excludedOccupations: readonly string[];
  /** Calendar days after the return in which a device is to be erased and confirmed. */
  erasureWithinDays: number;
}

/** 累計 until the end of a frozen month. Of all forms where `form` is absent. */
export interface Cumulative {
  month: string;
  form?: string;
  uses: number;
  people: number;
}

/** One row that a figure counts: whose, when, which case, which event of it; of a figure of people, one row a person, with the first date. */
export interface FigureRow {
  staff?: string;
  department?: string;
  date?: string;
  caseId?: string;
  seq?: number;
  assetTag?: string;
}

/** A department over the frozen months of a fiscal year. `people` and `registered`: the most that there were in one of its months. */
export interface DepartmentYear {
  department: string;
  uses: number;
  orderedUses: number;
  people: number;
  registered: number;
}

/** A department that became another on a date: renamed (one to one), merged (several lines of one `after`), split (several lines of one `before`). */
export interface Succession {
  on: string;
  before: string;
  after: string;
}

/** 月次集計. */
export interface MonthsPort {
  figureDefinitions: Readonly<Record<FigureName, FigureDefinition>>;
  /**
   * Brings the figures up to date, once for the date of a morning round: months that are over are frozen from the third business day of the next on, oldest first, however late the round comes; the
   * months since are provisional. The first is April of the fiscal year in which the ledger's first case was opened. Answers the versions that were frozen.
   */
  takeMonths(date: string, policy: FigurePolicy): Promise<readonly MonthSnapshot[]>;
  /** Another version of a frozen month, as things are now; once for its key. Undefined: the month is not frozen. */
  correctMonth(
    month: string,
    policy: FigurePolicy,
    signed: { by: string; reason: string; key: string },
  ): Promise<MonthSnapshot | undefined>;
  /** All versions of the months, in order. */
  monthVersions(from: string, until: string): Promise<readonly MonthSnapshot[]>;
  /**
   * Of the latest versions, by month; with `figures`, these alone; with `version`, that one; with `by`, only cells that are split up by exactly these. What counts nothing has no cell, except that
   * of a figure that is not split up, which is 0.
   */
  monthCells(query: {
    from: string;
    until: string;
    figures?: readonly FigureName[];
    version?: number;
    by?: readonly (keyof FigureDims)[];
  }): Promise<readonly FigureCell[]>;
  /** Over the frozen months of the fiscal year, by department. */
  departmentYear(fiscalYear: number): Promise<readonly DepartmentYear[]>;
  /**
   * Month by month, of frozen months, all forms together and each: since April of the month's fiscal year; with `planFrom`, since April of that fiscal year (計画期間の累計). Cheap however large the
   * town is.
   */
  cumulative(query: { from: string; until: string; planFrom?: number }): Promise<readonly Cumulative[]>;
  /** What a cell counts, as things are now. @throws BadCursor */
  figureRows(
    cell: Pick<FigureCell, 'month' | 'figure' | 'dims'>,
    page: { policy: FigurePolicy; cursor?: string; limit: number },
  ): Promise<Page<FigureRow>>;
  /** `staff_number,sex,child,care`: what Saga's table asks for (004:395-402); a file is the whole list. */
  importSituations(csv: string, options: { by: string; preview?: boolean }): Promise<PersonnelImport>;
  /** `on,before,after`: departments that became others; a file is the whole list. */
  importSuccessions(csv: string, options: { by: string; preview?: boolean }): Promise<PersonnelImport>;
  /** By date, both ends included. */
  successions(from: string, until: string): Promise<readonly Succession[]>;
}

/** 年次評価: which case is of which fiscal year, and the report that was decided on. */
export interface ReviewsPort {
  reviewOf(fiscalYear: number): Promise<CaseRow | undefined>;
  /** By fiscal year, closed ones too. */
  reviews(): Promise<readonly (CaseRow & { fiscalYear: number })[]>;
  /** Keeps the document of a report under its hash, for ever; a repeat changes nothing. */
  keepReport(caseId: string, hash: string, document: object): Promise<void>;
  /** The document under the hash. */
  reviewReport(caseId: string, hash: string): Promise<object | undefined>;
  /** Latest versions of frozen months that the open review of their fiscal year has neither written down nor as news, oldest first; `key`: that of the news. */
  monthsUnheard(): Promise<readonly (Pick<MonthSnapshot, 'month' | 'version' | 'hash'> & { caseId: string; key: string })[]>;
}

/**
 * How long words are kept (公文書, domain.md §6). What retention, hold and disposal ask for is decided elsewhere; the ledger keeps to it: words go when their
 * retention has ended and no hold stands, never before. The events and their chains stay.
 */
export interface RetentionPort {
  /**
   * Sets the class of a case's words and the last date of their retention; by the rule that is 31 March some years after the case was
   * closed.
   */
  retainWords(caseId: string, retention: { retentionClass: string; until: string }): Promise<void>;
  /** A disclosure request, audit or dispute stops the disposal of a case's words, or does so no longer. */
  holdWords(caseId: string, hold: boolean): Promise<void>;
  /**
   * Erases words whose retention ended before the date and on which no hold stands; answers how many rows. Each leaves a row that says so.
   */
  eraseWords(before: string): Promise<number>;
}

/** How members can stand, in the order in which people read it. */
export const memberStatuses = [
  'done',
  'recordedByHr',
  'planned',
  'atRisk',
  'exempt',
  'notPossible',
] as const satisfies readonly MemberStatus[];

/** A plan as it is kept for ever: header, one row a section with all that opens it, and why somebody could not be placed. */
export interface TrialPlan {
  header: Planned;
  sections: readonly SectionRequest[];
  /** As the planner gave them, the smallest first. */
  reasons: readonly object[];
}

/** A member of a campaign as the rows have them. `done`: how often it was observed, at most as often as asked for. */
export interface TrialMember {
  campaign: string;
  /** The section's case, and its department. */
  caseId: string;
  department: string;
  staff: string;
  group: string;
  status: MemberStatus;
  needed: number;
  done: number;
  slots: readonly Slot[];
  /** Dates on which telework was observed within the duties. */
  observed: readonly string[];
  exemptUntil?: string;
  notPossible?: string;
}

/** How a campaign stands. */
export interface CampaignTally {
  total: Tally;
  byDepartment: readonly (Tally & { department: string })[];
  byGroup: readonly (Tally & { group: string })[];
}

/** `declared`: a slot or an approved plan of a day that is over, without both reports; `observed`: a day begun and ended on which there was no slot. */
export interface EvidenceGap {
  staff: string;
  department: string;
  date: string;
  gap: 'declaredNotObserved' | 'observedNotDeclared';
}

/** A section in which something is to be planned anew, as the morning found it. */
export interface SectionToWatch {
  caseId: string;
  seq: number;
  state: object;
  /** Members at risk with fewer slots ahead than they need of what can still be done. */
  behind: readonly TrialMember[];
}

/** What a plan is made from, of one pool. Dates are inclusive; `turnaround` days are in `busy` already. */
export interface PoolDevice {
  assetTag: string;
  pool: string;
  busy: readonly { from: string; until: string }[];
}

/** 試行: plans, members, evidence and what came of it. */
export interface TrialsPort {
  /**
   * Keeps the plan and leaves the news `planned` for its campaign, in one transaction, once for the event of the campaign that asked for it (`asked`, its place): who asks again
   * gets an answer again, though nothing has changed and the plan is the same one. A repeat changes nothing.
   */
  keepTrialPlan(campaign: string, plan: TrialPlan, asked: number): Promise<void>;
  trialPlan(plan: string): Promise<Omit<TrialPlan, 'sections'> | undefined>;
  /**
   * Opens the sections of a kept plan that the campaign has not opened yet, as whom the input says: cases within it, under the names of their departments. None where the campaign is
   * cancelled or over. Answers how many sections of the plan are opened then, started or not.
   */
  openTrialSections(campaign: string, plan: string, input: LedgerEvent['input']): Promise<number>;
  /** Sections of a plan, by department. @throws BadCursor */
  trialPlanSections(query: { plan: string; cursor?: string; limit: number }): Promise<Page<SectionRequest>>;
  /** Exact at any moment, and read at the cost of one row a section and group. */
  campaignTally(campaign: string): Promise<CampaignTally>;
  /** Its total alone: as quick for a city as for a village. */
  campaignTotal(campaign: string): Promise<Tally>;
  /** Loans that slots of the campaign's sections have opened, those that are over too. */
  trialLoans(campaign: string): Promise<readonly { department: string; status: string; count: number }[]>;
  /** Of the members who are planned: how many have done all that they need on which date, if everybody keeps to their slots. */
  trialForecast(campaign: string): Promise<readonly { date: string; members: number }[]>;
  /** By department and staff number. @throws BadCursor */
  trialMembers(query: {
    campaign: string;
    departments?: readonly string[];
    status?: MemberStatus;
    staff?: string;
    cursor?: string;
    limit: number;
  }): Promise<Page<TrialMember>>;
  /** The person's own campaigns that are not over. */
  trialsOf(staff: string): Promise<readonly TrialMember[]>;
  /** Members of a section who have not done it and are neither exempt nor impossible: whom the digest reminds. */
  undoneIn(section: string): Promise<readonly TrialMember[]>;
  /** By staff number and date, until the day before the last watch. A page may be shorter than was asked for though it is not the last. @throws BadCursor */
  evidenceGaps(query: { campaign: string; cursor?: string; limit: number }): Promise<Page<EvidenceGap>>;
  /**
   * `staff_number,date`: telework that another system has seen (attendance), until today. A file adds to what is known; the same row twice is known. With problems, of which the
   * first thousand are named, nothing was written. Written in parts: after an outage the file is brought again.
   */
  importObserved(csv: string, options: { by: string; preview?: boolean }): Promise<PersonnelImport>;
  /**
   * Brings all members of a running campaign in line with the date: slots that have passed without evidence, exemptions that are over. Answers the sections with members
   * behind. A date before the last one changes nothing.
   */
  watchTrial(campaign: string, date: string): Promise<readonly SectionToWatch[]>;
  /** Devices of the kind in these pools that can be lent, with the spans in which they are promised or out, from the date on. */
  poolDevices(query: {
    kind: DeviceKind;
    pools?: readonly string[];
    from: string;
    until: string;
    /** What cases within this one hold counts as free: they are planned anew. */
    without?: string;
  }): Promise<readonly PoolDevice[]>;
  /** Of these people: dates in the span on which they are absent. */
  absencesWithin(staff: readonly string[], from: string, until: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Of these people: the last date on which they were seen teleworking. */
  lastTelework(staff: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Of these people: with an active registration, and its reason. */
  registeredAmong(staff: readonly string[]): Promise<ReadonlyMap<string, { reason?: string; forms: readonly string[] }>>;
  /** How each of these people is employed on the date. */
  employmentAmong(staff: readonly string[], date: string): Promise<ReadonlyMap<string, EmploymentRecord>>;
}

/** The link of somebody who is asked, as far as who holds it may know. `openedAt`: when its form was first opened. */
export interface SurveyLink {
  survey: string;
  answered: boolean;
  openedAt?: string;
}

/** 職員アンケート: who is asked, and what came back. Who has answered is known, what is not: the answers lie where those of the campaigns' questionnaires do, apart from names in the same way. */
export interface SurveysPort {
  /** Keeps a questionnaire, or the counts of a survey, under the hash of the document, for ever. */
  keepSurveyDocument(hash: string, document: object): Promise<void>;
  surveyDocument(hash: string): Promise<object | undefined>;
  /** Gives each of these people a link of their own and orders the mail that brings it (parameter `answer`), both in one transaction; who has one keeps it, and gets no other mail. */
  handOutLinks(survey: string, staff: readonly string[], mail: Omit<MailOrder, 'to'>): Promise<void>;
  surveyLink(link: string): Promise<SurveyLink | undefined>;
  /** The form is before somebody's eyes; the first time counts. */
  noteFormOpened(link: string): Promise<void>;
  /** Keeps what was sent back by a link, once. */
  answerSurvey(link: string, answers: Answers): Promise<'kept' | 'answeredBefore'>;
  /**
   * What came back on paper, as CSV: `number` of the paper, then each question's choices by their numbers, separated by spaces, or its text; after a question with a choice that may be filled in
   * (`Q1`), what was (`Q1.other`). A paper whose number was there before is known.
   */
  importPaper(survey: string, questionnaire: Questionnaire, file: { csv: string; preview?: boolean }): Promise<DeviceImport>;
  /** Hands on everything that came back, as it stands at one moment, in no order that tells anything. */
  eachAnswer(survey: string, take: (answers: Answers) => void): Promise<void>;
  /** How many links were handed out, and how many came back, by link and on paper. */
  surveyReturns(survey: string): Promise<{ links: number; byLink: number; onPaper: number }>;
  /** The links of the person's surveys that are open. */
  surveysOf(staff: string): Promise<readonly (Pick<CaseRow, 'caseId' | 'state'> & { link: string; answered: boolean })[]>;
  /** Links by which nobody has answered yet, by staff number; with `staff` only theirs. @throws BadCursor */
  unanswered(query: { survey: string; staff?: string; cursor?: string; limit: number }): Promise<Page<{ staff: string; link: string }>>;
}

/** 簡易アンケート after a campaign: who has answered is known, what is not, unless they want it. */
export interface QuestionnairesPort {
  /** Keeps the answers apart from the name; a second answer of the person changes nothing. `named`: the person wants to be known. */
  answerQuestionnaire(answer: {
    campaign: string;
    staff: string;
    as: 'participant' | 'head';
    answers: Readonly<Record<string, string | number>>;
    /** Free text, apart. */
    remarks?: string;
    named: boolean;
  }): Promise<'kept' | 'answeredBefore'>;
  hasAnswered(campaign: string, staff: string): Promise<boolean>;
  /** Everything answered, in no order that tells anything. */
  answersTo(
    campaign: string,
  ): Promise<
    readonly { as: 'participant' | 'head'; answers: Readonly<Record<string, string | number>>; remarks?: string; staff?: string }[]
  >;
  /** How many were asked of how many who answered, by role. */
  answeredCount(campaign: string): Promise<Readonly<Record<'participant' | 'head', number>>>;
}
