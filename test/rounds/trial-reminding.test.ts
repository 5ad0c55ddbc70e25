import { describe, expect, test } from 'vitest';
import type { TrialMember } from '../../activities/ledger/port.js';
import { type RoundDay, remindsMember } from '../../workflows/trial-section/reminding.js';

/** A campaign that ends on Friday 30 April 2027; Thursday 29 April is a holiday. */
const until = '2027-04-30';
const rounds: Readonly<Record<string, RoundDay>> = {
  monday: { date: '2027-04-12', next: '2027-04-13', after: '2027-04-09' },
  tuesday: { date: '2027-04-13', next: '2027-04-14', after: '2027-04-12' },
  friday: { date: '2027-04-16', next: '2027-04-19', after: '2027-04-15' },
  'last Friday but one': { date: '2027-04-23', next: '2027-04-26', after: '2027-04-22' },
  'last Saturday but one': { date: '2027-04-24', next: '2027-04-26', after: '2027-04-23' },
};
const on = (...dates: string[]): TrialMember['slots'] => dates.map((date) => ({ date, part: 'day' }));

describe('whom the morning reminds of a campaign (issue: only those who have not done it, with their own date, not daily)', () => {
  test.each<[string, TrialMember['status'], string[], string[], ReturnType<typeof remindsMember>]>([
    ['tuesday', 'planned', ['2027-04-14'], [], { step: 'telework', on: '2027-04-14' }],
    ['friday', 'planned', ['2027-04-19'], [], { step: 'telework', on: '2027-04-19' }],
    ['monday', 'planned', ['2027-04-14'], [], undefined],
    ['monday', 'planned', ['2027-04-12'], [], undefined],
    ['tuesday', 'planned', ['2027-04-12', '2027-04-14'], ['2027-04-12'], { step: 'telework', on: '2027-04-14' }],
    ['tuesday', 'atRisk', ['2027-04-12'], [], { step: 'arrange', on: until }],
    ['friday', 'atRisk', ['2027-04-12'], [], undefined],
    ['friday', 'atRisk', ['2027-04-15'], ['2027-04-15'], undefined],
    ['monday', 'atRisk', [], [], { step: 'arrange', on: until }],
    ['tuesday', 'atRisk', [], [], undefined],
    ['last Friday but one', 'atRisk', [], [], undefined],
    ['last Saturday but one', 'atRisk', [], [], { step: 'arrange', on: until }],
    ['last Saturday but one', 'planned', ['2027-04-30'], [], { step: 'telework', on: '2027-04-30' }],
  ])('%s, %s, slots %j, observed %j', (round, status, slots, observed, told) => {
    expect(remindsMember({ status, slots: on(...slots), observed }, rounds[round] as RoundDay, until)).toEqual(told);
  });

  test('once a week: the first round since Monday, or the first of all', () => {
    const nobody = { status: 'atRisk', slots: [], observed: [] } as const;
    const wednesday = { date: '2027-04-14', next: '2027-04-15' };
    expect(remindsMember(nobody, { ...wednesday, after: '2027-04-09' }, until)).toBeDefined();
    expect(remindsMember(nobody, wednesday, until)).toBeDefined();
    expect(remindsMember(nobody, { ...wednesday, after: '2027-04-12' }, until)).toBeUndefined();
  });
});
