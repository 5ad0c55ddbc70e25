import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiTown, day } from './town.js';

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open();
});
afterAll(() => town.close());

describe('端末機等の借用 through the API (利用手順③–⑤, ⑩)', () => {
  test('a device is asked for, approved, prepared, handed over, received, extended, returned, erased and confirmed', async () => {
    const {
      borrower,
      head,
      it: [it, secondIt],
    } = town.accounts;
    const department = (await town.send(borrower, 'GET', '/me')).body.departments[0];
    await town.devices(department, 'PC-1');

    const filed = await town.file(borrower, { data: '会議資料の案' });
    expect(filed).toMatchObject({ status: 201, body: { status: 'requested', staff: { staffNumber: borrower } } });
    const { id, receiptNumber } = filed.body;
    expect(filed.headers.get('Location')).toBe(`/api/v1/device-loans/${id}`);
    expect(receiptNumber).toMatch(/^令和\d+-貸-\d{4}$/);

    const tasks = await town.send(head, 'GET', '/me/tasks');
    expect(tasks.body.items).toContainEqual(expect.objectContaining({ id, step: 'approve', who: `head:${department}` }));

    expect(await town.step(head, id, 'approve')).toMatchObject({ status: 200, body: { status: 'reserved' } });
    const tag = { assetTag: 'PC-1' };
    expect(await town.step(it, id, 'prepare', { ...tag, fingerprintEnrolled: true, accessories: ['wire', 'mouse'] })).toMatchObject({
      status: 200,
    });
    expect(await town.step(it, id, 'handOver')).toMatchObject({ status: 200, body: { status: 'handedOver' } });
    const terms = await town.send(borrower, 'GET', `/device-loans/${id}/terms`);
    expect(terms.body.text).toContain('個人情報');
    expect(await town.step(borrower, id, 'receive', { terms: terms.body.version })).toMatchObject({ status: 200 });
    expect(await town.step(borrower, id, 'askExtension', { until: day(7) })).toMatchObject({ status: 200 });
    expect(await town.step(head, id, 'decideExtension', { granted: true })).toMatchObject({ body: { state: { until: day(7) } } });
    const back = await town.step(it, id, 'takeBack', { accessories: ['wire'], data: '会議資料の案' });
    expect(back.body).toMatchObject({ status: 'returned', state: { missing: ['mouse'] } });
    const erasure = { method: 'purge', tool: 'nwipe', toolVersion: '0.37', dataClass: 'confidential' };
    expect(await town.step(it, id, 'erase', erasure)).toMatchObject({ status: 200 });
    expect(await town.step(it, id, 'confirmErasure')).toMatchObject({ status: 422, body: { errors: [{ code: 'secondPerson' }] } });
    expect(await town.step(secondIt, id, 'confirmErasure')).toMatchObject({ status: 200, body: { status: 'released' } });
    expect(await town.step(it, id, 'accountFor', { accessory: 'mouse', how: 'back' })).toMatchObject({ body: { closed: true, due: [] } });

    const { body } = await town.send(borrower, 'GET', `/device-loans/${id}/events`);
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual([
      ...['request', 'approve', 'reserve', 'prepare', 'handOver', 'receive', 'askExtension', 'decideExtension'],
      ...['takeBack', 'erase', 'confirmErasure', 'accountFor'],
    ]);
    expect(body.items[0]).toMatchObject({ by: { staffNumber: borrower, name: expect.any(String) }, input: { data: '会議資料の案' } });
  });
});
