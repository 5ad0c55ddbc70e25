import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ApiTown } from './town.js';

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open({ freshMs: 0 }); // The directory is asked each time, as after a minute.
});
afterAll(() => town.close());
afterEach(async () => {
  for (const gate of Object.values(town.gates)) gate.open();
  await expect.poll(async () => (await town.send(undefined, 'GET', '/readyz')).status, { timeout: 15_000 }).toBe(200);
});

const filed = async (): Promise<string> => (await town.file(town.accounts.borrower)).body.id;
const names = async (id: string) => (await town.ledger.events(id)).map(({ event }) => event.name);
const away = (part: string) => ({ status: 503, body: { type: '/problems/away', part } });

/** The answer, which must not take longer than people wait for one (design §6). */
async function inTime<Answer extends { status: number; headers: Headers }>(asked: Promise<Answer>): Promise<Answer> {
  const before = performance.now();
  const answer = await asked;
  expect(performance.now() - before).toBeLessThan(5_000);
  if (answer.status === 503) expect(answer.headers.get('Retry-After')).toMatch(/^\d+$/);
  return answer;
}

describe('a part is away', () => {
  test('PostgreSQL: 503 at once, nothing done, and the repeat acts once', async () => {
    const { head, borrower } = town.accounts;
    const [id, key, opening] = [await filed(), randomUUID(), randomUUID()];
    await town.token(head);
    town.gates.postgresql.shut();
    for (const answer of [
      await inTime(town.step(head, id, 'approve', {}, key)),
      await inTime(town.file(borrower, {}, opening)),
      await inTime(town.send(head, 'GET', '/me/tasks')),
    ])
      expect(answer).toMatchObject(away('postgresql'));
    const ready = await town.send(undefined, 'GET', '/readyz');
    expect(ready).toMatchObject({
      status: 503,
      body: { ready: false, parts: { postgresql: 'away', temporal: 'ready', directory: 'ready' } },
    });
    expect((await town.send(undefined, 'GET', '/healthz')).status).toBe(200);
    town.gates.postgresql.open();
    expect((await town.step(head, id, 'approve', {}, key)).status).toBe(200);
    expect((await town.file(borrower, {}, opening)).status).toBe(201);
    expect(await names(id)).toEqual(['request', 'approve']);
  });

  test('Temporal: 503 within five seconds, nothing written but words, lists go on, and the repeat acts once', async () => {
    const { head, borrower } = town.accounts;
    const [id, key, opening] = [await filed(), randomUUID(), randomUUID()];
    await town.token(head);
    const before = await town.checksum();
    town.gates.temporal.shut();
    const [refused, notOpened] = await Promise.all([
      inTime(town.step(head, id, 'refuse', { reason: '業務の都合' }, key)),
      inTime(town.file(borrower, {}, opening)),
    ]);
    expect([refused, notOpened]).toMatchObject([away('temporal'), away('temporal')]);
    const changed = (await town.checksum()).split('\n').filter((line) => !before.includes(line));
    expect(changed.map((line) => line.split(' ')[0])).toEqual(['words']);
    expect((await town.send(head, 'GET', `/device-loans/${id}`)).status).toBe(200);
    town.gates.temporal.open();
    await expect
      .poll(async () => (await town.step(head, id, 'refuse', { reason: '業務の都合' }, key)).status, { timeout: 15_000 })
      .toBe(200);
    expect((await town.file(borrower, {}, opening)).status).toBe(201);
    expect(await names(id)).toEqual(['request', 'refuse']);
  });

  test('the worker: 503 within five seconds, and the repeat acts once when it is back', async () => {
    const { head, borrower } = town.accounts;
    const [id, key, opening] = [await filed(), randomUUID(), randomUUID()];
    await town.stopWorker();
    const [late, started] = await Promise.all([inTime(town.step(head, id, 'approve', {}, key)), inTime(town.file(borrower, {}, opening))]);
    expect(late).toMatchObject(away('temporal'));
    expect(started.status).toBe(202); // Temporal has it: it is certain to be written.
    expect(started.headers.get('Location')).toBe(`/api/v1/device-loans/${started.body.id}`);
    await town.startWorker();
    await expect.poll(async () => (await town.step(head, id, 'approve', {}, key)).status, { timeout: 15_000 }).toBe(200);
    expect(await town.file(borrower, {}, opening)).toMatchObject({ status: 201, body: { id: started.body.id } });
    expect([await names(id), await names(started.body.id)]).toEqual([['request', 'approve'], ['request']]);
  });

  test('the directory: reading and protecting steps go on as last known and marked, all others wait (design §4.18)', async () => {
    const { head, borrower } = town.accounts;
    const [id, password] = [await filed(), town.accounts.password];
    await town.send(head, 'GET', '/me');
    town.gates.directory.shut();
    expect(await inTime(town.step(head, id, 'approve'))).toMatchObject(away('directory'));
    expect(await inTime(town.file(borrower))).toMatchObject(away('directory'));
    expect(await inTime(town.send(undefined, 'POST', '/sessions', { body: { staffNumber: head, password } }))).toMatchObject(
      away('directory'),
    );
    expect(await town.send(head, 'GET', `/device-loans/${id}`)).toMatchObject({ status: 200, body: { staff: { staffNumber: borrower } } });
    expect((await town.send(head, 'GET', '/me')).body.directoryAsOf).toMatch(/^\d{4}-/);
    expect(await inTime(town.step(borrower, id, 'withdraw'))).toMatchObject({ status: 200, body: { status: 'withdrawn' } });
    const [, withdrawal] = await town.ledger.events(id);
    expect(withdrawal?.event.input).toMatchObject({ by: borrower, directoryAsOf: expect.stringMatching(/^\d{4}-/) });
  });
});

describe('people who may not', () => {
  test('an account that is disabled after login is out, tokens included', async () => {
    const { secondBorrower, password } = town.accounts;
    const token = await town.token(secondBorrower);
    expect((await town.send(secondBorrower, 'GET', '/me')).status).toBe(200);
    await town.disable(secondBorrower);
    expect(await town.send(secondBorrower, 'GET', '/me')).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } });
    expect(await town.send(undefined, 'POST', '/sessions', { body: { staffNumber: secondBorrower, password } })).toMatchObject({
      status: 401,
      body: { type: '/problems/wrongPassword' },
    });
    await town.disable(secondBorrower, false);
    expect((await town.send(undefined, 'GET', '/me', { headers: { Authorization: `Bearer ${token}` } })).status).toBe(401); // Its sessions are over.
  });

  test('a token that was logged out is worth nothing, nor is one that was made up', async () => {
    const { promoter, password } = town.accounts;
    const { body } = await town.send(undefined, 'POST', '/sessions', { body: { staffNumber: promoter, password } });
    const headers = { Authorization: `Bearer ${body.token}` };
    expect((await town.send(undefined, 'DELETE', '/sessions/current', { headers })).status).toBe(204);
    for (const authorization of [headers.Authorization, `Bearer ${'a'.repeat(43)}`, 'Bearer', 'Basic YTpi', "Bearer ' or 1=1 --"]) {
      const answer = await town.send(undefined, 'GET', '/me', { headers: { Authorization: authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
    }
  });

  test('passwords are not guessed: after too many failures the account is closed for a minute, to everybody', async () => {
    const strict = await ApiTown.open({ failedLoginsPerMinute: 3 });
    try {
      const { borrower, head, password } = strict.accounts;
      const logIn = (staffNumber: string, tried: string) =>
        strict.send(undefined, 'POST', '/sessions', { body: { staffNumber, password: tried } });
      for (let time = 0; time < 3; time += 1) expect((await logIn(borrower, 'wrong')).status).toBe(401);
      const closed = await logIn(borrower, password);
      expect(closed).toMatchObject({ status: 429, body: { type: '/problems/tooMany' } });
      expect(Number(closed.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect((await logIn(head, password)).status).toBe(201);
    } finally {
      await strict.close();
    }
  });
});

test('nothing of a person stands in the log: no name, staff number, words, token or password', async () => {
  const { borrower, head, password } = town.accounts;
  const { body } = await town.file(borrower, { data: '秘密の計画' });
  await town.step(head, body.id, 'refuse', { reason: '特別な事情' });
  await town.send(undefined, 'POST', '/sessions', { body: { staffNumber: borrower, password: 'swordfish' } });
  const log = town.logged.join('');
  expect(log).toContain('/device-loans');
  for (const secret of [borrower, head, password, 'swordfish', '秘密', '特別', await town.token(borrower), body.id])
    expect(log).not.toContain(secret);
});
