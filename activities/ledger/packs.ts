import type { Kysely } from 'kysely';
import { canonicalJson } from './canonical.js';
import type { Tables } from './database.js';
import type { PacksPort } from './port.js';

/** Documents, each under its hash, for ever. */
export function createDocuments(db: Kysely<Tables>, table: 'packs' | 'survey_documents') {
  const there = new Set<string>(); // None is ever taken out, and each filing asks.
  return {
    async keep(hash: string, document: object): Promise<void> {
      if (there.has(hash)) return;
      await db
        .insertInto(table)
        .values({ hash, document: canonicalJson(document) })
        .onConflict((conflict) => conflict.column('hash').doNothing())
        .execute();
      there.add(hash);
    },
    async read(hash: string): Promise<object | undefined> {
      const kept = await db.selectFrom(table).select('document').where('hash', '=', hash).executeTakeFirst();
      return kept?.document;
    },
  };
}

/** Policy packs. */
export function createPacks(db: Kysely<Tables>): PacksPort {
  const { keep, read } = createDocuments(db, 'packs');
  return { keepPack: keep, pack: read };
}
