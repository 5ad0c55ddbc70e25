import { shareOf } from '../../api/rounding.js';
import type { Answer, Answers, Question, Questionnaire } from '../../workflows/survey/contract.js';
import { freeChoice, isAsked, questionsOf } from '../../workflows/survey/questionnaire.js';

/** 配付数 and 回収数 (004:801-802). */
export const [handedOut, returned] = [1_017, 898];

/** Every share that chapter 3 prints (004:829-947), by question and number of the choice: in per cent of those who were asked. */
export const published: Readonly<Record<string, { line: number; shares: Readonly<Record<string, number>> }>> = {
  F1: { line: 829, shares: { 1: 58.2, 2: 41.8 } },
  F2: { line: 829, shares: { 4: 25.4, 3: 22.6, 2: 21.3, 5: 20.9 } },
  F4: { line: 832, shares: { 1: 77.4, 2: 19.4 } },
  F6: { line: 832, shares: { 6: 41.5, 4: 23.6, 2: 15.3, 3: 15.3, 1: 14.6, 5: 5.0 } },
  F9: { line: 834, shares: { 3: 14.9, 4: 14.3, 2: 10.9, 1: 10.2 } },
  F14: { line: 834, shares: { 1: 75.3, 2: 61.6, 3: 46.4, 5: 43.1 } },
  Q1: { line: 867, shares: { 4: 67.0, 9: 57.0, 6: 31.8, 7: 28.8, 5: 25.9, 8: 12.8, 3: 6.6, 2: 1.3 } },
  Q3: { line: 876, shares: { 1: 28.5, 2: 70.6 } },
  'Q3-1': { line: 878, shares: { 1: 89.5, 3: 42.6, 2: 30.1 } },
  'Q3-2': { line: 878, shares: { 1: 67.6, 6: 40.6, 2: 33.2 } },
  'Q3-3': { line: 881, shares: { 2: 83.3, 8: 44.6, 6: 27.8, 11: 26.7, 4: 25.1 } },
  Q4: { line: 883, shares: { 1: 66.4, 2: 52.3, 10: 50.8, 6: 44.9, 5: 39.8 } },
  Q5: { line: 883, shares: { 1: 58.6, 2: 58.2, 4: 44.1, 5: 41.0 } },
  Q7: { line: 916, shares: { 1: 92.2, 4: 59.8, 5: 57.0 } },
  Q8: { line: 919, shares: { 3: 44.1, 2: 30.9 } },
  Q9: { line: 919, shares: { 1: 91.8, 2: 16.0, 3: 13.7, 6: 10.9 } },
  Q12: { line: 921, shares: { 1: 70.7, 3: 12.5, 2: 1.6 } },
  Q13: { line: 945, shares: { 5: 77.7, 1: 57.4, 2: 43.8 } },
  Q14: { line: 947, shares: { 3: 68.0, 2: 52.3, 1: 39.1 } },
};

/** Invented: how often the other choices were taken, less often than those that are printed; what is left over is blank. */
const invented: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  F2: { 1: 6, 6: 82 },
  F4: { 3: 20, 4: 9 },
  F11: { 1: 560, 2: 180, 3: 110, 4: 25, 5: 12 },
  F12: { 1: 820, 2: 40, 3: 20, 4: 10 },
  F13: { 1: 50, 2: 210, 3: 170, 4: 190, 5: 160, 6: 100, 7: 10 },
  F14: { 4: 350, 6: 120, 7: 290, 8: 240, 9: 210, 10: 40 },
  F15: { 1: 520, 2: 370 },
  F16: { 1: 380, 2: 60, 3: 50, 4: 20 },
  F17: { 1: 600, 2: 310, 3: 30 },
  Q1: { 1: 5, 10: 8 },
  Q2: { 1: 520, 2: 340, 3: 30 },
  'Q3-2': { 3: 24, 4: 60, 5: 40, 7: 20, 8: 55, 9: 45, 10: 10 },
  'Q3-3': { 1: 40, 3: 90, 5: 110, 7: 60, 9: 100, 10: 20, 12: 30, 13: 45, 14: 120, 15: 70, 16: 15 },
  Q4: { 3: 80, 4: 20, 7: 60, 8: 25, 9: 55, 11: 70, 12: 45, 13: 8, 14: 50, 15: 20, 16: 90, 17: 5, 18: 3 },
  Q5: { 3: 60, 6: 20, 7: 10 },
  Q6: {
    1: 100,
    2: 120,
    3: 60,
    4: 110,
    5: 30,
    6: 60,
    7: 20,
    8: 130,
    9: 50,
    10: 40,
    11: 45,
    12: 10,
    13: 12,
    14: 70,
    15: 25,
    16: 80,
    17: 15,
    18: 4,
    19: 6,
  },
  Q7: { 2: 60, 3: 40, 6: 20, 7: 70, 8: 15, 9: 10, 10: 8 },
  Q8: { 1: 30, 4: 24, 5: 6 },
  Q9: { 4: 10, 5: 20, 7: 4, 8: 5 },
  Q10: { 1: 10, 2: 8, 3: 20, 4: 35, 5: 60, 6: 200, 7: 50, 8: 30, 9: 15, 10: 8, 11: 6, 12: 5 },
  'Q10-1': { 1: 60, 2: 20, 3: 12 },
  Q11: { 1: 20, 2: 110, 3: 90, 4: 20, 5: 12 },
  Q13: { 3: 30, 4: 25, 6: 40, 7: 35, 8: 45, 9: 50, 10: 5 },
  Q14: { 4: 60, 5: 30, 6: 10 },
};

/** 部署 by number, and how many of its people can telework: of those that are printed the people follow from the shares, all else is invented (the sources print no department's share, 004:1031). */
const departments: readonly { people: number; can: number; cannot: number }[] = [
  { people: 92, can: 40, cannot: 52 },
  { people: 98, can: 55, cannot: 43 },
  { people: 134, can: 25, cannot: 109 },
  { people: 128, can: 30, cannot: 98 },
  { people: 60, can: 2, cannot: 54 },
  { people: 55, can: 18, cannot: 37 },
  { people: 50, can: 17, cannot: 33 },
  { people: 62, can: 15, cannot: 47 },
  { people: 48, can: 19, cannot: 29 },
  { people: 30, can: 3, cannot: 27 },
  { people: 52, can: 22, cannot: 30 },
  { people: 74, can: 4, cannot: 66 },
  { people: 15, can: 6, cannot: 9 },
];

/** So many as make up the share of n, to one decimal. @throws where no number of people does */
function countOf(share: number, n: number): number {
  const count = Math.round((share * n) / 100);
  if (shareOf(count, n) !== share) throw new Error(`${share} % is no share of ${n}`);
  return count;
}

/**
 * 898 questionnaires as they may have come back: made up, the same in every run, each in line with branches and limits, all together with the shares that are printed. Question by question, those who are asked get their choices
 * in turn, so that nobody has many more than others.
 */
export function madeUpReturn(questionnaire: Questionnaire): readonly Answers[] {
  const papers: Record<string, Answer>[] = departments.flatMap(({ people, can, cannot }, at) =>
    Array.from({ length: people }, (_, nth) => {
      const mind = nth < can ? { Q3: { chose: ['1'] } } : nth < can + cannot ? { Q3: { chose: ['2'] } } : {};
      return { F9: { chose: [`${at + 1}`] }, ...mind };
    }),
  );
  for (const question of questionsOf(questionnaire)) {
    if (question.id === 'F9' || question.id === 'Q3') continue;
    const asked = papers.filter((paper) => isAsked(question, paper));
    if (question.kind === 'text') for (const [nth, paper] of asked.entries()) writeIn(paper, question, nth);
    else choose(question, asked);
  }
  return papers;
}

function choose(question: Question, asked: readonly Record<string, Answer>[]): void {
  const shares = Object.entries(published[question.id]?.shares ?? {}).map(([id, share]) => [id, countOf(share, asked.length)] as const);
  const counts = new Map([...shares, ...Object.entries(invented[question.id] ?? {})]);
  const chosen = asked.map((): string[] => []);
  const alone = question.choices.filter((choice) => choice.alone);
  const others = question.choices.filter((choice) => !choice.alone);
  let [next, first] = [0, 0];
  for (const { id } of alone) for (let left = counts.get(id) ?? 0; left > 0; left -= 1) chosen[first++]?.push(id);
  /** Those who have chosen what stands alone are passed over. */
  const inTurn = asked.length - first;
  for (const { id } of others)
    for (let left = counts.get(id) ?? 0; left > 0; left -= 1) chosen[first + ((next++ * stride) % inTurn)]?.push(id);
  const free = freeChoice(question);
  for (const [nth, chose] of chosen.entries())
    if (chose.length)
      Object.assign(asked[nth] ?? {}, {
        [question.id]: { chose, ...(free && chose.includes(free.id) && { other: texts[nth % texts.length] }) },
      });
}

/** Shares no factor with the numbers of those who are asked, so that each has their turn, and neighbours do not answer alike. */
const stride = 101;

/** Some of which a spreadsheet would take for formulas. */
const texts = ['特になし', '=SUM(A1:A9)', '@窓口', '+窓口の応援', '-', '𠮷田課長に相談している。', '髙い,"机"\n椅子'];

const writeIn = (paper: Record<string, Answer>, { id }: Question, nth: number): void => {
  if (nth % 9 === 0) paper[id] = { text: texts[(nth / 9) % texts.length] ?? '' };
};
