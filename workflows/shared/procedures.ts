import type { ProcedureName } from '../../activities/ledger/port.js';

/** The workflow of each procedure whose cases the ledger keeps: what starts a case, and opens it again. */
export const workflowTypes = { 'device-loan': 'deviceLoan', registration: 'registration' } as const satisfies Record<ProcedureName, string>;

/** A case of a procedure, as the ledger names it. */
export interface CasePlace {
  procedure: ProcedureName;
  caseId: string;
}

/** One workflow a case, running or ended. Never personal data: ids are stored in plain text. */
export const caseWorkflowId = ({ procedure, caseId }: CasePlace) => `${procedure}/${caseId}`;
