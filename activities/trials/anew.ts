import type { Draft } from '../../workflows/trial-campaign/contract.js';
import type { Duty, Move, PlannedSlot, Prolonged, Slot } from '../../workflows/trial-section/contract.js';
import { type HeldSlot, type Member, prolonged, type TrialSection, type Unplaced } from '../../workflows/trial-section/rules.js';
import type { MemberInput, Plan, PlanInput, Planner, PoolInput } from '../planner/port.js';
import { counterInput, slotsByStaff } from './rotation.js';

/** A section of a running campaign as a morning finds it. */
export interface Found {
  draft: Draft;
  section: TrialSection;
  /** The round's date: what is planned anew begins on the day after it. */
  date: string;
  /** Dates after it, until the campaign's last, on which anybody may telework. */
  dates: readonly string[];
  /** What the campaign says of its end and the section does not know yet. */
  period?: Prolonged;
  /** By staff number: dates on which the personnel files now say that somebody is away. */
  away: ReadonlyMap<string, readonly string[]>;
  /** What the open loans of the section have, by their names in it; one that waits in the queue has none: the device that was counted on is gone. */
  loans: ReadonlyMap<string, { assetTag?: string }>;
}

/** What it takes to plan the section. */
export interface Means {
  /** By staff number: dates on which somebody was seen teleworking. */
  seen: ReadonlyMap<string, readonly string[]>;
  /** By staff number: how long somebody has waited, in days. */
  waited: ReadonlyMap<string, number>;
  /** Without what the section's own loans are promised. */
  pool?: PoolInput;
  seats?: PlanInput['seats'];
}

const halves = ['morning', 'afternoon'] as const;

/** The slots that are still to come and cannot stay as they are. All of them where fewer people than the counter asks for would be at the office: whose should go is for the planner to say. */
export function looseSlots(found: Found): ReadonlySet<HeldSlot> {
  const { section, date } = found;
  const short = isShort(found);
  return new Set(
    section.members.flatMap((member) => member.slots.filter((slot) => slot.date > date && (short || !stands(found, member, slot)))),
  );
}

function stands(found: Found, member: Member, { date, loan }: HeldSlot): boolean {
  const lent = loan === undefined ? undefined : found.loans.get(loan);
  const hasDevice = lent === undefined || lent.assetTag !== undefined;
  return hasDevice && !isAway(found, member, date) && !member.unavailable.includes(date) && found.dates.includes(date);
}

/** By the files as they were when the section was planned or as they are now, by what was said since, or exempt for what keeps people from the office. */
const isAway = ({ away }: Found, member: Member, date: string): boolean =>
  member.absent.includes(date) ||
  (away.get(member.staff)?.includes(date) ?? false) ||
  (isExempt(member, date) && member.exemption?.reason !== 'duty');

const isExempt = ({ exemption }: Member, date: string): boolean =>
  exemption !== undefined && exemption.from <= date && date <= exemption.until;

function isShort(found: Found): boolean {
  const { counter, members, others } = found.section;
  if (!counter) return false;
  return found.dates.some((date) => {
    const there = members.filter((member) => !isAway(found, member, date));
    const rest = others.filter((absent) => !absent.includes(date)).length;
    return halves.some((half) => {
      const gone = there.filter(({ slots }) => slots.some((slot) => slot.date === date && (slot.part === 'day' || slot.part === half)));
      return gone.length > 0 && there.length - gone.length + rest < counter[half];
    });
  });
}

/**
 * Plans the section alone: what can stay stays, and for the rest, and for whoever has fewer slots than can still be done, a place is looked for on what is free. Undefined where the section would learn nothing: it is told of moves,
 * for whom there is nothing, and of a new period.
 */
export async function planAnew(
  planner: Planner,
  found: Found,
  means: Means,
): Promise<{ moves: readonly Move[]; cannot: readonly Unplaced[]; period?: Prolonged } | undefined> {
  const { section, date, dates, period } = found;
  const { counter, department, members, others, unit } = section;
  const loose = looseSlots(found);
  const plan = await planner.plan({
    dates,
    unit,
    sections: [
      {
        section: department,
        members: members.map((member) => memberInput(found, means, { member, loose })),
        ...(counter && { counter: counterInput(counter, others, dates) }),
      },
    ],
    ...(means.pool && { devices: means.pool }),
    ...(means.seats && { seats: means.seats }),
  });
  const slots = slotsByStaff(plan);
  const moves = members.flatMap((member): Move[] => {
    const from = member.slots.map(asPlanned);
    const known = (slot: Slot) => from.find((one) => one.date === slot.date && one.part === slot.part);
    const to = [
      ...from.filter((slot) => slot.date <= date),
      ...(slots.get(member.staff) ?? []).filter((slot) => slot.date > date).map((slot) => known(slot) ?? slot), // One that stays keeps its device: its loan has it.
    ];
    return to.length === from.length && to.every(known) ? [] : [{ staff: member.staff, from, to }];
  });
  const reason = whyNot(plan);
  const unplaced = new Set(plan.unplaced.map(({ staff }) => staff));
  const cannot = members.flatMap(({ staff }): Unplaced[] => (unplaced.has(staff) ? [{ staff, reason }] : []));
  const isKnown = members.every(({ staff, short }) => short === (unplaced.has(staff) ? reason : undefined));
  return moves.length || !isKnown || period ? { moves, cannot, ...(period && { period }) } : undefined;
}

/** What stands is fixed; who is short of something is asked for it, unless they are exempt, settled by hand or cannot take part. */
function memberInput(found: Found, means: Means, { member, loose }: { member: Member; loose: ReadonlySet<HeldSlot> }): MemberInput {
  const { section, date, dates, draft } = found;
  const { staff, unavailable, slots, notPossible, outcome, ownDevice } = member;
  const seen = means.seen.get(staff) ?? [];
  const withDevice = ({ date: on, part, loan }: HeldSlot) => {
    const { assetTag } = (loan !== undefined && found.loans.get(loan)) || {};
    return { date: on, part, ...(assetTag !== undefined && { assetTag }) };
  };
  const standing = slots.filter((slot) => slot.date >= date && !loose.has(slot) && !seen.includes(slot.date)).map(withDevice);
  const fixed = [...seen.map((one): Slot => ({ date: one, part: 'day' })), ...standing];
  const keeps = slots.filter((slot) => loose.has(slot) && dates.includes(slot.date)).map(withDevice);
  const asked = !notPossible && !outcome && !isExempt(member, date);
  const group = draft.groups.find(({ id }) => id === member.group);
  return {
    staff,
    duties: asked ? dutiesAhead(found, member) : [],
    absent: dates.filter((one) => isAway(found, member, one)),
    unavailable: [...unavailable, ...dates.filter((one) => isExempt(member, one))],
    waited: means.waited.get(staff) ?? 0,
    needsDevice: section.loan !== undefined && !ownDevice,
    ...(group?.first && { first: true }),
    fixed,
    keeps,
  };
}

/** Those of which something can still be done. */
function dutiesAhead({ period, section, date, dates }: Found, { duties }: Member): readonly Duty[] {
  return (period ? prolonged(duties, period, section.until) : duties).filter(
    (duty) => duty.until > date && dates.some((one) => isWithin({ date: one }, duty)),
  );
}

const isWithin = ({ date }: Pick<Slot, 'date'>, { from, until }: Duty): boolean => from <= date && date <= until;
const asPlanned = ({ date, part, device }: HeldSlot): PlannedSlot => ({ date, part, ...(device !== undefined && { device }) });

/** Why somebody has no place, as a code: what would have to be more, or that they are there on no date. */
function whyNot({ reasons }: Plan): 'device' | 'counter' | 'seats' | 'dates' | 'away' {
  const [change] = reasons[0]?.cures[0] ?? [];
  if (!change) return 'away';
  if ('device' in change) return 'device';
  if ('counter' in change) return 'counter';
  return 'seats' in change ? 'seats' : 'dates';
}
