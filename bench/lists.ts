import type { Client as SqlClient } from 'pg';
import type { Capacity } from '../activities/directory/port.js';
import type { LedgerReader } from '../activities/ledger/port.js';
import { apply, due, type Loan, type LoanEvent, readers } from '../workflows/device-loan/rules.js';
import { loanRequest } from './loan.js';
import { comparePages, middleOf, type Question } from './pages.js';
import type { Finding } from './report.js';
import { type Servers, startApi } from './servers.js';
import { approval, wayBack } from './way.js';

/** All open at once: a loan for each of the largest city's staff, and for each of a town's. */
const [many, few] = [40_000, 1_000];
const beside = '1,000';
/** A town has fewer departments than a large city: so everybody's page is full in both. */
const departmentsOf = (count: number): number => (count === many ? 60 : 12);
const pageSize = 50;
/** How the open loans of a day stand, in shares of twenty. */
const shares: Readonly<Partial<Record<Loan['status'], number>>> = {
  requested: 3,
  approved: 1,
  reserved: 2,
  prepared: 2,
  handedOver: 9,
  returned: 2,
  erased: 1,
};

type Capacities = readonly Capacity[];
const callers: Readonly<Record<string, Capacities>> = {
  IT: ['staff:9001', 'it'],
  HR: ['staff:9002', 'hr'],
  'a head': ['staff:3001', 'head:d07', 'superior:d08'],
  'a staff member': ['staff:507'],
};

const questions: readonly Question[] = Object.entries(callers).flatMap(([who, capacities]) => [
  {
    what: `list, ${who}`,
    ask: (ledger, cursor) => ledger.list({ procedure: 'device-loan', capacities, limit: pageSize, ...(cursor && { cursor }) }),
  },
  { what: `me/tasks, ${who}`, ask: (ledger, cursor) => ledger.tasks({ capacities, limit: pageSize, ...(cursor && { cursor }) }) },
]);

const filtered: readonly Question[] = (['handedOver', 'erased'] as const).map((status) => ({
  what: `list, IT, ${status} of one department`,
  ask: (ledger, cursor) =>
    ledger.list({
      procedure: 'device-loan',
      capacities: callers.IT ?? [],
      status,
      department: 'd07',
      limit: pageSize,
      ...(cursor && { cursor }),
    }),
}));

/** The p99 of a page over 40,000 open loans beside that over 1,000, asked in turns. The rows are made directly in two ledgers. */
export async function measureLists(servers: Servers): Promise<Finding[]> {
  const [large, small] = await Promise.all([many, few].map((count) => filled(servers, count)));
  if (!large || !small) throw new Error('two ledgers were asked for');
  const findings: Finding[] = [];
  for (const { what, ask } of [...questions, ...filtered]) {
    const deep = await Promise.all([large, small].map(({ ledger }) => middleOf(ask, ledger)));
    findings.push(await comparePages(what, [() => ask(large.ledger), () => ask(small.ledger)], beside));
    if (deep.every((cursor) => cursor !== undefined))
      findings.push(
        await comparePages(`${what}, halfway down`, [() => ask(large.ledger, deep[0]), () => ask(small.ledger, deep[1])], beside),
      );
  }
  return [...findings, ...(await throughApi(servers, large.databaseUrl, small.databaseUrl))];
}

async function filled(servers: Servers, count: number): Promise<{ databaseUrl: string; ledger: LedgerReader }> {
  const { databaseUrl, ledger, sql } = await servers.freshLedger();
  await fill(sql, count);
  return { databaseUrl, ledger };
}

/** The same pages as IT gets them over HTTP, people's names from the directory included. */
async function throughApi(servers: Servers, overMany: string, overFew: string): Promise<Finding[]> {
  const apis = await Promise.all([overMany, overFew].map((databaseUrl) => startApi(servers, databaseUrl)));
  const { password = '', it: [staffNumber] = [''] } = servers.town.accounts ?? {};
  try {
    const getters = await Promise.all(
      apis.map(async ({ url }) => {
        const login = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ staffNumber, password }) };
        const { token } = (await (await fetch(`${url}/sessions`, login)).json()) as { token: string };
        return async (path: string): Promise<void> => {
          const answer = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
          const { items } = (await answer.json()) as { items?: readonly unknown[] };
          if (items?.length !== pageSize) throw new Error(`${path}: ${answer.status}`);
        };
      }),
    );
    const [large, small] = getters;
    if (!large || !small) throw new Error('two APIs were asked for');
    const pages = { list: `/device-loans?limit=${pageSize}`, 'me/tasks': `/me/tasks?limit=${pageSize}` };
    const findings: Finding[] = [];
    for (const [what, path] of Object.entries(pages))
      findings.push(await comparePages(`${what} through the API, IT`, [() => large(path), () => small(path)], beside));
    return findings;
  } finally {
    await Promise.all(apis.map((api) => api.stop()));
  }
}

/** Open loans in all states, spread over departments and staff, as the rules make them; every one of them the ledger could hold. */
async function fill(sql: SqlClient, count: number): Promise<void> {
  const kinds = Object.entries(shares).flatMap(([status, share]) => Array.from({ length: share }, () => kindOf(status as Loan['status'])));
  await sql.query('create temp table kinds (kind int primary key, status text, state text, due text, readers text)');
  for (const [kind, { status, state, due, readers }] of kinds.entries())
    await sql.query('insert into kinds values ($1, $2, $3, $4, $5)', [kind, status, state, due, readers]);
  await sql.query(
    `with loans as (
       select n, status, 'tel-' || md5(n::text) as case_id, timestamptz '2026-10-01' + n * interval '1 minute' as at,
         'd' || lpad((n % ${departmentsOf(count)})::text, 2, '0') as department, (n / 2 + 1)::text as staff, state, due, readers
       from generate_series(1, $1::int) as n join kinds on kind = abs(hashint4(n)::bigint) % ${kinds.length})
     insert into cases (case_id, filing, procedure, receipt_number, status, department, staff, opened_at, changed_at, seq, state, due, readers, closed, head_hash)
     select case_id, n, 'device-loan', '令和8-貸-' || n, status, department, staff, at, at, 1,
       replace(replace(state, '«staff»', staff), '«department»', department)::json,
       replace(replace(due, '«staff»', staff), '«department»', department)::json,
       replace(replace(readers, '«staff»', staff), '«department»', department)::json, false, ''::bytea
     from loans`,
    [count],
  );
  await sql.query(
    `insert into due (case_id, step, who, since, until)
     select distinct on (case_id, step, who) case_id, step, who, changed_at, until
     from cases, json_to_recordset(due) as one (step text, who text, until text) where who is not null`,
  );
  await sql.query(
    `insert into case_readers (case_id, capacity, procedure, filing, status, department)
     select distinct case_id, capacity, procedure, filing, status, department from cases, json_array_elements_text(readers->'all') as capacity`,
  );
  await sql.query('analyze');
}

/** What a loan in this state looks like, with the department and the staff number left open. */
function kindOf(status: Loan['status']) {
  const request = loanRequest({ borrower: '«staff»', department: '«department»', approver: 'head:«department»' });
  const device = { assetTag: 'PC-0001', pool: 'common', collectBy: request.periodEnds };
  const way = [
    { name: 'request', input: { by: request.borrower, as: `staff:${request.borrower}`, urgent: false, ...request } },
    approval(request),
    { name: 'reserve', input: { by: 'system', ...device } },
    ...wayBack(request, device.assetTag),
  ];
  let loan: Loan | undefined;
  for (const step of way) {
    loan = apply(loan, { key: '', ...step } as LoanEvent);
    if (loan.status === status) break;
  }
  if (!loan) throw new Error('a loan has no events');
  return { status, state: JSON.stringify(loan), due: JSON.stringify(due(loan)), readers: JSON.stringify(readers(loan)) };
}
