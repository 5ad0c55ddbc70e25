import type { Client as SqlClient } from 'pg';
import type { Capacity } from '../activities/directory/port.js';
import { entriesOf, wayOfDay } from './day.js';
import { comparePages, type Question } from './pages.js';
import type { Finding } from './report.js';
import type { Servers } from './servers.js';
import { quantile } from './statistics.js';

/** Two years of a large city, and the same of a village: everybody has 250 days behind them, the latest on `lastDate`. */
const [many, few] = [1_000_000, 10_000];
const [daysEach, lastDate] = [250, '2027-05-28'];
const departmentsOf = (count: number): number => (count === many ? 60 : 12);
const pageSize = 50;

const callers: Readonly<Record<string, readonly Capacity[]>> = {
  HR: ['staff:9002', 'hr'],
  'a head': ['staff:3001', 'head:d07'],
  'a staff member': ['staff:7'],
};
const dates = { from: '2027-01-01', until: '2027-04-30' };
const list = (more: object, who: string): Question['ask'] => {
  const capacities = callers[who] ?? [];
  return (ledger, cursor) => ledger.list({ procedure: 'telework-day', capacities, limit: pageSize, ...more, ...(cursor && { cursor }) });
};

const questions: readonly Question[] = [
  ...Object.keys(callers).flatMap((who) => [
    { what: `list, ${who}`, ask: list({}, who) },
    { what: `list of four months, ${who}`, ask: list({ dates }, who) },
    {
      what: `me/tasks, ${who}`,
      ask: ((ledger, cursor) =>
        ledger.tasks({ capacities: callers[who] ?? [], limit: pageSize, ...(cursor && { cursor }) })) as Question['ask'],
    },
  ]),
  { what: 'list, HR, refused of one department', ask: list({ status: 'refused', department: 'd07' }, 'HR') },
  { what: 'list of four months, HR, refused of one department', ask: list({ status: 'refused', department: 'd07', dates }, 'HR') },
  ...['a staff member', 'HR'].map((who) => ({
    what: `timeline of a staff member, ${who}`,
    ask: ((ledger, cursor) =>
      ledger.timelineOf({ staff: '7', capacities: callers[who] ?? [], limit: pageSize, ...(cursor && { cursor }) })) as Question['ask'],
  })),
];

/** The p99 of a page over a million telework days beside that over 10,000, asked in turns. The rows are made directly in two ledgers. */
export async function measureDayLists(servers: Servers): Promise<Finding[]> {
  const ledgers = [];
  for (const count of [many, few]) {
    const made = await servers.freshLedger();
    await fill(made.sql, count);
    ledgers.push(made.ledger);
  }
  const [large, small] = ledgers;
  if (!large || !small) throw new Error('two ledgers were asked for');
  const findings: Finding[] = [];
  for (const { what, ask } of questions) {
    findings.push(await comparePages(what, [() => ask(large), () => ask(small)], '10,000'));
    const deep = await Promise.all([large, small].map(async (ledger) => (await ask(ledger)).cursor));
    if (deep.every((cursor) => cursor !== undefined))
      findings.push(await comparePages(`${what}, second page`, [() => ask(large, deep[0]), () => ask(small, deep[1])], '10,000'));
  }
  const ms: number[] = [];
  let persons = 0;
  for (let asked = 0; asked < 20; asked += 1) {
    const begun = performance.now();
    persons = (await large.attendance('2027-04-01', '2027-04-30')).length;
    ms.push(performance.now() - begun);
  }
  // Grows with the month's days, of which it counts each, and not with the years before.
  findings.push({
    what: 'a month for the attendance system',
    figures: { persons, 'p50 ms': quantile(ms, 0.5), 'p99 ms': quantile(ms, 0.99) },
  });
  return findings;
}

/** How many of its first events have happened to a day, by its status; nothing else tells the kinds apart. */
const kinds = { planned: 1, approved: 2, reported: 5, closed: 6 } as const;

/**
 * Days of everybody, as the rules make them. What no page reads is left out, so that a million is made in minutes: the cases' states, all events but one a day, foreign keys and exclusions;
 * and the indexes are built when the rows are there.
 */
async function fill(sql: SqlClient, count: number): Promise<void> {
  await sql.query("set statement_timeout = 0; set synchronous_commit = off; set maintenance_work_mem = '256MB'");
  const rebuild = await withoutIndexes(sql, ['cases', 'case_readers', 'events', 'due', 'telework_days']);
  await sql.query('create temp table kinds (kind text primary key, due text, readers text, body text)');
  for (const kind of [...Object.keys(kinds), 'refused'])
    await sql.query('insert into kinds values ($1, $2, $3, $4)', [kind, ...kindOf(kind)]);
  await sql.query(
    `create temp table days as
     select n, 'day-' || md5(n::text) as case_id, (n % $2::int)::text as staff, 'd' || lpad((n % $2::int % $3::int)::text, 2, '0') as department,
       date '${lastDate}' - ($4::int - 1 - n / $2::int) as date, -- The latest are filed last.
       case when ago < 5 then 'planned' when ago < 10 then 'approved' when ago < 15 then 'reported'
         when abs(hashint4(n)::bigint) % 50 = 0 then 'refused' else 'closed' end as status
     from (select n, $4::int - 1 - n / $2::int as ago from generate_series(0, $1::int - 1) as n) as numbered`,
    [count, count / daysEach, departmentsOf(count), daysEach],
  );
  const filled = (text: string) => `replace(replace(${text}, '«staff»', staff), '«department»', department)::json`;
  await sql.query(
    `insert into cases (case_id, filing, procedure, receipt_number, status, department, staff, opened_at, changed_at, seq, state, due, readers, closed, head_hash)
     select case_id, n, 'telework-day', '令和8-勤-' || n, status, department, staff, date, date, 1, '{}', ${filled('due')}, ${filled('readers')},
       status in ('closed', 'refused'), ''
     from days join kinds on kind = status`,
  );
  await sql.query(
    `insert into case_readers (case_id, capacity, procedure, filing, status, department, on_day)
     select case_id, capacity, 'telework-day', n, status, department, date
     from days cross join lateral (values ('hr'), ('head:' || department), ('staff:' || staff)) as reader (capacity)`,
  );
  await sql.query(
    `insert into due (case_id, step, who, since, until)
     select distinct on (case_id, step, who) case_id, step, who, changed_at, until
     from cases, json_to_recordset(due) as one (step text, who text, until text) where not closed and who is not null`,
  );
  await sql.query(
    `insert into events (case_id, seq, at, name, key, body, hash)
     select case_id, 1, date + time '00:00' + n * interval '1 microsecond', 'plan', case_id, body::json, '' from days join kinds on kind = status`,
  );
  await sql.query(
    `insert into telework_days (case_id, staff, department, date, starts, ends, form, unit, minutes, status)
     select case_id, staff, department, date, '08:30', '17:15', 'home', 'day', 465, status from days where status <> 'refused'`,
  );
  await rebuild();
  await sql.query('vacuum analyze');
}

/** Drops what stands on the tables, and answers how to build again all of it that a page may walk along. */
export async function withoutIndexes(sql: SqlClient, tables: readonly string[]): Promise<() => Promise<void>> {
  const { rows: constraints } = await sql.query<{ drop: string; add: string; kind: string }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop, contype as kind,
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as add
     from pg_constraint where contype in ('f', 'x', 'p', 'u') and (conrelid = any($1::regclass[]) or confrelid = any($1::regclass[]))
     order by contype <> 'f'`,
    [tables],
  );
  for (const { drop } of constraints) await sql.query(drop);
  const { rows: indexes } = await sql.query<{ indexname: string; indexdef: string }>(
    'select indexname, indexdef from pg_indexes where schemaname = current_schema() and tablename = any($1)',
    [tables],
  );
  for (const { indexname } of indexes) await sql.query(`drop index ${indexname}`);
  return async () => {
    const keys = constraints.flatMap(({ kind, add }) => (kind === 'p' || kind === 'u' ? [add] : []));
    for (const statement of [...keys, ...indexes.map(({ indexdef }) => indexdef)]) await sql.query(statement);
  };
}

/** What the ledger holds of a day of this kind, with person and department left open. */
function kindOf(kind: string): readonly string[] {
  const way = wayOfDay({ staff: '«staff»', department: '«department»', date: lastDate });
  const events = way.slice(0, kind in kinds ? kinds[kind as keyof typeof kinds] : 1);
  const [opening] = entriesOf('', events);
  const last = entriesOf('', events).at(-1);
  if (!opening || !last) throw new Error('a day has no events');
  const due = kind === 'refused' ? [] : last.due;
  return [due, last.readers, { procedure: 'telework-day', event: { name: opening.event.name, input: { by: '«staff»' } } }].map((part) =>
    JSON.stringify(part),
  );
}
