import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { PostgresLedger } from '../activities/ledger/postgres.js';
import { municipalCalendar, today } from '../config/calendar.js';
import { stateFiles } from '../embedded/state.js';
import * as registrationRules from '../workflows/registration/rules.js';
import { entryOf } from '../workflows/shared/entry.js';
import { entriesOf, wayOfDay, wholeDay } from './day.js';
import { inLanes } from './lanes.js';
import { opaque } from './loan.js';
import { registrationRequest, untilConfirmed } from './registration.js';
import type { Finding } from './report.js';
import { type Servers, startApi } from './servers.js';
import { quantile } from './statistics.js';

/** All of Oyama's staff at 8:30 (004:801), and a tenth of Saga's on the day of the heavy snow (004:389-390). */
const [atOnce, snowedIn] = [1_017, 400];
/** Within which everybody has an answer (design §6). */
const longestMs = 5_000;
/** Connections of the ledger that fills itself. */
const fillers = 10;
const calendar = municipalCalendar();

interface Member {
  staff: string;
  department: string;
}

/**
 * Everybody begins in the same moment: each a request of its own over a connection of its own, to an API that was started just then and remembers nothing. The bench's process shares the
 * machine with the API and PostgreSQL.
 */
export async function measurePeak(servers: Servers): Promise<Finding[]> {
  const people = (await staffOf(servers)).slice(0, atOnce);
  return [...(await plannedStarts(servers, people)), ...(await unplannedStarts(servers, people.slice(0, snowedIn)))];
}

/** Everybody has a day that is approved, starts it and ends it; logins before are measured by themselves. */
async function plannedStarts(servers: Servers, people: readonly Member[]): Promise<Finding[]> {
  const { databaseUrl, ledger } = await servers.freshLedger();
  const date = await toTheMorning(ledger);
  const days = new Map<Member, string>();
  const plan = async (member: Member) => {
    const caseId = opaque();
    for (const entry of entriesOf(caseId, wayOfDay({ ...member, date }).slice(0, 2))) await ledger.append(entry);
    days.set(member, caseId);
  };
  await inLanes(people, plan, fillers);
  const tokens = await logins(ledger, people);
  const take = (step: string) => (url: string) => (member: Member) =>
    post(`${url}/telework-days/${days.get(member)}/steps/${step}`, { token: tokens.get(member) });
  const findings: Finding[] = [];
  await withApi(servers, databaseUrl, 'oyama', async (url) => {
    findings.push(...(await together(url, 'planned starts', people, take('start')(url))));
    findings.push(...(await together(url, 'ends, when the directory’s answers are known', people, take('end')(url))));
  });
  await withApi(servers, databaseUrl, 'oyama', async (url) => {
    const { password } = servers.town.accounts ?? {};
    findings.push(
      ...(await together(url, 'logins', people, ({ staff: staffNumber }) => post(`${url}/sessions`, { body: { staffNumber, password } }))),
    );
  });
  return findings;
}

/** It snows: whoever is registered begins without a plan, and each is judged, gets a receipt and is written to the head. */
async function unplannedStarts(servers: Servers, people: readonly Member[]): Promise<Finding[]> {
  const { databaseUrl, ledger } = await servers.freshLedger();
  const date = await toTheMorning(ledger);
  await ledger.declareEmergency({ id: 'snow', lifts: ['planBy'], from: date, until: date, reason: randomUUID() }, '9001');
  await inLanes(people, (member) => register(ledger, member), fillers);
  const tokens = await logins(ledger, people);
  const findings: Finding[] = [];
  await withApi(servers, databaseUrl, 'saga', async (url) => {
    const body = { plan: wholeDay(date), unplanned: {} };
    const start = (member: Member) => post(`${url}/telework-days`, { body, token: tokens.get(member) });
    findings.push(...(await together(url, 'starts without a plan', people, start)));
  });
  return findings;
}

/** The town's clock at 8:30 of its next business day, which is the date. */
async function toTheMorning(ledger: PostgresLedger): Promise<string> {
  const now = ledger.townClock.now().toISOString();
  const date = calendar.addBusinessDays(today(now), 1);
  await ledger.moveClock(Date.parse(`${date}T08:30:00+09:00`) - Date.parse(now));
  return date;
}

/** Those who are at work, each in the department of their main post. */
async function staffOf({ folder, town }: Servers): Promise<Member[]> {
  const posts: { staff_number: string; department: string }[] = parse(await readFile(join(stateFiles(folder).city, 'posts.csv')), {
    columns: true,
  });
  const people = new Map(posts.toReversed().map(({ staff_number: staff, department }) => [staff, { staff, department }]));
  people.delete(town.accounts?.disabled ?? '');
  return [...people.values()].filter(({ department }) => department !== '');
}

const logins = async (ledger: PostgresLedger, people: readonly Member[]): Promise<ReadonlyMap<Member, string>> => {
  const expiresAt = new Date(ledger.townClock.now().getTime() + 12 * 3_600_000).toISOString();
  const tokens = new Map<Member, string>();
  await inLanes(people, async (member) => tokens.set(member, await ledger.openSession(member.staff, expiresAt)), fillers);
  return tokens;
};

/** Their registration, active; nobody has another one. */
async function register(ledger: PostgresLedger, { staff, department }: Member): Promise<void> {
  const request = registrationRequest({ staff, department, approver: `head:${department}` });
  const [file, approve] = untilConfirmed(request);
  if (!file || !approve) throw new Error('a registration is filed and approved');
  const after = registrationRules.apply(registrationRules.apply(undefined, file), approve);
  const place = { caseId: opaque(), procedure: 'registration', seq: 1 } as const;
  const { requires: _requires, ...entry } = entryOf(registrationRules, place, { event: file, after });
  await ledger.append(entry);
}

async function withApi(servers: Servers, databaseUrl: string, pack: string, work: (url: string) => Promise<void>): Promise<void> {
  const api = await startApi(servers, databaseUrl, { POLICY_PACK: pack });
  await work(api.url).finally(() => api.stop());
}

/** Whether it was answered as asked; a connection that is cut counts as an answer that was not. */
async function post(url: string, { token, body = {} }: { token?: string | undefined; body?: object }): Promise<boolean> {
  const own = { 'Content-Type': 'application/json', 'Idempotency-Key': opaque(), ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, { method: 'POST', headers: own, body: JSON.stringify(body) }).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => undefined);
  return answer?.ok ?? false;
}

/** All at once, how long each waited, and what it cost the API: that is the same on a machine with much else to do. */
async function together(
  api: string,
  what: string,
  people: readonly Member[],
  work: (member: Member) => Promise<boolean>,
): Promise<Finding[]> {
  const cpuBefore = await cpuSeconds(api);
  const begun = performance.now();
  const waited: number[] = [];
  let errors = 0;
  await Promise.all(
    people.map(async (member) => {
      if (!(await work(member))) errors += 1;
      waited.push(performance.now() - begun);
    }),
  );
  const seconds = (performance.now() - begun) / 1_000;
  const figures = {
    'requests/s': people.length / seconds,
    'CPU ms of the API each': ((await cpuSeconds(api)) - cpuBefore) * (1_000 / people.length),
    'p50 ms': quantile(waited, 0.5),
    'p99 ms': quantile(waited, 0.99),
    'slowest ms': quantile(waited, 1),
    load: loadavg()[0] ?? Number.NaN,
  };
  return [
    { what: `${people.length} ${what}`, figures, target: { figure: 'slowest ms', atMost: longestMs } },
    { what: 'of these refused or lost', figures: { errors }, target: { figure: 'errors', atMost: 0 } },
  ];
}

/** What the API's process has used so far, as Prometheus reads it. */
async function cpuSeconds(api: string): Promise<number> {
  const metrics = await (await fetch(new URL('/metrics', api))).text();
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(metrics)?.[1]);
}
