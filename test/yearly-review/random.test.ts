import { expect, it } from 'vitest';
import { entryOf } from '../../workflows/shared/entry.js';
import { distinct } from '../../workflows/shared/sets.js';
import type { MeasureId } from '../../workflows/yearly-review/contract.js';
import * as rules from '../../workflows/yearly-review/rules.js';
import { dice } from '../ledger/chance.js';
import { allMonths, event, measure, words } from './cases.js';

const programmes = Number(process.env.REVIEW_PROGRAMMES ?? 300);
const members = ['5001', '5002', '5003', '5004', '5005'];
const owners = ['hr', 'it', 'head:soumu', 'head:zeimu'] as const;
const forms = ['home', 'mobile', 'satellite'] as const;
const nameOf = ({ year, number }: MeasureId): string => `${year}-${number}`;
const openIn = ({ measures }: rules.YearlyReview) => measures.filter(rules.isOpen);

/** A year as the programme's people see it. `agreed`: the committee has met on what lies before the mayor, as these tests count. */
interface Year {
  caseId: string;
  review: rules.YearlyReview;
  news: rules.ReviewEvent[];
  agreed: boolean;
}

/** Several fiscal years of one programme, in which everybody does what is due, or tries to, in any order; at every event it is seen that nothing is lost, skipped or decided alone. */
class Programme {
  readonly years: Year[] = [];
  readonly refused = new Map<string, number>();
  readonly #roll: (limit: number) => number;
  readonly #came = new Set<string>();
  readonly #stages = new Map<string, number[]>();

  constructor(seed: number) {
    this.#roll = dice(seed);
    const targets = this.#odds(2) ? [] : [{ form: 'all', value: 30 }];
    const opened = Object.fromEntries(forms.filter(() => this.#odds(2)).map((form) => [form, this.#of(rules.stageOrder)]));
    this.#begin('year-0', event('openYear', { targets, stages: opened }));
  }

  /** Something that is due in one of the years; whether years end is for the caller. */
  tick(mayEnd: boolean): void {
    const year = this.#of(this.years.filter(({ review }) => review.status !== 'closed'));
    const due = rules.due(year.review).filter(({ step }) => step !== 'endYear' || (mayEnd && this.#odds(4)));
    const one = this.#of(due);
    if ('at' in one) this.#enter(year, event(one.step as 'endYear'));
    else if (!('from' in one)) this.#handIn(year, one.step as rules.ReviewStep['name'], one.who);
    else if (one.step === 'freeze') this.#enter(year, this.#freeze(year));
    else {
      const [told] = year.news.splice(0, 1);
      if (told) this.#enter(year, told);
    }
  }

  /** Everybody does at last what is needed; the last year stays open. */
  finish(): void {
    for (const year of this.years.slice(0, -1)) {
      for (const told of year.news.splice(0)) this.#enter(year, told);
      for (const month of allMonths.map((name) => `${Number(name.slice(0, 4)) + year.review.fiscalYear - 2027}${name.slice(4)}`))
        if (year.review.months.every((one) => one.month !== month)) this.#enter(year, event('freeze', { month }));
      if (year.review.status === 'check') this.#enter(year, event('evaluate'));
      if (rules.due(year.review).some(({ step }) => step === 'committeeOverdue')) this.#enter(year, event('committeeOverdue'));
      if (year.review.status === 'act') {
        expect(rules.due(year.review)).toContainEqual({ step: 'decide', who: 'mayor' });
        this.#enter(year, event('decide', { ...this.#decision(year, false), withoutCommittee: words() }));
      }
      expect(year.review.status).toBe('closed');
    }
    for (const told of this.years.at(-1)?.news.splice(0) ?? []) this.#enter(this.years.at(-1) as Year, told);
    this.#nothingIsLost();
  }

  /** Each measure that ever came about goes on in the last year, or is over by a decision in the last year that knew it. */
  #nothingIsLost(): void {
    for (const name of this.#came) {
      const knowing = this.years.filter(({ review }) => review.measures.some((one) => nameOf(one) === name));
      const last = knowing.at(-1)?.review.measures.find((one) => nameOf(one) === name) as rules.ReviewedMeasure;
      if (knowing.at(-1) !== this.years.at(-1)) expect([name, rules.isOpen(last)]).toEqual([name, false]);
    }
    for (const moves of this.#stages.values())
      for (const [nth, stage] of moves.entries()) expect([0, 1]).toContain(stage - (moves[nth - 1] ?? stage));
  }

  #begin(caseId: string, opening: rules.ReviewEvent): void {
    this.years.push({ caseId, review: rules.apply(undefined, opening), news: [], agreed: false });
    for (const { year, number } of this.years.at(-1)?.review.measures ?? []) this.#came.add(nameOf({ year, number }));
    for (const [form, stage] of Object.entries(this.years.at(-1)?.review.stages ?? {}))
      if (!this.#stages.has(form)) this.#stages.set(form, [rules.stageOrder.indexOf(stage)]);
  }

  /** As at the counter: who may, may only what no rule forbids. */
  #handIn(year: Year, name: rules.ReviewStep['name'], who: string): void {
    const step = event(name, { ...this.#input(year, name), as: who }) as unknown as rules.ReviewStep;
    const refusal = rules.refusal(year.review, step);
    if (refusal) this.refused.set(refusal.code, (this.refused.get(refusal.code) ?? 0) + 1);
    else this.#enter(year, step);
  }

  #enter(year: Year, one: rules.ReviewEvent): void {
    const before = year.review;
    const after = rules.apply(before, one);
    const {
      due,
      opens = [],
      tells = [],
    } = entryOf(rules, { caseId: year.caseId, procedure: 'yearly-review', seq: 2 }, { event: one, after, before });
    expect([after.status, due.length > 0]).toEqual([after.status, after.status !== 'closed']);
    this.#measuresStay(before, after, one);
    this.#inOrder(year, one);
    year.review = after;
    for (const { year: since, number } of after.measures) this.#came.add(nameOf({ year: since, number }));

    for (const { name, opening } of opens) this.#begin(`${year.caseId}/${name}`, { ...opening, key: name } as rules.ReviewEvent);
    for (const { says, name, ...to } of tells) {
      const next = this.years.find(({ caseId }) => 'opened' in to && caseId === `${to.within}/${to.opened}`);
      expect(next?.review.status).not.toBe('closed');
      next?.news.push({ name, input: { ...says, by: 'system' }, key: 'news' } as rules.ReviewEvent);
    }
  }

  /** No event takes a measure away, and only who may ends one. */
  #measuresStay(before: rules.YearlyReview, after: rules.YearlyReview, { name }: rules.ReviewEvent): void {
    expect(after.measures.slice(0, before.measures.length).map(nameOf)).toEqual(before.measures.map(nameOf));
    const ended = openIn(before).filter((one) => !openIn(after).some((other) => nameOf(other) === nameOf(one)));
    if (ended.length) expect(['withdrawMeasure', 'decide', 'carry']).toContain(name);
    expect(distinct(after.measures.map(nameOf))).toHaveLength(after.measures.length);
  }

  /** Years are decided one after another, nothing without the committee or a reason, and stages in their order. */
  #inOrder(year: Year, one: rules.ReviewEvent): void {
    if (one.name === 'deliberate') {
      const { present, members: all, agrees, minutes } = one.input;
      expect(minutes && distinct(present).filter((who) => all.includes(who)).length * 2 >= all.length).toBe(true);
      year.agreed = agrees;
    }
    const planned = year.review.status === 'plan' && ['setTargets', 'addMeasure', 'changeMeasure', 'withdrawMeasure'].includes(one.name);
    if (planned || ['submitPlan', 'evaluate', 'endYear'].includes(one.name)) year.agreed = false;
    if (one.name === 'decide' || (one.name === 'decidePlan' && one.input.approved))
      expect(year.agreed || one.input.withoutCommittee !== undefined).toBe(true);
    if (one.name === 'decidePlan') year.agreed = false;
    if (one.name !== 'decide') return;
    const earlier = this.years.slice(0, this.years.indexOf(year));
    expect(earlier.filter(({ review }) => review.status !== 'closed')).toEqual([]);
    for (const { form, to } of one.input.stages)
      this.#stages.set(form, [...(this.#stages.get(form) ?? [-1]), rules.stageOrder.indexOf(to)]);
  }

  /** What somebody hands in, right more often than not. */
  #input({ review }: Year, name: rules.ReviewStep['name']): object {
    const { year, number } = this.#of([...review.measures, { year: review.fiscalYear, number: 99 }]);
    const id = { year, number };
    const due = `${review.fiscalYear + this.#roll(3) - (this.#odds(10) ? 1 : 0)}-${this.#of(['04-01', '09-30', '12-28'])}`;
    const withoutCommittee = this.#odds(2) ? { withoutCommittee: words() } : {};
    switch (name) {
      case 'setTargets':
      case 'proposeTargets':
        return {
          targets: this.#odds(8)
            ? [
                { form: 'all', value: 1 },
                { form: 'all', value: 2 },
              ]
            : [{ form: 'all', value: this.#roll(90) }],
        };
      case 'addMeasure':
        return { owner: this.#of(owners), due };
      case 'changeMeasure':
        return { ...id, due, owner: this.#of(owners) };
      case 'withdrawMeasure':
        return id;
      case 'reportMeasure':
        return { ...id, done: this.#odds(2) };
      case 'deliberate':
        return {
          present: [...members, '2001'].filter(() => !this.#odds(4)).filter((who) => who !== '2001' || this.#odds(4)),
          agrees: !this.#odds(3),
          ...(this.#odds(8) && { minutes: undefined }),
          ...(this.#odds(8) && { held: '2099-01-01' }),
        };
      case 'decidePlan':
        return { approved: !this.#odds(3), ...(this.#odds(2) && { reason: words() }), ...withoutCommittee };
      case 'decideTargets':
        return { approved: this.#odds(2), ...(this.#odds(2) && { reason: words() }) };
      case 'decide':
        return { ...this.#decision({ review }, this.#odds(2)), ...withoutCommittee };
      case 'submitPlan':
      case 'checkHalfYear':
      case 'useSurvey':
      case 'evaluate':
        return {};
    }
  }

  /** What the mayor decides; `careless`: something is forgotten, doubled or skipped. */
  #decision({ review }: Pick<Year, 'review'>, careless: boolean): object {
    const due = `${review.fiscalYear + 1}-${this.#of(['04-01', '10-31'])}`;
    const decisions = openIn(review).map(({ year, number }) => ({
      ...{ year, number },
      ...this.#of([
        { decision: 'continue' },
        { decision: 'stop' },
        { decision: 'done' },
        { decision: 'change', due, owner: this.#of(owners) },
      ]),
    }));
    const moves = forms.flatMap((form) => {
      const from = review.stages[form] === undefined ? -1 : rules.stageOrder.indexOf(review.stages[form]);
      const at = careless ? this.#roll(3) : Math.min(2, from + (from < 0 ? 1 : this.#roll(2)));
      return from < 0 && this.#odds(2) ? [] : [{ form, to: rules.stageOrder[at], reason: words() }];
    });
    const added = this.#odds(2) ? [{ ...measure, owner: this.#of(owners), due }] : [];
    if (!careless) return { measures: decisions, added, stages: moves };
    const some = decisions.filter(() => !this.#odds(6));
    return {
      measures: this.#odds(6) ? [...some, ...some] : some,
      added: this.#odds(4) ? [{ ...measure, due: `${review.fiscalYear}-09-30` }] : added,
      stages: this.#of([moves, moves, moves, [...moves, ...moves], moves.slice(1)]),
    };
  }

  /** Mostly a month that is missing; sometimes a correction, of which some change nothing. */
  #freeze({ review }: Year): rules.ReviewEvent {
    const month = this.#of(allMonths.map((name) => `${Number(name.slice(0, 4)) + review.fiscalYear - 2027}${name.slice(4)}`));
    const known = review.months.find((one) => one.month === month);
    return event('freeze', { month, version: known ? known.version + this.#roll(2) : 1, hash: `h${known && this.#odds(2) ? 2 : 1}` });
  }

  #odds(one: number): boolean {
    return this.#roll(one) === 0;
  }

  #of<Item>(items: readonly Item[]): Item {
    return items[this.#roll(items.length)] as Item;
  }
}

it(
  `${programmes} random programmes of years: no measure is lost between years, no stage skipped, nothing decided without a quorum or a reason`,
  () => {
    const refused = new Map<string, number>();
    let [years, closed] = [0, 0];
    for (let seed = 1; seed <= programmes; seed += 1) {
      const programme = new Programme(seed);
      try {
        for (let nth = 0; nth < 300; nth += 1) programme.tick(programme.years.length < 5);
        closed += programme.years.filter(({ review }) => review.status === 'closed').length;
        programme.finish();
      } catch (failure) {
        throw new Error(`programme ${seed}: ${(failure as Error).message}`, { cause: failure });
      }
      years += programme.years.length;
      for (const [code, times] of programme.refused) refused.set(code, (refused.get(code) ?? 0) + times);
    }
    // It has all happened, and every rule has refused something.
    expect(years / programmes).toBeGreaterThan(3);
    expect(closed).toBeGreaterThan(programmes / 10);
    const codes = [
      'planEmpty',
      'targetTwice',
      'measureDueTooEarly',
      'measureUnknown',
      'notYourMeasure',
      'notHeldYet',
      'notOfCommittee',
      'noQuorum',
    ];
    const others = [
      'minutesNeeded',
      'committeeReason',
      'reasonNeeded',
      'monthsMissing',
      'measureTwice',
      'measureUndecided',
      'stageTwice',
      'stageUndecided',
    ];
    for (const code of [...codes, ...others, 'stageSkipped']) expect([code, (refused.get(code) ?? 0) > 0]).toEqual([code, true]);
  },
  60_000 + 100 * programmes,
);
