import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { mailDeliveryWorkflowId } from '../workflows/mail-delivery/contract.js';

/**
 * What runs for as long as the programme does: the delivery of mail, and the morning round's schedule. Each worker makes sure of both when it starts;
 * what is there already stays as it is, so an operator may pause or move the schedule.
 */
export async function ensureStanding(client: Client, taskQueue: string): Promise<void> {
  await client.workflow
    .start('mailDelivery', { workflowId: mailDeliveryWorkflowId, taskQueue, staticSummary: 'empties the outbox' })
    .catch(unless(WorkflowExecutionAlreadyStartedError));
  await client.schedule
    .create({
      scheduleId: 'morning-round',
      // Monday to Friday at 8:30; the round itself knows the holidays and closures.
      spec: { calendars: [{ hour: 8, minute: 30, dayOfWeek: { start: 'MONDAY', end: 'FRIDAY' } }], timezone: 'Asia/Tokyo' },
      policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '3 days' }, // Everything down over a weekend: the round comes late, not never.
      action: { type: 'startWorkflow', workflowType: 'morningRound', workflowId: 'morning-round', taskQueue, args: [] },
    })
    .catch(unless(ScheduleAlreadyRunning));
}

const unless =
  (expected: new (...args: never[]) => Error) =>
  (failure: unknown): void => {
    if (!(failure instanceof expected)) throw failure;
  };
