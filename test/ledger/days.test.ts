import { describe, expect, it } from 'vitest';
import type { CaseRow, LedgerEntry } from '../../activities/ledger/port.js';
import { createDayCounter } from '../../api/day-counter.js';
import { Problem } from '../../api/problems.js';
import { municipalCalendar } from '../../config/calendar.js';
import type { DayRequest, Plan } from '../../workflows/telework-day/contract.js';
import { afternoonTable, morningTable, plan, policy, result } from '../telework-day/cases.js';
import { entry, freshKey, type Town, town } from './town.js';

/** Next week, of five business days; the town's clock stands at Monday, 5 April 2027, 9:00. */
const week = ['2027-04-12', '2027-04-13', '2027-04-14', '2027-04-15', '2027-04-16'] as const;
const [monday, tuesday] = week;
const everybody = { capacities: [], acting: [] };

/** A town whose people are registered and trained, and the counter at which they hand in their days. */
async function dayTown({ people = ['4021'], connections = 10 }: { people?: readonly string[]; connections?: number } = {}) {
  const t = await town({ connections });
  const counter = createDayCounter({ ledger: t.ledger as never, calendar: municipalCalendar() });
  const place = (caseId: string, key: string) => ({ caseId, key, caller: everybody, arrival: new AbortController().signal });
  await Promise.all(people.map((staff) => t.ledger.append(registration(staff, 1, 'file', 'active'))));
  await Promise.all(people.map((staff) => t.ledger.recordTraining({ staff, course: 'telework', completed: '2027-04-01' }, '9')));
  let cases = 0;
  return {
    ...t,
    /** Files a plan, or begins without one. Answers the case, or the code of the refusal. */
    file: async (staff: string, over: Partial<Plan>, { caseId = `D${++cases}`, key = freshKey(), name = 'plan' } = {}): Promise<string> => {
      const request: Omit<DayRequest, 'answerBy' | 'reportBy'> = {
        staff,
        department: 'tax',
        approver: 'head:tax',
        plan: plan({ workplace: 'ownHome', ...over }),
        policy: { ...policy, hours: { ...policy.hours, shifts: 'window' } },
      };
      const input = { ...request, by: staff, as: `staff:${staff}`, at: t.clock.now().toISOString() };
      return said(counter.open(place(caseId, key), { name, input, key }).then(() => caseId));
    },
    /** `seen`: the case as it was looked at, before anybody took the step. */
    take: async (caseId: string, step: string, more: object = {}, key = freshKey(), seen?: CaseRow): Promise<string> => {
      const input = { by: '77', as: 'head:tax' as const, at: t.clock.now().toISOString(), ...more };
      const row = seen ?? (await t.ledger.caseById(caseId));
      if (!row) throw new Error(`there is no case ${caseId}`);
      return said(counter.take({ ...place(caseId, key), row }, step, input));
    },
    status: async (caseId: string) => (await t.ledger.caseById(caseId))?.status,
  };
}

/** What came of it, or the code of what was said against it. */
const said = (outcome: Promise<string>): Promise<string> =>
  outcome.catch((failure: unknown) => {
    if (!(failure instanceof Problem)) throw failure;
    return failure.details.errors?.[0]?.code ?? failure.type;
  });

const registration = (staff: string, seq: number, name: string, status: string, more: Partial<LedgerEntry> = {}): LedgerEntry =>
  entry(
    `R${staff}`,
    seq,
    { name },
    {
      procedure: 'registration',
      state: { status, form: { forms: ['home', 'satellite'], workplace: 'ownHome' } },
      summary: { status, department: 'tax', staff },
      due: status === 'active' ? [{ step: 'revoke', who: 'head:tax' }] : [],
      ...more,
    },
  );
const revocation = (staff: string, name = 'revoke') =>
  registration(staff, 2, name, name === 'suspend' ? 'suspended' : 'revoked', {
    tells: [{ procedure: 'telework-day', staff, name: 'cancel' }],
  });

const seats = (...numbers: readonly number[]) =>
  `office,seat,network_zone,equipment\n${numbers.map((seat) => `北館,${seat},lgwan,モニター`).join('\n')}\n`;
const atTheOffice = { form: 'satellite', office: '北館', device: 'office' } as const;

async function isSound({ ledger, sql }: Town): Promise<void> {
  for await (const finding of ledger.verifyChains()) if (finding.table !== 'words') expect(finding).toBeUndefined(); // Those of these tests are invented.
  const otherwise = await sql(
    `select case_id from cases full join telework_days as day using (case_id) where procedure = 'telework-day' and
       (day.case_id is null) <> (cases.status in ('refused', 'withdrawn', 'expired', 'cancelled', 'missed')) or day.status <> cases.status`,
  );
  expect(otherwise).toEqual([]);
}

describe('two devices of one person', () => {
  it('file a whole week at once: four days stand (Art. 8-2), in whatever order they come', async () => {
    const t = await dayTown();
    const filed = await Promise.all(week.map((date) => t.file('4021', { date })));
    expect(filed.filter((one) => one === 'tooManyDays')).toHaveLength(1);
    expect(await t.sql('select count(*)::int as days from telework_days')).toEqual([{ days: 4 }]);
    await isSound(t);
  });

  it('file the same hours at once: one stands, and what is refused leaves no trace', async () => {
    const t = await dayTown();
    for (const date of week.slice(0, 3)) {
      const filed = await Promise.all([1, 2, 3].map(() => t.file('4021', { date })));
      expect(filed.filter((one) => one === 'daysOverlap')).toHaveLength(2);
    }
    expect(await t.sql(`select count(*)::int as cases from cases where procedure = 'telework-day'`)).toEqual([{ cases: 3 }]);
    await isSound(t);
  });

  it('both halves of a day stand beside each other', async () => {
    const t = await dayTown();
    expect(await t.file('4021', { date: monday, unit: 'morning', table: morningTable })).toBe('D1');
    expect(await t.file('4021', { date: monday, unit: 'afternoon', table: afternoonTable })).toBe('D2');
  });

  it('the same key twice, or twice at once, is one case and one step', async () => {
    const t = await dayTown();
    const [caseId, key] = ['D', freshKey()];
    const file = () => t.file('4021', { date: monday }, { caseId, key });
    await Promise.all([file(), file(), file()]);
    expect(await file()).toBe('D');
    const once = freshKey();
    const seen = await t.ledger.caseById('D');
    const approve = () => t.take('D', 'approve', {}, once, seen);
    expect(await Promise.all([approve(), approve(), approve()])).toEqual(['written', 'written', 'written']);
    expect((await t.ledger.events('D')).map(({ event }) => event.name)).toEqual(['plan', 'approve']);
    expect(await t.take('D', 'approve')).toBe('notDue');
  });

  it('of two steps at one place one is taken, and the other is judged by what then stands; 10 rounds', async () => {
    const t = await dayTown({ people: Array.from({ length: 10 }, (_, index) => `${index + 1}`) });
    for (let round = 1; round <= 10; round += 1) {
      const caseId = await t.file(`${round}`, { date: monday });
      const both = await Promise.all([
        t.take(caseId, 'refuse', { reason: result.result }),
        t.take(caseId, 'withdraw', { as: `staff:${round}` }),
      ]);
      expect(both.toSorted()).toEqual(['notDue', 'written']);
    }
    await isSound(t);
  });
});

describe('seats of a satellite office', () => {
  it('the last one goes to one of those who ask for it at once; a seat that is given back, or free for half a day, is taken', async () => {
    const people = Array.from({ length: 8 }, (_, index) => `${index + 1}`);
    const t = await dayTown({ people });
    expect(await t.file('1', { date: monday, ...atTheOffice })).toBe('officeUnknown');
    expect(await t.ledger.importSeats(seats(1), { by: '9' })).toMatchObject({ added: 1, problems: [] });
    const filed = await Promise.all(people.map((staff) => t.file(staff, { date: monday, ...atTheOffice })));
    const [sits] = filed.filter((one) => one !== 'noSeatFree');
    expect(filed.filter((one) => one === 'noSeatFree')).toHaveLength(7);
    expect((await t.ledger.caseById(sits ?? ''))?.state).toMatchObject({ request: { seat: 1 } });
    expect(await t.ledger.seatsOn(monday, tuesday)).toEqual([
      {
        office: '北館',
        seats: 1,
        dates: [
          { date: monday, free: 0, partly: 0 },
          { date: tuesday, free: 1, partly: 0 },
        ],
      },
    ]);

    const holder = people[filed.indexOf(sits ?? '')] ?? '';
    await t.take(sits ?? '', 'withdraw', { as: `staff:${holder}` });
    const [one = '', other = '', third = ''] = people.filter((staff) => staff !== holder);
    const half = { date: monday, ...atTheOffice, unit: 'morning', table: morningTable } as const;
    expect(await t.file(one, half)).toMatch(/^D/);
    expect(await t.file(other, half)).toBe('noSeatFree');
    expect((await t.ledger.seatsOn(monday, monday))[0]?.dates).toEqual([{ date: monday, free: 0, partly: 1 }]);
    expect(await t.file(third, { ...half, unit: 'afternoon', table: afternoonTable })).toMatch(/^D/);
    await isSound(t);
  });

  it('behind the judgement stands the database: no hours twice, no seat twice', async () => {
    const t = await dayTown({ people: ['1', '2'] });
    await t.ledger.importSeats(seats(1), { by: '9' });
    const [first = '', second = ''] = [await t.file('1', { date: monday, ...atTheOffice }), await t.file('2', { date: monday })];
    const move = (change: string, caseId: string) => t.sql(`update telework_days set ${change} where case_id = $1`, [caseId]);
    await expect(move(`office = '北館', seat = 1`, second)).rejects.toMatchObject({ constraint: 'one_person_a_seat' });
    await expect(move(`staff = '2'`, first)).rejects.toMatchObject({ constraint: 'one_day_at_a_time' });
  });

  it('a file of seats is the whole list', async () => {
    const t = await dayTown();
    await t.ledger.importSeats(seats(1, 2), { by: '9' });
    expect(await t.ledger.importSeats(seats(2, 3), { by: '9' })).toMatchObject({ added: 1, changed: 0, removed: 1, known: 1 });
    expect((await t.ledger.importSeats('office,seat,network_zone,equipment\n北館,0,moon,\n', { by: '9' })).problems).toHaveLength(2);
  });
});

describe('a registration that ends or rests', () => {
  it.each(['revoke', 'suspend'])('%s cancels the days that have not begun, in its own transaction, and says which', async (name) => {
    const t = await dayTown({ people: ['4021', '4022'] });
    const [planned = '', approved = '', other = ''] = [
      await t.file('4021', { date: monday }),
      await t.file('4021', { date: tuesday }),
      await t.file('4022', { date: monday }),
    ];
    await t.take(approved, 'approve');
    const gone = revocation('4021', name);
    await t.ledger.append(gone);
    expect(await Promise.all([planned, approved, other].map(t.status))).toEqual(['cancelled', 'cancelled', 'planned']);
    expect((await t.ledger.toldBy('R4021')).map(({ caseId, closed, heard }) => [caseId, closed, heard])).toEqual([
      [planned, true, true],
      [approved, true, true],
    ]);
    expect((await t.ledger.mailsOf(planned)).map(({ template }) => template)).toContain('dayCancelled');
    await t.ledger.append(gone); // The worker died before it knew.
    expect((await t.ledger.events(planned)).map(({ event }) => event.name)).toEqual(['plan', 'cancel']);
    expect(await t.file('4021', { date: week[2] })).toBe('notRegistered');
    await isSound(t);
  });

  it('a day that has begun goes to its end', async () => {
    const t = await dayTown();
    const day = await t.file('4021', { date: monday });
    await t.take(day, 'approve');
    t.clock.set(`${monday}T00:00:00.000Z`);
    await t.take(day, 'start', { as: 'staff:4021', by: '4021' });
    await t.ledger.append(revocation('4021'));
    expect(await t.status(day)).toBe('started');
    expect(await t.take(day, 'end', { as: 'staff:4021', by: '4021' })).toBe('written');
  });

  it('whoever files or approves meanwhile comes before or after it: no day is left open; 8 rounds', async () => {
    const people = Array.from({ length: 8 }, (_, index) => `${index + 1}`);
    const t = await dayTown({ people });
    for (const staff of people) {
      const first = await t.file(staff, { date: monday });
      await Promise.all([t.file(staff, { date: tuesday }), t.take(first, 'approve'), t.ledger.append(revocation(staff))]);
    }
    expect(await t.sql(`select staff, date from telework_days`)).toEqual([]);
    await isSound(t);
  });
});

describe('what comes about by itself', () => {
  it('a plan that nobody approved expires, an approved day that nobody began is missed; asked again, nothing', async () => {
    const t = await dayTown();
    const [unanswered = '', unbegun = ''] = [await t.file('4021', { date: monday }), await t.file('4021', { date: tuesday })];
    await t.take(unbegun, 'approve');
    expect(await t.ledger.settleDays()).toBe(0);
    t.clock.set(`${monday}T00:00:00.000Z`);
    expect(await t.ledger.settleDays()).toBe(1);
    t.clock.set('2027-04-30T00:00:00.000Z');
    expect(await Promise.all([t.ledger.settleDays(), t.ledger.settleDays()]).then(([one = 0, other = 0]) => one + other)).toBe(1);
    expect(await t.ledger.settleDays()).toBe(0);
    expect(await Promise.all([unanswered, unbegun].map(t.status))).toEqual(['expired', 'missed']);
    await isSound(t);
  });

  it('nobody is nudged for it: a day has no workflow', async () => {
    const t = await dayTown();
    await t.file('4021', { date: monday });
    t.clock.set('2027-04-30T00:00:00.000Z');
    expect([await t.ledger.withNews(), await t.ledger.fallen()]).toEqual([[], []]);
    const written = await t.ledger.writtenSince('2027-01-01T00:00:00.000Z');
    expect(written.map(({ procedure }) => procedure)).toEqual(['registration']);
  });
});

describe('an emergency (緊急時の特例)', () => {
  const snow = {
    id: 'snow',
    lifts: ['perWeek', 'planBy'],
    from: week[0],
    until: week[4],
    reason: '00000000-0000-4000-8000-000000000000',
  } as const;

  it('lifts the cap on its days, says so in the event, and no longer does once it is ended', async () => {
    const t = await dayTown();
    for (const date of week.slice(0, 4)) expect(await t.file('4021', { date })).toMatch(/^D/);
    expect(await t.file('4021', { date: week[4] })).toBe('tooManyDays');
    const declared = await t.ledger.declareEmergency(snow, '9');
    expect(await t.ledger.declareEmergency({ ...snow, lifts: ['units'] }, '9')).toEqual(declared); // A repeat finds what stands.
    const fifth = await t.file('4021', { date: week[4] });
    expect((await t.ledger.caseById(fifth))?.state).toMatchObject({ request: { under: 'snow' } });
    await t.take(fifth, 'withdraw', { as: 'staff:4021' });
    expect(await t.ledger.changeEmergency({ id: 'snow', version: 1 }, 'end', '9')).toMatchObject({ endedBy: '9', version: 2 });
    expect(await t.ledger.changeEmergency({ id: 'snow', version: 2 }, 'end', '9')).toBe('changed');
    expect(await t.file('4021', { date: week[4] })).toBe('tooManyDays');
  });

  it('lets people begin without a plan, to be recognised afterwards', async () => {
    const t = await dayTown();
    t.clock.set(`${monday}T00:00:00.000Z`);
    expect(await t.file('4021', { date: monday }, { name: 'startUnplanned' })).toBe('noEmergency');
    await t.ledger.declareEmergency(snow, '9');
    const day = await t.file('4021', { date: monday }, { name: 'startUnplanned' });
    expect((await t.ledger.caseById(day))?.state).toMatchObject({ status: 'started', unplanned: 'toConfirm', request: { under: 'snow' } });
    expect(await t.take(day, 'confirm', { granted: true })).toBe('written');
  });
});

it('a plan that is sent back is judged again, on the hours and the seat that it had', async () => {
  const t = await dayTown({ people: ['1', '2'] });
  await t.ledger.importSeats(seats(1), { by: '9' });
  const day = await t.file('1', { date: monday, ...atTheOffice });
  await t.take(day, 'sendBack', { remarks: result.result });
  expect(await t.file('2', { date: monday, ...atTheOffice })).toBe('noSeatFree');
  const again = { as: 'staff:1', by: '1', plan: plan({ date: monday, workplace: 'ownHome' }) };
  expect(
    await t.take(day, 'replan', { ...again, plan: { ...again.plan, carryOut: { list: result.result, personalData: true, paper: false } } }),
  ).toBe('personalData');
  expect(await t.take(day, 'replan', again)).toBe('written');
  expect((await t.ledger.caseById(day))?.state).not.toHaveProperty('request.seat');
  expect(await t.file('2', { date: monday, ...atTheOffice })).toMatch(/^D/);
  await isSound(t);
});

it('lists go by date where dates are asked for, also of days that take nothing any more', async () => {
  const t = await dayTown({ people: ['1', '2'] });
  const [late = '', early = '', next = ''] = [
    await t.file('1', { date: week[4] }),
    await t.file('2', { date: monday }),
    await t.file('1', { date: tuesday }),
  ];
  await t.take(early, 'refuse', { reason: result.result });
  const list = (over: object) =>
    t.ledger.list({ procedure: 'telework-day', capacities: ['hr', 'head:tax'], limit: 2, ...over }).then(({ items, cursor }) => ({
      ids: items.map(({ caseId }) => caseId),
      cursor,
    }));
  const first = await list({ dates: { from: monday, until: week[4] } });
  expect(first.ids).toEqual([late, next]);
  expect((await list({ dates: { from: monday, until: week[4] }, cursor: first.cursor })).ids).toEqual([early]);
  expect((await list({ dates: { until: tuesday }, status: 'planned' })).ids).toEqual([next]);
  expect((await list({})).ids).toEqual([next, early]);
  await expect(list({ cursor: first.cursor })).rejects.toMatchObject({ name: 'BadCursor' });
});

it('counts what was begun: by person for attendance, by month, form and department for the review', async () => {
  const t = await dayTown({ people: ['1', '2'] });
  await t.ledger.importSeats(seats(1), { by: '9' });
  const days = [
    await t.file('1', { date: monday }),
    await t.file('1', { date: tuesday, ...atTheOffice, unit: 'morning', table: morningTable }),
    await t.file('2', { date: monday }),
    await t.file('2', { date: tuesday }),
  ];
  for (const day of days.slice(0, 3)) await t.take(day, 'approve');
  for (const [index, staff] of ['1', '1', '2'].entries()) {
    t.clock.set(`${[monday, tuesday, monday][index]}T00:30:00.000Z`);
    await t.take(days[index] ?? '', 'start', { as: `staff:${staff}`, by: staff });
  }
  expect(await t.ledger.attendance('2027-04-01', '2027-04-30')).toEqual([
    { staff: '1', department: 'tax', days: 1, halfDays: 1, hourlyDays: 0, minutes: 465 + 210 },
    { staff: '2', department: 'tax', days: 1, halfDays: 0, hourlyDays: 0, minutes: 465 },
  ]);
  expect(await t.ledger.dayFigures('2027-04-01', '2028-03-31')).toEqual({
    total: { uses: 3, persons: 2 },
    byMonth: [{ month: '2027-04', uses: 3, persons: 2 }],
    byForm: [
      { form: 'home', uses: 2, persons: 2 },
      { form: 'satellite', uses: 1, persons: 1 },
    ],
    byDepartment: [{ department: 'tax', uses: 3, persons: 2 }],
    byAll: [
      { month: '2027-04', form: 'home', department: 'tax', uses: 2, persons: 2 },
      { month: '2027-04', form: 'satellite', department: 'tax', uses: 1, persons: 1 },
    ],
  });
  expect(await t.ledger.dayFigures('2026-04-01', '2027-03-31')).toMatchObject({ total: { uses: 0, persons: 0 }, byAll: [] });
});

it('training: files add what is later than what stands, HR’s own entries stay', async () => {
  const t = await dayTown({ people: ['1'] });
  const file = 'staff_number,course,completed,expires\n1,telework,2027-03-01,2028-03-31\n2,telework,2027-03-01,2028-03-31\n';
  expect(await t.ledger.importTraining(file, { by: '9', preview: true })).toMatchObject({ added: 1, changed: 0, removed: 0, known: 1 });
  expect(await t.ledger.importTraining(file, { by: '9' })).toMatchObject({ added: 1, known: 1 });
  expect(await t.ledger.recordTraining({ staff: '2', course: 'telework', completed: '2026-01-01' }, '9')).toMatchObject({
    completed: '2027-03-01',
  });
  expect((await t.ledger.training({ limit: 10 })).items).toEqual([
    { staff: '1', course: 'telework', completed: '2027-04-01' },
    { staff: '2', course: 'telework', completed: '2027-03-01', expires: '2028-03-31' },
  ]);
  expect((await t.ledger.training({ staff: '2', limit: 10 })).items).toHaveLength(1);
  const backwards = 'staff_number,course,completed,expires\n1,telework,2027-03-01,2026-03-31\n';
  expect((await t.ledger.importTraining(backwards, { by: '9' })).problems).toMatchObject([{ line: 2, field: 'expires' }]);
});
