import { randomUUID } from 'node:crypto';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { startServers } from '../bench/servers.js';
import { table } from '../cli/print.js';
import { bundleWorkflows, createWorker } from '../worker/create-worker.js';
import type { mailDelivery } from '../workflows/mail-delivery/workflow.js';
import { type CutRow, cutMatrix, type Deliver } from './mail-cuts.js';

const heading = [
  '切断した場所 / where the line was cut',
  '試行 / tries',
  '通数 / mails',
  '着信 / arrived',
  '隙間の外の重複 / duplicates',
  '隙間 / in the gap',
  '同じ番号で再送 / sent again',
  '不明として保留 / parked',
  '拒否 / refused',
];

const cellsOf = ({ place, tries, mails, arrived, duplicates, inTheGap, sentAgain, parked, refused }: CutRow): string[] =>
  [place, tries, mails, arrived, duplicates, inTheGap, sentAgain, parked, refused].map(String);

/** Cuts the line under the delivery as it runs in production, its workflow included, and shows what came of it. @returns the exit code */
export async function playMailCuts(): Promise<0 | 1> {
  Runtime.install({ logger: new DefaultLogger('ERROR') }); // Its warnings are what is tried here.
  const servers = await startServers();
  const connection = await NativeConnection.connect({ address: servers.temporalAddress });
  try {
    const workflowBundle = await bundleWorkflows();
    const deliver: Deliver = async (activities) => {
      const taskQueue = `mail-${randomUUID()}`;
      const worker = await createWorker({ connection, namespace: 'default', taskQueue, workflowBundle, activities });
      const running = worker.run();
      const delivery = await servers.client.workflow.start<typeof mailDelivery>('mailDelivery', { taskQueue, workflowId: taskQueue });
      return {
        stop: async () => {
          await delivery.terminate();
          worker.shutdown();
          await running;
        },
      };
    };
    const freshLedger = async () => (await servers.freshLedger()).ledger;
    const rows = await cutMatrix({ freshLedger, deliver }, ({ place, problems }) => {
      console.log(`${place}: ${problems.length ? '違います / differs' : '予定どおり / as it should be'}`);
      for (const problem of problems) console.log(`  ${problem}`);
    });
    console.log(`\n${table([heading, ...rows.map(cellsOf)])}`);
    const sum = (of: (row: CutRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
    const wrong = sum(({ problems }) => problems.length);
    console.log(
      `隙間の外の重複 / duplicates outside the gap: ${sum(({ duplicates }) => duplicates)}; ` +
        `隙間 / in the gap: ${sum(({ inTheGap }) => inTheGap)}, 同じ Message-ID / under the same Message-ID: ${sum(({ sentAgain }) => sentAgain)}`,
    );
    return wrong ? 1 : 0;
  } finally {
    await connection.close();
    await servers.stop();
  }
}
