import { describe, expect, test, vi } from 'vitest';
import { dayOn } from '../../workflows/shared/dates.js';
import type { Member, TrialSection } from '../../workflows/trial-section/rules.js';
import { city, lent } from './city.js';

/** The first Monday of the campaign and the days after it; Friday the 23rd is its last. */
const [monday, tuesday, wednesday, thursday] = ['2027-04-12', '2027-04-13', '2027-04-14', '2027-04-15'];

const datesOf = ({ slots }: Member): string[] => slots.map(({ date }) => date);
const withSlotOn = ({ members }: TrialSection, date: string): Member => {
  const found = members.find((member) => datesOf(member).includes(date));
  if (!found) throw new Error(`nobody has a slot on ${date}`);
  return found;
};
const byStaff = ({ members }: TrialSection): Readonly<Record<string, string[]>> =>
  Object.fromEntries(members.map((member) => [member.staff, datesOf(member)]));
const replans = async (town: Awaited<ReturnType<typeof city>>, caseId: string) =>
  (await town.ledger.events(caseId)).filter(({ event }) => event.name === 'replan').map(({ event }) => event.input as unknown as Replan);
interface Replan {
  on: string;
  moves: readonly { staff: string }[];
  cannot: readonly { staff: string; reason: string }[];
}

vi.setConfig({ testTimeout: 120_000 }); // A town of a hundred, each time.

describe('each morning a section in which something no longer fits is planned anew, alone', () => {
  test('who missed a slot gets another; who did it, or has it ahead, keeps what they have; said once', async () => {
    const town = await city();
    const campaign = await town.campaign({ counters: [{ department: 'zeimu', morning: 5, afternoon: 5 }] });
    await campaign.run();
    const before = await campaign.section('zeimu');
    const missed = before.section.members.filter((member) => datesOf(member).includes(monday));
    const [did, ...absent] = missed;
    if (!did || !absent.length) throw new Error('too few on the first day');
    const others = (await campaign.sections()).filter(({ section }) => section.department !== 'zeimu');
    await town.observe(
      [did.staff, monday],
      ...others.flatMap(({ section }) =>
        section.members
          .flatMap((member) => datesOf(member).map((date) => [member.staff, date] as const))
          .filter(([, date]) => date === monday),
      ),
    );
    expect(await town.morning(tuesday)).toEqual({ followed: 0, watched: 1 });
    const { caseId, section } = await campaign.section('zeimu');
    const [told] = await replans(town, caseId);
    expect(told?.moves.map(({ staff }) => staff).sort()).toEqual(absent.map(({ staff }) => staff).sort());
    for (const { staff } of absent) {
      const dates = byStaff(section)[staff] ?? [];
      expect(dates).toHaveLength(2); // What was missed stays to be seen.
      expect((dates[1] as string) > tuesday).toBe(true);
    }
    const kept = before.section.members.filter(({ staff }) => !absent.some((one) => one.staff === staff));
    for (const member of kept) expect(byStaff(section)[member.staff]).toEqual(datesOf(member));
    expect(await town.morning(tuesday)).toEqual({ followed: 0, watched: 0 });
    expect(await replans(town, caseId)).toHaveLength(1);
    expect((await campaign.members()).every(({ status }) => status !== 'atRisk')).toBe(true);
  });

  test('the round is killed after the news: begun again it is the same news', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.run();
    town.clock.set(`${tuesday}T00:00:00.000Z`);
    const first = await town.watch(tuesday);
    expect(first).toBeGreaterThan(0);
    expect(await town.watch(tuesday)).toBe(first);
    await town.settle();
    for (const { caseId } of await campaign.sections()) expect((await replans(town, caseId)).length).toBeLessThanOrEqual(1);
    expect(await town.watch(tuesday)).toBe(0);
  });

  test('forty people fall ill on one day', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.run();
    const all = (await campaign.sections()).flatMap(({ section }) => section.members).filter(({ slots }) => slots.length);
    const ill = all.filter((member) => datesOf(member).some((date) => date > tuesday && date <= thursday)).slice(0, 40);
    await town.observe(
      ...all.flatMap((member) =>
        datesOf(member)
          .filter((date) => date === monday)
          .map((date) => [member.staff, date] as const),
      ),
    );
    await town.absences(...ill.map(({ staff }) => [staff, tuesday, thursday] as const));
    await town.morning(tuesday);
    const after = (await campaign.sections()).flatMap(({ section }) => section.members);
    for (const member of after)
      if (ill.some(({ staff }) => staff === member.staff)) expect(datesOf(member).every((date) => date > thursday)).toBe(true);
      else expect(datesOf(member)).toEqual(datesOf(all.find(({ staff }) => staff === member.staff) ?? member));
    expect(ill.length).toBeGreaterThan(15);
    expect((await campaign.members()).filter(({ status }) => status === 'atRisk')).toEqual([]);
  });

  test('nothing is left: who cannot be given a date is named with what is short, and again only when that changes', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.run();
    const { caseId, section } = await campaign.section('zeimu');
    const member = withSlotOn(section, thursday);
    const rest = [wednesday, thursday, '2027-04-16', '2027-04-19', '2027-04-20', '2027-04-21', '2027-04-22', '2027-04-23'];
    await campaign.sectionStep({ caseId }, 'cannot', { on: monday, people: [member.staff], dates: rest, atWork: true });
    await town.morning(tuesday);
    const told = (await replans(town, caseId)).at(-1);
    expect(told?.cannot).toEqual([{ staff: member.staff, reason: expect.stringMatching(/away|dates/) }]);
    const [before] = [await replans(town, caseId)];
    for (const one of (await campaign.sections()).flatMap(({ section: each }) => each.members))
      if (one.staff !== member.staff)
        await town.observe(
          ...datesOf(one)
            .map((date) => [one.staff, date] as const)
            .filter(([, date]) => date <= tuesday),
        );
    await town.morning(wednesday);
    expect((await replans(town, caseId)).slice(before.length).flatMap(({ cannot }) => cannot)).toEqual([]);
    expect((await campaign.section('zeimu')).section.members.find(({ staff }) => staff === member.staff)?.short).toBeDefined();
  });

  test('an exemption that has ended: the person is planned again', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.run();
    const { caseId, section } = await campaign.section('zeimu');
    const member = withSlotOn(section, wednesday);
    await campaign.sectionStep({ caseId }, 'exempt', {
      on: monday,
      people: [member.staff],
      exemption: { reason: 'hospital', until: thursday },
      reason: 'hospital',
      until: thursday,
    });
    await town.morning(wednesday);
    expect(byStaff((await campaign.section('zeimu')).section)[member.staff]).toEqual([]);
    await town.morning('2027-04-16');
    const [date] = byStaff((await campaign.section('zeimu')).section)[member.staff] ?? [];
    expect(date).toBeDefined();
    expect((date as string) > '2027-04-16').toBe(true);
  });

  test('a counter of which more is asked: of those who are too many on a date all but as many as may stay move, or are named', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.run();
    const { caseId, section } = await campaign.section('zeimu');
    const size = section.members.length;
    await campaign.sectionStep({ caseId }, 'object', { reason: { row: 'r', digest: 'd' } });
    await campaign.sectionStep({ caseId }, 'settleObjection', { counter: { morning: size - 1, afternoon: size - 1 } });
    await town.morning(tuesday);
    const after = (await campaign.section('zeimu')).section;
    const ahead = section.members.flatMap(datesOf).filter((date) => date > tuesday);
    expect(new Set(ahead).size).toBeLessThan(ahead.length); // More than one on some date, before.
    for (const date of new Set(ahead)) {
      const there = after.members.filter((member) => datesOf(member).includes(date));
      expect(there).toHaveLength(1);
      expect(section.members.find(({ staff }) => staff === there[0]?.staff)?.slots.map((slot) => slot.date)).toContain(date);
    }
    const [told] = await replans(town, caseId);
    expect(told?.cannot.length).toBeGreaterThan(0);
    expect(new Set(told?.cannot.map(({ reason }) => reason))).toEqual(new Set(['counter']));
  });

  test('the campaign goes on longer: the sections learn it once, and those who missed it are planned at once', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.run();
    const last = '2027-04-30';
    const { caseId, section } = await campaign.section('zeimu');
    const { staff } = withSlotOn(section, wednesday);
    await town.morning('2027-04-23'); // Nothing but today is left of it.
    const before = (await replans(town, caseId)).length;
    await campaign.step('extend', { until: last, endsAt: town.calendar.endOfDay(last) });
    await town.morning('2027-04-26');
    const after = (await campaign.section('zeimu')).section;
    expect(after).toMatchObject({ until: last, round: 1 });
    expect(after.closed).toContain('2027-04-29');
    expect((byStaff(after)[staff] ?? []).filter((date) => date > '2027-04-26' && date <= last)).toHaveLength(1);
    await town.morning('2027-04-27');
    expect((await replans(town, caseId)).length).toBe(before + 1);
  });

  test('while it is paused, or before it begins, nobody is planned', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.run();
    await campaign.step('pause', { reason: { row: 'r', digest: 'd' } });
    expect(await town.morning(thursday)).toEqual({ followed: 0, watched: 0 });
  });
});

const members = async (campaign: { sections(): Promise<readonly { section: TrialSection }[]> }): Promise<Member[]> =>
  (await campaign.sections()).flatMap(({ section }) => section.members);

test('at the satellite office: who missed a seat gets one that is free, and never one too many', async () => {
  const town = await city();
  await town.seats('hall', 12);
  const campaign = await town.campaign({ place: { form: 'satellite', office: 'hall' } });
  await campaign.run();
  await town.morning(tuesday); // Nobody was there on Monday.
  const perDate = new Map<string, number>();
  for (const date of (await members(campaign)).flatMap(datesOf)) perDate.set(date, (perDate.get(date) ?? 0) + 1);
  expect([...perDate].filter(([date, count]) => date > monday && count > 12)).toEqual([]);
  const late = (await members(campaign)).filter((member) => datesOf(member)[0] === monday);
  expect(late.filter((member) => member.slots.length === 2 || member.short === 'seats')).toEqual(late);
  expect(late.some((member) => member.slots.length === 2)).toBe(true);
});

/** Within the default pack's turnaround. */
const isSoon = (date: string, other: string): boolean => date <= other && other <= dayOn(date, 3);

describe('devices', () => {
  test('a department’s last device is lost: nothing can be done, and that is said; another comes, and they are planned', async () => {
    const town = await city({ laptops: { zeimu: 1, common: 60 } });
    const campaign = await town.campaign({
      ...lent,
      groups: [{ id: 'heads', who: { role: 'heads', departments: ['zeimu'] }, times: 1, per: 'period' }],
    });
    await campaign.run();
    const { caseId, section } = await campaign.section('zeimu');
    const [head] = section.members;
    if (!head) throw new Error('zeimu has no head');
    await town.ledger.changeDevice({ assetTag: 'zeimu-1', version: 1 }, { act: 'miss' }, 'system');
    await town.settle();
    await town.morning(datesOf(head)[0] === monday ? tuesday : monday);
    const told = (await replans(town, caseId)).at(-1);
    expect(told).toMatchObject({ moves: [], cannot: [{ staff: head.staff, reason: 'device' }] });
    await town.device('zeimu', 2);
    await town.settle();
    await town.morning(wednesday);
    const after = (await campaign.section('zeimu')).section.members[0];
    expect(after?.short).toBeUndefined();
    expect(after?.slots.filter(({ date }) => date > tuesday)).toHaveLength(1);
  });

  test('a pool is recalled in the first week: people are moved to what is left of it; who has a slot has a device, who has none is named', async () => {
    const town = await city({ laptops: { common: 60 } });
    const campaign = await town.campaign(lent);
    await campaign.run();
    for (let nth = 1; nth <= 45; nth += 1) {
      const version = (await town.ledger.device(`common-${nth}`))?.version ?? 0;
      await town.ledger.changeDevice({ assetTag: `common-${nth}`, version }, { act: 'returnLease' }, 'system');
    }
    await town.settle();
    const before = await members(campaign);
    await town.morning(monday);
    const fresh = (await members(campaign)).flatMap(({ staff, slots }) =>
      slots.filter(({ date }) => !before.find((one) => one.staff === staff)?.slots.some((slot) => slot.date === date)),
    );
    expect(fresh.length).toBeGreaterThan(0);
    const clashes = fresh.filter((one) =>
      fresh.some((other) => other !== one && other.device === one.device && isSoon(one.date, other.date)),
    );
    expect(clashes).toEqual([]); // Sections that are planned one after the other know of each other.
    await town.morning(tuesday);
    const promised = await town.sql<{ tag: string }>('select asset_tag as tag from reservations');
    expect(promised.filter(({ tag }) => Number(tag.split('-')[1]) <= 45)).toEqual([]);
    const queue = await town.ledger.list({ procedure: 'device-loan', capacities: ['it'], status: 'approved', limit: 200 });
    const after = await members(campaign);
    const short = after.filter((member) => member.short !== undefined);
    expect(queue.items.filter(({ staff }) => !short.some((member) => member.staff === staff))).toEqual([]);
    expect(short.every((member) => member.short === 'device')).toBe(true);
    const moved = after.filter(
      (member) =>
        datesOf(member).join() !==
        before
          .find(({ staff }) => staff === member.staff)
          ?.slots.map(({ date }) => date)
          .join(),
    );
    expect(moved.length).toBeGreaterThan(10);
    expect(short.length).toBeGreaterThan(0);
    expect(await town.morning(tuesday)).toEqual({ followed: 0, watched: 0 });
  });

  test('a device that is still out with the section itself is nobody’s until it is back', async () => {
    const town = await city({ laptops: { zeimu: 1 } });
    const campaign = await town.campaign({
      ...lent,
      groups: [{ id: 'heads', who: { role: 'heads', departments: ['zeimu'] }, times: 1, per: 'period' }],
    });
    await campaign.run();
    const { caseId, section } = await campaign.section('zeimu');
    const [loan] = (await town.ledger.casesWithin({ procedure: 'device-loan', within: [caseId], limit: 9 })).items;
    const [date] = section.members.flatMap(datesOf);
    if (!loan || !date) throw new Error('nothing is lent');
    const place = { procedure: 'device-loan', caseId: loan.caseId } as const;
    await town.enter(place, {
      name: 'prepare',
      input: { by: '9', as: 'it', assetTag: 'zeimu-1', fingerprintEnrolled: true, accessories: [] } as never,
      key: 'p',
    });
    await town.enter(place, { name: 'handOver', input: { by: '9', as: 'it' }, key: 'h' });
    const later = ['2027-04-16', '2027-04-19', '2027-04-20', '2027-04-21', '2027-04-22', '2027-04-23'];
    await campaign.sectionStep({ caseId }, 'cannot', {
      on: monday,
      people: section.members.map(({ staff }) => staff),
      dates: later,
      atWork: true,
    });
    await town.morning(tuesday);
    const [head] = (await campaign.section('zeimu')).section.members;
    expect({ date, slots: head?.slots.length, short: head?.short !== undefined }).toEqual({ date: monday, slots: 1, short: true });
  });
});
