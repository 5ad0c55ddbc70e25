import type { ImportProblem, Refusal } from '../activities/ledger/port.js';

/** Every way in which the API says no (RFC 9457): the last part of its `type` URI, which never changes (`/problems/notDue`), and its words in the catalogue. */
export const problemStatus = {
  malformed: 400,
  unauthenticated: 401,
  wrongPassword: 401,
  forbidden: 403,
  notFound: 404,
  methodNotAllowed: 405,
  notDue: 409,
  conflict: 409,
  changed: 412,
  tooLarge: 413,
  unsupportedMediaType: 415,
  ruleRefuses: 422,
  keyReused: 422,
  keyNeeded: 428,
  versionNeeded: 428,
  tooMany: 429,
  internal: 500,
  away: 503,
} as const;

export type ProblemType = keyof typeof problemStatus;

/** What is wrong with one field, or which rule refuses: `code` has its words in the catalogue; `field` is a path such as `items.0.body.until`. */
export interface FieldError extends Omit<Refusal, 'article'> {
  article?: string;
}

/** Beside its type: what the client needs to do better. Never a value that was handed in, never personal data. */
export interface ProblemDetails {
  errors?: readonly FieldError[];
  /** 422: the lines of a file that cannot be taken. */
  lines?: readonly ImportProblem[];
  /** 409: what the case waits for instead. */
  due?: readonly object[];
  /** 409: how the case has ended. */
  ended?: string;
  /** 503: which part cannot be reached. */
  part?: 'temporal' | 'postgresql' | 'directory' | 'worker';
  /** 429 and 503, in seconds. */
  retryAfter?: number;
  /** 405. */
  allow?: readonly string[];
}

/** An answer of the API that is not what was asked for. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly type: ProblemType,
    readonly details: ProblemDetails = {},
  ) {
    super(type);
  }
}
