import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiTown, day } from './town.js';

let town: ApiTown;
let department: string;
beforeAll(async () => {
  town = await ApiTown.open();
  department = (await town.send(town.accounts.borrower, 'GET', '/me')).body.departments[0];
});
afterAll(() => town.close());

const device = (assetTag: string, over: object = {}) => ({
  ...{ assetTag, kind: 'laptop', pool: 'common', networkZone: 'lgwan', manufacturer: 'M', model: 'X', serial: assetTag, note: '' },
  ...over,
});
const register = (who: string, body: object) => town.send(who, 'POST', '/devices', { body });
const step = (who: string, tag: string, name: string, version: number, body: object = {}) =>
  town.send(who, 'POST', `/devices/${tag}/steps/${name}`, { body, headers: { 'If-Match': `"${version}"` } });

describe('the device master', () => {
  test('a device is registered once, corrected, repaired, moved and retired, each change on the version that was seen', async () => {
    const [it] = town.accounts.it;
    const registered = await register(it, device('NB-1'));
    expect([registered.status, registered.headers.get('Location'), registered.headers.get('ETag')]).toEqual([
      201,
      '/api/v1/devices/NB-1',
      '"1"',
    ]);
    expect((await register(it, device('NB-1'))).status).toBe(201);
    expect(await register(it, device('NB-1', { model: 'Y' }))).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'deviceKnown', field: 'assetTag' }] },
    });

    const correct = (version?: string) =>
      town.send(it, 'PUT', '/devices/NB-1', {
        body: { manufacturer: 'M', model: 'Z', serial: 'NB-1', note: '' },
        ...(version && { headers: { 'If-Match': version } }),
      });
    expect((await correct()).status).toBe(428);
    expect((await correct('latest')).status).toBe(400);
    expect((await correct('"7"')).status).toBe(412);
    expect(await correct('"1"')).toMatchObject({ status: 200, body: { model: 'Z', version: 2 } });
    expect(await step(it, 'NB-1', 'repair', 2)).toMatchObject({ status: 200, body: { status: 'inRepair' } });
    expect((await step(it, 'NB-1', 'repair', 2)).status).toBe(412);
    expect(await step(it, 'NB-1', 'miss', 3)).toMatchObject({ status: 422, body: { errors: [{ code: 'deviceState' }] } });
    expect((await step(it, 'NB-1', 'repaired', 3)).status).toBe(200);
    expect(await step(it, 'NB-1', 'move', 4, { pool: department })).toMatchObject({ body: { pool: department } });
    expect(await step(it, 'NB-1', 'retire', 5)).toMatchObject({ status: 200, body: { status: 'retired' } });
    expect((await step(it, 'NB-9', 'retire', 1)).status).toBe(404);

    const { body } = await town.send(it, 'GET', '/devices/NB-1/events');
    expect(body.items.map(({ act }: { act: string }) => act)).toEqual(['register', 'correct', 'repair', 'repaired', 'move', 'retire']);
    expect(body.items[0].by).toMatchObject({ staffNumber: it, name: expect.any(String) });
  });

  test('only IT keeps it, and the administrator sees no borrowers', async () => {
    const { borrower, head, admin, it } = town.accounts;
    await register(it[0], device('NB-2', { pool: department }));
    const { body } = await town.file(borrower);
    await town.step(head, body.id, 'approve');
    for (const who of [borrower, head]) {
      expect((await town.send(who, 'GET', '/devices')).status).toBe(403);
      expect((await register(who, device('NB-3'))).status).toBe(403);
    }
    expect((await step(admin, 'NB-2', 'retire', 1)).status).toBe(403);
    const promised = await town.send(it[0], 'GET', '/devices/NB-2');
    expect(promised.body.reservations).toMatchObject([{ receiptNumber: body.receiptNumber, staff: { staffNumber: borrower } }]);
    const [list, one] = await Promise.all([town.send(admin, 'GET', '/devices'), town.send(admin, 'GET', '/devices/NB-2')]);
    expect(one.body).toMatchObject({ assetTag: 'NB-2', status: 'available' });
    expect(JSON.stringify([list.body, one.body])).not.toContain(borrower);
    await town.step(borrower, body.id, 'withdraw');
  });

  test('its list goes on from page to page', async () => {
    const [it] = town.accounts.it;
    for (const tag of ['AA-1', 'AA-2', 'AA-3']) await register(it, device(tag, { pool: 'shelf' }));
    const tags: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await town.send(it, 'GET', `/devices?pool=shelf&limit=2${cursor && `&cursor=${cursor}`}`);
      tags.push(...body.items.map(({ assetTag }: { assetTag: string }) => assetTag));
      if (!body.cursor) break;
      cursor = body.cursor;
    }
    expect(tags).toEqual(['AA-1', 'AA-2', 'AA-3']);
  });

  test('端末機等管理簿 (procedure ④): the head sees at any time where the department’s devices are', async () => {
    const {
      head,
      secondHead,
      borrower,
      it: [it],
    } = town.accounts;
    await register(it, device('NB-4', { pool: department }));
    const path = `/departments/${department}/device-register`;
    const { body } = await town.send(head, 'GET', path);
    expect(body.items.map(({ assetTag }: { assetTag: string }) => assetTag)).toContain('NB-4');
    expect((await town.send(it, 'GET', path)).status).toBe(200);
    for (const who of [secondHead, borrower]) expect((await town.send(who, 'GET', path)).status).toBe(403);
  });
});

test('棚卸し: what is not seen, and what is seen elsewhere', async () => {
  const {
    head,
    it: [it],
  } = town.accounts;
  for (const tag of ['ST-1', 'ST-2']) await register(it, device(tag, { pool: 'store' }));
  expect((await town.send(head, 'POST', '/stocktakings', { body: { pool: 'store' } })).status).toBe(403);
  const opened = await town.send(it, 'POST', '/stocktakings', { body: { pool: 'store' } });
  expect(opened).toMatchObject({ status: 201, body: { pool: 'store', openedBy: { staffNumber: it } } });
  const { number } = opened.body;
  expect((await town.send(it, 'POST', '/stocktakings', { body: { pool: 'store' } })).body.number).toBe(number);
  const see = (...assetTags: string[]) => town.send(it, 'POST', `/stocktakings/${number}/steps/see`, { body: { assetTags } });
  await see('ST-1', 'XX-1');
  expect((await see('ST-1')).body.differences).toEqual({ notSeen: ['ST-2'], elsewhere: [{ assetTag: 'XX-1', where: 'unknown' }] });
  expect((await town.send(it, 'POST', `/stocktakings/${number}/steps/close`, { body: {} })).body.closedBy).toMatchObject({
    staffNumber: it,
  });
  expect((await see('ST-2')).status).toBe(404);
  expect((await town.send(it, 'GET', `/stocktakings/${number}`)).body.differences.notSeen).toEqual(['ST-2']);
});

describe('devices from CSV', () => {
  const heading = 'asset_tag,kind,pool,manufacturer,model,serial,network_zone,note';
  const load = (who: string, body: string | Uint8Array, preview = '') =>
    town.send(who, 'POST', `/imports/devices${preview}`, { body, headers: { 'Content-Type': 'text/csv' } });

  test('a preview changes nothing, the import takes all, and again nothing', async () => {
    const csv = `${heading}\r\nCS-1,laptop,common,M,X,S-1,lgwan,\r\nCS-2,wifiRouter,common,M,X,S-2,internet,窓口\r\n`;
    const { admin } = town.accounts;
    expect(await load(admin, csv, '?preview=true')).toMatchObject({ status: 200, body: { added: 2, known: 0, problems: [] } });
    expect((await town.send(admin, 'GET', '/devices/CS-1')).status).toBe(404);
    expect((await load(admin, csv)).body).toMatchObject({ added: 2, known: 0 });
    expect((await load(admin, csv)).body).toMatchObject({ added: 0, known: 2 });
    expect((await town.send(admin, 'GET', '/devices/CS-2')).body.note).toBe('窓口');
  });

  test('Shift_JIS is read as what it is', async () => {
    // 窓口
    const csv = Buffer.concat([Buffer.from(`${heading}\r\nCS-3,laptop,common,M,X,S-3,lgwan,`), Buffer.from([0x91, 0x8b, 0x8c, 0xfb])]);
    expect((await load(town.accounts.it[0], csv)).body).toMatchObject({ added: 1 });
    expect((await town.send(town.accounts.it[0], 'GET', '/devices/CS-3')).body.note).toBe('窓口');
  });

  test('with one bad line nothing is taken, and every bad line is named', async () => {
    const csv = `${heading}\nCS-4,laptop,common,M,X,S-4,lgwan,\nCS-5,mainframe,common,M,X,S-5,lgwan,\nCS-6,laptop\n`;
    const { status, body } = await load(town.accounts.it[0], csv);
    expect({ status, lines: body.lines.map(({ line, field }: { line: number; field: string }) => `${line} ${field}`) }).toEqual({
      status: 422,
      lines: ['3 kind', '4 '],
    });
    expect((await load(town.accounts.it[0], csv, '?preview=true')).body.problems).toHaveLength(2);
    expect((await town.send(town.accounts.it[0], 'GET', '/devices/CS-4')).status).toBe(404);
  });

  test('only for IT and the administrator; neither other types nor other encodings, and not nothing', async () => {
    expect((await load(town.accounts.borrower, heading)).status).toBe(403);
    expect((await town.send(town.accounts.admin, 'POST', '/imports/devices', { body: {} })).status).toBe(415);
    expect((await load(town.accounts.admin, Buffer.from([0xff, 0xff, 0x81]))).status).toBe(400);
    expect((await load(town.accounts.admin, '')).status).toBe(422);
  });
});

describe('what an administrator does', () => {
  test('sees the mail without its words, retries a case, and sees no form', async () => {
    const { admin, borrower, head } = town.accounts;
    const { body } = await town.file(borrower);
    await town.step(head, body.id, 'refuse', { reason: '業務の都合' });
    const mails = await town.send(admin, 'GET', '/mails?state=waiting&limit=200');
    expect(mails.body.items).toContainEqual(
      expect.objectContaining({
        template: 'loanRefused',
        to: `staff:${borrower}`,
        receiptNumber: body.receiptNumber,
        state: 'waiting',
        copies: [],
      }),
    );
    const open = (await town.file(borrower)).body;
    expect(await town.send(admin, 'POST', `/cases/${open.id}/retry`)).toMatchObject({
      status: 202,
      body: { id: open.id, receiptNumber: open.receiptNumber, status: 'requested', effects: [] },
    });
    for (const path of ['/mails', '/admin/clock']) expect([403, 405]).toContain((await town.send(borrower, 'GET', path)).status);
    expect((await town.send(borrower, 'POST', `/cases/${open.id}/retry`)).status).toBe(403);
    expect((await town.send(admin, 'POST', `/cases/${'a'.repeat(22)}/retry`)).status).toBe(404);
  });

  test('moves the town’s clock on, by which everything goes', async () => {
    const { admin, borrower, it } = town.accounts;
    const move = (who: string, forwardMs: number) => town.send(who, 'POST', '/admin/clock', { body: { forwardMs } });
    expect((await move(borrower, 1)).status).toBe(403);
    expect((await move(admin, -1)).status).toBe(400);
    const moved = await move(admin, 3_600_000);
    expect(moved).toMatchObject({ status: 200, body: { offsetMs: 3_600_000 } });
    expect(Date.parse(moved.body.now)).toBeGreaterThan(Date.now() + 3_500_000);
    expect((await town.file(borrower, { from: day(3) })).body.openedAt > new Date(Date.now() + 3_500_000).toISOString()).toBe(true);
    await move(admin, 12 * 3_600_000);
    expect((await town.send(it[0], 'GET', '/me')).status).toBe(401); // Twelve hours are over.
  });
});
