import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { sha256 } from './canonical.js';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import type { SessionsPort } from './port.js';

/** Logins: 256 random bits a token, of which the ledger knows the hash. */
export function createSessions({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): SessionsPort {
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
      const session = await db
        .selectFrom('sessions')
        .select(['staff_number as staffNumber', 'expires_at as expiresAt'])
        .where('token_hash', '=', sha256(token))
        .executeTakeFirst();
      return session && session.expiresAt > (await townTime()) ? session : undefined;
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
