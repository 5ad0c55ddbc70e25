import { createInterface } from 'node:readline';
import holidayJp from '@holiday-jp/holiday_jp';
import pg from 'pg';

/**
 * Reckons the figures of a town's months once more, from the ledger's events, the personnel office's rows and the devices' log, by counting them one by one, and holds against that what the product has frozen
 * and what its tables show. The meaning of each figure is written down here once more: the checker shares no code with the product, for two programs that are wrong in the same way would agree. Orders
 * come on standard input and reports go to standard output, as JSON, a line each. What an order has reckoned is kept for the next one of the same town: personnel files have no past, so a
 * town is looked at before another file takes the place of the last.
 */
export interface Order {
  databaseUrl: string;
  policy: FigurePolicy;
  /** The municipality's own closed days. */
  closures: readonly string[];
  /** What the product made of the months that are frozen now. */
  tables?: Tables;
}

interface FigurePolicy {
  employment: readonly string[];
  excludedOccupations: readonly string[];
  erasureWithinDays: number;
}

/** What the tables were asked for, and how they read. */
export interface Tables {
  /** The forms that are offered, in the order of the tables; others follow where there is something of them. */
  forms: readonly string[];
  /** Today by the town's clock. */
  today: string;
  countedBy: 'uses' | 'people';
  countedOver: 'fiscalYear' | 'plan';
  /** 計画期間: first and last fiscal year. */
  planYears: readonly [number, number];
  aims: readonly { fiscalYear: number; form: string; value: number | null }[];
  years: readonly {
    fiscalYear: number;
    year: unknown;
    departmentYear: unknown;
    departments: unknown;
    hours: unknown;
    service: unknown;
    useRate: unknown;
  }[];
  /** Of the years of the plan. */
  targets: unknown;
  situations: readonly { month: string; table: unknown }[];
  cumulative: unknown;
  /** Since April of the plan's first fiscal year. */
  cumulativePlan: unknown;
}

export interface Report {
  findings: readonly string[];
  /** What was looked at, so that "no findings" says something. */
  looked: Readonly<Record<'events' | 'months' | 'frozen' | 'cells' | 'tables', number>>;
  /** How many cells of each figure were more than nothing. */
  cells: Readonly<Record<string, number>>;
}

/** One event, `at` in milliseconds. */
interface Happened {
  id: string;
  procedure: string;
  at: number;
  name: string;
  input: Input;
}

/** What the events bring, each some of it. */
interface Input {
  by: string;
  onBehalfOf?: string;
  staff?: string;
  department?: string;
  plan?: Plan;
  granted?: boolean;
  assetTag?: string;
  how?: string;
  kind?: string;
  policy?: { endsOnTransfer?: boolean };
}

interface Plan {
  date: string;
  form: string;
  table: readonly { from: string; until: string }[];
  ordered?: string;
}

/** A telework day that was begun. */
interface Day {
  staff: string;
  department: string;
  date: string;
  form: string;
  minutes: number;
  ordered: boolean;
}

interface Employed {
  staff: string;
  from: string;
  until: string | null;
  kind: string;
  occupation: string;
}

interface Facts {
  events: readonly Happened[];
  employed: readonly Employed[];
  situations: readonly { staff: string; sex: string; child: string; care: string }[];
  devices: readonly { assetTag: string; kind: string; zone: string; log: readonly { at: number; act: string }[] }[];
  successions: readonly { on: string; before: string; after: string }[];
}

/** What there was of a month, counted nowhere yet. */
interface Month {
  month: string;
  uses: readonly Day[];
  orderedUses: readonly Day[];
  situations: readonly { sex: string; child: string; care: string; user: boolean }[];
  deviceDays: { used: number; of: number };
  /** Days from the filing to the hand-over, a loan each. */
  handOvers: readonly number[];
  /** Whether the erasure was in time, a return each. */
  erasures: readonly boolean[];
  approvals: readonly { procedure: string; how: string }[];
  /** Departments, a registration each. */
  registered: readonly string[];
  losses: readonly string[];
  troubles: number;
  /** Of the eligible, and of all staff. */
  dailyUsers: readonly Daily[];
  dailyShare: readonly Daily[];
}

interface Daily {
  date: string;
  users: number;
  of: number;
}

/** By figure and dims. */
type Cells = ReadonlyMap<string, { value: number; of: number | null }>;
type Dims = Readonly<Record<string, string>>;

const dayMs = 86_400_000;
const kindsLent = ['laptop', 'wifiRouter', 'smartphone', 'tablet'];
const known = new Map<string, Map<string, { taken: number; month: Month }>>();
let findings: string[] = [];
let looked = { events: 0, months: 0, frozen: 0, cells: 0, tables: 0 };
let counted: Record<string, number> = {};

async function look(order: Order): Promise<void> {
  const db = new pg.Client({ connectionString: order.databaseUrl });
  await db.connect();
  const facts = await factsOf(db);
  looked.events = facts.events.length;
  const versions = await versionsOf(db);
  await checkVersions(db, order.closures, versions, facts.events[0]?.at);
  const before = known.get(order.databaseUrl) ?? new Map<string, { taken: number; month: Month }>();
  known.set(order.databaseUrl, before);
  for (const { month, version, taken } of versions) {
    const place = `${month} ${version}`;
    const seen = before.get(place);
    const own = seen?.taken === taken ? seen.month : monthOf(facts, order.policy, { month, taken });
    before.set(place, { taken, month: own });
    looked.months += 1;
    compareCells(place, cellsOf(own), await cellsIn(db, month, version));
  }
  const frozen = new Map<string, Month>();
  for (const { month, version } of versions) {
    const own = before.get(`${month} ${version}`)?.month;
    if (version > 0 && own) frozen.set(month, own);
  }
  looked.frozen = frozen.size;
  if (order.tables) checkTables(order.tables, order.closures, { facts, frozen });
  await db.end();
}

async function factsOf(db: pg.Client): Promise<Facts> {
  const rows = async <Row extends object>(text: string) => (await db.query<Row & pg.QueryResultRow>(text)).rows;
  const events = await rows<Omit<Happened, 'at'> & { at: Date }>(
    `select case_id as id, procedure, at, name, body->'event'->'input' as input from events join cases using (case_id) order by at, case_id, events.seq`,
  );
  const log = await rows<{ assetTag: string; at: Date; act: string }>('select asset_tag as "assetTag", at, act from device_events');
  const devices = await rows<{ assetTag: string; kind: string; zone: string }>(
    'select asset_tag as "assetTag", kind, network_zone as zone from devices',
  );
  return {
    events: events.map((event) => ({ ...event, at: event.at.getTime() })),
    employed: await rows('select staff, from_day::text as "from", until_day::text as until, kind, occupation from employments'),
    situations: await rows('select staff, sex, child, care from situations'),
    devices: devices.map((device) => ({
      ...device,
      log: log.flatMap(({ assetTag, at, act }) => (assetTag === device.assetTag ? [{ at: at.getTime(), act }] : [])),
    })),
    successions: await rows('select on_day::text as "on", before, after from successions'),
  };
}

interface Version {
  month: string;
  version: number;
  taken: number;
  /** By whom a correction was asked for. */
  by: string | null;
}

async function versionsOf(db: pg.Client): Promise<readonly Version[]> {
  const { rows } = await db.query<Omit<Version, 'taken'> & { taken: Date }>(
    'select month, version, taken_at as taken, by from months order by month, version',
  );
  return rows.map((row) => ({ ...row, taken: row.taken.getTime() }));
}

async function cellsIn(db: pg.Client, month: string, version: number): Promise<Cells> {
  const { rows } = await db.query<{ figure: string; dims: Dims; value: string; of: string | null }>(
    'select figure, dims, value, "of" from month_cells where month = $1 and version = $2',
    [month, version],
  );
  return new Map(
    rows.map(({ figure, dims, value, of }) => [cellKey(figure, dims), { value: Number(value), of: of === null ? null : Number(of) }]),
  );
}

/**
 * Each month was frozen by the first morning round on or after the third business day of the next, between the end of the round before and its own; corrections came later, signed; the months since are
 * provisional, as the last round left them.
 */
async function checkVersions(
  db: pg.Client,
  closures: readonly string[],
  versions: readonly Version[],
  first: number | undefined,
): Promise<void> {
  const { rows: rounds } = await db.query<{ date: string; at: Date }>(
    `select date::text as date, at from rounds where round = 'morning' order by date`,
  );
  const last = rounds.at(-1);
  const left = new Set(versions.map(({ month }) => month));
  const say = (month: string, what: string) => findings.push(`${month} ${what}`);
  if (first === undefined || !last) return;
  for (let month = `${yearOf(dateOf(first).slice(0, 7))}-04`; month <= last.date.slice(0, 7); month = monthAfter(month)) {
    left.delete(month);
    const own = versions.filter((one) => one.month === month);
    const freezing = rounds.findIndex(({ date, at }) => date >= thirdBusinessDay(monthAfter(month), closures) && at.getTime() >= first); // Before the first case there is nothing to take.
    const nth = freezing < 0 ? rounds.length - 1 : freezing;
    const [taken, ...corrections] = own;
    if (!taken) say(month, 'has no figures');
    else if (taken.version !== (freezing < 0 ? 0 : 1)) say(month, `begins with version ${taken.version}`);
    else if (taken.taken <= (rounds[nth - 1]?.at.getTime() ?? 0) || taken.taken > (rounds[nth]?.at.getTime() ?? 0))
      say(month, `was not taken by the round of ${rounds[nth]?.date}`);
    for (const [index, { version, taken: at, by }] of corrections.entries())
      if (freezing < 0 || version !== index + 2 || by === null || at <= (own[index]?.taken ?? 0))
        say(month, `has an odd version ${version}`);
  }
  for (const month of left) say(month, 'has figures before its time');
}

function thirdBusinessDay(month: string, closures: readonly string[]): string {
  let date = `${month}-00`;
  for (let left = 3; left > 0; ) {
    date = `${month}-${`${Number(date.slice(8)) + 1}`.padStart(2, '0')}`;
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    const turnOfYear = date.slice(5) >= '12-29' || date.slice(5) <= '01-03';
    if (weekday !== 0 && weekday !== 6 && !turnOfYear && !(date in holidayJp.holidays) && !closures.includes(date)) left -= 1;
  }
  return date;
}

/** What there was of the month by what the ledger knew at an instant. */
function monthOf(facts: Facts, policy: FigurePolicy, { month, taken }: { month: string; taken: number }): Month {
  const events = facts.events.filter(({ at }) => at <= taken);
  const days = daysOf(events).filter(({ date }) => date.startsWith(month));
  const uses = days.filter(({ ordered }) => !ordered);
  const here = ({ at }: Happened) => dateOf(at).startsWith(month);
  const last = lastDateOf(month);
  const loans = loansOf(events);
  const atHome = new Set(uses.flatMap(({ form, staff }) => (form === 'home' ? [staff] : [])));
  const employedOn = (date: string) => facts.employed.filter(({ from, until }) => from <= date && (until === null || date <= until));
  const there = new Set(employedOn(last).map(({ staff }) => staff));
  return {
    month,
    uses,
    orderedUses: days.filter(({ ordered }) => ordered),
    situations: facts.situations
      .filter(({ staff }) => there.has(staff))
      .map(({ staff, sex, child, care }) => ({ sex, child, care, user: atHome.has(staff) })),
    deviceDays: deviceDaysOf(facts.devices, loans, { month, taken }),
    handOvers: loans.flatMap(({ filed, out }) =>
      out !== undefined && dateOf(out).startsWith(month) ? [daysFrom(dateOf(filed), dateOf(out))] : [],
    ),
    erasures: loans.flatMap(({ back, confirmed }) => {
      const limit = back === undefined ? '' : dateAfter(dateOf(back), policy.erasureWithinDays);
      return limit.startsWith(month) ? [confirmed !== undefined && dateOf(confirmed) <= limit] : [];
    }),
    approvals: events
      .filter((event) => event.name === 'approve' && here(event))
      .map(({ procedure, input }) => ({ procedure, how: input.onBehalfOf === undefined ? 'own' : 'acting' })),
    registered: registeredOf(events.filter(({ at }) => dateOf(at) <= last)),
    losses: events.flatMap((event) =>
      event.procedure === 'device-loan' && event.name === 'reportLoss' && here(event) ? [event.input.how ?? ''] : [],
    ),
    troubles: events.filter(
      (event) => event.procedure === 'trial-section' && event.name === 'raise' && event.input.kind === 'trouble' && here(event),
    ).length,
    ...dailyOf(days, employedOn, policy),
  };
}

/** Of all who are employed on a date, and of the eligible among them, how many teleworked; of dates on which one of them did. */
function dailyOf(
  days: readonly Day[],
  employedOn: (date: string) => readonly Employed[],
  policy: FigurePolicy,
): Pick<Month, 'dailyUsers' | 'dailyShare'> {
  const daily = [...new Set(days.map(({ date }) => date))].sort().map((date) => {
    const latest = new Map<string, Employed>();
    for (const one of employedOn(date)) if (one.from >= (latest.get(one.staff)?.from ?? '')) latest.set(one.staff, one);
    const eligible = [...latest.values()].filter(
      ({ kind, occupation }) => policy.employment.includes(kind) && !policy.excludedOccupations.includes(occupation),
    );
    const there = new Set(days.flatMap((day) => (day.date === date ? [day.staff] : [])));
    const among = (people: readonly Employed[]) => ({
      date,
      users: people.filter(({ staff }) => there.has(staff)).length,
      of: people.length,
    });
    return { eligible: among(eligible), all: among([...latest.values()]) };
  });
  const some = (list: readonly Daily[]) => list.filter(({ users }) => users > 0);
  return { dailyUsers: some(daily.map(({ eligible }) => eligible)), dailyShare: some(daily.map(({ all }) => all)) };
}

/** Days that were begun, as their plans then stood; not a start without a plan that nobody recognised. */
function daysOf(events: readonly Happened[]): readonly Day[] {
  const days = new Map<string, { staff: string; department: string; plan?: Plan; begun: boolean; declined: boolean }>();
  for (const { id, procedure, name, input } of events) {
    if (procedure !== 'telework-day') continue;
    const day = days.get(id) ?? { staff: input.staff ?? '', department: input.department ?? '', begun: false, declined: false };
    days.set(id, day);
    if (input.plan) day.plan = input.plan;
    if (name === 'start' || name === 'startUnplanned') day.begun = true;
    if (name === 'confirm') day.declined = input.granted === false;
  }
  return [...days.values()].flatMap(({ staff, department, plan, begun, declined }) =>
    plan && begun && !declined
      ? [{ staff, department, date: plan.date, form: plan.form, minutes: minutesIn(plan.table), ordered: plan.ordered !== undefined }]
      : [],
  );
}

function minutesIn(table: Plan['table']): number {
  const minute = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  return table.reduce((sum, { from, until }) => sum + minute(until) - minute(from), 0);
}

/** Instants of a loan: filed, handed over, brought back (or found), confirmed as erased or destroyed, no longer in anybody's hands. */
interface Loan {
  filed: number;
  assetTag: string;
  out?: number;
  back?: number;
  confirmed?: number;
  free?: number;
}

function loansOf(events: readonly Happened[]): readonly Loan[] {
  const loans = new Map<string, Loan>();
  for (const { id, procedure, at, name, input } of events) {
    if (procedure !== 'device-loan') continue;
    const loan = loans.get(id) ?? { filed: at, assetTag: '' };
    loans.set(id, loan);
    if (name === 'reserve' || name === 'reassign') loan.assetTag = input.assetTag ?? '';
    if (name === 'handOver') loan.out = at;
    if (name === 'takeBack' || name === 'find') loan.back = at;
    if (name === 'confirmErasure' || name === 'confirmDestruction') [loan.confirmed, loan.free] = [at, at];
    if (name === 'writeOff') loan.free = at;
  }
  return [...loans.values()];
}

/** Date by date and device by device, of dates that have come. */
function deviceDaysOf(
  devices: Facts['devices'],
  loans: readonly Loan[],
  { month, taken }: { month: string; taken: number },
): Month['deviceDays'] {
  const last = lastDateOf(month);
  const gone = ['retire', 'returnLease', 'writtenOff', 'destroyed'];
  let [used, of] = [0, 0];
  for (const { assetTag, kind, zone, log } of devices) {
    const seen = log.filter(({ at }) => at <= taken);
    const lendable = kindsLent.includes(kind) && zone !== 'myNumber' && log.every(({ at, act }) => act !== 'register' || at <= taken);
    const there = seen.every(({ at, act }) => (act === 'register' ? dateOf(at) <= last : !gone.includes(act) || dateOf(at) > last));
    if (!lendable || !there) continue;
    for (let date = `${month}-01`; date <= last && date <= dateOf(taken); date = dateAfter(date, 1)) {
      of += 1;
      const inHands = ({ assetTag: tag, out, free }: Loan) =>
        tag === assetTag && out !== undefined && dateOf(out) <= date && (free === undefined || date <= dateOf(free));
      if (loans.some(inHands)) used += 1;
    }
  }
  return { used, of };
}

/** The departments of the registrations that are active after these events. */
function registeredOf(events: readonly Happened[]): readonly string[] {
  const cases = new Map<string, { department: string; status: 'asked' | 'active' | 'resting' | 'over'; endsOnTransfer: boolean }>();
  for (const { id, procedure, name, input } of events) {
    if (procedure !== 'registration') continue;
    const one = cases.get(id) ?? { department: input.department ?? '', status: 'asked', endsOnTransfer: false };
    cases.set(id, one);
    if (input.policy) one.endsOnTransfer = input.policy.endsOnTransfer ?? false;
    if (name === 'approve' || name === 'resume') one.status = 'active';
    if (name === 'suspend') one.status = 'resting';
    if (['refuse', 'expire', 'withdraw', 'revoke', 'end', 'leave', 'reasonOver', 'yearOver', 'notConfirmed'].includes(name))
      one.status = 'over';
    if (name === 'transfer' && input.department !== undefined) {
      const inForce = one.status === 'active' || one.status === 'resting';
      if (inForce && one.endsOnTransfer && input.department !== one.department) one.status = 'over';
      else one.department = input.department;
    }
  }
  return [...cases.values()].flatMap(({ status, department }) => (status === 'active' ? [department] : []));
}

const cellKey = (figure: string, dims: Dims): string =>
  [
    figure,
    ...Object.entries(dims)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
  ].join(' ');

/** The cells that these rows make; what counts nothing has none, but for the whole. */
function cellsOf(own: Month): Cells {
  const cells = new Map<string, { value: number; of: number | null }>();
  const put = (figure: string, dims: Dims, value: number, of: number | null = null) => cells.set(cellKey(figure, dims), { value, of });
  const groups = <Row>(rows: readonly Row[], dimsOf: (row: Row) => Dims) => {
    const found = new Map<string, { dims: Dims; rows: Row[] }>();
    for (const row of rows) {
      const dims = dimsOf(row);
      const group = found.get(JSON.stringify(dims)) ?? { dims, rows: [] };
      group.rows.push(row);
      found.set(JSON.stringify(dims), group);
    }
    return [...found.values()];
  };
  const people = (days: readonly Day[]) => new Set(days.map(({ staff }) => staff)).size;
  const byDay: readonly ((day: Day) => Dims)[] = [
    ({ department }) => ({ department }),
    ({ form }) => ({ form }),
    ({ department, form }) => ({ department, form }),
  ];
  for (const figure of ['uses', 'orderedUses'] as const) {
    put(figure, {}, own[figure].length);
    for (const by of byDay) for (const { dims, rows } of groups(own[figure], by)) put(figure, dims, rows.length);
  }
  put('people', {}, people(own.uses));
  for (const by of byDay) for (const { dims, rows } of groups(own.uses, by)) put('people', dims, people(rows));
  put('minutes', {}, minutesOf(own.uses));
  for (const { dims, rows } of groups(own.uses, ({ form }) => ({ form }))) put('minutes', dims, minutesOf(rows));

  put('situationUsers', {}, 0, 0);
  for (const given of [0, 1, 2, 3, 4, 5, 6, 7])
    for (const { dims, rows } of groups(own.situations, ({ sex, child, care }) => ({
      ...(given & 1 && { sex }),
      ...(given & 2 && { child }),
      ...(given & 4 && { care }),
    })))
      put('situationUsers', dims, rows.filter(({ user }) => user).length, rows.length);

  put('deviceDays', {}, own.deviceDays.used, own.deviceDays.of);
  put('handOvers', {}, own.handOvers.length);
  for (const { dims, rows } of groups(own.handOvers, (days) => ({ days: `${days}` }))) put('handOvers', dims, rows.length);
  put('erasures', {}, own.erasures.filter((inTime) => inTime).length, own.erasures.length);
  put('approvals', {}, own.approvals.length);
  for (const { dims, rows } of groups(own.approvals, ({ procedure, how }) => ({ procedure, how }))) put('approvals', dims, rows.length);
  put('registered', {}, own.registered.length);
  for (const { dims, rows } of groups(own.registered, (department) => ({ department }))) put('registered', dims, rows.length);
  put('losses', {}, own.losses.length);
  for (const { dims, rows } of groups(own.losses, (how) => ({ how }))) put('losses', dims, rows.length);
  put('troubles', {}, own.troubles);
  for (const figure of ['dailyUsers', 'dailyShare'] as const)
    for (const { date, users, of } of own[figure]) put(figure, { date }, users, of);
  return cells;
}

const minutesOf = (days: readonly Day[]): number => days.reduce((sum, { minutes }) => sum + minutes, 0);

function compareCells(place: string, mine: Cells, theirs: Cells): void {
  const said = (cell: { value: number; of: number | null } | undefined) =>
    cell ? `${cell.value}${cell.of === null ? '' : ` of ${cell.of}`}` : 'no cell';
  for (const key of new Set([...mine.keys(), ...theirs.keys()])) {
    looked.cells += 1;
    const [own, other] = [mine.get(key), theirs.get(key)];
    const [figure = ''] = key.split(' ');
    if (own?.value) counted[figure] = (counted[figure] ?? 0) + 1;
    if (own?.value !== other?.value || own?.of !== other?.of)
      findings.push(`${place}: ${key} is ${said(other)}, and should be ${said(own)}`);
  }
}

/** The tables that are made of the frozen months. */
function checkTables(
  tables: Tables,
  closures: readonly string[],
  { facts, frozen }: { facts: Facts; frozen: ReadonlyMap<string, Month> },
): void {
  const hold = (what: string, theirs: unknown, mine: unknown) => {
    looked.tables += 1;
    differ(what, JSON.parse(JSON.stringify(theirs ?? null)), JSON.parse(JSON.stringify(mine)));
  };
  const { forms, today, countedBy, countedOver, aims } = tables;
  const [planFrom, planUntil] = tables.planYears;
  const since = (year: number) => (countedOver === 'plan' ? planFrom : year);
  const months = [...frozen.values()].sort((one, other) => compare(one.month, other.month));
  /** Since April of the month's year, or of the plan's first, of a form or of all. */
  const until = (month: string, form: string | undefined, from: number) => {
    const days = months
      .filter((one) => `${from}-04` <= one.month && one.month <= month)
      .flatMap(({ uses }) => uses)
      .filter((day) => form === undefined || day.form === form);
    return { uses: days.length, people: new Set(days.map(({ staff }) => staff)).size };
  };
  const aimsOf = (year: number) => aims.flatMap(({ fiscalYear, ...aim }) => (fiscalYear === year ? [aim] : []));
  const sumsUntil = (of: readonly Month[], from?: number) =>
    of.flatMap(({ month }) =>
      [
        undefined,
        ...withOthers(
          [],
          months.flatMap(({ uses }) => uses),
        ),
      ].flatMap((form) => {
        const sums = until(month, form, from ?? yearOf(month));
        return form === undefined || sums.uses ? [{ month, ...(form !== undefined && { form }), ...sums }] : [];
      }),
    );
  hold('cumulative', sums(tables.cumulative), inOrder(sumsUntil(months)));
  hold(
    'cumulative since the plan began',
    sums(tables.cumulativePlan),
    inOrder(
      sumsUntil(
        months.filter(({ month }) => yearOf(month) >= planFrom),
        planFrom,
      ),
    ),
  );

  for (const { fiscalYear, ...shown } of tables.years) {
    const own = months.filter(({ month }) => yearOf(month) === fiscalYear);
    const standing = standingOf(fiscalYear, frozen, today);
    const last = own.at(-1)?.month;
    const used = own.flatMap(({ uses }) => uses);
    const ordered = own.flatMap(({ orderedUses }) => orderedUses);
    const formsThen = withOthers(forms, [...used, ...ordered]);
    hold(`${fiscalYear}, departments`, inOrder(shown.departments), inOrder(familiesOf(fiscalYear, departmentsOf(own), facts.successions)));
    hold(`${fiscalYear}, sums of departments`, inOrder(shown.departmentYear), inOrder(departmentsOf(own)));
    hold(`${fiscalYear}, hours`, withoutVersions(shown.hours), hoursOf(standing, own, withOthers(forms, used)));
    hold(`${fiscalYear}, service`, shown.service, serviceOf(own));
    hold(`${fiscalYear}, national survey`, shown.useRate, own.length ? useRateOf(own) : null);
    hold(`${fiscalYear}, year`, withoutVersions(shown.year), {
      fiscalYear,
      months: standing.map((one) => {
        const month = frozen.get(one.month);
        return month ? { ...one, ...countsOf(month), byForm: formsThen.map((form) => ({ form, ...countsOf(month, form) })) } : one;
      }),
      total: sumsOf(own),
      byForm: formsThen.map((form) => ({ form, ...sumsOf(own, form) })),
      cumulative: inOrder(sumsUntil(own, countedOver === 'plan' ? planFrom : undefined)),
      ...(last !== undefined && {
        targets: aimsOf(fiscalYear).map(({ form, value }) => {
          const reached = until(last, form === 'all' ? undefined : form, since(fiscalYear));
          const result = reached[countedBy];
          const share = value === null ? undefined : percent(result, value);
          return {
            ...{ form, value, countedBy, countedOver, ...reached, result },
            ...(value !== null && { met: result >= value }),
            ...(share !== undefined && { share }),
          };
        }),
      }),
    });
  }

  const planned = Array.from({ length: planUntil - planFrom + 1 }, (_, nth) => planFrom + nth);
  hold(
    'targets',
    tables.targets,
    [
      'all',
      ...withOthers(
        forms,
        months.filter(({ month }) => planned.includes(yearOf(month))).flatMap(({ uses }) => uses),
      ),
    ].map((form) => ({
      form,
      years: planned.map((fiscalYear) => {
        const standing = standingOf(fiscalYear, frozen, today);
        const counted = (month: string) => until(month, form === 'all' ? undefined : form, since(yearOf(month)))[countedBy];
        return {
          fiscalYear,
          target: aimsOf(fiscalYear).find((one) => one.form === form)?.value ?? null,
          result: resultOf(standing, {
            isLate: standing.some(({ month, state }) => state !== 'frozen' && thirdBusinessDay(monthAfter(month), closures) <= today),
            counted,
            before: countedOver === 'plan' ? counted(`${fiscalYear}-03`) : 0,
          }),
        };
      }),
    })),
  );
  for (const { month, table } of tables.situations) hold(`${month}, situations`, table, situationsOf(frozen.get(month)?.situations ?? []));
}

const withOthers = (forms: readonly string[], days: readonly Day[]): readonly string[] => [
  ...new Set([...forms, ...days.map(({ form }) => form)]),
];

const inOrder = (list: unknown): unknown =>
  Array.isArray(list) ? [...list].sort((one, other) => compare(sortedJson(one), sortedJson(other))) : list;

const sortedJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => compare(one, other)))
      : inner,
  );

/** What version a month is of, and when it was taken, is looked at elsewhere; a list whose order says nothing is put in one. */
function withoutVersions(table: unknown): unknown {
  const { months, ...rest } = table as { months: readonly Record<string, unknown>[]; cumulative?: unknown };
  const standing = months.map(({ version: _version, takenAt: _takenAt, ...one }) => one);
  return { ...rest, ...('cumulative' in rest && { cumulative: sums(rest.cumulative) }), months: standing };
}

/** 累計 in one order, without forms of which there was nothing. */
function sums(cumulative: unknown): unknown {
  const lines = cumulative as readonly { form?: string; uses: number; people: number }[];
  return inOrder(lines.filter(({ form, uses, people }) => form === undefined || uses > 0 || people > 0));
}

/** Names the first place in which two documents are not the same. */
function differ(path: string, theirs: unknown, mine: unknown): void {
  if (sortedJson(theirs) === sortedJson(mine)) return;
  const inner = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (!inner(theirs) || !inner(mine)) {
    findings.push(`${path} is ${JSON.stringify(theirs)}, and should be ${JSON.stringify(mine)}`);
    return;
  }
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) differ(`${path}, ${name}`, theirs[name], mine[name]);
}

/** How the twelve months of a fiscal year stand today. */
function standingOf(year: number, frozen: ReadonlyMap<string, Month>, today: string) {
  const standing: { month: string; state: 'frozen' | 'counting' | 'future' }[] = [];
  for (let month = `${year}-04`; yearOf(month) === year; month = monthAfter(month))
    standing.push({ month, state: frozen.has(month) ? 'frozen' : month > today.slice(0, 7) ? 'future' : 'counting' });
  return standing;
}

function countsOf({ uses, orderedUses }: Month, form?: string) {
  const of = (days: readonly Day[]) => days.filter((day) => form === undefined || day.form === form);
  return { uses: of(uses).length, orderedUses: of(orderedUses).length, people: new Set(of(uses).map(({ staff }) => staff)).size };
}

function sumsOf(months: readonly Month[], form?: string) {
  const of = (days: readonly Day[]) => days.filter((day) => form === undefined || day.form === form);
  const uses = of(months.flatMap((month) => month.uses));
  return { uses: uses.length, orderedUses: of(months.flatMap(({ orderedUses }) => orderedUses)).length, minutes: minutesOf(uses) };
}

/** Of the departments that stand in any figure of the months. `people`, `registered`: the most in one of them. */
function departmentsOf(months: readonly Month[]) {
  const names = new Set(
    months.flatMap(({ uses, orderedUses, registered }) => [
      ...[...uses, ...orderedUses].map(({ department }) => department),
      ...registered,
    ]),
  );
  return [...names].map((department) => {
    const own = ({ department: other }: Day) => other === department;
    const most = (count: (month: Month) => number) => Math.max(...months.map(count));
    return {
      department,
      uses: months.flatMap(({ uses }) => uses).filter(own).length,
      orderedUses: months.flatMap(({ orderedUses }) => orderedUses).filter(own).length,
      people: most(({ uses }) => new Set(uses.filter(own).map(({ staff }) => staff)).size),
      registered: most(({ registered }) => registered.filter((other) => other === department).length),
    };
  });
}

/** Departments with all that they were before and became in the year; those that are no more stand behind those that are, the last to go first. */
function familiesOf(year: number, sums: ReturnType<typeof departmentsOf>, all: Facts['successions']) {
  const successions = all.filter(({ on }) => `${year}-04-01` <= on && on < `${year + 1}-04-01`);
  const families = kin(
    sums.map(({ department }) => department),
    successions,
  );
  return families.map((family) => {
    const changes = successions.filter(({ before }) => family.has(before));
    const goneOn = (department: string) =>
      changes
        .filter(({ on, before }) => before === department && !changes.some((one) => one.on === on && one.after === department))
        .map(({ on }) => on)
        .sort()
        .at(-1) ?? 'never';
    const departments = [...family].sort((one, other) => {
      return compare(goneOn(other), goneOn(one)) || compare(one, other);
    });
    const own = sums.filter(({ department }) => family.has(department));
    return {
      departments,
      changes: [...new Set(changes.map(({ on }) => on))].sort().flatMap((on) => {
        const then = changes.filter((one) => one.on === on);
        return kin(
          then.map(({ before }) => before),
          then,
        )
          .map((group) => {
            const lines = then.filter((one) => group.has(one.before));
            const [before, after] = [lines.map((one) => one.before), lines.map((one) => one.after)].map((names) =>
              [...new Set(names)].sort(),
            );
            return { on, how: howOf(before?.length ?? 0, after?.length ?? 0), before, after };
          })
          .sort((one, other) => compare(sortedJson(one.before), sortedJson(other.before)));
      }),
      uses: own.reduce((sum, { uses }) => sum + uses, 0),
      orderedUses: own.reduce((sum, { orderedUses }) => sum + orderedUses, 0),
    };
  });
}

const howOf = (before: number, after: number): string =>
  before > 1 ? (after > 1 ? 'reorganised' : 'merged') : after > 1 ? 'split' : 'renamed';

/** The names, and those that successions join to them, in groups. */
function kin(names: readonly string[], successions: Facts['successions']): readonly ReadonlySet<string>[] {
  const left = new Set(names);
  const groups: Set<string>[] = [];
  for (const name of left) {
    const group = new Set([name]);
    for (let size = 0; size < group.size; ) {
      size = group.size;
      for (const { before, after } of successions) if (group.has(before) || group.has(after)) group.add(before).add(after);
    }
    for (const one of group) left.delete(one);
    groups.push(group);
  }
  return groups;
}

function hoursOf(standing: ReturnType<typeof standingOf>, months: readonly Month[], forms: readonly string[]) {
  const minutes = (own: readonly Month[], form?: string) => sumsOf(own, form).minutes;
  const [first, last] = [months[0], months.at(-1)];
  const growth = first && last && first !== last ? quotient(last.uses.length, first.uses.length) : undefined;
  const inMonth = (count: (month: Month) => number | undefined) =>
    standing.map(({ month }) => {
      const own = months.find((one) => one.month === month);
      return own ? count(own) : null;
    });
  return {
    months: standing,
    forms: forms.map((form) => ({
      form,
      hours: inMonth((own) => quotient(minutes([own], form), 60)),
      total: quotient(minutes(months, form), 60),
    })),
    days: inMonth(({ uses }) => uses.length),
    total: { hours: quotient(minutes(months), 60), days: sumsOf(months).uses },
    ...(growth !== undefined && { growth }),
  };
}

function serviceOf(months: readonly Month[]) {
  const part = (value: number, of: number) => ({ value, of, ...(of > 0 && { share: percent(value, of) }) });
  const leads = months.flatMap(({ handOvers }) => handOvers).sort((one, other) => one - other);
  const [low = 0, high = 0] = [leads[Math.ceil(leads.length / 2) - 1], leads[Math.floor(leads.length / 2)]];
  const erasures = months.flatMap((month) => month.erasures);
  const approvals = months.flatMap((month) => month.approvals);
  const decided = (some: typeof approvals) => {
    const acting = some.filter(({ how }) => how === 'acting').length;
    return { own: some.length - acting, acting, ...(some.length > 0 && { actingShare: percent(acting, some.length) }) };
  };
  const days = months.flatMap(({ dailyShare }) => dailyShare).map((day) => ({ ...day, share: percent(day.users, day.of) }));
  const busiest = busiestOf(days);
  const losses = months.flatMap((month) => month.losses);
  return {
    deviceUse: part(
      months.reduce((sum, { deviceDays }) => sum + deviceDays.used, 0),
      months.reduce((sum, { deviceDays }) => sum + deviceDays.of, 0),
    ),
    leadTime: {
      handOvers: leads.length,
      ...(leads.length > 0 && {
        average: quotient(
          leads.reduce((sum, one) => sum + one, 0),
          leads.length,
        ),
        median: (low + high) / 2,
      }),
    },
    erasures: part(erasures.filter((inTime) => inTime).length, erasures.length),
    approvals: {
      ...decided(approvals),
      byProcedure: [...new Set(approvals.map(({ procedure }) => procedure))]
        .sort()
        .map((procedure) => ({ procedure, ...decided(approvals.filter((one) => one.procedure === procedure)) })),
    },
    peakDays: days.filter(({ users, of }) => users > of / 10),
    ...(busiest && { busiest }),
    losses: { loss: losses.filter((how) => how === 'loss').length, theft: losses.filter((how) => how === 'theft').length },
    troubles: months.reduce((sum, { troubles }) => sum + troubles, 0),
  };
}

/** The largest share, exactly, and the first of several; days of which nobody knows the whole are none. */
function busiestOf<One extends { users: number; of: number }>(days: readonly One[]): One | undefined {
  let busiest: One | undefined;
  for (const day of days)
    if (day.of > 0 && (!busiest || BigInt(day.users) * BigInt(busiest.of) > BigInt(busiest.users) * BigInt(day.of))) busiest = day;
  return busiest;
}

function useRateOf(months: readonly Month[]) {
  const busiest = busiestOf(months.flatMap(({ dailyUsers }) => dailyUsers));
  if (!busiest) return { users: 0, band: 0 };
  const { date, users, of } = busiest;
  const band = [80, 50, 30, 10, 0].find((from) => users * 100 >= from * of);
  return { date, users, eligible: of, share: percent(users, of), band };
}

function situationsOf(people: Month['situations']) {
  const rate = (some: Month['situations']) => ({
    users: some.filter(({ user }) => user).length,
    of: some.length,
    ...(some.length > 0 && { share: percent(some.filter(({ user }) => user).length, some.length) }),
  });
  return ['all', 'female', 'male', 'other'].flatMap((sex) => {
    const own = people.filter((one) => sex === 'all' || one.sex === sex);
    if (sex === 'other' && !own.length) return [];
    const cell = (child: string, care: string) => rate(own.filter((one) => one.child === child && one.care === care));
    const lines = ['yes', 'no'].map((child) => ({ child, care: { yes: cell(child, 'yes'), no: cell(child, 'no') } }));
    return [{ sex, lines, total: rate(own) }];
  });
}

/** 実績 of a year: final, a forecast of what is counted and so much again for each month that is left, being counted while months are late, or to come. `before`: what was counted when it began. */
function resultOf(
  standing: ReturnType<typeof standingOf>,
  { isLate, counted, before }: { isLate: boolean; counted: (month: string) => number; before: number },
) {
  const done = standing.filter(({ state }) => state === 'frozen');
  const last = done.at(-1)?.month;
  if (standing.every(({ state }) => state === 'future')) return { is: 'future' };
  if (last === undefined || isLate) return { is: 'counting' };
  const value = counted(last);
  if (done.length === 12) return { is: 'final', value };
  return { is: 'forecast', value: value + half(BigInt((value - before) * (12 - done.length)), BigInt(done.length)) };
}

/** Rounded half up (四捨五入), in whole numbers. */
function half(sum: bigint, count: bigint): number {
  const rest = sum % count;
  return Number(sum / count) + (rest * 2n >= count ? 1 : 0);
}

/** To one decimal; undefined where there is nothing to divide by. */
const quotient = (sum: number, count: number): number | undefined =>
  count > 0 ? Number((half(BigInt(sum) * 10n, BigInt(count)) / 10).toFixed(1)) : undefined;
const percent = (part: number, whole: number): number | undefined => quotient(part * 100, whole);

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** The date in Japan, nine hours ahead of UTC the whole year. */
function dateOf(at: number): string {
  return new Date(at + 9 * 3_600_000).toISOString().slice(0, 10);
}
function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}
function daysFrom(first: string, last: string): number {
  return (Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / dayMs;
}
function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${`${number + 1}`.padStart(2, '0')}`;
}
function lastDateOf(month: string): string {
  return dateAfter(`${monthAfter(month)}-01`, -1);
}
function yearOf(month: string): number {
  return month.slice(5) < '04' ? Number(month.slice(0, 4)) - 1 : Number(month.slice(0, 4));
}

for await (const line of createInterface({ input: process.stdin })) {
  [findings, looked, counted] = [[], { events: 0, months: 0, frozen: 0, cells: 0, tables: 0 }, {}];
  await look(JSON.parse(line) as Order);
  process.stdout.write(`${JSON.stringify({ findings, looked, cells: counted } satisfies Report)}\n`);
}
