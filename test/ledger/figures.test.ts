import { describe, expect, it } from 'vitest';
import type { FigureCell, FigureDims, FigureName } from '../../activities/ledger/port.js';
import { happens, policy, shown, teleworked } from './months.js';
import { addDevice, type Town, town } from './town.js';

/** The figures of April 2027 as the round of 10 May finds them, split up by these dims. */
async function april(t: Town, figure: FigureName, ...by: (keyof FigureDims)[]): Promise<Record<string, number | string>> {
  await t.ledger.takeMonths('2027-05-10', policy);
  return shown(await t.ledger.monthCells({ from: '2027-04', until: '2027-04', figures: [figure], by }));
}

const employed = (t: Town, ...rows: string[]) =>
  t.ledger.importEmployment(['staff_number,kind,from,until,occupation', ...rows].join('\n'), { by: '1' });
const live = (t: Town, ...rows: string[]) => t.ledger.importSituations(['staff_number,sex,child,care', ...rows].join('\n'), { by: '1' });

describe('延べ実施日数 and 実人数 (004:776-783)', () => {
  it.each([
    ['planned', undefined, 0],
    ['approved', undefined, 0],
    ['missed', undefined, 0],
    ['withdrawn', undefined, 0],
    ['started', undefined, 1],
    ['ended', undefined, 1],
    ['reported', undefined, 1],
    ['closed', undefined, 1],
    ['started', 'toConfirm', 1],
    ['reported', 'confirmed', 1],
    ['reported', 'declined', 0],
  ])('a day that stands at %s (started without a plan: %s) is counted %i times', async (status, unplanned, uses) => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2027-04-12', status, ...(unplanned && { unplanned }) });
    expect(await april(t, 'uses')).toEqual({ all: uses });
    expect(await april(t, 'people')).toEqual({ all: uses });
    expect(await april(t, 'minutes')).toEqual({ all: uses * 465 });
  });

  it('counts from the first to the last date of the month, by department and form, people once in each', async () => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2027-03-31' });
    await teleworked(t, { staff: '1', date: '2027-04-01' });
    await teleworked(t, { staff: '1', date: '2027-04-30', form: 'mobile', minutes: 120 });
    await teleworked(t, { staff: '1', date: '2027-05-01' });
    await teleworked(t, { staff: '2', date: '2027-04-12', department: 'welfare', from: '08:30', until: '12:00', minutes: 210 });
    await teleworked(t, {
      staff: '2',
      date: '2027-04-12',
      department: 'welfare',
      from: '13:00',
      until: '17:15',
      minutes: 255,
      form: 'satellite',
    });
    await teleworked(t, { staff: '2', date: '2027-04-13', department: 'tax' });
    expect(await april(t, 'uses')).toEqual({ all: 5 });
    expect(await april(t, 'uses', 'department')).toEqual({ tax: 3, welfare: 2 });
    expect(await april(t, 'uses', 'form')).toEqual({ home: 3, mobile: 1, satellite: 1 });
    expect(await april(t, 'uses', 'form', 'department')).toEqual({
      'home tax': 2,
      'mobile tax': 1,
      'home welfare': 1,
      'satellite welfare': 1,
    });
    expect(await april(t, 'people')).toEqual({ all: 2 });
    expect(await april(t, 'people', 'department')).toEqual({ tax: 2, welfare: 1 });
    expect(await april(t, 'people', 'form')).toEqual({ home: 2, mobile: 1, satellite: 1 });
    expect(await april(t, 'minutes', 'form')).toEqual({ home: 465 + 210 + 465, mobile: 120, satellite: 255 });
  });

  it('the source’s own table: 1, 3, 2, 2, 1, 1, 2 in February to August, 12 in all (004:780-781); what was ordered is not among them (004:783)', async () => {
    const t = await town();
    t.clock.set('2027-02-01T00:00:00.000Z');
    const months = { '2027-02': 1, '2027-03': 3, '2027-04': 2, '2027-05': 2, '2027-06': 1, '2027-07': 1, '2027-08': 2 };
    for (const [month, uses] of Object.entries(months))
      for (let nth = 1; nth <= uses; nth += 1) await teleworked(t, { staff: `${nth}`, date: `${month}-1${nth}` });
    for (const month of ['04', '05', '06', '07'])
      for (const staff of ['1', '7', '8']) await teleworked(t, { staff, date: `2027-${month}-20`, ordered: 'epidemic' });
    await t.ledger.takeMonths('2027-09-10', policy);
    const cells = await t.ledger.monthCells({ from: '2027-02', until: '2027-08', by: [] });
    const of = (figure: FigureName) =>
      Object.fromEntries(cells.flatMap((cell: FigureCell) => (cell.figure === figure ? [[cell.month, cell.value]] : [])));
    expect(of('uses')).toEqual(months);
    expect(of('orderedUses')).toEqual({
      ...Object.fromEntries(Object.keys(months).map((month) => [month, 0])),
      '2027-04': 3,
      '2027-05': 3,
      '2027-06': 3,
      '2027-07': 3,
    });
    expect(of('people')).toEqual(months);
  });

  it('29 February is a date of its month', async () => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2028-02-29' });
    await t.ledger.takeMonths('2028-03-10', policy);
    const cells = await t.ledger.monthCells({ from: '2028-02', until: '2028-03', figures: ['uses', 'deviceDays'], by: [] });
    expect(cells.map(({ month, figure, value }) => `${month} ${figure} ${value}`)).toContain('2028-02 uses 1');
  });
});

describe('Saga’s table (004:393-402)', () => {
  it('counts who worked at home among those who are employed at the month’s end and stand in the file, in every combination', async () => {
    const t = await town();
    await employed(
      t,
      '1,regular,2020-04-01,,clerical',
      '2,regular,2020-04-01,,clerical',
      '3,regular,2020-04-01,2027-04-30,clerical',
      '4,regular,2020-04-01,2027-04-29,clerical',
      '5,regular,2027-05-01,,clerical',
      '6,partTime,2020-04-01,,clerical',
    );
    await live(t, '1,female,yes,no', '2,male,yes,no', '3,female,no,yes', '4,female,yes,yes', '5,female,yes,yes', '7,female,yes,yes');
    for (const staff of ['1', '3', '4', '5', '6', '7']) await teleworked(t, { staff, date: '2027-04-12' });
    await teleworked(t, { staff: '1', date: '2027-04-13' });
    await teleworked(t, { staff: '2', date: '2027-04-12', form: 'mobile' });
    await teleworked(t, { staff: '2', date: '2027-04-13', ordered: 'snow' });
    expect(await april(t, 'situationUsers')).toEqual({ all: '2/3' });
    expect(await april(t, 'situationUsers', 'sex')).toEqual({ female: '2/2', male: '0/1' });
    expect(await april(t, 'situationUsers', 'child')).toEqual({ yes: '1/2', no: '1/1' });
    expect(await april(t, 'situationUsers', 'care')).toEqual({ no: '1/2', yes: '1/1' });
    const cells = await t.ledger.monthCells({
      from: '2027-04',
      until: '2027-04',
      figures: ['situationUsers'],
      by: ['sex', 'child', 'care'],
    });
    expect(cells.map(({ dims, value, of }) => ({ ...dims, value, of }))).toEqual([
      { sex: 'female', child: 'yes', care: 'no', value: 1, of: 1 },
      { sex: 'female', child: 'no', care: 'yes', value: 1, of: 1 },
      { sex: 'male', child: 'yes', care: 'no', value: 0, of: 1 },
    ]);
  });
});

describe('the busiest day (000:141-164, 004:390)', () => {
  it('counts people on each date, ordered days included, of the eligible and of everybody who is employed on it', async () => {
    const t = await town();
    await employed(
      t,
      '1,regular,2020-04-01,,clerical',
      '2,reEmployed,2020-04-01,2027-04-12,clerical',
      '3,regular,2027-04-13,,nurseryTeacher',
      '4,regular,2020-04-01,,fireFighter',
      '5,partTime,2020-04-01,,clerical',
      '6,regular,2020-04-01,,clerical', // Twice at once: what began last holds, while it lasts.
      '6,partTime,2027-04-13,2027-04-14,clerical',
    );
    const day = (staff: string, date: string, more = {}) => teleworked(t, { staff, date: `2027-04-${date}`, ...more });
    await day('1', '12', { from: '08:30', until: '12:00' });
    await day('1', '12', { from: '13:00', until: '17:15' });
    await day('5', '12', { ordered: 'snow' });
    await day('1', '13', { ordered: 'snow' });
    await day('1', '14', { status: 'planned' });
    await day('1', '15');
    expect(await april(t, 'dailyUsers', 'date')).toEqual({ '2027-04-12': '1/3', '2027-04-13': '1/2', '2027-04-15': '1/3' });
    expect(await april(t, 'dailyShare', 'date')).toEqual({ '2027-04-12': '2/5', '2027-04-13': '1/5', '2027-04-15': '1/5' });
  });
});

describe('devices and loans', () => {
  /** A loan that goes through these steps, each at its instant in Tokyo. */
  async function lent(
    t: Town,
    caseId: string,
    steps: readonly [name: string, at: string, input?: object][],
    custody = true,
  ): Promise<void> {
    for (const [name, at, input] of steps) {
      t.clock.set(new Date(`${at}:00+09:00`).toISOString());
      await happens(t, caseId, name, {
        ...(input && { input }),
        summary: { status: name, department: 'tax', staff: '1' },
        due: [{ step: 'x', who: 'it' }],
      });
      if (custody && name === 'handOver')
        await t.sql('insert into custody (case_id, asset_tag, since) values ($1, $1, $2)', [caseId, t.clock.now()]);
      if (custody && ['confirmErasure', 'confirmDestruction'].includes(name))
        await t.sql('update custody set until = $2 where case_id = $1', [caseId, t.clock.now()]);
    }
  }

  it('device days: dates on which a lendable device was with somebody, from hand-over to release; each once', async () => {
    const t = await town();
    for (const [tag, more] of Object.entries({ A: {}, B: {}, C: { kind: 'wifiRouter' }, M: { zone: 'myNumber' }, W: { kind: 'wire' } }))
      await addDevice(t, tag, more);
    await lent(t, 'A', [
      ['request', '2027-03-25T09:00'],
      ['handOver', '2027-03-30T23:30'],
      ['confirmErasure', '2027-04-02T00:30'],
    ]); // 1 and 2 April.
    await lent(t, 'M', [
      ['request', '2027-04-01T09:00'],
      ['handOver', '2027-04-01T10:00'],
    ]);
    await lent(t, 'B', [
      ['request', '2027-04-01T09:00'],
      ['handOver', '2027-04-28T00:10'],
    ]); // 28 to 30 April, and on.
    await t.sql(
      `insert into cases select 'A2', 99, procedure, 'A2', status, department, staff, opened_at, changed_at, seq, state, due, readers, claim, closed, deadline, head_hash, known_asset from cases where case_id = 'A'`,
    );
    await t.sql(
      `insert into custody (case_id, asset_tag, since, until) values ('A2', 'A', '2027-04-02T10:00+09:00', '2027-04-03T09:00+09:00')`,
    ); // 2 April is counted; and 3 April.
    expect(await april(t, 'deviceDays')).toEqual({ all: `${3 + 3}/${3 * 30}` });
    const days = async () => {
      const { items } = await t.ledger.figureRows({ month: '2027-04', figure: 'deviceDays', dims: {} }, { policy, limit: 10 });
      return items.map(({ assetTag, date }) => `${date?.slice(8)} ${assetTag}`);
    };
    expect(await days()).toEqual(['01 A', '02 A', '03 A', '28 B']); // As the clock stands.
    t.clock.set('2027-05-10T00:00:00.000Z');
    expect(await days()).toEqual(['01 A', '02 A', '03 A', '28 B', '29 B', '30 B']);
  });

  it('device days of a month that is not over: until the date of the taking', async () => {
    const t = await town();
    await addDevice(t, 'A');
    await addDevice(t, 'B');
    await lent(t, 'A', [
      ['request', '2027-04-01T09:00'],
      ['handOver', '2027-04-08T10:00'],
    ]);
    await t.ledger.takeMonths('2027-04-09', policy);
    expect(shown(await t.ledger.monthCells({ from: '2027-04', until: '2027-04', figures: ['deviceDays'] }))).toEqual({ all: `2/${2 * 9}` });
  });

  it('lendable are the devices that are in the master at the month’s end: later ones are not, nor those that were gone by then', async () => {
    const t = await town();
    const device = { kind: 'laptop', pool: 'tax', manufacturer: 'Acme', model: 'A', networkZone: 'lgwan', note: '' };
    t.clock.set('2027-03-01T00:00:00.000Z');
    await happens(t, 'first', 'request');
    for (const tag of ['A', 'B', 'C']) await t.ledger.registerDevice({ ...device, assetTag: tag, serial: tag }, 'it');
    t.clock.set('2027-04-30T14:59:00.000Z');
    await t.ledger.changeDevice({ assetTag: 'A', version: 1 }, { act: 'retire' }, 'it');
    t.clock.set('2027-04-30T15:00:00.000Z'); // 1 May in Tokyo.
    await t.ledger.changeDevice({ assetTag: 'B', version: 1 }, { act: 'retire' }, 'it');
    await t.ledger.registerDevice({ ...device, assetTag: 'D', serial: 'D' }, 'it');
    expect(await april(t, 'deviceDays')).toEqual({ all: `0/${2 * 30}` });
  });

  it('hand-overs by the dates between request and hand-over', async () => {
    const t = await town();
    await lent(
      t,
      'A',
      [
        ['request', '2027-04-05T23:50'],
        ['handOver', '2027-04-06T00:10'],
      ],
      false,
    );
    await lent(
      t,
      'B',
      [
        ['request', '2027-04-06T09:00'],
        ['handOver', '2027-04-06T17:00'],
      ],
      false,
    );
    await lent(
      t,
      'C',
      [
        ['request', '2027-03-01T09:00'],
        ['handOver', '2027-04-30T23:59'],
      ],
      false,
    );
    await lent(
      t,
      'D',
      [
        ['request', '2027-04-30T09:00'],
        ['handOver', '2027-05-01T00:00'],
      ],
      false,
    );
    expect(await april(t, 'handOvers')).toEqual({ all: 3 });
    expect(await april(t, 'handOvers', 'days')).toEqual({ 0: 1, 1: 1, 60: 1 });
  });

  it('erasures whose limit falls in the month, and which of them were confirmed by its end', async () => {
    const t = await town();
    const back = (caseId: string, at: string, ...more: [string, string][]) =>
      lent(t, caseId, [['request', '2027-03-01T09:00'], ['takeBack', at], ...more], false);
    await back('early', '2027-03-24T23:59'); // Limit 31 March.
    await back('first', '2027-03-25T00:00', ['confirmErasure', '2027-04-01T23:59']); // Limit 1 April, kept.
    await back('late', '2027-03-25T10:00', ['confirmErasure', '2027-04-02T00:00']);
    await back('never', '2027-04-10T10:00', ['erase', '2027-04-11T10:00']);
    await lent(
      t,
      'found',
      [
        ['request', '2027-03-01T09:00'],
        ['reportLoss', '2027-04-10T10:00', { how: 'theft' }],
        ['find', '2027-04-23T23:59'],
        ['confirmDestruction', '2027-04-30T12:00'],
      ],
      false,
    );
    await back('next', '2027-04-24T00:00', ['confirmErasure', '2027-04-24T10:00']); // Limit 1 May.
    expect(await april(t, 'erasures')).toEqual({ all: '2/4' });
    expect(await april(t, 'losses')).toEqual({ all: 1 });
    expect(await april(t, 'losses', 'how')).toEqual({ theft: 1 });
    const { items } = await t.ledger.figureRows({ month: '2027-04', figure: 'erasures', dims: {} }, { policy, limit: 10 });
    expect(items).toEqual([
      { caseId: 'first', seq: 2, staff: '1', department: 'tax', date: '2027-04-01' },
      { caseId: 'found', seq: 3, staff: '1', department: 'tax', date: '2027-04-30' },
    ]);
  });
});

describe('decisions, registrations and troubles', () => {
  it('approvals by procedure, own and in somebody’s place', async () => {
    const t = await town();
    t.clock.set('2027-03-31T14:59:00.000Z'); // 23:59 in Tokyo.
    await happens(t, 'L0', 'request');
    await happens(t, 'L0', 'approve');
    t.clock.set('2027-03-31T15:00:00.000Z');
    await happens(t, 'L1', 'request');
    await happens(t, 'L1', 'approve');
    await happens(t, 'L2', 'request');
    await happens(t, 'L2', 'approve', { input: { by: '2', as: 'head:tax', onBehalfOf: '3' } });
    await happens(t, 'R1', 'file', { procedure: 'registration' });
    await happens(t, 'R1', 'approve', { procedure: 'registration' });
    expect(await april(t, 'approvals')).toEqual({ all: 3 });
    const cells = await t.ledger.monthCells({ from: '2027-04', until: '2027-04', figures: ['approvals'], by: ['procedure', 'how'] });
    expect(cells.map(({ dims, value }) => `${dims.procedure} ${dims.how} ${value}`).sort()).toEqual([
      'device-loan acting 1',
      'device-loan own 1',
      'registration own 1',
    ]);
  });

  it('registrations that are active when the month is over, where they then were, whatever came later', async () => {
    const t = await town();
    const registration = (caseId: string, status: string, department = 'tax') =>
      happens(t, caseId, status, { procedure: 'registration', summary: { status, department, staff: caseId } });
    t.clock.set('2027-04-10T00:00:00.000Z');
    for (const one of ['A', 'B', 'C', 'D', 'E']) await registration(one, one === 'C' ? 'filed' : 'active');
    await registration('E', 'suspended');
    t.clock.set('2027-04-30T14:59:59.000Z');
    await registration('B', 'ended');
    t.clock.set('2027-04-30T15:00:00.000Z'); // 1 May in Tokyo.
    await registration('A', 'active', 'welfare');
    await registration('C', 'active');
    await registration('F', 'active');
    await registration('D', 'revoked');
    expect(await april(t, 'registered')).toEqual({ all: 2 });
    expect(await april(t, 'registered', 'department')).toEqual({ tax: 2 });
    await t.ledger.takeMonths('2027-06-10', policy);
    expect(shown(await t.ledger.monthCells({ from: '2027-05', until: '2027-05', figures: ['registered'], by: ['department'] }))).toEqual({
      tax: 2,
      welfare: 1,
    });
    const { items } = await t.ledger.figureRows(
      { month: '2027-04', figure: 'registered', dims: { department: 'tax' } },
      { policy, limit: 10 },
    );
    expect(items.map(({ caseId }) => caseId)).toEqual(['A', 'D']);
  });

  it('troubles, not questions, that sections raise', async () => {
    const t = await town();
    const raise = (kind: string) => happens(t, 'S', 'raise', { procedure: 'trial-section', input: { by: '1', as: 'staff:1', kind } });
    await raise('trouble');
    await raise('question');
    await raise('trouble');
    expect(await april(t, 'troubles')).toEqual({ all: 2 });
  });
});

describe('rows of a cell', () => {
  it('are those that it counts, page by page, for every figure and split', async () => {
    const t = await town();
    await addDevice(t, 'PC-1');
    await employed(t, ...Array.from({ length: 7 }, (_, nth) => `${nth + 1},regular,2020-04-01,,clerical`));
    await live(t, '1,female,yes,no', '2,male,no,no', '3,male,no,yes');
    const forms = ['home', 'mobile', 'satellite'] as const;
    for (let nth = 0; nth < 40; nth += 1)
      await teleworked(t, {
        staff: `${(nth % 7) + 1}`,
        date: `2027-04-${String(1 + (nth % 29)).padStart(2, '0')}`,
        department: nth % 3 ? 'tax' : 'welfare',
        form: forms[nth % 3 === 0 ? 0 : nth % 2 ? 1 : 2],
        ...(nth > 28 && { from: '18:00', until: '19:00' }),
        ...(nth % 5 === 0 && { ordered: 'snow' }),
      });
    for (const one of ['L1', 'L2'])
      for (const step of ['request', 'approve', 'handOver', 'reportLoss'])
        await happens(t, one, step, { input: { by: '2', as: 'it', how: 'loss' } });
    for (const kind of ['trouble', 'trouble', 'trouble'])
      await happens(t, 'S', 'raise', { procedure: 'trial-section', input: { by: '1', as: 'staff:1', kind } });
    await happens(t, 'R', 'approve', { procedure: 'registration', summary: { status: 'active', department: 'tax', staff: '1' } });
    await t.ledger.takeMonths('2027-05-10', policy);
    const cells = await t.ledger.monthCells({ from: '2027-04', until: '2027-04' });
    expect(new Set(cells.map(({ figure }) => figure))).toEqual(new Set(Object.keys(t.ledger.figureDefinitions)));
    for (const { figure, dims, value } of cells) {
      const rows = [];
      for (let cursor: string | undefined; ; ) {
        const page = await t.ledger.figureRows({ month: '2027-04', figure, dims }, { policy, limit: 3, ...(cursor && { cursor }) });
        rows.push(...page.items);
        cursor = page.cursor;
        if (!cursor) break;
      }
      expect(new Set(rows.map((row) => JSON.stringify(row))).size, `${figure} ${JSON.stringify(dims)}`).toBe(rows.length);
      expect(figure === 'minutes' ? value : rows.length, `${figure} ${JSON.stringify(dims)}`).toBe(
        figure === 'minutes' ? rows.length * 465 : value,
      );
    }
  });

  it('are none of a split that the figure does not have, and of no month without any', async () => {
    const t = await town();
    await teleworked(t, { staff: '1', date: '2027-04-12' });
    expect(await t.ledger.figureRows({ month: '2027-04', figure: 'minutes', dims: { department: 'tax' } }, { policy, limit: 5 })).toEqual({
      items: [],
    });
    expect(await t.ledger.figureRows({ month: '2031-02', figure: 'uses', dims: {} }, { policy, limit: 5 })).toEqual({ items: [] });
    await expect(t.ledger.figureRows({ month: '2027-04', figure: 'uses', dims: {} }, { policy, limit: 5, cursor: 'none' })).rejects.toThrow(
      'cursor',
    );
  });
});
