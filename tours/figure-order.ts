import {
  type FigureServices,
  readDepartments,
  readHours,
  readNational,
  readService,
  readSituations,
  readTargets,
  readYear,
} from '../api/figures/read.js';
import { today } from '../config/calendar.js';
import { figurePolicy, reviewPolicy } from '../config/policy/pack.js';
import { monthsOf } from '../workflows/shared/dates.js';
import type { Order, Tables } from './figures-check-main.js';

/** Where a town's figures lie, and the fiscal years that have begun. `closures`: the municipality's own closed days; `aims`: the targets, where reviews have set others than the pack's. */
export interface TownOfFigures {
  databaseUrl: string;
  services: FigureServices;
  years: readonly number[];
  closures?: readonly string[];
  aims?: Tables['aims'];
}

/** Has everything reckoned again: the months as they are frozen, and the tables as the API would show them to HR, unmasked. */
export async function figureOrder({ databaseUrl, services, years, closures = [], aims }: TownOfFigures): Promise<Order> {
  const { ledger, clock, pack } = services;
  const { countedBy, countedOver, planYears } = reviewPolicy(pack);
  const months = years.flatMap(monthsOf);
  const span = { from: months[0] ?? '', until: months.at(-1) ?? '' };
  const situations = await Promise.all(months.map(async (month) => ({ month, table: await readSituations(services, month, 0) })));
  const tables = {
    forms: pack.values.registration.forms,
    today: today(clock.now().toISOString()),
    ...{ countedBy, countedOver, planYears },
    aims: aims ?? pack.values.yearlyReview.targets,
    years: await Promise.all(
      years.map(async (fiscalYear) => ({
        fiscalYear,
        year: await readYear(services, fiscalYear),
        departmentYear: await ledger.departmentYear(fiscalYear),
        departments: await readDepartments(services, fiscalYear, 0),
        hours: await readHours(services, fiscalYear),
        service: await readService(services, fiscalYear),
        useRate: (await readNational(services, `${fiscalYear}-04`, `${fiscalYear + 1}-03`)).rate,
      })),
    ),
    targets: await readTargets(services, years[0] ?? 0),
    situations: situations.filter(({ table }) => table !== undefined),
    cumulative: await ledger.cumulative(span),
    cumulativePlan: await ledger.cumulative({ ...span, planFrom: planYears[0] }),
  };
  return { databaseUrl, policy: figurePolicy(pack), closures, tables };
}
