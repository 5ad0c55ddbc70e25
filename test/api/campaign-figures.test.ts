import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import type { Reason } from '../../activities/planner/port.js';
import { shareOf } from '../../api/rounding.js';
import { nextDraft } from '../../api/trial/next-draft.js';
import { reasonInWords } from '../../api/trial/plan-words.js';
import { resultsOf } from '../../api/trial/questionnaire.js';
import { measured } from '../../api/trial/report.js';
import { forecastOf, maskedLines, membersOf, standingOf } from '../../api/trial/tallies.js';
import type { Draft } from '../../workflows/trial-campaign/contract.js';
import type { Tally } from '../../workflows/trial-section/contract.js';

const nobody: Tally = { done: 0, recordedByHr: 0, planned: 0, atRisk: 0, exempt: 0, notPossible: 0 };
const fewest = 5;

describe('shares', () => {
  test.each([
    [1, 3, 33.3],
    [2, 3, 66.7],
    [1, 16, 6.3], // 6.25, half up
    [3, 400, 0.8], // 0.75
    [1, 2_000, 0.1], // 0.05
    [0, 7, 0],
    [7, 7, 100],
  ])('%i of %i are %f per cent', (part, whole, share) => expect(shareOf(part, whole)).toBe(share));

  test('are of those who have done it; what HR has recorded stands beside them, and the exempt are left out once', () => {
    const tally = { ...nobody, done: 6, recordedByHr: 2, exempt: 4 };
    expect(standingOf(tally)).toEqual({ members: 12, ...tally, share: 50, shareWithoutExempt: 75 });
    expect(standingOf(nobody)).toEqual({ members: 0, ...nobody });
  });
});

describe('small groups', () => {
  const sizes = fc.array(fc.nat({ max: 12 }), { maxLength: 12 });

  property.prop([sizes], { numRuns: 1_000 })('cannot be found out from the others and the sum', (all) => {
    const tallies = all.map((done, at) => ({ department: `d${at}`, ...nobody, done }));
    const lines = maskedLines('department', tallies, fewest);
    const masked = tallies.filter((_, at) => 'masked' in (lines[at] ?? {}));
    for (const [at, tally] of tallies.entries()) {
      const size = membersOf(tally);
      if (size > 0 && size < fewest) expect(lines[at]).toEqual({ department: tally.department, masked: true });
      else if (!masked.includes(tally)) expect(lines[at]).toEqual({ department: tally.department, ...standingOf(tally) });
    }
    const people = masked.reduce((sum, one) => sum + membersOf(one), 0);
    const others = tallies.length - masked.length - tallies.filter((one) => membersOf(one) === 0).length;
    if (masked.length && others) {
      expect(masked.length).toBeGreaterThan(1);
      expect(people).toBeGreaterThanOrEqual(fewest);
    }
  });

  test('of who answered show nothing, from the fewest on everything', () => {
    const answer = { as: 'participant', answers: { progress: 'better' }, remarks: 'x' } as const;
    const four = Array.from({ length: fewest - 1 }, () => answer);
    expect(resultsOf('participant', four, fewest)).toEqual({ answered: 4, masked: true });
    expect(resultsOf('participant', [...four, answer], fewest)).toMatchObject({ answered: 5, remarks: [{}, {}, {}, {}, {}] });
    expect(resultsOf('head', four, fewest)).toEqual({ answered: 0, masked: true });
  });
});

test('why a plan does not place everybody names its sections as people list them', () => {
  const reason = (...names: string[]): Reason => ({
    sections: names.map((section) => ({ section, people: 9, cannot: 1, blockedByCounter: 0 })),
    dates: 5,
    devices: 2,
    incurable: 0,
    cures: [],
  });
  const text = (language: 'ja' | 'en', ...names: string[]) => reasonInWords(reason(...names), language, (name) => name).text;
  expect(text('en', 'A')).toBe('Section A: 9 people, 2 devices. 1 of them cannot be placed.');
  expect(text('en', 'A', 'B')).toMatch(/^Sections A and B: 18 people/);
  expect(text('en', 'A', 'B', 'C')).toMatch(/^Sections A, B and C: 27 people/);
  expect(text('ja', '税務課', '市民課', '福祉課')).toMatch(/^税務課・市民課・福祉課：対象者27人/);
});

test('the forecast is what is done, and what is planned by its date', () => {
  const ahead = [
    { date: '2027-05-14', members: 2 },
    { date: '2027-05-12', members: 3 },
  ];
  const byDate = [
    { date: '2027-05-12', done: 4 },
    { date: '2027-05-14', done: 6 },
  ];
  expect(forecastOf({ ...nobody, done: 1, planned: 5, atRisk: 2 }, ahead)).toEqual({ done: 6, share: 75, until: '2027-05-14', byDate });
  expect(forecastOf(nobody, [])).toEqual({ done: 0, byDate: [] });
});

test('what was measured stands before and after, each department by itself', () => {
  const before = { what: 'paperSheets', when: 'before', value: 500 } as const;
  const after = { ...before, when: 'after', value: 420 } as const;
  expect(measured([before, { ...before, department: 'tax' }, after])).toEqual([
    { what: 'paperSheets', before: 500, after: 420, change: -80 },
    { what: 'paperSheets', department: 'tax', before: 500 },
  ]);
});

test('the next draft asks those who have not done it, at the same distances', () => {
  const draft: Draft = {
    ...{ from: '2027-05-10', until: '2027-05-21', unit: 'day', devices: { source: 'private' }, daysOff: ['2027-05-12'] },
    groups: [
      { id: 'managers', who: { role: 'heads' }, times: 1, per: 'period', until: '2027-05-14', first: true },
      { id: 'tax', who: { departments: ['tax', 'civic'] }, times: 2, per: 'period' },
      { id: 'civic', who: { departments: ['civic'] }, times: 1, per: 'week' },
    ],
    excluded: { departments: [], occupations: [], employment: [] },
    counters: [
      { department: 'tax', morning: 1, afternoon: 1 },
      { department: 'civic', morning: 2, afternoon: 2 },
    ],
  };
  const stands = [
    { department: 'tax', ...nobody, done: 8, atRisk: 1 },
    { department: 'civic', ...nobody, done: 9, exempt: 1 },
  ];
  expect(nextDraft(draft, stands, '2027-06-07')).toEqual({
    ...draft,
    ...{ from: '2027-06-07', until: '2027-06-18', daysOff: ['2027-06-09'] },
    groups: [
      { ...draft.groups[0], who: { role: 'heads', departments: ['tax'] }, until: '2027-06-11' },
      { ...draft.groups[1], who: { departments: ['tax'] } },
    ],
    counters: [draft.counters[0]],
  });
  const done = stands.map((one) => ({ ...one, atRisk: 0 }));
  expect(nextDraft(draft, done, '2027-06-07').groups.map(({ who }) => who)).toEqual(draft.groups.map(({ who }) => who));
});
