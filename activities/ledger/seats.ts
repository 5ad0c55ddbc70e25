import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { keepList, type List } from './lists.js';
import type { OfficeSeats, SeatsPort } from './port.js';

const name = z.string().trim().min(1, 'must not be empty').max(64);

const seats: List<Tables['seats']> = {
  kind: 'seats',
  table: 'seats',
  schema: z.strictObject({
    office: name,
    seat: z
      .string()
      .regex(/^[1-9]\d{0,3}$/, 'must be a number from 1 to 9999')
      .transform(Number),
    network_zone: z.enum(['internet', 'lgwan', 'myNumber']),
    equipment: z.string().trim().max(100),
  }),
  heading: ['office', 'seat', 'network_zone', 'equipment'],
  key: ['office', 'seat'],
  unique: ({ office, seat }) => ({ seat: `${office} ${seat}` }),
  goes: () => true,
};

/** The seats of satellite offices. Who sits on which is a matter of the days that have booked them. */
export function createSeats({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): SeatsPort {
  return {
    importSeats: keepList({ db, townTime }, seats),

    async seatsOn(from, until) {
      const { rows } = await sql<OfficeSeats>`
        select office, max(seats)::int as seats, json_agg(json_build_object('date', date, 'free', free, 'partly', partly) order by date) as dates
        from (
          select office, on_day::date as date, count(*) as seats, count(*) filter (where taken is null) as free,
            count(*) filter (where taken < 2 and halves) as partly
          from seats
          cross join generate_series(${from}::date, ${until}::date, interval '1 day') as on_day
          left join lateral (
            select nullif(count(*), 0) as taken, bool_and(unit <> 'day') as halves from telework_days as booked
            where booked.office = seats.office and booked.seat = seats.seat and booked.date = on_day::date
          ) as booked on true
          group by office, on_day
        ) as days group by office order by office`.execute(db);
      return rows;
    },
  };
}
