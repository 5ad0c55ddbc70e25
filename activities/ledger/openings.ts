import { type Kysely, sql } from 'kysely';
import { openedCaseId } from './canonical.js';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import type { CaseToOpen, LedgerEvent, Opening, OpeningsPort } from './port.js';

/** A case to open with its id, which is the key of its opening event, and with the case that it belongs to. */
export function openingOf(opener: string, { procedure, name, unless, opening }: CaseToOpen): Opening & Pick<CaseToOpen, 'unless'> {
  const caseId = openedCaseId(opener, name);
  return {
    procedure,
    caseId,
    opening: { name: opening.name, input: { ...opening.input, within: opener } as LedgerEvent['input'], key: caseId },
    ...(unless !== undefined && { unless }),
  };
}

/** Cases that others have opened, until they have an event of their own. */
export function createOpenings({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): OpeningsPort {
  return {
    async takeOpenings(limit, since) {
      const { rows } = await sql<Opening>`
        update openings set handed_at = ${await townTime()} where case_id in (
          select case_id from openings where handed_at is null or handed_at < ${since}
          order by handed_at nulls first, number limit ${limit} for update skip locked)
        returning procedure, case_id as "caseId", opening`.execute(db);
      return rows;
    },

    async handBackOpenings(caseIds) {
      const begun = sql<string>`'-infinity'`;
      await db.updateTable('openings').set({ handed_at: begun }).where('case_id', '=', sql<string>`any(${caseIds}::text[])`).execute();
    },

    async dropOpening(caseId) {
      await sql`
        with dropped as (delete from openings where case_id = ${caseId} returning case_id)
        delete from news using dropped where news.case_id = dropped.case_id`.execute(db);
    },
  };
}
