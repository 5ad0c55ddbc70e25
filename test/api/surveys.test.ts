import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleWorkflows } from '../../worker/create-worker.js';
import { dayOn } from '../../workflows/shared/dates.js';
import { caseWorkflowId } from '../../workflows/shared/procedures.js';
import { longestText } from '../../workflows/survey/questionnaire.js';
import type { Survey } from '../../workflows/survey/rules.js';
import { replayAll } from '../histories.js';
import { brief, surveyDesk } from './survey-desk.js';
import { ApiTown } from './town.js';
import { codes, patience, plainMonday } from './trial-desk.js';

/** The town's date at the beginning. */
const now = plainMonday();

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open();
  await to(now, '07:00');
}, 120_000);
/** Every survey that the tests have held goes on under this workflow. */
afterAll(async () => {
  const rows = await town.ledger.db
    .selectFrom('cases')
    .select(['case_id as caseId', 'status'])
    .where('procedure', '=', 'survey')
    .orderBy('filing')
    .execute();
  const counts = new Map<string, number>();
  const made = rows.map(({ caseId, status }): [string, string] => {
    counts.set(status, (counts.get(status) ?? 0) + 1);
    return [caseWorkflowId({ procedure: 'survey', caseId }), `survey, ${status} ${counts.get(status)}`];
  });
  await replayAll(town.client, await bundleWorkflows(), new Map(made));
  await town.close();
}, 120_000);

const { get, post, to, step, statusOf, scheduled, opened, send, form } = surveyDesk(() => town);
const hr = () => town.accounts.hr;
/** Moves the town's clock past the end of the survey, and so many minutes more; by then it has closed. */
async function closed(id: string, minutes: number): Promise<void> {
  const { closesAt } = (await get(hr(), `/surveys/${id}`)).state as Survey;
  await town.ledger.clockOffset();
  await town.forward(Date.parse(closesAt) + minutes * 60_000 - town.ledger.townClock.now().getTime());
  await expect.poll(() => statusOf(id), patience).toBe('closed');
}
const yes = {
  D: { chose: ['1'] },
  Q1: { chose: ['1'] },
  'Q1-1': { chose: ['1', '3'], other: '申請書の審査' },
  Q2: { text: '特にありません。' },
};
const no = { D: { chose: ['2'] }, Q1: { chose: ['2'] } };
/** As a browser hands the same in. */
const yesForm = {
  do: 'send',
  'answer.D': '1',
  'answer.Q1': '1',
  'answer.Q1-1': ['1', '3'],
  'answer.Q1-1.other': '申請書の審査',
  'answer.Q2': '特にありません。',
};

describe('a draft', () => {
  const draft = (over: object = {}) => ({
    questionnaire: brief,
    audience: { of: 'everybody' },
    from: dayOn(now, 1),
    until: dayOn(now, 4),
    ...over,
  });

  test('is HR’s alone', async () => {
    const { head, admin, deputyMayor } = town.accounts;
    for (const who of [head, admin, deputyMayor]) expect((await post(who, '/surveys', draft())).status).toBe(403);
  });

  const asked = (over: object) => {
    const [part] = brief.parts;
    return {
      questionnaire: {
        ...brief,
        parts: [{ ...part, questions: [...(part?.questions ?? []), { id: 'Q3', text: '設問', kind: 'single', ...over }] }],
      },
    };
  };
  test.each<[string, () => object, string[]]>([
    ['a first day that is over', () => ({ from: dayOn(now, -1) }), ['surveyInPast from']],
    ['its last day before the first', () => ({ until: now }), ['surveyOrder until']],
    ['more than a year', () => ({ until: dayOn(now, 367) }), ['surveyTooLong until']],
    [
      'a department that nobody knows',
      () => ({ audience: { of: 'departments', departments: ['tax'] } }),
      ['unknownDepartment audience.departments'],
    ],
    [
      'a campaign that there is not',
      () => ({ audience: { of: 'campaign', campaign: 'c'.repeat(22) } }),
      ['campaignUnknown audience.campaign'],
    ],
    ['a questionnaire that there is not', () => ({ questionnaire: 'nara' }), ['questionnaireUnknown questionnaire']],
    [
      'a branch from nowhere, and no choices: both named',
      () => asked({ when: { question: 'Q9', chose: ['1'] } }),
      ['choicesNeeded Q3', 'branchUnknown Q3'],
    ],
    [
      'everything else that is wrong, too',
      () => ({ ...asked({ id: 'Q1' }), from: dayOn(now, -1) }),
      ['surveyInPast from', 'questionTwice Q1', 'choicesNeeded Q1'],
    ],
  ])('with %s is refused, and says where', async (_what, over, expected) => {
    const answered = await post(hr(), '/surveys', draft(over()));
    expect([answered.status, codes(answered)]).toEqual([422, expected]);
    expect(JSON.stringify(answered.body.errors)).not.toMatch(/\{\{|undefined/);
  });

  test('can be changed until it is scheduled; from then on the questions stand', async () => {
    const { items } = await get(hr(), '/surveys/questionnaires');
    expect(items.map(({ name }: { name: string }) => name)).toContain('oyama');
    const { body } = await post(hr(), '/surveys', draft());
    expect(body).toMatchObject({ status: 'drafted', receiptNumber: expect.stringMatching(/^令和\d+-調-\d{4}$/) });
    expect(await step(body.id, 'redraft', draft({ questionnaire: 'oyama' }))).toMatchObject({ status: 200 });
    expect(await get(hr(), `/surveys/${body.id}/questionnaire`)).toMatchObject({
      title: { ja: '小山市職員テレワークに関するアンケート調査' },
    });
    expect(await step(body.id, 'schedule')).toMatchObject({ body: { status: 'scheduled' } });
    expect(await step(body.id, 'redraft', draft())).toMatchObject({ status: 409 });
    expect(await step(body.id, 'cancel', { reason: '実施しないこととした。' })).toMatchObject({ body: { status: 'cancelled' } });
  });
});

describe('a survey from its opening to its report', () => {
  const [from, until] = [dayOn(now, 1), dayOn(now, 4)];
  let [id, links]: [string, ReadonlyMap<string, string>] = ['', new Map()];
  /** Who is asked, by number from 0. */
  const person = (nth: number): string => [...links.keys()][nth] ?? '';
  const linkOf = (nth: number): string => links.get(person(nth)) ?? '';

  test('it opens by itself on its first date, and gives everybody who is asked a link of their own, with one mail each', async () => {
    const { secondBorrower: gone } = town.accounts;
    await town.disable(gone);
    id = await scheduled(from, until);
    await to(from, '08:00');
    links = await opened(id);
    expect(links.has(gone)).toBe(false);
    await town.disable(gone, false);
    const staff = await Promise.all(['zeimu', 'shimin'].map((one) => town.directory.staffOf(one)));
    const asked = staff.flat().flatMap(({ staffNumber }) => (staffNumber === gone ? [] : [staffNumber]));
    expect([...links.keys()].sort()).toEqual([...new Set(asked)].sort());
    expect(new Set(links.values()).size).toBe(links.size);
    const mails = await town.ledger.db
      .selectFrom('outbox')
      .select(['recipient', 'params'])
      .where('template', '=', 'surveyOpened')
      .where('case_id', '=', id)
      .execute();
    expect(new Map(mails.map(({ recipient, params }) => [recipient.replace('staff:', ''), params.answer]))).toEqual(links);
    await town.ledger.handOutLinks(id, [...links.keys()], { template: 'surveyOpened', params: {} }); // As by an activity that was begun again.
    expect(await get(hr(), `/surveys/${id}/returns`)).toEqual({ links: links.size, byLink: 0, onPaper: 0, rate: 0 });
    expect(
      (
        await town.ledger.db
          .selectFrom('outbox')
          .select('number')
          .where('template', '=', 'surveyOpened')
          .where('case_id', '=', id)
          .execute()
      ).length,
    ).toBe(links.size);
  });

  test('everybody finds their own link under their surveys, and nobody else’s', async () => {
    const mine = await get(person(0), '/me/surveys');
    expect(mine.items).toEqual([{ survey: id, title: brief.title, until, answered: false, link: `/api/v1/survey-links/${linkOf(0)}` }]);
    expect((await get(hr(), '/me/surveys')).items).toEqual([]);
  });

  test('a link shows the questions to whoever has it, without a login, and no other link does', async () => {
    expect(await town.send(undefined, 'GET', `/survey-links/${linkOf(0)}`)).toMatchObject({
      status: 200,
      body: { status: 'open', until, questionnaire: { title: brief.title } },
    });
    expect((await town.send(undefined, 'GET', '/survey-links/00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await town.send(undefined, 'GET', '/survey-links/1')).status).toBe(400);
    expect((await send('00000000-0000-4000-8000-000000000000', yes)).status).toBe(404);
  });

  test.each<[string, object, string[]]>([
    ['asked of others', { ...no, 'Q1-1': { chose: ['1'] } }, ['notAskedOfYou Q1-1']],
    ['more than can be', { ...yes, 'Q1-1': { chose: ['1', '2', '3'] } }, ['tooManyChoices Q1-1']],
    ['what stands alone', { ...yes, 'Q1-1': { chose: ['1', '4'] } }, ['standsAlone Q1-1']],
    ['several things', { D: { chose: ['1', '2'] }, X: { text: '' }, Q2: { chose: ['1'] } }, ['oneChoiceOnly D', 'wrongKindOfAnswer Q2']],
  ])('an answer with %s is refused, and says where; nothing is kept', async (_what, answers, expected) => {
    const answered = await send(linkOf(0), answers);
    expect([answered.status, codes(answered)]).toEqual([422, expected]);
    expect((await get(person(0), '/me/surveys')).items[0].answered).toBe(false);
  });

  test('a text of a megabyte with formulas is refused by its limit; what is larger than a form can be, unread', async () => {
    const formula = '=HYPERLINK("http://x","y")';
    const long = formula.repeat(Math.ceil(2 ** 20 / formula.length));
    const answered = await send(linkOf(0), { ...yes, Q2: { text: long } });
    expect([answered.status, codes(answered)]).toEqual([422, ['textTooLong Q2']]);
    expect(answered.body.errors[0].message).toContain(`${longestText}`);
    expect((await send(linkOf(0), { Q2: { text: long.repeat(5) } })).status).toBe(413);
  });

  test('a link answers once, also when the same is sent five times at once', async () => {
    const sent = await Promise.all(Array.from({ length: 5 }, () => send(linkOf(0), yes)));
    expect(sent.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422, 422]);
    expect(codes(await send(linkOf(0), no))).toEqual(['answeredBefore']);
    expect((await get(person(0), '/me/surveys')).items[0].answered).toBe(true);
    expect(await town.send(undefined, 'GET', `/survey-links/${linkOf(0)}`)).toMatchObject({ body: { status: 'answered' } });
    expect((await town.send(undefined, 'GET', `/survey-links/${linkOf(0)}`)).body.questionnaire).toBeUndefined();
  });

  test('what papers bring is judged alike, line by line', async () => {
    const heading = 'number,D,Q1,Q1-1,Q1-1.other,Q2';
    const bring = (csv: string, who = hr()) =>
      town.send(who, 'POST', `/imports/survey-answers?id=${id}`, { headers: { 'Content-Type': 'text/csv' }, body: csv });
    expect(await bring([heading, '1,2,1,1 2 3,,', '2,1,2,1,,', 'x,1,1,,,', '1,1,1,,,'].join('\n'))).toMatchObject({
      status: 422,
      body: {
        lines: [
          { line: 2, field: 'Q1-1', problem: expect.stringContaining('At most 2') },
          { line: 3, field: 'Q1-1' },
          { line: 4, field: 'number' },
        ],
      },
    });
    expect(await bring('number,D\n1,1')).toMatchObject({
      status: 422,
      body: { lines: [{ line: 1, problem: `the heading must be ${heading}` }] },
    });
    expect((await bring(heading, town.accounts.head)).status).toBe(403);
    expect(await bring([heading, '1,3,2,,,=1+1', '2,3,2,,,', '3,1,1,4,,'].join('\n'))).toMatchObject({
      status: 200,
      body: { added: 3, known: 0 },
    });
    expect(await bring([heading, '3,1,1,4,,', '4,2,2,,,'].join('\n'))).toMatchObject({ status: 200, body: { added: 1, known: 1 } });
  });

  test('nobody sees results while answers can still come in: each could be told from what it changes', async () => {
    for (const path of ['results', 'cross?by=D&of=Q1', 'texts?question=Q2']) {
      const answered = await town.send(hr(), 'GET', `/surveys/${id}/${path}`);
      expect([answered.status, codes(answered)]).toEqual([422, ['surveyStillOpen']]);
    }
    await send(linkOf(1), no);
    await send(linkOf(2), { Q2: { text: '御検討ください。' } });
    expect(await get(hr(), `/surveys/${id}/returns`)).toMatchObject({ byLink: 3, onPaper: 4 });
  });

  test('who had the form open when it closed may still send it for the time that the pack leaves; nobody else', async () => {
    await town.send(undefined, 'GET', `/survey-links/${linkOf(3)}`);
    await town.send(undefined, 'GET', `/survey-links/${linkOf(4)}`);
    await closed(id, 59);
    expect((await send(linkOf(3), no)).status).toBe(201);
    const late = await send(linkOf(5), no);
    expect([late.status, codes(late)]).toEqual([422, ['surveyClosed']]);
    expect(await town.send(undefined, 'GET', `/survey-links/${linkOf(5)}`)).toMatchObject({ body: { status: 'closed' } });
    expect(codes(await step(id, 'report', {}))).toEqual(['surveyStillOpen']);
    await town.forward(2 * 60_000);
    expect(codes(await send(linkOf(4), no))).toEqual(['surveyClosed']);
  });

  test('results count by branch, with blanks in n; small groups are masked; what was written is HR’s', async () => {
    const { questions, ...about } = await get(hr(), `/surveys/${id}/results`);
    expect(about).toEqual({ title: brief.title, source: brief.source, handedOut: links.size, returned: 8, rate: expect.any(Number) });
    const of = (question: string) => questions.find((one: { question: string }) => one.question === question);
    expect(of('Q1')).toMatchObject({
      n: 8,
      blank: 1,
      choices: [
        { choice: '1', count: 2, share: 25 },
        { choice: '2', count: 5, share: 62.5 },
      ],
    });
    expect(of('Q1-1')).toMatchObject({ masked: true });
    expect(of('Q1-1')).not.toHaveProperty('n');
    expect(of('Q2')).toMatchObject({ n: 8, blank: 5, choices: [] });
    const { lines } = await get(hr(), `/surveys/${id}/cross?by=Q1&of=D`);
    expect(lines).toEqual(
      ['できる', 'できない', undefined].map((ja, at) => ({ choice: ['1', '2', 'blank'][at], ...(ja && { text: { ja } }), masked: true })),
    );
    expect((await get(hr(), `/surveys/${id}/texts?question=Q2`)).items).toEqual(['=1+1', '御検討ください。', '特にありません。']);
    expect((await get(hr(), `/surveys/${id}/texts?question=Q1-1`)).items).toEqual(['申請書の審査']);
    const { deputyMayor } = town.accounts;
    expect((await get(deputyMayor, `/surveys/${id}/results`)).questions).toHaveLength(4);
    expect((await town.send(deputyMayor, 'GET', `/surveys/${id}/texts?question=Q2`)).status).toBe(403);
    expect((await town.send(deputyMayor, 'GET', `/exports/survey?id=${id}&format=csv&table=texts&of=Q2`)).status).toBe(403);
    expect((await town.send(town.accounts.head, 'GET', `/surveys/${id}/results`)).status).toBe(404);
    for (const query of ['cross?by=X&of=Q1', 'cross?by=D&of=Q1&choice=9'])
      expect((await town.send(hr(), 'GET', `/surveys/${id}/${query}`)).status).toBe(400);
  });

  test('the report freezes the counts, and tells the committee', async () => {
    const before = await get(hr(), `/surveys/${id}/results`);
    expect(await step(id, 'report', { papers: 10 })).toMatchObject({ status: 200, body: { status: 'reported', closed: true } });
    expect(await get(hr(), `/surveys/${id}/results`)).toMatchObject({ handedOut: before.handedOut + 10, questions: before.questions });
    expect((await step(id, 'report', {})).status).toBe(409);
    const told = await town.ledger.db
      .selectFrom('outbox')
      .select('recipient')
      .where('template', '=', 'surveyReported')
      .where('case_id', '=', id)
      .execute();
    expect(told).toEqual([{ recipient: 'committee' }]);
  });
});

describe('the form at a link, in a browser', () => {
  let [id, links]: [string, readonly string[]] = ['', []];
  const [first = '', second = '', third = '', fourth = ''] = [0, 1, 2, 3].map((nth) => `${nth}`);
  const link = (nth: string): string => links[Number(nth)] ?? '';

  test('asks every question with its kind and branch, without script, and what was put into it is escaped', async () => {
    const today = dayOn(now, 7);
    await to(today, '08:00');
    id = await scheduled(today, dayOn(today, 2));
    links = [...(await opened(id)).values()];
    const response = await form(link(first));
    const page = await response.text();
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script/);
    expect(page).toContain('<legend>Q1-1 実施したい業務【〇は主なもの2つまで】</legend>');
    expect(page).toContain('Q1で「1. できる」を選択した方にお伺いします。');
    expect(page).toContain('<input type="radio" name="answer.Q1" value="1"> 1. できる');
    expect(page).toContain('<input type="radio" name="answer.Q1" value=""> 無回答');
    expect(page).toContain('<input type="checkbox" name="answer.Q1-1" value="4"> 4. 特にない');
    expect(page).toContain('率直にお答えください。');
    const english = await (await form(link(first), undefined, { 'Accept-Language': 'en' })).text();
    expect(english).toContain('<h1>Survey on telework</h1>');
    expect(english).toContain('For those who chose &quot;1. できる&quot; in Q1.');
  });

  test('keeps what was typed where something is wrong, and says what', async () => {
    const response = await form(link(first), {
      ...yesForm,
      'answer.Q1-1': ['1', '2', '3'],
      'answer.Q2': '</textarea><script>alert(1)</script>',
    });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain('選択することができるのは、2つまでです');
    expect(page).toContain('<input type="checkbox" name="answer.Q1-1" value="3" checked>');
    expect(page).toContain('申請書の審査</textarea>');
    expect(page).toContain('&lt;/textarea&gt;&lt;script&gt;');
    expect(page).not.toContain('<script>');
  });

  test('takes a text of a megabyte back to who typed it, with its limit', async () => {
    const long = '＝'.repeat(2 ** 20 / 3);
    const response = await form(link(first), { ...yesForm, 'answer.Q2': long });
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain(`記入することができるのは、${longestText}文字までです`);
    expect(page).toContain(long);
    expect((await form(link(first), { ...yesForm, 'answer.Q2': long.repeat(3) })).status).toBe(413);
  });

  test('takes the answers once; who sends them twice is told that they are there', async () => {
    const sent = await Promise.all([form(link(first), yesForm), form(link(first), yesForm)]);
    expect(sent.map(({ status }) => status)).toEqual([303, 303]);
    expect(sent.map(({ headers }) => headers.get('Location')).sort()).toEqual([
      `/api/v1/survey-links/${link(first)}`,
      `/api/v1/survey-links/${link(first)}?sent`,
    ]);
    expect(await (await form(`${link(first)}?sent`)).text()).toContain('回答を受け付けました。');
    expect(await (await form(link(first))).text()).toContain('既に受け付けています。');
    expect(await get(hr(), `/surveys/${id}/returns`)).toMatchObject({ byLink: 1 });
  });

  test('a form that stands elsewhere is not taken, nor a link that there is not', async () => {
    expect((await form(link(second), yesForm, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await form('00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await form('00000000-0000-4000-8000-000000000000', yesForm)).status).toBe(404);
  });

  test('who sends it after it has closed reads when that was, with all that they typed; who had it open before does send it', async () => {
    await form(link(third));
    await closed(id, 30);
    expect((await form(link(third), yesForm)).status).toBe(303);
    const late = await form(link(fourth), yesForm);
    const page = await late.text();
    expect(late.status).toBe(422);
    expect(page).toMatch(/回答の受付は、令和\d+年\d+月\d+日\(.\) 00:00に終了しました。/);
    expect(page).toContain('この回答は、送信されていません。');
    for (const typed of ['申請書の審査', '特にありません。', '1 3']) expect(page).toContain(typed);
    expect(await (await form(link(fourth))).text()).toContain('に終了しました。');
  });
});

test('closed early it takes nothing more but what was being typed; extended it stays open; cancelled nothing is taken', async () => {
  const today = dayOn(now, 14);
  await to(today, '08:00');
  const early = await scheduled(today, dayOn(today, 1));
  const [typing = '', other = ''] = [...(await opened(early)).values()];
  await town.send(undefined, 'GET', `/survey-links/${typing}`);
  await town.forward(60_000);
  expect(await step(early, 'closeEarly', { reason: '全員が回答した。' })).toMatchObject({ body: { status: 'closed' } });
  expect((await send(typing, no)).status).toBe(201);
  expect(codes(await send(other, no))).toEqual(['surveyClosed']);

  const longer = await scheduled(today, dayOn(today, 1));
  const [asked = '', later = ''] = [...(await opened(longer)).values()];
  expect(codes(await step(longer, 'extend', { until: dayOn(today, 1) }))).toEqual(['surveyNotLater until']);
  expect(await step(longer, 'extend', { until: dayOn(today, 3) })).toMatchObject({ status: 200 });
  await to(dayOn(today, 2), '08:00');
  expect((await send(asked, no)).status).toBe(201);
  expect(await step(longer, 'cancel', { reason: '設問に誤りがあった。' })).toMatchObject({ body: { status: 'cancelled' } });
  expect(codes(await send(later, no))).toEqual(['surveyNotOpen']);
  expect((await get(hr(), `/surveys/${longer}`)).closed).toBe(true);
  expect(await (await form(later)).text()).toContain('現在、回答を受け付けていません。');
});
