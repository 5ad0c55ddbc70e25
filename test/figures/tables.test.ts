import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import type {
  Cumulative,
  DepartmentYear,
  FigureCell,
  FigureDims,
  FigureName,
  MonthSnapshot,
  Succession,
} from '../../activities/ledger/port.js';
import { departmentLines } from '../../api/figures/departments.js';
import { hoursTable } from '../../api/figures/hours.js';
import { type MonthStanding, standings } from '../../api/figures/months.js';
import { bandOf, useRate } from '../../api/figures/national-survey.js';
import { serviceTable } from '../../api/figures/service.js';
import { type Rate, situationTable } from '../../api/figures/situations.js';
import { resultOf, targetLines, targetRows } from '../../api/figures/targets.js';
import { yearTable } from '../../api/figures/year.js';
import { tenthsOf, wholeOf } from '../../api/rounding.js';
import { monthsOf } from '../../workflows/shared/dates.js';

const cell = (month: string, figure: FigureName, dims: FigureDims, value: number, of?: number): FigureCell => ({
  ...{ month, figure, dims, value },
  ...(of !== undefined && { of }),
});
const version = (month: string, number = 1): MonthSnapshot => ({ month, version: number, takenAt: `${month}-28T00:00:00.000Z`, hash: '' });
/** The months of a fiscal year of which the first so many are frozen. */
const frozen = (year: number, count: number, present = `${year + 1}-03`): readonly MonthStanding[] =>
  standings(
    monthsOf(year),
    monthsOf(year)
      .slice(0, count)
      .map((month) => version(month)),
    present,
  );

describe('rounding', () => {
  test.each([
    [1, 2, 1],
    [5, 4, 1],
    [7, 2, 4],
    [0, 3, 0],
  ])('%i by %i is %i', (sum, count, whole) => expect(wholeOf(sum, count)).toBe(whole));
  test.each([
    [1, 20, 0.1], // 0.05
    [860, 252, 3.4], // 004:296
    [5, 3, 1.7],
  ])('%i by %i is %f', (sum, count, tenths) => expect(tenthsOf(sum, count)).toBe(tenths));
  test('nothing is divided by nobody', () => expect([wholeOf(1, 0), tenthsOf(1, 0)]).toEqual([undefined, undefined]));
});

describe('the months of a fiscal year', () => {
  test('are frozen in their latest version, counting until then, or to come; a provisional version freezes nothing', () => {
    const versions = [version('2027-04'), version('2027-04', 3), version('2027-04', 2), version('2027-05', 0)];
    expect(standings(monthsOf(2027), versions, '2027-06').slice(0, 4)).toEqual([
      { month: '2027-04', state: 'frozen', version: 3, takenAt: '2027-04-28T00:00:00.000Z' },
      { month: '2027-05', state: 'counting' },
      { month: '2027-06', state: 'counting' },
      { month: '2027-07', state: 'future' },
    ]);
  });
});

describe('a year at a glance', () => {
  const cells = [
    cell('2027-04', 'uses', {}, 5),
    cell('2027-04', 'uses', { form: 'home' }, 3),
    cell('2027-04', 'uses', { form: 'mobile' }, 2),
    cell('2027-04', 'people', {}, 4),
    cell('2027-04', 'people', { form: 'home' }, 3),
    cell('2027-04', 'minutes', {}, 2_325),
    cell('2027-05', 'uses', {}, 7),
    cell('2027-05', 'uses', { form: 'home' }, 7),
    cell('2027-05', 'orderedUses', {}, 20),
    cell('2027-06', 'uses', {}, 1_000), // Provisional.
  ];
  const cumulative: Cumulative[] = [
    { month: '2027-04', uses: 35, people: 14 },
    { month: '2027-05', uses: 42, people: 15 },
    { month: '2027-05', form: 'home', uses: 40, people: 9 },
  ];
  const targets = [
    { form: 'all', value: 40 },
    { form: 'home', value: 41 },
    { form: 'mobile', value: null },
  ] as const;
  const counted = { countedBy: 'uses', countedOver: 'plan' } as const;
  const parts = { fiscalYear: 2027, forms: ['home', 'mobile'], months: frozen(2027, 2, '2027-06'), cells, cumulative, targets };

  test('sums frozen months alone, keeps ordered days apart, and judges by what the pack says', () => {
    const table = yearTable({ ...parts, ...counted });
    expect(table.total).toEqual({ uses: 12, orderedUses: 20, minutes: 2_325 });
    expect(table.byForm).toEqual([
      { form: 'home', uses: 10, orderedUses: 0, minutes: 0 },
      { form: 'mobile', uses: 2, orderedUses: 0, minutes: 0 },
    ]);
    expect(table.months[0]).toMatchObject({
      uses: 5,
      people: 4,
      byForm: [
        { uses: 3, people: 3 },
        { uses: 2, people: 0 },
      ],
    });
    expect(table.months[2]).toEqual({ month: '2027-06', state: 'counting' });
    expect(table.targets).toEqual([
      { form: 'all', value: 40, ...counted, uses: 42, people: 15, result: 42, share: 105, met: true },
      { form: 'home', value: 41, ...counted, uses: 40, people: 9, result: 40, share: 97.6, met: false },
      { form: 'mobile', value: null, ...counted, uses: 0, people: 0, result: 0 },
    ]);
  });

  test('judged by people, the uses stand beside them', () => {
    const [all] = targetLines(targets, cumulative, { countedBy: 'people', countedOver: 'plan', month: '2027-05' });
    expect(all).toMatchObject({ uses: 42, people: 15, result: 15, share: 37.5, met: false });
  });

  test('has no results before its first month is frozen', () => {
    expect(yearTable({ ...parts, ...counted, months: frozen(2027, 0), cells: [], cumulative: [] }).targets).toBeUndefined();
  });
});

describe('departments that become others', () => {
  const sum = (department: string, uses: number, people = 10): DepartmentYear => ({
    ...{ department, uses, orderedUses: 0, people, registered: 0 },
  });
  const became = (on: string, before: string, after: string): Succession => ({ on, before, after });

  test.each<[string, Succession[], object[]]>([
    [
      'nothing',
      [],
      [
        { departments: ['a'], uses: 1 },
        { departments: ['b'], uses: 2 },
        { departments: ['c'], uses: 4 },
      ],
    ],
    [
      'renamed',
      [became('2027-10-01', 'a', 'b')],
      [
        { departments: ['b', 'a'], uses: 3, changes: [{ on: '2027-10-01', how: 'renamed', before: ['a'], after: ['b'] }] },
        { departments: ['c'], uses: 4, changes: [] },
      ],
    ],
    [
      'merged',
      [became('2027-10-01', 'a', 'c'), became('2027-10-01', 'b', 'c')],
      [{ departments: ['c', 'a', 'b'], uses: 7, changes: [{ how: 'merged', before: ['a', 'b'], after: ['c'] }] }],
    ],
    [
      'merged into one that stays',
      [became('2027-10-01', 'a', 'c'), became('2027-10-01', 'c', 'c')],
      [
        { departments: ['b'], uses: 2 },
        { departments: ['c', 'a'], uses: 5, changes: [{ how: 'merged', before: ['a', 'c'], after: ['c'] }] },
      ],
    ],
    [
      'split',
      [became('2027-10-01', 'a', 'b'), became('2027-10-01', 'a', 'c')],
      [{ departments: ['b', 'c', 'a'], uses: 7, changes: [{ how: 'split', before: ['a'], after: ['b', 'c'] }] }],
    ],
    [
      'renamed, and merged later',
      [became('2027-10-01', 'b', 'c'), became('2027-06-01', 'a', 'b')],
      [
        {
          departments: ['c', 'b', 'a'],
          uses: 7,
          changes: [
            { on: '2027-06-01', how: 'renamed', before: ['a'], after: ['b'] },
            { on: '2027-10-01', how: 'renamed', before: ['b'], after: ['c'] },
          ],
        },
      ],
    ],
    [
      'exchanged',
      ['b', 'c'].flatMap((after) => ['a', 'x'].map((before) => became('2027-10-01', before, after))),
      [{ departments: ['b', 'c', 'a', 'x'], uses: 7, changes: [{ how: 'reorganised', before: ['a', 'x'], after: ['b', 'c'] }] }],
    ],
    ['elsewhere', [became('2027-10-01', 'x', 'y')], [{ departments: ['a'] }, { departments: ['b'] }, { departments: ['c'] }]],
  ])('%s', (_what, successions, lines) => {
    expect(departmentLines([sum('a', 1), sum('b', 2), sum('c', 4)], successions, 0)).toMatchObject(lines);
  });

  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const anySums = fc.uniqueArray(
    fc.record({ department: fc.constantFrom(...names), uses: fc.nat(50), people: fc.nat(12), registered: fc.nat(12) }),
    {
      selector: ({ department }) => department,
    },
  );
  const anySuccessions = fc.array(
    fc.record({
      on: fc.constantFrom('2027-04-01', '2027-07-01', '2028-01-01'),
      before: fc.constantFrom(...names),
      after: fc.constantFrom(...names),
    }),
    { maxLength: 6 },
  );

  property.prop([anySums, anySuccessions], { numRuns: 1_000 })(
    'each stands in one line, and the lines have all days',
    (some, successions) => {
      const sums = some.map((one) => ({ ...one, orderedUses: 0 }));
      const lines = departmentLines(sums, successions, 0);
      const standing = lines.flatMap(({ departments }) => departments);
      expect(new Set(standing).size).toBe(standing.length);
      for (const { department } of sums) expect(standing).toContain(department);
      const total = (of: readonly object[]) => of.reduce((all, one) => all + ('uses' in one ? Number(one.uses) : 0), 0);
      expect(total(lines)).toBe(total(sums));
      for (const { departments, changes } of lines)
        for (const { before, after } of changes) expect(departments).toEqual(expect.arrayContaining([...before, ...after]));
    },
  );

  property.prop([anySums, anySuccessions], { numRuns: 1_000 })(
    'the small ones cannot be found out from the others and the total',
    (some, successions) => {
      const sums = some.map((one) => ({ ...one, orderedUses: 0 }));
      const sizeOf = (departments: readonly string[]) =>
        sums.reduce((all, one) => all + (departments.includes(one.department) ? Math.max(one.people, one.registered) : 0), 0);
      const lines = departmentLines(sums, successions, 5);
      const masked = lines.filter((line) => 'masked' in line).map(({ departments }) => sizeOf(departments));
      for (const line of lines)
        if ('uses' in line) expect([0, ...Array.from({ length: 100 }, (_, at) => at + 5)]).toContain(sizeOf(line.departments));
      const possible = lines.filter(({ departments }) => sizeOf(departments) > 0).length;
      if (masked.length)
        expect(masked.length === possible || (masked.length > 1 && masked.reduce((all, one) => all + one, 0) >= 5)).toBe(true);
    },
  );
});

describe('Saga’s table (004:393-402)', () => {
  const combinations = ['female', 'male', 'other'].flatMap((sex) =>
    ['yes', 'no'].flatMap((child) => ['yes', 'no'].map((care) => ({ sex, child, care }))),
  );
  const cellsOf = (groups: readonly { users: number; of: number }[]) =>
    groups.map(({ users, of }, at) => cell('2027-11', 'situationUsers', combinations[at] ?? {}, users, of));
  const countsOf = (rate: Rate | undefined) => (rate && 'of' in rate ? rate : undefined);

  test('has lines of all, of women and of men, with shares and totals', () => {
    // Women with a child and care 3 of 16, and so on: invented.
    const groups = [
      [3, 16],
      [10, 50],
      [2, 20],
      [8, 99],
      [4, 21],
      [9, 60],
      [5, 22],
      [12, 140],
    ] as const;
    const table = situationTable(cellsOf(groups.map(([users, of]) => ({ users, of }))), 5);
    expect(table.map(({ sex }) => sex)).toEqual(['all', 'female', 'male']);
    expect(table[1]).toEqual({
      sex: 'female',
      lines: [
        { child: 'yes', care: { yes: { users: 3, of: 16, share: 18.8 }, no: { users: 10, of: 50, share: 20 } } },
        { child: 'no', care: { yes: { users: 2, of: 20, share: 10 }, no: { users: 8, of: 99, share: 8.1 } } },
      ],
      total: { users: 23, of: 185, share: 12.4 },
    });
    expect(table[0]?.lines[0]?.care.yes).toEqual({ users: 7, of: 37, share: 18.9 });
    expect(table[0]?.total).toEqual({ users: 53, of: 428, share: 12.4 });
  });

  test('masks a group of three, and those by which it could be found out', () => {
    const groups = [
      [1, 3],
      [10, 50],
      [2, 20],
      [8, 99],
      [4, 21],
      [9, 60],
      [5, 22],
      [12, 140],
    ] as const;
    const table = situationTable(cellsOf(groups.map(([users, of]) => ({ users, of }))), 5);
    const [all, women, men] = table.map(({ lines }) => lines.flatMap(({ care }) => [care.yes, care.no]).map((rate) => 'masked' in rate));
    // Its sex and its line of all have each to hide one more, and these two each other's.
    expect([all, women, men]).toEqual([
      [false, false, false, false],
      [true, false, true, false],
      [true, false, true, false],
    ]);
    expect(table.map(({ total }) => 'masked' in total)).toEqual([false, false, false]);
  });

  const size = fc.oneof(fc.nat(6), fc.nat(60));
  property.prop([fc.array(size, { minLength: 12, maxLength: 12 }), fc.integer({ min: 2, max: 10 })], { numRuns: 150 })(
    'nothing that is shown tells of fewer people than it may',
    (sizes, fewest) => {
      const table = situationTable(cellsOf(sizes.map((of) => ({ users: 0, of }))), fewest);
      // Every sum that is shown, as an equation of the twelve groups.
      const shown = table.flatMap(({ sex, lines, total }) => {
        const has = (child?: string, care?: string) =>
          combinations.map((one) =>
            Number((sex === 'all' || one.sex === sex) && (!child || one.child === child) && (!care || one.care === care)),
          );
        const cells = lines.flatMap(({ child, care }) => (['yes', 'no'] as const).map((key) => [care[key], has(child, key)] as const));
        return [[total, has()] as const, ...cells].flatMap(([rate, equation]) => (countsOf(rate) ? [equation] : []));
      });
      const rank = rankOf(shown);
      for (let bits = 1; bits < 2 ** 12; bits += 1) {
        const group = combinations.map((_, at) => (bits >> at) & 1);
        const people = group.reduce((all, is, at) => all + is * (sizes[at] ?? 0), 0);
        if (people > 0 && people < fewest) expect(rankOf([...shown, group])).toBeGreaterThan(rank);
      }
    },
    60_000,
  );

  property.prop([fc.array(fc.integer({ min: 20, max: 60 }), { minLength: 12, maxLength: 12 })])(
    'nothing is masked where no group is small',
    (sizes) => {
      const table = situationTable(cellsOf(sizes.map((of) => ({ users: 0, of }))), 5);
      expect(JSON.stringify(table)).not.toContain('masked');
    },
  );
});

/** By Gauss with fractions of a prime far larger than any determinant that can come up: another way than the product's. */
function rankOf(rows: readonly (readonly number[])[]): number {
  const prime = 1_000_003n;
  const left = rows.map((row) => row.map(BigInt));
  let rank = 0;
  for (let column = 0; column < 12; column += 1) {
    const at = left.findIndex((row, index) => index >= rank && row[column] !== 0n);
    if (at < 0) continue;
    [left[rank], left[at]] = [left[at] ?? [], left[rank] ?? []];
    const pivot = left[rank] ?? [];
    const inverse = power(pivot[column] ?? 1n, prime - 2n, prime);
    for (let index = rank + 1; index < left.length; index += 1) {
      const row = left[index] ?? [];
      const times = ((row[column] ?? 0n) * inverse) % prime;
      if (times !== 0n) left[index] = row.map((value, place) => (value - times * (pivot[place] ?? 0n) + prime * prime) % prime);
    }
    rank += 1;
  }
  return rank;
}
function power(base: bigint, exponent: bigint, prime: bigint): bigint {
  let [result, square] = [1n, base % prime];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}

describe('Tokushima’s table (004:436-466)', () => {
  const counted = (uses: number) => () => uses;
  const due = (year: number, count: number) => monthsOf(year).slice(0, count);

  test.each<[string, readonly MonthStanding[], number, object]>([
    ['of a year to come there is none', frozen(2027, 0, '2027-03'), 0, { is: 'future' }],
    ['no month is frozen', frozen(2027, 0, '2027-04'), 0, { is: 'counting' }],
    ['a month is missing that is due', frozen(2027, 3, '2027-08'), 4, { is: 'counting' }],
    ['190 in nine months', frozen(2027, 9, '2028-01'), 9, { is: 'forecast', value: 253 }],
    ['March is not due yet', frozen(2027, 11, '2028-04'), 11, { is: 'forecast', value: 207 }],
    ['all months are frozen', frozen(2027, 12, '2028-04'), 12, { is: 'final', value: 190 }],
  ])('%s', (_what, months, count, result) => {
    expect(resultOf({ months, due: due(2027, count) }, counted(190), 'fiscalYear')).toEqual(result);
  });

  test('over the plan only what this year has added is expected again', () => {
    const until: Readonly<Record<string, number>> = { '2027-03': 100, '2027-06': 115 };
    const result = resultOf({ months: frozen(2027, 3, '2027-07'), due: due(2027, 3) }, (month) => until[month] ?? 0, 'plan');
    expect(result).toEqual({ is: 'forecast', value: 160 });
  });

  test('a half is rounded up', () => {
    // One in two months makes five more in ten; one in eight makes half a one more in four.
    expect(resultOf({ months: frozen(2027, 8), due: [] }, counted(1), 'fiscalYear')).toEqual({ is: 'forecast', value: 2 });
  });

  test('rows by form with the targets that there are', () => {
    const year = (fiscalYear: number, count: number, value: number | null) => ({
      fiscalYear,
      targets: [{ form: 'home', value }] as const,
      months: frozen(fiscalYear, count, '2028-01'),
      due: due(fiscalYear, count),
    });
    const cumulative: Cumulative[] = [
      { month: '2027-03', form: 'home', uses: 212, people: 70 },
      { month: '2027-12', form: 'home', uses: 190, people: 60 },
    ];
    const rows = targetRows(['home', 'mobile'], [year(2026, 12, null), year(2027, 9, 280), year(2028, 0, 350)], cumulative, {
      countedBy: 'uses',
      countedOver: 'fiscalYear',
    });
    expect(rows[0]).toEqual({
      form: 'home',
      years: [
        { fiscalYear: 2026, target: null, result: { is: 'final', value: 212 } },
        { fiscalYear: 2027, target: 280, result: { is: 'forecast', value: 253 } },
        { fiscalYear: 2028, target: 350, result: { is: 'future' } },
      ],
    });
    expect(rows[1]?.years[1]).toEqual({ fiscalYear: 2027, target: null, result: { is: 'forecast', value: 0 } });
  });
});

describe('Ehime’s table (004:287-296)', () => {
  // Printed: hours at home and mobile, and days, from March to October 2019.
  const printed = [
    ['2019-03', 143.0, 141.6, 252],
    ['2019-04', 56.5, 175.5, 229],
    ['2019-05', 34.8, 394.0, 373],
    ['2019-06', 91.8, 364.5, 444],
    ['2019-07', 149.8, 442.3, 531],
    ['2019-08', 184.5, 498.5, 622],
    ['2019-09', 95.3, 576.0, 709],
    ['2019-10', 101.3, 851.0, 860],
  ] as const;
  const months = standings(
    printed.map(([month]) => month),
    printed.map(([month]) => version(month)),
    '2019-10',
  );
  const cells = printed.flatMap(([month, home, mobile, days]) => [
    cell(month, 'minutes', { form: 'home' }, Math.round(home * 60)),
    cell(month, 'minutes', { form: 'mobile' }, Math.round(mobile * 60)),
    cell(month, 'minutes', {}, Math.round(home * 60) + Math.round(mobile * 60)),
    cell(month, 'uses', {}, days),
  ]);

  test('prints its hours, its days and how they grew', () => {
    const table = hoursTable(months, ['home', 'mobile'], cells);
    expect(table.forms.map(({ hours }) => hours)).toEqual([printed.map(([, home]) => home), printed.map(([, , mobile]) => mobile)]);
    expect(table.days).toEqual(printed.map(([, , , days]) => days));
    expect(table.growth).toBe(3.4); // 「平成31年3月実績の約3.4倍に増加」
    expect(table.total).toEqual({ hours: 4_300.4, days: 4_020 });
  });

  test('says nothing of a month that is not frozen, and rounds three minutes up', () => {
    const table = hoursTable(
      standings(['2027-04', '2027-05'], [version('2027-04')], '2027-05'),
      ['home'],
      [cell('2027-04', 'minutes', { form: 'home' }, 3), cell('2027-05', 'minutes', { form: 'home' }, 600)],
    );
    expect(table.forms).toEqual([{ form: 'home', hours: [0.1, undefined], total: 0.1 }]);
    expect([table.days, table.growth]).toEqual([[0, undefined], undefined]);
  });
});

describe('how lending and deciding goes', () => {
  test('device use, lead time, erasures and approvals are shares and averages of counts', () => {
    const table = serviceTable([
      cell('2027-04', 'deviceDays', {}, 31, 300),
      cell('2027-05', 'deviceDays', {}, 10, 310),
      ...[
        [1, 2],
        [3, 1],
        [10, 1],
      ].map(([days, loans]) => cell('2027-04', 'handOvers', { days: `${days}` }, loans ?? 0)),
      cell('2027-04', 'handOvers', {}, 4),
      cell('2027-05', 'handOvers', { days: '2' }, 2),
      cell('2027-04', 'erasures', {}, 7, 9),
      cell('2027-04', 'approvals', {}, 100),
      cell('2027-04', 'approvals', { procedure: 'device-loan', how: 'own' }, 20),
      cell('2027-04', 'approvals', { procedure: 'telework-day', how: 'own' }, 40),
      cell('2027-05', 'approvals', { procedure: 'telework-day', how: 'acting' }, 5),
      cell('2027-04', 'losses', {}, 3),
      cell('2027-04', 'losses', { how: 'loss' }, 2),
      cell('2027-04', 'losses', { how: 'theft' }, 1),
      cell('2027-04', 'troubles', {}, 6),
    ]);
    expect(table).toEqual({
      deviceUse: { value: 41, of: 610, share: 6.7 },
      leadTime: { handOvers: 6, average: 3.2, median: 2 },
      erasures: { value: 7, of: 9, share: 77.8 },
      approvals: {
        ...{ own: 60, acting: 5, actingShare: 7.7 },
        byProcedure: [
          { procedure: 'device-loan', own: 20, acting: 0, actingShare: 0 },
          { procedure: 'telework-day', own: 40, acting: 5, actingShare: 11.1 },
        ],
      },
      peakDays: [],
      losses: { loss: 2, theft: 1 },
      troubles: 6,
    });
  });

  test.each([
    [[1], 1],
    [[1, 2], 1.5],
    [[2, 1, 9], 2],
    [[4, 1, 1, 9], 2.5],
  ])('the median of %j is %f', (days, median) => {
    const cells = days.map((one, at) => cell(`2027-0${at + 4}`, 'handOvers', { days: `${one}` }, 1));
    expect(serviceTable(cells).leadTime.median).toBe(median);
  });

  test('more than one in ten is a peak, one in ten is none; the first of the largest is the busiest', () => {
    const day = (date: string, users: number, of: number) => cell(date.slice(0, 7), 'dailyShare', { date }, users, of);
    const { peakDays, busiest } = serviceTable([
      day('2027-05-06', 22, 200),
      day('2027-04-01', 20, 200),
      day('2027-04-02', 21, 200),
      day('2027-06-01', 11, 100),
    ]);
    expect(peakDays.map(({ date, share }) => [date, share])).toEqual([
      ['2027-04-02', 10.5],
      ['2027-05-06', 11],
      ['2027-06-01', 11],
    ]);
    expect(busiest).toEqual({ date: '2027-05-06', users: 22, of: 200, share: 11 });
  });

  test('where nothing happened there is no share', () => {
    expect(serviceTable([])).toEqual({
      deviceUse: { value: 0, of: 0 },
      leadTime: { handOvers: 0 },
      erasures: { value: 0, of: 0 },
      approvals: { own: 0, acting: 0, byProcedure: [] },
      peakDays: [],
      losses: { loss: 0, theft: 0 },
      troubles: 0,
    });
  });
});

describe('the busiest day of the national survey (000:141-149)', () => {
  test.each([
    [0, 100, 0],
    [999, 10_000, 0], // Shown as 10.0.
    [10, 100, 10],
    [30, 100, 30],
    [4_999, 10_000, 30],
    [50, 100, 50],
    [80, 100, 80],
    [3, 3, 80],
  ])('%i of %i are in the band from %i', (users, eligible, band) => expect(bandOf(users, eligible)).toBe(band));

  test('is the one with the largest share, not with the most users', () => {
    const day = (date: string, users: number, of: number) => cell(date.slice(0, 7), 'dailyUsers', { date }, users, of);
    expect(useRate([day('2027-05-10', 12, 40), day('2027-04-12', 15, 60), day('2027-06-10', 3, 10)])).toEqual({
      ...{ date: '2027-05-10', users: 12, eligible: 40, share: 30, band: 30 },
    });
    expect(useRate([])).toEqual({ users: 0, band: 0 });
  });
});
