import { type ColumnType, type Generated, Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';
import type { Employment, TeleworkForm } from '../../workflows/registration/contract.js';
import type { WorkflowProcedure } from '../../workflows/shared/procedures.js';
import type { Liftable, TeleworkDay, Unit } from '../../workflows/telework-day/contract.js';
import type { Planned } from '../../workflows/trial-campaign/contract.js';
import type { Duty, MemberStatus, SectionRequest, Slot, Tally } from '../../workflows/trial-section/contract.js';
import type { Capacity } from '../directory/port.js';
import { sha256 } from './canonical.js';
import type {
  CalendarEntry,
  DeviceClaim,
  DeviceKind,
  DeviceStatus,
  EffectMark,
  FigureDims,
  FigureName,
  LedgerDue,
  LedgerEntry,
  LedgerEvent,
  MailAct,
  MailLine,
  MailParams,
  ProcedureName,
  Stocktaking,
} from './port.js';

/** What an event wrote, as its row keeps it in canonical JSON. */
export type EventBody = Omit<LedgerEntry, 'caseId' | 'seq' | 'mails'>;

/** Written as text, read as what it says. */
type Json<Value> = ColumnType<Value, string, string>;

interface CaseTable {
  case_id: string;
  filing: number;
  procedure: ProcedureName;
  receipt_number: string;
  status: string;
  department: string;
  staff: string;
  opened_at: string;
  changed_at: string;
  seq: number;
  state: object;
  due: readonly LedgerDue[];
  readers: LedgerEntry['readers'];
  claim: DeviceClaim | null;
  closed: boolean;
  deadline: string | null;
  head_hash: Buffer;
  known_asset: string | null;
  within: string | null;
}

/** The ledger's tables; what each is for stands in `migrations/`. Instants are ISO 8601 in UTC, days ISO dates, `bigint` are numbers. */
export interface Tables {
  town_clock: { one: Generated<boolean>; offset_ms: number };
  operator_acts: { number: Generated<number>; at: string; act: string; detail: Json<object> };
  packs: { hash: string; document: Json<object> };
  cases: CaseTable;
  events: {
    case_id: string;
    seq: number;
    at: string;
    name: string;
    key: string | null;
    body: EventBody;
    hash: Buffer;
    case_procedure: Generated<ProcedureName>;
  };
  due: { case_id: string; step: string; who: Capacity; since: string; until: string | null };
  case_readers: {
    case_id: string;
    capacity: Capacity;
    procedure: ProcedureName;
    filing: number;
    status: string;
    department: string;
    on_day: string | null;
  };
  news: { number: Generated<number>; case_id: string; name: string; event: Json<LedgerEvent>; key: string };
  told: { teller: string; case_id: string; name: string; at: string };
  openings: {
    case_id: string;
    number: Generated<number>;
    procedure: WorkflowProcedure;
    opened_by: string;
    opening: Json<LedgerEvent>;
    unless: string | null;
    handed_at: string | null;
  };
  awaits: { case_id: string; seq: number; procedure: ProcedureName; staff: string; name: string };
  outbox: {
    message_id: string;
    number: Generated<number>;
    case_id: string | null;
    recipient: Capacity;
    template: string;
    params: Json<MailParams>;
    queued_at: string;
    due_at: string;
    state: Generated<MailLine['state']>;
    calendar: Json<CalendarEntry> | null;
    dropped: Generated<number>;
  };
  mail_acts: {
    number: Generated<number>;
    key: string;
    mail: number;
    act: MailAct;
    by: string;
    at: string;
    copies: Json<MailLine['copies']>;
  };
  mail_copies: { copy: string; message_id: string; how: 'sent' | 'refused' | 'uncertain'; detail: string | null; at: string };
  rounds: { round: string; date: string; at: string };
  unattended: { case_id: string; step: string; who: Capacity; found_on: string };
  effect_marks: { case_id: string; name: string; how: EffectMark['how']; reason: string | null; since: string };
  words: {
    row: string;
    key: string;
    case_id: string;
    field: string;
    words: string;
    secret: Buffer;
    digest: string;
    kept_at: string;
    retention_class: string | null;
    retain_until: string | null;
    hold: Generated<boolean>;
  };
  word_erasures: { row: string; case_id: string; retention_class: string | null; at: string };
  sessions: { token_hash: Buffer; staff_number: string; created_at: string; expires_at: string };
  seals: { number: number; date: string; at: string; root: Buffer };
  seal_heads: { seal: number; case_id: string; seq: number; hash: Buffer };
  devices: {
    asset_tag: string;
    kind: string;
    pool: string;
    manufacturer: string;
    model: string;
    serial: string;
    network_zone: string;
    note: Generated<string>;
    status: Generated<DeviceStatus>;
    version: Generated<number>;
  };
  device_events: { number: Generated<number>; asset_tag: string; at: string; by: string; act: string; detail: Json<object> };
  reservations: {
    case_id: string;
    asset_tag: string;
    from_day: string;
    until_day: string;
    turnaround_days: number;
    period: Generated<string>;
  };
  custody: { number: Generated<number>; case_id: string; asset_tag: string; since: string; until: string | null };
  queue: {
    case_id: string;
    filing: number;
    kind: DeviceKind;
    pools: readonly string[];
    from_day: string;
    until_day: string;
    turnaround_days: number;
    period: Generated<string>;
  };
  stocktakings: {
    number: Generated<number>;
    pool: string;
    opened_at: string;
    opened_by: string;
    closed_at: string | null;
    closed_by: string | null;
    differences: ColumnType<Stocktaking['differences'] | null, string | null, string | null>;
  };
  absences: { staff: string; from_day: string; until_day: string | null };
  employments: { staff: string; from_day: string; until_day: string | null; kind: Employment; occupation: string };
  personnel_imports: {
    number: Generated<number>;
    at: string;
    by: string;
    kind: 'absences' | 'employment' | 'training' | 'seats' | 'attendance' | 'situations' | 'successions';
    digest: Buffer;
    added: number;
    changed: number;
    removed: number;
  };
  deputies: {
    id: string;
    holder: string;
    deputy: string;
    capacity: Capacity;
    from_day: string;
    until_day: string;
    steps: readonly string[] | null;
    named_at: string;
    ended_at: string | null;
    version: Generated<number>;
  };
  telework_days: {
    case_id: string;
    staff: string;
    department: string;
    date: string;
    starts: string;
    ends: string;
    span: Generated<string>;
    form: TeleworkForm;
    unit: Unit;
    minutes: number;
    office: string | null;
    seat: number | null;
    status: TeleworkDay['status'];
    unplanned: TeleworkDay['unplanned'] | null;
    observed: Generated<boolean>;
    ordered: string | null;
    counted: Generated<boolean>;
  };
  seats: { office: string; seat: number; network_zone: string; equipment: string };
  emergencies: {
    id: string;
    lifts: readonly Liftable[];
    from_day: string;
    until_day: string;
    reason: string;
    declared_by: string;
    declared_at: string;
    ended_by: string | null;
    ended_at: string | null;
    version: Generated<number>;
  };
  training: { staff: string; course: string; completed: string; expires: string | null };
  attendance: { staff: string; date: string };
  observed_days: { staff: string; date: string };
  trial_plans: { plan: string; campaign: string; header: Json<Planned>; reasons: Json<readonly object[]>; kept_at: string };
  trial_plan_sections: { plan: string; department: string; request: Json<SectionRequest> };
  trials: { campaign: string; as_of: string };
  trial_members: {
    campaign: string;
    staff: string;
    case_id: string;
    department: string;
    group: string;
    duties: readonly Duty[];
    slots: readonly Slot[];
    exempt_until: string | null;
    recorded: boolean;
    not_possible: string | null;
    observed: readonly string[];
    needed: number;
    done: number;
    lacks: number;
    status: MemberStatus;
    stands_until: string;
  };
  trial_tally: Tally & { campaign: string; department: string; group: string };
  questionnaires_answered: { campaign: string; staff: string; as: 'participant' | 'head' | 'respondent' };
  questionnaire_answers: {
    campaign: string;
    id: string;
    as: 'participant' | 'head' | 'respondent';
    answers: Json<object>;
    remarks: string | null;
    staff: string | null;
  };
  months: {
    month: string;
    version: number;
    taken_at: string;
    hash: string;
    by: string | null;
    reason: string | null;
    key: string | null;
  };
  month_cells: {
    month: string;
    version: number;
    figure: FigureName;
    split: string;
    dims: FigureDims;
    value: number;
    of: number | null;
  };
  month_people: { month: string; form: string; staff: string; previous: string };
  month_returns: { month: string; form: string; previous: string; people: number };
  reviews: { fiscal_year: number; case_id: string };
  review_reports: { case_id: string; hash: string; document: Json<object>; kept_at: string };
  situations: { staff: string; sex: 'female' | 'male' | 'other'; child: 'yes' | 'no'; care: 'yes' | 'no' };
  successions: { on_day: string; before: string; after: string };
  survey_documents: { hash: string; document: Json<object> };
  survey_links: { link: Generated<string>; survey: string; staff: string; opened_at: string | null };
  survey_papers: { survey: string; number: number };
  posts: { post: Capacity; holder: string | null; changes: Generated<number> };
  acted: { number: Generated<number>; holder: string; case_id: string; seq: number; seen_at: string | null };
  sightings: { stocktaking: number; asset_tag: string; at: string; by: string };
}

const { builtins } = pg.types;
const asInstant = (text: string) => (pg.types.getTypeParser(builtins.TIMESTAMPTZ)(text) as Date).toISOString();
/** OID of date[], which pg gives no name. */
const dateArray = 1182;
const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [builtins.TIMESTAMPTZ, asInstant],
  [builtins.DATE, (text) => text],
  [builtins.INT8, Number],
  [dateArray, (text) => text.slice(1, -1).split(',').filter(Boolean)],
]);

/**
 * Connections to the ledger's database. The limits let a caller know within 5 s that it is away (design §6): 2 s for a connection, 3 s for a statement, unless nobody waits for it (`statementMs`);
 * `query_timeout` is for a server that no longer answers at all.
 */
export function openPool(databaseUrl: string, { connections = 10, statementMs = 3_000 } = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: connections,
    connectionTimeoutMillis: 2_000,
    statement_timeout: statementMs,
    query_timeout: statementMs + 1_000,
    idle_in_transaction_session_timeout: 5_000,
    keepAlive: true,
    // Every page walks an index in its order. Not knowing how much a capacity sees, the planner would fetch and sort all that IT does: 60 ms instead of 1.
    options: '-c enable_bitmapscan=off',
    application_name: 'telework',
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        parsers.get(oid) ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  pool.on('error', () => undefined); // An idle connection was cut: the pool drops it, and the next query opens another.
  pool.on('connect', (client) => client.on('error', () => undefined)); // One in use was cut: its query fails, the process must not.
  return pool;
}

export const openDatabase = (pool: pg.Pool): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: new PostgresDialect({ pool: preparing(pool) }) });

/**
 * Whoever wants one of the connections takes turns, in order. The pool has a queue of its own, but gives up on it as on a server that does not answer: a thousand who come at 8:30 at once are no
 * outage. A turn is waited for as long as a statement: still below the 5 s in which everybody has an answer, as one that has its turn takes a millisecond. @throws what the pool throws when nobody's
 * turn comes
 */
function createTurns({ most, withinMs }: { most: number; withinMs: number }) {
  const waiting: (() => void)[] = [];
  let free = most;
  return {
    async take(): Promise<void> {
      if (free > 0) {
        free -= 1;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const next = () => {
          clearTimeout(patience);
          resolve();
        };
        const patience = setTimeout(() => {
          waiting.splice(waiting.indexOf(next), 1);
          reject(new Error('timeout exceeded when trying to connect: too many wait for their turn'));
        }, withinMs);
        waiting.push(next);
      });
    },
    give(): void {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}

/** Lists of any length make statements without end: what has more parameters is not kept. */
const mostParameters = 16;

/**
 * Prepares each statement once a connection, named by its text: to plan the one that writes an event takes the server longer than to run it (2.5 ms, now 0.9).
 * A connection on which anything failed but a statement goes: on one that hangs, the next question would only wait behind the last.
 */
function preparing(pool: pg.Pool): PostgresPool {
  const { max: most = 10, query_timeout: withinMs = 4_000 } = pool.options;
  const turns = createTurns({ most, withinMs });
  return {
    connect: async () => {
      await turns.take();
      const client = await pool.connect().catch((failure: unknown) => {
        turns.give();
        throw failure;
      });
      let broken = false;
      const query = async (text: string, values: readonly unknown[]) => {
        const keep = values.length > 0 && values.length <= mostParameters;
        try {
          return await client.query({ ...(keep && { name: sha256(text).toString('base64url') }), text, values: [...values] });
        } catch (failure) {
          broken ||= !(failure instanceof pg.DatabaseError);
          throw failure;
        }
      };
      const release = () => {
        client.release(broken);
        turns.give();
      };
      return { query: query as typeof client.query, release };
    },
    end: () => pool.end(),
  };
}
