import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRoundActivities } from '../../activities/ledger/round.js';
import { municipalCalendar } from '../../config/calendar.js';
import { bundleWorkflows } from '../../worker/create-worker.js';
import { caseWorkflowId } from '../../workflows/shared/procedures.js';
import { replayAll } from '../histories.js';
import { ApiTown, day } from './town.js';

let town: ApiTown;
const made = new Map<string, string>();
beforeAll(async () => {
  town = await ApiTown.open({ pack: 'tours/remote-access.yaml' });
});
afterAll(async () => {
  await replayAll(town.client, await bundleWorkflows(), made);
  await town.close();
});

const form = {
  forms: ['home'],
  workplace: 'ownHome',
  address: '凪沢市中央1-2-3',
  phone: '000-0000-0000',
  reason: 'care',
  frequency: { days: 2, per: 'week' },
};

/** Files form 1 as this person; `name` names its history in the corpus. */
async function file(name: string, who: string, over: object = {}, more: object = {}) {
  const answer = await town.send(who, 'POST', '/registrations', { key: randomUUID(), body: { form: { ...form, ...over }, ...more } });
  if (answer.status === 201) made.set(caseWorkflowId({ procedure: 'registration', caseId: answer.body.id }), `registration, ${name}`);
  return answer;
}

const hasAccess = (staffNumber: string): Promise<boolean> => town.hasAccess(staffNumber);
const get = async (who: string, path: string) => (await town.send(who, 'GET', path)).body;

describe('from form to approval (Art. 4, 5-1, 5-4)', () => {
  test('filed, sent back with remarks, filed again, approved; access is granted in the directory, and HR has a copy', async () => {
    const { borrower, head, hr } = town.accounts;
    const { body } = await file('sent back', borrower);
    expect(body).toMatchObject({ status: 'filed', state: { form: { address: form.address } } });
    expect(body.receiptNumber).toMatch(/^令和\d+-登-\d{4}$/);
    const back = await town.registrationStep(head, body.id, 'sendBack', { remarks: '勤務場所を詳しく記入してください。' });
    expect(back).toMatchObject({ status: 200, body: { status: 'sentBack' } });
    const again = await town.registrationStep(borrower, body.id, 'refile', { form: { ...form, address: '凪沢市中央1-2-3-405' } });
    expect(again).toMatchObject({ status: 200, body: { status: 'filed', state: { form: { address: '凪沢市中央1-2-3-405' } } } });
    expect(await hasAccess(borrower)).toBe(false);
    expect(await town.registrationStep(head, body.id, 'approve')).toMatchObject({ status: 200, body: { status: 'active' } });
    await expect.poll(() => hasAccess(borrower)).toBe(true);
    expect((await town.ledger.mailsOf(body.id)).map(({ to, template }) => `${template} ${to.split(':')[0]}`)).toEqual(
      expect.arrayContaining(['registrationSentBack staff', 'registrationApproved staff', 'registrationCopy hr']),
    );
    expect((await get(hr, '/registrations')).items).toContainEqual(expect.objectContaining({ id: body.id, status: 'active' }));
    expect(await file('twice', borrower)).toMatchObject({ status: 422, body: { errors: [{ code: 'alreadyRegistered' }] } });
  });

  test('who is not eligible is refused with article and limit, before there is a case', async () => {
    const refused = await file('not eligible', town.accounts.fiscalYearAppointee);
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ code: 'notEligible', field: 'employment' }] } });
    expect(refused.body.errors[0].article).toMatch(/4/);
  });

  test('reason and address are for the person, the supervisor and HR; IT and another head do not find it', async () => {
    const { secondBorrower, head, hr, it: its, secondHead } = town.accounts;
    const { body } = await file('words', secondBorrower, { reason: 'pregnancy' });
    for (const who of [secondBorrower, head, hr])
      expect((await get(who, `/registrations/${body.id}`)).state.form.address).toBe(form.address);
    for (const who of [its[0], secondHead]) expect((await town.send(who, 'GET', `/registrations/${body.id}`)).status).toBe(404);
    await town.registrationStep(secondBorrower, body.id, 'withdraw');
  });
});

describe('revocation and what hangs on it (Art. 5-3, 5-4, 5-5)', () => {
  test('a loan needs an active registration; a revocation ends access, calls the device back, and stays open until it is home', async () => {
    const { secondBorrower: person, head, hr, it: its } = town.accounts;
    const [it, second] = its;
    const { departments } = await get(person, '/me');
    await town.devices(departments[0], 'PC-R1', 'PC-R2');
    expect(await town.file(person)).toMatchObject({ status: 422, body: { errors: [{ code: 'noRegistration' }] } });

    const { body } = await file('revoked', person);
    await town.registrationStep(head, body.id, 'approve');
    await expect.poll(() => hasAccess(person)).toBe(true);
    const out = (await town.file(person)).body.id;
    const asked = (await town.file(person, { from: day(8), until: day(9) })).body.id;
    await town.step(head, out, 'approve');
    const { assetTag } = (await get(it, `/device-loans/${out}`)).state.device;
    await town.step(it, out, 'prepare', { assetTag, fingerprintEnrolled: true, accessories: ['wire'] });
    await town.step(it, out, 'handOver');

    const revoked = await town.registrationStep(head, body.id, 'revoke', { reason: '業務の執行が滞ったため。' });
    expect(revoked).toMatchObject({ status: 200, body: { status: 'revoked' } });
    await expect.poll(() => hasAccess(person)).toBe(false);
    await expect.poll(async () => (await get(it, `/device-loans/${asked}`)).status).toBe('cancelled');
    await expect.poll(async () => (await get(it, `/device-loans/${out}`)).state.recalled).toBe(true);
    const cascade = (await get(hr, `/registrations/${body.id}/cascade`)).items;
    expect(cascade).toContainEqual(expect.objectContaining({ what: 'access', how: 'done' }));
    expect(cascade.filter(({ what }: { what: string }) => what === 'loan')).toMatchObject([
      { how: 'waiting', reason: 'handedOver' },
      { how: 'done', reason: 'cancelled' },
    ]);
    expect(await file('too early', person)).toMatchObject({ status: 422, body: { errors: [{ code: 'alreadyRegistered' }] } });

    await town.step(it, out, 'takeBack', { accessories: ['wire'] });
    await town.step(it, out, 'erase', { method: 'purge', tool: 'nwipe', toolVersion: '0.37', dataClass: 'confidential' });
    expect((await get(hr, `/registrations/${body.id}`)).closed).toBe(false);
    await town.step(second, out, 'confirmErasure');
    await expect.poll(async () => (await get(hr, `/registrations/${body.id}`)).closed).toBe(true);
    const told = (await town.ledger.mailsOf(body.id)).filter(({ template }) => template === 'registrationRevoked').map(({ to }) => to);
    expect(told).toEqual([`staff:${person}`, 'hr', 'it']);
  });

  test('while the directory is away the revocation stands, shown as waiting; it is made good when it is back', async () => {
    const { headBorrower: person, superior: decider, hr } = town.accounts;
    const { body } = await file('directory away', person);
    const approver = (await get(person, `/registrations/${body.id}`)).due.find(({ step }: { step: string }) => step === 'approve').who;
    expect(approver).toMatch(/^superior:/);
    await town.registrationStep(decider, body.id, 'approve');
    await expect.poll(() => hasAccess(person)).toBe(true);
    const cascade = async () =>
      (await get(hr, `/registrations/${body.id}/cascade`)).items.find(({ what }: { what: string }) => what === 'access');
    await expect.poll(cascade).toMatchObject({ how: 'done' });
    town.gates.workersDirectory.silence();
    expect(await town.registrationStep(decider, body.id, 'revoke', { reason: '所属の業務の都合による。' })).toMatchObject({ status: 200 });
    expect(await cascade()).toMatchObject({ how: 'waiting' }); // The grant was done; its end is not.
    town.gates.workersDirectory.shut();
    await expect.poll(async () => (await town.ledger.effects(body.id)).at(-1)).toMatchObject({ name: 'remoteAccess', how: 'waiting' });
    town.gates.workersDirectory.open();
    await town.client.workflow.getHandle(caseWorkflowId({ procedure: 'registration', caseId: body.id })).signal('nudge');
    await expect.poll(() => hasAccess(person), { timeout: 15_000 }).toBe(false);
    await expect.poll(cascade, { timeout: 10_000 }).toMatchObject({ how: 'done' });
    await expect.poll(async () => (await get(hr, `/registrations/${body.id}`)).closed, { timeout: 10_000 }).toBe(true);
  });
});

describe('a paper form (代理入力)', () => {
  test('entered by HR, confirmed by the person, then decided; nobody else enters one', async () => {
    const { hr, head, secondHead, promoter: person } = town.accounts;
    expect(await file('not yours to enter', secondHead, {}, { for: person })).toMatchObject({ status: 403 });
    const { body } = await file('paper', hr, {}, { for: person });
    expect(body).toMatchObject({ status: 'entered' });
    expect(await town.registrationStep(head, body.id, 'approve')).toMatchObject({ status: 409 });
    await town.registrationStep(person, body.id, 'confirmEntry');
    expect(await town.registrationStep(head, body.id, 'approve')).toMatchObject({ status: 200, body: { status: 'active' } });
    const { items } = await get(hr, `/registrations/${body.id}/events`);
    expect(items[0]).toMatchObject({ name: 'file', by: { staffNumber: hr }, as: 'hr' });
  });
});

describe('the directory moves on (1 April)', () => {
  test('whoever has moved to another department, or has left, is followed by the round; nobody who is on leave is', async () => {
    const { promoter: person, head, hr } = town.accounts;
    const { items } = await get(hr, '/registrations?status=active');
    const { id } = items.find(({ staff }: { staff: { staffNumber: string } }) => staff.staffNumber === person);
    const round = createRoundActivities({
      ledger: town.ledger,
      directory: town.directory,
      calendar: municipalCalendar(),
      digests: { write: async () => 0 },
      figures: { employment: ['regular'], excludedOccupations: [], erasureWithinDays: 7 },
      trials: { follow: async () => 0, watch: async () => 0 },
      nudge: async () => undefined,
    });
    const follow = () => new MockActivityEnvironment().run(() => round.follow(day(0)));
    expect(await follow()).toBe(0);
    await town.disable(person);
    await follow();
    await expect.poll(async () => (await get(hr, `/registrations/${id}`)).state).toMatchObject({ status: 'ended', cause: 'leaving' });
    const mails = (await town.ledger.mailsOf(id)).filter(({ template }) => template === 'registrationEnded').map(({ to }) => to);
    expect(mails).toEqual(['hr', 'it']); // Nobody writes to whoever has left.
    expect(head).not.toBe(person);
    await town.disable(person, false);
  });
});
