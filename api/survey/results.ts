import type { Answers, Question, Questionnaire, Text } from '../../workflows/survey/contract.js';
import { isAsked, questionsOf } from '../../workflows/survey/questionnaire.js';
import { type Masked, maskedParts } from '../masks.js';
import { shareOf } from '../rounding.js';

/** How often a choice was taken. `share`: of n, in per cent; absent where nobody was asked. */
export interface ChoiceResult {
  choice: string;
  text: Text;
  count: number;
  share?: number;
  invented?: true;
}

/** Of `n` who were asked, blanks included (004:810-822): what they chose, or how many wrote something. */
type Counts = { n: number; blank: number; choices: readonly ChoiceResult[] };

/** What came of one question. */
export type QuestionResult = Pick<Question, 'text' | 'kind' | 'most' | 'when' | 'invented'> & { question: string; part: Text } & (
    | Counts
    | Masked
  );

/** 調査結果, as it is frozen with the report: counts, and nothing that anybody wrote. `rate`: returned of handed out, in per cent. */
export interface SurveyResults {
  title: Text;
  source: string;
  handedOut: number;
  returned: number;
  rate?: number;
  questions: readonly QuestionResult[];
}

/** The groups into which the answers to one question divide those of another. */
export interface CrossTable {
  by: string;
  of: string;
  lines: readonly CrossLine[];
}

/** Those who chose this; `blank`: who left it blank, or was not asked. */
export type CrossLine = { choice: string | 'blank'; text?: Text; invented?: true } & (Counts | Masked);

/** A line of a ranking; equal shares have the same place. */
export type RankedLine = CrossLine & { place?: number };

const chosen = (answers: Answers, question: string): readonly string[] => {
  const answer = answers[question];
  return answer && 'chose' in answer ? answer.chose : [];
};

/** Counts the answers to one question, of those who were asked it. */
class Tally {
  #n = 0;
  #blank = 0;
  readonly #chosen = new Map<string, number>();

  constructor(readonly question: Question) {}

  take(answers: Answers): void {
    if (!isAsked(this.question, answers)) return;
    this.#n += 1;
    const chose = chosen(answers, this.question.id);
    const answer = answers[this.question.id];
    if (!chose.length && !(answer && 'text' in answer)) this.#blank += 1;
    for (const choice of chose) this.#chosen.set(choice, (this.#chosen.get(choice) ?? 0) + 1);
  }

  get n(): number {
    return this.#n;
  }

  counts(): Counts {
    const choices = this.question.choices.map(({ id, text, invented }) => {
      const count = this.#chosen.get(id) ?? 0;
      const share = shareOf(count, this.#n);
      return { choice: id, text, count, ...(share !== undefined && { share }), ...(invented && { invented }) };
    });
    return { n: this.#n, blank: this.#blank, choices };
  }
}

/** Every answer in turn, as the ledger hands them on. */
type EachAnswer = (take: (answers: Answers) => void) => Promise<void>;

/** What came of every question. Of fewer than `fewest` nothing is shown. */
export async function resultsOf(questionnaire: Questionnaire, each: EachAnswer, fewest: number) {
  const tallies = questionsOf(questionnaire).map((question) => new Tally(question));
  let returned = 0;
  await each((answers) => {
    returned += 1;
    for (const tally of tallies) tally.take(answers);
  });
  const partOf = new Map(questionnaire.parts.flatMap(({ title, questions }) => questions.map((question) => [question, title] as const)));
  const questions = tallies.map((tally): QuestionResult => {
    const { id, text, kind, most, when, invented } = tally.question;
    const about = { question: id, part: partOf.get(tally.question) ?? { ja: '' }, text, kind };
    return {
      ...about,
      ...(most !== undefined && { most }),
      ...(when && { when }),
      ...(invented && { invented }),
      ...(tally.n > 0 && tally.n < fewest ? { masked: true } : tally.counts()),
    };
  });
  return { returned, questions };
}

/** The answers to one question by those to another, small groups masked. */
export async function crossTable(by: Question, of: Question, { each, fewest }: { each: EachAnswer; fewest: number }): Promise<CrossTable> {
  const groups = [...by.choices, { id: 'blank' }].map((choice) => ({ choice, tally: new Tally(of) }));
  await each((answers) => {
    const chose = chosen(answers, by.id);
    for (const { choice, tally } of groups) if (choice.id === 'blank' ? !chose.length : chose.includes(choice.id)) tally.take(answers);
  });
  const masked = maskedParts(groups, ({ tally }) => tally.n, fewest);
  const lines = groups.map((group): CrossLine => {
    const { id, ...choice } = group.choice;
    const about = { choice: id, ...('text' in choice && { text: choice.text, ...(choice.invented && { invented: true as const }) }) };
    return { ...about, ...(masked.has(group) ? { masked: true } : group.tally.counts()) };
  });
  return { by: by.id, of: of.id, lines };
}

/** The groups in the order in which so many of them chose this: 「できると思う」との回答が多い部局から (004:1029). Masked ones come last. */
export function rankingOf({ lines }: CrossTable, choice: string): readonly RankedLine[] {
  const shares = lines.flatMap((line) => {
    const share = 'masked' in line ? undefined : line.choices.find((one) => one.choice === choice)?.share;
    return share === undefined ? [] : [{ line, share }];
  });
  const ranked = shares
    .sort((one, other) => other.share - one.share)
    .map(({ line, share }): RankedLine => ({ ...line, place: shares.filter((one) => one.share > share).length + 1 }));
  return [...ranked, ...lines.filter((line) => !shares.some((one) => one.line === line))];
}

/** What was written in answer to one question, or with its choice that may be filled in; in the order of the texts, so that those of one person stand nowhere side by side. */
export async function textsOf({ id }: Question, each: EachAnswer): Promise<readonly string[]> {
  const texts: string[] = [];
  await each(({ [id]: answer }) => {
    const text = answer && ('text' in answer ? answer.text : answer.other);
    if (text) texts.push(text);
  });
  return texts.sort();
}
