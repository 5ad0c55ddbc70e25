import type { LedgerEvent } from '../../activities/ledger/port.js';
import { entryOf } from '../../workflows/shared/entry.js';
import type { Draft } from '../../workflows/trial-campaign/contract.js';
import * as campaigns from '../../workflows/trial-campaign/rules.js';
import type { Counter, Duty, Move, PlannedMember, PlannedSlot, SectionRequest } from '../../workflows/trial-section/contract.js';
import * as sections from '../../workflows/trial-section/rules.js';
import { policy } from '../device-loan/cases.js';
import { words } from './cases.js';
import { Checker, statusOf } from './checker.js';

/** Chance that can be repeated (mulberry32). */
function chanceOf(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    below: (most: number): number => Math.floor(next() * most),
    odds: (share: number): boolean => next() < share,
    of: <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)] as Item,
  };
}

const firstDay = Date.parse('2027-04-12');
const dates = Array.from({ length: 120 }, (_, nth) => new Date(firstDay + (nth - 20) * 86_400_000).toISOString().slice(0, 10));
/** The date so many days after Monday, 12 April 2027. */
const day = (nth: number): string => dates[nth + 20] ?? '';
const weekend = new Set(dates.filter((date) => [0, 6].includes(new Date(date).getUTCDay())));
const upTo = (from: number, until: number): string[] => Array.from({ length: until - from + 1 }, (_, nth) => day(from + nth));

interface Section {
  caseId: string;
  state: sections.TrialSection;
  seq: number;
  checker: Checker;
}

/** What was tried in a campaign, and how often the rules let it. */
export interface Told {
  taken: Map<string, number>;
  refused: Map<string, number>;
  members: number;
}

/**
 * One campaign from its draft to its end on a town's days: its people swap, fall ill, move, are exempt, come and go; its rounds plan anew, often badly or too late. Whatever happens goes through the rules as it
 * would at the counter (due, capacity, refusal), and all that is let through is looked at by the checkers. Throws at the first thing that must not be.
 */
export function runCampaign(seed: number): Told {
  const chance = chanceOf(seed);
  const told: Told = { taken: new Map(), refused: new Map(), members: 0 };
  const count = (list: Map<string, number>, name: string) => list.set(name, (list.get(name) ?? 0) + 1);
  let keys = 0;
  const key = (): string => `key-${++keys}`;

  const last = 4 + chance.below(12);
  const devices = Array.from({ length: 1 + chance.below(4) }, (_, nth) => `PC-${nth}`);
  const lends = chance.odds(0.8);
  const unit = chance.odds(0.8) ? 'day' : 'halfDay';
  const parts = unit === 'day' ? (['day'] as const) : (['morning', 'afternoon'] as const);
  let until = last;
  const closedOf = (to: number): string[] => upTo(0, to).filter((date) => weekend.has(date));

  const draft: Draft = {
    from: day(0),
    until: day(last),
    groups: [{ id: 'everybody', who: {}, times: 1, per: 'period' }],
    excluded: { departments: [], occupations: [], employment: [] },
    unit,
    devices: lends ? { source: 'pool', kind: 'laptop' } : { source: 'ownDesk' },
    counters: [],
    daysOff: [],
  };
  const hr = { by: '2001', as: 'hr' } as const;
  const first = {
    name: 'draft',
    input: {
      ...hr,
      draft,
      opensAt: day(0),
      endsAt: day(last + 1),
      policy: { pack: 'p', extendDays: 7, questionnaireDays: 3, smallGroup: 5 },
    },
    key: key(),
  } as const;
  let campaign = campaigns.apply(undefined, first);
  /** Hands something in for the campaign, as its counter would. */
  function run(event: campaigns.CampaignEvent): boolean {
    if (!campaigns.due(campaign).some(({ step }) => step === event.name)) return false;
    if ('as' in event.input && campaigns.refusal(campaign, event as campaigns.CampaignStep)) return false;
    campaign = campaigns.apply(campaign, event);
    count(told.taken, `campaign.${event.name}`);
    return true;
  }

  // A plan that a simple mind would make: everybody in turn, on the first date that does.
  const taken = new Map<string, string[]>();
  const isFree = (device: string, date: string): boolean =>
    (taken.get(device) ?? []).every((other) => Math.abs(Date.parse(other) - Date.parse(date)) > policy.turnaroundDays * 86_400_000);
  const requests = Array.from({ length: 1 + chance.below(3) }, (_, nth) => drawSection(nth));
  function drawSection(nth: number): SectionRequest {
    const size = 1 + chance.below(6);
    const counter: Counter | undefined = chance.odds(0.7) ? { morning: chance.below(size), afternoon: chance.below(size) } : undefined;
    const others = Array.from({ length: chance.below(3) }, () => upTo(0, last).filter(() => chance.odds(0.1)));
    const weekly = last > 7 && chance.odds(0.3);
    const members: PlannedMember[] = [];
    for (let one = 0; one < size; one += 1) {
      const duties: Duty[] = weekly
        ? [
            { from: day(0), until: day(6), times: 1 },
            { from: day(7), until: day(last), times: 1 },
          ]
        : [{ from: day(0), until: day(last), times: 1 + chance.below(2) }];
      const absent = upTo(0, last).filter(() => chance.odds(0.1));
      const possible = !chance.odds(0.1);
      members.push({
        staff: `${4000 + nth * 100 + one}`,
        group: 'everybody',
        duties,
        slots: [],
        absent,
        unavailable: upTo(0, last).filter(() => chance.odds(0.05)),
        ...(possible ? {} : { notPossible: 'notRegistered' }),
        ...(chance.odds(0.1) && { ownDevice: true as const }),
      });
    }
    const base = {
      campaign: 'campaign',
      department: `d${nth}`,
      plan: 'plan',
      from: day(0),
      until: day(last),
      unit,
      others,
      closed: closedOf(last),
    } as const;
    const request: SectionRequest = {
      ...base,
      members,
      ...(counter && { counter }),
      ...(lends && { loan: { kind: 'laptop', pools: ['common'], policy } }),
    };
    return { ...request, members: members.map((member) => ({ ...member, slots: planned(request, members, member) })) };
  }
  /** Changes `members` too, so that the next one sees what is gone. */
  function planned(request: SectionRequest, members: PlannedMember[], member: PlannedMember): PlannedSlot[] {
    const slots: PlannedSlot[] = [];
    if (member.notPossible) return slots;
    for (const duty of member.duties)
      for (const date of upTo(0, last).sort(() => chance.below(3) - 1)) {
        if (slots.filter((slot) => slot.date >= duty.from && slot.date <= duty.until).length >= duty.times) break;
        if (
          date < duty.from ||
          date > duty.until ||
          request.closed.includes(date) ||
          member.absent.includes(date) ||
          member.unavailable.includes(date)
        )
          continue;
        const part = chance.of(parts);
        const there = (half: 'morning' | 'afternoon') =>
          request.others.filter((absent) => !absent.includes(date)).length +
          members.filter(
            (one) =>
              one !== member &&
              !one.absent.includes(date) &&
              !one.slots.some((slot) => slot.date === date && (slot.part === 'day' || slot.part === half)),
          ).length;
        if (
          (part !== 'afternoon' && there('morning') < (request.counter?.morning ?? 0)) ||
          (part !== 'morning' && there('afternoon') < (request.counter?.afternoon ?? 0))
        )
          continue;
        const device = lends && !member.ownDevice ? devices.find((one) => isFree(one, date)) : undefined;
        if (lends && !member.ownDevice && !device) continue;
        if (device) taken.set(device, [...(taken.get(device) ?? []), date]);
        slots.push({ date, part, ...(device && { device }) });
      }
    Object.assign(member, { slots });
    return slots;
  }

  run({ name: 'plan', input: hr, key: key() });
  const members = requests.reduce((sum, request) => sum + request.members.length, 0);
  const planOf = {
    plan: 'plan',
    hash: 'hash',
    feasible: true,
    members,
    sections: requests.length,
    placed: members,
    cannot: 0,
    notPossible: 0,
  };
  run({ name: 'planned', input: { by: 'system', ...planOf }, key: key() });
  run({ name: 'announce', input: hr, key: key() });
  told.members = members;

  const open: Section[] = requests.map((request, nth) => {
    const event: sections.SectionEvent = { name: 'openSection', input: { ...hr, ...request }, key: `section-${nth}` };
    const section: Section = { caseId: `section-${nth}`, state: sections.apply(undefined, event), seq: 1, checker: new Checker(request) };
    const entry = entryOf(sections, { caseId: section.caseId, procedure: 'trial-section', seq: 1 }, { event, after: section.state });
    section.checker.see(day(-3), event, entry, undefined);
    return section;
  });
  run({ name: 'opened', input: { by: 'system', sections: open.length }, key: key() });

  /** Hands something in for a section as its counter would, and shows the checker what came of it. */
  function take(section: Section, on: string, event: sections.SectionEvent): boolean {
    const { state: before, caseId } = section;
    const as = (event.input as LedgerEvent['input']).as;
    const isDue = sections.due(before).some((one) => one.step === event.name && ('who' in one ? one.who === as : as === undefined));
    const refused = isDue && as !== undefined && sections.refusal(before, event as sections.SectionStep);
    if (!isDue || refused) {
      count(told.refused, refused ? refused.code : 'notDue');
      return false;
    }
    const after = sections.apply(before, event);
    section.seq += 1;
    section.state = after;
    section.checker.see(
      on,
      event,
      entryOf(sections, { caseId, procedure: 'trial-section', seq: section.seq }, { event, after, before }),
      before,
    );
    count(told.taken, event.name);
    return true;
  }

  const tally = (asOf: string) => {
    const all = open.flatMap(({ state }) => sections.roster(state)?.members ?? []);
    if (new Set(all.map(({ staff }) => staff)).size !== all.length) throw new Error('somebody is counted in two sections');
    const each = all.map((one) => statusOf(one, { asOf, observed: observed.get(one.staff) ?? [] }));
    if (each.length !== open.reduce((sum, { checker }) => sum + checker.people.size, 0))
      throw new Error('the tally is not that of the members');
  };
  const observed = new Map<string, string[]>();

  run({ name: 'begin', input: { by: 'system' } });
  for (let today = -2; today <= until && ['running', 'paused', 'announced'].includes(campaign.status); today += 1) {
    const on = day(today);
    // The round has planned on what stood some events ago.
    const moves = open.map((section) => foundMoves(section.state, today));
    for (let events = chance.below(4); events > 0; events -= 1) act(chance.of(open), on, today);
    open.forEach((section, nth) => {
      if (!chance.odds(0.6)) return;
      const news = {
        moves: moves[nth] ?? [],
        cannot: section.state.members.slice(0, 1).map(({ staff }) => ({ staff, reason: 'devices' })),
      };
      const longer = until > last && section.state.until < day(until);
      const period = longer && {
        period: { until: day(until), closed: closedOf(until), ...(campaign.round > section.state.round && { again: true as const }) },
      };
      take(section, on, { name: 'replan', input: { by: 'system', on, ...news, ...period }, key: key() });
    });
    for (let events = chance.below(5); events > 0; events -= 1) act(chance.of(open), on, today);
    for (const { state } of open)
      for (const { staff, slots } of state.members)
        if (slots.some(({ date }) => date === on) && chance.odds(0.8)) observed.set(staff, [...(observed.get(staff) ?? []), on]);
    tally(on);

    if (chance.odds(0.04)) run({ name: 'pause', input: { ...hr, reason: words }, key: key() });
    if (chance.odds(0.4) && campaign.status === 'paused') {
      until += 1;
      run({ name: 'resume', input: { ...hr, until: day(until), endsAt: day(until + 1) }, key: key() });
    }
    if (chance.odds(0.04) && run({ name: 'extend', input: { ...hr, until: day(until + 3), endsAt: day(until + 4) }, key: key() }))
      until += 3;
    if (chance.odds(0.01)) run({ name: 'cancel', input: { ...hr, reason: words }, key: key() });
    if (today === until && run({ name: 'endPeriod', input: { by: 'system' } }) && chance.odds(0.4)) {
      const again = { from: day(until + 1), until: day(until + 5), endsAt: day(until + 6) };
      if (run({ name: 'secondRound', input: { ...hr, ...again }, key: key() })) until += 5;
    }
    if (campaign.round > 4) break;
  }
  const noTally = { done: 0, recordedByHr: 0, exempt: 0, notPossible: 0, planned: 0, atRisk: 0 };
  if (!run({ name: 'report', input: { ...hr, tally: noTally }, key: key() }))
    run({ name: 'cancel', input: { ...hr, reason: words }, key: key() });
  const end = campaign.status === 'reported' ? 'close' : 'cancel';
  for (const section of open) {
    take(section, day(until), { name: end, input: { by: 'system' }, key: key() });
    if (section.checker.loans.size) throw new Error('a loan is left open');
  }
  return told;

  /** Moves as the round might have found them: some good, some that break every rule. */
  function foundMoves(state: sections.TrialSection, today: number): Move[] {
    return state.members
      .filter(() => chance.odds(0.3))
      .map((member) => {
        const asPlanned = member.slots.map(({ date, part, device }) => ({ date, part, ...(device && { device }) }));
        const stay = asPlanned.filter(({ date }) => chance.odds(0.7) || date < day(today));
        const wanted: PlannedSlot[] = Array.from({ length: chance.below(3) }, () => ({
          date: day(today + chance.below(Math.max(1, until - today + 1))),
          part: chance.of(parts),
          ...(lends && chance.odds(0.8) && { device: chance.of(devices) }),
        }));
        return { staff: member.staff, from: asPlanned, to: [...stay, ...wanted] };
      });
  }

  /** Somebody does something: often what they may, sometimes what they may not. */
  function act(section: Section, on: string, today: number): void {
    const { department, members: all, swaps, raised } = section.state;
    const staff = chance.odds(0.95) && all.length ? chance.of(all).staff : '9999';
    const date = (): string => day(chance.odds(0.2) ? chance.below(until + 1) : today + chance.below(Math.max(1, until - today + 2)));
    const dateOf = (one: string): string =>
      chance.of([
        ...(all
          .find((member) => member.staff === one)
          ?.slots.map((slot) => slot.date)
          .filter((at) => at > on || chance.odds(0.1)) ?? []),
        ...(chance.odds(0.1) ? [date()] : []),
      ]) ?? date();
    const member = { by: staff, as: `member:${department}` } as const;
    const promoter = { by: '3002', as: `promoter:${department}` } as const;
    const head = { by: '3001', as: `head:${department}` } as const;
    const swap = swaps.length ? chance.of(swaps) : undefined;
    const people = chance.odds(0.1) ? all.map((one) => one.staff) : [staff];
    const other = all.length ? chance.of(all).staff : staff;
    const placed = all.filter(({ slots }) => slots.some((slot) => slot.date > on)).map((one) => one.staff);
    const asking = chance.of(placed) ?? staff;
    const answering = chance.of(placed.filter((one) => one !== asking)) ?? other;
    const acts: (() => sections.SectionEvent)[] = [
      ...Array.from({ length: 6 }, () => () => {
        const [one, another] = chance.odds(0.9) ? [asking, answering] : [staff, other];
        const asker = { by: one, as: member.as };
        return { name: 'askSwap' as const, input: { ...asker, on, mine: dateOf(one), with: another, theirs: dateOf(another) }, key: key() };
      }),
      () => ({
        name: 'answerSwap',
        input: {
          ...chance.of([promoter, { by: swap?.with ?? staff, as: `staff:${swap?.with}` } as const]),
          on,
          swap: swap?.id ?? 'none',
          agreed: chance.odds(0.8),
        },
        key: key(),
      }),
      () => ({ name: 'dropSwap', input: { ...head, swap: swap?.id ?? 'none' }, key: key() }),
      () => ({
        name: 'cannot',
        input: { ...chance.of([member, promoter, head]), on, people, dates: [date(), date()], atWork: chance.odds(0.4) },
        key: key(),
      }),
      ...Array.from({ length: 3 }, () => () => {
        const from = chance.odds(0.7) ? { from: dateOf(staff) } : {};
        return {
          name: 'move' as const,
          input: { ...chance.of([member, promoter]), on, staff, ...from, to: { date: date(), part: chance.of(parts) } },
          key: key(),
        };
      }),
      () => ({
        name: 'exempt',
        input: { ...chance.of([head, hr]), on, people, exemption: { reason: chance.of(['leave', 'hospital', 'duty']), until: date() } },
        key: key(),
      }),
      () => ({ name: 'endExemption', input: { ...hr, staff }, key: key() }),
      () => ({
        name: 'recordOutcome',
        input: { ...hr, on, staff, outcome: chance.of(['done', 'notPossible']), reason: words },
        key: key(),
      }),
      () => ({ name: 'withdrawOutcome', input: { ...hr, staff }, key: key() }),
      () => ({ name: 'object', input: { ...head, reason: words }, key: key() }),
      () => ({
        name: 'settleObjection',
        input: { ...hr, ...(chance.odds(0.5) && { counter: { morning: chance.below(3), afternoon: chance.below(3) } }) },
        key: key(),
      }),
      () => ({ name: 'raise', input: { ...member, kind: 'trouble', text: words }, key: key() }),
      () => ({ name: 'answerRaised', input: { ...promoter, raised: raised[0]?.id ?? 'none', answer: words }, key: key() }),
      () => ({ name: 'recordMeeting', input: { ...promoter, held: on, attended: 3, questions: words }, key: key() }),
    ];
    if (chance.odds(0.06) && all.length > 1) transfer(section, on, staff);
    else take(section, on, chance.of(swap && chance.odds(0.3) ? acts.slice(6, 8) : acts)());
  }

  /** 人事異動: out of the one section, and into another of the campaign where there is one. */
  function transfer(section: Section, on: string, staff: string): void {
    const gone = section.state.members.find((one) => one.staff === staff);
    if (!gone || !take(section, on, { name: 'leave', input: { by: 'system', on, staff }, key: key() })) return;
    const other = open.find((one) => one !== section);
    const { exemption: _exemption, outcome: _outcome, short: _short, ...rest } = gone;
    const member = { ...rest, slots: chance.odds(0.5) ? [] : rest.slots.map(({ date: at, part }) => ({ date: at, part })) };
    if (other) take(other, on, { name: 'join', input: { by: 'system', on, member }, key: key() });
  }
}
