import { expect, it } from 'vitest';
import type {
  DayClaim,
  DayContext,
  Emergency,
  Liftable,
  Line,
  Plan,
  Span,
  TeleworkDayPolicy,
  Unit,
} from '../../workflows/telework-day/contract.js';
import { claimOf, liftedBy, refusePlan, seatFor } from '../../workflows/telework-day/rules.js';
import { dice } from '../ledger/chance.js';
import { plan as anyPlan, policy as anyPolicy } from './cases.js';

/**
 * A hundred thousand random weeks, planned by several people one after the other, some of it withdrawn again. What was accepted is counted anew by `Checker`, which knows nothing of the
 * rules and shares no code with them: it counts quarters of an hour one by one, and weeks from the days since 1970.
 */
const tenth = 10_000;

/** Mondays and others around which the calendar has its corners: year ends, fiscal year ends, leap days, Golden Week. */
const corners = [
  '2026-12-30',
  '2027-01-01',
  '2027-03-31',
  '2028-02-28',
  '2028-02-29',
  '2026-05-04',
  '2026-11-23',
  '2032-12-29',
  '2026-08-12',
];

/** Refusals of which the checker can say whether they are right. */
const judged = [
  'daysOverlap',
  'overtime',
  'weekTooLong',
  'tooManyDays',
  'tooFewOfficeDays',
  'noSeatFree',
  'closedDay',
  'plannedTooLate',
  'restNotKept',
];

/** Days since 1970, of the years in which the weeks lie: a hundred thousand weeks ask for them many times. */
const [firstNumber, lastNumber] = [20_400, 23_200];
const dates = Array.from({ length: lastNumber - firstNumber }, (_, day) =>
  new Date((firstNumber + day) * 86_400_000).toISOString().slice(0, 10),
);
const numbers = new Map(dates.map((date, day) => [date, firstNumber + day]));
const numberOf = (date: string): number => numbers.get(date) ?? Number.NaN;
const dateAt = (number: number): string => dates[number - firstNumber] ?? '';
/** 1970-01-01 was a Thursday. */
const isWeekEnd = (number: number): boolean => (number + 4) % 7 === 6 || (number + 4) % 7 === 0;

type Roll = (limit: number) => number;
type Accepted = { claim: DayClaim; plan: Plan; emergencies: readonly Emergency[]; filedOn: string };

const weekNumber = (date: string, begins: 'monday' | 'sunday'): number => Math.floor((numberOf(date) + (begins === 'monday' ? 3 : 4)) / 7);

/** Counts quarter by quarter and day by day what stands, and says what would be wrong if one more did. */
class Checker {
  private standing: readonly Accepted[] = [];
  constructor(
    private readonly policy: TeleworkDayPolicy,
    private readonly closed: ReadonlySet<string>,
    private readonly seats: ReadonlyMap<string, number>,
  ) {}

  stand(one: Accepted): void {
    this.standing = [...this.standing, one];
  }

  withdraw(one: Accepted): void {
    this.standing = this.standing.filter((other) => other !== one);
  }

  wrongWith(one: Accepted): readonly string[] {
    const { plan, claim, emergencies, filedOn } = one;
    const { caps, hours, weekBegins, emergency } = this.policy;
    const lifted = (what: Liftable) =>
      emergency.liftable.includes(what) &&
      emergencies.some(
        ({ lifts, from, until }) => lifts.includes(what) && numberOf(from) <= numberOf(plan.date) && numberOf(plan.date) <= numberOf(until),
      );
    const all = [...this.standing, one];
    const mine = all.filter((other) => other.claim.staff === claim.staff);
    const week = mine.filter((other) => weekNumber(other.plan.date, weekBegins) === weekNumber(plan.date, weekBegins));
    const onDate = mine.filter((other) => other.plan.date === plan.date);
    const wrong: string[] = [];

    const taken = new Uint8Array(24 * 4);
    for (const { claim: other } of onDate)
      for (let at = minute(other.from) / 15; at < minute(other.until) / 15; at += 1) taken[at] = (taken[at] ?? 0) + 1;
    if (taken.some((times) => times > 1)) wrong.push('daysOverlap');

    if (workIn(onDate) > hours.minutesPerDay) wrong.push('overtime');
    if (workIn(week) > hours.minutesPerWeek) wrong.push('weekTooLong');

    const days = [...new Set(week.map((other) => other.plan.date))];
    if (caps.perWeek !== 'none' && days.length > caps.perWeek && !lifted('perWeek')) wrong.push('tooManyDays');

    if (caps.officeDays === 'half' && !lifted('officeDays')) {
      const away = days.filter((date) => this.nothingLeft(week.filter((other) => other.plan.date === date)));
      let open = 0;
      for (let number = numberOf(plan.date) - 6; number <= numberOf(plan.date) + 6; number += 1)
        if (weekNumber(dateAt(number), weekBegins) === weekNumber(plan.date, weekBegins) && !this.closed.has(dateAt(number))) open += 1;
      if (away.includes(plan.date) && open - away.length < open / 2) wrong.push('tooFewOfficeDays');
    }

    const there = all.filter((other) => claim.office !== undefined && other.claim.office === claim.office && other.plan.date === plan.date);
    for (let at = minute(claim.from); at < minute(claim.until); at += 15) {
      const sitting = there.filter((other) => minute(other.claim.from) <= at && at < minute(other.claim.until));
      const given = new Set(sitting.map((other) => other.claim.seat)).size;
      if (given < sitting.length || given > (this.seats.get(claim.office ?? '') ?? 0)) {
        wrong.push('noSeatFree');
        break;
      }
    }

    if (this.closed.has(plan.date) && !this.policy.onClosedDays) wrong.push('closedDay');
    if (numberOf(filedOn) >= numberOf(plan.date) && !lifted('planBy')) wrong.push('plannedTooLate');
    for (const { from, until } of plan.table) {
      if (minute(from) < minute(plan.shift.from) || minute(until) > minute(plan.shift.until)) wrong.push('overtime');
      if (minute(from) < 13 * 60 && minute(until) > 12 * 60) wrong.push('restNotKept');
    }
    return wrong;
  }

  /** Whether the person is not at the office on the date at all. */
  private nothingLeft(plans: readonly Accepted[]): boolean {
    const units = plans.map(({ plan }) => plan.unit);
    const { minutesPerDay, stepMinutes } = this.policy.hours;
    return (
      units.includes('day') || (units.includes('morning') && units.includes('afternoon')) || minutesPerDay - workIn(plans) < stepMinutes
    );
  }
}

const minute = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
const workIn = (plans: readonly Accepted[]): number =>
  plans.flatMap(({ plan }) => plan.table).reduce((sum, { from, until }) => sum + minute(until) - minute(from), 0);
const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const pick = <Item>(roll: Roll, items: readonly Item[]): Item => items[roll(items.length)] as Item;

function randomPolicy(roll: Roll): TeleworkDayPolicy {
  return {
    ...anyPolicy,
    travelOrder: false,
    onClosedDays: roll(4) === 0,
    weekBegins: pick(roll, ['monday', 'sunday']),
    caps: { perWeek: pick(roll, [1, 2, 3, 4, 4, 4, 'none'] as const), officeDays: pick(roll, ['half', 'none', 'none']) },
    hours: { ...anyPolicy.hours, shifts: pick(roll, ['fixed', 'patterns', 'window']) },
    emergency: { liftable: pick(roll, [[], ['planBy', 'perWeek'], ['perWeek', 'officeDays', 'planBy']] as const), unplannedStart: false },
  };
}

const line = (from: number, until: number): Line => ({ from: clock(from), until: clock(until), task: 'minutes', level: 1 });

/** Mostly a plan that could be accepted; sometimes one with work in the rest, after hours, or in hours that are not offered. */
function randomPlan(roll: Roll, date: string, { hours }: TeleworkDayPolicy, offices: readonly string[]): Plan {
  const from = roll(8) ? pick(roll, hours.shifts === 'fixed' ? [510] : [480, 510, 555]) : 450 + 15 * roll(10);
  const shift = { from: clock(from), until: clock(from + 525) };
  const unit = pick<Unit>(roll, ['day', 'day', 'morning', 'afternoon', 'hours']);
  const start = from + 15 * roll(roll(5) ? 8 : 32);
  const tables: Readonly<Record<Unit, readonly Line[]>> = {
    day: [line(from, 720), line(780, from + 525)],
    morning: [line(from, 720)],
    afternoon: [line(780, from + 525)],
    hours: [line(start, start + 15 * (1 + roll(7)))],
  };
  const satellite = roll(3) === 0;
  return anyPlan({ date, unit, shift, table: tables[unit], ...(satellite && { form: 'satellite', office: pick(roll, offices) }) });
}

function randomEmergencies(roll: Roll, first: number): readonly Emergency[] {
  if (roll(4)) return [];
  const begins = first + roll(9);
  const lifts = pick<readonly Liftable[]>(roll, [['perWeek'], ['planBy'], ['perWeek', 'planBy', 'officeDays'], ['units']]);
  return [{ id: 'e', lifts, from: dateAt(begins), until: dateAt(begins + roll(4)) }];
}

const seen = new Map<string, number>();
const counted = (code: string) => seen.set(code, (seen.get(code) ?? 0) + 1);

it.each(Array.from({ length: 10 }, (_, part) => part * tenth))(
  'in the random weeks from %d on no accepted plan breaks a cap, overlaps another or takes a seat twice, and none is refused for what it keeps',
  (from) => {
    for (let week = from; week < from + tenth; week += 1) {
      const roll = dice(week);
      /** Somebody who wants to work every day of the week, where that is allowed. */
      const busy = roll(25) === 0;
      const free = { onClosedDays: true, caps: { perWeek: 'none', officeDays: 'none' } } as const;
      const policy = { ...randomPolicy(roll), ...(busy && free) };
      const first = roll(3) ? numberOf('2026-04-01') + roll(2_000) : numberOf(pick(roll, corners)) - roll(7);
      const closedDates = Array.from({ length: 30 }, (_, day) => first - 10 + day)
        .filter((number) => isWeekEnd(number) || !roll(12))
        .map(dateAt);
      const closed = new Set(closedDates);
      const seats = new Map([
        ['hall', 1],
        ['tower', 2],
      ]);
      const offices = [...seats.keys(), 'nowhere'];
      const emergencies = randomEmergencies(roll, first);
      const checker = new Checker(policy, closed, seats);
      let standing: Accepted[] = [];
      const people = busy ? 1 : 1 + roll(2);

      for (let plans = busy ? 9 : 4 + roll(7); plans > 0; plans -= 1) {
        if (!busy && standing.length && !roll(8)) {
          const gone = pick(roll, standing);
          standing = standing.filter((one) => one !== gone);
          checker.withdraw(gone);
          continue;
        }
        const staff = String(4000 + roll(people));
        const within = Array.from({ length: 9 }, (_, day) => dateAt(first + day));
        const open = within.filter((date) => !closed.has(date) || policy.onClosedDays);
        const plan = busy
          ? anyPlan({ date: dateAt(first + plans - 1) })
          : randomPlan(roll, pick(roll, roll(12) && open.length ? open : within), policy, offices);
        const filedOn = roll(15) ? dateAt(first - 3) : plan.date;
        const space = { from: plan.table[0]?.from ?? '', until: plan.table.at(-1)?.until ?? '' };
        const context: DayContext = {
          policy,
          today: filedOn,
          time: '05:00',
          closed: closedDates,
          others: standing.filter(({ claim }) => claim.staff === staff).map(({ claim }) => claim),
          registration: { forms: ['home', 'satellite'], workplace: 'ownHome' },
          trainedUntil: '2099-03-31',
          deviceLent: false,
          ...freeSeats(plan, space, seats, standing),
          emergencies,
        };
        const [refusal, under, seat] = [refusePlan(plan, context), liftedBy(plan, context), seatFor(plan, context)];
        // Where the office is full the checker is shown the seat that it would have been.
        const claim = claimOf(plan, { staff, department: 'tax', seat: seat ?? 1 });
        const one: Accepted = { claim, plan, emergencies, filedOn };
        counted(refusal?.code ?? (under ? 'accepted under an emergency' : 'accepted'));
        const wrong = checker.wrongWith(one);
        if (refusal && judged.includes(refusal.code) && !wrong.includes(refusal.code))
          expect.fail(`week ${week}: refused for ${refusal.code}, and it is not so: ${JSON.stringify({ plan, wrong })}`);
        if (refusal) continue;
        if (wrong.length) expect.fail(`week ${week}: accepted, although ${wrong.join(', ')}: ${JSON.stringify(claim)}`);
        if (emergencies.length && (under !== undefined) !== checker.wrongWith({ ...one, emergencies: [] }).length > 0)
          expect.fail(`week ${week}: accepted under ${under}, and it is not so: ${JSON.stringify(claim)}`);
        standing = [...standing, one];
        checker.stand(one);
      }
    }
  },
  120_000,
);

it.each([...judged, 'accepted', 'accepted under an emergency', 'officeUnknown', 'shiftNotOffered'])(
  'and among them were plans that are %s',
  (code) => expect(seen.get(code) ?? 0).toBeGreaterThan(100),
);

/** What the ledger says of the office's seats. */
function freeSeats(
  { form, office, date }: Plan,
  space: Span,
  seats: ReadonlyMap<string, number>,
  standing: readonly Accepted[],
): Pick<DayContext, 'freeSeats'> {
  const all = seats.get(office ?? '');
  if (form !== 'satellite' || all === undefined) return {};
  const taken = standing
    .filter(({ claim }) => claim.office === office && claim.date === date && claim.from < space.until && space.from < claim.until)
    .map(({ claim }) => claim.seat);
  return { freeSeats: Array.from({ length: all }, (_, seat) => seat + 1).filter((seat) => !taken.includes(seat)) };
}
