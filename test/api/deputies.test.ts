import { randomUUID } from 'node:crypto';
import { Attribute, Change, Client as LdapClient } from 'ldapts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hostClock } from '../../activities/ledger/clock.js';
import { municipalCalendar, today } from '../../config/calendar.js';
import { ApiTown, day } from './town.js';

const now = today(hostClock.now().toISOString());

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open({ pack: 'test/api/deputies.yaml', freshMs: 0 });
});
afterAll(() => town.close());
afterEach(async () => {
  await absent(); // Everybody is back.
});

const absencesOf = (...staff: string[]): string =>
  ['staff_number,from,until,reason', ...staff.map((one) => `${one},${now},${now},sickLeave`)].join('\n');
/** These, and nobody else, are absent today. */
const absent = (...staff: string[]) => town.ledger.importAbsences(absencesOf(...staff), { by: 'system' });
const filed = async (who = town.accounts.borrower, over: object = {}): Promise<string> => {
  const { status, body } = await town.file(who, over);
  expect(status).toBe(201);
  return body.id;
};
const name = (who: string, over: object, key: string = randomUUID()) =>
  town.send(who, 'POST', '/deputies', { key, body: { capacity: 'head:zeimu', from: now, until: now, ...over } });
const named = async (who: string, over: object): Promise<{ id: string; version: number }> => {
  const { status, body } = await name(who, over);
  expect(status).toBe(201);
  return body;
};
const end = async ({ id }: { id: string }) => {
  const { body } = await town.send(town.accounts.head, 'GET', `/deputies/${id}`);
  return town.send(town.accounts.head, 'DELETE', `/deputies/${id}`, { headers: { 'If-Match': `"${body.version}"` } });
};
const tasks = async (who: string, id: string) =>
  (await town.send(who, 'GET', '/me/tasks?limit=200')).body.items.filter((one: { id: string }) => one.id === id);
const acting = async (who: string) => (await town.send(who, 'GET', '/me')).body.acting;
/** Somebody who sees the loan anyway, so that what they may do is the only question. */
const colleague = () => town.accounts.it[2];

describe('代決 by post: absence opens it', () => {
  test('the first of the order decides while the head is absent; the record says for whom', async () => {
    const { head, deputyHead, keeper, borrower } = town.accounts;
    const id = await filed(borrower, { data: '会議資料の案' });
    expect((await town.step(deputyHead, id, 'approve')).status).toBe(404);
    expect(await acting(deputyHead)).toEqual([]);

    await absent(head);
    expect(await acting(deputyHead)).toEqual([{ capacity: 'head:zeimu', onBehalfOf: expect.objectContaining({ staffNumber: head }) }]);
    expect(await acting(keeper)).toEqual([]); // One after the other, not all at once.
    expect(await tasks(deputyHead, id)).toContainEqual(
      expect.objectContaining({ step: 'approve', who: 'head:zeimu', onBehalfOf: expect.objectContaining({ staffNumber: head }) }),
    );
    const { body: seen } = await town.send(deputyHead, 'GET', `/device-loans/${id}`);
    expect(seen.state.request.data).toBe('会議資料の案'); // Whoever decides sees what about.
    expect(seen.due).toContainEqual(expect.objectContaining({ step: 'approve', mine: true }));
    expect(await town.step(deputyHead, id, 'approve')).toMatchObject({ status: 200, body: { status: 'approved' } });
    expect(await tasks(head, id)).not.toContainEqual(expect.objectContaining({ step: 'approve' }));

    await absent();
    const { body } = await town.send(borrower, 'GET', `/device-loans/${id}/events`);
    expect(body.items[1]).toMatchObject({
      name: 'approve',
      by: { staffNumber: deputyHead },
      as: 'head:zeimu',
      onBehalfOf: { staffNumber: head, name: expect.any(String) },
    });
    expect((await town.send(deputyHead, 'GET', `/device-loans/${id}`)).status).toBe(404);
  });

  test('who is first and absent too is passed over, and so is a disabled account', async () => {
    const { head, deputyHead } = town.accounts;
    const inOrder = town.sample.entries
      .filter(({ attributes }) => attributes.departmentNumber?.includes('zeimu') && attributes.title?.[0] === '係長')
      .flatMap(({ attributes }) => attributes.employeeNumber ?? [])
      .sort();
    const [second = '', third] = inOrder;
    await absent(head, deputyHead);
    expect(await acting(deputyHead)).toEqual([]);
    expect(await acting(second)).toHaveLength(1);
    if (third) expect(await acting(third)).toEqual([]);
    await absent(head);
    await town.disable(deputyHead);
    expect(await acting(second)).toHaveLength(1);
    await town.disable(deputyHead, false);
    expect(await acting(second)).toEqual([]);
  });

  test('a vacant post opens nothing', async () => {
    const vacant = town.sample.entries.find(
      ({ dn, attributes }) =>
        /^ou=\w+,ou=\w+,ou=units,/.test(dn) && attributes.objectClass?.includes('organizationalUnit') && !attributes.seeAlso,
    );
    const unit = vacant?.attributes.ou?.[0] ?? '';
    const staff = town.sample.entries.filter(({ attributes }) => attributes.departmentNumber?.includes(unit));
    expect(staff.map(({ attributes }) => attributes.title?.[0])).toContain('課長補佐');
    for (const { attributes } of staff) expect(await acting(attributes.employeeNumber?.[0] ?? '')).toEqual([]);
  });

  test('nobody decides on their own request for the head', async () => {
    const { head, deputyHead } = town.accounts;
    const id = await filed(deputyHead);
    await absent(head);
    for (const [step, body] of [
      ['approve', {}],
      ['refuse', { reason: '業務の都合' }],
    ] as const)
      expect(await town.step(deputyHead, id, step, body)).toMatchObject({ status: 422, body: { errors: [{ code: 'ownRequest' }] } });
    expect(await town.step(deputyHead, id, 'withdraw')).toMatchObject({ status: 200 }); // In one's own capacity nothing changes.
  });

  test('a registration is approved so; what the pack excepts is not', async () => {
    const { head, deputyHead, secondBorrower } = town.accounts;
    await town.send(town.accounts.hr, 'POST', '/imports/employment', {
      body: `staff_number,kind,from,until,occupation\n${secondBorrower},regular,2001-04-01,,clerical`,
      headers: { 'Content-Type': 'text/csv' },
    });
    const form = {
      ...{ forms: ['home'], workplace: 'ownHome', address: '凪沢市中央1-2-3', phone: '000-0000-0000', reason: 'care' },
      frequency: { days: 2, per: 'week' },
    };
    const { body } = await town.send(secondBorrower, 'POST', '/registrations', { key: randomUUID(), body: { form } });
    await absent(head);
    expect(await town.registrationStep(deputyHead, body.id, 'approve')).toMatchObject({ status: 200, body: { status: 'active' } });
    expect(await town.registrationStep(deputyHead, body.id, 'revoke', { reason: '業務の停滞' })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'neverActed' }] },
    });
    await absent();
    expect(await town.registrationStep(head, body.id, 'revoke', { reason: '業務の停滞' })).toMatchObject({ status: 200 });
  });

  test('in bulk, each item for the head', async () => {
    const { head, deputyHead } = town.accounts;
    const ids = [await filed(), await filed(deputyHead)];
    await absent(head);
    const items = ids.map((id) => ({ id, body: {} }));
    const { body } = await town.send(deputyHead, 'POST', '/device-loans/steps/approve', { key: randomUUID(), body: { items } });
    expect(body.items).toMatchObject([{ status: 200 }, { status: 422, problem: { errors: [{ code: 'ownRequest' }] } }]);
  });
});

describe('代決 by name, where the pack allows it', () => {
  test('somebody decides for dates and kinds of step', async () => {
    const { head } = town.accounts;
    const deputy = colleague();
    const [first, second] = [await filed(), await filed()];
    expect((await town.step(deputy, first, 'approve')).status).toBe(403);
    const naming = await named(head, { deputy, steps: ['approve'] });
    expect((await tasks(deputy, first)).map(({ step }: { step: string }) => step)).toEqual(['approve']);
    expect((await town.step(deputy, first, 'refuse', { reason: '業務の都合' })).status).toBe(403);
    expect(await town.step(deputy, first, 'approve')).toMatchObject({ status: 200 });
    expect(await town.send(head, 'GET', '/deputies')).toMatchObject({ body: { items: [{ id: naming.id, steps: ['approve'] }] } });
    expect(await town.send(deputy, 'GET', `/deputies/${naming.id}`)).toMatchObject({
      status: 200,
      body: { holder: { staffNumber: head } },
    });
    expect(await end(naming)).toMatchObject({ status: 200, body: { endedAt: expect.any(String) } });
    expect((await town.step(deputy, second, 'approve')).status).toBe(403);
  });

  test('before the first day there is nothing, and other days count at once', async () => {
    const { head } = town.accounts;
    const deputy = colleague();
    const id = await filed();
    const { id: naming, version } = await named(head, { deputy, from: day(3), until: day(4) });
    expect((await town.step(deputy, id, 'approve')).status).toBe(403);
    const put = (who: string, seen: number | undefined, body: object = { from: now, until: now }) =>
      town.send(who, 'PUT', `/deputies/${naming}`, { body, headers: seen === undefined ? {} : { 'If-Match': `"${seen}"` } });
    expect((await put(head, undefined)).status).toBe(428);
    expect((await put(head, version + 1)).status).toBe(412);
    expect((await put(deputy, version)).status).toBe(403); // Nobody lengthens their own powers.
    expect((await put(town.accounts.borrower, version)).status).toBe(404);
    expect(await put(head, version, { from: now, until: '2020-01-01' })).toMatchObject({ body: { errors: [{ code: 'lastDayTooEarly' }] } });
    expect(await put(head, version)).toMatchObject({ status: 200, body: { version: version + 1 } });
    expect(await town.step(deputy, id, 'approve')).toMatchObject({ status: 200 });
    await end({ id: naming });
  });

  test('there are no chains: who acts for another names nobody', async () => {
    const { head, borrower } = town.accounts;
    const deputy = colleague();
    expect((await name(deputy, { deputy: borrower })).status).toBe(403);
    const naming = await named(head, { deputy });
    expect(await name(deputy, { deputy: borrower })).toMatchObject({ status: 422, body: { errors: [{ code: 'chainOfDeputies' }] } });
    await end(naming);
  });

  test('a naming past the route, by one who does not hold the capacity, opens nothing', async () => {
    const { borrower, deputyHead } = town.accounts;
    const until = { from: now, until: now };
    await town.ledger.nameDeputy({ id: 'past-the-route', holder: deputyHead, deputy: borrower, capacity: 'head:zeimu', ...until });
    expect(await acting(borrower)).toEqual([]);
  });

  test.each([
    ['oneself', () => ({ deputy: town.accounts.head }), 'ownDeputy'],
    ['nobody', () => ({ deputy: '99999' }), 'unknownPerson'],
    ['a disabled account', () => ({ deputy: town.accounts.disabled }), 'unknownPerson'],
    ['for a step that there is none of', () => ({ deputy: colleague(), steps: ['crown'] }), 'stepUnknown'],
    ['for days that are over', () => ({ deputy: colleague(), from: '2020-01-01', until: '2020-01-02' }), 'lastDayTooEarly'],
  ])('nobody names %s', async (_, over, code) => {
    expect(await name(town.accounts.head, over())).toMatchObject({ status: 422, body: { errors: [{ code }] } });
  });

  test.each(['staff:10001', 'it', 'hr', 'keeper:zeimu'])('nobody is named for %s', async (capacity) => {
    expect((await name(town.accounts.it[0], { capacity, deputy: town.accounts.borrower })).status).toBe(400);
  });

  test('a head does not decide on their own request as deputy of their superior', async () => {
    const { headBorrower, superior } = town.accounts;
    const { body } = await town.file(headBorrower);
    const capacity = body.state.request.approver;
    expect(capacity).toMatch(/^superior:/);
    await named(superior, { capacity, deputy: headBorrower });
    expect(await acting(headBorrower)).toHaveLength(1);
    expect(await town.step(headBorrower, body.id, 'approve')).toMatchObject({ status: 422, body: { errors: [{ code: 'ownRequest' }] } });
  });

  test('nor does anybody on the request of the one for whom they act', async () => {
    const { head } = town.accounts;
    const deputy = colleague();
    const { body } = await town.file(head);
    expect(body.state.request.approver).toBe('superior:zeimu');
    const naming = await named(head, { deputy });
    expect((await town.step(deputy, body.id, 'approve')).status).toBe(403);
    await end(naming);
  });

  test('a repeat finds the same naming, and another one under its key is refused', async () => {
    const key = randomUUID();
    const first = await name(town.accounts.head, { deputy: colleague() }, key);
    expect(await name(town.accounts.head, { deputy: colleague() }, key)).toMatchObject({ status: 201, body: { id: first.body.id } });
    expect(await name(town.accounts.head, { deputy: town.accounts.borrower }, key)).toMatchObject({
      body: { type: '/problems/keyReused' },
    });
    await end(first.body);
  });

  test('a head who has moved has named nobody', async () => {
    const { head, secondHead } = town.accounts;
    const deputy = colleague();
    const id = await filed();
    const naming = await named(head, { deputy });
    await heads('zeimu', secondHead);
    expect((await town.step(deputy, id, 'approve')).status).toBe(403);
    await heads('zeimu', head);
    expect((await town.step(deputy, id, 'approve')).status).toBe(200);
    await end(naming);
  });
});

describe('後閲', () => {
  test('whom it was done for sees it afterwards, and marks it as seen', async () => {
    const { head, deputyHead, borrower } = town.accounts;
    const id = await filed();
    await absent(head);
    await town.step(deputyHead, id, 'approve');
    const line = async () => (await town.send(head, 'GET', '/me/acted?seen=false')).body.items.find((one: { id: string }) => one.id === id);
    expect(await line()).toMatchObject({
      procedure: 'device-loan',
      seq: 2,
      step: 'approve',
      as: 'head:zeimu',
      by: { staffNumber: deputyHead },
    });
    for (const other of [deputyHead, borrower])
      expect((await town.send(other, 'POST', `/me/acted/${id}/2/seen`, { body: {} })).status).toBe(404);
    expect((await town.send(head, 'POST', `/me/acted/${id}/1/seen`, { body: {} })).status).toBe(404);
    expect(await line()).not.toHaveProperty('seenAt');
    const first = await town.send(head, 'POST', `/me/acted/${id}/2/seen`, { body: {} });
    expect(first).toMatchObject({ status: 200, body: { seenAt: expect.any(String) } });
    expect((await town.send(head, 'POST', `/me/acted/${id}/2/seen`, { body: {} })).body).toEqual(first.body);
    expect(await line()).toBeUndefined();
    const all = await town.send(head, 'GET', '/me/acted?limit=1');
    expect(all.body).toMatchObject({ items: [{ id, seenAt: first.body.seenAt }], cursor: expect.any(String) });
    expect((await town.send(head, 'GET', `/me/acted?limit=1&cursor=${all.body.cursor}`)).body.items[0].id).not.toBe(id);
    expect((await town.send(deputyHead, 'GET', '/me/acted')).body.items).toEqual([]);
  });
});

describe('absences and employment by CSV', () => {
  const load = (who: string, kind: string, body: string | Uint8Array, preview = '') =>
    town.send(who, 'POST', `/imports/${kind}${preview}`, { body, headers: { 'Content-Type': 'text/csv' } });

  test('HR brings them, nobody else, and what they say counts at once', async () => {
    const { hr, head, deputyHead } = town.accounts;
    expect(await load(hr, 'absences', absencesOf(head), '?preview=true')).toMatchObject({ status: 200, body: { added: 1 } });
    expect(await acting(deputyHead)).toEqual([]);
    expect(await load(hr, 'absences', absencesOf(head))).toMatchObject({ status: 200, body: { added: 1, removed: 0 } });
    expect(await acting(deputyHead)).toHaveLength(1);
    for (const kind of ['absences', 'employment'])
      for (const who of [town.accounts.borrower, town.accounts.head, town.accounts.it[0], town.accounts.admin])
        expect((await load(who, kind, 'staff_number,from,until,reason')).status).toBe(403);
  });

  test('a bad file is refused line by line, and a preview says so', async () => {
    const csv = 'staff_number,from,until,reason\n10001,tomorrow,,sickLeave\n';
    const lines = [{ line: 2, field: 'from' }];
    expect(await load(town.accounts.hr, 'absences', csv)).toMatchObject({ status: 422, body: { lines } });
    expect(await load(town.accounts.hr, 'absences', csv, '?preview=true')).toMatchObject({ status: 200, body: { problems: lines } });
  });
});

describe('when the dates are over', () => {
  test('a deputy can do nothing, by the town’s clock', async () => {
    const { head, admin } = town.accounts;
    const deputy = colleague();
    const [first, second] = [await filed(), await filed()];
    await named(head, { deputy });
    expect((await town.step(deputy, first, 'approve')).status).toBe(200);
    const forwardMs = Date.parse(municipalCalendar().endOfDay(now)) - hostClock.now().getTime() + 1_000;
    expect((await town.send(admin, 'POST', '/admin/clock', { body: { forwardMs } })).status).toBe(200);
    const login = { staffNumber: deputy, password: town.accounts.password }; // The old session may be over too.
    const { body } = await town.send(undefined, 'POST', '/sessions', { body: login });
    const answer = await town.send(undefined, 'POST', `/device-loans/${second}/steps/approve`, {
      key: randomUUID(),
      body: {},
      headers: { Authorization: `Bearer ${body.token}` },
    });
    expect(answer.status).toBe(403);
  });
});

/** Makes somebody the head of a unit, as the directory's administrator does. */
async function heads(unit: string, staffNumber: string): Promise<void> {
  const { dn, password } = town.accounts.service;
  const client = new LdapClient({ url: `ldap://127.0.0.1:${town.gates.directory.port}` });
  await client.bind(dn, password);
  const place = town.sample.entries.find((one) => one.dn.startsWith(`ou=${unit},`))?.dn ?? '';
  const modification = new Attribute({ type: 'seeAlso', values: [`uid=${staffNumber},ou=people,${town.sample.baseDn}`] });
  await client.modify(place, new Change({ operation: 'replace', modification }));
  await client.unbind();
}
