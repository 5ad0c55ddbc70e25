import type { CaseRow, DayFacts, LedgerEntry, Refusal } from '../activities/ledger/port.js';
import { nextRound, timeOf, today } from '../config/calendar.js';
import { dayOn, daysBetween } from '../workflows/shared/dates.js';
import { entryOf } from '../workflows/shared/entry.js';
import type {
  Accepted,
  DayContext,
  DayEvent,
  DayOpening,
  DayStep,
  Plan,
  TeleworkDay,
  TeleworkDayPolicy,
} from '../workflows/telework-day/contract.js';
import * as rules from '../workflows/telework-day/rules.js';
import type { Counter, Place } from './counter.js';
import type { Services } from './parts.js';
import { Problem } from './problems.js';
import { dueFor } from './views.js';

/** Further away than any pack lets plan, and for years not in the calendar. */
const farDays = 400;

type Planned = { staff: string; plan: Plan; policy: TeleworkDayPolicy };

/** Telework days have no workflow (design §4.3): what is handed in is judged and written in one transaction of the ledger, here and now. */
export function createDayCounter({ ledger, calendar }: Pick<Services, 'ledger' | 'calendar'>): Counter {
  /** What is judged is what the ledger knows in this transaction, and what the calendar says of the weeks from now to the date. */
  function contextOf({ plan, policy }: Planned, now: string, facts: DayFacts): DayContext {
    const day = today(now);
    const far = Math.abs(daysBetween(day, plan.date)) > farDays;
    const [[first], [, last]] = [rules.weekOf(day, policy.weekBegins), rules.weekOf(plan.date, policy.weekBegins)];
    const dates = far ? [] : Array.from({ length: daysBetween(first, last) + 1 }, (_, days) => dayOn(first, days));
    return { ...facts, policy, today: day, time: timeOf(now), closed: dates.filter((date) => !calendar.isBusinessDay(date)) };
  }

  /** What the moment adds to a plan. @throws Problem ruleRefuses */
  function accept(planned: Planned, now: string, { facts, refuse }: { facts: DayFacts; refuse: typeof rules.refusePlan }) {
    const { plan, policy } = planned;
    const context = contextOf(planned, now, facts);
    throwIf(refuse(plan, context));
    const [seat, under, answerBy] = [rules.seatFor(plan, context), rules.liftedBy(plan, context, refuse), rules.answerBy(plan, context)];
    const reportBy = calendar.endOfDay(calendar.addBusinessDays(plan.date, policy.reports.reportBackDays));
    const accepted: Accepted = { answerBy, reportBy, ...(seat !== undefined && { seat }), ...(under && { under }) };
    return { ...accepted, urgent: answerBy <= nextRound(calendar, now) };
  }

  const wishOf = ({ staff, plan, policy }: Planned) => ({
    staff,
    date: plan.date,
    ...rules.extent(plan),
    ...(plan.office !== undefined && { office: plan.office }),
    week: rules.weekOf(plan.date, policy.weekBegins),
  });

  return {
    async open({ caseId, key, caller }, opening) {
      const filed = opening as DayOpening;
      const refuse = filed.name === 'plan' ? rules.refusePlan : rules.refuseUnplanned;
      await ledger.claimDay({ caseId, key, wish: wishOf(filed.input) }, ({ now, row, facts }) => {
        if (row) throw new Problem('conflict', { due: dueFor(row.due, caller) });
        const input = { ...filed.input, ...accept(filed.input, now, { facts, refuse }) };
        return entry({ caseId, seq: 1 }, undefined, { ...filed, input } as DayOpening);
      });
      return 'written';
    },

    async take(place, step, input) {
      const taken = { name: step, input, key: place.key } as unknown as DayStep;
      if (taken.name === 'replan') await takeAgain(place, taken);
      else await ledger.takeDay(place, (row) => next(place, row, taken));
      return 'written';
    },
  };

  /** Another plan for the date, judged as the first was. */
  async function takeAgain(place: Place & { row: CaseRow }, step: Extract<DayStep, { name: 'replan' }>): Promise<void> {
    const { caseId, key } = place;
    const planned = { ...(place.row.state as TeleworkDay).request, plan: step.input.plan };
    await ledger.claimDay({ caseId, key, wish: wishOf(planned) }, ({ now, row = place.row, facts }) => {
      next(place, row, step); // Whether it may be taken at all is said first.
      return next(place, row, { ...step, input: { ...step.input, ...accept(planned, now, { facts, refuse: rules.refusePlan }) } });
    });
  }
}

/** The step at the next place of the case. @throws Problem notDue, forbidden, ruleRefuses */
function next({ caseId, caller }: Place, row: CaseRow, step: DayStep): LedgerEntry {
  const open = row.due.flatMap((one) => ('who' in one && one.step === step.name ? [one.who] : []));
  if (!open.length) throw new Problem('notDue', { due: dueFor(row.due, caller), ...(row.closed && { ended: row.status }) });
  if (!open.includes(step.input.as)) throw new Problem('forbidden');
  const before = row.state as TeleworkDay;
  throwIf(rules.refusal(before, step));
  return entry({ caseId, seq: row.seq + 1 }, before, step);
}

const entry = (place: { caseId: string; seq: number }, before: TeleworkDay | undefined, event: DayEvent): LedgerEntry =>
  entryOf(rules, { ...place, procedure: 'telework-day' }, { event, after: rules.apply(before, event) });

function throwIf(refusal: Refusal | undefined): void {
  if (refusal) throw new Problem('ruleRefuses', { errors: [refusal] });
}
