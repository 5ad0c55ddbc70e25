import { type Kysely, sql } from 'kysely';

/** Cases, their events and everything that is written with an event; words, logins, seals and the town's clock. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table town_clock (
      one boolean primary key default true check (one),
      offset_ms bigint not null default 0 check (offset_ms >= 0)
    );
    insert into town_clock default values;

    -- What an operator did on the parts directly (design §7), outside every case's chain.
    create table operator_acts (
      number bigint generated always as identity primary key,
      at timestamptz not null,
      act text not null,
      detail json not null
    );

    create table packs (hash text primary key, document json not null);

    create table receipt_counters (
      letter text not null,
      fiscal_year int not null,
      last int not null,
      primary key (letter, fiscal_year)
    );

    -- The order of filing.
    create sequence filings;

    -- The read model: one row a case, as it stands after its last event.
    create table cases (
      case_id text collate "C" primary key check (case_id !~ '[[:cntrl:]]'),
      filing bigint not null unique,
      procedure text not null,
      receipt_number text not null unique,
      status text not null,
      department text not null,
      staff text not null,
      opened_at timestamptz not null,
      changed_at timestamptz not null,
      seq int not null,
      state json not null,
      due json not null,
      readers json not null,
      claim json,
      closed boolean not null,
      -- The next of its deadlines that fall by themselves.
      deadline timestamptz,
      head_hash bytea not null,
      -- The device of which the case has written down that it is reserved.
      known_asset text
    );
    create index cases_changed on cases (changed_at);
    create index cases_deadline on cases (deadline) where deadline is not null;

    -- body: canonical JSON of all that the event wrote, kept to the byte. hash = event_link(hash before, place, body);
    -- before the first event stands case_root(number of the receipt, place in the order of filing).
    create table events (
      case_id text collate "C" not null references cases,
      seq int not null,
      at timestamptz not null,
      name text not null,
      key text,
      body json not null,
      hash bytea not null,
      primary key (case_id, seq)
    );
    create unique index events_key on events (key) where key is not null;

    create function case_root(receipt_number text, filing bigint) returns bytea
    language sql immutable return sha256(convert_to(concat_ws(E'\\n', receipt_number, filing::text), 'UTF8'));

    create function event_link(previous bytea, case_id text, seq int, at timestamptz, body text) returns bytea
    language sql stable return sha256(previous || convert_to(
      concat_ws(E'\\n', case_id, seq::text, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), body), 'UTF8'));

    -- Who can take what, and since when.
    create table due (
      case_id text collate "C" not null,
      step text not null,
      who text not null,
      since timestamptz not null,
      until text,
      primary key (case_id, step, who)
    );
    create index due_of on due (who, since, case_id, step);

    -- Who may see what: each list is a walk along one of these indexes for each capacity of the caller.
    create table case_readers (
      case_id text collate "C" not null,
      capacity text not null,
      procedure text not null,
      filing bigint not null,
      status text not null,
      department text not null,
      primary key (case_id, capacity)
    );
    create index readers_all on case_readers (capacity, procedure, filing);
    create index readers_status on case_readers (capacity, procedure, status, filing);
    create index readers_department on case_readers (capacity, procedure, department, filing);

    create table news (
      number bigint generated always as identity primary key,
      case_id text collate "C" not null,
      name text not null,
      event json not null,
      key text not null unique
    );
    create index news_of on news (case_id);

    create table outbox (
      message_id text primary key,
      number bigint generated always as identity,
      case_id text collate "C",
      recipient text not null,
      template text not null,
      params json not null,
      queued_at timestamptz not null,
      due_at timestamptz not null,
      state text not null default 'waiting' check (state in ('waiting', 'underWay', 'settled', 'nobody'))
    );
    create index outbox_due on outbox (due_at, number) where state = 'waiting';
    create index outbox_under_way on outbox (message_id) where state = 'underWay';
    create table mail_copies (
      copy text primary key,
      message_id text not null references outbox,
      how text not null check (how in ('sent', 'refused', 'uncertain')),
      detail text,
      at timestamptz not null
    );
    create index mail_copies_of on mail_copies (message_id);

    create table effect_marks (
      case_id text collate "C" not null,
      name text not null,
      how text not null check (how in ('waiting', 'done', 'stuck')),
      reason text,
      since timestamptz not null,
      primary key (case_id, name)
    );

    -- The only place of the ledger where free texts lie. secret: key of the digest that stands in the event; dies with the row.
    create table words (
      row uuid primary key,
      key text not null,
      case_id text collate "C" not null,
      field text not null,
      words text not null,
      secret bytea not null,
      digest text not null,
      kept_at timestamptz not null,
      retention_class text,
      retain_until date,
      hold boolean not null default false,
      unique (key, field)
    );
    create index words_of on words (case_id);
    create index words_retained on words (retain_until) where not hold;
    create table word_erasures (
      row uuid primary key,
      case_id text collate "C" not null,
      retention_class text,
      at timestamptz not null
    );

    create table sessions (
      token_hash bytea primary key,
      staff_number text not null,
      created_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index sessions_of on sessions (staff_number);

    -- One seal a round: the chain heads that moved since the one before, and a root over them and the root before.
    create table seals (
      number int primary key,
      date date not null unique,
      at timestamptz not null,
      root bytea not null
    );
    create table seal_heads (
      seal int not null references seals,
      case_id text collate "C" not null,
      seq int not null,
      hash bytea not null,
      primary key (case_id, seal)
    );
    create index seal_heads_of on seal_heads (seal, case_id);
  `.execute(db);
}
