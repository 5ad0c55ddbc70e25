import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { projectRoot } from '../config/town.js';
import { createPostgresHome, ensureDatabase, postgresProgram } from './postgres.js';
import type { Program } from './processes.js';
import { type Site, withoutPassword } from './site.js';
import { temporalProgram } from './temporal.js';

export type PartName = 'city' | 'temporal' | 'postgres' | 'directory' | 'mailbox' | 'ledger' | 'worker' | 'api';

/** One part of the town: a process that is kept alive, or a piece of work that is done at each start. */
export type Part = {
  name: PartName;
  /** What must be ready before. */
  after: readonly PartName[];
  /** The setting that names one which runs elsewhere and is used instead. */
  elsewhere?: string;
} & ({ program(site: Site): Program | Promise<Program> } | { work(site: Site): Promise<void> });

/** The town, from the ground up. What has nothing to wait for starts at once with the others; stopping goes the other way. */
export const townParts: readonly Part[] = [
  {
    name: 'city',
    after: [],
    work: async (site) => {
      const { files, state } = site;
      if (state.city) return;
      const { writeSampleTown } = await import('./sample-town.js');
      const { name, baseDn } = await writeSampleTown({ seed: state.seed, size: state.size, folder: files.city });
      site.remember({ city: { name, baseDn } });
    },
  },
  {
    name: 'temporal',
    after: [],
    elsewhere: 'TEMPORAL_ADDRESS',
    program: ({ files, variables, ports, settings, headless }) =>
      temporalProgram({
        environment: variables,
        port: ports.temporal,
        namespace: settings.TEMPORAL_NAMESPACE ?? 'default',
        databaseFile: files.temporalDatabase,
        ...(!headless && { uiPort: ports.temporalUi }),
      }),
  },
  {
    name: 'postgres',
    after: [],
    elsewhere: 'DATABASE_URL',
    program: async (site) => {
      const { files, ports, variables } = site;
      const known = site.state.postgresHome;
      const home = known && existsSync(known) ? known : await createPostgresHome(files.postgres);
      if (home !== known) site.remember({ postgresHome: home, loadedInto: undefined });
      return postgresProgram({ home, port: ports.postgres, password: site.state.superuserPassword, environment: variables });
    },
  },
  {
    name: 'directory',
    after: ['city'],
    elsewhere: 'DIRECTORY_URL',
    program: (site) => entryPoint(site, 'embedded/directory-main.ts', { TOWN_DIR: site.files.city, PORT: `${site.ports.directory}` }),
  },
  {
    name: 'mailbox',
    after: [],
    elsewhere: 'MAIL_URL',
    program: (site) =>
      entryPoint(site, 'embedded/mailbox-main.ts', {
        TOWN_DIR: site.files.city,
        SMTP_PORT: `${site.ports.smtp}`,
        HTTP_PORT: `${site.ports.mailbox}`,
      }),
  },
  {
    name: 'ledger',
    after: ['postgres', 'city'],
    work: async (site) => {
      const databaseUrl = site.settings.DATABASE_URL ?? '';
      if (!site.variables.DATABASE_URL) await ensureDatabase(site.superuserUrl, databaseUrl);
      const { migrateLedger } = await import('../activities/ledger/migrate.js');
      await migrateLedger(databaseUrl);
      // The sample town's devices belong to the departments of its own directory.
      const ledger = site.variables.DATABASE_URL ? withoutPassword(databaseUrl) : 'embedded';
      if (site.state.loadedInto === ledger || site.variables.DIRECTORY_URL) return;
      const { importTown } = await import('./import-town.js');
      await importTown({ databaseUrl, folder: site.files.city });
      site.remember({ loadedInto: ledger });
    },
  },
  {
    name: 'worker',
    after: ['temporal', 'ledger', 'directory', 'mailbox'],
    program: (site) => entryPoint(site, 'worker/main.ts', site.settings),
  },
  {
    name: 'api',
    after: ['temporal', 'ledger', 'directory', 'mailbox'],
    program: (site) => ({
      ...entryPoint(site, 'api/main.ts', site.settings),
      ready: (signal) => answers(`http://127.0.0.1:${site.ports.api}/readyz`, signal),
    }),
  },
];

/** A TypeScript program of ours: it says on a line of JSON that it is ready, and ends when its standard input does. */
function entryPoint({ variables }: Site, file: string, settings: Readonly<Record<string, string>>): Program {
  return {
    command: process.execPath,
    args: ['--import', 'tsx', file, '--with-parent'],
    env: { ...variables, ...settings },
    cwd: projectRoot,
    ready: /"ready":\s*true/,
    stopSignal: 'SIGTERM',
  };
}

async function answers(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(url, { signal }).catch(() => undefined);
    if (answer?.ok) return;
    await pause(50);
  }
}
