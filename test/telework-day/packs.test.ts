import { describe, expect, it } from 'vitest';
import { dayPolicy, loadPack, sourceOf } from '../../config/policy/pack.js';
import type { DayClaim, DayContext, Line, Plan, Span } from '../../workflows/telework-day/contract.js';
import { claimOf, due, liftedBy, refusePlan, refuseUnplanned, seatFor } from '../../workflows/telework-day/rules.js';
import { afterOf, plan as anyPlan, closedAround, line, opening, words } from './cases.js';

/** A municipality as its pack is read from its file, somebody there who may do all that it offers, and what becomes of what they file. */
function town(name: string) {
  const pack = loadPack(name);
  const policy = dayPolicy(pack);
  const { from, until, restFrom, restUntil } = policy.hours;
  const work = (...spans: Span[]): Line[] => spans.map((span) => line(`${span.from}-${span.until}`));
  const day: Partial<Plan> = {
    workplace: policy.workplaces[0] ?? 'ownHome',
    device: policy.devices[0] ?? 'lent',
    shift: { from, until },
    table: work({ from, until: restFrom }, { from: restUntil, until }),
  };
  /** A usual day there: Tuesday, 24 November 2026, in a week that begins with a holiday. */
  const plan = (over: Partial<Plan> = {}) => anyPlan({ ...day, ...over });
  const morning = plan({ unit: 'morning', table: work({ from, until: restFrom }) });
  const afternoon = plan({ unit: 'afternoon', table: work({ from: restUntil, until }) });
  const context = (over: Partial<DayContext>): DayContext => ({
    policy,
    today: '2026-11-19',
    time: '12:00',
    closed: closedAround('2026-11-24'),
    others: [],
    registration: { forms: policy.forms, workplace: policy.workplaces[0] ?? 'ownHome' },
    deviceLent: true,
    emergencies: [],
    ...over,
  });
  const said = (wrong: ReturnType<typeof refusePlan>) =>
    wrong && { code: wrong.code, source: sourceOf(pack, wrong.article), ...(wrong.limit !== undefined && { limit: wrong.limit }) };
  return {
    policy,
    plan,
    morning,
    afternoon,
    /** What the person has planned for these dates already. */
    planned: (...dates: string[]): readonly DayClaim[] =>
      dates.map((date) => claimOf(plan({ date }), { staff: '4021', department: 'tax' })),
    filed: (one: Plan, around: Partial<DayContext> = {}) => said(refusePlan(one, context(around))),
    started: (one: Plan, around: Partial<DayContext> = {}) => said(refuseUnplanned(one, context(around))),
    under: (one: Plan, around: Partial<DayContext>) => liftedBy(one, context(around)),
    startedUnder: (one: Plan, around: Partial<DayContext>) => liftedBy(one, context(around), refuseUnplanned),
  };
}

const theRestOfTheWeek = ['2026-11-25', '2026-11-26', '2026-11-27'];

describe('小山市 (004:600-772)', () => {
  const { plan, filed, planned, policy } = town('oyama');

  it('a day at home on the form of the plan: 8:30–17:15 (004:735-744)', () => expect(filed(plan())).toBeUndefined());

  it('is planned by the day before (004:644 前日までに)', () => {
    expect(filed(plan(), { today: '2026-11-23', time: '23:59' })).toBeUndefined();
    expect(filed(plan(), { today: '2026-11-24', time: '00:00' })).toEqual({
      code: 'plannedTooLate',
      limit: '2026-11-23',
      source: '要綱第5条第1項 (004:644); 利用手順② (004:767)',
    });
  });

  it('on at most four days a week (004:675 週4日以内)', () => {
    const onFour = { others: planned('2026-11-23', ...theRestOfTheWeek), closed: [] };
    expect(filed(plan(), { others: planned(...theRestOfTheWeek) })).toBeUndefined();
    expect(filed(plan(), onFour)).toEqual({ code: 'tooManyDays', limit: '4', source: '要綱第8条第2項 (004:675)' });
  });

  it('by the day (004:673 原則として1日単位), together with leave', () => {
    const { morning } = town('oyama');
    expect(filed(morning)).toMatchObject({ code: 'unitNotOffered', source: '要綱第8条第1項 (004:673)' });
    expect(filed({ ...morning, unit: 'day', leave: [{ from: '13:00', until: '17:00', kind: 'annual' }] })?.code).toBe('tableNotTheUnit');
    const table = [...morning.table, line('17:00-17:15')];
    expect(filed({ ...morning, table, unit: 'day', leave: [{ from: '13:00', until: '17:00', kind: 'annual' }] })).toBeUndefined();
  });

  it('in the hours of the office (004:673 勤務公署の勤務時と同様), without overtime (004:680)', () => {
    const early = { shift: { from: '08:00', until: '16:45' }, table: [line('08:00-12:00'), line('13:00-16:45')] };
    expect(filed(plan(early))).toMatchObject({ code: 'shiftNotOffered', source: '要綱第8条第1項 (004:673)' });
    expect(filed(plan({ table: [...plan().table, line('17:15-19:00')] }))).toMatchObject({
      code: 'overtime',
      source: '要綱第8条第4項 (004:680)',
    });
  });

  it('at home (004:611), registered (004:642), on the lent computer (004:658) that is reserved', () => {
    expect(filed(plan({ form: 'mobile', place: words('place') }))?.code).toBe('formNotOffered');
    expect(filed(plan({ device: 'ownDesk' }))).toMatchObject({ code: 'workDeviceNotAllowed', source: '要綱第6条 (004:658)' });
    expect(filed(plan(), { deviceLent: false })?.code).toBe('deviceNotReserved');
    const unregistered = { policy, today: '2026-11-19', time: '12:00', closed: [], others: [], deviceLent: true, emergencies: [] };
    expect(refusePlan(plan(), unregistered)).toMatchObject({ code: 'notRegistered', article: 'teleworkDay.needs.registration' });
  });

  it('on the tasks of Art. 3 (004:617-623), with nothing personal or secret (004:615)', () => {
    expect(policy.tasks).toEqual(['minutes', 'design', 'training', 'planning', 'dataEntry', 'publicity', 'other']);
    const secret = plan().table.map((one) => ({ ...one, level: 3 as const }));
    expect(filed(plan({ table: secret }))).toEqual({ code: 'levelNotAllowed', limit: '2', source: '要綱第3条 (004:615)' });
    expect(filed(plan({ carryOut: { list: words('list'), personalData: true, paper: true } }))).toEqual({
      code: 'personalData',
      source: '要綱第3条 (004:615); 利用手順⑤ (004:767)',
    });
  });

  it('as a journey home, with its order (004:767 ⑥ 「自宅への出張」)', () => {
    const { travelOrder: _order, ...without } = plan();
    expect(filed(without)).toEqual({ code: 'travelOrderNeeded', source: '利用手順⑥ (004:767)' });
  });

  it('has no emergency in which somebody starts without a plan', () =>
    expect(town('oyama').started(plan(), { today: '2026-11-24' })?.code).toBe('unplannedStart'));

  it('the start and the end are reported, presence is checked (004:679-684), the result is reported back (004:771)', () => {
    const begun = afterOf(opening({ policy }), 'approve', 'start');
    const steps = (one: typeof begun) => due(one).map(({ step }) => step);
    expect(steps(begun)).toEqual(['end', 'end', 'takeLeave', 'takeLeave', 'checkPresence']);
    expect(steps(afterOf(opening({ policy }), 'approve', 'start', 'end'))).toEqual(['report', 'report']);
  });
});

describe('青森県 (001:296-308)', () => {
  const { plan, morning, afternoon, filed, policy } = town('aomori');

  it('is planned in the week before (001:300 前週 テレワーク実施予定申請)', () => {
    expect(filed(plan(), { today: '2026-11-22' })).toBeUndefined();
    expect(filed(plan(), { today: '2026-11-23' })).toEqual({ code: 'plannedTooLate', limit: '2026-11-22', source: '001:300' });
    const next = plan({ date: '2026-11-30' });
    expect(filed(next, { today: '2026-11-27' })).toBeUndefined();
    expect(filed(next, { today: '2026-11-30', time: '07:00' })?.limit).toBe('2026-11-29');
  });

  it('for whole and half days (001:259 半日又は終日), 8:30–17:30 with the rest at noon (001:302-306)', () => {
    expect(filed(plan())).toBeUndefined();
    expect(filed(morning)).toBeUndefined();
    expect(filed(afternoon)).toBeUndefined();
    expect(filed(plan({ table: [line('08:30-17:30')] }))).toMatchObject({ code: 'restNotKept', source: '001:304' });
    expect(filed(plan({ unit: 'hours', table: [line('09:00-10:00')] }))).toMatchObject({ code: 'unitNotOffered', source: '001:259' });
  });

  it('reports again at 13:00 (001:305 13:00～ 業務開始連絡), on a whole day', () => {
    const begun = (one: Plan) => due(afterOf(opening({ policy, plan: one }), 'approve', 'start'));
    expect(begun(plan())).toContainEqual({ step: 'reportMidday', who: 'staff:4021', until: '2026-11-24T04:00:00.000Z' });
    expect(begun(afternoon).map(({ step }) => step)).not.toContain('reportMidday');
  });

  it('at a satellite in one of the regional offices (001:263)', () =>
    expect(filed(plan({ form: 'satellite', office: 'chunan', device: 'ownDesk' }), { freeSeats: [1] })).toBeUndefined());
});

describe('愛媛県 (004:213-294)', () => {
  const { plan, morning, filed, planned } = town('ehime');
  const hours = (from: string, until: string) => plan({ shift: { from, until }, table: [line(`${from}-12:00`), line(`13:00-${until}`)] });

  it.each([
    ['08:00', '16:45'],
    ['08:30', '17:15'],
    ['09:30', '18:15'],
  ])('%s–%s lies within 8:00–18:15 (004:233)', (from, until) => expect(filed(hours(from, until))).toBeUndefined());

  it.each([
    ['07:45', '16:30', 'shiftNotOffered', '004:233'],
    ['09:45', '18:30', 'shiftNotOffered', '004:233'],
    ['08:00', '18:15', 'overtime', '004:237'],
  ])('%s–%s does not, or is longer than a day: %s (%s)', (from, until, code, source) =>
    expect(filed(hours(from, until))).toMatchObject({ code, source }),
  );

  it('at most four days a week, at least one at the office (004:232), by the day (004:231)', () => {
    expect(filed(plan(), { others: planned('2026-11-23', ...theRestOfTheWeek), closed: [] })).toMatchObject({
      code: 'tooManyDays',
      source: '004:232',
    });
    expect(filed(morning)).toMatchObject({ code: 'unitNotOffered', source: '004:231' });
  });

  it("the carer's home counts as the own (004:230), once it is registered", () => {
    const registration = { forms: ['home'], workplace: 'carersHome' } as const;
    expect(filed(plan({ workplace: 'carersHome' }), { registration })).toBeUndefined();
    expect(filed(plan({ workplace: 'carersHome' }))?.code).toBe('workplaceNotRegistered');
  });

  it('at a satellite office on what stands there (004:277)', () => {
    expect(filed(plan({ form: 'satellite', office: 'nanyo', device: 'office' }), { freeSeats: [1] })).toBeUndefined();
    expect(filed(plan({ device: 'office' }))?.code).toBe('workDeviceNotAllowed');
  });
});

describe('佐賀県 (004:302-391)', () => {
  const { plan, filed, started, startedUnder } = town('saga');
  const snow = { id: 'snow', lifts: ['planBy'], from: '2026-11-24', until: '2026-11-24' } as const;
  const snowed = { today: '2026-11-24', time: '08:50', emergencies: [snow] };
  const late = plan({ table: [line('09:00-12:00'), line('13:00-17:15')] });

  it('on a day of heavy snow people start without a plan (004:389-390), and it says so', () => {
    expect(started(late, snowed)).toBeUndefined();
    expect(startedUnder(late, snowed)).toBe('snow');
  });

  it('and on no other day', () => {
    expect(started(late, { ...snowed, emergencies: [] })?.code).toBe('noEmergency');
    const tomorrow = { ...snowed, today: '2026-11-25' };
    expect(started({ ...late, date: '2026-11-25' }, tomorrow)?.code).toBe('noEmergency');
  });

  it('from home, on the move and from a satellite office (004:390), whose seats are never given twice (004:391)', () => {
    expect(started({ ...late, form: 'mobile', place: words('place') }, snowed)).toBeUndefined();
    const satellite = { ...late, form: 'satellite', office: 'tosu', device: 'office' } as const;
    expect(started(satellite, { ...snowed, freeSeats: [21] })).toBeUndefined();
    expect(started(satellite, { ...snowed, freeSeats: [] })).toMatchObject({ code: 'noSeatFree', limit: '09:00–17:15' });
  });

  it('a plan of the same morning is possible too, until it begins', () => {
    expect(filed(late, snowed)).toMatchObject({ code: 'tableNotTheUnit' });
    expect(filed(plan(), { ...snowed, time: '08:20' })).toBeUndefined();
    expect(filed(plan(), { ...snowed, time: '08:20', emergencies: [] })?.code).toBe('plannedTooLate');
  });
});

describe('箕輪町 (003:228-300)', () => {
  const { plan, filed } = town('minowa');
  /** 公民館15か所ほか (003:238), each with an invented number of seats. */
  const halls = Array.from({ length: 15 }, (_, hall) => ({ office: `hall-${hall + 1}`, seats: (hall % 3) + 1 }));

  it('fifteen halls seat as many as they have seats, and the next is refused', () => {
    for (const { office, seats } of halls) {
      let free: readonly number[] = Array.from({ length: seats }, (_, seat) => seat + 1);
      const at = plan({ form: 'satellite', office });
      for (let person = 0; person < seats; person += 1) {
        expect(filed(at, { freeSeats: free })).toBeUndefined();
        const seat = seatFor(at, { freeSeats: free });
        expect(seat).toBe(person + 1);
        free = free.filter((one) => one !== seat);
      }
      expect(filed(at, { freeSeats: free })?.code).toBe('noSeatFree');
    }
  });

  it('there is no sixteenth', () => expect(filed(plan({ form: 'satellite', office: 'hall-16' }))?.code).toBe('officeUnknown'));

  it('with the terminal from the desk (003:239 職場の端末を持ち帰って) or a loaner (003:263)', () => {
    expect(filed(plan({ device: 'ownDesk' }))).toBeUndefined();
    expect(filed(plan({ device: 'lent' }))).toBeUndefined();
    expect(filed(plan({ device: 'private' }))).toMatchObject({ code: 'workDeviceNotAllowed', source: '003:239; 003:263' });
  });

  it('without the core systems, in the halls too (003:240 基幹システムへのアクセスが不可)', () => {
    const secret = plan().table.map((one) => ({ ...one, level: 3 as const }));
    expect(filed(plan({ form: 'satellite', office: 'hall-1', table: secret }), { freeSeats: [1] })).toEqual({
      code: 'levelNotAllowed',
      limit: '2',
      source: '003:240',
    });
  });
});

describe('朝日村 (003:314-340) and 長与町 (003:383-415)', () => {
  it.each([
    ['asahi', '003:321', ['home']],
    ['nagayo', '003:390', ['home', 'mobile']],
  ] as const)('%s lends a device for it (%s) and offers %j', (name, source, forms) => {
    const { plan, filed, policy } = town(name);
    expect(filed(plan())).toBeUndefined();
    expect(filed(plan(), { deviceLent: false })).toEqual({ code: 'deviceNotReserved', source });
    expect(filed(plan({ device: 'ownDesk' }))).toMatchObject({ code: 'workDeviceNotAllowed', source });
    expect(policy.forms).toEqual(forms);
  });
});

describe('登別市 (003:555-660)', () => {
  const { plan, filed } = town('noboribetsu');
  it('9:00–17:30 with lunch at 12:15 (003:640-648), on a private PC (003:562)', () => {
    expect(filed(plan())).toBeUndefined();
    expect(plan()).toMatchObject({ device: 'private', shift: { from: '09:00', until: '17:30' } });
    expect(filed(plan({ table: [line('09:00-12:30'), line('13:00-17:30')] }))).toMatchObject({ code: 'restNotKept', source: '003:644' });
  });
});

describe('松本広域連合 (松本広域連合職員在宅勤務実施要綱, 令和3年訓令甲第2号)', () => {
  const { plan, filed, planned } = town('matsumoto');

  it('Art. 5: one day a week', () => {
    expect(filed(plan())).toBeUndefined();
    expect(filed(plan(), { others: planned('2026-11-27') })).toEqual({
      code: 'tooManyDays',
      limit: '1',
      source: 'guideline: 松本広域連合職員在宅勤務実施要綱第5条',
    });
    expect(filed(plan(), { others: planned('2026-11-20', '2026-12-01') })).toBeUndefined();
  });

  it('Art. 4: asked for by the date itself', () => {
    expect(filed(plan(), { today: '2026-11-24', time: '08:29' })).toBeUndefined();
    expect(filed(plan(), { today: '2026-11-24', time: '08:30' })).toMatchObject({
      code: 'plannedTooLate',
      source: 'guideline: 松本広域連合職員在宅勤務実施要綱第4条',
    });
  });

  it('Art. 2: at home or at a place that the head has named', () => {
    const registration = { forms: ['home'], workplace: 'approvedPlace' } as const;
    expect(filed(plan({ workplace: 'approvedPlace' }), { registration })).toBeUndefined();
    expect(filed(plan({ workplace: 'carersHome' }))?.code).toBe('workplaceNotAllowed');
  });
});

describe('香南市 (香南市職員のテレワーク型在宅勤務実施要領, 令和7年訓令第11号)', () => {
  const { plan, morning, filed, planned, under } = town('konan');
  const five = { others: planned('2026-11-23', ...theRestOfTheWeek), closed: [] };
  const flood = { id: 'flood', lifts: ['perWeek', 'planBy'], from: '2026-11-24', until: '2026-11-24' } as const;

  it('Art. 4: four days a week, one at the office', () =>
    expect(filed(plan(), five)).toEqual({
      code: 'tooManyDays',
      limit: '4',
      source: 'guideline: 香南市職員のテレワーク型在宅勤務実施要領第4条',
    }));

  it('Art. 4, proviso: not in a disaster or an epidemic, and the day says under which', () => {
    expect(filed(plan(), { ...five, emergencies: [flood] })).toBeUndefined();
    expect(under(plan(), { ...five, emergencies: [flood] })).toBe('flood');
  });

  it('which reverts by itself when its dates are over', () => {
    const next = { others: planned('2026-11-23', '2026-11-24', '2026-11-26', '2026-11-27'), closed: [], emergencies: [flood] };
    expect(filed(plan({ date: '2026-11-25' }), next)?.code).toBe('tooManyDays');
  });

  it('and lifts nothing but the days, whatever is declared', () =>
    expect(filed(plan(), { today: '2026-11-24', time: '08:00', emergencies: [flood] })?.code).toBe('plannedTooLate'));

  it('Art. 5: half days and days; Art. 3-2: no overtime', () => {
    expect(filed(morning)).toBeUndefined();
    expect(filed(plan({ table: [...plan().table, line('17:15-18:15')] }))).toEqual({
      code: 'overtime',
      limit: '7:45',
      source: 'guideline: 香南市職員のテレワーク型在宅勤務実施要領第3条第2項',
    });
  });
});

describe('サントリー (004:525-591)', () => {
  const { plan, filed } = town('suntory');
  const anyTime = { unit: 'hours', shift: { from: '05:00', until: '22:00' } } as const;

  it('an hour at home in the morning, then to the office (004:577), and in the evening until 22:00 (004:578-579)', () => {
    expect(filed(plan({ ...anyTime, table: [line('06:00-07:00')] }), { today: '2026-11-24', time: '05:50' })).toBeUndefined();
    expect(filed(plan({ ...anyTime, table: [line('20:10-22:00')] }))).toBeUndefined();
    expect(filed(plan({ ...anyTime, shift: { from: '05:00', until: '22:10' } }))).toMatchObject({
      code: 'shiftNotOffered',
      source: '004:551-552; 004:580',
    });
  });

  it('by ten minutes (004:557), with a rest as long as one likes (004:580)', () => {
    expect(filed(plan({ ...anyTime, table: [line('08:10-11:20'), line('14:50-17:00')] }))).toBeUndefined();
    expect(filed(plan({ ...anyTime, table: [line('08:15-11:20')] }))).toMatchObject({ code: 'timesNotInSteps', source: '004:557' });
  });

  it('at least half of the business days at the office (004:556): two of four may be spent away', () => {
    const away = (date: string, end: string) => plan({ ...anyTime, date, table: [line('08:00-12:00'), line(`13:00-${end}`)] });
    const claimed = (date: string) => claimOf(away(date, '16:40'), { staff: '4021', department: 'tax' });
    const others = [claimed('2026-11-25'), claimed('2026-11-26')];
    expect(filed(away('2026-11-24', '16:40'), { others: others.slice(1) })).toBeUndefined();
    expect(filed(away('2026-11-24', '16:40'), { others })).toEqual({ code: 'tooFewOfficeDays', limit: '2', source: '004:556' });
    expect(filed(away('2026-11-24', '15:40'), { others })).toBeUndefined();
  });

  it('at any place that the head has approved (004:558)', () => {
    const registration = { forms: ['home'], workplace: 'approvedPlace' } as const;
    expect(filed(plan({ ...anyTime, table: [line('09:00-10:00')], workplace: 'approvedPlace' }), { registration })).toBeUndefined();
  });
});
