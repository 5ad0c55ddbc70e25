import { fc } from '@fast-check/vitest';
import type { Duty, MemberInput, Part, Plan, PlanInput, PoolInput, SectionInput, Slot } from '../../activities/planner/port.js';
import { dayOn } from '../../workflows/shared/dates.js';

/** Monday, 10 May 2027, and the days of the week after it. */
export const monday = '2027-05-10';
export const [tuesday, wednesday, thursday, friday] = [1, 2, 3, 4].map((days) => dayOn(monday, days)) as [string, string, string, string];
export const week = [monday, tuesday, wednesday, thursday, friday];
export const nextWeek = week.map((date) => dayOn(date, 7));

export const once: Duty = { from: monday, until: '2027-05-16', times: 1 };

export const member = (staff: string, over: Partial<MemberInput> = {}): MemberInput => ({
  staff,
  duties: [once],
  absent: [],
  unavailable: [],
  waited: 0,
  needsDevice: false,
  fixed: [],
  keeps: [],
  ...over,
});
export const staffed = (count: number, over: Partial<MemberInput> = {}): MemberInput[] =>
  Array.from({ length: count }, (_, index) => member(`${4_001 + index}`, over));
export const tax = (members: readonly MemberInput[], over: Partial<SectionInput> = {}): SectionInput => ({
  section: 'tax',
  members,
  ...over,
});
export const counterOf = (people: number): NonNullable<SectionInput['counter']> => ({ morning: people, afternoon: people, others: [] });
export const aPool = (devices: number, turnaroundDays = 3): PoolInput => ({
  turnaroundDays,
  devices: Array.from({ length: devices }, (_, index) => ({ assetTag: `PC-${1_001 + index}`, busy: [] })),
});
export const aWeek = (sections: readonly SectionInput[], over: Partial<PlanInput> = {}): PlanInput => ({
  dates: week,
  unit: 'day',
  sections,
  ...over,
});

/** What stands in the plan, to be planned from. */
export const keepsOf = (plan: Plan, staff: string): Slot[] =>
  plan.slots.filter((slot) => slot.staff === staff).map(({ date, part, assetTag }) => ({ date, part, ...(assetTag && { assetTag }) }));
export const keeping = (input: PlanInput, plan: Plan): PlanInput => ({
  ...input,
  sections: input.sections.map((section) => ({
    ...section,
    members: section.members.map((one) => ({ ...one, keeps: keepsOf(plan, one.staff) })),
  })),
});
export const changing = (input: PlanInput, staff: string, change: Partial<MemberInput>): PlanInput => ({
  ...input,
  sections: input.sections.map((section) => ({
    ...section,
    members: section.members.map((one) => (one.staff === staff ? { ...one, ...change } : one)),
  })),
});

/** Small enough to try every plan: three to five dates over a weekend or not, up to four people, up to two devices, and everything that can be in the way. */
export const smallInput = ({ sections }: { sections: number }): fc.Arbitrary<PlanInput> =>
  fc
    .record({
      halves: fc.integer({ min: 0, max: 3 }).map((one) => one === 0),
      steps: fc.array(fc.constantFrom(1, 1, 1, 3), { minLength: 5, maxLength: 5 }),
      people: fc.integer({ min: 1, max: 4 }),
      further: fc.integer({ min: 0, max: 2 }),
    })
    .chain(({ halves, steps, people, further }) => {
      const all = steps.map((_, index) =>
        dayOn(
          monday,
          steps.slice(0, index + 1).reduce((days, step) => days + step, 0),
        ),
      );
      const dates = all.slice(0, halves ? 3 : 5);
      const after = [1, 2].slice(0, further).map((days) => dayOn(dates.at(-1) ?? monday, days));
      const oneOf = fc.constantFrom(...dates);
      const date = fc.constantFrom(...dates, ...after);
      const parts: Part[] = halves ? ['morning', 'afternoon'] : ['day'];
      const tag = fc.constantFrom('PC-1', 'PC-2');
      const slot: fc.Arbitrary<Slot> = fc.record({ date: oneOf, part: fc.constantFrom(...parts) });
      const lent: fc.Arbitrary<Slot> = fc.record({ date: oneOf, part: fc.constantFrom(...parts), assetTag: tag });
      const [from = '', middle = '', until = ''] = [dates[0], dates[1], dates.at(-1)];
      const duties: fc.Arbitrary<Duty[]> = fc.constantFrom(
        [{ from, until, times: 1 }],
        [{ from, until, times: 1 }],
        [{ from, until, times: 2 }],
        [
          { from, until: middle, times: 1 },
          { from: dayOn(middle, 1), until, times: 1 },
        ],
      );
      const few = <T>(one: fc.Arbitrary<T>, most: number) =>
        fc.oneof({ weight: 2, arbitrary: fc.constant([] as T[]) }, { weight: 1, arbitrary: fc.array(one, { maxLength: most }) });
      const someone = fc.record({
        duties,
        absent: few(date, 3),
        unavailable: few(date, 2),
        waited: fc.integer({ min: 0, max: 2 }),
        needs: fc.boolean(),
        first: fc.integer({ min: 0, max: 5 }),
        fixed: few(fc.oneof(slot, lent, fc.constant<Slot>({ date: dayOn(monday, -1), part: 'day', assetTag: 'PC-1' })), 1),
        keeps: few(fc.oneof(slot, lent), 2),
      });
      const half = fc.integer({ min: 0, max: people });
      return fc.record({
        dates: fc.constant(dates),
        further: fc.constant(after),
        unit: fc.constant(halves ? ('halfDay' as const) : ('day' as const)),
        sections: fc.array(someone, { minLength: people, maxLength: people }).chain((members) =>
          fc.tuple(
            ...Array.from({ length: sections }, (_, index) =>
              fc
                .record({
                  has: fc.boolean(),
                  counter: fc.record({
                    morning: half,
                    afternoon: half,
                    others: fc.uniqueArray(fc.record({ date, morning: fc.nat(1), afternoon: fc.nat(1) }), {
                      selector: (other) => other.date,
                      maxLength: 2,
                    }),
                  }),
                })
                .map(
                  ({ has, counter }): SectionInput => ({
                    section: `s${index}`,
                    members: members.flatMap(({ needs, first, ...rest }, one) =>
                      one % sections === index
                        ? [{ ...rest, staff: `${one}`, needsDevice: needs, ...(first === 0 && { first: true as const }) }]
                        : [],
                    ),
                    ...(has && { counter }),
                  }),
                ),
            ),
          ),
        ),
        devices: fc.option(
          fc.record({
            turnaroundDays: fc.nat(4),
            devices: fc.subarray(['PC-1', 'PC-2']).chain((tags) =>
              fc.tuple(
                ...tags.map((assetTag) =>
                  few(
                    fc.record({ from: date, days: fc.nat(2) }).map(({ from, days }) => ({ from, until: dayOn(from, days) })),
                    2,
                  ).map((busy) => ({ assetTag, busy })),
                ),
              ),
            ),
          }),
          { nil: undefined, freq: 4 },
        ),
        seats: fc.option(fc.uniqueArray(fc.record({ date, seats: fc.nat(2) }), { selector: (day) => day.date }), {
          nil: undefined,
          freq: 1,
        }),
      });
    })
    .map(({ devices, seats, ...input }) => ({ ...input, ...(devices && { devices }), ...(seats && { seats }) }));
