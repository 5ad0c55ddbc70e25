import { expect, it } from 'vitest';
import { getSurvey } from '../../workflows/survey/contract.js';
import * as surveys from '../../workflows/survey/rules.js';
import { choicesFor, openAgain, type Walked, walk } from '../walks.js';
import { event } from './cases.js';

it('the sequence goes every way that the rules allow: 60 random walks are opened again and stand where the rules say', async () => {
  const next = (name: string) => event(name as surveys.SurveyEvent['name']);
  const walks = choicesFor(60).map(
    (choices): Walked => ({ procedure: 'survey', query: getSurvey, ...walk(choices, surveys, { first: event('draft'), next }) }),
  );
  expect(walks.filter(({ isOver }) => isOver).length).toBeGreaterThan(10);
  await openAgain(walks);
}, 120_000);
