import { describe, expect, it } from 'vitest';
import { municipalCalendar } from '../../config/calendar.js';
import { dayOn } from '../../workflows/shared/dates.js';
import type { SurveyEvent } from '../../workflows/survey/rules.js';
import {
  due,
  mails,
  readers,
  refusal,
  refuseDraft,
  refuseResults,
  refuseSending,
  reminds,
  remindsRespondents,
  summary,
} from '../../workflows/survey/rules.js';
import { after, draft, event, policy, step } from './cases.js';

const open = ['schedule', 'open', 'opened'] as const;
const dueAfter = (...names: Parameters<typeof after>) => due(after(...names)).map((one) => one.step);

describe('what a survey waits for', () => {
  it.each<[string, readonly SurveyEvent['name'][], readonly string[]]>([
    ['drafted', [], ['redraft', 'schedule', 'cancel']],
    ['drafted', ['redraft'], ['redraft', 'schedule', 'cancel']],
    ['scheduled', ['schedule'], ['extend', 'cancel', 'open']],
    ['open', ['schedule', 'open'], ['opened', 'extend', 'closeEarly', 'cancel', 'close']],
    ['open', open, ['extend', 'closeEarly', 'cancel', 'close']],
    ['open', [...open, 'extend'], ['extend', 'closeEarly', 'cancel', 'close']],
    ['closed', ['schedule', 'open', 'close'], ['opened']],
    ['closed', [...open, 'close'], ['report']],
    ['closed', [...open, 'closeEarly'], ['report']],
    ['closed', ['schedule', 'open', 'closeEarly', 'opened'], ['report']],
    ['reported', [...open, 'close', 'report'], []],
    ['cancelled', ['cancel'], []],
    ['cancelled', ['schedule', 'cancel'], []],
    ['cancelled', ['schedule', 'open', 'cancel'], ['opened']],
    ['cancelled', [...open, 'cancel'], []],
  ])('%s after %j', (status, names, steps) => {
    expect(after(...names).status).toBe(status);
    expect(dueAfter(...names)).toEqual(steps);
  });

  it('opens and closes by itself at the instants that the calendar gave, or a later last day', () => {
    expect(due(after('schedule'))).toContainEqual({ step: 'open', at: draft.opensAt });
    expect(due(after(...open))).toContainEqual({ step: 'close', at: draft.closesAt });
    expect(due(after(...open, 'extend'))).toContainEqual({ step: 'close', at: '2027-04-30T15:00:00.000Z' });
    expect(after(...open, 'closeEarly').closesAt).toBe('2027-04-20T03:00:00.000Z');
  });

  it('all its steps are HR’s; the committee sees it', () => {
    for (const one of due(after(...open))) if ('who' in one) expect(one.who).toBe('hr');
    expect(readers(after())).toEqual({ words: ['hr', 'committee'], all: ['hr', 'committee'] });
    expect(summary(after())).toEqual({ status: 'drafted', department: '', staff: '2001' });
  });

  it('keeps how many were handed out and returned, and the hash of the counts', () => {
    expect(after(...open).links).toBe(18);
    expect(after(...open, 'close', 'report').reported).toEqual({ handedOut: 18, returned: 16, results: 'd'.repeat(64) });
  });
});

describe('what forbids', () => {
  it.each<[string, string, string, string | undefined]>([
    ['a first day that is over', '2027-04-11', '2027-04-23', 'surveyInPast'],
    ['a last day before the first', '2027-04-13', '2027-04-12', 'surveyOrder'],
    ['nothing: one day, today', '2027-04-12', '2027-04-12', undefined],
  ])('a draft: %s', (_what, from, until, code) => expect(refuseDraft({ from, until }, '2027-04-12')?.code).toBe(code));

  it('a last day that is not later', () => {
    expect(refusal(after(...open), step('extend', { until: '2027-04-23' }))).toMatchObject({ code: 'surveyNotLater', limit: '2027-04-23' });
    expect(refusal(after(...open), step('extend'))).toBeUndefined();
    expect(refusal(after(...open), step('cancel'))).toBeUndefined();
  });

  const atClose = '2027-04-23T15:00:00.000Z';
  const [before, within, last, late] = ['14:59:59.999', '15:00:00.000', '16:00:00.000', '16:00:00.001'].map(
    (time) => `2027-04-23T${time}Z`,
  ) as [string, string, string, string];
  const opened = { openedAt: before };
  it.each<[string, readonly SurveyEvent['name'][], { now: string; openedAt?: string }, string | undefined]>([
    ['before it closes, whoever has the link', open, { now: before }, undefined],
    ['after its time, though nobody has closed it yet', open, { now: within }, 'surveyClosed'],
    ['while the survey closed under an open form', [...open, 'close'], { now: within, ...opened }, undefined],
    ['until the time that the pack leaves is over', [...open, 'close'], { now: last, ...opened }, undefined],
    ['and not after that', [...open, 'close'], { now: late, ...opened }, 'surveyClosed'],
    ['with a form that was opened when it had closed', [...open, 'close'], { now: last, openedAt: atClose }, 'surveyClosed'],
    ['without having opened the form', [...open, 'close'], { now: within }, 'surveyClosed'],
    [
      'with the form open when HR closed it early',
      [...open, 'closeEarly'],
      { now: '2027-04-20T03:30:00.000Z', openedAt: '2027-04-20T02:59:00.000Z' },
      undefined,
    ],
    ['before it opens', ['schedule'], { now: before }, 'surveyNotOpen'],
    ['once it is reported', [...open, 'close', 'report'], { now: within, ...opened }, 'surveyNotOpen'],
    ['once it is cancelled', [...open, 'cancel'], { now: before, ...opened }, 'surveyNotOpen'],
  ])('sending: %s', (_when, names, at, code) => expect(refuseSending(after(...names), at)?.code).toBe(code));

  it('results while answers can still come in: each one could be told from what it changes', () => {
    expect(refuseResults(after(...open), late)?.code).toBe('surveyStillOpen');
    expect(refuseResults(after(...open, 'close'), last)?.code).toBe('surveyStillOpen');
    expect(refuseResults(after(...open, 'close'), late)).toBeUndefined();
    expect(refuseResults(after(...open, 'close', 'report'), within)).toBeUndefined();
  });
});

describe('who is told', () => {
  it('the committee, of the report, and nobody else by the survey itself', () => {
    const told = (name: SurveyEvent['name']) => mails(after(...open), event(name));
    const { from, until, title } = draft;
    expect(told('report')).toEqual([{ to: 'committee', template: 'surveyReported', params: { title: title.ja, from, until } }]);
    for (const name of ['draft', 'schedule', 'open', 'opened', 'extend', 'close', 'closeEarly', 'cancel'] as const)
      expect(told(name)).toEqual([]);
  });

  it('HR, weekly, of a draft that nobody schedules and of results that nobody reports', () => {
    const reminded = (today: string) => reminds(after(), { step: 'schedule', who: 'hr', since: '2027-04-01' }, today);
    expect(['2027-04-01', '2027-04-02', '2027-04-08', '2027-04-09', '2027-04-15'].map((day) => reminded(day).length)).toEqual([
      0, 0, 1, 0, 1,
    ]);
  });

  const { addBusinessDays, isBusinessDay } = municipalCalendar();
  /** The rounds of April that remind, when rounds are made on these days. */
  const rounds = (days: readonly string[], remindDays = policy.remindDays) =>
    days.filter((date, at) => {
      const [before] = days.slice(at - 1, at);
      return remindsRespondents(
        { until: draft.until, policy: { ...policy, remindDays } },
        { date, ...(at && before && { after: before }) },
        addBusinessDays,
      );
    });
  const april = Array.from({ length: 30 }, (_, at) => dayOn('2027-04-01', at)).filter(isBusinessDay);
  it('who has not answered, so many business days before the last day, once each', () => {
    expect(rounds(april)).toEqual(['2027-04-16', '2027-04-22']);
    expect(rounds(april, [])).toEqual([]);
    expect(rounds(april, [3])).toEqual(['2027-04-20']);
  });
  it('the first round after an outage makes up for those it missed, and none does after the last day', () => {
    expect(rounds(['2027-04-12', '2027-04-20', '2027-04-21'])).toEqual(['2027-04-20']);
    expect(rounds(['2027-04-15', '2027-04-26'])).toEqual([]);
  });
});
