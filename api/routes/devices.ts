import { z } from 'zod';
import type { Capacity } from '../../activities/directory/port.js';
import type { Device, DeviceAnswer, DeviceChange, NewDevice } from '../../activities/ledger/port.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, type Call, type Reply, route } from '../route.js';
import { assetTag, department, line, pageOf, paging, person, remark } from '../schemas.js';

/** 管理: IT keeps the master; the administrator sees it and loads it, and sees no borrowers. */
const keepers: readonly Capacity[] = ['it'];
const viewers: readonly Capacity[] = ['it', 'admin'];

const kind = z.enum(['laptop', 'wifiRouter', 'smartphone', 'tablet', 'wire', 'mouse', 'charger', 'bag', 'privacyFilter', 'cable']);
const status = z.enum(['available', 'lost', 'writtenOff', 'destroyed', 'inRepair', 'retired', 'leaseReturned', 'missing']);
/** `common`, or the department whose pool it is. */
const pool = department;
const correctable = { manufacturer: line(100), model: line(100), serial: line(100), note: remark(500) };
const newDevice = z.strictObject({ assetTag, kind, pool, networkZone: z.enum(['internet', 'lgwan', 'myNumber']), ...correctable });
const shownDevice = z
  .object({ ...newDevice.shape, status, version: z.int().meta({ description: 'For If-Match.' }) })
  .meta({ id: 'Device' });
const holding = z.object({ caseId: z.string(), receiptNumber: z.string(), staff: person, department: z.string() });
const shownLine = shownDevice
  .extend({
    custody: holding.extend({ since: z.iso.datetime() }).optional(),
    reservations: z.array(holding.extend({ from: z.string(), until: z.string() })),
  })
  .meta({ id: 'DeviceLine', description: 'With who has it and to whom it is promised.' });
const byTag = z.strictObject({ tag: assetTag });

/** What is done with a device outside the loans, and the form of each (device master). */
const steps: { readonly [Act in Exclude<DeviceChange['act'], 'correct'>]: z.ZodType<Omit<Extract<DeviceChange, { act: Act }>, 'act'>> } = {
  repair: z.strictObject({}),
  repaired: z.strictObject({}),
  move: z.strictObject({ pool }),
  retire: z.strictObject({}),
  returnLease: z.strictObject({}),
  miss: z.strictObject({}),
  find: z.strictObject({}),
};

/** The device master, and each department's register (端末機等管理簿, procedure ④). */
export function deviceRoutes({ ledger, views }: Services): readonly AnyRoute[] {
  const change = async ({ path, version, caller }: Call<z.output<typeof byTag>>, what: DeviceChange) =>
    answer(await ledger.changeDevice({ assetTag: path.tag, version }, what, caller.staffNumber));
  /** To the administrator without the people. */
  const shown = async (lineOf: Device, { capacities }: Call['caller']) => {
    if (capacities.includes('it')) return views.shown(lineOf);
    const { custody: _custody, reservations: _reservations, ...device } = { custody: undefined, reservations: undefined, ...lineOf };
    return device;
  };
  const changed = { 200: { description: 'The device after it; its version is in ETag.', schema: shownDevice } };

  return [
    route({
      method: 'get',
      path: '/devices',
      tag: 'devices',
      summary: 'The device master, by asset tag',
      access: viewers,
      query: z.strictObject({ pool: pool.exactOptional(), kind: kind.exactOptional(), status: status.exactOptional(), ...paging }),
      replies: { 200: { description: 'One page.', schema: pageOf(shownLine) } },
      handle: async ({ query, caller }) => {
        const { items, cursor } = await ledger.devices(query);
        return { status: 200, body: { items: await Promise.all(items.map((one) => shown(one, caller))), cursor } };
      },
    }),
    route({
      method: 'post',
      path: '/devices',
      tag: 'devices',
      summary: 'Register a device; a repeat finds it',
      access: keepers,
      body: newDevice,
      replies: { 201: { description: 'The device, at `Location`.', schema: shownDevice } },
      handle: async ({ body, caller }) => {
        const registered = await ledger.registerDevice(body, caller.staffNumber);
        const known = isRefusal(registered) ? await ledger.device(body.assetTag) : undefined;
        const { body: device, headers } = answer(known && isSame(known, body) ? { device: known } : registered);
        return { status: 201, body: device, headers: { ...headers, Location: `/api/v1/devices/${body.assetTag}` } };
      },
    }),
    route({
      method: 'get',
      path: '/devices/{tag}',
      tag: 'devices',
      summary: 'One device: where it stands, who has it, to whom it is promised',
      access: viewers,
      params: byTag,
      replies: { 200: { description: 'The device; its version is in ETag.', schema: shownLine } },
      handle: async ({ path, caller }) => {
        const found = await ledger.device(path.tag);
        if (!found) throw new Problem('notFound');
        return { status: 200, body: await shown(found, caller), headers: versionTag(found) };
      },
    }),
    route({
      method: 'put',
      path: '/devices/{tag}',
      tag: 'devices',
      summary: 'Correct what the master says of a device',
      access: keepers,
      needs: 'If-Match',
      params: byTag,
      body: z.strictObject(correctable),
      replies: changed,
      handle: (call) => change(call, { act: 'correct', ...call.body }),
    }),
    route({
      method: 'get',
      path: '/devices/{tag}/events',
      tag: 'devices',
      summary: 'What was done with the device outside the loans, and by whom',
      access: keepers,
      params: byTag,
      replies: {
        200: {
          description: 'All of it, in order.',
          schema: z.object({
            items: z.array(z.object({ at: z.iso.datetime(), by: z.union([person, z.literal('system')]), act: z.string() })),
          }),
        },
      },
      handle: async ({ path }) => {
        if (!(await ledger.device(path.tag))) throw new Problem('notFound');
        return { status: 200, body: { items: await views.shown(await ledger.deviceEvents(path.tag)) } };
      },
    }),
    ...Object.entries(steps).map(([act, body]) =>
      route({
        method: 'post',
        path: `/devices/{tag}/steps/${act}`,
        tag: 'devices',
        summary: `Take the step "${act}"`,
        access: keepers,
        needs: 'If-Match',
        params: byTag,
        body,
        replies: changed,
        handle: (call) => change(call, { act, ...call.body } as DeviceChange),
      }),
    ),
    route({
      method: 'get',
      path: '/departments/{id}/device-register',
      tag: 'devices',
      summary: '端末機等管理簿: the devices of the department’s pool, and whatever else its people have or are promised',
      access: 'staff',
      params: z.strictObject({ id: department }),
      replies: { 200: { description: 'By asset tag.', schema: z.object({ items: z.array(shownLine) }) } },
      handle: async ({ path: { id }, caller: { capacities } }) => {
        const readers: readonly Capacity[] = [`head:${id}`, `keeper:${id}`, 'it'];
        if (!capacities.some((one) => readers.includes(one))) throw new Problem('forbidden');
        return { status: 200, body: { items: await views.shown(await ledger.deviceRegister(id)) } };
      },
    }),
  ];
}

function answer(outcome: DeviceAnswer): Reply {
  if (outcome === 'unknown') throw new Problem('notFound');
  if (outcome === 'changed') throw new Problem('changed');
  if (isRefusal(outcome)) throw new Problem('ruleRefuses', { errors: [outcome.refuses] });
  return { status: 200, body: outcome.device, headers: versionTag(outcome.device) };
}

const isRefusal = (outcome: DeviceAnswer) => typeof outcome === 'object' && 'refuses' in outcome;
const isSame = (known: Device, device: NewDevice) =>
  Object.entries(device).every(([field, value]) => known[field as keyof NewDevice] === value);
const versionTag = ({ version }: Device) => ({ ETag: `"${version}"` });
