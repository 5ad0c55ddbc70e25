import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { expect } from 'vitest';

/** Where `npm run histories` lays what the tests have made, for the corpus under `test/histories/`; absent in an ordinary run. */
const corpus = process.env.KEEP_HISTORIES;

/** Replays the histories of these workflows against the workflows as they are now; every history that a test makes goes through here. */
export async function replayAll(
  client: Client,
  workflowBundle: WorkflowBundleWithSourceMap,
  made: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [workflowId, name] of made) {
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
    if (!corpus) continue;
    await mkdir(corpus, { recursive: true });
    await writeFile(join(corpus, `${name}.json`), JSON.stringify(JSON.parse(historyToJSON(history))));
  }
  expect(made.size).toBeGreaterThan(0);
}
