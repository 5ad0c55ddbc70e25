import { describe, expect, it } from 'vitest';
import type { Capacity } from '../../activities/directory/port.js';
import {
  due,
  fiscalYear,
  mails,
  opens,
  type ReviewEvent,
  readers,
  refusal,
  refuseOpening,
  type reminding,
  reminds,
  summary,
  targetsNow,
  tells,
} from '../../workflows/yearly-review/rules.js';
import {
  after,
  allMonths,
  byTheYearBefore,
  earlier,
  event,
  freezes,
  measure,
  over,
  planned,
  policy,
  step,
  type Way,
  words,
} from './cases.js';

const dueAfter = (...way: Way) => due(after(...way)).map((one) => one.step);

describe('what a year waits for: Plan, Do, Check, Act (004:1296-1298)', () => {
  const [months, working] = [freezes(allMonths), ['addMeasure', 'checkHalfYear', 'useSurvey', 'endYear']];
  const withMeasure = ['addMeasure', 'changeMeasure', 'withdrawMeasure', 'reportMeasure', 'checkHalfYear', 'useSurvey', 'endYear'];

  it.each<[string, Way, readonly string[]]>([
    ['plan', [], ['setTargets', 'submitPlan', ...working, 'committeeOverdue', 'freeze']],
    ['plan', ['addMeasure'], ['setTargets', 'submitPlan', ...withMeasure, 'committeeOverdue', 'freeze']],
    ['plan', ['submitPlan'], ['setTargets', 'deliberate', ...working, 'committeeOverdue', 'freeze']],
    ['plan', ['submitPlan', 'deliberate'], ['setTargets', 'decidePlan', ...working, 'freeze']],
    [
      'plan',
      ['submitPlan', event('deliberate', { agrees: false })],
      ['setTargets', 'submitPlan', ...working, 'committeeOverdue', 'freeze'],
    ],
    ['plan', ['submitPlan', 'committeeOverdue'], ['setTargets', 'deliberate', 'decidePlan', ...working, 'freeze']],
    ['plan', ['committeeOverdue'], ['setTargets', 'submitPlan', ...working, 'freeze']],
    [
      'plan',
      [...planned.slice(0, 2), event('decidePlan', { approved: false })],
      ['setTargets', 'submitPlan', ...working, 'committeeOverdue', 'freeze'],
    ],
    ['do', planned, ['proposeTargets', ...working, 'freeze']],
    ['do', [...planned, 'addMeasure'], ['proposeTargets', ...withMeasure, 'freeze']],
    ['do', [...planned, 'checkHalfYear'], ['proposeTargets', 'addMeasure', 'useSurvey', 'endYear', 'freeze']],
    ['do', [...planned, 'proposeTargets'], ['decideTargets', ...working, 'freeze']],
    ['do', [...planned, 'proposeTargets', 'decideTargets'], ['proposeTargets', ...working, 'freeze']],
    ['check', [...planned, 'endYear'], ['evaluate', 'useSurvey', 'committeeOverdue', 'freeze']],
    ['check', ['endYear'], ['evaluate', 'useSurvey', 'committeeOverdue', 'freeze']],
    ['check', ['submitPlan', 'committeeOverdue', 'endYear'], ['evaluate', 'useSurvey', 'committeeOverdue', 'freeze']],
    ['act', [...over, 'evaluate'], ['deliberate', 'committeeOverdue', 'freeze']],
    ['act', [...over, 'evaluate', 'deliberate'], ['decide', 'freeze']],
    ['act', [...over, 'evaluate', 'committeeOverdue'], ['deliberate', 'decide', 'freeze']],
    ['act', [...over, 'committeeOverdue', 'evaluate'], ['deliberate', 'decide', 'freeze']],
    ['check', [...over, 'evaluate', event('deliberate', { agrees: false })], ['evaluate', 'useSurvey', 'committeeOverdue', 'freeze']],
    ['closed', [...over, 'evaluate', 'deliberate', 'decide'], []],
  ])('%s after %j', (status, way, steps) => {
    expect(after(...way).status).toBe(status);
    expect(dueAfter(...way)).toEqual(steps);
  });

  it('HR plans, checks and evaluates, the committee deliberates (004:1281), the mayor decides, each owner reports', () => {
    const who = (...way: Way) => Object.fromEntries(due(after(...way)).flatMap((one) => ('who' in one ? [[one.step, one.who]] : [])));
    expect(who('addMeasure', 'submitPlan', 'committeeOverdue')).toMatchObject({
      setTargets: 'hr',
      checkHalfYear: 'hr',
      deliberate: 'committee',
      decidePlan: 'mayor',
      reportMeasure: 'head:soumu',
    });
    expect(who(...planned, 'proposeTargets')).toMatchObject({ decideTargets: 'mayor' });
    expect(who(...over, 'evaluate', 'committeeOverdue')).toEqual({ deliberate: 'committee', decide: 'mayor' });
    expect(who('endYear')).toEqual({ evaluate: 'hr', useSurvey: 'hr' });
  });

  it('an owner is asked once, by the first of the dates of what is not done', () => {
    const first = [
      event('addMeasure', { due: '2027-08-31' }),
      event('addMeasure', { owner: 'it', due: '2027-07-31' }),
      event('addMeasure'),
    ];
    const asked = (...way: Way) => due(after(...first, ...way)).filter((one) => one.step === 'reportMeasure');
    const [soumu, it] = [
      { step: 'reportMeasure', who: 'head:soumu', until: '2027-08-31T15:00:00.000Z' },
      { step: 'reportMeasure', who: 'it', until: '2027-07-31T15:00:00.000Z' },
    ];
    expect(asked()).toEqual([soumu, it]);
    expect(asked(event('reportMeasure', { done: true }))).toEqual([{ ...soumu, until: '2027-09-30T15:00:00.000Z' }, it]);
    expect(asked(event('reportMeasure', { number: 2, as: 'it', done: true }))).toEqual([soumu, { step: 'reportMeasure', who: 'it' }]);
    expect(asked(event('reportMeasure', { done: true }), event('reportMeasure'))).toEqual([soumu, it]);
    expect(asked(event('withdrawMeasure', { number: 2 }))).toEqual([soumu]);
  });

  it('the year ends by itself with 31 March, on whatever day 29 February was; the committee is waited for until the date of the pack', () => {
    expect(due(after())).toContainEqual({ step: 'endYear', at: '2028-03-31T15:00:00.000Z' });
    expect(due(after(event('openYear', { fiscalYear: 2026 })))).toContainEqual({ step: 'endYear', at: '2027-03-31T15:00:00.000Z' });
    expect(due(after())).toContainEqual({ step: 'committeeOverdue', at: '2027-06-30T15:00:00.000Z' });
    expect(due(after('endYear'))).toContainEqual({ step: 'committeeOverdue', at: '2028-06-30T15:00:00.000Z' });
    expect(due(after())).toContainEqual({ step: 'checkHalfYear', who: 'hr', until: '2027-10-15T15:00:00.000Z' });
  });

  it('a year that the year before has opened waits for what is decided of that, and is decided after it', () => {
    const way = [byTheYearBefore(), 'submitPlan', 'deliberate', 'decidePlan', 'endYear', ...months, 'evaluate', 'deliberate'] as const;
    expect(dueAfter(byTheYearBefore())).toContain('carry');
    expect(dueAfter(...way)).toEqual(['freeze', 'carry']);
    expect(dueAfter(...way, 'carry')).toEqual(['decide', 'freeze']);
    expect(dueAfter(byTheYearBefore(), 'carry')).not.toContain('carry');
  });

  it('HR, committee, mayor and the owners read it, IT without the words; it is of a year and of no department', () => {
    const words = ['hr', 'committee', 'mayor', 'head:soumu'];
    expect(readers(after('addMeasure'))).toEqual({ words, all: [...words, 'it'] });
    expect(readers(after(byTheYearBefore()))).toEqual({
      words: ['hr', 'committee', 'mayor', 'it'],
      all: ['hr', 'committee', 'mayor', 'it'],
    });
    expect(summary(after())).toEqual({ status: 'plan', department: '', staff: '2001' });
    expect(summary(after(byTheYearBefore()))).toEqual({ status: 'plan', department: '', staff: 'system', within: 'review-2026' });
    expect(fiscalYear(after())).toBe(2027);
  });
});

describe('a plan that is changed is another one', () => {
  it.each(['setTargets', 'addMeasure', 'changeMeasure', 'withdrawMeasure'] as const)('%s takes it back to HR', (name) => {
    const way = ['addMeasure', 'submitPlan', 'deliberate', name] as const;
    expect(dueAfter(...way)).toContain('submitPlan');
    expect(dueAfter(...way)).not.toContain('decidePlan');
    expect(after('addMeasure', ...planned, ...(name === 'setTargets' ? [] : [name]))).toMatchObject({ status: 'do' });
  });

  it('but neither a report, a month, nor what the mayor has decided of the year before', () => {
    const way = [byTheYearBefore(), 'submitPlan', 'deliberate'] as const;
    for (const one of [event('reportMeasure', { year: 2026, number: 2, as: 'it' }), event('freeze'), event('carry')])
      expect(dueAfter(...way, one)).toContain('decidePlan');
  });
});

describe('what forbids a step', () => {
  const refused = (way: Way, name: Parameters<typeof step>[0], input: object = {}) => refusal(after(...way), step(name, input));
  const members = ['5001', '5002', '5003', '5004', '5005'];

  it.each<[string, object, string | undefined, string?]>([
    ['half of five are three', { present: ['5001', '5002', '5003'] }, undefined],
    ['two are too few', { present: ['5001', '5002'] }, 'noQuorum', '3'],
    ['nobody is nobody', { present: [] }, 'noQuorum', '3'],
    ['one who is named twice is one', { present: ['5001', '5001', '5002'] }, 'noQuorum', '3'],
    ['half of four are two', { members: members.slice(0, 4), present: ['5001', '5002'] }, undefined],
    ['a committee without members cannot meet', { members: [], present: [] }, 'noQuorum', '1'],
    ['whoever is no member does not count', { present: ['5001', '5002', '5003', '2001'] }, 'notOfCommittee'],
    ['there are minutes', { minutes: undefined }, 'minutesNeeded'],
    ['it has met', { held: '2027-05-12' }, 'notHeldYet', '2027-05-11'],
  ])('a deliberation: %s (004:1279-1281)', (_what, input, code, limit) => {
    const found = refused(['submitPlan'], 'deliberate', input);
    expect(found?.code).toBe(code);
    expect(found?.limit).toBe(limit);
  });

  it('minutes are asked for where the pack says so, and the quorum is the pack’s', () => {
    const under = (committee: object) => [event('openYear', { policy: { ...policy, committee: { ...policy.committee, ...committee } } })];
    expect(refused(under({ minutes: false }), 'deliberate', { minutes: undefined })).toBeUndefined();
    expect(refused(under({ quorumPercent: 61 }), 'deliberate')).toMatchObject({ code: 'noQuorum', limit: '4' });
    expect(refused(under({ quorumPercent: 60 }), 'deliberate')).toBeUndefined();
  });

  it('the mayor decides without the committee only when it has not met in time, and says why', () => {
    const alone = ['submitPlan', 'committeeOverdue'] as const;
    expect(refused(alone, 'decidePlan')).toMatchObject({ code: 'committeeReason', field: 'withoutCommittee' });
    expect(refused(alone, 'decidePlan', { withoutCommittee: words() })).toBeUndefined();
    expect(refused([...alone, 'deliberate'], 'decidePlan')).toBeUndefined();
    expect(refused([...over, 'evaluate', 'committeeOverdue'], 'decide')).toMatchObject({ code: 'committeeReason' });
    expect(refused([...over, 'evaluate', 'committeeOverdue'], 'decide', { withoutCommittee: words() })).toBeUndefined();
    expect(refused([...over, 'evaluate', 'deliberate'], 'decide')).toBeUndefined();
  });

  it('who says no says why', () => {
    expect(refused(['submitPlan', 'deliberate'], 'decidePlan', { approved: false })).toMatchObject({ code: 'reasonNeeded' });
    expect(refused(['submitPlan', 'deliberate'], 'decidePlan', { approved: false, reason: words() })).toBeUndefined();
    expect(refused([...planned, 'proposeTargets'], 'decideTargets', { approved: false })).toMatchObject({ code: 'reasonNeeded' });
    expect(refused([...planned, 'proposeTargets'], 'decideTargets')).toBeUndefined();
  });

  it('a plan says something; a form has one target (004:1016-1025)', () => {
    expect(refused([event('openYear', { targets: [] })], 'submitPlan')).toMatchObject({ code: 'planEmpty' });
    expect(refused([event('openYear', { targets: [] }), 'addMeasure'], 'submitPlan')).toBeUndefined();
    expect(refused([event('openYear', { targets: [] }), 'addMeasure', 'withdrawMeasure'], 'submitPlan')).toMatchObject({
      code: 'planEmpty',
    });
    expect(refused([], 'submitPlan')).toBeUndefined();
    const twice = { targets: [1, 2].map((value) => ({ form: 'home', value })) };
    expect(refused([], 'setTargets', twice)).toMatchObject({ code: 'targetTwice' });
    expect(refused(planned, 'proposeTargets', twice)).toMatchObject({ code: 'targetTwice' });
    expect(
      refused([], 'setTargets', { targets: ['all', 'home', 'mobile', 'satellite'].map((form) => ({ form, value: null })) }),
    ).toBeUndefined();
  });

  it.each<[Parameters<typeof step>[0], Way, object, string | undefined, string?]>([
    ['addMeasure', [], { due: '2027-03-31' }, 'measureDueTooEarly', '2027-04-01'],
    ['addMeasure', [], { due: '2027-04-01' }, undefined],
    ['addMeasure', [], { due: '2030-03-31' }, undefined],
    ['changeMeasure', ['addMeasure'], { due: '2027-03-31' }, 'measureDueTooEarly', '2027-04-01'],
    ['changeMeasure', ['addMeasure'], { due: undefined, owner: 'it' }, undefined],
    ['changeMeasure', ['addMeasure'], { number: 2 }, 'measureUnknown', '2027-2'],
    ['changeMeasure', ['addMeasure'], { year: 2026 }, 'measureUnknown', '2026-1'],
    ['withdrawMeasure', ['addMeasure'], {}, undefined],
    ['withdrawMeasure', ['addMeasure', 'withdrawMeasure'], {}, 'measureUnknown', '2027-1'],
    ['reportMeasure', ['addMeasure'], {}, undefined],
    ['reportMeasure', ['addMeasure'], { as: 'head:tax' }, 'notYourMeasure'],
    ['reportMeasure', ['addMeasure', 'withdrawMeasure'], {}, 'measureUnknown', '2027-1'],
    ['reportMeasure', ['addMeasure'], { number: 7 }, 'measureUnknown', '2027-7'],
  ])('%s after %j with %j: %s', (name, way, input, code, limit) => {
    const found = refused(way, name, input);
    expect(found?.code).toBe(code);
    expect(found?.limit).toBe(limit);
  });

  it('no year is evaluated before all its months are frozen, February with its 29 days and March', () => {
    const frozenBut = (...missing: string[]) => ['endYear', ...freezes(allMonths.filter((month) => !missing.includes(month)))] as const;
    expect(refused(frozenBut('2028-03'), 'evaluate')).toMatchObject({ code: 'monthsMissing', limit: '2028-03' });
    expect(refused(frozenBut('2027-04', '2028-03'), 'evaluate')).toMatchObject({ limit: '2027-04' });
    expect(refused(frozenBut('2028-02'), 'evaluate')).toMatchObject({ limit: '2028-02' });
    expect(refused(frozenBut(), 'evaluate')).toBeUndefined();
    expect(after(...frozenBut()).months.map(({ month }) => month)).toEqual(allMonths);
  });

  const ready = (...way: Way) => [...way, ...over, 'evaluate', 'deliberate'] as const;
  const decides = (measures: readonly object[], added: readonly object[] = []) => ({ measures, added });
  const one = { year: 2027, number: 1 };
  it.each<[string, Way, object, string | undefined, string?]>([
    ['every open measure', ['addMeasure'], decides([]), 'measureUndecided', '2027-1'],
    ['each of several', ['addMeasure', 'addMeasure'], decides([{ ...one, decision: 'stop' }]), 'measureUndecided', '2027-2'],
    ['each once', ['addMeasure'], decides([1, 2].map(() => ({ ...one, decision: 'stop' }))), 'measureTwice', '2027-1'],
    ['none that is not there', [], decides([{ ...one, decision: 'stop' }]), 'measureUnknown', '2027-1'],
    ['none that is withdrawn', ['addMeasure', 'withdrawMeasure'], decides([{ ...one, decision: 'done' }]), 'measureUnknown', '2027-1'],
    ['and no more than those', ['addMeasure', 'withdrawMeasure'], decides([]), undefined],
    ['what is done', ['addMeasure'], decides([{ ...one, decision: 'done' }]), undefined],
    ['what goes on, however late', ['addMeasure'], decides([{ ...one, decision: 'continue' }]), undefined],
    ['another date in the next year', ['addMeasure'], decides([{ ...one, decision: 'change', due: '2028-04-01' }]), undefined],
    [
      'no date in a year that is over',
      ['addMeasure'],
      decides([{ ...one, decision: 'change', due: '2028-03-31' }]),
      'measureDueTooEarly',
      '2028-04-01',
    ],
    ['something new', [], decides([], [{ ...measure, due: '2028-09-30' }]), undefined],
    ['nothing new in a year that is over', [], decides([], [measure]), 'measureDueTooEarly', '2028-04-01'],
  ])('the mayor decides on %s', (_what, way, input, code, limit) => {
    const found = refused(ready(...way), 'decide', input);
    expect(found?.code).toBe(code);
    expect(found?.limit).toBe(limit);
  });

  const stages = ['introduction', 'verification', 'establishment'] as const;
  it.each(
    [undefined, ...stages].flatMap((from, at) =>
      [undefined, ...stages].map((to, towards) => ({
        from,
        to,
        allowed: to === undefined ? from === undefined : towards - at === 1 || (from !== undefined && towards === at),
      })),
    ),
  )('a stage moves to the next or stays: from $from to $to: $allowed (004:1003-1010)', ({ from, to, allowed }) => {
    const opening = event('openYear', { stages: from ? { mobile: from } : {} });
    const found = refused([opening, ...over, 'evaluate', 'deliberate'], 'decide', {
      stages: to ? [{ form: 'mobile', to, reason: words() }] : [],
    });
    expect(found?.code).toBe(allowed ? undefined : to ? 'stageSkipped' : 'stageUndecided');
    if (found) expect(found.limit).toBe('mobile');
  });

  it('each form is decided on once', () => {
    const twice = [1, 2].map(() => ({ form: 'home', to: 'introduction', reason: words() }));
    expect(refused(ready(), 'decide', { stages: twice })).toMatchObject({ code: 'stageTwice', limit: 'home' });
  });
});

describe('which year HR opens: the first, now or next (004:1012)', () => {
  it.each<[number, number, readonly number[], string | undefined, string?]>([
    [2027, 2027, [], undefined],
    [2028, 2027, [], undefined],
    [2026, 2027, [], 'yearNotNow', '2027'],
    [2029, 2027, [], 'yearNotNow', '2027'],
    [2027, 2027, [2027], 'yearOpensItself', '2027'],
    [2028, 2027, [2027], 'yearOpensItself', '2027'],
    [2029, 2028, [2028, 2027], 'yearOpensItself', '2028'],
  ])('FY%i in FY%i, with reviews of %j: %s', (year, present, known, code, limit) => {
    const found = refuseOpening(year, { present, known });
    expect(found?.code).toBe(code);
    expect(found?.limit).toBe(limit);
  });
});

describe('what becomes of a year', () => {
  it('the plan keeps who decided what and when, and takes the pack as it then is', () => {
    const amended = { ...policy, pack: 'b'.repeat(64) };
    const refused = event('decidePlan', { approved: false, reason: words(11), policy: amended });
    const approved = event('decidePlan', { policy: amended });
    expect(after('submitPlan', 'deliberate', refused).policy.pack).toBe(policy.pack);
    const review = after('submitPlan', 'deliberate', refused, 'submitPlan', 'deliberate', approved);
    expect(review).toMatchObject({ status: 'do', policy: amended });
    expect(review.planDecisions).toEqual([
      { on: '2027-05-20', by: '1', approved: false, reason: words(11) },
      { on: '2027-05-20', by: '1', approved: true },
    ]);
    expect(review.deliberations.map(({ of, held, by, agrees }) => [of, held, by, agrees])).toEqual([
      ['plan', '2027-05-10', '5001', true],
      ['plan', '2027-05-10', '5001', true],
    ]);
    expect(after(...over, 'evaluate', 'deliberate').deliberations.at(-1)?.of).toBe('results');
  });

  it('a plan that was never decided ends with its year all the same, and the committee is waited for anew', () => {
    const never = after('submitPlan', 'committeeOverdue', 'endYear');
    expect(never).toMatchObject({ status: 'check', planDecisions: [] });
    for (const field of ['submitted', 'overdue', 'agreed']) expect(never).not.toHaveProperty(field);
  });

  it('targets that are lowered in mid-year stand beside those of the plan, with reason and date; what is proposed, declined or left open does not count', () => {
    const value = (...way: Way) => targetsNow(after(...way))[0]?.value;
    const lowered = after(...planned, 'proposeTargets', 'decideTargets');
    expect(lowered.targets).toEqual([
      { on: '2027-04-01', targets: [{ form: 'all', value: 30 }] },
      { on: '2027-10-20', targets: [{ form: 'all', value: 20 }], reason: words(8), outcome: { on: '2027-11-01', approved: true } },
    ]);
    expect(value('setTargets')).toBe(35);
    expect(after('setTargets').promotionMonth).toBe(10);
    expect(value(...planned, 'proposeTargets')).toBe(30);
    expect(value(...planned, 'proposeTargets', 'decideTargets')).toBe(20);
    const declined = [...planned, 'proposeTargets', event('decideTargets', { approved: false, reason: words() })] as const;
    expect(value(...declined)).toBe(30);
    expect(value(...planned, 'proposeTargets', 'decideTargets', event('proposeTargets', { targets: [{ form: 'all', value: 25 }] }))).toBe(
      20,
    );
    expect(value(...planned, 'proposeTargets', 'endYear')).toBe(30);
    expect(after(...declined).targets).toHaveLength(2);
  });

  it('measures are numbered within their year, and keep what their owners reported', () => {
    const review = after(byTheYearBefore(), 'addMeasure', event('addMeasure', { owner: 'hr', budget: undefined }), 'reportMeasure');
    expect(review.measures.map(({ year, number, owner }) => [year, number, owner])).toEqual([
      [2026, 2, 'it'],
      [2027, 1, 'head:soumu'],
      [2027, 2, 'hr'],
    ]);
    expect(review.measures[1]?.reports).toEqual([{ on: '2027-09-01', by: '3001', done: false, text: words(5) }]);
    expect(review.measures[2]).not.toHaveProperty('budget');
    expect(after('addMeasure', event('changeMeasure', { owner: 'it' })).measures[0]).toMatchObject({
      owner: 'it',
      due: '2027-12-28',
      budget: 300_000,
    });
  });

  it('a later version of a month takes the place of an earlier one, never the other way round', () => {
    const [first, second] = [event('freeze'), event('freeze', { version: 2, hash: 'h2' })];
    expect(after(first, second).months).toEqual([{ month: '2027-04', version: 2, hash: 'h2' }]);
    expect(after(second, first).months).toEqual([{ month: '2027-04', version: 2, hash: 'h2' }]);
  });

  it('a correction after the evaluation takes the year back to it; one that changes nothing does not', () => {
    const correct = (version: number, hash: string) => event('freeze', { month: '2027-08', version, hash });
    expect(dueAfter(...over, 'evaluate', 'deliberate', correct(2, 'h2'))).toEqual(['evaluate', 'useSurvey', 'committeeOverdue', 'freeze']);
    expect(dueAfter(...over, 'evaluate', 'deliberate', correct(2, 'h1'))).toContain('decide');
    expect(dueAfter(...over, 'evaluate', 'deliberate', correct(1, 'h2'))).toContain('decide');
    expect(after(...over, 'evaluate', 'deliberate', correct(2, 'h2'), 'evaluate').status).toBe('act');
  });

  it('the decision is kept whole, with the hash of the report', () => {
    const { decision, stages } = after(...over, 'evaluate', 'deliberate', 'decide');
    expect(decision).toMatchObject({ on: '2028-06-01', by: '1', report: 'e'.repeat(64), measures: [], added: [] });
    expect(stages).toEqual({ home: 'verification' });
  });
});

describe('one year opens the next (004:1298)', () => {
  const opened = (...way: Way) => opens(after(...way, 'endYear'), event('endYear'))?.[0];

  it('when it is over, under its number, with its stages, and the targets that the pack plans', () => {
    expect(opened()).toEqual({
      procedure: 'yearly-review',
      name: '2028',
      opening: {
        name: 'openYear',
        input: {
          by: 'system',
          fiscalYear: 2028,
          policy,
          targets: [{ form: 'all', value: 40 }],
          stages: { home: 'introduction' },
          measures: [],
        },
      },
    });
    expect(opened(event('openYear', { policy: { ...policy, planned: [] } }))?.opening.input).toMatchObject({ targets: [] });
    for (const name of ['decide', 'freeze', 'evaluate'] as const) expect(opens(after('endYear'), event(name))).toBeUndefined();
  });

  it('with every measure that is open, those reported as done too: the mayor has not decided on them', () => {
    const way = [
      byTheYearBefore(),
      'addMeasure',
      'addMeasure',
      event('reportMeasure', { done: true }),
      event('withdrawMeasure', { number: 2 }),
    ] as const;
    expect(opened(...way)?.opening.input).toMatchObject({
      measures: [earlier, { ...measure, year: 2027, number: 1, done: true }],
    });
  });

  const decided = (measures: readonly object[], ...way: Way) => {
    const one = event('decide', { measures, added: [{ ...measure, owner: 'hr', due: '2028-12-28' }] });
    const [told] = tells(after(...way, ...over, 'evaluate', 'deliberate', one), one);
    return event('carry', told?.says);
  };
  const id = { year: 2027, number: 1 };
  const next = (...way: Way) => event('openYear', { by: 'system', as: undefined, within: 'review-2027', ...opened(...way)?.opening.input });
  const added = { ...measure, year: 2027, number: 2, owner: 'hr', due: '2028-12-28' };

  it.each<[string, object, object]>([
    ['continue', { decision: 'continue' }, { due: measure.due }],
    ['change', { decision: 'change', due: '2028-06-30', owner: 'it' }, { due: '2028-06-30', owner: 'it', text: measure.text }],
  ])('and hears what is decided on the measures: %s', (_what, decision, expected) => {
    const carry = decided([{ ...id, ...decision }], 'addMeasure');
    const review = after(next('addMeasure'), carry);
    expect(review.measures).toEqual([
      { ...measure, ...id, ...expected, reports: [] },
      { ...added, reports: [] },
    ]);
    expect(review).toMatchObject({ carried: true, stages: { home: 'verification' } });
  });

  it.each(['stop', 'done'] as const)('and that one is over: %s', (decision) => {
    const review = after(next('addMeasure'), decided([{ ...id, decision }], 'addMeasure'));
    expect(review.measures).toEqual([
      { ...measure, ...id, decided: decision, reports: [] },
      { ...added, reports: [] },
    ]);
    expect(opens({ ...review, status: 'check' }, event('endYear'))?.[0]?.opening.input).toMatchObject({ measures: [added] });
  });

  it('what owners and HR have done with a measure since stays, but what the mayor decides stands over it', () => {
    const since = [next('addMeasure'), event('reportMeasure', { done: true }), event('changeMeasure', { owner: 'it' })] as const;
    const goesOn = after(...since, decided([{ ...id, decision: 'continue' }], 'addMeasure'));
    expect(goesOn.measures[0]).toMatchObject({ owner: 'it', due: '2027-12-28', done: true, reports: [{ done: true }] });
    const moved = after(...since, decided([{ ...id, decision: 'change', due: '2028-06-30' }], 'addMeasure'));
    expect(moved.measures[0]).toMatchObject({ owner: 'it', due: '2028-06-30', reports: [{ done: true }] });
    const again = after(...since, 'withdrawMeasure', decided([{ ...id, decision: 'continue' }], 'addMeasure'));
    expect(again.measures[0]).not.toHaveProperty('withdrawn');
    const over = after(...since, decided([{ ...id, decision: 'stop' }], 'addMeasure'));
    expect(over.measures[0]).toMatchObject({ decided: 'stop', reports: [{ done: true }] });
  });

  it('what was reported as done in a year and is to go on is not done in the next', () => {
    const done = ['addMeasure', event('reportMeasure', { done: true })] as const;
    expect(after(next(...done)).measures[0]).toMatchObject({ done: true });
    expect(after(next(...done), decided([{ ...id, decision: 'continue' }], ...done)).measures[0]).not.toHaveProperty('done');
  });

  it('is told with the decision and with nothing else, by its name', () => {
    const one = event('decide');
    expect(tells(after(...over, 'evaluate', 'deliberate', one), one)).toMatchObject([
      { procedure: 'yearly-review', opened: '2028', name: 'carry' },
    ]);
    for (const name of ['endYear', 'evaluate', 'deliberate'] as const) expect(tells(after(...over, 'evaluate'), event(name))).toEqual([]);
  });
});

describe('who is told what at once', () => {
  const sent = (name: ReviewEvent['name'], input: object, ...way: Way) => {
    const [one, before] = [event(name, input), after(...way)];
    return mails(after(...way, one), one, before).map(({ to, template, params }) => {
      expect(params).toEqual({ year: 2027 });
      return `${to} ${template}`;
    });
  };

  it.each<[ReviewEvent['name'], object, Way, readonly string[]]>([
    ['submitPlan', {}, [], []],
    ['deliberate', {}, ['submitPlan'], []],
    ['deliberate', { agrees: false }, ['submitPlan'], ['hr yearPlanReturned']],
    ['decidePlan', { approved: false }, ['submitPlan', 'deliberate'], ['hr yearPlanReturned']],
    [
      'decidePlan',
      {},
      ['addMeasure', 'addMeasure', 'submitPlan', 'deliberate'],
      ['hr yearPlanApproved', 'committee yearPlanApproved', 'head:soumu yearMeasureAssigned'],
    ],
    ['addMeasure', {}, [], []],
    ['addMeasure', {}, planned, ['head:soumu yearMeasureAssigned']],
    ['changeMeasure', {}, ['addMeasure', ...planned], []],
    ['changeMeasure', { owner: 'it' }, ['addMeasure', ...planned], ['it yearMeasureAssigned']],
    ['withdrawMeasure', {}, ['addMeasure'], []],
    ['withdrawMeasure', {}, ['addMeasure', ...planned], ['head:soumu yearMeasureWithdrawn']],
    ['checkHalfYear', {}, planned, ['committee yearHalfChecked', 'mayor yearHalfChecked']],
    ['decideTargets', {}, [...planned, 'proposeTargets'], ['hr yearTargetsChanged']],
    ['decideTargets', { approved: false }, [...planned, 'proposeTargets'], ['hr yearTargetsKept']],
    ['endYear', {}, planned, []],
    ['evaluate', {}, over, ['committee yearEvaluated']],
    ['deliberate', { agrees: false }, [...over, 'evaluate'], ['hr yearResultsReturned']],
    ['decide', {}, [...over, 'evaluate', 'deliberate'], ['hr yearClosed', 'committee yearClosed']],
  ])('%s %j after %j', (name, input, way, expected) => expect(sent(name, input, ...way)).toEqual(expected));

  it('HR hears of a year that opens by itself, not of its own; owners of what the mayor adds once the year is under way', () => {
    expect(mails(after(byTheYearBefore()), byTheYearBefore()).map(({ to, template }) => `${to} ${template}`)).toEqual(['hr yearOpened']);
    expect(mails(after(), event('openYear'))).toEqual([]);
    const added = { measures: [{ ...earlier, number: 3, owner: 'head:zeimu' }] };
    expect(sent('carry', added, byTheYearBefore())).toEqual([]);
    expect(sent('carry', added, byTheYearBefore(), ...planned)).toEqual(['head:zeimu yearMeasureAssigned']);
  });
});

describe('of what the morning round reminds (design §4.1)', () => {
  const reminded = (name: (typeof reminding)[number], who: Capacity, today: string, ...way: Way) =>
    reminds(after(...way), { step: name, who, since: '2027-05-10' }, today);
  const days = (name: (typeof reminding)[number], who: Capacity, from: string, length: number, ...way: Way) =>
    Array.from({ length }, (_, nth) => new Date(Date.parse(from) + nth * 86_400_000).toISOString().slice(0, 10)).filter(
      (day) => reminded(name, who, day, ...way).length > 0,
    );

  it('the owner of a late measure on the day after and weekly, HR too after 30 days', () => {
    expect(days('reportMeasure', 'head:soumu', '2027-09-20', 26, 'addMeasure')).toEqual(['2027-10-01', '2027-10-08', '2027-10-15']);
    expect(reminded('reportMeasure', 'head:soumu', '2027-10-29', 'addMeasure')).toEqual(['head:soumu']);
    expect(reminded('reportMeasure', 'head:soumu', '2027-11-05', 'addMeasure')).toEqual(['head:soumu', 'hr']);
    expect(reminded('reportMeasure', 'it', '2027-10-01', 'addMeasure')).toEqual([]);
  });

  it('not who has reported it done, and a week later who has reported since', () => {
    expect(days('reportMeasure', 'head:soumu', '2027-10-01', 30, 'addMeasure', event('reportMeasure', { done: true }))).toEqual([]);
    const since = event('reportMeasure', { on: '2027-10-05' });
    expect(days('reportMeasure', 'head:soumu', '2027-10-05', 17, 'addMeasure', since)).toEqual(['2027-10-12', '2027-10-19']);
    expect(days('reportMeasure', 'head:soumu', '2027-10-01', 8, 'addMeasure', event('reportMeasure'))).toEqual([
      '2027-10-01',
      '2027-10-08',
    ]);
  });

  it('HR of the half-year check from two weeks before its date', () => {
    expect(days('checkHalfYear', 'hr', '2027-09-01', 52, ...planned)).toEqual(['2027-10-01', '2027-10-08', '2027-10-15', '2027-10-22']);
  });

  it('HR of the evaluation once all months are frozen', () => {
    expect(days('evaluate', 'hr', '2027-05-10', 15, 'endYear')).toEqual([]);
    expect(days('evaluate', 'hr', '2027-05-10', 15, ...over)).toEqual(['2027-05-17', '2027-05-24']);
  });

  it.each<[(typeof reminding)[number], Capacity, Way]>([
    ['submitPlan', 'hr', []],
    ['deliberate', 'committee', ['submitPlan']],
    ['decidePlan', 'mayor', ['submitPlan', 'deliberate']],
    ['decideTargets', 'mayor', [...planned, 'proposeTargets']],
    ['decide', 'mayor', [...over, 'evaluate', 'deliberate']],
  ])('%s weekly', (name, who, way) => {
    expect(dueAfter(...way)).toContain(name);
    expect(days(name, who, '2027-05-10', 15, ...way)).toEqual(['2027-05-17', '2027-05-24']);
    expect(reminded(name, who, '2027-05-17', ...way)).toEqual([who]);
  });
});
