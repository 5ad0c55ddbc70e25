import { describe, expect, test, vi } from 'vitest';
import { PlannerFailed } from '../../activities/planner/port.js';
import { dayOn } from '../../workflows/shared/dates.js';
import type { SectionRequest } from '../../workflows/trial-section/contract.js';
import { at, city, lent, period } from './city.js';

const membersOf = (requests: readonly SectionRequest[]) => requests.flatMap(({ members }) => members);
const codesOf = (requests: readonly SectionRequest[]) => new Set(membersOf(requests).map(({ notPossible }) => notPossible));

/** What is wrong with a plan, found without the planner's own check: by section and date, never by person. */
function faults(requests: readonly SectionRequest[], turnaroundDays = 0): string[] {
  const found: string[] = [];
  const lentOn = new Map<string, string[]>();
  for (const { department, members, counter, others, closed, from, until } of requests) {
    for (const { slots, absent } of members)
      for (const { date, device } of slots) {
        if (date < from || date > until || closed.includes(date) || absent.includes(date))
          found.push(`${department} ${date}: nobody teleworks`);
        if (device) lentOn.set(device, [...(lentOn.get(device) ?? []), date].sort());
      }
    if (!counter) continue;
    for (let date = from; date <= until; date = dayOn(date, 1)) {
      if (closed.includes(date)) continue;
      const there = members.filter(({ absent, slots }) => !absent.includes(date) && !slots.some((slot) => slot.date === date)).length;
      const rest = others.filter((absent) => !absent.includes(date)).length;
      if (members.some(({ slots }) => slots.some((slot) => slot.date === date)) && there + rest < counter.morning)
        found.push(`${department} ${date}: counter`);
    }
  }
  for (const [device, dates] of lentOn)
    for (const [nth, date] of dates.entries()) {
      const before = dates[nth - 1];
      if (before && dayOn(before, turnaroundDays) >= date) found.push(`${device} ${date}: not back yet`);
    }
  return found;
}

vi.setConfig({ testTimeout: 120_000 }); // A town of a hundred, each time.

describe('a campaign is planned against the town as it is', () => {
  test('everybody whose main post is in a section stands in it once; accounts that are disabled and people without a post in none', async () => {
    const town = await city();
    const { planned, requests } = await (await town.campaign()).plan();
    const staff = membersOf(requests).map((member) => member.staff);
    expect(new Set(staff).size).toBe(staff.length);
    expect(staff).not.toContain(town.sample.accounts.disabled);
    expect(staff).not.toContain(town.sample.accounts.mayor);
    expect(staff).toContain(town.sample.accounts.head);
    expect(planned).toMatchObject({ feasible: true, members: staff.length, placed: staff.length, cannot: 0, notPossible: 0 });
    expect(staff.length).toBeGreaterThan(90);
    expect(faults(requests)).toEqual([]);
    expect(membersOf(requests).every(({ slots }) => slots.length === 1)).toBe(true);
  });

  test('on the devices of the own pool, else on the common ones, none before its turnaround is over; what is promised is not there', async () => {
    const town = await city({ laptops: { zeimu: 4, common: 45 } });
    const { planned, requests, reasons } = await (await town.campaign(lent)).plan();
    const turnaroundDays = requests[0]?.loan?.policy.turnaroundDays ?? 0;
    expect(turnaroundDays).toBeGreaterThan(0);
    expect({ ...planned, reasons }).toMatchObject({ feasible: true, reasons: [] });
    expect(faults(requests, turnaroundDays)).toEqual([]);
    for (const { department, members, loan } of requests) {
      const pool = department === 'zeimu' ? 'zeimu' : 'common';
      expect(loan?.pools).toEqual([pool]);
      expect(members.every(({ slots }) => slots.every(({ device }) => device?.startsWith(`${pool}-`)))).toBe(true);
    }
    for (const nth of [1, 2, 3]) await town.ledger.changeDevice({ assetTag: `zeimu-${nth}`, version: 1 }, { act: 'repair' }, 'system');
    const fewer = await (await town.campaign(lent)).plan();
    expect(fewer.planned.feasible).toBe(false);
    expect(fewer.reasons).toMatchObject([{ pool: 'zeimu', devices: 1, sections: [{ section: 'zeimu', cannot: fewer.planned.cannot }] }]);
  });

  test('a counter that stays staffed; people who are no targets help to staff it, while they are there', async () => {
    const town = await city();
    const [shimin] = (await (await town.campaign()).plan()).requests.filter(({ department }) => department === 'shimin');
    const size = shimin?.members.length ?? 0;
    const counters = [{ department: 'shimin', morning: size - 1, afternoon: size - 1 }];
    const one = await (await town.campaign({ counters })).plan();
    expect(faults(one.requests)).toEqual([]);
    expect(one.planned).toMatchObject({ feasible: size <= 10 });
    const none = await (await town.campaign({ counters: [{ department: 'shimin', morning: size, afternoon: size }] })).plan();
    expect(none.planned).toMatchObject({ feasible: false, cannot: size });
    expect(none.reasons).toMatchObject([
      { sections: [{ section: 'shimin', people: size, blockedByCounter: 10, cannot: size }], dates: 10 },
    ]);
    const helped = await (
      await town.campaign({
        counters: [{ department: 'shimin', morning: 1, afternoon: 1 }],
        groups: [{ id: 'heads', who: { role: 'heads' }, times: 1, per: 'period' }],
      })
    ).plan();
    const section = helped.requests.find(({ department }) => department === 'shimin');
    expect(section?.members).toMatchObject([{ staff: town.sample.accounts.secondHead, head: true }]);
    expect(section?.others).toHaveLength(size - 1);
    expect(helped.planned.feasible).toBe(true);
  });

  test('who is absent all the time is listed and not asked; who is there for a part is given a date of it', async () => {
    const town = await city();
    const { borrower, secondBorrower } = town.sample.accounts;
    await town.absences([borrower, period.from, period.until], [secondBorrower, period.from, '2027-04-22']);
    const { planned, requests } = await (await town.campaign()).plan();
    const found = (staff: string) => membersOf(requests).find((member) => member.staff === staff);
    expect(found(borrower)).toMatchObject({ notPossible: 'absent', slots: [] });
    expect(found(secondBorrower)?.slots).toEqual([{ date: '2027-04-23', part: 'day' }]);
    expect(planned).toMatchObject({ feasible: true, notPossible: 1, placed: planned.members - 1 });
  });

  test('where a registration is needed, who has none must act first, and keeps the rest from nothing', async () => {
    const town = await city({ registration: true });
    const { planned, requests } = await (await town.campaign()).plan();
    expect(planned).toMatchObject({ feasible: true, placed: 0, cannot: 0, notPossible: planned.members });
    expect(codesOf(requests)).toEqual(new Set(['notRegistered']));
  });

  test('where only loans need a registration, only who is lent a device must act first', async () => {
    const town = await city({ registration: 'forLoans', laptops: { common: 60 } });
    expect((await (await town.campaign()).plan()).planned).toMatchObject({ feasible: true, notPossible: 0 });
    const { planned, requests } = await (await town.campaign(lent)).plan();
    expect(planned).toMatchObject({ placed: 0, notPossible: planned.members });
    expect(codesOf(requests)).toEqual(new Set(['notRegistered']));
  });

  test('at the satellite office: on its free seats, and by who may work there', async () => {
    const town = await city();
    await town.seats('hall', 5);
    const place = { form: 'satellite', office: 'hall' } as const;
    const { planned, requests } = await (await town.campaign({ place })).plan();
    const perDate = new Map<string, number>();
    for (const { slots } of membersOf(requests)) for (const { date } of slots) perDate.set(date, (perDate.get(date) ?? 0) + 1);
    expect(planned).toMatchObject({ feasible: false, placed: 50 });
    expect([...perDate.values()]).toEqual(Array.from({ length: 10 }, () => 5));
    const nowhere = await (await town.campaign({ place: { ...place, office: 'nowhere' } })).plan();
    expect(nowhere.planned).toMatchObject({ feasible: false, placed: 0 });
  });
});

describe('planning happens once, however often it is begun', () => {
  test('the same town gives the same plan under the same id; it is asked again and answered again', async () => {
    const town = await city({ laptops: { common: 60 } });
    const campaign = await town.campaign(lent);
    const first = await campaign.plan();
    const again = await campaign.plan();
    expect(again).toEqual(first);
    expect(await town.sql('select plan from trial_plans')).toEqual([{ plan: first.planned.plan }]);
    const events = await town.ledger.events(campaign.caseId);
    expect(events.map(({ event }) => event.name)).toEqual(['draft', 'plan', 'planned', 'plan', 'planned']);
  });

  test('killed before its end, or begun by two at once: one plan, one answer', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.ask();
    const broken = { ...town.ledger, keepTrialPlan: async () => Promise.reject(new Error('the process is gone')) };
    await expect(town.inActivity(() => town.activities({ ledger: broken }).planCampaign(campaign.caseId))).rejects.toThrow('gone');
    const late = {
      ...town.ledger,
      keepTrialPlan: async (...kept: Parameters<typeof town.ledger.keepTrialPlan>) => {
        await town.ledger.keepTrialPlan(...kept);
        throw new Error('the word was lost');
      },
    };
    await expect(town.inActivity(() => town.activities({ ledger: late }).planCampaign(campaign.caseId))).rejects.toThrow('lost');
    const begin = () => town.inActivity(() => town.activities().planCampaign(campaign.caseId));
    await Promise.all([begin(), begin()]);
    await town.settle();
    await begin(); // It has been answered.
    expect(await town.ledger.withNews()).toEqual([]);
    expect((await town.ledger.events(campaign.caseId)).map(({ event }) => event.name)).toEqual(['draft', 'plan', 'planned']);
    expect(await town.ledger.effects(campaign.caseId)).toMatchObject([{ name: 'plan', how: 'done' }]);
  });

  test('a planner that has no answer is shown as stuck and not asked the same for ever', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.ask();
    const planner = { plan: () => Promise.reject(new PlannerFailed('duties overlap')) };
    await expect(town.inActivity(() => town.activities({ planner }).planCampaign(campaign.caseId))).rejects.toMatchObject({
      nonRetryable: true,
    });
    expect(await town.ledger.effects(campaign.caseId)).toMatchObject([{ name: 'plan', how: 'stuck', reason: 'PlannerFailed' }]);
  });

  test('nobody is named where ids, keys and progress stand', async () => {
    const town = await city({ laptops: { common: 60 } });
    const campaign = await town.campaign(lent);
    const { requests } = await campaign.run();
    const written = JSON.stringify([
      town.heartbeats,
      await town.sql('select plan from trial_plans'),
      await town.sql('select case_id from cases'),
      await town.sql('select key from events'),
      await town.sql('select reasons from trial_plans'),
    ]);
    expect(membersOf(requests).filter(({ staff }) => written.includes(staff))).toEqual([]);
    expect(town.heartbeats.length).toBeGreaterThan(0);
  });
});

describe('the sections are opened once, however often it is begun', () => {
  test('killed on the way, begun again, begun twice at once: each section once, and its loans', async () => {
    const town = await city({ laptops: { common: 60 } });
    const campaign = await town.campaign(lent);
    const { requests } = await campaign.plan();
    await campaign.step('announce');
    const open = (over = {}) => town.inActivity(() => town.activities(over).openSections(campaign.caseId));
    const dying = { ...town.ledger, leaveNews: async () => Promise.reject(new Error('the process is gone')) };
    await expect(open({ ledger: dying })).rejects.toThrow('gone');
    await Promise.all([open(), open()]);
    await town.settle();
    await open();
    await town.settle();
    const sections = await campaign.sections();
    expect(sections.map(({ section }) => section.department).sort()).toEqual(requests.map(({ department }) => department).sort());
    expect(await campaign.state()).toMatchObject({ sections: requests.length });
    expect((await town.ledger.events(campaign.caseId)).filter(({ event }) => event.name === 'opened')).toHaveLength(1);
    const slots = membersOf(requests).flatMap((member) => member.slots);
    expect(await town.sql("select count(*)::int from cases where procedure = 'device-loan'")).toEqual([{ count: slots.length }]);
    const promised = await town.sql<{ count: number }>('select count(*)::int from reservations');
    expect(promised).toEqual([{ count: slots.length }]);
  });

  test('a campaign that is cancelled meanwhile opens none', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.plan();
    await campaign.step('announce');
    await campaign.step('cancel');
    await town.inActivity(() => town.activities().openSections(campaign.caseId));
    await town.settle();
    expect((await campaign.sections()).filter(({ section }) => section.status !== 'cancelled')).toEqual([]);
    expect(await town.ledger.withNews()).toEqual([]);
  });
});

test('a town of 1,017', { timeout: 120_000 }, async () => {
  const town = await city({ size: 1017 });
  town.clock.set(at('2027-04-06'));
  const counters = [{ department: 'shimin', morning: 4, afternoon: 4 }];
  const campaign = await town.campaign({ counters });
  const { planned, requests } = await campaign.run();
  expect(planned).toMatchObject({ feasible: true, cannot: 0, members: membersOf(requests).length });
  expect(planned.members).toBeGreaterThan(980);
  expect(faults(requests)).toEqual([]);
  expect((await town.ledger.campaignTally(campaign.caseId)).total).toMatchObject({
    planned: planned.placed,
    notPossible: planned.notPossible,
  });
  expect(town.asked.filter((name) => name === 'staffOf').length).toBeLessThanOrEqual(
    town.asked.filter((name) => name === 'units').length * 90,
  );
});
