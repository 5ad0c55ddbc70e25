import { expect, test } from 'vitest';
import { entryOf } from '../../workflows/shared/entry.js';
import * as years from '../../workflows/yearly-review/rules.js';
import { event, planned } from '../yearly-review/cases.js';
import { office } from './office.js';

/** A Friday: on the day after, when the measure is late, there is no round. */
const [due, firstRound] = ['2027-10-15', '2027-10-18'];
const [friday, monday] = ['2027-11-19', '2027-11-22'];

test('the owner of a late measure is chased weekly, HR too after 30 days, on the next round where that is no day of business', async () => {
  const town = await office();
  let state: years.YearlyReview | undefined;
  const way = ['openYear', 'addMeasure', ...planned, 'checkHalfYear'] as const;
  for (const [nth, name] of way.entries()) {
    const one = { ...event(name, name === 'addMeasure' ? { owner: 'head:tax', due } : {}), key: `key-${nth}` } as years.ReviewEvent;
    state = years.apply(state, one);
    await town.ledger.append(entryOf(years, { caseId: 'year', procedure: 'yearly-review', seq: nth + 1 }, { event: one, after: state }));
  }
  const toldOn = async (before: string, date: string) => {
    town.clock.set(`${before}T00:00:00Z`);
    await town.write('morning', before);
    await town.sql('delete from outbox');
    town.clock.set(`${date}T00:00:00Z`);
    await town.write('morning', date);
    return town.digests();
  };
  expect(await toldOn(due, firstRound)).toEqual({ 'staff:3001': ['yearly-review.reportMeasure head own'] });
  expect(await toldOn(friday, monday)).toEqual({
    'staff:3001': ['yearly-review.reportMeasure head own'],
    'staff:8001': ['yearly-review.reportMeasure hr own'],
  });
});
