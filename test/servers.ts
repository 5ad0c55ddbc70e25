import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Part } from '../embedded/parts.js';
import { createPostgresHome, ensureDatabase, postgresProgram } from '../embedded/postgres.js';
import { removeTown, TownIsRunning } from '../embedded/state.js';
import { temporalProgram } from '../embedded/temporal.js';
import { startTown } from '../embedded/town.js';

declare module 'vitest' {
  interface ProvidedContext {
    temporalAddress: string;
    /** Of a role that may create databases and no more, as the town's. */
    postgresUrl: string;
  }
}

/** A history is long sooner than on a server of its own, where a loan would have to be extended three hundred times. */
const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': 150 };

/** The town's own servers, except that they keep nothing safe from a crash of the machine: nobody needs it afterwards. */
const servers: readonly Part[] = [
  {
    name: 'temporal',
    after: [],
    elsewhere: 'TEMPORAL_ADDRESS',
    program: ({ ports, variables }) =>
      temporalProgram({ environment: variables, port: ports.temporal, namespace: 'default', dynamicConfig }),
  },
  {
    name: 'postgres',
    after: [],
    program: async (site) => {
      const home = site.state.postgresHome ?? (await createPostgresHome(site.files.postgres));
      site.remember({ postgresHome: home });
      const { ports, state, variables } = site;
      return postgresProgram({ home, port: ports.postgres, password: state.superuserPassword, environment: variables, forgetful: true });
    },
  },
  {
    name: 'ledger',
    after: ['postgres'],
    work: ({ superuserUrl, settings }) => ensureDatabase(superuserUrl, settings.DATABASE_URL ?? ''),
  },
];

/** One Temporal and one PostgreSQL for the whole run: each test file takes task queues, and databases (`database.ts`), of its own. */
export default async function setUp(project: TestProject) {
  await removeAbandoned();
  const stateDir = await mkdtemp(join(tmpdir(), prefix));
  // Whatever database the environment names, tests create and drop their own elsewhere.
  const town = await startTown({ stateDir, parts: servers, environment: { ...process.env, DATABASE_URL: undefined } });
  const { TEMPORAL_ADDRESS = '', DATABASE_URL = '' } = town.settings;
  project.provide('temporalAddress', TEMPORAL_ADDRESS);
  project.provide('postgresUrl', DATABASE_URL);
  return async () => {
    await town.stop();
    await removeTown(stateDir);
    await rm(stateDir, { recursive: true });
  };
}

const prefix = 'telework-test-';

/** A run that was killed has left its folder and its database. One that is a minute old has claimed its folder if it is alive. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(tmpdir(), name);
    try {
      const { uid, mtimeMs } = await stat(folder);
      if (uid !== process.getuid?.() || Date.now() - mtimeMs < 60_000) continue;
      await removeTown(folder);
      await rm(folder, { recursive: true });
    } catch (error) {
      // Still in use; or another run was faster.
      if (!(error instanceof TownIsRunning) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
