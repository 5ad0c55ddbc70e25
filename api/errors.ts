import { isGrpcServiceError, ServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { DirectoryAway } from '../activities/directory/port.js';
import { isBadValue, isLedgerAway } from '../activities/ledger/away.js';
import { BadCursor } from '../activities/ledger/port.js';
import { type Language, say } from '../config/texts.js';
import { type FieldError, Problem, problemStatus } from './problems.js';

/** A problem as it goes out. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  errors?: readonly (FieldError & { message: string })[];
  lines?: Problem['details']['lines'];
  due?: readonly object[];
  ended?: string;
  part?: string;
}

/** The language that the caller reads, Japanese unless English is preferred (RFC 9110 §12.5.4). */
export const languageOf = (request: Pick<Request, 'acceptsLanguages'>): Language =>
  request.acceptsLanguages('ja', 'en') === 'en' ? 'en' : 'ja';

/** A rule's source as people quote it, where the rule names a value of the policy pack (`registration.employment`). */
export type Quote = (article: string) => string;

/** The problem in the caller's words. */
export function problemDocument({ type, details }: Problem, language: Language, quote: Quote): ProblemDocument {
  const { lines, due, ended, part } = details;
  const section = type === 'ruleRefuses' ? 'refusal' : 'invalid';
  const errors = details.errors?.map((error) => inWords(error, { section, language, quote }));
  return {
    type: `/problems/${type}`,
    title: say(language, 'problem', type),
    status: problemStatus[type],
    ...(errors && { errors }),
    ...(lines && { lines }),
    ...(due && { due }),
    ...(ended && { ended }),
    ...(part && { part }),
  };
}

/** What is wrong or refused, in the caller's words and with its source quoted. */
export function inWords(
  { article: named, ...error }: FieldError,
  { section, language, quote }: { section: 'refusal' | 'invalid'; language: Language; quote: Quote },
): FieldError & { message: string } {
  const article = named && quote(named);
  return { ...error, ...(article && { article }), message: say(language, section, error.code, { article, limit: error.limit }) };
}

/** The one place where a failure becomes an answer. What nobody foresaw is logged by name and place, without its message, which may quote a person's words. */
export function answerProblems(logger: Logger, quote: Quote, send: SendProblem = asJson): ErrorRequestHandler {
  return (failure, request, response, next) => {
    const problem = asProblem(failure);
    if (problem.type === 'internal') logger.error({ failure: traceOf(failure), requestId: response.locals.requestId }, 'a request failed');
    if (response.headersSent) return next(failure);
    const { retryAfter, allow } = problem.details;
    if (retryAfter) response.set('Retry-After', `${retryAfter}`);
    if (allow) response.set('Allow', allow.join(', '));
    if (problem.type === 'unauthenticated') response.set('WWW-Authenticate', 'Bearer');
    const language = languageOf(request);
    response.set('Content-Language', language).set('Cache-Control', 'no-store').vary('Accept-Language');
    response.status(problemStatus[problem.type]);
    send(problemDocument(problem, language, quote), { request, response, language });
  };
}

/** How a problem goes out, once its status and headers are set. */
export type SendProblem = (problem: ProblemDocument, to: { request: Request; response: Response; language: Language }) => void;

const asJson: SendProblem = (problem, { response }) => void response.type('application/problem+json').json(problem);

/** What the failure means to the caller. */
export function asProblem(failure: unknown): Problem {
  if (failure instanceof Problem) return failure;
  if (failure instanceof BadCursor) return new Problem('malformed', { errors: [{ field: 'query.cursor', code: 'wrongForm' }] });
  if (failure instanceof DirectoryAway) return away('directory');
  if (isLedgerAway(failure)) return away('postgresql');
  if (isTemporalAway(failure)) return away('temporal');
  return new Problem(isBadValue(failure) ? 'malformed' : (asClientError(failure) ?? 'internal'));
}

/** Seconds after which it is worth asking again: PostgreSQL, Temporal and the directory take this long to start. */
const retryAfter = 5;
export const away = (part: NonNullable<Problem['details']['part']>) => new Problem('away', { part, retryAfter });

/** What Express, its body parser and its router throw, by their status (`http-errors`). */
function asClientError(failure: unknown): Problem['type'] | undefined {
  if (!(failure instanceof Error && 'status' in failure)) return undefined;
  switch (failure.status) {
    case 400:
      return 'malformed';
    case 413:
      return 'tooLarge';
    case 415:
      return 'unsupportedMediaType';
    default:
      return undefined;
  }
}

/** The gRPC call found no server, no time or no permission to go on. */
function isTemporalAway(failure: unknown): boolean {
  if (failure instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const cause = failure instanceof ServiceError ? failure.cause : failure;
  return isGrpcServiceError(cause) && awayCodes.has(cause.code);
}

/** gRPC: CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE. */
const awayCodes: ReadonlySet<number> = new Set([1, 2, 4, 8, 10, 14]);

function traceOf(failure: unknown): object {
  if (!(failure instanceof Error)) return { name: typeof failure };
  const frames = failure.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: failure.name,
    ...('code' in failure && { code: failure.code }),
    ...('constraint' in failure && { constraint: failure.constraint }),
    at: frames?.slice(0, 8).map((line) => line.trim()),
    ...(failure.cause !== undefined && { cause: traceOf(failure.cause) }),
  };
}

/** The most that is worth naming at once. */
const mostErrors = 20;

/** What the schema found wrong, field by field; `at`: where in the request it looked. */
export function fieldErrors({ issues }: z.core.$ZodError, at: readonly PropertyKey[] = []): readonly FieldError[] {
  return issues.flatMap((issue) => errorsOf(issue, [...at, ...issue.path])).slice(0, mostErrors);
}

function errorsOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): readonly FieldError[] {
  const field = nameOf(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ field: nameOf([...path, key]), code: 'unknownField' }));
    case 'invalid_type':
      return [{ field, code: issue.input === undefined ? 'required' : 'wrongType', limit: issue.expected }];
    case 'invalid_value':
      return [{ field, code: issue.input === undefined ? 'required' : 'notOneOf', limit: issue.values.join(', ') }];
    case 'too_small':
      return [{ field, code: 'tooSmall', limit: `${issue.minimum}` }];
    case 'too_big':
      return [{ field, code: 'tooLarge', limit: `${issue.maximum}` }];
    case 'custom': {
      const { code = 'wrongForm', limit } = (issue.params ?? {}) as { code?: string; limit?: string };
      return [{ field, code, ...(limit !== undefined && { limit }) }];
    }
    default:
      return [{ field, code: 'wrongForm' }];
  }
}

/** A path such as `items.0.body.until`. A field that the client made up is named only where its name is plain. */
const nameOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => (/^[\w-]{1,40}$/.test(String(part)) ? String(part) : '?')).join('.');
