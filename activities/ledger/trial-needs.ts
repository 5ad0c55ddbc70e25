import { type Kysely, sql } from 'kysely';
import { today } from '../../config/calendar.js';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { employmentAmong } from './personnel.js';
import type { PoolDevice, TrialsPort } from './port.js';

type Needs = Pick<TrialsPort, 'poolDevices' | 'absencesWithin' | 'lastTelework' | 'registeredAmong' | 'employmentAmong'>;

/** What the plan of a campaign is made from, for all its people at once. */
export function createTrialNeeds({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): Needs {
  return {
    /** As `isFree` of the reservations judges it: of a device whose holder's own days are over nobody knows when it comes back. */
    async poolDevices({ kind, pools = null, from, until, without = null }) {
      const { rows } = await sql<PoolDevice>`
        select asset_tag as "assetTag", pool, (
          select coalesce(json_agg(json_build_object('from', lower(span), 'until', upper(span) - 1) order by span), '[]')
          from unnest((
            select range_agg(span * daterange(${from}::date, ${until}::date, '[]')) from (
              select period from reservations as r where r.asset_tag = d.asset_tag and ${counts(without)}
              union all
              select daterange(null, case when upper(own.period) > ${today(await townTime())}::date then upper(own.period) end)
              from custody as r left join reservations as own using (case_id)
              where r.asset_tag = d.asset_tag and r.until is null and ${counts(without)}
            ) as spans (span))) as busy (span)) as busy
        from devices as d
        where kind = ${kind} and (${pools}::text[] is null or pool = any(${pools}::text[])) and status = 'available' and network_zone <> 'myNumber'
        order by asset_tag`.execute(db);
      return rows;
    },

    async absencesWithin(staff, from, until) {
      const { rows } = await sql<{ staff: string; dates: string[] }>`
        select staff, array_agg(distinct day::date order by day::date) as dates
        from absences, generate_series(greatest(from_day, ${from}::date), least(until_day, ${until}::date), interval '1 day') as day
        where staff = any(${[...staff]}::text[]) and from_day <= ${until}::date and coalesce(until_day, 'infinity') >= ${from}::date
        group by staff`.execute(db);
      return new Map(rows.map((row) => [row.staff, row.dates]));
    },

    async lastTelework(staff) {
      const { rows } = await sql<{ staff: string; date: string }>`
        select staff, max(date) as date from unnest(${[...staff]}::text[]) as staff join observed_days using (staff) group by staff`.execute(
        db,
      );
      return new Map(rows.map((row) => [row.staff, row.date]));
    },

    async registeredAmong(staff) {
      const { rows } = await sql<{ staff: string; reason: string | null; forms: readonly string[] }>`
        select staff, state->'form'->>'reason' as reason, state->'form'->'forms' as forms from cases
        where procedure = 'registration' and staff = any(${[...staff]}::text[]) and not closed and status = 'active'`.execute(db);
      return new Map(rows.map(({ staff: person, reason, forms }) => [person, { ...(reason !== null && { reason }), forms }]));
    },

    employmentAmong: (staff, date) => employmentAmong(db, staff, date),
  };
}

/** The case that holds the device is none of those within this one. */
const counts = (without: string | null) => sql<boolean>`not exists (
  select from cases where cases.case_id = r.case_id and cases.within = ${without})`;
