import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePort, launch } from '../embedded/processes.js';
import { temporalProgram } from '../embedded/temporal.js';

declare module 'vitest' {
  interface ProvidedContext {
    temporalAddress: string;
  }
}

/** One Temporal server for the whole run, in memory; each test file takes task queues of its own. */
export default async function setUp(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'telework-test-'));
  const port = await freePort();
  const server = launch(temporalProgram({ environment: process.env, port, namespace: 'default' }), join(folder, 'temporal.log'));
  await server.ready;
  project.provide('temporalAddress', `127.0.0.1:${port}`);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
