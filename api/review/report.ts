import type { Cumulative } from '../../activities/ledger/port.js';
import type { Text } from '../../workflows/survey/contract.js';
import type { YearlyReview } from '../../workflows/yearly-review/rules.js';
import type { DepartmentLine } from '../figures/departments.js';
import type { HoursTable } from '../figures/hours.js';
import type { NationalSurvey } from '../figures/national-survey.js';
import type { MonthOfService } from '../figures/read.js';
import type { ServiceTable } from '../figures/service.js';
import type { SituationLines } from '../figures/situations.js';
import type { TargetRow } from '../figures/targets.js';
import type { YearTable } from '../figures/year.js';
import type { SurveyResults } from '../survey/results.js';

/** A survey that is read with the year, and what it came to once it is reported. */
export interface SurveyPart {
  receiptNumber: string;
  from: string;
  until: string;
  results?: SurveyResults;
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
  municipality: Text;
  receiptNumber: string;
  /** ISO date on which it was put together. */
  on: string;
  departments: Readonly<Record<string, string>>;
  /** The case as it stood: targets with every version, measures, deliberations, what was found. */
  review: YearlyReview;
  year: YearTable;
  /** 累計 of the fiscal year before, month by month, of all forms; none where that year has no review. */
  before: readonly Cumulative[];
  byDepartment: readonly DepartmentLine[];
  /** Of the promotion month (Saga's was November, 004:393); absent while it is not frozen. */
  situations?: readonly SituationLines[];
  targetsByYear: readonly TargetRow[];
  hours: HoursTable;
  service: ServiceTable;
  byMonth: readonly MonthOfService[];
  national: NationalSurvey;
  survey?: SurveyPart;
  /** Months of earlier years that were corrected after these years' reports. */
  corrections: readonly Corrected[];
}

/** What the mayor has decided on the report. */
export type YearDecision = NonNullable<YearlyReview['decision']>;

/** The report, with all that is to be said of it today. */
export interface ShownReport {
  report: ReviewReport;
  /** What was decided on it, with the SHA-256 of the document; absent while it is provisional. */
  decision?: YearDecision;
  /** Months of this very year that were corrected since the decision. */
  corrected: readonly Corrected[];
  /** The words behind the references, by row; those that are erased are absent. */
  words: Readonly<Record<string, string>>;
  /** Names by staff number, as the directory has them now. */
  people: Readonly<Record<string, string>>;
}
