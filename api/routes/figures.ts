import { z } from 'zod';
import { fiscalYear } from '../../config/calendar.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { type AnyRoute, route } from '../route.js';

const registrationFigure = z
  .object({
    department: z.string(),
    status: z.string(),
    cause: z.string().optional().meta({ description: 'Why it ended, where it did so by itself or by HR.' }),
    closedBy: z
      .enum(['person', 'hr', 'supervisor', 'system'])
      .optional()
      .meta({ description: 'Whose signature ended it; `system`: a date or the directory. Absent while it is open.' }),
    confirmation: z
      .enum(['notAsked', 'signed', 'notSigned'])
      .meta({ description: 'Whether the person signed for the next year when last asked; what nobody signed counts as approved nowhere.' }),
    count: z.int(),
  })
  .meta({ id: 'RegistrationFigure' });

const figure = { uses: z.int().meta({ description: '延べ利用: days that were begun.' }), persons: z.int() };
const month = z.string().meta({ examples: ['2027-04'] });
const dayFigures = z
  .object({
    fiscalYear: z.int(),
    total: z.object(figure),
    byMonth: z.array(z.object({ month, ...figure })),
    byForm: z.array(z.object({ form: z.string(), ...figure })),
    byDepartment: z.array(z.object({ department: z.string(), ...figure })),
    byAll: z.array(z.object({ month, form: z.string(), department: z.string(), ...figure })),
  })
  .meta({
    id: 'DayFigures',
    description: 'Uses add up; people who stand in several lines are counted once in each, and once in the total.',
  });

/** Counts for those who keep the programme and review it; of people nothing. */
export function figureRoutes({ ledger, clock }: Services): readonly AnyRoute[] {
  return [
    route({
      method: 'get',
      path: '/figures/registrations',
      tag: 'figures',
      summary: 'Registrations by department, by how they stand or ended, by whose signature, and whether the person has signed',
      access: ['hr', 'committee'],
      replies: {
        200: { description: 'One line for each combination that there is.', schema: z.object({ items: z.array(registrationFigure) }) },
      },
      handle: async () => ({ status: 200, body: { items: await ledger.registrationFigures() } }),
    }),
    route({
      method: 'get',
      path: '/figures/telework-days',
      tag: 'figures',
      summary: 'Telework days of a fiscal year: total uses and persons, by month, form and department',
      access: ['hr', 'committee'],
      query: z.strictObject({
        fiscalYear: z.coerce.number().int().min(2000).max(2049).exactOptional().meta({ description: '年度; absent: the present one.' }),
      }),
      replies: { 200: { description: 'One line for each that there is.', schema: dayFigures } },
      handle: async ({ query }) => {
        const year = query.fiscalYear ?? fiscalYear(todayOf({ clock }));
        return { status: 200, body: { fiscalYear: year, ...(await ledger.dayFigures(`${year}-04-01`, `${year + 1}-03-31`)) } };
      },
    }),
  ];
}
