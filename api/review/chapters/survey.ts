import { shareOf } from '../../rounding.js';
import type { QuestionResult, SurveyResults } from '../../survey/results.js';
import { type Block, type Chapter, grouped } from '../document.js';
import { column, decimal, type Reader } from '../reader.js';
import type { ReviewReport } from '../report.js';

/** 第3章 職員アンケート調査結果: handed out and returned, and every closed question with n and shares (004:797-822). */
export function survey(reader: Reader, { survey: part }: ReviewReport): Chapter {
  const { say, date } = reader;
  const title = say('survey.title');
  if (!part?.results) return { title, blocks: [{ kind: 'paragraph', text: say(part ? 'survey.pending' : 'survey.none') }] };
  const { receiptNumber, from, until, results } = part;
  const name = { title: reader.own(results.title), receiptNumber, from: date(from), until: date(until) };
  return {
    title,
    blocks: [
      { kind: 'heading', text: say('survey.outline') },
      { kind: 'paragraph', text: say('survey.of', name) },
      { kind: 'figures', items: outline(reader, results) },
      { kind: 'heading', text: say('survey.results') },
      ...results.questions.flatMap((question) => (question.kind === 'text' ? [] : [answers(reader, question)])),
    ],
  };
}

const outline = ({ say, count }: Reader, { handedOut, returned, rate }: SurveyResults) => [
  { name: say('survey.handedOut'), value: count('people', handedOut) },
  { name: say('survey.returned'), value: count('people', returned) },
  ...(rate === undefined ? [] : [{ name: say('survey.share'), value: say('percent', { share: rate.toFixed(1) }) }]),
];

function answers({ say, own }: Reader, result: QuestionResult): Block {
  const { question, text, kind, most } = result;
  const kindInWords =
    most !== undefined ? say('survey.most', { most: `${most}` }) : say(kind === 'single' ? 'survey.single' : 'survey.multiple');
  const n = 'masked' in result ? say('masked') : grouped(result.n);
  const caption = say('survey.question', { id: question, text: own(text), kind: kindInWords, n });
  if ('masked' in result) return { kind: 'paragraph', text: `${caption}\n${say('survey.few')}` };
  const isInvented = result.invented ?? result.choices.some(({ invented }) => invented);
  return {
    kind: 'table',
    table: {
      ...{ name: 'survey', caption },
      columns: [column(say('survey.choice'), 5), column(say('survey.count'), 1), column(say('survey.percent'), 1.1)],
      rows: [
        ...result.choices.map((one) => [`${one.choice}. ${own(one.text)}`, one.count, decimal(one.share)]),
        [say('survey.blank'), result.blank, decimal(shareOf(result.blank, result.n))],
      ],
      bars: { column: 2, max: 100 },
      ...(isInvented && { notes: [say('survey.invented')] }),
    },
  };
}
