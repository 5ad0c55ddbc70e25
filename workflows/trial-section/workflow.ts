import { continueAsNew, setHandler } from '@temporalio/workflow';
import { openCase } from '../shared/case.js';
import { getTrialSection, steps } from './contract.js';
import * as rules from './rules.js';

const meanwhile = [...(Object.keys(steps) as (keyof typeof steps)[]), 'replan', 'join', 'leave'] as const;

/**
 * A section of an announced campaign keeps its part of the plan, takes what people change in it, and what the morning round has found by planning anew, until the campaign is
 * over (Nagayo: one section in rotation within two weeks, 003:501). It reads and reminds nothing itself: the rounds do, for all sections at once.
 * `events`: its part of the plan; for one that is opened again, all that the ledger holds of it.
 */
export async function trialSection(sectionId: string, events: readonly rules.SectionEvent[]): Promise<rules.TrialSection> {
  const again = (all: readonly rules.SectionEvent[]) => continueAsNew<typeof trialSection>(sectionId, all);
  const section = openCase({ caseId: sectionId, procedure: 'trial-section', steps, rules, events, again });
  setHandler(getTrialSection, section.state);

  await section.next(['close', 'cancel'], meanwhile);
  return section.close();
}
