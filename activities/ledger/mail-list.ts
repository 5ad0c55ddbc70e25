import { type Kysely, sql } from 'kysely';
import type { Tables } from './database.js';
import { pageOf, pageSize, readCursor } from './page.js';
import type { MailLine, MailListPort } from './port.js';

/** What became of the outgoing mail. */
export function createMailList(db: Kysely<Tables>): MailListPort {
  return {
    async mails({ state, cursor, limit }) {
      const size = pageSize(limit);
      let query = lines(db)
        .orderBy('number', 'desc')
        .limit(size + 1);
      if (state !== undefined) query = query.where('outbox.state', '=', state);
      if (cursor !== undefined) query = query.where('number', '<', Number(readCursor(cursor, ['number'])[0]));
      return pageOf(await query.execute(), size, line, ({ number }) => [number]);
    },

    mailsOf: async (caseId) => (await lines(db).where('outbox.case_id', '=', caseId).orderBy('number').execute()).map(line),
  };
}

const copies = sql<MailLine['copies']>`(
  select coalesce(json_agg(json_strip_nulls(json_build_object('how', how, 'detail', detail)) order by copy), '[]')
  from mail_copies where mail_copies.message_id = outbox.message_id)`.as('copies');

const lines = (db: Kysely<Tables>) =>
  db
    .selectFrom('outbox')
    .leftJoin('cases', 'cases.case_id', 'outbox.case_id')
    .select([
      'message_id as messageId',
      'number',
      'recipient as to',
      'template',
      'receipt_number',
      'queued_at as queuedAt',
      'outbox.state',
      copies,
    ]);

const line = ({
  number: _number,
  receipt_number: receiptNumber,
  ...mail
}: Awaited<ReturnType<ReturnType<typeof lines>['execute']>>[number]): MailLine => ({
  ...mail,
  ...(receiptNumber !== null && { receiptNumber }),
});
