import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createActing } from '../../activities/directory/acting.js';
import { hostClock } from '../../activities/ledger/clock.js';
import { createDigests } from '../../activities/ledger/digests.js';
import type { QueuedMail } from '../../activities/ledger/port.js';
import { fiscalYear, municipalCalendar, today } from '../../config/calendar.js';
import { bundleWorkflows } from '../../worker/create-worker.js';
import { dayOn, monthsOf } from '../../workflows/shared/dates.js';
import { caseWorkflowId } from '../../workflows/shared/procedures.js';
import { weekOf } from '../../workflows/telework-day/rules.js';
import { replayAll } from '../histories.js';
import { teleworked } from '../ledger/months.js';
import { type Answered, ApiTown } from './town.js';
import { codes, patience, trialDesk } from './trial-desk.js';

const calendar = municipalCalendar();
/** The first fiscal year that begins after the host's date. */
const year = fiscalYear(today(hostClock.now().toISOString())) + 1;

let town: ApiTown;
const made = new Map<string, string>();
beforeAll(async () => {
  town = await ApiTown.open({ pack: 'test/api/yearly-review.yaml' });
  await to(`${year}-04-01`, '09:00');
}, 120_000);
afterAll(async () => {
  await replayAll(town.client, await bundleWorkflows(), made);
  await town.close();
}, 120_000);

const { get, post, to } = trialDesk(() => town);
/** Presses again under the same key while the answer is "not yet" or "not now": a busy machine is no refusal. */
async function press(who: string, path: string, body: object = {}, key: string = randomUUID()): Promise<Answered> {
  for (const since = performance.now(); ; ) {
    const answered = await post(who, path, body, key);
    if (![202, 503].includes(answered.status) || performance.now() - since > patience.timeout) return answered;
  }
}
const step = (who: string, id: string, name: string, body?: object, key?: string) =>
  press(who, `/yearly-reviews/${id}/steps/${name}`, body, key);
const taken = async (...[who, id, name, body]: Parameters<typeof step>) => {
  const { status, body: answered } = await step(who, id, name, body);
  expect({ name, status, errors: answered.errors }).toEqual({ name, status: 200, errors: undefined });
  return answered;
};
const refused = async (...[who, id, name, body]: Parameters<typeof step>) => {
  const answered = await step(who, id, name, body);
  return {
    status: answered.status,
    errors: codes(answered),
    limit: answered.body.errors?.[0]?.limit,
    article: answered.body.errors?.[0]?.article,
  };
};
const review = (id: string) => get(town.accounts.hr, `/yearly-reviews/${id}`);
const dueOf = async (id: string): Promise<string[]> => (await review(id)).due.map((one: { step: string }) => one.step);
const committee = async (): Promise<string[]> => (await town.directory.holdersOf('committee')).map(({ staffNumber }) => staffNumber);

/** What a morning does about a year: figures of months are frozen, and who is late is told. */
const morning = async (date: string): Promise<void> => {
  const { ledger, directory } = town;
  const acting = createActing({ directory, ledger, rules: { order: [], headMayName: true }, clock: ledger.townClock });
  await town.months(date);
  const digests = createDigests({ ledger, acting, notices: [] });
  await new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(() => digests.write('morning', date));
};
/** The business day of the month on which the figures of the one before are frozen. */
const freezing = (month: string): string => calendar.addBusinessDays(dayOn(`${month}-01`, -1), 3);

/** The first Monday from the date on: a measure that is due then is late on a business day. */
const monday = (date: string): string => weekOf(dayOn(date, 6), 'monday')[0];
const measures = {
  lend: { text: '貸出用端末機を10台増やす', owner: 'it', due: `${year}-09-30`, budget: 1_500_000 },
  learn: { text: '管理職向けの研修を行う', owner: 'head:zeimu', due: monday(`${year}-06-08`) },
};

describe('a year', { timeout: 180_000 }, () => {
  let id = '';

  test('is opened by HR, once, for the present fiscal year or the next', async () => {
    const { hr, borrower, mayor } = town.accounts;
    for (const who of [borrower, mayor]) expect((await press(who, '/yearly-reviews', { fiscalYear: year })).status).toBe(403);
    for (const wrong of [1999, 2050, 'next', 2027.5]) expect((await press(hr, '/yearly-reviews', { fiscalYear: wrong })).status).toBe(400);
    for (const wrong of [year - 1, year + 2]) {
      const answered = await press(hr, '/yearly-reviews', { fiscalYear: wrong });
      expect([answered.status, codes(answered), answered.body.errors[0].limit]).toEqual([422, ['yearNotNow fiscalYear'], `${year}`]);
    }

    const both = await Promise.all([1, 2].map(() => press(hr, '/yearly-reviews', { fiscalYear: year })));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 422]);
    const [opened, other] = both[0]?.status === 201 ? both : [...both].reverse();
    expect(codes(other ?? expect.fail('one of two'))[0]).toMatch(/^(yearOpened|yearOpensItself)/);
    id = opened?.body.id;
    made.set(caseWorkflowId({ procedure: 'yearly-review', caseId: id }), 'yearly-review, without committee');
    expect(opened?.body).toMatchObject({
      status: 'plan',
      receiptNumber: expect.stringMatching(/^令和\d+-年-0001$/),
      state: { fiscalYear: year, stages: { home: 'introduction' }, measures: [], months: [] },
    });
    const again = await press(hr, '/yearly-reviews', { fiscalYear: year + 1 });
    expect([again.status, codes(again)]).toEqual([422, ['yearOpensItself fiscalYear']]);
  });

  test('has targets and measures, each of an office that there is and due within it', async () => {
    const {
      hr,
      it: [it],
      borrower,
      mayor,
    } = town.accounts;
    const targets = [{ form: 'all', value: 30 }, { form: 'home', value: 25 }, { form: 'mobile' }];
    const { state } = await taken(hr, id, 'setTargets', { targets, promotionMonth: 11 });
    expect(state.targets.at(-1).targets).toEqual([
      { form: 'all', value: 30 },
      { form: 'home', value: 25 },
      { form: 'mobile', value: null },
    ]);
    expect(await refused(hr, id, 'setTargets', { targets: [...targets, { form: 'all', value: 1 }] })).toMatchObject({
      ...{ status: 422, errors: ['targetTwice targets'] },
    });

    const { lend, learn } = measures;
    expect(await refused(hr, id, 'addMeasure', { ...lend, owner: 'head:nowhere' })).toMatchObject({
      ...{ status: 422, errors: ['unknownDepartment owner'], limit: 'nowhere' },
    });
    expect((await refused(hr, id, 'addMeasure', { ...lend, owner: `staff:${borrower}` })).status).toBe(400);
    expect(await refused(hr, id, 'addMeasure', { ...lend, due: `${year}-03-31` })).toMatchObject({
      ...{ status: 422, errors: ['measureDueTooEarly due'], limit: `${year}-04-01` },
    });
    await taken(hr, id, 'addMeasure', lend);
    await taken(hr, id, 'addMeasure', { ...learn, owner: 'hr' });
    await taken(hr, id, 'changeMeasure', { year, number: 2, owner: 'head:zeimu' });
    await taken(hr, id, 'addMeasure', { text: '誤って追加した施策', owner: 'hr', due: `${year}-12-28` });
    const withdrawn = await taken(hr, id, 'withdrawMeasure', { year, number: 3, reason: '重複のため' });
    expect(withdrawn.state.measures.map(({ number, text, owner }: Record<string, string>) => [number, text, owner])).toEqual([
      [1, lend.text, 'it'],
      [2, learn.text, 'head:zeimu'],
      [3, '誤って追加した施策', 'hr'],
    ]);
    expect(await refused(hr, id, 'changeMeasure', { year, number: 4, due: `${year}-12-28` })).toMatchObject({
      ...{ status: 422, errors: ['measureUnknown measure'], limit: `${year}-4` },
    });
    expect((await town.send(it, 'GET', `/yearly-reviews/${id}`)).body.state.measures[0]).toMatchObject({ text: lend.text });
    expect((await town.send(mayor, 'GET', `/yearly-reviews/${id}`)).status).toBe(200);
    expect((await town.send(borrower, 'GET', `/yearly-reviews/${id}`)).status).toBe(404);
  });

  test('goes before the committee, with a quorum and minutes, and back as often as it does not agree', async () => {
    const { hr, deputyMayor, mayor } = town.accounts;
    const members = await committee();
    const quorum = Math.ceil(members.length / 2);
    const held = `${year}-04-01`;
    const minutes = '第1回委員会の議事録。計画案を了承した。';
    const met = { held, present: members.slice(0, quorum), minutes, agrees: true };
    expect(await refused(deputyMayor, id, 'deliberate', met)).toMatchObject({ status: 409 });
    await taken(hr, id, 'submitPlan', { remarks: '年度計画（案）' });

    expect((await refused(hr, id, 'deliberate', met)).status).toBe(403);
    const few = await refused(deputyMayor, id, 'deliberate', { ...met, present: members.slice(0, quorum - 1) });
    expect(few).toMatchObject({ status: 422, errors: ['noQuorum present'], limit: `${quorum}` });
    expect(few.article).toContain('地方自治法第113条');
    const { minutes: _minutes, ...unwritten } = met;
    expect(await refused(deputyMayor, id, 'deliberate', unwritten)).toMatchObject({ status: 422, errors: ['minutesNeeded minutes'] });
    const others = await refused(deputyMayor, id, 'deliberate', { ...met, present: [...met.present, town.accounts.borrower] });
    expect(others).toMatchObject({ status: 422, errors: ['notOfCommittee present'] });
    expect(await refused(deputyMayor, id, 'deliberate', { ...met, held: dayOn(held, 1) })).toMatchObject({
      ...{ status: 422, errors: ['notHeldYet held'], limit: held },
    });
    expect((await refused(deputyMayor, id, 'deliberate', { ...met, present: [] })).status).toBe(400);

    await taken(deputyMayor, id, 'deliberate', { ...met, agrees: false });
    expect(await dueOf(id)).toContain('submitPlan');
    await taken(hr, id, 'submitPlan');
    expect((await refused(mayor, id, 'decidePlan', { approved: true })).status).toBe(409);
    const { state } = await taken(deputyMayor, id, 'deliberate', met);
    expect(state.deliberations).toHaveLength(2);
    expect(state.deliberations[1]).toMatchObject({ agrees: true, minutes, members: members.map((staffNumber) => ({ staffNumber })) });
    expect(state.deliberations[1].present[0].name).toBeTruthy();
  });

  test('is decided on by the mayor, who says why not', async () => {
    const { hr, mayor, deputyMayor } = town.accounts;
    expect((await refused(hr, id, 'decidePlan', { approved: true })).status).toBe(403);
    expect(await refused(mayor, id, 'decidePlan', { approved: false })).toMatchObject({ status: 422, errors: ['reasonNeeded reason'] });
    await taken(mayor, id, 'decidePlan', { approved: false, reason: '予算の見通しを加えること' });
    await taken(hr, id, 'submitPlan');
    await taken(deputyMayor, id, 'deliberate', { held: `${year}-04-01`, present: await committee(), minutes: '持ち回り', agrees: true });
    expect(await taken(mayor, id, 'decidePlan', { approved: true })).toMatchObject({ status: 'do' });
  });

  test('its measures are reported by their owners, and who is late is chased by the digest', async () => {
    const {
      hr,
      head,
      it: [it],
    } = town.accounts;
    for (const month of ['06', '11'])
      for (const staff of ['1', '2']) await teleworked(town, { staff, date: `${year}-${month}-10`, department: 'zeimu' });
    await teleworked(town, { staff: '1', date: `${year}-11-11`, form: 'mobile', department: 'zeimu' });
    expect(await refused(it, id, 'reportMeasure', { year, number: 2, done: false, text: '実施中' })).toMatchObject({
      ...{ status: 422, errors: ['notYourMeasure measure'] },
    });
    const { state } = await taken(it, id, 'reportMeasure', { year, number: 1, done: false, text: '5台を調達した' });
    expect(state.measures[0].reports).toEqual([
      { on: `${year}-04-01`, by: expect.objectContaining({ staffNumber: it }), done: false, text: '5台を調達した' },
    ]);
    expect((await refused(hr, id, 'reportMeasure', { year, number: 1, done: true, text: '完了' })).status).toBe(403);

    const digestsTo = async (date: string) => {
      await to(date, '08:30');
      await morning(date);
      await town.ledger.begin();
      const mails: QueuedMail[] = [];
      for (let some = await town.ledger.take(50); some.length; some = await town.ledger.take(50)) mails.push(...some);
      for (const { messageId } of mails) await town.ledger.finish(messageId, 'settled');
      const late = mails.filter(
        ({ template, params }) => template === 'morningDigest' && JSON.stringify(params).includes('yearly-review.reportMeasure'),
      );
      return late.map((mail) => mail.to).sort();
    };
    const first = dayOn(measures.learn.due, 1);
    expect(await digestsTo(first)).toEqual([`staff:${head}`]);
    expect(await digestsTo(dayOn(first, 1))).toEqual([]);
    const everyone = (await town.directory.holdersOf('hr')).map(({ staffNumber }) => staffNumber);
    expect(await digestsTo(dayOn(first, 35))).toEqual([head, ...everyone].map((one) => `staff:${one}`).sort());
  });

  test('its targets are lowered in mid-year by the mayor alone, and both versions stay', async () => {
    const { hr, mayor } = town.accounts;
    await taken(hr, id, 'checkHalfYear', { findings: '実施者が少ない', budgetRequest: '端末機10台分' });
    const targets = [{ form: 'all', value: 20 }];
    await taken(hr, id, 'proposeTargets', { targets, reason: '端末機の納入が遅れたため' });
    expect((await refused(hr, id, 'decideTargets', { approved: true })).status).toBe(403);
    expect(await refused(mayor, id, 'decideTargets', { approved: false })).toMatchObject({ status: 422, errors: ['reasonNeeded reason'] });
    const { state } = await taken(mayor, id, 'decideTargets', { approved: true });
    expect(state.targets.map((one: { targets: object }) => one.targets)).toEqual([
      expect.arrayContaining([{ form: 'all', value: 30 }]),
      targets,
    ]);
    expect(state.targets[1]).toMatchObject({ reason: '端末機の納入が遅れたため', outcome: { approved: true } });
    expect(await refused(hr, id, 'useSurvey', { survey: id })).toMatchObject({ status: 422, errors: ['surveyUnknown survey'] });
  });

  test('ends by itself on 31 March and opens the next with what is open; it is evaluated once all twelve months are frozen', async () => {
    const { hr } = town.accounts;
    await to(`${year + 1}-04-01`, '08:00');
    await expect.poll(async () => (await review(id)).status, patience).toBe('check');
    await expect.poll(async () => (await get(hr, '/yearly-reviews')).items.length, patience).toBe(2);
    const next = (await get(hr, '/yearly-reviews')).items[0];
    made.set(caseWorkflowId({ procedure: 'yearly-review', caseId: next.id }), 'yearly-review, carried');
    expect((await review(next.id)).state).toMatchObject({ fiscalYear: year + 1, measures: [{ number: 1 }, { number: 2 }] });

    const missing = await refused(hr, id, 'evaluate', { remarks: '目標を下回った' });
    expect(missing).toMatchObject({ status: 422, errors: ['monthsMissing'], limit: expect.stringMatching(/^\d{4}-\d{2}$/) });
    await to(freezing(`${year + 1}-04`), '08:30');
    await morning(freezing(`${year + 1}-04`));
    await expect.poll(async () => (await review(id)).state.months.length, patience).toBe(12);
    expect((await review(id)).state.months.map(({ month }: { month: string }) => month)).toEqual(monthsOf(year));
    const { status, state } = await taken(hr, id, 'evaluate', { remarks: '目標を下回った' });
    expect([status, state.evaluation.results]).toEqual(['act', [{ form: 'all', value: 20, uses: 5, people: 2, met: false }]]);
  });

  test('whose committee never meets is decided on with a reason: every measure, every stage', async () => {
    const { mayor, hr } = town.accounts;
    const decisions = [
      { year, number: 1, decision: 'change', due: `${year + 2}-03-31`, budget: 900_000 },
      { year, number: 2, decision: 'done' },
    ];
    const stages = [{ form: 'home', to: 'verification', reason: '実績が積み上がったため' }];
    const added = [{ text: '業務の棚卸しを行う', owner: 'hr', due: `${year + 1}-12-28` }];
    const decision = { measures: decisions, added, stages, withoutCommittee: '委員会が成立しなかったため' };
    expect((await refused(mayor, id, 'decide', decision)).status).toBe(409);
    await to(`${year + 1}-07-01`, '00:01');
    await expect.poll(() => dueOf(id), patience).toContain('decide');

    const wrong: [object, string, string?][] = [
      [{ withoutCommittee: undefined }, 'committeeReason withoutCommittee'],
      [{ measures: decisions.slice(0, 1) }, 'measureUndecided measures', `${year}-2`],
      [{ measures: [...decisions, decisions[1]] }, 'measureTwice measures', `${year}-2`],
      [{ measures: [...decisions, { year, number: 9, decision: 'stop' }] }, 'measureUnknown measure', `${year}-9`],
      [{ stages: [{ ...stages[0], to: 'establishment' }] }, 'stageSkipped stages', 'home'],
      [{ stages: [] }, 'stageUndecided stages', 'home'],
      [{ added: [{ ...added[0], owner: 'head:nowhere' }] }, 'unknownDepartment added.0.owner', 'nowhere'],
      [{ measures: [{ ...decisions[0], owner: 'head:gone' }, decisions[1]] }, 'unknownDepartment measures.0.owner', 'gone'],
      [{ added: [{ ...added[0], due: `${year}-12-28` }] }, 'measureDueTooEarly due', `${year + 1}-04-01`],
    ];
    for (const [over, code, limit] of wrong) {
      const answered = await refused(mayor, id, 'decide', { ...decision, ...over });
      expect(answered).toMatchObject({ status: 422, errors: [code], ...(limit && { limit }) });
      expect(answered.article).toBeTruthy();
    }
    const silent = await refused(mayor, id, 'decide', { ...decision, measures: [decisions[0], { ...decisions[1], budget: 1 }] });
    expect(silent).toMatchObject({ status: 400, errors: ['unknownField measures.1.budget'] });
    expect((await refused(hr, id, 'decide', decision)).status).toBe(403);

    const key = randomUUID();
    const closed = await step(mayor, id, 'decide', decision, key);
    expect(closed).toMatchObject({
      status: 200,
      body: {
        ...{ status: 'closed', closed: true, due: [] },
        state: {
          stages: { home: 'verification' },
          decision: { report: expect.stringMatching(/^[0-9a-f]{64}$/), added: [{ text: added[0]?.text }] },
        },
      },
    });
    expect(await town.ledger.reviewReport(id, closed.body.state.decision.report)).toBeTypeOf('object');
    expect(await step(mayor, id, 'decide', decision, key)).toMatchObject({ status: 200, body: { seq: closed.body.seq } });
    expect(await step(mayor, id, 'decide', decision)).toMatchObject({ status: 409, body: { ended: 'closed' } });
  });

  test('has told the next one what goes on, what is over and what is new', async () => {
    const { hr } = town.accounts;
    const next = (await get(hr, '/yearly-reviews')).items[0].id;
    await expect.poll(async () => (await review(next)).state.carried, patience).toBe(true);
    const { state } = await review(next);
    expect(state.stages).toEqual({ home: 'verification' });
    expect(state.measures).toMatchObject([
      { year, number: 1, owner: 'it', due: `${year + 2}-03-31`, budget: 900_000, text: measures.lend.text },
      { year, number: 2, decided: 'done' },
      { year, number: 4, owner: 'hr', text: '業務の棚卸しを行う' },
    ]);
    const events: { name: string }[] = (await get(hr, `/yearly-reviews/${id}/events`)).items;
    expect(events.filter(({ name }) => name === 'freeze')).toHaveLength(12);
    expect(events.length).toBeLessThan(100);
    for await (const finding of town.ledger.verifyChains()) expect(finding).toBeUndefined(); // What goes on keeps the words of the year in which it began.
  });
});
