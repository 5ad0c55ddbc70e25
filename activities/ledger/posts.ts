import { type Kysely, sql } from 'kysely';
import type { Capacity } from '../directory/port.js';
import type { Tables } from './database.js';
import type { PostsPort } from './port.js';

/** Who held the posts that decide, when the ledger was last told. */
export function createPosts(db: Kysely<Tables>): PostsPort {
  return {
    async decidingPosts() {
      const { rows } = await sql<{ post: Capacity }>`
        select distinct capacity as post from case_readers join cases using (case_id)
        where not closed and capacity ~ '^(head|superior):' order by 1`.execute(db);
      return rows.map(({ post }) => post);
    },

    async noteHolder({ post, holder }, { steps, date }) {
      return db.transaction().execute(async (trx) => {
        await trx
          .insertInto('posts')
          .values({ post, holder })
          .onConflict((conflict) => conflict.column('post').doNothing())
          .execute();
        const before = await trx
          .selectFrom('posts')
          .select(['holder', 'changes'])
          .where('post', '=', post)
          .forUpdate()
          .executeTakeFirstOrThrow();
        if (before.holder === holder) return 0;
        const changes = before.changes + 1;
        await trx.updateTable('posts').set({ holder, changes }).where('post', '=', post).execute();
        const { numAffectedRows = 0n } = await sql`
          insert into news (case_id, name, event, key)
          select case_id, 'succeed', json_build_object('name', 'succeed', 'key', key, 'input',
            json_strip_nulls(json_build_object('by', 'system', 'post', ${post}::text, 'former', ${before.holder}::text, 'holder', ${holder}::text))), key
          from (
            select case_id, case_id || '/succeed/' || ${post}::text || '/' || ${changes}::int as key from cases
            where exists (select from due where due.case_id = cases.case_id and who = ${post} and step = any(${[...steps]}::text[])
                and since < ${date}::timestamp at time zone 'Asia/Tokyo')
              and exists (select from json_array_elements(cases.due) as one where one->>'step' = 'succeed')
              and not exists (select from news where news.case_id = cases.case_id and name in ('transfer', 'leave'))) as waiting`.execute(
          trx,
        );
        if (numAffectedRows) await sql`select pg_notify('telework', 'news')`.execute(trx);
        return Number(numAffectedRows);
      });
    },
  };
}
