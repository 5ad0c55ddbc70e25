import { say as sayIn } from '../../../config/texts.js';
import type { Result } from '../../figures/targets.js';
import { type Block, type Cell, type Chapter, grouped } from '../document.js';
import { chartOf, column, type Reader } from '../reader.js';
import type { ReviewReport, YearDecision } from '../report.js';

/** 第4章2 段階と目標: targets and results by year (Tokushima's table, 004:436-466), this year's targets with every version, and stages (004:1003-1025). */
export function goals(reader: Reader, report: ReviewReport, decision: YearDecision | undefined): Chapter {
  return {
    title: reader.say('goals.title'),
    blocks: [byYear(reader, report), versions(reader, report), results(reader, report), stages(reader, report, decision)],
  };
}

function byYear(reader: Reader, { targetsByYear, review: { policy } }: ReviewReport): Block {
  const { say, year, form } = reader;
  const all = targetsByYear.find((row) => row.form === 'all') ?? targetsByYear[0];
  const years = all?.years ?? [];
  const shown = (result: Result): Cell => {
    if (result.is === 'final') return result.value;
    if (result.is === 'forecast') return `(${grouped(result.value)})`; // In files too: nobody is to add it up.
    return result.is === 'counting' ? say('counting') : undefined;
  };
  return {
    kind: 'chart',
    chart: chartOf(reader, {
      ...{ as: 'bars', title: say('goals.chart'), unit: 'people' },
      categories: years.map(({ fiscalYear }) => year(fiscalYear)),
      series: [
        { name: say('goals.target'), values: years.map(({ target }) => target ?? undefined) },
        { name: say('goals.result'), values: years.map(({ result }) => ('value' in result ? result.value : undefined)) },
      ],
    }),
    table: {
      name: 'years',
      caption: say('goals.years', { by: say(`goals.by.${policy.countedBy}`) }),
      columns: [column(say('form'), 2), column(say('goals.kind'), 1), ...years.map(({ fiscalYear }) => column(year(fiscalYear), 1.2))],
      rows: targetsByYear.flatMap((row) => [
        [form(row.form), say('goals.target'), ...row.years.map(({ target }) => target ?? say('none'))],
        [form(row.form), say('goals.result'), ...row.years.map(({ result }) => shown(result))],
      ]),
      notes: [say('goals.yearsNote')],
    },
  };
}

/** Every version of this year's targets stands beside the others: one that was lowered in mid-year too. */
function versions({ say, date, form, text }: Reader, { review: { targets, planDecisions } }: ReviewReport): Block {
  const planned = planDecisions.at(-1);
  const outcomeOf = (outcome: { approved: boolean } | undefined) =>
    say(outcome ? (outcome.approved ? 'goals.approved' : 'goals.refused') : 'goals.pending');
  if (!targets.length) return { kind: 'paragraph', text: say('goals.noVersions') };
  return {
    kind: 'table',
    table: {
      name: 'targets',
      caption: say('goals.versions'),
      columns: [
        ...[column(say('date'), 2), column(say('form'), 2), column(say('goals.value'), 1), column(say('goals.kind'), 2)],
        ...[column(say('goals.decision'), 1), column(say('reason'), 4)],
      ],
      rows: targets.flatMap(({ on, targets: own, reason, outcome }) =>
        own.map((target): readonly Cell[] => [
          ...[date(on), form(target.form), target.value ?? say('none')],
          ...[say(reason ? 'goals.changed' : 'goals.initial'), outcomeOf(reason ? outcome : planned)],
          reason ? text(reason) : '',
        ]),
      ),
    },
  };
}

/** As they were evaluated; until then, as they stand. */
function results({ say, form }: Reader, { review: { evaluation }, year }: ReviewReport): Block {
  const lines = evaluation?.results ?? year.targets ?? [];
  return {
    kind: 'table',
    table: {
      name: 'results',
      caption: say('goals.results'),
      columns: [
        ...[column(say('form'), 2), column(say('goals.value'), 1), column(say('situation.uses'), 1)],
        ...[column(say('situation.usesPeople'), 1), column(say('goals.standing'), 1)],
      ],
      rows: lines.map(({ form: of, value, uses, people, met }): readonly Cell[] => [
        ...[form(of), value ?? say('none'), uses, people],
        met === undefined ? say('none') : say(met ? 'goals.met' : 'goals.missed'),
      ]),
      notes: [say(evaluation ? 'goals.resultsNote' : 'goals.standingNote')],
    },
  };
}

function stages(
  { say, form, text, language }: Reader,
  { review: { stages: now }, targetsByYear }: ReviewReport,
  decision: YearDecision | undefined,
): Block {
  const forms = targetsByYear.flatMap(({ form: of }) => (of === 'all' ? [] : [of]));
  return {
    kind: 'table',
    table: {
      name: 'stages',
      caption: say('goals.stages'),
      columns: [column(say('form'), 2), column(say('goals.now'), 2), column(say('goals.next'), 2), column(say('reason'), 4)],
      rows: forms.map((one): readonly Cell[] => {
        const [stage, next] = [now[one], decision?.stages.find((decided) => decided.form === one)];
        return [
          ...[form(one), stage ? sayIn(language, 'stage', stage) : say('goals.noStage')],
          ...(next ? [sayIn(language, 'stage', next.to), text(next.reason)] : [undefined, undefined]),
        ];
      }),
    },
  };
}
