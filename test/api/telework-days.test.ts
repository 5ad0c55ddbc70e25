import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostClock } from '../../activities/ledger/clock.js';
import { municipalCalendar, today } from '../../config/calendar.js';
import { dayOn } from '../../workflows/shared/dates.js';
import { weekOf } from '../../workflows/telework-day/rules.js';
import { type Answered, ApiTown } from './town.js';

const calendar = municipalCalendar();
const isPlain = (monday: string) => [0, 1, 2, 3, 4].every((days) => calendar.isBusinessDay(dayOn(monday, days)));
const nextMonday = (date: string) => dayOn(weekOf(date, 'monday')[0], 7);
/** A Monday that begins a week, and is followed by one, without closed days: whatever the host's date, the town's is one of these. */
function plainMonday(): string {
  let monday = nextMonday(today(hostClock.now().toISOString()));
  while (!isPlain(monday) || !isPlain(nextMonday(monday))) monday = nextMonday(monday);
  return monday;
}
const now = plainMonday();
const coming = nextMonday(now);

let town: ApiTown;
/** Eight of one department, all registered and trained. */
let people: readonly string[];
/** To a time of a date of the town, from which on everybody has to log in again. */
const to = async (date: string, time: string) => {
  await town.ledger.clockOffset();
  await town.forward(Date.parse(`${date}T${time}:00+09:00`) - town.ledger.townClock.now().getTime());
};

beforeAll(async () => {
  town = await ApiTown.open({ pack: 'test/api/telework-days.yaml' });
  await to(now, '07:00');
  const { head, borrower, hr } = town.accounts;
  const [department = ''] = (await town.directory.staffMember(borrower))?.departments ?? [];
  const others = (await town.directory.staffOf(department)).filter(({ staffNumber, disabled }) => !disabled && staffNumber !== head);
  people = [borrower, ...others.map(({ staffNumber }) => staffNumber).filter((one) => one !== borrower)].slice(0, 8);
  expect(people).toHaveLength(8);
  for (const [index, who] of people.entries())
    await town.amend(`uid=${who},ou=people,${town.sample.baseDn}`, { displayName: [`髙橋 ${index + 1}`] }); // Some names cannot be written in Shift_JIS.
  const training = people.map((staff) => `${staff},telework,${now},`);
  await imported(hr, 'training', ['staff_number,course,completed,expires', ...training]);
  for (const who of people) {
    const { body } = await town.send(who, 'POST', '/registrations', { key: randomUUID(), body: { form: registration } });
    expect(await town.registrationStep(head, body.id, 'approve')).toMatchObject({ status: 200, body: { status: 'active' } });
    registrations.set(who, body.id);
  }
}, 120_000);
afterAll(() => town.close());

const registrations = new Map<string, string>();
const registration = {
  forms: ['home', 'satellite'],
  workplace: 'ownHome',
  address: '凪沢市中央1-2-3',
  phone: '000-0000-0000',
  frequency: { days: 2, per: 'week' },
};

async function imported(who: string, kind: string, lines: readonly string[]): Promise<Answered> {
  const answer = await town.send(who, 'POST', `/imports/${kind}`, { headers: { 'Content-Type': 'text/csv' }, body: lines.join('\n') });
  expect(answer).toMatchObject({ status: 200, body: { added: lines.length - 1 } });
  return answer;
}

const plan = (date: string, over: object = {}) => ({
  ...{ date, form: 'home', workplace: 'ownHome', unit: 'day', shift: { from: '08:30', until: '17:15' }, leave: [], device: 'ownDesk' },
  table: [
    { from: '08:30', until: '12:00', task: 'minutes', level: 1 },
    { from: '13:00', until: '17:15', task: 'planning', level: 2 },
  ],
  ...over,
});
const atTheHall = { form: 'satellite', office: '北会館', device: 'office', workplace: undefined };
const file = (who: string, date: string, over: object = {}, key: string = randomUUID()) =>
  town.send(who, 'POST', '/telework-days', { key, body: { plan: plan(date, over) } });
const several = (who: string, dates: readonly string[], key: string = randomUUID()) =>
  town.send(who, 'POST', '/telework-days/several', { key, body: { items: dates.map((date) => ({ plan: plan(date) })) } });
const step = (who: string, id: string, name: string, body: object = {}, key: string = randomUUID()) =>
  town.send(who, 'POST', `/telework-days/${id}/steps/${name}`, { key, body });
const get = async (who: string, path: string) => (await town.send(who, 'GET', path)).body;
const codes = ({ body }: Answered) => body.errors?.map(({ code }: { code: string }) => code);

describe('a week in one request', () => {
  test('each date has a result of its own; the fifth day is refused with article and figure; a repeat answers the same', async () => {
    const [who = ''] = people;
    const { head } = town.accounts;
    const [key, dates] = [randomUUID(), [0, 1, 2, 3, 4].map((days) => dayOn(coming, days))];
    const { status, body } = await several(who, dates, key);
    expect(status).toBe(200);
    expect(body.items.map((one: { status: number }) => one.status)).toEqual([201, 201, 201, 201, 422]);
    expect(body.items[0].case).toMatchObject({
      status: 'planned',
      staff: { staffNumber: who },
      state: { request: { plan: { date: dates[0] } } },
    });
    expect(body.items[0].case.receiptNumber).toMatch(/^令和\d+-勤-\d{4}$/);
    expect(body.items[4].problem.errors).toMatchObject([{ code: 'tooManyDays', limit: '4', article: expect.stringContaining('004:675') }]);
    const again = await several(who, dates, key);
    expect(again.body.items.map(({ id }: { id: string }) => id)).toEqual(body.items.map(({ id }: { id: string }) => id));

    const tasks = (await get(head, '/me/tasks?limit=200')).items.filter(
      ({ procedure }: { procedure: string }) => procedure === 'telework-day',
    );
    expect(tasks.map(({ step: name }: { step: string }) => name)).toContain('approve');
    const unknown = 'A'.repeat(22);
    const ids: string[] = [...body.items.slice(0, 4).map(({ id }: { id: string }) => id), unknown];
    const approved = await town.send(head, 'POST', '/telework-days/steps/approve', {
      key: randomUUID(),
      body: { items: ids.map((id) => ({ id, body: {} })) },
    });
    expect(approved.body.items.map((one: { status: number }) => one.status)).toEqual([200, 200, 200, 200, 404]);
    const listed = await get(who, `/telework-days?status=approved&from=${dates[1]}&until=${dates[2]}`);
    expect(listed.items.map(({ date }: { date: string }) => date)).toEqual([dates[2], dates[1]]);
    expect((await get(who, '/telework-days/templates')).items).toEqual([
      expect.objectContaining({ form: 'home', unit: 'day', table: plan(coming).table }),
    ]);
  });

  test('two devices of one person file the same day at once: one stands', async () => {
    const [, who = ''] = people;
    const answers = await Promise.all([file(who, coming), file(who, coming), file(who, coming)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422, 422]);
    expect(answers.flatMap((answer) => codes(answer) ?? [])).toEqual(['daysOverlap', 'daysOverlap']);
  });

  test('a supervisor approves 200 plans in one request, with a result for each', async () => {
    const { head } = town.accounts;
    const slots = [1, 2, 3, 4].flatMap((days) =>
      ['09:00', '09:30', '10:00', '10:30', '11:00', '13:00', '13:30', '14:00'].map((from, index, all) => {
        const until = all[index + 1] === '13:00' ? '11:30' : (all[index + 1] ?? '14:30');
        return { plan: plan(dayOn(now, days), { unit: 'hours', table: [{ from, until, task: 'minutes', level: 1 }] }) };
      }),
    );
    const filed = await Promise.all(
      people
        .slice(1)
        .map((who) => town.send(who, 'POST', '/telework-days/several', { key: randomUUID(), body: { items: slots.slice(0, 31) } })),
    );
    const ids: string[] = filed.flatMap(({ body }) => body.items.map(({ id }: { id: string }) => id));
    expect(ids).toHaveLength(7 * 31);
    const approve = (some: readonly string[]) =>
      town.send(head, 'POST', '/telework-days/steps/approve', { key: randomUUID(), body: { items: some.map((id) => ({ id, body: {} })) } });
    const { status, body } = await approve(ids.slice(0, 200));
    expect(status).toBe(200);
    const results = body.items.map((one: { status: number; case: { status: string } }) => `${one.status} ${one.case?.status}`);
    expect([results.length, new Set(results)]).toEqual([200, new Set(['200 approved'])]);
    expect((await approve(ids.slice(0, 201))).status).toBe(400);
  });
});

describe('seats of a satellite office', () => {
  test('come by file, are shown free by date, and the last one goes to one of two who ask at once', async () => {
    const { hr } = town.accounts;
    const [, , , one = '', other = ''] = people;
    await imported(hr, 'seats', ['office,seat,network_zone,equipment', '北会館,1,lgwan,モニター']);
    const friday = dayOn(coming, 4);
    const answers = await Promise.all([one, other].map((who) => file(who, friday, atTheHall)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422]);
    expect(answers.flatMap((answer) => codes(answer) ?? [])).toEqual(['noSeatFree']);
    expect((await get(one, `/seats?from=${friday}&until=${friday}`)).items).toEqual([
      { office: '北会館', seats: 1, dates: [{ date: friday, free: 0, partly: 0 }] },
    ]);
    expect((await town.send(one, 'GET', `/seats?from=${friday}&until=${dayOn(friday, 31)}`)).status).toBe(400);
  });
});

describe('an emergency (緊急時の特例)', () => {
  test('is declared by its authority alone, lifts what the pack lets, and ends', async () => {
    const { emergencyAuthority, head } = town.accounts;
    const body = { lifts: ['perWeek'], from: coming, until: dayOn(coming, 4), reason: '大雪警報の発表' };
    const [path, key] = ['/emergencies', randomUUID()];
    expect((await town.send(head, 'POST', path, { key, body })).status).toBe(403);
    expect(codes(await town.send(emergencyAuthority, 'POST', path, { key, body: { ...body, lifts: ['registration'] } }))).toEqual([
      'notLiftable',
    ]);
    const declared = await town.send(emergencyAuthority, 'POST', path, { key, body });
    expect(declared).toMatchObject({
      status: 201,
      body: { lifts: ['perWeek'], reason: body.reason, declaredBy: { staffNumber: emergencyAuthority } },
    });
    expect((await town.send(emergencyAuthority, 'POST', path, { key, body })).body).toEqual(declared.body);
    expect((await town.send(emergencyAuthority, 'POST', path, { key, body: { ...body, reason: '訓練' } })).status).toBe(422);

    const [who = ''] = people;
    const fifth = await file(who, dayOn(coming, 4));
    expect(fifth).toMatchObject({ status: 201, body: { state: { request: { under: declared.body.id } } } });
    const [, second = ''] = people;
    expect(codes(await file(second, dayOn(coming, 4), { ordered: 'A'.repeat(22) }))).toEqual(['notOrdered']);
    const ordered = await file(second, dayOn(coming, 4), { ordered: declared.body.id });
    expect(ordered).toMatchObject({ status: 201, body: { state: { request: { plan: { ordered: declared.body.id } } } } });
    expect(ordered.body.state.request).not.toHaveProperty('under');
    await step(second, ordered.body.id, 'withdraw');
    const one = `${path}/${declared.body.id}`;
    const change = (method: string, headers: object, more: object = {}) =>
      town.send(emergencyAuthority, method, one, { headers: headers as Record<string, string>, ...more });
    expect((await change('PUT', { 'If-Match': '"1"' }, { body: { until: dayOn(coming, 5) } })).body).toMatchObject({ version: 2 });
    expect((await change('DELETE', { 'If-Match': '"1"' })).status).toBe(412);
    expect((await change('DELETE', { 'If-Match': '"2"' })).body).toMatchObject({ endedBy: { staffNumber: emergencyAuthority } });
    expect((await get(who, path)).items).toHaveLength(1);
    await step(who, fifth.body.id, 'withdraw');
    expect(codes(await file(who, dayOn(coming, 4)))).toEqual(['tooManyDays']);
    await town.ledger.removeUntaken(new Date(town.ledger.townClock.now().getTime() + 1).toISOString());
    expect((await get(who, one)).reason).toBe(body.reason);
  });
});

describe('the day, while Temporal is away', () => {
  test('start, leave, presence, end, report, another version, seen: each once, and to the person and the supervisor alone', async () => {
    const { head, hr, secondHead } = town.accounts;
    const [who = ''] = people;
    const { items } = await get(who, `/telework-days?status=approved&from=${coming}&until=${coming}`);
    const { id } = items[0];
    expect(codes(await step(who, id, 'start'))).toEqual(['notThatDay']);
    await to(coming, '08:29');
    await Promise.all([who, head, hr, secondHead].map((one) => town.token(one)));
    town.gates.temporal.shut();
    try {
      const key = randomUUID();
      const both = await Promise.all([step(who, id, 'start', {}, key), step(who, id, 'start', {}, key)]);
      expect(both.map(({ status, body }) => [status, body.seq])).toEqual([
        [200, 3],
        [200, 3],
      ]);
      expect((await step(who, id, 'start', { channel: 'phone' }, key)).status).toBe(422);
      expect((await step(secondHead, id, 'checkPresence', { channel: 'chat', reached: true })).status).toBe(404);
      expect((await step(who, id, 'checkPresence', { channel: 'chat', reached: true })).status).toBe(403);
      expect((await step(head, id, 'checkPresence', { channel: 'chat', reached: true })).status).toBe(200);
      expect((await step(who, id, 'takeLeave', { leave: { from: '15:00', until: '17:00', kind: 'childcare' } })).status).toBe(200);
      const came = new Date(Date.parse(`${coming}T08:29:30+09:00`)).toISOString();
      expect(codes(await step(head, id, 'end', { channel: 'phone', reportedAt: `${dayOn(coming, 1)}T00:00:00Z` }))).toEqual([
        'channelNeeded',
      ]);
      expect(codes(await step(who, id, 'end', { channel: 'phone', reportedAt: came }))).toEqual(['ownReport']);
      expect((await step(who, id, 'end')).status).toBe(200);
      const done = plan(coming).table.slice(0, 1);
      expect((await step(who, id, 'report', { done, result: '議事録を作成した。' })).status).toBe(200);
      expect((await step(who, id, 'correct', { done, result: '議事録を二件作成した。' })).body.state.reports).toHaveLength(2);
      expect(await step(head, id, 'acceptReport', { note: '確認した。' })).toMatchObject({
        status: 200,
        body: { status: 'closed', closed: true },
      });
      expect(await step(who, id, 'withdraw')).toMatchObject({ status: 409, body: { ended: 'closed' } });
      const { items: events } = await get(hr, `/telework-days/${id}/events`);
      expect(events.map(({ name }: { name: string }) => name)).toEqual([
        'plan',
        'approve',
        'start',
        'checkPresence',
        'takeLeave',
        'end',
        'report',
        'correct',
        'acceptReport',
      ]);
      expect(events[7].input.result).toBe('議事録を二件作成した。');
      expect((await town.send(town.accounts.admin, 'POST', `/cases/${id}/retry`, { body: {} })).status).toBe(404); // It has no workflow to nudge.
    } finally {
      town.gates.temporal.open();
    }
  });

  test('a start without a plan takes an emergency, is listed, and is recognised or not', async () => {
    const { emergencyAuthority, head } = town.accounts;
    const [, , , , , who = ''] = people;
    const begin = (over: object = {}) =>
      town.send(who, 'POST', '/telework-days', { key: randomUUID(), body: { plan: plan(coming), unplanned: {}, ...over } });
    expect(codes(await begin())).toEqual(['noEmergency']);
    const body = { lifts: ['planBy'], from: coming, until: coming, reason: '大雪' };
    const { body: snow } = await town.send(emergencyAuthority, 'POST', '/emergencies', { key: randomUUID(), body });
    expect(codes(await begin({ unplanned: { channel: 'phone' } }))).toEqual(['ownReport']);
    const begun = await begin();
    expect(begun).toMatchObject({
      status: 201,
      body: { status: 'started', state: { unplanned: 'toConfirm', request: { under: snow.id } } },
    });
    expect(await step(head, begun.body.id, 'confirm', { granted: true })).toMatchObject({
      status: 200,
      body: { state: { unplanned: 'confirmed' } },
    });
  });
});

describe('a revocation (Art. 5-3)', () => {
  test('cancels the days to come in one go, and its page shows them', async () => {
    const { head } = town.accounts;
    const [, , , , , , , who = ''] = people;
    const id = registrations.get(who) ?? '';
    const { body } = await several(
      who,
      [1, 2, 3].map((days) => dayOn(coming, days)),
    );
    expect((await step(head, body.items[0].id, 'approve')).status).toBe(200);
    expect((await town.registrationStep(head, id, 'revoke', { reason: '業務に支障があるため。' })).status).toBe(200);
    const days = (await get(head, `/registrations/${id}/cascade`)).items.filter(({ what }: { what: string }) => what === 'day');
    expect(days).toHaveLength(3);
    expect(new Set(days.map(({ how, reason }: { how: string; reason: string }) => `${how} ${reason}`))).toEqual(
      new Set(['done cancelled']),
    );
    expect((await get(who, `/telework-days?from=${coming}`)).items.map(({ status }: { status: string }) => status)).toEqual(
      Array(3).fill('cancelled'),
    );
    expect(codes(await file(who, dayOn(coming, 10)))).toEqual(['notRegistered']);
  });
});

describe('what the days amount to', () => {
  test('a file for attendance and the allowance, in UTF-8 and Shift_JIS; what cannot be written is named, what a spreadsheet would run is disarmed', async () => {
    const { hr, head } = town.accounts;
    const [who = ''] = people;
    const path = `/exports/attendance?month=${coming.slice(0, 7)}`;
    expect((await town.send(head, 'GET', path)).status).toBe(403);
    const text = (await town.send(hr, 'GET', path)).body as string;
    expect(text.split('\n')[0]).toBe('staff_number,name,department,month,days,half_days,hourly_days,minutes');
    expect(text).toMatch(new RegExp(`^${who},髙橋 1,[^,]+,${coming.slice(0, 7)},1,0,0,465$`, 'm'));

    const bytes = async () => {
      const response = await fetch(`${town.url}/api/v1${path}&charset=shift_jis`, {
        headers: { Authorization: `Bearer ${await town.token(hr)}` },
      });
      return { status: response.status, type: response.headers.get('Content-Type'), bytes: await response.arrayBuffer() };
    };
    const inShiftJis = await bytes();
    expect([inShiftJis.status, inShiftJis.type]).toEqual([200, 'text/csv; charset=shift_jis']);
    expect(new TextDecoder('shift_jis', { fatal: true }).decode(inShiftJis.bytes)).toBe(text);

    const { ledger } = town;
    await ledger.db
      .updateTable('telework_days')
      .set({ department: '=𠮷野' })
      .where('staff', '=', who)
      .where('status', '=', 'closed')
      .execute();
    expect((await town.send(hr, 'GET', path)).body).toContain(`,'=𠮷野,`);
    const refused = await town.send(hr, 'GET', `${path}&charset=shift_jis`);
    expect(refused).toMatchObject({ status: 422, body: { lines: [{ field: 'department', problem: 'cannot be written in Shift_JIS' }] } });
  });

  test('figures of the fiscal year: total uses and persons', async () => {
    const { hr, head } = town.accounts;
    expect((await town.send(head, 'GET', '/figures/telework-days')).status).toBe(403);
    expect(await get(hr, '/figures/telework-days')).toMatchObject({
      total: { uses: 2, persons: 2 },
      byForm: [{ form: 'home', uses: 2, persons: 2 }],
    });
    expect(await get(hr, '/figures/telework-days?fiscalYear=2020')).toMatchObject({ fiscalYear: 2020, total: { uses: 0, persons: 0 } });
  });

  test('training by HR’s step, seen by HR and by the person', async () => {
    const { hr, head } = town.accounts;
    const [who = ''] = people;
    const body = { staff: who, course: 'telework', completed: now, expires: dayOn(now, 365) };
    expect((await town.send(head, 'POST', '/training', { body })).status).toBe(403);
    expect(await town.send(hr, 'POST', '/training', { body })).toMatchObject({
      status: 200,
      body: { staff: { staffNumber: who }, expires: body.expires },
    });
    expect(codes(await town.send(hr, 'POST', '/training', { body: { ...body, completed: dayOn(coming, 300) } }))).toEqual([
      'trainingDates',
    ]);
    expect((await get(who, '/training')).items).toMatchObject([{ course: 'telework', completed: now }]);
    expect((await get(hr, '/training')).items).toHaveLength(8);
  });
});
