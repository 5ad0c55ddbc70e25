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

/** The workflows in one bundle, from the sources or from what the build made of them. Takes a second at each start. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  const index = import.meta.url.endsWith('.ts') ? '../workflows/index.ts' : '../workflows/index.js';
  return bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL(index, import.meta.url)), logger: new DefaultLogger('WARN') });
}
