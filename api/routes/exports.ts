import { z } from 'zod';
import { type CaseRow, every } from '../../activities/ledger/port.js';
import { today } from '../../config/calendar.js';
import type { Registration } from '../../workflows/registration/rules.js';
import { dayOn } from '../../workflows/shared/dates.js';
import { csvFileOf } from '../files.js';
import { namesOf } from '../names.js';
import type { Services } from '../parts.js';
import { type AnyRoute, route } from '../route.js';

const attendance = ['staff_number', 'name', 'department', 'month', 'days', 'half_days', 'hourly_days', 'minutes'] as const;
const registrations = [
  ...['receipt_number', 'staff_number', 'name', 'department', 'status', 'forms', 'workplace', 'reason', 'reason_ends'],
  ...['frequency', 'version', 'valid_until', 'renewal'],
] as const;

/** How a CSV file is written. */
export const charset = z
  .enum(['utf-8', 'shift_jis'])
  .default('utf-8')
  .meta({ description: '422 names the cells that Shift_JIS cannot write.' });

/** Files for other systems. */
export function exportRoutes({ ledger, directory }: Services): readonly AnyRoute[] {
  return [
    route({
      method: 'get',
      path: '/exports/attendance',
      tag: 'exports',
      summary:
        'Telework of a month, person by person: whole days, half days, days of hours, minutes of work; for attendance and the home-work allowance',
      access: ['hr'],
      query: z.strictObject({
        month: z
          .string()
          .regex(/^20\d{2}-(0[1-9]|1[0-2])$/)
          .meta({ examples: ['2027-04'] }),
        charset,
      }),
      replies: { 200: { description: 'CSV, by department and staff number.', schema: z.string(), type: 'text/csv' } },
      handle: async ({ query: { month, charset } }) => {
        const first = `${month}-01`;
        const people = await ledger.attendance(first, dayOn(`${dayOn(first, 31).slice(0, 7)}-01`, -1));
        const names = await namesOf(directory, people);
        const rows = people.map(({ staff, department, days, halfDays, hourlyDays, minutes }) => [
          ...[staff, names.get(staff) ?? '', department, month],
          ...[days, halfDays, hourlyDays, minutes],
        ]);
        return { status: 200, ...csvFileOf(`attendance-${month}`, { heading: attendance, rows }, charset) };
      },
    }),
    route({
      method: 'get',
      path: '/exports/registrations',
      tag: 'exports',
      summary: 'Who may telework and why: every registration that is open, as it stands; no address, phone or text',
      access: ['hr'],
      query: z.strictObject({ charset }),
      replies: { 200: { description: 'CSV, by department and staff number.', schema: z.string(), type: 'text/csv' } },
      handle: async ({ query: { charset } }) => {
        const open: CaseRow[] = [];
        for await (const row of every((page) => ledger.openCases({ procedure: 'registration', capacities: ['hr'], ...page })))
          open.push(row);
        open.sort((one, other) => (`${one.department}/${one.staff}` < `${other.department}/${other.staff}` ? -1 : 1));
        const names = await namesOf(directory, open);
        const rows = open.map(({ receiptNumber, staff, department, status, state }) => {
          const { form, version, validUntil, renewal = '' } = state as Registration;
          const { forms, workplace, reason = '', reasonEnds = '', frequency } = form;
          return [
            ...[receiptNumber, staff, names.get(staff) ?? '', department, status, forms.join(' '), workplace, reason, reasonEnds],
            ...[`${frequency.days}/${frequency.per}`, version, validUntil ? today(lastInstantOf(validUntil)) : '', renewal],
          ];
        });
        return { status: 200, ...csvFileOf('registrations', { heading: registrations, rows }, charset) };
      },
    }),
  ];
}

/** `validUntil` is the midnight that ends its last day. */
const lastInstantOf = (validUntil: string): string => new Date(Date.parse(validUntil) - 1).toISOString();
