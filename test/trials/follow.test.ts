import { describe, expect, test, vi } from 'vitest';
import { city, lent } from './city.js';

const [monday, tuesday, wednesday] = ['2027-04-12', '2027-04-13', '2027-04-14'];

/** A running campaign, and somebody of the tax section whose slot is still to come. */
async function running(over: Parameters<typeof city>[0] = {}, draft: Parameters<Awaited<ReturnType<typeof city>>['campaign']>[0] = {}) {
  const town = await city(over);
  const campaign = await town.campaign(draft);
  await campaign.run();
  const { section } = await campaign.section('zeimu');
  const member = section.members.find(({ slots, head }) => !head && slots.some(({ date }) => date > wednesday));
  if (!member) throw new Error('nobody has a slot to come');
  const sectionOf = async (staff: string) =>
    (await campaign.sections()).flatMap((one) =>
      one.section.members.some((other) => other.staff === staff) ? [one.section.department] : [],
    );
  return { town, campaign, member, staff: member.staff, sectionOf };
}

vi.setConfig({ testTimeout: 120_000 }); // A town of a hundred, each time.

describe('the sections follow the directory', () => {
  test('who moves to another department goes on there: what they have done counts, their slot is another, and nobody stands in two', async () => {
    const { town, campaign, staff, sectionOf } = await running({}, { groups: [{ id: 'twice', who: {}, times: 2, per: 'period' }] });
    await town.observe([staff, monday]);
    await town.directoryHas.moved(staff, 'shimin');
    expect(await town.morning(tuesday)).toMatchObject({ followed: 2 });
    expect(await sectionOf(staff)).toEqual(['shimin']);
    await town.morning(wednesday);
    const [row] = (await town.ledger.trialMembers({ campaign: campaign.caseId, staff, limit: 9 })).items;
    expect(row).toMatchObject({ department: 'shimin', status: 'planned', needed: 2, done: 1, observed: [monday] });
    expect(row?.slots).toHaveLength(1);
    expect(await town.morning('2027-04-15')).toMatchObject({ followed: 0 });
  });

  test('a device that was promised for the old slot is free again', async () => {
    const { town, staff, member } = await running({ laptops: { common: 60 } }, lent);
    const loansOf = async () => (await town.ledger.openCasesOf({ procedure: 'device-loan', staff })).map(({ state }) => state);
    expect(await loansOf()).toMatchObject([{ status: 'reserved', device: { assetTag: member.slots[0]?.device } }]);
    await town.directoryHas.disabled(staff);
    await town.morning(tuesday);
    expect(await loansOf()).toEqual([]);
  });

  test('a move to a department without a section, or to none: they stay where they are', async () => {
    const { town, staff, sectionOf } = await running(
      {},
      { groups: [{ id: 'tax', who: { departments: ['zeimu'] }, times: 1, per: 'period' }] },
    );
    await town.directoryHas.moved(staff, 'shimin');
    expect(await town.morning(tuesday)).toMatchObject({ followed: 0 });
    expect(await sectionOf(staff)).toEqual(['zeimu']);
    await town.directoryHas.moved(staff, 'nowhere');
    expect(await town.morning(wednesday)).toMatchObject({ followed: 0 });
  });

  test('who is disabled has left, unless on leave; who comes back joins', async () => {
    const { town, staff, sectionOf } = await running();
    await town.directoryHas.disabled(staff);
    await town.absences([staff, monday, tuesday]);
    expect(await town.morning(tuesday)).toMatchObject({ followed: 0 });
    expect(await town.morning(wednesday)).toMatchObject({ followed: 1 });
    expect(await sectionOf(staff)).toEqual([]);
    await town.directoryHas.enabled(staff);
    expect(await town.morning('2027-04-15')).toMatchObject({ followed: 1 });
    expect(await sectionOf(staff)).toEqual(['zeimu']);
  });

  test('a section dissolved by a transfer: all of its people are in the others the next morning', async () => {
    const { town, campaign } = await running();
    const { section } = await campaign.section('zeimu');
    const before = (await campaign.members()).length;
    for (const { staff } of section.members) await town.directoryHas.moved(staff, 'shimin');
    expect(await town.morning(tuesday)).toMatchObject({ followed: 2 * section.members.length });
    expect((await campaign.section('zeimu')).section.members).toEqual([]);
    const rows = await campaign.members();
    expect(rows).toHaveLength(before);
    expect(rows.filter(({ department }) => department === 'zeimu')).toEqual([]);
    await town.morning(wednesday);
    expect((await campaign.members()).filter(({ status }) => status === 'atRisk')).toEqual([]);
  });

  test('a swap offered to somebody who leaves is over with them', async () => {
    const { town, campaign, member } = await running();
    const { caseId, section } = await campaign.section('zeimu');
    const other = section.members.find(({ staff, slots }) => staff !== member.staff && slots.some(({ date }) => date > wednesday));
    const [mine, theirs] = [other?.slots[0]?.date, member.slots[0]?.date];
    await campaign.sectionStep({ caseId }, 'askSwap', { on: monday, mine, with: member.staff, theirs }, other?.staff);
    expect((await campaign.section('zeimu')).section.swaps).toHaveLength(1);
    await town.directoryHas.disabled(member.staff);
    await town.morning(tuesday);
    expect((await campaign.section('zeimu')).section.swaps).toEqual([]);
  });

  test('the morning is killed and begun again: everybody moves once', async () => {
    const { town, campaign, staff } = await running();
    await town.directoryHas.moved(staff, 'shimin');
    town.clock.set(`${tuesday}T00:00:00.000Z`);
    expect(await town.follow(tuesday)).toBe(2);
    expect(await town.follow(tuesday)).toBe(2);
    await town.settle();
    expect(await town.follow(tuesday)).toBe(0);
    const { caseId } = await campaign.section('zeimu');
    const [event] = (await town.ledger.events(caseId)).slice(-1).map((row) => row.event);
    await town.ledger.leaveNews(caseId, { key: '', input: { by: 'system' }, name: 'leave', ...event }); // From a process that did not know that it was written down.
    expect(await town.ledger.withNews()).toEqual([]);
    const moves = async (department: string) => {
      const { caseId } = await campaign.section(department);
      return (await town.ledger.events(caseId)).map(({ event }) => event.name);
    };
    expect(await moves('zeimu')).toEqual(['openSection', 'leave']);
    expect(await moves('shimin')).toEqual(['openSection', 'join']);
    const keys = await town.sql<{ key: string }>('select key from events where key is not null');
    expect(keys.filter(({ key }) => key.includes(staff))).toEqual([]);
  });

  test('whoever could not take part without a registration joins when there is one, and no longer when it has ended', async () => {
    const town = await city({ registration: true });
    const campaign = await town.campaign();
    await campaign.plan();
    expect((await campaign.state()).planned).toMatchObject({ placed: 0 });
    await campaign.open();
    const { borrower: staff } = town.sample.accounts;
    const status = async () => (await town.ledger.trialMembers({ campaign: campaign.caseId, staff, limit: 9 })).items[0]?.status;
    expect(await status()).toBe('notPossible');
    await town.registered(staff);
    expect(await town.morning(tuesday)).toMatchObject({ followed: 2 });
    await town.morning(wednesday);
    expect(await status()).toBe('planned');
    await town.unregistered(staff);
    expect(await town.morning('2027-04-15')).toMatchObject({ followed: 2 });
    expect(await status()).toBe('notPossible');
  });

  test('nobody is followed before it is announced, or when it is over', async () => {
    const town = await city();
    const campaign = await town.campaign();
    await campaign.plan();
    await town.directoryHas.moved(town.sample.accounts.borrower, 'shimin');
    expect(await town.morning(tuesday)).toEqual({ followed: 0, watched: 0 });
  });
});
