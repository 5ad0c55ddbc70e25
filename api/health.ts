import { setTimeout as pause } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import type { Parts } from './parts.js';

/** What can be away, each asked in its own way; it throws when it is. */
export type Checks = Readonly<Record<'postgresql' | 'temporal' | 'directory' | 'worker', (signal: AbortSignal) => Promise<unknown>>>;

/** A probe waits no longer than this for a part. */
const checkWithinMs = 2_000;
/** A worker asks for work anew once a minute; one that has not for longer is gone. */
const pollerGoneMs = 70_000;
/** temporal.api.enums.v1.TASK_QUEUE_TYPE_WORKFLOW */
const workflowQueue = 1;

/** The questions that readiness asks: PostgreSQL, Temporal, the directory, and whether a worker takes what the API hands in. */
export function createChecks({ ledger, directory, temporal: { client, taskQueue } }: Parts): Checks {
  const { connection, workflowService } = client;
  const { namespace } = client.options;
  return {
    postgresql: () => ledger.clockOffset(),
    temporal: (signal) => connection.withAbortSignal(signal, () => workflowService.getSystemInfo({})),
    directory: (signal) => directory.unit('-', signal),
    worker: async (signal) => {
      const queue = { namespace, taskQueue: { name: taskQueue }, taskQueueType: workflowQueue };
      const { pollers } = await connection.withAbortSignal(signal, () => workflowService.describeTaskQueue(queue));
      const offsetMs = await ledger.clockOffset(); // Temporal lives in the host's time.
      const polls = pollers?.map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000) ?? [];
      if (ledger.townClock.now().getTime() - offsetMs - Math.max(0, ...polls) > pollerGoneMs) throw new Error('no worker asks for work');
    },
  };
}

/** Whether the API can serve, each part by its name: 200 when all can be reached, else 503. */
export function answerReadiness(checks: Checks): RequestHandler {
  return async (_request, response) => {
    const parts = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, (await reached(check)) ? 'ready' : 'away'] as const),
    );
    const ready = parts.every(([, state]) => state === 'ready');
    response
      .status(ready ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ ready, parts: Object.fromEntries(parts) });
  };
}

/** A part that does not answer in time is as good as away, even where its call cannot be broken off. */
async function reached(check: Checks[keyof Checks]): Promise<boolean> {
  const patience = new AbortController();
  const answer = check(AbortSignal.timeout(checkWithinMs)).then(
    () => true,
    () => false,
  );
  const late = pause(checkWithinMs, false, { signal: patience.signal }).catch(() => false);
  return Promise.race([answer, late]).finally(() => patience.abort());
}
