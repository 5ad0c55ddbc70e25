import type { Capacity } from '../../activities/directory/port.js';
import type { CaseToOpen, LedgerEntry, MailOrder, Refusal, RosterMember, WordsRef } from '../../activities/ledger/port.js';
import type { Due, Signed, Step, Tell } from '../shared/case.js';
import { dayOn, daysBetween, endOfDay } from '../shared/dates.js';
import { distinct } from '../shared/sets.js';
import type { Duty, Exemption, Move, PlannedMember, PlannedSlot, Prolonged, SectionRequest, Slot, steps } from './contract.js';

export type SectionStep = Step<typeof steps>;
/** HR's announcement opens the sections: `by` is who announced. */
type Opening = { name: 'openSection'; input: Signed & SectionRequest; key: string };
type News =
  /** What the morning round has found by planning anew as of the date `on`, and for whom it has found nothing. */
  | {
      name: 'replan';
      input: { by: 'system'; on: string; moves: readonly Move[]; cannot: readonly Unplaced[]; period?: Prolonged };
      key: string;
    }
  | { name: 'join'; input: { by: 'system'; on: string; member: PlannedMember }; key: string }
  | { name: 'leave'; input: { by: 'system'; on: string; staff: string }; key: string }
  /** The campaign has been reported, or cancelled. */
  | { name: 'close' | 'cancel'; input: { by: 'system' }; key: string };
export type SectionEvent = Opening | SectionStep | News;

/** Of whom the planner found no place for all times, and its reason as a code. */
export interface Unplaced {
  staff: string;
  reason: string;
}

/** A slot as it stands; `loan`: the name of the loan that was opened for it. */
export interface HeldSlot extends PlannedSlot {
  readonly loan?: string;
}

export interface Member extends Omit<PlannedMember, 'slots'> {
  /** By date; those that are over stay. */
  readonly slots: readonly HeldSlot[];
  /** 免除, from the one date until the other; it ends by itself. */
  readonly exemption?: Exemption & { readonly from: string; readonly by: string };
  /** What HR has recorded by hand. */
  readonly outcome?: { readonly what: 'done' | 'notPossible'; readonly reason: WordsRef };
  /** Why the last planning found no place for all of their times. */
  readonly short?: string;
}

/** 交代の申出: `by` gives the slot of the date `mine`, and wants that of the date `theirs` of `with`. */
export interface Swap {
  id: string;
  by: string;
  mine: string;
  with: string;
  theirs: string;
}

/** A question or a trouble, and what was answered. */
export interface Raised {
  id: string;
  by: string;
  kind: 'question' | 'trouble';
  text: WordsRef;
  answer?: WordsRef;
}

export interface TrialSection extends Omit<SectionRequest, 'members'> {
  readonly status: 'open' | 'objected' | 'closed' | 'cancelled';
  /** Who announced the campaign. */
  readonly openedBy: string;
  /** By staff number. */
  readonly members: readonly Member[];
  /** Those that are open. */
  readonly swaps: readonly Swap[];
  readonly raised: readonly Raised[];
  readonly meetings: readonly { readonly held: string; readonly attended: number; readonly questions: WordsRef }[];
  readonly objection?: WordsRef;
  /** 1, and one more with each further round. */
  readonly round: number;
  /** How many loans it has opened. */
  readonly loans: number;
}

const halves = ['morning', 'afternoon'] as const;
const takes = ({ part }: Slot, half: (typeof halves)[number]): boolean => part === 'day' || part === half;

const isOpen = ({ status }: TrialSection): boolean => status === 'open' || status === 'objected';

/** What the section waits for; of several capacities the widest comes first. */
export function due(section: TrialSection): readonly Due<SectionEvent['name']>[] {
  if (!isOpen(section)) return [];
  const { department, swaps, raised, objection, members } = section;
  const [head, promoter, member] = [`head:${department}`, `promoter:${department}`, `member:${department}`] as const;
  const by = <Name extends SectionEvent['name']>(who: readonly Capacity[], ...names: Name[]) =>
    distinct(who).flatMap((one) => names.map((step) => ({ step, who: one })));
  const own = (who: 'by' | 'with') => swaps.map((swap): Capacity => `staff:${swap[who]}`);
  return [
    ...by([member], 'askSwap'),
    ...(swaps.length ? [...by([head, promoter, ...own('with')], 'answerSwap'), ...by([head, promoter, ...own('by')], 'dropSwap')] : []),
    ...by([head, promoter, member], 'cannot', 'move', 'raise'),
    ...by(['hr', head], 'exempt', ...(members.some(({ exemption }) => exemption) ? (['endExemption'] as const) : [])),
    ...by(['hr'], 'recordOutcome', ...(members.some(({ outcome }) => outcome) ? (['withdrawOutcome'] as const) : [])),
    ...(objection ? by(['hr'], 'settleObjection') : by([head], 'object')),
    ...by([promoter, 'hr'], 'recordMeeting'),
    ...(raised.some(({ answer }) => !answer) ? by([promoter, head, 'hr'], 'answerRaised') : []),
    ...(['join', 'leave'] as const).map((step) => ({ step, from: 'directory' })),
    ...(['replan', 'close', 'cancel'] as const).map((step) => ({ step, from: 'trial-campaign' })),
  ];
}

/** Everybody of the section sees its plan; why somebody is exempt, what HR has recorded and what the head objects to is for head and HR. */
export function readers({ department }: TrialSection): LedgerEntry['readers'] {
  const words: Capacity[] = [`head:${department}`, 'hr'];
  return { words, all: [...words, `promoter:${department}`, `member:${department}`] };
}

/** What lists filter by. A section is nobody's person: it stands for who announced the campaign. */
export const summary = ({ status, department, openedBy, campaign }: TrialSection) => ({
  status,
  department,
  staff: openedBy,
  within: campaign,
});

/** The members as the ledger's rows are to have them. */
export const roster = ({ campaign, members }: TrialSection): LedgerEntry['roster'] => ({
  campaign,
  members: members.map(({ staff, group, duties, slots, exemption, outcome, notPossible }): RosterMember => {
    const cannot = outcome?.what === 'notPossible' ? 'recordedByHr' : notPossible;
    return {
      staff,
      group,
      duties,
      slots: slots.map(({ date, part }) => ({ date, part })),
      ...(exemption && { exemptUntil: exemption.until }),
      ...(outcome?.what === 'done' && { recorded: true as const }),
      ...(cannot !== undefined && { notPossible: cannot }),
    };
  }),
});

/** Slots for which a loan was opened, by its name. */
const lent = (section: TrialSection | undefined): ReadonlyMap<string, { member: Member; slot: HeldSlot }> =>
  new Map(
    section?.members.flatMap((member) =>
      member.slots.flatMap((slot): [string, { member: Member; slot: HeldSlot }][] => (slot.loan ? [[slot.loan, { member, slot }]] : [])),
    ),
  );

/** One loan for each new slot. The announced plan is its approval. */
export function opens(section: TrialSection, _event: SectionEvent, before?: TrialSection): LedgerEntry['opens'] {
  const { loan, department } = section;
  if (!loan) return [];
  const [known, now] = [lent(before), lent(section)];
  return [...now].flatMap(([name, { member, slot }]): CaseToOpen[] => {
    if (known.has(name)) return [];
    const input = {
      by: 'system',
      urgent: false,
      borrower: member.staff,
      department,
      approver: `${member.head ? 'superior' : 'head'}:${department}`,
      kind: loan.kind,
      accessories: loan.policy.accessories,
      from: slot.date,
      until: slot.date,
      personalData: false,
      pools: loan.pools,
      answerBy: endOfDay(slot.date),
      periodEnds: endOfDay(slot.date),
      policy: loan.policy,
      ...(slot.device && { prefers: slot.device }),
    };
    return [{ procedure: 'device-loan', name, unless: 'recall', opening: { name: 'request', input } }];
  });
}

/** The loans of slots that are gone are called back; all of them when the section is over. */
export function tells(section: TrialSection, { name }: SectionEvent, before?: TrialSection): readonly Tell[] {
  const recall = { procedure: 'device-loan', name: 'recall' } as const;
  if (name === 'close' || name === 'cancel') return section.loan ? [recall] : [];
  const now = lent(section);
  return [...lent(before).keys()].filter((loan) => !now.has(loan)).map((opened) => ({ ...recall, opened }));
}

/** On leave, in hospital, on loan to another body: not at the office. Who is needed for other work is. */
const isAway = ({ absent, exemption }: Member, date: string): boolean =>
  absent.includes(date) || (exemption !== undefined && exemption.reason !== 'duty' && exemption.from <= date && date <= exemption.until);

const isExempt = ({ exemption }: Member, date: string): boolean =>
  exemption !== undefined && exemption.from <= date && date <= exemption.until;

const canOn = (member: Member, date: string): boolean =>
  !member.notPossible && !member.outcome && !isAway(member, date) && !isExempt(member, date) && !member.unavailable.includes(date);

/** How many of the section are at the office. */
const present = ({ members, others }: TrialSection, date: string, half: (typeof halves)[number]): number =>
  others.filter((absent) => !absent.includes(date)).length +
  members.filter((member) => !isAway(member, date) && !member.slots.some((slot) => slot.date === date && takes(slot, half))).length;

const dutyOn = ({ duties }: Member, date: string): Duty | undefined => duties.find(({ from, until }) => from <= date && date <= until);

const plan = '試行計画';

/** What forbids a slot that somebody has been given; `section`: with it. `on`: the date on which that is judged. */
function slotRefusal(section: TrialSection, { staff, slot, on }: { staff: string; slot: HeldSlot; on: string }): Refusal | undefined {
  const { members, unit, closed, from, until, counter, loan } = section;
  const { date, part, device } = slot;
  const member = members.find((one) => one.staff === staff);
  if (!member) return { code: 'notMember', article: plan, field: 'staff' };
  if ((unit === 'day') !== (part === 'day')) return { code: 'otherPart', article: plan, field: 'part' };
  if (closed.includes(date) || date < from || date > until) return { code: 'dateClosed', article: plan, field: 'date', limit: date };
  if (!canOn(member, date)) return { code: 'notAvailable', article: plan, field: 'date', limit: date };
  if (member.slots.filter((one) => one.date === date).length > 1) return { code: 'secondSlot', article: plan, field: 'date', limit: date };
  const duty = dutyOn(member, date);
  if (!duty) return { code: 'outsideDuty', article: plan, field: 'date' };
  const inDuty = member.slots.filter((one) => on <= one.date && dutyOn(member, one.date) === duty);
  if (inDuty.length > duty.times) return { code: 'enoughSlots', article: plan, field: 'date', limit: `${duty.times}` };
  const short = halves.find((half) => takes(slot, half) && present(section, date, half) < (counter?.[half] ?? 0));
  if (short) return { code: 'counterUnstaffed', article: `${plan}（窓口）`, field: 'date', limit: `${counter?.[short]}` };
  const turnaround = loan?.policy.turnaroundDays ?? 0;
  // Whether what was planned for a day that is over is back, the ledger knows, and who plans anew has asked it.
  const holds = (one: HeldSlot): boolean => one.device === device && on <= one.date && Math.abs(daysBetween(one.date, date)) <= turnaround;
  if (device && members.flatMap(({ slots }) => slots).filter(holds).length > 1)
    return { code: 'devicePlanned', article: plan, field: 'date', limit: device };
  return undefined;
}

/** Each slot of the one date in the hands of the person of the other; devices stay with their dates. */
function swapped(section: TrialSection, { by, mine, with: partner, theirs }: Omit<Swap, 'id'>): TrialSection {
  const slotOf = (staff: string, date: string) =>
    section.members.find((one) => one.staff === staff)?.slots.find((one) => one.date === date);
  const exchanged = (staff: string, gives: string, slot: HeldSlot | undefined) => (before: TrialSection) =>
    slot ? withMember(before, staff, (member) => ({ ...member, slots: placed(member, gives, slot) })) : before;
  const [own, other] = [slotOf(by, mine), slotOf(partner, theirs)];
  return exchanged(partner, theirs, own)(exchanged(by, mine, other)(section));
}

/** The slots with this one in the place of that of the date, if any; it needs a loan of its own. */
const placed = ({ slots }: Member, gives: string | undefined, { loan: _loan, ...slot }: HeldSlot): HeldSlot[] =>
  [...slots.filter(({ date }) => date !== gives), slot].sort((one, other) => (one.date < other.date ? -1 : 1));

const withMember = (section: TrialSection, staff: string, change: (member: Member) => Member): TrialSection => ({
  ...section,
  members: section.members.map((member) => (member.staff === staff ? change(member) : member)),
});

/** What forbids the exchange of two slots, when it is asked for and when it is agreed to. */
function swapRefusal(section: TrialSection, swap: Omit<Swap, 'id'> & { on: string; id?: string }): Refusal | undefined {
  const { by, mine, with: partner, theirs, on, id } = swap;
  if (by === partner) return { code: 'swapWithSelf', article: plan, field: 'with' };
  const sides = [
    { staff: by, gives: mine, gets: theirs, field: 'mine' },
    { staff: partner, gives: theirs, gets: mine, field: 'theirs' },
  ] as const;
  const held = sides.map(({ staff, gives }) => {
    const member = section.members.find((one) => one.staff === staff);
    return { member, slot: member?.slots.find(({ date }) => date === gives) };
  });
  for (const [nth, { staff, gives, gets, field }] of sides.entries()) {
    const { member, slot } = held[nth] ?? {};
    if (!member) return { code: 'notMember', article: plan, field: nth ? 'with' : 'mine' };
    if (!slot) return { code: 'noSlot', article: plan, field, limit: gives };
    if (gives <= on) return { code: 'slotPast', article: plan, field, limit: dayOn(on, 1) };
    const other = section.swaps.find((one) => one.id !== id && isAbout(one, staff, gives));
    if (other) return { code: 'slotInSwap', article: plan, field, limit: gives };
    if (dutyOn(member, gives) !== dutyOn(member, gets)) return { code: 'outsideDuty', article: plan, field };
  }
  const [one, other] = held;
  if (one?.slot?.part !== other?.slot?.part) return { code: 'otherPart', article: plan, field: 'theirs' };
  if (one?.member?.ownDevice !== other?.member?.ownDevice) return { code: 'otherDevice', article: plan, field: 'theirs' };
  const after = swapped(section, swap);
  for (const { staff, gets } of sides) {
    const slot = after.members.find((member) => member.staff === staff)?.slots.find(({ date }) => date === gets);
    const forbidden = slot && slotRefusal(after, { staff, slot, on });
    if (forbidden) return forbidden;
  }
  return undefined;
}

const isAbout = (swap: Swap, staff: string, date: string): boolean =>
  (swap.by === staff && swap.mine === date) || (swap.with === staff && swap.theirs === date);

/** What forbids a step that is due and in the right hands. Whoever is there as a member speaks for nobody else. */
export function refusal(section: TrialSection, { name, input }: SectionStep): Refusal | undefined {
  const { members, swaps } = section;
  const memberOf = (staff: string): Member | undefined => members.find((one) => one.staff === staff);
  const forOthers = (people: readonly string[]): boolean => input.as.startsWith('member:') && people.some((one) => one !== input.by);
  const own = (staff: string): boolean => [input.by, input.onBehalfOf].includes(staff);
  switch (name) {
    case 'askSwap':
      return swapRefusal(section, input);
    case 'answerSwap': {
      const swap = swaps.find(({ id }) => id === input.swap);
      if (!swap) return { code: 'noSwap', article: plan, field: 'swap' };
      if (input.as.startsWith('staff:') && input.by !== swap.with) return { code: 'onlyOneself', article: plan, field: 'swap' };
      if (own(swap.by)) return { code: 'ownRequest', article: plan };
      return input.agreed ? swapRefusal(section, { ...swap, on: input.on }) : undefined;
    }
    case 'dropSwap': {
      const swap = swaps.find(({ id }) => id === input.swap);
      if (!swap) return { code: 'noSwap', article: plan, field: 'swap' };
      return input.as.startsWith('staff:') && input.by !== swap.by ? { code: 'onlyOneself', article: plan, field: 'swap' } : undefined;
    }
    case 'cannot': {
      if (!input.people.every(memberOf)) return { code: 'notMember', article: plan, field: 'people' };
      if (forOthers(input.people)) return { code: 'onlyOneself', article: plan, field: 'people' };
      return input.dates.some((date) => date < input.on) ? { code: 'slotPast', article: plan, field: 'dates', limit: input.on } : undefined;
    }
    case 'move': {
      const { staff, from, to, on } = input;
      const member = memberOf(staff);
      if (!member) return { code: 'notMember', article: plan, field: 'staff' };
      if (forOthers([staff])) return { code: 'onlyOneself', article: plan, field: 'staff' };
      if (from !== undefined) {
        if (!member.slots.some(({ date }) => date === from)) return { code: 'noSlot', article: plan, field: 'from', limit: from };
        if (from < on) return { code: 'slotPast', article: plan, field: 'from', limit: on };
        if (swaps.some((swap) => isAbout(swap, staff, from))) return { code: 'slotInSwap', article: plan, field: 'from', limit: from };
        if (dutyOn(member, from) !== dutyOn(member, to.date)) return { code: 'outsideDuty', article: plan, field: 'to' };
      }
      if (to.date <= on) return { code: 'slotPast', article: plan, field: 'to', limit: dayOn(on, 1) };
      const after = withMember(section, staff, () => ({ ...member, slots: placed(member, from, to) }));
      return slotRefusal(after, { staff, slot: to, on });
    }
    case 'exempt': {
      if (!input.people.every(memberOf)) return { code: 'notMember', article: plan, field: 'people' };
      if (input.people.some(own)) return { code: 'ownAffair', article: plan };
      return input.exemption.until < input.on ? { code: 'exemptionOver', article: plan, field: 'until', limit: input.on } : undefined;
    }
    case 'endExemption':
      return memberOf(input.staff)?.exemption ? undefined : { code: 'notExempt', article: plan, field: 'staff' };
    case 'recordOutcome': {
      if (!memberOf(input.staff)) return { code: 'notMember', article: plan, field: 'staff' };
      return own(input.staff) ? { code: 'ownAffair', article: plan } : undefined;
    }
    case 'withdrawOutcome':
      return memberOf(input.staff)?.outcome ? undefined : { code: 'nothingRecorded', article: plan, field: 'staff' };
    case 'answerRaised': {
      const raised = section.raised.find(({ id }) => id === input.raised);
      return raised && !raised.answer ? undefined : { code: 'nothingRaised', article: plan, field: 'raised' };
    }
    case 'object':
    case 'settleObjection':
    case 'recordMeeting':
    case 'raise':
      return undefined;
  }
}

/** Duties of a campaign that goes on: what ended with the old period ends with the new one; in another round all of it may be made up for at any time until then. */
export function prolonged(duties: readonly Duty[], { until, again }: Prolonged, before: string): readonly Duty[] {
  const [first] = duties;
  if (again && first) return [{ from: first.from, until, times: duties.reduce((sum, { times }) => sum + times, 0) }];
  return duties.map((duty) => (duty.until === before ? { ...duty, until } : duty));
}

/** The section after the event; the opening event makes it. */
export function apply(before: TrialSection | undefined, event: SectionEvent): TrialSection {
  if (event.name === 'openSection') {
    const { by, as: _as, digest: _digest, onBehalfOf: _for, directoryAsOf: _asOf, members, ...request } = event.input;
    const nothing = { swaps: [], raised: [], meetings: [], round: 1, loans: 0 };
    return settled({ ...request, ...nothing, status: 'open', openedBy: by, members: [...members].sort(byStaff) });
  }
  if (!before) throw new Error(`a section begins with its part of the plan, not with ${event.name}`);
  return settled(changed(before, event));
}

const byStaff = (one: { staff: string }, other: { staff: string }): number => (one.staff < other.staff ? -1 : 1);

function changed(section: TrialSection, event: Exclude<SectionEvent, Opening>): TrialSection {
  const without = (people: readonly string[], isGone: (slot: HeldSlot) => boolean, change: (member: Member) => Member): TrialSection => ({
    ...section,
    members: section.members.map((member) =>
      people.includes(member.staff) ? change({ ...member, slots: member.slots.filter((slot) => !isGone(slot)) }) : member,
    ),
  });
  switch (event.name) {
    case 'askSwap': {
      const { by, mine, with: partner, theirs } = event.input;
      return { ...section, swaps: [...section.swaps, { id: event.key, by, mine, with: partner, theirs }] };
    }
    case 'answerSwap': {
      const swap = section.swaps.find(({ id }) => id === event.input.swap);
      const rest = { ...section, swaps: section.swaps.filter((one) => one !== swap) };
      return swap && event.input.agreed ? swapped(rest, swap) : rest;
    }
    case 'dropSwap':
      return { ...section, swaps: section.swaps.filter(({ id }) => id !== event.input.swap) };
    case 'cannot': {
      const { people, dates, atWork } = event.input;
      const list = atWork ? 'unavailable' : 'absent';
      return without(
        people,
        ({ date }) => dates.includes(date),
        (member) => ({ ...member, [list]: distinct([...member[list], ...dates]).sort() }),
      );
    }
    case 'move': {
      const { staff, from, to } = event.input;
      return withMember(section, staff, ({ short: _short, ...member }) => ({ ...member, slots: placed(member, from, to) }));
    }
    case 'exempt': {
      const { by, on, people, exemption: filed } = event.input;
      const exemption = { ...filed, from: on, by };
      return without(
        people,
        ({ date }) => on <= date && date <= filed.until,
        (member) => ({ ...member, exemption }),
      );
    }
    case 'endExemption':
      return withMember(section, event.input.staff, ({ exemption: _over, ...member }) => member);
    case 'recordOutcome': {
      const { on, staff, outcome: what, reason } = event.input;
      return without(
        [staff],
        ({ date }) => on <= date,
        ({ short: _short, ...member }) => ({ ...member, outcome: { what, reason } }),
      );
    }
    case 'withdrawOutcome':
      return withMember(section, event.input.staff, ({ outcome: _withdrawn, ...member }) => member);
    case 'object':
      return { ...section, status: 'objected', objection: event.input.reason };
    case 'settleObjection': {
      const { objection: _settled, ...rest } = section;
      return { ...rest, status: 'open', ...(event.input.counter && { counter: event.input.counter }) };
    }
    case 'recordMeeting': {
      const { held, attended, questions } = event.input;
      return { ...section, meetings: [...section.meetings, { held, attended, questions }] };
    }
    case 'raise': {
      const { by, kind, text } = event.input;
      return { ...section, raised: [...section.raised, { id: event.key, by, kind, text }] };
    }
    case 'answerRaised': {
      const { raised: id, answer } = event.input;
      return { ...section, raised: section.raised.map((one) => (one.id === id ? { ...one, answer } : one)) };
    }
    case 'replan':
      return replanned(section, event.input);
    case 'join': {
      const { member } = event.input;
      if (section.members.some(({ staff }) => staff === member.staff)) return section;
      const joined = { ...section, members: [...section.members, { ...member, slots: [] }].sort(byStaff) };
      return settle(joined, [{ staff: member.staff, from: [], to: member.slots }], event.input.on);
    }
    case 'leave':
      return { ...section, members: section.members.filter(({ staff }) => staff !== event.input.staff) };
    case 'close':
      return { ...section, status: 'closed', swaps: [] };
    case 'cancel':
      return { ...section, status: 'cancelled', swaps: [] };
  }
}

/** The plan as it was made anew, as far as it still fits. */
function replanned(section: TrialSection, { on, moves, cannot, period }: Extract<SectionEvent, { name: 'replan' }>['input']): TrialSection {
  const short = new Map(cannot.map(({ staff, reason }) => [staff, reason]));
  const marked = section.members.map(({ short: _short, ...member }): Member => {
    const reason = short.get(member.staff);
    const duties = period ? prolonged(member.duties, period, section.until) : member.duties;
    return { ...member, duties, ...(reason !== undefined && { short: reason }) };
  });
  const { until, closed } = period ?? section;
  return settle({ ...section, until, closed, round: section.round + (period?.again ? 1 : 0), members: marked }, moves, on);
}

/**
 * Applies moves that were found while people went on changing things: one holds only where the slots are still those that it was found from. All of them together where that
 * leaves nothing that a rule forbids, else one by one those that still do.
 */
function settle(section: TrialSection, moves: readonly Move[], on: string): TrialSection {
  const same = (one: readonly Slot[], other: readonly Slot[]): boolean =>
    one.length === other.length && one.every(({ date, part }) => other.some((slot) => slot.date === date && slot.part === part));
  const standing = moves.filter(({ staff, from, to }) => {
    const slots = section.members.find((one) => one.staff === staff)?.slots;
    const past = (all: readonly Slot[]) => all.filter(({ date }) => date < on);
    const once = distinct(to.map(({ date }) => date)).length === to.length;
    return slots && once && same(slots, from) && same(past(from), past(to));
  });
  const made = (before: TrialSection, some: readonly Move[]): TrialSection | undefined => {
    let after = before;
    for (const { staff, to } of some) after = withMember(after, staff, (member) => ({ ...member, slots: kept(member, to) }));
    const forbidden = some.some(({ staff, from, to }) =>
      to.some(
        (slot) => !from.some(({ date, part }) => date === slot.date && part === slot.part) && slotRefusal(after, { staff, slot, on }),
      ),
    );
    return forbidden ? undefined : after;
  };
  return made(section, standing) ?? standing.reduce((after, move) => made(after, [move]) ?? after, section);
}

/** The new slots; one that was there stays as it is, with its loan and what that has reserved. */
const kept = ({ slots }: Member, to: readonly PlannedSlot[]): HeldSlot[] =>
  [...to]
    .sort((one, other) => (one.date < other.date ? -1 : 1))
    .map((slot) => slots.find(({ date, part }) => date === slot.date && part === slot.part) ?? slot);

/** A swap of which a slot is gone is over, and every slot for which something is lent has its loan. */
function settled(section: TrialSection): TrialSection {
  const holds = (staff: string, date: string): boolean =>
    section.members.some((member) => member.staff === staff && member.slots.some((slot) => slot.date === date));
  let { loans } = section;
  const named = (slot: HeldSlot): HeldSlot => {
    if (slot.loan) return slot;
    loans += 1;
    return { ...slot, loan: `${loans}` };
  };
  const needsLoan = ({ ownDevice }: Member): boolean => section.loan !== undefined && !ownDevice;
  const members = section.members.map((member) => (needsLoan(member) ? { ...member, slots: member.slots.map(named) } : member));
  const swaps = section.swaps.filter(({ by, mine, with: partner, theirs }) => holds(by, mine) && holds(partner, theirs));
  return { ...section, members, swaps, loans };
}

/** A swap about a date so near (calendar days) is asked for at once: the next round may come too late. */
const urgentDays = 3;

/** What goes out at once: one's own dates and what changes them, and the answer to what one has asked. */
export function mails(section: TrialSection, event: SectionEvent, before?: TrialSection): readonly MailOrder[] {
  const { department, from, until, members } = section;
  const period = { from, until };
  const to = (who: Capacity, template: string, params: MailOrder['params'] = {}): MailOrder => ({ to: who, template, params });
  const dates = (member: Member, after = ''): { date: string; part: string }[] =>
    member.slots.filter(({ date }) => date > after).map(({ date, part }) => ({ date, part }));
  const toMember = (staff: string, template: string, params: MailOrder['params'] = {}): MailOrder[] =>
    members.some((one) => one.staff === staff) ? [to(`staff:${staff}`, template, params)] : [];
  /** Those who would not know why the swap that they have asked for is gone. */
  const lapsed = (before?.swaps ?? [])
    .filter(({ id }) => isOpen(section) && !section.swaps.some((swap) => swap.id === id))
    .filter(({ id }) => !((event.name === 'answerSwap' || event.name === 'dropSwap') && event.input.swap === id))
    .flatMap(({ by, mine, theirs }) => toMember(by, 'trialSwapLapsed', { mine, theirs }));
  /** Everybody whose slots are others, with those that are still to come. */
  const changes = (template: string, on: string, besides?: string): MailOrder[] =>
    members.flatMap((member) => {
      const own = before?.members.find(({ staff }) => staff === member.staff)?.slots ?? [];
      const same = own.length === member.slots.length && member.slots.every(({ date }) => own.some((slot) => slot.date === date));
      if (same || member.staff === besides) return [];
      const items = dates(member, dayOn(on, -1));
      return [items.length ? to(`staff:${member.staff}`, template, { items }) : to(`staff:${member.staff}`, 'trialNoDate')];
    });
  switch (event.name) {
    case 'openSection': {
      const planned = members.filter(({ slots }) => slots.length);
      const opened = { ...period, members: members.length };
      return [
        ...planned.map((member) => to(`staff:${member.staff}`, 'trialAnnounced', { ...period, items: dates(member) })),
        to(`head:${department}`, 'trialSectionOpened', opened),
        to(`promoter:${department}`, 'trialSectionOpened', opened),
      ];
    }
    case 'askSwap': {
      const { by: staff, with: partner, mine, theirs, on } = event.input;
      const near = [mine, theirs].some((date) => daysBetween(on, date) <= urgentDays);
      return near ? [to(`staff:${partner}`, 'trialSwapAsked', { staff, mine, theirs })] : [];
    }
    case 'answerSwap': {
      const swap = before?.swaps.find(({ id }) => id === event.input.swap);
      if (!swap) return lapsed;
      if (!event.input.agreed) return [...toMember(swap.by, 'trialSwapDeclined', { mine: swap.mine, theirs: swap.theirs }), ...lapsed];
      return [...changes('trialSwapAgreed', event.input.on, event.input.by), ...lapsed];
    }
    case 'cannot':
    case 'move':
      return [...changes('trialMoved', event.input.on, event.input.by), ...lapsed];
    case 'replan': {
      const told: Capacity[] = event.input.period ? [`head:${department}`, `promoter:${department}`] : [];
      return [...told.map((who) => to(who, 'trialProlonged', period)), ...changes('trialMoved', event.input.on), ...lapsed];
    }
    case 'join':
      return changes('trialMoved', event.input.on);
    case 'exempt':
      return [
        ...event.input.people.flatMap((staff) => toMember(staff, 'trialExempted', { until: event.input.exemption.until })),
        ...lapsed,
      ];
    case 'endExemption':
      return toMember(event.input.staff, 'trialExemptionEnded');
    case 'recordOutcome':
      return [...toMember(event.input.staff, 'trialOutcomeRecorded', { outcome: event.input.outcome }), ...lapsed];
    case 'withdrawOutcome':
      return toMember(event.input.staff, 'trialOutcomeWithdrawn');
    case 'settleObjection':
      return [to(`head:${department}`, event.input.counter ? 'trialObjectionAccepted' : 'trialObjectionDeclined')];
    case 'answerRaised': {
      const asker = section.raised.find(({ id }) => id === event.input.raised)?.by;
      return asker === undefined ? [] : toMember(asker, 'trialAnswered');
    }
    case 'leave':
      return lapsed;
    case 'cancel':
      return members.filter(({ slots }) => slots.length).map(({ staff }) => to(`staff:${staff}`, 'trialCancelled', period));
    case 'dropSwap':
    case 'object':
    case 'recordMeeting':
    case 'raise':
    case 'close':
      return [];
  }
}

/** Steps of which the morning round may have to remind somebody; who has not teleworked yet is reminded of their own dates, not of a step. */
export const reminding = ['answerSwap', 'answerRaised', 'settleObjection'] as const;

/** Whom the morning round of `today` reminds of a step that is due (design §4.1): after one night who was asked, after two whoever else may answer. */
export function reminds(
  { swaps, department }: TrialSection,
  { step, who, since }: { step: (typeof reminding)[number]; who: Capacity; since: string },
  today: string,
): readonly Capacity[] {
  if (since >= today) return [];
  const second = daysBetween(since, today) > 1;
  switch (step) {
    case 'answerSwap': {
      const open = swaps.some(
        (swap) => swap.mine > today && swap.theirs > today && (!who.startsWith('staff:') || who === `staff:${swap.with}`),
      );
      return open && (who.startsWith('staff:') || (second && who === `promoter:${department}`)) ? [who] : [];
    }
    case 'answerRaised':
      return who === `promoter:${department}` || (second && who === 'hr') ? [who] : [];
    case 'settleObjection':
      return [who];
  }
}
