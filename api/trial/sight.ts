import type { Capacity } from '../../activities/directory/port.js';
import type { CaseRow, LedgerReader } from '../../activities/ledger/port.js';
import type { TrialCampaign } from '../../workflows/trial-campaign/rules.js';
import { Problem } from '../problems.js';
import type { Call } from '../route.js';
import { mayRead } from '../views.js';

/** A campaign, and of which departments the caller may look at people and figures; absent: of all. */
export interface Sight {
  row: CaseRow;
  state: TrialCampaign;
  departments?: readonly string[];
}

/** Who sees a department's own part of a campaign. */
const own = /^(?:head|promoter):(.+)$/;

/** The campaign of this id. @throws Problem notFound */
export async function campaignOf({ caseById }: Pick<LedgerReader, 'caseById'>, id: string): Promise<Omit<Sight, 'departments'>> {
  const row = await caseById(id);
  if (row?.procedure !== 'trial-campaign') throw new Problem('notFound');
  return { row, state: row.state as TrialCampaign };
}

/**
 * What the caller may look at: who holds one of `whole` sees all of it, heads and promoters their own departments, as far as the campaign has people there.
 * @throws Problem forbidden for its other readers, notFound for everybody else
 */
export async function sightOf(
  ledger: Pick<LedgerReader, 'caseById'>,
  inCampaign: (departments: readonly string[]) => Promise<readonly string[]>,
  { id, caller, whole }: { id: string; caller: Call['caller']; whole: readonly Capacity[] },
): Promise<Sight> {
  const found = await campaignOf(ledger, id);
  if (caller.capacities.some((one) => whole.includes(one))) return found;
  const departments = await inCampaign(caller.capacities.flatMap((one) => own.exec(one)?.[1] ?? []));
  if (departments.length) return { ...found, departments };
  throw new Problem(mayRead(found.row, caller) ? 'forbidden' : 'notFound');
}
