import { describe, expect, test } from 'vitest';
import { bands, type NationalAnswer, type NationalSurvey, nationalTable, type UseRate, ways } from '../../api/figures/national-survey.js';

/** The table as printed (000:131-164), and how many of the 406 bodies with telework its shares stand for where it prints shares alone. */
const published = {
  introduction: [
    { body: 'prefecture', bodies: 47, introduced: { count: 47, share: 100 }, notIntroduced: { count: 0, share: 0 } },
    {
      body: 'designatedCity',
      bodies: 20,
      introduced: { count: 17, share: 85 },
      notIntroduced: { count: 3, share: 15, thisYear: 1, later: 2 },
    },
    {
      ...{ body: 'municipality', bodies: 1_721, introduced: { count: 342, share: 19.9 } },
      notIntroduced: { count: 1_379, share: 80.1, thisYear: 157, later: 149, formerly: 46, undecided: 1_027 },
    },
  ],
  rates: [213, 50, 30, 12, 8],
  rateUnknown: { count: 93, share: 22.9 },
  departments: { all: { count: 355, share: 87.4 }, some: { count: 51, share: 12.6 } },
  partTimers: { yes: { count: 187, share: 46.1 }, no: { count: 218, share: 53.7 } },
  ways: [
    { way: 'lent', count: 253, share: 62.3, lan: { count: 193, share: 76.3 } },
    { way: 'ownDesk', count: 147, share: 36.2, lan: { count: 52, share: 35.4 } },
    { way: 'private', count: 122, share: 30, lan: { count: 39, share: 32 } },
  ],
};

/** Bodies that have telework and answer so that each choice is made as often as it was; who answers what is made up. */
const introduced: readonly NationalAnswer[] = Array.from({ length: 406 }, (_, at): NationalAnswer => {
  const firstOf = (counts: readonly number[]): number => {
    let before = 0;
    return counts.findIndex((count) => at < (before += count));
  };
  const rate = bands[firstOf(published.rates)];
  const way = published.ways.flatMap((one) => {
    // From different places on, so that the ways are mixed.
    const place = (at * 9 + one.count) % 406;
    return place < one.count ? [[one.way, { lan: place < one.lan.count }] as const] : [];
  });
  const answer: NationalSurvey = {
    ...(rate !== undefined && { rate: { users: rate, eligible: 100, band: rate } satisfies UseRate }),
    departments: at % 406 < published.departments.all.count ? 'all' : 'some',
    ...(at > 0 && { partTimers: at <= published.partTimers.yes.count }),
    ways: Object.fromEntries(way),
  };
  return { body: at < 47 ? 'prefecture' : at < 47 + 17 ? 'designatedCity' : 'municipality', introduced: true, answer };
});
const others: readonly NationalAnswer[] = published.introduction.flatMap(({ body, notIntroduced }) =>
  (['thisYear', 'later', 'formerly', 'undecided'] as const).flatMap((plan) =>
    Array.from({ length: (notIntroduced as Partial<Record<typeof plan, number>>)[plan] ?? 0 }, () => ({
      ...{ body: body as NationalAnswer['body'], introduced: false as const, plan },
    })),
  ),
);

describe('the ministry’s table of 47 + 17 + 342 bodies with telework, and of those without (000:131-164)', () => {
  const table = nationalTable([...introduced, ...others]);

  test('has the published counts and shares of who has telework', () => {
    expect(table.introduction).toMatchObject(published.introduction);
  });

  test('has the published bands, except that 213 of 406 are 52.5 % and not 52.4 %', () => {
    expect(table.rates.map(({ count }) => count)).toEqual(published.rates);
    expect(table.rates.map(({ share }) => share)).toEqual([52.5, 12.3, 7.4, 3, 2]); // Printed: 52.4, which makes the six add up to 100.
    expect(table.rateUnknown).toEqual(published.rateUnknown);
  });

  test('has the published shares of departments, part-timers and ways', () => {
    expect(table.departments).toEqual(published.departments);
    expect(table.partTimers).toEqual(published.partTimers); // One has not answered.
    expect(table.ways).toEqual(published.ways);
    expect(table.ways.map(({ way }) => way)).toEqual(ways);
  });
});

test('of nobody there are no shares', () => {
  const { rates, introduction } = nationalTable([]);
  expect(rates[0]).toEqual({ band: 0, count: 0 });
  expect(introduction[0]).toMatchObject({ bodies: 0, introduced: { count: 0 } });
});
