import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createPostgresHome, ensureDatabase, postgresProgram } from '../embedded/postgres.js';
import { freePort, launch } from '../embedded/processes.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a role that may create databases, as the town's may. */
    postgresUrl: string;
  }
}

/** One PostgreSQL for the whole run; each test file takes databases of its own from it (`database.ts`). */
export default async function setUp(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'telework-test-'));
  const home = await createPostgresHome(join(folder, 'postgres'));
  const port = await freePort();
  const server = launch(
    await postgresProgram({ home, port, password: 'superuser', environment: process.env, forgetful: true }),
    join(folder, 'postgres.log'),
  );
  await server.ready;
  const superuser = `postgres://postgres:superuser@127.0.0.1:${port}/postgres`;
  project.provide('postgresUrl', await ensureDatabase(superuser, { role: 'telework', password: 'telework', database: 'telework' }));
  return async () => {
    await server.stop();
    await Promise.all([home, folder].map((path) => rm(path, { recursive: true, force: true })));
  };
}
