import { z } from 'zod';
import { textOf } from '../files.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';
import { capacity, caseId, person } from '../schemas.js';
import { previewTransfers, type TransferPreview } from '../transfers.js';

const named = { id: caseId, procedure: z.string(), receiptNumber: z.string() };
const step = z.string();

const preview = z
  .object({
    approvals: z
      .array(z.object({ ...named, step, post: capacity, newPost: capacity, holder: person.optional(), newHolder: person.optional() }))
      .meta({ description: 'Open approvals that change hands, with who decides now and then; nobody while a post is vacant.' }),
    devices: z
      .array(
        z.object({
          assetTag: z.string(),
          pool: z.string(),
          why: z.enum(['holderMoves', 'holderLeaves', 'poolCloses']),
          receiptNumber: z.string().optional(),
          staff: person.optional(),
          department: z.string().optional().meta({ description: 'Where the holder goes.' }),
        }),
      )
      .meta({ description: 'Devices with somebody who goes elsewhere, and those of a pool whose department is no more.' }),
    registrations: z
      .array(z.object({ ...named, staff: person, why: z.string(), department: z.string().optional(), article: z.string().optional() }))
      .meta({ description: 'Registrations that end, by the rule of the pack under which each runs.' }),
    vacant: z
      .array(z.object({ post: capacity, former: person.optional(), closes: z.boolean(), waits: z.array(z.object({ ...named, step })) }))
      .meta({ description: 'Posts that nobody will hold, and what waits for them; `closes`: the unit is no more.' }),
    leaving: z
      .array(z.object({ staff: person, cases: z.array(z.object({ ...named, status: z.string() })) }))
      .meta({ description: 'People who leave with open cases.' }),
  })
  .meta({ id: 'TransferPreview' });

/** 人事異動, before it is announced (内示): for the personnel staff alone. */
export function transferRoutes(services: Services): readonly AnyRoute[] {
  const { files, views, quote } = services;
  const quoted = ({ registrations, ...rest }: TransferPreview) => ({
    ...rest,
    registrations: registrations.map(({ article, ...one }) => ({ ...one, ...(article && { article: quote(article) }) })),
  });
  return [
    route({
      method: 'post',
      path: '/transfers/preview',
      tag: 'transfers',
      summary: 'What the directory as it will be, as LDIF or CSV, would change in all that is open; nothing is changed, kept or told by it',
      access: ['personnel'],
      consumes: ['text/csv', 'text/x-ldif'],
      bodyLimit: '32mb', // The LDIF of 40,000 people.
      body: z.instanceof(Uint8Array),
      replies: { 200: { description: 'Everything that changes hands, moves, ends or is left to nobody.', schema: preview } },
      handle: async ({ body, mediaType }) => {
        const { organisation, problems } = await files.read(textOf(body), mediaType === 'text/csv' ? 'csv' : 'ldif');
        if (problems.length) throw new Problem('ruleRefuses', { lines: problems.slice(0, mostProblems) });
        await services.ledger.clockOffset(); // A town's clock may have been moved.
        return { status: 200, body: await views.shown(quoted(await previewTransfers(services, organisation))) };
      },
    }),
  ];
}

/** Of a file that is another one altogether every line is bad. */
const mostProblems = 100;
