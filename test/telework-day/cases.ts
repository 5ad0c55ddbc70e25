import { municipalCalendar } from '../../config/calendar.js';
import type {
  DayContext,
  DayEvent,
  DayRequest,
  Level,
  Line,
  Plan,
  TeleworkDay,
  TeleworkDayPolicy,
} from '../../workflows/telework-day/contract.js';
import { apply, due } from '../../workflows/telework-day/rules.js';

export const words = (row: string) => ({ row, digest: 'c'.repeat(64) });

/** An invented pack: Oyama's hours and caps, everything else switched on. */
export const policy: TeleworkDayPolicy = {
  pack: 'a'.repeat(64),
  planBy: 'previousDay',
  approveBy: 'previousDay',
  aheadDays: 60,
  weekBegins: 'monday',
  caps: { perWeek: 4, officeDays: 'none' },
  onClosedDays: false,
  units: ['day', 'halfDay', 'hours'],
  hours: {
    from: '08:30',
    until: '17:15',
    restFrom: '12:00',
    restUntil: '13:00',
    shifts: 'fixed',
    patterns: [
      { id: 'E', from: '08:00', until: '16:45' },
      { id: 'F', from: '09:15', until: '18:00' },
    ],
    windowFrom: '08:00',
    windowUntil: '18:15',
    minutesPerDay: 465,
    minutesPerWeek: 2325,
    stepMinutes: 15,
    leaveStepMinutes: 60,
  },
  overtime: 'never',
  reports: { channels: ['phone', 'mail', 'chat'], midday: true, reportBackDays: 3 },
  presenceChecks: true,
  needs: { registration: true, training: true },
  devices: ['lent', 'ownDesk', 'office'],
  tasks: ['minutes', 'planning', 'other'],
  levels: { home: [1, 2], mobile: [1, 2], satellite: [1, 2, 3] },
  overbooking: 'never',
  personalData: 'never',
  travelOrder: true,
  forms: ['home', 'mobile', 'satellite'],
  workplaces: ['ownHome', 'carersHome'],
  emergency: {
    liftable: ['planBy', 'perWeek', 'officeDays', 'units', 'registration', 'training', 'device'],
    unplannedStart: true,
  },
};

/** One line of the table: `08:30-12:00`. */
export function line(span: string, task = 'minutes', level: Level = 1): Line {
  const [from = '', until = ''] = span.split('-');
  return { from, until, task, level };
}

/** The table of form 2 (004:735-744), hour by hour, without the rest. */
export const wholeTable: readonly Line[] = [
  '08:30-09:00',
  '09:00-10:00',
  '10:00-11:00',
  '11:00-12:00',
  '13:00-14:00',
  '14:00-15:00',
  '15:00-16:00',
  '16:00-17:00',
  '17:00-17:15',
].map((span) => line(span));
export const morningTable = wholeTable.slice(0, 4);
export const afternoonTable = wholeTable.slice(4);

/** A whole day at home, as form 2 has it: Tuesday, 24 November 2026. */
export const plan = (over: Partial<Plan> = {}): Plan => ({
  date: '2026-11-24',
  form: 'home',
  workplace: 'ownHome',
  unit: 'day',
  shift: { from: '08:30', until: '17:15' },
  table: wholeTable,
  leave: [],
  device: 'ownDesk',
  travelOrder: { number: '旅-1042', approver: 'head:tax', approvedOn: '2026-11-19' },
  ...over,
});

const calendar = municipalCalendar();
const dayAfter = (date: string, days: number) => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
/** The dates without business among the days around. */
export const closedAround = (date: string): readonly string[] =>
  Array.from({ length: 60 }, (_, day) => dayAfter(date, day - 30)).filter((day) => !calendar.isBusinessDay(day));

/** What a plan is judged by on Thursday, 19 November 2026 at noon: somebody registered, trained, with a device of their own, and nothing else planned. */
export const context = (over: Partial<DayContext> = {}): DayContext => ({
  policy,
  today: '2026-11-19',
  time: '12:00',
  closed: closedAround('2026-11-24'),
  others: [],
  registration: { forms: ['home', 'mobile', 'satellite'], workplace: 'ownHome' },
  trainedUntil: '2027-03-31',
  deviceLent: false,
  emergencies: [],
  ...over,
});

export const request = (over: Partial<DayRequest> = {}): DayRequest => ({
  staff: '4021',
  department: 'tax',
  approver: 'head:tax',
  plan: plan(),
  policy,
  answerBy: '2026-11-23T15:00:00.000Z',
  reportBy: '2026-11-27T15:00:00.000Z',
  ...over,
});

export const opening = (over: Partial<DayRequest> = {}): DayEvent => ({
  name: 'plan',
  input: { by: '4021', as: 'staff:4021', urgent: true, ...request(over) },
  key: 'key-plan',
});
export const unplanned: DayEvent = {
  name: 'startUnplanned',
  input: { by: '4021', as: 'staff:4021', at: '2026-11-24T00:10:00.000Z', ...request({ under: 'snow' }) },
  key: 'key-start',
};

export const result = { done: wholeTable, result: words('result') };
/** What is filed with an event of this name so that no rule refuses it in a usual case. */
const filed: Partial<Record<DayEvent['name'], object>> = {
  refuse: { reason: words('reason') },
  sendBack: { remarks: words('remarks') },
  replan: { plan: plan(), answerBy: '2026-11-23T15:00:00.000Z', reportBy: '2026-11-27T15:00:00.000Z', urgent: true },
  start: { at: '2026-11-23T23:30:00.000Z' },
  confirm: { granted: true },
  reportMidday: { at: '2026-11-24T04:00:00.000Z' },
  checkPresence: { at: '2026-11-24T02:00:00.000Z', channel: 'chat', reached: true },
  takeLeave: { leave: { from: '15:00', until: '16:00', kind: 'care' } },
  end: { at: '2026-11-24T08:15:00.000Z' },
  report: { at: '2026-11-25T00:00:00.000Z', ...result },
  correct: { at: '2026-11-25T01:00:00.000Z', ...result },
};

/** An event of this name as it would be filed by the first who may. */
export function event(day: TeleworkDay, name: DayEvent['name'], over: object = {}): DayEvent {
  const one = due(day).find(({ step }) => step === name);
  if (!one) throw new Error(`${name} is not due`);
  const signed = 'who' in one ? { by: one.who === 'staff:4021' ? '4021' : '3001', as: one.who } : { by: 'system' };
  return { name, input: { ...signed, ...filed[name], ...over }, key: `key-${name}` } as DayEvent;
}

/** The day after these events. */
export const after = (...names: readonly DayEvent['name'][]): TeleworkDay => afterOf(opening(), ...names);
export const afterOf = (first: DayEvent, ...names: readonly DayEvent['name'][]): TeleworkDay =>
  names.reduce((day, name) => apply(day, event(day, name)), apply(undefined, first));

/** Every place that a day can come to, with the event that led there: leave, presence and versions of a report once each. */
export function everywhere(): readonly { before?: TeleworkDay; taken: DayEvent; after: TeleworkDay }[] {
  const places: { before?: TeleworkDay; taken: DayEvent; after: TeleworkDay }[] = [];
  const seen = new Set<string>();
  const open: { before?: TeleworkDay; taken: DayEvent }[] = [
    { taken: opening() },
    { taken: opening({ enteredAs: 'head:tax' }) },
    { taken: unplanned },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const now = apply(next.before, next.taken);
    if (now.presence.length > 1 || now.leave.length > 1 || now.reports.length > 2) continue;
    const place = JSON.stringify([next.taken, now]);
    if (seen.has(place)) continue;
    seen.add(place);
    places.push({ ...next, after: now });
    for (const { step } of due(now)) {
      open.push({ before: now, taken: event(now, step) });
      if (step === 'confirm') open.push({ before: now, taken: event(now, step, { granted: false }) });
    }
  }
  return places;
}
