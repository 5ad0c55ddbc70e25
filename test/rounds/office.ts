import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createActing } from '../../activities/directory/acting.js';
import type { Capacity, StaffMember, Unit } from '../../activities/directory/port.js';
import { createDigests, type RoundName } from '../../activities/ledger/digests.js';
import type { QueuedMail } from '../../activities/ledger/port.js';
import { createSurveyReminders } from '../../activities/surveys/reminders.js';
import { createTrialReminders } from '../../activities/trials/reminders.js';
import { municipalCalendar } from '../../config/calendar.js';
import type { LoanRequest } from '../../workflows/device-loan/contract.js';
import * as loans from '../../workflows/device-loan/rules.js';
import type { RegistrationRequest } from '../../workflows/registration/contract.js';
import * as registrations from '../../workflows/registration/rules.js';
import { entryOf } from '../../workflows/shared/entry.js';
import type { DayEvent } from '../../workflows/telework-day/contract.js';
import * as days from '../../workflows/telework-day/rules.js';
import * as loanCases from '../device-loan/cases.js';
import { freshKey, town } from '../ledger/town.js';
import * as registrationCases from '../registration/cases.js';
import * as dayCases from '../telework-day/cases.js';

/** Somebody of the directory; `roles` are capacities beside that of the person. */
interface Colleague extends Partial<StaffMember> {
  roles?: readonly Capacity[];
}

/** A small municipality: a directory that can be changed, a ledger on PostgreSQL, and the rounds' digests. */
export async function office() {
  const t = await town();
  const people = new Map<string, Colleague>([
    ['4021', { departments: ['tax'] }],
    ['3001', { departments: ['tax'], title: '課長' }],
    ['3002', { departments: ['tax'], title: '課長補佐' }],
    ['3003', { departments: ['tax'], title: '係長' }],
    ['9001', { departments: ['systems'], roles: ['it'] }],
    ['9002', { departments: ['systems'], roles: ['it'] }],
    ['8001', { departments: ['personnel'], roles: ['hr'] }],
  ]);
  const units = new Map<string, Unit>([['tax', { id: 'tax', name: '税務課', head: '3001' }]]);
  const member = (staffNumber: string): StaffMember | undefined => {
    const { roles: _roles, ...one } = people.get(staffNumber) ?? {};
    return people.has(staffNumber) ? { staffNumber, name: staffNumber, departments: [], disabled: false, ...one } : undefined;
  };
  const known = () => [...people.keys()].flatMap((one) => member(one) ?? []);
  const directory = {
    staffMember: async (staffNumber: string) => member(staffNumber),
    unit: async (id: string) => units.get(id),
    staffOf: async (department: string) => known().filter(({ departments }) => departments.includes(department)),
    holdersOf: async (capacity: Capacity) => {
      const [role, of = ''] = capacity.split(':');
      const holds = ({ staffNumber }: StaffMember) =>
        (role === 'staff' && staffNumber === of) ||
        (role === 'head' && units.get(of)?.head === staffNumber) ||
        people.get(staffNumber)?.roles?.includes(capacity);
      return known().filter((one) => !one.disabled && holds(one));
    },
  };
  const rules = { order: ['課長補佐', '係長'], headMayName: true };
  const { ledger } = t;
  const acting = createActing({ directory, ledger, rules, clock: ledger.townClock });
  const inActivity = <Result>(work: () => Promise<Result>): Promise<Result> =>
    new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(work);
  const reminding = { ledger, calendar: municipalCalendar() };
  const notices = [createTrialReminders(reminding), createSurveyReminders(reminding)];
  const digestsOf = (over: Partial<typeof ledger> = {}) => createDigests({ ledger: { ...ledger, ...over }, acting, notices });

  let cases = 0;
  /** The events of a loan from the request to the one of this name, as they come at the clock's time. */
  const loan = async (last: loans.LoanEvent['name'], over: Partial<LoanRequest> = {}) => {
    const caseId = `loan-${++cases}`;
    let state: loans.Loan | undefined;
    let seq = 0;
    const enter = async (event: loans.LoanEvent) => {
      state = loans.apply(state, event);
      seq += 1;
      const { claim: _claim, ...entry } = entryOf(loans, { caseId, procedure: 'device-loan', seq }, { event, after: state });
      await ledger.append(entry);
    };
    for (const event of loanCases.usualWay(last, over)) await enter({ ...event, key: freshKey() } as loans.LoanEvent);
    return { caseId, enter };
  };
  const registration = async (over: Partial<RegistrationRequest>, ...names: registrations.RegistrationEvent['name'][]) => {
    const caseId = `registration-${++cases}`;
    let state: registrations.Registration | undefined;
    let seq = 0;
    const enter = async (event: registrations.RegistrationEvent) => {
      state = registrations.apply(state, event);
      seq += 1;
      const { requires: _requires, ...entry } = entryOf(registrations, { caseId, procedure: 'registration', seq }, { event, after: state });
      await ledger.append({ ...entry, event: { ...event, key: freshKey() } });
      return state;
    };
    let after = await enter(registrationCases.opening(over));
    for (const name of names) after = await enter(registrationCases.event(after, name));
    return { caseId };
  };

  /** A telework day on the date, after these events. */
  const day = async (date: string, ...names: DayEvent['name'][]) => {
    const caseId = `day-${++cases}`;
    const [answerBy, reportBy] = [`${date}T15:00:00.000Z`, '2027-12-28T15:00:00.000Z'];
    let state = days.apply(undefined, dayCases.opening({ plan: dayCases.plan({ date }), answerBy, reportBy }));
    let seq = 0;
    const write = async (event: DayEvent) => {
      seq += 1;
      const place = { caseId, procedure: 'telework-day', seq } as const;
      const keyed = { ...event, key: freshKey() } as DayEvent;
      const { day: _day, ...entry } = entryOf(days, place, { event: keyed, after: state }); // Of one person several, for once.
      await ledger.append(entry);
    };
    const enter = async (name: DayEvent['name']) => {
      const event = dayCases.event(state, name);
      state = days.apply(state, event);
      await write(event);
    };
    await write(dayCases.opening());
    for (const name of names) await enter(name);
    return { caseId, enter };
  };

  return {
    ...t,
    people,
    units,
    digestsOf,
    loan,
    registration,
    day,
    absent: (...rows: readonly string[]) =>
      ledger.importAbsences(['staff_number,from,until,reason', ...rows.map((row) => `${row},other`)].join('\n'), { by: 'S1' }),
    write: (round: RoundName, date: string, digests = digestsOf()) => inActivity(() => digests.write(round, date)),
    judge: (mail: QueuedMail) => inActivity(() => digestsOf().judge(mail)),
    /** The digests that wait to leave, in order, as `recipient: lines`. */
    digests: async () => {
      const rows = await t.sql<{ to: string; items: { receiptNumber: string; step: string; who: string; why: string }[] }>(
        "select recipient as to, params->'items' as items from outbox where template like '%Digest' order by number",
      );
      return Object.fromEntries(rows.map(({ to, items }) => [to, items.map(({ step, who, why }) => `${step} ${who} ${why}`)]));
    },
    queued: async () => {
      await ledger.begin();
      return (await ledger.take(100)).filter(({ template }) => template.endsWith('Digest'));
    },
  };
}
