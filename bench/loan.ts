import { randomBytes } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { municipalCalendar, today } from '../config/calendar.js';
import { loadPack, loanPolicy } from '../config/policy/pack.js';
import { getLoan, type LoanRequest, steps } from '../workflows/device-loan/contract.js';
import type { LoanEvent } from '../workflows/device-loan/rules.js';
import { caseWorkflowId } from '../workflows/shared/procedures.js';
import { approval, digest, type HandedIn, wayBack } from './way.js';

const policy = loanPolicy(loadPack('tours/loan-alone.yaml'));
const calendar = municipalCalendar();

/** The day so many days from now, as Tokyo counts. */
const dayIn = (days: number): string => today(new Date(Date.now() + days * 86_400_000).toISOString());

/** A laptop of the common pool for the tax department, for nine days from a week ahead. */
export function loanRequest(over: Partial<LoanRequest> = {}): LoanRequest {
  const until = dayIn(15);
  return {
    borrower: '4021',
    department: 'tax',
    approver: 'head:tax',
    kind: 'laptop',
    accessories: ['wire', 'mouse'],
    from: dayIn(7),
    until,
    personalData: false,
    pools: ['tax', 'common'],
    answerBy: calendar.endOfDay(calendar.addBusinessDays(dayIn(0), policy.answerDays)),
    periodEnds: calendar.endOfDay(until),
    policy,
    ...over,
  };
}

/** An opaque id or key, as long as those of the API. */
export const opaque = (bytes = 16): string => randomBytes(bytes).toString('base64url');

/** How one loan is played: by which workflow, and where its driver reads which device was reserved. */
export interface Stage {
  client: Client;
  taskQueue: string;
  workflow: 'deviceLoan' | 'bareLoan' | 'silentLoan' | 'textbookLoan';
  deviceOf(loanId: string): Promise<string>;
}

/** Called with each step and how long its answer took. */
export type OnStep = (step: HandedIn['name'] | 'request', ms: number) => void;

/** Files a loan; answers when its first event stands, since a query waits for the first workflow task. */
export async function openLoan({ client, taskQueue, workflow }: Omit<Stage, 'deviceOf'>, request = loanRequest()) {
  const loanId = opaque();
  const opening: LoanEvent = {
    name: 'request',
    input: { by: request.borrower, as: `staff:${request.borrower}`, digest, urgent: false, ...request },
    key: opaque(32),
  };
  const handle = await client.workflow.start(workflow, {
    workflowId: caseWorkflowId({ procedure: 'device-loan', caseId: loanId }),
    taskQueue,
    args: [loanId, [opening]],
  });
  await handle.query(getLoan);
  return { loanId, request, handle };
}

/** Hands a step in and waits for its answer. */
export const take = (handle: WorkflowHandle, { name, input }: HandedIn): Promise<unknown> =>
  handle.executeUpdate(steps[name] as (typeof steps)['withdraw'], { args: [input], updateId: opaque(32) });

/** One loan from the request to the confirmed erasure, step after step as fast as they are answered. */
export async function playLoan(stage: Stage, onStep: OnStep = () => undefined): Promise<WorkflowHandle> {
  const timed = async <Result>(step: Parameters<OnStep>[0], work: () => Promise<Result>): Promise<Result> => {
    const begun = performance.now();
    const result = await work();
    onStep(step, performance.now() - begun);
    return result;
  };
  const { loanId, request, handle } = await timed('request', () => openLoan(stage));
  const approve = approval(request);
  await timed(approve.name, () => take(handle, approve));
  for (const step of wayBack(request, await stage.deviceOf(loanId))) await timed(step.name, () => take(handle, step));
  await handle.result();
  return handle;
}
