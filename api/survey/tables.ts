import { type Language, say } from '../../config/texts.js';
import type { Text } from '../../workflows/survey/contract.js';
import type { Sheet } from '../files.js';
import type { CrossLine, CrossTable, QuestionResult, RankedLine, SurveyResults } from './results.js';

/** The words of a text in the reader's language, Japanese where there are no others. */
export const textIn = (language: Language, { ja, en = ja }: Text): string => (language === 'en' ? en : ja);

/** 集計結果 in tables: what was returned, and each question with its choices. */
export function resultTables(results: SurveyResults, language: Language): readonly [Sheet, Sheet] {
  const { title, handedOut, returned, rate, questions } = results;
  return [
    { name: 'survey', heading: ['title', 'handedOut', 'returned', 'rate'], rows: [[textIn(language, title), handedOut, returned, rate]] },
    {
      name: 'results',
      heading: ['question', 'text', 'n', 'choice', 'answer', 'count', 'share', 'invented'],
      rows: questions.flatMap((one) => linesOf(one, language, [one.question, textIn(language, one.text)])),
    },
  ];
}

/** クロス集計, or the order of its groups. */
export const crossSheet = ({ by, of }: Pick<CrossTable, 'by' | 'of'>, lines: readonly RankedLine[], language: Language): Sheet => ({
  name: 'cross',
  heading: ['place', 'of', 'inGroup', 'question', 'n', 'choice', 'answer', 'count', 'share', 'invented'],
  rows: lines.flatMap((line) => linesOf(line, language, [line.place, by, groupWords(line, language), of])),
});

const groupWords = ({ text }: CrossLine, language: Language): string => (text ? textIn(language, text) : say(language, 'page', 'blank'));

/** A line for each choice, and one for the blanks. */
function linesOf(counted: QuestionResult | CrossLine, language: Language, before: Sheet['rows'][number]): Sheet['rows'] {
  if ('masked' in counted) return [[...before, 'masked']];
  const { n, blank, choices } = counted;
  const invented = (one: object): string | undefined => ('invented' in one ? say(language, 'answer', 'true') : undefined);
  return [
    ...choices.map((one) => [...before, n, one.choice, textIn(language, one.text), one.count, one.share, invented(one)]),
    [...before, n, undefined, say(language, 'page', 'blank'), blank],
  ];
}
