import { heartbeat } from '@temporalio/activity';
import { today } from '../../config/calendar.js';
import * as loans from '../../workflows/device-loan/rules.js';
import * as registrations from '../../workflows/registration/rules.js';
import { dayOn } from '../../workflows/shared/dates.js';
import { distinct } from '../../workflows/shared/sets.js';
import * as surveys from '../../workflows/survey/rules.js';
import type { TeleworkDay } from '../../workflows/telework-day/contract.js';
import * as days from '../../workflows/telework-day/rules.js';
import * as campaigns from '../../workflows/trial-campaign/rules.js';
import * as sections from '../../workflows/trial-section/rules.js';
import * as years from '../../workflows/yearly-review/rules.js';
import type { ActingPeople, Actor } from '../directory/acting.js';
import type { Capacity } from '../directory/port.js';
import type { CaseSummary, MailParams, ProcedureName, QueuedMail, Refusal, RoundsPort, TownClock, Unattended, Waiting } from './port.js';

export type RoundName = 'morning' | 'evening';

export interface DigestParts {
  ledger: Pick<RoundsPort, 'waiting' | 'roundBefore' | 'roundMade' | 'keepUnattended' | 'queueMail'> & TownClock;
  acting: Pick<ActingPeople, 'actorsFor'>;
  /** What the morning has to say beside the steps that are due. */
  notices: readonly Notices[];
}

/**
 * Something that the morning says of a case, and that nobody hears in another's place but who acts for an absent head. `says`: the line's template in the catalogue (`mail.morningDigest`), with its
 * date and figures.
 */
export interface Notice {
  to: Capacity;
  of: Pick<CaseSummary, 'caseId' | 'procedure' | 'receiptNumber'> & { since: string };
  says: string;
  params: Readonly<Record<string, string | number>>;
}

/** All notices of a round; with `about` only those of these cases, and of what is one person's own only this person's. */
export type Notices = (window: Window, about?: { caseIds: readonly string[]; to: Capacity }) => AsyncIterable<Notice>;

/** As what somebody is asked: for themselves, for an absent holder, because whom it waits for cannot act, or because nobody can (a finding for HR). */
type Why = 'own' | 'acting' | 'instead' | 'nobody';

/** One thing of which somebody is reminded. `to`: the person, or a capacity that nobody holds. */
interface Reminder {
  to: Capacity;
  line: Readonly<Record<'caseId' | 'procedure' | 'receiptNumber' | 'step' | 'since' | 'who', string>> & { why: Why } & Partial<
      Pick<Notice, 'says'>
    > &
    Notice['params'];
}

/** A step that nobody can take. */
type Finding = Pick<Unattended, 'caseId' | 'step' | 'who'>;

/** The days for which a round speaks: its own, and those since the round before it. */
export interface Window {
  date: string;
  after?: string;
}

const pageSize = 200;
/** More lines than this help nobody: the rest is counted, and stands under `me/tasks`. */
const mostLines = 40;
/** Days that a round catches up at most; what nobody was told for so long is told by its age. */
const mostDays = 14;

export type Digests = ReturnType<typeof createDigests>;

/**
 * What waits on whom (design §4.1): each person gets one digest a round, whatever they are asked as; whoever cannot act now is stood in for by those who act for them,
 * else by the department's head, HR or IT.
 */
export function createDigests({ ledger, acting, notices }: DigestParts) {
  /** The steps that are due and have a reminder in this round, those of one case and name together. */
  async function* waiting(round: RoundName, caseIds?: readonly string[]): AsyncGenerator<readonly [Waiting, ...Waiting[]]> {
    for (const procedure of Object.keys(reminders[round]) as ProcedureName[]) {
      let group: [Waiting, ...Waiting[]] | undefined;
      for (let cursor: string | undefined; ; ) {
        const steps = reminders[round][procedure]?.steps ?? [];
        const query = { procedure, steps, limit: pageSize, ...(caseIds && { caseIds }), ...(cursor && { cursor }) };
        const page = await ledger.waiting(query);
        heartbeat();
        for (const one of page.items) {
          if (group && group[0].caseId === one.caseId && group[0].step === one.step) group.push(one);
          else {
            if (group) yield group;
            group = [one];
          }
        }
        cursor = page.cursor;
        if (!cursor) break;
      }
      if (group) yield group;
    }
  }

  /** Everything that the round has to say, and what of it is a finding. */
  async function* reminded(
    round: RoundName,
    window: Window,
    about?: { caseIds: readonly string[]; to: Capacity },
  ): AsyncGenerator<Reminder & { finding?: Finding }> {
    await ledger.clockOffset(); // Brings the town's clock up to date.
    const now = ledger.townClock.now().toISOString();
    const [known, dates] = [new Map<string, Promise<readonly Actor[]>>(), daysOf(window)];
    const actorsFor = (capacity: Capacity, step: string): Promise<readonly Actor[]> => {
      const place = `${capacity} ${step}`;
      const actors = known.get(place) ?? acting.actorsFor(capacity, step);
      known.set(place, actors);
      return actors;
    };

    for await (const group of waiting(round, about?.caseIds)) {
      const [{ procedure, caseId, receiptNumber, step, since, department, state }] = group;
      const { whom, bars } = reminders[round][procedure] ?? {};
      const [due, targets] = [
        group.map(({ who }) => who),
        distinct(group.flatMap((one) => dates.flatMap((date) => whom?.(one, date, now) ?? []))),
      ];
      /** Who can act in the capacity, and is not barred from this very step. */
      const able = async (capacity: Capacity): Promise<readonly Actor[]> =>
        (await actorsFor(capacity, step)).filter((one) => !due.includes(capacity) || !bars?.(state, step, { ...one, as: capacity }));
      const line = (who: Capacity, why: Why) => {
        return { caseId, procedure, receiptNumber, step: `${procedure}.${step}`, since, who: kindOf(who), why };
      };

      const asked = async (who: Capacity): Promise<readonly Reminder[]> =>
        (await able(who)).map(({ staffNumber, onBehalfOf }) => ({
          to: `staff:${staffNumber}`,
          line: line(who, onBehalfOf === undefined ? 'own' : 'acting'),
        }));

      for (const target of targets) {
        const own = await asked(target);
        const others = due.filter((who) => due.includes(target) && who !== target);
        const actors = own.length ? own : (await Promise.all(others.map(asked))).flat(); // Who may take it too is asked before anybody stands in.
        yield* actors;
        if (actors.length) continue;
        const { instead, people } = await firstOf(substitutes(target, department), (capacity) => actorsFor(capacity, step));
        const why = instead.startsWith('head:') ? 'instead' : 'nobody';
        const finding = why === 'nobody' && due.includes(target) ? { finding: { caseId, step, who: target } } : {};
        for (const to of people.length ? people.map(({ staffNumber }): Capacity => `staff:${staffNumber}`) : [instead])
          yield { to, line: line(target, why), ...finding };
      }
    }

    if (round !== 'morning') return;
    for (const noticesOf of notices)
      for await (const { to: who, of, says, params } of noticesOf(window, about)) {
        heartbeat();
        const line = { ...params, ...of, step: `${of.procedure}.${says}`, says, who: kindOf(who) };
        for (const { staffNumber, onBehalfOf } of await actorsFor(who, says))
          yield { to: `staff:${staffNumber}`, line: { ...line, why: onBehalfOf === undefined ? 'own' : 'acting' } };
      }
  }

  return {
    /**
     * Puts one digest for each person into the outbox, once for the date: a round that was killed goes on where it was. What nobody can act on is kept as a finding by the
     * morning round. Answers how many digests.
     */
    async write(round: RoundName, date: string): Promise<number> {
      const after = await ledger.roundBefore(round, date);
      const window = { date, ...(after && { after }) };
      const digests = new Map<Capacity, Map<string, Reminder['line']>>();
      const findings: Finding[] = [];
      for await (const { to, line, finding } of reminded(round, window)) {
        const lines = digests.get(to) ?? new Map<string, Reminder['line']>();
        if (!lines.has(placeOf(line))) digests.set(to, lines.set(placeOf(line), line)); // Once, though somebody may be asked as two.
        if (finding) findings.push(finding);
      }
      for (const [to, lines] of digests) {
        const items = [...lines.values()].sort((one, other) => (one.since < other.since ? -1 : 1));
        const more = items.length - mostLines;
        const params: MailParams = { ...window, items: items.slice(0, mostLines), ...(more > 0 && { more }) };
        await ledger.queueMail(`${round}-round/${date}/${to}`, { to, template: `${round}Digest`, params });
        heartbeat();
      }
      if (round === 'morning') await ledger.keepUnattended(findings, date);
      await ledger.roundMade(round, date);
      return digests.size;
    },

    /**
     * A mail judged again at the moment of sending: what is left of a digest, by the same rules; undefined where nothing is, or the day is over and the next round says it anew.
     * Every other mail stays as it is.
     */
    async judge(mail: QueuedMail): Promise<QueuedMail | undefined> {
      const round = (Object.keys(reminders) as RoundName[]).find((one) => mail.template === `${one}Digest`);
      const { date, after, items } = mail.params;
      if (!round || typeof date !== 'string' || !Array.isArray(items)) return mail;
      await ledger.clockOffset(); // Brings the town's clock up to date.
      if (today(ledger.townClock.now().toISOString()) !== date) return undefined;
      const lines = items as readonly Reminder['line'][];
      const due = new Set<string>();
      const window = { date, ...(typeof after === 'string' && { after }) };
      for await (const { to, line } of reminded(round, window, { caseIds: distinct(lines.map(({ caseId }) => caseId)), to: mail.to }))
        if (to === mail.to) due.add(placeOf(line));
      const left = lines.filter((line) => due.has(placeOf(line)));
      return left.length ? { ...mail, params: { ...mail.params, items: left } } : undefined;
    },
  };
}

/** A step that was due, done and is due again is another one. */
const placeOf = ({ caseId, step, since }: Reminder['line']): string => `${caseId} ${step} ${since}`;

/** `head` of `head:tax`. */
const kindOf = (capacity: Capacity): string => capacity.split(':')[0] ?? capacity;

function daysOf({ date, after = date }: Window): readonly string[] {
  const days = [date];
  for (let day = dayOn(date, -1); day > after && days.length < mostDays; day = dayOn(day, -1)) days.push(day);
  return days;
}

/** Who is told when nobody can act in the capacity. A head's own affairs are not theirs. */
function substitutes(capacity: Capacity, department: string): readonly [Capacity, ...Capacity[]] {
  const head: Capacity = `head:${department}`;
  return /^(staff|keeper|promoter):/.test(capacity) ? [head, 'hr', 'it'] : ['hr', 'it'];
}

/** The first in whose place somebody is there; where nobody is, the first of the whole municipality, whose mail then ends in the administrator's list. */
async function firstOf(capacities: readonly [Capacity, ...Capacity[]], actorsFor: (capacity: Capacity) => Promise<readonly Actor[]>) {
  for (const instead of capacities) {
    const people = await actorsFor(instead);
    if (people.length) return { instead, people };
  }
  return { instead: 'hr' as const, people: [] };
}

interface Reminding {
  steps: readonly string[];
  /** Whom the rules remind on the day; `now`: the instant at which it is asked. */
  whom(waits: Waiting, date: string, now: string): readonly Capacity[];
  /** What keeps this person from a decision that is due for their capacity: their own request, their own erasure. */
  bars(state: object, step: string, person: Actor & { as: Capacity }): Refusal | undefined;
}

/** The step as the rules know it, which have asked for no other. */
const dueOf = <Step extends string>({ step, who, since }: Pick<Waiting, 'step' | 'who' | 'since'>) => ({
  step: step as Step,
  who,
  since: today(since),
});

/** The decision as this person would take it. */
const takenBy = <Step>(name: string, { staffNumber, ...as }: Actor & { as: Capacity }): Step =>
  ({ name, input: { by: staffNumber, ...as }, key: '' }) as Step;

/** Decisions that not everybody may take who holds the capacity; nothing else that is filed with them matters to that. */
const decisions: ReadonlySet<string> = new Set([
  'approve',
  'decideExtension',
  'confirmErasure',
  'confirmDestruction',
  'decideChange',
  'renew',
  'confirm',
  'acceptReport',
]);

const barsOnDay: Reminding['bars'] = (state, step, person) =>
  decisions.has(step) ? days.refusal(state as TeleworkDay, takenBy(step, person)) : undefined;

/** Nobody answers for others a swap that they have asked for themselves. */
const barsInSection: Reminding['bars'] = (state, step, { staffNumber, ...person }) => {
  const section = state as sections.TrialSection;
  if (step !== 'answerSwap') return undefined;
  const answer = (swap: string) => ({ by: staffNumber, ...person, on: '', swap, agreed: false });
  const refusals = section.swaps.map(({ id }) => sections.refusal(section, { name: step, input: answer(id), key: '' }));
  return refusals.every(Boolean) ? refusals[0] : undefined;
};

/** Of which steps a procedure reminds in a round, and whom: its rules say so. */
const reminders: Readonly<Record<RoundName, Readonly<Partial<Record<ProcedureName, Reminding>>>>> = {
  morning: {
    'device-loan': {
      steps: loans.reminding,
      whom: ({ state, ...due }, date) => loans.reminds(state as loans.Loan, dueOf(due), date),
      bars: (state, step, person) => (decisions.has(step) ? loans.refusal(state as loans.Loan, takenBy(step, person)) : undefined),
    },
    registration: {
      steps: registrations.reminding,
      whom: ({ state, ...due }, date) => registrations.reminds(state as registrations.Registration, dueOf(due), date),
      bars: (state, step, person) =>
        decisions.has(step) ? registrations.refusal(state as registrations.Registration, takenBy(step, person)) : undefined,
    },
    'telework-day': {
      steps: days.reminding,
      whom: ({ state, ...due }, date) => days.reminds(state as TeleworkDay, dueOf(due), date),
      bars: barsOnDay,
    },
    'trial-campaign': {
      steps: campaigns.reminding,
      whom: ({ state, ...due }, date) => campaigns.reminds(state as campaigns.TrialCampaign, dueOf(due), date),
      bars: () => undefined,
    },
    'trial-section': {
      steps: sections.reminding,
      whom: ({ state, ...due }, date) => sections.reminds(state as sections.TrialSection, dueOf(due), date),
      bars: barsInSection,
    },
    'yearly-review': {
      steps: years.reminding,
      whom: ({ state, ...due }, date) => years.reminds(state as years.YearlyReview, dueOf(due), date),
      bars: () => undefined,
    },
    survey: {
      steps: surveys.reminding,
      whom: ({ state, ...due }, date) => surveys.reminds(state as surveys.Survey, dueOf(due), date),
      bars: () => undefined,
    },
  },
  evening: {
    'telework-day': {
      steps: days.chasing,
      whom: ({ state, step, ...due }, _date, now) =>
        days.chases(state as TeleworkDay, { ...due, step: step as (typeof days.chasing)[number] }, now),
      bars: barsOnDay,
    },
  },
};
