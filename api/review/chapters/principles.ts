import type { Rate } from '../../figures/situations.js';
import type { Block, Cell, Chapter } from '../document.js';
import { chartOf, column, decimal, hours, monthly, type Reader } from '../reader.js';
import type { ReviewReport } from '../report.js';

const answers = ['yes', 'no'] as const;

/** 第4章1 基本理念・方針: what shows how each of the four policies came along (004:957-980). */
export function principles(reader: Reader, report: ReviewReport): Chapter {
  const { say, month } = reader;
  const { year, service, byMonth } = report;
  const registered = byMonth.findLast((one) => one.registered !== undefined);
  const people = year.cumulative.findLast(({ form }) => form === undefined)?.people;
  const { average } = service.leadTime;
  return {
    title: say('principles.title'),
    blocks: [
      { kind: 'paragraph', text: say('principles.intro') },
      { kind: 'heading', text: say('principles.efficiency') },
      {
        kind: 'figures',
        items: [
          { name: say('principles.hours'), value: say('hours', { count: hours(year.total.minutes).toFixed(1) }) },
          ...(average === undefined ? [] : [{ name: say('principles.leadTime'), value: say('days', { count: average.toFixed(1) }) }]),
        ],
      },
      { kind: 'heading', text: say('principles.ability') },
      {
        kind: 'figures',
        items: [
          ...(registered?.registered === undefined
            ? []
            : [
                {
                  name: say('principles.registered', { month: month(registered.month) }),
                  value: reader.count('people', registered.registered),
                },
              ]),
          { name: say('principles.usesPeople'), value: people === undefined ? say('counting') : reader.count('people', people) },
        ],
      },
      { kind: 'heading', text: say('principles.life') },
      situations(reader, report),
      { kind: 'heading', text: say('principles.continuity') },
      {
        kind: 'table',
        table: {
          name: 'ordered',
          caption: say('principles.ordered'),
          ...monthly(reader, report, [
            { name: say('situation.ordered'), values: year.months.map((one) => one.orderedUses), total: year.total.orderedUses },
          ]),
        },
      },
      peaks(reader, report),
    ],
  };
}

/** Saga's table (004:393-402), and its shares as bars. */
function situations(reader: Reader, { situations: lines, review, year }: ReviewReport): Block {
  const { say, month } = reader;
  const of = year.months.find((one) => Number(one.month.slice(5)) === review.promotionMonth)?.month ?? '';
  if (!lines) return { kind: 'paragraph', text: say('principles.noSituations', { month: month(of) }) };
  const shareIn = (rate: Rate): number | string | undefined => ('masked' in rate ? say('masked') : rate.share);
  const cell = (rate: Rate): Cell => ('masked' in rate ? say('masked') : (decimal(rate.share) ?? say('none')));
  const caption = say('principles.situations', { month: month(of) });
  return {
    kind: 'chart',
    chart: chartOf(reader, {
      ...{ as: 'bars', title: caption, unit: 'percent', decimals: 1 },
      categories: answers.flatMap((child) => answers.map((care) => say(`principles.group.${child}-${care}`))),
      series: lines.map(({ sex, lines: own }) => ({
        name: say(`principles.sexes.${sex}`),
        values: own.flatMap(({ care }) => answers.map((answer) => shareIn(care[answer]))),
      })),
    }),
    table: {
      name: 'situations',
      caption,
      columns: [
        column(say('principles.sex'), 1),
        column(say('principles.child'), 1),
        ...answers.map((answer) => column(say(`principles.care.${answer}`), 1)),
        column(say('principles.rate'), 1),
      ],
      rows: lines.flatMap(({ sex, lines: own, total }) =>
        own.map(({ child, care }, at) => [
          ...[say(`principles.sexes.${sex}`), say(`principles.children.${child}`), ...answers.map((answer) => cell(care[answer]))],
          at === 0 ? cell(total) : '',
        ]),
      ),
      notes: [say('principles.situationsNote')],
    },
  };
}

/** 大雪時: days on which more than a tenth teleworked (004:387-391). */
function peaks({ say, date }: Reader, { service: { peakDays } }: ReviewReport): Block {
  if (!peakDays.length) return { kind: 'paragraph', text: say('principles.noPeaks') };
  return {
    kind: 'table',
    table: {
      name: 'peaks',
      caption: say('principles.peaks'),
      columns: [
        column(say('date'), 2),
        column(say('principles.users'), 1),
        column(say('principles.staff'), 1),
        column(say('principles.share'), 1),
      ],
      rows: peakDays.map((day) => [date(day.date), day.users, day.of, decimal(day.share)]),
    },
  };
}
