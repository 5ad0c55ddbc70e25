import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiTown, day, type Sent } from './town.js';

let town: ApiTown;
let before: string;
beforeAll(async () => {
  town = await ApiTown.open();
  await town.token(town.accounts.borrower);
  before = await town.checksum();
});
afterAll(async () => {
  expect(await town.checksum()).toBe(before); // Not one row of the ledger has changed by all this.
  await town.close();
});

const form = () => ({ kind: 'laptop', accessories: ['wire'], from: day(2), until: day(5), personalData: false });
const file = (sent: Sent) => town.send(town.accounts.borrower, 'POST', '/device-loans', { key: randomUUID(), ...sent });
const malformed = (...errors: { field: string; code?: string }[]) => ({
  status: 400,
  body: { type: '/problems/malformed', errors: errors.map((error) => expect.objectContaining(error)) },
});

describe('what is handed in and cannot be', () => {
  test.each([
    ['a status', { status: 'approved' }, { field: 'status', code: 'unknownField' }],
    ['who it is by', { by: '9001' }, { field: 'by', code: 'unknownField' }],
    ['in which capacity', { as: 'it' }, { field: 'as', code: 'unknownField' }],
    ['a prototype', JSON.parse('{"__proto__": {"by": "9001"}}'), { field: '__proto__', code: 'unknownField' }],
    ['a NUL', { data: 'a\u0000b' }, { field: 'data', code: 'wrongForm' }],
    ['a bell', { data: 'a\u0007b' }, { field: 'data', code: 'wrongForm' }],
    ['a high surrogate alone', { data: 'a\ud800b' }, { field: 'data', code: 'wrongForm' }],
    ['a low surrogate alone', { data: '\udc00' }, { field: 'data', code: 'wrongForm' }],
    ['too long a text', { data: 'あ'.repeat(2_001) }, { field: 'data', code: 'tooLarge' }],
    ['no text', { data: '' }, { field: 'data', code: 'tooSmall' }],
    ['a number for a text', { data: 1 }, { field: 'data', code: 'wrongType' }],
    ['nothing for a text', { data: null }, { field: 'data', code: 'wrongType' }],
    ['a text for yes or no', { personalData: 'false' }, { field: 'personalData', code: 'wrongType' }],
    ['an unknown kind', { kind: 'mainframe' }, { field: 'kind', code: 'notOneOf' }],
    ['a thing twice', { accessories: ['wire', 'wire'] }, { field: 'accessories', code: 'repeated' }],
    ['an unknown thing', { accessories: ['wire', 'hat'] }, { field: 'accessories.1', code: 'notOneOf' }],
    ['a day that does not exist', { from: '2027-02-30' }, { field: 'from', code: 'wrongForm' }],
    ['a day of another calendar', { from: '令和9年1月5日' }, { field: 'from', code: 'wrongForm' }],
    ['an injection for a department', { department: "tax)(uid=*'; drop table cases" }, { field: 'department', code: 'wrongForm' }],
  ])('%s is refused by name', async (_what, over, error) => {
    const body = JSON.stringify({ ...form(), ...over }).replace(
      '{',
      Object.hasOwn(over, '__proto__') ? '{"__proto__":{"by":"9001"},' : '{',
    );
    expect(await file({ body })).toMatchObject(malformed(error));
  });

  test('everything that is wrong is named at once, and nothing that was handed in is repeated', async () => {
    const { body } = await file({ body: { kind: '秘密', from: '秘密', 秘密: '秘密' } });
    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(
      ['?', 'accessories', 'from', 'kind', 'personalData', 'until'].sort(),
    );
    expect(JSON.stringify(body)).not.toContain('秘密');
  });

  test.each([
    ['no JSON', '{"kind": ', malformed()],
    ['a list', '[]', malformed({ field: '', code: 'wrongType' })],
    ['a text', '"laptop"', { status: 400 }],
    ['two megabytes', JSON.stringify({ data: 'x'.repeat(2_000_000) }), { status: 413, body: { type: '/problems/tooLarge' } }],
    ['deep nesting', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, { status: 400 }],
  ])('%s is refused', async (_what, body, answer) => {
    expect(await file({ body })).toMatchObject({ ...answer, body: { ...('body' in answer ? { type: answer.body.type } : {}) } });
  });

  test('other encodings and media types are refused', async () => {
    const text = JSON.stringify(form());
    expect(await file({ body: Buffer.from([...Buffer.from('{"data":"'), 0xff, 0xfe, ...Buffer.from('"}')]) })).toMatchObject(
      malformed({ field: 'body', code: 'wrongEncoding' }),
    );
    expect(
      await file({ body: Buffer.from(text, 'utf16le'), headers: { 'Content-Type': 'application/json; charset=utf-16le' } }),
    ).toMatchObject({
      status: 400,
    });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml'])
      expect(await file({ body: text, headers: { 'Content-Type': type } })).toMatchObject({
        status: 415,
        body: { type: '/problems/unsupportedMediaType' },
      });
    expect(await file({ body: text, headers: { 'Content-Type': 'application/json; charset=klingon' } })).toMatchObject({ status: 415 });
    expect(await file({ body: text, headers: { 'Content-Encoding': 'gzip' } })).toMatchObject({ status: 400 });
    expect(await file({ body: text, headers: { 'Content-Encoding': 'klingon' } })).toMatchObject({ status: 415 });
  });

  test('a decision without its key is refused, and so is a key that is none', async () => {
    const { borrower } = town.accounts;
    expect(await town.send(borrower, 'POST', '/device-loans', { body: form() })).toMatchObject({
      status: 428,
      body: { type: '/problems/keyNeeded' },
    });
    for (const key of [' ', 'a b', 'x'.repeat(129)])
      expect((await town.send(borrower, 'POST', '/device-loans', { body: form(), headers: { 'Idempotency-Key': key } })).status).toBe(400);
  });

  test.each([
    ['/device-loans/%00', 400],
    ['/device-loans/..%2f..%2fetc', 400],
    ['/device-loans/%E0%A4%A', 400],
    [`/device-loans/${'a'.repeat(22)}`, 404],
    ['/device-loans?limit=0', 400],
    ['/device-loans?limit=201', 400],
    ['/device-loans?limit[]=1', 400],
    ['/device-loans?cursor=x', 400],
    [`/me/tasks?cursor=${Buffer.from('["never","a","b","c"]').toString('base64url')}`, 400],
    ['/device-loans?status=approved&status=refused', 400],
    ['/device-loans?order=asc', 400],
    ['/device-loans/', 404],
    ['/Device-Loans', 404],
    ['/nothing', 404],
  ])('GET %s: %d', async (path, status) => {
    const answer = await town.send(town.accounts.borrower, 'GET', path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
  });

  test('other methods are refused with what is allowed', async () => {
    for (const method of ['PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await town.send(town.accounts.borrower, method, '/device-loans');
      expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'POST, GET']);
    }
  });
});

describe('a login that cannot be', () => {
  const logIn = (body: unknown) => town.send(undefined, 'POST', '/sessions', { body });
  test.each(['*', '*)(uid=*', 'a)(|(uid=*))', '4021\\2a', 'uid=4021,ou=people', '', '4021 ', '４０２１', '123456789'])(
    'the staff number %j never reaches the directory',
    async (staffNumber) => {
      town.gates.directory.shut();
      expect(await logIn({ staffNumber, password: town.accounts.password })).toMatchObject(malformed({ field: 'staffNumber' }));
      town.gates.directory.open();
    },
  );

  test('nor does an empty password (RFC 4513 §5.1.2: it would bind as nobody)', async () => {
    town.gates.directory.shut();
    expect(await logIn({ staffNumber: town.accounts.borrower, password: '' })).toMatchObject(
      malformed({ field: 'password', code: 'tooSmall' }),
    );
    town.gates.directory.open();
  });

  test.each(['*', '\u0000', ')(uid=*', 'あ'])('the password %j is just wrong', async (password) => {
    expect(await logIn({ staffNumber: town.accounts.borrower, password })).toMatchObject({
      status: 401,
      body: { type: '/problems/wrongPassword' },
    });
  });

  test('somebody unknown is answered like a wrong password', async () => {
    const [unknown, wrong] = [
      await logIn({ staffNumber: '99999999', password: 'x' }),
      await logIn({ staffNumber: town.accounts.borrower, password: 'x' }),
    ];
    expect(unknown.body).toEqual(wrong.body);
  });
});
