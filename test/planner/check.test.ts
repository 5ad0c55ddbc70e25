import { beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../../activities/planner/check.js';
import { createPlanner } from '../../activities/planner/planner.js';
import type { Plan, PlanInput, PlannedSlot } from '../../activities/planner/port.js';
import { aPool, aWeek, counterOf, friday, member, monday, nextWeek, once, tax, tuesday, wednesday } from './inputs.js';

/** Four people, one device, three at the counter, one seat a day; one has been already, one keeps a day. */
const input: PlanInput = aWeek(
  [
    tax(
      [
        member('4001', { needsDevice: true, absent: [tuesday], unavailable: [wednesday] }),
        member('4002', { needsDevice: true }),
        member('4003', { keeps: [{ date: wednesday, part: 'day' }] }),
        member('4004', { fixed: [{ date: monday, part: 'day' }] }),
      ],
      { counter: { ...counterOf(3), others: [{ date: tuesday, morning: 1, afternoon: 1 }] } },
    ),
  ],
  {
    dates: [monday, tuesday, wednesday, friday, ...nextWeek.slice(0, 2)],
    devices: {
      turnaroundDays: 2,
      devices: aPool(1).devices.map((one) => ({ ...one, busy: [{ from: '2027-05-18', until: '2027-05-18' }] })),
    },
    seats: [monday, tuesday, wednesday, friday, ...nextWeek].map((date) => ({ date, seats: 1 })),
  },
);
const slot = (staff: string, date: string, over: Partial<PlannedSlot> = {}): PlannedSlot => ({
  staff,
  section: 'tax',
  date,
  part: 'day',
  ...over,
});
const sound: Plan = {
  feasible: true,
  slots: [
    slot('4004', monday),
    slot('4002', tuesday, { assetTag: 'PC-1001' }),
    slot('4003', wednesday),
    slot('4001', friday, { assetTag: 'PC-1001' }),
  ],
  unplaced: [],
  reasons: [],
  moved: [],
  hash: '',
};
const [, second, third, fourth] = sound.slots as [PlannedSlot, PlannedSlot, PlannedSlot, PlannedSlot];
const having = (changed: readonly PlannedSlot[]): Plan => ({ ...sound, slots: changed });
const instead = (of: PlannedSlot, by: readonly PlannedSlot[]): Plan => having([...sound.slots.filter((one) => one !== of), ...by]);

describe('the check of a plan', () => {
  test('finds nothing in a sound one', () => expect(violations(input, sound)).toEqual([]));

  test.each<[string, Plan, PlanInput?]>([
    ['counter: tax', sound, { ...input, sections: [{ ...input.sections[0], counter: counterOf(4) } as PlanInput['sections'][number]] }],
    [
      'device-not-free: PC-1001 2027-05-11',
      instead(fourth, [slot('4001', '2027-05-12', { assetTag: 'PC-1001' })]),
      { ...input, seats: input.dates.map((date) => ({ date, seats: 9 })) },
    ],
    ['device-not-free: PC-1001 2027-05-17', instead(fourth, [{ ...fourth, date: '2027-05-17' }])],
    ['device-not-free: PC-9', instead(fourth, [{ ...fourth, assetTag: 'PC-9' }])],
    ['device-without-need', instead(fourth, [slot('4001', friday)])],
    ['device-without-need', instead(third, [{ ...third, assetTag: 'PC-1001' }])],
    ['seats: 2027-05-11', instead(third, [{ ...third, date: tuesday }])],
    ['cannot-telework: tax 2027-05-12', instead(fourth, [{ ...fourth, date: wednesday }])],
    ['cannot-telework: tax 2027-05-11', instead(fourth, [{ ...fourth, date: tuesday }])],
    ['twice-on-a-date', having([...sound.slots, slot('4003', wednesday, { part: 'morning' })])],
    ['duty: tax', instead(third, [])],
    ['duty: tax', having([...sound.slots, slot('4003', monday)])],
    ['duty: tax', { ...sound, feasible: false, unplaced: [{ staff: '4003', section: 'tax', duty: once, missing: 1 }] }],
    ['no-duty: tax 2027-05-17', instead(third, [{ ...third, date: '2027-05-17' }])],
    ['not-of-the-period: tax 2027-05-13', instead(third, [{ ...third, date: '2027-05-13' }])],
    ['not-of-the-period', instead(third, [{ ...third, part: 'morning' }])],
    ['fixed-slot-changed: tax 2027-05-10', having(sound.slots.slice(1))],
    ['nobody-of-the-section', having([...sound.slots, slot('9999', '2027-05-17')])],
    ['nobody-of-the-section', instead(third, [{ ...third, section: 'welfare' }])],
    ['moved', instead(third, [{ ...third, date: '2027-05-14' }])],
    ['moved', { ...sound, moved: ['4003'] }],
    ['feasible', { ...sound, feasible: false }],
  ])('finds %s', (rule, plan, broken = input) => {
    expect(
      violations(broken, plan).some((one) => one.startsWith(rule)),
      violations(broken, plan).join(),
    ).toBe(true);
  });

  test('lets stand what is fixed, whatever else holds', () => {
    const fixed = [{ date: monday, part: 'day' as const, assetTag: 'PC-1001' }];
    const both = [member('4001', { fixed, absent: [monday], needsDevice: true }), member('4002', { fixed, needsDevice: true })];
    const all = aWeek([tax(both, { counter: counterOf(2) })], { devices: aPool(1), seats: [] });
    const slots = both.map(({ staff }) => slot(staff, monday, { assetTag: 'PC-1001' }));
    expect(violations(all, having(slots))).toEqual([]);
  });

  test('names nobody', () => {
    const found = violations(input, { ...sound, slots: [], moved: [second.staff] });
    expect(found.length).toBeGreaterThan(0);
    expect(found.join()).not.toMatch(/400\d/);
  });
});

describe('the planner', () => {
  let plan: (one: PlanInput) => Plan;
  beforeAll(async () => {
    ({ plan } = await createPlanner());
  });
  test('finds a plan that the check lets pass', () => expect(plan(input)).toMatchObject({ feasible: true, moved: [] }));

  test.each<[string, PlanInput]>([
    ['a staff number stands twice', aWeek([tax([member('4001'), member('4001')])])],
    ['a section stands twice', aWeek([tax([]), tax([])])],
    ['a asset tag stands twice', aWeek([tax([])], { devices: { turnaroundDays: 0, devices: [...aPool(1).devices, ...aPool(1).devices] } })],
    ['duties overlap', aWeek([tax([member('4001', { duties: [once, { ...once, from: friday }] })])])],
    ['duties overlap', aWeek([tax([member('4001', { duties: [{ ...once, times: 0.5 }] })])])],
  ])('refuses what contradicts itself: %s', (words, contradiction) => {
    expect(() => plan(contradiction)).toThrow(words);
  });
});
