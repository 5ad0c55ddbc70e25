import { z } from 'zod';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';

const outcome = z.object({
  added: z.int(),
  known: z.int().meta({ description: 'Stand in the master already and stay as they are.' }),
  problems: z.array(z.object({ line: z.int(), field: z.string(), problem: z.string() })),
});

/** Files that a city brings (design §8). All of a file is taken, or nothing. */
export function importRoutes({ ledger }: Services): readonly AnyRoute[] {
  return [
    route({
      method: 'post',
      path: '/imports/devices',
      tag: 'imports',
      summary: 'Add devices from CSV in UTF-8 or Shift_JIS; what the master has stays as it is',
      access: ['it', 'admin'],
      consumes: 'text/csv',
      query: z.strictObject({
        preview: z.enum(['true', 'false']).default('false').meta({ description: 'Says what would be done, and does nothing.' }),
      }),
      body: z.instanceof(Uint8Array),
      replies: { 200: { description: 'What was done, or would be; `problems` only in a preview.', schema: outcome } },
      handle: async ({ query, body, caller }) => {
        const preview = query.preview === 'true';
        const done = await ledger.importDevices(textOf(body), { by: caller.staffNumber, preview });
        if (done.problems.length && !preview) throw new Problem('ruleRefuses', { lines: done.problems });
        return { status: 200, body: done };
      },
    }),
  ];
}

/** What is not UTF-8 is Shift_JIS, as spreadsheets of Japanese offices write it; no text is valid in both unless it is ASCII. */
function textOf(bytes: Uint8Array): string {
  for (const encoding of ['utf-8', 'shift_jis']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // Not in this one.
    }
  }
  throw new Problem('malformed', { errors: [{ field: 'body', code: 'wrongEncoding' }] });
}
