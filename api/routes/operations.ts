import { z } from 'zod';
import type { Capacity } from '../../activities/directory/port.js';
import { hasWorkflow } from '../../workflows/shared/procedures.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';
import { capacity, caseId, pageOf, paging } from '../schemas.js';

/** 管理者: keeps everything running, decides nothing and sees no forms (design §5). */
const operators: readonly Capacity[] = ['admin'];
const common = { tag: 'operations', access: operators } as const;

const effects = z.array(
  z.object({ name: z.string(), how: z.enum(['waiting', 'done', 'stuck']), reason: z.string().optional(), since: z.iso.datetime() }),
);
const mail = z.object({
  messageId: z.string(),
  to: capacity,
  template: z.string(),
  receiptNumber: z.string().optional(),
  queuedAt: z.iso.datetime(),
  state: z.enum(['waiting', 'underWay', 'settled', 'nobody']),
  copies: z.array(z.object({ how: z.enum(['sent', 'refused', 'uncertain']), detail: z.string().optional() })),
});

/** What an administrator does. */
export function operationRoutes({ ledger, workflows, movesClock }: Services): readonly AnyRoute[] {
  return [
    route({
      ...common,
      method: 'post',
      path: '/cases/{id}/retry',
      summary: 'Have a case look for news, and try again what is stuck outside',
      params: z.strictObject({ id: caseId }),
      body: z.strictObject({}),
      replies: {
        202: { description: 'It has been told.', schema: z.object({ id: caseId, receiptNumber: z.string(), status: z.string(), effects }) },
      },
      handle: async ({ path: { id }, arrival }) => {
        const row = await ledger.caseById(id);
        if (!row || !hasWorkflow(row)) throw new Problem('notFound');
        await workflows.nudge({ procedure: row.procedure, caseId: id }, arrival);
        const { receiptNumber, status } = row;
        return { status: 202, body: { id, receiptNumber, status, effects: await ledger.effects(id) } };
      },
    }),
    route({
      ...common,
      method: 'get',
      path: '/mails',
      summary: 'The outgoing mail and what became of it, newest first; never its words or addresses',
      query: z.strictObject({ state: mail.shape.state.exactOptional(), ...paging }),
      replies: { 200: { description: 'One page.', schema: pageOf(mail) } },
      handle: async ({ query }) => ({ status: 200, body: await ledger.mails(query) }),
    }),
    ...(movesClock ? [clockRoute({ ledger })] : []),
  ];
}

/** A town's own: in production nobody moves the clock (design §4.15). */
const clockRoute = ({ ledger }: Pick<Services, 'ledger'>): AnyRoute =>
  route({
    ...common,
    method: 'post',
    path: '/admin/clock',
    summary: 'Move the town’s clock on; it only goes forward',
    body: z.strictObject({
      forwardMs: z
        .int()
        .min(1)
        .max(400 * 86_400_000),
    }),
    replies: { 200: { description: 'The town’s time after it.', schema: z.object({ now: z.iso.datetime(), offsetMs: z.int() }) } },
    handle: async ({ body }) => {
      const offsetMs = await ledger.moveClock(body.forwardMs);
      return { status: 200, body: { now: ledger.townClock.now().toISOString(), offsetMs } };
    },
  });
