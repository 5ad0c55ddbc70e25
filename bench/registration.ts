import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Capacity } from '../activities/directory/port.js';
import type { WordsRef } from '../activities/ledger/port.js';
import { fiscalYearValidity, municipalCalendar, today } from '../config/calendar.js';
import { loadPack, registrationPolicy } from '../config/policy/pack.js';
import { getRegistration, type RegistrationRequest, steps } from '../workflows/registration/contract.js';
import type { RegistrationEvent, RegistrationStep } from '../workflows/registration/rules.js';
import { caseWorkflowId } from '../workflows/shared/procedures.js';
import { opaque } from './loan.js';
import { digest } from './way.js';

const pack = loadPack('tours/loan-alone.yaml'); // The bench's town has it.
const calendar = municipalCalendar();
const day = today(new Date().toISOString());
const words = (row: string): WordsRef => ({ row, digest });
/** What opens then is open as soon as anybody looks. */
const longAgo = '2020-02-01T00:00:00.000Z';

/** A registration's step as it is handed in. */
export type FiledRegistrationStep = RegistrationStep extends infer Step
  ? Step extends RegistrationStep
    ? Omit<Step, 'key'>
    : never
  : never;

/** To work at home two days a week, for the rest of the fiscal year; its renewal is open from the beginning. */
export function registrationRequest(over: Partial<RegistrationRequest> = {}): RegistrationRequest {
  return {
    staff: '4021',
    department: 'tax',
    employment: 'regular',
    approver: 'head:tax',
    form: {
      forms: ['home'],
      workplace: 'ownHome',
      address: words('00000000-0000-4000-8000-000000000001'),
      phone: words('00000000-0000-4000-8000-000000000002'),
      reason: 'care',
      frequency: { days: 2, per: 'week' },
    },
    answerBy: calendar.endOfDay(calendar.addBusinessDays(day, 5)),
    policy: registrationPolicy(pack),
    ...nextYear(),
    renewalOpens: longAgo,
    ...over,
  };
}

/** Until when what is renewed today holds. */
const nextYear = () => fiscalYearValidity(day, pack.values.registration.renewalOpens);

/** The step of a supervisor who renews it for another year. */
export const renewal = ({ approver, policy, employment }: RegistrationRequest, by = '3001'): FiledRegistrationStep => ({
  name: 'renew',
  input: { by, as: approver, digest, policy, employed: { employment }, ...nextYear() },
});

/** Everything that people do after the form: sent back and filed again, approved, confirmed and renewed for the next year, revoked. */
export function wayToTheEnd(request: RegistrationRequest): readonly FiledRegistrationStep[] {
  const { staff, approver, form, answerBy, validUntil, renewalOpens } = request;
  const me = { by: staff, as: `staff:${staff}` as Capacity, digest };
  const head = { by: '3001', as: approver, digest };
  const validity = { ...(validUntil && { validUntil }), ...(renewalOpens && { renewalOpens }) };
  return [
    { name: 'sendBack', input: { ...head, remarks: words('00000000-0000-4000-8000-000000000003'), answerBy } },
    { name: 'refile', input: { ...me, urgent: false, form, answerBy, ...validity } },
    { name: 'approve', input: head },
    { name: 'confirmRenewal', input: me },
    renewal(request),
    { name: 'revoke', input: { ...head, reason: words('00000000-0000-4000-8000-000000000004') } },
  ];
}

/** What has happened to a registration that only the supervisor's renewal is waited for. */
export function untilConfirmed(request: RegistrationRequest): readonly RegistrationEvent[] {
  const { staff, approver } = request;
  const me = { by: staff, as: `staff:${staff}` as Capacity, digest };
  return [
    { name: 'file', input: { ...me, urgent: false, ...request }, key: opaque(32) },
    { name: 'approve', input: { by: '3001', as: approver, digest }, key: opaque(32) },
    { name: 'openRenewal', input: { by: 'system' } },
    { name: 'confirmRenewal', input: me, key: opaque(32) },
  ];
}

/** Who plays registrations, and by which workflow. */
export interface RegistrationStage {
  client: Client;
  taskQueue: string;
  workflow: 'registration' | 'bareRegistration';
}

/** Opens a case with what has happened so far; answers when its first event stands. */
export async function openRegistration(
  { client, taskQueue, workflow }: RegistrationStage,
  request: RegistrationRequest,
  events = untilConfirmed(request),
) {
  const registrationId = opaque();
  const handle = await client.workflow.start(workflow, {
    workflowId: caseWorkflowId({ procedure: 'registration', caseId: registrationId }),
    taskQueue,
    args: workflow === 'registration' ? [registrationId, events] : [registrationId, events, renewal(request)],
  });
  await handle.query(getRegistration);
  return { registrationId, request, handle };
}

/** Hands a step in and waits for its answer. */
export const takeStep = (handle: WorkflowHandle, { name, input }: FiledRegistrationStep): Promise<unknown> =>
  handle.executeUpdate(steps[name] as (typeof steps)['withdraw'], { args: [input], updateId: opaque(32) });
