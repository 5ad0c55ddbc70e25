import { stringify } from 'csv-stringify/sync';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SurveyResults } from '../../api/survey/results.js';
import { loadQuestionnaire } from '../../config/surveys/questionnaires.js';
import { dayOn } from '../../workflows/shared/dates.js';
import type { Answers, Questionnaire } from '../../workflows/survey/contract.js';
import { freeChoice, problemsOf, questionsOf, refuseAnswers } from '../../workflows/survey/questionnaire.js';
import { surveyDesk } from '../api/survey-desk.js';
import { ApiTown } from '../api/town.js';
import { plainMonday } from '../api/trial-desk.js';
import { handedOut, madeUpReturn, published, returned } from './oyama-return.js';

const questionnaire = loadQuestionnaire('oyama') as Questionnaire;
const questions = questionsOf(questionnaire);
const papers = madeUpReturn(questionnaire);

/** As a clerk types the papers in: a line each, under the number that is written on it. */
function typedIn(all: readonly Answers[]): string {
  const columns = questions.flatMap((question) => [question.id, ...(freeChoice(question) ? [`${question.id}.other`] : [])]);
  const rows = all.map((answers, at) => [
    at + 1,
    ...columns.map((column) => {
      const answer = answers[column.replace('.other', '')];
      if (!answer) return '';
      if ('text' in answer) return answer.text;
      return column.endsWith('.other') ? (answer.other ?? '') : answer.chose.join(' ');
    }),
  ]);
  return stringify([['number', ...columns], ...rows]);
}

describe('Oyama’s questionnaire (004:1304-1580)', () => {
  test('has F11 to F17 and Q1 to Q15 as printed, and of the rest what chapter 3 quotes', () => {
    expect(problemsOf(questionnaire)).toEqual([]);
    expect(questions.map(({ id }) => id)).toEqual([
      ...['F1', 'F2', 'F4', 'F6', 'F9', 'F11', 'F12', 'F13', 'F14', 'F15', 'F16', 'F17'],
      ...['Q1', 'Q2', 'Q3', 'Q3-1', 'Q3-2', 'Q3-3', 'Q4', 'Q5', 'Q6', 'Q7', 'Q8', 'Q9', 'Q10', 'Q10-1', 'Q11', 'Q12', 'Q13', 'Q14', 'Q15'],
    ]);
    expect(questions.flatMap(({ id, most }) => (most ? [`${id} ${most}`] : []))).toEqual(['Q13 3', 'Q14 2']);
    expect(questions.flatMap(({ id, choices }) => choices.flatMap((one) => (one.alone ? [`${id} ${one.id}`] : [])))).toEqual([
      'F6 6',
      'Q4 18',
      'Q6 19',
      'Q9 8',
    ]);
    const completed = questions.filter(({ choices }) => choices.some((one) => one.invented)).map(({ id }) => id);
    expect(completed).toEqual(['F2', 'F4', 'F9']);
  });

  test('the made-up return keeps to its branches and limits', () => {
    expect(papers).toHaveLength(returned);
    expect(papers.flatMap((answers) => refuseAnswers(questionnaire, answers))).toEqual([]);
  });
});

describe('the survey of 898 answers', () => {
  const now = plainMonday();
  let town: ApiTown;
  let [id, results] = ['', {} as SurveyResults];
  beforeAll(async () => {
    town = await ApiTown.open();
    await to(now, '07:00');
  }, 120_000);
  afterAll(() => town.close());
  const { get, to, step, scheduled, opened } = surveyDesk(() => town);
  const bring = (csv: string, query = '') =>
    town.send(town.accounts.hr, 'POST', `/imports/survey-answers?id=${id}${query}`, { headers: { 'Content-Type': 'text/csv' }, body: csv });

  test('is handed out and comes back on paper; a file that is brought twice counts once', async () => {
    id = await scheduled(now, dayOn(now, 4), { questionnaire: 'oyama' });
    await opened(id);
    const csv = typedIn(papers);
    expect(await bring(csv, '&preview=true')).toMatchObject({ status: 200, body: { added: returned, known: 0, problems: [] } });
    expect(await bring(typedIn(papers.slice(0, 500)))).toMatchObject({ status: 200, body: { added: 500 } });
    expect(await bring(csv)).toMatchObject({ status: 200, body: { added: returned - 500, known: 500 } });
    expect(await get(town.accounts.hr, `/surveys/${id}/returns`)).toMatchObject({ byLink: 0, onPaper: returned });
    await step(id, 'closeEarly', { reason: '全ての調査票が回収された。' });
    await town.forward(61 * 60_000);
    results = await get(town.accounts.hr, `/surveys/${id}/results`);
  });

  test('every share that chapter 3 prints is got again', () => {
    const rows = Object.entries(published).flatMap(([question, { line, shares }]) => {
      const got = results.questions.find((one) => one.question === question);
      if (!got || 'masked' in got) throw new Error(`no result of ${question}`);
      return Object.entries(shares).map(([choice, expected]) => {
        const one = got.choices.find((each) => each.choice === choice);
        return { question, choice: `${choice}. ${one?.text.ja}`, n: got.n, count: one?.count, expected, got: one?.share, line };
      });
    });
    if (process.env.PRINT_SHARES) process.stdout.write(`\n${table(rows)}\n`);
    expect(rows.filter(({ expected, got }) => expected !== got)).toEqual([]);
    expect(rows).toHaveLength(70);
    const [men = 0, women = 0] = rows.map(({ got = 0 }) => Math.round(10 * got));
    expect(men - women).toBe(164); // 「男」が「女」を16.4%上回っています (004:829).
  });

  test('each n is that of its branch, blanks included, and what is printed first came first', () => {
    const n = new Map(results.questions.map((one) => [one.question, 'n' in one ? one.n : undefined]));
    const can = ['Q3-1', 'Q3-2', 'Q4', 'Q5', 'Q6', 'Q7', 'Q8', 'Q9', 'Q10', 'Q11', 'Q12', 'Q13', 'Q14', 'Q15'];
    expect(can.map((question) => n.get(question))).toEqual(can.map(() => 256));
    expect([n.get('Q3'), n.get('Q3-3'), n.get('F9'), n.get('F16')]).toEqual([898, 634, 898, 520]);
    for (const [question, { shares }] of Object.entries(published)) {
      const got = results.questions.find((one) => one.question === question);
      const counts = got && 'choices' in got ? got.choices : [];
      const least = Math.min(...Object.keys(shares).map((choice) => counts.find((one) => one.choice === choice)?.count ?? 0));
      expect(counts.filter((one) => !(one.choice in shares) && one.count > least)).toEqual([]);
    }
  });

  test('departments stand in the order in which they go first (004:1029), with invented shares; the smallest are masked', async () => {
    const { lines } = await get(town.accounts.hr, `/surveys/${id}/cross?by=F9&of=Q3&choice=1`);
    const order = lines.map(
      ({ place, text, choices, invented }: { place?: number; text?: { ja: string }; choices?: { share: number }[]; invented?: true }) => [
        ...[place, text?.ja, choices?.[0]?.share, invented],
      ],
    );
    expect(order.slice(0, 5)).toEqual([
      [1, '総合政策部', 56.1, undefined],
      [2, '秘書広報局・総務部', 43.5, undefined],
      [3, '教育委員会事務局', 42.3, true],
      [4, '議会事務局・各委員会事務局等', 40, true],
      [5, '都市整備部', 39.6, true],
    ]);
  });

  test('the rate is that of 1,017; with the report the counts stand for ever, under their hash', async () => {
    const { links } = await get(town.accounts.hr, `/surveys/${id}/returns`);
    expect(await step(id, 'report', { papers: handedOut - links })).toMatchObject({ status: 200, body: { status: 'reported' } });
    const reported = await get(town.accounts.hr, `/surveys/${id}/results`);
    expect(reported).toEqual({ ...results, handedOut, rate: 88.3 });
    expect(await bring(typedIn(papers.slice(0, 1)))).toMatchObject({ status: 422 });
  });

  test('as CSV and as a workbook the same, with every formula disarmed', async () => {
    const file = async (query: string) => {
      const response = await fetch(`${town.url}/api/v1/exports/survey?id=${id}${query}`, {
        headers: { Authorization: `Bearer ${await town.token(town.accounts.hr)}` },
      });
      return Buffer.from(await response.arrayBuffer());
    };
    const csv = (await file('&format=csv')).toString();
    expect(csv).toContain('Q3,テレワークを実施できると思いますか。,898,1,できると思う,256,28.5,');
    expect(csv).toContain('F9,部署,898,5,保育所,60,6.7,はい');
    const texts = (await file('&format=csv&table=texts&of=Q15')).toString();
    expect(texts).toContain("Q15,'=SUM(A1:A9)");
    expect(texts).toContain("Q15,'@窓口");
    expect(texts).toContain('𠮷田課長に相談している。');
    const cross = (await file('&format=csv&table=cross&by=F9&of=Q3&choice=1')).toString();
    expect(cross).toContain('1,F9,総合政策部,Q3,98,1,できると思う,55,56.1,');
    const sheets = await readXlsxFile(await file('&by=F9&of=Q3&choice=1'));
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['調査の概要', '集計結果', 'クロス集計']);
    expect(sheets[0]?.data[1]).toEqual(['小山市職員テレワークに関するアンケート調査', handedOut, returned, 88.3]);
  });
});

/** The published shares beside those that were got. */
function table(
  rows: readonly {
    question: string;
    choice: string;
    n: number;
    count?: number | undefined;
    expected: number;
    got?: number | undefined;
    line: number;
  }[],
): string {
  const lines = rows.map(
    ({ question, choice, n, count, expected, got, line }) =>
      `${`004:${line}`.padEnd(8)} ${question.padEnd(5)} ${`n=${n}`.padEnd(6)} ${`${count}`.padStart(4)}  ${expected.toFixed(1).padStart(5)} ${(got?.toFixed(1) ?? '—').padStart(5)}  ${expected === got ? 'same' : 'DIFFERS'}  ${choice}`,
  );
  return ['source   item  n      count expected got', ...lines].join('\n');
}
