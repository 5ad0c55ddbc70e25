import type { UpdateDefinition } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  currentUpdateInfo,
  defineSignal,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Capacity } from '../../activities/directory/port.js';
import type { LedgerActivities } from '../../activities/ledger/activities.js';
import type { CasesOf, CasesWithin, DeviceClaim, LedgerEntry, LedgerEvent, MailOrder, Refusal } from '../../activities/ledger/port.js';
import type { DayClaim } from '../telework-day/contract.js';
import { entryOf } from './entry.js';
import type { WorkflowProcedure } from './procedures.js';

const ledger = proxyLocalActivities<LedgerActivities>({
  startToCloseTimeout: '2 seconds', // The person waits for the answer, and the API for the word "accepted".
  localRetryThreshold: '500 milliseconds', // An outage is waited out by durable timers, not inside a workflow task.
  retry: { maximumInterval: '1 minute' }, // Five events a try: a whole day's outage stays below 8,000.
});

/** What a taken step is answered with: the place of its event. The case as it then stands is read from the ledger. */
export interface Taken {
  seq: number;
}

/** The steps of a procedure. */
// biome-ignore lint/suspicious/noExplicitAny: each step has an input of its own, which `Step` recovers.
export type Updates = Record<string, UpdateDefinition<Taken, [any]>>;
/** What is handed in with each of them. */
export type Inputs<U> = { [Name in keyof U]: U[Name] extends UpdateDefinition<Taken, [infer Input]> ? Input : never };
/** A step that a person took: its name, what was filed with it, and the key it was handed in under (the Update's id: the API's keyed hash of caller, route, case and Idempotency-Key). */
export type Step<U, Name extends keyof U = keyof U> = { [N in Name]: { name: N; input: Inputs<U>[N]; key: string } }[Name];

/**
 * One thing that a case waits for: a step, and the capacity of who can take it (`head:tax`, never a resolved person); what happens by itself `at` an
 * instant; or news `from` the ledger (a device that was found for it) or another procedure (a revocation).
 */
export type Due<Name> = { step: Name; who: Capacity; until?: string } | { step: Name; at: string } | { step: Name; from: string };

/** Says nothing itself: look into the ledger for news, and try again what is stuck outside. Harmless at any time, any number of times. */
export const nudge = defineSignal('nudge');

/** Who took a step and in which capacity (`staff:4021`, `head:tax`, `it`); set by the API from login and directory, never from the body. */
export interface Signed {
  by: string;
  as: Capacity;
  /** 代決: the absent holder of the capacity, for whom `by` acted. */
  onBehalfOf?: string;
  /** Keyed hash of the body that was handed in. */
  digest?: string;
  /** When the directory last said so; present only where it could not be asked (design §4.18). */
  directoryAsOf?: string;
}

/** `urgent`: the answer is due before the next morning round, so the one who decides is told at once (design §4.1). Set by the API. */
export interface Urgency {
  urgent: boolean;
}

/** News for other cases: all open ones of a person, or those that belong to the case itself; with `opened`, only the one that it opened under this name. */
export type Tell = (CasesOf | Omit<CasesWithin, 'within'>) & { name: string; says?: object };

/** What the ledger needs to know of a procedure; all pure. `Event`: whatever it writes down, the people's steps included. `before`: the case before the event, none before the opening one. */
export interface LedgerRules<State, Event extends LedgerEvent> {
  /** The case after the event; the opening event makes it. */
  apply(state: State | undefined, event: Event): State;
  /** What the case waits for; stored with each event, so that every list and everyone's tasks show it. */
  due(state: State): readonly Due<Event['name']>[];
  summary(state: State): LedgerEntry['summary'];
  readers(state: State): LedgerEntry['readers'];
  /** The device that the case holds or waits for; the ledger brings its reservations in line with it in the event's own transaction. */
  claim?(state: State): DeviceClaim | undefined;
  /** What a telework day takes as long as it stands. */
  day?(state: State): DayClaim | undefined;
  /** The members of a trial section. */
  roster?(state: State): LedgerEntry['roster'];
  /** What goes out at once because of the event; `state` is the case after it. */
  mails?(state: State, event: Event, before?: State): readonly MailOrder[];
  /** News that the event has for other cases. */
  tells?(state: State, event: Event, before?: State): readonly Tell[];
  /** 年度 of a yearly review, of which there is one. */
  fiscalYear?(state: State): number;
  /** Cases that come about with the event; the case itself becomes `within` in what they are opened with. */
  opens?(state: State, event: Event, before?: State): LedgerEntry['opens'];
  /** Cases of which the last one's end is news for this one. */
  awaits?(state: State): LedgerEntry['awaits'];
  /** A case without which the event may not be. */
  requires?(state: State, event: Event): LedgerEntry['requires'];
}

/** What the counter, too, needs to know. */
export interface Rules<State, U extends Updates, Event extends LedgerEvent> extends LedgerRules<State, Event> {
  /** The rule that forbids a step that is due and in the right hands, such as a separation of duties; undefined if none does. */
  refusal(state: State, step: Step<U>): Refusal | undefined;
}

export interface Opened<State, U extends Updates, Event extends LedgerEvent> {
  caseId: string;
  procedure: WorkflowProcedure;
  steps: U;
  rules: Rules<State, U, Event>;
  /** The opening event of a new case; all events of the ledger for one that is opened again, on this or any other server. */
  events: readonly Event[];
  /** Goes on in a new run with these events, when the history has grown long. */
  again(events: readonly Event[]): Promise<never>;
}

/**
 * One case of a procedure: the counter at which people hand in its steps, and the record of what happened.
 * A step is taken only while the sequence waits for it, counts once it stands in the ledger, and is answered when
 * the sequence has come to rest again, so that the next step can follow at once. Only the sequence writes events.
 * A cancellation from outside changes nothing: cases end by their steps.
 */
export function openCase<State extends object, U extends Updates, Event extends LedgerEvent>({
  caseId,
  procedure,
  steps,
  rules,
  events,
  again,
}: Opened<State, U, Event>) {
  const [opening] = events;
  if (!opening) throw new Error(`case ${caseId} has no opening event`);
  let state = rules.apply(undefined, opening);
  let [seq, rests, openUntil] = [0, 0, 0]; // The counter's hours: until the next deadline, and not while a step is being recorded.
  let [nudges, looked, clockOffsetMs] = [0, 0, 0];
  let taken: { step: Step<U>; stands?: Event; refuses?: Refusal } | undefined;
  let known: Event | undefined; // What the ledger already knows to come next.
  const history: Event[] = []; // What stands, in order.
  const outside: Promise<void>[] = [];

  /** The town's time: Temporal's, moved on where a town tries out its year in an hour. */
  const now = (): number => Date.now() + clockOffsetMs;
  setHandler(nudge, () => {
    nudges += 1;
  });
  for (const [name, update] of Object.entries(steps)) {
    const stepOf = (input: unknown) => ({ name, input, key: currentUpdateInfo()?.id }) as Step<U>;
    const take = async (input: unknown): Promise<Taken> => {
      const [mine, rest]: [NonNullable<typeof taken>, number] = [{ step: stepOf(input) }, rests];
      [openUntil, taken] = [0, mine];
      await CancellationScope.nonCancellable(() => condition(() => rests > rest));
      if (mine.refuses) throw refused('RuleRefuses', mine.refuses.code, mine.refuses);
      if (mine.stands?.key !== mine.step.key) throw refused('RecordedBefore', name, { stands: mine.stands?.name });
      return { seq: history.findIndex(({ key }) => key === mine.step.key) + 1 };
    };
    const validator = (input: Signed): void => {
      if (now() >= openUntil) throw refused('CaseBusy', name);
      const open = rules.due(state).flatMap((one) => ('who' in one ? [one] : []));
      const mine = open.filter(({ step }) => step === name);
      if (!mine.length) throw refused('StepNotDue', name, { due: open.map(({ step }) => step) });
      if (!mine.some(({ who }) => who === input.as)) throw refused('NotYours', name);
      const rule = rules.refusal(state, stepOf(input));
      if (rule) throw refused('RuleRefuses', rule.code, rule);
    };
    setHandler(update, take, { validator });
  }

  /**
   * Writes an event down. What stands in its place is then part of the case: after a power cut that can be an earlier event.
   * Answers that, or the ledger's refusal, after which nothing has changed.
   */
  async function enter(event: Event): Promise<{ stands: Event } | { refuses: Refusal }> {
    const before = seq === 0 ? undefined : state;
    const after = before ? rules.apply(before, event) : state;
    const answer = await ledger.record(entryOf(rules, { caseId, procedure, seq: seq + 1 }, { event, after, before }));
    clockOffsetMs = answer.clockOffsetMs;
    if (answer.refuses) return { refuses: answer.refuses };
    const stands = (answer.stands as Event | undefined) ?? event;
    state = answer.stands ? rules.apply(before, stands) : after;
    [seq, known] = [seq + 1, answer.next as Event | undefined];
    history.push(stands);
    setCurrentDetails(details());
    return { stands };
  }

  /** For the Web UI; staff numbers stay out of it. */
  function details(): string {
    const waits = rules.due(state).map((one) => {
      if ('who' in one) return `- \`${one.step}\` (${one.who.replace(/^staff:.*/, 'staff')})${one.until ? ` until ${one.until}` : ''}`;
      return 'at' in one ? `- \`${one.step}\` at ${one.at}` : `- \`${one.step}\`, news from the ${one.from}`;
    });
    return [
      `**${rules.summary(state).status}** after ${seq} events`,
      ...(waits.length ? ['waits for:', ...waits] : ['nothing is due']),
    ].join('\n');
  }

  /** What comes next: news in the ledger, a person's step, or a deadline. */
  async function arrival(awaited: readonly Due<Event['name']>[]): Promise<Event> {
    const [deadline] = awaited.flatMap((one) => ('at' in one ? [one] : [])).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    for (;;) {
      if (looked !== nudges) {
        looked = nudges;
        const found = await ledger.look({ caseId, seq: seq + 1, due: awaited });
        clockOffsetMs = found.clockOffsetMs;
        if (found.next) return found.next as Event;
      }
      [openUntil, taken, rests] = [deadline ? Date.parse(deadline.at) : Number.POSITIVE_INFINITY, undefined, rests + 1];
      const long = (): boolean => workflowInfo().continueAsNewSuggested && allHandlersFinished();
      const came = (): boolean => taken !== undefined || looked !== nudges || long();
      await (deadline ? condition(came, Math.max(1, openUntil - now())) : condition(came));
      openUntil = 0;
      const handedIn = taken as { step: Step<U> } | undefined; // TypeScript does not see that a handler sets it meanwhile.
      if (handedIn) return handedIn.step as unknown as Event;
      if (looked !== nudges) continue;
      if (long()) await again(history);
      if (deadline && now() >= Date.parse(deadline.at)) return { name: deadline.step, input: { by: 'system' } } as Event;
    }
  }

  /**
   * Waits for one of `ends` and returns the event that stands. What happens `meanwhile` is written down and changes the
   * case, but not its place in the sequence. The rules say which of them are due at a time; they may name no others.
   */
  const next = <N extends Event['name']>(
    ends: readonly N[],
    meanwhile: readonly Event['name'][] = [],
  ): Promise<Extract<Event, { name: N }>> =>
    CancellationScope.nonCancellable(async () => {
      if (seq === 0) {
        const entered = await enter(opening);
        if ('refuses' in entered) throw refused('RuleRefuses', entered.refuses.code, entered.refuses); // There is no case then.
      }
      for (;;) {
        const [awaited, expected] = [rules.due(state), [...ends, ...meanwhile]];
        const says = awaited.map(({ step }) => step);
        if (!says.length || says.some((name) => !expected.includes(name)))
          throw new Error(`the rules say that due is: ${says.join(', ')}; the sequence expects: ${expected.join(', ')}`);

        const event = events[seq] ?? known ?? (await arrival(awaited));
        if (!says.includes(event.name)) throw refused('CannotReopen', `event ${seq + 1} is ${event.name}; due is: ${says.join(', ')}`);
        const mine = taken;
        taken = undefined;
        const entered = await enter(event);
        if (mine) Object.assign(mine, entered);
        if ('refuses' in entered) {
          if (!mine) throw new Error(`the ledger refuses ${event.name}: ${entered.refuses.code}`);
          continue;
        }
        if (ends.includes(entered.stands.name as N)) return entered.stands as Extract<Event, { name: N }>;
      }
    });

  /** Has something done outside, for as long as it takes, while the sequence goes on; await it before what depends on it. */
  function begin(effect: () => Promise<unknown>): Promise<void> {
    const untilDone = async (): Promise<void> => {
      for (;;) {
        const seen = nudges;
        try {
          return void (await effect());
        } catch (failure) {
          if (!(failure instanceof ActivityFailure)) throw failure;
          await condition(() => nudges > seen); // Permanent, and marked as stuck: an administrator mends the cause and nudges the case.
        }
      }
    };
    const done = CancellationScope.nonCancellable(untilDone);
    done.catch(() => undefined); // Whoever awaits it gets it too; until then it is nobody's unhandled rejection.
    outside.push(done);
    return done;
  }

  /** Answers the last step, waits for what was begun outside; what the workflow returns. */
  async function close(): Promise<State> {
    const open = rules.due(state).map(({ step }) => step);
    if (open.length) throw new Error(`the sequence ends, but due is: ${open.join(', ')}`);
    [openUntil, rests] = [Number.POSITIVE_INFINITY, rests + 1];
    await CancellationScope.nonCancellable(async () => {
      await Promise.all(outside);
      await condition(allHandlersFinished);
    });
    return state;
  }

  return { state: (): State => state, next, begin, close };
}

type Reason = 'CaseBusy' | 'StepNotDue' | 'NotYours' | 'RuleRefuses' | 'RecordedBefore' | 'CannotReopen';
const refused = (type: Reason, message: string, ...details: unknown[]) =>
  ApplicationFailure.create({ type, message, details, nonRetryable: true });
