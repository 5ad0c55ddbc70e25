import iconv from 'iconv-lite';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { municipalCalendar } from '../../config/calendar.js';
import { bundleWorkflows } from '../../worker/create-worker.js';
import { dayOn } from '../../workflows/shared/dates.js';
import { caseWorkflowId, hasWorkflow } from '../../workflows/shared/procedures.js';
import { replayAll } from '../histories.js';
import { ApiTown } from './town.js';
import { codes, type Person, patience, plainMonday, trialDesk } from './trial-desk.js';

const calendar = municipalCalendar();
/** The town's date at the beginning, and the week of the campaign. */
const now = plainMonday();
const [from, until] = [dayOn(now, 7), dayOn(now, 11)];

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open({ pack: 'tours/nagayo-trial.yaml' });
  await to(now, '07:00');
}, 120_000);
/** Every campaign, section and loan of a section that the tests have played goes on under these workflows. */
afterAll(async () => {
  const rows = await town.ledger.db
    .selectFrom('cases')
    .select(['case_id as caseId', 'procedure', 'status'])
    .where((is) => is.or([is('procedure', 'in', ['trial-campaign', 'trial-section']), is('within', 'is not', null)]))
    .orderBy('filing')
    .execute();
  const counts = new Map<string, number>();
  const made = rows.filter(hasWorkflow).map(({ caseId, procedure, status }): [string, string] => {
    const what = `${procedure === 'device-loan' ? 'loan of a section' : procedure}, ${status}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
    return [caseWorkflowId({ procedure, caseId }), `${what} ${counts.get(what)}`];
  });
  await replayAll(town.client, await bundleWorkflows(), new Map(made.filter(([, name]) => / [12]$/.test(name)))); // Two of each kind show the way.
  await town.close();
}, 120_000);

const { get, post, step, sectionStep, statusOf, membersOf, to, planned, isOpen } = trialDesk(() => town);

/** Everybody of the tax department once in a week. */
const draft = (over: object = {}) => ({
  from,
  until,
  groups: [{ id: 'tax', who: { departments: ['zeimu'] }, times: 1, per: 'period' }],
  unit: 'day',
  devices: { source: 'pool', kind: 'laptop' },
  counters: [{ department: 'zeimu', morning: 1, afternoon: 1 }],
  ...over,
});

const file = async (over: object = {}): Promise<string> => {
  const { status, body } = await post(town.accounts.hr, '/campaigns', { draft: draft(over) });
  expect({ status, errors: body.errors }).toEqual({ status: 201, errors: undefined });
  return body.id;
};
const plan = (date: string) => ({
  ...{ date, form: 'home', workplace: 'ownHome', unit: 'day', shift: { from: '08:30', until: '17:15' }, leave: [], device: 'lent' },
  table: [
    { from: '08:30', until: '12:00', task: 'minutes', level: 1 },
    { from: '13:00', until: '17:15', task: 'planning', level: 1 },
  ],
});

describe('a draft', () => {
  test('is HR’s alone', async () => {
    const {
      head,
      it: [it],
      admin,
      deputyMayor,
    } = town.accounts;
    for (const who of [head, it, admin, deputyMayor]) {
      expect((await post(who, '/campaigns', { draft: draft() })).status).toBe(403);
      expect((await town.send(who, 'GET', '/campaigns/defaults')).status).toBe(403);
    }
    expect((await post(head, '/campaign-sections', {})).status).toBe(405);
  });

  test('comes filled in from the pack, for the next Monday, and can be filed as it is', async () => {
    const { hr } = town.accounts;
    const { draft: proposed, counter } = await get(hr, '/campaigns/defaults');
    expect(proposed).toMatchObject({ from, until: dayOn(from, 11), devices: { source: 'pool', kind: 'laptop' } });
    expect(proposed.groups).toEqual([{ id: 'everybody', who: {}, times: 2, per: 'period' }]);
    expect(counter).toEqual({ morning: 1, afternoon: 1 });
    const filed = await post(hr, '/campaigns', { draft: { ...proposed, counters: [{ department: 'shimin', ...counter }] } });
    expect(filed).toMatchObject({ status: 201, body: { status: 'drafted', receiptNumber: expect.stringMatching(/^令和\d+-試-\d{4}$/) } });
    expect(await step(hr, filed.body.id, 'cancel', { reason: '試しに作成したもの' })).toMatchObject({ body: { status: 'cancelled' } });
  });

  const group = { id: 'tax', who: {}, times: 1, per: 'period' };
  test.each<[string, object, string[]]>([
    ['its last day before its first', { until: dayOn(from, -1) }, ['datesNotInOrder draft.until']],
    ['more than a year', { until: dayOn(from, 366) }, ['periodTooLong draft.until']],
    ['no group', { groups: [] }, ['tooSmall draft.groups']],
    ['a group named twice', { groups: [group, group] }, ['repeated draft.groups.1.id']],
    ['a wave outside the period', { groups: [{ ...group, from: dayOn(from, -1) }] }, ['outsidePeriod draft.groups.0.from']],
    ['a wave that ends before it begins', { groups: [{ ...group, from: until, until: from }] }, ['datesNotInOrder draft.groups.0.until']],
    ['a day off outside the period', { daysOff: [dayOn(until, 1)] }, ['outsidePeriod draft.daysOff.0']],
    ['devices of no kind', { devices: { source: 'pool' } }, ['required draft.devices.kind']],
    ['a kind for one’s own', { devices: { source: 'private', kind: 'laptop' } }, ['unknownField draft.devices.kind']],
    [
      'a counter named twice',
      { counters: [1, 2].map((morning) => ({ department: 'zeimu', morning, afternoon: 1 })) },
      ['repeated draft.counters.1.department'],
    ],
    ['no times', { groups: [{ ...group, times: 0 }] }, ['tooSmall draft.groups.0.times']],
  ])('with %s is malformed, and says where', async (_what, over, expected) => {
    const answered = await post(town.accounts.hr, '/campaigns', { draft: draft(over) });
    expect([answered.status, codes(answered)]).toEqual([400, expected]);
  });

  test.each<[string, () => object, string]>([
    ['today', () => ({ from: now }), 'trialInPast from'],
    ['in two years', () => ({ from: dayOn(now, 800), until: dayOn(now, 810) }), 'trialTooFarAhead from'],
    ['on a weekend alone', () => ({ from: dayOn(until, 1), until: dayOn(until, 2) }), 'noBusinessDay from'],
    [
      'for a department that the directory has not',
      () => ({ counters: [{ department: 'tax', morning: 1, afternoon: 1 }] }),
      'unknownDepartment draft.counters.0.department',
    ],
  ])('%s is refused by a rule, and a mended one takes its place', async (_what, over, expected) => {
    const { hr } = town.accounts;
    const answered = await post(hr, '/campaigns', { draft: draft(over()) });
    expect([answered.status, codes(answered)]).toEqual([422, [expected]]);
    const id = await file();
    const again = await step(hr, id, 'redraft', { draft: draft(over()) });
    expect([again.status, codes(again)]).toEqual([422, [expected]]);
    expect(await step(hr, id, 'redraft', { draft: draft({ until: from }) })).toMatchObject({ body: { state: { draft: { until: from } } } });
  });
});

describe('a campaign from its draft to its report', () => {
  let [id, section] = ['', ''];
  let people: Person[] = [];

  test('cannot be announced while there are too few devices; the plan says what would do, and then it does', async () => {
    const {
      hr,
      it: [it],
      head,
    } = town.accounts;
    await town.devices('common', ...Array.from({ length: 9 }, (_, at) => `PC-${at}`));
    id = await file();
    expect((await town.send(hr, 'GET', `/campaigns/${id}/plan`)).status).toBe(404);
    const plan = await planned(id);
    expect(plan).toMatchObject({ feasible: false, members: 20, cannot: 2 });
    expect(plan.reasons[0].text).toContain('税務課：対象者20人、端末機9台');
    expect(plan.reasons[0].cures.join('\n')).toMatch(/端末機を1台増やす/);
    const english = await town.send(it, 'GET', `/campaigns/${id}/plan`, { headers: { 'Accept-Language': 'en' } });
    expect(english.body.reasons[0].text).toContain('20 people, 9 devices');
    expect((await town.send(head, 'GET', `/campaigns/${id}/plan`)).status).toBe(403);
    expect(codes(await step(hr, id, 'announce'))).toEqual(['planNotFeasible']);

    await town.devices('common', 'PC-9');
    expect(await planned(id)).toMatchObject({ feasible: true, placed: 20, cannot: 0, reasons: [] });
    const [line] = (await get(it, `/campaigns/${id}/plan/sections`)).items;
    expect(line).toMatchObject({ department: 'zeimu', counter: { morning: 1, afternoon: 1 } });
    expect(line.members).toHaveLength(20);
    expect(JSON.stringify(line)).not.toMatch(/absent/);
    expect((await town.send(head, 'GET', `/campaigns/${id}/tally`)).status).toBe(404);
  });

  test('a plan of another day is stale; announced, its section opens with a loan for each slot', async () => {
    const {
      hr,
      it: [it],
      head,
      borrower,
    } = town.accounts;
    await to(dayOn(now, 1), '07:00');
    expect(codes(await step(hr, id, 'announce'))).toEqual(['planStale']);
    await planned(id);
    expect(await step(hr, id, 'announce')).toMatchObject({ status: 200, body: { status: 'announced' } });
    section = await isOpen(id, 1);
    people = await membersOf(id);
    expect(people).toHaveLength(20);
    expect(people.every(({ slots, status }) => slots.length === 1 && status === 'planned')).toBe(true);
    const loans = async () => (await get(it, `/campaigns/${id}/loans`)).items;
    await expect.poll(loans, patience).toEqual([{ department: 'zeimu', status: 'reserved', count: 20 }]);

    const { total, byDepartment, byGroup, forecast } = await get(hr, `/campaigns/${id}/tally`);
    expect(total).toMatchObject({ members: 20, planned: 20, done: 0, share: 0 });
    expect([byDepartment, byGroup]).toEqual([[{ department: 'zeimu', ...total }], [{ group: 'tax', ...total }]]);
    expect(forecast).toMatchObject({
      done: 20,
      share: 100,
      until: people
        .map(({ slots }) => slots[0]?.date ?? '')
        .sort()
        .at(-1),
    });
    expect(Object.keys(await get(head, `/campaigns/${id}/tally`))).toEqual(['byDepartment']);
    const mine = (await get(borrower, '/me/trials')).items;
    expect(mine).toMatchObject([{ campaign: id, section, needed: 1, done: 0, next: { what: 'filePlan' } }]);
  });

  test('two people take each other’s day; forty who cannot are one step; why somebody is exempt stays with head and HR', async () => {
    const { hr, head, promoter } = town.accounts;
    const ofOthers = people.filter(({ staff }) => ![head, promoter].includes(staff.staffNumber));
    const [one, other] = [ofOthers[0], ofOthers.find(({ slots }) => slots[0]?.date !== ofOthers[0]?.slots[0]?.date)];
    const [by, partner] = [one?.staff.staffNumber ?? '', other?.staff.staffNumber ?? ''];
    const [mine, theirs] = [one?.slots[0]?.date, other?.slots[0]?.date];
    const asked = await sectionStep(by, section, 'askSwap', { mine, with: partner, theirs });
    expect(asked).toMatchObject({ status: 200, body: { state: { swaps: [{ by: { staffNumber: by }, with: { staffNumber: partner } }] } } });
    const [{ id: swap }] = asked.body.state.swaps;
    expect(codes(await sectionStep(by, section, 'answerSwap', { swap, agreed: true }))).not.toEqual([]);
    expect(await sectionStep(partner, section, 'answerSwap', { swap, agreed: true })).toMatchObject({ status: 200 });
    const after = await membersOf(id);
    const dateOf = (who: string) => after.find(({ staff }) => staff.staffNumber === who)?.slots[0]?.date;
    expect([dateOf(by), dateOf(partner)]).toEqual([theirs, mine]);

    const last = ofOthers.slice(-3).map(({ staff }) => staff.staffNumber);
    const dates = [0, 1, 2, 3, 4].map((days) => dayOn(from, days));
    expect((await sectionStep(last[0] ?? '', section, 'cannot', { people: last, dates, atWork: false })).status).toBe(422);
    const ill = await sectionStep(promoter, section, 'cannot', { people: last.slice(0, 2), dates: dates.slice(0, 2), atWork: false });
    expect(ill).toMatchObject({ status: 200 });
    expect((await get(hr, `/campaign-sections/${section}/events`)).items.at(-1)).toMatchObject({
      name: 'cannot',
      input: { people: last.slice(0, 2).map((staffNumber) => ({ staffNumber, name: expect.any(String) })) },
    });

    const exemption = { reason: 'hospital', until };
    expect(await sectionStep(head, section, 'exempt', { people: [last[2]], exemption })).toMatchObject({ status: 200 });
    for (const [who, sees] of [
      [head, true],
      [hr, true],
      [promoter, false],
      [by, false],
    ] as const) {
      const shown = JSON.stringify([
        await get(who, `/campaign-sections/${section}`),
        await get(who, `/campaign-sections/${section}/events`),
      ]);
      expect([who, shown.includes('hospital')]).toEqual([who, sees]);
    }
    const exempt = (await membersOf(id, '&status=exempt')).map(({ staff }) => staff.staffNumber);
    expect(exempt).toEqual([last[2]]);
    expect((await get(hr, `/campaigns/${id}/tally`)).total).toMatchObject({ exempt: 1, shareWithoutExempt: 0 });
  });

  test('who has teleworked by an approved plan with start and end has done it, and nobody else', async () => {
    const { hr, head, promoter } = town.accounts;
    const who = (await membersOf(id)).find(({ staff, slots }) => ![head, promoter].includes(staff.staffNumber) && slots[0]?.date === from);
    const person = who?.staff.staffNumber ?? '';
    const day = await post(person, '/telework-days', { plan: plan(from) });
    expect([day.status, day.body.errors]).toEqual([201, undefined]);
    expect((await get(person, '/me/trials')).items[0].next).toMatchObject({ what: 'telework', on: from });
    const onDay = async (by: string, name: string, body: object = {}) => {
      const answered = await post(by, `/telework-days/${day.body.id}/steps/${name}`, body);
      expect([name, answered.status, answered.body.errors]).toEqual([name, 200, undefined]);
    };
    await onDay(head, 'approve');
    await to(from, '08:30');
    await expect.poll(() => statusOf(id), patience).toBe('running');
    await onDay(person, 'start');
    await to(from, '17:15');
    expect((await membersOf(id, '&status=done')).length).toBe(0);
    await onDay(person, 'end');
    const done = await membersOf(id, '&status=done');
    expect(done).toMatchObject([{ staff: { staffNumber: person }, observed: [from] }]);
    expect((await get(person, '/me/trials')).items[0]).toMatchObject({ done: 1, next: { what: 'nothing' } });

    const missed = (await membersOf(id, '&status=planned')).filter(({ slots }) => slots[0]?.date === from);
    expect(missed.length).toBeGreaterThan(0);
    await to(dayOn(from, 1), '08:00');
    await town.morning(dayOn(from, 1));
    const gaps = (await get(hr, `/campaigns/${id}/gaps?limit=200`)).items;
    expect(gaps).toHaveLength(missed.length);
    expect(gaps).toContainEqual({ staff: missed[0]?.staff, department: 'zeimu', date: from, gap: 'declaredNotObserved' });
    const { total, forecast } = await get(hr, `/campaigns/${id}/tally`);
    expect(total).toMatchObject({ members: 20, done: 1, exempt: 1, share: 5, shareWithoutExempt: 5.3 });
    expect(forecast.done).toBe(total.done + total.planned);
  });

  test('attendance is taken from a file, in either encoding; what is wrong with it is named line by line', async () => {
    const { hr, head } = town.accounts;
    await to(dayOn(from, 4), '18:00');
    const send = (body: string | Uint8Array, query = '') =>
      town.send(hr, 'POST', `/imports/observed${query}`, { headers: { 'Content-Type': 'text/csv' }, body });
    const heading = 'staff_number,date';
    const undone = (await membersOf(id)).filter(({ status }) => !['done', 'exempt'].includes(status)).map(({ staff }) => staff.staffNumber);
    const [first = ''] = undone;
    const bad = [heading, `${first},${from}`, `x${first},${from}`, `${first},${from}`, `${first},2026-02-30`, `${first}`].join('\n');
    const preview = await send(bad, '?preview=true');
    expect(preview.body.problems.map(({ line }: { line: number }) => line)).toEqual([3, 5, 6]); // The same row twice is known.
    expect(await send(bad)).toMatchObject({ status: 422, body: { lines: preview.body.problems } });
    const rows = [heading, ...undone.slice(0, -2).map((who) => `${who},${dayOn(from, 3)}`)].join('\r\n');
    expect(await send(iconv.encode(rows, 'shift_jis'))).toMatchObject({ status: 200, body: { added: undone.length - 2, known: 0 } });
    expect(await send(`\ufeff${rows}`)).toMatchObject({ status: 200, body: { added: 0, known: undone.length - 2 } });
    expect((await send(new Uint8Array(50 * 1024 ** 2).fill(0x30))).status).toBe(413);
    expect((await town.send(head, 'POST', '/imports/observed', { headers: { 'Content-Type': 'text/csv' }, body: rows })).status).toBe(403);
    expect(await membersOf(id, '&status=done')).toHaveLength(undone.length - 1);
  });

  test('afterwards people are asked, once; few answers are not shown, and no name unless it is wanted', async () => {
    const {
      hr,
      head,
      it: [it],
    } = town.accounts;
    const done = (await membersOf(id, '&status=done')).map(({ staff }) => staff.staffNumber).filter((one) => one !== head);
    const answer = (who: string, body: object) => town.send(who, 'POST', `/campaigns/${id}/answers`, { body });
    const good = { progress: 'better', trouble: 'none', again: 'everyWeek', satisfaction: '5' };
    expect(codes(await answer(done[0] ?? '', { participant: good }))).toEqual(['notOpenForAnswers']);
    await to(dayOn(from, 5), '00:01');
    await expect.poll(() => statusOf(id), patience).toBe('closing');
    expect((await get(done[0] ?? '', '/me/trials')).items[0].next).toMatchObject({ what: 'answer', text: expect.any(String) });

    const asked = await get(done[0] ?? '', `/campaigns/${id}/questionnaire`);
    expect(asked).toMatchObject({ mine: ['participant'], answered: false });
    expect(asked.participant[0]).toMatchObject({
      code: 'progress',
      ja: expect.stringMatching(/進み具合/),
      en: expect.stringMatching(/work/),
    });
    expect((await town.send(it, 'GET', `/campaigns/${id}/questionnaire`)).status).toBe(404);
    expect((await answer(it, { participant: good })).status).toBe(404);
    expect(codes(await answer(done[0] ?? '', { head: {} }))).toEqual(['notAsked head']);
    expect(codes(await answer(done[0] ?? '', {}))).toEqual(['oneRole']);

    const remarks = '通信が切れることがあった。';
    for (const who of done.slice(0, 3)) expect((await answer(who, { participant: good, remarks })).status).toBe(201);
    expect((await get(hr, `/campaigns/${id}/answers`)).participant).toEqual({ asked: 20, answered: 3, masked: true });
    for (const who of done.slice(3, 5)) expect((await answer(who, { participant: { ...good, progress: 'same' } })).status).toBe(201);
    expect((await answer(done[5] ?? '', { participant: {}, remarks: '名前を出してよい。', named: true })).status).toBe(201);
    expect(codes(await answer(done[5] ?? '', { participant: good }))).toEqual(['answeredBefore']);
    expect((await answer(head, { head: { sectionProgress: 'same' } })).status).toBe(201);

    const { participant, head: heads } = await get(hr, `/campaigns/${id}/answers`);
    expect(heads).toEqual({ asked: 1, answered: 1, masked: true });
    expect(participant.results[0]).toEqual({
      ...{ question: 'progress', n: 6, blank: 1 },
      choices: [
        { choice: 'better', count: 3, share: 50 },
        { choice: 'same', count: 2, share: 33.3 },
        { choice: 'worse', count: 0, share: 0 },
      ],
    });
    expect(participant.remarks).toHaveLength(4);
    const named = participant.remarks.filter((one: { staff?: object }) => one.staff);
    expect(named).toEqual([{ text: '名前を出してよい。', staff: { staffNumber: done[5], name: expect.any(String) } }]);
    expect((await town.send(head, 'GET', `/campaigns/${id}/answers`)).status).toBe(403);
  });

  test('the report is frozen, and goes out as JSON, CSV and Excel; members are for HR', async () => {
    const { hr, promoter, deputyMayor, head } = town.accounts;
    const text = '=1+1 窓口の電話が鳴り続けた';
    const raised = await sectionStep(promoter, section, 'raise', { kind: 'trouble', text });
    expect(raised).toMatchObject({ status: 200, body: { state: { raised: [{ text }] } } });
    for (const [when, value] of Object.entries({ before: 120, after: 90 }))
      expect(await step(hr, id, 'measure', { what: 'overtimeHours', when, value, department: 'zeimu' })).toMatchObject({ status: 200 });
    const before = await get(deputyMayor, `/campaigns/${id}/report`);
    expect(before).toMatchObject({ provisional: true, raised: [{ department: 'zeimu', kind: 'trouble', text }] });
    expect(await step(hr, id, 'report', { remarks: '全員が実施した。' })).toMatchObject({ status: 200, body: { status: 'reported' } });
    const report = await get(deputyMayor, `/campaigns/${id}/report`);
    expect(report).toMatchObject({
      ...{ provisional: false, total: before.total, remarks: '全員が実施した。' },
      measurements: [{ what: 'overtimeHours', department: 'zeimu', before: 120, after: 90, change: -30 }],
    });
    const numbers = (await membersOf(id)).map(({ staff }) => staff.staffNumber);
    expect(numbers.filter((one) => JSON.stringify(report).includes(`"${one}"`))).toEqual([]);
    expect((await town.send(head, 'GET', `/campaigns/${id}/report`)).status).toBe(403);

    const csv = (who: string, table: string, charset = 'utf-8') =>
      town.send(who, 'GET', `/exports/campaign?id=${id}&format=csv&table=${table}&charset=${charset}`);
    expect((await csv(hr, 'raised')).body).toContain("'=1+1 窓口の電話が鳴り続けた");
    expect(
      (await csv(deputyMayor, 'departments')).body.split('\r\n').length + (await csv(hr, 'measurements', 'shift_jis')).status,
    ).toBeGreaterThan(200);
    expect((await csv(deputyMayor, 'members')).status).toBe(403);
    for (const number of numbers) expect((await csv(hr, 'members')).body).toContain(number);

    const workbook = async (who: string) => {
      const response = await fetch(`${town.url}/api/v1/exports/campaign?id=${id}`, {
        headers: { Authorization: `Bearer ${await town.token(who)}` },
      });
      expect(response.headers.get('Content-Type')).toMatch(/spreadsheetml/);
      return readXlsxFile(Buffer.from(await response.arrayBuffer()));
    };
    const sheets = await workbook(hr);
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['所属別', '区分別', '対象者', 'アンケート', '質問・困りごと', '効果測定']);
    const cells = new Map(sheets.map(({ sheet, data }) => [sheet, data]));
    expect(cells.get('所属別')?.[1]?.slice(0, 3)).toEqual(['zeimu', 20, report.total.done]);
    expect(cells.get('質問・困りごと')?.[1]?.slice(0, 3)).toEqual(['zeimu', 'trouble', text]); // A text, not what it would come to.
    expect(cells.get('効果測定')?.[1]).toEqual(['overtimeHours', 'zeimu', 120, 90, -30]);
    expect((await workbook(deputyMayor)).map(({ sheet }) => sheet)).not.toContain('対象者');
  });
});

describe('another campaign', () => {
  const [first, last] = [dayOn(now, 21), dayOn(now, 25)];
  let id = '';
  const loansOf = async () =>
    Object.fromEntries(
      (await get(town.accounts.it[0], `/campaigns/${id}/loans`)).items.map(({ status, count }: { status: string; count: number }) => [
        status,
        count,
      ]),
    );

  test('is drawn up from what came of the first, for those who have not done it', async () => {
    const { hr } = town.accounts;
    const [before] = (await get(hr, '/campaigns?status=reported')).items;
    const { draft: next } = await get(hr, `/campaigns/${before.id}/next-draft`);
    expect(next).toMatchObject({ from: dayOn(now, 14), until: dayOn(now, 18), groups: [{ id: 'tax', who: { departments: ['zeimu'] } }] });
    const filed = await post(hr, '/campaigns', { draft: { ...next, from: first, until: last } });
    expect(filed.status).toBe(201);
    id = filed.body.id;
  });

  test('gets the business days of a pause added, and goes on in a second round', async () => {
    const { hr } = town.accounts;
    await planned(id);
    expect(await step(hr, id, 'announce')).toMatchObject({ status: 200 });
    await isOpen(id, 1);
    await expect.poll(loansOf, patience).toEqual({ reserved: 20 });
    await to(first, '08:00');
    await expect.poll(() => statusOf(id), patience).toBe('running');
    expect(await step(hr, id, 'pause', { reason: '大雪' })).toMatchObject({ body: { status: 'paused' } });
    await to(dayOn(first, 1), '08:00');
    expect(await step(hr, id, 'resume')).toMatchObject({
      body: { status: 'running', state: { draft: { until: calendar.addBusinessDays(last, 1) } } },
    });
    const longer = calendar.addBusinessDays(last, 2);
    expect(await step(hr, id, 'extend', { until: longer })).toMatchObject({ status: 200, body: { state: { draft: { until: longer } } } });

    await to(dayOn(longer, 1), '00:01');
    await expect.poll(() => statusOf(id), patience).toBe('closing');
    const round = { from: calendar.addBusinessDays(longer, 2), until: calendar.addBusinessDays(longer, 12) };
    expect(codes(await step(hr, id, 'secondRound', { ...round, from: longer }))).toEqual(['trialInPast from']);
    expect(codes(await step(hr, id, 'secondRound', { ...round, until: longer }))).toEqual(['trialPeriodOrder until']);
    expect(await step(hr, id, 'secondRound', round)).toMatchObject({
      body: { status: 'running', state: { round: 2, roundFrom: round.from } },
    });
    await town.morning(dayOn(longer, 1));
    const again = async () => (await membersOf(id)).filter(({ slots }) => slots.some(({ date }) => date >= round.from)).length;
    await expect.poll(again, patience).toBeGreaterThan(10);
  });

  test('that is cancelled calls its loans back: those not handed over are over, the others come home through their own procedure', async () => {
    const {
      hr,
      it: [keeper],
    } = town.accounts; // IT keeps the common pool.
    /** Handed over before its day: of a device that nobody else is promised until then. */
    const handOverOne = async (): Promise<string | undefined> => {
      const { items } = await get(keeper, '/device-loans?status=reserved&limit=200');
      for (const { id: one } of items) {
        const { state } = await get(keeper, `/device-loans/${one}`);
        if (state.request.from <= last) continue;
        const prepare = { assetTag: state.device.assetTag, fingerprintEnrolled: true, accessories: [] };
        const steps = [await town.step(keeper, one, 'prepare', prepare), await town.step(keeper, one, 'handOver')];
        if (steps.every(({ status }) => status === 200)) return one;
      }
      return undefined;
    };
    let loan: string | undefined;
    await expect.poll(async () => (loan ??= await handOverOne()), patience).toBeDefined();

    expect(await step(hr, id, 'cancel', { reason: '災害対応のため' })).toMatchObject({ body: { status: 'cancelled' } });
    await expect
      .poll(async () => Object.keys(await loansOf()).filter((status) => !['cancelled', 'expired'].includes(status)), patience)
      .toEqual(['handedOver']);
    await expect.poll(async () => (await get(keeper, `/device-loans/${loan}`)).state.recalled, patience).toBe(true);
    expect((await town.step(keeper, loan ?? '', 'takeBack', { accessories: [] })).body.status).toBe('returned');
  });
});
