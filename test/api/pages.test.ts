import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { canShow, fieldsFor, read } from '../../api/pages/fields.js';
import { campaignSections } from '../../api/routes/campaign-sections.js';
import { campaigns } from '../../api/routes/campaigns.js';
import { deviceLoans } from '../../api/routes/device-loans.js';
import { registrations } from '../../api/routes/registrations.js';
import { teleworkDays } from '../../api/routes/telework-days.js';
import { yearlyReviews } from '../../api/routes/yearly-reviews.js';
import { type FormField, shapeOf } from '../../api/schemas.js';
import { sectionOf } from '../../config/texts.js';
import { ApiTown, day } from './town.js';

let town: ApiTown;
beforeAll(async () => {
  town = await ApiTown.open({ publicUrl: 'https://telework.example.jp' });
  await town.devices('common', 'PC-0001', 'PC-0002', 'PC-0003');
});
afterAll(() => town?.close());

/** What a browser says of itself, and what it is told. */
interface Shown {
  status: number;
  headers: Headers;
  html: string;
}

/** Goes from page to page as a browser does, without following redirects. */
class Browser {
  cookie = '';

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Shown> {
    return this.ask(path, { headers });
  }

  post(path: string, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = fromHere): Promise<Shown> {
    return this.ask(path, { method: 'POST', body: new URLSearchParams(fields), headers });
  }

  async logIn(staffNumber: string, path = tasks): Promise<Shown> {
    return this.post(path, { do: 'logIn', staffNumber, password: town.accounts.password });
  }

  private async ask(path: string, init: RequestInit): Promise<Shown> {
    const headers = {
      Accept: 'text/html,*/*;q=0.8',
      'Accept-Language': 'ja',
      ...(this.cookie && { Cookie: this.cookie }),
      ...init.headers,
    };
    const response = await fetch(`${town.url}${path}`, { redirect: 'manual', ...init, headers });
    const given = response.headers.get('Set-Cookie')?.split(';')[0];
    if (given) this.cookie = given === 'session=' ? '' : given;
    return { status: response.status, headers: response.headers, html: await response.text() };
  }
}

const fromHere = { 'Sec-Fetch-Site': 'same-origin' };
const tasks = '/api/v1/me/tasks';
const pathOf = (id: string): string => `/api/v1/device-loans/${id}`;
const as = async (staffNumber: string): Promise<Browser> => {
  const browser = new Browser();
  expect((await browser.logIn(staffNumber)).status).toBe(303);
  return browser;
};
/** The key that stands in the form of a step. */
const keyOf = (html: string, step: string): string => {
  const form = html.split('<form').find((one) => one.includes(`value="${step}"`)) ?? '';
  return /name="key" value="([\w-]{36})"/.exec(form)?.[1] ?? '';
};
/** What the form of a step would send as it stands: where a field has several values, one of them. */
function filledIn(html: string, step: string): Record<string, string> {
  const form = html.split('<form').find((one) => one.includes(`value="${step}"`)) ?? '';
  const plain = (text = ''): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  const inputs = [...form.matchAll(/<input[^>]*>/g)].filter(([tag]) => !/type="(radio|checkbox)"/.test(tag) || tag.includes(' checked'));
  const fields = inputs.map(([tag]) => [/ name="([^"]*)"/.exec(tag)?.[1], plain(/ value="([^"]*)"/.exec(tag)?.[1])]);
  const texts = [...form.matchAll(/<textarea[^>]* name="([^"]*)"[^>]*>\n([^<]*)/g)].map(([, name, text]) => [name, plain(text)]);
  const chosen = [...form.matchAll(/<select[^>]* name="([^"]*)"[^>]*>.*?<\/select>/g)].map(([tag, name]) => [
    name,
    /value="(\w+)" selected/.exec(tag)?.[1] ?? '',
  ]);
  return { ...Object.fromEntries([...fields, ...texts, ...chosen]), do: step };
}
const namesOf = async (id: string): Promise<string[]> => (await town.ledger.events(id)).map(({ event }) => event.name);
const filed = async (over: object = {}): Promise<{ id: string; receiptNumber: string }> =>
  (await town.file(town.accounts.borrower, over)).body;

describe('a link of a mail', () => {
  test('asks who is not logged in to do so, and leads back to the page; wrong words lead nowhere', async () => {
    const { head } = town.accounts;
    const { id, receiptNumber } = await filed();
    const browser = new Browser();
    const door = await browser.get(pathOf(id));
    expect([door.status, door.html.includes(receiptNumber)]).toEqual([401, false]);
    expect(door.html).toMatch(/<html lang="ja">[\s\S]*<label for="staffNumber">職員番号[\s\S]*<label for="password">パスワード/);
    expect(door.headers.get('Cache-Control')).toBe('no-store');
    expect(door.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/);

    const wrong = await browser.post(pathOf(id), { do: 'logIn', staffNumber: head, password: 'wrong' });
    expect(wrong).toMatchObject({ status: 401, html: expect.stringMatching(/role="alert"[\s\S]*職員番号又はパスワードが違います/) });
    expect(wrong.html).not.toContain(head);
    const right = await browser.logIn(head, pathOf(id));
    expect([right.status, right.headers.get('Location')]).toEqual([303, pathOf(id)]);
    expect(right.headers.get('Set-Cookie')).toMatch(/^session=[\w-]{43}; Path=\/api\/v1; HttpOnly; Secure; SameSite=Strict$/);

    const page = await browser.get(pathOf(id));
    expect(page.status).toBe(200);
    for (const said of [receiptNumber, '承認待ち', '端末機等借用願の提出', '使用期間の初日', 'ノートパソコン', '待っている手続'])
      expect(page.html).toContain(said);
    expect(page.html).not.toMatch(/<script|javascript:|\son\w+=|undefined|\[object/);
    expect((await browser.get(pathOf(id), { 'Accept-Language': 'en' })).html).toMatch(/<html lang="en">[\s\S]*Yours to do/);
  });

  test('shows what waits, each with its link', async () => {
    const { id, receiptNumber } = await filed();
    const browser = await as(town.accounts.head);
    expect((await browser.get('/')).headers.get('Location')).toBe(tasks);
    const { html } = await browser.get(`${tasks}?limit=200`);
    expect(html).toContain(`<a href="${pathOf(id)}">${receiptNumber}</a> 端末機等借用願の承認`);
    expect((await browser.get(`${tasks}?cursor=nonsense`)).status).toBe(400);
  });

  test('leads a stranger to a page that there is none, as does one that was made up', async () => {
    const { id, receiptNumber } = await filed();
    const browser = await as(town.accounts.promoter);
    for (const one of [id, 'x'.repeat(22)]) {
      const page = await browser.get(pathOf(one));
      expect(page).toMatchObject({ status: 404, html: expect.stringContaining('見つかりません。') });
      expect(page.html).not.toContain(receiptNumber);
    }
    expect((await browser.post(pathOf(id), { do: 'approve', key: randomUUID() })).status).toBe(404);
    expect(await namesOf(id)).toEqual(['request']);
  });

  test('is JSON to everybody else, whom the cookie says nothing', async () => {
    const { borrower } = town.accounts;
    const { id } = await filed();
    const { cookie } = await as(borrower);
    for (const path of [`/device-loans/${id}`, '/me/tasks', '/me', `/device-loans/${id}/events`]) {
      const answer = await town.send(undefined, 'GET', path, { headers: { Cookie: cookie } });
      expect(answer).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } });
    }
    const taken = await town.send(undefined, 'POST', `/device-loans/${id}/steps/withdraw`, {
      headers: { Cookie: cookie },
      key: 'k',
      body: {},
    });
    expect(taken.status).toBe(401);
    const json = await town.send(borrower, 'GET', `/device-loans/${id}`);
    expect([json.body.id, json.headers.get('Vary')]).toEqual([id, expect.stringContaining('Accept')]);
    const html = await town.send(borrower, 'GET', `/device-loans/${id}`, { headers: { Accept: 'text/html' } });
    expect(html.status).toBe(401); // And a bearer token says nothing to a page.
  });
});

describe('a form', () => {
  test('takes the step, once for its page however often it is pressed, and comes back with what came of it', async () => {
    const { id } = await filed();
    const browser = await as(town.accounts.head);
    const key = keyOf((await browser.get(pathOf(id))).html, 'approve');
    const pressed = await Promise.all([1, 2].map(() => browser.post(pathOf(id), { do: 'approve', key })));
    pressed.push(await browser.post(pathOf(id), { do: 'approve', key }));
    for (const { status, headers } of pressed) expect([status, headers.get('Location')]).toEqual([303, `${pathOf(id)}?taken=approve`]);
    const { html } = await browser.get(`${pathOf(id)}?taken=approve`);
    expect(html).toMatch(/role="status">「端末機等借用願の承認」を受け付けました。/);
    expect(html).not.toContain('value="approve"');
    expect((await namesOf(id)).filter((name) => name === 'approve')).toEqual(['approve']);
    expect((await browser.get(`${pathOf(id)}?taken=refuse`)).html).toMatch(/まだ記録されていません/);
    expect((await browser.get(`${pathOf(id)}?taken=<b>`)).html).not.toMatch(/role="status"/);
  });

  test('that is not filled in comes back with what was, and where something is missing', async () => {
    const { id } = await filed();
    const browser = await as(town.accounts.head);
    const key = keyOf((await browser.get(pathOf(id))).html, 'refuse');
    const back = await browser.post(pathOf(id), { do: 'refuse', key, reason: '' });
    expect(back).toMatchObject({
      status: 400,
      html: expect.stringMatching(/role="alert"[\s\S]*理由: 入力が必要です。[\s\S]*aria-invalid="true"/),
    });
    const again = keyOf(back.html, 'refuse');
    expect(again).not.toBe(key);
    expect((await browser.post(pathOf(id), { do: 'refuse', key: again, reason: '業務上の\r\n理由' })).status).toBe(303);
    expect((await (await as(town.accounts.borrower)).get(pathOf(id))).html).toContain('業務上の\n理由');
  });

  test('that a rule refuses comes back with the article, its limit and what was typed', async () => {
    const { borrower, head, it } = town.accounts;
    const { id } = await filed();
    await town.step(head, id, 'approve');
    await expect.poll(async () => (await town.ledger.caseById(id))?.status, { timeout: 30_000 }).toBe('reserved');
    const browser = await as(it[0]);
    const page = await browser.get(pathOf(id));
    expect(page.html).toMatch(/<input type="radio" name="fingerprintEnrolled" value="true" required>\s*はい/);
    const wrong = { do: 'prepare', assetTag: 'PC-9999', fingerprintEnrolled: 'true', accessories: 'wire' };
    const back = await browser.post(pathOf(id), { ...wrong, key: keyOf(page.html, 'prepare') });
    expect(back.status).toBe(422);
    const [, assetTag = ''] =
      /role="alert"[\s\S]*確保している端末機（PC管理番号(PC-\d+)）と異なります（根拠：端末機等借用願.+）。/.exec(back.html) ?? [];
    expect(back.html).toContain('value="PC-9999"');
    expect(back.html).toMatch(/name="fingerprintEnrolled" value="true" checked[\s\S]*name="accessories" value="wire" checked/);
    expect(await namesOf(id)).not.toContain('prepare');
    const right = await browser.post(pathOf(id), { ...wrong, assetTag, key: keyOf(back.html, 'prepare') });
    expect(right.status).toBe(303);
    expect(await namesOf(id)).toContain('prepare');
    expect((await (await as(borrower)).get(pathOf(id))).html).toContain('指紋認証設定');

    await browser.post(pathOf(id), { do: 'handOver', key: keyOf((await browser.get(pathOf(id))).html, 'handOver') });
    const terms = (await town.send(borrower, 'GET', `/device-loans/${id}/terms`)).body;
    const { html } = await (await as(borrower)).get(pathOf(id));
    for (const said of [terms.text.split('\n')[0], `name="terms" required type="text" value="${terms.version}"`])
      expect(html).toContain(said);
  });

  test('that is filed again begins as it was, with forms within forms', async () => {
    const { secondBorrower, head } = town.accounts;
    const form = {
      forms: ['home'],
      workplace: 'ownHome',
      address: '凪沢市<中央>1\n2階',
      phone: '000',
      reason: 'care',
      frequency: { days: 2, per: 'week' },
    };
    const { body } = await town.send(secondBorrower, 'POST', '/registrations', { key: randomUUID(), body: { form } });
    expect(await town.registrationStep(head, body.id, 'sendBack', { remarks: '詳しく' })).toMatchObject({ status: 200 });
    const [browser, path] = [await as(secondBorrower), `/api/v1/registrations/${body.id}`];
    const fields = filledIn((await browser.get(path)).html, 'refile');
    expect(fields).toMatchObject({
      'form.workplace': 'ownHome',
      'form.address': form.address,
      'form.frequency.per': 'week',
      'form.remarks': '',
    });
    expect((await browser.post(path, { ...fields, 'form.frequency.days': '99' })).html).toMatch(/role="alert"[\s\S]*（日数）: .*31以下/);
    expect((await browser.post(path, { ...fields, 'form.frequency.days': '3' })).status).toBe(303);
    const { state } = (await town.send(secondBorrower, 'GET', `/registrations/${body.id}`)).body;
    expect(state.form).toMatchObject({ ...form, frequency: { days: 3, per: 'week' } });
  });

  test('is taken from our own pages only', async () => {
    const { id } = await filed();
    const browser = await as(town.accounts.head);
    const [key, own] = [keyOf((await browser.get(pathOf(id))).html, 'approve'), new URL(town.url).origin];
    const foreign = [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'cross-site', Origin: own },
      { Origin: 'https://elsewhere.example' },
      { Origin: 'null' },
      {},
    ];
    for (const headers of foreign)
      for (const form of [
        { do: 'approve', key },
        { do: 'logIn', staffNumber: town.accounts.head, password: town.accounts.password },
      ])
        expect((await browser.post(pathOf(id), form, headers)).status).toBe(403);
    expect(await namesOf(id)).toEqual(['request']);
    expect((await browser.post(pathOf(id), { do: 'approve', key }, { Origin: own })).status).toBe(303);
    expect((await browser.post(pathOf(id), { do: 'approve', key }, { Origin: 'https://telework.example.jp' })).status).toBe(303);
    expect((await browser.get(pathOf(id))).headers.get('Referrer-Policy')).toBe('same-origin'); // Else the browser would say `null`.
  });

  test('of no sense is refused as such', async () => {
    const { id } = await filed();
    const browser = await as(town.accounts.head);
    const senseless = [{}, { do: 'toString', key: randomUUID() }, { do: 'approve' }, { do: 'approve', key: 'k' }, { key: randomUUID() }];
    for (const form of senseless) expect((await browser.post(pathOf(id), form as Record<string, string>)).status).toBe(400);
    expect((await browser.post(tasks, { do: 'approve', key: randomUUID() })).status).toBe(400);
    expect((await browser.post(pathOf(id), { do: 'refuse', key: randomUUID(), reason: 'x'.repeat(70_000) })).status).toBe(413);
    expect(await namesOf(id)).toEqual(['request']);
  });

  test('shows words as words, whatever they are', async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;</textarea>`;
    const { id } = await filed({ data: hostile });
    const browser = await as(town.accounts.head);
    const key = keyOf((await browser.get(pathOf(id))).html, 'refuse');
    const { html } = await browser.post(pathOf(id), { do: 'refuse', key, reason: `${hostile}\u0007` });
    expect(html.split('&quot;&gt;&lt;script&gt;alert(1)').length).toBe(3);
    expect(html).not.toMatch(/<script|<img/);
    expect(html.split('</textarea>').length).toBe(html.split('<textarea').length);
  });
});

test('who logs out is out, here and everywhere', async () => {
  const browser = await as(town.accounts.head);
  const { cookie } = browser;
  const out = await browser.post(tasks, { do: 'logOut' });
  expect([out.status, out.headers.get('Location'), browser.cookie]).toEqual([303, tasks, '']);
  browser.cookie = cookie;
  expect((await browser.get(tasks)).status).toBe(401);
});

describe('every form of every procedure', () => {
  const forms = [deviceLoans, registrations, teleworkDays, campaigns, campaignSections, yearlyReviews].flatMap(({ name, steps }) =>
    Object.entries(steps as Record<string, { body: z.ZodType }>).map(([step, { body }]) => [`${name}.${step}`, shapeOf(body)] as const),
  );
  const codes = ({ enum: own, properties = {}, items }: FormField): (readonly string[])[] => [
    ...(own?.every((code) => typeof code === 'string') ? [own.map(String)] : []),
    ...[...Object.values(properties), ...(items ? [items] : [])].flatMap(codes),
  ];

  test.each(forms)('%s has fields, and words for them and for their codes', (name, shape) => {
    expect(canShow(shape)).toBe(true);
    for (const language of ['ja', 'en'] as const) {
      const { markup } = fieldsFor(shape, { language, id: name.split('.')[1] ?? '', values: new Map(), errors: [] });
      const shown = [...markup.matchAll(/<(?:label[^>]*|legend)>(?:<input[^>]*>)?\s*([^<]*)/g)].map(([, words = '']) => words);
      const [bare, spoken] = [
        /^[a-z]+[A-Z]\w*|^\w+（/,
        language === 'ja' ? /[\p{L}]/u : /^[^\p{Script=Han}\p{Script=Katakana}\p{Script=Hiragana}]+$/u,
      ];
      for (const words of shown.filter((one) => !/^\d$/.test(one))) {
        expect(words).toMatch(spoken);
        expect(words).not.toMatch(bare);
      }
    }
    for (const some of codes(shape)) expect(sectionOf(some)).toBeDefined();
  });

  test('and one of a kind that no page has is told apart', () => {
    expect(canShow(shapeOf(z.strictObject({ either: z.union([z.string(), z.int()]) })))).toBe(false);
  });

  test('what a browser sends is the body that stands for it', () => {
    const values = new Map(
      Object.entries({
        'done.0.from': ['08:30'],
        'done.0.until': ['12:00'],
        'done.0.task': ['起案'],
        'done.0.level': ['2'],
        'done.1.from': [''],
        'done.1.level': [''],
        result: ['済み'],
        channel: ['phone'],
        reportedAt: ['2026-11-24T08:30'],
        broughtBack: [''],
        personal: ['x'],
      }),
    );
    const { body } = teleworkDays.steps.report;
    const sent = read(shapeOf(body), values);
    expect(sent).toEqual({
      done: [{ from: '08:30', until: '12:00', task: '起案', level: 2 }],
      result: '済み',
      channel: 'phone',
      reportedAt: '2026-11-23T23:30:00.000Z',
    });
    expect(body.safeParse(sent).success).toBe(true);
    const { body: takeBack } = deviceLoans.steps.takeBack;
    expect(read(shapeOf(takeBack), new Map([['returnedBy', ['']]]))).toEqual({ accessories: [] });
    const form = new Map([
      ['form.forms', ['home', 'mobile']],
      ['form.frequency.days', ['2']],
      ['form.checklist', ['机\n椅子\n']],
    ]);
    expect(read(shapeOf(registrations.steps.refile.body), form)).toEqual({
      form: { forms: ['home', 'mobile'], frequency: { days: 2 }, checklist: ['机', '椅子'] },
    });
    expect(read(shapeOf(registrations.steps.confirmRenewal.body), new Map())).toEqual({});
  });
});

test('a day is read and written in the words of the page', async () => {
  const { id } = await filed({ from: day(3), until: day(4) });
  const { html } = await (await as(town.accounts.borrower)).get(pathOf(id));
  expect(html).toMatch(/<dt>使用期間の初日<\/dt><dd><bdi>令和\d+年/);
});
