import type { Signed } from '../../workflows/shared/case.js';
import type { Draft, Planned } from '../../workflows/trial-campaign/contract.js';
import { apply, type CampaignEvent, type CampaignStep, type TrialCampaign } from '../../workflows/trial-campaign/rules.js';

/** Invented: everybody once, from Monday, 12 April to Friday, 23 April 2027. */
export const draft = (over: Partial<Draft> = {}): Draft => ({
  from: '2027-04-12',
  until: '2027-04-23',
  groups: [{ id: 'everybody', who: {}, times: 1, per: 'period' }],
  excluded: { departments: [], occupations: [], employment: [] },
  unit: 'day',
  devices: { source: 'pool', kind: 'laptop' },
  counters: [],
  daysOff: [],
  ...over,
});

const hr: Signed = { by: '2001', as: 'hr' };
const [opensAt, endsAt] = ['2027-04-11T15:00:00.000Z', '2027-04-23T15:00:00.000Z'];
const words = { row: '00000000-0000-4000-8000-000000000000', digest: 'c'.repeat(64) };
const policy = { pack: 'a'.repeat(64), extendDays: 14, questionnaireDays: 7, smallGroup: 5 };
export const planned: Planned = { plan: 'p1', hash: 'h1', feasible: true, members: 18, sections: 2, placed: 17, cannot: 0, notPossible: 1 };
const tally = { done: 16, recordedByHr: 0, exempt: 1, notPossible: 1, planned: 0, atRisk: 0 };

const inputs = {
  draft: { ...hr, draft: draft(), opensAt, endsAt, policy },
  redraft: { ...hr, draft: draft({ until: '2027-04-30' }), opensAt, endsAt: '2027-04-30T15:00:00.000Z' },
  plan: hr,
  planned: { by: 'system', ...planned },
  announce: { ...hr, by: '2002' },
  opened: { by: 'system', sections: 2 },
  begin: { by: 'system' },
  pause: { ...hr, reason: words },
  resume: { ...hr, until: '2027-04-27', endsAt: '2027-04-27T15:00:00.000Z' },
  extend: { ...hr, until: '2027-05-07', endsAt: '2027-05-07T15:00:00.000Z' },
  endPeriod: { by: 'system' },
  secondRound: { ...hr, from: '2027-06-01', until: '2027-06-11', endsAt: '2027-06-11T15:00:00.000Z' },
  measure: { ...hr, what: 'overtimeHours', when: 'before', value: 12.5 },
  report: { ...hr, tally },
  cancel: { ...hr, reason: words },
} as const;

type Name = CampaignEvent['name'];

/** The event of this name as it usually comes, other things where they are said. */
export const event = <One extends Name>(name: One, over: object = {}): Extract<CampaignEvent, { name: One }> =>
  ({ name, input: { ...inputs[name], ...over }, key: `key-${name}` }) as unknown as Extract<CampaignEvent, { name: One }>;

export const step = <One extends CampaignStep['name']>(name: One, over: object = {}) => event(name, over) as unknown as CampaignStep;

/** The campaign after its draft and these. */
export const after = (...names: (Name | CampaignEvent)[]): TrialCampaign =>
  [event('draft'), ...names.map((one) => (typeof one === 'string' ? event(one) : one))].reduce<TrialCampaign | undefined>(
    (before, one) => apply(before, one),
    undefined,
  ) as TrialCampaign;
