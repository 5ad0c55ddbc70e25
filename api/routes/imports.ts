import { z } from 'zod';
import type { ImportProblem } from '../../activities/ledger/port.js';
import { textOf } from '../files.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';

/** What became of a file, or would. */
export const outcome = z.object({
  added: z.int(),
  known: z.int().meta({ description: 'Stand in the master already and stay as they are.' }),
  problems: z.array(z.object({ line: z.int(), field: z.string(), problem: z.string() })),
});

const personnelOutcome = outcome.extend({
  changed: z.int(),
  removed: z.int().meta({ description: 'Stood in the file before this one, were not over yet, and stand there no more.' }),
});
/** How a file is brought. */
export const bringing = z.strictObject({
  preview: z.enum(['true', 'false']).default('false').meta({ description: 'Says what would be done, and does nothing.' }),
});

/** What became of a file. @throws Problem ruleRefuses with its lines, where it is no preview */
export async function taken<Outcome extends { problems: readonly ImportProblem[] }>(
  asked: z.output<typeof bringing>,
  take: (options: { preview: boolean }) => Promise<Outcome>,
) {
  const preview = asked.preview === 'true';
  const done = await take({ preview });
  if (done.problems.length && !preview) throw new Problem('ruleRefuses', { lines: done.problems });
  return { status: 200, body: done };
}

/** Files that a city brings (design §8). All of a file is taken, or nothing. */
export function importRoutes({ ledger }: Services): readonly AnyRoute[] {
  const importing = <Outcome extends { problems: readonly ImportProblem[] }>(
    kind: string,
    about: Pick<AnyRoute, 'summary' | 'access' | 'bodyLimit'> & { schema: z.ZodType },
    take: (csv: string, options: { by: string; preview: boolean }) => Promise<Outcome>,
  ): AnyRoute =>
    route({
      method: 'post',
      path: `/imports/${kind}`,
      tag: 'imports',
      summary: about.summary,
      access: about.access,
      consumes: ['text/csv'],
      ...(about.bodyLimit && { bodyLimit: about.bodyLimit }),
      query: bringing,
      body: z.instanceof(Uint8Array),
      replies: { 200: { description: 'What was done, or would be; `problems` only in a preview.', schema: about.schema } },
      handle: ({ query, body, caller }) => taken(query, (options) => take(textOf(body), { by: caller.staffNumber, ...options })),
    });
  const whole = 'the file is the whole list, what is over stays; CSV in UTF-8 or Shift_JIS';
  const all = 'the file is the whole list; CSV in UTF-8 or Shift_JIS';

  return [
    importing(
      'devices',
      {
        summary: 'Add devices from CSV in UTF-8 or Shift_JIS; what the master has stays as it is',
        access: ['it', 'admin'],
        schema: outcome,
      },
      ledger.importDevices,
    ),
    importing(
      'absences',
      { summary: `Who is absent from when until when: ${whole}`, access: ['hr'], schema: personnelOutcome },
      ledger.importAbsences,
    ),
    importing(
      'employment',
      { summary: `How people are employed, and as what: ${whole}`, access: ['hr'], schema: personnelOutcome },
      ledger.importEmployment,
    ),
    importing(
      'training',
      { summary: 'Completed courses, added to those that stand; CSV in UTF-8 or Shift_JIS', access: ['hr'], schema: personnelOutcome },
      ledger.importTraining,
    ),
    importing(
      'observed',
      {
        summary: 'Telework that attendance has seen, added to what is known; CSV in UTF-8 or Shift_JIS, of at most 16 MB',
        access: ['hr'],
        schema: personnelOutcome,
        bodyLimit: '16mb', // A million rows: 40,000 people on 25 days, read in half a minute while others are served.
      },
      ledger.importObserved,
    ),
    importing(
      'situations',
      {
        summary: `Sex, children and care of the staff, for figures alone (004:393-402): ${all}`,
        access: ['hr'],
        schema: personnelOutcome,
      },
      ledger.importSituations,
    ),
    importing(
      'successions',
      { summary: `Departments that were renamed, merged or split: ${all}`, access: ['hr'], schema: personnelOutcome },
      ledger.importSuccessions,
    ),
    importing('seats', { summary: `Seats of satellite offices: ${whole}`, access: ['hr'], schema: personnelOutcome }, ledger.importSeats),
  ];
}
