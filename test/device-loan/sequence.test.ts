import { fc } from '@fast-check/vitest';
import { it } from 'vitest';
import { getLoan } from '../../workflows/device-loan/contract.js';
import { due } from '../../workflows/device-loan/rules.js';
import { openAgain, type Walked } from '../walks.js';
import { choicesOf40, statesOf, walk } from './cases.js';

it('the sequence goes every way that the rules allow: 120 random walks are opened again and stand where the rules say', async () => {
  const walks = fc.sample(choicesOf40, { seed: 16, numRuns: 120 }).flatMap((choices, nth): Walked[] => {
    const events = walk(choices, nth % 4 ? {} : { within: 'section-1' });
    const stands = statesOf(events).at(-1);
    if (!stands) throw new Error('a walk has no events');
    return [{ procedure: 'device-loan', query: getLoan, events, stands, isOver: due(stands).length === 0 }];
  });
  await openAgain(walks);
}, 60_000);
