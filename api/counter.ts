import { setTimeout as pause } from 'node:timers/promises';
import {
  type Client,
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateStage,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { type CaseRow, keyTaken, type LedgerEvent, type LedgerReader, type Refusal } from '../activities/ledger/port.js';
import { nudge, type Signed } from '../workflows/shared/case.js';
import { type CasePlace, caseWorkflowId, type WorkflowProcedure, workflowTypes } from '../workflows/shared/procedures.js';
import type { Caller } from './auth.js';
import { asProblem, away } from './errors.js';
import { Problem } from './problems.js';
import { dueFor } from './views.js';

/** Where something is handed in for a case. */
export interface Place {
  caseId: string;
  caller: Pick<Caller, 'capacities' | 'acting'>;
  /** Under which the step is handed in: the Update's id, and part of its event. */
  key: string;
  /** Fires when the request must be answered. */
  arrival: AbortSignal;
}

/** `written`: the event stands in the ledger. `accepted`: it is certain to, but does not yet. */
export type HandedIn = 'written' | 'accepted';

/** Where people open a procedure's cases and hand in its steps: each decision acts once, however often it is repeated, and none is lost (design §6). */
export interface Counter {
  /** Opens the case; a repeat finds it, open or closed. @throws Problem ruleRefuses, away */
  open(place: Place, opening: LedgerEvent & { key: string }): Promise<HandedIn>;
  /** Hands a step in; `row`: the case as it was last seen. @throws Problem notDue, forbidden, ruleRefuses, conflict, away */
  take(place: Place & { row: CaseRow }, step: string, input: Signed): Promise<HandedIn>;
}

/** A case at Temporal. */
type AtTemporal = Place & { workflowId: string };

/** Longest wait for Temporal's word that an Update is accepted, or a workflow started; what takes longer is an outage. */
const acceptWithinMs = 3_000;
/** Longest wait for the event after that. */
const answerWithinMs = 2_000;
const [firstPauseMs, longestPauseMs] = [10, 250];

/** The procedures that have a workflow: the case itself takes the step, and writes it down. */
export function createWorkflows({
  client,
  taskQueue,
  ledger,
}: {
  client: Client;
  taskQueue: string;
  ledger: Pick<LedgerReader, 'byKey' | 'caseById'>;
}) {
  /** Breaks off even while the client waits to try again. @throws Problem away */
  async function patiently<Result>(ms: number, arrival: AbortSignal, call: () => Promise<Result>): Promise<Result> {
    const late = new AbortController();
    const giveUp = () => late.abort(away('temporal'));
    const gaveUp = new Promise<never>((_resolve, reject) => {
      late.signal.addEventListener('abort', () => reject(late.signal.reason), { once: true });
    });
    const timer = setTimeout(giveUp, ms);
    arrival.addEventListener('abort', giveUp, { once: true });
    if (arrival.aborted) giveUp();
    try {
      return await Promise.race([client.connection.withAbortSignal(late.signal, call), gaveUp]);
    } finally {
      clearTimeout(timer);
      arrival.removeEventListener('abort', giveUp);
    }
  }

  /** Calls until there is a result, less and less often. @returns undefined when the time is over */
  async function poll<Result>(until: AbortSignal, call: () => Promise<Result | undefined>): Promise<Result | undefined> {
    for (let waitMs = firstPauseMs; ; waitMs = Math.min(2 * waitMs, longestPauseMs)) {
      const result = await call();
      if (result !== undefined) return result;
      await pause(waitMs, undefined, { signal: until }).catch(() => undefined);
      if (until.aborted) return undefined;
    }
  }

  /** Starts the case's workflow; a repeat finds the same one, running or ended. @throws Problem away */
  async function open(place: AtTemporal, workflowType: string, opening: LedgerEvent): Promise<HandedIn> {
    const { caseId, workflowId, key, arrival } = place;
    const start = { taskQueue, workflowId, args: [caseId, [opening]] };
    try {
      await patiently(acceptWithinMs, arrival, () =>
        client.workflow.start(workflowType, {
          ...start,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        }),
      );
    } catch (failure) {
      if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
    }
    const until = AbortSignal.any([arrival, AbortSignal.timeout(answerWithinMs)]);
    const found = await poll(until, () => ledger.byKey(key)).catch(() => undefined); // The ledger may have gone; the case is safe at Temporal.
    if (!found) await refusedOpening(place);
    return found ? 'written' : 'accepted';
  }

  /** A case that the ledger would not have ends at once: what it requires was gone by then. @throws Problem ruleRefuses */
  async function refusedOpening({ workflowId, arrival }: AtTemporal): Promise<void> {
    const handle = client.workflow.getHandle(workflowId);
    const { status } = await patiently(acceptWithinMs, arrival, () => handle.describe());
    if (status.name !== 'FAILED') return;
    const failure: unknown = await patiently(acceptWithinMs, arrival, () => handle.result()).catch((thrown: unknown) => thrown);
    const cause = failure instanceof WorkflowFailedError ? failure.cause : undefined;
    if (cause instanceof ApplicationFailure && cause.type === 'RuleRefuses')
      throw new Problem('ruleRefuses', { errors: [cause.details?.[0] as Refusal] });
  }

  async function take(place: AtTemporal, step: string, input: Signed): Promise<HandedIn> {
    let lookedFor = 0;
    const outcome = await poll(place.arrival, async (): Promise<HandedIn | undefined> => {
      try {
        return await once(place, step, input);
      } catch (failure) {
        if (isGone(failure)) return gone(place, ++lookedFor);
        if (failure instanceof ApplicationFailure) return refused(place, step, input, failure);
        throw failure;
      }
    });
    if (!outcome) throw away('temporal');
    return outcome;
  }

  async function once({ workflowId, key, arrival }: AtTemporal, step: string, input: Signed): Promise<HandedIn> {
    const handle = client.workflow.getHandle(workflowId);
    const update = await patiently(acceptWithinMs, arrival, () =>
      handle.startUpdate(step, { args: [input], updateId: key, waitForStage: WorkflowUpdateStage.ACCEPTED }),
    );
    try {
      await patiently(answerWithinMs, arrival, () => update.result());
      return 'written';
    } catch (failure) {
      if (asProblem(failure).type === 'away') return 'accepted';
      throw failure instanceof WorkflowUpdateFailedError ? failure.cause : failure;
    }
  }

  /** The case said no. @returns undefined when it is worth asking again */
  async function refused(
    { caseId, workflowId, caller, arrival }: AtTemporal,
    step: string,
    input: Signed,
    { type, details }: ApplicationFailure,
  ) {
    if (type === 'CaseBusy') return undefined;
    if (type === 'RuleRefuses') throw new Problem('ruleRefuses', { errors: [details?.[0] as Refusal] });
    const row = await ledger.caseById(caseId);
    const due = row?.due ?? [];
    if (type === 'RecordedBefore') throw new Problem('conflict', { due: dueFor(due, caller) });
    const mine = due.filter((one) => 'who' in one && one.step === step);
    if (mine.some((one) => 'who' in one && one.who === input.as)) {
      // After a power cut the ledger can be ahead of the case: it catches up when told to look.
      await wake(workflowId, arrival);
      return undefined;
    }
    throw mine.length
      ? new Problem('forbidden')
      : new Problem('notDue', { due: dueFor(due, caller), ...(row?.closed && { ended: row.status }) });
  }

  /** The workflow has ended, or dropped the Update, or the step stands where it did not look: what counts is whether the ledger has the step. */
  async function gone({ caseId, key }: Place, times: number): Promise<HandedIn | undefined> {
    const [event, row] = await Promise.all([ledger.byKey(key), ledger.caseById(caseId)]);
    if (event) return 'written';
    if (row?.closed) throw new Problem('notDue', { due: [], ended: row.status });
    if (times > 1) throw away('temporal'); // Open in the ledger and unknown to Temporal: it has to be opened again from the ledger.
    return undefined;
  }

  /** Tells the case to look for news, and to try again what is stuck. @throws Problem away */
  const wake = (workflowId: string, arrival: AbortSignal): Promise<void> =>
    patiently(acceptWithinMs, arrival, () => client.workflow.getHandle(workflowId).signal(nudge));

  return {
    counter(procedure: WorkflowProcedure) {
      const at = (place: Place): AtTemporal => ({ ...place, workflowId: caseWorkflowId({ procedure, caseId: place.caseId }) });
      return {
        open: (place: Place, opening: LedgerEvent) => open(at(place), workflowTypes[procedure], opening),
        take: (place: Place, step: string, input: Signed) => take(at(place), step, input),
      } satisfies Counter;
    },
    nudge: (place: CasePlace, arrival: AbortSignal): Promise<void> => wake(caseWorkflowId(place), arrival),
  };
}

export type Workflows = ReturnType<typeof createWorkflows>;

/** How the server fails an Update that was accepted and not answered when its workflow ended. */
const lostUpdate = 'AcceptedUpdateCompletedWorkflow';

/** No such workflow any more (NOT_FOUND), the Update was dropped with its workflow task (FAILED_PRECONDITION 9), or its key was taken in an earlier run. */
function isGone(failure: unknown): boolean {
  if (failure instanceof WorkflowNotFoundError) return true;
  if (failure instanceof ApplicationFailure) return failure.type === lostUpdate || failure.message === keyTaken.code;
  return failure instanceof ServiceError && isGrpcServiceError(failure.cause) && [5, 9].includes(failure.cause.code);
}
