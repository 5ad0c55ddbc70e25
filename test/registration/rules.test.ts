import { fc, it as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { RegistrationPolicy } from '../../workflows/registration/contract.js';
import type { Registration, RegistrationStep } from '../../workflows/registration/rules.js';
import {
  apply,
  awaits,
  corrected,
  due,
  hasAccess,
  mails,
  readers,
  refusal,
  refuseForm,
  reminds,
  requires,
  summary,
  tells,
  underPolicy,
} from '../../workflows/registration/rules.js';
import { after, afterOf, choicesOf40, event, form, opening, policy, request, statesOf, walk, words } from './cases.js';

const steps = (registration: Parameters<typeof due>[0]) => due(registration).map(({ step }) => step);

describe('who may register (Art. 4-2; domain.md §2.1-2)', () => {
  it.each(['conditional', 'temporary', 'partTime', 'fiscalYearAppointee'] as const)(
    'not %s staff, where the pack says so',
    (employment) => {
      expect(refuseForm(request({ employment }), form)).toMatchObject({ code: 'notEligible', field: 'employment' });
      expect(refuseForm(request({ employment, policy: { ...policy, employment: [employment] } }), form)).toBeUndefined();
    },
  );

  it('not fire fighters, where the pack says so (Noboribetsu, 003:561)', () => {
    expect(refuseForm(request({ occupation: 'fireFighter' }), form)).toMatchObject({ code: 'occupationExcluded', field: 'occupation' });
    expect(refuseForm(request({ occupation: 'clerk' }), form)).toBeUndefined();
  });
});

describe('what the form must say (form 1, 004:708-722)', () => {
  const strict: RegistrationPolicy = { ...policy, pledge: { version: '1', digest: 'd' }, checklist: true };
  const { reason: _reason, ...noReason } = form;
  const signed = { ...form, pledge: '1', checklist: ['space'] };
  it.each([
    ['one main reason (Art. 4-1)', policy, noReason, 'reasonNotRecognised'],
    ['the fourth reason in words', policy, { ...form, reason: 'other' as const }, 'reasonTextNeeded'],
    ['the fourth reason with its words', policy, { ...form, reason: 'other' as const, reasonText: words('r') }, undefined],
    ['no reason where none is asked', { ...policy, reasons: [] }, noReason, undefined],
    ['only forms that are offered', policy, { ...form, forms: ['home', 'mobile'] as const }, 'formNotOffered'],
    ['at least one form', policy, { ...form, forms: [] }, 'formNotOffered'],
    ['only places that count', policy, { ...form, workplace: 'carersHome' as const }, 'workplaceNotAllowed'],
    ['the pledge, where there is one (004:1270)', strict, { ...signed, pledge: '0' }, 'pledgeNeeded'],
    ['the checklist, where there is one (004:1140-1192)', strict, { ...form, pledge: '1' }, 'checklistNeeded'],
    ['all of it', strict, signed, undefined],
  ] as const)('%s', (_what, pack, filed, code) => {
    expect(refuseForm(request({ policy: pack }), filed)?.code).toBe(code);
  });
});

describe('who decides (Art. 4, 5)', () => {
  const decide = (name: string, by: string, onBehalfOf?: string) =>
    ({
      name,
      input: { by, as: 'head:tax', ...(onBehalfOf && { onBehalfOf }), reason: words('r'), granted: true },
      key: 'k',
    }) as RegistrationStep;

  it.each(['approve', 'refuse', 'sendBack', 'decideChange', 'renew'])(
    'nobody takes %s on their own registration, nor for or by a deputy',
    (name) => {
      expect(refusal(after(), decide(name, '3001'))).toBeUndefined();
      expect(refusal(after(), decide(name, '4021'))).toMatchObject({ code: 'ownRequest' });
      expect(refusal(after(), decide(name, '4021', '3001'))).toMatchObject({ code: 'ownRequest' }); // The applicant as deputy of the head.
      expect(refusal(after(), decide(name, '3002', '4021'))).toMatchObject({ code: 'ownRequest' }); // The deputy of a head who applies.
    },
  );

  it('what the pack says is never decided for somebody absent (代決できない事項)', () => {
    expect(refusal(after('approve'), decide('revoke', '3002', '3001'))).toMatchObject({ code: 'neverActed' });
    expect(refusal(after('approve'), decide('revoke', '3001'))).toBeUndefined();
  });

  it('the supervisor revokes (Art. 5-3); HR only where the pack says so', () => {
    const who = (hrMayRevoke: boolean) =>
      due(afterOf({ policy: { ...policy, hrMayRevoke } }, 'approve')).flatMap((one) =>
        one.step === 'revoke' && 'who' in one ? [one.who] : [],
      );
    expect([who(false), who(true)]).toEqual([['head:tax'], ['head:tax', 'hr']]);
  });

  it('what was entered from paper is confirmed by the person before anybody decides (代理入力)', () => {
    const entered = afterOf({ enteredAs: 'hr' });
    expect(due(entered)).toEqual([
      { step: 'confirmEntry', who: 'staff:4021' },
      { step: 'withdraw', who: 'staff:4021' },
      ...['transfer', 'leave', 'succeed'].map((step) => ({ step, from: 'directory' })),
      { step: 'expire', at: '2027-04-08T15:00:00.000Z' },
    ]);
    expect(apply(entered, event(entered, 'confirmEntry')).status).toBe('filed');
  });

  it('reason and address are for the person, the supervisor and HR (issue: a reason such as pregnancy or care)', () => {
    for (const registration of [after(), after('approve'), after('approve', 'revoke')])
      expect(readers(registration).words).toEqual(['staff:4021', 'head:tax', 'hr']);
  });
});

describe('from form to approval', () => {
  it('sent back with remarks it is filed again', () => {
    const back = after('sendBack');
    expect([back.status, back.answerBy]).toEqual(['sentBack', '2027-04-20T15:00:00.000Z']);
    expect(steps(back)).toEqual(['refile', 'withdraw', 'transfer', 'leave', 'succeed', 'expire']);
    expect(after('sendBack', 'refile', 'approve').status).toBe('active');
  });

  it('the approved form goes to HR (Art. 5-4)', () => {
    const active = after('approve');
    expect(mails(active, event(after(), 'approve')).map(({ to, template }) => [to, template])).toEqual([
      ['staff:4021', 'registrationApproved'],
      ['hr', 'registrationCopy'],
    ]);
  });

  it('access comes with the approval, rests during a suspension, and only where the pack grants it', () => {
    expect([after(), after('approve'), after('approve', 'suspend'), after('approve', 'suspend', 'resume')].map(hasAccess)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(hasAccess(afterOf({ policy: { ...policy, remoteAccess: false } }, 'approve'))).toBe(false);
  });
});

describe('a change of address or reason', () => {
  it('is approved again where the pack says so, and is a new version', () => {
    const changed = after('approve', 'change');
    expect([changed.form, changed.version]).toEqual([form, 1]);
    expect(after('approve', 'change', 'decideChange')).toMatchObject({ version: 2, form: { frequency: { days: 1 } } });
  });
  it('holds at once where it does not', () => {
    expect(afterOf({ policy: { ...policy, changeNeedsApproval: false } }, 'approve', 'change')).toMatchObject({
      version: 2,
      form: { frequency: { days: 1 } },
    });
  });
});

describe('one registration at a time', () => {
  it('who has one that is open files no other; every later step needs nothing of the kind', () => {
    expect(requires(after(), opening())).toMatchObject({
      procedure: 'registration',
      staff: '4021',
      status: 'none',
      refusal: { code: 'alreadyRegistered' },
    });
    expect(requires(after('approve'), event(after(), 'approve'))).toBeUndefined();
    expect(summary(after('approve'))).toEqual({ status: 'active', department: 'tax', staff: '4021' });
  });
});

describe('the end, and what hangs on it (Art. 5-3, 5-4)', () => {
  it.each(['revoke', 'withdraw', 'end', 'leave', 'notConfirmed'] as const)(
    '%s calls back the devices and waits until the last one is back',
    (name) => {
      const active = after('approve');
      const ended = apply(active, event(active, name));
      expect(tells(ended, event(active, name))).toEqual([
        { procedure: 'device-loan', staff: '4021', name: 'recall' },
        { procedure: 'telework-day', staff: '4021', name: 'cancel' },
      ]);
      expect(awaits(ended)).toEqual({ procedure: 'device-loan', staff: '4021', name: 'windUp' });
      expect([hasAccess(ended), steps(ended)]).toEqual([false, ['windUp']]);
      const wound = apply(ended, event(ended, 'windUp'));
      expect([due(wound), awaits(wound), tells(wound, event(ended, 'windUp'))]).toEqual([[], undefined, []]);
    },
  );

  it('a revocation is told to the person, HR and IT; a leave to nobody who has left', () => {
    const active = after('approve');
    const told = (name: 'revoke' | 'leave') => mails(apply(active, event(active, name)), event(active, name)).map(({ to }) => to);
    expect(told('revoke')).toEqual(['staff:4021', 'hr', 'it']);
    expect(told('leave')).not.toContain('staff:4021');
  });

  it('withdrawn before it was approved, nothing hangs on it', () => {
    expect(due(after('withdraw'))).toEqual([]);
  });

  it('a transfer ends it or takes it along, as the pack says', () => {
    expect(after('approve', 'transfer')).toMatchObject({ status: 'ended', cause: 'transfer', windingUp: true });
    const along = afterOf({ policy: { ...policy, endsOnTransfer: false } }, 'approve', 'transfer');
    expect(along).toMatchObject({ status: 'active', request: { department: 'welfare', approver: 'head:welfare' } });
    expect(due(along)).toContainEqual({ step: 'revoke', who: 'head:welfare' });
  });

  it('an application goes along with the person whatever the pack says, and ends with one who leaves; neither calls anything back', () => {
    expect(after('transfer')).toMatchObject({ status: 'filed', request: { department: 'welfare', approver: 'head:welfare' } });
    expect(due(after('transfer'))).toContainEqual({ step: 'approve', who: 'head:welfare', until: '2027-04-08T15:00:00.000Z' });
    const [left, gone] = [after('leave'), event(after(), 'leave')];
    expect(left).toMatchObject({ status: 'ended', cause: 'leaving' });
    expect([due(left), tells(left, gone), mails(left, gone)]).toEqual([[], [], []]);
  });

  it('another head of the same department ends nothing; it is only written down', () => {
    expect(after('approve', 'succeed')).toEqual(after('approve'));
    const promoted = event(after('approve'), 'transfer', { department: 'tax', approver: 'superior:tax' });
    expect(apply(after('approve'), promoted)).toMatchObject({ status: 'active', request: { approver: 'superior:tax' } });
  });

  it('the end of the reason ends it on its known day', () => {
    const child = afterOf({ form: { ...form, reason: 'child', reasonEnds: '2027-12-31' } }, 'approve');
    expect(due(child)).toContainEqual({ step: 'reasonOver', at: '2027-12-31T15:00:00.000Z' });
    expect(apply(child, event(child, 'reasonOver'))).toMatchObject({ status: 'ended', cause: 'reasonEnded' });
  });
});

describe('the fiscal year (大阪市 2018; issue: nothing nobody confirmed counts as approved)', () => {
  it('opens in February, is confirmed by the person and renewed by the supervisor', () => {
    expect(steps(after('approve'))).not.toContain('confirmRenewal');
    expect(steps(after('approve', 'openRenewal'))).toContain('confirmRenewal');
    expect(steps(after('approve', 'openRenewal'))).not.toContain('renew'); // Nobody signs for the person.
    expect(after('approve', 'openRenewal', 'confirmRenewal', 'renew')).toMatchObject({
      status: 'active',
      version: 2,
      validUntil: '2029-03-31T15:00:00.000Z',
    });
  });
  it('what nobody confirmed ends as not confirmed; what the person confirmed and nobody renewed, as over', () => {
    expect(after('approve', 'openRenewal', 'notConfirmed')).toMatchObject({ status: 'ended', cause: 'notConfirmed' });
    expect(after('approve', 'openRenewal', 'confirmRenewal', 'yearOver')).toMatchObject({ status: 'ended', cause: 'yearOver' });
  });
});

describe('another pack (design §4.8): a registration in force keeps its own until it is renewed, or HR moves it', () => {
  const stricter: RegistrationPolicy = { ...policy, pack: 'b'.repeat(64), reasons: ['child'], remoteAccess: false, endsOnTransfer: false };
  const wider: RegistrationPolicy = { ...policy, pack: 'b'.repeat(64), endsWithFiscalYear: false };
  const step = (name: 'renew' | 'movePack', input: object) =>
    ({ name, input: { by: '3001', as: 'head:tax', ...input }, key: 'k' }) as RegistrationStep;

  it('says who changes how: what would no longer be allowed, and the rules that are others', () => {
    const { refusals, changes } = underPolicy(after('approve'), { policy: stricter, employed: { employment: 'partTime' } });
    expect(refusals.map(({ code }) => code)).toEqual(['notEligible', 'reasonNotRecognised']);
    expect(changes).toEqual([
      { rule: 'endsOnTransfer', article: 'registration.endsOnTransfer', from: true, to: false },
      { rule: 'remoteAccess', article: 'ictMethod', from: true, to: false },
    ]);
    expect(underPolicy(after('approve'), { policy })).toEqual({ refusals: [], changes: [] });
  });

  it('nobody is renewed or moved into a pack under which they could not register; the correction is what counts', () => {
    const open = after('approve', 'openRenewal', 'confirmRenewal');
    expect(refusal(open, step('renew', { policy: stricter }))).toMatchObject({ code: 'reasonNotRecognised' });
    expect(refusal(open, step('renew', { policy, employed: { employment: 'temporary' } }))).toMatchObject({ code: 'notEligible' });
    const opened = after('approve', 'openRenewal');
    const put = apply(opened, event(opened, 'confirmRenewal', { form: { ...form, reason: 'child' } }));
    expect(refusal(put, step('renew', { policy: stricter }))).toBeUndefined();
    expect(refusal(after('approve'), step('movePack', { policy: stricter }))).toMatchObject({ code: 'reasonNotRecognised' });
    expect(refusal(open, step('renew', {}))).toBeUndefined(); // Renewals of the first version brought no pack.
  });

  it('renewed, it takes the pack as it is by then, with how the person is employed', () => {
    const open = after('approve', 'openRenewal', 'confirmRenewal');
    const renewed = apply(open, event(open, 'renew', { policy: { ...wider, remoteAccess: false }, employed: { employment: 'fixedTerm' } }));
    expect(renewed).toMatchObject({ policy: { pack: wider.pack }, request: { employment: 'fixedTerm' }, version: 2, remoteAccess: true });
    expect(hasAccess(renewed)).toBe(false);
    expect(after('approve', 'openRenewal', 'confirmRenewal', 'renew').policy).toEqual(policy);
  });

  it('moved, it gets an end or loses it with the pack; what was approved until a day is, until that day', () => {
    const endless = afterOf({ policy: wider }, 'approve');
    const { validUntil: _until, renewalOpens: _opens, ...none } = endless;
    const validity = { validUntil: '2030-03-31T15:00:00.000Z', renewalOpens: '2030-01-31T15:00:00.000Z' };
    const move = (registration: Registration, to: RegistrationPolicy, more: object) =>
      apply(registration, event(registration, 'movePack', { policy: to, validity: more }));
    expect(move(none, policy, validity)).toMatchObject(validity);
    expect(move(after('approve'), { ...policy, hrMayRevoke: true }, validity).validUntil).toBe('2028-03-31T15:00:00.000Z');
    expect(steps(move(after('approve'), wider, {}))).not.toContain('notConfirmed');
    const first = event(after('approve'), 'movePack', { policy: wider, validity: undefined });
    expect(apply(after('approve'), first).validUntil).toBe('2028-03-31T15:00:00.000Z'); // As moves of the first version did.
  });

  it('names the fields that the person has corrected, and nothing of what stands in it', () => {
    const texts = { address: '中央1-2-3', phone: '000', moved: '港町4-5-6', again: '中央1-2-3', remarks: '議事録の作成' };
    const filedAs = (over: object) => corrected([form, { ...form, ...over }], texts);
    expect(filedAs({ address: words('again') })).toEqual([]); // The same words, filed twice.
    expect(filedAs({ address: words('moved'), remarks: words('remarks'), frequency: { days: 1, per: 'week' } })).toEqual([
      'address',
      'frequency',
      'remarks',
    ]);
  });
});

describe('whom the morning round reminds (design §4.1)', () => {
  const open = after('approve', 'openRenewal');
  it.each([
    ['an application on the day it came', after(), 'approve', '2027-04-01', '2027-04-01', 0],
    ['an application that waited over night', after(), 'approve', '2027-04-01', '2027-04-02', 1],
    ['a renewal on the day it opens', open, 'confirmRenewal', '2028-02-01', '2028-02-01', 1],
    ['a renewal a day later', open, 'confirmRenewal', '2028-02-01', '2028-02-02', 0],
    ['a renewal a week later', open, 'confirmRenewal', '2028-02-01', '2028-02-08', 1],
    ['a renewal in its last week', open, 'confirmRenewal', '2028-02-01', '2028-03-30', 1],
    ['a reason without a known end', after('approve'), 'end', '2027-04-01', '2027-12-01', 0],
    [
      'a reason that ends in a month',
      afterOf({ form: { ...form, reasonEnds: '2027-12-31' } }, 'approve'),
      'end',
      '2027-04-01',
      '2027-12-01',
      1,
    ],
    ['a reason that ends later', afterOf({ form: { ...form, reasonEnds: '2027-12-31' } }, 'approve'), 'end', '2027-04-01', '2027-11-30', 0],
  ] as const)('%s', (_what, registration, step, since, day, told) => {
    expect(reminds(registration, { step, who: 'head:tax', since }, day)).toHaveLength(told);
  });
});

describe('all states, by random walks', () => {
  property.prop([choicesOf40, fc.boolean()], { seed: 5, numRuns: 2_000 })(
    'who is in force can be ended; who has ended has no access and, once all is back, nothing due; whoever can act can see',
    (choices, along) => {
      for (const registration of statesOf(walk(choices, { policy: { ...policy, endsOnTransfer: !along, hrMayRevoke: along } }))) {
        const open = due(registration);
        if (registration.status === 'active') expect(steps(registration)).toEqual(expect.arrayContaining(['revoke', 'withdraw', 'end']));
        if (['revoked', 'ended', 'withdrawn'].includes(registration.status)) expect(hasAccess(registration)).toBe(false);
        expect(
          open.length === 0 ||
            awaits(registration) !== undefined ||
            ['entered', 'filed', 'sentBack', 'active', 'suspended'].includes(registration.status),
        ).toBe(true);
        for (const one of open) if ('who' in one) expect(readers(registration).all).toContain(one.who);
        expect(readers(registration).all).toEqual(expect.arrayContaining([...readers(registration).words]));
      }
    },
  );

  it('every status is reached by some walk', () => {
    const seen = new Set<string>();
    for (const entered of [{}, { enteredAs: 'hr' as const }])
      for (const choices of fc.sample(choicesOf40, { seed: 8, numRuns: 2_000 }))
        for (const { status } of statesOf(walk(choices, entered))) seen.add(status);
    expect([...seen].sort()).toEqual([
      'active',
      'ended',
      'entered',
      'expired',
      'filed',
      'refused',
      'revoked',
      'sentBack',
      'suspended',
      'withdrawn',
    ]);
  });

  it('opens from its event alone', () => {
    expect(apply(undefined, opening())).toMatchObject({ status: 'filed', version: 0, request: { staff: '4021' } });
  });
});
