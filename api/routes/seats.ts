import { z } from 'zod';
import { daysBetween } from '../../workflows/shared/dates.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';
import { date } from '../schemas.js';

/** A month with its week-ends. */
const mostDays = 31;

const office = z
  .object({
    office: z.string(),
    seats: z.int(),
    dates: z.array(
      z.object({ date, free: z.int(), partly: z.int().meta({ description: 'Seats that somebody has for a part of the day only.' }) }),
    ),
  })
  .meta({ id: 'OfficeSeats' });

/** サテライトオフィス: where a seat is free. It is booked with the plan of the day. */
export function seatRoutes({ ledger }: Services): readonly AnyRoute[] {
  return [
    route({
      method: 'get',
      path: '/seats',
      tag: 'seats',
      summary: 'The satellite offices, and how many of their seats are free on each date, of at most 31',
      access: 'staff',
      query: z.strictObject({ from: date, until: date }),
      replies: { 200: { description: 'By office and date.', schema: z.object({ items: z.array(office) }) } },
      handle: async ({ query: { from, until } }) => {
        const days = daysBetween(from, until) + 1;
        if (days < 1) throw new Problem('malformed', { errors: [{ field: 'query.until', code: 'wrongForm' }] });
        if (days > mostDays) throw new Problem('malformed', { errors: [{ field: 'query.until', code: 'tooLarge', limit: `${mostDays}` }] });
        return { status: 200, body: { items: await ledger.seatsOn(from, until) } };
      },
    }),
  ];
}
