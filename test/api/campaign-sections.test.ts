import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayOn } from '../../workflows/shared/dates.js';
import { ApiTown } from './town.js';
import { codes, type Person, patience, plainMonday, trialDesk } from './trial-desk.js';

/** The town's date at the beginning, and the first of the two weeks of the campaigns. */
const now = plainMonday();
const from = dayOn(now, 7);
const dateIn = (week: 1 | 2, day: 0 | 1 | 2 | 3 | 4) => dayOn(from, 7 * (week - 1) + day);
const [tuesday, wednesday, thursday, until] = [dateIn(1, 1), dateIn(1, 2), dateIn(1, 3), dateIn(2, 4)];

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open({ pack: 'tours/nagayo-trial.yaml', freshMs: 0 }); // The directory is asked each time, as after a minute.
  await to(now, '07:00');
}, 120_000);
afterAll(() => town?.close());

const { get, post, step, sectionStep, statusOf, membersOf, to, planned, isOpen } = trialDesk(() => town);

/** Announces a campaign for these departments, everybody once; answers its id. */
async function announced(departments: readonly string[], over: object): Promise<string> {
  const { hr } = town.accounts;
  const groups = [{ id: 'once', who: { departments }, times: 1, per: 'period' }];
  const filed = await post(hr, '/campaigns', { draft: { from, unit: 'day', groups, counters: [], ...over } });
  expect([filed.status, filed.body.errors]).toEqual([201, undefined]);
  const { id } = filed.body;
  expect(await planned(id)).toMatchObject({ feasible: true, notPossible: 0 });
  expect(await step(hr, id, 'announce')).toMatchObject({ status: 200 });
  await isOpen(id, departments.length);
  return id;
}

const numberOf = ({ staff }: Person) => staff.staffNumber;
const slotsOf = async (id: string) =>
  Object.fromEntries((await membersOf(id)).map((one) => [numberOf(one), one.slots.map(({ date }) => date)]));
const stateOf = async (section: string) => (await get(town.accounts.hr, `/campaign-sections/${section}`)).state;
const eventsOf = async (section: string, name: string) => (await town.ledger.events(section)).filter(({ event }) => event.name === name);
const morning = async (date: string) => {
  await to(date, '07:00');
  await town.morning(date);
};
/** As many as wanted, of whom nobody has been named before. */
const taking = (people: readonly string[]) => {
  const left = [...people];
  return (): string => left.shift() ?? expect.fail('nobody is left');
};

interface Held {
  staff: { staffNumber: string };
  absent: string[];
  slots: { date: string; part: string }[];
  exemption?: { until: string };
}
/** Dates ahead on which fewer people than the counter asks for would be at the office. */
const understaffed = async (section: string, after: string): Promise<string[]> => {
  const { members, counter, others } = await stateOf(section);
  const dates = new Set<string>(members.flatMap(({ slots }: Held) => slots.map(({ date }) => date)));
  return [...dates].filter((date) => {
    const there = members.filter(({ absent, slots }: Held) => !absent.includes(date) && !slots.some((slot) => slot.date === date));
    return date > after && there.length + others.length < counter.morning;
  });
};

/** The campaign whose slots have loans. */
let borrowing = '';

describe('a section that borrows its devices', () => {
  let section = '';
  let [early, late] = [taking([]), taking([])];
  let dates: string[] = [];
  const reserved = async () =>
    (await get(town.accounts.hr, `/campaigns/${borrowing}/loans`)).items.find((one: { status: string }) => one.status === 'reserved')
      ?.count;
  const ask = (by: string, partner: string, key?: string) =>
    sectionStep(by, section, 'askSwap', { mine: dates[0], with: partner, theirs: dates[1] }, key);
  const open = async () => (await stateOf(section)).swaps;

  test('opens with two dates at least', async () => {
    const { head, promoter } = town.accounts;
    await town.devices('common', ...Array.from({ length: 10 }, (_, at) => `PC-${at}`));
    const counters = [{ department: 'zeimu', morning: 10, afternoon: 10 }];
    borrowing = await announced(['zeimu'], { until: dateIn(1, 4), devices: { source: 'pool', kind: 'laptop' }, counters });
    const members = (await membersOf(borrowing)).filter((one) => ![head, promoter].includes(numberOf(one)));
    section = members[0]?.section ?? '';
    const on = (date = '') => members.filter(({ slots }) => slots[0]?.date === date).map(numberOf);
    dates = [...new Set(members.map(({ slots }) => slots[0]?.date ?? ''))].sort((one, other) => on(other).length - on(one).length);
    [early, late] = [taking(on(dates[0])), taking(on(dates[1]))];
    await expect.poll(reserved, patience).toBe(20);
  });

  test('two swaps for one slot in the same moment: one is asked, the other refused; two answers: one counts', async () => {
    const { promoter } = town.accounts;
    const [one, other, wanted] = [early(), early(), late()];
    const before = await slotsOf(borrowing);
    const asked = await Promise.all([ask(one, wanted), ask(other, wanted)]);
    expect(asked.map(({ status }) => status).sort()).toEqual([200, 422]);
    expect(asked.flatMap((answered) => codes(answered) ?? [])).toEqual(['slotInSwap theirs']);
    const [swap] = await open();
    const winner = asked[0]?.status === 200 ? one : other;
    expect([await open(), await slotsOf(borrowing)]).toEqual([[{ ...swap, by: expect.objectContaining({ staffNumber: winner }) }], before]);

    const answered = await Promise.all([
      sectionStep(wanted, section, 'answerSwap', { swap: swap.id, agreed: true }),
      sectionStep(promoter, section, 'answerSwap', { swap: swap.id, agreed: false }),
    ]);
    expect(answered.map(({ status }) => status).filter((status) => status !== 200)).toHaveLength(1);
    const agreed = answered[0]?.status === 200;
    expect(await slotsOf(borrowing)).toEqual(agreed ? { ...before, [winner]: before[wanted], [wanted]: before[winner] } : before);
    expect(await open()).toEqual([]);
    await expect.poll(reserved, patience).toBe(20);
  });

  test('a repeat acts once; a promoter answers a swap, and nobody whom it was not asked', async () => {
    const { promoter } = town.accounts;
    const [by, partner, third, key] = [early(), late(), late(), randomUUID()];
    const before = await slotsOf(borrowing);
    const twice = await Promise.all([ask(by, partner, key), ask(by, partner, key)]);
    expect([...twice, await ask(by, partner, key)].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await ask(by, third, key)).toMatchObject({ status: 422, body: { type: '/problems/keyReused' } });
    const [{ id: swap }, ...more] = await open();
    expect(more).toEqual([]);

    const agree = (who: string) => sectionStep(who, section, 'answerSwap', { swap, agreed: true });
    expect((await agree(third)).status).toBe(403);
    expect((await agree(by)).status).toBe(403);
    expect((await agree(promoter)).status).toBe(200);
    expect(await slotsOf(borrowing)).toEqual({ ...before, [by]: before[partner], [partner]: before[by] });
    expect(await agree(partner)).toMatchObject({ status: 409 });
    const { items: mine } = await get(by, '/me/trials');
    expect(mine).toMatchObject([{ slots: [{ date: dates[1] }] }]);
    await expect.poll(reserved, patience).toBe(20);
  });

  test('nobody says for a colleague that they cannot, or when they can', async () => {
    const [by, colleague] = [early(), early()];
    const cannot = (people: string[]) => sectionStep(by, section, 'cannot', { people, dates: [dates[0]], atWork: true });
    expect(codes(await cannot([by, colleague]))).toEqual(['onlyOneself people']);
    const move = await sectionStep(by, section, 'move', { staff: colleague, from: dates[0], to: { date: dates[1], part: 'day' } });
    expect(codes(move)).toEqual(['onlyOneself staff']);
    expect((await slotsOf(borrowing))[colleague]).toEqual([dates[0]]);
    expect((await cannot([by])).status).toBe(200);
    expect((await slotsOf(borrowing))[by]).toEqual([]);
    await expect.poll(reserved, patience).toBe(19);
  });

  test('who leaves before they answer takes the swap with them, and who has asked is told', async () => {
    const [by, leaver] = [early(), late()];
    expect((await ask(by, leaver)).status).toBe(200);
    const [{ id: swap }] = await open();
    await town.disable(leaver);
    await to(dayOn(now, 1), '07:00');
    const answered = await town.send(undefined, 'POST', '/sessions', { body: { staffNumber: leaver, password: town.accounts.password } });
    expect(answered.status).toBe(401);
    await town.morning(dayOn(now, 1));
    await expect.poll(open, patience).toEqual([]);
    expect((await town.ledger.mailsOf(section)).filter(({ template }) => template === 'trialSwapLapsed')).toMatchObject([
      { to: `staff:${by}` },
    ]);
    expect((await membersOf(borrowing)).map(numberOf)).not.toContain(leaver);
    expect((await slotsOf(borrowing))[by]).toEqual([dates[0]]);
    expect(codes(await ask(by, leaver))).toEqual(['notMember with']);
    expect((await sectionStep(town.accounts.promoter, section, 'answerSwap', { swap, agreed: true })).status).toBe(409);
    await expect.poll(reserved, patience).toBe(18);
  });

  test('who moves to a department without a section stays, and HR sees where they are now', async () => {
    const mover = late();
    await town.amend(`uid=${mover},ou=people,${town.sample.baseDn}`, { departmentNumber: ['hoken', 'zeimu'] });
    await morning(dayOn(now, 2));
    const moved = (await membersOf(borrowing)).flatMap((one) => (one.movedTo ? [[numberOf(one), one.department, one.movedTo]] : []));
    expect(moved).toEqual([[mover, 'zeimu', 'hoken']]);
  });
});

describe('two sections with devices of their own', () => {
  const sizeOf = (department: string) =>
    town.sample.entries.filter(
      ({ dn, attributes }) => attributes.departmentNumber?.[0] === department && !dn.startsWith(`uid=${town.accounts.disabled},`),
    ).length;
  let [id, welfare, general] = ['', '', ''];
  let [head, generalHead, promoter] = ['', '', ''];
  let people = taking([]);
  const membersIn = (department: string) => membersOf(id, `&department=${department}`);
  const rowOf = async (staff: string) => (await membersOf(id)).find((one) => numberOf(one) === staff);
  const tally = async () => (await get(town.accounts.hr, `/campaigns/${id}/tally`)).total;

  test('open; a move that would leave the counter short is refused with its source and the limit', async () => {
    const { headBorrower, directory } = { ...town.accounts, directory: town.directory };
    head = headBorrower;
    const promoters = async (department: string) => (await directory.holdersOf(`promoter:${department}`))[0]?.staffNumber ?? '';
    generalHead = (await directory.unit('soumu'))?.head ?? '';
    promoter = await promoters('fukushi');
    const need = sizeOf('fukushi') - Math.ceil(sizeOf('fukushi') / 10); // So many are at the office when the slots lie as evenly as they can.
    const counters = [
      { department: 'fukushi', morning: need, afternoon: need },
      { department: 'soumu', morning: 10, afternoon: 10 },
    ];
    id = await announced(['fukushi', 'soumu'], { until, devices: { source: 'private' }, counters });
    [welfare, general] = [(await membersIn('fukushi'))[0]?.section ?? '', (await membersIn('soumu'))[0]?.section ?? ''];

    const all = await membersIn('fukushi');
    expect(all).toHaveLength(sizeOf('fukushi'));
    people = taking(all.map(numberOf).filter((one) => ![head, promoter].includes(one)));
    const [first, second] = [all[0], all.find(({ slots }) => slots[0]?.date !== all[0]?.slots[0]?.date)];
    const to = { date: second?.slots[0]?.date, part: 'day' };
    const crowd = all.filter(({ slots }) => slots[0]?.date === to.date).length;
    expect(sizeOf('fukushi') - crowd).toBe(need);
    const move = (who: string) => sectionStep(who, welfare, 'move', { staff: numberOf(first as Person), from: first?.slots[0]?.date, to });
    for (const who of [numberOf(first as Person), promoter, head]) {
      const refused = await move(who);
      expect([refused.status, refused.body.errors]).toMatchObject([
        422,
        [{ code: 'counterUnstaffed', field: 'date', limit: `${need}`, article: expect.stringContaining('窓口') }],
      ]);
      expect(refused.body.errors[0].message).toContain(`${need}人`);
    }
    expect(await understaffed(welfare, now)).toEqual([]);
  });

  test('a head who objects again and again: HR lets the plan stand, or asks for more at the counter, and it is made anew', async () => {
    const { hr } = town.accounts;
    const object = () => sectionStep(generalHead, general, 'object', { reason: '窓口が回らない。' });
    const settle = (body: object = {}) => sectionStep(hr, general, 'settleObjection', body);
    expect((await settle()).status).toBe(409);
    expect((await sectionStep(head, general, 'object', { reason: '他課の件' })).status).toBe(404);
    expect(await object()).toMatchObject({ status: 200, body: { status: 'objected', state: { objection: '窓口が回らない。' } } });
    expect((await object()).status).toBe(409);
    const before = await slotsOf(id);
    expect(await settle()).toMatchObject({ status: 200, body: { status: 'open' } });
    expect(await slotsOf(id)).toEqual(before);

    const most = Math.ceil(sizeOf('soumu') / 6);
    const [day = '', ...more] = (await membersIn('soumu')).map(({ slots }) => slots[0]?.date ?? '').filter((date) => date > from);
    expect(more.length).toBeGreaterThan(most);
    for (const { staff, slots } of (await membersIn('soumu'))
      .filter(({ slots: [slot] }) => slot && slot.date > from && slot.date !== day)
      .slice(0, most)) {
      const moved = { staff: staff.staffNumber, from: slots[0]?.date, to: { date: day, part: 'day' } };
      expect((await sectionStep(generalHead, general, 'move', moved)).status).toBe(200);
    }
    expect((await object()).status).toBe(200);
    const need = sizeOf('soumu') - most;
    expect(await settle({ counter: { morning: need, afternoon: need } })).toMatchObject({
      body: { status: 'open', state: { counter: { morning: need } } },
    });
    const mails = (await town.ledger.mailsOf(general)).map(({ to, template }) => [to, template]);
    for (const template of ['trialObjectionDeclined', 'trialObjectionAccepted']) expect(mails).toContainEqual(['head:soumu', template]);
    expect(await understaffed(general, now)).toEqual([day]);

    await to(from, '07:00');
    await expect.poll(() => statusOf(id), patience).toBe('running');
    await town.morning(from);
    await expect.poll(() => understaffed(general, from), patience).toEqual([]);
    expect((await membersIn('soumu')).every(({ slots }) => slots.length === 1)).toBe(true);
  });

  test('why somebody is exempt, and when somebody is on leave, is seen by head and HR alone', async () => {
    const {
      hr,
      borrower,
      it: [it],
    } = town.accounts;
    const [exempt, colleague] = [people(), people()];
    const exemption = { reason: 'maternity', until: tuesday };
    const step = (who: string) => sectionStep(who, welfare, 'exempt', { people: [exempt], exemption });
    for (const who of [promoter, colleague, exempt]) expect((await step(who)).status).toBe(403);
    expect((await step(head)).status).toBe(200);
    const seen = async (who: string) => {
      const shown = await Promise.all(['', '/events'].map((more) => town.send(who, 'GET', `/campaign-sections/${welfare}${more}`)));
      const rows = await town.send(who, 'GET', `/campaigns/${id}/members?limit=200&department=fukushi`);
      return [
        shown[0]?.status,
        ['maternity', '"absent"'].map((word) => shown.some(({ body }) => JSON.stringify(body).includes(word))),
        rows.status === 200 && JSON.stringify(rows.body).includes('exemptUntil'),
      ];
    };
    for (const who of [head, hr]) expect([who, ...(await seen(who))]).toEqual([who, 200, [true, true], true]);
    for (const who of [promoter, colleague, exempt]) expect([who, ...(await seen(who))]).toEqual([who, 200, [false, false], false]);
    for (const who of [it, borrower]) expect([who, ...(await seen(who))]).toEqual([who, 404, [false, false], false]);
    const mails = JSON.stringify(await town.ledger.db.selectFrom('outbox').selectAll().execute());
    expect([mails.includes('trialExempted'), mails.includes('maternity')]).toEqual([true, false]);
    expect(await rowOf(exempt)).toMatchObject({ status: 'exempt', slots: [] });
  });

  test('what HR records counts apart, and is nobody else’s to record; withdrawn, the person is asked again', async () => {
    const { hr } = town.accounts;
    const [recorded, before] = [people(), await tally()];
    const record = (who: string) =>
      sectionStep(who, welfare, 'recordOutcome', { staff: recorded, outcome: 'done', reason: '出張先での実施を確認' });
    for (const who of [head, promoter, recorded]) expect((await record(who)).status).toBe(403);
    expect((await record(hr)).status).toBe(200);
    const { share, shareWithoutExempt, ...after } = await tally();
    expect({ share, shareWithoutExempt }).toEqual({ share: before.share, shareWithoutExempt: before.shareWithoutExempt });
    expect(after).toMatchObject({ done: 0, recordedByHr: 1, planned: before.planned - 1 });
    const sees = async (who: string) => JSON.stringify(await get(who, `/campaign-sections/${welfare}`)).includes('出張先');
    expect([await sees(head), await sees(promoter), await sees(recorded)]).toEqual([true, false, false]);
    expect((await sectionStep(hr, welfare, 'withdrawOutcome', { staff: recorded })).status).toBe(200);
    expect(await tally()).toMatchObject({ recordedByHr: 0, atRisk: before.atRisk + 1 });
    expect((await record(hr)).status).toBe(200);
  });

  test('a question is raised by anybody of the section, answered once, and who asked is told', async () => {
    const [asker, colleague] = [people(), people()];
    const text = '家のプリンターを使ってよいか。';
    expect((await sectionStep(town.accounts.borrower, welfare, 'raise', { kind: 'question', text })).status).toBe(404);
    const raised = await sectionStep(asker, welfare, 'raise', { kind: 'question', text });
    expect(raised).toMatchObject({ status: 200, body: { state: { raised: [{ kind: 'question', text }] } } });
    const answer = (who: string) =>
      sectionStep(who, welfare, 'answerRaised', { raised: raised.body.state.raised[0].id, answer: '使えない。' });
    expect((await answer(colleague)).status).toBe(403);
    expect((await answer(promoter)).status).toBe(200);
    expect((await answer(head)).status).toBe(409);
    expect((await get(colleague, `/campaign-sections/${welfare}`)).state.raised).toMatchObject([{ text, answer: '使えない。' }]);
    expect((await town.ledger.mailsOf(welfare)).filter(({ template }) => template === 'trialAnswered')).toMatchObject([
      { to: `staff:${asker}` },
    ]);
  });

  test('a section that a transfer dissolves: the next morning all of it is in the other, who comes from elsewhere joins, and nobody is lost or twice', async () => {
    const newcomers = (await town.directory.staffOf('hoken')).slice(-2).map(({ staffNumber }) => staffNumber);
    const before = [...(await membersOf(id)).map(numberOf), ...newcomers].sort();
    for (const staff of [...(await membersIn('soumu')).map(numberOf), ...newcomers])
      await town.amend(`uid=${staff},ou=people,${town.sample.baseDn}`, { departmentNumber: ['fukushi'] });
    await morning(tuesday);
    await expect.poll(async () => (await membersIn('fukushi')).map(numberOf), patience).toEqual(before);
    expect((await membersOf(id)).map(numberOf)).toEqual(before);
    expect([(await stateOf(general)).members, await get(town.accounts.hr, `/campaigns/${id}/tally`)]).toMatchObject([
      [],
      { total: { members: before.length }, byDepartment: [{ department: 'fukushi', members: before.length }] },
    ]);
  });

  test('forty who fall ill are one step; the next morning each has another date, whose exemption is over too, and the counter holds', async () => {
    const all = (await membersIn('fukushi')).map(numberOf);
    expect(all.length).toBeGreaterThanOrEqual(40);
    const dates = [wednesday, thursday];
    const ill = await sectionStep(head, welfare, 'cannot', { people: all, dates, atWork: false });
    expect(ill.status).toBe(200);
    expect((await eventsOf(welfare, 'cannot')).length).toBe(1);
    expect(
      Object.values(await slotsOf(id))
        .flat()
        .filter((date) => dates.includes(date)),
    ).toEqual([]);
    expect(await tally()).toMatchObject({ exempt: 1, recordedByHr: 1 });

    await morning(wednesday);
    await expect.poll(async () => (await tally()).planned, patience).toBe(all.length - 1);
    expect(await tally()).toMatchObject({ exempt: 0, recordedByHr: 1, atRisk: 0 });
    const planned = await membersOf(id, '&status=planned');
    expect(planned.filter(({ slots }) => !slots.some(({ date }) => date > thursday)).map(numberOf)).toEqual([]);
    expect(await understaffed(welfare, wednesday)).toEqual([]);
    expect(
      (await eventsOf(welfare, 'replan')).filter(({ event }) => (event.input as unknown as { on: string }).on === wednesday),
    ).toHaveLength(1);
    await town.morning(wednesday); // Again, as after its process was killed.
    expect(
      (await eventsOf(welfare, 'replan')).filter(({ event }) => (event.input as unknown as { on: string }).on === wednesday),
    ).toHaveLength(1);
  });
});

test('a campaign that is cancelled: devices that are out come home through their own procedure, those that are not stay', async () => {
  const {
    hr,
    it: [keeper, confirmer],
  } = town.accounts;
  const loans = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await get(hr, `/campaigns/${borrowing}/loans`)).items.map(({ status, count }: { status: string; count: number }) => [status, count]),
    );
  const waiting = async () => {
    const { items } = await get(keeper, '/device-loans?status=reserved&limit=200');
    return Promise.all(items.map((one: { id: string }) => get(keeper, `/device-loans/${one.id}`)));
  };
  const uncollected = async () => (await waiting()).filter(({ state }) => state.request.from < wednesday);
  await expect.poll(uncollected, patience).toEqual([]); // Their day is over.
  const [prepared, ...out] = (await waiting()).slice(0, 3);
  expect(out).toHaveLength(2);
  for (const loan of [prepared, ...out]) {
    const body = { assetTag: loan.state.device.assetTag, fingerprintEnrolled: true, accessories: [] };
    expect(await town.step(keeper, loan.id, 'prepare', body)).toMatchObject({ status: 200 });
  }
  for (const loan of out) expect(await town.step(keeper, loan.id, 'handOver')).toMatchObject({ body: { status: 'handedOver' } });

  const key = randomUUID();
  const cancel = () => post(hr, `/campaigns/${borrowing}/steps/cancel`, { reason: '災害対応のため' }, key);
  expect((await Promise.all([cancel(), cancel()])).map(({ status, body }) => [status, body.status])).toEqual([
    [200, 'cancelled'],
    [200, 'cancelled'],
  ]);
  const open = async () => Object.keys(await loans()).filter((status) => !['cancelled', 'expired'].includes(status));
  await expect.poll(open, patience).toEqual(['handedOver']);
  expect((await loans()).handedOver).toBe(out.length);
  expect((await get(hr, `/device-loans/${prepared.id}`)).status).toBe('cancelled');
  const section = (await membersOf(borrowing))[0]?.section ?? '';
  expect(await get(hr, `/campaign-sections/${section}`)).toMatchObject({ status: 'cancelled', closed: true, due: [] });

  for (const loan of out) {
    await expect.poll(async () => (await get(keeper, `/device-loans/${loan.id}`)).state.recalled, patience).toBe(true);
    expect(await town.step(keeper, loan.id, 'takeBack', { accessories: [] })).toMatchObject({ body: { status: 'returned' } });
    const erasure = { method: 'purge', tool: 'nwipe', toolVersion: '0.37', dataClass: 'confidential' };
    expect((await town.step(keeper, loan.id, 'erase', erasure)).status).toBe(200);
    expect(await town.step(confirmer, loan.id, 'confirmErasure')).toMatchObject({ body: { status: 'released', closed: true } });
  }
  const devices = await town.ledger.poolDevices({ kind: 'laptop', pools: ['common'], from: thursday, until });
  expect(devices.map(({ busy }) => busy)).toEqual(Array.from({ length: 10 }, () => []));
});
