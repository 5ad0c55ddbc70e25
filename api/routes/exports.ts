import { z } from 'zod';
import { dayOn } from '../../workflows/shared/dates.js';
import { csvOf } from '../files.js';
import type { Services } from '../parts.js';
import { type AnyRoute, route } from '../route.js';

const heading = ['staff_number', 'name', 'department', 'month', 'days', 'half_days', 'hourly_days', 'minutes'] as const;

/** Files for other systems. */
export function exportRoutes({ ledger, directory }: Services): readonly AnyRoute[] {
  /** Of everybody in these departments; who has left them is named one by one. */
  async function namesOf(people: readonly { staff: string; department: string }[]): Promise<ReadonlyMap<string, string>> {
    const units = await Promise.all([...new Set(people.map(({ department }) => department))].map((unit) => directory.staffOf(unit)));
    const names = new Map(units.flat().map(({ staffNumber, name }) => [staffNumber, name]));
    for (const { staff } of people) if (!names.has(staff)) names.set(staff, (await directory.staffMember(staff))?.name ?? '');
    return names;
  }

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
        charset: z.enum(['utf-8', 'shift_jis']).default('utf-8').meta({ description: '422 names the cells that Shift_JIS cannot write.' }),
      }),
      replies: { 200: { description: 'CSV, by department and staff number.', schema: z.string(), type: 'text/csv' } },
      handle: async ({ query: { month, charset } }) => {
        const first = `${month}-01`;
        const people = await ledger.attendance(first, dayOn(`${dayOn(first, 31).slice(0, 7)}-01`, -1));
        const names = await namesOf(people);
        const rows = people.map(({ staff, department, days, halfDays, hourlyDays, minutes }) => [
          ...[staff, names.get(staff) ?? '', department, month],
          ...[days, halfDays, hourlyDays, minutes],
        ]);
        const headers = {
          'Content-Type': `text/csv; charset=${charset}`,
          'Content-Disposition': `attachment; filename="attendance-${month}.csv"`,
        };
        return { status: 200, body: csvOf(heading, rows, charset), headers };
      },
    }),
  ];
}
