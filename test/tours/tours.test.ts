import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc } from '@fast-check/vitest';
import { expect, it } from 'vitest';
import { spanMs } from '../../cli/operator.js';
import { sentences, table } from '../../cli/print.js';
import { sampleTown } from '../../embedded/sample-town.js';
import { castsOfTown } from '../../tours/cast.js';
import { dayScript, mondayAfter } from '../../tours/day.js';
import { arrivalsIn, groupChangesIn } from '../../tours/evidence.js';
import { loanScript, rivalInLoan } from '../../tours/loan.js';
import { isIn, needle } from '../../tours/needles.js';
import { differences, type Outcome } from '../../tours/outcome.js';
import { registrationScript, rivalInRegistration } from '../../tours/registration.js';
import { cases, isAct } from '../../tours/script.js';

it('finds what was planted in every form, wherever in a text it stands', () => {
  const planted = '浜辺町三丁目14番9号';
  const one = needle('an address', planted);
  const forms: ((text: string) => string)[] = [
    (text) => text,
    (text) => Buffer.from(text).toString('base64'),
    (text) => Buffer.from(text).toString('base64url'),
    (text) => Buffer.from(text).toString('hex'),
    (text) => JSON.stringify(text).replaceAll(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`),
    encodeURIComponent,
  ];
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), fc.constantFrom(...forms), (before, after, form) => {
      expect(isIn(one, Buffer.from(form(`${before}${planted}${after}`)))).toBe(true);
    }),
  );
  expect(isIn(one, Buffer.from('浜辺町三丁目14番8号'))).toBe(false);
});

it('has at least eight attempts that must be refused, and a rival for each kind of step that leaves something to do', () => {
  const script = loanScript('2026-11-24');
  expect(script.length - script.filter(isAct).length).toBeGreaterThanOrEqual(8);
  const without = new Set(script.filter(isAct).flatMap((act) => (rivalInLoan(act) ? [] : [act.step])));
  expect([...without].sort()).toEqual(['accountFor', 'confirmErasure', 'withdraw', 'writeOff']);
});

it('brings a registration to a revocation that leads to something in each loan, and back', () => {
  const acts = registrationScript('2026-11-24').filter(isAct);
  const loans = Object.entries(cases).flatMap(([name, { procedure, whose }]) =>
    procedure === 'device-loan' && whose === 'first' ? [name] : [],
  );
  const told = acts.find(({ step }) => step === 'revoke')?.leadsTo?.map(({ on }) => on as string);
  expect(told?.sort()).toEqual(loans.sort());
  expect(acts.flatMap(({ access }) => access ?? [])).toEqual([true, false]);
  expect(acts.at(-1)).toMatchObject({ step: 'confirmErasure', leadsTo: [{ on: 'registration', event: 'windUp' }] });
  const without = new Set(acts.flatMap((act) => (rivalInRegistration(act) ? [] : [act.step])));
  expect([...without].sort()).toEqual(['confirmErasure', 'revoke']);
});

it('takes a day of a whole week from its plan to the note on its report, and is refused a cap and a level with article and figure', () => {
  expect(mondayAfter('2026-11-22')).toBe('2026-11-30'); // The Monday before is a holiday.
  const script = dayScript('2026-11-22');
  const steps = script.filter(isAct).flatMap(({ on, step }) => (on === 'monday' ? [step] : []));
  expect(steps).toEqual(['plan', 'approve', 'start', 'reportMidday', 'end', 'report', 'acceptReport']);
  const refusals = script.flatMap((scene) => ('refused' in scene ? [scene.refused] : []));
  expect(refusals).toContainEqual(expect.objectContaining({ code: 'tooManyDays', article: '第8条第2項', limit: '4' }));
  expect(refusals).toContainEqual(expect.objectContaining({ code: 'levelNotAllowed', article: '第3条', limit: '2' }));
});

it('casts people who have one part each, and no role that would let them do more', () => {
  const { entries, accounts } = sampleTown({ seed: 1, size: 1017 });
  const casts = castsOfTown(entries, accounts);
  expect(casts.length).toBeGreaterThan(35); // As many as a table of the crash tour plays side by side.
  const inDepartments = casts.flatMap(({ people: { first, next, lost, later, head } }) => [first, next, lost, later, head]);
  expect(new Set(inDepartments).size).toBe(inDepartments.length);
  expect(inDepartments).not.toContain(accounts.it[0]);
  const titleOf = new Map(entries.map(({ attributes }) => [attributes.employeeNumber?.[0], attributes.title?.[0]]));
  expect(new Set(casts.map(({ people }) => titleOf.get(people.deputy)))).toEqual(new Set(['課長補佐'])); // The first in the acting order.
});

it('counts what has come and what was changed where it lies: copies under one id, and each change of the group', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evidence-'));
  try {
    const mail = (id: string) => `Delivered-To: a@example.jp\r\nFrom: b@example.jp\r\nMessage-ID: <${id}>\r\n\r\nMessage-ID: <none>\r\n`;
    const mails = ['1@example.jp', '2@example.jp', '1@example.jp'];
    await Promise.all(mails.map((id, at) => writeFile(join(folder, `00000000${at}.eml`), mail(id))));
    await writeFile(join(folder, '000000009.part'), mail('3@example.jp'));
    expect([...(await arrivalsIn(folder)())].sort()).toEqual([
      ['1@example.jp', 2],
      ['2@example.jp', 1],
    ]);

    const change = (group: string, operation: string, staff: number) =>
      JSON.stringify({ dn: `cn=${group},ou=groups`, changes: [{ operation, attribute: 'member', values: [`uid=${staff},ou=people`] }] });
    const group = 'telework-remote-access';
    const log = [
      change(group, 'add', 10001),
      change(group, 'add', 100),
      change('telework-it', 'add', 10001),
      change(group, 'delete', 10001),
    ];
    await writeFile(join(folder, 'directory-changes.ndjson'), `${log.join('\n')}\n${change(group, 'add', 10001).slice(0, 60)}`);
    expect(await groupChangesIn(folder)('10001')).toEqual(['granted', 'removed']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('names the part in which two outcomes differ', () => {
  const lists = { devices: [], reservations: [], custody: [], queue: [], effects: [], access: [], apart: [] };
  const outcome: Outcome = { cases: {}, ...lists, mails: ['a'], delivery: { sent: 1, arrived: 1, again: 0 } };
  expect(differences(outcome, { ...outcome, delivery: { sent: 1, arrived: 1, again: 1 } })).toEqual([]); // A cut may repeat a mail, under its id.
  expect(differences(outcome, { ...outcome, mails: ['a', 'a'] })).toEqual(['mails: ["a"] became ["a","a"]']);
});

it('lines columns up where Japanese characters are two places wide', () => {
  expect(
    table([
      ['状況', 'a'],
      ['PC-1', 'b'],
      ['ｱ-1ー', 'c'],
    ]),
  ).toBe('状況   a\nPC-1   b\nｱ-1ー  c');
});

it('says a refusal with its field, its article and what could be done instead', () => {
  const errors = [
    { code: 'methodTooWeak', field: 'method', article: 'deviceLoan.erasure.confidential', limit: 'purge', message: '不十分です。' },
  ];
  const due = [
    { step: 'destroy', who: 'it' },
    { step: 'expire', at: '2026-11-24T15:00:00.000Z' },
  ] as const;
  const text = sentences({ type: '/problems/ruleRefuses', title: '規則により、できません。', status: 422, errors, due });
  expect(text).toBe('規則により、できません。\n  消去の方法: 不十分です。\n  → 端末機の物理的な破壊');
});

it('knows how long a span is', () => {
  expect(['30m', '12h', '1d', '2w', '1', 'd', '-1d', '0d', '1.5d'].map(spanMs)).toEqual([
    1_800_000,
    43_200_000,
    86_400_000,
    1_209_600_000,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
