import type { LedgerPort } from '../../activities/ledger/port.js';
import type { Signed } from '../../workflows/shared/case.js';
import { entryOf } from '../../workflows/shared/entry.js';
import type { SurveyDraft, SurveyPolicy } from '../../workflows/survey/contract.js';
import * as surveys from '../../workflows/survey/rules.js';
import { apply, type Survey, type SurveyEvent, type SurveyStep } from '../../workflows/survey/rules.js';

const hr: Signed = { by: '2001', as: 'hr' };
const words = { row: '00000000-0000-4000-8000-000000000000', digest: 'c'.repeat(64) };
export const policy: SurveyPolicy = { pack: 'a'.repeat(64), remindDays: [5, 1], graceMinutes: 60, smallGroup: 5 };

/** Invented: everybody is asked from Monday, 12 April to Friday, 23 April 2027. */
export const draft: SurveyDraft = {
  questionnaire: 'b'.repeat(64),
  title: { ja: 'テレワークの意向調査' },
  audience: { of: 'everybody' },
  from: '2027-04-12',
  until: '2027-04-23',
  opensAt: '2027-04-11T15:00:00.000Z',
  closesAt: '2027-04-23T15:00:00.000Z',
};

const inputs = {
  draft: { ...hr, ...draft, policy },
  redraft: { ...hr, ...draft, audience: { of: 'departments', departments: ['tax'] } },
  schedule: { ...hr, by: '2002' },
  open: { by: 'system' },
  opened: { by: 'system', links: 18 },
  extend: { ...hr, until: '2027-04-30', closesAt: '2027-04-30T15:00:00.000Z' },
  close: { by: 'system' },
  closeEarly: { ...hr, reason: words, closesAt: '2027-04-20T03:00:00.000Z' },
  report: { ...hr, handedOut: 18, returned: 16, results: 'd'.repeat(64) },
  cancel: { ...hr, reason: words },
} as const;

type Name = SurveyEvent['name'];

/** The event of this name as it usually comes, other things where they are said. */
export const event = <One extends Name>(name: One, over: object = {}): Extract<SurveyEvent, { name: One }> =>
  ({ name, input: { ...inputs[name], ...over }, key: `key-${name}` }) as unknown as Extract<SurveyEvent, { name: One }>;

export const step = <One extends SurveyStep['name']>(name: One, over: object = {}) => event(name, over) as unknown as SurveyStep;

/** The survey after its draft and these. */
export const after = (...names: (Name | SurveyEvent)[]): Survey =>
  [event('draft'), ...names.map((one) => (typeof one === 'string' ? event(one) : one))].reduce<Survey | undefined>(
    (before, one) => apply(before, one),
    undefined,
  ) as Survey;

/** A survey in a ledger: its events one after another, each as the sequence writes it. */
export function surveyIn(ledger: Pick<LedgerPort, 'append'>, caseId: string) {
  let [state, seq]: [Survey | undefined, number] = [undefined, 0];
  const enter = async (name: Name, over: object = {}): Promise<void> => {
    const keyed = { ...event(name, over), key: `${caseId}/${(seq += 1)}` } as SurveyEvent;
    state = apply(state, keyed);
    await ledger.append(entryOf(surveys, { caseId, procedure: 'survey', seq }, { event: keyed, after: state }));
  };
  return { caseId, enter };
}
