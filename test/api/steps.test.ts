import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as rules from '../../workflows/device-loan/rules.js';
import { ApiTown, day } from './town.js';

let town: ApiTown;
let department: string;
beforeAll(async () => {
  town = await ApiTown.open();
  department = (await town.send(town.accounts.borrower, 'GET', '/me')).body.departments[0];
});
afterAll(() => town.close());

const filed = async (over: object = {}): Promise<string> => {
  const { status, body } = await town.file(town.accounts.borrower, over);
  expect(status).toBe(201);
  return body.id;
};
/** A loan whose device is out, each of its own. */
let devices = 0;
const lent = async (over: object = {}): Promise<string> => {
  const {
    head,
    it: [it],
  } = town.accounts;
  devices += 1;
  const assetTag = `PC-${devices}`;
  await town.devices(department, assetTag);
  const id = await filed(over);
  for (const [who, step, body] of [
    [head, 'approve', {}],
    [it, 'prepare', { assetTag, fingerprintEnrolled: true, accessories: ['wire'] }],
    [it, 'handOver', {}],
  ] as const)
    expect((await town.step(who, id, step, body)).status).toBe(200);
  return id;
};
const names = async (id: string) => (await town.ledger.events(id)).map(({ event }) => event.name);

describe('a decision acts once', () => {
  test('the same opening twice at once is one case, and again later', async () => {
    const key = randomUUID();
    const [one, other] = await Promise.all([town.file(town.accounts.borrower, {}, key), town.file(town.accounts.borrower, {}, key)]);
    expect([one.status, other.status]).toEqual([201, 201]);
    const later = await town.file(town.accounts.borrower, {}, key);
    expect([other.body, later.body]).toEqual([one.body, one.body]);
    expect(await names(one.body.id)).toEqual(['request']);
  });

  test('another body under the key of an opening is refused', async () => {
    const key = randomUUID();
    await town.file(town.accounts.borrower, { data: '案' }, key);
    expect(await town.file(town.accounts.borrower, { data: '別の案' }, key)).toMatchObject({
      status: 422,
      body: { type: '/problems/keyReused' },
    });
    expect((await town.file(town.accounts.secondBorrower, {}, key)).status).toBe(201); // A key is its person's own.
  });

  test('the same step twice at once is taken once', async () => {
    const [id, key] = [await filed(), randomUUID()];
    const answers = await Promise.all([1, 2, 3].map(() => town.step(town.accounts.head, id, 'refuse', { reason: '業務の都合' }, key)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await names(id)).toEqual(['request', 'refuse']);
  });

  test('a step is answered again when its case has long been closed', async () => {
    const [id, key] = [await filed(), randomUUID()];
    const first = await town.step(town.accounts.borrower, id, 'withdraw', {}, key);
    expect(await town.step(town.accounts.borrower, id, 'withdraw', {}, key)).toMatchObject({ status: 200, body: first.body });
    expect(await town.step(town.accounts.borrower, id, 'withdraw')).toMatchObject({ status: 409, body: { ended: 'withdrawn', due: [] } });
  });

  test('another body under the key of a step is refused, also by its words alone', async () => {
    const [id, key] = [await filed(), randomUUID()];
    await town.step(town.accounts.head, id, 'refuse', { reason: '業務の都合' }, key);
    expect((await town.step(town.accounts.head, id, 'refuse', { reason: '別の理由' }, key)).body.type).toBe('/problems/keyReused');
  });

  test('words that a refused try left behind are never taken for those of the next', async () => {
    const [id, key] = [await lent({ data: '会議資料の案' }), randomUUID()];
    const takeBack = (accessories: string[], data: string) => town.step(town.accounts.it[0], id, 'takeBack', { accessories, data }, key);
    expect((await takeBack(['bag'], '会議資料の案')).body.errors).toMatchObject([{ code: 'notHandedOut' }]);
    expect((await takeBack(['wire'], '別の資料')).body.type).toBe('/problems/keyReused');
    expect((await takeBack(['wire'], '会議資料の案')).status).toBe(200);
  });

  test('the key of one case is another one for the next', async () => {
    const [first, second, key] = [await filed(), await filed(), randomUUID()];
    expect((await town.step(town.accounts.head, first, 'approve', {}, key)).status).toBe(200);
    expect((await town.step(town.accounts.head, second, 'approve', {}, key)).status).toBe(200);
    expect([await names(first), await names(second)]).toEqual([expect.arrayContaining(['approve']), expect.arrayContaining(['approve'])]);
  });

  test('of two decisions at once one stands, and the other is told what is due', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await filed();
      const answers = await Promise.all([
        town.step(town.accounts.head, id, 'refuse', { reason: '業務の都合' }),
        town.step(town.accounts.borrower, id, 'withdraw'),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(await names(id)).toHaveLength(2);
    }
  });

  test('in bulk each item has its own answer', async () => {
    const [first, second, key] = [await filed(), await filed(), randomUUID()];
    await town.step(town.accounts.borrower, second, 'withdraw');
    const items = [first, second, 'A'.repeat(22)].map((id) => ({ id, body: {} }));
    const bulk = () => town.send(town.accounts.head, 'POST', '/device-loans/steps/approve', { key, body: { items } });
    for (const { status, body } of [await bulk(), await bulk()]) {
      expect(status).toBe(200);
      expect(body.items).toMatchObject([
        { id: first, status: 200, case: { id: first } },
        { status: 409, problem: { type: '/problems/notDue', ended: 'withdrawn' } },
        { status: 404, problem: { type: '/problems/notFound' } },
      ]);
    }
    const twice = [items[0], items[0]];
    expect(await town.send(town.accounts.head, 'POST', '/device-loans/steps/approve', { key, body: { items: twice } })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'items', code: 'repeated' }] },
    });
  });

  test('after a power cut the ledger is ahead: the step that it shows as due is taken', async () => {
    const id = await filed();
    const row = await town.ledger.caseById(id);
    const event = { name: 'approve', input: { by: town.accounts.head, as: `head:${department}` }, key: randomUUID() } as rules.LoanEvent;
    const state = rules.apply(row?.state as rules.Loan, event);
    const { claim, due, readers, summary } = rules;
    const wants = claim(state);
    await town.ledger.append({
      caseId: id,
      procedure: 'device-loan',
      seq: 2,
      event,
      state,
      summary: summary(state),
      due: due(state),
      readers: readers(state),
      ...(wants && { claim: wants }),
    });
    expect(await town.step(town.accounts.head, id, 'recall', { reason: '業務の都合' })).toMatchObject({
      status: 200,
      body: { status: 'cancelled' },
    });
  });
});

describe('who may do what', () => {
  test('the wrong person is refused, and a case is hidden from who may not see it', async () => {
    const id = await filed();
    const {
      secondHead,
      secondBorrower,
      borrower,
      hr,
      admin,
      it: [it],
    } = town.accounts;
    expect(await town.step(borrower, id, 'approve')).toMatchObject({ status: 403, body: { type: '/problems/forbidden' } });
    for (const stranger of [secondHead, secondBorrower, admin]) {
      for (const path of [`/device-loans/${id}`, `/device-loans/${id}/events`, `/device-loans/${id}/terms`])
        expect(await town.send(stranger, 'GET', path)).toMatchObject({ status: 404, body: { type: '/problems/notFound' } });
      expect((await town.step(stranger, id, 'approve')).status).toBe(404);
      const { body } = await town.send(stranger, 'GET', '/device-loans?limit=200');
      expect(body.items.map((one: { id: string }) => one.id)).not.toContain(id);
    }
    for (const reader of [hr, it]) expect((await town.send(reader, 'GET', `/device-loans/${id}`)).status).toBe(200);
  });

  test('a step that is not due says what is', async () => {
    const id = await filed();
    const {
      head,
      it: [it],
    } = town.accounts;
    expect(await town.step(it, id, 'handOver')).toMatchObject({ status: 409, body: { type: '/problems/notDue' } });
    const { body } = await town.step(head, id, 'decideExtension', { granted: true });
    expect(body.due).toContainEqual(expect.objectContaining({ step: 'approve', who: `head:${department}`, mine: true }));
    expect(body.due).toContainEqual(expect.objectContaining({ step: 'withdraw', who: `staff:${town.accounts.borrower}` }));
  });

  test('free texts are shown only to those who deal with them', async () => {
    const id = await filed({ data: '会議資料の案' });
    const { hr, head } = town.accounts;
    expect((await town.send(head, 'GET', `/device-loans/${id}`)).body.state.request.data).toBe('会議資料の案');
    const [seen, events] = await Promise.all([
      town.send(hr, 'GET', `/device-loans/${id}`),
      town.send(hr, 'GET', `/device-loans/${id}/events`),
    ]);
    expect(JSON.stringify([seen.body, events.body])).not.toContain('会議資料');
  });

  test('a head’s own request goes to the next superior', async () => {
    const { headBorrower, superior, borrower } = town.accounts;
    const { body } = await town.file(headBorrower);
    expect(body.state.request.approver).toMatch(/^superior:/);
    expect((await town.step(borrower, body.id, 'approve')).status).toBe(404);
    expect((await town.step(superior, body.id, 'approve')).status).toBe(200);
  });

  test('the department must be one of one’s own', async () => {
    expect(await town.file(town.accounts.borrower, { department: 'nowhere' })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'notYourDepartment', field: 'department' }] },
    });
  });
});

describe('rules refuse with code, field, article and limit', () => {
  test.each([
    [{ personalData: true }, { code: 'personalData', field: 'personalData' }],
    [
      { from: '2020-01-06', until: '2020-01-07' },
      { code: 'periodInPast', field: 'from' },
    ],
    [
      { from: day(5), until: day(2) },
      { code: 'periodOrder', field: 'until' },
    ],
  ])('%j', async (over, error) => {
    const { status, body, headers } = await town.file(town.accounts.borrower, over);
    expect(headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { type: '/problems/ruleRefuses', title: '規則により、この手続を行うことはできません。' },
    });
    expect(body.errors).toEqual([
      expect.objectContaining({ ...error, article: expect.any(String), message: expect.stringContaining('根拠') }),
    ]);
  });

  test('in English for who prefers it', async () => {
    const form = { kind: 'laptop', accessories: [], from: day(2), until: day(3), personalData: true };
    const headers = { 'Accept-Language': 'en' };
    const { body } = await town.send(town.accounts.borrower, 'POST', '/device-loans', { key: randomUUID(), body: form, headers });
    expect(body).toMatchObject({ title: 'A rule forbids this.', errors: [{ message: expect.stringContaining('Personal data') }] });
  });
});
