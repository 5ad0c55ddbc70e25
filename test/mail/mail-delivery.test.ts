import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection, WorkflowIdConflictPolicy } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createMailActivities } from '../../activities/mail/activities.js';
import { createSmtpMail } from '../../activities/mail/smtp.js';
import { mailDeliveryWorkflowId } from '../../workflows/mail-delivery/contract.js';
import type { mailDelivery } from '../../workflows/mail-delivery/workflow.js';
import { entry, town } from '../ledger/town.js';
import { startScriptedSmtp } from './scripted-smtp.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

test('the delivery goes on through an outage of the mail server and a change of workers, and its histories replay', async () => {
  const { ledger, clock } = await town();
  const smtp = await startScriptedSmtp({ greeting: (times) => (times <= 2 ? '421 4.3.2 not now' : undefined) });
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const clientConnection = await Connection.connect({ address: inject('temporalAddress') });
  onTestFinished(async () => {
    await Promise.all([smtp.close(), clientConnection.close(), connection.close()]);
  });
  const { workflow } = new Client({ connection: clientConnection });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/mail-delivery/workflow.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  const taskQueue = randomUUID();

  const startWorker = async () => {
    const closing = new AbortController();
    const activities = createMailActivities({
      outbox: ledger,
      news: ledger,
      directory: {
        holdersOf: async () => [
          { staffNumber: 'S4021', name: '小山 花子', mail: 'hanako@example.jp', departments: ['tax'], disabled: false },
        ],
        staffMember: async () => undefined,
      },
      mail: createSmtpMail({ url: smtp.url, from: 'telework@example.jp' }),
      clock,
      key: 'k'.repeat(32),
      linkTo: () => 'https://telework.example.jp/',
      organizer: 'telework@example.jp',
      judge: async (mail) => mail,
      acting: { actorsFor: async () => [] },
      closing: closing.signal,
    });
    const worker = await Worker.create({ connection, taskQueue, workflowBundle, activities, shutdownGraceTime: '10 seconds' });
    const running = worker.run();
    return async () => {
      closing.abort();
      worker.shutdown();
      await running;
    };
  };
  const order = (caseId: string) =>
    ledger.append(entry(caseId, 1, { name: 'request' }, { mails: [{ to: 'staff:S4021', template: 'loanRefused' }] }));
  const start = () =>
    workflow.start<typeof mailDelivery>('mailDelivery', {
      workflowId: mailDeliveryWorkflowId,
      taskQueue,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    });

  await order('A');
  let stop = await startWorker();
  const handle = await start();
  onTestFinished(() => handle.terminate().then(() => undefined));
  await expect.poll(() => smtp.accepted.length, { timeout: 15_000 }).toBe(1);

  await stop(); // Well within the grace time: the activity returns of itself, which ends the run.
  await order('B');
  stop = await startWorker();
  const again = await start();
  expect((await again.describe()).status.name).toBe('RUNNING');
  await expect.poll(() => smtp.accepted.length, { timeout: 15_000 }).toBe(2);

  const history = await workflow.getHandle(mailDeliveryWorkflowId, handle.firstExecutionRunId).fetchHistory();
  expect(history.events?.length).toBeLessThanOrEqual(15);
  await Worker.runReplayHistory({ workflowBundle }, history, mailDeliveryWorkflowId);
  await stop();
}, 60_000);
