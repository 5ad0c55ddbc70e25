import { type Block, type Chapter, grouped } from '../document.js';
import { column, decimal, type Reader } from '../reader.js';
import type { ReviewReport, SurveyPart, SurveyQuestion } from '../report.js';

/** 第3章 職員アンケート調査結果: handed out and returned, and every closed question with n and shares (004:797-822). */
export function survey(reader: Reader, { survey: part }: ReviewReport): Chapter {
  const { say } = reader;
  if (!part) return { title: say('survey.title'), blocks: [{ kind: 'paragraph', text: say('survey.none') }] };
  return {
    title: say('survey.title'),
    blocks: [
      { kind: 'heading', text: say('survey.outline') },
      {
        kind: 'paragraph',
        text: say('survey.of', {
          ...{ title: reader.own(part.title), receiptNumber: part.receiptNumber },
          ...{ from: reader.date(part.from), until: reader.date(part.until) },
        }),
      },
      { kind: 'figures', items: outline(reader, part) },
      { kind: 'heading', text: say('survey.results') },
      ...part.questions.map((question) => results(reader, question)),
    ],
  };
}

const outline = ({ say, count }: Reader, { handedOut, returned, share }: SurveyPart) => [
  { name: say('survey.handedOut'), value: count('people', handedOut) },
  { name: say('survey.returned'), value: count('people', returned) },
  ...(share === undefined ? [] : [{ name: say('survey.share'), value: say('percent', { share: share.toFixed(1) }) }]),
];

function results({ say, own }: Reader, { id, text, kind, most, n, choices, invented }: SurveyQuestion): Block {
  const kindInWords = most === undefined ? say(`survey.${kind}`) : say('survey.most', { most: `${most}` });
  const caption = say('survey.question', { id, text: own(text), kind: kindInWords, n: grouped(n) });
  if (!choices) return { kind: 'paragraph', text: `${caption}\n${say('survey.few')}` };
  return {
    kind: 'table',
    table: {
      ...{ name: 'survey', caption },
      columns: [column(say('survey.choice'), 5), column(say('survey.count'), 1), column(say('survey.percent'), 1.1)],
      rows: choices.map((one) => [`${one.id}. ${own(one.text)}`, one.count, decimal(one.share)]),
      bars: { column: 2, max: 100 },
      ...(invented && { notes: [say('survey.invented')] }),
    },
  };
}
