import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  checklistOn,
  loadPack,
  loanPolicy,
  PolicyError,
  registrationPolicy,
  reviewPolicy,
  reviewStages,
  reviewTargets,
  sourceOf,
  trialPolicy,
} from '../config/policy/pack.js';

let folder: string;
const folders: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'));
  folders.push(folder);
});
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true });
});

const pack = (text: string, name = 'town.yaml') => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** What a pack is refused for. */
function problems(nameOrPath: string): readonly string[] {
  try {
    loadPack(nameOrPath);
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
  return [];
}

describe('the packs that come with the product', () => {
  test('default holds every value, as strict as the national guideline (domain.md §4)', () => {
    const { values } = loadPack('default');
    expect(values.deviceLoan.erasure).toEqual({ myNumber: 'destroy', confidential: 'purge', public: 'purge' });
    expect(values.deviceLoan.confirmers).toEqual(['it']);
  });

  test('Oyama lends what its loan form offers (004:750), with fingerprints enrolled (004:754), by IT (Art. 5-5)', () => {
    const { values, document } = loadPack('oyama');
    expect(values.municipality.name).toEqual({ ja: '小山市', en: 'Oyama City' });
    expect(values.deviceLoan).toMatchObject({
      kinds: ['laptop'],
      accessories: ['wire', 'mouse'],
      departmentPoolKeeper: 'it',
      fingerprintRequired: true,
    });
    expect(document.deviceLoan.fingerprintRequired.source).toBe('004:754 端末機等借用願（指紋認証設定）');
  });

  test("what Oyama does not say is the default, with the default's source", () => {
    const [own, all] = [loadPack('oyama').document.deviceLoan, loadPack('default').document.deviceLoan];
    expect(own.longestDays).toEqual(all.longestDays);
    expect(own.erasure).toEqual(all.erasure);
  });

  test('Oyama says nothing that is ours, translations excepted', () => {
    const pack = parse(readFileSync(new URL('../config/policy/oyama.yaml', import.meta.url), 'utf8'));
    const sources = leaves(pack)
      .filter((path) => path.at(-1) === 'source')
      .map((path) => String(at(pack, path)));
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((source) => source.includes('ours:') && !source.startsWith('ours: translation'))).toEqual([]);
  });

  test('Art. 6 and 5-6 stand in the terms that the borrower signs for', () => {
    const { ja } = loadPack('oyama').values.deviceLoan.terms;
    for (const rule of ['作業用フォルダ', 'USB', '印刷', 'インストール', '直ちに所属長及び情報政策課']) expect(ja).toContain(rule);
  });

  test("the loan gets its section, the pack's hash, and the digest of the terms in place of their text", () => {
    const oyama = loadPack('oyama');
    const { ja, en, version } = oyama.values.deviceLoan.terms;
    const policy = loanPolicy(oyama);
    expect(policy).toMatchObject({
      pack: oyama.hash,
      answerDays: oyama.values.deviceLoan.answerDays,
      overdue: { headAfterDays: 1, itAfterDays: 3 },
    });
    expect(policy.terms).toEqual({ version, digest: createHash('sha256').update(`${ja}\n${en}`).digest('hex') });
    expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
  });
});

describe("the registration's section", () => {
  const town = (lines: string) => loadPack(pack(`extends: default\n${lines}\n`));

  test("has the pack's hash, and neither texts nor what the calendar and the API decide by", () => {
    const oyama = loadPack('oyama');
    expect(registrationPolicy(oyama)).toEqual({
      pack: oyama.hash,
      answerDays: 5,
      employment: ['regular', 'reEmployed', 'fixedTerm', 'seconded'],
      excludedOccupations: [],
      reasons: ['child', 'care', 'pregnancy', 'other'],
      forms: ['home'],
      workplaces: ['ownHome'],
      hrMayRevoke: false,
      changeNeedsApproval: true,
      endsOnTransfer: true,
      endsWithFiscalYear: true,
      remoteAccess: false,
      neverActed: ['revoke'],
      checklist: false,
    });
  });

  test('has the pledge by its version and digest once the pack asks for it (004:1270)', () => {
    const strict = town('registration: { pledge: { required: { value: true, source: "004:1270" } } }');
    const { ja, en, version } = strict.values.registration.pledge;
    expect(registrationPolicy(strict).pledge).toEqual({ version, digest: createHash('sha256').update(`${ja}\n${en}`).digest('hex') });
  });

  test.each(['none', 'remoteDesktop', 'virtualDesktop', 'cloudApps', 'takeHomePc'])('remote access follows from %s', (method) => {
    expect(registrationPolicy(town(`ictMethod: { value: ${method}, source: "004:1117-1122" }`)).remoteAccess).toBe(method !== 'none');
  });

  test.each(['01-01', '02-28', '03-31'])('renewals may open on %s', (day) => {
    expect(town(`registration: { renewalOpens: { value: "${day}", source: "ours: x" } }`).values.registration.renewalOpens).toBe(day);
  });

  test.each(['02-29', '12-31', '04-01', '1-1', '02-30', '03-00'])('but not on %s', (day) => {
    expect(problems(pack(`extends: default\nregistration: { renewalOpens: { value: "${day}", source: "ours: x" } }\n`))).toEqual([
      'town.yaml:2: registration.renewalOpens.value: must be a day such as 02-01, from 01-01 to 03-31, of every year',
    ]);
  });
});

describe('the section for trial periods', () => {
  test("enters a campaign with the pack's hash and what holds for every campaign; what HR is offered stays behind", () => {
    const oyama = loadPack('oyama');
    expect(trialPolicy(oyama)).toEqual({ pack: oyama.hash, extendDays: 31, questionnaireDays: 14, smallGroup: 5 });
  });

  test.each([
    ['[{ id: a, who: {}, times: 1, per: week }, { id: a, who: {}, times: 2, per: week }]', ': must hold each group once'],
    ['[{ id: a, who: { role: cooks }, times: 1, per: week }]', '.0.who.role: Invalid option: expected one of "heads"|"others"|"promoters"'],
    ['[{ id: a, who: {}, times: 0, per: week }]', '.0.times: Too small: expected number to be >=1'],
    ['[]', ': Too small: expected array to have >=1 items'],
  ])('groups such as %s are none', (groups, problem) => {
    expect(problems(pack(`extends: default\ntrialPeriod: { groups: { value: ${groups}, source: "ours: x" } }\n`))).toEqual([
      `town.yaml:2: trialPeriod.groups.value${problem}`,
    ]);
  });
});

describe('the section for yearly reviews', () => {
  const [oyama, tokushima] = [loadPack('oyama'), loadPack('tokushima')];
  const all = (value: number) => [{ form: 'all', value }];

  test.each([
    [2019, [], {}],
    [2020, all(30), { home: 'introduction' }],
    [2021, all(40), { home: 'verification', mobile: 'introduction', satellite: 'introduction' }],
    [2022, all(50), { home: 'verification', mobile: 'introduction', satellite: 'introduction' }],
    [2023, all(60), { home: 'verification', mobile: 'introduction', satellite: 'introduction' }],
    [2024, all(70), { home: 'establishment', mobile: 'introduction', satellite: 'introduction' }],
    [2025, [], { home: 'establishment', mobile: 'introduction', satellite: 'introduction' }],
  ])("has Oyama's targets and stages of FY%i (004:138-142; 004:1003-1025)", (year, targets, stages) => {
    expect(reviewTargets(oyama, year)).toEqual(targets);
    expect(reviewStages(oyama, year)).toEqual(stages);
  });

  test("has Tokushima's by form, and that none was set (004:439)", () => {
    expect(reviewTargets(tokushima, 2017)).toEqual([
      { form: 'home', value: null },
      { form: 'satellite', value: 4000 },
      { form: 'mobile', value: 9000 },
    ]);
  });

  test("enters a year with the pack's hash, and with what it plans for each year of the plan", () => {
    const { planned, ...policy } = reviewPolicy(oyama);
    expect(policy).toEqual({
      pack: oyama.hash,
      countedBy: 'uses',
      countedOver: 'plan',
      planYears: [2020, 2024],
      committee: { quorumPercent: 50, minutes: true },
      promotionMonth: 11,
      halfYearBy: '10-15',
      committeeBy: '06-30',
    });
    expect(planned.map(({ fiscalYear, targets }) => [fiscalYear, targets[0]?.value])).toEqual([
      [2020, 30],
      [2021, 40],
      [2022, 50],
      [2023, 60],
      [2024, 70],
    ]);
    expect(planned[1]?.stages).toEqual(reviewStages(oyama, 2021));
  });

  test('goes by the year from which a stage holds, not by the order in the file', () => {
    const moves = (...stages: string[]) => {
      const list = stages.map((stage) => `{ form: home, stage: ${stage}, from: ${stage === 'introduction' ? 2027 : 2029} }`);
      return reviewStages(loadPack(pack(`extends: default\nyearlyReview: { stages: { value: [${list}], source: "ours: x" } }\n`)), 2030);
    };
    expect(moves('verification', 'introduction')).toEqual({ home: 'verification' });
    expect(moves('introduction', 'verification')).toEqual({ home: 'verification' });
  });

  const target = '{ fiscalYear: 2027, form: all, value: 30 }';
  const stage = '{ form: home, stage: introduction, from: 2027 }';
  test.each([
    ['targets', `[${target}, ${target}]`, 'must hold one target for each year and form'],
    ['stages', `[${stage}, ${stage}]`, 'must hold one stage for each year and form'],
    ['planYears', '[2031, 2027]', 'must be the first and the last fiscal year of the plan'],
    ['halfYearBy', '"02-29"', 'must be a day such as 10-15, from 04-01 to 12-31'],
    ['committeeBy', '"06-31"', 'must be a day such as 10-15, from 04-01 to 12-31'],
    ['committeeBy', '"03-31"', 'must be a day such as 10-15, from 04-01 to 12-31'],
  ])('%s cannot be %s', (field, value, problem) => {
    expect(problems(pack(`extends: default\nyearlyReview: { ${field}: { value: ${value}, source: "ours: x" } }\n`))).toEqual([
      `town.yaml:2: yearlyReview.${field}.value: ${problem}`,
    ]);
  });
});

describe('the checklist of the place of work (004:1140-1192)', () => {
  const temperature = (date: string) => checklistOn(loadPack('default'), date).find(({ id }) => id === 'temperature')?.ja;

  test('has fifteen items, each once', () => {
    const ids = checklistOn(loadPack('oyama'), '2027-04-01').map(({ id }) => id);
    expect(ids).toHaveLength(15);
    expect(new Set(ids).size).toBe(15);
  });

  test('has the figures of the day: 17 ℃ became 18 ℃ on 1 April 2022', () => {
    expect(temperature('2022-03-31')).toContain('17℃以上');
    expect(temperature('2022-04-01')).toContain('18℃以上');
    expect(checklistOn(loadPack('default'), '2019-07-11')).toEqual([]);
  });

  test('goes by the day from which an item is valid, not by the order in the file', () => {
    const items = (...days: string[]) =>
      days.map((day) => `{ value: { id: a, validFrom: ${day}, ja: ${day}, en: x }, source: "ours: x" }`).join(', ');
    const path = pack(`extends: default\nregistration: { checklist: { items: [${items('2024-04-01', '2023-04-01')}] } }\n`);
    expect(checklistOn(loadPack(path), '2024-04-01').map(({ ja }) => ja)).toEqual(['2024-04-01']);
    const twice = pack(`extends: default\nregistration: { checklist: { items: [${items('2024-04-01', '2024-04-01')}] } }\n`);
    expect(problems(twice)).toEqual([
      'town.yaml:2: registration.checklist.items: must hold each item once for each day from which it is valid',
    ]);
  });
});

describe('where a value comes from, as a refusal quotes it', () => {
  const quoted = (field: string, name = 'oyama') => sourceOf(loadPack(name), field);

  test.each([
    ['registration.employment', '要綱第4条第2項 (004:634-638); 004:1317'],
    ['registration.reasons', '要綱第4条第1項 (004:629-632)'],
    ['registration.hrMayRevoke', '要綱第5条第3項 (004:647)'],
    ['registration.pledge.required', '004:1270'],
    ['deviceLoan.requiresRegistration', '要綱第5条第5項 (004:649)'],
    ['deviceLoan.departmentPoolKeeper', '要綱第5条第5項 (004:649); 利用手順③ (004:767); 利用手順⑩ (004:771)'],
    ['registration.endsOnTransfer', expect.stringMatching(/^小山市要綱第5条第2項 \(004:646\); ours: approved was /)],
    ['ictMethod', '004:785; 004:1115'],
  ])('%s: %s', (field, source) => expect(quoted(field)).toEqual(source));

  test("what a pack does not say is quoted from the default, with the default's reason", () => {
    expect(quoted('deviceLoan.longestDays')).toBe(loadPack('default').document.deviceLoan.longestDays.source);
    expect(quoted('registration.excludedOccupations', 'noboribetsu')).toBe('003:561');
  });

  test.each(['deviceLoan', '要綱第3条・利用手順⑤', 'registration.employment.value', 'registration.toString', '__proto__.source', ''])(
    '%j is no value of a pack',
    (field) => expect(quoted(field)).toBeUndefined(),
  );

  test('every article that the rules name by a field of the pack is one', () => {
    const rules = ['device-loan', 'registration', 'telework-day', 'trial-campaign', 'trial-section', 'yearly-review'].map((procedure) =>
      readFileSync(new URL(`../workflows/${procedure}/rules.ts`, import.meta.url), 'utf8'),
    );
    const fields = [...rules.join().matchAll(/article: '((?:registration|deviceLoan|teleworkDay|trialPeriod|yearlyReview)\.[\w.]+)'/g)].map(
      ([, field]) => field ?? '',
    );
    expect(fields.length).toBeGreaterThan(25);
    for (const field of fields) expect([field, quoted(field)]).toEqual([field, expect.any(String)]);
  });
});

describe('the hash of a pack', () => {
  test('is that of what is resolved: a pack that changes nothing is the one it extends, under another name', () => {
    const same = loadPack(pack('extends: default\n'));
    expect(same.name).toBe('town');
    expect(same.hash).toBe(loadPack('default').hash);
  });

  test('does not follow the order of fields or the way they are written', () => {
    const one = pack(
      'extends: default\ndeviceLoan:\n  answerDays: { value: 4, source: "ours: x" }\n  aheadDays: { value: 9, source: "ours: y" }\n',
      'one.yaml',
    );
    const other = pack(
      '# a note\ndeviceLoan:\n  aheadDays:\n    source: "ours: y"\n    value: 9\n  answerDays: { source: "ours: x", value: 4 }\nextends: default\n',
      'other.yaml',
    );
    expect(loadPack(one).hash).toBe(loadPack(other).hash);
  });

  property.prop([fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 })], { numRuns: 40 })(
    'differs exactly where a value differs',
    (one, other) => {
      const hash = (value: number) =>
        loadPack(pack(`extends: default\ndeviceLoan: { answerDays: { value: ${value}, source: "ours: x" } }\n`)).hash;
      expect(hash(one) === hash(other)).toBe(one === other);
    },
  );

  test('differs where only a source differs: the same number by another right is another rule', () => {
    const { answerDays } = loadPack('default').values.deviceLoan;
    const path = pack(`extends: default\ndeviceLoan: { answerDays: { value: ${answerDays}, source: 'law: 行政手続法 Art. 6' } }\n`);
    expect(loadPack(path).hash).not.toBe(loadPack('default').hash);
  });
});

describe('extending', () => {
  test('a pack may extend a pack beside it, which extends another', () => {
    pack('extends: oyama\ndeviceLoan: { answerDays: { value: 7, source: "ours: county" } }\n', 'county.yaml');
    const village = loadPack(
      pack(
        'extends: ./county.yaml\ndeviceLoan: { confirmers: { value: [it, "head:general-affairs"], source: "ours: one IT person" } }\n',
        'village.yaml',
      ),
    );
    expect(village.values.deviceLoan).toMatchObject({
      answerDays: 7,
      confirmers: ['it', 'head:general-affairs'],
      fingerprintRequired: true,
    });
  });

  test('a list is replaced as a whole', () => {
    const path = pack('extends: default\ndeviceLoan: { kinds: { value: [tablet], source: "003:263" } }\n');
    expect(loadPack(path).values.deviceLoan.kinds).toEqual(['tablet']);
  });

  test('a circle is named, not walked', () => {
    pack('extends: ./two.yaml\n', 'one.yaml');
    expect(problems(pack('extends: ./one.yaml\n', 'two.yaml'))).toEqual(['one.yaml:1: extends: goes round in a circle']);
  });

  test('an unknown pack is named with those that are known', () => {
    expect(problems('atlantis')).toEqual([
      'there is no pack atlantis; known by name: aomori, asahi, default, ehime, konan, matsumoto, minowa, nagayo, noboribetsu, oyama, saga, soumu, suntory, tokushima',
    ]);
    expect(problems(pack('\nextends: atlantis\n'))).toEqual([
      'town.yaml:2: extends: there is no pack atlantis; known by name: aomori, asahi, default, ehime, konan, matsumoto, minowa, nagayo, noboribetsu, oyama, saga, soumu, suntory, tokushima',
    ]);
  });
});

describe('a broken pack', () => {
  const sourceForm = 'must name a seed line such as 004:659 or 004:634 要綱第4条第2項, or begin with law:, guideline: or ours:';

  test('is refused with every problem at once, each with line and field', () => {
    const path = pack(
      [
        'extends: default',
        'deviceLoan:',
        '  answerDays: { value: soon, source: "ours: x" }',
        '  longestDays: 31',
        '  aheadDays: { value: 30 }',
        '  collectDays: { value: 2, source: somewhere }',
        '  loanDays: { value: 3, source: "ours: x" }',
        '  kinds: { value: [laptop, abacus], source: "004:750" }',
        '  erasure:',
        '    confidential: { value: initialise, source: "ours: quick" }',
        '  overdue:',
        '    headAfterDays: { value: 9, source: "ours: x" }',
        '  confirmers: { value: ["staff:4021"], source: "ours: x" }',
        '  terms: { value: none, source: "ours: x" }',
        'telework: {}',
      ].join('\n'),
    );
    expect(new Set(problems(path))).toEqual(
      new Set([
        'town.yaml:3: deviceLoan.answerDays.value: Invalid input: expected number, received string',
        'town.yaml:4: deviceLoan.longestDays: Invalid input: expected object, received number',
        'town.yaml:5: deviceLoan.aheadDays.source: is missing',
        `town.yaml:6: deviceLoan.collectDays.source: ${sourceForm}`,
        'town.yaml:7: deviceLoan.loanDays: is not known',
        'town.yaml:8: deviceLoan.kinds.value.1: Invalid option: expected one of "laptop"|"wifiRouter"|"smartphone"|"tablet"',
        'town.yaml:10: deviceLoan.erasure.confidential.value: must be purge or destroy: the national security guideline allows no weaker one, and initialising alone for no data',
        `default.yaml:${lineOf('itAfterDays')}: deviceLoan.overdue.itAfterDays.value: must not come before headAfterDays: the supervisor is told first`,
        'town.yaml:13: deviceLoan.confirmers.value.0: must be it, hr, head:UNIT, superior:UNIT or keeper:UNIT',
        'town.yaml:14: deviceLoan.terms.version: is missing',
        'town.yaml:14: deviceLoan.terms.ja: is missing',
        'town.yaml:14: deviceLoan.terms.en: is missing',
        'town.yaml:14: deviceLoan.terms.value: is not known',
        'town.yaml:14: deviceLoan.terms.source: is not known',
        'town.yaml:15: telework: is not known',
      ]),
    );
    expect(() => loadPack(path)).toThrow('the policy pack is not usable:\n  town.yaml:');
  });

  test.each([
    [
      'hours: { shifts: { value: flexible, source: "ours: x" } }',
      'teleworkDay.units.value: must be hours alone where hours are flexible: no day or half is there to be filled',
    ],
    [
      'hours: { restFrom: { value: "08:00", source: "ours: x" } }',
      'teleworkDay.hours.restFrom.value: must lie with restUntil between from and until',
    ],
    ['hours: { until: { value: "17:60", source: "ours: x" } }', 'teleworkDay.hours.until.value: must be a time of the day such as 08:30'],
    ['caps: { perWeek: { value: few, source: "ours: x" } }', 'teleworkDay.caps.perWeek.value: must be a number from 1 to 7, or none'],
    ['overtime: { value: sometimes, source: "ours: x" }', 'teleworkDay.overtime.value: Invalid input: expected "never"'],
    [
      'tasks: { value: [{ id: a, ja: 甲, en: a }, { id: a, ja: 乙, en: b }], source: "ours: x" }',
      'teleworkDay.tasks.value: must hold each task once',
    ],
  ])('a telework day cannot be had with %s', (lines, problem) => {
    const found = problems(pack(`extends: default\nteleworkDay: { ${lines} }\n`));
    expect(found.map((one) => one.replace(/^[a-z]+\.yaml:\d+: /, ''))).toEqual([problem]);
  });

  test.each(['somewhere', '005:12', '004', '004:', '004:634 ', '004:634要綱', 'law:', ''])('%j is no source', (source) => {
    const path = pack(`extends: default\ndeviceLoan: { aheadDays: { value: 1, source: "${source}" } }\n`);
    expect(problems(path)).toEqual([`town.yaml:2: deviceLoan.aheadDays.source: ${sourceForm}`]);
  });

  test.each([
    '004:659',
    '004:1235-1239',
    '004:634-638 要綱第4条第2項',
    '004:647 要綱第5条第3項; ours: x',
    '004:750; 003:332; ours: both',
    'law: 地方自治法 Art. 4-2',
    'guideline: 情報セキュリティポリシー',
  ])('%j is a source', (source) => {
    const path = pack(`extends: default\ndeviceLoan: { aheadDays: { value: 1, source: "${source}" } }\n`);
    expect(loadPack(path).document.deviceLoan.aheadDays.source).toBe(source);
  });

  test('that stands alone must hold every value', () => {
    expect(problems(pack('municipality: { name: { ja: { value: 村, source: "ours: x" } } }\n'))).toEqual([
      'town.yaml:1: municipality.name.en: is missing',
      'town.yaml:1: deviceLoan: is missing',
      'town.yaml:1: registration: is missing',
      'town.yaml:1: teleworkDay: is missing',
      'town.yaml:1: trialPeriod: is missing',
      'town.yaml:1: surveys: is missing',
      'town.yaml:1: yearlyReview: is missing',
      'town.yaml:1: acting: is missing',
      'town.yaml:1: ictMethod: is missing',
    ]);
  });

  test.each([
    ['a: [\n', 'town.yaml:2: '],
    ['extends: default\nextends: oyama\n', 'town.yaml:2: Map keys must be unique'],
    ['extends: default\ndeviceLoan:\n\taheadDays: 1\n', 'town.yaml:3: '],
    ['x: &x 1\ny: *x\n', 'town.yaml:2: an alias is not for packs'],
    ['extends: [default]\n', 'town.yaml:1: extends: must be the name or path of a pack'],
    ['', 'town.yaml:1: must hold the sections of a policy pack'],
    ['- extends: default\n', 'town.yaml:1: must hold the sections of a policy pack'],
    ['extends: default\n__proto__: { deviceLoan: 1 }\n', 'town.yaml:2: __proto__: is not known'],
    ['extends: default\n? [a, b]\n: 1\n', "town.yaml:2: a field's name must be a word"],
  ])('%j: %s', (text, start) => {
    expect(problems(pack(text))[0]).toContain(start);
  });

  /** Removing any one field of the default is noticed: nothing in it has a silent fallback. */
  test('any field left out of the default is missed by name', () => {
    const text = readFileSync(new URL('../config/policy/default.yaml', import.meta.url), 'utf8');
    const whole = parse(text);
    for (const path of leaves(whole)) {
      const without = structuredClone(whole);
      delete at(without, path.slice(0, -1))[path.at(-1) ?? ''];
      expect(problems(pack(JSON.stringify(without))).join()).toContain(`${path.join('.')}: is missing`);
    }
  }, 120_000); // Loads the pack once for each of its fields.
});

function lineOf(field: string): number {
  const lines = readFileSync(new URL('../config/policy/default.yaml', import.meta.url), 'utf8').split('\n');
  return lines.findIndex((line) => line.trim().startsWith(`${field}:`)) + 1;
}

/** What stands at the path of a parsed YAML file, whose type is for the loader to judge. */
function at(section: Record<string, never>, path: readonly string[]): Record<string, never> {
  return path.reduce<Record<string, never>>((inner, field) => inner[field] ?? {}, section);
}

function leaves(section: object, path: readonly string[] = []): string[][] {
  return Object.entries(section).flatMap(([field, inner]) =>
    typeof inner === 'object' && !Array.isArray(inner) ? leaves(inner, [...path, field]) : [[...path, field]],
  );
}
