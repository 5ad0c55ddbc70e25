import { afterEach, describe, expect, it } from 'vitest';
import { countActions } from '../../bench/counts.js';
import type { ReviewEvent } from '../../workflows/yearly-review/rules.js';
import { measure, words } from './cases.js';
import { leapYear, monthsOfYear, type YearCase, YearTown } from './town.js';

let town: YearTown | undefined;
afterEach(async () => {
  await town?.close();
  town = undefined;
});
const open = async (): Promise<YearTown> => {
  town = await YearTown.open();
  return town;
};

const [year, next] = [leapYear, leapYear + 1];
const months = monthsOfYear(year);
const on = (monthDay: string): string => `${monthDay < '04' ? next : year}-${monthDay}`;
const one = { year, number: 1 };
const meeting = { held: on('05-10'), on: on('05-11') };
const results = [{ form: 'all', value: 30, uses: 28, people: 9, met: false }] as const;
/** Home is in its first stage, and goes on to the next (004:1005-1010). */
const stages = [{ form: 'home', to: 'verification', reason: words(10) }] as const;
const plannedOn = { ...measure, due: on('09-30') };

async function plan(review: YearCase): Promise<void> {
  for (const owner of ['head:soumu', 'it', 'hr'] as const) await review.take('addMeasure', { ...plannedOn, owner });
  await review.take('submitPlan', { on: on('04-20') });
  await review.take('deliberate', meeting);
  await review.take('decidePlan', { on: on('05-20'), policy: (await review.review()).policy });
}

/** 31 March passes. */
async function end(at: YearTown, review: YearCase): Promise<void> {
  await at.on(`${next}-04-01`);
  await review.heard('endYear');
}

describe('a fiscal year (004:1279-1298)', () => {
  it('is planned, done, checked and decided on, with a 29 February in it; the next one has begun and goes on with the open measures', async () => {
    const at = await open();
    const review = await at.openYear('yearly-review, a year');
    expect((await review.row()).receiptNumber).toMatch(/^令和\d+-年-\d{4}$/);
    await review.take('setTargets', { targets: [{ form: 'all', value: 30 }] });
    expect(await review.refused('reportMeasure', one)).toMatchObject({ type: 'StepNotDue' });
    for (const owner of ['head:soumu', 'it', 'hr'] as const) await review.take('addMeasure', { ...plannedOn, owner });
    await review.take('submitPlan', { on: on('04-20') });
    expect(await review.refused('decidePlan')).toMatchObject({ type: 'StepNotDue' });
    expect(await review.refused('deliberate', { ...meeting, present: ['5001', '5002'] })).toMatchObject({ message: 'noQuorum' });
    expect(await review.refused('deliberate', { ...meeting, as: 'hr' })).toMatchObject({ type: 'NotYours' });
    await review.take('deliberate', meeting);
    expect(await review.take('decidePlan', { policy: (await review.review()).policy })).toMatchObject({ status: 'do' });

    await at.freeze(...months.slice(0, 5));
    await review.heard('freeze', 5);
    await review.take('reportMeasure', { ...one, on: on('09-01') });
    await review.take('reportMeasure', { year, number: 2, as: 'it', on: on('09-10'), done: true });
    expect(await review.refused('reportMeasure', { year, number: 3, as: 'it' })).toMatchObject({ message: 'notYourMeasure' });
    await at.freeze(months[5] ?? '');
    await review.take('checkHalfYear', { on: on('10-12') });
    await review.take('proposeTargets', { on: on('10-20') });
    expect((await review.take('decideTargets', { on: on('11-01') })).targets.map(({ targets }) => targets[0]?.value)).toEqual([30, 20]);
    await review.take('useSurvey');
    await at.freeze(...months.slice(6, 11));
    await review.heard('freeze', 11);
    expect((await review.review()).months.map(({ month }) => month)).toEqual(months.slice(0, 11));

    await end(at, review);
    expect(await review.refused('evaluate')).toMatchObject({ message: 'monthsMissing' });
    await at.freeze(months[11] ?? '');
    await review.heard('freeze', 12);
    await review.take('evaluate', { on: `${next}-04-10`, results });
    await review.take('deliberate', { held: `${next}-05-10`, on: `${next}-05-11` });
    const [stop, done, change] = [
      { ...one, decision: 'stop' },
      { year, number: 2, decision: 'done' },
      { year, number: 3, decision: 'change', due: `${next}-12-28` },
    ] as const;
    expect(await review.refused('decide', { measures: [stop, done], stages })).toMatchObject({ message: 'measureUndecided' });
    expect(
      await review.refused('decide', { measures: [stop, done, change], stages: [{ ...stages[0], to: 'establishment' }] }),
    ).toMatchObject({
      message: 'stageSkipped',
    });
    const decision = { measures: [stop, done, change], stages, added: [{ ...measure, owner: 'it', due: `${next}-09-30` }] } as const;
    expect(await review.take('decide', decision)).toMatchObject({ status: 'closed', decision: { report: 'e'.repeat(64) } });
    expect(await review.handle.result()).toMatchObject({ status: 'closed' });
    await expect(review.take('decide', decision)).rejects.toThrow(); // Closed twice.
    expect((await review.names()).filter((name) => name === 'decide')).toHaveLength(1);

    const after = await at.next('yearly-review, the next year', review, next);
    await after.heard('carry');
    expect(await after.review()).toMatchObject({
      fiscalYear: next,
      stages: { home: 'verification' },
      measures: [
        { ...one, decided: 'stop' },
        { year, number: 2, decided: 'done' },
        { year, number: 3, due: `${next}-12-28`, owner: 'hr', reports: [] },
        { year, number: 4, owner: 'it', reports: [] },
      ],
    });

    await after.handle.terminate('nothing more is asked of it');

    const runs = await at.runsOf(review);
    expect(runs.reduce((sum, history) => sum + countActions(history), 0)).toBeLessThanOrEqual(200);
    for (const { events = [] } of runs) expect(events?.length).toBeLessThan(4_096);
  }, 120_000);

  it('goes on without a committee that never meets, with the mayor’s reason; a plan that is never decided stops nothing', async () => {
    const at = await open();
    const review = await at.openYear('yearly-review, a year without a committee');
    await review.take('addMeasure', plannedOn);
    await review.take('submitPlan', { on: on('04-20') });
    expect(await review.refused('decidePlan', { withoutCommittee: words() })).toMatchObject({ type: 'StepNotDue' });
    await at.on(on('07-01'));
    await review.heard('committeeOverdue');
    expect(await review.refused('decidePlan')).toMatchObject({ message: 'committeeReason' });
    await end(at, review);

    const after = await at.next('yearly-review, the year after a year without a committee', review, next);
    expect(await after.review()).toMatchObject({ status: 'plan', measures: [one] });
    await at.freeze(months[11] ?? ''); // The rounds of a whole year were missed.
    await review.heard('freeze', 12);
    await review.take('evaluate', { on: `${next}-04-10`, results });
    await at.on(`${next}-07-01`);
    await review.heard('committeeOverdue', 2);
    const decision = { measures: [{ ...one, decision: 'continue' }], stages } as const;
    expect(await review.refused('decide', decision)).toMatchObject({ message: 'committeeReason' });
    expect(await review.take('decide', { ...decision, withoutCommittee: words() })).toMatchObject({ status: 'closed' });
    await after.heard('carry');
    expect(await after.review()).toMatchObject({ stages: { home: 'verification' }, measures: [one] });
    await after.handle.terminate('nothing more is asked of it');
  }, 120_000);

  it('is there once: a second opening is refused by the ledger, and no case comes about', async () => {
    const at = await open();
    const review = await at.openYear('yearly-review, opened once');
    const { handle } = await at.begin('yearly-review, opened twice');
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RuleRefuses', message: 'yearOpened' } });
    expect((await at.ledger.reviews()).map(({ caseId }) => caseId)).toEqual([review.caseId]);
    await review.handle.terminate('nothing more is asked of it');
  }, 60_000);

  it('goes back to HR when a month is corrected after the evaluation', async () => {
    const at = await open();
    const review = await at.openYear('yearly-review, corrected');
    await plan(review);
    await end(at, review);
    await at.freeze(months[11] ?? '');
    await review.heard('freeze', 12);
    await review.take('evaluate', { results });
    await review.take('deliberate', { held: `${next}-05-10`, on: `${next}-05-11` });
    const input = { by: 'system', month: months[2] ?? '', version: 2, hash: 'another' } as const;
    await at.ledger.leaveNews(review.caseId, { name: 'freeze', input, key: 'correction' });
    await review.until(({ status }) => status === 'check');
    expect(await review.refused('decide')).toMatchObject({ type: 'StepNotDue' });
    expect(await review.take('evaluate', { results })).toMatchObject({ status: 'act' });
    await review.handle.terminate('nothing more is asked of it');
  }, 120_000);

  it('is opened again from its ledger when the Temporal database is gone, and goes on', async () => {
    const at = await open();
    const review = await at.openYear('yearly-review, lost');
    await plan(review);
    await at.freeze(...months.slice(0, 3));
    await review.heard('freeze', 3);
    await review.handle.terminate('the Temporal database is gone');
    const events = (await at.ledger.events(review.caseId)).map((row) => row.event as ReviewEvent);
    const again = await at.begin('yearly-review, opened again', { caseId: review.caseId, events });
    const { months: known } = await again.take('checkHalfYear', { on: on('10-12') });
    expect(known).toHaveLength(3);
    expect(await again.names()).toEqual([...events.map(({ name }) => name), 'checkHalfYear']);
    await end(at, again);
    await at.next('yearly-review, opened by the one opened again', again, next);
    await again.handle.terminate('nothing more is asked of it');
  }, 120_000);
});
