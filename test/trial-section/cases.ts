import type { Signed } from '../../workflows/shared/case.js';
import type { PlannedMember, SectionRequest } from '../../workflows/trial-section/contract.js';
import { apply, type SectionEvent, type SectionStep, type TrialSection } from '../../workflows/trial-section/rules.js';
import { policy } from '../device-loan/cases.js';

/** Invented: the tax department in the two weeks from Monday, 12 April 2027; each once in each week. */
const from = '2027-04-12';
export const until = '2027-04-23';
const duties = [
  { from: '2027-04-12', until: '2027-04-18', times: 1 },
  { from: '2027-04-19', until: '2027-04-23', times: 1 },
];
const closed = ['2027-04-17', '2027-04-18', '2027-04-29'];
export const words = { row: '00000000-0000-4000-8000-000000000000', digest: 'c'.repeat(64) };

export const member = (staff: string, dates: readonly string[], over: Partial<PlannedMember> = {}): PlannedMember => ({
  staff,
  group: 'everybody',
  duties,
  slots: dates.map((date, nth) => ({ date, part: 'day', device: `PC-00${nth + 1}` })),
  absent: [],
  unavailable: [],
  ...over,
});

export const request = (over: Partial<SectionRequest> = {}): SectionRequest => ({
  campaign: 'campaign-1',
  department: 'tax',
  plan: 'plan-1',
  from,
  until,
  members: [
    member('4001', ['2027-04-12', '2027-04-19']),
    member('4002', ['2027-04-14', '2027-04-21']),
    member('4003', ['2027-04-16', '2027-04-23'], { head: true }),
    member('4004', []),
  ],
  unit: 'day',
  counter: { morning: 2, afternoon: 2 },
  others: [],
  closed,
  loan: { kind: 'laptop', pools: ['tax'], policy },
  ...over,
});

export const opening = (over: Partial<SectionRequest> = {}): SectionEvent => ({
  name: 'openSection',
  input: { by: '2001', as: 'hr', ...request(over) },
  key: 'section-1',
});

export const opened = (over: Partial<SectionRequest> = {}): TrialSection => apply(undefined, opening(over));

export const after = (events: readonly SectionEvent[], over: Partial<SectionRequest> = {}): TrialSection =>
  events.reduce(apply, opened(over));

/** Before the first date. */
export const on = '2027-04-09';
export const hr: Signed = { by: '2001', as: 'hr' };
export const head: Signed = { by: '4003', as: 'head:tax' };
export const promoter: Signed = { by: '4004', as: 'promoter:tax' };
export const me = (staff: string): Signed => ({ by: staff, as: 'member:tax' });

/** The step of this name as it is usually filed, other things where they are said; typed by its name. */
export function step<Name extends SectionStep['name']>(
  name: Name,
  over: Partial<Extract<SectionStep, { name: Name }>['input']> = {},
  key = `key-${name}`,
): Extract<SectionStep, { name: Name }> {
  const usual: { [N in SectionStep['name']]: Extract<SectionStep, { name: N }>['input'] } = {
    askSwap: { ...me('4001'), on, mine: '2027-04-12', with: '4002', theirs: '2027-04-14' },
    answerSwap: { by: '4002', as: 'staff:4002', on, swap: 'key-askSwap', agreed: true },
    dropSwap: { by: '4001', as: 'staff:4001', swap: 'key-askSwap' },
    cannot: { ...me('4001'), on, people: ['4001'], dates: ['2027-04-12'], atWork: false },
    move: { ...me('4001'), on, staff: '4001', from: '2027-04-12', to: { date: '2027-04-13', part: 'day' } },
    exempt: { ...head, on, people: ['4001'], exemption: { reason: 'leave', until: '2027-04-16' } },
    endExemption: { ...hr, staff: '4001' },
    recordOutcome: { ...hr, on, staff: '4001', outcome: 'done', reason: words },
    withdrawOutcome: { ...hr, staff: '4001' },
    object: { ...head, reason: words },
    settleObjection: { ...hr, counter: { morning: 3, afternoon: 1 } },
    recordMeeting: { ...promoter, held: '2027-04-09', attended: 25, questions: words },
    raise: { ...me('4001'), kind: 'question', text: words },
    answerRaised: { ...promoter, raised: 'key-raise', answer: words },
  };
  return { name, input: { ...usual[name], ...over }, key } as unknown as Extract<SectionStep, { name: Name }>;
}

type NewsOf<Name> = Extract<SectionEvent, { name: Name; input: { by: 'system' } }>;

/** News of the morning round, and of the directory. */
export const news = <Name extends 'replan' | 'join' | 'leave' | 'close' | 'cancel'>(
  name: Name,
  input: Omit<NewsOf<Name>['input'], 'by'>,
): SectionEvent => ({ name, input: { by: 'system', ...input }, key: `news-${name}` }) as unknown as SectionEvent;

export const slotsOf = (section: TrialSection, staff: string): readonly string[] =>
  section.members.find((one) => one.staff === staff)?.slots.map(({ date }) => date) ?? [];
