import readXlsxFile from 'read-excel-file/node';
import { describe, expect, test } from 'vitest';
import { csvOf, workbookInWords } from '../../api/files.js';
import { documentOf } from '../../api/review/chapters.js';
import type { Block, Document, TableName } from '../../api/review/document.js';
import { sheetsOf } from '../../api/review/files.js';
import { htmlOf } from '../../api/review/html.js';
import type { ShownReport } from '../../api/review/report.js';
import { shown, words } from './sample.js';

const [ja, en] = [documentOf(shown, 'ja'), documentOf(shown, 'en')];
const tableOf = ({ chapters }: Document, name: TableName) =>
  chapters
    .flatMap(({ blocks }) => blocks.flatMap((block) => ('table' in block ? [block.table] : [])))
    .find((table) => table.name === name) ?? expect.fail(`no table ${name}`);
const textsOf = (blocks: readonly Block[]): string => JSON.stringify(blocks);

describe('the report', () => {
  test('has a page before the chapters of the plan, in their order', () => {
    expect(ja.title).toBe('令和9年度テレワーク推進計画年次報告書');
    expect(ja.chapters.map(({ title }) => title)).toEqual([
      '概要',
      ...['第1章　テレワークの実施状況', '第2章　職員アンケート調査結果', '第3章　基本理念・方針', '第4章　段階と目標', '第5章　ルール'],
      ...['第6章　ICT環境', '第7章　安全対策', '第8章　推進体制', '第9章　PDCAサイクル'],
    ]);
    expect(en.chapters[1]?.title).toBe('1. How telework was done');
  });

  test('says in English what it says in Japanese, with no Japanese but what people and places are called', () => {
    const own = new Set([...Object.values(words), ...Object.values(shown.people), ...Object.values(shown.report.departments)]);
    const texts: string[] = [];
    JSON.stringify(en, (_key, value) => (typeof value === 'string' ? texts.push(value) && value : value));
    const left = texts.map((text) => [...own].reduce((rest, one) => rest.replaceAll(one, ''), text).replaceAll(/令和9-[年調]-0001/g, ''));
    expect(left.filter((text) => /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text))).toEqual([]);
    expect(texts.filter((text) => /\{\{|undefined|\b(report|goals|pdca)\.\w/.test(text))).toEqual([]);
  });

  test('sets the month beside target and last year, and ordered days apart', () => {
    const rows = new Map(tableOf(ja, 'months').rows.map((cells) => [cells[0], cells.slice(1)]));
    expect(rows.get('4月')).toEqual([1, 1, 1, 1, 30, 0, 0, '']);
    expect(rows.get('7月')?.at(-1)).toBe('訂正（第2版） 令和10年1月4日');
    expect(rows.get('1月')).toEqual([3, 2, 25, 13, 28, 20, 412, '']);
    expect(rows.get('計')).toEqual([34, undefined, undefined, undefined, undefined, undefined, 412, '']);
  });

  test('shows a target that was lowered in mid-year with both versions and the reason, and the line of the chart falls', () => {
    const reason = words[shown.report.review.targets[1]?.reason?.row ?? ''];
    expect(tableOf(ja, 'targets').rows).toEqual([
      ['令和9年4月1日', '全体', 30, '当初', '決裁', ''],
      ['令和9年4月1日', '在宅勤務', 30, '当初', '決裁', ''],
      ['令和9年10月18日', '全体', 28, '年度途中の変更', '決裁', reason],
      ['令和9年10月18日', '在宅勤務', 28, '年度途中の変更', '決裁', reason],
    ]);
    const [first] = ja.chapters[1]?.blocks ?? [];
    const target = first?.kind === 'chart' ? first.chart.series.find(({ name }) => name === '目標') : undefined;
    expect(target?.values).toEqual([30, 30, 30, 30, 30, 30, 28, 28, 28, 28, 28, 28]);
  });

  test('prints as Tokushima, Saga and Ehime do: 「—」, a forecast in parentheses, 集計中; shares to one decimal, few people masked; hours', () => {
    expect(tableOf(ja, 'years').rows.slice(0, 2)).toEqual([
      ['全体', '設定', 28, 40, 50, 60, 70],
      ['全体', '実績', 34, '(253)', '集計中', undefined, undefined],
    ]);
    expect(tableOf(ja, 'years').rows[6]?.slice(2, 4)).toEqual(['—', '—']);
    expect(tableOf(ja, 'situations').rows[3]).toEqual(['女性', 'なし', '＊', { value: 8.3, shown: '8.3' }, '']);
    const rates = ja.chapters[3]?.blocks.find((block) => block.kind === 'chart');
    expect(rates?.chart.series[1]?.values).toEqual([19, 16.5, '＊', 8.3]);
    expect(tableOf(ja, 'situations').rows[0]?.[2]).toEqual({ value: 19, shown: '19.0' });
    expect(tableOf(ja, 'hours').rows[0]?.slice(0, 3)).toEqual([
      '在宅勤務（時間）',
      { value: 143, shown: '143.0' },
      { value: 56.5, shown: '56.5' },
    ]);
    expect(tableOf(ja, 'departments').rows[1]).toEqual(['税務課', '＊', '＊', '']);
    expect(tableOf(ja, 'departments').rows[3]?.at(-1)).toBe('令和9年10月1日　情報政策課からDX推進課に名称変更');
  });

  test('names owner, due date, budget, progress and decision of every measure', () => {
    expect(tableOf(ja, 'measures').rows).toEqual([
      [
        ...['令和9年度第1号', '各所属に1台以上の端末機を配備する。', '情報担当課\n期限：令和9年12月28日', 1_250_000],
        ...['令和9年7月1日　仕様書を作成した。\n令和9年12月20日　30台を配備した。（完了の報告）', '完了'],
      ],
      [
        ...['令和9年度第2号', '所属長を対象とする研修を年2回実施する。', '総務課　所属長\n期限：令和10年3月31日', undefined],
        ...['', '変更\n変更後：期限：令和10年9月30日\n変更後：200,000'],
      ],
    ]);
    expect(textsOf(ja.chapters[8]?.blocks ?? [])).toContain('出席者（令和9年4月12日）：𠮷田 一郎、髙橋 花子、佐藤 太郎');
  });

  test('says of a measure that went with the year before whose decision that was', () => {
    const { review } = shown.report;
    const measures = review.measures.map((one, nth) => (nth === 1 ? { ...one, decided: 'stop' as const } : one));
    const document = documentOf({ ...shown, report: { ...shown.report, review: { ...review, measures } } }, 'ja');
    expect(tableOf(document, 'measures').rows.map((row) => row.at(-1))).toEqual(['完了', '中止（前年度の決定）']);
  });

  test('is a draft until it is decided on', () => {
    const { decision: _decision, ...draft } = shown;
    const document = documentOf({ ...draft, corrected: [] }, 'ja');
    expect(textsOf(document.chapters[0]?.blocks ?? [])).toContain('案（令和10年4月20日現在。未決裁）');
    expect(tableOf(document, 'stages').rows[0]).toEqual(['在宅勤務', '制度導入段階', undefined, undefined]);
    expect(tableOf(document, 'measures').rows[0]?.at(-1)).toBe('');
  });

  test('holds a year of which nothing is known yet', () => {
    const { survey: _survey, situations: _situations, before: _before, ...report } = shown.report;
    const months = report.year.months.map(({ month }, at) => ({ month, state: at ? ('future' as const) : ('counting' as const) }));
    const { targets: _targets, ...year } = report.year;
    const bare: ShownReport = {
      ...{ words: {}, people: {}, corrected: [] },
      report: {
        ...report,
        ...{ before: [], byDepartment: [], byMonth: months.map(({ month }) => ({ month })), national: { ways: {} } },
        year: { ...year, months, cumulative: [], total: { uses: 0, orderedUses: 0, minutes: 0 }, byForm: [] },
        hours: { months, forms: [], days: months.map(() => undefined), total: { hours: 0, days: 0 } },
        review: { ...report.review, targets: [], measures: [], deliberations: [], planDecisions: [] },
      },
    };
    const document = documentOf(bare, 'ja');
    expect(tableOf(document, 'months').columns.map(({ title }) => title)).not.toContain('前年度の累計');
    expect(tableOf(document, 'months').rows[0]).toEqual([
      '4月',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      '集計中',
    ]);
    expect(textsOf(document.chapters[2]?.blocks ?? [])).toContain('アンケートはない');
    expect(htmlOf(document).markup).not.toMatch(/undefined|NaN/);
  });
});

describe('as a page', () => {
  const hostile = `<img src=x onerror=alert(1)>"'&</td></svg><script>1</script>`;
  const texts = Object.fromEntries(Object.keys(words).map((row) => [row, hostile]));
  const departments = Object.fromEntries(Object.keys(shown.report.departments).map((id) => [id, hostile]));
  const { markup, headers } = htmlOf(
    documentOf({ ...shown, words: texts, report: { ...shown.report, departments, municipality: { ja: hostile, en: hostile } } }, 'ja'),
  );

  test('nothing that people wrote is markup', () => {
    expect(markup.match(/<img|<script/g)).toBeNull();
    expect(markup.includes('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;&lt;/td&gt;&lt;/svg&gt;&lt;script&gt;1&lt;/script&gt;')).toBe(
      true,
    );
  });

  test('it runs no script and loads nothing, and its style is the one that it names', () => {
    expect(headers['Content-Security-Policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/);
    expect(htmlOf(ja).markup.match(/ style=|https?:(?!\/\/www\.w3\.org)| src=/g)).toBeNull();
    expect(markup).toContain('<html lang="ja">');
  });

  test('each chart has its table after it, headed and said of what', () => {
    const page = htmlOf(ja).markup;
    const figures = page.split('<figure>').slice(1);
    expect(figures).toHaveLength(7);
    for (const one of figures) expect(one).toMatch(/^<svg [^>]*role="img"[\s\S]*<\/svg><\/figure>\n<table><caption>/);
    expect(page.match(/<th scope="col">/g)?.length).toBeGreaterThan(60);
    expect(page).toContain('<th scope="row">DX推進課</th>');
    const ids = [...page.matchAll(/ id="([\w-]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('words that were erased are said to be', () => {
    expect(htmlOf(documentOf({ ...shown, words: {} }, 'ja')).markup).toContain('（保存期間の満了により削除済み）');
  });
});

describe('as files', () => {
  const sheets = sheetsOf(ja);
  const sheet = (name: TableName) => sheets.find(({ table }) => table === name) ?? expect.fail(`no sheet ${name}`);

  test('numbers are numbers, and questions of a survey are one table', () => {
    expect(sheet('hours').rows[0]?.slice(0, 3)).toEqual(['在宅勤務（時間）', 143, 56.5]);
    expect(sheet('survey').heading).toEqual(['', '選択肢', '人数', '割合（％）']);
    expect(sheet('survey').rows[0]).toEqual(['Q3　テレワークを実施できると思いますか。（単一回答、n=898）', '1. できると思う', 256, 28.5]);
    expect(sheet('survey').rows.at(-1)?.[0]).toMatch(/^Q13/);
    expect(sheet('summary').rows[0]).toEqual(['概要', '延べ実施者数', '34人']);
  });

  test('a CSV keeps rare names, and disarms what a spreadsheet would take for a formula', () => {
    const row = shown.report.review.measures[0]?.text.row ?? '';
    const armed = sheetsOf(documentOf({ ...shown, words: { ...words, [row]: '=HYPERLINK("http://x")' } }, 'ja'));
    const measures = armed.find(({ table }) => table === 'measures') ?? expect.fail('no measures');
    const text = new TextDecoder().decode(
      csvOf(
        measures.heading,
        measures.rows.map((cells) => cells.map((cell) => cell ?? '')),
        'utf-8',
      ),
    );
    expect(text).toContain(`"'=HYPERLINK(""http://x"")"`);
    const departments = sheet('departments');
    const csv = csvOf(
      departments.heading,
      departments.rows.map((cells) => cells.map((cell) => cell ?? '')),
      'utf-8',
    );
    expect(new TextDecoder().decode(csv)).toContain('\r\n𠮷野出張所,6,52,'.replace('\r\n', '\n'));
  });

  test('a workbook has a sheet for each table, in words', async () => {
    const { body } = await workbookInWords('report', sheets);
    const read = await readXlsxFile(body);
    const byName = new Map(read.map(({ sheet: name, data }) => [name, data]));
    expect(read).toHaveLength(new Set(sheets.map(({ table }) => table)).size);
    expect(byName.get('月別の実施状況と累計')?.[1]).toEqual(['4月', 1, 1, 1, 1, 30, 0, 0, null]);
    expect(byName.get('年度別の目標と実績（延べ実施者数、累計）')?.[2]?.slice(0, 5)).toEqual(['全体', '実績', 34, '(253)', '集計中']);
    for (const name of byName.keys()) expect([...name].length).toBeLessThanOrEqual(31);
  });
});
