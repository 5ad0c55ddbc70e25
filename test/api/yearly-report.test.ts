import { createHash } from 'node:crypto';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostClock } from '../../activities/ledger/clock.js';
import { fiscalYear, municipalCalendar, today } from '../../config/calendar.js';
import { figurePolicy, loadPack } from '../../config/policy/pack.js';
import { monthsOf } from '../../workflows/shared/dates.js';
import { ApiTown } from './town.js';
import { patience, trialDesk } from './trial-desk.js';

const pack = 'test/api/yearly-review.yaml';
/** The first fiscal year that begins after the host's date. */
const year = fiscalYear(today(hostClock.now().toISOString())) + 1;
const policy = figurePolicy(loadPack(pack));
/** The day on which March is frozen. */
const freezing = municipalCalendar().addBusinessDays(`${year + 1}-03-31`, 3);

let town: ApiTown;
let id = '';
beforeAll(async () => {
  town = await ApiTown.open({ pack });
  await to(`${year}-04-01`, '09:00');
}, 120_000);
afterAll(() => town.close(), 120_000);

const { get, post, to } = trialDesk(() => town);
const step = (who: string, name: string, body: object = {}) => post(who, `/yearly-reviews/${id}/steps/${name}`, body);
const taken = async (...[who, name, body]: Parameters<typeof step>) => expect((await step(who, name, body)).status).toBe(200);
const statusOf = async (): Promise<string> => (await get(town.accounts.hr, `/yearly-reviews/${id}`)).status;
const reportOf = (who = town.accounts.hr) => town.send(who, 'GET', `/yearly-reviews/${id}/report`);
const exported = async (query: string, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(`${town.url}/api/v1/exports/yearly-report?id=${id}&${query}`, {
    headers: { Authorization: `Bearer ${await town.token(town.accounts.hr)}`, ...headers },
  });
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
};
const textOf = ({ bytes }: { bytes: Uint8Array }): string => new TextDecoder().decode(bytes);
const text = '𠮷野出張所の端末機を髙機能のものに替える =1+1 <b>';

describe('the yearly report', () => {
  test('is a draft while the year goes on, for HR, committee and mayor alone', async () => {
    const {
      hr,
      mayor,
      borrower,
      head,
      it: [it],
    } = town.accounts;
    id = (await post(hr, '/yearly-reviews', { fiscalYear: year })).body.id;
    await taken(hr, 'setTargets', { targets: [{ form: 'all', value: 30 }] });
    await taken(hr, 'addMeasure', { text, owner: 'head:zeimu', due: `${year}-09-30`, budget: 1_500_000 });

    const { status, body } = await reportOf();
    expect([status, body.provisional, body.corrected]).toEqual([200, true, []]);
    expect(body).not.toHaveProperty('decision');
    expect(body.document.review.measures[0].text).toEqual({ row: expect.any(String), digest: expect.any(String) });
    expect(body.words[body.document.review.measures[0].text.row]).toBe(text);
    expect(JSON.stringify(body.document)).not.toContain('𠮷野');
    expect(body.document.departments).toEqual({ zeimu: expect.any(String) });
    expect(body.document.year.months.map(({ month }: { month: string }) => month)).toEqual(monthsOf(year));
    expect((await reportOf(mayor)).status).toBe(200);
    for (const who of [borrower, head, it]) expect((await reportOf(who)).status).toBe(403);
    expect((await town.send(hr, 'GET', '/yearly-reviews/no-such-review/report')).status).toBeGreaterThanOrEqual(400);
  });

  test('is frozen with the decision, and the document is byte by byte what the hash is of', { timeout: 120_000 }, async () => {
    const { hr, mayor } = town.accounts;
    await to(freezing, '08:30');
    await town.months(freezing);
    await expect.poll(async () => (await get(hr, `/yearly-reviews/${id}`)).state.months.length, patience).toBe(12);
    await expect.poll(statusOf, patience).toBe('check');
    await taken(hr, 'evaluate', { remarks: '目標を下回った。' });
    await to(`${year + 1}-07-01`, '00:01');
    await expect
      .poll(async () => (await get(hr, `/yearly-reviews/${id}`)).due.map((one: { step: string }) => one.step), patience)
      .toContain('decide');
    await taken(mayor, 'decide', {
      measures: [{ year, number: 1, decision: 'stop' }],
      added: [],
      stages: [{ form: 'home', to: 'verification', reason: '実績が積み上がったため' }],
      withoutCommittee: '委員会が成立しなかったため',
    });
    const { body } = await reportOf();
    expect([body.provisional, body.decision.measures, body.corrected]).toEqual([false, [{ year, number: 1, decision: 'stop' }], []]);
    const { bytes, headers } = await exported('format=json');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(body.decision.report);
    expect(JSON.parse(textOf({ bytes }))).toEqual(body.document);
    expect(headers.get('Content-Disposition')).toBe(`attachment; filename="yearly-report-${year}.json"`);
  });

  test('stays as it is when a month is corrected later, and says which', async () => {
    const before = await exported('format=json');
    const month = `${year}-06`;
    const correction = { by: town.accounts.hr, reason: '00000000-0000-4000-8000-000000000000', key: 'a correction' };
    expect((await town.ledger.correctMonth(month, policy, correction))?.version).toBe(2);
    expect(textOf(await exported('format=json'))).toBe(textOf(before));
    const { body } = await reportOf();
    expect(body.corrected).toEqual([{ month, was: 1, version: 2, on: `${year + 1}-07-01` }]);
    expect(textOf(await exported('format=html'))).toContain('決裁後に訂正された月');

    // The next year's report names it among the corrections of earlier years.
    const [{ id: next }] = (await get(town.accounts.hr, '/yearly-reviews')).items;
    expect(next).not.toBe(id);
    const later = await town.send(town.accounts.hr, 'GET', `/yearly-reviews/${next}/report`);
    expect(later.body.document.corrections).toEqual(body.corrected);
  });

  test('goes out as page, PDF, workbook and CSV, in the language that is asked for', { timeout: 120_000 }, async () => {
    const page = await exported('format=html');
    expect(page.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(textOf(page)).toContain('𠮷野出張所の端末機を髙機能のものに替える =1+1 &lt;b&gt;');
    expect(textOf(page)).toContain('<html lang="ja">');
    for (const english of [await exported('format=html&lang=en'), await exported('format=html', { 'Accept-Language': 'en' })]) {
      expect(textOf(english)).toContain('<html lang="en">');
      expect(textOf(english)).toContain(`FY${year}`);
    }

    const pdf = await exported('format=pdf');
    expect([pdf.status, pdf.headers.get('Content-Type')]).toEqual([200, 'application/pdf']);
    const read = await getDocument({ data: pdf.bytes.slice(), verbosity: 0 }).promise;
    const pages = await Promise.all(Array.from({ length: read.numPages }, async (_, at) => (await read.getPage(at + 1)).getTextContent()));
    const all = pages.flatMap(({ items }) => items.map((item) => ('str' in item ? item.str : ''))).join('');
    await read.destroy();
    expect(all.replaceAll(/\s/g, '')).toContain('𠮷野出張所の端末機を髙機能のものに替える=1+1<b>');
    expect(Buffer.from((await exported('format=pdf')).bytes).equals(Buffer.from(pdf.bytes))).toBe(true);

    const sheets = await readXlsxFile(Buffer.from((await exported('format=xlsx')).bytes));
    const measures = sheets.find(({ sheet }) => sheet === '施策の状況');
    expect(measures?.data[1]?.[1]).toBe(text);
    expect(measures?.data[1]?.[3]).toBe(1_500_000);

    const csv = textOf(await exported('format=csv&table=measures'));
    expect(csv.split('\n')).toHaveLength(4);
    expect(csv).toContain(text);
    expect((await exported('format=csv&table=survey')).status).toBe(404);
    expect((await exported('format=csv&table=measures&charset=shift_jis')).status).toBe(422); // 𠮷 is none of its letters.
    expect((await exported('format=doc')).status).toBe(400);
  });
});
