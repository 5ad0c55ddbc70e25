import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { sha256 } from './canonical.js';
import type { TimeAt, TownTime } from './clock.js';
import type { Tables } from './database.js';
import type { SessionsPort } from './port.js';

/** Logins: 256 random bits a token, of which the ledger knows the hash. */
export function createSessions({ db, townTime, timeAt }: { db: Kysely<Tables>; townTime: TownTime; timeAt: TimeAt }): SessionsPort {
  return {
    async openSession(staffNumber, expiresAt) {
      const token = randomBytes(32).toString('base64url');
      const now = await townTime();
      await db.deleteFrom('sessions').where('staff_number', '=', staffNumber).where('expires_at', '<=', now).execute();
      const session = { token_hash: sha256(token), staff_number: staffNumber, created_at: now, expires_at: expiresAt };
      await db.insertInto('sessions').values(session).execute();
      return token;
    },

    async sessionOf(token) {
      // With each request of the API: the town's time comes with it, not by a second way.
      const session = await db
        .selectFrom(['sessions', 'town_clock'])
        .select(['staff_number as staffNumber', 'expires_at as expiresAt', 'offset_ms'])
        .where('token_hash', '=', sha256(token))
        .executeTakeFirst();
      if (!session || session.expiresAt <= timeAt(session.offset_ms)) return undefined;
      return { staffNumber: session.staffNumber, expiresAt: session.expiresAt };
    },

    async endSession(token) {
      await db.deleteFrom('sessions').where('token_hash', '=', sha256(token)).execute();
    },

    async endSessionsOf(staffNumber) {
      const { numDeletedRows } = await db.deleteFrom('sessions').where('staff_number', '=', staffNumber).executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
