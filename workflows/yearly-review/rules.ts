import type { Capacity } from '../../activities/directory/port.js';
import type { LedgerEntry, MailOrder, Refusal, WordsRef } from '../../activities/ledger/port.js';
import type { TeleworkForm } from '../registration/contract.js';
import type { Due, Signed, Step, Tell } from '../shared/case.js';
import { dayOn, daysBetween, endOfDay, monthsOf } from '../shared/dates.js';
import { distinct } from '../shared/sets.js';
import type {
  Carried,
  Dated,
  Deliberation,
  Measure,
  MeasureDecision,
  MeasureId,
  MeasurePlan,
  ReviewPolicy,
  Stage,
  StageDecision,
  Stages,
  steps,
  Target,
  YearRequest,
  YearResult,
} from './contract.js';

/** In the order in which each form goes through them. */
export const stageOrder = ['introduction', 'verification', 'establishment'] as const satisfies readonly Stage[];

export type ReviewStep = Step<typeof steps>;
/** HR opens the first year; each further one is opened by the year before, `within` it. */
type Opening = { name: 'openYear'; input: (Signed | { by: 'system'; within: string }) & YearRequest; key: string };
type News =
  | { name: 'freeze'; input: { by: 'system' } & FrozenMonth; key: string }
  | { name: 'carry'; input: { by: 'system' } & Carried; key: string };
type Deadline = { name: 'committeeOverdue' | 'endYear'; input: { by: 'system' } };
export type ReviewEvent = Opening | ReviewStep | News | Deadline;

/** A month's figures as they were frozen or corrected: the version, and the hash of its cells. */
export interface FrozenMonth {
  month: string;
  version: number;
  hash: string;
}

/** Targets as the plan sets them, or as they were to be from a date on; of the latter `reason` says why, and `outcome` what the mayor decided. */
export interface TargetsVersion extends Dated {
  targets: readonly Target[];
  reason?: WordsRef;
  outcome?: Dated & { approved: boolean; reason?: WordsRef };
}

export interface ReviewedMeasure extends Measure {
  /** What its owner has said of it in this year. */
  reports: readonly (Dated & { by: string; done: boolean; text: WordsRef })[];
  /** Why HR has withdrawn it. */
  withdrawn?: WordsRef;
  decided?: MeasureDecision['decision'];
}

export interface YearlyReview {
  readonly status: 'plan' | 'do' | 'check' | 'act' | 'closed';
  readonly fiscalYear: number;
  readonly openedBy: string;
  /** The case of the year before, which has opened this one; `carried`: what the mayor decided of it has come. */
  readonly within?: string;
  readonly carried?: true;
  readonly policy: ReviewPolicy;
  readonly promotionMonth: number;
  /** Every version, the plan's first. */
  readonly targets: readonly TargetsVersion[];
  readonly stages: Stages;
  /** All of the year, those that are over too. */
  readonly measures: readonly ReviewedMeasure[];
  /** The latest version of each month, in order. */
  readonly months: readonly FrozenMonth[];
  /** Since when the plan lies before committee and mayor. */
  readonly submitted?: string;
  /** The committee has agreed with what lies before it; `overdue`: it is waited for no longer. */
  readonly agreed?: true;
  readonly overdue?: true;
  readonly deliberations: readonly (Deliberation & Dated & { of: 'plan' | 'results'; by: string })[];
  readonly planDecisions: readonly (Dated & { by: string; approved: boolean; reason?: WordsRef; withoutCommittee?: WordsRef })[];
  readonly halfYear?: Dated & { by: string; findings: WordsRef; budgetRequest?: WordsRef };
  /** The survey's case. */
  readonly survey?: string;
  readonly evaluation?: Dated & { by: string; remarks: WordsRef; results: readonly YearResult[] };
  readonly decision?: Dated & {
    by: string;
    measures: readonly MeasureDecision[];
    added: readonly MeasurePlan[];
    stages: readonly StageDecision[];
    withoutCommittee?: WordsRef;
    report: string;
  };
}

/** It goes on: neither withdrawn nor, by the mayor's decision, stopped or done. */
export const isOpen = ({ withdrawn, decided }: ReviewedMeasure): boolean => !withdrawn && decided !== 'stop' && decided !== 'done';

/** The targets that hold: the plan's, or the last that the mayor has approved since. */
export const targetsNow = ({ targets }: Pick<YearlyReview, 'targets'>): readonly Target[] =>
  targets.findLast(({ reason, outcome }) => !reason || outcome?.approved)?.targets ?? [];

/** What the mayor has not decided on. */
const proposed = ({ targets }: YearlyReview): boolean => targets.some(({ reason, outcome }) => reason !== undefined && !outcome);

const same = (one: MeasureId) => (other: MeasureId) => one.year === other.year && one.number === other.number;
const nameOf = ({ year, number }: MeasureId): string => `${year}-${number}`;
const firstDay = (fiscalYear: number): string => `${fiscalYear}-04-01`;
const lastDay = (fiscalYear: number): string => `${fiscalYear + 1}-03-31`;
const halfYearBy = ({ fiscalYear, policy }: YearlyReview): string => `${fiscalYear}-${policy.halfYearBy}`;

/** The first month that is not frozen. */
const monthMissing = ({ fiscalYear, months }: YearlyReview): string | undefined =>
  monthsOf(fiscalYear).find((month) => !months.some((one) => one.month === month));

/** What the year waits for. Months and the year's end never wait for people. */
export function due(review: YearlyReview): readonly Due<ReviewEvent['name']>[] {
  const { status, fiscalYear, submitted, agreed, overdue, policy, within, carried, halfYear } = review;
  const [open, decidable] = [review.measures.filter(isOpen), agreed || overdue];
  const hr = <Name extends ReviewEvent['name']>(...names: Name[]) => names.map((step) => ({ step, who: 'hr' as const }));
  const committee = agreed ? [] : [{ step: 'deliberate', who: 'committee' } as const];
  const waited =
    agreed || overdue
      ? []
      : [{ step: 'committeeOverdue', at: endOfDay(`${fiscalYear + (status === 'plan' ? 0 : 1)}-${policy.committeeBy}`) } as const];
  const news = [
    { step: 'freeze', from: 'ledger' } as const,
    ...(within && !carried ? [{ step: 'carry', from: 'yearly-review' } as const] : []),
  ];
  const working = [
    ...hr('addMeasure', ...(open.length ? (['changeMeasure', 'withdrawMeasure'] as const) : [])),
    ...distinct(open.map(({ owner }) => owner)).map((who) => {
      const [first] = open.flatMap(({ owner, done, due: by }) => (owner === who && !done ? [by] : [])).sort();
      return { step: 'reportMeasure', who, ...(first && { until: endOfDay(first) }) } as const;
    }),
    ...(halfYear ? [] : [{ step: 'checkHalfYear', who: 'hr', until: endOfDay(halfYearBy(review)) } as const]),
    ...hr('useSurvey'),
    { step: 'endYear', at: endOfDay(lastDay(fiscalYear)) } as const,
  ];
  switch (status) {
    case 'plan': {
      const submission = submitted ? committee : hr('submitPlan');
      const decision = submitted && decidable ? [{ step: 'decidePlan', who: 'mayor' } as const] : [];
      return [...hr('setTargets'), ...submission, ...decision, ...working, ...waited, ...news];
    }
    case 'do':
      return [...(proposed(review) ? [{ step: 'decideTargets', who: 'mayor' } as const] : hr('proposeTargets')), ...working, ...news];
    case 'check':
      return [...hr('evaluate', 'useSurvey'), ...waited, ...news];
    case 'act': {
      const inOrder = !within || carried; // The year before is decided first: what it adds is this one's to decide.
      return [...committee, ...(decidable && inOrder ? [{ step: 'decide', who: 'mayor' } as const] : []), ...waited, ...news];
    }
    case 'closed':
      return [];
  }
}

/** Committee and mayor decide on it, owners of measures take part; IT sees the figures. */
export function readers({ measures }: YearlyReview): LedgerEntry['readers'] {
  const words = distinct<Capacity>(['hr', 'committee', 'mayor', ...measures.map(({ owner }) => owner)]);
  return { words, all: distinct([...words, 'it']) };
}

/** What lists filter by. It is of no department. */
export const summary = ({ status, openedBy, within }: YearlyReview): LedgerEntry['summary'] => ({
  status,
  department: '',
  staff: openedBy,
  ...(within !== undefined && { within }),
});

export const fiscalYear = (review: YearlyReview): number => review.fiscalYear;

/** The next year begins when this one is over, with what is open then. What its plan is to say of targets and stages stands in the pack. */
export function opens(review: YearlyReview, { name }: ReviewEvent): LedgerEntry['opens'] {
  if (name !== 'endYear') return undefined;
  const { policy, stages, measures } = review;
  const next = review.fiscalYear + 1;
  const { targets = [] } = policy.planned.find((one) => one.fiscalYear === next) ?? {};
  const input: { by: 'system' } & YearRequest = {
    by: 'system',
    fiscalYear: next,
    policy,
    targets,
    stages,
    measures: measures.filter(isOpen).map(carriedOn),
  };
  return [{ procedure: 'yearly-review', name: `${next}`, opening: { name: 'openYear', input } }];
}

const carriedOn = ({ reports: _reports, withdrawn: _reason, decided: _decision, ...measure }: ReviewedMeasure): Measure => measure;

/** The next year hears what the mayor has decided of this one. */
export function tells({ fiscalYear: year, measures, stages, decision }: YearlyReview, { name }: ReviewEvent): readonly Tell[] {
  if (name !== 'decide' || !decision) return [];
  const changedBy = (measure: Measure): { changed?: Partial<MeasurePlan> } => {
    const one = decision.measures.find(same(measure));
    return one?.decision === 'change' ? { changed: planIn(one) } : {};
  };
  const says: Carried = {
    measures: measures.filter(isOpen).map((one) => ({ ...carriedOn(one), ...changedBy(one) })),
    gone: measures.flatMap(({ year: since, number, decided }) =>
      decided === 'stop' || decided === 'done' ? [{ year: since, number, decision: decided }] : [],
    ),
    stages,
  };
  return [{ procedure: 'yearly-review', opened: `${year + 1}`, name: 'carry', says }];
}

/** Of a change, what it says of the measure. */
const planIn = ({ text, owner, due: by, budget }: Partial<MeasurePlan>): Partial<MeasurePlan> => ({
  ...(text !== undefined && { text }),
  ...(owner !== undefined && { owner }),
  ...(by !== undefined && { due: by }),
  ...(budget !== undefined && { budget }),
});

const plan = '第4章2 目標設定 (004:1014-1025)';
const council = '第4章6(1) 推進組織 (004:1279-1281)';
const cycle = '第4章6(3) PDCAサイクルの実行 (004:1296-1298)';

/**
 * What forbids HR to open a year: HR opens the first one, the present or the next, and each further one opens by itself. `present`: the fiscal year that it is; `known`: years that have a review.
 */
export function refuseOpening(year: number, { present, known }: { present: number; known: readonly number[] }): Refusal | undefined {
  if (known.length) return { code: 'yearOpensItself', article: cycle, field: 'fiscalYear', limit: `${Math.max(...known)}` };
  return year < present || year > present + 1
    ? { code: 'yearNotNow', article: cycle, field: 'fiscalYear', limit: `${present}` }
    : undefined;
}

/** What forbids a step that is due and in the right hands. */
export function refusal(review: YearlyReview, { name, input }: ReviewStep): Refusal | undefined {
  switch (name) {
    case 'setTargets':
    case 'proposeTargets':
      return refuseTargets(input.targets);
    case 'addMeasure':
      return refuseDue(input.due, review.fiscalYear);
    case 'changeMeasure':
      return refuseMeasure(review, input) ?? refuseDue(input.due, review.fiscalYear);
    case 'withdrawMeasure':
      return refuseMeasure(review, input);
    case 'reportMeasure': {
      const owner = review.measures.find(same(input))?.owner;
      return (
        refuseMeasure(review, input) ?? (owner === input.as ? undefined : { code: 'notYourMeasure', article: cycle, field: 'measure' })
      );
    }
    case 'submitPlan': {
      const planned = review.measures.some(isOpen) || targetsNow(review).length > 0;
      return planned ? undefined : { code: 'planEmpty', article: plan };
    }
    case 'deliberate':
      return refuseDeliberation(review.policy, input);
    case 'decidePlan':
      return input.approved ? refuseAlone(review, input.withoutCommittee) : refuseSilence(input.reason);
    case 'decideTargets':
      return input.approved ? undefined : refuseSilence(input.reason);
    case 'evaluate': {
      const limit = monthMissing(review);
      return limit === undefined ? undefined : { code: 'monthsMissing', article: cycle, limit };
    }
    case 'decide':
      return (
        refuseMeasures(review, input.measures) ??
        [...input.measures, ...input.added]
          .map((one) => ('due' in one ? refuseDue(one.due, review.fiscalYear + 1) : undefined))
          .find((one) => one !== undefined) ??
        refuseStages(review.stages, input.stages) ??
        refuseAlone(review, input.withoutCommittee)
      );
    case 'checkHalfYear':
    case 'useSurvey':
      return undefined;
  }
}

function refuseTargets(targets: readonly Target[]): Refusal | undefined {
  const forms = targets.map(({ form }) => form);
  return distinct(forms).length < forms.length ? { code: 'targetTwice', article: plan, field: 'targets' } : undefined;
}

/** A measure is of a year's work: it is not due before that. */
const refuseDue = (by: string | undefined, year: number): Refusal | undefined =>
  by !== undefined && by < firstDay(year) ? { code: 'measureDueTooEarly', article: cycle, field: 'due', limit: firstDay(year) } : undefined;

const refuseMeasure = ({ measures }: YearlyReview, id: MeasureId): Refusal | undefined =>
  measures.some((one) => same(id)(one) && isOpen(one))
    ? undefined
    : { code: 'measureUnknown', article: cycle, field: 'measure', limit: nameOf(id) };

/** How many of the members make a quorum. */
export const quorumOf = (members: readonly string[], { quorumPercent }: ReviewPolicy['committee']): number =>
  Math.max(1, Math.ceil((members.length * quorumPercent) / 100));

function refuseDeliberation(
  { committee }: ReviewPolicy,
  { held, on, members, present, minutes }: Deliberation & Dated,
): Refusal | undefined {
  if (held > on) return { code: 'notHeldYet', article: council, field: 'held', limit: on };
  if (present.some((one) => !members.includes(one))) return { code: 'notOfCommittee', article: council, field: 'present' };
  const quorum = quorumOf(members, committee);
  if (distinct(present).length < quorum)
    return { code: 'noQuorum', article: 'yearlyReview.committee.quorumPercent', field: 'present', limit: `${quorum}` };
  return committee.minutes && !minutes ? { code: 'minutesNeeded', article: 'yearlyReview.committee.minutes', field: 'minutes' } : undefined;
}

/** What the committee has not agreed with is decided on with a reason. */
const refuseAlone = ({ agreed }: YearlyReview, withoutCommittee: WordsRef | undefined): Refusal | undefined =>
  agreed || withoutCommittee ? undefined : { code: 'committeeReason', article: council, field: 'withoutCommittee' };

/** Who says no says why. */
const refuseSilence = (reason: WordsRef | undefined): Refusal | undefined =>
  reason ? undefined : { code: 'reasonNeeded', article: cycle, field: 'reason' };

function refuseMeasures(review: YearlyReview, decisions: readonly MeasureDecision[]): Refusal | undefined {
  const unknown = decisions.map((one) => refuseMeasure(review, one)).find((one) => one !== undefined);
  if (unknown) return unknown;
  const twice = decisions.find((one, nth) => decisions.findIndex(same(one)) < nth);
  if (twice) return { code: 'measureTwice', article: cycle, field: 'measures', limit: nameOf(twice) };
  const undecided = review.measures.find((one) => isOpen(one) && !decisions.some(same(one)));
  return undecided && { code: 'measureUndecided', article: cycle, field: 'measures', limit: nameOf(undecided) };
}

/** Stages follow one another, and each form that has one is decided on (004:1005-1010). */
function refuseStages(stages: Stages, decisions: readonly StageDecision[]): Refusal | undefined {
  const article = '第4章2 段階的展開 (004:1003-1010)';
  const forms = decisions.map(({ form }) => form);
  const twice = forms.find((form, nth) => forms.indexOf(form) < nth);
  if (twice) return { code: 'stageTwice', article, field: 'stages', limit: twice };
  const undecided = (Object.keys(stages) as TeleworkForm[]).find((form) => !forms.includes(form));
  if (undecided) return { code: 'stageUndecided', article, field: 'stages', limit: undecided };
  const skipped = decisions.find(({ form, to }) => {
    const from = stages[form];
    const moves = stageOrder.indexOf(to) - (from ? stageOrder.indexOf(from) : -1);
    return from ? moves < 0 || moves > 1 : moves !== 1;
  });
  return skipped && { code: 'stageSkipped', article, field: 'stages', limit: skipped.form };
}

/** The year after the event; the opening event makes it. */
export function apply(before: YearlyReview | undefined, event: ReviewEvent): YearlyReview {
  if (event.name === 'openYear') return opened(event.input);
  if (!before) throw new Error(`a year begins with its opening, not with ${event.name}`);
  switch (event.name) {
    case 'setTargets': {
      const { targets, promotionMonth = before.promotionMonth } = event.input;
      return { ...withHr(before), targets: [{ on: firstDay(before.fiscalYear), targets }], promotionMonth };
    }
    case 'addMeasure':
      return { ...withHr(before), measures: [...before.measures, ...numbered(before, [event.input])] };
    case 'changeMeasure':
      return { ...withHr(before), measures: changed(before, event.input, (one) => ({ ...one, ...planIn(event.input) })) };
    case 'withdrawMeasure':
      return { ...withHr(before), measures: changed(before, event.input, (one) => ({ ...one, withdrawn: event.input.reason })) };
    case 'submitPlan':
      return { ...before, submitted: event.input.on };
    case 'deliberate': {
      const { on, by, held, members, present, minutes, agrees } = event.input;
      const of = before.status === 'plan' ? 'plan' : 'results';
      const deliberation = { on, by, of, held, members, present, ...(minutes && { minutes }), agrees } as const;
      const after = { ...before, deliberations: [...before.deliberations, deliberation] };
      return agrees ? { ...after, agreed: true } : sentBack(after);
    }
    case 'decidePlan': {
      const { on, by, approved, reason, withoutCommittee, policy } = event.input;
      const decision = { on, by, approved, ...(reason && { reason }), ...(withoutCommittee && { withoutCommittee }) };
      const after = { ...before, planDecisions: [...before.planDecisions, decision] };
      return approved ? { ...decided(after), status: 'do', policy } : sentBack(after);
    }
    case 'reportMeasure': {
      const { on, by, done, text } = event.input;
      const report = { on, by, done, text };
      const measures = changed(before, event.input, ({ done: _before, ...one }) => ({
        ...one,
        ...(done && { done }),
        reports: [...one.reports, report],
      }));
      return { ...before, measures };
    }
    case 'checkHalfYear': {
      const { on, by, findings, budgetRequest } = event.input;
      return { ...before, halfYear: { on, by, findings, ...(budgetRequest && { budgetRequest }) } };
    }
    case 'proposeTargets': {
      const { on, targets, reason } = event.input;
      return { ...before, targets: [...before.targets, { on, targets, reason }] };
    }
    case 'decideTargets': {
      const { on, approved, reason } = event.input;
      const outcome = { on, approved, ...(reason && { reason }) };
      return { ...before, targets: before.targets.map((one) => (one.reason && !one.outcome ? { ...one, outcome } : one)) };
    }
    case 'useSurvey':
      return { ...before, survey: event.input.survey };
    case 'freeze':
      return frozen(before, event.input);
    case 'carry':
      return carried(before, event.input);
    case 'committeeOverdue':
      return { ...before, overdue: true };
    case 'endYear':
      return { ...decided(before), status: 'check' };
    case 'evaluate': {
      const { on, by, remarks, results } = event.input;
      return { ...before, status: 'act', evaluation: { on, by, remarks, results } };
    }
    case 'decide':
      return closed(before, event.input);
  }
}

function opened({ fiscalYear: year, policy, targets, stages, measures, by, ...input }: Opening['input']): YearlyReview {
  return {
    status: 'plan',
    fiscalYear: year,
    openedBy: by,
    ...('within' in input && { within: input.within }),
    policy,
    promotionMonth: policy.promotionMonth,
    targets: [{ on: firstDay(year), targets }],
    stages,
    measures: measures.map((one) => ({ ...one, reports: [] })),
    months: [],
    deliberations: [],
    planDecisions: [],
  };
}

/** Nothing lies before the committee any more; it is waited for anew with the next. */
const decided = ({ submitted: _since, agreed: _agreed, overdue: _overdue, ...review }: YearlyReview): YearlyReview => review;

/** Back to HR: the plan, or the evaluation. The committee has had its time already. */
function sentBack({ submitted: _since, agreed: _agreed, ...review }: YearlyReview): YearlyReview {
  return review.status === 'act' ? { ...review, status: 'check' } : review;
}

/** A plan that is changed is another one. */
const withHr = (review: YearlyReview): YearlyReview => (review.status === 'plan' ? sentBack(review) : review);

const changed = (
  { measures }: YearlyReview,
  id: MeasureId,
  change: (measure: ReviewedMeasure) => ReviewedMeasure,
): readonly ReviewedMeasure[] => measures.map((one) => (same(id)(one) ? change(one) : one));

/** New measures of the year, each with its number. */
function numbered({ fiscalYear: year, measures }: YearlyReview, added: readonly MeasurePlan[]): readonly ReviewedMeasure[] {
  const last = measures.filter((one) => one.year === year).length;
  return added.map(({ text, owner, due: by, budget }, nth) => ({
    year,
    number: last + nth + 1,
    text,
    owner,
    due: by,
    ...(budget !== undefined && { budget }),
    reports: [],
  }));
}

/** Other figures than those that were evaluated are evaluated anew. */
function frozen(review: YearlyReview, { month, version, hash }: FrozenMonth): YearlyReview {
  const known = review.months.find((one) => one.month === month);
  if (known && known.version >= version) return review;
  const months = [...review.months.filter((one) => one !== known), { month, version, hash }].sort((a, b) => (a.month < b.month ? -1 : 1));
  const evaluated = review.status === 'act' && known?.hash !== hash;
  return { ...(evaluated ? sentBack(review) : review), months };
}

/** What the mayor has decided stands over what was done since; what the owners have reported since stays. */
function carried(review: YearlyReview, { measures, gone, stages }: Carried): YearlyReview {
  const known = review.measures.map((one): ReviewedMeasure => {
    const [over, goesOn] = [gone.find(same(one)), measures.find(same(one))];
    if (over) return { ...one, decided: over.decision };
    if (!goesOn) return one;
    const { withdrawn: _reason, decided: _decision, done: _done, ...open } = one;
    return { ...open, ...goesOn.changed, ...(open.reports.at(-1)?.done && { done: true }) };
  });
  const unknown = measures
    .filter((one) => !review.measures.some(same(one)))
    .map(({ changed: _changed, ...one }): ReviewedMeasure => ({ ...one, reports: [] }));
  return { ...review, carried: true, measures: [...known, ...unknown], stages };
}

function closed(
  before: YearlyReview,
  { on, by, measures, added, stages, withoutCommittee, report }: Extract<ReviewStep, { name: 'decide' }>['input'],
): YearlyReview {
  const after = before.measures.map((one): ReviewedMeasure => {
    const found = measures.find(same(one));
    if (!found) return one;
    if (found.decision === 'stop' || found.decision === 'done') return { ...one, decided: found.decision };
    const { done: _done, ...goesOn } = one;
    return { ...goesOn, ...(found.decision === 'change' && planIn(found)), decided: found.decision };
  });
  return {
    ...decided(before),
    status: 'closed',
    measures: [...after, ...numbered(before, added)],
    stages: { ...before.stages, ...Object.fromEntries(stages.map(({ form, to }) => [form, to])) },
    decision: { on, by, measures, added, stages, ...(withoutCommittee && { withoutCommittee }), report },
  };
}

/** What goes out at once: answers to HR, the results to the committee, and new work to those who are to do it. */
export function mails(review: YearlyReview, event: ReviewEvent, before?: YearlyReview): readonly MailOrder[] {
  const year = { year: review.fiscalYear };
  const to = (template: string, ...whom: readonly Capacity[]): MailOrder[] => whom.map((one) => ({ to: one, template, params: year }));
  const owners = (measures: readonly ReviewedMeasure[]): Capacity[] => distinct(measures.filter(isOpen).map(({ owner }) => owner));
  const ofOthers = (one: ReviewedMeasure): boolean => before?.measures.find(same(one))?.owner !== one.owner;
  switch (event.name) {
    case 'openYear':
      return event.input.by === 'system' ? to('yearOpened', 'hr') : [];
    case 'deliberate':
      return event.input.agrees ? [] : to(review.status === 'plan' ? 'yearPlanReturned' : 'yearResultsReturned', 'hr');
    case 'decidePlan':
      return event.input.approved
        ? [...to('yearPlanApproved', 'hr', 'committee'), ...to('yearMeasureAssigned', ...owners(review.measures))]
        : to('yearPlanReturned', 'hr');
    case 'addMeasure':
    case 'changeMeasure':
    case 'carry':
      return review.status === 'do' ? to('yearMeasureAssigned', ...owners(review.measures.filter(ofOthers))) : [];
    case 'withdrawMeasure': {
      const owner = review.measures.find(same(event.input))?.owner;
      return review.status === 'do' && owner ? to('yearMeasureWithdrawn', owner) : [];
    }
    case 'checkHalfYear':
      return to('yearHalfChecked', 'committee', 'mayor');
    case 'decideTargets':
      return to(event.input.approved ? 'yearTargetsChanged' : 'yearTargetsKept', 'hr');
    case 'evaluate':
      return to('yearEvaluated', 'committee');
    case 'decide':
      return to('yearClosed', 'hr', 'committee');
    case 'setTargets':
    case 'submitPlan':
    case 'reportMeasure':
    case 'proposeTargets':
    case 'useSurvey':
    case 'freeze':
    case 'committeeOverdue':
    case 'endYear':
      return [];
  }
}

/** Steps of which the morning round may have to remind. */
export const reminding = [
  'submitPlan',
  'deliberate',
  'decidePlan',
  'reportMeasure',
  'checkHalfYear',
  'decideTargets',
  'evaluate',
  'decide',
] as const;

/**
 * Whom the morning round of `today` reminds of a step that is due (design §4.1), weekly: the owner of a measure that is late, and HR too after 30 days; HR of the half-year check from two weeks before, and of
 * the evaluation once all months are frozen; whoever has the rest before them.
 */
export function reminds(
  review: YearlyReview,
  { step, who, since }: { step: (typeof reminding)[number]; who: Capacity; since: string },
  today: string,
): readonly Capacity[] {
  const weekly = (from: string): readonly Capacity[] => {
    const days = daysBetween(from, today);
    return days > 0 && days % 7 === 0 ? [who] : [];
  };
  switch (step) {
    case 'reportMeasure': {
      const late = review.measures.filter((one) => isOpen(one) && !one.done && one.owner === who && chasedOn(one, today));
      const long = late.some((one) => daysBetween(one.due, today) > 30);
      return [...(late.length ? [who] : []), ...(long ? ['hr' as const] : [])];
    }
    case 'checkHalfYear':
      return weekly(dayOn(halfYearBy(review), -21));
    case 'evaluate':
      return monthMissing(review) === undefined ? weekly(since) : [];
    case 'submitPlan':
    case 'deliberate':
    case 'decidePlan':
    case 'decideTargets':
    case 'decide':
      return weekly(since);
  }
}

/** On the day after it was due, and every week; a report since then is chased a week later. */
function chasedOn({ due: by, reports }: ReviewedMeasure, today: string): boolean {
  const late = reports.filter(({ on }) => on > by).at(-1)?.on;
  const days = daysBetween(late ?? dayOn(by, 1), today);
  return late ? days > 0 && days % 7 === 0 : days >= 0 && days % 7 === 0;
}
