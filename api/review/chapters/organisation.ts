import { say as sayIn } from '../../../config/texts.js';
import { quorumOf } from '../../../workflows/yearly-review/rules.js';
import { tenthsOf } from '../../rounding.js';
import { type Block, type Cell, type Chapter, grouped } from '../document.js';
import { column, type Reader } from '../reader.js';
import type { ReviewReport, ShownReport, YearDecision } from '../report.js';

/** 第4章6 推進体制: committee (004:1279-1281), mayor, promotion month (004:1289), and what the ministry asks (000:141-164). */
export function organisation(reader: Reader, { report, decision }: ShownReport): Chapter {
  return {
    title: reader.say('organisation.title'),
    blocks: [...committee(reader, report), mayor(reader, report, decision), ...promotion(reader, report), national(reader, report)],
  };
}

function committee({ say, date, text, person }: Reader, { review: { deliberations: meetings, policy } }: ReviewReport): readonly Block[] {
  const heading: Block = { kind: 'heading', text: say('organisation.committee') };
  if (!meetings.length) return [heading, { kind: 'paragraph', text: say('organisation.noMeeting') }];
  return [
    {
      kind: 'table',
      table: {
        name: 'committee',
        caption: say('organisation.committee'),
        columns: [
          ...[column(say('organisation.held'), 2), column(say('organisation.of'), 2), column(say('organisation.present'), 2)],
          ...[column(say('organisation.quorum'), 1), column(say('organisation.outcome'), 1)],
        ],
        rows: meetings.map(({ held, of, present, members, agrees }) => [
          ...[date(held), say(`organisation.${of}`)],
          say('organisation.presentOf', { present: `${present.length}`, members: `${members.length}` }),
          ...[quorumOf(members, policy.committee), say(agrees ? 'organisation.agrees' : 'organisation.disagrees')],
        ]),
      },
    },
    ...meetings.flatMap(({ held, present, minutes }): Block[] => [
      {
        kind: 'paragraph',
        text: say('organisation.attended', { on: date(held), names: present.map(person).join(say('situation.comma')) }),
      },
      ...(minutes ? [{ kind: 'paragraph' as const, text: say('organisation.minutes', { on: date(held) }) + text(minutes) }] : []),
    ]),
  ];
}

function mayor(
  { say, date, text }: Reader,
  { review: { planDecisions, targets } }: ReviewReport,
  decision: YearDecision | undefined,
): Block {
  const without = (reason: YearDecision['withoutCommittee']) => (reason ? [say('organisation.withoutCommittee') + text(reason)] : []);
  const rows: readonly (readonly Cell[])[] = [
    ...planDecisions.map((one) => ({
      ...{ on: one.on, subject: say('organisation.ofPlan'), approved: one.approved },
      reason: [...(one.reason ? [text(one.reason)] : []), ...without(one.withoutCommittee)].join('\n'),
    })),
    ...targets.flatMap(({ outcome }) =>
      outcome ? [{ ...outcome, subject: say('organisation.ofTargets'), reason: outcome.reason ? text(outcome.reason) : '' }] : [],
    ),
    ...(decision
      ? [{ on: decision.on, subject: say('organisation.ofYear'), approved: true, reason: without(decision.withoutCommittee).join('\n') }]
      : []),
  ].map(({ on, subject, approved, reason }) => [
    ...[date(on), subject, say(approved ? 'organisation.approved' : 'organisation.refused'), reason],
  ]);
  if (!rows.length) return { kind: 'paragraph', text: say('organisation.noDecision') };
  return {
    kind: 'table',
    table: {
      name: 'mayor',
      caption: say('organisation.decisions'),
      columns: [
        ...[
          column(say('date'), 2),
          column(say('organisation.subject'), 3),
          column(say('organisation.outcome'), 1),
          column(say('reason'), 4),
        ],
      ],
      rows,
    },
  };
}

function promotion({ say, month }: Reader, { year: { months }, review: { promotionMonth } }: ReviewReport): readonly Block[] {
  const frozen = months.filter(({ state }) => state === 'frozen');
  const isPromotion = (of: string) => Number(of.slice(5)) === promotionMonth;
  const name = month(months.find((one) => isPromotion(one.month))?.month ?? '');
  const [own, others] = [frozen.find((one) => isPromotion(one.month)), frozen.filter((one) => !isPromotion(one.month))];
  const average = tenthsOf(
    others.reduce((sum, { uses = 0 }) => sum + uses, 0),
    others.length,
  );
  return [
    { kind: 'heading', text: say('organisation.promotion') },
    {
      kind: 'paragraph',
      text:
        own && average !== undefined
          ? say('organisation.promotionText', { month: name, uses: grouped(own.uses ?? 0), average: grouped(average, 1) })
          : say('organisation.promotionOpen', { month: name }),
    },
  ];
}

function national({ say, date, language }: Reader, { national: answer }: ReviewReport): Block {
  const { rate, departments, partTimers, ways } = answer;
  const known = (value: string | undefined): string => value ?? say('organisation.unknown');
  const means = Object.entries(ways).map(([way, { lan }]) => {
    const name = sayIn(language, 'workDevice', way);
    return lan ? say('organisation.wayWithLan', { way: name }) : name;
  });
  const rateInWords =
    rate?.share !== undefined && rate.date !== undefined
      ? say('organisation.rateOf', {
          ...{ share: rate.share.toFixed(1), on: date(rate.date), users: grouped(rate.users), eligible: grouped(rate.eligible ?? 0) },
        })
      : undefined;
  return {
    kind: 'table',
    table: {
      name: 'national',
      caption: say('organisation.national'),
      columns: [column(say('organisation.item'), 2), column(say('organisation.answer'), 4)],
      rows: [
        [say('organisation.rate'), known(rateInWords)],
        [say('organisation.band'), known(rate && say(`organisation.bands.${rate.band}`))],
        [
          say('organisation.departments'),
          known(departments && say(departments === 'all' ? 'organisation.allDepartments' : 'organisation.someDepartments')),
        ],
        [
          say('organisation.partTimers'),
          known(partTimers === undefined ? undefined : say(partTimers ? 'organisation.yes' : 'organisation.no')),
        ],
        [say('organisation.ways'), known(means.join(say('situation.comma')) || undefined)],
      ],
    },
  };
}
