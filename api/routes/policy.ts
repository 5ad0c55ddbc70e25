import { z } from 'zod';
import { checklistOn } from '../../config/policy/pack.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { type AnyRoute, route } from '../route.js';

/** The municipality's rules, for whoever fills in a form. */
export function policyRoutes({ pack, clock }: Services): readonly AnyRoute[] {
  return [
    route({
      method: 'get',
      path: '/policy',
      tag: 'policy',
      summary: 'The policy pack in force: every value with its source, and the checklist of the workplace as it holds today',
      access: 'staff',
      replies: {
        200: {
          description: 'The pack, by the hash under which cases keep it.',
          schema: z.object({ name: z.string(), hash: z.string(), document: z.looseObject({}), checklist: z.array(z.looseObject({})) }),
        },
      },
      handle: async () => {
        const { name, hash, document } = pack;
        return { status: 200, body: { name, hash, document, checklist: checklistOn(pack, todayOf({ clock })) } };
      },
    }),
  ];
}
