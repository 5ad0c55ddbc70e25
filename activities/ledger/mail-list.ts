import { type Kysely, sql } from 'kysely';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { pageOf, pageSize, readCursor } from './page.js';
import type { MailLine, MailListPort } from './port.js';

/** What became of the outgoing mail, and what is done about what did not arrive. */
export function createMailList({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): MailListPort {
  const mail = async (number: number) => {
    const found = await lines(db).where('outbox.number', '=', number).executeTakeFirst();
    return found && line(found);
  };

  return {
    mail,

    async mails({ state, troubled: onlyTroubled = false, cursor, limit }) {
      const size = pageSize(limit);
      let query = lines(db)
        .orderBy('number', 'desc')
        .limit(size + 1);
      if (state !== undefined) query = query.where('outbox.state', '=', state);
      if (onlyTroubled) query = query.where(troubled);
      if (cursor !== undefined) query = query.where('number', '<', Number(readCursor(cursor, ['number'])[0]));
      return pageOf(await query.execute(), size, line, ({ number }) => [number]);
    },

    mailsOf: async (caseId) => (await lines(db).where('outbox.case_id', '=', caseId).orderBy('number').execute()).map(line),

    async workMail({ number, act }, { by, key }) {
      const at = await townTime();
      const done = await db.transaction().execute(async (trx) => {
        const before = await trx.selectFrom('outbox').select('message_id').where('number', '=', number).forUpdate().executeTakeFirst();
        if (!before) return false;
        if (await trx.selectFrom('mail_acts').select('number').where('key', '=', key).executeTakeFirst()) return true;
        const seen = await lines(trx).where('outbox.number', '=', number).where(troubled).executeTakeFirst();
        if (!seen) return false;
        await trx
          .insertInto('mail_acts')
          .values({ key, mail: number, act, by, at, copies: JSON.stringify(seen.copies) })
          .execute();
        if (act === 'sendAgain') {
          await trx.deleteFrom('mail_copies').where('message_id', '=', before.message_id).where('how', '<>', 'sent').execute();
          await sql`select pg_notify('telework', 'mail')`.execute(trx);
        }
        const change = act === 'sendAgain' ? { state: 'waiting' as const, due_at: at } : { state: 'setAside' as const };
        await trx.updateTable('outbox').set(change).where('number', '=', number).execute();
        return true;
      });
      return done ? mail(number) : undefined;
    },
  };
}

/** Nobody got it, or a copy was refused or parked, and it is neither to be sent again nor set aside. */
const troubled = sql<boolean>`(outbox.state = 'nobody' or outbox.state = 'settled' and exists (
  select from mail_copies where mail_copies.message_id = outbox.message_id and how <> 'sent'))`;

const copies = sql<MailLine['copies']>`(
  select coalesce(json_agg(json_strip_nulls(json_build_object('how', how, 'detail', detail)) order by copy), '[]')
  from mail_copies where mail_copies.message_id = outbox.message_id)`.as('copies');

const acts = sql<MailLine['acts']>`(
  select coalesce(json_agg(json_build_object('act', act, 'by', by,
    'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'copies', copies) order by mail_acts.number), '[]')
  from mail_acts where mail_acts.mail = outbox.number)`.as('acts');

const lines = (db: Kysely<Tables>) =>
  db
    .selectFrom('outbox')
    .leftJoin('cases', 'cases.case_id', 'outbox.case_id')
    .select([
      'number',
      'message_id as messageId',
      'recipient as to',
      'template',
      'receipt_number',
      'queued_at as queuedAt',
      'outbox.state',
      'dropped',
      troubled.as('troubled'),
      copies,
      acts,
    ]);

const line = ({ receipt_number: receiptNumber, ...mail }: Awaited<ReturnType<ReturnType<typeof lines>['execute']>>[number]): MailLine => ({
  ...mail,
  ...(receiptNumber !== null && { receiptNumber }),
});
