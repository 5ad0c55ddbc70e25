import { fc, it as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Loan, LoanEvent, LoanStep } from '../../workflows/device-loan/rules.js';
import {
  apply,
  claim,
  due,
  mails,
  readers,
  refusal,
  refuseRequest,
  reminds,
  requires,
  summary,
} from '../../workflows/device-loan/rules.js';
import { after, choicesOf40, opening, policy, request, statesOf, walk, words } from './cases.js';

const today = '2027-03-30';
const it9001 = { by: '9001', as: 'it' } as const;
const it9002 = { by: '9002', as: 'it' } as const;
const head = { by: '3001', as: 'head:tax' } as const;
const borrower = { by: '4021', as: 'staff:4021' } as const;
const erase = {
  name: 'erase',
  input: { ...it9001, tool: 'nwipe', toolVersion: '0.37', dataClass: 'confidential', method: 'purge' },
  key: 'k',
} as const;

describe('what may be asked for (端末機等借用願, 004:746-764)', () => {
  it.each([
    ['Art. 3: no personal data leaves', { personalData: true }, 'personalData', 'personalData'],
    ['the last day is not before the first', { until: '2027-03-31' }, 'periodOrder', 'until'],
    ['procedure ③: asked for before it begins', { from: '2027-03-29' }, 'periodInPast', 'from'],
    ['not farther ahead than the pack says', { from: '2027-06-29', until: '2027-06-30' }, 'tooFarAhead', 'from'],
    ['not longer than the pack says', { until: '2027-05-01' }, 'periodTooLong', 'until'],
    ['only kinds that the municipality lends', { kind: 'tablet' }, 'kindNotOffered', 'kind'],
    ['only accessories that it lends', { accessories: ['bag'] }, 'accessoryUnknown', 'accessories'],
  ] as const)('%s', (_rule, over, code, field) => {
    expect(refuseRequest(request(over), today)).toMatchObject({ code, field });
  });

  it.each([
    ['today', { from: today, until: today }],
    ['the farthest day', { from: '2027-06-28', until: '2027-06-28' }],
    ['the longest period', { until: '2027-04-30' }],
  ] as const)('%s is still allowed', (_limit, over) => {
    expect(refuseRequest(request(over), today)).toBeUndefined();
  });
});

describe('who may ask (Art. 5-5)', () => {
  it('whoever is registered, where the pack wants it; anybody, where it does not', () => {
    const needing = { policy: { ...policy, requiresRegistration: true } };
    expect(requires(after('request', needing), opening(needing))).toMatchObject({
      procedure: 'registration',
      staff: '4021',
      status: 'active',
    });
    expect(requires(after('request'), opening())).toBeUndefined();
  });
});

describe('a loan that a trial’s section opens for a slot', () => {
  const within = { within: 'section-1', prefers: 'PC-007' };
  const loan = after('request', within);

  it('is approved by the announced plan, and wants the device that the plan has counted on', () => {
    expect(loan.status).toBe('approved');
    expect(claim(loan)).toMatchObject({ prefers: 'PC-007', from: '2027-04-01', until: '2027-04-09' });
    expect(due(loan).map(({ step }) => step)).not.toContain('approve');
    expect(mails(loan, opening(within))).toEqual([]);
    expect(summary(loan)).toMatchObject({ within: 'section-1' });
  });

  it('is called back by its section, and limited and judged like any other', () => {
    expect(due(loan)).toContainEqual({ step: 'recall', from: 'registration' });
    expect(apply(loan, { name: 'recall', input: { by: 'system' }, key: 'k' }).status).toBe('cancelled');
    expect(requires(after('request', { ...within, policy: { ...policy, requiresRegistration: true } }), opening(within))).toBeDefined();
    expect(claim(after('request'))).toBeUndefined();
    const recall = { name: 'recall', input: { by: 'system' }, key: 'k' } as const;
    const told = (before: Loan) => mails(apply(before, recall), recall, before).map(({ template }) => template);
    expect([told(loan), told(after('reserve', within))]).toEqual([[], []]); // Its section says why the date is gone.
    for (const name of ['prepare', 'handOver'] as const) expect(told(after(name, within))).toEqual(['loanRecalled']);
    expect(told(after('reserve'))).toEqual(['loanRecalled']);
    expect(summary(after('request'))).not.toHaveProperty('within');
  });
});

describe('who decides and who vouches', () => {
  const steps: Record<string, LoanStep> = {
    approve: { name: 'approve', input: head, key: 'k' },
    refuse: { name: 'refuse', input: { ...head, reason: words }, key: 'k' },
    decideExtension: { name: 'decideExtension', input: { ...head, granted: true }, key: 'k' },
  };
  it.each(Object.values(steps))('Art. 4, 5-1: nobody takes $name on their own request', (step) => {
    expect(refusal(after('request'), step)).toBeUndefined();
    expect(refusal(after('request', { borrower: '3001' }), step)).toMatchObject({ code: 'ownRequest' });
  });

  it.each(['confirmErasure', 'rejectErasure'] as const)(
    'データ消去確認: $0 is for a second person, neither eraser nor borrower',
    (name) => {
      const step = (by: string) => ({ name, input: { by, as: 'it', reason: words }, key: 'k' }) as LoanStep;
      expect(refusal(after('erase'), step('9001'))).toMatchObject({ code: 'secondPerson' });
      expect(refusal(after('erase'), step('4021'))).toMatchObject({ code: 'secondPerson' });
      expect(refusal(after('erase'), step('9002'))).toBeUndefined();
    },
  );

  it('nobody confirms for somebody who could not confirm themselves', () => {
    const step = (onBehalfOf: string) =>
      ({ name: 'confirmErasure', input: { by: '9002', as: 'head:soumu', onBehalfOf }, key: 'k' }) as LoanStep;
    for (const absent of ['9001', '4021']) expect(refusal(after('erase'), step(absent))).toMatchObject({ code: 'secondPerson' });
    expect(refusal(after('erase'), step('9003'))).toBeUndefined();
  });

  it('a destruction too is confirmed by a second person', () => {
    const destroyed = apply(after('takeBack'), { name: 'destroy', input: { ...it9001, certificate: 'C-1' }, key: 'k' });
    expect(refusal(destroyed, { name: 'confirmDestruction', input: it9001, key: 'k' })).toMatchObject({ code: 'secondPerson' });
    expect(refusal(destroyed, { name: 'confirmDestruction', input: it9002, key: 'k' })).toBeUndefined();
  });

  it("a head's own request waits for the head of the unit above (domain.md §2.1-6)", () => {
    expect(due(after('request', { approver: 'superior:tax' }))).toContainEqual(
      expect.objectContaining({ step: 'approve', who: 'superior:tax' }),
    );
  });

  it('a pool that the department keeps is handed over, taken back and erased by its terminal manager; the common one by IT', () => {
    const kept = { policy: { ...policy, departmentPoolKeeper: 'keeper' } } as const;
    expect(due(after('prepare', kept))).toContainEqual({ step: 'handOver', who: 'keeper:tax' });
    const loan = after('prepare', kept);
    const common = { ...loan, device: { assetTag: 'PC-002', pool: 'common', collectBy: '' } };
    expect(due(common)).toContainEqual({ step: 'handOver', who: 'it' });
  });
});

describe('preparation, receipt, extension, return', () => {
  const table: [string, Loan, LoanStep, string | undefined][] = [
    ['the tag on the device is the reserved one', after('reserve'), prepare({ assetTag: 'PC-009' }), 'wrongDevice'],
    ['the fingerprint is enrolled (指紋認証設定)', after('reserve'), prepare({ fingerprintEnrolled: false }), 'fingerprintNeeded'],
    ['accessories are those of the pack', after('reserve'), prepare({ accessories: ['bag'] }), 'accessoryUnknown'],
    ['a prepared laptop', after('reserve'), prepare({}), undefined],
    [
      'IT chooses another device',
      after('reserve'),
      { name: 'chooseDevice', input: { ...it9001, assetTag: 'PC-001' }, key: 'k' },
      'sameDevice',
    ],
    [
      'the receipt names the terms shown',
      after('handOver'),
      { name: 'receive', input: { ...borrower, terms: 'old' }, key: 'k' },
      'otherTerms',
    ],
    ['an extension ends later', after('handOver'), extend('2027-04-09'), 'extensionNotLater'],
    ['an extended loan is not too long', after('handOver'), extend('2027-05-01'), 'periodTooLong'],
    ['an extension up to the longest', after('handOver'), extend('2027-04-30'), undefined],
    ['what comes back went out', after('handOver'), takeBack({ accessories: ['charger'] }), 'notHandedOut'],
    ['carried-out data is listed again (⑤, ⑩)', after('handOver', { data: words }), takeBack({}), 'dataNotListed'],
    ['carried-out data listed again', after('handOver', { data: words }), takeBack({ data: words }), undefined],
    [
      'only what is missing is accounted for',
      after('confirmErasure'),
      { name: 'accountFor', input: { ...it9001, accessory: 'wire', how: 'back' }, key: 'k' },
      'notMissing',
    ],
  ];
  it.each(table)('%s', (_rule, loan, step, code) => {
    expect(refusal(loan, step)?.code).toBe(code);
  });
});

describe('erasure before the next loan (domain.md §4: initialising alone never suffices)', () => {
  it.each([
    ['confidential', 'initialise', 'methodTooWeak'],
    ['confidential', 'clear', 'methodTooWeak'],
    ['confidential', 'purge', undefined],
    ['public', 'initialise', 'methodTooWeak'],
    ['public', 'clear', 'methodTooWeak'],
    ['public', 'purge', undefined],
    ['myNumber', 'purge', 'mustBeDestroyed'],
    ['myNumber', 'destroy', 'mustBeDestroyed'],
    ['public', 'destroy', 'mustBeDestroyed'],
  ] as const)('%s data, %s: %s', (dataClass, method, code) => {
    expect(refusal(after('takeBack'), { ...erase, input: { ...erase.input, dataClass, method } })?.code).toBe(code);
  });

  it('a failed erasure leads to another try or to destruction, and never to the shelf', () => {
    const failed = apply(after('takeBack'), { name: 'failErasure', input: { ...it9001, reason: words }, key: 'k' });
    expect(due(failed).map(({ step }) => step)).toEqual(['erase', 'destroy']);
    expect(claim(failed)).toMatchObject({ custody: true });
  });

  it('a rejected erasure is done again', () => {
    const again = apply(after('erase'), { name: 'rejectErasure', input: { ...it9002, reason: words }, key: 'k' });
    expect(again.status).toBe('returned');
    expect(mails(again, { name: 'rejectErasure', input: { ...it9002, reason: words }, key: 'k' })).toMatchObject([{ to: 'staff:9001' }]);
  });
});

describe('accessories', () => {
  it('what did not come back keeps the case open until it is back or written off', () => {
    const back = apply(after('handOver'), takeBack({ accessories: ['wire'] }));
    expect(back.missing).toEqual(['mouse']);
    const released = [erase, { name: 'confirmErasure', input: it9002, key: 'k' } as const].reduce<Loan>(apply, back);
    expect([released.status, claim(released)]).toEqual(['released', undefined]); // The device is free all the same.
    expect(due(released)).toEqual([{ step: 'accountFor', who: 'it' }]);
    const settled = apply(released, { name: 'accountFor', input: { ...it9001, accessory: 'mouse', how: 'writtenOff' }, key: 'k' });
    expect(due(settled)).toEqual([]);
  });
});

describe('loss or theft (Art. 5-6)', () => {
  const report: LoanEvent = { name: 'reportLoss', input: { ...borrower, how: 'theft', report: words }, key: 'k' };
  it('is told to the supervisor and to IT at once, and blocks the device', () => {
    const lost = apply(after('handOver'), report);
    expect(mails(lost, report).map(({ to }) => to)).toEqual(['head:tax', 'it']);
    expect(claim(lost)).toMatchObject({ custody: true, condition: 'lost' });
  });
  it.each(['staff:4021', 'head:tax', 'it'])('%s may report it at any time while the device is out', (who) => {
    for (const loan of [after('handOver'), after('receive'), { ...after('receive'), recalled: true as const }])
      expect(due(loan)).toContainEqual({ step: 'reportLoss', who });
  });
});

describe('the directory moves on (1 April)', () => {
  const moves: LoanEvent = { name: 'transfer', input: { by: 'system', department: 'welfare', approver: 'head:welfare' }, key: 'k' };

  it('the loan goes along with its borrower; the device stays of its pool, and promised or lent', () => {
    const moved = apply(after('handOver'), moves);
    expect(moved).toMatchObject({ request: { department: 'welfare', approver: 'head:welfare' }, device: { pool: 'tax' } });
    expect(claim(moved)).toEqual(claim(after('handOver')));
    expect(due(moved)).toContainEqual({ step: 'recall', who: 'head:welfare' });
    expect(readers(moved).words).toContain('head:welfare');
  });

  it('another head of the same department changes nothing in it', () => {
    const succeeded: LoanEvent = { name: 'succeed', input: { by: 'system', post: 'head:tax', former: '3001' }, key: 'k' };
    expect(apply(after('request'), succeeded)).toEqual(after('request'));
    expect(mails(after('request'), succeeded)).toEqual([]);
  });
});

describe('whom the morning round reminds (design §4.1)', () => {
  const out = after('handOver');
  it.each([
    ['a request on the day it came', after('request'), 'approve', '2027-03-30', '2027-03-30', []],
    ['a request that waited over night', after('request'), 'approve', '2027-03-30', '2027-03-31', ['head:tax']],
    ['a device not fetched on its first day', after('prepare'), 'handOver', '2027-03-30', '2027-04-01', ['staff:4021']],
    ['a device on its last day', out, 'takeBack', '2027-04-01', '2027-04-09', []],
    ['a device one day late: the supervisor too', out, 'takeBack', '2027-04-01', '2027-04-10', ['staff:4021', 'head:tax']],
    ['a device three days late: IT too', out, 'takeBack', '2027-04-01', '2027-04-12', ['staff:4021', 'head:tax', 'it']],
    ['a device called back', { ...out, recalled: true as const }, 'takeBack', '2027-04-01', '2027-04-02', ['staff:4021']],
    ['an erasure within its days', after('takeBack'), 'erase', '2027-04-09', '2027-04-11', []],
    ['an erasure after its days', after('takeBack'), 'erase', '2027-04-09', '2027-04-12', ['it']],
  ] as const)('%s', (_what, loan, step, since, day, told) => {
    const who = step === 'approve' ? 'head:tax' : 'it';
    expect(reminds(loan, { step, who, since }, day)).toEqual(told);
  });
});

describe('all states, by random walks', () => {
  property.prop([choicesOf40], { seed: 4, numRuns: 2_000 })(
    'a case ends with nothing claimed, except a device that is gone; and what is out is in custody until a second person has confirmed',
    (choices) => {
      let confirmed = true;
      for (const loan of statesOf(walk(choices))) {
        const wants = claim(loan);
        const closed = due(loan).length === 0;
        if (closed) expect(wants === undefined || ['writtenOff', 'destroyed'].includes(loan.status)).toBe(true);
        if (loan.status === 'handedOver') confirmed = false;
        if (loan.status === 'released') confirmed = true;
        if (!confirmed) expect(wants?.custody).toBe(true);
        expect(readers(loan).all).toEqual(expect.arrayContaining([...readers(loan).words]));
        for (const one of due(loan)) if ('who' in one) expect(readers(loan).all).toContain(one.who);
      }
    },
  );

  it('every status is reached by some walk', () => {
    const seen = new Set<string>();
    for (const choices of fc.sample(choicesOf40, { seed: 8, numRuns: 30_000 }))
      for (const { status } of statesOf(walk(choices))) seen.add(status);
    expect([...seen].sort()).toEqual(
      [
        ...[
          'approved',
          'cancelled',
          'destroyed',
          'destructionRecorded',
          'erased',
          'erasureFailed',
          'expired',
          'handedOver',
          'lost',
          'prepared',
        ],
        ...['refused', 'released', 'requested', 'reserved', 'returned', 'withdrawn', 'writtenOff'],
      ].sort(),
    );
  });
});

function prepare(over: object): LoanStep {
  return { name: 'prepare', input: { ...it9001, assetTag: 'PC-001', fingerprintEnrolled: true, accessories: ['wire'], ...over }, key: 'k' };
}
function extend(until: string): LoanStep {
  return { name: 'askExtension', input: { ...borrower, urgent: false, until }, key: 'k' };
}
function takeBack(over: object): LoanStep {
  return { name: 'takeBack', input: { ...it9001, accessories: ['wire', 'mouse'], ...over }, key: 'k' };
}
