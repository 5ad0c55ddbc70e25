import { expect, it } from 'vitest';
import { getYearlyReview } from '../../workflows/yearly-review/contract.js';
import * as rules from '../../workflows/yearly-review/rules.js';
import { choicesFor, openAgain, type Walked, walk } from '../walks.js';
import { byTheYearBefore, event } from './cases.js';

/** The event as it usually comes, of a measure that is there, and every third time with a no. */
function nextOf(name: string, seq: number, { measures }: rules.YearlyReview): rules.ReviewEvent {
  const { year = 0, number = 0 } = measures.find(rules.isOpen) ?? {};
  const measure = ['changeMeasure', 'withdrawMeasure', 'reportMeasure'].includes(name) ? { year, number } : {};
  const no = seq % 3 ? {} : { agrees: false, approved: false };
  return { ...event(name as rules.ReviewEvent['name'], { ...measure, ...no }), key: `key-${seq}` } as rules.ReviewEvent;
}

it('the sequence goes every way that the rules allow: 120 random walks are opened again and stand where the rules say', async () => {
  const walks = choicesFor(120).map((choices, nth): Walked => {
    const first = nth % 2 ? event('openYear') : byTheYearBefore();
    return { procedure: 'yearly-review', query: getYearlyReview, ...walk(choices, rules, { first, next: nextOf }) };
  });
  expect(walks.filter(({ isOver }) => isOver).length).toBeGreaterThan(5);
  await openAgain(walks);
}, 120_000);
