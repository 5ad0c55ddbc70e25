import { fiscalYear } from '../../../config/calendar.js';
import { say as sayIn } from '../../../config/texts.js';
import type { MeasureDecision, MeasureId, MeasurePlan } from '../../../workflows/yearly-review/contract.js';
import type { ReviewedMeasure } from '../../../workflows/yearly-review/rules.js';
import { type Block, type Cell, type Chapter, grouped } from '../document.js';
import { column, type Reader } from '../reader.js';
import type { Corrected, ReviewReport, YearDecision } from '../report.js';

/** 第4章6(3) PDCAサイクル: measures and what becomes of each, the half-year check, the evaluation, and what was corrected of earlier years (004:1296-1300). */
export function pdca(reader: Reader, report: ReviewReport, decision: YearDecision | undefined): Chapter {
  return {
    title: reader.say('pdca.title'),
    blocks: [
      measures(reader, report, decision),
      ...halfYear(reader, report),
      ...evaluation(reader, report),
      ...(decision?.added.length ? [added(reader, decision)] : []),
      ...(report.corrections.length
        ? [
            { kind: 'paragraph' as const, text: reader.say('pdca.correctionsText') },
            corrections(reader, 'pdca.corrections', report.corrections),
          ]
        : []),
    ],
  };
}

function measures(reader: Reader, { review: { measures: lines } }: ReviewReport, decision: YearDecision | undefined): Block {
  const { say, date, text, year } = reader;
  if (!lines.length) return { kind: 'paragraph', text: say('pdca.noMeasures') };
  const progress = ({ reports, withdrawn }: ReviewedMeasure) =>
    [
      ...reports.map((one) => say('pdca.report', { on: date(one.on) }) + text(one.text) + (one.done ? say('pdca.done') : '')),
      ...(withdrawn ? [say('pdca.withdrawn') + text(withdrawn)] : []),
    ].join('\n');
  return {
    kind: 'table',
    table: {
      name: 'measures',
      caption: say('pdca.measures'),
      columns: [
        ...[column(say('pdca.number'), 1.2), column(say('pdca.text'), 3), column(say('pdca.owner'), 2), column(say('pdca.budget'), 1.4)],
        ...[column(say('pdca.progress'), 3.4), column(say('pdca.decision'), 2)],
      ],
      rows: lines.map((one): readonly Cell[] => [
        say('pdca.numberOf', { year: year(one.year), number: `${one.number}` }),
        ...planned(reader, one),
        ...[
          progress(one),
          one.decided
            ? say('pdca.before', { decision: sayIn(reader.language, 'measureDecision', one.decided) }) // It went with the year before.
            : decided(
                reader,
                decision?.measures.find((of) => isOf(one, of)),
              ),
        ],
      ]),
    },
  };
}

const isOf = (one: MeasureId, other: MeasureId): boolean => one.year === other.year && one.number === other.number;

const planned = ({ text, owner, date, say }: Reader, { text: words, owner: who, due, budget }: MeasurePlan): readonly Cell[] => [
  ...[text(words), `${owner(who)}\n${say('pdca.until', { due: date(due) })}`, budget],
];

function decided({ say, text, owner, date, language }: Reader, one: MeasureDecision | undefined): string {
  if (!one) return '';
  const word = sayIn(language, 'measureDecision', one.decision);
  if (one.decision !== 'change') return word;
  const changes = [
    one.text && text(one.text),
    one.owner && owner(one.owner),
    one.due && say('pdca.until', { due: date(one.due) }),
    one.budget !== undefined && grouped(one.budget),
  ].filter((change) => typeof change === 'string');
  return [word, ...changes.map((what) => say('pdca.changed') + what)].join('\n');
}

function halfYear({ say, date, text }: Reader, { review: { halfYear: check } }: ReviewReport): readonly Block[] {
  if (!check) return [{ kind: 'paragraph', text: say('pdca.noHalfYear') }];
  return [
    { kind: 'heading', text: say('pdca.halfYear', { on: date(check.on) }) },
    { kind: 'paragraph', text: text(check.findings) },
    ...(check.budgetRequest ? [{ kind: 'paragraph' as const, text: say('pdca.budgetRequest') + text(check.budgetRequest) }] : []),
  ];
}

function evaluation({ say, date, text }: Reader, { review: { evaluation: found } }: ReviewReport): readonly Block[] {
  return [
    { kind: 'heading', text: found ? say('pdca.evaluated', { on: date(found.on) }) : say('pdca.evaluation') },
    { kind: 'paragraph', text: found ? text(found.remarks) : say('pdca.noEvaluation') },
  ];
}

function added(reader: Reader, { added: plans }: YearDecision): Block {
  const { say } = reader;
  return {
    kind: 'table',
    table: {
      name: 'added',
      caption: say('pdca.added'),
      columns: [column(say('pdca.text'), 4), column(say('pdca.owner'), 2), column(say('pdca.budget'), 1)],
      rows: plans.map((one) => planned(reader, one)),
    },
  };
}

/** Months that were corrected since they were reported. */
export function corrections(
  { say, year, month, date }: Reader,
  caption: 'pdca.corrections' | 'corrected.title',
  lines: readonly Corrected[],
): Block {
  const version = (number: number) => say('corrected.number', { version: `${number}` });
  return {
    kind: 'table',
    table: {
      name: caption === 'corrected.title' ? 'corrected' : 'corrections',
      caption: say(caption),
      columns: [
        ...[column(say('corrected.month'), 2), column(say('corrected.was'), 1), column(say('corrected.version'), 1)],
        column(say('corrected.on'), 2),
      ],
      rows: lines.map((one) => [
        `${year(fiscalYear(`${one.month}-01`))} ${month(one.month)}`,
        ...[version(one.was), version(one.version), date(one.on)],
      ]),
    },
  };
}
