import type { DeviceLine, NewDevice } from '../activities/ledger/port.js';
import type { ApiClient } from '../cli/client.js';
import type { Cast } from './cast.js';
import { Differs } from './player.js';
import type { Stage } from './stage.js';

/** Two laptops for each cast and no others: IT registers them in the departments' pools. `putBack` undoes all of it that the loans have left. */
export async function readyDevices(
  stage: Stage,
  casts: readonly Cast[],
): Promise<{ tags: readonly (readonly string[])[]; putBack: () => Promise<void> }> {
  const it = await stage.place.clientOf(stage.sample.accounts.it[0]);
  const inRepair = await othersToRepair(it, casts);
  const tags: string[][] = [];
  for (const [index, { department }] of casts.entries()) {
    const own = [1, 2].map((nth) => `PC-T${stage.place.run.slice(0, 8)}-${index + 1}-${nth}`);
    for (const assetTag of own) await register(it, { assetTag, pool: department });
    tags.push(own);
  }
  const putBack = async () => {
    const later = await stage.place.clientOf(stage.sample.accounts.it[0]); // Time may have passed, and the login with it.
    await Promise.all(inRepair.map((device) => step(later, device, 'repaired')));
    const leftOver = (await devicesOf(later)).filter(({ assetTag, status }) => tags.flat().includes(assetTag) && status === 'available');
    for (const device of leftOver) await step(later, device, 'retire');
  };
  return { tags, putBack };
}

/** Sends every laptop to repair that one of the casts could get, as in a bad week. */
export async function othersToRepair(it: ApiClient, casts: readonly Cast[]): Promise<readonly DeviceLine[]> {
  const pools = new Set(['common', ...casts.map(({ department }) => department)]);
  const lendable = (await devicesOf(it)).filter(({ status, pool }) => status === 'available' && pools.has(pool));
  return Promise.all(lendable.map((device) => step(it, device, 'repair')));
}

/** Registers one more laptop. */
export async function register(it: ApiClient, { assetTag, pool }: { assetTag: string; pool: string }): Promise<void> {
  const device: NewDevice = {
    assetTag,
    pool,
    kind: 'laptop',
    manufacturer: '北斗電子',
    model: 'Hokuto LiteBook 14',
    serial: assetTag,
    networkZone: 'internet',
    note: '',
  };
  await it.ask('/devices', { method: 'POST', body: device });
}

async function step(it: ApiClient, { assetTag, version }: Pick<DeviceLine, 'assetTag' | 'version'>, act: string): Promise<DeviceLine> {
  return it.ask(`/devices/${assetTag}/steps/${act}`, { method: 'POST', body: {}, version: `"${version}"` });
}

async function devicesOf(it: ApiClient): Promise<readonly DeviceLine[]> {
  const { items, cursor } = await it.ask<{ items: readonly DeviceLine[]; cursor?: string }>('/devices?limit=200&kind=laptop');
  if (cursor) throw new Differs('a town with more laptops than one page shows is too large for a tour');
  return items;
}
