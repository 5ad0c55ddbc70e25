import { describe, expect, it } from 'vitest';
import { entryOf } from '../../workflows/shared/entry.js';
import * as rules from '../../workflows/trial-section/rules.js';
import { after, head, hr, me, member, news, on, opened, opening, promoter, request, slotsOf, step, until } from './cases.js';

const { apply, due, mails, opens, readers, refusal, reminds, roster, summary, tells } = rules;
const names = (section: rules.TrialSection, who: string) =>
  due(section).flatMap((one) => ('who' in one && one.who === who ? [one.step] : []));
const loansOf = (section: rules.TrialSection, event: rules.SectionEvent, before?: rules.TrialSection) =>
  (opens(section, event, before) ?? []).map(({ name, opening: { input } }) => ({ name, ...input }) as Record<string, unknown>);

describe('who may do what', () => {
  it('a member for oneself, promoter and head for the section, HR decides', () => {
    const section = opened();
    expect(names(section, 'member:tax')).toEqual(['askSwap', 'cannot', 'move', 'raise']);
    expect(names(section, 'promoter:tax')).toEqual(['cannot', 'move', 'raise', 'recordMeeting']);
    expect(names(section, 'head:tax')).toEqual(['cannot', 'move', 'raise', 'exempt', 'object']);
    expect(names(section, 'hr')).toEqual(['exempt', 'recordOutcome', 'recordMeeting']);
  });

  it('who is asked for a swap answers it, who asked drops it; promoter and head may do both', () => {
    const section = after([step('askSwap')]);
    expect(names(section, 'staff:4002')).toEqual(['answerSwap']);
    expect(names(section, 'staff:4001')).toEqual(['dropSwap']);
    for (const who of ['promoter:tax', 'head:tax']) expect(names(section, who)).toEqual(expect.arrayContaining(['answerSwap', 'dropSwap']));
    expect(names(section, 'staff:4003')).toEqual([]);
  });

  it('what there is nothing of is not due', () => {
    expect(names(after([step('object')]), 'hr')).toContain('settleObjection');
    expect(names(after([step('object')]), 'head:tax')).not.toContain('object');
    expect(names(after([step('object'), step('settleObjection')]), 'head:tax')).toContain('object');
    expect(names(after([step('raise')]), 'promoter:tax')).toContain('answerRaised');
    expect(names(after([step('raise'), step('answerRaised')]), 'promoter:tax')).not.toContain('answerRaised');
    expect(names(after([step('exempt')]), 'hr')).toContain('endExemption');
    expect(names(after([step('recordOutcome')]), 'hr')).toContain('withdrawOutcome');
  });

  it.each(['close', 'cancel'] as const)('nothing is due after %s', (name) => expect(due(after([news(name, {})]))).toEqual([]));

  it('all of the section see its plan; why somebody is exempt, head and HR', () => {
    expect(readers(opened())).toEqual({ words: ['head:tax', 'hr'], all: ['head:tax', 'hr', 'promoter:tax', 'member:tax'] });
  });
});

describe('swaps', () => {
  const refused = (over: Parameters<typeof step<'askSwap'>>[1] = {}, section = opened()) => refusal(section, step('askSwap', over))?.code;

  it('two take each other’s slot; the devices stay with their dates', () => {
    const asked = after([step('askSwap')]);
    expect(refused()).toBeUndefined();
    expect(refusal(asked, step('answerSwap'))).toBeUndefined();
    const swapped = apply(asked, step('answerSwap'));
    expect([slotsOf(swapped, '4001'), slotsOf(swapped, '4002')]).toEqual([
      ['2027-04-14', '2027-04-19'],
      ['2027-04-12', '2027-04-21'],
    ]);
    expect(swapped.swaps).toEqual([]);
    expect(apply(asked, step('answerSwap', { agreed: false })).members).toEqual(asked.members);
    expect(apply(asked, step('dropSwap'))).toEqual(opened());
  });

  it.each([
    ['with oneself', { with: '4001' }, 'swapWithSelf'],
    ['by nobody of the section', me('4711'), 'notMember'],
    ['with who is not there (any more)', { with: '4711' }, 'notMember'],
    ['of a date that is none of mine', { mine: '2027-04-13' }, 'noSlot'],
    ['of a date that is none of theirs', { theirs: '2027-04-13' }, 'noSlot'],
    ['on the very day', { on: '2027-04-12' }, 'slotPast'],
    ['of slots that are over', { on: '2027-04-15' }, 'slotPast'],
    ['into another week of the duty', { theirs: '2027-04-21' }, 'outsideDuty'],
  ])('not %s', (_what, over, code) => expect(refused(over)).toBe(code));

  it('not of a slot that is in another open swap, on either side', () => {
    const asked = after([step('askSwap')]);
    expect(refused({ with: '4003', theirs: '2027-04-16' }, asked)).toBe('slotInSwap');
    expect(refused({ ...me('4003'), mine: '2027-04-16' }, asked)).toBe('slotInSwap');
  });

  it('not on a date on which one of them is away, needed, or has a slot', () => {
    const away = (over: object) => [member('4001', ['2027-04-12', '2027-04-19'], over), ...request().members.slice(1)];
    expect(refused({}, opened({ members: away({ absent: ['2027-04-14'] }) }))).toBe('notAvailable');
    expect(refused({}, opened({ members: away({ unavailable: ['2027-04-14'] }) }))).toBe('notAvailable');
    const exempt = step('exempt', { people: ['4001'], on: '2027-04-13', exemption: { reason: 'duty', until: '2027-04-15' } });
    expect(refused({}, after([exempt]))).toBe('notAvailable');
    const wide = { from: '2027-04-12', until, times: 2 };
    const both = [
      member('4001', ['2027-04-12', '2027-04-14'], { duties: [wide] }),
      member('4002', ['2027-04-14', '2027-04-21'], { duties: [wide] }),
    ];
    expect(refused({}, opened({ members: both }))).toBe('secondSlot');
  });

  it('not of a half against another half, nor between who borrows and who does not', () => {
    const halves = [
      member('4001', [], { slots: [{ date: '2027-04-12', part: 'morning' }] }),
      member('4002', [], { slots: [{ date: '2027-04-14', part: 'afternoon' }] }),
    ];
    expect(refused({}, opened({ unit: 'halfDay', members: halves }))).toBe('otherPart');
    const own = [member('4001', ['2027-04-12'], { ownDevice: true }), member('4002', ['2027-04-14'])];
    expect(refused({}, opened({ members: own }))).toBe('otherDevice');
  });

  it('is judged again when it is answered, by whom it was asked, never by who asked', () => {
    const asked = after([step('askSwap')]);
    expect(refusal(asked, step('answerSwap', { on: '2027-04-12' }))).toMatchObject({ code: 'slotPast' });
    expect(refusal(asked, step('answerSwap', { on: '2027-04-12', agreed: false }))).toBeUndefined();
    expect(refusal(asked, step('answerSwap', { by: '4003', as: 'staff:4003' }))).toMatchObject({ code: 'onlyOneself' });
    expect(refusal(asked, step('answerSwap', promoter))).toBeUndefined();
    expect(refusal(asked, step('answerSwap', { ...promoter, by: '4001' }))).toMatchObject({ code: 'ownRequest' });
    expect(refusal(asked, step('answerSwap', { swap: 'another' }))).toMatchObject({ code: 'noSwap' });
    expect(refusal(asked, step('dropSwap', { by: '4002', as: 'staff:4002' }))).toMatchObject({ code: 'onlyOneself' });
    expect(refusal(asked, step('dropSwap', { swap: 'another' }))).toMatchObject({ code: 'noSwap' });
  });

  it.each([
    ['who was asked leaves', news('leave', { on, staff: '4002' })],
    ['who asked is ill on the day', step('cannot')],
    ['the slot moves', step('move')],
  ] as const)('is over when %s; who asked is told', (_when, event) => {
    const asked = after([step('askSwap')]);
    const lapsed = apply(asked, event);
    expect(lapsed.swaps).toEqual([]);
    expect(mails(lapsed, event, asked).filter(({ template }) => template === 'trialSwapLapsed')).toMatchObject([{ to: 'staff:4001' }]);
  });

  it('of a near date is asked for at once, else by the morning round', () => {
    const asked = (date: string) => mails(after([step('askSwap')]), step('askSwap', { on: date }));
    expect(asked('2027-04-08')).toEqual([]);
    expect(asked('2027-04-09')).toMatchObject([{ to: 'staff:4002', template: 'trialSwapAsked', params: { staff: '4001' } }]);
  });
});

describe('moving a slot', () => {
  const refused = (over: Parameters<typeof step<'move'>>[1] = {}, section = opened()) => refusal(section, step('move', over))?.code;
  const to = (date: string) => ({ to: { date, part: 'day' as const } });

  it('within its week, to a date on which enough stay at the counter', () => {
    expect(refused()).toBeUndefined();
    expect(slotsOf(after([step('move')]), '4001')).toEqual(['2027-04-13', '2027-04-19']);
  });

  it('gives somebody one who has none', () => {
    const { from: _from, ...input } = step('move', { ...promoter, staff: '4004', ...to('2027-04-13') }).input;
    const move = { ...step('move'), input };
    expect(refusal(opened(), move)).toBeUndefined();
    expect(slotsOf(after([move]), '4004')).toEqual(['2027-04-13']);
    expect(refusal(after([move]), { ...move, input: { ...input, ...to('2027-04-15') } })?.code).toBe('enoughSlots');
  });

  it.each([
    ['of nobody of the section', { ...promoter, staff: '4711' }, 'notMember'],
    ['of somebody else', { staff: '4002', from: '2027-04-14' }, 'onlyOneself'],
    ['of a date that is none', { from: '2027-04-13' }, 'noSlot'],
    ['of a slot that is over', { on: '2027-04-13', ...to('2027-04-15') }, 'slotPast'],
    ['to today', { on: '2027-04-12', ...to('2027-04-12') }, 'slotPast'],
    ['to the past', { on: '2027-04-12', ...to('2027-04-09') }, 'outsideDuty'],
    ['to a weekend', to('2027-04-17'), 'dateClosed'],
    ['to another week', to('2027-04-20'), 'outsideDuty'],
    ['to a half, where days are planned', { to: { date: '2027-04-13', part: 'morning' as const } }, 'otherPart'],
  ])('not %s', (_what, over, code) => expect(refused(over)).toBe(code));

  it('not while a swap is open on it', () => expect(refused({}, after([step('askSwap')]))).toBe('slotInSwap'));

  it('not to a date on which the person cannot, or has another slot', () => {
    const members = (over: object) => [
      member('4001', ['2027-04-12', '2027-04-15'], { duties: [{ from: '2027-04-12', until, times: 3 }], ...over }),
    ];
    const plain = { counter: { morning: 0, afternoon: 0 } };
    expect(refused({}, opened({ ...plain, members: members({ absent: ['2027-04-13'] }) }))).toBe('notAvailable');
    expect(refused({}, opened({ ...plain, members: members({ unavailable: ['2027-04-13'] }) }))).toBe('notAvailable');
    expect(refused({}, opened({ ...plain, members: members({ notPossible: 'notRegistered' }) }))).toBe('notAvailable');
    expect(refused(to('2027-04-15'), opened({ ...plain, members: members({}) }))).toBe('secondSlot');
  });

  it('not where the counter would have too few; who is away is not at it, who is no member is', () => {
    expect(refused(to('2027-04-14'))).toBeUndefined(); // Two go, two of four stay.
    expect(refused(to('2027-04-14'), after([step('cannot', { ...head, people: ['4004'], dates: ['2027-04-14'] })]))).toBe(
      'counterUnstaffed',
    );
    const needed = step('cannot', { ...head, people: ['4004'], dates: ['2027-04-14'], atWork: true });
    expect(refused(to('2027-04-14'), after([needed]))).toBeUndefined();
    expect(refused(to('2027-04-14'), opened({ counter: { morning: 0, afternoon: 3 } }))).toBe('counterUnstaffed');
    expect(refused(to('2027-04-14'), opened({ counter: { morning: 3, afternoon: 3 }, others: [[]] }))).toBeUndefined();
    expect(refused(to('2027-04-14'), opened({ counter: { morning: 3, afternoon: 3 }, others: [['2027-04-14']] }))).toBe('counterUnstaffed');
    const leave = step('exempt', { people: ['4004'], exemption: { reason: 'hospital', until } });
    expect(refused(to('2027-04-14'), after([leave]))).toBe('counterUnstaffed');
    const duty = step('exempt', { people: ['4004'], exemption: { reason: 'duty', until } });
    expect(refused(to('2027-04-14'), after([duty]))).toBeUndefined();
  });
});

describe('who cannot', () => {
  it('loses the slots of these dates, and is not at the counter unless needed elsewhere in the house', () => {
    const ill = step('cannot', { ...promoter, people: ['4001', '4002'], dates: ['2027-04-12', '2027-04-14'] });
    expect(refusal(opened(), ill)).toBeUndefined();
    const section = after([ill]);
    expect([slotsOf(section, '4001'), slotsOf(section, '4002')]).toEqual([['2027-04-19'], ['2027-04-21']]);
    expect(section.members[0]).toMatchObject({ absent: ['2027-04-12', '2027-04-14'], unavailable: [] });
    expect(after([step('cannot', { atWork: true })]).members[0]).toMatchObject({ absent: [], unavailable: ['2027-04-12'] });
  });

  it.each([
    ['for another member', { people: ['4001', '4002'] }, 'onlyOneself'],
    ['for nobody of the section', { ...head, people: ['4711'] }, 'notMember'],
    ['for the past', { on: '2027-04-13' }, 'slotPast'],
  ])('not %s', (_what, over, code) => expect(refusal(opened(), step('cannot', over))?.code).toBe(code));
});

describe('exemptions', () => {
  it('take the slots until their last day, and end by themselves', () => {
    const section = after([step('exempt')]);
    expect(slotsOf(section, '4001')).toEqual(['2027-04-19']);
    expect(section.members[0]?.exemption).toEqual({ reason: 'leave', from: on, until: '2027-04-16', by: '4003' });
    expect(roster(section)?.members[0]).toMatchObject({ staff: '4001', exemptUntil: '2027-04-16' });
    const back = { ...step('move').input, to: { date: '2027-04-16', part: 'day' as const } };
    const { from: _from, ...none } = back;
    expect(refusal(section, { ...step('move'), input: none })?.code).toBe('notAvailable');
    expect(refusal(after([step('exempt'), step('endExemption')]), { ...step('move'), input: none })).toBeUndefined();
  });

  it.each([
    ['by oneself', { people: ['4003'] }, 'ownAffair'],
    ['by oneself, as HR', { ...hr, by: '4001' }, 'ownAffair'],
    ['on behalf of oneself', { ...head, by: '3001', onBehalfOf: '4001' }, 'ownAffair'],
    ['of nobody', { people: ['4711'] }, 'notMember'],
    ['until yesterday', { exemption: { reason: 'leave' as const, until: '2027-04-08' } }, 'exemptionOver'],
  ])('not %s', (_what, over, code) => expect(refusal(opened(), step('exempt', over))?.code).toBe(code));

  it('only one that is there is ended', () => {
    expect(refusal(opened(), step('endExemption'))?.code).toBe('notExempt');
    expect(refusal(after([step('exempt')]), step('endExemption'))).toBeUndefined();
  });
});

describe('what HR records by hand', () => {
  it('is counted apart, and needs no more slots', () => {
    const section = after([step('recordOutcome', { on: '2027-04-13' })]);
    expect(slotsOf(section, '4001')).toEqual(['2027-04-12']);
    expect(roster(section)?.members[0]).toMatchObject({ recorded: true });
    expect(roster(after([step('recordOutcome', { outcome: 'notPossible' })]))?.members[0]).toMatchObject({ notPossible: 'recordedByHr' });
    const withdrawn = roster(after([step('recordOutcome'), step('withdrawOutcome')]))?.members[0];
    expect(withdrawn).not.toHaveProperty('recorded');
  });

  it('is never of oneself, and of members only', () => {
    expect(refusal(opened(), step('recordOutcome', { by: '4001' }))?.code).toBe('ownAffair');
    expect(refusal(opened(), step('recordOutcome', { staff: '4711' }))?.code).toBe('notMember');
    expect(refusal(opened(), step('withdrawOutcome'))?.code).toBe('nothingRecorded');
  });
});

describe('the plan made anew', () => {
  const slot = (date: string, device?: string) => ({ date, part: 'day' as const, ...(device && { device }) });
  const move = (staff: string, from: readonly string[], to: readonly string[]) => ({
    staff,
    from: from.map((date) => slot(date)),
    to: to.map((date) => slot(date)),
  });

  it('moves who is still where it found them, and says who has nothing', () => {
    const moves = [move('4001', ['2027-04-12', '2027-04-19'], ['2027-04-13', '2027-04-19']), move('4002', ['2027-04-15'], ['2027-04-16'])];
    const section = after([news('replan', { on, moves, cannot: [{ staff: '4004', reason: 'devices' }] })]);
    expect(slotsOf(section, '4001')).toEqual(['2027-04-13', '2027-04-19']);
    expect(slotsOf(section, '4002')).toEqual(['2027-04-14', '2027-04-21']);
    expect(section.members[3]?.short).toBe('devices');
    expect(apply(section, news('replan', { on, moves: [], cannot: [] })).members[3]).not.toHaveProperty('short');
  });

  it('two that only fit together move together; of what no longer fits as a whole, what still does', () => {
    const counter = { morning: 3, afternoon: 3 };
    const first = move('4001', ['2027-04-12', '2027-04-19'], ['2027-04-14', '2027-04-19']);
    const second = move('4002', ['2027-04-14', '2027-04-21'], ['2027-04-12', '2027-04-21']);
    const both = after([news('replan', { on, moves: [first, second], cannot: [] })], { counter });
    expect([slotsOf(both, '4001')[0], slotsOf(both, '4002')[0]]).toEqual(['2027-04-14', '2027-04-12']);
    const third = move('4003', ['2027-04-16', '2027-04-23'], ['2027-04-15', '2027-04-23']);
    const stale = after([news('replan', { on, moves: [first, third], cannot: [] })], { counter });
    expect([slotsOf(stale, '4001')[0], slotsOf(stale, '4003')[0]]).toEqual(['2027-04-12', '2027-04-15']);
  });

  it('never changes what is over, nor plans a device that another has within its turnaround', () => {
    const past = news('replan', {
      on: '2027-04-13',
      moves: [move('4001', ['2027-04-12', '2027-04-19'], ['2027-04-14', '2027-04-19'])],
      cannot: [],
    });
    expect(slotsOf(after([past]), '4001')).toEqual(['2027-04-12', '2027-04-19']);
    const taken = { ...move('4004', [], []), to: [slot('2027-04-13', 'PC-001')] };
    expect(slotsOf(after([news('replan', { on, moves: [taken], cannot: [] })]), '4004')).toEqual([]);
    const other = { ...taken, to: [slot('2027-04-13', 'PC-009')] };
    expect(slotsOf(after([news('replan', { on, moves: [other], cannot: [] })]), '4004')).toEqual(['2027-04-13']);
  });

  it('takes a device that was planned for a day that is over: whether it is back, the ledger knows', () => {
    const later = { on: '2027-04-13', moves: [{ ...move('4004', [], []), to: [slot('2027-04-13', 'PC-001')] }], cannot: [] };
    const members = [member('4001', ['2027-04-12']), member('4004', [])];
    expect(slotsOf(after([news('replan', later)], { members, counter: { morning: 1, afternoon: 1 } }), '4004')).toEqual(['2027-04-13']);
  });

  it('a longer period lets duties that ended with it end later; another round lets all of it be made up for', () => {
    const longer = { until: '2027-04-30', closed: ['2027-04-24', '2027-04-25'] };
    const prolonged = after([news('replan', { on, moves: [], cannot: [], period: longer })]);
    expect(prolonged).toMatchObject({ ...longer, round: 1 });
    expect(prolonged.members[0]?.duties.map((duty) => duty.until)).toEqual(['2027-04-18', '2027-04-30']);
    const again = after([news('replan', { on, moves: [], cannot: [], period: { ...longer, again: true } })]);
    expect(again.round).toBe(2);
    expect(again.members[0]?.duties).toEqual([{ from: '2027-04-12', until: '2027-04-30', times: 2 }]);
  });

  it('who transfers leaves the one section with all slots and joins the other, where they still fit', () => {
    expect(roster(after([news('leave', { on, staff: '4001' })]))?.members.map(({ staff }) => staff)).toEqual(['4002', '4003', '4004']);
    const joined = after([news('join', { on, member: member('4000', ['2027-04-13', '2027-04-17']) })]);
    expect(joined.members[0]).toMatchObject({ staff: '4000', slots: [] }); // One is on a Saturday: it is planned anew.
    expect(
      slotsOf(after([news('join', { on, member: member('4000', ['2027-04-15'], { slots: [slot('2027-04-15')] }) })]), '4000'),
    ).toHaveLength(1);
    expect(after([news('join', { on, member: member('4001', []) })])).toEqual(opened());
  });
});

describe('loans', () => {
  it('one for each slot, approved by the plan, by its head’s superior for a head', () => {
    const section = opened();
    const loans = loansOf(section, opening());
    expect(loans).toHaveLength(6);
    expect(loans[0]).toMatchObject({
      name: '1',
      borrower: '4001',
      approver: 'head:tax',
      from: '2027-04-12',
      until: '2027-04-12',
      periodEnds: '2027-04-12T15:00:00.000Z',
      prefers: 'PC-001',
      pools: ['tax'],
    });
    expect(loans.find(({ borrower }) => borrower === '4003')).toMatchObject({ approver: 'superior:tax' });
  });

  it('of a slot that is gone is called back, of one that is new is opened; nobody else’s is touched', () => {
    const before = after([step('askSwap')]);
    const section = apply(before, step('answerSwap'));
    expect(tells(section, step('answerSwap'), before)).toEqual([
      { procedure: 'device-loan', name: 'recall', opened: '1' },
      { procedure: 'device-loan', name: 'recall', opened: '3' },
    ]);
    expect(loansOf(section, step('answerSwap'), before)).toMatchObject([
      { name: expect.any(String), borrower: '4001', from: '2027-04-14', prefers: 'PC-001' },
      { borrower: '4002', from: '2027-04-12', prefers: 'PC-001' },
    ]);
    expect(new Set([...before.members, ...section.members].flatMap(({ slots }) => slots.map(({ loan }) => loan))).size).toBe(8);
  });

  it('belong to the section, by its case', () => {
    const entry = entryOf(rules, { caseId: 'section-1', procedure: 'trial-section', seq: 1 }, { event: opening(), after: opened() });
    expect(entry.summary).toEqual(summary(opened()));
    expect(summary(opened())).toEqual({ status: 'open', department: 'tax', staff: '2001', within: 'campaign-1' });
    expect(entry.opens?.[0]).toMatchObject({
      procedure: 'device-loan',
      name: '1',
      unless: 'recall',
      opening: { input: { within: 'section-1' } },
    });
    expect(entry.roster?.members).toHaveLength(4);
    const gone = entryOf(
      rules,
      { caseId: 'section-1', procedure: 'trial-section', seq: 2 },
      { event: news('close', {}), after: after([news('close', {})]), before: opened() },
    );
    expect(gone.tells).toEqual([{ procedure: 'device-loan', name: 'recall', within: 'section-1' }]);
  });

  it('a slot that stays keeps its loan and what that has reserved, whatever device the plan counts on now', () => {
    const to = [
      { date: '2027-04-12', part: 'day' as const, device: 'PC-007' },
      { date: '2027-04-19', part: 'day' as const },
    ];
    const event = news('replan', { on, moves: [{ staff: '4001', from: to, to }], cannot: [] });
    const section = apply(opened(), event);
    expect(section.members[0]?.slots).toEqual([
      { date: '2027-04-12', part: 'day', device: 'PC-001', loan: '1' },
      { date: '2027-04-19', part: 'day', device: 'PC-002', loan: '2' },
    ]);
    expect([opens(section, event, opened()), tells(section, event, opened())]).toEqual([[], []]);
  });

  it('none where nothing is lent, or for who has an own device', () => {
    const { loan: _loan, ...bare } = request();
    const opens0 = { name: 'openSection', input: { ...hr, ...bare }, key: 'section-1' } as const;
    expect(opens(apply(undefined, opens0), opens0)).toEqual([]);
    expect(loansOf(opened({ members: [member('4001', ['2027-04-12'], { ownDevice: true })] }), opening())).toEqual([]);
  });
});

describe('what goes out at once', () => {
  it('each member’s own dates, and that there is a plan, to head and promoter', () => {
    const sent = mails(opened(), opening());
    expect(sent.map(({ to }) => to)).toEqual(['staff:4001', 'staff:4002', 'staff:4003', 'head:tax', 'promoter:tax']);
    expect(sent[0]?.params?.items).toEqual([
      { date: '2027-04-12', part: 'day' },
      { date: '2027-04-19', part: 'day' },
    ]);
  });

  it('a change, to whom it moves and who has not made it', () => {
    const by = (event: rules.SectionEvent) => mails(apply(opened(), event), event, opened()).map(({ to, template }) => `${to} ${template}`);
    expect(by(step('move'))).toEqual([]);
    expect(by(step('move', promoter))).toEqual(['staff:4001 trialMoved']);
    expect(by(step('cannot', { ...promoter, dates: ['2027-04-12', '2027-04-19'] }))).toEqual(['staff:4001 trialNoDate']);
    expect(by(step('exempt', { people: ['4001', '4002'] }))).toEqual(['staff:4001 trialExempted', 'staff:4002 trialExempted']);
    expect(by(news('leave', { on, staff: '4001' }))).toEqual([]);
    expect(by(news('cancel', {}))).toEqual(['staff:4001 trialCancelled', 'staff:4002 trialCancelled', 'staff:4003 trialCancelled']);
  });
});

describe('whom the morning round reminds', () => {
  const asked = after([step('askSwap')]);
  const swap = (who: Parameters<typeof reminds>[1]['who'], since: string, today: string) =>
    reminds(asked, { step: 'answerSwap', who, since }, today);

  it('who was asked, after one night; the promoter after two; nobody once a date has come', () => {
    expect(swap('staff:4002', '2027-04-08', '2027-04-08')).toEqual([]);
    expect(swap('staff:4002', '2027-04-08', '2027-04-09')).toEqual(['staff:4002']);
    expect(swap('promoter:tax', '2027-04-08', '2027-04-09')).toEqual([]);
    expect(swap('promoter:tax', '2027-04-08', '2027-04-10')).toEqual(['promoter:tax']);
    expect(swap('head:tax', '2027-04-01', '2027-04-10')).toEqual([]);
    expect(swap('staff:4002', '2027-04-08', '2027-04-12')).toEqual([]);
    expect(swap('staff:4003', '2027-04-08', '2027-04-09')).toEqual([]);
  });

  it('the promoter of a question, then HR; HR of an objection', () => {
    const of = (name: 'answerRaised' | 'settleObjection', who: 'promoter:tax' | 'hr' | 'head:tax', today: string) =>
      reminds(asked, { step: name, who, since: '2027-04-08' }, today);
    expect(of('answerRaised', 'promoter:tax', '2027-04-09')).toEqual(['promoter:tax']);
    expect(of('answerRaised', 'hr', '2027-04-09')).toEqual([]);
    expect(of('answerRaised', 'hr', '2027-04-10')).toEqual(['hr']);
    expect(of('answerRaised', 'head:tax', '2027-04-10')).toEqual([]);
    expect(of('settleObjection', 'hr', '2027-04-09')).toEqual(['hr']);
  });
});
