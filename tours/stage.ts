import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { hostClock } from '../activities/ledger/clock.js';
import { openPool } from '../activities/ledger/database.js';
import type { Finding } from '../activities/ledger/port.js';
import { forward, townTime, verify, withParts } from '../cli/operator.js';
import { today } from '../config/calendar.js';
import { loadPack } from '../config/policy/pack.js';
import { readTownEnvironment } from '../config/town.js';
import { type SampleTown, sampleTown } from '../embedded/sample-town.js';
import { removeTown, stateFiles } from '../embedded/state.js';
import { startTown, type Town, type TownFile } from '../embedded/town.js';
import { accessIn, arrivalsIn, groupChangesIn } from './evidence.js';
import type { Sources } from './outcome.js';
import { type People, type Place, peopleOf } from './player.js';

/** A town in which tours are played: its people, and where the outcome is looked up. */
export interface Stage {
  sample: SampleTown;
  place: Place;
  sources: Sources;
  /** The municipality's date by the town's clock. */
  today: string;
  stateDir: string;
  /** What the town's processes are given. */
  settings: Readonly<Record<string, string>>;
  /** Its processes, where it is the tour's own. */
  town?: Town;
  /** Lets the town's time pass until this instant, with every round on the way; on another date everybody logs in anew. */
  passUntil(instant: string): Promise<void>;
  close(): Promise<void>;
}

/** The municipality's rules under which each tour is played. */
export const packs = {
  loan: 'tours/loan-alone.yaml',
  registration: 'tours/remote-access.yaml',
  day: 'tours/own-desk.yaml',
  oyama: 'oyama',
  trial: 'tours/nagayo-trial.yaml',
  programme: 'tours/whole-programme.yaml',
  years: 'tours/five-years.yaml',
} as const;

/** Many people sit behind the one address from which a tour calls. */
const atOnce = { API_REQUESTS_PER_MINUTE: '1000000' };

/** A new town in a folder of its own, under this pack; closing it removes it. Worker and API run as they do for everybody. */
export async function ownTown(pack: string, size = 1017): Promise<Stage & { town: Town }> {
  const stateDir = await mkdtemp(join(tmpdir(), 'telework-tour-'));
  const { variables } = readTownEnvironment();
  const town = await startTown({
    stateDir,
    size,
    seed: 1,
    headless: true,
    environment: { ...variables, ...atOnce, POLICY_PACK: pack },
  }).catch(async (failure: unknown) => {
    await leave(stateDir);
    throw failure;
  });
  const stage = await openStage(JSON.parse(await readFile(join(stateDir, 'town.json'), 'utf8')), stateDir);
  const close = async () => {
    await stage.close();
    await town.stop();
    await leave(stateDir);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(
      signal,
      () =>
        void town
          .stop('at once')
          .then(() => leave(stateDir))
          .finally(() => process.exit(130)),
    );
  return { ...stage, town, close };
}

const leave = async (stateDir: string): Promise<void> => {
  await removeTown(stateDir);
  await rm(stateDir, { recursive: true, force: true });
};

/** What the chains of the town's ledger do not vouch for: nothing, ever. */
export const auditOf = ({ stateDir, settings, place }: Stage): Promise<readonly Finding[]> =>
  withParts({ stateDir, settings, api: place.nobody.url }, async (parts) => {
    const findings: Finding[] = [];
    for await (const finding of verify(parts)) findings.push(finding);
    return findings;
  });

/** Mails that were sent and never came, or came twice: none, as long as nothing is cut off or killed. */
export async function missingMails({ sources }: Stage): Promise<readonly string[]> {
  const { rows } = await sources.pool.query<{ copy: string }>("select copy from mail_copies where how = 'sent'");
  const there = await sources.arrived();
  return rows.flatMap(({ copy }) => (there.get(copy) === 1 ? [] : [`a mail has come ${there.get(copy) ?? 0} times`]));
}

/** The town that `npm start` runs. */
export async function townHere(): Promise<Stage> {
  const { stateDir } = readTownEnvironment();
  const file = await readFile(join(stateDir, 'town.json'), 'utf8').catch(() => {
    throw new Error(`${stateDir} では町が動いていません。npm start で始めてください。\nNo town runs in ${stateDir}: begin with npm start.`);
  });
  return openStage(JSON.parse(file), stateDir);
}

async function openStage({ addresses, settings, accounts, seed, size }: TownFile, stateDir: string): Promise<Stage> {
  if (!accounts || !addresses.mailbox) throw new Error('A tour needs the sample town’s directory and mailbox.');
  const sample = sampleTown({ seed, size });
  const mailOf = new Map(sample.entries.map(({ attributes }) => [attributes.employeeNumber?.[0], attributes.mail?.[0]]));
  const pool: pg.Pool = openPool(settings.DATABASE_URL ?? '', { connections: 4 });
  const connection = Connection.lazy({ address: addresses.temporal });
  const { rows } = await pool.query<{ offset_ms: number }>('select offset_ms from town_clock');
  const now = new Date(hostClock.now().getTime() + (rows[0]?.offset_ms ?? 0)).toISOString();
  const date = today(now);
  const { city } = stateFiles(stateDir);
  const people: People = peopleOf(addresses.api, accounts.password);
  const passUntil = (instant: string) =>
    withParts({ stateDir, settings, api: addresses.api }, async (parts) => {
      const from = await townTime(parts);
      const ms = Date.parse(instant) - Date.parse(from);
      if (ms > 0) await forward(parts, ms, () => undefined);
      if (today(from) !== today(instant)) people.logInAnew();
    });
  return {
    sample,
    stateDir,
    settings,
    passUntil,
    today: date,
    place: {
      ...people,
      run: randomUUID(),
      terms: loadPack(settings.POLICY_PACK ?? 'oyama').values.deviceLoan.terms.version,
      today: date,
      hasAccess: accessIn(addresses.directory, sample.baseDn, accounts.service),
    },
    sources: {
      pool,
      temporal: new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE ?? 'default' }),
      mailbox: addresses.mailbox,
      mailAddressOf: (staffNumber) => mailOf.get(staffNumber) ?? '',
      arrived: arrivalsIn(join(city, 'mails')),
      groupChangesOf: groupChangesIn(city),
    },
    close: async () => {
      await Promise.all([pool.end(), connection.close()]);
    },
  };
}
