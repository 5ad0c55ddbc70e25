import { beforeAll, describe, expect, it } from 'vitest';
import { createPlanner } from '../../activities/planner/planner.js';
import type { Planner } from '../../activities/planner/port.js';
import type { Person } from '../../activities/trials/census.js';
import { drawUp, type Situation } from '../../activities/trials/rotation.js';
import { trialRules } from '../../activities/trials/targets.js';
import { municipalCalendar } from '../../config/calendar.js';
import { loadPack, loanPolicy, trialDraft } from '../../config/policy/pack.js';
import type { Draft } from '../../workflows/trial-campaign/contract.js';
import { refuseDraft } from '../../workflows/trial-campaign/rules.js';
import type { PlannedMember } from '../../workflows/trial-section/contract.js';

const calendar = municipalCalendar();
const date = '2027-04-01';
let planner: Planner;
beforeAll(async () => {
  planner = await createPlanner();
});

const person = (staff: string, over: Partial<Person> = {}): Person => ({
  staff,
  employment: 'regular',
  occupation: 'clerical',
  heads: [],
  promotes: false,
  registration: { forms: ['home', 'mobile', 'satellite'] },
  absent: [],
  waited: 100,
  ...over,
});
const people = (count: number, first = 4001): Person[] => Array.from({ length: count }, (_, nth) => person(`${first + nth}`));
const laptops = (pool: string, count: number): Situation['devices'] =>
  Array.from({ length: count }, (_, nth) => ({ assetTag: `${pool}-${nth + 1}`, pool, busy: [] }));

/** A municipality as its pack is read from its file, and the plan that comes of its proposal. */
function town(name: string) {
  const pack = loadPack(name);
  const proposal = trialDraft(pack);
  const draftOf = (over: Partial<Draft> = {}): Draft => {
    const from = over.from ?? '2027-04-12';
    return { ...proposal.draft, from, until: calendar.addBusinessDays(from, proposal.days - 1), counters: [], ...over };
  };
  return {
    pack,
    proposal,
    draftOf,
    async plan(over: Partial<Draft>, situation: Partial<Situation> & Pick<Situation, 'sections'>) {
      const draft = draftOf(over);
      expect(refuseDraft(draft, date)).toBeUndefined();
      const known = { date, furthest: draft.until, devices: [], rules: trialRules(pack), loan: loanPolicy(pack) };
      const plan = await drawUp(planner, 'campaign', {
        ...known,
        draft,
        isBusinessDay: (day: string) => calendar.isBusinessDay(day),
        ...situation,
      });
      const members = plan.sections.flatMap((section) => section.members);
      return { ...plan, draft, members, of: (staff: string) => members.find((one) => one.staff === staff) };
    },
  };
}
const dates = (member: PlannedMember | undefined): readonly string[] => member?.slots.map((slot) => slot.date) ?? [];

describe('長与町', () => {
  const { proposal, plan } = town('nagayo');
  it('003:501 one section has two weeks, the whole section in rotation, better two or three times; its 56 devices (003:390) are lent, its counter stays staffed (003:208)', async () => {
    expect(proposal).toMatchObject({
      days: 10,
      draft: { groups: [{ times: 2, per: 'period' }], devices: { source: 'pool', kind: 'laptop' } },
    });
    const counters = [{ department: 'zeimu', morning: 6, afternoon: 6 }];
    const { header, members, draft, sections } = await plan(
      { counters },
      { sections: [{ department: 'zeimu', people: people(9) }], devices: laptops('common', 56) },
    );
    expect([draft.from, draft.until]).toEqual(['2027-04-12', '2027-04-23']);
    expect(header).toMatchObject({ feasible: true, members: 9 });
    for (const one of members) expect(one.slots).toHaveLength(2);
    const all = members.flatMap(dates);
    for (const day of new Set(all)) expect(all.filter((other) => other === day).length).toBeLessThanOrEqual(3);
    expect(sections[0]?.loan).toMatchObject({ kind: 'laptop', pools: ['common'] });
  });
});

describe('朝日村', () => {
  const { pack, proposal, plan } = town('asahi');
  it('003:321, 003:333 everybody at least once in the first year, with three devices in each department; routers are lent too (003:332)', async () => {
    expect(proposal.draft.groups).toEqual([{ id: 'everybody', who: {}, times: 1, per: 'period' }]);
    expect(pack.values.deviceLoan.kinds).toContain('wifiRouter');
    const sections = [
      { department: 'soumu', people: people(7, 4001) },
      { department: 'kensetsu', people: people(6, 4101) },
    ];
    const devices = [...laptops('soumu', 3), ...laptops('kensetsu', 3)];
    const { header, draft, sections: planned } = await plan({}, { sections, devices });
    expect(draft.until > '2028-03-01' && draft.until <= '2028-04-30').toBe(true);
    expect(header).toMatchObject({ feasible: true, members: 13 });
    expect(planned.map(({ loan }) => loan?.pools)).toEqual([['kensetsu'], ['soumu']]);
    for (const { members, department } of planned)
      for (const one of members) expect(one.slots).toMatchObject([{ device: expect.stringMatching(`^${department}-[123]$`) }]);
  });
});

describe('登別市', () => {
  const { proposal, plan } = town('noboribetsu');
  it('003:617 everybody once at the satellite office, on its seats; 003:561 regular staff without fire fighters and nursery teachers; 003:562 on private devices', async () => {
    expect(proposal).toMatchObject({ place: 'satellite', draft: { devices: { source: 'private' } } });
    const section = [
      ...people(8),
      person('4101', { occupation: 'fireFighter' }),
      person('4102', { occupation: 'nurseryTeacher' }),
      person('4103', { employment: 'fiscalYearAppointee' }),
      person('4104', { registration: { forms: ['home'] } }),
    ];
    const { draft } = await plan({}, { sections: [{ department: 'toshi', people: section }] });
    const seats = ['2027-04-12', '2027-04-13', '2027-04-14', '2027-04-15'].map((day) => ({ date: day, seats: 2 }));
    const place = { form: 'satellite', office: 'en' } as const;
    const { header, members, of } = await plan({ place }, { sections: [{ department: 'toshi', people: section }], seats });
    expect(draft.excluded).toMatchObject({ occupations: ['fireFighter', 'nurseryTeacher'] });
    expect(members.map(({ staff }) => staff)).toEqual(['4001', '4002', '4003', '4004', '4005', '4006', '4007', '4008', '4104']);
    expect(header).toMatchObject({ feasible: true, notPossible: 1 });
    expect(of('4104')?.notPossible).toBe('formNotRegistered');
    const all = members.flatMap(dates).sort();
    expect(all).toEqual(seats.flatMap(({ date: day }) => [day, day]));
  });
});

describe('箕輪町', () => {
  const { plan } = town('minowa');
  it('003:239, 003:263 regular staff take their own device from the desk, the others are lent a tablet', async () => {
    const section = [...people(4), person('4101', { employment: 'partTime' }), person('4102', { employment: 'fiscalYearAppointee' })];
    const { header, of, sections } = await plan(
      {},
      { sections: [{ department: 'kikaku', people: section }], devices: laptops('common', 1) },
    );
    expect(header).toMatchObject({ feasible: true, members: 6 });
    expect(sections[0]?.loan).toMatchObject({ kind: 'tablet' });
    expect(of('4001')).toMatchObject({ ownDevice: true, slots: [{ part: 'day' }] });
    expect(of('4001')?.slots[0]).not.toHaveProperty('device');
    const borrowed = ['4101', '4102'].map((staff) => of(staff));
    for (const one of borrowed) expect(one).toMatchObject({ slots: [{ device: 'common-1' }] });
    expect(dates(borrowed[0])).not.toEqual(dates(borrowed[1]));
  });
});

describe('総務省', () => {
  const { proposal, plan } = town('soumu');
  const section = [
    person('4001', { heads: ['jouhou'] }),
    person('4002', { registration: { reason: 'care', forms: ['home'] } }),
    person('4003'),
    person('4004'),
  ];
  const sections = [{ department: 'jouhou', people: section }];

  it('004:155-156 managers twice a year, who has small children or somebody to care for once a month, the others once a week', async () => {
    expect(proposal.draft.groups.map(({ times, per }) => `${times} ${per}`)).toEqual(['2 period', '1 month', '1 week']);
    const over = { from: '2027-06-01', until: '2027-07-30', devices: { source: 'ownDesk' as const } };
    const { header, of } = await plan(over, { sections });
    expect(header.feasible).toBe(true);
    expect([of('4001'), of('4002'), of('4003')].map((one) => one?.group)).toEqual(['managers', 'families', 'others']);
    expect(of('4001')?.slots).toHaveLength(2);
    expect(dates(of('4002')).map((day) => day.slice(0, 7))).toEqual(['2027-06', '2027-07']);
    expect(of('4003')?.slots).toHaveLength(9); // So many weeks begin or end in these two months.
  });

  it('004:162 テレワークウィーク: as many as possible in one week of July', async () => {
    const groups = [{ id: 'everybody', who: {}, times: 1, per: 'week' as const }];
    const { members } = await plan({ from: '2027-07-05', until: '2027-07-09', groups, devices: { source: 'ownDesk' } }, { sections });
    for (const one of members) expect(dates(one)).toEqual([expect.stringMatching(/^2027-07-0[5-9]$/)]);
  });
});

describe('サントリー', () => {
  const { proposal, plan } = town('suntory');
  it('004:575 the managers’ trial is compulsory, and comes first', async () => {
    expect(proposal.draft.groups[0]).toMatchObject({ who: { role: 'heads' }, first: true });
    const section = [...people(4), person('4101', { heads: ['eigyou'] })];
    const { of, members } = await plan({}, { sections: [{ department: 'eigyou', people: section }], devices: laptops('common', 1) });
    const [first] = members.flatMap(dates).sort();
    expect(dates(of('4101'))).toEqual([first]);
  });
});

describe('小山市, and whoever has not thought about it', () => {
  const { proposal, draftOf } = town('oyama');
  it('003:196 everybody once; who may not register (004:636-638) is no target', () => {
    expect(proposal.draft.groups).toEqual([{ id: 'everybody', who: {}, times: 1, per: 'period' }]);
    expect(draftOf().excluded.employment).toEqual(['conditional', 'temporary', 'partTime', 'fiscalYearAppointee', 'specialPost']);
  });
});
