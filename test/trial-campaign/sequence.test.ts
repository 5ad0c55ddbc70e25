import { expect, it } from 'vitest';
import { getTrialCampaign } from '../../workflows/trial-campaign/contract.js';
import * as campaigns from '../../workflows/trial-campaign/rules.js';
import { getTrialSection, steps } from '../../workflows/trial-section/contract.js';
import * as sections from '../../workflows/trial-section/rules.js';
import { member, news, on, opening, step } from '../trial-section/cases.js';
import { choicesFor, openAgain, type Walked, walk } from '../walks.js';
import { event } from './cases.js';

const newsOf = {
  replan: news('replan', {
    on,
    moves: [{ staff: '4004', from: [], to: [{ date: '2027-04-15', part: 'day' }] }],
    cannot: [],
    period: { until: '2027-04-30', closed: [] },
  }),
  join: news('join', { on, member: member('4005', ['2027-04-13']) }),
  leave: news('leave', { on, staff: '4002' }),
  close: news('close', {}),
  cancel: news('cancel', {}),
};
const sectionEvent = (name: string, seq: number): sections.SectionEvent =>
  ({
    ...(name in steps ? step(name as keyof typeof steps) : newsOf[name as keyof typeof newsOf]),
    key: `key-${seq}`,
  }) as sections.SectionEvent;

it('both sequences go every way that the rules allow: 120 random walks are opened again and stand where the rules say', async () => {
  const campaignEvent = (name: string) => event(name as campaigns.CampaignEvent['name']);
  const walks = choicesFor(60).flatMap((choices): Walked[] => [
    {
      procedure: 'trial-campaign',
      query: getTrialCampaign,
      ...walk(choices, campaigns, { first: event('draft'), next: campaignEvent }),
    },
    { procedure: 'trial-section', query: getTrialSection, ...walk(choices, sections, { first: opening(), next: sectionEvent }) },
  ]);
  expect(walks.filter(({ isOver }) => isOver).length).toBeGreaterThan(10);
  await openAgain(walks);
}, 120_000);
