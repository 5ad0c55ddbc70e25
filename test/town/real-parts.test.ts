import { chmod } from 'node:fs/promises';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { townParts } from '../../embedded/parts.js';
import { removeTown } from '../../embedded/state.js';
import { startTown, type Town } from '../../embedded/town.js';
import { stateFolder } from './stand-ins.js';

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** Everything on which worker and API stand. */
const ground = townParts.filter(({ name }) => name !== 'worker' && name !== 'api');

async function groundOf(stateDir: string): Promise<Town> {
  const town = await startTown({ stateDir, size: 57, headless: true, parts: ground });
  cleanUp.push(() => town.stop());
  return town;
}

async function query(town: Town, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: town.settings.DATABASE_URL });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function withTemporal<Result>(town: Town, use: (client: Client) => Promise<Result>): Promise<Result> {
  const connection = await Connection.connect({ address: town.addresses.temporal });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

it('keeps what was written through a power cut and a restart; only the deleted Temporal database forgets', async () => {
  const { stateDir, remove } = await stateFolder();
  cleanUp.push(remove, () => removeTown(stateDir));
  const town = await groundOf(stateDir);
  await query(town, 'create table kept (value text)');
  await query(town, `insert into kept values ('受付番号')`);
  await withTemporal(town, ({ workflow }) => workflow.start('anything', { workflowId: 'kept', taskQueue: 'nobody' }));
  const isKept = async (of: Town) => {
    expect(await query(of, 'select * from kept')).toEqual([{ value: '受付番号' }]);
    await withTemporal(of, async ({ workflow }) => expect((await workflow.getHandle('kept').describe()).status.name).toBe('RUNNING'));
  };

  await town.powerCut();
  await town.start();
  await isKept(town);
  await town.stop();

  const again = await groundOf(stateDir);
  await isKept(again);
  await again.dropTemporal();
  await withTemporal(again, ({ workflow }) => expect(workflow.getHandle('kept').describe()).rejects.toThrow(WorkflowNotFoundError));
}, 60_000);

it.each(['700', '755'])(
  'runs in a folder of mode %s, whoever runs it',
  async (mode) => {
    const { stateDir, remove } = await stateFolder();
    cleanUp.push(remove, () => removeTown(stateDir));
    await chmod(stateDir, Number.parseInt(mode, 8));
    const town = await groundOf(stateDir);
    expect(await query(town, 'select current_user, current_database()')).toEqual([
      { current_user: 'telework', current_database: 'telework' },
    ]);
  },
  60_000,
);
