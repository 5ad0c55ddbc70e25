import { expect, it } from 'vitest';
import type { RosterMember } from '../../activities/ledger/port.js';
import { dayOn } from '../../workflows/shared/dates.js';
import type { MemberStatus } from '../../workflows/trial-section/contract.js';
import { dice } from './chance.js';
import { untilThere } from './loan.js';
import { town } from './town.js';
import { campaign, day, days, first, isSound, last, member, section, standing, tally } from './trial.js';

const weeks = [
  { from: first, until: '2027-04-18', times: 1 },
  { from: '2027-04-19', until: last, times: 1 },
];
const twice = [{ from: first, until: last, times: 2 }];

/** How somebody stands, told from the beginning: what the database must say whatever has happened. */
function told({ duties, slots, recorded, exemptUntil, notPossible }: RosterMember, seen: ReadonlySet<string>, asOf: string): MemberStatus {
  const within = (dates: readonly string[], { from, until }: { from: string; until: string }) =>
    dates.filter((date) => from <= date && date <= until).length;
  const ahead = slots.map(({ date }) => date).filter((date) => date >= asOf && !seen.has(date));
  if (duties.every((duty) => within([...seen], duty) >= duty.times)) return 'done';
  if (recorded) return 'recordedByHr';
  if (exemptUntil !== undefined && exemptUntil >= asOf) return 'exempt';
  if (notPossible !== undefined) return 'notPossible';
  return duties.every((duty) => within([...seen, ...ahead], duty) >= duty.times) ? 'planned' : 'atRisk';
}

it.each([1, 2, 3, 4])(
  'whatever happens to them at once, members stand as told from the beginning (%i)',
  { timeout: 120_000 },
  async (seed) => {
    const t = await town({ connections: 12 });
    const below = dice(seed);
    const some = <One>(of: readonly One[]) => of[below(of.length)] as One;
    await campaign(t);
    const people = Array.from({ length: 24 }, (_, index) => `${100 + index}`);
    const sections = ['tax', 'welfare', 'civil'].map((department, index) => ({
      ...section(t, `S${index}`, { department }),
      members: new Map<string, RosterMember>(people.filter((_, place) => place % 3 === index).map((staff) => [staff, member(staff)])),
    }));
    type Section = (typeof sections)[number];
    const say = ({ members, has }: Section) => has([...members.values()]);
    await Promise.all(sections.map(say));

    const seen = new Map(people.map((staff) => [staff, new Set<string>()]));
    let asOf = '2027-04-05';

    /** Somebody of the section is planned, exempt or recorded anew. */
    const change = ({ members }: Section) => {
      const staff = some([...members.keys()]);
      if (staff === undefined) return;
      const slots = days.filter(() => below(5) === 0).map((date) => ({ date, part: 'day' as const }));
      members.set(
        staff,
        member(staff, {
          group: some(['managers', 'others']),
          duties: below(2) ? weeks : twice,
          slots,
          ...(below(5) === 0 && { exemptUntil: some(days) }),
          ...(below(8) === 0 && { recorded: true }),
          ...(below(8) === 0 && { notPossible: 'noRegistration' }),
        }),
      );
    };
    /** Somebody moves from one section to another, which hears of it before the first does, or after. */
    const transfer = async (from: Section, to: Section) => {
      const staff = some([...from.members.keys()]);
      const mover = staff === undefined ? undefined : from.members.get(staff);
      if (!mover || from === to) return;
      const join = async () => {
        to.members.set(mover.staff, mover);
        await say(to);
      };
      if (below(2)) await join();
      from.members.delete(mover.staff);
      await say(from);
      if (!to.members.has(mover.staff)) await join();
    };
    const work = async (staff: string, date: string) => {
      if (seen.get(staff)?.has(date)) return;
      await day(t, staff, date, 'started');
      await day(t, staff, date, 'ended');
      seen.get(staff)?.add(date);
    };
    const bring = async () => {
      const rows = people
        .filter(() => below(4) === 0)
        .map((staff) => ({ staff, date: some(days.filter((date) => date <= asOf)) ?? '2027-04-01' }));
      const file = `staff_number,date\n${rows.map(({ staff, date }) => `${staff},${date}\n`).join('')}`;
      await untilThere(() => t.ledger.importObserved(file, { by: '9' }));
      for (const { staff, date } of rows) seen.get(staff)?.add(date);
    };

    const watch = (date: string) => untilThere(() => t.ledger.watchTrial('C', date));

    for (let turn = 0; turn < 12; turn += 1) {
      for (const one of sections) change(one);
      const workers = people.filter(() => below(3) === 0);
      await Promise.all([...sections.map(say), ...workers.map((staff) => work(staff, some(days))), bring(), watch(asOf)]);
      await Promise.all([transfer(some(sections), some(sections)), ...workers.map((staff) => work(staff, some(days))), bring()]);
      asOf = dayOn(asOf, 1 + below(2));
      t.clock.set(`${asOf}T00:00:00.000Z`);
      await Promise.all([watch(asOf), ...people.slice(0, 8).map((staff) => work(staff, some(days)))]);
    }

    const expected = sections.flatMap(({ members }) =>
      [...members.values()].map((one) => [one.staff, told(one, seen.get(one.staff) ?? new Set(), asOf)] as const),
    );
    expect(expected).toHaveLength(people.length);
    expect(await standing(t)).toEqual(Object.fromEntries(expected));
    const count = (status: MemberStatus) => expected.filter(([, one]) => one === status).length;
    const statuses = ['done', 'recordedByHr', 'exempt', 'notPossible', 'planned', 'atRisk'] as const;
    expect(await t.ledger.campaignTotal('C')).toEqual(tally(Object.fromEntries(statuses.map((status) => [status, count(status)]))));
    await isSound(t);
  },
);

it('500 days end at once while their sections move and the morning watches: nobody waits for somebody who waits for them', {
  timeout: 120_000,
}, async () => {
  const t = await town({ connections: 16 });
  await Promise.all([campaign(t), campaign(t, 'D')]);
  const people = Array.from({ length: 250 }, (_, index) => `${1000 + index}`);
  const sections = Array.from({ length: 10 }, (_, index) => {
    const members = people.filter((_, place) => place % 10 === index).map((staff) => member(staff, { duties: twice, slots: [] }));
    const both = ['C', 'D'].map((of) => section(t, `${of}${index}`, { of, department: `d${index}` }));
    return { members, both };
  });
  const sayAll = () => sections.flatMap(({ members, both }) => both.map((one) => one.has(members.map((each) => ({ ...each })))));
  await Promise.all(sayAll());
  await Promise.all(people.map((staff) => day(t, staff, first, 'started')));
  const rows = people.map((staff) => `${staff},2027-04-05\n`).join('');
  await Promise.all([
    ...people.map((staff) => day(t, staff, first, 'ended')),
    ...sections.flatMap(({ members, both }) => both.map((one) => one.has(members.map((each) => ({ ...each, group: 'moved' }))))),
    ...['C', 'D'].map((of) => untilThere(() => t.ledger.watchTrial(of, first))),
    untilThere(() => t.ledger.importObserved(`staff_number,date\n${rows}`, { by: '9' })),
    ...people.map((staff) => day(t, staff, days[3] ?? '', 'ended')),
  ]);
  for (const of of ['C', 'D']) expect(await t.ledger.campaignTotal(of)).toEqual(tally({ done: 250 }));
  await isSound(t);
});
