import { z } from 'zod';
import type { Capacity } from '../../activities/directory/port.js';
import type { MailAct } from '../../activities/ledger/port.js';
import { hasWorkflow } from '../../workflows/shared/procedures.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';
import { capacity, caseId, pageOf, paging, person } from '../schemas.js';

/** 管理者: keeps everything running, decides nothing and sees no forms (design §5). */
const operators: readonly Capacity[] = ['admin'];
const common = { tag: 'operations', access: operators } as const;

const effects = z.array(
  z.object({ name: z.string(), how: z.enum(['waiting', 'done', 'stuck']), reason: z.string().optional(), since: z.iso.datetime() }),
);
const copies = z.array(z.object({ how: z.enum(['sent', 'refused', 'uncertain']), detail: z.string().optional() }));
const mail = z.object({
  number: z.int(),
  messageId: z.string(),
  to: capacity,
  template: z.string(),
  receiptNumber: z.string().optional(),
  queuedAt: z.iso.datetime(),
  state: z.enum(['waiting', 'underWay', 'settled', 'nobody', 'overtaken', 'setAside']),
  dropped: z.int().meta({ description: 'Lines of a digest that were no longer due when it left.' }),
  troubled: z.boolean().meta({ description: 'Nobody got it, or somebody did not or perhaps did not, and nobody has looked at it yet.' }),
  copies,
  acts: z
    .array(z.object({ act: z.enum(['sendAgain', 'setAside']), by: person, at: z.iso.datetime(), copies }))
    .meta({ description: 'What was done about it, and what had become of its copies by then.' }),
});
const byNumber = z.strictObject({ number: z.coerce.number().int().min(1).max(2_147_483_647) });

/** What an administrator can do about a mail that did not arrive. */
const mailActs = {
  sendAgain: 'Send what did not arrive of a mail again, under the same Message-IDs',
  setAside: 'Leave a mail that did not arrive at that',
} as const satisfies Record<MailAct, string>;

const unattended = z.object({
  id: caseId,
  procedure: z.string(),
  receiptNumber: z.string(),
  status: z.string(),
  step: z.string(),
  who: capacity.meta({ description: 'For whom it waits: a post that is vacant, or whose holder is away without anybody to act.' }),
  since: z.iso.datetime(),
});

/** What an administrator does about mail and cases, and HR about posts. */
export function operationRoutes({ ledger, workflows, views, hash, movesClock }: Services): readonly AnyRoute[] {
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
      query: z.strictObject({
        state: mail.shape.state.exactOptional(),
        troubled: z.literal('true').exactOptional().meta({ description: 'Only what did not arrive and nobody has looked at yet.' }),
        ...paging,
      }),
      replies: { 200: { description: 'One page.', schema: pageOf(mail) } },
      handle: async ({ query: { troubled, ...query } }) => {
        const { items, cursor } = await ledger.mails({ ...query, troubled: troubled === 'true' });
        return { status: 200, body: { items: await views.shown(items), cursor } };
      },
    }),
    route({
      ...common,
      method: 'get',
      path: '/mails/{number}',
      summary: 'One mail, and what was done about it',
      params: byNumber,
      replies: { 200: { description: 'The mail.', schema: mail } },
      handle: async ({ path: { number } }) => {
        const found = await ledger.mail(number);
        if (!found) throw new Problem('notFound');
        return { status: 200, body: await views.shown(found) };
      },
    }),
    ...(Object.keys(mailActs) as MailAct[]).map((act) =>
      route({
        ...common,
        method: 'post',
        path: `/mails/{number}/steps/${act}`,
        summary: mailActs[act],
        needs: 'Idempotency-Key',
        params: byNumber,
        body: z.strictObject({}),
        replies: { 200: { description: 'The mail as it then stands; a repeat gets the same.', schema: mail } },
        handle: async ({ path: { number }, caller: { staffNumber: by }, key }) => {
          const worked = await ledger.workMail({ number, act }, { by, key: hash('mail', act, `${number}`, by, key) });
          if (worked) return { status: 200, body: await views.shown(worked) };
          throw new Problem((await ledger.mail(number)) ? 'notDue' : 'notFound');
        },
      }),
    ),
    route({
      method: 'get',
      path: '/unattended',
      tag: 'operations',
      summary: 'Steps that nobody can take, as the last morning round found them; longest first',
      access: ['hr'],
      query: z.strictObject(paging),
      replies: { 200: { description: 'One page.', schema: pageOf(unattended) } },
      handle: async ({ query }) => {
        const { items, cursor } = await ledger.unattended(query);
        return { status: 200, body: { items: items.map(({ caseId: id, ...one }) => ({ id, ...one })), cursor } };
      },
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
