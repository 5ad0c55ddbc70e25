import type { Capacity } from '../activities/directory/port.js';
import { hostClock } from '../activities/ledger/clock.js';
import { createPostgresLedger } from '../activities/ledger/postgres.js';
import { municipalCalendar } from '../config/calendar.js';
import { inLanes } from './lanes.js';
import { opaque } from './loan.js';
import { openRegistration, type RegistrationStage, registrationRequest, renewal, takeStep } from './registration.js';
import type { Finding } from './report.js';
import { type Servers, startWorker } from './servers.js';
import { median, ratioOf } from './statistics.js';

const registrations = 1_000;
const rounds = 10;
const aRound = registrations / rounds;
/** The most that one request of the API takes. */
const inBulk = 50;
/** So many of them at once, each of which hands in ten steps at a time; the Temporal client as many steps as both. */
const requestsAtOnce = 2;
const atOnce = 20;
const taskQueue = 'bench-renewals';

interface Answers {
  items: readonly { status: number }[];
}

/**
 * A head goes through the list page by page and renews 1,000 registrations in bulk through the API; beside as many on the bare SDK with the same ledger writes, handed in
 * by the Temporal client. One worker, one ledger; the two take turns, forwards and backwards, and are compared round by round.
 */
export async function measureRenewals(servers: Servers): Promise<Finding[]> {
  const { town, client } = servers;
  const { accounts, addresses, settings } = town;
  const { DATABASE_URL: databaseUrl = '' } = settings;
  if (!accounts) throw new Error('the town has no accounts of its own');
  const { head, password } = accounts;
  await town.up('api');
  const worker = await startWorker(servers, databaseUrl, taskQueue);
  const ledger = createPostgresLedger({ databaseUrl, clock: hostClock, calendar: municipalCalendar() });

  const ask = async <Answer>(
    path: string,
    { token, body, key = opaque() }: { token?: string; body?: object; key?: string } = {},
  ): Promise<Answer> => {
    const own = { ...(token && { Authorization: `Bearer ${token}` }), 'Idempotency-Key': key, 'Content-Type': 'application/json' };
    const answer = await fetch(`${addresses.api}/api/v1${path}`, {
      headers: own,
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };

  try {
    const { token } = await ask<{ token: string }>('/sessions', { body: { staffNumber: head, password } });
    const { capacities } = await ask<{ capacities: readonly Capacity[] }>('/me', { token });
    const approver = capacities.find((one) => one.startsWith('head:'));
    await ledger.db.updateTable('employments').set({ kind: 'regular', occupation: 'clerk', until_day: null }).execute(); // In this town everybody may.
    const people = await ledger.db
      .selectFrom('employments')
      .select('staff')
      .distinct()
      .where('staff', '<>', head)
      .orderBy('staff')
      .execute();
    if (!approver || people.length < registrations) throw new Error(`${approver}: too few staff (${people.length})`);
    const department = approver.slice('head:'.length);

    const open = (workflow: RegistrationStage['workflow'], over: Parameters<typeof registrationRequest>[0]) =>
      openRegistration({ client, taskQueue, workflow }, registrationRequest(over));
    const bare: Awaited<ReturnType<typeof open>>[] = [];
    await inLanes(
      people.slice(0, registrations),
      async ({ staff }) => {
        await open('registration', { staff, department, approver });
        bare.push(await open('bareRegistration', { staff: `9${staff}`, department: 'bare', approver: 'head:bare' }));
      },
      atOnce,
    );

    let cursor: string | undefined;
    const byApi = async (): Promise<number> => {
      const query = `status=active&limit=${aRound}${cursor ? `&cursor=${cursor}` : ''}`;
      const page = await ask<{ items: readonly { id: string }[]; cursor?: string }>(`/registrations?${query}`, { token });
      cursor = page.cursor;
      const bulks = Array.from({ length: aRound / inBulk }, (_, index) => page.items.slice(index * inBulk, (index + 1) * inBulk));
      return perSecond(() =>
        inLanes(
          bulks,
          async (bulk) => {
            const key = opaque();
            for (let left = bulk.map(({ id }) => ({ id, body: {} })); left.length; ) {
              // What was not answered in time is handed in again, as every client does (design §6).
              const { items } = await ask<Answers>('/registrations/steps/renew', { token, key, body: { items: left } });
              left = left.filter((_, index) => [202, 503].includes(items[index]?.status ?? 0));
              const refused = items.find(({ status }) => ![200, 202, 503].includes(status));
              if (refused) throw new Error(JSON.stringify(refused));
            }
          },
          requestsAtOnce,
        ),
      );
    };
    const byClient = (): Promise<number> => {
      const round = bare.splice(0, aRound);
      return perSecond(() => inLanes(round, ({ handle, request }) => takeStep(handle, renewal(request)), atOnce));
    };

    const measured: { of: number; to: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      if (round % 2) measured.push({ of: await byApi(), to: await byClient() });
      else {
        const to = await byClient();
        measured.push({ of: await byApi(), to });
      }
    }
    const ratio = ratioOf(measured);
    const note = `${rounds} rounds of ${aRound}, ${atOnce} steps at once`;
    return [
      {
        what: 'renewed in bulk through the API',
        figures: { 'cases/s': median(measured.map(({ of }) => of)) },
        note: `${note}, ${inBulk} a request`,
      },
      { what: 'bare SDK, same steps and writes', figures: { 'cases/s': median(measured.map(({ to }) => to)) }, note },
      { what: 'cases/s beside the bare SDK', figures: { ratio: ratio.median, least: ratio.least, most: ratio.most } },
    ];
  } finally {
    await Promise.all([ledger.close(), worker.stop(), town.down('api')]);
  }
}

/** Cases of a round per second. */
async function perSecond(renew: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await renew();
  return (aRound * 1_000) / (performance.now() - begun);
}
