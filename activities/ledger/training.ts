import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { keepList, type List } from './lists.js';
import { pageOf, pageSize, readCursor } from './page.js';
import { day, lastDay, staffNumber, word } from './personnel.js';
import type { Training, TrainingPort } from './port.js';

type Row = Tables['training'];

const completion = z
  .strictObject({ staff_number: staffNumber, course: word, completed: day, expires: lastDay })
  .transform(({ staff_number: staff, ...rest }) => ({ staff, ...rest }))
  .refine(({ completed, expires }) => expires === null || completed <= expires, {
    path: ['expires'],
    error: 'must not be before the day of completion',
  });

/** HR may have recorded somebody that the file does not know yet, so it removes nothing and puts nothing earlier in the place of what stands. */
const completions: List<Row> = {
  kind: 'training',
  table: 'training',
  schema: completion,
  heading: ['staff_number', 'course', 'completed', 'expires'],
  key: ['staff', 'course'],
  unique: ({ staff, course }) => ({ staff_number: `${staff} ${course}` }),
  goes: () => false,
  stays: (known, { completed }) => known.completed > completed,
};

/** Who is trained, as the training system's files and HR say. */
export function createTraining({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): TrainingPort {
  return {
    importTraining: keepList({ db, townTime }, completions),

    async recordTraining({ staff, course, completed, expires = null }, by) {
      const at = await townTime();
      return db.transaction().execute(async (trx) => {
        const row = { staff, course, completed, expires };
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('training')
          .values(row)
          .onConflict((conflict) =>
            conflict
              .columns(['staff', 'course'])
              .doUpdateSet({ completed, expires })
              .where(sql<boolean>`(training.completed, training.expires) is distinct from (excluded.completed, excluded.expires)`)
              .where('training.completed', '<=', completed),
          )
          .executeTakeFirstOrThrow();
        const one = { kind: 'training', digest: Buffer.alloc(0), added: Number(numInsertedOrUpdatedRows), changed: 0, removed: 0 } as const;
        if (one.added)
          await trx
            .insertInto('personnel_imports')
            .values({ at, by, ...one })
            .execute();
        const stands = trx.selectFrom('training').selectAll().where('staff', '=', staff).where('course', '=', course);
        return toTraining(await stands.executeTakeFirstOrThrow());
      });
    },

    async training({ staff, cursor, limit }) {
      const size = pageSize(limit);
      let query = db
        .selectFrom('training')
        .selectAll()
        .orderBy('staff')
        .orderBy('course')
        .limit(size + 1);
      if (staff !== undefined) query = query.where('staff', '=', staff);
      if (cursor !== undefined) {
        const [after, course] = readCursor(cursor, ['string', 'string']);
        query = query.where(sql<boolean>`(staff, course) > (${after}, ${course})`);
      }
      return pageOf(await query.execute(), size, toTraining, (last) => [last.staff, last.course]);
    },
  };
}

const toTraining = ({ expires, ...row }: Row): Training => ({ ...row, ...(expires !== null && { expires }) });
