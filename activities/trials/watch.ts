import { heartbeat } from '@temporalio/activity';
import type { Loan } from '../../workflows/device-loan/rules.js';
import { dayOn, daysBetween } from '../../workflows/shared/dates.js';
import type { Prolonged } from '../../workflows/trial-section/contract.js';
import { openedCaseId } from '../ledger/canonical.js';
import {
  type EffectMarks,
  every,
  type LedgerEvent,
  type LedgerReader,
  type PoolDevice,
  type RoundsPort,
  type SeatsPort,
  type TrialsPort,
} from '../ledger/port.js';
import { type PlanInput, type Planner, PlannerFailed } from '../planner/port.js';
import { type Found, looseSlots, type Means, planAnew } from './anew.js';
import { type CampaignCase, campaignsIn, furthestDate, type SectionCase, sectionsOf } from './campaigns.js';
import { datesOf, kindLent, latest, openDates } from './targets.js';

export interface WatchParts {
  ledger: Pick<TrialsPort, 'watchTrial' | 'trialMembers' | 'poolDevices' | 'absencesWithin' | 'lastTelework'> &
    Pick<LedgerReader, 'openCases' | 'casesWithin' | 'list'> &
    Pick<RoundsPort, 'leaveNews'> &
    Pick<SeatsPort, 'seatsOn'> &
    EffectMarks;
  planner: Planner;
  calendar: { isBusinessDay(date: string): boolean };
}

/** What a campaign's morning gives to its sections one after the other. */
interface Morning {
  date: string;
  until: string;
  /** Slots on each date, of all sections as they are by now. */
  slots: Map<string, number>;
  /** Devices that sections before this one have been given this morning, and from when; their loans are not open yet. */
  given: Map<string, string[]>;
}

/**
 * The morning of the campaigns that run: what every member stands at is brought in line with the date, and each section in which something no longer fits is planned anew, alone, on what is free by then; what
 * others have stays theirs. Each is told at most once for the date, and not at all where nothing would change. Answers how many were told.
 */
export async function watchTrials({ ledger, planner, calendar }: WatchParts, date: string): Promise<number> {
  let all = 0;
  for (const running of await campaignsIn(ledger, ['running'])) all += await watchCampaign(running);
  return all;

  async function watchCampaign({ caseId: campaignId, campaign }: CampaignCase): Promise<number> {
    const { draft, round, roundFrom } = campaign;
    const behind = new Set((await ledger.watchTrial(campaignId, date)).map(({ caseId }) => caseId));
    const sections = await sectionsOf(ledger, campaignId);
    const everybody = sections.flatMap(({ section }) => section.members.map(({ staff }) => staff));
    const dates = openDates({ from: latest(dayOn(date, 1), roundFrom), until: draft.until }, draft, calendar.isBusinessDay);
    const [away, queue] = [await ledger.absencesWithin(everybody, date, draft.until), await queued(kindLent(draft) !== undefined)];
    const whole = { from: draft.from, until: furthestDate(campaign) };
    const open = new Set(openDates(whole, draft, calendar.isBusinessDay));
    const closed = datesOf(whole).filter((one) => !open.has(one));

    let morning: Morning | undefined;
    let told = 0;
    for (const one of sections) {
      const { caseId, section } = one;
      const again = section.round < round;
      const period: Prolonged | undefined =
        again || section.until !== draft.until ? { until: draft.until, closed, ...(again && { again }) } : undefined;
      const found: Found = { draft, section, date, dates, away, loans: queuedLoans(one, queue), ...(period && { period }) };
      if (!behind.has(caseId) && !period && !looseSlots(found).size) continue;
      morning ??= { date, until: draft.until, slots: slotsByDate(sections), given: new Map() };
      if (await tell(campaignId, one, { found, morning })) told += 1;
      heartbeat();
    }
    return told;
  }

  async function tell(campaign: string, one: SectionCase, { found, morning }: { found: Found; morning: Morning }): Promise<boolean> {
    const { caseId } = one;
    const [loans, means] = await Promise.all([loansOf(one), meansFor(campaign, one, { found, morning })]);
    const lent = new Map([...loans].map(([name, { device }]) => [name, device ? { assetTag: device.assetTag } : {}]));
    const pool = means.pool && { ...means.pool, devices: withCustody(means.pool.devices, [...loans.values()], morning) };
    const anew = await attempt(() => planAnew(planner, { ...found, loans: lent }, { ...means, ...(pool && { pool }) }));
    if (anew === 'failed') {
      await ledger.mark({ caseId, name: 'replan' }, 'stuck', PlannerFailed.name); // The others have their morning all the same.
      return false;
    }
    await ledger.mark({ caseId, name: 'replan' }, 'done');
    if (!anew) return false;
    for (const { from, to } of anew.moves) {
      for (const slot of from) count(morning.slots, slot.date, -1);
      for (const slot of to) count(morning.slots, slot.date, 1);
      for (const { date: on, device } of to)
        if (device !== undefined && on > date) morning.given.set(device, [...(morning.given.get(device) ?? []), on]);
    }
    const input = { by: 'system', on: date, ...anew };
    await ledger.leaveNews(caseId, { name: 'replan', input, key: `${caseId}/replan/${date}` } satisfies LedgerEvent);
    return true;
  }

  /** Ids of the trials' loans that wait in the queue. */
  async function queued(anyLent: boolean): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    if (!anyLent) return found;
    const query = { procedure: 'device-loan', capacities: ['it', 'hr'], status: 'approved' } as const;
    for await (const { caseId } of every((page) => ledger.list({ ...query, ...page }))) found.add(caseId);
    return found;
  }

  /** The section's open loans, by their names in it. */
  async function loansOf({ caseId, section }: SectionCase): Promise<ReadonlyMap<string, Loan>> {
    const byId = new Map(Array.from({ length: section.loans }, (_, nth) => [openedCaseId(caseId, `${nth + 1}`), `${nth + 1}`]));
    const loans = new Map<string, Loan>();
    if (!section.loan) return loans;
    for await (const row of every((page) => ledger.casesWithin({ procedure: 'device-loan', within: [caseId], ...page }))) {
      const name = byId.get(row.caseId);
      if (name !== undefined && !row.closed) loans.set(name, row.state as Loan);
    }
    return loans;
  }

  async function meansFor(
    campaign: string,
    { caseId, section }: SectionCase,
    { found, morning }: { found: Found; morning: Morning },
  ): Promise<Means> {
    const { department, members, loan } = section;
    const staff = members.map((member) => member.staff);
    const seen = new Map<string, readonly string[]>();
    for await (const row of every((page) => ledger.trialMembers({ campaign, departments: [department], ...page })))
      seen.set(row.staff, row.observed);
    const last = await ledger.lastTelework(staff);
    const waited = new Map(staff.map((one) => [one, daysBetween(last.get(one) ?? '2000-01-01', date)]));
    const { draft } = found;
    const turnaroundDays = loan?.policy.turnaroundDays ?? 0;
    const until = dayOn(draft.until, turnaroundDays);
    const devices = loan && (await ledger.poolDevices({ kind: loan.kind, pools: loan.pools, from: date, until, without: caseId }));
    const seats = draft.place && (await seatsFor(draft.place.office, { found, morning }));
    return {
      seen,
      waited,
      ...(devices && { pool: { turnaroundDays, devices: devices.map((device) => withGiven(device, morning, turnaroundDays)) } }),
      ...(seats && { seats }),
    };
  }

  /** The office's seats without those of other sections' slots, and without those that others have booked. A day's own plan has the last word on its seat. */
  async function seatsFor(
    office: string,
    { found, morning }: { found: Found; morning: Morning },
  ): Promise<NonNullable<PlanInput['seats']>> {
    const own = slotsByDate([found]);
    const all = (await ledger.seatsOn(date, morning.until)).find((one) => one.office === office);
    return found.dates.map((on) => {
      const [seats, free] = [all?.seats ?? 0, all?.dates.find((one) => one.date === on)?.free ?? 0];
      const [planned, mine] = [morning.slots.get(on) ?? 0, own.get(on) ?? 0];
      return { date: on, seats: Math.max(seats - Math.max(planned - mine, seats - free - mine), 0) };
    });
  }
}

/** How many slots there are on each date. */
function slotsByDate(sections: readonly Pick<SectionCase, 'section'>[]): Map<string, number> {
  const slots = new Map<string, number>();
  for (const { section } of sections) for (const member of section.members) for (const { date } of member.slots) count(slots, date, 1);
  return slots;
}

const count = (slots: Map<string, number>, date: string, by: number): unknown => slots.set(date, (slots.get(date) ?? 0) + by);

/** The planner's answer, or that it has none for this very question. */
async function attempt<Result>(plan: () => Promise<Result>): Promise<Result | 'failed'> {
  try {
    return await plan();
  } catch (failure) {
    if (failure instanceof PlannerFailed) return 'failed';
    throw failure;
  }
}

/** Of the section's loans, those in the queue. */
function queuedLoans({ caseId, section }: SectionCase, queue: ReadonlySet<string>): Found['loans'] {
  const names = section.members.flatMap(({ slots }) => slots.flatMap(({ loan }) => loan ?? []));
  return new Map(names.filter((name) => queue.has(openedCaseId(caseId, name))).map((name) => [name, {}]));
}

const withGiven = ({ assetTag, busy }: PoolDevice, { given }: Morning, turnaroundDays: number) => ({
  assetTag,
  busy: [...busy, ...(given.get(assetTag) ?? []).map((from) => ({ from, until: dayOn(from, turnaroundDays) }))],
});

/** States of a loan in which its device is out, or not yet confirmed as erased. */
const out: ReadonlySet<Loan['status']> = new Set(['handedOver', 'returned', 'erased', 'erasureFailed', 'destructionRecorded', 'lost']);

/** What the section's own loans still have is not to be planned on until it is ready again; of what should have been by now nobody knows when. */
function withCustody(devices: Devices, loans: readonly Loan[], { date, until: last }: Morning): Devices {
  const held = new Map(loans.flatMap((loan) => (out.has(loan.status) && loan.device ? [[loan.device.assetTag, loan] as const] : [])));
  return devices.map((device) => {
    const loan = held.get(device.assetTag);
    if (!loan) return device;
    const { from, policy } = loan.request;
    const ready = dayOn(loan.until, policy.turnaroundDays);
    return { ...device, busy: [...device.busy, { from, until: ready > date ? ready : dayOn(last, policy.turnaroundDays) }] };
  });
}
type Devices = NonNullable<PlanInput['devices']>['devices'];
