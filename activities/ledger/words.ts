import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import type { RetentionPort, WordsPort } from './port.js';

/** What stands in the event for words of a field; nothing can be told from it without the row's secret. */
export const wordsDigest = (secret: Buffer, field: string, words: string): string =>
  createHmac('sha256', secret).update(`${field}\n${words}`).digest('hex');

/** Free texts of people. The key of each row's digest is its own: when the row goes, nobody can tell any more what the digest in the event was of. */
export function createWords({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): WordsPort {
  return {
    async keep(key, caseId, words) {
      const fields = Object.entries(words);
      if (!fields.length) return {};
      const kept_at = await townTime();
      const rows = fields.map(([field, text]) => {
        const secret = randomBytes(32);
        return {
          row: randomUUID(),
          key,
          case_id: caseId,
          field,
          words: text,
          secret,
          digest: wordsDigest(secret, field, text),
          kept_at,
        };
      });
      await db
        .insertInto('words')
        .values(rows)
        .onConflict((conflict) => conflict.columns(['key', 'field']).doNothing())
        .execute();
      const kept = await db.selectFrom('words').select(['field', 'row', 'digest']).where('key', '=', key).execute();
      return Object.fromEntries(kept.map(({ field, row, digest }) => [field, { row, digest }]));
    },

    async read(rows) {
      const found = await db.selectFrom('words').select(['row', 'words']).where('row', '=', sql<string>`any(${rows}::uuid[])`).execute();
      return Object.fromEntries(found.map(({ row, words }) => [row, words]));
    },
  };
}

/** Words go in order, or they stay: a row that is not there and did not leave a trace is a finding of the audit. */
export function createRetention({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): RetentionPort {
  return {
    async retainWords(caseId, { retentionClass, until }) {
      await db.updateTable('words').set({ retention_class: retentionClass, retain_until: until }).where('case_id', '=', caseId).execute();
    },

    async holdWords(caseId, hold) {
      await db.updateTable('words').set({ hold }).where('case_id', '=', caseId).execute();
    },

    async eraseWords(before) {
      const at = await townTime();
      const { numInsertedOrUpdatedRows } = await db
        .with('erased', (words) =>
          words
            .deleteFrom('words')
            .where('retain_until', '<', before)
            .where('hold', '=', false)
            .returning(['row', 'case_id', 'retention_class']),
        )
        .insertInto('word_erasures')
        .columns(['row', 'case_id', 'retention_class', 'at'])
        .expression((erased) =>
          erased.selectFrom('erased').select(['row', 'case_id', 'retention_class', sql<string>`${at}::timestamptz`.as('at')]),
        )
        .executeTakeFirstOrThrow();
      return Number(numInsertedOrUpdatedRows);
    },
  };
}
