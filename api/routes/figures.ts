import { z } from 'zod';
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

/** Counts for those who keep the programme and review it; of people nothing. */
export function figureRoutes({ ledger }: Services): readonly AnyRoute[] {
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
  ];
}
