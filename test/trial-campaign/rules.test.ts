import { describe, expect, it } from 'vitest';
import type { CampaignEvent } from '../../workflows/trial-campaign/rules.js';
import { due, mails, readers, refusal, refuseDraft, reminds, summary, tells } from '../../workflows/trial-campaign/rules.js';
import { after, draft, event, planned, step } from './cases.js';

const [ready, running] = [['plan', 'planned'] as const, ['plan', 'planned', 'announce', 'opened', 'begin'] as const];
const dueAfter = (...names: Parameters<typeof after>) => due(after(...names)).map((one) => one.step);

describe('what a campaign waits for', () => {
  it.each<[string, readonly CampaignEvent['name'][], readonly string[]]>([
    ['drafted', [], ['redraft', 'plan', 'measure', 'cancel']],
    ['planning', ['plan'], ['planned', 'measure', 'cancel']],
    ['planned', ready, ['announce', 'redraft', 'plan', 'measure', 'cancel']],
    ['drafted', [...ready, 'redraft'], ['redraft', 'plan', 'measure', 'cancel']],
    ['announced', [...ready, 'announce'], ['opened', 'extend', 'measure', 'cancel', 'begin']],
    ['announced', [...ready, 'announce', 'opened'], ['extend', 'measure', 'cancel', 'begin']],
    ['running', [...ready, 'announce', 'begin'], ['opened', 'pause', 'extend', 'measure', 'cancel', 'endPeriod']],
    ['running', running, ['pause', 'extend', 'measure', 'cancel', 'endPeriod']],
    ['paused', [...running, 'pause'], ['resume', 'measure', 'cancel']],
    ['running', [...running, 'pause', 'resume'], ['pause', 'extend', 'measure', 'cancel', 'endPeriod']],
    ['closing', [...running, 'endPeriod'], ['report', 'secondRound', 'measure', 'cancel']],
    ['running', [...running, 'endPeriod', 'secondRound'], ['pause', 'extend', 'measure', 'cancel', 'endPeriod']],
    ['reported', [...running, 'endPeriod', 'report'], []],
    ['cancelled', ['cancel'], []],
    ['cancelled', ['plan', 'cancel'], []],
    ['cancelled', [...running, 'cancel'], []],
    ['cancelled', [...ready, 'announce', 'cancel'], ['opened']],
  ])('%s after %j', (status, names, steps) => {
    expect(after(...names).status).toBe(status);
    expect(dueAfter(...names)).toEqual(steps);
  });

  it('a period that ends while sections are still being opened is not reported before they are', () => {
    expect(dueAfter(...ready, 'announce', 'begin', 'endPeriod')).toEqual(['opened', 'secondRound', 'measure', 'cancel']);
  });

  it('all its steps are HR’s; HR, IT and the committee see it, its words without IT', () => {
    for (const one of due(after(...running))) if ('who' in one) expect(one.who).toBe('hr');
    expect(readers(after())).toEqual({ words: ['hr', 'committee'], all: ['hr', 'committee', 'it'] });
    expect(summary(after())).toEqual({ status: 'drafted', department: '', staff: '2001' });
  });

  it('begins and ends by itself at the instants that the calendar gave; a pause stops that', () => {
    expect(due(after(...ready, 'announce'))).toContainEqual({ step: 'begin', at: '2027-04-11T15:00:00.000Z' });
    expect(due(after(...running))).toContainEqual({ step: 'endPeriod', at: '2027-04-23T15:00:00.000Z' });
    expect(due(after(...running, 'pause', 'resume'))).toContainEqual({ step: 'endPeriod', at: '2027-04-27T15:00:00.000Z' });
    expect(due(after(...running, 'endPeriod', 'secondRound'))).toContainEqual({ step: 'endPeriod', at: '2027-06-11T15:00:00.000Z' });
  });
});

describe('what forbids a draft (003:196; 003:501)', () => {
  const today = '2027-04-01';
  const wave = (over: object) => ({ groups: [{ id: 'a', who: {}, times: 1, per: 'period' as const, ...over }] });
  const twice = (id: string) => ({ id, who: {}, times: 1, per: 'period' as const });
  it.each([
    ['an end before its beginning', { until: '2027-04-11' }, 'trialPeriodOrder'],
    ['a beginning today', { from: today }, 'trialInPast'],
    ['nobody', { groups: [] }, 'groupsNeeded'],
    ['a group twice', { groups: [twice('a'), twice('a')] }, 'namedTwice'],
    ['a counter twice', { counters: [1, 2].map(() => ({ department: 'tax', morning: 1, afternoon: 1 })) }, 'namedTwice'],
    ['a wave before the period', wave({ from: '2027-04-11' }), 'waveOutside'],
    ['a wave after it', wave({ until: '2027-04-24' }), 'waveOutside'],
    ['a wave the wrong way round', wave({ from: '2027-04-20', until: '2027-04-19' }), 'waveOutside'],
  ])('%s', (_what, over, code) => expect(refuseDraft(draft(over), today)?.code).toBe(code));

  it('is all; another one in its place is judged alike', () => {
    expect(refuseDraft(draft(), today)).toBeUndefined();
    expect(refuseDraft(draft(wave({ from: '2027-04-12', until: '2027-04-23' })), '2027-04-11')).toBeUndefined();
    expect(refusal(after(), step('redraft', { draft: draft({ groups: [] }) }))).toMatchObject({ code: 'groupsNeeded' });
    expect(refusal(after(), step('redraft'))).toBeUndefined();
  });
});

describe('what forbids a step', () => {
  it('a plan in which somebody has no place, or which has nobody, is not announced', () => {
    const plannedAs = (over: object) => after('plan', event('planned', over));
    expect(refusal(plannedAs({}), step('announce'))).toBeUndefined();
    expect(refusal(plannedAs({ feasible: false, cannot: 2 }), step('announce'))).toMatchObject({ code: 'planNotFeasible', limit: '2' });
    expect(refusal(plannedAs({ members: 0 }), step('announce'))).toMatchObject({ code: 'nobodyPlanned' });
  });

  it('what was planned before is gone with another draft, or another asking', () => {
    expect(after(...ready, 'redraft')).not.toHaveProperty('planned');
    expect(after(...ready, 'plan')).not.toHaveProperty('planned');
  });

  it.each([
    ['extend', { until: '2027-04-23' }, 'trialNotLater'],
    ['extend', { until: '2027-05-08' }, 'trialTooLong'],
    ['resume', { until: '2027-04-22' }, 'trialNotLater'],
    ['secondRound', { from: '2027-04-23' }, 'trialNotLater'],
    ['secondRound', { until: '2027-05-31' }, 'trialPeriodOrder'],
  ] as const)('%s: %j', (name, over, code) => {
    expect(refusal(after(...running), step(name, over))).toMatchObject({ code });
    expect(refusal(after(...running), step(name))).toBeUndefined();
  });

  it('what was measured after it is not known before it has begun (001:224-226)', () => {
    expect(refusal(after(...ready, 'announce'), step('measure', { when: 'after' }))).toMatchObject({ code: 'measuredTooEarly' });
    expect(refusal(after(...ready, 'announce'), step('measure'))).toBeUndefined();
    expect(refusal(after(...running), step('measure', { when: 'after' }))).toBeUndefined();
  });

  it('a measurement takes the place of an earlier one of the same', () => {
    const again = after('measure', event('measure', { value: 10 }), event('measure', { department: 'tax' }));
    expect(again.measurements).toEqual([
      { what: 'overtimeHours', when: 'before', value: 10 },
      { what: 'overtimeHours', when: 'before', value: 12.5, department: 'tax' },
    ]);
  });
});

describe('what becomes of it', () => {
  it('the announcement keeps who made it; the last date moves, the draft stays', () => {
    expect(after(...running)).toMatchObject({ announcedBy: '2002', draftedBy: '2001', sections: 2 });
    expect(after(...running)).not.toHaveProperty('opening');
    expect(after(...running, 'extend').draft).toEqual(draft({ until: '2027-05-07' }));
    expect(after(...running, 'endPeriod')).toMatchObject({ questionnaireUntil: '2027-04-30' });
  });

  it('a second round is counted, from its own first date, and the questionnaire comes after it', () => {
    const again = after(...running, 'endPeriod', 'secondRound');
    expect(again).toMatchObject({ round: 2, roundFrom: '2027-06-01', draft: { until: '2027-06-11' } });
    expect(again).not.toHaveProperty('questionnaireUntil');
  });

  it('the report freezes the numbers', () => expect(after(...running, 'endPeriod', 'report').tally).toMatchObject({ done: 16 }));

  it('its sections hear when it is over, and those that are still being opened once they are', () => {
    const told = (...names: readonly CampaignEvent['name'][]) => {
      const last = names.at(-1) ?? 'draft';
      return tells(after(...names), event(last)).map(({ name }) => name);
    };
    expect(told(...running, 'endPeriod', 'report')).toEqual(['close']);
    expect(told(...running, 'cancel')).toEqual(['cancel']);
    expect(told(...ready, 'announce', 'cancel')).toEqual([]);
    expect(told(...ready, 'announce', 'cancel', 'opened')).toEqual(['cancel']);
    expect(told(...running)).toEqual([]);
    expect(told(...ready, 'announce', 'opened')).toEqual([]);
  });

  it('who drew it up is told what came of the plan, the committee of the report', () => {
    const sent = (name: CampaignEvent['name'], over = {}, ...names: readonly CampaignEvent['name'][]) => {
      const one = event(name, over);
      return mails(after(...names, one), one).map(({ to, template }) => `${to} ${template}`);
    };
    expect(sent('planned', {}, 'plan')).toEqual(['staff:2001 trialPlanned']);
    expect(sent('planned', { ...planned, feasible: false }, 'plan')).toEqual(['staff:2001 trialNotFeasible']);
    expect(sent('report', {}, ...running, 'endPeriod')).toEqual(['committee trialReported']);
    expect(sent('pause', {}, ...running)).toEqual([]);
  });
});

describe('of what the morning round reminds HR', () => {
  const reminded = (name: 'announce' | 'resume' | 'report', since: string, today: string, ...names: Parameters<typeof after>) =>
    reminds(after(...names), { step: name, who: 'hr', since }, today);

  it('weekly of a plan that waits, or a pause', () => {
    expect(reminded('announce', '2027-04-01', '2027-04-01', ...ready)).toEqual([]);
    expect(reminded('announce', '2027-04-01', '2027-04-02', ...ready)).toEqual([]);
    expect(reminded('announce', '2027-04-01', '2027-04-08', ...ready)).toEqual(['hr']);
    expect(reminded('resume', '2027-04-13', '2027-04-20', ...running, 'pause')).toEqual(['hr']);
  });

  it('daily of the report, once the questionnaire is over', () => {
    expect(reminded('report', '2027-04-24', '2027-04-30', ...running, 'endPeriod')).toEqual([]);
    expect(reminded('report', '2027-04-24', '2027-05-01', ...running, 'endPeriod')).toEqual(['hr']);
  });
});
