import { type Kysely, sql, type Transaction } from 'kysely';
import { hasWorkflow } from '../../workflows/shared/procedures.js';
import { openedCaseId } from './canonical.js';
import type { Tables } from './database.js';
import type { LedgerEntry } from './port.js';
import { Refused } from './reservations.js';

type Trx = Transaction<Tables>;

/** Whether the entry can be written by itself, or must see the person's other cases standing still. */
export const concernsOthers = ({ tells, awaits, requires, fiscalYear, seq }: LedgerEntry): boolean =>
  Boolean(tells?.length || awaits || requires || (fiscalYear !== undefined && seq === 1));

/**
 * Locks what the person's cases mean to each other until the transaction ends: between a revocation that calls back the open loans and a loan that asks whether there is a
 * registration, one comes first and the other sees it. Taken before the locks of devices.
 */
export async function lockPeople(trx: Trx, { tells = [], awaits, requires }: LedgerEntry): Promise<void> {
  const people = new Set([...tells, awaits, requires].flatMap((one) => (one && 'staff' in one ? one.staff : [])));
  for (const staff of [...people].sort()) await lockPerson(trx, staff);
}

export const lockPerson = (trx: Trx, staff: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`cases of ${staff}`}, 0))`.execute(trx);

/** Holds what the entry requires, gives a review its fiscal year, leaves its news for others that have a workflow, and notes what it waits for. The event has been written by then, at the instant `at`. @throws Refused */
export async function concernOthers(trx: Trx, entry: LedgerEntry, at: string): Promise<void> {
  const { caseId, seq, tells = [], awaits, requires, fiscalYear } = entry;
  if (requires) {
    const open = trx.selectFrom('cases').select('case_id').where('procedure', '=', requires.procedure).where('staff', '=', requires.staff);
    const others = open.where('closed', '=', false).where('case_id', '<>', caseId);
    const none = requires.status === 'none';
    const found = await (none ? others : others.where('status', '=', requires.status)).limit(1).executeTakeFirst();
    if (none === (found !== undefined)) throw new Refused(requires.refusal);
  }
  if (fiscalYear !== undefined && seq === 1) await openYear(trx, caseId, fiscalYear);
  for (const one of tells.filter(hasWorkflow)) await tell(trx, { teller: caseId, place: `${caseId}#${seq}`, at }, one);
  if (awaits) {
    await trx
      .insertInto('awaits')
      .values({ case_id: caseId, seq, ...awaits })
      .execute();
    await settleAwaits(trx);
  }
}

/** @throws Refused while another case is of the same year; two that are opened at once meet at the year's row */
async function openYear(trx: Trx, caseId: string, year: number): Promise<void> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('reviews')
    .values({ fiscal_year: year, case_id: caseId })
    .onConflict((conflict) => conflict.column('fiscal_year').doNothing())
    .executeTakeFirstOrThrow();
  if (!numInsertedOrUpdatedRows) throw new Refused({ code: 'yearOpened', article: '年次評価', field: 'fiscalYear', limit: `${year}` });
}

interface Telling {
  teller: string;
  /** Its event's place. */
  place: string;
  at: string;
}

/**
 * Leaves the news for every open case that is meant. Those within a case that have no event yet are told too: one that nobody has begun to start is never started where it was
 * to be opened `unless` this was said, for any other the news waits under its id. What is there and what is still to be opened is seen in one moment, as a case
 * comes and its opening goes in one transaction.
 */
async function tell(trx: Trx, { teller, place, at }: Telling, { name, says = {}, ...whom }: NonNullable<LedgerEntry['tells']>[number]) {
  const { procedure } = whom;
  const [open, coming] =
    'staff' in whom
      ? [sql`staff = ${whom.staff}`, sql`false`]
      : whom.opened === undefined
        ? [sql`within = ${whom.within}`, sql`opened_by = ${whom.within}`]
        : [sql`case_id = ${openedCaseId(whom.within, whom.opened)}`, sql`case_id = ${openedCaseId(whom.within, whom.opened)}`];
  await sql`
    with dropped as (
      delete from openings where procedure = ${procedure} and ${coming} and unless = ${name} and handed_at is null returning case_id
    ), told_now as (
      insert into told (teller, case_id, name, at)
      select ${teller}, case_id, ${name}, ${at} from cases where procedure = ${procedure} and ${open} and not closed
      on conflict (teller, case_id, name) do update set at = excluded.at returning case_id
    ), heard as (
      select case_id, ${place}::text || '/' || ${name}::text || '/' || case_id as key from (
        select case_id from told_now
        union all
        select case_id from openings where procedure = ${procedure} and ${coming} and case_id not in (select case_id from dropped)) as meant
    )
    insert into news (case_id, name, event, key)
    select case_id, ${name}, json_build_object('name', ${name}::text, 'input', ${JSON.stringify({ ...says, by: 'system' })}::json, 'key', key), key from heard`.execute(
    trx,
  );
  await sql`select pg_notify('telework', 'news')`.execute(trx);
}

/**
 * Leaves its news for every case whose person has no open case any more of the procedure it waits for. It follows from what stands, so it may be asked at any time: after the
 * end of a case, and again by the delivery of news, should the process have died in between.
 */
export async function settleAwaits(db: Kysely<Tables>): Promise<void> {
  const { numAffectedRows = 0n } = await sql`
    with overtaken as ( -- Left by one who looked at the same moment as the case came to its end.
      delete from news using cases where cases.case_id = news.case_id and closed
    )
    insert into news (case_id, name, event, key)
    select case_id, name, json_build_object('name', name, 'input', json_build_object('by', 'system'), 'key', key), key
    from (select *, case_id || '#' || seq || '/' || name as key from awaits) as awaits
    where not exists (select from cases where cases.staff = awaits.staff and cases.procedure = awaits.procedure and not closed)
    on conflict (key) do nothing`.execute(db);
  if (numAffectedRows > 0n) await sql`select pg_notify('telework', 'news')`.execute(db);
}
