import { expect, it } from 'vitest';
import type { Answers } from '../../workflows/survey/contract.js';
import { brief } from '../api/survey-desk.js';
import { surveyIn } from '../survey/cases.js';
import { town } from './town.js';

const mail = { template: 'surveyOpened', params: { title: '調査', until: '2027-04-23' } };
const mine = (staff: string): Answers => ({ Q2: { text: staff } });

/** A survey that is open, and the links of so many people. */
async function asked(people: number) {
  const t = await town();
  const survey = surveyIn(t.ledger, 'S');
  for (const name of ['draft', 'schedule', 'open'] as const) await survey.enter(name);
  const staff = Array.from({ length: people }, (_, at) => `${100 + at}`);
  await t.ledger.handOutLinks('S', staff, mail);
  const rows = await t.sql<{ staff: string; link: string }>('select staff, link from survey_links order by staff');
  const links = new Map(rows.map((row) => [row.staff, row.link]));
  const linkOf = (one: string): string => links.get(one) ?? '';
  const all = async () => {
    const answers: Answers[] = [];
    await t.ledger.eachAnswer('S', (one) => answers.push(one));
    return answers;
  };
  return { ...t, survey, staff, linkOf, all };
}

it('one link and one mail for each who is asked, however often and at once they are handed out', async () => {
  const t = await asked(3);
  await Promise.all([0, 1, 2].map(() => t.ledger.handOutLinks('S', [...t.staff, '900'], mail)));
  const mails = await t.sql<{ recipient: string; answer: string; due: boolean }>(
    "select recipient, params->>'answer' as answer, state = 'waiting' as due from outbox order by recipient",
  );
  expect(mails.map(({ recipient }) => recipient)).toEqual(['staff:100', 'staff:101', 'staff:102', 'staff:900']);
  expect(mails.slice(0, 3).map(({ answer }) => answer)).toEqual(t.staff.map(t.linkOf));
  expect(await t.ledger.surveyReturns('S')).toEqual({ links: 4, byLink: 0, onPaper: 0 });
  expect(await t.ledger.surveyLink(t.linkOf('100'))).toEqual({ survey: 'S', answered: false });
  expect(await t.ledger.surveyLink('00000000-0000-4000-8000-000000000000')).toBeUndefined();
});

it('a link answers once, also five times at once; the first time its form was opened counts', async () => {
  const t = await asked(2);
  await t.ledger.noteFormOpened(t.linkOf('100'));
  t.clock.set('2027-04-06T00:00:00.000Z');
  await t.ledger.noteFormOpened(t.linkOf('100'));
  expect(await t.ledger.surveyLink(t.linkOf('100'))).toEqual({ survey: 'S', answered: false, openedAt: '2027-04-05T00:00:00.000Z' });
  const sent = await Promise.all([1, 2, 3, 4, 5].map((nth) => t.ledger.answerSurvey(t.linkOf('100'), mine(`${nth}`))));
  expect(sent.filter((one) => one === 'kept')).toHaveLength(1);
  expect(await t.all()).toHaveLength(1);
  expect(await t.ledger.surveysOf('100')).toMatchObject([{ caseId: 'S', link: t.linkOf('100'), answered: true }]);
  expect((await t.ledger.unanswered({ survey: 'S', limit: 9 })).items).toEqual([{ staff: '101', link: t.linkOf('101') }]);
  expect((await t.ledger.unanswered({ survey: 'S', staff: '100', limit: 9 })).items).toEqual([]);
});

it('nothing leads from who answered to what: no column, no order, no transaction', async () => {
  const t = await asked(60);
  for (const one of t.staff) {
    await t.ledger.noteFormOpened(t.linkOf(one));
    await t.ledger.answerSurvey(t.linkOf(one), mine(one));
  }
  expect(await t.sql('select from questionnaire_answers where staff is not null or remarks is not null')).toEqual([]);
  const bodies = await t.sql<{ body: string }>('select body::text from events');
  expect(bodies.filter(({ body }) => t.staff.some((one) => body.includes(`"${one}"`)))).toEqual([]);

  const who = ['questionnaires_answered', 'survey_links'];
  for (const table of who) {
    const byTransaction = await t.sql(
      `select from ${table} a join questionnaire_answers b on a.xmin = b.xmin and b.answers#>>'{Q2,text}' = a.staff
       where (select count(*) from questionnaire_answers c where c.xmin = a.xmin) = 1`,
    );
    expect(byTransaction.length).toBeLessThan(6);
  }
  const place = (table: string, column: string) => t.sql<{ staff: string }>(`select ${column} as staff from ${table} order by ctid`);
  const what = await place('questionnaire_answers', "answers#>>'{Q2,text}'");
  for (const table of who) {
    const inOrder = await place(table, 'staff');
    expect(inOrder.filter(({ staff }, at) => what[at]?.staff === staff).length).toBeLessThan(20);
  }
  const listed = (await t.all()).map(({ Q2 }) => (Q2 && 'text' in Q2 ? Q2.text : ''));
  expect(listed.toSorted()).toEqual(t.staff);
  expect(listed).not.toEqual(t.staff);
});

it('papers are taken once by their numbers, two files at once as well, all of a file or nothing, and apart from the numbers', async () => {
  const t = await asked(1);
  const heading = 'number,D,Q1,Q1-1,Q1-1.other,Q2';
  const file = (...numbers: readonly number[]) => [heading, ...numbers.map((number) => `${number},1,2,,,${number}`)].join('\n');
  const bring = (csv: string, preview = false) => t.ledger.importPaper('S', brief, { csv, preview });
  expect(await bring(file(1, 2), true)).toEqual({ added: 2, known: 0, problems: [] });
  expect(await bring(`${file(1, 2)}\n3,9,,,,`)).toMatchObject({
    problems: [{ line: 4, field: 'D', problem: expect.stringContaining('no choice "9"') }],
  });
  expect(await t.all()).toEqual([]);
  const both = await Promise.all([bring(file(1, 2, 3)), bring(file(3, 4))]);
  expect(both.map(({ added }) => added).reduce((sum, added) => sum + added)).toBe(4);
  expect(await t.all()).toHaveLength(4);
  for (let number = 5; number <= 40; number += 1) await bring(file(number));
  const sameTransaction = await t.sql(
    `select from survey_papers a join questionnaire_answers b on a.xmin = b.xmin and b.answers#>>'{Q2,text}' = a.number::text
     where (select count(*) from questionnaire_answers c where c.xmin = a.xmin) = 1`,
  );
  expect(sameTransaction.length).toBeLessThan(6);
  expect(await t.ledger.surveyReturns('S')).toEqual({ links: 1, byLink: 0, onPaper: 40 });
});

it('reads everything as it stands at one moment, though answers come in and move the others meanwhile', async () => {
  const t = await asked(0);
  const heading = 'number,D,Q1,Q1-1,Q1-1.other,Q2';
  const csv = [heading, ...Array.from({ length: 2_500 }, (_, at) => `${at + 1},1,2,,,${at + 1}`)].join('\n');
  await t.ledger.importPaper('S', brief, { csv });
  const seen: string[] = [];
  let moved: Promise<unknown> | undefined;
  await t.ledger.eachAnswer('S', ({ Q2 }) => {
    seen.push(Q2 && 'text' in Q2 ? Q2.text : '');
    moved ??= t.sql("update questionnaire_answers set id = gen_random_uuid() where campaign = 'S'");
  });
  await moved;
  expect(new Set(seen).size).toBe(2_500);
  expect(seen).toHaveLength(2_500);
});
