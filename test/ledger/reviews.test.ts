import { expect, it } from 'vitest';
import type { LedgerEntry } from '../../activities/ledger/port.js';
import { policy, teleworked } from './months.js';
import { entry, type Town, town } from './town.js';

/** The opening of a fiscal year's review. */
const opening = (caseId: string, fiscalYear: number, more: Partial<LedgerEntry> = {}): LedgerEntry =>
  entry(
    caseId,
    1,
    { name: 'openYear' },
    {
      procedure: 'yearly-review',
      summary: { status: 'plan', department: 'hr', staff: '9' },
      fiscalYear,
      due: [{ step: 'freeze', from: 'ledger' }],
      ...more,
    },
  );
const next = (caseId: string, seq: number, fiscalYear: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...opening(caseId, fiscalYear, more),
  seq,
  event: { name: 'freeze', input: { by: 'system' }, key: `${caseId} ${seq}` },
});

const sound = async ({ ledger }: Town) => {
  for await (const finding of ledger.verifyChains()) expect(finding).toBeUndefined();
};

it('there is one review a fiscal year: another is refused, and nothing of it stays', async () => {
  const t = await town();
  expect(await t.ledger.append(opening('A', 2027))).toEqual({ clockOffsetMs: 0 });
  expect(await t.ledger.append(opening('B', 2027))).toEqual({
    refuses: { code: 'yearOpened', article: '年次評価', field: 'fiscalYear', limit: '2027' },
    clockOffsetMs: 0,
  });
  expect(await t.ledger.caseById('B')).toBeUndefined();
  expect(await t.ledger.append(next('A', 2, 2027))).toEqual({ clockOffsetMs: 0 });
  expect(await t.ledger.append(opening('C', 2028))).toEqual({ clockOffsetMs: 0 });
  expect((await t.ledger.reviews()).map(({ caseId, fiscalYear, seq }) => [caseId, fiscalYear, seq])).toEqual([
    ['A', 2027, 2],
    ['C', 2028, 1],
  ]);
  expect(await t.ledger.reviewOf(2027)).toMatchObject({
    caseId: 'A',
    procedure: 'yearly-review',
    receiptNumber: expect.stringContaining('年'),
  });
  expect(await t.ledger.reviewOf(2029)).toBeUndefined();
  await sound(t);
});

it('also where it was closed, and for the same opening handed in twice', async () => {
  const t = await town();
  const first = opening('A', 2027, { due: [] });
  await t.ledger.append(first);
  expect(await t.ledger.append(first)).toEqual({ clockOffsetMs: 0 });
  expect((await t.ledger.append(opening('B', 2027))).refuses?.code).toBe('yearOpened');
});

it('of many who open a year at once, one does', async () => {
  const t = await town();
  const answers = await Promise.all(Array.from({ length: 12 }, (_, nth) => t.ledger.append(opening(`R${nth}`, 2027))));
  expect(answers.filter(({ refuses }) => !refuses)).toHaveLength(1);
  expect(answers.flatMap(({ refuses }) => refuses?.code ?? [])).toEqual(Array(11).fill('yearOpened'));
  expect(await t.sql(`select case_id from cases where procedure = 'yearly-review'`)).toHaveLength(1);
});

it('a year that is opened by the one before goes the same way', async () => {
  const t = await town();
  await t.ledger.append(opening('A', 2027));
  const opens = [{ procedure: 'yearly-review', name: '2028', opening: { name: 'openYear', input: { by: 'system' } } }] as const;
  await t.ledger.append(next('A', 2, 2027, { opens }));
  const [coming] = await t.ledger.takeOpenings(10, '2027-01-01T00:00:00.000Z');
  await t.ledger.append(opening('HR', 2028));
  const answer = await t.ledger.append({ ...opening(coming?.caseId ?? '', 2028), ...(coming && { event: coming.opening }) });
  expect(answer.refuses?.code).toBe('yearOpened');
});

it('a report is kept under its hash for ever, as it was first kept', async () => {
  const t = await town();
  await t.ledger.append(opening('A', 2027));
  await t.ledger.keepReport('A', 'h', { title: '令和9年度 𠮷田・髙橋', chapters: [1, 2] });
  await t.ledger.keepReport('A', 'h', { title: 'another' });
  expect(await t.ledger.reviewReport('A', 'h')).toEqual({ title: '令和9年度 𠮷田・髙橋', chapters: [1, 2] });
  expect(await t.ledger.reviewReport('A', 'i')).toBeUndefined();
  expect(await t.ledger.reviewReport('B', 'h')).toBeUndefined();
});

it('what a review has not heard of the months of its year, the latest version alone', async () => {
  const t = await town();
  await t.ledger.append(opening('A', 2027));
  await t.ledger.append(opening('B', 2028));
  await teleworked(t, { staff: '1', date: '2027-04-12' });
  expect(await t.ledger.monthsUnheard()).toEqual([]);
  await t.ledger.takeMonths('2028-05-15', policy);
  const unheard = async () => (await t.ledger.monthsUnheard()).map(({ caseId, month, version }) => `${caseId} ${month} ${version}`);
  const all = ['04', '05', '06', '07', '08', '09', '10', '11', '12'].map((month) => `A 2027-${month} 1`);
  expect(await unheard()).toEqual([...all, 'A 2028-01 1', 'A 2028-02 1', 'A 2028-03 1', 'B 2028-04 1']);
  const [april] = await t.ledger.monthsUnheard();
  expect(april).toMatchObject({ key: 'A/freeze/2027-04/1', hash: (await t.ledger.monthVersions('2027-04', '2027-04')).at(0)?.hash });
  await t.ledger.leaveNews('A', { name: 'freeze', input: { by: 'system' }, key: april?.key ?? '' });
  expect(await unheard()).not.toContain('A 2027-04 1');
  const { next: news } = await t.ledger.look({ caseId: 'A', seq: 2, due: [{ step: 'freeze', from: 'ledger' }] });
  await t.ledger.append({ ...next('A', 2, 2027), ...(news && { event: news }) });
  expect(await unheard()).not.toContain('A 2027-04 1');
  await t.ledger.correctMonth('2027-04', policy, { by: '1', reason: '6f2f5c1e-0f67-4b0e-9a50-0c9d2b0f7a11', key: 'k' });
  expect((await unheard()).at(0)).toBe('A 2027-04 2');
  await t.ledger.append(next('A', 3, 2027, { due: [] }));
  expect(await unheard()).toEqual(['B 2028-04 1']);
  await sound(t);
});

it('the audit holds an ordered day to what its event says', async () => {
  const t = await town();
  const caseId = await teleworked(t, { staff: '1', date: '2027-04-12', ordered: 'snow' });
  await teleworked(t, { staff: '2', date: '2027-04-12' });
  await sound(t);
  await t.sql('update telework_days set ordered = null where case_id = $1', [caseId]);
  const findings = [];
  for await (const finding of t.ledger.verifyChains()) findings.push(finding);
  expect(findings).toEqual([{ table: 'telework_days', problem: 'changed', caseId, what: 'ordered' }]);
});
