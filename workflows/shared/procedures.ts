import type { ProcedureName } from '../../activities/ledger/port.js';

/** The workflow of each procedure that has one: what starts a case, and opens it again. The other procedures' cases are rows with rules (design §4.3). */
export const workflowTypes = {
  'device-loan': 'deviceLoan',
  registration: 'registration',
  'trial-campaign': 'trialCampaign',
  'trial-section': 'trialSection',
  'yearly-review': 'yearlyReview',
  survey: 'survey',
} as const satisfies Partial<Record<ProcedureName, string>>;

export type WorkflowProcedure = keyof typeof workflowTypes;

/** Those that have one: their cases are told, nudged and opened again. */
export const withWorkflow = Object.keys(workflowTypes) as readonly WorkflowProcedure[];

export const hasWorkflow = <Place extends { procedure: ProcedureName }>(place: Place): place is Place & { procedure: WorkflowProcedure } =>
  place.procedure in workflowTypes;

/** A case that has a workflow, as the ledger names it. */
export interface CasePlace {
  procedure: WorkflowProcedure;
  caseId: string;
}

/** Where the API shows the cases of a procedure. */
export const casePaths = {
  'device-loan': '/device-loans',
  registration: '/registrations',
  'telework-day': '/telework-days',
  'trial-campaign': '/campaigns',
  'trial-section': '/campaign-sections',
  'yearly-review': '/yearly-reviews',
  survey: '/surveys',
} as const satisfies Record<ProcedureName, `/${string}`>;

/** What a mail leads to: the form of a survey at a link of one's own (`answer`), a case, or what waits for whoever reads it. */
export interface LinkPlace {
  caseId?: string;
  procedure?: ProcedureName;
  answer?: string;
}

/** Where the API shows it. */
export function pathOf({ caseId, procedure, answer }: LinkPlace): `/${string}` {
  if (answer !== undefined) return `/survey-links/${answer}`;
  return procedure ? `${casePaths[procedure]}/${caseId}` : '/me/tasks';
}

/** One workflow a case, running or ended. Never personal data: ids are stored in plain text. */
export const caseWorkflowId = ({ procedure, caseId }: CasePlace) => `${procedure}/${caseId}`;
