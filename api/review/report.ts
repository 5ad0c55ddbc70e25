import type { Cumulative, WordsRef } from '../../activities/ledger/port.js';
import type { Text } from '../../workflows/survey/contract.js';
import type {
  Deliberation,
  Measure,
  MeasureDecision,
  MeasurePlan,
  ReviewPolicy,
  StageDecision,
  Stages,
  Target,
  YearResult,
} from '../../workflows/yearly-review/contract.js';
import type { DepartmentLine } from '../figures/departments.js';
import type { HoursTable } from '../figures/hours.js';
import type { NationalSurvey } from '../figures/national-survey.js';
import type { ServiceTable } from '../figures/service.js';
import type { SituationLines } from '../figures/situations.js';
import type { TargetRow } from '../figures/targets.js';
import type { YearTable } from '../figures/year.js';

/** What one frozen month has beside its uses; absent of a month that is not frozen. */
export interface MonthOfService extends Partial<Pick<ServiceTable, 'deviceUse' | 'losses' | 'troubles'>> {
  month: string;
  /** Registrations active at its end. */
  registered?: number;
}

/** A survey's results as far as the report shows them. */
export interface SurveyPart {
  receiptNumber: string;
  title: Text;
  from: string;
  until: string;
  handedOut: number;
  returned: number;
  /** 回収率, in per cent. */
  share?: number;
  questions: readonly SurveyQuestion[];
}

/** A question that is not free text. `n`: everybody whom the branch asked, blanks included (004:810-822). */
export interface SurveyQuestion {
  id: string;
  text: Text;
  kind: 'single' | 'multiple';
  most?: number;
  n: number;
  /** Absent where so few were asked that nothing is shown. */
  choices?: readonly { id: string; text: Text; count: number; share?: number }[];
  invented?: true;
}

/** Targets that were laid before the mayor: with the plan, or in mid-year with a reason. */
export interface TargetsVersion {
  on: string;
  targets: readonly Target[];
  reason?: WordsRef;
  approved: boolean;
}

/** A measure, and what its owner has said of it. */
export interface MeasureLine extends Measure {
  reports: readonly { on: string; done: boolean; text: WordsRef }[];
}

/** A deliberation of the committee: of the plan or of the year's results. `quorum`: how many make one. */
export interface CommitteeLine extends Deliberation {
  of: 'plan' | 'results';
  quorum: number;
}

/** A month that was corrected after the report of its year had been decided on: the version that the report has, and the latest, of the date. */
export interface Corrected {
  month: string;
  was: number;
  version: number;
  on: string;
}

/**
 * 年次報告書 of a fiscal year as it is laid before the mayor: numbers and codes only, so that it can be kept for ever. Free texts are references, which are followed when it is shown and lead nowhere
 * once the words are erased; names of departments are those of the date on which it was put together.
 */
export interface ReviewReport {
  fiscalYear: number;
  municipality: Text;
  receiptNumber: string;
  /** ISO date on which it was put together. */
  on: string;
  departments: Readonly<Record<string, string>>;
  policy: Omit<ReviewPolicy, 'planned'>;
  year: YearTable;
  /** 累計 of the fiscal year before, month by month, of all forms. */
  before: readonly Cumulative[];
  byDepartment: readonly DepartmentLine[];
  /** Of the promotion month (Saga's was November, 004:393). */
  situations: { month: string; lines: readonly SituationLines[] };
  targetsByYear: readonly TargetRow[];
  hours: HoursTable;
  service: ServiceTable;
  byMonth: readonly MonthOfService[];
  national: NationalSurvey;
  survey?: SurveyPart;
  /** Of this year, in order; the last approved one is in force. */
  targets: readonly TargetsVersion[];
  stages: Stages;
  measures: readonly MeasureLine[];
  halfYear?: { on: string; findings: WordsRef; budgetRequest?: WordsRef };
  evaluation?: { results: readonly YearResult[]; remarks: WordsRef };
  committee: readonly CommitteeLine[];
  /** 決裁 of the plan. */
  planDecisions: readonly { on: string; approved: boolean; reason?: WordsRef; withoutCommittee?: WordsRef }[];
  /** Months of earlier years that were corrected after these years' reports. */
  corrections: readonly Corrected[];
}

/** What the mayor has decided on the report. */
export interface YearDecision {
  on: string;
  measures: readonly MeasureDecision[];
  added: readonly MeasurePlan[];
  stages: readonly StageDecision[];
  withoutCommittee?: WordsRef;
}

/** The report, with all that is to be said of it today. */
export interface ShownReport {
  report: ReviewReport;
  /** SHA-256 of the document and what was decided on it; absent while it is provisional. */
  hash?: string;
  decision?: YearDecision;
  /** Months of this very year that were corrected since the decision. */
  corrected: readonly Corrected[];
  /** The words behind the references, by row; those that are erased are absent. */
  words: Readonly<Record<string, string>>;
  /** Names by staff number, as the directory has them now. */
  people: Readonly<Record<string, string>>;
}
