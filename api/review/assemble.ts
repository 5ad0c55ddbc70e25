import { canonicalJson, sha256 } from '../../activities/ledger/canonical.js';
import type { CaseRow } from '../../activities/ledger/port.js';
import { today } from '../../config/calendar.js';
import { monthsOf } from '../../workflows/shared/dates.js';
import { distinct } from '../../workflows/shared/sets.js';
import type { Survey } from '../../workflows/survey/rules.js';
import type { YearlyReview } from '../../workflows/yearly-review/rules.js';
import type { DepartmentLine } from '../figures/departments.js';
import {
  readDepartments,
  readHours,
  readMonthsOfService,
  readNational,
  readService,
  readSituations,
  readTargets,
  readYear,
} from '../figures/read.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { surveyResults } from '../survey/returned.js';
import type { Corrected, ReviewReport, ShownReport, SurveyPart } from './report.js';

/** The report of a year as things are now. */
async function reportOf(services: Services, row: CaseRow): Promise<ReviewReport> {
  const { ledger, directory, pack } = services;
  const review = row.state as YearlyReview;
  const { fiscalYear: year, policy, promotionMonth } = review;
  const [first, last] = firstAndLast(year);
  const fewest = pack.values.trialPeriod.smallGroup;
  const promotion = monthsOf(year).find((month) => Number(month.slice(5)) === promotionMonth) ?? first;
  const [from, until] = firstAndLast(year - 1);
  const counted = policy.countedOver === 'plan' && { planFrom: policy.planYears[0] };
  const [units, table, before, byDepartment, situations, targetsByYear, hours, service, byMonth, national, survey, corrections] =
    await Promise.all([
      directory.units(),
      readYear(services, year),
      ledger.reviewOf(year - 1).then((earlier) => (earlier ? ledger.cumulative({ from, until, ...counted }) : [])),
      readDepartments(services, year, fewest),
      readSituations(services, promotion, fewest),
      readTargets(services, year),
      readHours(services, year),
      readService(services, year),
      readMonthsOfService(services, year),
      readNational(services, first, last),
      surveyOf(services, review),
      correctionsBefore(services, year),
    ]);
  const placeOf = ({ departments: [last] }: DepartmentLine): number => units.findIndex(({ id }) => id === last) + 1 || units.length + 1;
  const named = new Set([...byDepartment.flatMap(departmentsIn), ...review.measures.flatMap(({ owner }) => owner.split(':')[1] ?? [])]);
  return {
    municipality: pack.values.municipality.name,
    receiptNumber: row.receiptNumber,
    on: todayOf(services),
    departments: Object.fromEntries(units.flatMap(({ id, name }) => (named.has(id) ? [[id, name]] : []))),
    review,
    year: table,
    before: before.filter(({ form }) => form === undefined),
    byDepartment: byDepartment.toSorted((one, other) => placeOf(one) - placeOf(other)),
    ...(situations && { situations }),
    ...{ targetsByYear, hours, service, byMonth, national, corrections },
    ...(survey && { survey }),
  };
}

/** Keeps the report as it is at this moment, and answers the SHA-256 under which it is kept: what is then decided on. */
export async function freezeReport(services: Services, row: CaseRow): Promise<string> {
  const report = await reportOf(services, row);
  const hash = sha256(canonicalJson(report)).toString('hex');
  await services.ledger.keepReport(row.caseId, hash, report);
  return hash;
}

/** The report that was decided on, with what has become of its months since; until then, the report as things are now. */
export async function shownReport(services: Services, row: CaseRow): Promise<ShownReport> {
  const { ledger } = services;
  const { decision } = row.state as YearlyReview;
  const report = decision ? await keptReport(services, row.caseId, decision.report) : await reportOf(services, row);
  const present = distinct(report.review.deliberations.flatMap((one) => one.present));
  const [words, people, corrected] = await Promise.all([
    ledger.read(rowsIn([report.review, decision])),
    namesOf(services, present),
    decision ? correctedSince(services, report) : [],
  ]);
  return { report, ...(decision && { decision }), corrected, words, people };
}

/** @throws Error a decision names a report that is not kept: it is kept before the decision is written */
async function keptReport({ ledger }: Pick<Services, 'ledger'>, caseId: string, hash: string): Promise<ReviewReport> {
  const document = await ledger.reviewReport(caseId, hash);
  if (!document) throw new Error('the report that was decided on is not kept');
  return document as ReviewReport;
}

const firstAndLast = (year: number): readonly [string, string] => {
  const months = monthsOf(year);
  return [months[0] ?? '', months.at(-1) ?? ''];
};

const departmentsIn = ({ departments, changes }: DepartmentLine): readonly string[] => [
  ...departments,
  ...changes.flatMap(({ before, after }) => [...before, ...after]),
];

/** The survey that is read with the year: its results once they are reported, as they stand from then on. */
async function surveyOf(services: Services, { survey: id }: YearlyReview): Promise<SurveyPart | undefined> {
  const row = id === undefined ? undefined : await services.ledger.caseById(id);
  if (!row) return undefined;
  const { from, until, reported } = row.state as Survey;
  return { receiptNumber: row.receiptNumber, from, until, ...(reported && { results: await surveyResults(services, row) }) };
}

/** Months of the report that have a later version by now. */
async function correctedSince({ ledger }: Pick<Services, 'ledger'>, { year }: Pick<ReviewReport, 'year'>): Promise<readonly Corrected[]> {
  const versions = await ledger.monthVersions(...firstAndLast(year.fiscalYear));
  return year.months.flatMap((one) => {
    const latest = versions.findLast(({ month }) => month === one.month);
    if (one.state !== 'frozen' || !latest || latest.version <= one.version) return [];
    return [{ month: one.month, was: one.version, version: latest.version, on: today(latest.takenAt) }];
  });
}

/** Of the years before, what was corrected after their reports. */
async function correctionsBefore(services: Services, year: number): Promise<readonly Corrected[]> {
  const decided = (await services.ledger.reviews()).flatMap(({ caseId, fiscalYear, state }) => {
    const { decision } = state as YearlyReview;
    return decision && fiscalYear < year ? [{ caseId, hash: decision.report }] : [];
  });
  const found = await Promise.all(
    decided.map(async ({ caseId, hash }) => correctedSince(services, await keptReport(services, caseId, hash))),
  );
  return found.flat();
}

/** Rows of all words that are referred to. */
function rowsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('row' in value && 'digest' in value) return [String(value.row)];
  return Object.values(value).flatMap(rowsIn);
}

async function namesOf({ directory }: Pick<Services, 'directory'>, staff: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const members = await Promise.all(staff.map((one) => directory.staffMember(one)));
  return Object.fromEntries(members.flatMap((one) => (one ? [[one.staffNumber, one.name]] : [])));
}
