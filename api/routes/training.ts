import { z } from 'zod';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';
import { date, pageOf, paging, person, staffNumber } from '../schemas.js';

const completion = {
  course: z
    .string()
    .regex(/^[A-Za-z]{1,40}$/)
    .meta({ description: 'As training files name it; telework days ask for `telework`.', examples: ['telework'] }),
  completed: date,
  expires: date.exactOptional().meta({ description: 'The last day on which it counts; absent: it does not end.' }),
};
const shownTraining = z.object({ staff: person, ...completion, expires: date.optional() }).meta({ id: 'Training' });

/** 研修の修了: recorded by HR beside the training system's files (`/imports/training`). */
export function trainingRoutes({ ledger, views, clock }: Services): readonly AnyRoute[] {
  return [
    route({
      method: 'post',
      path: '/training',
      tag: 'training',
      summary: 'Record that somebody has completed a course; a repeat, or what is earlier than what stands, changes nothing',
      access: ['hr'],
      body: z.strictObject({ staff: staffNumber, ...completion }),
      replies: { 200: { description: 'What then stands.', schema: shownTraining } },
      handle: async ({ body, caller }) => {
        const now = clock.now().toISOString();
        const late = body.completed > now || (body.expires !== undefined && body.expires < body.completed);
        if (late)
          throw new Problem('ruleRefuses', {
            errors: [{ code: 'trainingDates', article: '研修の修了', field: 'completed', limit: body.completed }],
          });
        return { status: 200, body: await views.shown(await ledger.recordTraining(body, caller.staffNumber)) };
      },
    }),
    route({
      method: 'get',
      path: '/training',
      tag: 'training',
      summary: 'Completed courses, to HR of all, to everybody else their own',
      access: 'staff',
      query: z.strictObject(paging),
      replies: { 200: { description: 'One page.', schema: pageOf(shownTraining) } },
      handle: async ({ query, caller: { staffNumber: me, capacities } }) => {
        const { items, cursor } = await ledger.training({ ...query, ...(!capacities.includes('hr') && { staff: me }) });
        return { status: 200, body: { items: await views.shown(items), cursor } };
      },
    }),
  ];
}
