import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { DeviceKind, WordsRef } from '../../activities/ledger/port.js';
import type { LoanPolicy } from '../device-loan/contract.js';
import type { Signed, Taken } from '../shared/case.js';
import type { TrialSection } from './rules.js';

/** So many times from the first to the last date. */
export interface Duty {
  from: string;
  until: string;
  times: number;
}

/** When somebody is to telework. `morning` and `afternoon` take a half of the day away from the counter, a `day` both. */
export interface Slot {
  date: string;
  part: 'day' | 'morning' | 'afternoon';
}

/** 窓口の必要人数: who must be at the office in each half of a day. */
export interface Counter {
  morning: number;
  afternoon: number;
}

/** Every member is in exactly one of these. `done`: observed, whatever else is said; `recordedByHr`: by hand, with a reason, and counted apart. */
export type MemberStatus = 'done' | 'recordedByHr' | 'exempt' | 'notPossible' | 'planned' | 'atRisk';
export type Tally = Readonly<Record<MemberStatus, number>>;

/** 免除 (reason code, who approved it, last date); it ends by itself. */
export type ExemptionReason = 'leave' | 'hospital' | 'maternity' | 'childcareLeave' | 'secondment' | 'duty';
/** For those alone who may read a section's words (head, HR), wherever it stands. `until`: its last date. */
export interface Exemption {
  reason: ExemptionReason;
  until: string;
}

/** A slot as planned. `device`: the asset that the plan has counted on, where devices are lent. */
export interface PlannedSlot extends Slot {
  device?: string;
}

/** A member as the plan opens the section with. */
export interface PlannedMember {
  staff: string;
  group: string;
  duties: readonly Duty[];
  slots: readonly PlannedSlot[];
  /** Dates not at work (leave), and dates at work on which telework is not possible: no slot may lie there. */
  absent: readonly string[];
  unavailable: readonly string[];
  notPossible?: string;
  /** Heads the department: what they ask is decided by the next superior. */
  head?: true;
  /** Needs nothing lent: has an own device that leaves the house. */
  ownDevice?: true;
}

/** How devices are lent for the slots: the same for all of the section. */
export interface LoanTerms {
  kind: DeviceKind;
  pools: readonly string[];
  policy: LoanPolicy;
}

/** A section of an announced campaign, with its part of the plan. */
export interface SectionRequest {
  /** The campaign's case. */
  campaign: string;
  department: string;
  plan: string;
  /** Last date; the campaign may move it. */
  from: string;
  until: string;
  members: readonly PlannedMember[];
  unit: 'day' | 'halfDay';
  counter?: Counter;
  /** People of the section who are no members, each by the dates on which they are not at work: at all others they are at the office. */
  others: readonly (readonly string[])[];
  /** Dates on which nobody teleworks, weekends and holidays included. */
  closed: readonly string[];
  /** Absent where nothing is lent. */
  loan?: LoanTerms;
}

/** One change of somebody's slots, found by planning anew. It holds only where the slots are still those of `from`. */
export interface Move {
  staff: string;
  from: readonly PlannedSlot[];
  to: readonly PlannedSlot[];
}

/** The campaign goes on longer than the section knows. `again`: a second round, in which what was missed in one week or month may be made up for in another. */
export interface Prolonged {
  until: string;
  closed: readonly string[];
  again?: true;
}

export const getTrialSection = defineQuery<TrialSection>('getTrialSection');

/** One Update per human decision. `on`: the municipality's date at that moment, set by the API. */
export const steps = {
  /** 交代の申出: to take each other's slot. */
  askSwap: defineUpdate<Taken, [Signed & { on: string; mine: string; with: string; theirs: string }]>('askSwap'),
  /** By whom it was asked, a promoter of the section, or its head. */
  answerSwap: defineUpdate<Taken, [Signed & { on: string; swap: string; agreed: boolean }]>('answerSwap'),
  dropSwap: defineUpdate<Taken, [Signed & { swap: string }]>('dropSwap'),
  /** These people (staff numbers; forty may fall ill at once) cannot on these dates (ill, needed elsewhere): said by the person, a promoter or the head. The next round looks for others. */
  cannot: defineUpdate<Taken, [Signed & { on: string; people: readonly string[]; dates: readonly string[]; atWork: boolean }]>('cannot'),
  /** Another slot in the place of one, or one for somebody who has none. */
  move: defineUpdate<Taken, [Signed & { on: string; staff: string; from?: string; to: Slot }]>('move'),
  exempt: defineUpdate<Taken, [Signed & { on: string; people: readonly string[]; exemption: Exemption }]>('exempt'),
  endExemption: defineUpdate<Taken, [Signed & { staff: string }]>('endExemption'),
  /** HR records by hand that somebody has done it, or cannot. */
  recordOutcome: defineUpdate<Taken, [Signed & { on: string; staff: string; outcome: 'done' | 'notPossible'; reason: WordsRef }]>(
    'recordOutcome',
  ),
  withdrawOutcome: defineUpdate<Taken, [Signed & { staff: string }]>('withdrawOutcome'),
  /** The head objects to the section's plan; it stands until HR has decided. */
  object: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('object'),
  /** `counter`: the plan is made anew with another need at the counter; without it stands. */
  settleObjection: defineUpdate<Taken, [Signed & { counter?: Counter }]>('settleObjection'),
  /** 推進員会議: which questions came up. */
  recordMeeting: defineUpdate<Taken, [Signed & { held: string; attended: number; questions: WordsRef }]>('recordMeeting'),
  /** 質問・困りごと. */
  raise: defineUpdate<Taken, [Signed & { kind: 'question' | 'trouble'; text: WordsRef }]>('raise'),
  answerRaised: defineUpdate<Taken, [Signed & { raised: string; answer: WordsRef }]>('answerRaised'),
};
