import type { Capacity } from '../../activities/directory/port.js';
import type { WordsRef } from '../../activities/ledger/port.js';
import type { TeleworkForm, Workplace } from '../registration/contract.js';
import type { Signed, Urgency } from '../shared/case.js';

/** A time of the day in the municipality, `HH:MM`; days are ISO dates, instants ISO 8601 in UTC. */
export type Time = string;

/** From one time of the day until a later one. */
export interface Span {
  from: Time;
  until: Time;
}

/** How much of a day is worked away from the office (実施単位): a day (Art. 8-1), a half of it (001:259), or any part. */
export type Unit = 'day' | 'morning' | 'afternoon' | 'hours';

/** Confidentiality of what is worked on (000:263-280): 1 public, 2 internal, 3 secret. */
export type Level = 1 | 2 | 3;

/** On what: a device lent by IT, the person's own from the desk, one of the person's private ones, or one that stands in the satellite office. */
export type WorkDevice = 'lent' | 'ownDesk' | 'private' | 'office';

/** Absence in the middle, by the hour (Art. 7, Art. 8-1). */
export type LeaveKind = 'annual' | 'childcare' | 'care' | 'illness';
export interface Leave extends Span {
  kind: LeaveKind;
}

/** How a report came that the supervisor records (Art. 8-5). */
export type Channel = 'phone' | 'mail' | 'chat';

/** One line of form 2 (004:735-746): what is worked on from when until when. `task`: an id of the pack's list. */
export interface Line extends Span {
  task: string;
  level: Level;
}

/** 旅行命令 (procedure ⑥): where it stands in the general-affairs system, who approved it (職, not a name) and on which date. */
export interface TravelOrder {
  number: string;
  approver: Capacity;
  approvedOn: string;
}

/** 在宅勤務計画書 (form 2): one date. Texts are words of the person. */
export interface Plan {
  date: string;
  form: TeleworkForm;
  /** Where, at home. */
  workplace?: Workplace;
  /** Where, when mobile. */
  place?: WordsRef;
  /** Which satellite office; a seat is booked with the plan. */
  office?: string;
  unit: Unit;
  /** The person's working hours of the date, the rest included: the pack's, a staggered pattern, or what its window allows. */
  shift: Span;
  /** The table by the hour, in order. The rest and leave stand in no line. */
  table: readonly Line[];
  /** Leave that is combined with it from the beginning (Art. 8-1). */
  leave: readonly Leave[];
  /** What `table` cannot say; needed where a task is `other` (Art. 3(7)). */
  remarks?: WordsRef;
  device: WorkDevice;
  /** データの持ち出し申請 (procedure ⑤), paper included; approved with the plan, never personal data. */
  carryOut?: { list: WordsRef; personalData: boolean; paper: boolean };
  travelOrder?: TravelOrder;
  /** The declared emergency in which the day was ordered; such days are counted apart (004:783). */
  ordered?: string;
}

/** What an emergency lifts where the pack lets it. Personal data, confidentiality, overtime and seats are never lifted. */
export type Liftable = 'planBy' | 'perWeek' | 'officeDays' | 'units' | 'registration' | 'training' | 'device';

/** 緊急時の特例: what a named authority lifts, first and last date. It reverts itself. */
export interface Emergency {
  id: string;
  lifts: readonly Liftable[];
  from: string;
  until: string;
}

/** The section of a municipality's policy pack for telework days, resolved; a day keeps the one it was filed under (design §4.8). */
export interface TeleworkDayPolicy {
  /** Hash of the pack it was resolved from. */
  pack: string;
  /** Until when a plan is filed: the day before, the week before, or before it begins. */
  planBy: 'sameDay' | 'previousDay' | 'previousWeek';
  /** Until when it must have been approved: the end of the day before, or the beginning of the working hours. */
  approveBy: 'previousDay' | 'start';
  /** How far ahead a plan may be filed, in calendar days. */
  aheadDays: number;
  /** On which day a week begins. */
  weekBegins: 'monday' | 'sunday';
  caps: {
    /** Days a week with any telework. */
    perWeek: number | 'none';
    /** `half`: at least half of the week's business days are spent at the office (Suntory, 004:556). */
    officeDays: 'half' | 'none';
  };
  /** Whether it is also for days without business. */
  onClosedDays: boolean;
  /** Which units are offered; `halfDay` stands for mornings and afternoons. */
  units: readonly ('day' | 'halfDay' | 'hours')[];
  hours: {
    /** The usual working hours, the rest included. */
    from: Time;
    until: Time;
    /** The rest, kept whenever the working hours lie around it; where they are `flexible` it only parts the day into halves. */
    restFrom: Time;
    restUntil: Time;
    /** Whether other hours are allowed: none, the patterns, as many moved within the window, or any in it, with a rest of one's own choice. */
    shifts: 'fixed' | 'patterns' | 'window' | 'flexible';
    patterns: readonly (Span & { id: string })[];
    windowFrom: Time;
    windowUntil: Time;
    minutesPerDay: number;
    minutesPerWeek: number;
    /** Lines and hours begin and end on a multiple of so many minutes. */
    stepMinutes: number;
    /** Leave is taken in multiples of so many minutes. */
    leaveStepMinutes: number;
  };
  /** Overtime is never ordered (Art. 8-4). */
  overtime: 'never';
  reports: {
    /** How reports may come that the supervisor records (Art. 8-5). */
    channels: readonly Channel[];
    /** Whether the afternoon begins with a report of its own (001:305). */
    midday: boolean;
    /** Business days after the date in which the result is reported back. */
    reportBackDays: number;
  };
  /** Whether the supervisor records checks of presence (Art. 8-3). */
  presenceChecks: boolean;
  needs: { registration: boolean; training: boolean };
  devices: readonly WorkDevice[];
  /** Ids of the permitted tasks (Art. 3), of which `other` asks for a text. */
  tasks: readonly string[];
  levels: Readonly<Record<TeleworkForm, readonly Level[]>>;
  /** A seat in a satellite office is never given twice. */
  overbooking: 'never';
  /** Personal data is never carried out (Art. 3, procedure ⑤). */
  personalData: 'never';
  travelOrder: boolean;
  /** From the registration's section. */
  forms: readonly TeleworkForm[];
  workplaces: readonly Workplace[];
  emergency: {
    /** What an emergency may lift. */
    liftable: readonly Liftable[];
    /** Whether somebody may start without a plan while one is in force that lifts `planBy`. */
    unplannedStart: boolean;
  };
}

/** What a day takes as long as it stands: time of the person, and a seat. No two of one person overlap; no seat is given twice. */
export interface DayClaim extends Span {
  staff: string;
  department: string;
  date: string;
  form: TeleworkForm;
  unit: Unit;
  /** Minutes of work in the table. */
  minutes: number;
  office?: string;
  seat?: number;
  ordered?: string;
}

/** All that a plan is judged by, read in the transaction that writes it. */
export interface DayContext {
  policy: TeleworkDayPolicy;
  /** The municipality's date and time. */
  today: string;
  time: Time;
  /** Dates without business (week-ends, holidays, closures) from the week of the date on which it is judged to that of the date planned. */
  closed: readonly string[];
  /** What the person's other days take in the week of the date: all that is not refused, withdrawn, expired, cancelled or missed. */
  others: readonly DayClaim[];
  /** The person's active registration. */
  registration?: { forms: readonly TeleworkForm[]; workplace: Workplace };
  /** Last date on which the training counts. */
  trainedUntil?: string;
  /** A device is reserved for, or lent to, the person on the date. */
  deviceLent: boolean;
  /** Seats of the office that are free in these hours, best first; absent where there is no such office. */
  freeSeats?: readonly number[];
  /** Those in force: `from` ≤ date of the plan ≤ `until`, and not ended. */
  emergencies: readonly Emergency[];
}

/** What the context adds to a plan that was accepted. */
export interface Accepted {
  /** Seat in the satellite office. */
  seat?: number;
  /** The emergency without which a rule would have refused it. */
  under?: string;
  /** The instant until which it can be approved, and by which the result is due. */
  answerBy: string;
  reportBy: string;
}

/** A plan with all that directory, calendar and pack say of it when it is filed. */
export interface DayRequest extends Accepted {
  staff: string;
  department: string;
  /** Who approves: the department's head, or the head of the unit above for a head's own. */
  approver: Capacity;
  plan: Plan;
  /** 代理入力: entered from paper by the supervisor, in this capacity. */
  enteredAs?: Capacity;
  policy: TeleworkDayPolicy;
}

/** When a report was made; `at` is the instant at which it is handed in. The supervisor, who records one that came otherwise, says how and when (Art. 8-5). */
export interface Reported {
  at: string;
  channel?: Channel;
  reportedAt?: string;
}

/** 在宅勤務報告書: the result column of form 2, and what came back of that which was carried out. */
export interface Result {
  done: readonly Line[];
  result: WordsRef;
  broughtBack?: WordsRef;
}

/** What is handed in with each step. Instants and `Accepted` are resolved by the API; everything else is the person's. */
export interface DaySteps {
  approve: Signed;
  refuse: Signed & { reason: WordsRef };
  /** 差戻し: what is to be put right, until the same `answerBy`. */
  sendBack: Signed & { remarks: WordsRef };
  replan: Signed & Urgency & Accepted & { plan: Plan };
  withdraw: Signed;
  /** Art. 8-5(1). */
  start: Signed & Reported;
  /** The approver recognises a start without a plan, or does not. */
  confirm: Signed & { granted: boolean };
  /** 13:00 (001:305). */
  reportMidday: Signed & Reported;
  /** 在席状況の確認 (Art. 8-3). */
  checkPresence: Signed & { at: string; channel: Channel; reached: boolean };
  /** Leave in the middle of the day (Art. 7). */
  takeLeave: Signed & { leave: Leave };
  /** Art. 8-5(3). */
  end: Signed & Reported;
  /** 復命 (procedure ⑨). */
  report: Signed & Reported & Result;
  /** Another report in the place of the last, which is kept. */
  correct: Signed & { at: string } & Result;
  /** The supervisor has seen it. */
  acceptReport: Signed & { note?: WordsRef };
}

/** A report as it stands: when it was made, and how it came where the supervisor recorded it. */
export interface Made {
  at: string;
  channel?: Channel;
}

export interface TeleworkDay {
  readonly request: DayRequest;
  readonly status:
    | 'planned'
    | 'sentBack'
    | 'refused'
    | 'withdrawn'
    | 'expired'
    | 'cancelled'
    | 'approved'
    | 'missed'
    | 'started'
    | 'ended'
    | 'reported'
    | 'closed';
  /** It was started without a plan: whether that was recognised. */
  readonly unplanned?: 'toConfirm' | 'confirmed' | 'declined';
  readonly started?: Made;
  readonly midday?: Made;
  readonly presence: readonly (Made & { reached: boolean })[];
  /** Leave as planned, and as taken in the middle. */
  readonly leave: readonly Leave[];
  readonly ended?: Made;
  /** Versions of the report, the latest last. */
  readonly reports: readonly (Result & Made)[];
}

export type DayStep = { [Name in keyof DaySteps]: { name: Name; input: DaySteps[Name]; key: string } }[keyof DaySteps];
export type DayOpening =
  | { name: 'plan'; input: Signed & Urgency & DayRequest; key: string }
  | { name: 'startUnplanned'; input: Signed & DayRequest & Reported; key: string };
/** `cancel`: the registration has ended (Art. 5-3), and the day had not begun. */
export type DayNews = { name: 'cancel'; input: { by: 'system' }; key: string };
export type DayDeadline = { name: 'expire' | 'missed'; input: { by: 'system' } };
export type DayEvent = DayOpening | DayStep | DayNews | DayDeadline;
