import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Capacity } from '../../activities/directory/port.js';
import type { WordsRef } from '../../activities/ledger/port.js';
import type { TeleworkForm } from '../registration/contract.js';
import type { Signed, Taken } from '../shared/case.js';
import type { YearlyReview } from './rules.js';

/** 制度導入段階 → 制度検証・改善段階 → 制度定着段階 (004:1005-1010, 004:1298). */
export type Stage = 'introduction' | 'verification' | 'establishment';

/** 目標 of a fiscal year (004:1016-1025): of one form, or of all together. `value` null: none is set, 「—」 (004:439). */
export interface Target {
  form: TeleworkForm | 'all';
  value: number | null;
}

/** What a target is judged by: 延べ実施者数 (004:776) or 実人数. The other stands beside it. */
export type CountedBy = 'uses' | 'people';

/** What the plan of several years (計画) says of one fiscal year (004:1003-1025). */
export interface PlannedYear {
  fiscalYear: number;
  targets: readonly Target[];
  /** The stage in which each form is to be. */
  stages: Stages;
}
export type Stages = Readonly<Partial<Record<TeleworkForm, Stage>>>;

/** The review's section of a municipality's policy pack, resolved; it is taken anew with each year's plan (design §4.8). */
export interface ReviewPolicy {
  /** Hash of the pack it was resolved from. */
  pack: string;
  countedBy: CountedBy;
  /** 累計 since when: the first of April of the year, or of the first year of the plan (計画期間, 004:1012). */
  countedOver: 'fiscalYear' | 'plan';
  /** First and last fiscal year of the plan. */
  planYears: readonly [number, number];
  /** What the pack plans for single years, by fiscal year: a year that opens by itself begins with it. */
  planned: readonly PlannedYear[];
  /** 働き方改革向上委員会 (004:1279-1281). Percent of its members who make a quorum; whether a deliberation needs minutes. */
  committee: { quorumPercent: number; minutes: boolean };
  /** テレワーク強化月間 (004:1289): 1 to 12. */
  promotionMonth: number;
  /** Month and day (`10-15`) by which the half-year check is due, so that the autumn's budget requests can follow it (domain.md §6). */
  halfYearBy: string;
  /** Month and day until which the committee is waited for: of the year for its plan, of the next for its results. From then on the mayor may decide without it, with a reason. */
  committeeBy: string;
}

/** A measure counts within the review of the fiscal year in which it came about. */
export interface MeasureId {
  year: number;
  number: number;
}

/** What is to be done about something, by whom and until when. */
export interface MeasurePlan {
  text: WordsRef;
  owner: Capacity;
  /** ISO date. */
  due: string;
  /** 予算, in yen. */
  budget?: number;
}

/** 施策: carried from year to year until it is done or stopped. */
export interface Measure extends MeasureId, MeasurePlan {
  /** The owner has said that it is done; the mayor decides. */
  done?: true;
}

/** 委員会の検討・協議 (004:1281). */
export interface Deliberation {
  /** ISO date on which it met. */
  held: string;
  /** Staff numbers of the members, as the directory has them, and of those of them who were there. */
  members: readonly string[];
  present: readonly string[];
  minutes?: WordsRef;
  /** Whether it agrees with what was laid before it. */
  agrees: boolean;
}

/** What the mayor decides of one measure: 継続・変更・中止, or that it is done. */
export type MeasureDecision = MeasureId & ({ decision: 'continue' | 'stop' | 'done' } | ({ decision: 'change' } & Partial<MeasurePlan>));

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
  stages: Stages;
  /** What is still open of the years before. */
  measures: readonly Measure[];
}

/** What the mayor has decided of a year, for the next one, which has begun since. */
export interface Carried {
  /** All that go on, what is new among them; `changed`: what the decision has changed of it. */
  measures: readonly (Measure & { changed?: Partial<MeasurePlan> })[];
  /** Those that are over. */
  gone: readonly (MeasureId & { decision: 'stop' | 'done' })[];
  stages: Stages;
}

/** The date on which a step is taken, in Tokyo; set by the API. */
export interface Dated {
  on: string;
}

export const getYearlyReview = defineQuery<YearlyReview>('getYearlyReview');

/** One Update per human decision. Measures are named by year and number. */
export const steps = {
  // Plan. What is changed of a plan that lies before committee or mayor takes it back to HR.
  setTargets: defineUpdate<Taken, [Signed & { targets: readonly Target[]; promotionMonth?: number }]>('setTargets'),
  /** Measures are added, changed and withdrawn until the year is over; from then on the next year has them. */
  addMeasure: defineUpdate<Taken, [Signed & MeasurePlan]>('addMeasure'),
  changeMeasure: defineUpdate<Taken, [Signed & MeasureId & Partial<MeasurePlan>]>('changeMeasure'),
  withdrawMeasure: defineUpdate<Taken, [Signed & MeasureId & { reason: WordsRef }]>('withdrawMeasure'),
  submitPlan: defineUpdate<Taken, [Signed & Dated & { remarks?: WordsRef }]>('submitPlan'),
  deliberate: defineUpdate<Taken, [Signed & Dated & Deliberation]>('deliberate'),
  /** 決裁 of the plan, under the pack as it then is. `withoutCommittee`: why, where the committee has not met in time. */
  decidePlan: defineUpdate<
    Taken,
    [Signed & Dated & { approved: boolean; reason?: WordsRef; withoutCommittee?: WordsRef; policy: ReviewPolicy }]
  >('decidePlan'),
  // Do.
  /** The owner says how a measure goes. */
  reportMeasure: defineUpdate<Taken, [Signed & Dated & MeasureId & { done: boolean; text: WordsRef }]>('reportMeasure'),
  /** 中間評価: before the autumn's budget requests. */
  checkHalfYear: defineUpdate<Taken, [Signed & Dated & { findings: WordsRef; budgetRequest?: WordsRef }]>('checkHalfYear'),
  proposeTargets: defineUpdate<Taken, [Signed & Dated & { targets: readonly Target[]; reason: WordsRef }]>('proposeTargets'),
  decideTargets: defineUpdate<Taken, [Signed & Dated & { approved: boolean; reason?: WordsRef }]>('decideTargets'),
  /** The survey that is read with the year's figures: its case. */
  useSurvey: defineUpdate<Taken, [Signed & { survey: string }]>('useSurvey'),
  // Check and act.
  /** 評価: figures against targets, once all twelve months are frozen. */
  evaluate: defineUpdate<Taken, [Signed & Dated & { remarks: WordsRef; results: readonly YearResult[] }]>('evaluate'),
  /**
   * 決裁 of the year: every open measure, every form's stage, and what is new. The report is frozen with it: `report` is the SHA-256 of its document.
   * `withoutCommittee`: why, where the committee has not met in time.
   */
  decide: defineUpdate<
    Taken,
    [
      Signed &
        Dated & {
          measures: readonly MeasureDecision[];
          added: readonly MeasurePlan[];
          stages: readonly StageDecision[];
          withoutCommittee?: WordsRef;
          report: string;
        },
    ]
  >('decide'),
};
