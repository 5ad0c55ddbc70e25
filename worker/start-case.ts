import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Opening } from '../activities/ledger/port.js';
import { caseWorkflowId, workflowTypes } from '../workflows/shared/procedures.js';

/** Starts a case that another one has opened, or finds it started; `over`: it has run to its end. */
export const createCaseStart =
  ({ client, taskQueue }: { client: Client; taskQueue: string }) =>
  async ({ procedure, caseId, opening }: Opening): Promise<'underWay' | 'over'> => {
    try {
      await client.workflow.start(workflowTypes[procedure], {
        taskQueue,
        workflowId: caseWorkflowId({ procedure, caseId }),
        args: [caseId, [opening]],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      });
      return 'underWay';
    } catch (failure) {
      if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
      return 'over';
    }
  };
