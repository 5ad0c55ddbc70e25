import { continueAsNew, proxyActivities, setHandler } from '@temporalio/workflow';
import type { DirectoryActivities } from '../../activities/directory/activities.js';
import { openCase } from '../shared/case.js';
import { getRegistration, steps } from './contract.js';
import * as rules from './rules.js';

const directory = proxyActivities<DirectoryActivities>({
  startToCloseTimeout: '30 seconds', // A directory may take its time; what takes longer is an outage.
  retry: { maximumInterval: '10 minutes' }, // Down for a day: six tries an hour keep the history short.
});

/** What changes a registration in force without touching access. */
const meanwhile = ['change', 'decideChange', 'openRenewal', 'confirmRenewal', 'succeed'] as const;
/** What may touch access, or end it all. */
const turns = [
  'suspend',
  'resume',
  'movePack',
  'renew',
  'transfer',
  'revoke',
  'withdraw',
  'end',
  'leave',
  'reasonOver',
  'yearOver',
  'notConfirmed',
] as const;

/**
 * Whoever wants to telework registers, with the supervisor's approval; it holds until it is revoked, withdrawn or over, and then nothing is left that hung on it
 * (小山市職員在宅勤務要綱 Art. 4, 5; form 1).
 * `events`: the form of a new one; for one that is opened again, all that the ledger holds of it.
 */
export async function registration(registrationId: string, events: readonly rules.RegistrationEvent[]): Promise<rules.Registration> {
  const again = (all: readonly rules.RegistrationEvent[]) => continueAsNew<typeof registration>(registrationId, all);
  const filed = openCase({ caseId: registrationId, procedure: 'registration', steps, rules, events, again });
  setHandler(getRegistration, filed.state);

  const answer = await filed.next(
    ['approve', 'refuse', 'withdraw', 'expire', 'leave'],
    ['confirmEntry', 'sendBack', 'refile', 'transfer', 'succeed'],
  );
  if (answer.name !== 'approve') return filed.close();

  // The group in the directory is brought in line with the ledger at every turn; and when all is over, first and at once.
  const align = () => filed.begin(() => directory.alignRemoteAccess({ registrationId, staff: filed.state().request.staff }));
  let [turn, access]: [string, boolean] = [answer.name, false];
  for (;;) {
    // A renewal touches access only where the pack is another one by then.
    if (filed.state().remoteAccess && (turn !== 'renew' || access !== rules.hasAccess(filed.state()))) void align();
    if (filed.state().windingUp) break;
    access = rules.hasAccess(filed.state());
    turn = (await filed.next(turns, meanwhile)).name;
  }

  await filed.next(['windUp']);
  return filed.close();
}
