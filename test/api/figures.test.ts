import { randomUUID } from 'node:crypto';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostClock } from '../../activities/ledger/clock.js';
import { fiscalYear, lastDateOf, municipalCalendar, today } from '../../config/calendar.js';
import { en } from '../../config/locales/en.js';
import { ja } from '../../config/locales/ja.js';
import { figurePolicy, loadPack } from '../../config/policy/pack.js';
import { monthsOf } from '../../workflows/shared/dates.js';
import { happens, teleworked } from '../ledger/months.js';
import { ApiTown } from './town.js';
import { codes, trialDesk } from './trial-desk.js';

const pack = 'test/api/yearly-review.yaml';
const policy = figurePolicy(loadPack(pack));
const calendar = municipalCalendar();
/** The first fiscal year that begins after the host's date. */
const year = fiscalYear(today(hostClock.now().toISOString())) + 1;

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open({ pack });
  await to(`${year}-04-01`, '09:00');
}, 120_000);
afterAll(() => town?.close());

const { get, post, to } = trialDesk(() => town);
const csv = (kind: string, ...lines: readonly string[]) =>
  town.send(town.accounts.hr, 'POST', `/imports/${kind}`, { body: lines.join('\n'), headers: { 'Content-Type': 'text/csv' } });
/** The morning round on the business day on which the month is frozen, or later. */
const freeze = async (month: string): Promise<void> => {
  const date = calendar.addBusinessDays(lastDateOf(month), 3);
  await to(date, '08:30');
  await town.ledger.takeMonths(date, policy);
};
const day = (staff: string, date: string, over: object = {}) => teleworked(town, { staff, date: `${year}-${date}`, ...over });
const correct = (who: string, month: string, reason: string, key: string = randomUUID()) =>
  post(who, `/figures/months/${month}/corrections`, { reason }, key);
const tables = ['year', 'year/departments', 'targets', 'hours', 'service', 'national-survey', 'months'];

describe('what a figure is', () => {
  test('stands in the caller’s language with formula, unit and source', async () => {
    const { borrower } = town.accounts;
    const { items } = await get(borrower, '/figures/definitions');
    expect(items.map(({ figure }: { figure: string }) => figure).sort()).toEqual(Object.keys(ja.figure).sort());
    expect(items.map(({ figure }: { figure: string }) => figure).sort()).toEqual(Object.keys(town.ledger.figureDefinitions).sort());
    for (const { figure, name, formula, unit, unitName, source, splits } of items) {
      expect({ name, formula }).toEqual(ja.figure[figure as keyof typeof ja.figure]);
      expect(unitName).toBe(ja.figureUnit[unit as keyof typeof ja.figureUnit]);
      expect(source).toMatch(/00[0-4]|issue|ours/);
      expect(Array.isArray(splits[0])).toBe(true);
    }
    const english = await town.send(borrower, 'GET', '/figures/definitions', { headers: { 'Accept-Language': 'en' } });
    expect(english.body.items[0]).toMatchObject(en.figure.uses);
  });

  test('its tables are for who reviews the programme; its cells and rows for HR', async () => {
    const {
      hr,
      mayor,
      deputyMayor,
      it: [it],
      head,
      borrower,
    } = town.accounts;
    for (const path of [...tables, `situations?month=${year}-04`].map((one) => `/figures/${one}`)) {
      for (const who of [hr, mayor, deputyMayor, it]) expect([path, (await town.send(who, 'GET', path)).status]).toEqual([path, 200]);
      for (const who of [head, borrower]) expect([path, (await town.send(who, 'GET', path)).status]).toEqual([path, 403]);
    }
    for (const path of [`/figures/cells?figure=uses&from=${year}-04&until=${year}-04`, `/figures/rows?figure=uses&month=${year}-04`]) {
      expect((await town.send(hr, 'GET', path)).status).toBe(200);
      for (const who of [mayor, deputyMayor, it, head]) expect((await town.send(who, 'GET', path)).status).toBe(403);
    }
    expect((await correct(deputyMayor, `${year}-04`, '誤り')).status).toBe(403);
  });
});

describe('a year in which departments become others', () => {
  const [april, may] = [`${year}-04`, `${year}-05`];

  beforeAll(async () => {
    const { borrower, secondBorrower } = town.accounts;
    // April: in old departments; May: in new ones. `roads` was renamed, `parks` and `rivers` were merged, `welfare` was split, `small` has few.
    for (const nth of [1, 2, 3, 4, 5, 6]) {
      await day(`90${nth}`, `04-0${nth}`, { department: 'roads' });
      await day(`91${nth}`, `04-0${nth}`, { department: nth < 4 ? 'parks' : 'rivers', form: 'mobile', minutes: 100 });
      await day(`92${nth}`, `04-0${nth}`, { department: 'welfare' });
      await day(`93${nth}`, `05-1${nth}`, { department: 'audit' });
    }
    await day('901', '05-10', { department: 'streets' });
    await day('911', '05-10', { department: 'green', form: 'mobile', minutes: 103 });
    await day('921', '05-10', { department: 'children' });
    await day('922', '05-10', { department: 'care' });
    await day(borrower, '05-10', { department: 'small' });
    await day(secondBorrower, '05-10', { department: 'small', ordered: 'an epidemic' });
    const lines = ['roads,streets', 'parks,green', 'rivers,green', 'welfare,children', 'welfare,care'];
    expect((await csv('successions', 'on,before,after', ...lines.map((line) => `${may}-01,${line}`))).status).toBe(200);
    await freeze(april);
    await freeze(may);
  });

  test('says how the months stand, and who has frozen or corrected them', async () => {
    const { fiscalYear: of, items } = await get(town.accounts.deputyMayor, `/figures/months?fiscalYear=${year}`);
    expect([of, items.map(({ month }: { month: string }) => month)]).toEqual([year, monthsOf(year)]);
    expect(items.map(({ state }: { state: string }) => state)).toEqual([
      'frozen',
      'frozen',
      'counting',
      ...Array.from({ length: 9 }, () => 'future'),
    ]);
    expect(items[0].versions).toEqual([{ version: 1, takenAt: expect.any(String), hash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(items[2].versions).toEqual([]);
  });

  test('adds up frozen months by form, and keeps ordered days apart', async () => {
    const { months, total, byForm, cumulative, targets } = await get(town.accounts.hr, '/figures/year');
    expect(total).toEqual({ uses: 29, orderedUses: 1, minutes: 22 * 465 + 6 * 100 + 103 });
    expect(byForm).toEqual(
      [
        { form: 'home', uses: 22, orderedUses: 1, minutes: 22 * 465 },
        { form: 'mobile', uses: 7, orderedUses: 0, minutes: 703 },
        { form: 'satellite', uses: 0, orderedUses: 0, minutes: 0 },
      ].slice(0, byForm.length),
    );
    expect(months[1]).toMatchObject({ month: may, state: 'frozen', uses: 11, orderedUses: 1, people: 11 });
    expect(months[2]).toEqual({ month: `${year}-06`, state: 'counting' });
    const all = cumulative.filter((one: { form?: string }) => one.form === undefined);
    expect(all).toEqual([
      { month: april, uses: 18, people: 18 },
      { month: may, uses: 29, people: 25 },
    ]);
    expect(targets).toEqual([]); // The year has no review, and the pack names none.
  });

  test('continues each department over its change, says so, and masks who are few: not to HR', async () => {
    const { hr, deputyMayor } = town.accounts;
    const ofLine = (items: { departments: { id: string }[] }[], department: string) =>
      items.find(({ departments }) => departments.some(({ id }) => id === department));
    const { items } = await get(hr, '/figures/year/departments');
    const uses = items.reduce((sum: number, one: { uses: number }) => sum + one.uses, 0);
    expect(uses).toBe(29);
    const change = (how: string, before: string[], after: string[]) => [{ on: `${may}-01`, how, before, after }];
    expect(ofLine(items, 'roads')).toMatchObject({
      departments: [{ id: 'streets' }, { id: 'roads' }],
      uses: 7,
      changes: change('renamed', ['roads'], ['streets']),
    });
    expect(ofLine(items, 'parks')).toMatchObject({ uses: 7, changes: change('merged', ['parks', 'rivers'], ['green']) });
    expect(ofLine(items, 'welfare')).toMatchObject({ uses: 8, changes: change('split', ['welfare'], ['care', 'children']) });
    expect(ofLine(items, 'small')).toEqual({ departments: [{ id: 'small' }], changes: [], uses: 1, orderedUses: 1 });

    const shown = (await get(deputyMayor, '/figures/year/departments')).items;
    expect(ofLine(shown, 'small')).toEqual({ departments: [{ id: 'small' }], changes: [], masked: true });
    expect(shown.filter((one: object) => 'masked' in one).length).toBeGreaterThan(1); // Else the total would tell.
  });

  test('has hours and days month by month', async () => {
    const { forms, days, total, growth } = await get(town.accounts.hr, '/figures/hours');
    expect(forms[1]).toMatchObject({ form: 'mobile', total: 11.7 });
    expect(forms[1].hours.slice(0, 3)).toEqual([10, 1.7, null]);
    expect([days.slice(0, 3), total.days, growth]).toEqual([[18, 11, null], 29, 0.6]);
  });

  test('is counted by whoever asks again: cells by what the figure is split up by, and by nothing else', async () => {
    const { hr } = town.accounts;
    const cells = (query: string) => town.send(hr, 'GET', `/figures/cells?${query}`);
    const span = `from=${april}&until=${year}-06`;
    const { body } = await cells(`figure=uses&${span}&by=department`);
    expect(body.items).toContainEqual({ month: april, dims: { department: 'roads' }, value: 6 });
    expect(body.items.map(({ month }: { month: string }) => month)).not.toContain(`${year}-06`);
    expect((await cells(`figure=uses&${span}&by=`)).body.items).toEqual([
      { month: april, dims: {}, value: 18 },
      { month: may, dims: {}, value: 11 },
    ]);
    expect((await cells(`figure=uses&${span}&by=form,department`)).body.items).toContainEqual({
      ...{ month: april, dims: { department: 'parks', form: 'mobile' }, value: 3 },
    });
    for (const by of ['sex', 'date,form', 'x', 'form,form'])
      expect([by, codes(await cells(`figure=uses&${span}&by=${by}`))]).toEqual([by, ['notOneOf query.by']]);
    expect(codes(await cells(`figure=uses&from=${may}&until=${april}`))).toEqual(['datesNotInOrder query.until']);
    expect(codes(await cells(`figure=uses&from=2000-04&until=2049-03`))).toEqual(['tooLarge query.until']);
    expect((await cells(`figure=salaries&${span}`)).status).toBe(400);
  });

  test('can be opened down to its rows, with names, page by page', async () => {
    const { hr, borrower } = town.accounts;
    const rows = (query: string) => town.send(hr, 'GET', `/figures/rows?month=${may}&${query}`);
    const { body } = await rows('figure=uses&department=small&form=home');
    const name = (await town.directory.staffMember(borrower))?.name;
    expect(body.items).toEqual([
      { staff: { staffNumber: borrower, name }, department: 'small', date: `${may}-10`, case: expect.any(String) },
    ]);
    const first = (await rows('figure=people&limit=4')).body;
    const found = [...first.items];
    for (let cursor = first.cursor; cursor; ) {
      const next = (await rows(`figure=people&limit=4&cursor=${encodeURIComponent(cursor)}`)).body;
      found.push(...next.items);
      cursor = next.cursor;
    }
    expect(found).toHaveLength(11);
    expect(codes(await rows('figure=uses&sex=female'))).toEqual(['notOneOf query']);
    expect((await rows('figure=uses&cursor=nonsense')).status).toBe(400);
  });
});

describe('a month that was wrong', () => {
  const april = `${year}-04`;

  test('is counted anew by HR, once for a key, with the reason; a month that is not frozen is not', async () => {
    const { hr, deputyMayor } = town.accounts;
    const early = await correct(hr, `${year}-06`, '早すぎる');
    expect([early.status, codes(early), early.body.errors[0].limit]).toEqual([422, ['monthNotFrozen month'], `${year}-06`]);
    expect((await town.send(hr, 'POST', `/figures/months/${april}/corrections`, { body: { reason: '鍵なし' } })).status).toBe(428);
    expect((await correct(hr, '2027-13', 'ない月')).status).toBe(400);

    await day('977', '04-12', { department: 'roads' });
    const key = randomUUID();
    const first = await correct(hr, april, '紙の報告書が後から届いたため', key);
    expect(first).toMatchObject({
      status: 200,
      body: { month: april, version: 2, by: { staffNumber: hr }, reason: '紙の報告書が後から届いたため' },
    });
    expect(await correct(hr, april, '紙の報告書が後から届いたため', key)).toEqual({ ...first, headers: expect.anything() });
    expect(await correct(hr, april, '別の理由', key)).toMatchObject({ status: 422, body: { type: '/problems/keyReused' } });

    const [line] = (await get(deputyMayor, `/figures/months?fiscalYear=${year}`)).items;
    expect(line.versions).toMatchObject([{ version: 1 }, { version: 2, reason: '紙の報告書が後から届いたため', by: { staffNumber: hr } }]);
    expect((await get(hr, `/figures/year?fiscalYear=${year}`)).months[0]).toMatchObject({ version: 2, uses: 19 });
  });

  test('may be three years back; the years since are frozen when the round comes again', async () => {
    const { hr } = town.accounts;
    await freeze(`${year + 3}-03`);
    const { items } = await get(hr, `/figures/months?fiscalYear=${year + 2}`);
    expect(items.every(({ state }: { state: string }) => state === 'frozen')).toBe(true);
    await day('978', '04-13', { department: 'roads' });
    expect(await correct(hr, april, '監査で判明したため')).toMatchObject({ status: 200, body: { version: 3 } });
    const { months, cumulative } = await get(hr, `/figures/year?fiscalYear=${year}`);
    expect(months[0]).toMatchObject({ version: 3, uses: 20 });
    expect(cumulative.find((one: { month: string; form?: string }) => one.month === `${year + 1}-03` && !one.form)).toMatchObject({
      uses: 31,
      people: 27,
    });
    expect((await get(hr, `/figures/year?fiscalYear=${year + 1}`)).total).toEqual({ uses: 0, orderedUses: 0, minutes: 0 });
  });

  test('the plan of several years has a final result, and none of years to come', async () => {
    const { items } = await get(town.accounts.mayor, `/figures/targets?fiscalYear=${year}`);
    const [all, home] = items;
    const of = (row: { years: { fiscalYear: number }[] }, wanted: number) => row.years.find((one) => one.fiscalYear === wanted);
    expect([all.form, home.form]).toEqual(['all', 'home']);
    expect(of(all, year)).toEqual({ fiscalYear: year, target: null, result: { is: 'final', value: 31 } });
    expect(of(all, year + 3)).toMatchObject({ result: { is: 'counting' } });
    expect(of(home, year + 4)).toMatchObject({ result: { is: 'future' } });
  });
});

describe('who teleworks at home', () => {
  const month = `${year + 3}-04`;
  const group = (sex: string, child: string, care: string, count: number, first: number) =>
    Array.from({ length: count }, (_, nth) => `${first + nth},${sex},${child},${care}`);

  test('is shown by sex, children and care; who are few are masked to all but HR, with those by whom they could be found out', async () => {
    const { hr, deputyMayor } = town.accounts;
    const people = [
      ...group('female', 'yes', 'yes', 3, 70_100),
      ...group('female', 'yes', 'no', 12, 70_200),
      ...group('female', 'no', 'yes', 8, 70_300),
      ...group('female', 'no', 'no', 30, 70_400),
      ...group('male', 'yes', 'yes', 6, 70_500),
      ...group('male', 'yes', 'no', 20, 70_600),
      ...group('male', 'no', 'yes', 9, 70_700),
      ...group('male', 'no', 'no', 40, 70_800),
    ];
    expect((await csv('situations', 'staff_number,sex,child,care', ...people)).status).toBe(200);
    const staff = people.map((line) => line.split(',')[0]);
    const employed = staff.map((one) => `${one},regular,${year}-04-01,,clerical`);
    expect((await csv('employment', 'staff_number,kind,from,until,occupation', ...employed)).status).toBe(200);
    for (const one of ['70100', '70200', '70201', '70600']) await teleworked(town, { staff: one, date: `${month}-09` });
    await teleworked(town, { staff: '70601', date: `${month}-09`, form: 'mobile' });

    const path = `/figures/situations?month=${month}`;
    expect(await get(hr, path)).toEqual({ month, state: 'counting', items: [] });
    await freeze(month);
    const [all, women, men] = (await get(hr, path)).items;
    expect(all.total).toEqual({ users: 4, of: 128, share: 3.1 });
    expect(women.lines[0].care).toEqual({ yes: { users: 1, of: 3, share: 33.3 }, no: { users: 2, of: 12, share: 16.7 } });
    expect(men.lines[0].care.no).toEqual({ users: 1, of: 20, share: 5 });

    const { items: shown } = await get(deputyMayor, path);
    expect(shown[1].lines[0].care.yes).toEqual({ masked: true });
    expect(shown[2].lines[0].care.yes).toEqual({ masked: true }); // All with children and care, less the men.
    expect(shown[0].total).toEqual(all.total);
  });

  test('the busiest day is what the ministry asks for: of the eligible, in a band, as JSON, CSV and workbook', async () => {
    const { hr, mayor } = town.accounts;
    const span = `from=${month}&until=${month}`;
    const survey = await get(mayor, `/figures/national-survey?${span}`);
    expect(survey).toEqual({
      ...{ from: month, until: month },
      rate: { date: `${month}-09`, users: 5, eligible: 128, share: 3.9, band: 0 },
      ...{ departments: 'all', partTimers: true, ways: expect.objectContaining({ lent: { lan: false } }) },
    });
    const file = await town.send(hr, 'GET', `/exports/national-survey?${span}&format=csv`);
    expect(file.headers.get('Content-Type')).toBe('text/csv; charset=utf-8');
    expect(file.body).toContain('テレワーク利用率（最大日。％）,3.9');
    expect(file.body).toContain('テレワーク利用率の区分,10％未満');
    expect(file.body).toContain('①テレワーク用の貸出用端末（タブレットを含む）,該当');
    const workbook = await fetch(`${town.url}/api/v1/exports/national-survey?${span}`, {
      headers: { Authorization: `Bearer ${await town.token(hr)}` },
    });
    const [{ sheet, data } = { sheet: '', data: [] as unknown[][] }] = await readXlsxFile(Buffer.from(await workbook.arrayBuffer()));
    expect([sheet, data[3]]).toEqual(['国の調査', ['テレワーク利用率（最大日。％）', 3.9]]);

    const later = `/figures/national-survey?from=${year + 4}-04&until=${year + 4}-05`;
    expect((await get(hr, later)).rate).toBeUndefined();
    expect(codes(await town.send(hr, 'GET', `/figures/national-survey?from=${month}&until=${year}-04`))).toEqual([
      'datesNotInOrder query.until',
    ]);
    expect(codes(await town.send(hr, 'GET', `/figures/national-survey?from=${year}-04&until=${month}`))).toEqual([
      'periodTooLong query.until',
    ]);
  });

  test('lending and deciding has its figures: more than one in ten of all staff is a peak', async () => {
    const { hr } = town.accounts;
    for (const nth of Array.from({ length: 13 }, (_, at) => at))
      await teleworked(town, { staff: `${70_800 + nth}`, date: `${year + 3}-05-20` });
    await happens(town, 'a loan', 'request');
    await happens(town, 'a loan', 'approve');
    await happens(town, 'a loan', 'handOver');
    await happens(town, 'a loan', 'reportLoss', { input: { how: 'theft' } });
    await freeze(`${year + 3}-05`);
    const { peakDays, busiest, approvals, leadTime, losses } = await get(hr, `/figures/service?fiscalYear=${year + 3}`);
    expect(peakDays).toEqual([{ date: `${year + 3}-05-20`, users: 13, of: 128, share: 10.2 }]);
    expect(busiest).toEqual(peakDays[0]);
    expect(approvals).toMatchObject({ own: 1, acting: 0, byProcedure: [{ procedure: 'device-loan', own: 1 }] });
    expect([leadTime, losses]).toEqual([
      { handOvers: 1, average: 0, median: 0 },
      { loss: 0, theft: 1 },
    ]);
  });
});

describe('29 February', () => {
  test('is a day of its month as any other', async () => {
    const { hr } = town.accounts;
    const leap = Array.from({ length: 4 }, (_, at) => year + 4 + at).find((one) => lastDateOf(`${one}-02`).endsWith('29')) ?? 0;
    await teleworked(town, { staff: '70800', date: `${leap}-02-29` });
    await freeze(`${leap}-02`);
    const rows = await get(hr, `/figures/rows?figure=uses&month=${leap}-02`);
    expect(rows.items).toMatchObject([{ date: `${leap}-02-29` }]);
  });
});
