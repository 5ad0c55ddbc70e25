import type { FigureCell, FigureDims, FigureName } from '../../activities/ledger/port.js';
import { lastDateOf } from '../../config/calendar.js';
import { reviewPolicy, reviewTargets } from '../../config/policy/pack.js';
import { monthsOf } from '../../workflows/shared/dates.js';
import { distinct } from '../../workflows/shared/sets.js';
import type { ReviewPolicy, Target } from '../../workflows/yearly-review/contract.js';
import { targetsNow, type YearlyReview } from '../../workflows/yearly-review/rules.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { type DepartmentLine, departmentLines } from './departments.js';
import { type HoursTable, hoursTable } from './hours.js';
import { frozenOf, type MonthStanding, standings } from './months.js';
import { type NationalSurvey, useRate, waysOf } from './national-survey.js';
import { type ServiceTable, serviceTable } from './service.js';
import { type SituationLines, situationTable } from './situations.js';
import { type TargetRow, targetRows, type YearOfTargets } from './targets.js';
import { figuresOf, type YearTable, yearTable } from './year.js';

/** What tables are read from. */
export type FigureServices = Pick<Services, 'ledger' | 'pack' | 'calendar' | 'clock'>;

/** How the months stand, first and last included. */
export async function monthsBetween({ ledger, clock }: FigureServices, from: string, until: string): Promise<readonly MonthStanding[]> {
  const months = monthsFrom(from, until);
  return standings(months, await ledger.monthVersions(from, until), todayOf({ clock }).slice(0, 7));
}

const firstAndLast = (months: readonly string[]) => ({ from: months[0] ?? '', until: months.at(-1) ?? '' });

function monthsFrom(from: string, until: string): readonly string[] {
  const years = Array.from(
    { length: Number(until.slice(0, 4)) - Number(from.slice(0, 4)) + 2 },
    (_, at) => Number(from.slice(0, 4)) - 1 + at,
  );
  return years.flatMap(monthsOf).filter((month) => from <= month && month <= until);
}

const yearOf = (services: FigureServices, fiscalYear: number): Promise<readonly MonthStanding[]> => {
  const { from, until } = firstAndLast(monthsOf(fiscalYear));
  return monthsBetween(services, from, until);
};

/** Cells of frozen months alone, split up by any of these. */
async function cellsOf(
  { ledger }: FigureServices,
  months: readonly MonthStanding[],
  figures: readonly FigureName[],
  ...splits: readonly (readonly (keyof FigureDims)[])[]
): Promise<readonly FigureCell[]> {
  const frozen = new Set(frozenOf(months));
  if (!frozen.size) return [];
  const span = firstAndLast([...frozen]);
  const found = await Promise.all(splits.map((by) => ledger.monthCells({ ...span, figures, by })));
  return found.flat().filter(({ month }) => frozen.has(month));
}

/** By what the year is judged, and its targets: as its review has them, else as the pack does. */
async function aimsOf({ ledger, pack }: FigureServices, fiscalYear: number): Promise<{ policy: ReviewPolicy; targets: readonly Target[] }> {
  const review = (await ledger.reviewOf(fiscalYear))?.state as YearlyReview | undefined;
  if (review) return { policy: review.policy, targets: targetsNow(review) };
  return { policy: reviewPolicy(pack), targets: reviewTargets(pack, fiscalYear) };
}

/** 累計 as the policy counts it. */
const cumulativeOf = ({ ledger }: FigureServices, months: readonly string[], { countedOver, planYears }: ReviewPolicy) =>
  ledger.cumulative({ ...firstAndLast(months), ...(countedOver === 'plan' && { planFrom: planYears[0] }) });

/** A fiscal year at a glance. It is read at the same cost however many people and departments there are. */
export async function readYear(services: FigureServices, fiscalYear: number): Promise<YearTable> {
  const [months, { policy, targets }] = await Promise.all([yearOf(services, fiscalYear), aimsOf(services, fiscalYear)]);
  const [cells, cumulative] = await Promise.all([
    cellsOf(services, months, ['uses', 'orderedUses', 'people', 'minutes'], [], ['form']),
    cumulativeOf(services, monthsOf(fiscalYear), policy),
  ]);
  const { countedBy, countedOver } = policy;
  return yearTable({ fiscalYear, forms: formsOf(services, dimsOf(cells)), months, cells, cumulative, targets, countedBy, countedOver });
}

/** The pack's forms of telework in its order, and any other of which there are figures. */
const formsOf = ({ pack }: FigureServices, counted: readonly { form?: string }[]): readonly string[] =>
  distinct([...pack.values.registration.forms, ...counted.flatMap(({ form }) => form ?? [])]);
const dimsOf = (cells: readonly FigureCell[]): readonly FigureDims[] => cells.map(({ dims }) => dims);

/** The lines of departments of a fiscal year; those with fewer people than `fewest` are masked. */
export async function readDepartments({ ledger }: FigureServices, fiscalYear: number, fewest: number): Promise<readonly DepartmentLine[]> {
  const [sums, successions] = await Promise.all([
    ledger.departmentYear(fiscalYear),
    ledger.successions(`${fiscalYear}-04-01`, `${fiscalYear + 1}-03-31`),
  ]);
  return departmentLines(sums, successions, fewest);
}

/** Saga's table of a month; undefined while the month is not frozen. */
export async function readSituations(
  services: FigureServices,
  month: string,
  fewest: number,
): Promise<readonly SituationLines[] | undefined> {
  const months = await monthsBetween(services, month, month);
  if (!frozenOf(months).length) return undefined;
  return situationTable(await cellsOf(services, months, ['situationUsers'], ['sex', 'child', 'care']), fewest);
}

/** Tokushima's table of the years of the plan that was or is in force in a fiscal year. */
export async function readTargets(services: FigureServices, fiscalYear: number): Promise<readonly TargetRow[]> {
  const { policy } = await aimsOf(services, fiscalYear);
  const [first, last] = policy.planYears;
  const fiscalYears = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const all = fiscalYears.flatMap(monthsOf);
  const span = firstAndLast(all);
  const [months, cumulative, aims] = await Promise.all([
    monthsBetween(services, span.from, span.until),
    cumulativeOf(services, all, policy),
    Promise.all(fiscalYears.map((year) => aimsOf(services, year))),
  ]);
  const years = fiscalYears.map((year, at): YearOfTargets => {
    const own = monthsOf(year);
    return {
      fiscalYear: year,
      targets: aims[at]?.targets ?? [],
      months: months.filter(({ month }) => own.includes(month)),
      due: own.filter((month) => isDue(services, month)),
    };
  });
  return targetRows(['all', ...formsOf(services, cumulative)] as Target['form'][], years, cumulative, policy);
}

/** A month is frozen on the third business day of the next. */
const isDue = (services: FigureServices, month: string): boolean =>
  services.calendar.addBusinessDays(lastDateOf(month), 3) <= todayOf(services);

/** Ehime's table of a fiscal year. */
export async function readHours(services: FigureServices, fiscalYear: number): Promise<HoursTable> {
  const months = await yearOf(services, fiscalYear);
  const cells = await cellsOf(services, months, ['minutes', 'uses'], [], ['form']);
  return hoursTable(months, formsOf(services, dimsOf(cells)), cells);
}

/** Lending and deciding in the frozen months of a fiscal year; `month`: in that one alone. */
export async function readService(services: FigureServices, fiscalYear: number, month?: string): Promise<ServiceTable> {
  const months = (await yearOf(services, fiscalYear)).filter((one) => month === undefined || one.month === month);
  return serviceTable(await serviceCells(services, months));
}

/** What one month has beside its uses; of a month that is not frozen nothing. */
export interface MonthOfService extends Partial<Pick<ServiceTable, 'deviceUse' | 'losses' | 'troubles'>> {
  month: string;
  /** Registrations active at its end. */
  registered?: number;
}

/** The months of a fiscal year, one by one. */
export async function readMonthsOfService(services: FigureServices, fiscalYear: number): Promise<readonly MonthOfService[]> {
  const months = await yearOf(services, fiscalYear);
  const [cells, registered] = await Promise.all([serviceCells(services, months), cellsOf(services, months, ['registered'], [])]);
  const figureIn = figuresOf(registered);
  return months.map(({ month, state }) => {
    if (state !== 'frozen') return { month };
    const { deviceUse, losses, troubles } = serviceTable(cells.filter((cell) => cell.month === month));
    return { month, deviceUse, losses, troubles, registered: figureIn(month, 'registered', {}) };
  });
}

async function serviceCells(services: FigureServices, months: readonly MonthStanding[]): Promise<readonly FigureCell[]> {
  const found = await Promise.all([
    cellsOf(services, months, ['deviceDays', 'erasures', 'troubles'], []),
    cellsOf(services, months, ['handOvers'], ['days']),
    cellsOf(services, months, ['approvals'], ['procedure', 'how']),
    cellsOf(services, months, ['dailyShare'], ['date']),
    cellsOf(services, months, ['losses'], ['how']),
  ]);
  return found.flat();
}

/** What the municipality answers the ministry of a span of months. Absent as long as none of them is frozen: how many teleworked on the busiest day. */
export async function readNational(services: FigureServices, from: string, until: string): Promise<NationalSurvey> {
  const months = await monthsBetween(services, from, until);
  const { registration, teleworkDay, ictMethod } = services.pack.values;
  return {
    ...(frozenOf(months).length > 0 && { rate: useRate(await cellsOf(services, months, ['dailyUsers'], ['date'])) }),
    departments: registration.excludedOccupations.length ? 'some' : 'all',
    partTimers: registration.employment.some((kind) => ['partTime', 'fiscalYearAppointee'].includes(kind)),
    ways: waysOf(teleworkDay.devices, ictMethod),
  };
}
