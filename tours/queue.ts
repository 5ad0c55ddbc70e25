import { setTimeout as pause } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import type { ShownCase } from '../api/views.js';
import { type ApiClient, ApiProblem, untilAnswered } from '../cli/client.js';
import { type Cast, castsOfTown } from './cast.js';
import { othersToRepair, register } from './devices.js';
import type { Stage } from './stage.js';

const rounds = 20;
const askers = 50;
/** The day itself and the turnaround: so many days apart, two rounds ask for the same device on days that do not touch. */
const daysApart = 4;

/**
 * The last device: in each round 50 people of all departments ask at once for the only laptop on the same day, and their heads approve all at once. Exactly one gets it, the 49 others stand in the queue
 * in order of filing; and when the one withdraws, the first of the 49 gets it.
 */
export async function playQueue(stage: Stage): Promise<boolean> {
  const { place, sample, today } = stage;
  const casts = castsOfTown(sample.entries, sample.accounts);
  const people = casts
    .flatMap((cast) => [
      { cast, who: cast.people.first },
      { cast, who: cast.people.next },
    ])
    .slice(0, askers);
  const it = await place.clientOf(sample.accounts.it[0]);
  await othersToRepair(it, casts);
  await register(it, { assetTag: `PC-Q${place.run.slice(0, 8)}`, pool: 'common' });
  let wrong = 0;
  for (let round = 0; round < rounds; round += 1) {
    const day = Temporal.PlainDate.from(today)
      .add({ days: 10 + round * daysApart })
      .toString();
    const { line, right } = await playRound(stage, people, day);
    if (!right) wrong += 1;
    console.log(`${`${round + 1}`.padStart(2)}. ${day}: ${line}${right ? '' : '  違います / differs'}`);
  }
  console.log(
    wrong ? `${wrong} 回で違います / rounds differ` : `${rounds} 回とも 1 台は 1 人に / one device, one loan, in all ${rounds} rounds`,
  );
  return wrong === 0;
}

async function playRound(
  { place, sources: { pool } }: Stage,
  people: readonly { cast: Cast; who: string }[],
  day: string,
): Promise<{ line: string; right: boolean }> {
  const form = { kind: 'laptop', accessories: [], personalData: false, from: day, until: day };
  const since = performance.now();
  const filed = await Promise.all(
    people.map(async ({ who }) => take(await place.clientOf(who), '/device-loans', form, `${place.run}-${day}`)),
  );
  const approve = async ({ cast }: { cast: Cast }, nth: number) =>
    take(await place.clientOf(cast.people.head), `/device-loans/${filed[nth]?.id}/steps/approve`, {}, `${place.run}-approve`);
  await Promise.all(people.map(approve));
  const tookMs = Math.round(performance.now() - since);

  const ids = async (query: string): Promise<readonly string[]> =>
    (await pool.query<{ id: string }>(query, [filed.map(({ id }) => id)])).rows.map(({ id }) => id);
  const reserved = await ids('select case_id as id from reservations where case_id = any($1)');
  const queued = await ids('select case_id as id from queue where case_id = any($1) order by filing');
  const waiting = filed.filter(({ id }) => !reserved.includes(id)).sort((one, other) => (one.receiptNumber < other.receiptNumber ? -1 : 1));
  const ordered = waiting.map(({ id }) => id).join() === queued.join();

  const winner = filed.findIndex(({ id }) => id === reserved[0]);
  const winning = people[winner];
  if (winning)
    await take(await place.clientOf(winning.who), `/device-loans/${filed[winner]?.id}/steps/withdraw`, {}, `${place.run}-withdraw`);
  const next = await served(ids);
  const right = reserved.length === 1 && queued.length === askers - 1 && ordered && next.length === 1 && next[0] === queued[0];
  const line =
    `${reserved.length} 確保 / reserved, ${queued.length} 順番待ち / in the queue, ${ordered ? '提出の順 / in order of filing' : '順序が違う / out of order'}, ` +
    `取下げ後は${next[0] === queued[0] ? '先頭の人へ / then to the first of them' : '別の人へ / then to another'}, ${tookMs} ms`;
  return { line, right };
}

/** To whom the device went after the withdrawal. */
async function served(ids: (query: string) => Promise<readonly string[]>): Promise<readonly string[]> {
  for (let waitedMs = 0; waitedMs < 5_000; waitedMs += 50) {
    const found = await ids(
      "select case_id as id from reservations join cases using (case_id) where case_id = any($1) and status = 'reserved'",
    );
    if (found.length) return found;
    await pause(50);
  }
  return [];
}

async function take(client: ApiClient, path: string, body: object, key: string): Promise<ShownCase> {
  const answer = await untilAnswered(() => client.send<ShownCase>(path, { method: 'POST', body, key }));
  if (answer.status >= 400) throw new ApiProblem(answer.body as unknown as ConstructorParameters<typeof ApiProblem>[0]);
  return answer.body;
}
