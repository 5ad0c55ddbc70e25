import { type CaseRow, every, type TrialMember, type WordsRef } from '../../activities/ledger/port.js';
import type { Measurement } from '../../workflows/trial-campaign/contract.js';
import type { TrialCampaign } from '../../workflows/trial-campaign/rules.js';
import type { TrialSection } from '../../workflows/trial-section/rules.js';
import type { Services } from '../parts.js';
import { answersOf } from './answers.js';
import { maskedLines, sumOf } from './tallies.js';

/** What was measured of one thing before and after the campaign, of the whole or of a department. */
export interface Measured {
  what: Measurement['what'];
  department?: string;
  before?: number;
  after?: number;
  /** After less before, where both are known. */
  change?: number;
}

/** 結果報告: all that came of a campaign, as it stands now, or once it is reported. No member is named. */
export async function reportOf({ ledger }: Pick<Services, 'ledger'>, row: CaseRow) {
  const campaign = row.state as TrialCampaign;
  const { status, draft, round, roundFrom, policy, measurements, tally } = campaign;
  const sections: TrialSection[] = [];
  for await (const section of every((page) => ledger.casesWithin({ procedure: 'trial-section', within: [row.caseId], ...page })))
    sections.push(section.state as TrialSection);
  const [{ total, byDepartment, byGroup }, answers, events] = await Promise.all([
    ledger.campaignTally(row.caseId),
    answersOf(ledger, row),
    ledger.events(row.caseId),
  ]);
  const said = events.findLast(({ event }) => event.name === 'report')?.event.input as { remarks?: WordsRef } | undefined;
  const raised = sections.flatMap(({ department, raised: all }) => all.map((one) => ({ department, ...one })));
  const meetings = sections.flatMap(({ department, meetings: all }) => all.map((one) => ({ department, ...one })));
  const references = [said?.remarks, ...raised.flatMap(({ text, answer }) => [text, answer]), ...meetings.map((one) => one.questions)];
  const texts = await ledger.read(references.flatMap((one) => (one ? [one.row] : [])));
  const textOf = (reference: WordsRef | undefined): string | undefined => reference && texts[reference.row];
  return {
    receiptNumber: row.receiptNumber,
    status,
    provisional: status !== 'reported',
    from: draft.from,
    until: draft.until,
    round,
    roundFrom,
    total: sumOf(tally ?? total, policy.smallGroup),
    byDepartment: maskedLines('department', byDepartment, policy.smallGroup),
    byGroup: maskedLines('group', byGroup, policy.smallGroup),
    answers: withoutNames(answers),
    raised: raised.map(({ department, kind, text, answer }) => ({ department, kind, text: textOf(text), answer: textOf(answer) })),
    meetings: meetings.map(({ department, held, attended, questions }) => ({ department, held, attended, questions: textOf(questions) })),
    measurements: measured(measurements),
    remarks: textOf(said?.remarks),
  };
}
export type Report = Awaited<ReturnType<typeof reportOf>>;

/** Who wanted to be known wanted HR to know. */
const withoutNames = (answers: Awaited<ReturnType<typeof answersOf>>) => {
  const unnamed = <Role extends keyof typeof answers>(role: Role) => {
    const of = answers[role];
    return 'remarks' in of ? { ...of, remarks: of.remarks.map(({ text }) => ({ text })) } : of;
  };
  return { participant: unnamed('participant'), head: unnamed('head') };
};

/** Before and after side by side. */
export function measured(measurements: readonly Measurement[]): readonly Measured[] {
  const lines = new Map<string, Measured>();
  for (const { what, when, value, department } of measurements) {
    const key = `${what} ${department ?? ''}`;
    const line = { ...(lines.get(key) ?? { what, ...(department !== undefined && { department }) }), [when]: value };
    const { before, after } = line;
    lines.set(key, before === undefined || after === undefined ? line : { ...line, change: after - before });
  }
  return [...lines.values()];
}

/** A table of the report: cells under headings. */
export interface Table {
  name: TableName;
  heading: readonly string[];
  rows: readonly (readonly (string | number | undefined)[])[];
}
export const tableNames = ['departments', 'groups', 'members', 'questionnaire', 'raised', 'measurements'] as const;
export type TableName = (typeof tableNames)[number];

const figures = ['members', 'done', 'recordedByHr', 'planned', 'atRisk', 'exempt', 'notPossible', 'share', 'shareWithoutExempt'] as const;

/** The report in tables; `members`: everybody with their status, where the reader may see them. */
export function tablesOf(report: Report, members?: readonly TrialMember[]): readonly Table[] {
  const line = (name: string, of: object) =>
    'masked' in of ? [name, 'masked'] : [name, ...figures.map((field) => (of as Readonly<Record<string, number>>)[field])];
  const answered = Object.entries(report.answers).flatMap(([role, { asked, answered: n, ...rest }]) =>
    'results' in rest
      ? rest.results.flatMap(({ question, blank, choices }) => [
          ...choices.map(({ choice, count, share }) => [role, question, asked, n, choice, count, share]),
          [role, question, asked, n, 'blank', blank, undefined],
        ])
      : [[role, 'masked', asked, n]],
  );
  return [
    {
      name: 'departments',
      heading: ['department', ...figures],
      rows: [...report.byDepartment.map((one) => line(one.department, one)), line('total', report.total)],
    },
    { name: 'groups', heading: ['group', ...figures], rows: report.byGroup.map((one) => line(one.group, one)) },
    ...(members
      ? [
          {
            name: 'members' as const,
            heading: ['staff_number', 'department', 'group', 'status', 'needed', 'done', 'observed'],
            rows: members.map((one) => [
              ...[one.staff, one.department, one.group, one.status, one.needed, one.done, one.observed.join(' ')],
            ]),
          },
        ]
      : []),
    { name: 'questionnaire', heading: ['role', 'question', 'asked', 'answered', 'choice', 'count', 'share'], rows: answered },
    {
      name: 'raised',
      heading: ['department', 'kind', 'text', 'answer', 'held', 'attended'],
      rows: [
        ...report.raised.map(({ department, kind, text, answer }) => [department, kind, text, answer]),
        ...report.meetings.map(({ department, questions, held, attended }) => [
          department,
          'meeting',
          questions,
          undefined,
          held,
          attended,
        ]),
      ],
    },
    {
      name: 'measurements',
      heading: ['what', 'department', 'before', 'after', 'change'],
      rows: report.measurements.map(({ what, department, before, after, change }) => [what, department, before, after, change]),
    },
  ];
}
