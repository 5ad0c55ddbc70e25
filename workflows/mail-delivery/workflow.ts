import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { MailActivities } from '../../activities/mail/activities.js';

const { drainOutbox } = proxyActivities<MailActivities>({
  startToCloseTimeout: '7 hours', // The activity returns after six.
  heartbeatTimeout: '20 seconds', // How long mail stands still after its worker was killed.
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' }, // How long it stands still after an outage has ended.
});

/**
 * Mail leaves the ledger's outbox (design §4.19) for as long as the programme runs: one activity a run, then a new run. Nothing is kept here: what is to be sent and
 * what was sent stands in the ledger, so the workflow may be ended and started again at any time.
 */
export async function mailDelivery(): Promise<never> {
  await drainOutbox();
  return continueAsNew<typeof mailDelivery>();
}
