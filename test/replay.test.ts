import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleWorkflows } from '../worker/create-worker.js';
import { quietRuntime } from './temporal-runtime.js';

/** Histories of released versions, each as it was made: `npm run histories` lays down those of a new version. None is ever changed or left out. */
const corpus = join(import.meta.dirname, 'histories');
const versions = readdirSync(corpus);

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  quietRuntime();
  workflowBundle = await bundleWorkflows();
});

describe.each(versions)('workflows that began under version %s go on under this one', (version) => {
  const histories = readdirSync(join(corpus, version));
  test('there are some', () => expect(histories.length).toBeGreaterThan(10));
  test.each(histories)('%s', async (file) => {
    const history = historyFromJSON(JSON.parse(readFileSync(join(corpus, version, file), 'utf8')));
    await Worker.runReplayHistory({ workflowBundle }, history, file);
  });
});
