import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { casePaths } from '../../workflows/shared/procedures.js';
import { ApiTown } from './town.js';

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open();
}, 60_000);
afterAll(() => town?.close());

const get = async (who: string, path: string) => (await town.send(who, 'GET', path)).body;

describe('mail that did not arrive', () => {
  test('is in a list that an administrator works, each act once for its key, with who and when', async () => {
    const { admin, borrower } = town.accounts;
    const { ledger } = town;
    for (const key of ['refused', 'nobody', 'sent']) await ledger.queueMail(key, { to: 'it', template: 'lossReported' });
    await ledger.begin();
    for (const { messageId, number } of await ledger.take(9)) {
      if (number % 3) await ledger.settle(messageId, { copy: messageId, how: number % 3 === 1 ? 'refused' : 'sent', detail: '5.1.1' });
      await ledger.finish(messageId, number % 3 ? 'settled' : 'nobody');
    }
    const troubled = async () => (await get(admin, '/mails?troubled=true')).items;
    const [nobody, refused] = await troubled();
    expect([nobody.state, refused.copies]).toEqual(['nobody', [{ how: 'refused', detail: '5.1.1' }]]);

    const work = (number: number, act: string, key: string, who = admin) =>
      town.send(who, 'POST', `/mails/${number}/steps/${act}`, { key, body: {} });
    const key = randomUUID();
    const first = await work(refused.number, 'sendAgain', key);
    expect(first).toMatchObject({
      status: 200,
      body: { state: 'waiting', troubled: false, acts: [{ act: 'sendAgain', by: { staffNumber: admin } }] },
    });
    expect(await work(refused.number, 'sendAgain', key)).toMatchObject({ status: 200, body: { acts: first.body.acts } });
    expect(await work(refused.number, 'sendAgain', randomUUID())).toMatchObject({ status: 409, body: { type: '/problems/notDue' } });
    expect(await work(nobody.number, 'setAside', randomUUID())).toMatchObject({ status: 200, body: { state: 'setAside' } });
    expect(await troubled()).toEqual([]);

    expect((await work(refused.number, 'setAside', randomUUID(), borrower)).status).toBe(403);
    expect((await work(999_999, 'setAside', randomUUID())).status).toBe(404);
    expect((await town.send(admin, 'POST', `/mails/${nobody.number}/steps/setAside`, { body: {} })).status).toBe(428);
    expect((await get(admin, `/mails/${nobody.number}`)).acts).toHaveLength(1);
    expect((await town.send(admin, 'GET', '/mails/0')).status).toBe(400);
  });
});

describe('what happened to a person', () => {
  test('stands on one page, all cases merged, for the person, and for who may read them; page by page the same', async () => {
    const { borrower, head, hr, promoter: stranger } = town.accounts;
    const filed = await Promise.all([town.file(borrower), town.file(borrower)]);
    const [first, second] = filed.map(({ body }) => body.id);
    await town.step(head, first, 'approve');
    await town.step(borrower, second, 'withdraw');

    const { items } = await get(borrower, '/me/timeline');
    expect(items.slice(0, 5).map(({ name, case: { id } }: { name: string; case: { id: string } }) => [name, id])).toEqual(
      expect.arrayContaining([
        ['withdraw', second],
        ['approve', first],
        ['request', first],
        ['request', second],
      ]),
    );
    const instants = items.map(({ at }: { at: string }) => at);
    expect(instants).toEqual([...instants].sort().reverse());

    const walked: object[] = [];
    for (let cursor = ''; ; ) {
      const page = await get(borrower, `/me/timeline?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      walked.push(...page.items);
      cursor = page.cursor ?? '';
      if (!cursor) break;
    }
    expect(walked).toEqual(items);

    expect((await get(hr, `/cases/${first}/person/timeline`)).items).toHaveLength(items.length);
    expect((await get(head, `/cases/${second}/person/timeline`)).items[0]).toMatchObject({ case: { procedure: 'device-loan' } });
    expect((await town.send(stranger, 'GET', `/cases/${first}/person/timeline`)).status).toBe(404);
    expect((await get(stranger, '/me/timeline')).items).toEqual([]);
    expect((await town.send(borrower, 'GET', '/me/timeline?cursor=nonsense')).status).toBe(400);
  });

  test('ends with the erasure of their words', async () => {
    const { borrower } = town.accounts;
    const { body } = await town.file(borrower, { data: '持出データの一覧' });
    await town.step(borrower, body.id, 'withdraw');
    await town.ledger.retainWords(body.id, { retentionClass: '3', until: '2020-03-31' });
    await town.ledger.eraseWords('2021-04-01');
    const [latest] = (await get(borrower, '/me/timeline?limit=1')).items;
    expect(latest).toMatchObject({ name: 'eraseWords', seq: 0, by: 'system', input: { rows: 1 }, case: { id: body.id } });
  });
});

test('HR sees what nobody can act on, until somebody has', async () => {
  const { borrower, hr } = town.accounts;
  const { body } = await town.file(borrower);
  const [{ who }] = body.due.filter(({ step }: { step: string }) => step === 'approve');
  await town.ledger.keepUnattended([{ caseId: body.id, step: 'approve', who }], '2026-04-01');
  expect((await get(hr, '/unattended')).items).toMatchObject([{ id: body.id, step: 'approve', who, receiptNumber: body.receiptNumber }]);
  await town.step(borrower, body.id, 'withdraw');
  expect((await get(hr, '/unattended')).items).toEqual([]);
});

test('the links in mails lead to the cases', async () => {
  const { borrower } = town.accounts;
  const { body } = await town.file(borrower);
  expect((await town.send(borrower, 'GET', `${casePaths['device-loan']}/${body.id}`)).status).toBe(200);
  const { paths } = await get(borrower, '/openapi.json');
  for (const path of Object.values(casePaths)) expect(Object.keys(paths)).toContain(`${path}/{id}`);
});
