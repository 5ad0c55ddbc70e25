import { randomUUID } from 'node:crypto';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect } from 'vitest';
import type { CaseRow } from '../activities/ledger/port.js';
import type { PostgresLedger } from '../activities/ledger/postgres.js';
import { nudge } from '../workflows/shared/case.js';

/** Why a step was refused at the counter. */
export interface Refused {
  type: string;
  message: string;
  due?: string[];
}

/** One case, seen from its counter: steps are handed in at Temporal, what came of them is read in the ledger. */
export class CaseAtCounter<State extends object> {
  constructor(
    readonly ledger: PostgresLedger,
    readonly caseId: string,
    readonly handle: WorkflowHandle,
  ) {}

  /** Hands a step in, again while the counter is busy; the case as it then stands in the ledger. */
  async handIn(step: string, input: object, key: string = randomUUID()): Promise<State> {
    let answer: 'CaseBusy' | 'taken' | Error = 'CaseBusy';
    const once = async () => {
      answer = await this.#once(step, input, key);
      return answer;
    };
    await expect.poll(once, { timeout: 30_000, interval: 10 }).not.toBe('CaseBusy');
    if ((answer as unknown) instanceof Error) throw answer as unknown as Error;
    return (await this.row()).state as State;
  }

  /** Why the step is refused. */
  async refusalOf(step: string, input: object): Promise<Refused> {
    const failure = await this.handIn(step, input).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(failure instanceof ApplicationFailure)) throw new Error(`${step} was not refused: ${String(failure)}`);
    const [details] = (failure.details ?? []) as [{ due?: string[] } | undefined];
    return { type: failure.type ?? '', message: failure.message, ...(details?.due && { due: details.due }) };
  }

  async row(): Promise<CaseRow> {
    const row = await this.ledger.caseById(this.caseId);
    if (!row) throw new Error(`no case ${this.caseId}`);
    return row;
  }

  async names(): Promise<string[]> {
    return (await this.ledger.events(this.caseId)).map(({ event }) => event.name);
  }

  /** Waits until the ledger shows the case so. */
  until(is: (row: CaseRow) => boolean): Promise<void> {
    return expect.poll(async () => is((await this.ledger.caseById(this.caseId)) ?? nowhere), { timeout: 30_000, interval: 10 }).toBe(true);
  }

  nudge = (): Promise<void> => this.handle.signal(nudge);

  async #once(step: string, input: object, updateId: string): Promise<'CaseBusy' | 'taken' | Error> {
    try {
      await this.handle.executeUpdate(step, { args: [input], updateId });
      return 'taken';
    } catch (failure) {
      if (!(failure instanceof Error)) throw failure;
      const refusal = failure instanceof WorkflowUpdateFailedError && failure.cause instanceof ApplicationFailure ? failure.cause : failure;
      return refusal instanceof ApplicationFailure && refusal.type === 'CaseBusy' ? 'CaseBusy' : refusal;
    }
  }
}

const nowhere = { seq: 0 } as CaseRow;
