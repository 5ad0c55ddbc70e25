/** What of a date somebody teleworks. */
export type Part = 'day' | 'morning' | 'afternoon';

/** One telework day or half day of one person; `assetTag`: with this device of the pool. */
export interface Slot {
  /** ISO. */
  date: string;
  part: Part;
  assetTag?: string;
}

/**
 * Sections that draw on one pool of devices (or on none) and on one office's seats: one call of the planner. Everything is counted in dates, ISO strings throughout.
 * The order of its lists means nothing: the same content gives the same plan.
 */
export interface PlanInput {
  /** Business days of the period on which something can still be planned: less days off, less those past. */
  dates: readonly string[];
  /** Business days after the last date by which the period could be made longer. Nothing is planned on them; they only let `cures` say how many would do. */
  further?: readonly string[];
  /** Whether somebody is away for a whole date or for a half of it. */
  unit: 'day' | 'halfDay';
  sections: readonly SectionInput[];
  /** The pool. Absent: there is none, and who needs a device cannot be placed. */
  devices?: PoolInput;
  /** Present: each slot is at the satellite office and takes a seat of its date, whole or half; dates not named have none. Fixed slots take theirs. */
  seats?: readonly { date: string; seats: number }[];
}

export interface PoolInput {
  /** A slot on a date takes its device from that date until so many calendar days later, inclusive: return, erasure, confirmation. */
  turnaroundDays: number;
  devices: readonly {
    assetTag: string;
    /** Promised or out from the one date until the other, both inclusive, the turnaround after it included. Without what `fixed` and `keeps` below say. */
    busy: readonly { from: string; until: string }[];
  }[];
}

export interface SectionInput {
  section: string;
  members: readonly MemberInput[];
  /** How many must be at the office in each half of each date. Absent: it may be empty. */
  counter?: {
    morning: number;
    afternoon: number;
    /** People of the section who are at the office and are not among the members; on dates not named nobody. */
    others: readonly { date: string; morning: number; afternoon: number }[];
  };
}

/** So many times from the one date until the other, both inclusive. "Twice in the period" is one, "once a week" one for each week. */
export interface Duty {
  from: string;
  until: string;
  times: number;
}

/** A member of one section; a staff number stands in one section only. */
export interface MemberInput {
  staff: string;
  /** Windows that do not overlap. */
  duties: readonly Duty[];
  /** Dates not at work (leave): no telework, and nobody at the counter. */
  absent: readonly string[];
  /** Dates at work on which the person cannot telework: on duty, not registered yet, sent elsewhere in the house. */
  unavailable: readonly string[];
  /** How long the person has waited, in any unit: where not everybody can be placed, who waited longer is placed first. */
  waited: number;
  /** False: has an own desk device that leaves the house, or uses a private one. */
  needsDevice: boolean;
  /** Before anybody else of the section where possible: the managers. */
  first?: true;
  /** Past, done or otherwise certain: they stand whatever else holds, are in the plan as they are, and count for their duty. */
  fixed: readonly Slot[];
  /** Planned before: given up only if they must be. */
  keeps: readonly Slot[];
}

export interface PlannedSlot extends Slot {
  staff: string;
  section: string;
}

export interface Plan {
  /** Everybody has all times of all duties. */
  feasible: boolean;
  /** By date, part, section, staff number; those that were fixed included. */
  slots: readonly PlannedSlot[];
  /** Whose duties are not met, and how many times are missing of each. */
  unplaced: readonly { staff: string; section: string; duty: Duty; missing: number }[];
  /** Why not, one for each group of sections that share what is short. Empty where the plan is feasible. */
  reasons: readonly Reason[];
  /** Staff numbers of those of whom a kept date or half does not stand. Another device on the same date is no move. */
  moved: readonly string[];
  /** SHA-256, in hexadecimal, of the canonical JSON of `slots`. */
  hash: string;
}

/** Why not everybody can be placed: "section tax: 9 people, 2 devices, 3 of 5 days blocked by the counter: 2 people cannot be placed". */
export interface Reason {
  /** The sections in which people cannot be placed: one, or those that draw on the same pool or seats. */
  sections: readonly {
    section: string;
    people: number;
    /** Dates on which the counter lets nobody of the section go (with half days: in neither half). */
    blockedByCounter: number;
    /** People who are short of one time or more. */
    cannot: number;
  }[];
  /** Dates of the period. */
  dates: number;
  /** In the pool; absent where none of these people needs one. */
  devices?: number;
  /** Times for which nothing of what `cures` can change helps: the person is away, or has more duties than dates. */
  incurable: number;
  /**
   * Each alone lets everybody be placed, but for what is incurable; proven by solving again. One for each kind of change that is enough by itself, as small as that kind
   * can be; where none is, the smallest mixture. The smallest comes first. None are looked for where more than 5,000 people share a pool or seats.
   */
  cures: readonly (readonly Change[])[];
}

/** What HR could change, in words that `withChanges` turns into input. */
export type Change =
  /** So many more devices in the pool, free from the one date until the other (both inclusive, their turnaround included). */
  | { device: { from: string; until: string; count: number } }
  /** So many fewer people at the counter in that half. */
  | { counter: { section: string; date: string; half: 'morning' | 'afternoon'; by: number } }
  | { seats: { date: string; count: number } }
  /** The first so many of the further dates: duties that end with the period end with the last of them. */
  | { dates: { more: number } };

/** Decides who teleworks when and with which device. */
export interface Planner {
  /**
   * The plan of one pool: as few times missing as possible, everybody once before anybody twice, who waited longest first; as few people moved as possible; who comes first
   * first; then even and early. A pure function of its input that computes for up to seconds. Throws `PlannerFailed`.
   */
  plan(input: PlanInput): Plan | Promise<Plan>;
}

/** No plan: the input contradicts itself, the solver did not come to an end in time, or the independent check found the result wrong. Names no person. */
export class PlannerFailed extends Error {
  override readonly name = 'PlannerFailed';
}
