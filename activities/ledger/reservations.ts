import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { today } from '../../config/calendar.js';
import type { Tables } from './database.js';
import type { Calendar, DeviceClaim, DeviceNews, LedgerEvent, Refusal } from './port.js';

type Trx = Transaction<Tables>;

/** A rule of the devices forbids the event: rolls its transaction back. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(readonly refusal: Refusal) {
    super(refusal.code);
  }
}

/** One case's claim before and after an event. */
interface Change {
  caseId: string;
  /** Place in the order of filing. */
  filing: number;
  event: LedgerEvent;
  /** Domain time of the event. */
  at: string;
  before?: DeviceClaim;
  after?: DeviceClaim;
}

/** A transaction that holds the lock of the devices it touches; `own`: the case that writes. */
export interface Round {
  trx: Trx;
  at: string;
  today: string;
  calendar: Calendar;
  own?: string;
}

const onePromise = 'ours: a device is promised to one loan at a time';

type Own = Round & { own: string };

/**
 * Locks all devices of these kinds until the transaction ends. Whoever changes a reservation, custody, the queue or a device's status holds it, and takes it
 * before any case's row: so there is one order of locks, and nobody decides by what another is about to change.
 */
export async function lockDevices(trx: Trx, kinds: readonly (string | undefined)[]): Promise<void> {
  const sorted = [...new Set(kinds)].filter((kind) => kind !== undefined).sort();
  for (const kind of sorted) await sql`select pg_advisory_xact_lock(hashtextextended(${`devices of kind ${kind}`}, 0))`.execute(trx);
}

/** Brings reservation, custody, queue and news in line with what a case claims after an event. @throws Refused: nothing of the event may stay. */
export async function reconcile(trx: Trx, change: Change, calendar: Calendar): Promise<void> {
  const { caseId, event, at, before, after } = change;
  const round: Own = { trx, at, today: today(at), calendar, own: caseId };
  const held = await trx.selectFrom('reservations').selectAll().where('case_id', '=', caseId).executeTakeFirst();
  const chosen = after?.assetTag !== before?.assetTag ? after?.assetTag : undefined; // What stands in the claim from before is no new demand.

  if (!after) await letGo(round, held?.asset_tag, before?.condition);
  else if (chosen && chosen !== held?.asset_tag) await choose(round, after, { assetTag: chosen, ...(held && { instead: held.asset_tag }) });
  else if (!held) await withoutDevice(round, change, after);
  else {
    await keepDates(round, after, held);
    await keepCustody(round, after, held.asset_tag);
    if (after.condition !== before?.condition)
      await setCondition(round, { assetTag: held.asset_tag, condition: after.condition, by: event.input.by });
  }
  await inform(round, caseId);
}

/** The case has no device: it looks for one, unless it had one that is gone for good. @throws Refused when it says that it hands one over. */
async function withoutDevice(round: Own, change: Change, claim: DeviceClaim): Promise<void> {
  if (!claim.custody) return findOrQueue(round, change, claim);
  if (!change.before?.custody) throw new Refused({ code: 'deviceNotReleased', article: '要綱第6条', field: 'assetTag' });
}

/** Moves everybody else's reservation of a device that has left circulation. */
export async function moveReservations(round: Round, assetTag: string): Promise<void> {
  const others = await round.trx
    .selectFrom('reservations')
    .innerJoin('cases', 'cases.case_id', 'reservations.case_id')
    .select(['cases.case_id as caseId', 'filing', 'claim'])
    .where('asset_tag', '=', assetTag)
    .where('cases.case_id', '<>', round.own ?? '')
    .orderBy('filing')
    .execute();
  for (const other of others) await moveReservation(round, other);
}

/** Moves a case's reservation to another free device, else the case goes back to its place in the queue. */
export async function moveReservation(round: Round, one: { caseId: string; filing: number; claim: DeviceClaim | null }): Promise<void> {
  await round.trx.deleteFrom('reservations').where('case_id', '=', one.caseId).execute();
  if (one.claim) await findOrQueue(round, one, one.claim);
  await inform(round, one.caseId);
}

/** Gives the device, as far as its days are free, to the first cases of the queue that it fits, in order of filing. */
export async function serveQueue(round: Round, assetTag: string): Promise<void> {
  for (;;) {
    const first = await round.trx
      .selectFrom('queue')
      .innerJoin('devices as d', 'd.kind', 'queue.kind')
      .select(['case_id', 'from_day', 'until_day', 'turnaround_days'])
      .where('d.asset_tag', '=', assetTag)
      .where(sql<boolean>`d.pool = any(queue.pools)`)
      .where('until_day', '>=', round.today)
      .where(isFree(round, sql`queue.case_id`, sql`queue.period`))
      .orderBy('filing')
      .limit(1)
      .executeTakeFirst();
    if (!first) return;
    await round.trx
      .with('left', (queue) => queue.deleteFrom('queue').where('case_id', '=', first.case_id))
      .insertInto('reservations')
      .values({ ...first, asset_tag: assetTag })
      .execute();
    await inform(round, first.case_id);
  }
}

const dates = ({ from, until, turnaroundDays }: DeviceClaim) => ({ from_day: from, until_day: until, turnaround_days: turnaroundDays });

const days = ({ from, until, turnaroundDays }: DeviceClaim): RawBuilder<string> =>
  sql`daterange(${from}::date, ${until}::date + ${turnaroundDays}::int, '[]')`;

/**
 * The device `d` can be promised to the case for these days: it is in circulation, promised to nobody else in them, and in nobody else's hands when they begin.
 * Of a case whose own days are over nobody knows when it gives the device back.
 */
const isFree = ({ today: day }: Round, caseId: RawBuilder<unknown>, period: RawBuilder<unknown>): RawBuilder<boolean> => sql`(
  d.status = 'available' and d.network_zone <> 'myNumber'
  and not exists (select from reservations r where r.asset_tag = d.asset_tag and r.case_id <> ${caseId} and r.period && ${period})
  and not exists (
    select from custody c left join reservations r on r.case_id = c.case_id
    where c.asset_tag = d.asset_tag and c.until is null and c.case_id <> ${caseId}
      and (r.case_id is null or upper(r.period) <= ${day}::date or lower(${period}) < upper(r.period))))`;

/** The one that is preferred; else pool by pool the device whose free days the loan leaves the fewest of (long gaps stay for long loans), else the queue. */
async function findOrQueue(round: Round, { caseId, filing }: { caseId: string; filing: number }, claim: DeviceClaim): Promise<void> {
  const { trx } = round;
  const best = await trx
    .selectFrom('devices as d')
    .select('asset_tag')
    .where('kind', '=', claim.kind)
    .where(sql<boolean>`d.pool = any(${claim.pools}::text[])`)
    .where(isFree(round, sql`${caseId}`, days(claim)))
    .orderBy(sql`asset_tag is distinct from ${claim.prefers ?? null}::text`)
    .orderBy(sql`array_position(${claim.pools}::text[], d.pool)`)
    .orderBy(
      sql`(select min(lower(period)) from reservations r where r.asset_tag = d.asset_tag and lower(period) > ${claim.from}::date)
      - (select max(upper(period)) from reservations r where r.asset_tag = d.asset_tag and upper(period) <= ${claim.from}::date)`,
      'asc',
    )
    .orderBy('asset_tag')
    .limit(1)
    .executeTakeFirst();
  if (best) {
    await trx
      .with('left', (queue) => queue.deleteFrom('queue').where('case_id', '=', caseId))
      .insertInto('reservations')
      .values({ case_id: caseId, asset_tag: best.asset_tag, ...dates(claim) })
      .execute();
    return;
  }
  const waits = { kind: claim.kind, pools: claim.pools, ...dates(claim) };
  await trx
    .insertInto('queue')
    .values({ case_id: caseId, filing, ...waits })
    .onConflict((conflict) => conflict.column('case_id').doUpdateSet(waits))
    .execute();
}

/** The case wants nothing any more: what it held serves the queue. */
async function letGo({ own, ...round }: Own, assetTag: string | undefined, condition: DeviceClaim['condition']): Promise<void> {
  const { trx, at } = round;
  await trx.deleteFrom('queue').where('case_id', '=', own).execute();
  await trx.deleteFrom('reservations').where('case_id', '=', own).execute();
  await trx.updateTable('custody').set({ until: at }).where('case_id', '=', own).where('until', 'is', null).execute();
  if (!assetTag) return;
  const found = trx.updateTable('devices').set((row) => ({ status: 'available', version: row('version', '+', 1) }));
  if (!condition) await found.where('asset_tag', '=', assetTag).where('status', '=', 'lost').execute();
  await serveQueue(round, assetTag);
}

/** The reservation moves to the device that was chosen. @throws Refused when it is not free. */
async function choose(round: Own, claim: DeviceClaim, { assetTag, instead }: { assetTag: string; instead?: string }): Promise<void> {
  const { trx, own } = round;
  const free = await trx
    .selectFrom('devices as d')
    .select('asset_tag')
    .where('asset_tag', '=', assetTag)
    .where('kind', '=', claim.kind)
    .where(isFree(round, sql`${own}`, days(claim)))
    .executeTakeFirst();
  if (!free)
    throw new Refused({
      code: 'deviceNotFree',
      article: onePromise,
      field: 'assetTag',
      limit: assetTag,
    });
  await trx.deleteFrom('queue').where('case_id', '=', own).execute();
  await trx.deleteFrom('reservations').where('case_id', '=', own).execute();
  await trx
    .insertInto('reservations')
    .values({ case_id: own, asset_tag: assetTag, ...dates(claim) })
    .execute();
  if (instead) await serveQueue(round, instead);
}

/** The reservation follows the claim's dates. @throws Refused while the days that are claimed or asked for are promised to another. */
async function keepDates(round: Own, claim: DeviceClaim, held: { asset_tag: string; from_day: string; until_day: string }): Promise<void> {
  const { trx, own } = round;
  const wanted = { ...claim, until: claim.asked ?? claim.until };
  const promised = await firstPromised(round, held.asset_tag, days(wanted));
  if (promised) throw new Refused({ code: 'devicePromised', article: onePromise, field: 'until', limit: promised });
  if (claim.from === held.from_day && claim.until === held.until_day) return;
  await trx.updateTable('reservations').set(dates(claim)).where('case_id', '=', own).execute();
  if (claim.until < held.until_day || claim.from > held.from_day) await serveQueue(round, held.asset_tag);
}

/** The first day of these that is promised to another case. */
async function firstPromised({ trx, own }: Own, assetTag: string, period: RawBuilder<string>): Promise<string | undefined> {
  const other = await trx
    .selectFrom('reservations')
    .select(sql<string>`lower(period)::text`.as('first'))
    .where('asset_tag', '=', assetTag)
    .where('case_id', '<>', own)
    .where(sql<boolean>`period && ${period}`)
    .orderBy(sql`lower(period)`)
    .limit(1)
    .executeTakeFirst();
  return other?.first;
}

/** Custody begins with the hand-over of the very device of which the case knows. @throws Refused while it is not here, or another one is reserved by now. */
async function keepCustody(round: Own, claim: DeviceClaim, assetTag: string): Promise<void> {
  const { trx, at, own, today: day } = round;
  const open = await trx
    .selectFrom('custody')
    .select(['case_id', 'asset_tag'])
    .where('until', 'is', null)
    .where((is) => is.or([is('case_id', '=', own), is('asset_tag', '=', assetTag)]))
    .execute();
  const mine = open.some(({ case_id }) => case_id === own);
  if (claim.custody && !mine) {
    const { known_asset } = await trx.selectFrom('cases').select('known_asset').where('case_id', '=', own).executeTakeFirstOrThrow();
    if (open.length || known_asset !== assetTag)
      throw new Refused({ code: 'deviceNotReleased', article: '要綱第6条', field: 'assetTag', limit: known_asset ?? assetTag });
    // Handed over before its first day, it is not here for whoever was promised the days until then.
    const early = sql<string>`daterange(${day}::date, ${later(claim.from, day)}::date, '[]')`;
    if (await firstPromised(round, assetTag, early))
      throw new Refused({ code: 'deviceNotFree', article: onePromise, field: 'assetTag', limit: assetTag });
    await trx.insertInto('custody').values({ case_id: own, asset_tag: assetTag, since: at, until: null }).execute();
  }
  if (!claim.custody && mine)
    await trx.updateTable('custody').set({ until: at }).where('case_id', '=', own).where('until', 'is', null).execute();
}

/**
 * What the case knows of its device. A lost one that is found is lent again after its confirmation only, so until then the master calls it lost; one that is
 * gone for good is in nobody's hands any more.
 */
async function setCondition(
  round: Own,
  { assetTag, condition, by }: { assetTag: string; condition: DeviceClaim['condition']; by: string },
): Promise<void> {
  const { trx, at, own } = round;
  const detail = JSON.stringify({ caseId: own });
  await trx
    .insertInto('device_events')
    .values({ asset_tag: assetTag, at, by, act: condition ?? 'found', detail })
    .execute();
  if (!condition) return;
  await trx
    .updateTable('devices')
    .set((row) => ({ status: condition, version: row('version', '+', 1) }))
    .where('asset_tag', '=', assetTag)
    .execute();
  await moveReservations(round, assetTag);
  if (condition === 'lost') return;
  await trx.deleteFrom('reservations').where('case_id', '=', own).execute();
  await trx.updateTable('custody').set({ until: at }).where('case_id', '=', own).where('until', 'is', null).execute();
}

/**
 * Leaves for the case the one piece of news that brings what it knows of its device in line with what is reserved; what it has not read yet of an
 * earlier one is no longer true and goes.
 */
async function inform({ trx, own, today: day, calendar }: Round, caseId: string): Promise<void> {
  const one = await trx
    .selectFrom('cases')
    .leftJoin('reservations', 'reservations.case_id', 'cases.case_id')
    .leftJoin('devices', 'devices.asset_tag', 'reservations.asset_tag')
    .leftJoin('news', (on) => on.onRef('news.case_id', '=', 'cases.case_id').on('news.name', 'in', ['reserve', 'reassign', 'requeue']))
    .select(['known_asset as known', 'claim', 'devices.asset_tag as assetTag', 'devices.pool', 'news.number', 'news.name', 'news.event'])
    .where('cases.case_id', '=', caseId)
    .forUpdate('cases') // Whoever writes an event of the case ends first; news that it takes with it is no longer due to what it then knows.
    .executeTakeFirstOrThrow();
  const held = one.assetTag !== null && one.pool !== null ? { assetTag: one.assetTag, pool: one.pool } : undefined;
  const name = toTell(one.known ?? undefined, held?.assetTag, one.claim);
  const told = one.event?.input as Partial<DeviceNews['input'] & { assetTag: string }> | undefined;
  if (one.number !== null && name === one.name && held?.assetTag === told?.assetTag) return;
  if (one.number !== null) await trx.deleteFrom('news').where('number', '=', one.number).execute();
  if (!name) return;
  const key = `${name}/${randomUUID()}`;
  /** No later than the period: what nobody has collected for one day is free on the next. */
  const collectBy = () => {
    const last = calendar.addBusinessDays(later(one.claim?.from, day), one.claim?.collectDays ?? 0);
    return calendar.endOfDay(one.claim && one.claim.until < last ? one.claim.until : last);
  };
  const event: DeviceNews =
    name === 'requeue' || !held
      ? { name: 'requeue', input: { by: 'system' }, key }
      : {
          name,
          input: { by: 'system', ...held, collectBy: collectBy(), ...(caseId !== own && name === 'reserve' && { waited: true as const }) },
          key,
        };
  await trx
    .insertInto('news')
    .values({ case_id: caseId, name, event: JSON.stringify(event), key })
    .execute();
  if (caseId !== own) await sql`select pg_notify('telework', 'news')`.execute(trx);
}

const later = (a: string | undefined, b: string): string => (a && a > b ? a : b);

/** What a case must hear that knows of one device (or none) and has another (or none). A case whose device is gone for good knows it. */
function toTell(known: string | undefined, held: string | undefined, claim: DeviceClaim | null): DeviceNews['name'] | undefined {
  if (!claim || claim.condition === 'writtenOff' || claim.condition === 'destroyed' || known === held) return undefined;
  if (!held) return 'requeue';
  return known ? 'reassign' : 'reserve';
}
