import type { Capacity } from '../../activities/directory/port.js';
import type { LedgerEntry, MailOrder, Refusal } from '../../activities/ledger/port.js';
import type { Due } from '../shared/case.js';
import { dayOn, daysBetween } from '../shared/dates.js';
import { withEntry } from '../shared/mails.js';
import { distinct } from '../shared/sets.js';
import type {
  DayClaim,
  DayContext,
  DayEvent,
  DayRequest,
  DayStep,
  Leave,
  Level,
  Liftable,
  Line,
  Made,
  Plan,
  Reported,
  Span,
  TeleworkDay,
  TeleworkDayPolicy,
  Time,
} from './contract.js';

const person = ({ request }: TeleworkDay): Capacity => `staff:${request.staff}`;

/** The instant of a date and time in Japan, which has had no summer time since 1951. */
const instantOf = (date: string, time: Time): string => new Date(Date.parse(`${date}T${time}:00+09:00`)).toISOString();
const dateOf = (instant: string): string => new Date(Date.parse(instant) + 9 * 3_600_000).toISOString().slice(0, 10);

const minutesAt = (time: Time): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const lengthOf = ({ from, until }: Span): number => minutesAt(until) - minutesAt(from);
const minutesOf = (spans: readonly Span[]): number => spans.reduce((sum, span) => sum + lengthOf(span), 0);
const meet = (one: Span, other: Span): boolean => one.from < other.until && other.from < one.until;
const within = (inner: Span, outer: Span): boolean => outer.from <= inner.from && inner.until <= outer.until;
const inWords = ({ from, until }: Span): string => `${from}–${until}`;
const inOrder = (spans: readonly Span[]): Span[] => [...spans].sort((one, other) => (one.from < other.from ? -1 : 1));
/** The first that ends before it begins, or begins before the one before has ended. */
const outOfOrder = (spans: readonly Span[]): Span | undefined =>
  spans.find(({ from, until }, place) => until <= from || from < (spans[place - 1]?.until ?? '00:00'));

/** First and last date of the week of the date. */
export function weekOf(date: string, weekBegins: TeleworkDayPolicy['weekBegins']): readonly [string, string] {
  const sinceSunday = new Date(`${date}T00:00:00Z`).getUTCDay();
  const first = dayOn(date, -((sinceSunday + (weekBegins === 'monday' ? 6 : 0)) % 7));
  return [first, dayOn(first, 6)];
}

/** When it begins and ends. */
export const extent = ({ table, shift }: Plan): Span => {
  const lines = inOrder(table);
  return { from: lines[0]?.from ?? shift.from, until: lines.at(-1)?.until ?? shift.until };
};

/** What the plan takes as long as it stands. */
export function claimOf(plan: Plan, { staff, department, seat }: Pick<DayRequest, 'staff' | 'department' | 'seat'>): DayClaim {
  const { date, form, unit, table, office, ordered } = plan;
  const place = form === 'satellite' && office !== undefined && seat !== undefined ? { office, seat } : {};
  return { staff, department, date, form, unit, ...extent(plan), minutes: minutesOf(table), ...place, ...(ordered && { ordered }) };
}

/** The seat that the plan gets in its satellite office. */
export const seatFor = ({ form }: Plan, { freeSeats }: Pick<DayContext, 'freeSeats'>): number | undefined =>
  form === 'satellite' ? freeSeats?.[0] : undefined;

/** The instant until which the plan can be approved (Art. 5-1); one that is filed on its own date, until it begins. */
export function answerBy(plan: Plan, { policy, today }: Pick<DayContext, 'policy' | 'today'>): string {
  return instantOf(plan.date, policy.approveBy === 'previousDay' && today < plan.date ? '00:00' : extent(plan).from);
}

/** Whether an emergency that is in force on the date lifts this, and the pack lets it. */
const lifts = ({ date }: Plan, { policy, emergencies }: DayContext, what: Liftable): boolean =>
  policy.emergency.liftable.includes(what) &&
  emergencies.some((emergency) => emergency.from <= date && date <= emergency.until && emergency.lifts.includes(what));

/** The rest that falls into working hours; where they are flexible it is taken at any time. */
const restIn = ({ hours }: TeleworkDayPolicy, shift: Span): readonly Span[] => {
  const rest = { from: hours.restFrom, until: hours.restUntil };
  return hours.shifts !== 'flexible' && within(rest, shift) ? [rest] : [];
};

/** The hours of the unit that the table and leave fill together; undefined where any will do. */
function hoursOf({ unit, shift }: Plan, { hours: { restFrom, restUntil } }: TeleworkDayPolicy): Span | undefined {
  switch (unit) {
    case 'day':
      return shift;
    case 'morning':
      return { from: shift.from, until: restFrom };
    case 'afternoon':
      return { from: restUntil, until: shift.until };
    case 'hours':
      return undefined;
  }
}

/** What forbids a plan before a case is opened, and one that is filed again; the articles are the fields of the pack that say so. */
export const refusePlan = (plan: Plan, context: DayContext): Refusal | undefined =>
  refuseContent(plan, context) ??
  refuseTime(plan, context) ??
  refuseHours(plan, context) ??
  refuseUnit(plan, context) ??
  refuseAnywhere(plan, context);

/** What forbids a start without a plan: it takes an emergency that lifts the time of filing, and all else holds, except that it need not fill the day. */
export function refuseUnplanned(plan: Plan, context: DayContext): Refusal | undefined {
  const { policy, today } = context;
  if (!policy.emergency.unplannedStart) return { code: 'unplannedStart', article: 'teleworkDay.emergency.unplannedStart' };
  if (!lifts(plan, context, 'planBy')) return { code: 'noEmergency', article: 'teleworkDay.emergency.unplannedStart', field: 'date' };
  if (plan.date !== today) return { code: 'notThatDay', article: 'teleworkDay.emergency.unplannedStart', field: 'date', limit: today };
  return refuseContent(plan, context) ?? refuseHours(plan, context) ?? refuseAnywhere(plan, context);
}

/** The emergency without which the rule would refuse the plan, or the start: what is decided under it says so. */
export function liftedBy(plan: Plan, context: DayContext, refuse: typeof refusePlan = refusePlan): string | undefined {
  const { emergencies } = context;
  const { ordered: _ordered, ...asked } = plan;
  if (!emergencies.length || !refuse(asked, { ...context, emergencies: [] })) return undefined;
  return (emergencies.find((one) => !refuse(asked, { ...context, emergencies: [one] })) ?? emergencies[0])?.id;
}

/** What is worked on, and what is carried out for it (Art. 3, procedure ⑤ and ⑥). */
function refuseContent(plan: Plan, { policy }: DayContext): Refusal | undefined {
  const { form, table, remarks, carryOut, travelOrder, date } = plan;
  if (carryOut?.personalData) return { code: 'personalData', article: 'teleworkDay.personalData', field: 'personalData' };
  if (table.some(({ task }) => !policy.tasks.includes(task)))
    return { code: 'taskNotPermitted', article: 'teleworkDay.tasks', field: 'task' };
  if (table.some(({ task }) => task === 'other') && !remarks)
    return { code: 'taskTextNeeded', article: 'teleworkDay.tasks', field: 'remarks' };
  if (table.some(({ level }) => !policy.levels[form].includes(level)))
    return { code: 'levelNotAllowed', article: `teleworkDay.levels.${form}`, field: 'level', limit: highest(policy.levels[form]) };
  if (policy.travelOrder && form === 'home' && !travelOrder)
    return { code: 'travelOrderNeeded', article: 'teleworkDay.travelOrder', field: 'travelOrder' };
  if (travelOrder && travelOrder.approvedOn > date)
    return { code: 'travelOrderLate', article: 'teleworkDay.travelOrder', field: 'approvedOn', limit: date };
  return undefined;
}

const highest = (levels: readonly Level[]): string => `${Math.max(...levels)}`;

/** When it is filed (Art. 5-1): by the last date of the pack, and before it begins. */
function refuseTime(plan: Plan, context: DayContext): Refusal | undefined {
  const { date } = plan;
  const { policy, today, time } = context;
  const last = lastDateFor(date, lifts(plan, context, 'planBy') ? 'sameDay' : policy.planBy, policy);
  if (today > last || (today === date && extent(plan).from <= time))
    return { code: 'plannedTooLate', article: 'teleworkDay.planBy', field: 'date', limit: last };
  if (daysBetween(today, date) > policy.aheadDays)
    return { code: 'plannedTooEarly', article: 'teleworkDay.aheadDays', field: 'date', limit: `${policy.aheadDays}` };
  return undefined;
}

function lastDateFor(date: string, planBy: TeleworkDayPolicy['planBy'], { weekBegins }: TeleworkDayPolicy): string {
  switch (planBy) {
    case 'sameDay':
      return date;
    case 'previousDay':
      return dayOn(date, -1);
    case 'previousWeek':
      return dayOn(weekOf(date, weekBegins)[0], -1);
  }
}

/** Working hours, rest, leave, and the table by the hour (Art. 8-1, 8-4). Whatever lies outside the working hours would be overtime. */
function refuseHours({ shift, table, leave }: Plan, { policy }: DayContext): Refusal | undefined {
  const { hours } = policy;
  const rest = restIn(policy, shift);
  if (!table.length) return { code: 'tableEmpty', article: 'teleworkDay.hours.from', field: 'table' };
  const spans = inOrder([...table, ...leave]);
  const wrong = outOfOrder([shift]) ?? outOfOrder(spans);
  if (wrong) return { code: 'tableOverlaps', article: 'teleworkDay.hours.from', field: 'table', limit: inWords(wrong) };
  if (hours.shifts !== 'flexible' && lengthOf(shift) - minutesOf(rest) > hours.minutesPerDay) return overtime(policy);
  if (!mayWork(shift, policy))
    return { code: 'shiftNotOffered', article: 'teleworkDay.hours.shifts', field: 'shift', limit: shiftsOf(policy) };
  if (table.some((line) => !within(line, shift))) return overtime(policy);
  if (leave.some((one) => !within(one, shift)))
    return { code: 'leaveOutsideHours', article: 'teleworkDay.hours.leaveStepMinutes', field: 'leave', limit: inWords(shift) };
  const [restTime] = rest;
  if (restTime && spans.some((span) => meet(span, restTime)))
    return { code: 'restNotKept', article: 'teleworkDay.hours.restFrom', field: 'table', limit: inWords(restTime) };
  if ([shift, ...spans].some(({ from, until }) => minutesAt(from) % hours.stepMinutes || minutesAt(until) % hours.stepMinutes))
    return { code: 'timesNotInSteps', article: 'teleworkDay.hours.stepMinutes', field: 'table', limit: `${hours.stepMinutes}` };
  return refuseLeave(leave, policy);
}

const refuseLeave = (leave: readonly Leave[], { hours: { leaveStepMinutes } }: TeleworkDayPolicy): Refusal | undefined =>
  leave.some((one) => lengthOf(one) % leaveStepMinutes)
    ? { code: 'leaveByTheHour', article: 'teleworkDay.hours.leaveStepMinutes', field: 'leave', limit: `${leaveStepMinutes}` }
    : undefined;

const overtime = ({ hours }: TeleworkDayPolicy): Refusal => ({
  code: 'overtime',
  article: 'teleworkDay.overtime',
  field: 'table',
  limit: hoursAndMinutes(hours.minutesPerDay),
});

const hoursAndMinutes = (minutes: number): string => `${Math.floor(minutes / 60)}:${`${minutes % 60}`.padStart(2, '0')}`;
const usualHours = ({ hours: { from, until } }: TeleworkDayPolicy): Span => ({ from, until });
const window = ({ hours: { windowFrom: from, windowUntil: until } }: TeleworkDayPolicy): Span => ({ from, until });

function mayWork(shift: Span, policy: TeleworkDayPolicy): boolean {
  const usual = inWords(shift) === inWords(usualHours(policy));
  switch (policy.hours.shifts) {
    case 'fixed':
      return usual;
    case 'patterns':
      return usual || policy.hours.patterns.some((pattern) => inWords(pattern) === inWords(shift));
    case 'window':
    case 'flexible':
      return within(shift, window(policy));
  }
}

function shiftsOf(policy: TeleworkDayPolicy): string {
  switch (policy.hours.shifts) {
    case 'fixed':
      return inWords(usualHours(policy));
    case 'patterns':
      return [usualHours(policy), ...policy.hours.patterns].map(inWords).join(', ');
    case 'window':
    case 'flexible':
      return inWords(window(policy));
  }
}

/** A unit that is offered, and a table that with leave fills its hours (Art. 8-1). */
function refuseUnit(plan: Plan, context: DayContext): Refusal | undefined {
  const { unit, shift, table, leave } = plan;
  const { policy } = context;
  if (lifts(plan, context, 'units')) return undefined;
  if (!policy.units.includes(unit === 'morning' || unit === 'afternoon' ? 'halfDay' : unit))
    return { code: 'unitNotOffered', article: 'teleworkDay.units', field: 'unit', limit: policy.units.join(', ') };
  const hours = hoursOf(plan, policy);
  if (!hours) return undefined;
  const [spans, needed] = [[...table, ...leave], lengthOf(hours) - minutesOf(restIn(policy, shift).filter((rest) => within(rest, hours)))];
  if (spans.every((span) => within(span, hours)) && minutesOf(spans) === needed) return undefined;
  return { code: 'tableNotTheUnit', article: 'teleworkDay.units', field: 'table', limit: inWords(hours) };
}

/** What holds for whoever works away from the office on that date, planned or not. */
function refuseAnywhere(plan: Plan, context: DayContext): Refusal | undefined {
  const { date, ordered } = plan;
  const { policy, closed, trainedUntil, emergencies } = context;
  if (ordered !== undefined && !emergencies.some(({ id, from, until }) => id === ordered && from <= date && date <= until))
    return { code: 'notOrdered', article: '在宅勤務計画書', field: 'ordered', limit: date };
  if (closed.includes(date) && !policy.onClosedDays)
    return { code: 'closedDay', article: 'teleworkDay.onClosedDays', field: 'date', limit: date };
  if (policy.needs.training && !(trainedUntil && date <= trainedUntil) && !lifts(plan, context, 'training'))
    return { code: 'trainingNeeded', article: 'teleworkDay.needs.training', field: 'date', ...(trainedUntil && { limit: trainedUntil }) };
  return refusePlace(plan, context) ?? refuseDevice(plan, context) ?? refuseBeside(plan, context);
}

/** Form and place, as the pack offers them and the registration was approved for them. */
function refusePlace(plan: Plan, context: DayContext): Refusal | undefined {
  const { form, workplace, place, office } = plan;
  const { policy, registration, freeSeats } = context;
  if (policy.needs.registration && !registration && !lifts(plan, context, 'registration'))
    return { code: 'notRegistered', article: 'teleworkDay.needs.registration', field: 'form' };
  if (!policy.forms.includes(form))
    return { code: 'formNotOffered', article: 'registration.forms', field: 'form', limit: policy.forms.join(', ') };
  if (registration && !registration.forms.includes(form))
    return { code: 'formNotRegistered', article: 'teleworkDay.needs.registration', field: 'form', limit: registration.forms.join(', ') };
  switch (form) {
    case 'home':
      if (!workplace || !policy.workplaces.includes(workplace))
        return { code: 'workplaceNotAllowed', article: 'registration.workplaces', field: 'workplace', limit: policy.workplaces.join(', ') };
      if (registration && registration.workplace !== workplace)
        return { code: 'workplaceNotRegistered', article: 'registration.workplaces', field: 'workplace', limit: registration.workplace };
      return undefined;
    case 'mobile':
      return place ? undefined : { code: 'placeNeeded', article: 'registration.forms', field: 'place' };
    case 'satellite':
      if (!office || !freeSeats) return { code: 'officeUnknown', article: 'registration.forms', field: 'office' };
      return freeSeats.length
        ? undefined
        : { code: 'noSeatFree', article: 'teleworkDay.overbooking', field: 'office', limit: inWords(extent(plan)) };
  }
}

/** On what is worked (Art. 6); what stands in a satellite office is nowhere else. */
function refuseDevice(plan: Plan, context: DayContext): Refusal | undefined {
  const { device, form } = plan;
  const { devices } = context.policy;
  if (!devices.includes(device) || (device === 'office' && form !== 'satellite'))
    return { code: 'workDeviceNotAllowed', article: 'teleworkDay.devices', field: 'device', limit: devices.join(', ') };
  if (device === 'lent' && !context.deviceLent && !lifts(plan, context, 'device'))
    return { code: 'deviceNotReserved', article: 'teleworkDay.devices', field: 'device' };
  return undefined;
}

/** Beside the person's other days of the week: no two at once, and the caps (Art. 8-2; 004:556; 004:1081). */
function refuseBeside(plan: Plan, context: DayContext): Refusal | undefined {
  const { date, table } = plan;
  const { policy, others } = context;
  const { caps, hours, weekBegins } = policy;
  const span = extent(plan);
  const sameDay = others.filter((other) => other.date === date);
  const overlapping = sameDay.find((other) => meet(other, span));
  if (overlapping) return { code: 'daysOverlap', article: '在宅勤務計画書', field: 'table', limit: inWords(overlapping) };

  const [first, last] = weekOf(date, weekBegins);
  const week = others.filter((other) => first <= other.date && other.date <= last);
  const sum = (claims: readonly Pick<DayClaim, 'minutes'>[]): number =>
    claims.reduce((all, { minutes }) => all + minutes, minutesOf(table));
  if (sum(sameDay) > hours.minutesPerDay) return overtime(policy);
  if (sum(week) > hours.minutesPerWeek)
    return {
      code: 'weekTooLong',
      article: 'teleworkDay.hours.minutesPerWeek',
      field: 'table',
      limit: hoursAndMinutes(hours.minutesPerWeek),
    };

  const days = distinct([...week.map((other) => other.date), date]);
  if (caps.perWeek !== 'none' && days.length > caps.perWeek && !lifts(plan, context, 'perWeek'))
    return { code: 'tooManyDays', article: 'teleworkDay.caps.perWeek', field: 'date', limit: `${caps.perWeek}` };

  return caps.officeDays === 'half' && !lifts(plan, context, 'officeDays')
    ? refuseAway([...week, { date, unit: plan.unit, minutes: minutesOf(table) }], date, context)
    : undefined;
}

/** At least half of the week's business days are spent at the office (004:556). `week`: all that is planned in it, that of the date included. */
function refuseAway(
  week: readonly Pick<DayClaim, 'date' | 'unit' | 'minutes'>[],
  date: string,
  { policy, closed }: DayContext,
): Refusal | undefined {
  const away = distinct(week.map((one) => one.date)).filter((day) =>
    wholeDay(
      week.filter((one) => one.date === day),
      policy.hours,
    ),
  );
  const [first] = weekOf(date, policy.weekBegins);
  const business = Array.from({ length: 7 }, (_, day) => dayOn(first, day)).filter((day) => !closed.includes(day));
  const most = Math.floor(business.length / 2);
  return away.includes(date) && away.length > most
    ? { code: 'tooFewOfficeDays', article: 'teleworkDay.caps.officeDays', field: 'date', limit: `${most}` }
    : undefined;
}

/** Whether nothing of the day is left for the office. */
const wholeDay = (
  claims: readonly Pick<DayClaim, 'unit' | 'minutes'>[],
  { minutesPerDay, stepMinutes }: TeleworkDayPolicy['hours'],
): boolean =>
  claims.some(({ unit }) => unit === 'day') ||
  (['morning', 'afternoon'] as const).every((half) => claims.some(({ unit }) => unit === half)) ||
  minutesPerDay - claims.reduce((sum, { minutes }) => sum + minutes, 0) < stepMinutes;

/** What the day waits for. The supervisor may record each report that came otherwise (Art. 8-5). */
export function due(day: TeleworkDay): readonly Due<DayEvent['name']>[] {
  const { status, request, unplanned, midday } = day;
  const { approver, answerBy: answer, reportBy, plan, policy } = request;
  const by = <Name extends DayEvent['name']>(who: Capacity | readonly Capacity[], ...names: Name[]) =>
    [who].flat().flatMap((one) => names.map((step) => ({ step, who: one as Capacity })));
  const either = <Name extends DayEvent['name']>(step: Name, until: string) => [person(day), approver].map((who) => ({ step, who, until }));
  const cancel = { step: 'cancel', from: 'registration' } as const;
  const confirm = unplanned === 'toConfirm' ? by(approver, 'confirm') : [];
  switch (status) {
    case 'planned':
      return [
        ...(['approve', 'sendBack', 'refuse'] as const).map((step) => ({ step, who: approver, until: answer })),
        ...by(person(day), 'withdraw'),
        cancel,
        { step: 'expire', at: answer },
      ];
    case 'sentBack':
      return [{ step: 'replan', who: person(day), until: answer }, ...by(person(day), 'withdraw'), cancel, { step: 'expire', at: answer }];
    case 'approved':
      return [
        ...either('start', instantOf(plan.date, extent(plan).from)),
        ...by(person(day), 'withdraw'),
        cancel,
        { step: 'missed', at: reportBy },
      ];
    case 'started':
      return [
        ...either('end', instantOf(plan.date, extent(plan).until)),
        ...(midday || !middayOf(request) ? [] : either('reportMidday', middayOf(request) ?? '')),
        ...by([person(day), approver], 'takeLeave'),
        ...(policy.presenceChecks ? by(approver, 'checkPresence') : []),
        ...confirm,
      ];
    case 'ended':
      return [...either('report', reportBy), ...confirm];
    case 'reported':
      return [...by(person(day), 'correct'), ...(confirm.length ? confirm : by(approver, 'acceptReport'))];
    case 'refused':
    case 'withdrawn':
    case 'expired':
    case 'cancelled':
    case 'missed':
    case 'closed':
      return [];
  }
}

/** When the afternoon is reported to have begun, where the pack has that and both halves are worked (001:305). */
function middayOf({ plan, policy }: DayRequest): string | undefined {
  const { from, until } = extent(plan);
  const { restFrom, restUntil } = policy.hours;
  return policy.reports.midday && from < restFrom && restUntil < until ? instantOf(plan.date, restUntil) : undefined;
}

/** The person, who approves, and HR, which receives every plan (Art. 5-4), read all of it; the department's head sees that it is so. */
export function readers(day: TeleworkDay): LedgerEntry['readers'] {
  const { approver, department } = day.request;
  const words = distinct<Capacity>([person(day), approver, 'hr']);
  return { words, all: distinct<Capacity>([...words, `head:${department}`]) };
}

/** What lists filter by. */
export const summary = ({ status, request: { department, staff, plan } }: TeleworkDay) => ({ status, department, staff, date: plan.date });

/** What the day takes of its person's time and of the seats, as long as it stands. */
export function day({ status, request }: TeleworkDay): DayClaim | undefined {
  switch (status) {
    case 'refused':
    case 'withdrawn':
    case 'expired':
    case 'cancelled':
    case 'missed':
      return undefined;
    case 'planned':
    case 'sentBack':
    case 'approved':
    case 'started':
    case 'ended':
    case 'reported':
    case 'closed':
      return claimOf(request.plan, request);
  }
}

/** What forbids a step that is due and in the right hands. Whoever is the person, or acts for somebody, takes it as nobody else; `replan` is also judged by `refusePlan`. */
export function refusal(before: TeleworkDay, step: DayStep): Refusal | undefined {
  const { request, started, leave } = before;
  const { plan, policy } = request;
  const { name, input } = step;
  const own = [input.by, input.onBehalfOf].includes(request.staff);
  if (own && input.as !== person(before)) return { code: 'ownRequest', article: 'registration.ownRequest' };
  switch (name) {
    case 'replan':
      return input.plan.date === plan.date ? undefined : { code: 'notThatDay', article: '在宅勤務計画書', field: 'date', limit: plan.date };
    case 'start':
    case 'reportMidday': {
      const wrong = refuseReported(before, input);
      if (wrong) return wrong;
      const when = madeAt(input);
      if (dateOf(when) !== plan.date)
        return { code: 'notThatDay', article: 'teleworkDay.reports.channels', field: 'reportedAt', limit: plan.date };
      return earlierThan(started, when);
    }
    case 'end':
    case 'report':
      return (
        refuseReported(before, input) ??
        earlierThan(name === 'end' ? started : before.ended, madeAt(input)) ??
        (name === 'report' ? refuseResult(before, input) : undefined)
      );
    case 'correct':
      return refuseResult(before, input);
    case 'takeLeave': {
      if (!within(input.leave, plan.shift))
        return { code: 'leaveOutsideHours', article: 'teleworkDay.hours.leaveStepMinutes', field: 'leave', limit: inWords(plan.shift) };
      const wrong = outOfOrder(inOrder([...leave, input.leave]));
      if (wrong) return { code: 'leaveOverlaps', article: 'teleworkDay.hours.leaveStepMinutes', field: 'leave', limit: inWords(wrong) };
      return refuseLeave([input.leave], policy);
    }
    case 'checkPresence':
      return refuseChannel(policy, input.channel);
    default:
      return undefined;
  }
}

/** When it was made: at once, or when the supervisor says that it came. */
const madeAt = ({ at, reportedAt }: Reported): string => reportedAt ?? at;
const made = ({ channel, ...reported }: Reported): Made => ({ at: madeAt(reported), ...(channel && { channel }) });

/** The person's own report counts from when it is handed in; one that the supervisor records came by a channel, and not in the future. */
function refuseReported(day: TeleworkDay, { as, at, channel, reportedAt }: Reported & { as: Capacity }): Refusal | undefined {
  const { channels } = day.request.policy.reports;
  if (as === person(day))
    return channel || reportedAt ? { code: 'ownReport', article: 'teleworkDay.reports.channels', field: 'reportedAt' } : undefined;
  if (!channel || !reportedAt || reportedAt > at)
    return { code: 'channelNeeded', article: 'teleworkDay.reports.channels', field: 'channel', limit: channels.join(', ') };
  return refuseChannel(day.request.policy, channel);
}

const refuseChannel = ({ reports: { channels } }: TeleworkDayPolicy, channel: (typeof channels)[number]): Refusal | undefined =>
  channels.includes(channel)
    ? undefined
    : { code: 'channelNeeded', article: 'teleworkDay.reports.channels', field: 'channel', limit: channels.join(', ') };

const earlierThan = (before: Made | undefined, when: string): Refusal | undefined =>
  before && when < before.at
    ? { code: 'reportOutOfOrder', article: 'teleworkDay.reports.channels', field: 'reportedAt', limit: before.at }
    : undefined;

/** The result column keeps the order of the day, holds no work in hours of leave, and says what came back of that which was carried out. */
function refuseResult(
  { request, leave }: TeleworkDay,
  { done, broughtBack }: { done: readonly Line[]; broughtBack?: object },
): Refusal | undefined {
  const wrong = outOfOrder(inOrder([...done, ...leave]));
  if (wrong) return { code: 'tableOverlaps', article: 'teleworkDay.hours.from', field: 'done', limit: inWords(wrong) };
  if (request.plan.carryOut && !broughtBack) return { code: 'dataNotListed', article: 'teleworkDay.personalData', field: 'broughtBack' };
  return undefined;
}

/** The day after the event; the opening event makes it. */
export function apply(before: TeleworkDay | undefined, event: DayEvent): TeleworkDay {
  if (event.name === 'plan' || event.name === 'startUnplanned') {
    const { staff, department, approver, plan, policy, enteredAs, answerBy: answer, reportBy, seat, under } = event.input;
    const accepted = { answerBy: answer, reportBy, ...(seat !== undefined && { seat }), ...(under && { under }) };
    const request = { staff, department, approver, plan, policy, ...accepted, ...(enteredAs && { enteredAs }) };
    const filed: TeleworkDay = { request, status: 'planned', presence: [], leave: plan.leave, reports: [] };
    return event.name === 'plan' ? filed : { ...filed, status: 'started', unplanned: 'toConfirm', started: made(event.input) };
  }
  if (!before) throw new Error(`a telework day begins with its plan, not with ${event.name}`);
  switch (event.name) {
    case 'approve':
      return { ...before, status: 'approved' };
    case 'refuse':
      return { ...before, status: 'refused' };
    case 'sendBack':
      return { ...before, status: 'sentBack' };
    case 'replan': {
      const { seat: _seat, under: _under, ...request } = before.request;
      const { plan, answerBy: answer, reportBy, seat, under } = event.input;
      const accepted = { answerBy: answer, reportBy, ...(seat !== undefined && { seat }), ...(under && { under }) };
      return { ...before, status: 'planned', leave: plan.leave, request: { ...request, plan, ...accepted } };
    }
    case 'withdraw':
      return { ...before, status: 'withdrawn' };
    case 'cancel':
      return { ...before, status: 'cancelled' };
    case 'expire':
      return { ...before, status: 'expired' };
    case 'missed':
      return { ...before, status: 'missed' };
    case 'start':
      return { ...before, status: 'started', started: made(event.input) };
    case 'confirm':
      return { ...before, unplanned: event.input.granted ? 'confirmed' : 'declined' };
    case 'reportMidday':
      return { ...before, midday: made(event.input) };
    case 'checkPresence': {
      const { at, channel, reached } = event.input;
      return { ...before, presence: [...before.presence, { at, channel, reached }] };
    }
    case 'takeLeave':
      return { ...before, leave: [...before.leave, event.input.leave] };
    case 'end':
      return { ...before, status: 'ended', ended: made(event.input) };
    case 'report':
    case 'correct': {
      const { done, result, broughtBack } = event.input;
      const report = { ...made(event.input), done, result, ...(broughtBack && { broughtBack }) };
      return { ...before, status: 'reported', reports: [...before.reports, report] };
    }
    case 'acceptReport':
      return { ...before, status: 'closed' };
  }
}

/** What goes out at once (design §4.1): the answer to one's own plan, a plan to be answered before the next round, and leave in the middle of the day (004:769). */
export function mails({ request, leave }: TeleworkDay, event: DayEvent): readonly MailOrder[] {
  const { staff, approver, plan, enteredAs } = request;
  const about = { staff, date: plan.date };
  const to = (who: Capacity, template: string, params: MailOrder['params'] = about): MailOrder[] => [{ to: who, template, params }];
  const me: Capacity = `staff:${staff}`;
  switch (event.name) {
    case 'plan':
      return [...(enteredAs ? to(me, 'dayEntered') : []), ...(event.input.urgent ? to(approver, 'dayPlanned') : [])];
    case 'replan':
      return event.input.urgent ? to(approver, 'dayPlanned') : [];
    case 'approve':
      return withEntry(to(me, 'dayApproved', { ...about, ...extent(plan), form: plan.form }), {
        what: 'teleworkDay',
        day: plan.date,
        hours: extent(plan),
      });
    case 'refuse':
      return to(me, 'dayRefused');
    case 'sendBack':
      return to(me, 'daySentBack');
    case 'expire':
      return to(me, 'dayExpired');
    case 'cancel':
      return withEntry(to(me, 'dayCancelled'), 'none');
    case 'startUnplanned':
      return to(approver, 'dayStartedUnplanned');
    case 'confirm':
      return to(me, event.input.granted ? 'dayRecognised' : 'dayNotRecognised');
    case 'takeLeave': {
      const taken = leave.at(-1);
      return event.input.as === me && taken ? to(approver, 'dayLeaveTaken', { ...about, ...taken }) : [];
    }
    case 'withdraw':
    case 'missed':
    case 'start':
    case 'reportMidday':
    case 'checkPresence':
    case 'end':
    case 'report':
    case 'correct':
    case 'acceptReport':
      return [];
  }
}

/** Steps of which the morning round may have to remind somebody. */
export const reminding = ['approve', 'replan', 'start', 'end', 'report', 'confirm', 'acceptReport'] as const;

/**
 * Whom the morning round of `today` reminds of a step that is due (design §4.1). What waits for an answer is named after one night; a report that is missing to the
 * person, and to the supervisor too, who may record it, once the night after the date has passed.
 */
export function reminds(
  day: TeleworkDay,
  { step, who, since }: { step: (typeof reminding)[number]; who: Capacity; since: string },
  today: string,
): readonly Capacity[] {
  switch (step) {
    case 'approve':
    case 'replan':
    case 'confirm':
    case 'acceptReport':
      return since < today ? [who] : [];
    case 'start':
    case 'end':
      return day.request.plan.date < today ? [who] : [];
    case 'report':
      return since < today && (who === person(day) || dateOf(day.request.reportBy) <= today) ? [who] : [];
  }
}

/** Steps of which the evening round reminds the person, on the date itself. */
export const chasing = ['start', 'reportMidday', 'end'] as const;

/** Whom the evening round reminds of a report that should have come by `now`, an instant of the date itself. */
export const chases = (
  day: TeleworkDay,
  { who, until }: { step: (typeof chasing)[number]; who: Capacity; until?: string },
  now: string,
): readonly Capacity[] => (who === person(day) && until && until <= now && dateOf(now) === day.request.plan.date ? [who] : []);
