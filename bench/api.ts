import { hostClock } from '../activities/ledger/clock.js';
import { createPostgresLedger } from '../activities/ledger/postgres.js';
import { municipalCalendar } from '../config/calendar.js';
import type { Loan } from '../workflows/device-loan/rules.js';
import { loanRequest, opaque, openLoan, take } from './loan.js';
import type { Finding } from './report.js';
import { deviceIn, type Servers } from './servers.js';
import { quantile, ratioOf } from './statistics.js';
import { approval, type Deciders, type HandedIn, wayBack } from './way.js';

const rounds = 8;
const loansARound = 5;

/** What the API adds itself, from login and directory. */
const added: ReadonlySet<string> = new Set(['by', 'as', 'digest', 'urgent']);

/**
 * A step through the API (login token, directory, idempotency key, the case as answer) beside the same Update through the Temporal client: two loans go the
 * same way, one by the API and one by the client, step by step in turns, on the town's own worker and ledger.
 */
export async function measureApi({ town, client }: Servers): Promise<Finding[]> {
  await Promise.all([town.up('worker'), town.up('api')]);
  const { accounts, addresses, settings } = town;
  if (!accounts) throw new Error('the town has no accounts of its own');
  const { borrower } = accounts;
  const ledger = createPostgresLedger({ databaseUrl: settings.DATABASE_URL ?? '', clock: hostClock, calendar: municipalCalendar() });
  const deviceOf = deviceIn(ledger);
  const deciders: Deciders = { head: accounts.head, it: accounts.it[0], secondOfIt: accounts.it[1] };
  const post = async (path: string, body: object, token?: string): Promise<{ id?: string; token?: string }> => {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': opaque(), ...(token && { Authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${addresses.api}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.status !== 200 && answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { id?: string; token?: string };
  };
  const tokens = new Map<string, string>();
  for (const staffNumber of [borrower, ...Object.values(deciders)])
    tokens.set(staffNumber, (await post('/sessions', { staffNumber, password: accounts.password })).token ?? '');

  /** Two loans side by side; how long each step took by the API and by the client. */
  async function play(): Promise<{ api: number; client: number }[]> {
    const { kind, accessories, from, until, personalData } = loanRequest();
    const mine = { kind, accessories, from, until, personalData };
    const { id = '' } = await post('/device-loans', mine, tokens.get(borrower));
    const filed = await ledger.caseById(id);
    if (!filed) throw new Error('the request is not in the ledger');
    const { request } = filed.state as Loan;
    const other = await openLoan({ client, taskQueue: settings.TEMPORAL_TASK_QUEUE ?? 'telework', workflow: 'deviceLoan' }, request);
    const byApi = ({ name, input }: HandedIn) => {
      const body = Object.fromEntries(Object.entries(input).filter(([field]) => !added.has(field)));
      return post(`/device-loans/${id}/steps/${name}`, body, tokens.get(input.by));
    };
    const byClient = (step: HandedIn) => take(other.handle, step);
    const approve = approval(request, deciders);
    const taken = [await inTurns([() => byApi(approve), () => byClient(approve)])];
    const [first = [], second = []] = await Promise.all(
      [id, other.loanId].map(async (loanId) => wayBack(request, await deviceOf(loanId), deciders)),
    );
    for (const [index, step] of first.entries()) taken.push(await inTurns([() => byApi(step), () => byClient(second[index] ?? step)]));
    return taken;
  }

  try {
    await play(); // Warm: connections, compiled code, the directory's cache.
    const measured: { api: number; client: number }[][] = [];
    for (let round = 0; round < rounds; round += 1) {
      const steps: { api: number; client: number }[] = [];
      for (let loan = 0; loan < loansARound; loan += 1) steps.push(...(await play()));
      measured.push(steps);
    }
    const [api, direct] = [measured.flat().map((step) => step.api), measured.flat().map((step) => step.client)];
    const ratio = ratioOf(measured.map((steps) => ({ of: p50(steps, 'api'), to: p50(steps, 'client') })));
    return [
      { what: 'a step through the API', figures: { 'p50 ms': quantile(api, 0.5), 'p95 ms': quantile(api, 0.95) } },
      {
        what: 'the same Update through the Temporal client',
        figures: { 'p50 ms': quantile(direct, 0.5), 'p95 ms': quantile(direct, 0.95) },
      },
      {
        what: 'p50 of the API beside the client',
        figures: { ratio: ratio.median, least: ratio.least, most: ratio.most },
        target: { figure: 'ratio', atMost: 1.15 },
        note: `${rounds} rounds of ${loansARound} loans each`,
      },
    ];
  } finally {
    await ledger.close();
    await Promise.all([town.down('worker'), town.down('api')]);
  }
}

const p50 = (steps: readonly { api: number; client: number }[], side: 'api' | 'client'): number =>
  quantile(
    steps.map((step) => step[side]),
    0.5,
  );

let apiFirst = false;
/** First one, then the other, and the next time the other way round. */
async function inTurns([byApi, byClient]: readonly [() => Promise<unknown>, () => Promise<unknown>]): Promise<{
  api: number;
  client: number;
}> {
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  };
  apiFirst = !apiFirst;
  if (apiFirst) return { api: await timed(byApi), client: await timed(byClient) };
  const client = await timed(byClient);
  return { api: await timed(byApi), client };
}
