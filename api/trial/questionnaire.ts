import { z } from 'zod';
import { shareOf } from '../rounding.js';
import { words } from '../schemas.js';

/**
 * 簡易アンケート after a campaign: one question a line, with its alternatives; their words are in the catalogue under `question` and `choice`. One for those who took part, one
 * for the heads of their sections.
 */
export const questionnaires = {
  participant: {
    progress: ['better', 'same', 'worse'],
    trouble: ['none', 'connection', 'papers', 'contact', 'surroundings', 'hours', 'otherTrouble'],
    again: ['everyWeek', 'everyMonth', 'sometimes', 'notAgain'],
    satisfaction: ['5', '4', '3', '2', '1'],
  },
  head: {
    sectionProgress: ['better', 'same', 'worse'],
    headTrouble: ['none', 'contact', 'supervision', 'counter', 'sharing', 'otherTrouble'],
    future: ['more', 'asNow', 'less', 'notAgain'],
  },
} as const;

export type Respondent = keyof typeof questionnaires;
type Question = { [Role in Respondent]: keyof (typeof questionnaires)[Role] }[Respondent];

const choice = <const Codes extends readonly [string, ...string[]]>(codes: Codes) => z.enum(codes).exactOptional();
const [participant, head] = [questionnaires.participant, questionnaires.head];

/** What is handed in: the answers of one role. What is left blank stays in n. */
export const answers = z
  .strictObject({
    participant: z
      .strictObject({
        progress: choice(participant.progress),
        trouble: choice(participant.trouble),
        again: choice(participant.again),
        satisfaction: choice(participant.satisfaction),
      })
      .exactOptional(),
    head: z
      .strictObject({
        sectionProgress: choice(head.sectionProgress),
        headTrouble: choice(head.headTrouble),
        future: choice(head.future),
      })
      .exactOptional(),
    remarks: words.exactOptional(),
    named: z.boolean().default(false).meta({ description: 'Who answered is known in any case; what, only where this is true.' }),
  })
  .refine(({ participant, head }) => (participant === undefined) !== (head === undefined), { params: { code: 'oneRole' } });

/** One who has answered. */
export interface Answered {
  as: Respondent;
  answers: Readonly<Record<string, string | number>>;
  remarks?: string;
  /** Only of who wants to be known. */
  staff?: string;
}

/** What came of one question: of `n` who sent the questionnaire back. */
export interface Result {
  question: Question;
  n: number;
  blank: number;
  choices: readonly { choice: string; count: number; share: number }[];
}

/** One role's answers; `masked`: of so few people nothing is shown. */
export type Results = { answered: number } & ({ results: readonly Result[]; remarks: readonly Remark[] } | { masked: true });
export interface Remark {
  text: string;
  staff?: string;
}

/** What the answers of one role come to, where there are at least `fewest`. */
export function resultsOf(role: Respondent, all: readonly Answered[], fewest: number): Results {
  const answered = all.filter((one) => one.as === role);
  const n = answered.length;
  if (n < fewest) return { answered: n, masked: true };
  const results = Object.entries<readonly string[]>(questionnaires[role]).map(([question, codes]): Result => {
    const given = answered.flatMap((one) => one.answers[question] ?? []);
    const choices = codes.map((choice) => {
      const count = given.filter((code) => code === choice).length;
      return { choice, count, share: shareOf(count, n) ?? 0 };
    });
    return { question: question as Question, n, blank: n - given.length, choices };
  });
  const remarks = answered.flatMap(({ remarks: text, staff }) => (text ? [{ text, ...(staff && { staff }) }] : []));
  return { answered: n, results, remarks };
}
