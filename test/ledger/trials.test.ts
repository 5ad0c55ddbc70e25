import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import type { RosterMember } from '../../activities/ledger/port.js';
import { loan } from './loan.js';
import { addDevice, entry, laptop, town } from './town.js';
import { campaign, day, days, first, isSound, last, member, on, section, standing, tally } from './trial.js';

const [, second = '', , , , monday = ''] = days;

async function trial(members: readonly RosterMember[]) {
  const t = await town();
  await campaign(t);
  const tax = section(t, 'S');
  await tax.has(members, 'openSection');
  return { ...t, tax };
}

describe('how a member stands', () => {
  it('done comes before recorded by HR, exempt, not possible, planned and at risk', async () => {
    const everything = { recorded: true, exemptUntil: last, notPossible: 'noRegistration' } as const;
    const { recorded: _recorded, ...unrecorded } = everything;
    const t = await trial([
      member('1', everything),
      member('2', everything),
      member('3', unrecorded),
      member('4', { notPossible: 'noRegistration' }),
      member('5'),
      member('6', { slots: [] }),
    ]);
    await day(t, '1', second, 'ended');
    expect(await standing(t)).toEqual({ 1: 'done', 2: 'recordedByHr', 3: 'exempt', 4: 'notPossible', 5: 'planned', 6: 'atRisk' });
    const all = tally({ done: 1, recordedByHr: 1, exempt: 1, notPossible: 1, planned: 1, atRisk: 1 });
    expect(await t.ledger.campaignTally('C')).toEqual({
      total: all,
      byDepartment: [{ department: 'tax', ...all }],
      byGroup: [{ group: 'all', ...all }],
    });
    await isSound(t);
  });

  it.each([
    ['a plan that is filed', ['planned'], 'planned'],
    ['an approved plan', ['planned', 'approved'], 'planned'],
    ['a day that is begun only', ['approved', 'started'], 'planned'],
    ['both reports', ['approved', 'started', 'ended'], 'done'],
    ['a result reported back, and accepted', ['approved', 'started', 'ended', 'reported', 'closed'], 'done'],
    ['a day that was missed', ['approved', 'missed'], 'planned'],
  ])('evidence: %s', async (_what, statuses, status) => {
    const t = await trial([member('1')]);
    for (const one of statuses) await day(t, '1', second, one);
    expect(await standing(t)).toEqual({ 1: status });
    await isSound(t);
  });

  it('a start without a plan counts from its approver’s recognition on, and no more once it is declined', async () => {
    const t = await trial([member('1')]);
    await day(t, '1', second, 'ended', 'toConfirm');
    expect(await standing(t)).toEqual({ 1: 'planned' });
    await day(t, '1', second, 'ended', 'confirmed');
    expect(await standing(t)).toEqual({ 1: 'done' });
    await day(t, '1', second, 'ended', 'declined');
    expect(await standing(t)).toEqual({ 1: 'planned' });
    await isSound(t);
  });

  it('evidence outside the period, of before the campaign and of others is none; what was seen before the section was opened is', async () => {
    const t = await town();
    await campaign(t);
    await day(t, '1', '2027-04-09', 'closed');
    await day(t, '2', first, 'closed');
    await day(t, '3', '2027-04-26', 'closed');
    await section(t, 'S').has(['1', '2', '3'].map((staff) => member(staff)));
    expect(await standing(t)).toEqual({ 1: 'planned', 2: 'done', 3: 'planned' });
  });

  it('each duty is capped: two days in one week are not one in each of two', async () => {
    const weekly = [
      { from: first, until: '2027-04-18', times: 1 },
      { from: '2027-04-19', until: last, times: 1 },
    ];
    const t = await trial([member('1', { duties: weekly, slots: on(first, monday) })]);
    await day(t, '1', first, 'ended');
    await day(t, '1', second, 'ended');
    const [row] = (await t.ledger.trialMembers({ campaign: 'C', limit: 10 })).items;
    expect(row).toMatchObject({ status: 'planned', needed: 2, done: 1, observed: [first, second] });
    await day(t, '1', monday, 'ended');
    expect((await t.ledger.trialMembers({ campaign: 'C', limit: 10 })).items[0]).toMatchObject({ status: 'done', done: 2 });
    await isSound(t);
  });

  it('is planned while the slots ahead cover what is missing of each duty', async () => {
    const twice = { duties: [{ from: first, until: last, times: 2 }] };
    const t = await trial([member('1', { ...twice, slots: on(first, second) }), member('2', { ...twice, slots: on(first) })]);
    expect(await standing(t)).toEqual({ 1: 'planned', 2: 'atRisk' });
    await day(t, '2', first, 'ended'); // Its slot: a day that was seen is no slot ahead as well.
    expect(await standing(t)).toEqual({ 1: 'planned', 2: 'atRisk' });
    await day(t, '2', monday, 'ended');
    expect(await standing(t)).toEqual({ 1: 'planned', 2: 'done' });
    expect(await t.ledger.trialForecast('C')).toEqual([{ date: second, members: 1 }]);
  });

  it('says when who is planned will be done: with the last slot that is needed', async () => {
    const twice = { duties: [{ from: first, until: last, times: 2 }] };
    const t = await trial([
      member('1'),
      member('2', { slots: on(second, monday) }),
      member('3', { ...twice, slots: on(first, monday, last) }),
      member('4', { ...twice, slots: on(monday, last) }),
    ]);
    await day(t, '4', first, 'ended');
    expect(await t.ledger.trialForecast('C')).toEqual([
      { date: first, members: 1 },
      { date: second, members: 1 },
      { date: monday, members: 2 },
    ]);
  });
});

describe('the section’s roster', () => {
  it('is followed in the event’s transaction; an event without one, and one that is refused, change nothing', async () => {
    const t = await trial([member('1'), member('2')]);
    await t.tax.does('raise', {});
    expect(await standing(t)).toEqual({ 1: 'planned', 2: 'planned' });
    const refusal = { code: 'notOpen', article: 'Art. 5' };
    const requires = { procedure: 'registration', staff: '1', status: 'active', refusal } as const;
    expect(await t.tax.has([], 'close', { requires })).toMatchObject({ refuses: refusal });
    expect(await standing(t)).toEqual({ 1: 'planned', 2: 'planned' });
  });

  it('who is no longer in it goes, whoever is new comes', async () => {
    const t = await trial([member('1'), member('2')]);
    await t.tax.has([member('2', { slots: [] }), member('3')], 'leave');
    expect(await standing(t)).toEqual({ 2: 'atRisk', 3: 'planned' });
    expect((await t.ledger.campaignTally('C')).total).toEqual(tally({ planned: 1, atRisk: 1 }));
    await isSound(t);
  });

  it('a person is in one section: whether the new one says so first or the old one, and whatever the old one does meanwhile', async () => {
    const t = await trial([member('1'), member('2')]);
    const welfare = section(t, 'W', { department: 'welfare' });
    await welfare.has([member('1')], 'openSection'); // 1 has joined before leaving.
    await t.tax.has([member('1', { slots: [] }), member('2')], 'askSwap');
    expect(await t.ledger.campaignTally('C')).toMatchObject({
      byDepartment: [
        { department: 'tax', planned: 1 },
        { department: 'welfare', planned: 1 },
      ],
    });
    await t.tax.has([member('2')], 'leave');
    await t.tax.has([], 'leave'); // 2 leaves before joining.
    await welfare.has([member('1'), member('2')], 'join');
    expect(await standing(t)).toEqual({ 1: 'planned', 2: 'planned' });
    expect((await t.ledger.trialMembers({ campaign: 'C', limit: 9 })).items.map(({ caseId }) => caseId)).toEqual(['W', 'W']);
    await t.tax.has([member('1')], 'join'); // And back again.
    await welfare.has([member('2')], 'leave');
    expect((await t.ledger.trialMembers({ campaign: 'C', departments: ['tax'], limit: 9 })).items.map(({ staff }) => staff)).toEqual(['1']);
    await isSound(t);
  });

  it('two campaigns of one person stand apart; a day is evidence for both', async () => {
    const t = await trial([member('1')]);
    await campaign(t, 'D');
    await section(t, 'S2', { of: 'D' }).has([member('1', { duties: [{ from: first, until: last, times: 2 }], slots: on(second, monday) })]);
    await day(t, '1', second, 'ended');
    expect([await standing(t), await standing(t, 'D')]).toEqual([{ 1: 'done' }, { 1: 'planned' }]);
    expect((await t.ledger.trialsOf('1')).map((one) => [one.campaign, one.status])).toEqual([
      ['C', 'done'],
      ['D', 'planned'],
    ]);
    const over = { procedure: 'trial-campaign', summary: { status: 'reported', department: 'hr', staff: '9' }, due: [] } as const;
    await t.ledger.append(entry('C', 3, { name: 'report' }, over));
    expect((await t.ledger.trialsOf('1')).map((one) => one.campaign)).toEqual(['D']);
    await isSound(t);
  });

  it('somebody becomes a member while their day ends: one waits for the other, and the day is seen', async () => {
    const t = await trial([]);
    await day(t, '1', first, 'started');
    let joining: Promise<unknown> = Promise.resolve();
    await t.ledger.db.transaction().execute(async (trx) => {
      await sql`update telework_days set status = 'ended' where staff = '1'`.execute(trx);
      joining = t.tax.has([member('1')], 'join');
      const waits = vi.waitFor(async () => expect(await t.sql('select from pg_locks where not granted')).not.toEqual([]), {
        timeout: 15_000,
      });
      await Promise.race([joining, waits]);
    });
    await joining;
    expect(await standing(t)).toEqual({ 1: 'done' });
  });

  it('the audit finds a row that was changed, added or removed past the ledger', async () => {
    const t = await trial([member('1'), member('2')]);
    const findings = async () => {
      const found: string[] = [];
      for await (const { table, problem, what } of t.ledger.verifyChains()) found.push([table, problem, what].filter(Boolean).join(' '));
      return found;
    };
    await t.sql(`update trial_members set recorded = true where staff = '1'`);
    expect(await findings()).toEqual(['trial_members changed recorded']);
    await t.sql(`delete from trial_members where staff = '1'`);
    expect(await findings()).toEqual(['trial_members missing']);
    await t.tax.has([member('1'), member('2')]);
    expect(await findings()).toEqual([]);
    await t.sql(`insert into trial_members (campaign, staff, case_id, department, "group", duties, slots, recorded)
      select campaign, '3', case_id, department, "group", duties, slots, true from trial_members where staff = '1'`);
    expect(await findings()).toEqual(['trial_members added']);
  });
});

describe('the morning watch', () => {
  it('whose slot has passed without evidence is behind, and whose exemption is over; asked again, or for an earlier date, the same', async () => {
    const t = await trial([
      member('1'),
      member('2', { exemptUntil: first, slots: [] }),
      member('3', { slots: on(monday) }),
      member('4', { notPossible: 'noRegistration', slots: [] }),
      member('5'),
    ]);
    await day(t, '5', first, 'ended');
    const behind = async (date: string) =>
      (await t.ledger.watchTrial('C', date)).map(({ caseId, seq, behind: who }) => ({ caseId, seq, who: who.map(({ staff }) => staff) }));
    expect(await behind(first)).toEqual([]);
    expect(await standing(t)).toMatchObject({ 1: 'planned', 2: 'exempt' });
    expect(await behind(second)).toEqual([{ caseId: 'S', seq: 1, who: ['1', '2'] }]);
    expect(await behind(first)).toEqual([{ caseId: 'S', seq: 1, who: ['1', '2'] }]);
    expect(await standing(t)).toEqual({ 1: 'atRisk', 2: 'atRisk', 3: 'planned', 4: 'notPossible', 5: 'done' });
    expect((await t.ledger.undoneIn('S')).map(({ staff }) => staff)).toEqual(['1', '2', '3']);
    await isSound(t);
  });

  it('of a week that is over nobody is behind any more, though it can never be done', async () => {
    const weekly = [
      { from: first, until: '2027-04-18', times: 1 },
      { from: '2027-04-19', until: last, times: 1 },
    ];
    const t = await trial([member('1', { duties: weekly, slots: on(first, monday) })]);
    expect(await t.ledger.watchTrial('C', second)).toMatchObject([{ behind: [{ staff: '1' }] }]);
    expect(await t.ledger.watchTrial('C', monday)).toEqual([]);
    expect(await standing(t)).toEqual({ 1: 'atRisk' });
    await t.ledger.watchTrial('C', '2027-05-01');
    await isSound(t);
  });

  it('reads only those of whom time can have changed something', async () => {
    const t = await trial([...Array.from({ length: 50 }, (_, index) => member(`${100 + index}`, { slots: on(last) })), member('1')]);
    await t.sql('create sequence judgements');
    await t.sql(
      `create function note_judgement() returns trigger language plpgsql as $$ begin perform nextval('judgements'); return new; end $$`,
    );
    await t.sql('create trigger noted before update on trial_members for each row execute function note_judgement()');
    await t.ledger.watchTrial('C', second);
    expect(await t.sql('select last_value::int as judged from judgements')).toEqual([{ judged: 1 }]);
  });
});

it('names what was declared and not seen, and what was seen and not declared, page by page', async () => {
  const t = await trial([
    member('1', { slots: on(first, monday) }),
    member('2', { duties: [{ from: first, until: last, times: 3 }], slots: on(second) }),
    member('3', { slots: on(last) }),
  ]);
  await day(t, '2', first, 'ended');
  await day(t, '2', days[2] ?? '', 'approved');
  await day(t, '2', days[3] ?? '', 'planned'); // Nobody has approved it.
  await day(t, '3', first, 'approved');
  await day(t, '3', first, 'missed');
  await day(t, '3', '2027-04-08', 'missed'); // Outside the period.
  await t.ledger.watchTrial('C', monday);
  const gaps = async (limit: number) => {
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await t.ledger.evidenceGaps({ campaign: 'C', limit, ...(cursor !== undefined && { cursor }) });
      found.push(...page.items.map(({ staff, date, gap }) => `${staff} ${date} ${gap}`));
      if (page.cursor === undefined) return found;
      cursor = page.cursor;
    }
  };
  const all = [
    `1 ${first} declaredNotObserved`,
    `2 ${first} observedNotDeclared`,
    `2 ${second} declaredNotObserved`,
    `2 ${days[2]} declaredNotObserved`,
    `3 ${first} declaredNotObserved`,
  ];
  expect(await gaps(200)).toEqual(all);
  expect(await gaps(2)).toEqual(all);
});

describe('attendance of another system', () => {
  const file = (...rows: readonly string[]) => `staff_number,date\n${rows.map((row) => `${row}\n`).join('')}`;

  it('adds to what is known, once, and is evidence like a day', async () => {
    const t = await trial([member('1'), member('2')]);
    t.clock.set('2027-04-20T00:00:00.000Z');
    const rows = file(`1,${first}`, `1,${first}`, `7,${first}`);
    expect(await t.ledger.importObserved(rows, { by: '9', preview: true })).toMatchObject({ added: 2, known: 0, problems: [] });
    expect(await standing(t)).toEqual({ 1: 'planned', 2: 'planned' });
    expect(await t.ledger.importObserved(rows, { by: '9' })).toEqual({ added: 2, changed: 0, removed: 0, known: 0, problems: [] });
    expect(await t.ledger.importObserved(file(`1,${first}`, `2,${second}`), { by: '9' })).toMatchObject({ added: 1, known: 1 });
    expect(await standing(t)).toEqual({ 1: 'done', 2: 'done' });
    expect(await t.ledger.lastTelework(['1', '2', '3'])).toEqual(
      new Map([
        ['1', first],
        ['2', second],
      ]),
    );
    expect(await t.sql('select kind, by, added from personnel_imports order by number')).toEqual([
      { kind: 'attendance', by: '9', added: 2 },
      { kind: 'attendance', by: '9', added: 1 },
    ]);
    await isSound(t);
  });

  it('with problems nothing is written, and each is named', async () => {
    const t = await trial([member('1')]);
    const { added, problems } = await t.ledger.importObserved(file('1,2027-04-01', 'S1,2027-04-01', '1,1 April', '1', `1,${first}`), {
      by: '9',
    });
    expect([added, problems.map(({ line, field }) => `${line} ${field}`)]).toEqual([0, ['3 staff_number', '4 date', '5 ', '6 date']]);
    expect((await t.ledger.importObserved('staff,date\n', { by: '9' })).problems).toMatchObject([{ line: 1 }]);
    expect((await t.ledger.importObserved('', { by: '9' })).problems).toMatchObject([{ line: 1 }]);
    expect((await t.ledger.importObserved(file('1,"2027'), { by: '9' })).problems).toMatchObject([{ problem: 'is not CSV' }]);
    const many = await t.ledger.importObserved(file(...Array.from({ length: 5_000 }, () => 'x,y')), { by: '9' });
    expect(many.problems).toHaveLength(1_000);
    expect(await t.sql('select from attendance')).toEqual([]);
  });
});

describe('what a plan is made from', () => {
  it('devices of the pools, with the spans in which they are promised or out; those of the section itself are free', async () => {
    const t = await town();
    for (const tag of ['PC-1', 'PC-2', 'PC-3', 'PC-4']) await addDevice(t, tag);
    await addDevice(t, 'PC-5', { status: 'inRepair' });
    await addDevice(t, 'PC-6', { zone: 'myNumber' });
    await addDevice(t, 'PC-7', { pool: 'welfare' });
    await loan(t, 'A').out(laptop('2027-04-05', '2027-04-13'));
    const within = { summary: { status: 'approved', department: 'tax', staff: 'S4021', within: 'S' } };
    const mine = loan(t, 'B');
    await mine.step('request', laptop('2027-04-14', '2027-04-15', { prefers: 'PC-3' }), within);
    await loan(t, 'D').out(laptop('2027-03-01', '2027-03-02', { prefers: 'PC-4' })); // Long over, and still out.
    const query = { kind: 'laptop', pools: ['tax'], from: first, until: last } as const;
    const all = { from: first, until: last };
    expect(await t.ledger.poolDevices(query)).toEqual([
      { assetTag: 'PC-1', pool: 'tax', busy: [{ from: first, until: '2027-04-14' }] },
      { assetTag: 'PC-2', pool: 'tax', busy: [] },
      { assetTag: 'PC-3', pool: 'tax', busy: [{ from: '2027-04-14', until: '2027-04-16' }] },
      { assetTag: 'PC-4', pool: 'tax', busy: [all] },
    ]);
    expect((await t.ledger.poolDevices({ ...query, without: 'S' }))[2]).toEqual({ assetTag: 'PC-3', pool: 'tax', busy: [] });
    expect((await t.ledger.poolDevices({ kind: 'laptop', from: first, until: last })).map(({ pool }) => pool)).toContain('welfare');
  });

  it('absences, employment and registrations of many people at once', async () => {
    const t = await town();
    await t.ledger.importAbsences(
      `staff_number,from,until,reason\n1,2027-04-10,${second},leave\n2,2027-04-22,,leave\n3,2027-05-01,,leave\n`,
      { by: '9' },
    );
    expect(await t.ledger.absencesWithin(['1', '2', '3', '4'], first, last)).toEqual(
      new Map([
        ['1', [first, second]],
        ['2', ['2027-04-22', last]],
      ]),
    );
    await t.ledger.importEmployment(
      'staff_number,kind,from,until,occupation\n1,regular,2020-04-01,,clerk\n2,temporary,2027-05-01,2028-03-31,nurse\n',
      { by: '9' },
    );
    const regular = { kind: 'regular', occupation: 'clerk', from: '2020-04-01' };
    expect(await t.ledger.employmentAmong(['1', '2'], first)).toEqual(new Map([['1', regular]]));
    for (const [staff, status, reason] of [
      ['1', 'active', 'child'],
      ['2', 'active', undefined],
      ['3', 'filed', 'care'],
    ] as const)
      await t.ledger.append(
        entry(
          `R${staff}`,
          1,
          { name: 'file' },
          {
            procedure: 'registration',
            state: { form: { forms: ['home'], ...(reason && { reason }) } },
            summary: { status, department: 'tax', staff },
          },
        ),
      );
    expect(await t.ledger.registeredAmong(['1', '2', '3'])).toEqual(
      new Map([
        ['1', { reason: 'child', forms: ['home'] }],
        ['2', { forms: ['home'] }],
      ]),
    );
  });
});

describe('a plan', () => {
  const plan = (name: string) => ({
    header: { plan: name, hash: 'h', feasible: true, members: 2, sections: 2, placed: 2, cannot: 0, notPossible: 0 },
    sections: ['tax', 'welfare'].map((department) => ({
      campaign: 'C',
      department,
      plan: name,
      from: first,
      until: last,
      unit: 'day' as const,
      members: [],
      others: [],
      closed: [],
    })),
    reasons: [{ dates: 10 }],
  });

  it('is kept once, and answers each asking once, also after the news has been written down', async () => {
    const t = await town();
    await campaign(t);
    await t.ledger.keepTrialPlan('C', plan('P'), 2);
    await t.ledger.keepTrialPlan('C', plan('P'), 2);
    const { next } = await t.ledger.look({ caseId: 'C', seq: 3, due: [{ step: 'planned', from: 'planner' }] });
    expect(next).toMatchObject({ name: 'planned', input: { by: 'system', plan: 'P', placed: 2 } });
    expect(await t.sql('select key from news')).toHaveLength(1);
    await t.ledger.append(entry('C', 3, next ?? { name: '' }, { procedure: 'trial-campaign' }));
    await t.ledger.keepTrialPlan('C', plan('P'), 2); // The word that it was done got lost.
    expect(await t.sql('select key from news')).toEqual([]);
    await t.ledger.keepTrialPlan('C', plan('P'), 4); // Asked again: the same plan is an answer.
    expect(await t.sql('select key from news')).toHaveLength(1);
    expect(await t.ledger.trialPlan('P')).toEqual({ header: plan('P').header, reasons: [{ dates: 10 }] });
    const page = await t.ledger.trialPlanSections({ plan: 'P', limit: 1 });
    expect(page.items.map(({ department }) => department)).toEqual(['tax']);
    const rest = await t.ledger.trialPlanSections({ plan: 'P', limit: 1, ...(page.cursor && { cursor: page.cursor }) });
    expect(rest).toEqual({ items: [plan('P').sections[1]] });
    expect(await t.ledger.trialPlan('Q')).toBeUndefined();
  });

  it('opens its sections once; those of a cancelled campaign that nobody has begun to start never', async () => {
    const t = await town();
    await campaign(t);
    await t.ledger.keepTrialPlan('C', plan('P'), 2);
    const input = { by: '9', as: 'hr' };
    expect(await t.ledger.openTrialSections('C', 'P', input)).toBe(2);
    const [begun, ...others] = await t.ledger.takeOpenings(1, '2027-01-01T00:00:00Z');
    expect([begun, others]).toMatchObject([
      { procedure: 'trial-section', opening: { name: 'openSection', input: { department: 'tax', by: '9' } } },
      [],
    ]);
    expect(await t.ledger.openTrialSections('C', 'P', input)).toBe(2);
    const cancelled = { procedure: 'trial-campaign', summary: { status: 'cancelled', department: 'hr', staff: '9' } } as const;
    const tells = [{ procedure: 'trial-section', within: 'C', name: 'cancel' }] as const;
    await t.ledger.append(entry('C', 3, { name: 'cancel' }, { ...cancelled, tells }));
    expect(await t.sql('select case_id from openings')).toEqual([{ case_id: begun?.caseId }]);
    expect(await t.sql('select case_id, name from news where name = $1', ['cancel'])).toEqual([{ case_id: begun?.caseId, name: 'cancel' }]);
    expect(await t.ledger.openTrialSections('C', 'P', input)).toBe(0);
  });
});
