import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleWorkflows } from '../../worker/create-worker.js';
import type { Registration } from '../../workflows/registration/rules.js';
import { caseWorkflowId } from '../../workflows/shared/procedures.js';
import { replayAll } from '../histories.js';
import { ApiTown } from './town.js';

const form = {
  forms: ['home'],
  workplace: 'ownHome',
  address: '凪沢市中央1-2-3',
  phone: '000-0000-0000',
  reason: 'care',
  frequency: { days: 2, per: 'week' },
};

/** Members of the tax department by the part that they play. */
const parts = ['plain', 'moved', 'correcting', 'silent', 'suspended', 'partTime', 'renewed', 'child'] as const;
type Part = (typeof parts)[number];
const staff = {} as Record<Part, string>;
const ids = {} as Record<Part, string>;

let town: ApiTown;
let head: string;
let hr: string;
beforeAll(async () => {
  town = await ApiTown.open({ pack: 'tours/remote-access.yaml' });
  ({ head, hr } = town.accounts);
  const unit = (await get(head, '/me')).departments[0];
  const regular = (await town.directory.staffOf(unit)).filter(({ employment, disabled }) => employment === 'regular' && !disabled);
  const others = regular.map(({ staffNumber }) => staffNumber).filter((one) => one !== head);
  for (const [index, part] of parts.entries()) {
    staff[part] = others[index] ?? '';
    const filed = { form: { ...form, reason: part === 'child' ? 'child' : 'care' } };
    ids[part] = (await town.send(staff[part], 'POST', '/registrations', { key: randomUUID(), body: filed })).body.id;
    expect(await town.registrationStep(head, ids[part], 'approve')).toMatchObject({ status: 200, body: { status: 'active' } });
  }
});
afterAll(async () => {
  const made = new Map(parts.map((part) => [caseWorkflowId({ procedure: 'registration', caseId: ids[part] }), `renewal, ${part}`]));
  await replayAll(town.client, await bundleWorkflows(), made);
  await town.close();
});

const get = async (who: string, path: string) => (await town.send(who, 'GET', path)).body;
const stateOf = async (part: Part) => (await town.ledger.caseById(ids[part]))?.state as Registration;
const confirm = async (part: Part, body: object = {}) =>
  expect(await town.registrationStep(staff[part], ids[part], 'confirmRenewal', body)).toMatchObject({ status: 200 });

/** Moves the town's clock to an instant, unless it is past. */
async function until(instant: string | undefined): Promise<void> {
  await town.ledger.clockOffset();
  const ms = Date.parse(instant ?? '') - town.ledger.townClock.now().getTime();
  if (ms >= 0) await town.forward(ms + 1_000);
}

test('HR takes away a file of who may telework and why, without address and phone', async () => {
  expect((await town.send(head, 'GET', '/exports/registrations')).status).toBe(403);
  const lines = ((await get(hr, '/exports/registrations')) as string).split('\n');
  expect(lines).toHaveLength(parts.length + 2); // The heading, and the end of the last line.
  expect(lines[0]).toMatch(
    /receipt_number,staff_number,name,department,status,forms,workplace,reason,reason_ends,frequency,version,valid_until,renewal$/,
  );
  const mine = lines.find((line) => line.includes(`,${staff.child},`));
  expect(mine).toMatch(/^令和\d+-登-\d{4},\d+,[^,]+,\w+,active,home,ownHome,child,,2\/week,1,\d{4}-03-31,$/);
  expect(lines.join()).not.toMatch(/中央|000-0000/);
});

describe('the renewal by exception (大阪市 2018)', () => {
  test('the supervisor sees what differs, each with what differs; the rest is renewed in bulk', async () => {
    await until((await stateOf('plain')).renewalOpens);
    for (const part of parts) await expect.poll(async () => (await stateOf(part)).renewal, { timeout: 15_000 }).toBe('open');
    for (const part of parts.filter((one) => !['silent', 'correcting'].includes(one))) await confirm(part);
    await confirm('correcting', { form: { ...form, address: '凪沢市港町4-5-6' } });
    await town.registrationStep(head, ids.suspended, 'suspend', { reason: '育児休業のため。' });
    const employment = `staff_number,kind,from,until,occupation\n${staff.partTime},partTime,2020-04-01,,clerical\n`;
    const csv = { body: Buffer.from(employment), headers: { 'Content-Type': 'text/csv' } };
    expect((await town.send(hr, 'POST', '/imports/employment', csv)).status).toBe(200);

    const { differing, rest } = await get(head, '/registrations/renewals');
    const byId = Object.fromEntries(differing.map(({ id, ...one }: { id: string }) => [id, one]));
    expect(byId[ids.correcting]).toMatchObject({ why: ['corrected'], fields: ['address'], refusals: [] });
    expect(byId[ids.silent]).toMatchObject({ why: ['notConfirmed'] });
    expect(byId[ids.suspended]).toMatchObject({ why: ['suspended'] });
    expect(byId[ids.partTime]).toMatchObject({
      why: ['notAllowed'],
      refusals: [{ code: 'notEligible', message: expect.stringContaining('004:634') }],
    });
    expect(differing).toHaveLength(4);
    expect(JSON.stringify(differing)).not.toContain('港町');
    expect(rest).toEqual({ count: 4, ids: [ids.plain, ids.moved, ids.renewed, ids.child] });
    for (const who of [town.accounts.secondHead, staff.plain, hr])
      expect(await get(who, '/registrations/renewals')).toEqual({ differing: [], rest: { count: 0, ids: [] } });

    const bulk = { key: randomUUID(), body: { items: [ids.plain, ids.partTime].map((id) => ({ id, body: {} })) } };
    const { items } = (await town.send(head, 'POST', '/registrations/steps/renew', bulk)).body;
    expect(items).toMatchObject([
      { id: ids.plain, status: 200, case: { state: { version: 2 } } },
      { id: ids.partTime, status: 422, problem: { errors: [{ code: 'notEligible' }] } },
    ]);
    expect(await town.registrationStep(head, ids.correcting, 'renew')).toMatchObject({
      body: { state: { form: { address: '凪沢市港町4-5-6' } } },
    });
    expect((await get(head, '/registrations/renewals')).rest.ids).toEqual([ids.moved, ids.renewed, ids.child]);
  });
});

describe('another pack while registrations run (design §4.8)', () => {
  test('HR sees who changes how, and nothing has changed by looking; then it moves them, and each case says so', async () => {
    for (const part of ['moved', 'renewed', 'child'] as const) await expect.poll(() => town.hasAccess(staff[part])).toBe(true);
    town.changePack('test/api/amended.yaml');
    const before = await town.checksum();
    const { items, cursor } = await get(hr, '/registrations/pack-changes?limit=200');
    expect(await town.checksum()).toBe(before);
    expect(cursor).toBeUndefined();
    expect(items).toHaveLength(parts.length);
    const of = (part: Part) => items.find(({ id }: { id: string }) => id === ids[part]);
    expect(of('moved')).toMatchObject({
      refusals: [],
      changes: [
        { rule: 'hrMayRevoke', from: false, to: true },
        { rule: 'remoteAccess', from: true, to: false },
      ],
    });
    expect(of('child').refusals).toMatchObject([{ code: 'reasonNotRecognised', limit: 'care' }]);
    expect((await town.send(head, 'GET', '/registrations/pack-changes')).status).toBe(403);

    const bulk = { key: randomUUID(), body: { items: [ids.moved, ids.child].map((id) => ({ id, body: {} })) } };
    expect((await town.send(hr, 'POST', '/registrations/steps/movePack', bulk)).body.items).toMatchObject([
      { id: ids.moved, status: 200 },
      { id: ids.child, status: 422, problem: { errors: [{ code: 'reasonNotRecognised' }] } },
    ]);
    const { policy, validUntil } = await stateOf('moved');
    expect([policy.reasons, policy.hrMayRevoke, policy.remoteAccess, validUntil]).toEqual([
      ['care'],
      true,
      false,
      (await stateOf('child')).validUntil,
    ]);
    expect(await town.ledger.pack(policy.pack)).toBeDefined();
    expect((await stateOf('renewed')).policy.pack).not.toBe(policy.pack); // It keeps its own until it is renewed.
    const events = await town.ledger.events(ids.moved);
    expect(events.at(-1)?.event).toMatchObject({ name: 'movePack', input: { by: hr, as: 'hr', policy: { pack: policy.pack } } });
    await expect.poll(() => town.hasAccess(staff.moved)).toBe(false);
    expect((await get(hr, '/registrations/pack-changes?limit=200')).items).toHaveLength(parts.length - 1);
  });

  test('a renewal takes the pack as it is now, and access with it', async () => {
    expect(await town.registrationStep(head, ids.renewed, 'renew')).toMatchObject({ status: 200 });
    expect((await stateOf('renewed')).policy.pack).toBe((await stateOf('moved')).policy.pack);
    await expect.poll(() => town.hasAccess(staff.renewed)).toBe(false);
    expect(await town.hasAccess(staff.plain)).toBe(true);
    expect(await town.registrationStep(head, ids.child, 'renew')).toMatchObject({ status: 422 });
  });
});

describe('31 March', () => {
  test('what nobody confirmed ends as not confirmed; no count takes HR’s hand for the person’s', async () => {
    await until((await stateOf('silent')).validUntil);
    for (const part of ['silent', 'partTime', 'child', 'suspended', 'moved'] as const)
      await expect.poll(async () => (await stateOf(part)).status, { timeout: 15_000 }).toBe('ended');
    await town.registrationStep(hr, ids.plain, 'end', { cause: 'leaving' });
    await town.registrationStep(staff.correcting, ids.correcting, 'withdraw');
    const { items } = await get(hr, '/figures/registrations');
    const signed = { department: items[0].department, confirmation: 'signed' };
    expect(items).toEqual([
      { ...signed, status: 'active', count: 1 },
      { ...signed, status: 'ended', cause: 'leaving', closedBy: 'hr', count: 1 },
      { ...signed, status: 'ended', cause: 'notConfirmed', closedBy: 'system', confirmation: 'notSigned', count: 1 },
      { ...signed, status: 'ended', cause: 'yearOver', closedBy: 'system', count: 4 },
      { ...signed, status: 'withdrawn', closedBy: 'person', count: 1 },
    ]);
    expect(JSON.stringify(items)).not.toMatch(/\d{5}/);
    for (const [who, status] of [
      [head, 403],
      [staff.plain, 403],
    ] as const)
      expect((await town.send(who, 'GET', '/figures/registrations')).status).toBe(status);
  });
});
