import { z } from 'zod';
import { type Limits, loginLimit } from '../limits.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';
import { staffNumber } from '../schemas.js';

/** A working day and its overtime; whoever comes back the next morning logs in again. */
const sessionLastsMs = 12 * 3_600_000;

/** Login and logout. The password goes to the directory and nowhere else. */
export function sessionRoutes({ ledger, directory, clock }: Services, limits: Limits): readonly AnyRoute[] {
  return [
    route({
      method: 'post',
      path: '/sessions',
      tag: 'sessions',
      summary: 'Log in: a bearer token for twelve hours',
      access: 'anyone',
      limit: loginLimit(limits),
      body: z.strictObject({ staffNumber, password: z.string().min(1).max(256).meta({ format: 'password' }) }),
      replies: {
        201: {
          description: 'The token, shown this once.',
          schema: z.object({ token: z.string(), expiresAt: z.iso.datetime(), staffNumber }),
        },
      },
      handle: async ({ body }) => {
        const answer = await directory.authenticate(body.staffNumber, body.password);
        if (answer !== 'ok') throw new Problem('wrongPassword'); // Whether the account is disabled is not told to who does not know its password.
        await ledger.clockOffset(); // A town's clock may have been moved.
        const expiresAt = new Date(clock.now().getTime() + sessionLastsMs).toISOString();
        return {
          status: 201,
          body: { token: await ledger.openSession(body.staffNumber, expiresAt), expiresAt, staffNumber: body.staffNumber },
        };
      },
    }),
    route({
      method: 'delete',
      path: '/sessions/current',
      tag: 'sessions',
      summary: 'Log out',
      access: 'staff',
      protecting: true,
      replies: { 204: { description: 'The token is worth nothing any more.' } },
      handle: async ({ caller }) => {
        await ledger.endSession(caller.token);
        return { status: 204 };
      },
    }),
  ];
}
