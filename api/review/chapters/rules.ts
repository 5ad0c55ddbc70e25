import { say as sayIn } from '../../../config/texts.js';
import type { Block, Chapter } from '../document.js';
import { column, decimal, monthlyChart, type Reader } from '../reader.js';
import type { ReviewReport } from '../report.js';

/** 第4章3 ルール: how the guideline's procedures were gone through: who approved, and who is registered. */
export function rules(reader: Reader, report: ReviewReport): Chapter {
  const { say } = reader;
  return {
    title: say('rules.title'),
    blocks: [
      { kind: 'paragraph', text: say('rules.intro') },
      approvals(reader, report),
      monthlyChart(reader, report, {
        ...{ name: 'registered', as: 'bars', title: say('rules.registered'), unit: 'people' },
        lines: [{ name: say('summary.registered'), values: report.byMonth.map((one) => one.registered) }],
      }),
    ],
  };
}

function approvals({ say, language }: Reader, { service: { approvals: all } }: ReviewReport): Block {
  if (!all.byProcedure.length) return { kind: 'paragraph', text: say('rules.noApprovals') };
  return {
    kind: 'table',
    table: {
      name: 'approvals',
      caption: say('rules.approvals'),
      columns: [
        column(say('rules.procedure'), 3),
        ...[say('rules.own'), say('rules.acting'), say('total'), say('rules.actingShare')].map((heading) => column(heading, 1)),
      ],
      rows: [
        ...all.byProcedure.map((one) => ({ ...one, name: sayIn(language, 'procedure', one.procedure) })),
        { ...all, name: say('total') },
      ].map(({ name, own, acting, actingShare }) => [name, own, acting, own + acting, decimal(actingShare)]),
    },
  };
}
