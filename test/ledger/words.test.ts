import { expect, it } from 'vitest';
import { entry, freshKey, type Town, town } from './town.js';

const findings = async (t: Town) => {
  const found = [];
  for await (const finding of t.ledger.verifyChains()) found.push(finding);
  return found;
};

it('keeps the words of a step once, however often it is handed in, and gives a digest that says nothing of them', async () => {
  const t = await town();
  const words = { reason: '子の看護', address: '駅前 1-1' };
  const [first, second] = await Promise.all([t.ledger.keep('K1', 'A', words), t.ledger.keep('K1', 'A', words)]);
  expect(second).toEqual(first);
  expect(await t.ledger.keep('K1', 'A', { ...words, reason: 'another' })).toEqual(first);
  const other = await t.ledger.keep('K2', 'A', words);
  expect(other.reason?.digest).not.toBe(first.reason?.digest); // The same words, another key.
  expect(other.reason?.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(await t.ledger.read([first.reason?.row ?? '', first.address?.row ?? ''])).toEqual({
    [first.reason?.row ?? '']: '子の看護',
    [first.address?.row ?? '']: '駅前 1-1',
  });
  expect(await t.ledger.keep('K3', 'A', {})).toEqual({});
  expect(await t.ledger.read([])).toEqual({});
});

it('removes words that no event took, and no others', async () => {
  const t = await town();
  const kept = await t.ledger.keep('K1', 'A', { reason: 'taken by its key' });
  const named = await t.ledger.keep('K2', 'A', { reason: 'named by an event of another key' });
  await t.ledger.keep('K3', 'A', { reason: 'taken by nobody' });
  await t.ledger.append(entry('A', 1, { name: 'request', key: 'K1', input: { by: 'S1', ...kept, ...{ note: named.reason } } }));
  t.clock.set('2027-04-06T00:00:00.000Z');
  await t.ledger.keep('K4', 'A', { reason: 'young' });
  expect(await t.ledger.removeUntaken('2027-04-06T00:00:00.000Z')).toBe(1);
  expect(await t.sql('select key from words order by key')).toEqual([{ key: 'K1' }, { key: 'K2' }, { key: 'K4' }]);
});

it('erases words when their retention has ended and no hold stands, and the chain stays sound', async () => {
  const t = await town();
  for (const caseId of ['A', 'B', 'C']) {
    const key = freshKey();
    const words = await t.ledger.keep(key, caseId, { reason: `of ${caseId}` });
    await t.ledger.append(entry(caseId, 1, { name: 'request', key, input: { by: 'S1', ...words } }));
  }
  await t.ledger.retainWords('A', { retentionClass: 'loans', until: '2028-03-31' });
  await t.ledger.retainWords('B', { retentionClass: 'loans', until: '2028-03-31' });
  await t.ledger.holdWords('B', true);
  expect(await t.ledger.eraseWords('2028-03-31')).toBe(0);
  expect(await t.ledger.eraseWords('2028-04-01')).toBe(1);
  expect(await t.sql('select case_id from words order by 1')).toEqual([{ case_id: 'B' }, { case_id: 'C' }]);
  expect(await t.sql('select case_id, retention_class from word_erasures')).toEqual([{ case_id: 'A', retention_class: 'loans' }]);
  expect(await findings(t)).toEqual([]);
  await t.ledger.holdWords('B', false);
  expect(await t.ledger.eraseWords('2028-04-01')).toBe(1);
});
