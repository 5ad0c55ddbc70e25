import type { LedgerEntry } from '../../activities/ledger/port.js';
import type { MemberStatus, PlannedSlot, SectionRequest } from '../../workflows/trial-section/contract.js';
import type { SectionEvent, TrialSection } from '../../workflows/trial-section/rules.js';

type Half = 'morning' | 'afternoon';
const halvesOf = ({ part }: PlannedSlot): readonly Half[] => (part === 'day' ? ['morning', 'afternoon'] : [part]);
const dayNumber = (date: string): number => Date.parse(date) / 86_400_000;

interface Known {
  absent: Set<string>;
  needed: Set<string>;
  leave?: { from: string; until: string; away: boolean };
  out?: boolean;
  impossible: boolean;
  borrows: boolean;
}

/**
 * Watches a section from outside: what people have said, what has been lent to whom, who is a member. It knows the events and what each left in the ledger, and shares no code with the rules.
 * Throws at the first thing that must not be.
 */
export class Checker {
  readonly people = new Map<string, Known>();
  readonly loans = new Map<string, { borrower: string; date: string }>();
  readonly #everOpened = new Set<string>();
  #counter: SectionRequest['counter'];
  #until: string;
  #closed: readonly string[];

  constructor(private readonly request: SectionRequest) {
    this.#counter = request.counter;
    this.#until = request.until;
    this.#closed = request.closed;
    for (const one of request.members) this.#admit(one);
  }

  #admit(one: SectionRequest['members'][number]): void {
    this.people.set(one.staff, {
      absent: new Set(one.absent),
      needed: new Set(one.unavailable),
      impossible: one.notPossible !== undefined,
      borrows: this.request.loan !== undefined && !one.ownDevice,
    });
  }

  /** `on`: the date of the event. */
  see(on: string, event: SectionEvent, entry: LedgerEntry, before: TrialSection | undefined): void {
    const after = entry.state as TrialSection;
    this.#hear(on, event);
    this.#lend(event, entry);
    this.#members(entry);
    if (after.status === 'closed' || after.status === 'cancelled') {
      must(entry.due.length === 0, 'something is due of a section that is over');
      return;
    }
    this.#slots(on, event, after, before);
    this.#swaps(after);
    this.#loansOf(after);
  }

  #hear(on: string, event: SectionEvent): void {
    switch (event.name) {
      case 'cannot':
        for (const staff of event.input.people)
          for (const date of event.input.dates) this.#of(staff)[event.input.atWork ? 'needed' : 'absent'].add(date);
        break;
      case 'exempt':
        for (const staff of event.input.people) {
          const { reason, until } = event.input.exemption;
          this.#of(staff).leave = { from: on, until, away: reason !== 'duty' };
        }
        break;
      case 'endExemption':
        delete this.#of(event.input.staff).leave;
        break;
      case 'recordOutcome':
        this.#of(event.input.staff).out = true;
        break;
      case 'withdrawOutcome':
        delete this.#of(event.input.staff).out;
        break;
      case 'settleObjection':
        if (event.input.counter) this.#counter = event.input.counter;
        break;
      case 'join':
        if (!this.people.has(event.input.member.staff)) this.#admit(event.input.member);
        break;
      case 'leave':
        this.people.delete(event.input.staff);
        break;
      case 'replan':
        if (event.input.period) {
          this.#until = event.input.period.until;
          this.#closed = event.input.period.closed;
        }
        break;
      default:
    }
  }

  /** The book of what is lent: opened once, called back once. */
  #lend(event: SectionEvent, { opens = [], tells = [], caseId }: LedgerEntry): void {
    for (const news of tells) {
      must(!('staff' in news) && news.within === caseId && news.name === 'recall', 'news for somebody else');
      if (!('opened' in news) || news.opened === undefined) {
        must(event.name === 'close' || event.name === 'cancel', 'everything is called back');
        this.loans.clear();
      } else must(this.loans.delete(news.opened), `loan ${news.opened} is called back and was not open`);
    }
    for (const { name, opening } of opens) {
      const { borrower, from, until } = opening.input as unknown as { borrower: string; from: string; until: string };
      must(!this.#everOpened.has(name), `loan ${name} is opened twice`);
      must(from === until, 'a loan for more than its day');
      this.#everOpened.add(name);
      this.loans.set(name, { borrower, date: from });
    }
  }

  /** Everybody once, in one status. */
  #members({ roster }: LedgerEntry): void {
    const listed = roster?.members.map(({ staff }) => staff) ?? [];
    must(listed.length === this.people.size && listed.every((staff) => this.people.has(staff)), 'other members than there are');
    must(new Set(listed).size === listed.length, 'somebody is counted twice');
    for (const { staff, recorded, notPossible } of roster?.members ?? [])
      must(Boolean(this.#of(staff).out) === (recorded === true || notPossible === 'recordedByHr'), 'recorded by hand, or not');
  }

  #slots(on: string, event: SectionEvent, after: TrialSection, before: TrialSection | undefined): void {
    for (const { staff, slots, duties } of after.members) {
      const old = before?.members.find((one) => one.staff === staff)?.slots ?? [];
      const had = (slot: PlannedSlot) => old.some(({ date, part }) => date === slot.date && part === slot.part);
      for (const slot of old)
        must(slot.date >= on || slots.some(({ date }) => date === slot.date), `${event.name} has changed what is over`);
      must(new Set(slots.map(({ date }) => date)).size === slots.length, 'two slots of somebody on one date');
      for (const slot of slots.filter((one) => !had(one))) {
        const { date } = slot;
        const known = this.#of(staff);
        must(before === undefined || date >= on, `${event.name} plans in the past`);
        must(date >= this.request.from && date <= this.#until && !this.#closed.includes(date), `${event.name} plans on a date of none`);
        must(!this.#isAway(known, date) && !known.needed.has(date), `${event.name} plans somebody who cannot`);
        must(!known.leave || date < known.leave.from || date > known.leave.until, `${event.name} plans somebody exempt`);
        must(!known.out && !known.impossible, `${event.name} plans somebody who has done it or cannot at all`);
        must((slot.part === 'day') === (this.request.unit === 'day'), 'another part of the day');
        const duty = duties.find((one) => one.from <= date && date <= one.until);
        must(duty !== undefined, `${event.name} plans outside the duty`);
        const inIt = slots.filter((one) => duty && one.date >= on && one.date >= duty.from && one.date <= duty.until);
        must(!duty || inIt.length <= duty.times, `${event.name} plans more often than asked`);
        for (const half of halvesOf(slot)) this.#staffed(event, after, date, half);
      }
    }
    const held = after.members.flatMap(({ slots }) => slots.filter(({ date, device }) => device && date >= on)); // Where an earlier one is, the ledger knows.
    const turnaround = this.request.loan?.policy.turnaroundDays ?? 0;
    for (const [nth, one] of held.entries())
      for (const other of held.slice(nth + 1))
        must(
          one.device !== other.device || Math.abs(dayNumber(one.date) - dayNumber(other.date)) > turnaround,
          `${one.device} is planned twice`,
        );
  }

  #staffed({ name }: SectionEvent, after: TrialSection, date: string, half: Half): void {
    const out = new Set(
      after.members
        .filter(({ slots }) => slots.some((slot) => slot.date === date && halvesOf(slot).includes(half)))
        .map(({ staff }) => staff),
    );
    let there = this.request.others.filter((absent) => !absent.includes(date)).length;
    for (const [staff, known] of this.people) if (!out.has(staff) && !this.#isAway(known, date)) there += 1;
    must(there >= (this.#counter?.[half] ?? 0), `${name} leaves the counter with ${there} on ${date}`);
  }

  #isAway({ absent, leave }: Known, date: string): boolean {
    return absent.has(date) || Boolean(leave?.away && leave.from <= date && date <= leave.until);
  }

  #swaps({ swaps, members }: TrialSection): void {
    const promised = swaps.flatMap(({ by, mine, with: partner, theirs }) => [`${by} ${mine}`, `${partner} ${theirs}`]);
    must(new Set(promised).size === promised.length, 'one slot in two swaps');
    const there = new Set(members.flatMap(({ staff, slots }) => slots.map(({ date }) => `${staff} ${date}`)));
    must(
      promised.every((slot) => there.has(slot)),
      'a swap of a slot that is none',
    );
  }

  /** Exactly one open loan for each slot that needs one. */
  #loansOf({ members }: TrialSection): void {
    const wanted = members.flatMap(({ staff, slots }) => (this.#of(staff).borrows ? slots.map(({ date }) => `${staff} ${date}`) : []));
    const lent = [...this.loans.values()].map(({ borrower, date }) => `${borrower} ${date}`);
    must(wanted.length === lent.length && wanted.every((one) => lent.includes(one)), 'loans are not those of the slots');
  }

  #of(staff: string): Known {
    const known = this.people.get(staff);
    if (!known) throw new Error(`somebody who is no member: ${staff}`);
    return known;
  }
}

/** How a member stands by the rows and what was observed (the order is that of the trial's design). */
export function statusOf(
  { duties, slots, recorded, exemptUntil, notPossible }: NonNullable<LedgerEntry['roster']>['members'][number],
  { asOf, observed }: { asOf: string; observed: readonly string[] },
): MemberStatus {
  const missing = duties.map(({ from, until, times }) => times - observed.filter((date) => from <= date && date <= until).length);
  if (missing.every((times) => times <= 0)) return 'done';
  if (recorded) return 'recordedByHr';
  if (exemptUntil !== undefined && exemptUntil >= asOf) return 'exempt';
  if (notPossible !== undefined) return 'notPossible';
  const covered = duties.every(({ from, until }, nth) => {
    const ahead = slots.filter(({ date }) => date >= asOf && from <= date && date <= until && !observed.includes(date));
    return ahead.length >= (missing[nth] ?? 0);
  });
  return covered ? 'planned' : 'atRisk';
}

function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
