import type { Kysely } from 'kysely';
import { canonicalJson } from './canonical.js';
import type { Tables } from './database.js';
import type { PacksPort } from './port.js';

/** Policy packs, each under the hash of its document. */
export function createPacks(db: Kysely<Tables>): PacksPort {
  const there = new Set<string>(); // None is ever taken out, and each filing asks.
  return {
    async keepPack(hash, document) {
      if (there.has(hash)) return;
      await db
        .insertInto('packs')
        .values({ hash, document: canonicalJson(document) })
        .onConflict((conflict) => conflict.column('hash').doNothing())
        .execute();
      there.add(hash);
    },
    async pack(hash) {
      const kept = await db.selectFrom('packs').select('document').where('hash', '=', hash).executeTakeFirst();
      return kept?.document;
    },
  };
}
