import type { Request } from 'express';
import { type Capacity, DirectoryAway } from '../activities/directory/port.js';
import type { Parts } from './parts.js';
import { Problem } from './problems.js';
import type { Authenticate } from './route.js';

/** Who makes a request, and what they may act as at this moment. */
export interface Caller {
  staffNumber: string;
  capacities: readonly Capacity[];
  /** When the directory said so, an instant; present only while it cannot be asked (design §4.18). */
  asOf?: string;
  /** The login's token. */
  token: string;
}

const nobody: Caller = { staffNumber: '', capacities: [], token: '' };

/** Turns the bearer token into a person and the person into capacities, at each request (design §4.7, 4.18). */
export function createAuthenticate({ ledger, directory }: Pick<Parts, 'ledger' | 'directory'>): Authenticate {
  /** @throws Problem unauthenticated for who is disabled or gone; DirectoryAway */
  async function capacitiesOf(
    staffNumber: string,
    { lastKnownWillDo }: { lastKnownWillDo: boolean },
  ): Promise<Pick<Caller, 'capacities' | 'asOf'>> {
    try {
      const capacities = await directory.capacitiesOf(staffNumber);
      if (capacities) return { capacities };
    } catch (failure) {
      const known = failure instanceof DirectoryAway && lastKnownWillDo ? directory.lastKnown(staffNumber) : undefined;
      if (known) return known;
      throw failure;
    }
    await ledger.endSessionsOf(staffNumber); // For good: an account that is opened again logs in again.
    throw new Problem('unauthenticated');
  }

  return async (request, { access, method, protecting = false }) => {
    if (access === 'anyone') return nobody;
    const token = bearerToken(request);
    const session = token ? await ledger.sessionOf(token) : undefined;
    if (!token || !session) throw new Problem('unauthenticated');
    const { staffNumber } = session;
    const caller = { staffNumber, token, ...(await capacitiesOf(staffNumber, { lastKnownWillDo: method === 'get' || protecting })) };
    if (access !== 'staff' && !caller.capacities.some((one) => access.includes(one))) throw new Problem('forbidden');
    return caller;
  };
}

/** RFC 6750 §2.1; our tokens are 43 letters of base64url. */
const bearerToken = (request: Request): string | undefined => /^Bearer ([\w-]{43})$/i.exec(request.get('Authorization') ?? '')?.[1];
