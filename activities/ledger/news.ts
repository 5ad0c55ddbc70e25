import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { type CasePlace, withWorkflow } from '../../workflows/shared/procedures.js';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { settleAwaits } from './others.js';
import type { NewsPort } from './port.js';

/** News between cases, and what transactions tell when they are done (NOTIFY). */
export function createNews({ db, pool, townTime }: { db: Kysely<Tables>; pool: pg.Pool; townTime: TownTime }): NewsPort {
  /** Cases that somebody can be told of: those of the other procedures have no workflow that could hear it. */
  const places = () =>
    db
      .selectFrom('cases')
      .select(['procedure', 'cases.case_id as caseId'])
      .$narrowType<Pick<CasePlace, 'procedure'>>()
      .where('procedure', 'in', withWorkflow);
  return {
    async withNews() {
      await settleAwaits(db);
      return places()
        .innerJoin('news', 'news.case_id', 'cases.case_id')
        .select(({ fn }) => fn.max('number').as('latest'))
        .groupBy(['procedure', 'cases.case_id'])
        .where(sql<boolean>`exists (select from json_array_elements(cases.due) as one where one->>'step' = news.name)`)
        .execute();
    },

    writtenSince: (instant) => places().where('changed_at', '>=', instant).orderBy('changed_at').execute(),

    fallen: async () =>
      places()
        .where('deadline', '<=', await townTime())
        .orderBy('deadline')
        .execute(),

    async listen(onWritten, signal) {
      if (signal.aborted) return;
      const client = await pool.connect();
      try {
        const over = new Promise<void>((resolve, reject) => {
          if (signal.aborted) resolve();
          signal.addEventListener('abort', () => resolve(), { once: true });
          client.on('error', reject);
          client.on('end', () => reject(new Error('Connection terminated while listening')));
        });
        client.on('notification', ({ payload }) => {
          if (payload === 'news' || payload === 'mail' || payload === 'clock') onWritten(payload);
        });
        over.catch(() => undefined); // It is awaited below, and may fail before.
        await client.query('listen telework');
        for (const what of ['news', 'mail'] as const) onWritten(what);
        await over;
      } finally {
        client.release(true); // A connection that has listened serves nobody else.
      }
    },
  };
}
