import { fc } from '@fast-check/vitest';
import { beforeAll, describe, expect, test } from 'vitest';
import { createPlanner } from '../../activities/planner/planner.js';
import type { Plan, PlanInput } from '../../activities/planner/port.js';
import { dayOn } from '../../workflows/shared/dates.js';
import {
  aPool,
  aWeek,
  changing,
  counterOf,
  friday,
  keeping,
  keepsOf,
  member,
  monday,
  nextWeek,
  once,
  smallInput,
  staffed,
  tax,
  thursday,
  tuesday,
  wednesday,
  week,
} from './inputs.js';

let plan: (input: PlanInput) => Plan;
beforeAll(async () => {
  ({ plan } = await createPlanner());
});

const datesOf = (made: Plan, staff: string) => made.slots.filter((slot) => slot.staff === staff).map(({ date }) => date);
const perDate = (made: Plan, dates = week) => dates.map((date) => made.slots.filter((slot) => slot.date === date).length);

describe('what a rotation keeps to', () => {
  test('the counter stays staffed in both halves, counting who is on leave and who else is there', () => {
    const members = [...staffed(3), member('4009', { duties: [], absent: [monday] })];
    const others = [{ date: friday, morning: 1, afternoon: 0 }];
    const made = plan(aWeek([tax(members, { counter: { morning: 3, afternoon: 3, others } })]));
    expect(made.feasible).toBe(true);
    expect(perDate(made)).toEqual([0, 1, 1, 1, 0]); // Monday one is on leave; Friday has an even share left.
    expect(plan(aWeek([tax(members, { counter: { morning: 4, afternoon: 3, others } })])).slots.map(({ date }) => date)).toEqual([friday]);
  });

  test('in halves, a counter that must be whole in the morning lets people go in the afternoon', () => {
    const made = plan(aWeek([tax(staffed(3), { counter: { morning: 3, afternoon: 2, others: [] } })], { unit: 'halfDay' }));
    expect(made.slots.map(({ date, part }) => `${date} ${part}`)).toEqual([monday, tuesday, wednesday].map((date) => `${date} afternoon`));
  });

  test('nobody goes in both halves of one date', () => {
    const made = plan(aWeek([tax([member('4001', { duties: [{ ...once, times: 2 }] })])], { unit: 'halfDay' }));
    expect(new Set(datesOf(made, '4001')).size).toBe(2);
  });

  test('each slot at the satellite office takes a seat of its date', () => {
    const seats = [
      { date: tuesday, seats: 2 },
      { date: friday, seats: 1 },
    ];
    expect(perDate(plan(aWeek([tax(staffed(3))], { seats })))).toEqual([0, 2, 0, 0, 1]);
    const fixed = [{ date: tuesday, part: 'day' as const }];
    const made = plan(aWeek([tax([...staffed(2), member('4009', { fixed })])], { seats }));
    expect(perDate(made)).toEqual([0, 2, 0, 0, 1]);
  });

  test('a device that went on Friday is back on Tuesday: erased over the weekend, and not before', () => {
    const dates = [...week, ...nextWeek];
    const duties = [{ from: monday, until: nextWeek[4] ?? '', times: 1 }];
    const made = plan(aWeek([tax(staffed(4, { needsDevice: true, duties }))], { dates, devices: aPool(1) }));
    expect(made.slots.map(({ date }) => date)).toEqual([monday, friday, nextWeek[1]]); // Each takes it for four days, and the next would be on Saturday.
    expect(made.unplaced).toMatchObject([{ missing: 1 }]);
    expect(made.slots.map(({ assetTag }) => assetTag)).toEqual(['PC-1001', 'PC-1001', 'PC-1001']);
  });

  test('a device that is promised is not there, and its turnaround ends before it is promised', () => {
    const busy = [{ from: thursday, until: thursday }];
    const devices = { turnaroundDays: 1, devices: [{ assetTag: 'PC-1001', busy }] };
    const made = plan(aWeek([tax(staffed(3, { needsDevice: true }))], { devices }));
    expect(made.slots.map(({ date }) => date)).toEqual([tuesday, friday].toSpliced(0, 1, made.slots[0]?.date ?? '')); // One before it, one after.
    expect([monday, tuesday]).toContain(made.slots[0]?.date);
    expect(made.unplaced).toHaveLength(1);
  });

  test('who has an own device goes though there is no pool; who needs one cannot', () => {
    const made = plan(aWeek([tax([member('4001'), member('4002', { needsDevice: true })])]));
    expect(made.slots.map(({ staff }) => staff)).toEqual(['4001']);
    expect(made.unplaced).toEqual([{ staff: '4002', section: 'tax', duty: once, missing: 1 }]);
  });

  test('duties of several groups: twice in the period, once a month, once a week (MIC, seed 002)', () => {
    const dates = Array.from({ length: 40 }, (_, day) => dayOn(monday, day)).filter((_, day) => day % 7 < 5);
    const from = monday;
    const weeks = [0, 7, 14, 21, 28, 35].map((day) => ({ from: dayOn(from, day), until: dayOn(from, day + 6), times: 1 }));
    const months = [
      { from, until: '2027-05-31', times: 1 },
      { from: '2027-06-01', until: '2027-06-30', times: 1 },
    ];
    const made = plan(
      aWeek(
        [
          tax([
            member('4001', { duties: [{ from, until: '2027-06-30', times: 2 }], first: true }),
            member('4002', { duties: months }),
            member('4003', { duties: weeks }),
          ]),
        ],
        { dates },
      ),
    );
    expect(made.feasible).toBe(true);
    expect(datesOf(made, '4001')).toHaveLength(2);
    expect(datesOf(made, '4002').map((date) => date.slice(5, 7))).toEqual(['05', '06']);
    expect(datesOf(made, '4003').map((date) => weeks.findIndex(({ from, until }) => from <= date && date <= until))).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });

  test('more duties than dates: as many as there are, and the rest is reported', () => {
    const made = plan(aWeek([tax([member('4001', { duties: [{ ...once, times: 7 }] })])]));
    expect(made.slots).toHaveLength(5);
    expect(made.unplaced).toMatchObject([{ staff: '4001', missing: 2 }]);
    expect(made.reasons).toMatchObject([{ incurable: 2, cures: [] }]);
  });

  test.each<[string, PlanInput]>([
    ['a section without members', aWeek([tax([])])],
    ['no section', aWeek([])],
    ['members without duties', aWeek([tax(staffed(3, { duties: [] }))], { devices: aPool(2), seats: [] })],
    ['no dates and nothing to do', aWeek([tax(staffed(2, { duties: [] }))], { dates: [] })],
  ])('%s: nothing to plan', (_, input) => expect(plan(input)).toMatchObject({ feasible: true, slots: [], unplaced: [], reasons: [] }));

  test('no dates are left: everybody is missing', () => {
    const made = plan(aWeek([tax(staffed(2))], { dates: [] }));
    expect(made).toMatchObject({ feasible: false, slots: [], reasons: [{ incurable: 2, cures: [] }] });
  });
});

describe('who goes first', () => {
  test('who waited longest, where not everybody can', () => {
    const members = [member('4001', { waited: 1 }), member('4002', { waited: 9 }), member('4003', { waited: 5 })];
    const made = plan(aWeek([tax(members.map((one) => ({ ...one, needsDevice: true })))], { devices: aPool(1, 3) }));
    expect(made.slots.map(({ staff }) => staff).sort()).toEqual(['4002', '4003']);
  });

  test('everybody once before anybody twice, however long they waited', () => {
    const duties = [{ ...once, times: 2 }];
    const members = [member('4001', { duties, waited: 9 }), member('4002', { duties, waited: 0 })];
    const made = plan(aWeek([tax(members.map((one) => ({ ...one, needsDevice: true })))], { devices: aPool(1, 3) }));
    expect(made.slots.map(({ staff }) => staff).sort()).toEqual(['4001', '4002']);
  });

  test('the managers', () => {
    const made = plan(
      aWeek([
        tax([...staffed(3), member('9001', { first: true }), member('9002', { first: true, unavailable: [monday] })], {
          counter: counterOf(4),
        }),
      ]),
    );
    expect(datesOf(made, '9001')).toEqual([monday]);
    expect(datesOf(made, '9002')).toEqual([tuesday]);
  });

  test('whoever has few choices takes them, and the others what is left', () => {
    const members = [member('4001'), member('4002', { unavailable: [tuesday, wednesday, thursday, friday] })];
    const made = plan(aWeek([tax(members, { counter: counterOf(1) })]));
    expect([datesOf(made, '4002'), datesOf(made, '4001')]).toEqual([[monday], [tuesday]]);
  });

  test('evenly, and early: the last days stay free for what goes wrong', () => {
    expect(perDate(plan(aWeek([tax(staffed(10))])))).toEqual([2, 2, 2, 2, 2]);
    expect(perDate(plan(aWeek([tax(staffed(4))])))).toEqual([1, 1, 1, 1, 0]);
  });
});

describe('the same input gives the same plan', () => {
  const shuffled = <Value>(list: readonly Value[]): Value[] => list.toReversed();
  const mixed = (input: PlanInput): PlanInput => ({
    ...input,
    dates: shuffled(input.dates),
    sections: shuffled(input.sections).map((section) => ({
      ...section,
      members: shuffled(section.members).map((one) => ({
        ...one,
        duties: shuffled(one.duties),
        absent: shuffled(one.absent),
        unavailable: shuffled(one.unavailable),
        fixed: shuffled(one.fixed),
        keeps: shuffled(one.keeps),
      })),
      ...(section.counter && { counter: { ...section.counter, others: shuffled(section.counter.others) } }),
    })),
    ...(input.devices && {
      devices: { ...input.devices, devices: shuffled(input.devices.devices).map((one) => ({ ...one, busy: shuffled(one.busy) })) },
    }),
    ...(input.seats && { seats: shuffled(input.seats) }),
  });

  test('whatever the order of its lists, and with another planner', async () => {
    const other = await createPlanner();
    fc.assert(
      fc.property(smallInput({ sections: 2 }), (input) => {
        expect(other.plan(mixed(input))).toEqual(plan(input));
      }),
      { numRuns: 60, seed: 7 },
    );
  }, 180_000);

  test('and another one another hash', () => {
    const input = aWeek([tax(staffed(2))]);
    expect(plan(input).hash).toMatch(/^[0-9a-f]{64}$/);
    expect(plan(changing(input, '4001', { absent: [monday, tuesday] })).hash).not.toBe(plan(input).hash);
  });
});

describe('planning again moves only who must', () => {
  const input = aWeek([tax(staffed(10, { needsDevice: true }), { counter: counterOf(7) })], { devices: aPool(9) });
  let before: Plan;
  beforeAll(() => {
    before = plan(input);
  });
  const differ = (after: Plan) => before.slots.filter((slot) => !datesOf(after, slot.staff).includes(slot.date)).length;

  test('nothing has changed: everybody keeps date and device', () => {
    expect(plan(keeping(input, before))).toMatchObject({ slots: before.slots, moved: [], hash: before.hash });
  });

  test('one is ill on their day: one moves, where planning from scratch moves more', () => {
    const [ill] = before.slots;
    const [staff, date] = [ill?.staff ?? '', ill?.date ?? ''];
    const after = plan(changing(keeping(input, before), staff, { absent: [date] }));
    expect(after).toMatchObject({ feasible: true, moved: [staff] });
    expect(differ(after)).toBe(1);
    expect(differ(plan(changing(input, staff, { absent: [date] })))).toBeGreaterThanOrEqual(1);
  });

  test('a device is recalled: who had it gets another, and nobody else', () => {
    const recalled = before.slots[0]?.assetTag;
    const devices = { turnaroundDays: 3, devices: aPool(9).devices.filter(({ assetTag }) => assetTag !== recalled) };
    const after = plan({ ...keeping(input, before), devices });
    const had = before.slots.filter(({ assetTag }) => assetTag === recalled).map(({ staff }) => staff);
    expect(after).toMatchObject({ feasible: true, moved: [] });
    const others = before.slots.filter(({ staff }) => !had.includes(staff));
    expect(after.slots.filter(({ staff }) => !had.includes(staff))).toEqual(others);
  });

  test('what is past is fixed, and the rest goes on from there', () => {
    const done = (staff: string) => keepsOf(before, staff).filter(({ date }) => date <= tuesday);
    const later = { ...input, dates: [wednesday, thursday, friday] };
    const after = plan({
      ...later,
      sections: later.sections.map((section) => ({
        ...section,
        members: section.members.map((one) => ({
          ...one,
          fixed: done(one.staff),
          keeps: keepsOf(before, one.staff).filter(({ date }) => date > tuesday),
        })),
      })),
    });
    expect(after.slots).toEqual(before.slots);
  });
});
