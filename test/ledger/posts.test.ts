import { expect, it } from 'vitest';
import type { LedgerDue } from '../../activities/ledger/port.js';
import { entry, town } from './town.js';

const waits: readonly LedgerDue[] = [
  { step: 'approve', who: 'head:tax' },
  { step: 'succeed', from: 'directory' },
];
const morning = { steps: ['approve'], date: '2027-04-06' };
const head = (holder: string | null) => ({ post: 'head:tax', holder }) as const;

it('tells what has waited for a post since before the day that it has passed to another, once', async () => {
  const { ledger, clock, sql } = await town();
  const open = (caseId: string, due = waits) => ledger.append(entry(caseId, 1, { name: 'file' }, { due }));
  await open('waits');
  await open('waits for nobody', [{ step: 'withdraw', who: 'staff:S4021' }, ...waits.slice(1)]);
  await open('of a procedure that follows nobody', waits.slice(0, 1));
  await open('moves');
  await ledger.leaveNews('moves', { name: 'transfer', input: { by: 'system' }, key: 'moves/transfer' });
  clock.set('2027-04-06T00:00:00.000Z');
  await open('came today');

  expect(await ledger.decidingPosts()).toEqual(['head:tax']);
  expect(await ledger.noteHolder(head('S3001'), morning)).toBe(0); // Nothing is known of before.
  expect(await ledger.noteHolder(head('S3001'), morning)).toBe(0);
  expect(await ledger.noteHolder(head('S3002'), morning)).toBe(1);
  expect(await ledger.noteHolder(head('S3002'), morning)).toBe(0);
  const news = () => sql<{ case_id: string; event: object }>("select case_id, event from news where name = 'succeed' order by number");
  const input = { by: 'system', post: 'head:tax', former: 'S3001', holder: 'S3002' };
  expect(await news()).toMatchObject([{ case_id: 'waits', event: { name: 'succeed', input } }]);

  expect(await ledger.noteHolder(head(null), morning)).toBe(1);
  expect(await ledger.noteHolder(head('S3001'), morning)).toBe(1);
  const [, vacated, back] = (await news()).map(({ event }) => event);
  expect(vacated).toEqual({ name: 'succeed', key: expect.any(String), input: { by: 'system', post: 'head:tax', former: 'S3002' } });
  expect(back).toEqual({ name: 'succeed', key: expect.any(String), input: { by: 'system', post: 'head:tax', holder: 'S3001' } });
});

it('two rounds at once tell a case once', async () => {
  const { ledger, clock } = await town();
  await ledger.append(entry('waits', 1, { name: 'file' }, { due: waits }));
  clock.set('2027-04-06T00:00:00.000Z');
  await ledger.noteHolder(head('S3001'), morning);
  const told = await Promise.all(Array.from({ length: 5 }, () => ledger.noteHolder(head('S3002'), morning)));
  expect(told.reduce((sum, one) => sum + one, 0)).toBe(1);
});
