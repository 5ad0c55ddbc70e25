import { Connection } from '@temporalio/client';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { freshDatabase } from '../database.js';

it('gives every test file the same Temporal server', async () => {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  expect((await connection.workflowService.describeNamespace({ namespace: 'default' })).namespaceInfo?.name).toBe('default');
  await connection.close();
});

it('gives each test an empty ledger of its own, and takes it back while somebody is still connected', async () => {
  const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
  expect(one.url).not.toBe(other.url);
  const client = new pg.Client({ connectionString: one.url });
  const cut = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  expect((await client.query('select count(*)::int as cases from cases')).rows).toEqual([{ cases: 0 }]);
  await one.drop();
  await cut;
  await other.drop();
});

it('sorts names by code point, as every other machine does', async () => {
  const { url, drop } = await freshDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(`select name from (values ('い'), ('ア'), ('a'), ('B'), ('亜')) as names (name) order by name`);
  expect(rows.map(({ name }) => name)).toEqual(['B', 'a', 'い', 'ア', '亜']);
  await client.end();
  await drop();
});
