import type { LedgerEntry } from '../activities/ledger/port.js';
import { municipalCalendar } from '../config/calendar.js';
import { dayPolicy, loadPack } from '../config/policy/pack.js';
import { entryOf } from '../workflows/shared/entry.js';
import type { DayEvent, Plan, TeleworkDay } from '../workflows/telework-day/contract.js';
import * as rules from '../workflows/telework-day/rules.js';
import { opaque } from './loan.js';
import { digest } from './way.js';

const policy = dayPolicy(loadPack('oyama'));
const calendar = municipalCalendar();

/** A whole day at home, by the hour as in form 2 (004:735-744). */
export const wholeDay = (date: string) =>
  ({
    date,
    form: 'home',
    workplace: 'ownHome',
    unit: 'day',
    shift: { from: '08:30', until: '17:15' },
    table: [...hours('08:30', '09:00', '10:00', '11:00', '12:00'), ...hours('13:00', '14:00', '15:00', '16:00', '17:00', '17:15')],
    leave: [],
    device: 'ownDesk',
  }) satisfies Plan;

const hours = (...times: readonly string[]) =>
  times.slice(1).map((until, index) => ({ from: times[index] ?? until, until, task: 'minutes', level: 1 as const }));

/** Everything that is handed in for a day from the plan to the report that is seen. */
export function wayOfDay({ staff, department, date }: { staff: string; department: string; date: string }): readonly DayEvent[] {
  const approver = `head:${department}` as const;
  const plan = wholeDay(date);
  const [answerBy, reportBy] = [`${date}T00:00:00.000Z`, calendar.endOfDay(calendar.addBusinessDays(date, policy.reports.reportBackDays))];
  const at = `${date}T00:00:00.000Z`;
  const me = { by: staff, as: `staff:${staff}`, digest } as const;
  const head = { by: '3001', as: approver, digest } as const;
  const result = { row: '00000000-0000-4000-8000-000000000000', digest };
  return [
    { name: 'plan', input: { ...me, urgent: false, staff, department, approver, plan, policy, answerBy, reportBy }, key: opaque(32) },
    { name: 'approve', input: head, key: opaque(32) },
    { name: 'start', input: { ...me, at }, key: opaque(32) },
    { name: 'end', input: { ...me, at }, key: opaque(32) },
    { name: 'report', input: { ...me, at, done: plan.table, result }, key: opaque(32) },
    { name: 'acceptReport', input: head, key: opaque(32) },
  ];
}

/** The entries of a day's first events, one after the other. */
export function entriesOf(caseId: string, events: readonly DayEvent[]): LedgerEntry[] {
  let after: TeleworkDay | undefined;
  return events.map((event, index) => {
    after = rules.apply(after, event);
    return entryOf(rules, { caseId, procedure: 'telework-day', seq: index + 1 }, { event, after });
  });
}
