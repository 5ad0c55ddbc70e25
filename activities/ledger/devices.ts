import { type Kysely, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { today } from '../../config/calendar.js';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { pageOf, pageSize, readCursor } from './page.js';
import type {
  Calendar,
  Device,
  DeviceAnswer,
  DeviceChange,
  DeviceLine,
  DeviceMasterPort,
  DeviceStatus,
  NewDevice,
  Refusal,
} from './port.js';
import { lockDevices, moveReservations, type Round, serveQueue } from './reservations.js';

export type DeviceMasterParts = { db: Kysely<Tables>; townTime: TownTime; calendar: Calendar };

const columns = [
  'asset_tag as assetTag',
  'kind',
  'pool',
  'manufacturer',
  'model',
  'serial',
  'network_zone as networkZone',
  'note',
  'status',
  'version',
] as const;

/** From which states a change is possible, and what the device is then; `undefined`: as before. */
const changes: Readonly<Record<DeviceChange['act'], { from: readonly DeviceStatus[]; to?: DeviceStatus }>> = {
  repair: { from: ['available'], to: 'inRepair' },
  repaired: { from: ['inRepair'], to: 'available' },
  miss: { from: ['available'], to: 'missing' },
  find: { from: ['missing'], to: 'available' },
  retire: { from: ['available', 'inRepair', 'missing'], to: 'retired' },
  returnLease: { from: ['available', 'inRepair', 'retired'], to: 'leaseReturned' },
  move: { from: ['available', 'inRepair', 'missing'] },
  correct: { from: ['available', 'lost', 'inRepair', 'missing', 'retired', 'writtenOff', 'destroyed', 'leaseReturned'] },
};

/** The device master: what is done with devices outside the loans, and what is known of each. */
export function createDeviceMaster(parts: DeviceMasterParts): DeviceMasterPort {
  const { db } = parts;
  const lines = () => db.selectFrom('devices').select(columns).select([custodyNow, reservationsNow]);
  return {
    async registerDevice(device, by) {
      try {
        await addDevices(parts, [device], by);
      } catch (failure) {
        if (!(failure instanceof pg.DatabaseError) || failure.code !== '23505') throw failure;
        const field = failure.constraint === 'devices_serial' ? 'serial' : 'assetTag';
        return { refuses: { code: 'deviceKnown', article: '端末機等管理簿', field, limit: device[field] } };
      }
      return { device: { ...device, status: 'available', version: 1 } };
    },

    changeDevice: (device, change, by) => changeDevice(parts, device, change, by),

    async device(assetTag) {
      const found = await lines().where('asset_tag', '=', assetTag).executeTakeFirst();
      return found && toLine(found);
    },

    async devices({ pool, kind, status, cursor, limit }) {
      const size = pageSize(limit);
      let query = lines()
        .orderBy('asset_tag')
        .limit(size + 1);
      if (cursor !== undefined) query = query.where('asset_tag', '>', `${readCursor(cursor, ['string'])[0]}`);
      if (pool !== undefined) query = query.where('pool', '=', pool);
      if (kind !== undefined) query = query.where('kind', '=', kind);
      if (status !== undefined) query = query.where('status', '=', status);
      return pageOf(await query.execute(), size, toLine, ({ assetTag }) => [assetTag]);
    },

    async deviceRegister(department) {
      const inHand = sql<boolean>`exists (
        select from cases where department = ${department} and case_id in (
          select case_id from custody where custody.asset_tag = devices.asset_tag and custody.until is null
          union all select case_id from reservations where reservations.asset_tag = devices.asset_tag))`;
      const found = await lines()
        .where((is) => is.or([is('pool', '=', department), inHand]))
        .orderBy('asset_tag')
        .execute();
      return found.map(toLine);
    },

    deviceEvents: (assetTag) =>
      db.selectFrom('device_events').select(['at', 'by', 'act', 'detail']).where('asset_tag', '=', assetTag).orderBy('number').execute(),
  };
}

/** Adds devices and gives them to whoever waits. All or none. */
export async function addDevices({ db, townTime, calendar }: DeviceMasterParts, devices: readonly NewDevice[], by: string): Promise<void> {
  const at = await townTime();
  await db.transaction().execute(async (trx) => {
    await lockDevices(
      trx,
      devices.map(({ kind }) => kind),
    );
    const rows = devices.map(({ assetTag, networkZone, ...device }) => ({ ...device, asset_tag: assetTag, network_zone: networkZone }));
    await trx.insertInto('devices').values(rows).execute();
    for (const { assetTag } of devices) {
      await log(trx, assetTag, { at, by, act: 'register', detail: {} });
      await serveQueue({ trx, at, today: today(at), calendar }, assetTag);
    }
  });
}

async function changeDevice(
  { db, townTime, calendar }: DeviceMasterParts,
  { assetTag, version }: { assetTag: string; version: number },
  change: DeviceChange,
  by: string,
): Promise<DeviceAnswer> {
  const at = await townTime();
  const { act, ...detail } = change;
  try {
    return await db.transaction().execute(async (trx): Promise<DeviceAnswer> => {
      const seen = await trx.selectFrom('devices').select('kind').where('asset_tag', '=', assetTag).executeTakeFirst();
      if (!seen) return 'unknown';
      await lockDevices(trx, [seen.kind]);
      const before = await trx.selectFrom('devices').select(columns).where('asset_tag', '=', assetTag).executeTakeFirstOrThrow();
      if (before.version !== version) return 'changed';
      const contradiction = await contradicts(trx, before, act);
      if (contradiction) return { refuses: contradiction };

      const device = await trx
        .updateTable('devices')
        .set({ ...detail, status: changes[act].to ?? before.status, version: version + 1 })
        .where('asset_tag', '=', assetTag)
        .returning(columns)
        .executeTakeFirstOrThrow();
      await log(trx, assetTag, { at, by, act, detail: act === 'move' ? { from: before.pool, to: device.pool } : detail });
      await follow({ trx, at, today: today(at), calendar }, before, device);
      return { device };
    });
  } catch (failure) {
    if (failure instanceof pg.DatabaseError && failure.constraint === 'devices_serial')
      return { refuses: { code: 'deviceKnown', article: '端末機等管理簿', field: 'serial' } };
    throw failure;
  }
}

/** What a change asks of those who were promised the device, and gives to those who wait for one. */
async function follow(round: Round, before: Device, after: Device): Promise<void> {
  if (before.status === 'available' && (after.status !== 'available' || after.pool !== before.pool))
    await moveReservations(round, after.assetTag);
  if (after.status === 'available') await serveQueue(round, after.assetTag);
}

/** Why a device cannot be changed so: it is in somebody's hands, or not in a state from which this can be done. */
async function contradicts(trx: Transaction<Tables>, device: Device, act: DeviceChange['act']): Promise<Refusal | undefined> {
  if (!changes[act].from.includes(device.status))
    return { code: 'deviceState', article: '端末機等管理簿', field: 'status', limit: device.status };
  if (act === 'correct') return undefined;
  const out = await trx
    .selectFrom('custody')
    .innerJoin('cases', 'cases.case_id', 'custody.case_id')
    .select('receipt_number')
    .where('asset_tag', '=', device.assetTag)
    .where('until', 'is', null)
    .executeTakeFirst();
  return out && { code: 'deviceOut', article: '要綱第6条', field: 'assetTag', limit: out.receipt_number };
}

const log = (trx: Transaction<Tables>, assetTag: string, { detail, ...event }: { at: string; by: string; act: string; detail: object }) =>
  trx
    .insertInto('device_events')
    .values({ asset_tag: assetTag, ...event, detail: JSON.stringify(detail) })
    .execute();

const holder = sql`'caseId', c.case_id, 'receiptNumber', receipt_number, 'staff', staff, 'department', department`;
const custodyNow = sql<DeviceLine['custody'] | null>`(
  select json_build_object(${holder}, 'since', to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from custody join cases c using (case_id) where custody.asset_tag = devices.asset_tag and custody.until is null)`.as('custody');
const reservationsNow = sql<DeviceLine['reservations']>`(
  select coalesce(json_agg(json_build_object(${holder}, 'from', from_day, 'until', until_day) order by from_day), '[]')
  from reservations join cases c using (case_id) where reservations.asset_tag = devices.asset_tag)`.as('reservations');

const toLine = <Row extends Omit<DeviceLine, 'custody'> & { custody: DeviceLine['custody'] | null }>({
  custody,
  ...device
}: Row): DeviceLine => ({
  ...device,
  ...(custody && { custody }),
});
