import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ApiTown } from './town.js';

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open();
});
afterAll(() => town.close());

const get = (path: string) => town.send(undefined, 'GET', path);

test('the OpenAPI document names every step, and says of each what is refused', async () => {
  const { status, body } = await get('/openapi.json');
  expect({ status, version: body.openapi }).toEqual({ status: 200, version: '3.1.0' });
  const approve = body.paths['/device-loans/{id}/steps/approve'].post;
  expect(approve.requestBody.content['application/json'].schema).toMatchObject({ type: 'object', additionalProperties: false });
  expect(Object.keys(approve.responses)).toEqual(
    expect.arrayContaining(['200', '202', '400', '401', '403', '404', '409', '422', '428', '429', '503']),
  );
  const operations = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((path) => Object.values(path));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

test('the page to try it comes from here alone, and its policy lets it run', async () => {
  const page = await get('/docs/');
  expect(page.status).toBe(200);
  expect(page.body).not.toMatch(/(src|href)="https?:/);
  expect(page.headers.get('Content-Security-Policy')).toMatch(/script-src 'self'/);
  expect((await get('/docs/swagger-initializer.js')).body).toContain("url: '/openapi.json'");
  expect((await get('/docs/swagger-ui-bundle.js')).status).toBe(200);
});

test('every type of problem has its page', async () => {
  expect((await get('/problems/notDue')).body).toContain('HTTP 409');
  expect((await get('/problems/toString')).status).toBe(404);
});

test('metrics name routes, never paths', async () => {
  const { borrower } = town.accounts;
  const { id } = (await town.file(borrower)).body;
  await town.send(borrower, 'GET', `/device-loans/${id}`);
  const { body } = await get('/metrics');
  expect(body).toContain('http_request_duration_seconds_count{method="GET",route="/device-loans/{id}",status="200"} 1');
  for (const secret of [id, borrower]) expect(body).not.toContain(secret);
});

test('readiness names each part, the worker among them', async () => {
  expect(await get('/readyz')).toMatchObject({
    status: 200,
    body: { ready: true, parts: { postgresql: 'ready', temporal: 'ready', directory: 'ready', worker: 'ready' } },
  });
});

test('every answer has an id, the caller’s own if it is plain', async () => {
  const own = await town.send(undefined, 'GET', '/me', { headers: { 'X-Request-Id': 'abc-1' } });
  expect(own.headers.get('X-Request-Id')).toBe('abc-1');
  const other = await town.send(undefined, 'GET', '/me', { headers: { 'X-Request-Id': '<script>' } });
  expect(other.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(other.headers.get('X-Powered-By')).toBeNull();
});

test('the process listens although nothing can be reached, and ends when whoever started it is gone', async () => {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('../../api/main.ts', import.meta.url)), '--with-parent'],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        PATH: process.env.PATH,
        TEMPORAL_ADDRESS: inject('temporalAddress'),
        DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/none',
        DIRECTORY_URL: 'ldap://127.0.0.1:1',
        DIRECTORY_BASE_DN: 'dc=example',
        MAIL_URL: 'smtp://127.0.0.1:1',
        KEY_SECRET: 'x'.repeat(32),
        API_PORT: '0',
        METRICS_PORT: '0',
      },
    },
  );
  const ended = once(child, 'exit');
  const [line] = await once(createInterface(child.stdout), 'line');
  const { ready, ports } = JSON.parse(line);
  expect(ready).toBe(true);
  const answer = await fetch(`http://127.0.0.1:${ports.http}/readyz`);
  expect(await answer.json()).toMatchObject({
    ready: false,
    parts: { postgresql: 'away', temporal: 'ready', directory: 'away', worker: 'away' },
  });
  expect((await fetch(`http://127.0.0.1:${ports.http}/metrics`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).status).toBe(200);
  child.stdin.end();
  expect((await ended)[0]).toBe(0);
});
