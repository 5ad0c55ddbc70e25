import { type Kysely, sql } from 'kysely';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import type { CalendarEntry, OutboxPort } from './port.js';

/** The outgoing mail. What is taken stays under way until it is finished or given back, or the sender after this one begins. */
export function createOutbox({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): OutboxPort {
  return {
    async begin() {
      await db.updateTable('outbox').set({ state: 'waiting' }).where('state', '=', 'underWay').execute();
    },

    async take(limit) {
      const now = await townTime();
      const mails = await db
        .with('taken', (sender) =>
          sender
            .updateTable('outbox')
            .set({ state: 'underWay' })
            .where('message_id', 'in', (oldest) =>
              oldest
                .selectFrom('outbox')
                .select('message_id')
                .where('state', '=', 'waiting')
                .where('due_at', '<=', now)
                .orderBy('due_at')
                .orderBy('number')
                .limit(limit)
                .forUpdate()
                .skipLocked(),
            )
            .returningAll(),
        )
        .selectFrom('taken')
        .leftJoin('cases', 'cases.case_id', 'taken.case_id')
        .select([
          'message_id as messageId',
          'recipient as to',
          'template',
          'params',
          'queued_at as queuedAt',
          'number',
          'taken.case_id as caseId',
          'procedure',
          'receipt_number as receiptNumber',
        ])
        .select(({ case: when, exists, selectFrom }) =>
          when()
            .when(sql<boolean>`calendar #>> '{}' <> 'none'`)
            .then(sql<CalendarEntry>`calendar`)
            .when(
              exists(
                selectFrom('outbox as before')
                  .whereRef('before.case_id', '=', 'taken.case_id')
                  .whereRef('before.recipient', '=', 'taken.recipient')
                  .whereRef('before.number', '<', 'taken.number')
                  .where('before.calendar', 'is not', null)
                  .select('before.number'),
              ),
            )
            .then(sql<CalendarEntry>`calendar`)
            .end()
            .as('calendar'),
        )
        .select((mail) =>
          mail
            .selectFrom('mail_copies')
            .whereRef('mail_copies.message_id', '=', 'taken.message_id')
            .select(sql<string[]>`coalesce(array_agg(copy), '{}')`.as('copies'))
            .as('settledCopies'),
        )
        .orderBy('number')
        .execute();
      return mails.map(({ caseId, procedure, receiptNumber, calendar, settledCopies, ...mail }) => ({
        ...mail,
        settledCopies: settledCopies ?? [],
        ...(caseId !== null && { caseId }),
        ...(procedure !== null && { procedure }),
        ...(receiptNumber !== null && { receiptNumber }),
        ...(calendar !== null && { calendar }),
      }));
    },

    async settle(messageId, { copy, how, detail }) {
      await db
        .insertInto('mail_copies')
        .values({ copy, message_id: messageId, how, detail: detail ?? null, at: await townTime() })
        .onConflict((conflict) => conflict.column('copy').doNothing())
        .execute();
    },

    async finish(messageId, how, dropped = 0) {
      await db.updateTable('outbox').set({ state: how, dropped }).where('message_id', '=', messageId).execute();
    },

    async giveBack(messageIds, waitMs) {
      const due = new Date(Date.parse(await townTime()) + waitMs).toISOString();
      await db
        .updateTable('outbox')
        .set({ state: 'waiting', due_at: due })
        .where('message_id', '=', sql<string>`any(${messageIds}::text[])`)
        .where('state', '=', 'underWay')
        .execute();
    },
  };
}
