import type { ShownCase } from '../api/views.js';
import { dayOn } from '../workflows/shared/dates.js';
import { casePaths } from '../workflows/shared/procedures.js';
import type { Answers } from '../workflows/survey/contract.js';
import type { Survey } from '../workflows/survey/rules.js';
import { eachOf, type Resident } from './crowd.js';
import { at } from './day.js';
import { Differs, patiently } from './player.js';
import type { Townspeople } from './townspeople.js';

/** A short survey: whether one can telework, what for, and what should change. */
const questionnaire = {
  title: { ja: 'テレワークに関する職員アンケート', en: 'Staff survey on telework' },
  source: '004:801-1002 小山市の調査票を短くしたもの',
  parts: [
    {
      title: { ja: 'テレワークについて', en: 'On telework' },
      questions: [
        {
          id: 'Q1',
          text: { ja: 'あなたの業務は、テレワークで実施できると思いますか。', en: 'Can your work be done by telework?' },
          kind: 'single',
          choices: [
            { ja: '実施できる', en: 'Yes' },
            { ja: '一部は実施できる', en: 'Some of it' },
            { ja: '実施できない', en: 'No' },
          ],
        },
        {
          id: 'Q2',
          text: { ja: '期待する効果は何ですか。（主なもの2つまで）', en: 'What do you expect of it? (Up to two)' },
          kind: 'multiple',
          most: 2,
          choices: [
            { ja: '通勤時間の削減', en: 'Less commuting' },
            { ja: '育児・介護との両立', en: 'Time for children and care' },
            { ja: '業務への集中', en: 'Work without interruption' },
            { ja: '災害時の業務継続', en: 'Work goes on in an emergency' },
          ],
          when: { question: 'Q1', chose: ['1', '2'] },
        },
        { id: 'Q3', text: { ja: '改善してほしいことを記入してください。', en: 'What should change?' }, kind: 'text' },
      ],
    },
  ],
} as const;

/** What came of it, as the tour has counted it itself. */
export interface Asked {
  /** Its case. */
  survey: string;
  handedOut: number;
  returned: number;
  /** Who can telework, at least in part. */
  can: number;
}

/** HR asks everybody on a link of their own from one date until another, two in three answer on the first, and HR reports. @throws Differs when what is counted is not what was answered */
export async function askStaff(people: Townspeople, { from, until }: { from: string; until: string }): Promise<Asked> {
  const draft = { questionnaire, audience: { of: 'everybody' }, from, until };
  const { id: survey } = await people.act<ShownCase>(people.hr, casePaths.survey, draft);
  const path = `${casePaths.survey}/${survey}`;
  await people.act(people.hr, `${path}/steps/schedule`, {});
  await people.stage.passUntil(at(from, '08:35'));
  const state = async () => (await people.look<ShownCase>(people.hr, path)).state as Survey;
  await patiently('everybody has a link', async () => (await state()).links !== undefined);
  await people.crowd.settled();

  const answering = [...people.residents.values()].filter(
    ({ nth, departments, staffNumber }) => nth % 3 > 0 && departments.length > 0 && people.isThere(staffNumber),
  );
  const sheets = answering.map((one) => ({ ...one, answers: answersOf(one) }));
  await eachOf(sheets, ({ staffNumber, answers }) => answer(people, staffNumber, answers));

  await people.stage.passUntil(at(dayOn(until, 1), '09:00'));
  await patiently('the survey closes', async () => (await state()).status === 'closed');
  await people.act(people.hr, `${path}/steps/report`, {});
  const { handedOut, returned, questions } = await people.look<Results>(people.hr, `${path}/results`);
  const can = sheets.filter(({ answers }) => ['1', '2'].includes(chosenIn(answers))).length;
  const [first] = questions;
  const counted = first?.choices?.filter(({ choice }) => choice !== '3').reduce((sum, { count }) => sum + count, 0);
  if (returned !== sheets.length || counted !== can)
    throw new Differs(`${sheets.length} have answered, of whom ${can} can telework; ${returned} and ${counted} are counted`);
  return { survey, handedOut, returned, can };
}

interface Results {
  handedOut: number;
  returned: number;
  questions: readonly { choices?: readonly { choice: string; count: number }[] }[];
}

async function answer(people: Townspeople, staff: string, answers: Answers): Promise<void> {
  const { items } = await people.look<{ items: readonly { link: string }[] }>(staff, '/me/surveys');
  const link = items[0]?.link.replace('/api/v1', '');
  if (!link) throw new Differs('somebody who is to be asked has no link');
  await people.stage.place.nobody.ask(link, { method: 'POST', body: { answers } });
}

/** By the person's own number, so that it is the same in every run. */
function answersOf({ nth }: Resident): Answers {
  const can = nth % 5 === 0 ? '3' : nth % 2 ? '1' : '2';
  return {
    Q1: { chose: [can] },
    ...(can !== '3' && { Q2: { chose: [`${(nth % 3) + 1}`, '4'] } }),
    ...(nth % 17 === 0 && { Q3: { text: '紙の決裁を減らしてほしい。' } }),
  };
}

const chosenIn = ({ Q1 }: Answers): string => (Q1 && 'chose' in Q1 ? (Q1.chose[0] ?? '') : '');
