import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import { hasAccess, type Registration } from '../../workflows/registration/rules.js';
import { marked } from '../ledger/marks.js';
import type { EffectMarks, LedgerReader } from '../ledger/port.js';
import { type DirectoryPort, directoryFailure } from './port.js';

export type DirectoryActivities = ReturnType<typeof createDirectoryActivities>;

export interface DirectoryActivitiesParts {
  directory: Pick<DirectoryPort, 'setRemoteAccess'>;
  marks: EffectMarks;
  ledger: Pick<LedgerReader, 'openCasesOf'>;
}

export function createDirectoryActivities({ directory, marks, ledger }: DirectoryActivitiesParts) {
  const mayHaveAccess = async (staff: string): Promise<boolean> =>
    (await ledger.openCasesOf({ procedure: 'registration', staff })).some(({ state }) => hasAccess(state as Registration));

  return {
    /**
     * Brings the person's remote access in line with what the ledger says now, whatever it said when this was begun: so attempts may come in any order, late or twice, and
     * the last one to change the directory has looked into the ledger after it. A person has access exactly while an active registration of theirs grants it.
     */
    alignRemoteAccess: ({ registrationId, staff }: { registrationId: string; staff: string }): Promise<void> =>
      marked(marks, { caseId: registrationId, name: 'remoteAccess' }, async () => {
        for (let granted = await mayHaveAccess(staff); ; ) {
          const answer = await directory.setRemoteAccess(staff, granted, cancellationSignal());
          if (answer !== 'done') throw ApplicationFailure.create({ ...permanent[answer], nonRetryable: true });
          const now = await mayHaveAccess(staff);
          if (now === granted) return;
          granted = now;
        }
      }),
  };
}

const permanent = {
  unknownPerson: { type: directoryFailure.unknownPerson, message: 'the directory does not have this person' },
  noRemoteAccessGroup: { type: directoryFailure.noRemoteAccessGroup, message: 'the directory has no group of remote access' },
} as const;
