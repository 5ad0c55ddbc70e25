import pg from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Cumulative, MonthSnapshot } from '../../activities/ledger/port.js';
import { createPostgresLedger } from '../../activities/ledger/postgres.js';
import { municipalCalendar, nextMonth } from '../../config/calendar.js';
import { monthsOf } from '../../workflows/shared/dates.js';
import { dice } from './chance.js';
import { policy, shown, teleworked } from './months.js';
import { entry, type Town, town } from './town.js';

const named = (frozen: readonly MonthSnapshot[]): string[] => frozen.map(({ month, version }) => `${month} ${version}`);
const versionsOf = async ({ ledger }: Town) => named(await ledger.monthVersions('2020-01', '2040-12'));
const uses = async ({ ledger }: Town, month: string, version?: number) =>
  shown(await ledger.monthCells({ from: month, until: month, figures: ['uses'], by: [], ...(version !== undefined && { version }) }));
const reason = '6f2f5c1e-0f67-4b0e-9a50-0c9d2b0f7a11';
const signed = (key: string) => ({ by: '1', reason, key });

describe('a month is frozen on the third business day of the next (domain.md §2.5)', () => {
  it.each([
    ['2027-04', '2027-05-10', 'over the week-end and the holidays of 3 to 5 May'],
    ['2027-09', '2027-10-05', 'over a week-end'],
    ['2027-12', '2028-01-06', 'over the turn of the year, 29 December to 3 January'],
    ['2028-02', '2028-03-03', 'of a leap year'],
    ['2028-03', '2028-04-05', 'into the next fiscal year'],
  ])('%s on %s, %s', async (month, date) => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2027-04-12' });
    const before = new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
    expect(named(await t.ledger.takeMonths(before, policy))).not.toContain(`${month} 1`);
    expect((await versionsOf(t)).filter((one) => one.startsWith(month))).toEqual([`${month} 0`]);
    expect(named(await t.ledger.takeMonths(date, policy))).toEqual([`${month} 1`]);
    expect((await versionsOf(t)).filter((one) => one.startsWith(month))).toEqual([`${month} 1`]);
  });

  it('from April of the fiscal year in which the first case was opened; before there is one nothing is taken', async () => {
    const t = await town();
    expect(await t.ledger.takeMonths('2027-08-02', policy)).toEqual([]);
    t.clock.set('2027-07-01T00:00:00.000Z');
    await teleworked(t, { staff: '1', date: '2027-07-12' });
    expect(named(await t.ledger.takeMonths('2027-07-02', policy))).toEqual(['2027-04 1', '2027-05 1']);
    expect(await versionsOf(t)).toEqual(['2027-04 1', '2027-05 1', '2027-06 0', '2027-07 0']);
    const january = await town();
    january.clock.set('2028-01-20T00:00:00.000Z');
    await teleworked(january, { staff: '1', date: '2028-01-20' });
    expect(named(await january.ledger.takeMonths('2028-01-20', policy)).at(0)).toBe('2027-04 1');
  });

  it('oldest first, however late: a round that comes after nine weeks leaves no month out', async () => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2027-04-12' });
    await t.ledger.takeMonths('2027-04-13', policy);
    await teleworked(t, { staff: '1', date: '2027-06-01' });
    t.clock.set('2027-07-05T00:00:00.000Z');
    expect(named(await t.ledger.takeMonths('2027-07-05', policy))).toEqual(['2027-04 1', '2027-05 1', '2027-06 1']);
    expect(await versionsOf(t)).toEqual(['2027-04 1', '2027-05 1', '2027-06 1', '2027-07 0']);
    expect([await uses(t, '2027-04'), await uses(t, '2027-05'), await uses(t, '2027-06')]).toEqual([{ all: 1 }, { all: 0 }, { all: 1 }]);
  });

  it('the same data give the same hash, whenever they are taken; other data another', async () => {
    const days = [
      { staff: '1', date: '2027-04-12' },
      { staff: '2', date: '2027-04-13', form: 'mobile' },
    ] as const;
    const hashes = new Set<string>();
    for (const date of ['2027-05-10', '2027-08-30']) {
      const t = await town();
      for (const day of date === '2027-05-10' ? days : [...days].reverse()) await teleworked(t, day);
      const [april] = await t.ledger.takeMonths(date, policy);
      hashes.add(april?.hash ?? '');
      const [again] = [await t.ledger.correctMonth('2027-04', policy, signed('k'))];
      hashes.add(again?.hash ?? '');
    }
    expect([...hashes]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const t = await town();
    for (const day of days) await teleworked(t, { ...day, department: 'welfare' });
    expect(hashes).not.toContain((await t.ledger.takeMonths('2027-05-10', policy)).at(0)?.hash);
  });
});

describe('a month that is frozen', () => {
  it('stays as it was taken; what is not frozen yet follows each round', async () => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2027-04-12' });
    await t.ledger.takeMonths('2027-05-10', policy);
    await teleworked(t, { staff: '2', date: '2027-04-12' });
    await teleworked(t, { staff: '2', date: '2027-05-11' });
    expect(await t.ledger.takeMonths('2027-05-12', policy)).toEqual([]);
    expect([await uses(t, '2027-04'), await uses(t, '2027-05')]).toEqual([{ all: 1 }, { all: 1 }]);
    await teleworked(t, { staff: '2', date: '2027-05-12' });
    expect(await t.ledger.takeMonths('2027-05-12', policy)).toEqual([]);
    expect([await uses(t, '2027-04'), await uses(t, '2027-05')]).toEqual([{ all: 1 }, { all: 2 }]);
    expect(await uses(t, '2027-05', 1)).toEqual({});
  });

  it('is taken once, by however many rounds of two workers at once', async () => {
    const t = await town();
    const other = createPostgresLedger({ databaseUrl: t.databaseUrl, clock: t.clock, calendar: municipalCalendar() });
    onTestFinished(() => other.close());
    for (let staff = 1; staff <= 20; staff += 1) await teleworked(t, { staff: `${staff}`, date: '2027-04-12' });
    const frozen = await Promise.all([
      ...['2027-06-10', '2027-05-10'].map((date) => t.ledger.takeMonths(date, policy)),
      ...['2027-06-10', '2027-05-10'].map((date) => other.takeMonths(date, policy)),
    ]);
    expect(frozen.flatMap(named).sort()).toEqual(['2027-04 1', '2027-05 1']);
    expect(await versionsOf(t)).toEqual(['2027-04 1', '2027-05 1', '2027-06 0']);
    expect(await t.sql('select month, sum(people)::int as people from month_returns group by 1')).toEqual([
      { month: '2027-04', people: 40 },
    ]);
  });

  it('is of one moment: a day that ends while it is taken is in none of its figures', async () => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2027-04-12' });
    const blocker = new pg.Client({ connectionString: t.databaseUrl });
    await blocker.connect();
    onTestFinished(() => blocker.end());
    await blocker.query('begin; lock table month_people in exclusive mode'); // The people are counted after the cells.
    const taking = t.ledger.takeMonths('2027-05-10', policy);
    await vi.waitUntil(
      async () => (await blocker.query("select from pg_locks where not granted and relation = 'month_people'::regclass")).rowCount === 1,
      20_000,
    );
    await teleworked(t, { staff: '2', date: '2027-04-13' });
    await blocker.query('commit');
    await taking;
    expect(await uses(t, '2027-04')).toEqual({ all: 1 });
    expect(await t.sql('select sum(people)::int as people from month_returns')).toEqual([{ people: 2 }]); // One person, of one form and in all.
  });

  it('is there as a whole or not at all: what dies in between leaves nothing, and the next round goes on', async () => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2027-04-12' });
    const tables = ['month_cells', 'month_people', 'month_returns', 'months'];
    await t.sql(`create function die() returns trigger language plpgsql as $$ begin raise 'power cut'; end $$`);
    for (const table of tables) {
      await t.sql(`create trigger cut after insert on ${table} for each row execute function die()`);
      await expect(t.ledger.takeMonths('2027-05-10', policy)).rejects.toThrow('power cut');
      for (const one of tables) expect(await t.sql(`select from ${one}`)).toEqual([]);
      await t.sql(`drop trigger cut on ${table}`);
    }
    expect(named(await t.ledger.takeMonths('2027-05-10', policy))).toEqual(['2027-04 1']);
  });
});

describe('a correction', () => {
  it('is another version with who asked for it and why, as things are now, once for its key', async () => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2027-04-12' });
    expect(await t.ledger.correctMonth('2027-04', policy, signed('early'))).toBeUndefined();
    await t.ledger.takeMonths('2027-05-10', policy);
    expect(await t.ledger.correctMonth('2027-05', policy, signed('provisional'))).toBeUndefined();
    await teleworked(t, { staff: '2', date: '2027-04-12' });
    t.clock.set('2027-05-11T00:00:00.000Z');
    const second = await t.ledger.correctMonth('2027-04', policy, signed('k'));
    expect(second).toMatchObject({ month: '2027-04', version: 2, by: '1', reason, takenAt: '2027-05-11T00:00:00.000Z' });
    await teleworked(t, { staff: '3', date: '2027-04-12' });
    expect(await t.ledger.correctMonth('2027-04', policy, signed('k'))).toEqual(second);
    expect(await t.ledger.takeMonths('2027-05-11', policy)).toEqual([]);
    expect([await uses(t, '2027-04', 1), await uses(t, '2027-04', 2), await uses(t, '2027-04')]).toEqual([
      { all: 1 },
      { all: 2 },
      { all: 2 },
    ]);
    const both = await Promise.all(['l', 'm', 'l'].map((key) => t.ledger.correctMonth('2027-04', policy, signed(key))));
    expect(both.map((one) => one?.version).sort()).toHaveLength(3);
    expect(await versionsOf(t)).toEqual(['2027-04 1', '2027-04 2', '2027-04 3', '2027-04 4', '2027-05 0']);
    expect(await uses(t, '2027-04')).toEqual({ all: 3 });
  });

  it('of three years back moves what was added up since, and no other month', async () => {
    const t = await town();
    for (const month of ['2027-04', '2027-05', '2029-10', '2030-02']) await teleworked(t, { staff: '1', date: `${month}-12` });
    await teleworked(t, { staff: '2', date: '2030-02-12' });
    await t.ledger.takeMonths('2030-06-10', policy);
    const people = async () =>
      (await t.ledger.cumulative({ from: '2027-04', until: '2030-02', planFrom: 2027 }))
        .filter(({ form }) => !form)
        .map((one) => one.people);
    expect((await people()).at(0)).toBe(1);
    expect([(await people()).at(33), (await people()).at(34)]).toEqual([1, 2]);
    const before = await t.ledger.monthVersions('2027-04', '2030-05');
    await teleworked(t, { staff: '2', date: '2027-06-12', form: 'mobile' });
    await t.ledger.correctMonth('2027-06', policy, signed('k'));
    expect([(await people()).at(1), (await people()).at(2), (await people()).at(33), (await people()).at(34)]).toEqual([1, 2, 2, 2]);
    const after = await t.ledger.monthVersions('2027-04', '2030-05');
    expect(after.filter(({ version }) => version === 1)).toEqual(before);
  });

  it('keeps the words of its reason; those that no version took go', async () => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2027-04-12' });
    await t.ledger.takeMonths('2027-05-10', policy);
    const kept = await t.ledger.keep('k', 'correction', { reason: '二重に計上されていたため' });
    const lost = await t.ledger.keep('l', 'correction', { reason: '取り消した依頼' });
    await t.ledger.correctMonth('2027-04', policy, { by: '1', reason: kept.reason?.row ?? '', key: 'k' });
    expect(await t.ledger.removeUntaken('2030-01-01T00:00:00.000Z')).toBe(1);
    expect(Object.values(await t.ledger.read([kept.reason?.row ?? '', lost.reason?.row ?? '']))).toEqual(['二重に計上されていたため']);
  });
});

describe('累計', () => {
  it('begins anew each April, or with the plan, and carries months without any', async () => {
    const t = await town();
    for (const [staff, date, form] of [
      ['1', '2027-04-12', 'home'],
      ['2', '2027-06-12', 'home'],
      ['1', '2027-06-13', 'mobile'],
      ['1', '2028-04-12', 'home'],
      ['3', '2028-04-12', 'home'],
    ] as const)
      await teleworked(t, { staff, date, form });
    await t.ledger.takeMonths('2028-05-15', policy);
    const line = ({ month, uses: count, people }: Cumulative) => `${month} ${count} ${people}`;
    const of = (all: readonly Cumulative[], form?: string) => all.filter((one) => one.form === form).map(line);
    const yearly = await t.ledger.cumulative({ from: '2028-02', until: '2028-06' });
    expect(of(yearly)).toEqual(['2028-02 3 2', '2028-03 3 2', '2028-04 2 2']);
    expect(of(yearly, 'home')).toEqual(['2028-02 2 2', '2028-03 2 2', '2028-04 2 2']);
    expect(of(yearly, 'mobile')).toEqual(['2028-02 1 1', '2028-03 1 1', '2028-04 0 0']);
    const planned = await t.ledger.cumulative({ from: '2027-04', until: '2028-04', planFrom: 2027 });
    expect(of(planned)).toEqual([
      '2027-04 1 1',
      '2027-05 1 1',
      '2027-06 3 2',
      ...monthsOf(2027)
        .slice(3)
        .map((month) => `${month} 3 2`),
      '2028-04 5 3',
    ]);
    expect(of(planned, 'home').at(-1)).toBe('2028-04 4 3');
    expect(await t.ledger.cumulative({ from: '2027-04', until: '2027-12', planFrom: 2028 })).toEqual([]);
  });

  it.each([1, 2, 3])('counts people as somebody would who looks at every day, after corrections in any order (town %i)', async (seed) => {
    const t = await town();
    const below = dice(seed);
    const pick = <Item>(items: readonly Item[]) => items[below(items.length)] as Item;
    const months = [...monthsOf(2027), ...monthsOf(2028)].slice(0, 17);
    const forms = ['home', 'mobile'] as const;
    const standing = new Map<string, { staff: string; date: string; form: (typeof forms)[number] }>();
    const put = async (month: string) => {
      const [staff, form] = [`${1 + below(6)}`, pick(forms)];
      const date = `${month}-${String(1 + below(28)).padStart(2, '0')}`;
      standing.set(await teleworked(t, { staff, date, form }), { staff, date, form });
      return month;
    };
    const takeBack = async () => {
      const [caseId, one] = pick([...standing]);
      standing.delete(caseId);
      await teleworked(t, { ...one, status: 'reported', unplanned: 'declined' });
      return one.date.slice(0, 7);
    };
    for (const month of months) for (let times = below(3); times > 0; times -= 1) await put(month);
    await teleworked(t, { staff: '9', date: '2027-04-30', status: 'planned' });
    await t.ledger.takeMonths('2028-09-10', policy);
    for (let correction = 0; correction < 12; correction += 1) {
      const changed = await (below(3) ? put(pick(months)) : takeBack());
      for (const month of [changed, pick(months)]) await t.ledger.correctMonth(month, policy, signed(`${correction} ${month}`));
      for (const planFrom of [undefined, 2027, 2028]) {
        const expected = months.flatMap((month) => {
          const since = `${planFrom ?? (month < '2028-04' ? 2027 : 2028)}-04`;
          if (month < since) return [];
          const days = [...standing.values()].filter(({ date }) => since <= date && date < nextMonth(month));
          return [undefined, ...forms].map((form) => {
            const mine = days.filter((one) => !form || one.form === form);
            return `${month} ${form ?? 'all'} ${mine.length} ${new Set(mine.map(({ staff }) => staff)).size}`;
          });
        });
        const got = await t.ledger.cumulative({ from: '2027-04', until: '2028-08', ...(planFrom && { planFrom }) });
        const known = new Set(got.map(({ form }) => form ?? 'all'));
        expect(got.map(({ month, form = 'all', uses: count, people }) => `${month} ${form} ${count} ${people}`).sort()).toEqual(
          expected.filter((line) => known.has(line.split(' ')[1] ?? '')).sort(),
        );
      }
    }
    expect(await t.sql('select from month_returns where people < 0')).toEqual([]);
  });
});

describe('a year by department', () => {
  it('adds up uses, and has the most people and registrations of a month', async () => {
    const t = await town();
    await t.ledger.append(
      entry('R', 1, { name: 'approve' }, { procedure: 'registration', summary: { status: 'active', department: 'tax', staff: '1' } }),
    );
    for (const date of ['2027-04-12', '2027-04-13', '2027-05-12']) await teleworked(t, { staff: '1', date });
    await teleworked(t, { staff: '2', date: '2027-04-12' });
    await teleworked(t, { staff: '3', date: '2027-05-12', department: 'welfare', ordered: 'snow' });
    await teleworked(t, { staff: '3', date: '2027-06-02', department: 'welfare' }); // Not frozen.
    await t.ledger.takeMonths('2027-06-04', policy);
    expect(await t.ledger.departmentYear(2027)).toEqual([
      { department: 'tax', uses: 4, orderedUses: 0, people: 2, registered: 1 },
      { department: 'welfare', uses: 0, orderedUses: 1, people: 0, registered: 0 },
    ]);
    expect(await t.ledger.departmentYear(2026)).toEqual([]);
  });
});

describe('files for the figures', () => {
  const by = { by: '1' };
  it('situations: a file is the whole list', async () => {
    const t = await town();
    const file = (...rows: string[]) => ['staff_number,sex,child,care', ...rows].join('\n');
    expect(await t.ledger.importSituations(file('1,female,yes,no', '2,male,no,no'), by)).toMatchObject({
      added: 2,
      changed: 0,
      removed: 0,
      known: 0,
    });
    const next = file('1,female,yes,no', '3,other,no,yes', '2,male,yes,no');
    expect(await t.ledger.importSituations(next, { ...by, preview: true })).toMatchObject({ added: 1, changed: 1, removed: 0, known: 1 });
    expect(await t.ledger.importSituations(next, by)).toMatchObject({ added: 1, changed: 1, removed: 0, known: 1 });
    expect(await t.ledger.importSituations(file('1,female,yes,no'), by)).toMatchObject({ removed: 2, known: 1 });
    expect(
      await t.ledger.importSituations(file('1,woman,yes,no', 'x,male,no,no', '4,male,,no', '5,male,no,no', '5,male,no,no'), by),
    ).toMatchObject({
      problems: [
        { line: 2, field: 'sex' },
        { line: 3, field: 'staff_number' },
        { line: 4, field: 'child' },
        { line: 6, field: 'staff_number', problem: 'stands in line 5 already' },
      ],
    });
    expect(await t.sql('select staff, sex, child, care from situations')).toEqual([
      { staff: '1', sex: 'female', child: 'yes', care: 'no' },
    ]);
  });

  it('successions: renamed, merged and split', async () => {
    const t = await town();
    const file = (...rows: string[]) => ['on,before,after', ...rows].join('\n');
    const csv = file(
      '2028-04-01,tax,revenue',
      '2028-04-01,parks,town',
      '2028-04-01,roads,town',
      '2029-04-01,revenue,levies',
      '2029-04-01,revenue,claims',
    );
    expect(await t.ledger.importSuccessions(csv, by)).toMatchObject({ added: 5 });
    expect(await t.ledger.importSuccessions(csv, by)).toMatchObject({ added: 0, known: 5 });
    expect(await t.ledger.successions('2028-04-01', '2029-03-31')).toEqual([
      { on: '2028-04-01', before: 'parks', after: 'town' },
      { on: '2028-04-01', before: 'roads', after: 'town' },
      { on: '2028-04-01', before: 'tax', after: 'revenue' },
    ]);
    expect(await t.ledger.importSuccessions(file('2028-04-01,tax,tax', '2028-04-31,a,b', '2028-04-01,a b,c'), by)).toMatchObject({
      problems: [
        { line: 2, field: 'after', problem: 'must be another department' },
        { line: 3, field: 'on' },
        { line: 4, field: 'before' },
      ],
    });
  });
});
