import { describe, expect, it } from 'vitest';
import type {
  DayClaim,
  DayContext,
  DayEvent,
  DayStep,
  Plan,
  TeleworkDay,
  TeleworkDayPolicy,
} from '../../workflows/telework-day/contract.js';
import {
  answerBy,
  apply,
  chases,
  claimOf,
  day,
  due,
  liftedBy,
  mails,
  readers,
  refusal,
  refusePlan,
  refuseUnplanned,
  reminds,
  seatFor,
  summary,
  weekOf,
} from '../../workflows/telework-day/rules.js';
import {
  after,
  afternoonTable,
  afterOf,
  closedAround,
  context,
  event,
  everywhere,
  line,
  morningTable,
  opening,
  plan,
  policy,
  request,
  result,
  unplanned,
  wholeTable,
  words,
} from './cases.js';

/** Why the plan is refused: code, article, limit. */
function refused(over: Partial<Plan> = {}, around: Partial<DayContext> = {}) {
  const wrong = refusePlan(plan(over), context(around));
  return wrong && [wrong.code, wrong.article, ...(wrong.limit === undefined ? [] : [wrong.limit])];
}
const under = (over: Partial<TeleworkDayPolicy>): Partial<DayContext> => ({ policy: { ...policy, ...over } });
const hoursOf = (over: Partial<TeleworkDayPolicy['hours']>) => under({ hours: { ...policy.hours, ...over } });
/** Another whole day of the person. */
const other = (date: string, over: Partial<DayClaim> = {}): DayClaim => ({
  ...claimOf(plan({ date }), { staff: '4021', department: 'tax' }),
  ...over,
});

it('a plan that breaks no rule is accepted', () => expect(refused()).toBeUndefined());

describe('what is worked on (Art. 3)', () => {
  it.each<[string, Partial<Plan>, string, string]>([
    ['a task that is not on the list', { table: [line('08:30-12:00', 'gardening')] }, 'taskNotPermitted', 'teleworkDay.tasks'],
    ['the seventh task without a text (Art. 3(7))', { table: [line('08:30-12:00', 'other')] }, 'taskTextNeeded', 'teleworkDay.tasks'],
    [
      'personal data carried out (procedure ⑤)',
      { carryOut: { list: words('l'), personalData: true, paper: false } },
      'personalData',
      'teleworkDay.personalData',
    ],
    [
      'personal data on paper',
      { carryOut: { list: words('l'), personalData: true, paper: true } },
      'personalData',
      'teleworkDay.personalData',
    ],
  ])('is not %s', (_what, over, code, article) => expect(refused(over)).toEqual([code, article]));

  it('may be what the supervisor recognises, in words', () =>
    expect(refused({ table: wholeTable.map((one) => ({ ...one, task: 'other' })), remarks: words('remarks') })).toBeUndefined());

  it('may be carried out, as long as it is no personal data', () =>
    expect(refused({ carryOut: { list: words('l'), personalData: false, paper: true } })).toBeUndefined());

  const secret = wholeTable.map((one) => ({ ...one, level: 3 as const }));
  it.each([
    ['home', {}],
    ['mobile', { form: 'mobile', place: words('place') }],
  ] as const)('is not secret in the form %s (000:272)', (form, over) =>
    expect(refused({ table: secret, ...over })).toEqual(['levelNotAllowed', `teleworkDay.levels.${form}`, '2']),
  );

  it('may be secret at a satellite office (000:272 サテライトオフィス方式を除く)', () =>
    expect(refused({ table: secret, form: 'satellite', office: 'hall' }, { freeSeats: [1] })).toBeUndefined());
});

describe('the travel order (procedure ⑥)', () => {
  const { travelOrder: _order, ...noOrder } = plan();
  const without = (around: Partial<DayContext>, over: Partial<Plan> = {}) => refusePlan({ ...noOrder, ...over }, context(around))?.code;
  it('is needed to work at home where the pack says so', () => {
    expect(without({})).toBe('travelOrderNeeded');
    expect(without(under({ travelOrder: false }))).toBeUndefined();
    expect(without({ freeSeats: [1] }, { form: 'satellite', office: 'hall' })).toBeUndefined();
  });

  it('is approved by the date itself', () => {
    const order = (approvedOn: string) => ({ travelOrder: { number: '1', approver: 'head:tax' as const, approvedOn } });
    expect(refused(order('2026-11-24'))).toBeUndefined();
    expect(refused(order('2026-11-25'))).toEqual(['travelOrderLate', 'teleworkDay.travelOrder', '2026-11-24']);
  });
});

describe('when it is filed (Art. 5-1)', () => {
  const at = (planBy: TeleworkDayPolicy['planBy'], today: string, time: string) => refused({}, { ...under({ planBy }), today, time });
  it.each([
    ['previousDay', '2026-11-23', '23:59', undefined],
    ['previousDay', '2026-11-24', '00:00', '2026-11-23'],
    ['previousDay', '2026-11-25', '08:00', '2026-11-23'],
    ['sameDay', '2026-11-24', '08:29', undefined],
    ['sameDay', '2026-11-24', '08:30', '2026-11-24'],
    ['previousWeek', '2026-11-22', '23:59', undefined],
    ['previousWeek', '2026-11-23', '00:00', '2026-11-22'],
    ['previousWeek', '2026-11-24', '08:00', '2026-11-22'],
  ] as const)('%s, on %s at %s: in time, or by %s', (planBy, today, time, limit) =>
    expect(at(planBy, today, time)).toEqual(limit && ['plannedTooLate', 'teleworkDay.planBy', limit]),
  );

  it('not longer ahead than the pack allows', () => {
    expect(refused({}, { ...under({ aheadDays: 5 }), today: '2026-11-19' })).toBeUndefined();
    expect(refused({}, { ...under({ aheadDays: 4 }), today: '2026-11-19' })).toEqual(['plannedTooEarly', 'teleworkDay.aheadDays', '4']);
  });

  it('the previous week of a date after the turn of the year is the week before', () => {
    const late = refused({ date: '2027-01-05' }, { ...under({ planBy: 'previousWeek' }), today: '2027-01-04', closed: [] });
    expect(late).toEqual(['plannedTooLate', 'teleworkDay.planBy', '2027-01-03']);
    expect(refused({ date: '2027-01-05' }, { ...under({ planBy: 'previousWeek' }), today: '2027-01-03', closed: [] })).toBeUndefined();
  });

  it.each([
    ['2026-11-23', '勤労感謝の日'],
    ['2026-11-28', 'a Saturday'],
    ['2026-12-29', 'the turn of the year'],
  ])('not for %s, %s (004:1089), unless the pack allows closed days', (date) => {
    const around = { today: '2026-11-18', closed: closedAround(date) };
    expect(refused({ date }, around)).toEqual(['closedDay', 'teleworkDay.onClosedDays', date]);
    expect(refused({ date }, { ...around, ...under({ onClosedDays: true }) })).toBeUndefined();
  });

  it('a closure of the municipality counts like a holiday', () => expect(refused({}, { closed: ['2026-11-24'] })?.[0]).toBe('closedDay'));

  it('29 February is a date like any other', () => {
    const around = { today: '2028-02-28', closed: closedAround('2028-02-29'), trainedUntil: '2028-02-29' };
    expect(refused({ date: '2028-02-29' }, around)).toBeUndefined();
    expect(refused({ date: '2028-02-29' }, { ...around, today: '2028-02-29' })?.[2]).toBe('2028-02-28');
    expect(refused({ date: '2028-03-01' }, { ...around, today: '2028-03-01', trainedUntil: '2029-01-01' })?.[2]).toBe('2028-02-29');
  });
});

describe('until when it is approved (Art. 5-1)', () => {
  it.each([
    ['previousDay', '2026-11-19', '2026-11-23T15:00:00.000Z'],
    ['start', '2026-11-19', '2026-11-23T23:30:00.000Z'],
    ['previousDay', '2026-11-24', '2026-11-23T23:30:00.000Z'],
  ] as const)('%s, filed on %s: %s', (approveBy, today, instant) =>
    expect(answerBy(plan(), { policy: { ...policy, approveBy }, today })).toBe(instant),
  );
});

describe('hours (Art. 8-1, 8-4)', () => {
  it.each<[string, Partial<Plan>, Partial<DayContext>, readonly string[]]>([
    ['a table without a line', { table: [] }, {}, ['tableEmpty', 'teleworkDay.hours.from']],
    [
      'two lines at once',
      { table: [line('08:30-10:00'), line('09:45-12:00')] },
      {},
      ['tableOverlaps', 'teleworkDay.hours.from', '09:45–12:00'],
    ],
    ['a line that ends before it begins', { table: [line('10:00-09:00')] }, {}, ['tableOverlaps', 'teleworkDay.hours.from', '10:00–09:00']],
    [
      'work in an hour of leave',
      { leave: [{ from: '09:00', until: '10:00', kind: 'annual' }] },
      {},
      ['tableOverlaps', 'teleworkDay.hours.from', '09:00–10:00'],
    ],
    [
      'work in the rest',
      { table: [line('08:30-12:15'), line('13:00-17:15')] },
      {},
      ['restNotKept', 'teleworkDay.hours.restFrom', '12:00–13:00'],
    ],
    [
      'leave in the rest',
      { table: morningTable, unit: 'hours', leave: [{ from: '12:00', until: '13:00', kind: 'annual' }] },
      {},
      ['restNotKept', 'teleworkDay.hours.restFrom', '12:00–13:00'],
    ],
    ['an hour after the end', { table: [...wholeTable, line('17:15-18:15')] }, {}, ['overtime', 'teleworkDay.overtime', '7:45']],
    ['an hour before the beginning', { table: [line('07:30-08:30'), ...wholeTable] }, {}, ['overtime', 'teleworkDay.overtime', '7:45']],
    ['a longer day', { shift: { from: '08:30', until: '18:15' } }, {}, ['overtime', 'teleworkDay.overtime', '7:45']],
    [
      'a shifted day where hours are fixed',
      { shift: { from: '08:00', until: '16:45' } },
      {},
      ['shiftNotOffered', 'teleworkDay.hours.shifts', '08:30–17:15'],
    ],
    [
      'a quarter that is none',
      { unit: 'hours', table: [line('08:35-10:00')] },
      {},
      ['timesNotInSteps', 'teleworkDay.hours.stepMinutes', '15'],
    ],
    [
      'half an hour of leave (Art. 7)',
      { table: morningTable, leave: [{ from: '13:00', until: '13:30', kind: 'care' }] },
      {},
      ['leaveByTheHour', 'teleworkDay.hours.leaveStepMinutes', '60'],
    ],
    [
      'leave after the end',
      { leave: [{ from: '17:15', until: '18:15', kind: 'care' }] },
      {},
      ['leaveOutsideHours', 'teleworkDay.hours.leaveStepMinutes', '08:30–17:15'],
    ],
  ])('%s is refused', (_what, over, around, why) => expect(refused(over, around)).toEqual(why));

  const patterns = hoursOf({ shifts: 'patterns' });
  it('one of the patterns is a day like any other, where the pack has them (004:1520-1525)', () => {
    const early = { shift: { from: '08:00', until: '16:45' }, table: [line('08:00-12:00'), line('13:00-16:45')] };
    expect(refused(early, patterns)).toBeUndefined();
    expect(refused({ shift: { from: '08:15', until: '17:00' } }, patterns)).toEqual([
      'shiftNotOffered',
      'teleworkDay.hours.shifts',
      '08:30–17:15, 08:00–16:45, 09:15–18:00',
    ]);
  });

  const inWindow = hoursOf({ shifts: 'window' });
  it('the day may move within a window, and stays as long as it is (004:233)', () => {
    const moved = (from: string, until: string) =>
      refused({ shift: { from, until }, table: [line(`${from}-12:00`), line(`13:00-${until}`)] }, inWindow);
    expect(moved('09:30', '18:15')).toBeUndefined();
    expect(moved('09:45', '18:30')?.slice(0, 3)).toEqual(['shiftNotOffered', 'teleworkDay.hours.shifts', '08:00–18:15']);
    expect(moved('08:00', '18:15')?.[0]).toBe('overtime');
  });

  it('flexible hours have their rest at any time, and no more work in a day (004:551-552; 004:580)', () => {
    const flexible = hoursOf({ shifts: 'flexible', windowFrom: '05:00', windowUntil: '22:00', stepMinutes: 10 });
    const free = { unit: 'hours' as const, shift: { from: '05:00', until: '22:00' } };
    expect(refused({ ...free, table: [line('05:00-09:10'), line('20:00-22:00')] }, flexible)).toBeUndefined();
    expect(refused({ ...free, table: [line('11:00-14:00')] }, flexible)).toBeUndefined();
    expect(refused({ ...free, table: [line('05:00-12:50')] }, flexible)?.[0]).toBe('overtime');
    expect(refused({ ...free, table: [line('21:00-22:10')] }, flexible)?.[0]).toBe('overtime');
    expect(refused({ ...free, table: [line('20:05-21:00')] }, flexible)?.[0]).toBe('timesNotInSteps');
  });
});

describe('units (Art. 8-1)', () => {
  it.each<[string, Partial<Plan>, string | undefined]>([
    ['a day is filled by its table', {}, undefined],
    ['with a hole it is none', { table: morningTable }, '08:30–17:15'],
    [
      'leave by the hour fills it too (Art. 8-1)',
      { table: [...morningTable, ...afternoonTable.slice(2)], leave: [{ from: '13:00', until: '15:00', kind: 'childcare' }] },
      undefined,
    ],
    ['a morning', { unit: 'morning', table: morningTable }, undefined],
    ['a morning with an hour of the afternoon', { unit: 'morning', table: [...morningTable, line('13:00-14:00')] }, '08:30–12:00'],
    ['half a morning', { unit: 'morning', table: morningTable.slice(2) }, '08:30–12:00'],
    ['an afternoon', { unit: 'afternoon', table: afternoonTable }, undefined],
    ['an afternoon that is a morning', { unit: 'afternoon', table: morningTable }, '13:00–17:15'],
    ['any hours', { unit: 'hours', table: [line('09:00-10:00'), line('16:00-17:15')] }, undefined],
  ])('%s', (_what, over, limit) => expect(refused(over)).toEqual(limit && ['tableNotTheUnit', 'teleworkDay.units', limit]));

  it.each([
    ['morning', 'day', morningTable],
    ['hours', 'day, halfDay', [line('09:00-10:00')]],
  ] as const)('%s only where the pack offers it', (unit, limit, table) =>
    expect(refused({ unit, table }, under({ units: limit.split(', ') as TeleworkDayPolicy['units'] }))).toEqual([
      'unitNotOffered',
      'teleworkDay.units',
      limit,
    ]),
  );
});

describe('who, in which form, where, on what', () => {
  const { registration: _registration, trainedUntil: _trained, freeSeats: _seats, ...bare } = context();
  const why = (over: Partial<Plan>, around: Partial<DayContext> = {}) => {
    const wrong = refusePlan(plan(over), { ...bare, trainedUntil: '2027-03-31', ...around });
    return wrong && [wrong.code, wrong.article, ...(wrong.limit === undefined ? [] : [wrong.limit])];
  };
  const registered = { registration: { forms: ['home'], workplace: 'ownHome' } } as const;

  it('whoever is registered, where the pack wants it (Art. 5-1)', () => {
    expect(why({})).toEqual(['notRegistered', 'teleworkDay.needs.registration']);
    expect(why({}, under({ needs: { registration: false, training: true } }))).toBeUndefined();
  });

  it('whoever is trained on the date, where the pack wants it', () => {
    expect(refusePlan(plan(), { ...bare, ...registered })).toMatchObject({ code: 'trainingNeeded', article: 'teleworkDay.needs.training' });
    expect(why({}, { ...registered, trainedUntil: '2026-11-23' })).toEqual(['trainingNeeded', 'teleworkDay.needs.training', '2026-11-23']);
    expect(why({}, { ...registered, trainedUntil: '2026-11-24' })).toBeUndefined();
  });

  it.each<[string, Partial<Plan>, Partial<DayContext>, readonly string[] | undefined]>([
    [
      'a form that the pack does not offer',
      { form: 'mobile' },
      under({ forms: ['home'] }),
      ['formNotOffered', 'registration.forms', 'home'],
    ],
    [
      'a form that was not approved',
      { form: 'mobile', place: words('p') },
      {},
      ['formNotRegistered', 'teleworkDay.needs.registration', 'home'],
    ],
    [
      'a place that the pack does not offer',
      { workplace: 'spousesHome' },
      {},
      ['workplaceNotAllowed', 'registration.workplaces', 'ownHome, carersHome'],
    ],
    ['a place that was not approved', { workplace: 'carersHome' }, {}, ['workplaceNotRegistered', 'registration.workplaces', 'ownHome']],
    ['a private device', { device: 'private' }, {}, ['workDeviceNotAllowed', 'teleworkDay.devices', 'lent, ownDesk, office']],
    ["the office's device at home", { device: 'office' }, {}, ['workDeviceNotAllowed', 'teleworkDay.devices', 'lent, ownDesk, office']],
    ['a lent device that nobody has reserved (Art. 5-5)', { device: 'lent' }, {}, ['deviceNotReserved', 'teleworkDay.devices']],
    ['one that is reserved', { device: 'lent' }, { deviceLent: true }, undefined],
  ])('%s', (_what, over, around, refusedFor) => expect(why(over, { ...registered, ...around })).toEqual(refusedFor));

  const { workplace: _workplace, ...nowhere } = plan();
  it('at home needs a place, mobile work another, a satellite office a known one', () => {
    const all = context();
    expect(refusePlan(nowhere, all)?.code).toBe('workplaceNotAllowed');
    expect(refusePlan({ ...nowhere, form: 'mobile' }, all)?.code).toBe('placeNeeded');
    expect(refusePlan({ ...nowhere, form: 'mobile', place: words('p') }, all)).toBeUndefined();
    expect(refusePlan({ ...nowhere, form: 'satellite' }, all)?.code).toBe('officeUnknown');
    expect(refusePlan({ ...nowhere, form: 'satellite', office: 'nowhere' }, all)?.code).toBe('officeUnknown');
  });

  it('a satellite office needs a free seat, and the first free one is booked', () => {
    const satellite = plan({ form: 'satellite', office: 'hall', device: 'office' });
    expect(refusePlan(satellite, context({ freeSeats: [] }))).toEqual({
      code: 'noSeatFree',
      article: 'teleworkDay.overbooking',
      field: 'office',
      limit: '08:30–17:15',
    });
    expect(refusePlan(satellite, context({ freeSeats: [3, 7] }))).toBeUndefined();
    expect(seatFor(satellite, { freeSeats: [3, 7] })).toBe(3);
    expect(seatFor(plan(), { freeSeats: [3] })).toBeUndefined();
  });
});

describe('the week (Art. 8-2)', () => {
  it.each([
    ['2026-11-24', 'monday', ['2026-11-23', '2026-11-29']],
    ['2026-11-23', 'monday', ['2026-11-23', '2026-11-29']],
    ['2026-11-29', 'monday', ['2026-11-23', '2026-11-29']],
    ['2026-11-29', 'sunday', ['2026-11-29', '2026-12-05']],
    ['2026-11-28', 'sunday', ['2026-11-22', '2026-11-28']],
    ['2027-01-01', 'monday', ['2026-12-28', '2027-01-03']],
    ['2027-04-01', 'monday', ['2027-03-29', '2027-04-04']],
    ['2028-02-29', 'monday', ['2028-02-28', '2028-03-05']],
  ] as const)('of %s, beginning on %s, is %j', (date, begins, week) => expect(weekOf(date, begins)).toEqual(week));

  const days = (...dates: string[]) => ({ others: dates.map((date) => other(date)) });
  it('has at most four days', () => {
    const three = ['2026-11-25', '2026-11-26', '2026-11-27'];
    expect(refused({}, days(...three))).toBeUndefined();
    expect(refused({}, { ...under({ onClosedDays: true }), ...days(...three, '2026-11-28') })).toEqual([
      'tooManyDays',
      'teleworkDay.caps.perWeek',
      '4',
    ]);
    expect(refused({}, days(...three, '2026-11-20', '2026-11-30'))).toBeUndefined();
  });

  it('counts across the ends of month, calendar year and fiscal year', () => {
    const open = { closed: [], trainedUntil: '2028-01-01' };
    const across = (date: string, others: string[]) =>
      refused({ date }, { ...open, today: '2026-12-20', ...under({ aheadDays: 200 }), ...days(...others) });
    expect(across('2027-01-01', ['2026-12-28', '2026-12-29', '2026-12-30', '2026-12-31'])?.[0]).toBe('tooManyDays');
    expect(across('2027-04-02', ['2027-03-29', '2027-03-30', '2027-03-31', '2027-04-01'])?.[0]).toBe('tooManyDays');
    expect(across('2027-04-05', ['2027-03-29', '2027-03-30', '2027-03-31', '2027-04-01'])).toBeUndefined();
  });

  it('counts a half day as a day, and two halves of one day once', () => {
    const half = (date: string) => other(date, { unit: 'morning', until: '12:00', minutes: 210 });
    const four = ['2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28'].map(half);
    expect(refused({ unit: 'afternoon', table: afternoonTable }, { others: four })?.[0]).toBe('tooManyDays');
    expect(refused({ unit: 'afternoon', table: afternoonTable }, { others: [...four.slice(1), half('2026-11-24')] })).toBeUndefined();
  });

  it('may have no cap at all', () =>
    expect(
      refused(
        {},
        { ...under({ caps: { perWeek: 'none', officeDays: 'none' } }), ...days('2026-11-23', '2026-11-25', '2026-11-26', '2026-11-27') },
      ),
    ).toBeUndefined());

  it('has 38 h 45 min (004:1081)', () => {
    const six = under({ caps: { perWeek: 'none', officeDays: 'none' } });
    const five = days('2026-11-23', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28');
    expect(refused({}, { ...six, ...five })).toEqual(['weekTooLong', 'teleworkDay.hours.minutesPerWeek', '38:45']);
  });

  it('has no two plans at once, and no more than 7 h 45 min in a day', () => {
    const morning = other('2026-11-24', { unit: 'morning', until: '12:00', minutes: 210 });
    expect(refused({}, { others: [morning] })).toEqual(['daysOverlap', '在宅勤務計画書', '08:30–12:00']);
    expect(refused({ unit: 'afternoon', table: afternoonTable }, { others: [morning] })).toBeUndefined();
    const early = other('2026-11-24', { unit: 'hours', from: '05:00', until: '08:30', minutes: 210 });
    expect(refused({ unit: 'afternoon', table: afternoonTable }, { others: [early] })).toBeUndefined();
    expect(refused({ unit: 'hours', table: wholeTable }, { others: [early] })).toEqual(['overtime', 'teleworkDay.overtime', '7:45']);
  });

  it('is spent at the office for half of its business days, where the pack counts so (004:556)', () => {
    const half = under({ caps: { perWeek: 'none', officeDays: 'half' } });
    // 23 November is a holiday: four business days, two of them at the office.
    expect(refused({}, { ...half, ...days('2026-11-25') })).toBeUndefined();
    expect(refused({}, { ...half, ...days('2026-11-25', '2026-11-26') })).toEqual(['tooFewOfficeDays', 'teleworkDay.caps.officeDays', '2']);
    // Whoever is at the office for part of the day is there.
    expect(refused({ unit: 'morning', table: morningTable }, { ...half, ...days('2026-11-25', '2026-11-26') })).toBeUndefined();
    const morning = other('2026-11-24', { unit: 'morning', until: '12:00', minutes: 210 });
    const both = { others: [morning, ...days('2026-11-25', '2026-11-26').others] };
    expect(refused({ unit: 'afternoon', table: afternoonTable }, { ...half, ...both })?.[0]).toBe('tooFewOfficeDays');
  });
});

describe('an emergency', () => {
  const snow = { id: 'snow', lifts: ['planBy', 'perWeek'], from: '2026-11-24', until: '2026-11-25' } as const;
  const four = { others: ['2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28'].map((date) => other(date)) };

  it('lifts what it names, on its dates, where the pack lets it', () => {
    expect(refused({}, four)?.[0]).toBe('tooManyDays');
    expect(refused({}, { ...four, emergencies: [snow] })).toBeUndefined();
    expect(refused({}, { ...four, emergencies: [{ ...snow, lifts: ['planBy'] }] })?.[0]).toBe('tooManyDays');
    expect(refused({}, { ...four, emergencies: [{ ...snow, from: '2026-11-25' }] })?.[0]).toBe('tooManyDays');
    expect(refused({}, { ...four, emergencies: [{ ...snow, from: '2026-11-20', until: '2026-11-23' }] })?.[0]).toBe('tooManyDays');
    const firm = under({ emergency: { liftable: ['planBy'], unplannedStart: true } });
    expect(refused({}, { ...four, ...firm, emergencies: [snow] })?.[0]).toBe('tooManyDays');
  });

  it('lifts the time of filing until the day begins', () => {
    const today = { today: '2026-11-24', emergencies: [snow] };
    expect(refused({}, { ...today, time: '08:00' })).toBeUndefined();
    expect(refused({}, { ...today, time: '08:30' })?.[0]).toBe('plannedTooLate');
  });

  it('lifts each of what can be lifted, and nothing else', () => {
    const lifting = (...lifts: (typeof policy.emergency.liftable)[number][]) => ({ emergencies: [{ ...snow, lifts }] });
    const { registration: _registration, trainedUntil: _trained, ...bare } = context();
    expect(refusePlan(plan(), { ...bare, ...lifting('registration', 'training') })).toBeUndefined();
    expect(refused({ device: 'lent' }, lifting('device'))).toBeUndefined();
    expect(refused({ unit: 'hours', table: [line('10:00-12:00')] }, { ...under({ units: ['day'] }), ...lifting('units') })).toBeUndefined();
    const half = under({ caps: { perWeek: 'none', officeDays: 'half' } });
    expect(refused({}, { ...half, others: four.others.slice(0, 2), ...lifting('officeDays') })).toBeUndefined();
    const all = lifting(...policy.emergency.liftable);
    expect(refused({ carryOut: { list: words('l'), personalData: true, paper: false } }, all)?.[0]).toBe('personalData');
    expect(refused({ table: wholeTable.map((one) => ({ ...one, level: 3 })) }, all)?.[0]).toBe('levelNotAllowed');
    expect(refused({ table: [...wholeTable, line('17:15-18:00')] }, all)?.[0]).toBe('overtime');
    expect(refused({ form: 'satellite', office: 'hall' }, { ...all, freeSeats: [] })?.[0]).toBe('noSeatFree');
  });

  it('orders a day only while it is in force on the date; a day that is ordered is held to all else, and says so where it is counted (004:783)', () => {
    const ordered = { ordered: 'snow' };
    expect(refused(ordered, { emergencies: [snow] })).toBeUndefined();
    const wrong = ['notOrdered', '在宅勤務計画書', '2026-11-24'];
    expect(refused(ordered)).toEqual(wrong);
    expect(refused({ ordered: 'flood' }, { emergencies: [snow] })).toEqual(wrong);
    expect(refused(ordered, { emergencies: [{ ...snow, from: '2026-11-25' }] })).toEqual(wrong);
    expect(refused(ordered, { emergencies: [{ ...snow, from: '2026-11-20', until: '2026-11-23' }] })).toEqual(wrong);
    expect(refused(ordered, { ...four, emergencies: [{ ...snow, lifts: [] }] })?.[0]).toBe('tooManyDays');
    const unplanned = { today: '2026-11-24', time: '08:50', emergencies: [snow] };
    expect(refuseUnplanned(plan({ ordered: 'flood' }), context(unplanned))?.code).toBe('notOrdered');
    expect(refuseUnplanned(plan(ordered), context(unplanned))).toBeUndefined();
    const people = { staff: '4021', department: 'tax' };
    expect(claimOf(plan(ordered), people)).toEqual({ ...claimOf(plan(), people), ordered: 'snow' });
  });

  it('lifts nothing by having ordered the day', () => {
    const flood = { ...snow, id: 'flood', lifts: ['units'] } as const;
    const lifting = (emergencies: DayContext['emergencies'], around: Partial<DayContext> = {}) =>
      liftedBy(plan({ ordered: 'flood' }), context({ ...around, emergencies }));
    expect(lifting([flood])).toBeUndefined();
    expect(lifting([flood, snow], four)).toBe('snow');
  });

  it('is named where it made the difference, and only there', () => {
    const flood = { ...snow, id: 'flood', lifts: ['units'] } as const;
    expect(liftedBy(plan(), context({ ...four, emergencies: [flood, snow] }))).toBe('snow');
    expect(liftedBy(plan(), context({ emergencies: [snow] }))).toBeUndefined();
    expect(liftedBy(plan(), context({ ...four }))).toBeUndefined();
  });

  const begins = { today: '2026-11-24', time: '09:10', emergencies: [snow] };
  const late = plan({ table: [line('09:00-12:00'), ...afternoonTable] });
  it('lets people start without a plan, where the pack says so', () => {
    const firm = under({ emergency: { ...policy.emergency, unplannedStart: false } });
    expect(refuseUnplanned(late, context(begins))).toBeUndefined();
    expect(liftedBy(late, context(begins), refuseUnplanned)).toBe('snow');
    expect(refuseUnplanned(late, context({ ...begins, ...firm }))?.code).toBe('unplannedStart');
    expect(refuseUnplanned(late, context({ ...begins, emergencies: [] }))?.code).toBe('noEmergency');
    expect(refuseUnplanned(late, context({ ...begins, emergencies: [{ ...snow, lifts: ['perWeek'] }] }))?.code).toBe('noEmergency');
    expect(refuseUnplanned({ ...late, date: '2026-11-25' }, context(begins))?.code).toBe('notThatDay');
  });

  it.each<[string, Partial<Plan>, Partial<DayContext>]>([
    ['personalData', { carryOut: { list: words('l'), personalData: true, paper: false } }, {}],
    ['levelNotAllowed', { table: [line('09:00-10:00', 'minutes', 3)] }, {}],
    ['overtime', { table: [line('17:15-18:00')] }, {}],
    ['daysOverlap', {}, { others: [other('2026-11-24')] }],
    ['noSeatFree', { form: 'satellite', office: 'hall' }, { freeSeats: [] }],
  ])('but all else holds: %s', (code, over, around) =>
    expect(refuseUnplanned({ ...late, ...over }, context({ ...begins, ...around }))?.code).toBe(code),
  );
});

const waits = (one: TeleworkDay) => due(one).map((item) => `${item.step}${'who' in item ? ` ${item.who}` : ''}`);

describe('the sequence of a day (procedure ②–⑨)', () => {
  it.each<[string, readonly DayEvent['name'][], readonly string[]]>([
    ['filed', [], ['approve head:tax', 'sendBack head:tax', 'refuse head:tax', 'withdraw staff:4021', 'cancel', 'expire']],
    ['sent back', ['sendBack'], ['replan staff:4021', 'withdraw staff:4021', 'cancel', 'expire']],
    ['approved', ['approve'], ['start staff:4021', 'start head:tax', 'withdraw staff:4021', 'cancel', 'missed']],
    [
      'begun',
      ['approve', 'start'],
      [
        'end staff:4021',
        'end head:tax',
        'reportMidday staff:4021',
        'reportMidday head:tax',
        'takeLeave staff:4021',
        'takeLeave head:tax',
        'checkPresence head:tax',
      ],
    ],
    [
      'in the afternoon',
      ['approve', 'start', 'reportMidday'],
      ['end staff:4021', 'end head:tax', 'takeLeave staff:4021', 'takeLeave head:tax', 'checkPresence head:tax'],
    ],
    ['over', ['approve', 'start', 'end'], ['report staff:4021', 'report head:tax']],
    ['reported back', ['approve', 'start', 'end', 'report'], ['correct staff:4021', 'acceptReport head:tax']],
    ['seen', ['approve', 'start', 'end', 'report', 'acceptReport'], []],
    ['refused', ['refuse'], []],
    ['withdrawn', ['approve', 'withdraw'], []],
    ['expired', ['sendBack', 'expire'], []],
    ['cancelled', ['approve', 'cancel'], []],
    ['never begun', ['approve', 'missed'], []],
  ])('%s', (_what, names, open) => expect(waits(after(...names))).toEqual(open));

  it('reports are due when the hours begin, at 13:00, and when they end', () => {
    const until = (one: TeleworkDay, name: string) =>
      due(one).flatMap((item) => (item.step === name && 'until' in item ? [item.until] : []))[0];
    expect(until(after('approve'), 'start')).toBe('2026-11-23T23:30:00.000Z');
    expect(until(after('approve', 'start'), 'reportMidday')).toBe('2026-11-24T04:00:00.000Z');
    expect(until(after('approve', 'start'), 'end')).toBe('2026-11-24T08:15:00.000Z');
    expect(until(after('approve', 'start', 'end'), 'report')).toBe('2026-11-27T15:00:00.000Z');
  });

  it('whoever works half a day, or where the pack has none, reports no afternoon', () => {
    const begun = (over: Parameters<typeof opening>[0]) => waits(afterOf(opening(over), 'approve', 'start')).join();
    expect(begun({ plan: plan({ unit: 'afternoon', table: afternoonTable }) })).not.toContain('reportMidday');
    expect(begun({ policy: { ...policy, reports: { ...policy.reports, midday: false } } })).not.toContain('reportMidday');
    expect(begun({ policy: { ...policy, presenceChecks: false } })).not.toContain('checkPresence');
  });

  it('an unplanned start is at work at once, and is recognised or not before its report is seen', () => {
    const begun = afterOf(unplanned);
    expect(begun).toMatchObject({
      status: 'started',
      unplanned: 'toConfirm',
      request: { under: 'snow' },
      started: { at: '2026-11-24T00:10:00.000Z' },
    });
    expect(waits(afterOf(unplanned, 'end', 'report'))).toEqual(['correct staff:4021', 'confirm head:tax']);
    expect(waits(afterOf(unplanned, 'confirm', 'end', 'report'))).toEqual(['correct staff:4021', 'acceptReport head:tax']);
    expect(apply(begun, event(begun, 'confirm', { granted: false })).unplanned).toBe('declined');
  });

  it('a correction keeps the old version, and leave and presence are kept as they came', () => {
    const corrected = after('approve', 'start', 'takeLeave', 'checkPresence', 'end', 'report', 'correct');
    expect(corrected.reports).toHaveLength(2);
    expect(corrected.reports[0]?.at).toBe('2026-11-25T00:00:00.000Z');
    expect(corrected.leave).toEqual([{ from: '15:00', until: '16:00', kind: 'care' }]);
    expect(corrected.presence).toEqual([{ at: '2026-11-24T02:00:00.000Z', channel: 'chat', reached: true }]);
  });

  it('a plan filed again takes the place of the first, with what was decided for it alone', () => {
    const first = afterOf(opening({ seat: 4, under: 'snow' }), 'sendBack');
    const again = apply(first, event(first, 'replan', { plan: plan({ unit: 'morning', table: morningTable }) }));
    expect(again).toMatchObject({ status: 'planned', request: { plan: { unit: 'morning' }, staff: '4021' } });
    expect(again.request).not.toHaveProperty('seat');
    expect(again.request).not.toHaveProperty('under');
  });

  it('begins with its plan', () => expect(() => apply(undefined, event(after(), 'approve'))).toThrow('begins with its plan'));
});

describe('what a day takes', () => {
  it('its hours and its seat, as long as it stands', () => {
    const seated = opening({ plan: plan({ form: 'satellite', office: 'hall' }), seat: 4 });
    const claim = {
      staff: '4021',
      department: 'tax',
      date: '2026-11-24',
      form: 'satellite',
      unit: 'day',
      from: '08:30',
      until: '17:15',
      minutes: 465,
      office: 'hall',
      seat: 4,
    };
    for (const names of [
      [],
      ['sendBack'],
      ['approve'],
      ['approve', 'start'],
      ['approve', 'start', 'end', 'report', 'acceptReport'],
    ] as const)
      expect(day(afterOf(seated, ...names))).toEqual(claim);
    for (const names of [['refuse'], ['withdraw'], ['expire'], ['cancel'], ['approve', 'missed']] as const)
      expect(day(afterOf(seated, ...names))).toBeUndefined();
  });

  it('hours alone where it is no satellite office', () => expect(day(after())).toEqual(other('2026-11-24')));
});

/** The person's steps, taken by the person, and the supervisor's, by the supervisor. */
const refusedStep = (before: TeleworkDay, name: DayEvent['name'], over: object = {}) =>
  refusal(before, event(before, name, over) as DayStep);
const head = { by: '3001', as: 'head:tax' } as const;

describe('who takes a step', () => {
  it('nobody decides on their own plan, nor a deputy for the person', () => {
    for (const name of ['approve', 'refuse', 'sendBack'] as const) {
      expect(refusedStep(after(), name)).toBeUndefined();
      expect(refusedStep(after(), name, { by: '4021', as: 'head:tax' })?.code).toBe('ownRequest');
      expect(refusedStep(after(), name, { by: '3001', onBehalfOf: '4021' })?.code).toBe('ownRequest');
    }
    expect(refusedStep(after('approve', 'start', 'end', 'report'), 'acceptReport', { by: '4021', as: 'head:tax' })?.code).toBe(
      'ownRequest',
    );
    expect(refusedStep(afterOf(unplanned), 'confirm', { by: '4021', as: 'head:tax' })?.code).toBe('ownRequest');
    expect(refusedStep(after('approve'), 'start', { by: '4021', as: 'head:tax', channel: 'phone' })?.code).toBe('ownRequest');
  });
});

describe('reports (Art. 8-5)', () => {
  const approved = after('approve');
  const noon = { at: '2026-11-24T03:00:00.000Z' };
  it.each<[string, object, string | undefined]>([
    ['by the person, at once', {}, undefined],
    ['by the person, on another day', { at: '2026-11-24T15:00:00.000Z' }, 'notThatDay'],
    ['by the person, the evening before', { at: '2026-11-23T14:59:00.000Z' }, 'notThatDay'],
    ['by the person, with a time of their own', { reportedAt: '2026-11-23T23:30:00.000Z' }, 'ownReport'],
    ['by the person, with a channel', { channel: 'mail' }, 'ownReport'],
    ['by the supervisor, who says how and when', { ...head, ...noon, channel: 'phone', reportedAt: '2026-11-23T23:35:00.000Z' }, undefined],
    [
      'by the supervisor, the day after',
      { ...head, at: '2026-11-25T00:00:00.000Z', channel: 'mail', reportedAt: '2026-11-23T23:35:00.000Z' },
      undefined,
    ],
    ['by the supervisor, who does not say how', { ...head, ...noon, reportedAt: '2026-11-23T23:35:00.000Z' }, 'channelNeeded'],
    ['by the supervisor, who does not say when', { ...head, ...noon, channel: 'phone' }, 'channelNeeded'],
    ['by the supervisor, from the future', { ...head, ...noon, channel: 'phone', reportedAt: '2026-11-24T03:01:00.000Z' }, 'channelNeeded'],
    ['by the supervisor, of another day', { ...head, ...noon, channel: 'phone', reportedAt: '2026-11-22T23:30:00.000Z' }, 'notThatDay'],
  ])('the start is reported %s', (_what, over, code) => expect(refusedStep(approved, 'start', over)?.code).toBe(code));

  it('come by the channels of the pack', () => {
    const strict = afterOf(opening({ policy: { ...policy, reports: { ...policy.reports, channels: ['phone'] } } }), 'approve');
    const by = (channel: string) => refusedStep(strict, 'start', { ...head, ...noon, channel, reportedAt: noon.at });
    expect(by('phone')).toBeUndefined();
    expect(by('chat')).toEqual({ code: 'channelNeeded', article: 'teleworkDay.reports.channels', field: 'channel', limit: 'phone' });
    expect(refusedStep(apply(strict, event(strict, 'start')), 'checkPresence')?.code).toBe('channelNeeded');
  });

  it('stand with the time at which they came, and how', () => {
    const came = { ...head, ...noon, channel: 'phone', reportedAt: '2026-11-23T23:35:00.000Z' };
    expect(apply(approved, event(approved, 'start', came)).started).toEqual({ at: '2026-11-23T23:35:00.000Z', channel: 'phone' });
  });

  it('are in order: afternoon and end after the start, the report after the end', () => {
    const begun = after('approve', 'start');
    const early = { ...head, ...noon, channel: 'phone', reportedAt: '2026-11-23T23:00:00.000Z' };
    expect(refusedStep(begun, 'end', early)?.code).toBe('reportOutOfOrder');
    expect(refusedStep(begun, 'reportMidday', early)?.code).toBe('reportOutOfOrder');
    expect(refusedStep(after('approve', 'start', 'end'), 'report', { at: '2026-11-24T08:00:00.000Z' })?.code).toBe('reportOutOfOrder');
    expect(refusedStep(begun, 'reportMidday', { at: '2026-11-24T15:00:00.000Z' })?.code).toBe('notThatDay');
  });

  it('the end may be reported late, as it is better than never', () =>
    expect(refusedStep(after('approve', 'start'), 'end', { at: '2026-11-25T00:00:00.000Z' })).toBeUndefined());
});

describe('report-back (procedure ⑨)', () => {
  const carried = opening({ plan: plan({ carryOut: { list: words('list'), personalData: false, paper: true } }) });
  it('says what came back of that which was carried out, paper included', () => {
    const ended = afterOf(carried, 'approve', 'start', 'end');
    expect(refusedStep(ended, 'report')?.code).toBe('dataNotListed');
    expect(refusedStep(ended, 'report', { broughtBack: words('back') })).toBeUndefined();
    const reported = apply(ended, event(ended, 'report', { broughtBack: words('back') }));
    expect(refusedStep(reported, 'correct')?.code).toBe('dataNotListed');
  });

  it('keeps the order of the day, and no work in hours of leave', () => {
    const ended = after('approve', 'start', 'takeLeave', 'end');
    expect(refusedStep(ended, 'report', result)?.code).toBe('tableOverlaps');
    expect(refusedStep(ended, 'report', { done: [line('08:30-12:00'), line('13:00-15:00')] })).toBeUndefined();
    expect(refusedStep(ended, 'report', { done: [line('08:30-12:00'), line('11:00-15:00')] })?.code).toBe('tableOverlaps');
  });
});

describe('leave in the middle (Art. 7)', () => {
  const begun = after('approve', 'start', 'takeLeave');
  it.each([
    ['13:00', '14:00', undefined],
    ['14:00', '14:30', 'leaveByTheHour'],
    ['15:00', '16:00', 'leaveOverlaps'],
    ['15:00', '14:00', 'leaveOverlaps'],
    ['16:45', '17:45', 'leaveOutsideHours'],
  ])('from %s until %s', (from, until, code) =>
    expect(refusedStep(begun, 'takeLeave', { leave: { from, until, kind: 'care' } })?.code).toBe(code),
  );
});

it('a plan that is filed again is for the same date; `refusePlan` judges the rest', () => {
  expect(refusedStep(after('sendBack'), 'replan')).toBeUndefined();
  expect(refusedStep(after('sendBack'), 'replan', { plan: plan({ date: '2026-11-25' }) })?.code).toBe('notThatDay');
});

describe('who reads it', () => {
  it('the person, who approves, and HR all of it (Art. 5-4); the head of the department that it is', () => {
    const own = afterOf(opening({ approver: 'superior:tax' }));
    expect(readers(own)).toEqual({
      words: ['staff:4021', 'superior:tax', 'hr'],
      all: ['staff:4021', 'superior:tax', 'hr', 'head:tax'],
    });
  });

  it('lists filter by date, too', () =>
    expect(summary(after('approve'))).toEqual({ status: 'approved', department: 'tax', staff: '4021', date: '2026-11-24' }));
});

describe('mail', () => {
  const sent = (first: DayEvent, ...names: DayEvent['name'][]) => {
    const before = afterOf(first, ...names.slice(0, -1));
    const last = names.at(-1);
    const taken = last ? event(before, last) : first;
    return mails(last ? apply(before, taken) : before, taken).map(({ to, template }) => `${to} ${template}`);
  };
  it.each<[readonly DayEvent['name'][], readonly string[]]>([
    [[], ['head:tax dayPlanned']],
    [['approve'], ['staff:4021 dayApproved']],
    [['refuse'], ['staff:4021 dayRefused']],
    [['sendBack'], ['staff:4021 daySentBack']],
    [['sendBack', 'replan'], ['head:tax dayPlanned']],
    [['expire'], ['staff:4021 dayExpired']],
    [['approve', 'cancel'], ['staff:4021 dayCancelled']],
    [['approve', 'start'], []],
    [['approve', 'start', 'takeLeave'], ['head:tax dayLeaveTaken']],
    [['approve', 'start', 'end', 'report', 'acceptReport'], []],
  ])('after %j: %j', (names, to) => expect(sent(opening(), ...names)).toEqual(to));

  it('a plan that can wait for the round is told to nobody at once; one from paper to its person', () => {
    const patient = {
      ...opening({ enteredAs: 'head:tax' }),
      input: { ...opening({ enteredAs: 'head:tax' }).input, urgent: false },
    } as DayEvent;
    expect(sent(patient)).toEqual(['staff:4021 dayEntered']);
    expect(sent(unplanned)).toEqual(['head:tax dayStartedUnplanned']);
  });

  it('leave that the supervisor has recorded is no news to the supervisor', () => {
    const begun = after('approve', 'start');
    const taken = event(begun, 'takeLeave', head);
    expect(mails(apply(begun, taken), taken)).toEqual([]);
  });
});

describe('reminders', () => {
  const remind = (
    one: TeleworkDay,
    step: Parameters<typeof reminds>[1]['step'],
    who: 'staff:4021' | 'head:tax',
    since: string,
    today: string,
  ) => reminds(one, { step, who, since }, today);
  it.each([
    ['approve', 'head:tax', '2026-11-19', '2026-11-19', []],
    ['approve', 'head:tax', '2026-11-19', '2026-11-20', ['head:tax']],
    ['start', 'staff:4021', '2026-11-19', '2026-11-24', []],
    ['start', 'staff:4021', '2026-11-19', '2026-11-25', ['staff:4021']],
    ['start', 'head:tax', '2026-11-19', '2026-11-25', ['head:tax']],
    ['end', 'staff:4021', '2026-11-24', '2026-11-25', ['staff:4021']],
    ['report', 'staff:4021', '2026-11-24', '2026-11-25', ['staff:4021']],
    ['report', 'head:tax', '2026-11-24', '2026-11-25', []],
    ['report', 'head:tax', '2026-11-24', '2026-11-28', ['head:tax']],
    ['acceptReport', 'head:tax', '2026-11-25', '2026-11-26', ['head:tax']],
    ['confirm', 'head:tax', '2026-11-24', '2026-11-25', ['head:tax']],
  ] as const)('in the morning: %s of %s since %s, on %s: %j', (step, who, since, today, whom) =>
    expect(remind(after(), step, who, since, today)).toEqual(whom),
  );

  it.each([
    ['2026-11-24T08:14:00.000Z', 'staff:4021', []],
    ['2026-11-24T08:30:00.000Z', 'staff:4021', ['staff:4021']],
    ['2026-11-24T08:30:00.000Z', 'head:tax', []],
    ['2026-11-25T08:30:00.000Z', 'staff:4021', []],
  ] as const)('in the evening of the date: the end, at %s, of %s: %j', (now, who, whom) =>
    expect(chases(after('approve', 'start'), { step: 'end', who, until: '2026-11-24T08:15:00.000Z' }, now)).toEqual(whom),
  );
});

describe('wherever a day comes to', () => {
  it('what is due can be taken by those whom it names, and nothing it is about is lost', () => {
    const places = everywhere();
    expect(places.length).toBeGreaterThan(100);
    for (const { taken, before, after: now } of places) {
      expect(now.request.staff).toBe(request().staff);
      if (before && 'key' in taken && taken.name !== 'cancel') expect(due(before).map(({ step }) => step)).toContain(taken.name);
      for (const one of due(now)) if ('who' in one) expect(readers(now).words).toContain(one.who);
      if (day(now) === undefined) expect(due(now)).toEqual([]);
    }
  });
});
