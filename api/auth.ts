import type { Request } from 'express';
import { createActing } from '../activities/directory/acting.js';
import { type Capacity, DirectoryAway } from '../activities/directory/port.js';
import type { Acting } from '../activities/ledger/port.js';
import type { Parts } from './parts.js';
import { Problem } from './problems.js';
import type { Authenticate } from './route.js';

/** Who makes a request, and what they may act as at this moment. */
export interface Caller {
  staffNumber: string;
  capacities: readonly Capacity[];
  /** 代決: what they may do in another's place at this moment; nothing while the directory cannot be asked. */
  acting: readonly Acting[];
  /** When the directory said so, an instant; present only while it cannot be asked (design §4.18). */
  asOf?: string;
  /** The login's token. */
  token: string;
}

const nobody: Caller = { staffNumber: '', capacities: [], acting: [], token: '' };

/** Turns a login's token, the bearer's if nothing else is said, into a person and the person into capacities, at each request (design §4.7, 4.18). */
export function createAuthenticate(
  { ledger, directory, pack }: Pick<Parts, 'ledger' | 'directory' | 'pack'>,
  tokenOf: (request: Request) => string | undefined = bearerToken,
): Authenticate {
  const { actingOf: acting } = createActing({ directory, ledger, rules: pack.values.acting, clock: ledger.townClock });

  /** Nobody decides for another on what was last known. */
  const actingOf = (staffNumber: string): Promise<readonly Acting[]> =>
    acting(staffNumber).catch((failure: unknown) => {
      if (failure instanceof DirectoryAway) return [];
      throw failure;
    });

  /** @throws Problem unauthenticated for who is disabled or gone; DirectoryAway */
  async function capacitiesOf(
    staffNumber: string,
    { lastKnownWillDo }: { lastKnownWillDo: boolean },
  ): Promise<Pick<Caller, 'capacities' | 'acting' | 'asOf'>> {
    try {
      const capacities = await directory.capacitiesOf(staffNumber);
      if (capacities) return { capacities, acting: await actingOf(staffNumber) };
    } catch (failure) {
      const known = failure instanceof DirectoryAway && lastKnownWillDo ? directory.lastKnown(staffNumber) : undefined;
      if (known) return { ...known, acting: [] };
      throw failure;
    }
    await ledger.endSessionsOf(staffNumber); // For good: an account that is opened again logs in again.
    throw new Problem('unauthenticated');
  }

  return async (request, { access, method, protecting = false }) => {
    if (access === 'anyone') return nobody;
    const token = tokenOf(request);
    const session = token ? await ledger.sessionOf(token) : undefined;
    if (!token || !session) throw new Problem('unauthenticated');
    const { staffNumber } = session;
    const caller = { staffNumber, token, ...(await capacitiesOf(staffNumber, { lastKnownWillDo: method === 'get' || protecting })) };
    if (access !== 'staff' && !caller.capacities.some((one) => access.includes(one))) throw new Problem('forbidden');
    return caller;
  };
}

/** In which capacity the caller may take a step that is due for `who`: in their own, else in another's place. */
export function standing({ capacities, acting }: Pick<Caller, 'capacities' | 'acting'>, { step, who }: { step: string; who: Capacity }) {
  if (capacities.includes(who)) return { as: who };
  const other = acting.find(({ capacity, steps }) => capacity === who && (!steps || steps.includes(step)));
  return other && { as: who, onBehalfOf: other.onBehalfOf };
}

/** RFC 6750 §2.1; our tokens are 43 letters of base64url. */
const bearerToken = (request: Request): string | undefined => /^Bearer ([\w-]{43})$/i.exec(request.get('Authorization') ?? '')?.[1];
