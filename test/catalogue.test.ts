import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { renderMail } from '../activities/mail/render.js';
import { en } from '../config/locales/en.js';
import { ja } from '../config/locales/ja.js';
import { loadPack } from '../config/policy/pack.js';
import { policySchema } from '../config/policy/schema.js';
import { dateInWords, escapeHtml, fiscalYearInWords, mailText, monthInWords, say } from '../config/texts.js';
import { steps } from '../workflows/device-loan/contract.js';
import { due, mails } from '../workflows/device-loan/rules.js';
import { steps as registrationSteps } from '../workflows/registration/contract.js';
import * as registrations from '../workflows/registration/rules.js';
import { steps as surveySteps } from '../workflows/survey/contract.js';
import * as surveys from '../workflows/survey/rules.js';
import * as days from '../workflows/telework-day/rules.js';
import { steps as campaignSteps } from '../workflows/trial-campaign/contract.js';
import * as campaigns from '../workflows/trial-campaign/rules.js';
import { steps as sectionSteps } from '../workflows/trial-section/contract.js';
import * as sections from '../workflows/trial-section/rules.js';
import { steps as reviewSteps } from '../workflows/yearly-review/contract.js';
import * as reviews from '../workflows/yearly-review/rules.js';
import { statesOf, walk } from './device-loan/cases.js';
import * as registrationCases from './registration/cases.js';
import * as surveyCases from './survey/cases.js';
import * as dayCases from './telework-day/cases.js';
import * as campaignCases from './trial-campaign/cases.js';
import * as sectionCases from './trial-section/cases.js';
import * as reviewCases from './yearly-review/cases.js';

type Words = { readonly [key: string]: string | readonly string[] | Words };

/** Every text by its path; the lines of a body are one text. */
function flat(words: Words, path = ''): Map<string, string> {
  const entries = Object.entries(words).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'string') return [[`${path}${key}`, value]];
    if (Array.isArray(value)) return [[`${path}${key}`, value.join('\n')]];
    return [...flat(value as Words, `${path}${key}.`)];
  });
  return new Map(entries);
}

const [japanese, english] = [flat(ja), flat(en)];
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(.+?)\}\}/g)].map(([, inside]) => inside ?? '').sort();
const distinct = <Item>(items: readonly Item[]): Item[] => [...new Set(items)];
const templates = Object.keys(ja.mail) as (keyof typeof ja.mail)[];

describe('the catalogue', () => {
  test('has the same keys in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...japanese.keys()].sort());
  });

  test.each([...japanese.keys()])('says the same with the same placeholders: %s', (key) => {
    const [original, translation] = [japanese.get(key) ?? '', english.get(key) ?? ''];
    expect(original.trim()).not.toBe('');
    expect(translation.trim()).not.toBe('');
    expect(distinct(placeholders(translation))).toEqual(distinct(placeholders(original)));
    expect(translation).not.toMatch(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u);
  });

  test('knows every format that a placeholder asks for', () => {
    const formats = [...japanese.values(), ...english.values()].flatMap(placeholders).flatMap((inside) => inside.split(', ').slice(1));
    for (const format of distinct(formats))
      if (!['date', 'lastDay', 'fiscalYear', 'month'].includes(format)) expect(ja).toHaveProperty(format);
  });

  test('every mail says where to go on, and its receipt number in subject and body', () => {
    for (const template of templates) {
      for (const language of ['ja', 'en'] as const) {
        const { subject, text } = mailText(language, template, {
          recipient: '花子',
          receiptNumber: '令和8-貸-0123',
          link: 'https://t.example.jp/1',
        });
        expect(subject).toContain('令和8-貸-0123');
        expect(text).toContain('令和8-貸-0123');
        expect(text).toContain('https://t.example.jp/1');
        expect(`${subject}${text}`).not.toMatch(/\{\{|undefined|(mail|frame)\.\w/);
      }
    }
  });
});

describe('every code has its words', () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = ['activities', 'api', 'workflows'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(root, folder, path)),
  );
  const sources = files.filter((path) => path.endsWith('.ts')).map((path) => readFileSync(path, 'utf8'));
  const codes = (pattern: RegExp): string[] =>
    distinct(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, code]) => code ?? '')));

  test('of a rule that refuses a step', () => {
    const found = codes(/code: '(\w+)',\s*article/g);
    expect(found.length).toBeGreaterThan(15);
    for (const code of found) expect(Object.keys(ja.refusal)).toContain(code);
    expect(Object.keys(ja.refusal).filter((code) => !found.includes(code))).toEqual([]);
  });

  test('of a field that a rule names', () => {
    for (const field of codes(/article: [^\n]+,\s*field: '(\w+)'/g)) expect(Object.keys(ja.field)).toContain(field);
  });

  test('every mail that a loan orders has a text, and says all that the text needs', () => {
    const ordered = new Set<string>();
    const seen = new Set<string>();
    for (const ways: (readonly number[])[] = [[]]; ways.length; ) {
      const way = ways.pop() ?? [];
      const events = walk(way);
      const [event, loan] = [events.at(-1), statesOf(events).at(-1)];
      const place = JSON.stringify([event?.name, loan]);
      if (!event || !loan || seen.has(place)) continue;
      seen.add(place);
      ways.push(...due(loan).map((_, choice) => [...way, choice]));
      for (const { template, params } of mails(loan, event)) {
        ordered.add(template);
        expect(templates).toContain(template);
        const words = { ...params, person: '花子', recipient: '太郎' };
        const { subject, text } = mailText('ja', template as (typeof templates)[number], words);
        const unsaid = template === 'loanRecalled' ? /^(?!PC管理番号：).*—/m : /—/; // It may come before there is a device.
        expect(`${subject}\n${text}`).not.toMatch(unsaid);
        expect(text.includes('花子')).toBe(params?.staff !== undefined);
      }
    }
    expect(ordered.size).toBeGreaterThan(15);
  });

  test('of a step, a deadline or news that a loan waits for, and of a status', () => {
    const loan = { step: ja.step['device-loan'], status: ja.status['device-loan'] };
    for (const step of Object.keys(steps)) expect(loan.step).toHaveProperty(step);
    const rules = readFileSync(join(root, 'workflows/device-loan/rules.ts'), 'utf8');
    for (const [, name] of rules.matchAll(/case '(\w+)':/g)) expect({ ...loan.step, ...loan.status }).toHaveProperty(name ?? '');
  });

  const { policy, event, opening } = registrationCases;
  /** Templates, and mails with all that they say. */
  const everOrdered = new Set<string>();
  /** Walks from state to state; how often it was approved makes no other state. */
  test.each([
    ['with an end of the year', {}, { urgent: true }],
    ['without one', { policy: { ...policy, endsWithFiscalYear: false } }, { validUntil: undefined, renewalOpens: undefined }],
    ['moved along with the person', { policy: { ...policy, endsOnTransfer: false, changeNeedsApproval: false, hrMayRevoke: true } }, {}],
    ['entered from paper', { enteredAs: 'hr' as const }, {}],
  ])('every mail that a registration orders has a text, and says all that the text needs: %s', (_what, request, input) => {
    const first = opening(request);
    const begin = { ...first, input: { ...first.input, ...input } } as registrations.RegistrationEvent;
    const open: { before?: registrations.Registration; taken: registrations.RegistrationEvent }[] = [{ taken: begin }];
    const seen = new Set<string>();
    for (let next = open.pop(); next; next = open.pop()) {
      const { before, taken } = next;
      const after = registrations.apply(before, taken);
      const place = JSON.stringify([taken.name, { ...after, version: 0 }]);
      if (seen.has(place)) continue;
      seen.add(place);
      for (const { step } of registrations.due(after)) {
        open.push({ before: after, taken: event(after, step, { urgent: true }) });
        if (step === 'decideChange') open.push({ before: after, taken: event(after, step, { granted: false }) });
      }
      for (const { template, params } of registrations.mails(after, taken)) {
        const mail = JSON.stringify([template, params]);
        if (everOrdered.has(mail)) continue;
        everOrdered.add(mail).add(template);
        expect(templates).toContain(template);
        const { subject, text } = mailText('ja', template as (typeof templates)[number], { ...params, person: '花子', recipient: '太郎' });
        const unsaid = after.validUntil ? /—/ : /^(?!登録期間の末日：).*—/m; // The year does not end every registration.
        expect(`${subject}\n${text}`).not.toMatch(unsaid);
        expect(text.includes('花子')).toBe(params?.staff !== undefined);
        expect(`${subject}${text}`).not.toMatch(/[a-z]{3,}/);
      }
    }
  });

  test('and each of these texts is ordered some time', () => {
    expect(templates.filter((template) => template.startsWith('registration') && !everOrdered.has(template))).toEqual([]);
  });

  test('of a step, a deadline or news that a registration waits for, of a status, and of a cause of its end', () => {
    const rules = readFileSync(join(root, 'workflows/registration/rules.ts'), 'utf8');
    const named = { ...ja.step.registration, ...ja.status.registration };
    const quoted = (text: string) => [...text.matchAll(/'(\w+)'/g)].map(([, word]) => word ?? '');
    for (const step of Object.keys(registrationSteps)) expect(ja.step.registration).toHaveProperty(step);
    for (const [, name] of rules.matchAll(/case '(\w+)':/g)) expect(named).toHaveProperty(name ?? '');
    expect(Object.keys(ja.status.registration).sort()).toEqual(quoted(rules.match(/readonly status: (.+);/)?.[1] ?? '').sort());
    expect(Object.keys(ja.cause).sort()).toEqual(quoted(rules.match(/type Cause = (.+);/)?.[1] ?? '').sort());
  });

  test('every mail that a telework day orders has a text, and says all that the text needs; each of these texts is ordered some time', () => {
    const ordered = new Set<string>();
    for (const { after, taken } of dayCases.everywhere()) {
      for (const { template, params } of days.mails(after, taken)) {
        ordered.add(template);
        expect(templates).toContain(template);
        const { subject, text } = mailText('ja', template as (typeof templates)[number], { ...params, person: '花子', recipient: '太郎' });
        expect(`${subject}\n${text}`).not.toMatch(/—|[a-z]{3,}/);
        expect(text).toContain('花子');
      }
    }
    expect(templates.filter((template) => /^day[A-Z]/.test(template) && !ordered.has(template))).toEqual([]);
  });

  test('of a step, a deadline or news of a telework day, and of a status', () => {
    const contract = readFileSync(join(root, 'workflows/telework-day/contract.ts'), 'utf8');
    const statuses = contract.match(/readonly status:([^;]+);/)?.[1] ?? '';
    expect(Object.keys(ja.status['telework-day']).sort()).toEqual([...statuses.matchAll(/'(\w+)'/g)].map(([, word]) => word ?? '').sort());
    const taken = distinct(dayCases.everywhere().map((place) => place.taken.name));
    expect(Object.keys(ja.step['telework-day']).sort()).toEqual([...taken].sort());
  });

  test('every mail of a trial period has a text, and says all that the text needs; each of these texts is ordered some time', () => {
    const ordered = new Set<string>();
    const look = (mails: readonly { template: string; params?: object }[]) => {
      for (const { template, params } of mails) {
        ordered.add(template);
        expect(templates).toContain(template);
        const { subject, text } = mailText('ja', template as (typeof templates)[number], { ...params, person: '花子', recipient: '太郎' });
        expect(`${subject}\n${text}`).not.toMatch(/—|[a-z]{3,}|\{\{/);
        expect(text.includes('花子')).toBe(Object.hasOwn(params ?? {}, 'staff'));
      }
    };
    const { after, event, planned } = campaignCases;
    const asked = event('planned', { ...planned, feasible: false });
    for (const one of [event('planned'), asked]) look(campaigns.mails(after('plan', one), one));
    look(campaigns.mails(after('plan', 'planned', 'announce', 'begin', 'endPeriod', 'report'), event('report')));

    const { hr, me, news, on, opened, opening, promoter, step } = sectionCases;
    look(sections.mails(opened(), opening()));
    const swap = [step('askSwap')];
    const slots = [{ date: '2027-04-13', part: 'day' as const }];
    const longer = { until: '2027-04-30', closed: [] };
    const ways: [readonly sections.SectionEvent[], sections.SectionEvent][] = [
      [[], step('askSwap')],
      [swap, step('answerSwap')],
      [swap, step('answerSwap', { agreed: false })],
      [swap, step('cannot', { ...promoter, dates: ['2027-04-12', '2027-04-19'] })],
      [[], step('move', promoter)],
      [[], news('replan', { on, moves: [{ staff: '4004', from: [], to: slots }], cannot: [], period: longer })],
      [[], step('exempt')],
      [[step('exempt')], step('endExemption')],
      [[], step('recordOutcome')],
      [[], step('recordOutcome', { outcome: 'notPossible' })],
      [[step('recordOutcome')], step('withdrawOutcome')],
      [[step('object')], step('settleObjection')],
      [[step('object')], { name: 'settleObjection', input: hr, key: 'k' }],
      [[step('raise', me('4002'))], step('answerRaised')],
      [[], news('cancel', {})],
    ];
    for (const [before, one] of ways) {
      const stands = sectionCases.after(before);
      look(sections.mails(sections.apply(stands, one), one, stands));
    }
    expect(templates.filter((template) => /^trial[A-Z]/.test(template) && !ordered.has(template))).toEqual([]);
  });

  test.each([
    ['trial-campaign', Object.keys(campaignSteps), ['draft', 'planned', 'opened', 'begin', 'endPeriod']],
    ['trial-section', Object.keys(sectionSteps), ['openSection', 'replan', 'join', 'leave', 'close', 'cancel']],
    ['survey', Object.keys(surveySteps), ['draft', 'open', 'opened', 'close']],
    ['yearly-review', Object.keys(reviewSteps), ['openYear', 'freeze', 'carry', 'committeeOverdue', 'endYear']],
  ] as const)('of a step, a deadline or news of a %s, and of a status', (procedure, filed, others) => {
    expect(Object.keys(ja.step[procedure]).sort()).toEqual([...filed, ...others].sort());
    const rules = readFileSync(join(root, `workflows/${procedure}/rules.ts`), 'utf8');
    const statuses = rules.match(/readonly status:([^;]+);/)?.[1] ?? '';
    expect(Object.keys(ja.status[procedure]).sort()).toEqual([...statuses.matchAll(/'(\w+)'/g)].map(([, word]) => word ?? '').sort());
  });

  test('every mail of a year has a text, and says all that the text needs; each of these texts is ordered some time', () => {
    const { after, byTheYearBefore, event, over, planned } = reviewCases;
    const no = { agrees: false, approved: false };
    const ways: [reviewCases.Way, reviews.ReviewEvent][] = [
      [['submitPlan'], event('deliberate', no)],
      [['addMeasure', ...planned.slice(0, 2)], event('decidePlan')],
      [['addMeasure', ...planned], event('withdrawMeasure')],
      [planned, event('checkHalfYear')],
      [[...planned, 'proposeTargets'], event('decideTargets')],
      [[...planned, 'proposeTargets'], event('decideTargets', no)],
      [over, event('evaluate')],
      [[...over, 'evaluate'], event('deliberate', no)],
      [[...over, 'evaluate', 'deliberate'], event('decide')],
    ];
    const ordered = [
      ...reviews.mails(after(byTheYearBefore()), byTheYearBefore()),
      ...ways.flatMap(([way, one]) => reviews.mails(after(...way, one), one, after(...way))),
    ];
    for (const { template, params } of ordered) {
      expect(templates).toContain(template);
      const { subject, text } = mailText('ja', template as (typeof templates)[number], { ...params, recipient: '太郎' });
      expect(`${subject}\n${text}`).not.toMatch(/—|[a-z]{3,}|\{\{/);
      expect(subject).toContain('令和9年度');
    }
    const never = (template: string) => /^year[A-Z]/.test(template) && ordered.every((one) => one.template !== template);
    expect(templates.filter(never)).toEqual([]);
  });

  test('of a stage, and of what is decided of a measure', () => {
    expect(Object.keys(ja.stage)).toEqual([...reviews.stageOrder]);
    expect(Object.keys(ja.measureDecision).sort()).toEqual(['change', 'continue', 'done', 'stop']);
  });

  test.each([
    ['2027', '令和9年度', 'FY2027'],
    ['2019', '平成31年度', 'FY2019'],
    ['1989', '平成元年度', 'FY1989'],
  ])('the fiscal year %s is %s, %s', (year, japanese, english) => {
    expect(fiscalYearInWords(Number(year), 'ja')).toBe(japanese);
    expect(fiscalYearInWords(Number(year), 'en')).toBe(english);
  });

  test.each([
    ['2019-04', '平成31年4月', 'April 2019'],
    ['2019-05', '令和元年5月', 'May 2019'],
    ['2028-02', '令和10年2月', 'February 2028'],
  ])('the month %s is %s, %s', (month, japanese, english) => {
    expect(monthInWords(month, 'ja')).toBe(japanese);
    expect(monthInWords(month, 'en')).toBe(english);
  });

  test('every mail of a survey has a text, and says all that the text needs', () => {
    const [reported] = surveys.mails(surveyCases.after(), surveyCases.event('report'));
    const { title, until } = surveyCases.draft;
    for (const { template, params } of [reported, { template: 'surveyOpened', params: { title: title.ja, until } }].flatMap(
      (one) => one ?? [],
    )) {
      const { subject, text } = mailText('ja', template as (typeof templates)[number], { ...params, recipient: '太郎' });
      expect(`${subject}\n${text}`).not.toMatch(/—|[a-z]{3,}|\{\{/);
      expect(text).toContain(title.ja);
    }
  });

  test('of a reason for an exemption, and of how a member stands', () => {
    const contract = readFileSync(join(root, 'workflows/trial-section/contract.ts'), 'utf8');
    const quoted = (type: string) =>
      [...(contract.match(new RegExp(`type ${type} = ([^;]+);`))?.[1] ?? '').matchAll(/'(\w+)'/g)].map(([, word]) => word ?? '').sort();
    expect(Object.keys(ja.exemptionReason).sort()).toEqual(quoted('ExemptionReason'));
    expect(Object.keys(ja.memberStatus).sort()).toEqual(quoted('MemberStatus'));
  });

  const { registration, teleworkDay } = policySchema.shape;
  test('of all that a pack may name for a telework day', () => {
    const optionsOf = ({ shape }: { shape: { value: { unwrap(): { element: { options: readonly string[] } } } } }) => [
      ...shape.value.unwrap().element.options,
    ];
    expect(Object.keys(ja.teleworkUnit).sort()).toEqual([...optionsOf(teleworkDay.shape.units), 'morning', 'afternoon'].sort());
    expect(Object.keys(ja.workDevice).sort()).toEqual(optionsOf(teleworkDay.shape.devices).sort());
    expect(Object.keys(ja.channel).sort()).toEqual(optionsOf(teleworkDay.shape.reports.shape.channels).sort());
    expect(Object.keys(ja.liftable).sort()).toEqual(optionsOf(teleworkDay.shape.emergency.shape.liftable).sort());
  });

  test.each([
    ['employment', registration.shape.employment],
    ['occupation', registration.shape.excludedOccupations],
    ['reason', registration.shape.reasons],
    ['teleworkForm', registration.shape.forms],
    ['workplace', registration.shape.workplaces],
  ] as const)('of all that a pack may name: %s', (section, { shape }) => {
    expect(Object.keys(ja[section]).sort()).toEqual([...shape.value.unwrap().element.options].sort());
  });

  test('of what a refusal limits', () => {
    const { excludedOccupations } = loadPack('noboribetsu').values.registration;
    const said = (code: string, limit: string) => say('ja', 'refusal', code, { limit, article: '003:561' });
    expect(said('occupationExcluded', excludedOccupations.join(', '))).toBe(
      'この職種の職員は、対象となりません。対象とならない職種：消防士、保育士（根拠：003:561）。',
    );
    expect(said('neverActed', 'revoke')).toBe('「在宅勤務の承認の取消し」は、代決をすることができません（根拠：003:561）。');
  });
});

describe('values in words', () => {
  test.each([
    ['2026-11-21', '令和8年11月21日(土)', 'Sat, 21 November 2026'],
    ['2019-05-01', '令和元年5月1日(水)', 'Wed, 1 May 2019'],
    ['2019-04-30', '平成31年4月30日(火)', 'Tue, 30 April 2019'],
    ['2028-02-29', '令和10年2月29日(火)', 'Tue, 29 February 2028'],
    ['2026-11-21T14:59:59.999Z', '令和8年11月21日(土)', 'Sat, 21 November 2026'],
    ['2026-11-21T15:00:00.000Z', '令和8年11月22日(日)', 'Sun, 22 November 2026'],
    ['PC-1', 'PC-1', 'PC-1'],
  ])('%s', (value, inJapanese, inEnglish) => {
    expect(dateInWords(value, 'ja')).toBe(inJapanese);
    expect(dateInWords(value, 'en')).toBe(inEnglish);
  });

  test('a time limit is the day that ends with it', () => {
    const { text } = mailText('ja', 'loanReadyForPickup', { collectBy: '2026-11-20T15:00:00.000Z' });
    expect(text).toContain('受取期限：令和8年11月20日(金)');
  });

  test('codes, one or several; what is unknown stays, what is missing is a dash', () => {
    expect(mailText('ja', 'accessoryMissing', { missing: 'wire,mouse' }).text).toContain('セキュリティワイヤー、マウス');
    expect(say('en', 'refusal', 'kindNotOffered', { limit: 'laptop, hovercraft', article: 'x' })).toContain(
      'laptop, hovercraft (source: x)',
    );
    expect(mailText('ja', 'accessoryMissing', { assetTag: '' }).text).toContain('PC管理番号：—');
    expect(say('ja', 'refusal', 'notYetInvented')).toBe('notYetInvented');
    expect(say('ja', 'refusal', '__proto__')).toBe('__proto__');
  });

  test('the digest lists its items, each with its link and why the reader, and counts them', () => {
    const item = {
      receiptNumber: '令和8-貸-0123',
      step: 'device-loan.approve',
      since: '2026-11-20T00:00:00.000Z',
      who: 'head',
      why: 'own',
      link: 'https://t.example.jp/1',
    };
    const items = [item, { ...item, why: 'acting' }, { ...item, why: 'instead' }, { ...item, why: 'nobody' }];
    const { subject, text } = mailText('ja', 'morningDigest', { items, more: 3 });
    expect(subject).toContain('7件');
    for (const why of [
      '所属長として',
      '所属長に代わって（代決）',
      '所属長が手続できないため',
      '所属長：手続できる者がいません。後任等の登録をお願いします',
    ])
      expect(text).toContain(`・令和8-貸-0123　端末機等借用願の承認（令和8年11月20日(金)から。${why}）\n　https://t.example.jp/1\n`);
    expect(text).toContain('　このほかに3件あります。');
    expect(mailText('en', 'morningDigest', { items: [item] }).text).not.toContain('more.');
  });
});

describe('what comes from outside', () => {
  const hostile = '花子\r\nBcc: x\u2028{{link}} $t(frame.closing) $& <b>&amp;"\'\u202e';
  const shown = '花子 Bcc: x {{link}} $t(frame.closing) $& <b>&amp;"\' ';

  test('begins no line, is no template and turns no writing', () => {
    expect(mailText('ja', 'loanRefused', { recipient: hostile, link: 'https://t.example.jp' }).text.split('\n')[0]).toBe(`${shown} 様`);
  });

  test('is text in HTML, where our link is the only one', () => {
    const mail = {
      messageId: '1@example.jp',
      to: 'it',
      template: 'lossReported',
      params: { assetTag: '<img src=x>', how: 'theft' },
      queuedAt: '2026-11-21T00:00:00.000Z',
      number: 1,
      settledCopies: [],
    } as const;
    const link = 'https://t.example.jp/?a=1&b="2"';
    const html = renderMail(mail, { recipient: hostile, person: '<script>', linkTo: () => link })?.html ?? '';
    expect(html).toContain(escapeHtml(shown));
    expect(html).not.toMatch(/<(script|img|b)\b/);
    expect(distinct(html.match(/<a [^>]*>/g) ?? [])).toEqual(['<a href="https://t.example.jp/?a=1&amp;b=&quot;2&quot;">']);
    expect(html.indexOf('lang="ja"')).toBeLessThan(html.indexOf('lang="en"'));
  });

  test('a template that is none renders nothing', () => {
    const mail = {
      messageId: '1@example.jp',
      to: 'it',
      params: {},
      queuedAt: '2026-11-21T00:00:00.000Z',
      number: 1,
      settledCopies: [],
    } as const;
    for (const template of ['', 'toString', '__proto__', 'loanRequested.subject'])
      expect(renderMail({ ...mail, template }, { recipient: 'x', linkTo: () => 'y' })).toBeUndefined();
  });
});
