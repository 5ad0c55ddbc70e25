import { type Kysely, sql } from 'kysely';
import type { TeleworkDay } from '../../workflows/telework-day/contract.js';
import type { Capacity } from '../directory/port.js';
import { canonicalJson, caseRoot, eventLink, sha256 } from './canonical.js';
import type { EventBody, Tables } from './database.js';
import type { AuditPort, Finding } from './port.js';
import { wordsDigest } from './words.js';

/** Cases that are read at once: some megabytes. */
const batch = 500;

interface Head {
  caseId: string;
  seq: number;
  hash: Buffer;
}

/** A seal's root, over the root before and every head that moved since. */
function rootOf(previous: Buffer, { number, date, at }: { number: number; date: string; at: string }, heads: readonly Head[]): Buffer {
  const lines = heads.map(({ caseId, seq, hash }) => `${caseId} ${seq} ${hash.toString('hex')}`).sort();
  return sha256(previous, [`${number} ${date} ${at}`, ...lines].join('\n'));
}

/** Seals the heads that moved since the last seal; a date is sealed once. Answers how many. */
export function sealChains(db: Kysely<Tables>, { date, at }: { date: string; at: string }): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('seals', 0))`.execute(trx);
    const last = await trx.selectFrom('seals').select(['number', 'root']).orderBy('number', 'desc').limit(1).executeTakeFirst();
    if (await trx.selectFrom('seals').select('number').where('date', '=', date).executeTakeFirst()) return 0;
    const { rows: heads } = await sql<Head>`
      select case_id as "caseId", seq, head_hash as hash from cases
      where head_hash is distinct from (
        select hash from seal_heads where seal_heads.case_id = cases.case_id order by seal desc limit 1)`.execute(trx);
    const seal = { number: (last?.number ?? 0) + 1, date, at };
    await trx
      .insertInto('seals')
      .values({ ...seal, root: rootOf(last?.root ?? Buffer.alloc(0), seal, heads) })
      .execute();
    for (let from = 0; from < heads.length; from += batch) {
      const rows = heads.slice(from, from + batch).map(({ caseId, seq, hash }) => ({ seal: seal.number, case_id: caseId, seq, hash }));
      await trx.insertInto('seal_heads').values(rows).execute();
    }
    return heads.length;
  });
}

const instant = (column: string) => sql<string>`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const text = (column: string) => sql<string | null>`${sql.ref(column)}::text`;

/** Reads everything that the chains vouch for, a batch of cases at a time, and says what differs. */
export function createAudit(db: Kysely<Tables>): AuditPort {
  return {
    async *verifyChains() {
      yield* verifySeals(db);
      for (let after = ''; ; ) {
        const ids = await caseIds(db, after);
        const last = ids.at(-1);
        if (last === undefined) return;
        const rows = byCase(await readCases(db, ids));
        for (const id of ids) yield* verifyCase(id, rows(id));
        after = last;
      }
    },
  };
}

async function* verifySeals(db: Kysely<Tables>): AsyncGenerator<Finding> {
  let previous: Buffer = Buffer.alloc(0);
  let number = 0;
  const seals = await db
    .selectFrom('seals')
    .select(['number', 'date', 'root', instant('at').as('at')])
    .orderBy('number')
    .execute();
  for (const { root, at, ...seal } of seals) {
    number += 1;
    for (; number < seal.number; number += 1) yield { table: 'seals', problem: 'missing', seq: number };
    const heads = await db.selectFrom('seal_heads').select(['case_id as caseId', 'seq', 'hash']).where('seal', '=', seal.number).execute();
    const written = rootOf(previous, { ...seal, at: at.replace(/000Z$/, 'Z') }, heads);
    if (!written.equals(root)) yield { table: 'seals', problem: 'changed', seq: seal.number };
    previous = root;
  }
  const { last } = await db
    .selectFrom('seal_heads')
    .select(({ fn }) => fn.max('seal').as('last'))
    .executeTakeFirstOrThrow();
  for (number += 1; number <= (last ?? 0); number += 1) yield { table: 'seals', problem: 'missing', seq: number };
}

/** Every case that anything speaks of: one that was removed altogether still stands in a seal. */
async function caseIds(db: Kysely<Tables>, after: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct case_id as id from (
      (select case_id from cases where case_id > ${after} order by case_id limit ${batch})
      union all (select distinct case_id from events where case_id > ${after} order by case_id limit ${batch})
      union all (select distinct case_id from seal_heads where case_id > ${after} order by case_id limit ${batch})
    ) as spoken_of order by id limit ${batch}`.execute(db);
  return rows.map(({ id }) => id);
}

type Rows = Awaited<ReturnType<typeof readCases>>;
type CaseRow = Rows['cases'][number];
type EventRow = Rows['events'][number];

async function readCases(db: Kysely<Tables>, ids: readonly string[]) {
  const of = sql<string>`any(${ids}::text[])`;
  const [cases, events, due, readers, days, members, elsewhere, heads, words, handedOn, erasures] = await Promise.all([
    db
      .selectFrom('cases')
      .select([
        'case_id',
        'filing',
        'procedure',
        'receipt_number',
        'status',
        'department',
        'staff',
        'seq',
        'closed',
        'head_hash',
        'known_asset',
        'within',
      ])
      .select([instant('opened_at').as('opened_at'), instant('changed_at').as('changed_at'), instant('deadline').as('deadline')])
      .select([text('state').as('state'), text('due').as('due'), text('readers').as('readers'), text('claim').as('claim')])
      .where('case_id', '=', of)
      .execute(),
    db
      .selectFrom('events')
      .select(['case_id', 'seq', instant('at').as('at'), 'name', 'key', text('body').as('body'), 'hash'])
      .where('case_id', '=', of)
      .orderBy('seq')
      .execute(),
    db
      .selectFrom('due')
      .select(['case_id', 'step', 'who', instant('since').as('since'), 'until'])
      .where('case_id', '=', of)
      .execute(),
    db.selectFrom('case_readers').selectAll().where('case_id', '=', of).execute(),
    db
      .selectFrom('telework_days')
      .select(['case_id', 'staff', 'department', 'date', 'form', 'unit', 'minutes', 'office', 'seat', 'ordered', 'status', 'unplanned'])
      .select([sql<string>`to_char(starts, 'HH24:MI')`.as('from'), sql<string>`to_char(ends, 'HH24:MI')`.as('until')])
      .where('case_id', '=', of)
      .execute(),
    db
      .selectFrom('trial_members')
      .select(['case_id', 'campaign', 'staff', 'department', 'group', 'exempt_until', 'recorded', 'not_possible'])
      .select([text('duties').as('duties'), text('slots').as('slots')])
      .where('case_id', '=', of)
      .execute(),
    elsewhereIn(db, ids),
    db.selectFrom('seal_heads').select(['case_id', 'seq', 'hash']).where('case_id', '=', of).execute(),
    db.selectFrom('words').select(['case_id', 'row', 'field', 'words', 'secret', 'digest']).where('case_id', '=', of).execute(),
    wordsHandedOn(db, ids),
    db.selectFrom('word_erasures').select(['case_id', 'row']).where('case_id', '=', of).execute(),
  ]);
  return { cases, events, due, readers, days, members, elsewhere, heads, words, handedOn, erasures };
}

/** Words of other cases that these were opened with, or were told: a measure that goes on from year to year. Without a digest where they are erased. */
async function wordsHandedOn(
  db: Kysely<Tables>,
  ids: readonly string[],
): Promise<{ case_id: string; row: string; digest: string | null }[]> {
  const { rows } = await sql<{ case_id: string; row: string; digest: string | null }>`
    select distinct events.case_id, named.row, words.digest
    from cases join events using (case_id)
    cross join lateral (
      select reference->>'row' as row from jsonb_path_query(body::jsonb, 'strict $.event.input.**{0 to last} ? (exists (@.row) && exists (@.digest))') as reference
    ) as named
    left join words on words.row::text = named.row and words.case_id <> events.case_id
    left join word_erasures as erased on erased.row::text = named.row and erased.case_id <> events.case_id
    where events.case_id = any(${ids}::text[]) and cases.procedure = 'yearly-review' and events.name in ('openYear', 'carry')
      and (words.row is not null or erased.row is not null)`.execute(db);
  return rows;
}

/** Members of these sections who by now belong to another one of the campaign, and whose leaving is not written down yet. */
async function elsewhereIn(db: Kysely<Tables>, ids: readonly string[]): Promise<{ case_id: string; staff: string }[]> {
  const { rows } = await sql<{ case_id: string; staff: string }>`
    select section.case_id, member.staff
    from (select distinct on (case_id) case_id, body->'roster' as roster from events
      where case_id = any(${ids}::text[]) and body->'roster' is not null order by case_id, seq desc) as section
    cross join json_to_recordset(roster->'members') as member (staff text)
    join trial_members as other on other.campaign = roster->>'campaign' and other.staff = member.staff and other.case_id <> section.case_id`.execute(
    db,
  );
  return rows;
}

/** The rows of each case. */
function byCase(rows: Rows): (caseId: string) => Rows {
  const of = <Row extends { case_id: string }>(all: readonly Row[]): ((caseId: string) => Row[]) => {
    const groups = new Map<string, Row[]>();
    for (const row of all) groups.set(row.case_id, [...(groups.get(row.case_id) ?? []), row]);
    return (caseId) => groups.get(caseId) ?? [];
  };
  const groups = {
    cases: of(rows.cases),
    events: of(rows.events),
    due: of(rows.due),
    readers: of(rows.readers),
    days: of(rows.days),
    members: of(rows.members),
    elsewhere: of(rows.elsewhere),
    heads: of(rows.heads),
    words: of(rows.words),
    handedOn: of(rows.handedOn),
    erasures: of(rows.erasures),
  };
  return (caseId) => ({
    cases: groups.cases(caseId),
    events: groups.events(caseId),
    due: groups.due(caseId),
    readers: groups.readers(caseId),
    days: groups.days(caseId),
    members: groups.members(caseId),
    elsewhere: groups.elsewhere(caseId),
    heads: groups.heads(caseId),
    words: groups.words(caseId),
    handedOn: groups.handedOn(caseId),
    erasures: groups.erasures(caseId),
  });
}

function* verifyCase(
  caseId: string,
  { cases: [row], events, due, readers, days: [day], members, elsewhere, heads, words, handedOn, erasures }: Rows,
): Generator<Finding> {
  if (!row) yield { table: 'cases', problem: 'missing', caseId };
  const broken = [
    ...verifyLinks(caseId, events, row && caseRoot(row.receipt_number, row.filing)),
    ...verifyEnd(caseId, events, [...heads, ...(row ? [{ seq: row.seq, hash: row.head_hash }] : [])]),
  ];
  yield* broken;
  if (!row || broken.length) return; // Events that are not what they were say nothing about the rest.
  const bodies = events.map(({ body }) => JSON.parse(body ?? '') as EventBody);
  yield* verifyReadModel(row, events, bodies);
  yield* verifyDue(caseId, { events, bodies, due });
  yield* verifyReaders(row, { readers, body: bodies.at(-1) });
  yield* verifyDay(row, day, bodies.at(-1));
  yield* verifyMembers(caseId, { bodies, members, elsewhere });
  yield* verifyWords(caseId, { bodies, words, handedOn, erased: new Set(erasures.map((erasure) => erasure.row)) });
}

/** Each event against the one before. After a gap the next one cannot be told from a changed one; the gap itself is named. */
function* verifyLinks(caseId: string, events: readonly EventRow[], root: Buffer | undefined): Generator<Finding> {
  let [previous, expected] = [root, 1];
  for (const { seq, at, name, key, body, hash } of events) {
    for (; expected < seq; expected += 1) {
      yield { table: 'events', problem: 'missing', caseId, seq: expected };
      previous = undefined;
    }
    if (previous && !eventLink(previous, { caseId, seq, at }, body ?? '').equals(hash))
      yield { table: 'events', problem: 'changed', caseId, seq };
    else if (previous) {
      const { event } = JSON.parse(body ?? '') as EventBody;
      if (event.name !== name) yield { table: 'events', problem: 'changed', caseId, seq, what: 'name' };
      if ((event.key ?? null) !== key) yield { table: 'events', problem: 'changed', caseId, seq, what: 'key' };
    }
    [previous, expected] = [hash, seq + 1];
  }
}

/** What was sealed, and what the case's row says to be its end, must still be there: a chain that is cut at its end holds together by itself. */
function* verifyEnd(caseId: string, events: readonly EventRow[], heads: readonly { seq: number; hash: Buffer }[]): Generator<Finding> {
  const hashes = new Map(events.map(({ seq, hash }) => [seq, hash]));
  const last = events.at(-1)?.seq ?? 0;
  const gone = Math.max(0, ...heads.map(({ seq }) => seq));
  for (let seq = last + 1; seq <= gone; seq += 1) yield { table: 'events', problem: 'missing', caseId, seq };
  const other = heads.filter(({ seq, hash }) => hashes.get(seq)?.equals(hash) === false).map(({ seq }) => seq);
  for (const seq of new Set(other)) yield { table: 'events', problem: 'changed', caseId, seq, what: 'hash' };
}

/** The case's row against what its events say. */
function* verifyReadModel(row: CaseRow, events: readonly EventRow[], bodies: readonly EventBody[]): Generator<Finding> {
  const [first, end, body] = [events.at(0), events.at(-1), bodies.at(-1)];
  if (!first || !end || !body) return;
  const deadlines = body.due.flatMap((one) => ('at' in one ? [Date.parse(one.at)] : []));
  const { date: _listed, within = null, ...summary } = body.summary;
  const told = bodies.filter(({ event }) => ['reserve', 'reassign', 'requeue'].includes(event.name)).at(-1)?.event.input;
  const says: Readonly<Record<string, unknown>> = {
    ...summary,
    within,
    procedure: body.procedure,
    seq: end.seq,
    closed: body.due.length === 0,
    head_hash: end.hash.toString('hex'),
    opened_at: first.at,
    changed_at: end.at,
    deadline: deadlines.length ? new Date(Math.min(...deadlines)).toISOString().replace(/Z$/, '000Z') : null,
    state: canonicalJson(body.state),
    due: canonicalJson(body.due),
    readers: canonicalJson(body.readers),
    claim: body.claim ? canonicalJson(body.claim) : null,
    known_asset: told && 'assetTag' in told ? told.assetTag : null,
  };
  const is: Readonly<Record<string, unknown>> = { ...row, head_hash: row.head_hash.toString('hex') };
  for (const [what, value] of Object.entries(says))
    if (is[what] !== value) yield { table: 'cases', problem: 'changed', caseId: row.case_id, seq: end.seq, what };
}

/** What waits for whom, and since when: since the first of the events in a row after which it was due. */
function* verifyDue(
  caseId: string,
  { events, bodies, due }: Pick<Rows, 'events' | 'due'> & { bodies: readonly EventBody[] },
): Generator<Finding> {
  let says = new Map<string, { since: string; until: string | null }>();
  for (const [index, body] of bodies.entries()) {
    const at = events[index]?.at ?? '';
    const before = says;
    says = new Map();
    for (const one of body.due) {
      if (!('who' in one)) continue;
      const key = `${one.step}\n${one.who}`;
      if (!says.has(key)) says.set(key, { since: before.get(key)?.since ?? at, until: one.until ?? null });
    }
  }
  for (const { step, who, since, until } of due) {
    const said = says.get(`${step}\n${who}`);
    says.delete(`${step}\n${who}`);
    if (!said) yield { table: 'due', problem: 'added', caseId, what: step };
    else if (said.since !== since || said.until !== until) yield { table: 'due', problem: 'changed', caseId, what: step };
  }
  for (const key of says.keys()) yield { table: 'due', problem: 'missing', caseId, what: key.slice(0, key.indexOf('\n')) };
}

/** Who may see the case. */
function* verifyReaders(row: CaseRow, { readers, body }: Pick<Rows, 'readers'> & { body: EventBody | undefined }): Generator<Finding> {
  if (!body) return;
  const [caseId, says] = [row.case_id, new Set<Capacity>(body.readers.all)];
  const { status, department, date: on_day = null } = body.summary;
  const wanted = { procedure: body.procedure, filing: row.filing, status, department, on_day };
  for (const { capacity, ...reader } of readers) {
    const same = Object.entries(wanted).every(([column, value]) => reader[column as keyof typeof wanted] === value);
    if (!says.delete(capacity)) yield { table: 'case_readers', problem: 'added', caseId };
    else if (!same) yield { table: 'case_readers', problem: 'changed', caseId };
  }
  for (const _ of says) yield { table: 'case_readers', problem: 'missing', caseId };
}

/** What a telework day takes of its person's time and of the seats. */
function* verifyDay(
  { case_id: caseId, status }: CaseRow,
  day: Rows['days'][number] | undefined,
  body: EventBody | undefined,
): Generator<Finding> {
  const { unplanned = null } = (body?.state ?? {}) as Partial<TeleworkDay>;
  const { office = null, seat = null, ordered = null } = body?.day ?? {};
  const says = body?.day && { ...body.day, status, unplanned, office, seat, ordered };
  const other = day && says && Object.entries(says).find(([column, value]) => day[column as keyof typeof says] !== value);
  if (other) yield { table: 'telework_days', problem: 'changed', caseId, what: other[0] };
  if (Boolean(day) !== Boolean(says)) yield { table: 'telework_days', problem: day ? 'added' : 'missing', caseId };
}

/** A section's members as it last said them. How they stand follows from that and from the days, which have cases of their own. */
function* verifyMembers(
  caseId: string,
  { bodies, members, elsewhere }: Pick<Rows, 'members' | 'elsewhere'> & { bodies: readonly EventBody[] },
): Generator<Finding> {
  const body = bodies.findLast(({ roster }) => roster);
  const says = new Map(body?.roster?.members.map((member) => [member.staff, member]));
  for (const row of members) {
    const said = says.get(row.staff);
    says.delete(row.staff);
    const wanted = said && {
      campaign: body?.roster?.campaign,
      department: body?.summary.department,
      group: said.group,
      duties: canonicalJson(said.duties),
      slots: canonicalJson(said.slots),
      exempt_until: said.exemptUntil ?? null,
      recorded: said.recorded ?? false,
      not_possible: said.notPossible ?? null,
    };
    const other = wanted && Object.entries(wanted).find(([column, value]) => row[column as keyof typeof wanted] !== value);
    if (other) yield { table: 'trial_members', problem: 'changed', caseId, what: other[0] };
    if (!said) yield { table: 'trial_members', problem: 'added', caseId };
  }
  for (const { staff } of elsewhere) says.delete(staff);
  for (const _ of says) yield { table: 'trial_members', problem: 'missing', caseId };
}

/** Words against the digests that stand in the events; what was erased in order has left a row that says so. */
function* verifyWords(
  caseId: string,
  { bodies, words, handedOn, erased }: Pick<Rows, 'words' | 'handedOn'> & { bodies: readonly EventBody[]; erased: ReadonlySet<string> },
): Generator<Finding> {
  const rows = new Map<string, { digest: string | null }>([...handedOn, ...words].map((one) => [one.row, one]));
  for (const { row, field, words: said, secret, digest } of words)
    if (wordsDigest(secret, field, said) !== digest) yield { table: 'words', problem: 'changed', caseId, what: row };
  for (const [index, body] of bodies.entries())
    for (const { row, digest } of referencesIn(body.event.input)) {
      const kept = rows.get(row);
      if (kept ? kept.digest !== null && kept.digest !== digest : !erased.has(row))
        yield { table: 'words', problem: kept ? 'changed' : 'missing', caseId, seq: index + 1, what: row };
    }
}

/** Every reference to words in an event, wherever its form has it. */
function* referencesIn(value: unknown): Generator<{ row: string; digest: string }> {
  if (value === null || typeof value !== 'object') return;
  if ('row' in value && 'digest' in value && typeof value.row === 'string' && typeof value.digest === 'string')
    yield { row: value.row, digest: value.digest };
  else for (const inner of Object.values(value)) yield* referencesIn(inner);
}
