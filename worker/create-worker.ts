import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type NativeConnection, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

export interface WorkerParts {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  workflowBundle: WorkflowBundleWithSourceMap;
  activities: object;
}

/** The worker as it runs in production, in a town and in tests. */
export function createWorker(parts: WorkerParts): Promise<Worker> {
  return Worker.create({
    ...parts,
    shutdownGraceTime: '10 seconds', // A directory or inventory call in flight may end; ledger writes take milliseconds.
    maxConcurrentLocalActivityExecutions: 40, // Four times the ledger's connections: enough to keep them busy, no more to wait.
    stickyQueueScheduleToStartTimeout: '5 seconds', // A worker that was killed is not waited for longer than the API waits for "accepted" twice.
  });
}

/**
 * The workflows in one bundle, from the sources or from what the build made of them. To make it takes seconds, so it is kept under a hash of what goes into it: all in
 * `workflows/`, and of packages the SDK's (held by the import rules). `npm run build` makes it beforehand.
 */
export async function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  const fromSources = import.meta.url.endsWith('.ts');
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const kept = join(at(fromSources ? '../.town/bundles/' : '../bundles/'), `${await hashOfWorkflows(at('../workflows/'))}.bundle`);
  const code = await readFile(kept, 'utf8').catch(() => undefined);
  if (code !== undefined) return { code, sourceMap: '' }; // The map is in the code.
  const workflowsPath = at(fromSources ? '../workflows/index.ts' : '../workflows/index.js');
  const bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  await keep(kept, bundle.code).catch(() => undefined); // Where nothing may be written it is made at each start.
  return bundle;
}

async function hashOfWorkflows(folder: string): Promise<string> {
  const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };
  const hash = createHash('sha256').update(version);
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.[jt]s$/.test(file)).sort();
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(join(folder, file)));
  return hash.digest('hex');
}

/** Whole or not at all: several may start at once. What was made of earlier sources goes. */
async function keep(file: string, code: string): Promise<void> {
  const folder = dirname(file);
  const unfinished = `${file}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  await writeFile(unfinished, code);
  for (const other of await readdir(folder)) if (other.endsWith('.bundle')) await rm(join(folder, other), { force: true });
  await rename(unfinished, file);
}
