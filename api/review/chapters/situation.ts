import { today } from '../../../config/calendar.js';
import type { Block, Cell, Chapter } from '../document.js';
import { chartOf, column, monthlyChart, type Reader } from '../reader.js';
import type { ReviewReport } from '../report.js';

/** 第2章 テレワークの実施状況: by month with 累計, target and last year, by form, by department (004:776-783). */
export function situation(reader: Reader, report: ReviewReport): Chapter {
  return {
    title: reader.say('situation.title'),
    blocks: [...byMonth(reader, report), byForm(reader, report), byDepartment(reader, report)],
  };
}

function byMonth(reader: Reader, report: ReviewReport): readonly Block[] {
  const { say, month, date } = reader;
  const { year, before, review } = report;
  const { countedBy, countedOver } = review.policy;
  const until = (all: ReviewReport['before'], of: string) => all.find((one) => one.form === undefined && one.month === of);
  const lastYear = (of: string) => until(before, `${Number(of.slice(0, 4)) - 1}${of.slice(4)}`)?.[countedBy];
  /** What only stands there where there was a year before. */
  const past = <Part>(part: Part): Part[] => (before.length ? [part] : []);
  const title = say('situation.cumulative', { by: say(`goals.by.${countedBy}`) });
  const chart = chartOf(reader, {
    ...{ as: 'lines', title, unit: 'people' },
    categories: year.months.map((one) => month(one.month)),
    series: [
      { name: say('situation.this'), values: year.months.map((one) => until(year.cumulative, one.month)?.[countedBy]) },
      { name: say('situation.target'), values: year.months.map((one) => targetIn(report, one.month)) },
      { name: say('situation.last'), values: year.months.map((one) => lastYear(one.month)) },
    ].filter(({ values }) => values.some((value) => value !== undefined)),
  });
  const rows = year.months.map((one): readonly Cell[] => {
    const sum = until(year.cumulative, one.month);
    const note = one.state === 'counting' ? say('counting') : one.state === 'frozen' && one.version > 1 ? corrected(one) : '';
    return [
      month(one.month),
      one.uses,
      one.people,
      sum?.uses,
      sum?.people,
      targetIn(report, one.month),
      ...past(lastYear(one.month)),
      one.orderedUses,
      note,
    ];
  });
  function corrected({ version, takenAt }: { version: number; takenAt: string }): string {
    return `${say('situation.corrected', { version: `${version}` })} ${date(today(takenAt))}`;
  }
  return [
    {
      kind: 'chart',
      chart,
      table: {
        name: 'months',
        caption: say('situation.months'),
        columns: [
          column(say('month'), 1),
          ...[say('situation.uses'), say('situation.usesPeople'), say('situation.cumulativeUses'), say('situation.cumulativePeople')].map(
            (heading) => column(heading, 1.5),
          ),
          ...[say('situation.target'), ...past(say('situation.before')), say('situation.ordered')].map((heading) => column(heading, 1.3)),
          column(say('note'), 2),
        ],
        rows: [
          ...rows,
          [say('total'), year.total.uses, undefined, undefined, undefined, undefined, ...past(undefined), year.total.orderedUses, ''],
        ],
        notes: [say(`situation.over.${countedOver}`), say('situation.orderedNote')],
      },
    },
  ];
}

/** The target of all forms that was in force at the end of the month: the plan's, or what the mayor had approved by then. */
function targetIn({ review: { targets } }: ReviewReport, month: string): number | undefined {
  const version = targets.findLast(({ reason, outcome }) => !reason || (outcome?.approved && outcome.on.slice(0, 7) <= month));
  return version?.targets.find(({ form }) => form === 'all')?.value ?? undefined;
}

function byForm(reader: Reader, report: ReviewReport): Block {
  const { say, form } = reader;
  const { months, byForm: forms, total } = report.year;
  const usesOf = (wanted: string) => months.map(({ byForm: of }) => of?.find((one) => one.form === wanted)?.uses);
  return monthlyChart(reader, report, {
    ...{ name: 'forms', as: 'stack', title: say('situation.forms'), unit: 'people' },
    lines: forms.map((one) => ({ name: form(one.form), values: usesOf(one.form), total: one.uses })),
    below: [{ name: say('total'), values: months.map(({ uses }) => uses), total: total.uses }],
  });
}

function byDepartment({ say, date, department }: Reader, { byDepartment: lines, year: { total } }: ReviewReport): Block {
  const names = (departments: readonly string[]) => departments.map(department).join(say('situation.comma'));
  const history = ({ changes }: (typeof lines)[number]) =>
    changes.map(({ on, how, before, after }) => say(`situation.${how}`, { on: date(on), before: names(before), after: names(after) }));
  const rows = lines.map((line): readonly Cell[] => [
    department(line.departments[0] ?? ''),
    ...('masked' in line ? [say('masked'), say('masked')] : [line.uses, line.orderedUses]),
    history(line).join('\n'),
  ]);
  return {
    kind: 'table',
    table: {
      name: 'departments',
      caption: say('situation.departments'),
      columns: [
        column(say('situation.department'), 3),
        column(say('situation.uses'), 1.5),
        column(say('situation.ordered'), 1.5),
        column(say('situation.history'), 4),
      ],
      rows: [...rows, [say('total'), total.uses, total.orderedUses, '']],
      notes: lines.some(({ changes }) => changes.length) ? [say('situation.continued')] : [],
    },
  };
}
