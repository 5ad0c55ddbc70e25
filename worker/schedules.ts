import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { mailDeliveryWorkflowId } from '../workflows/mail-delivery/contract.js';

/**
 * What runs for as long as the programme does: the delivery of mail, and the schedules of the two rounds. Each worker makes sure of them when it starts;
 * what is there already stays as it is, so an operator may pause or move a schedule.
 */
export async function ensureStanding(client: Client, taskQueue: string): Promise<void> {
  await client.workflow
    .start('mailDelivery', { workflowId: mailDeliveryWorkflowId, taskQueue, staticSummary: 'empties the outbox' })
    .catch(unless(WorkflowExecutionAlreadyStartedError));
  for (const [round, at] of rounds)
    await client.schedule
      .create({
        scheduleId: `${round}-round`,
        // Monday to Friday; the round itself knows the holidays and closures.
        spec: { calendars: [{ ...at, dayOfWeek: { start: 'MONDAY', end: 'FRIDAY' } }], timezone: 'Asia/Tokyo' },
        policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '3 days' }, // Everything down over a weekend: the round comes late, not never.
        action: { type: 'startWorkflow', workflowType: `${round}Round`, workflowId: `${round}-round`, taskQueue, args: [] },
      })
      .catch(unless(ScheduleAlreadyRunning));
}

/** Before the counters open, and when telework days are over (Art. 8-1). */
const rounds = [
  ['morning', { hour: 8, minute: 30 }],
  ['evening', { hour: 17, minute: 30 }],
] as const;

const unless =
  (expected: new (...args: never[]) => Error) =>
  (failure: unknown): void => {
    if (!(failure instanceof expected)) throw failure;
  };
