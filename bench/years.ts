import type { Client as SqlClient } from 'pg';
import type { PostgresLedger } from '../activities/ledger/postgres.js';
import { readDepartments, readYear } from '../api/figures/read.js';
import { lastDateOf, municipalCalendar } from '../config/calendar.js';
import { figurePolicy, loadPack } from '../config/policy/pack.js';
import { monthsOf } from '../workflows/shared/dates.js';
import { withoutIndexes } from './day-lists.js';
import { comparePages } from './pages.js';
import type { Finding } from './report.js';
import type { Servers } from './servers.js';
import { quantile } from './statistics.js';

/** Everybody teleworks five days a month: 2.4 million a year in the large city, and a tenth of it. */
const towns = [
  { staff: 40_000, departments: 800 },
  { staff: 4_000, departments: 80 },
] as const;
type Size = (typeof towns)[number];
const [year, daysAMonth] = [2027, 5];
/** For orientation: a month is taken in so many seconds. */
const limits = { growth: 1 } as const;
const pack = loadPack('oyama');
const services = (ledger: PostgresLedger) => ({ ledger, pack, calendar, clock: { now: () => new Date(`${year + 1}-05-01`) } });

/** The months of the year, and the mornings on which they are frozen. */
const calendar = municipalCalendar();
const mornings = monthsOf(year).map((month) => calendar.addBusinessDays(lastDateOf(month), 3));

/**
 * The figures of a year in two cities, the rows made directly: how long a month takes to be frozen, as the year grows full and beside that of a tenth of the size, and what its morning costs while it is provisional; then the
 * year at a glance, and its lines by department, asked in turns.
 */
export async function measureYears(servers: Servers): Promise<readonly Finding[]> {
  const [large, small] = [await filled(servers, towns[0]), await filled(servers, towns[1])];
  for (const morning of mornings) for (const city of [large, small]) await take(city, morning);
  const last = ({ ms }: City) => quantile(ms.slice(-6), 0.5);
  const ratio = last(large) / towns[0].staff / (last(small) / towns[1].staff);
  const glance =
    ({ ledger }: City) =>
    () =>
      readYear(services(ledger), year);
  const byDepartment =
    ({ ledger }: City) =>
    () =>
      readDepartments(services(ledger), year, 5);
  const { target: _target, ...lines } = await comparePages(
    `the year's ${towns[0].departments} lines by department`,
    [byDepartment(large), byDepartment(small)],
    `${towns[1].departments} lines`,
  );
  return [
    {
      what: `a month of ${towns[0].staff * daysAMonth} days frozen, the next, as full, brought up to date`,
      figures: {
        seconds: last(large) / 1_000,
        'beside the first half of the year': last(large) / quantile(large.ms.slice(0, 6), 0.5),
        'on another morning, seconds': quantile(large.provisional, 0.5) / 1_000,
      },
    },
    {
      what: `time a day row, ${towns[0].staff} staff beside ${towns[1].staff}`,
      figures: { ratio },
      target: { figure: 'ratio', atMost: limits.growth },
    },
    await comparePages(`the year at a glance, ${towns[0].staff} staff`, [glance(large), glance(small)], `${towns[1].staff}`),
    lines,
  ];
}

interface City {
  ledger: PostgresLedger;
  /** Of each month: until it was frozen, and on a morning before. */
  ms: number[];
  provisional: number[];
}

async function filled(servers: Servers, size: Size): Promise<City> {
  const { ledger, sql } = await servers.freshLedger();
  await fill(sql, size);
  return { ledger, ms: [], provisional: [] };
}

/** Freezes a month on its morning; on one before it is provisional. */
async function take({ ledger, ms, provisional }: City, morning: string): Promise<void> {
  const policy = figurePolicy(pack);
  const begun = performance.now();
  await ledger.takeMonths(`${morning.slice(0, 7)}-01`, policy);
  const frozen = performance.now();
  const versions = await ledger.takeMonths(morning, policy);
  provisional.push(frozen - begun);
  ms.push(performance.now() - frozen);
  if (versions.length !== 1) throw new Error(`${morning}: ${versions.length} months were frozen`);
}

/** Cases and days of the year, an approval for each day, everybody's employment and situation, a device for one in twenty that is lent every month. What no figure reads is left out. */
async function fill(sql: SqlClient, { staff, departments }: Size): Promise<void> {
  await sql.query("set statement_timeout = 0; set synchronous_commit = off; set maintenance_work_mem = '256MB'");
  const rebuild = await withoutIndexes(sql, [
    'cases',
    'case_readers',
    'events',
    'due',
    'telework_days',
    'custody',
    'employments',
    'situations',
    'devices',
  ]);
  await sql.query(
    `insert into employments (staff, kind, from_day, until_day, occupation) select n::text, 'regular', '2020-04-01', null, 'clerical' from generate_series(1, $1::int) as n`,
    [staff],
  );
  await sql.query(
    `insert into situations select n::text, (array['female', 'male'])[1 + n % 2], (array['yes', 'no'])[1 + n % 3 % 2], (array['yes', 'no'])[1 + (n % 7 > 0)::int]
     from generate_series(1, $1::int) as n`,
    [staff],
  );
  // One after the other through the year, as they are filed.
  await sql.query(
    `create temp table days as
     select row_number() over (order by date, n) as filing, 'day-' || md5(n || ' ' || date) as case_id, n::text as staff, 'd' || n % $2::int as department, date,
       (array['home', 'home', 'mobile', 'satellite'])[1 + n % 4] as form
     from generate_series(1, $1::int) as n
     cross join generate_series(date '${year}-04-01', '${year + 1}-03-01', '1 month') as first
     cross join lateral (select first::date + 5 * (nth - 1) + n % 5 as date from generate_series(1, ${daysAMonth}) as nth) as dates`,
    [staff, departments],
  );
  await sql.query(
    `insert into cases (case_id, filing, procedure, receipt_number, status, department, staff, opened_at, changed_at, seq, state, due, readers, closed, head_hash)
     select case_id, filing, 'telework-day', '令和9-勤-' || filing, 'closed', department, staff, date, date, 6, '{}', '[]', '{}', true, '' from days`,
  );
  await sql.query(
    `insert into events (case_id, seq, at, name, key, body, hash)
     select case_id, 2, date + time '00:00', 'approve', case_id, '{"procedure":"telework-day","event":{"input":{"by":"1","as":"head:d1"}}}', '' from days`,
  );
  await sql.query(
    `insert into telework_days (case_id, staff, department, date, starts, ends, form, unit, minutes, status)
     select case_id, staff, department, date, '08:30', '17:15', form, 'day', 465, 'closed' from days`,
  );
  await sql.query(
    `insert into devices (asset_tag, kind, pool, manufacturer, model, serial, network_zone)
     select 'PC-' || n, 'laptop', 'common', 'made up', 'one', n::text, 'internet' from generate_series(1, $1::int / 20) as n`,
    [staff],
  );
  await sql.query(
    `create temp table loans as
     select row_number() over (order by first, n) as nth, 'loan-' || md5(n || ' ' || first) as case_id, n::text as staff, 'd' || n % $2::int as department, 'PC-' || n as asset_tag, first::date as first
     from generate_series(1, $1::int / 20) as n cross join generate_series(date '${year}-04-01', '${year + 1}-03-01', '1 month') as first`,
    [staff, departments],
  );
  await sql.query(
    `insert into cases (case_id, filing, procedure, receipt_number, status, department, staff, opened_at, changed_at, seq, state, due, readers, closed, head_hash)
     select case_id, 10000000 + nth, 'device-loan', '令和9-貸-' || nth, 'released', department, staff, first, first + 20, 9, '{}', '[]', '{}', true, '' from loans`,
  );
  await sql.query(
    `insert into events (case_id, seq, at, name, key, body, hash)
     select case_id, seq, first + day + time '01:00', name, case_id || seq, '{"procedure":"device-loan","event":{"input":{"by":"1","as":"it"}}}', ''
     from loans cross join (values (4, 3, 'handOver'), (6, 12, 'takeBack'), (8, 15, 'confirmErasure')) as happened (seq, day, name)`,
  );
  await sql.query(
    `insert into custody (case_id, asset_tag, since, until) select case_id, asset_tag, first + 3 + time '01:00', first + 15 + time '01:00' from loans`,
  );
  await rebuild();
  await sql.query('vacuum analyze');
}
