import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Capacity } from '../../activities/directory/port.js';
import type { WordsRef } from '../../activities/ledger/port.js';
import type { TeleworkForm } from '../registration/contract.js';
import type { Signed, Taken } from '../shared/case.js';
import type { YearlyReview } from './rules.js';

/** 制度導入段階 → 制度検証・改善段階 → 制度定着段階 (004:1005-1010, 004:1298). */
export const stages = ['introduction', 'verification', 'establishment'] as const;
export type Stage = (typeof stages)[number];

/** 目標 of a fiscal year (004:1016-1025): of one form, or of all together. `value` null: none is set, 「—」 (004:439). */
export interface Target {
  form: TeleworkForm | 'all';
  value: number | null;
}

/** What a target is judged by: 延べ実施者数 (004:776) or 実人数. The other stands beside it. */
export type CountedBy = 'uses' | 'people';

/** The review's section of a municipality's policy pack, resolved; it is taken anew with each year's plan (design §4.8). */
export interface ReviewPolicy {
  /** Hash of the pack it was resolved from. */
  pack: string;
  countedBy: CountedBy;
  /** 累計 since when: the first of April of the year, or of the first year of the plan (計画期間, 004:1012). */
  countedOver: 'fiscalYear' | 'plan';
  /** First and last fiscal year of the plan. */
  planYears: readonly [number, number];
  /** 働き方改革向上委員会 (004:1279-1281). Percent of its members who make a quorum; whether a deliberation needs minutes. */
  committee: { quorumPercent: number; minutes: boolean };
  /** テレワーク強化月間 (004:1289): 1 to 12. */
  promotionMonth: number;
  /** Month and day (`10-15`) by which the half-year check is due, so that the autumn's budget requests can follow it (domain.md §6). */
  halfYearBy: string;
  /** Month and day of the next fiscal year until which the committee is waited for; from then on the mayor may decide without it, with a reason. */
  committeeBy: string;
}

/** 施策: what is to be done about something, by whom and until when; carried from year to year until it is done or stopped. */
export interface Measure {
  /** Counts within the review in which it came about. */
  number: number;
  /** The fiscal year in which it came about. */
  year: number;
  text: WordsRef;
  owner: Capacity;
  /** ISO date. */
  due: string;
  /** 予算, in yen. */
  budget?: number;
}
export type MeasureId = Pick<Measure, 'year' | 'number'>;

/** 委員会の検討・協議. `present`: staff numbers, all of the committee. */
export interface Deliberation {
  /** ISO date on which it met. */
  held: string;
  present: readonly string[];
  minutes?: WordsRef;
  /** Whether it agrees with what was laid before it. */
  agrees: boolean;
}

/** What the mayor decides of one measure: 継続・変更・中止, or that it is done. */
export type MeasureDecision = MeasureId &
  ({ decision: 'continue' | 'stop' | 'done' } | { decision: 'change'; text?: WordsRef; owner?: Capacity; due?: string; budget?: number });

/** 段階の移行 of one form: the next stage, or the same; always with a reason. A form that has none yet may begin with the first. */
export interface StageDecision {
  form: TeleworkForm;
  to: Stage;
  reason: WordsRef;
}

/** Result of a year beside its target, as it was evaluated; computed from the frozen months, never typed. */
export interface YearResult extends Target {
  uses: number;
  people: number;
  /** Absent where there is no target. */
  met?: boolean;
}

/** A fiscal year with all that pack and calendar say of it. */
export interface YearRequest {
  /** 年度: 2027 for April 2027 to March 2028. */
  fiscalYear: number;
  policy: ReviewPolicy;
  targets: readonly Target[];
  stages: Readonly<Partial<Record<TeleworkForm, Stage>>>;
  /** What is still open of the years before. */
  measures: readonly Measure[];
}

export const getYearlyReview = defineQuery<YearlyReview>('getYearlyReview');

/** One Update per human decision. Measures are named by year and number. */
export const steps = {
  // Plan; measures are added, changed and withdrawn until the year is evaluated.
  setTargets: defineUpdate<Taken, [Signed & { targets: readonly Target[]; promotionMonth?: number }]>('setTargets'),
  addMeasure: defineUpdate<Taken, [Signed & Omit<Measure, 'number' | 'year'>]>('addMeasure'),
  changeMeasure: defineUpdate<Taken, [Signed & MeasureId & Partial<Omit<Measure, 'number' | 'year'>>]>('changeMeasure'),
  withdrawMeasure: defineUpdate<Taken, [Signed & MeasureId & { reason: WordsRef }]>('withdrawMeasure'),
  submitPlan: defineUpdate<Taken, [Signed & { remarks?: WordsRef }]>('submitPlan'),
  /** `members`: how many the committee has, as the directory says. */
  deliberate: defineUpdate<Taken, [Signed & Deliberation & { members: number }]>('deliberate'),
  /** 決裁 of the plan, under the pack as it then is. */
  decidePlan: defineUpdate<Taken, [Signed & { approved: boolean; reason?: WordsRef; policy: ReviewPolicy }]>('decidePlan'),
  // Do.
  /** The owner says how a measure goes. */
  reportMeasure: defineUpdate<Taken, [Signed & MeasureId & { done: boolean; text: WordsRef; on: string }]>('reportMeasure'),
  /** 中間評価: before the autumn's budget requests. */
  checkHalfYear: defineUpdate<Taken, [Signed & { findings: WordsRef; budgetRequest?: WordsRef; on: string }]>('checkHalfYear'),
  proposeTargets: defineUpdate<Taken, [Signed & { targets: readonly Target[]; reason: WordsRef }]>('proposeTargets'),
  decideTargets: defineUpdate<Taken, [Signed & { approved: boolean; reason?: WordsRef; on: string }]>('decideTargets'),
  /** The survey that is read with the year's figures: its case. */
  useSurvey: defineUpdate<Taken, [Signed & { survey: string }]>('useSurvey'),
  // Check and act.
  /** 評価: figures against targets, once all twelve months are frozen. */
  evaluate: defineUpdate<Taken, [Signed & { remarks: WordsRef; results: readonly YearResult[] }]>('evaluate'),
  /**
   * 決裁 of the year: every open measure, every form's stage, and what is new. The report is frozen with it: `report` is the SHA-256 of its document.
   * `withoutCommittee`: why, where the committee has not met in time.
   */
  decide: defineUpdate<
    Taken,
    [
      Signed & {
        measures: readonly MeasureDecision[];
        added: readonly Omit<Measure, 'number' | 'year'>[];
        stages: readonly StageDecision[];
        withoutCommittee?: WordsRef;
        report: string;
      },
    ]
  >('decide'),
};
