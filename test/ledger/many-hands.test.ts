import { expect, it } from 'vitest';
import type { DeviceClaim } from '../../activities/ledger/port.js';
import { dice } from './chance.js';
import { loan } from './loan.js';
import { addDevice, laptop, type Town, town } from './town.js';

const devices = ['PC-1', 'PC-2', 'PC-3', 'PC-4', 'PC-5'];
const day = (number: number): string => new Date(Date.UTC(2027, 3, 5 + number)).toISOString().slice(0, 10);

/** A loan that lives at random, as far as its own state and the ledger let it. */
function wanderer(t: Town, caseId: string, below: (limit: number) => number) {
  const one = loan(t, caseId);
  let [state, claim, knows]: [string, DeviceClaim | undefined, boolean] = ['new', undefined, false];
  const to = async (name: string, next: string, after: DeviceClaim | undefined): Promise<void> => {
    const { refuses } = await one.step(name, after, after ? {} : { due: [] });
    if (!refuses) [state, claim] = [next, after];
  };
  return async (): Promise<void> => {
    if (claim && below(2)) {
      const heard = await one.hear();
      if (heard) knows = !heard.startsWith('requeue');
    }
    const from = below(12);
    switch (state) {
      case 'new':
        await one.open();
        state = 'requested';
        return;
      case 'requested':
        return to('approve', 'approved', laptop(day(from), day(from + below(6)), { pools: below(2) ? ['tax', 'common'] : ['common'] }));
      case 'approved': {
        if (!claim) return;
        const { assetTag: _, ...plain } = claim;
        if (below(6) === 0) return to('withdraw', 'closed', undefined);
        if (below(6) === 0) return to('chooseDevice', 'approved', { ...plain, assetTag: devices[below(devices.length)] ?? '' });
        if (below(6) === 0) return to('changeDates', 'approved', { ...plain, until: day(from + 12) });
        return knows ? to('handOver', 'out', { ...plain, custody: true }) : undefined;
      }
      case 'out': {
        if (!claim) return;
        const { asked, ...plain } = claim;
        if (asked) return to('decideExtension', 'out', below(2) ? plain : { ...plain, until: asked });
        if (below(4) === 0) return to('askExtension', 'out', { ...plain, asked: day(from + 12) });
        if (below(8) === 0) return to('reportLoss', 'lost', { ...plain, condition: 'lost' });
        return to('confirmErasure', 'closed', undefined);
      }
      case 'lost': {
        if (!claim) return;
        const { condition: _, ...found } = claim;
        return below(4) ? to('find', 'out', found) : to('writeOff', 'gone', { ...claim, condition: 'writtenOff' });
      }
    }
  };
}

it.each([1, 2, 3])('many hands at once leave devices, cases and queue in order (%i)', { timeout: 60_000 }, async (seed) => {
  const t = await town({ connections: 12 });
  for (const [index, assetTag] of devices.entries()) await addDevice(t, assetTag, { pool: index < 2 ? 'tax' : 'common' });
  const below = dice(seed);
  const loans = Array.from({ length: 24 }, (_, index) => wanderer(t, `L${index}`, below));
  const workshop = async () => {
    const device = await t.ledger.device(devices[below(devices.length)] ?? '');
    if (device) await t.ledger.changeDevice(device, { act: device.status === 'inRepair' ? 'repaired' : 'repair' }, 'S7');
  };
  for (let turn = 0; turn < 25; turn += 1) {
    await Promise.all([...loans.map((lives) => lives()), workshop(), ...(turn % 5 === 4 ? [t.ledger.rehomeLate(day(turn / 5))] : [])]);
    if (turn % 5 === 4) t.clock.set(`${day(turn / 5)}T00:00:00.000Z`);
  }

  const nobodyWaitsForAFreeDevice = await t.sql(
    `select q.case_id, d.asset_tag from queue q join devices d on d.kind = q.kind and d.pool = any(q.pools) and d.status = 'available'
     where q.until_day >= $1::date
       and not exists (select from reservations r where r.asset_tag = d.asset_tag and r.period && q.period)
       and not exists (select from custody c where c.asset_tag = d.asset_tag and c.until is null)`,
    [day(4)],
  );
  expect(nobodyWaitsForAFreeDevice).toEqual([]);
  const toldOtherwise = await t.sql(
    `select c.case_id, c.known_asset, r.asset_tag, n.name from cases c
       left join reservations r using (case_id) left join news n using (case_id)
     where coalesce(c.claim->>'condition', '') <> 'writtenOff' and case
       when c.known_asset is not distinct from r.asset_tag then n.name is not null
       when r.asset_tag is null then n.name is distinct from 'requeue'
       else (n.name, n.event->'input'->>'assetTag') is distinct from (case when c.known_asset is null then 'reserve' else 'reassign' end, r.asset_tag)
     end and c.claim is not null`,
  );
  expect(toldOtherwise).toEqual([]);
  const custodyWithoutClaim = await t.sql(
    `select case_id from custody join cases using (case_id) where custody.until is null and claim->>'custody' is distinct from 'true'`,
  );
  expect(custodyWithoutClaim).toEqual([]);
  const neither = await t.sql(
    `select case_id from cases where claim is not null and coalesce(claim->>'condition', '') <> 'writtenOff'
       and (exists (select from reservations r where r.case_id = cases.case_id)) = (exists (select from queue q where q.case_id = cases.case_id))`,
  );
  expect(neither).toEqual([]);
  for await (const finding of t.ledger.verifyChains()) expect(finding).toBeUndefined();
});
