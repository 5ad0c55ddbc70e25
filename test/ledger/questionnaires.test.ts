import { expect, it } from 'vitest';
import { town } from './town.js';

const answer = (staff: string, over: object = {}) => ({
  campaign: 'C',
  staff,
  as: 'participant' as const,
  answers: { concentration: 4, again: 'yes' },
  named: false,
  ...over,
});

it('counts one answer of each person, also of one who sends it five times at once', async () => {
  const t = await town();
  const sent = await Promise.all(
    Array.from({ length: 5 }, (_, index) => t.ledger.answerQuestionnaire(answer('1', { remarks: `${index}` }))),
  );
  expect(sent.filter((one) => one === 'kept')).toHaveLength(1);
  expect(await t.ledger.answerQuestionnaire(answer('1', { as: 'head' }))).toBe('answeredBefore');
  expect(await t.ledger.answerQuestionnaire(answer('2', { as: 'head', answers: { load: 2 } }))).toBe('kept');
  expect(await t.ledger.answerQuestionnaire(answer('1', { campaign: 'D' }))).toBe('kept');
  expect(await t.ledger.answersTo('C')).toHaveLength(2);
  expect(await t.ledger.answeredCount('C')).toEqual({ participant: 1, head: 1 });
  expect(await Promise.all(['1', '2', '3'].map((staff) => t.ledger.hasAnswered('C', staff)))).toEqual([true, true, false]);
});

it('who wants to be known is', async () => {
  const t = await town();
  await t.ledger.answerQuestionnaire(answer('1', { named: true, remarks: 'the line was slow' }));
  expect(await t.ledger.answersTo('C')).toEqual([
    { as: 'participant', answers: { concentration: 4, again: 'yes' }, remarks: 'the line was slow', staff: '1' },
  ]);
});

it('nothing leads from who answered to what: no column, no order, no transaction', async () => {
  const t = await town();
  const people = Array.from({ length: 60 }, (_, index) => `${100 + index}`);
  for (const staff of people) await t.ledger.answerQuestionnaire(answer(staff, { answers: { mine: Number(staff) } }));
  const columns = await t.sql<{ column_name: string }>(
    `select column_name from information_schema.columns where table_name = 'questionnaire_answers' order by 1`,
  );
  expect(columns.map(({ column_name }) => column_name)).toEqual(['answers', 'as', 'campaign', 'id', 'remarks', 'staff']);
  expect(await t.sql('select from questionnaire_answers where staff is not null')).toEqual([]);

  // Whoever has the database may join on what PostgreSQL notes with each row: of sixty people at most a few are found so, and nobody can say which.
  const byTransaction = await t.sql(
    `select from questionnaires_answered a join questionnaire_answers b on a.xmin = b.xmin and (b.answers->>'mine') = a.staff
     where (select count(*) from questionnaire_answers c where c.xmin = a.xmin) = 1`,
  );
  expect(byTransaction.length).toBeLessThan(6);
  const place = (table: string, column: string) => t.sql<{ staff: string }>(`select ${column} as staff from ${table} order by ctid`);
  const [who, what] = [await place('questionnaires_answered', 'staff'), await place('questionnaire_answers', `answers->>'mine'`)];
  expect(who.filter(({ staff }, index) => what[index]?.staff === staff).length).toBeLessThan(20);
  const listed = (await t.ledger.answersTo('C')).map(({ answers: { mine } }) => `${mine}`);
  expect(listed.toSorted()).toEqual(people);
  expect(listed).not.toEqual(people);
});
