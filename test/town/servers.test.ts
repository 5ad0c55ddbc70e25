import { Connection } from '@temporalio/client';
import pg from 'pg';
import { expect, inject, it } from 'vitest';

it('gives every test file the same PostgreSQL and Temporal', async () => {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  expect((await client.query('show server_encoding')).rows).toEqual([{ server_encoding: 'UTF8' }]);
  await client.end();
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const { capabilities } = await connection.workflowService.getSystemInfo({});
  expect(capabilities).toBeTruthy();
  await connection.close();
});
