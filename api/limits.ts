import type { RequestHandler } from 'express';
import { ipKeyGenerator, type Options, rateLimit } from 'express-rate-limit';
import { Problem } from './problems.js';

/** How many requests a minute are answered; all others are 429. */
export interface Limits {
  /** From one address. A municipality may stand behind one. */
  requestsPerMinute: number;
  /** Failed logins to one account, wherever they come from: few enough to guess nothing, and over in a minute. */
  failedLoginsPerMinute: number;
}

const limiter = (options: Pick<Options, 'limit' | 'keyGenerator'> & Partial<Options>): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    handler: (_request, response, next) => next(new Problem('tooMany', { retryAfter: Number(response.get('Retry-After')) || 60 })),
    ...options,
  });

export const requestLimit = ({ requestsPerMinute }: Limits): RequestHandler =>
  limiter({ limit: requestsPerMinute, keyGenerator: (request) => ipKeyGenerator(request.ip ?? '') });

/** Counts what the login refuses, by the account that was named; runs after the body is read. */
export const loginLimit = ({ failedLoginsPerMinute }: Limits): RequestHandler =>
  limiter({
    limit: failedLoginsPerMinute,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_request, response) => response.statusCode !== 401,
    keyGenerator: ({ body }) => (typeof body?.staffNumber === 'string' ? body.staffNumber.slice(0, 8) : ''),
  });
