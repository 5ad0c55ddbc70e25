import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { Capacity } from '../activities/directory/port.js';
import type { Language } from '../config/texts.js';
import type { Caller } from './auth.js';
import { fieldErrors, languageOf } from './errors.js';
import { Problem } from './problems.js';
import type { InTurn } from './turns.js';

/** One request, checked: what it names in path and query, what it brings, who makes it. */
export interface Call<Path = unknown, Query = unknown, Body = unknown> {
  path: Path;
  query: Query;
  body: Body;
  /** Nobody in particular on a route for anyone. */
  caller: Caller;
  language: Language;
  /** Of the body; empty where there is none. */
  mediaType: string;
  /** Idempotency-Key; empty where the route needs none. */
  key: string;
  /** The version that the caller has seen (If-Match); 0 where the route needs none. */
  version: number;
  /** Fires when the time in which every request is answered is nearly over. */
  arrival: AbortSignal;
}

export interface Reply {
  status: number;
  /** Bytes are a file, whose Content-Type is among the headers; anything else is sent as JSON. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/** One operation of the API: the same entry makes its handler, its checks and its page in the OpenAPI document. */
export interface Route<Path = unknown, Query = unknown, Body = unknown> {
  method: 'get' | 'post' | 'put' | 'delete';
  /** OpenAPI template below /api/v1, such as `/device-loans/{id}`. */
  path: `/${string}`;
  tag: string;
  summary: string;
  /** Who may call it: anybody, whoever is logged in, or who holds one of the capacities. What they see and may do is the rules' matter. */
  access: 'anyone' | 'staff' | readonly Capacity[];
  params?: z.ZodType<Path>;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  /** Media types of the body where it is not JSON but a file; it then arrives as bytes. */
  consumes?: readonly ('text/csv' | 'text/x-ldif')[];
  /** The largest body, where it is not two megabytes of a file or 64 kB of a form. */
  bodyLimit?: `${number}mb`;
  /** A request header without which the answer is 428. */
  needs?: 'Idempotency-Key' | 'If-Match';
  /** While the directory is away it is answered on what was last known of the caller (design §4.18). Reading always is. */
  protecting?: boolean;
  /** Stricter than for other requests; sees the body as it came. */
  limit?: RequestHandler;
  /** What it answers when all is well, by status. */
  replies: Readonly<Record<number, { description: string; schema?: z.ZodType /** Where it is not JSON but a file. */; type?: 'text/csv' }>>;
  handle(call: Call<Path, Query, Body>): Promise<Reply>;
}

/** A route whose kinds of path, query and body are known to itself only. */
// biome-ignore lint/suspicious/noExplicitAny: a table holds routes of many kinds; `route` has checked each.
export type AnyRoute = Route<any, any, any>;

/** Lets a route's own schemas say what its handler gets. */
export const route = <Path, Query, Body>(definition: Route<Path, Query, Body>): AnyRoute => definition;

/** Everything is answered within 5 s (design §6); the rest is for the way back. */
export const answerWithinMs = 4_600;
/** Forms are small; a bulk step of fifty items is the largest. */
const jsonLimit = '64kb';
const fileLimit = '2mb';

/** Who calls; throws `unauthenticated`, or `away` where nobody knows. */
export type Authenticate = (request: Request, route: AnyRoute) => Promise<Caller>;

/** The routes as an Express router; other methods on their paths are refused with what is allowed. */
export function mount(routes: readonly AnyRoute[], authenticate: Authenticate, inTurn: InTurn): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const path of new Set(routes.map((one) => one.path))) {
    const own = routes.filter((one) => one.path === path);
    const place = router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    place.all((_request, response, next) => {
      response.locals.template = path;
      next();
    });
    for (const one of own) {
      const knowCaller: RequestHandler = async (request, response, next) => {
        response.locals.caller = await inTurn(() => authenticate(request, one));
        next();
      };
      place[one.method](knowCaller, ...bodyReaders(one), ...(one.limit ? [one.limit] : []), answer(one, inTurn));
    }
    place.all(() => {
      throw new Problem('methodNotAllowed', { allow: own.map(({ method }) => method.toUpperCase()) });
    });
  }
  return router;
}

function answer(one: AnyRoute, inTurn: InTurn): RequestHandler {
  return async (request, response) => {
    const [path, query, body] = checked(one, request);
    const call = {
      path,
      query,
      body,
      caller: response.locals.caller,
      language: languageOf(request),
      mediaType: request.is([...(one.consumes ?? ['application/json'])]) || '',
      key: one.needs === 'Idempotency-Key' ? idempotencyKey(request) : '',
      version: one.needs === 'If-Match' ? seenVersion(request) : 0,
    };
    const handled = await inTurn(() => {
      const arrival = new AbortController();
      const late = setTimeout(() => arrival.abort(), answerWithinMs);
      return one.handle({ ...call, arrival: arrival.signal }).finally(() => clearTimeout(late));
    }, 'begun');
    const { status, body: content, headers } = handled;
    response.status(status).set({ 'Cache-Control': 'private, no-cache', ...headers });
    if (content === undefined) response.end();
    else if (content instanceof Uint8Array) response.send(Buffer.from(content));
    else response.json(content);
  };
}

/** A body that is not of the route's media type is refused before it is read; none at all is an empty form. */
function bodyReaders({ body, consumes, bodyLimit }: AnyRoute): readonly RequestHandler[] {
  if (!body) return [];
  const ofType: RequestHandler = (request, _response, next) => {
    const isEmpty = request.get('Content-Length') === '0';
    if (!isEmpty && request.is([...(consumes ?? ['application/json'])]) === false) throw new Problem('unsupportedMediaType');
    next();
  };
  if (consumes) return [ofType, express.raw({ type: [...consumes], limit: bodyLimit ?? fileLimit })];
  const verify = (_request: unknown, _response: unknown, bytes: Buffer, encoding: string) => {
    if (encoding !== 'utf-8' || !isUtf8(bytes)) throw new Problem('malformed', { errors: [{ field: 'body', code: 'wrongEncoding' }] });
  };
  return [ofType, express.json({ limit: bodyLimit ?? jsonLimit, verify })];
}

/** A route that asks for no query takes none. */
const nothing = z.strictObject({});

/** Path, query and body as the schemas read them; everything that is wrong is named at once. */
export function checked(
  { params, query, body, consumes }: AnyRoute,
  request: Pick<Request, 'params' | 'query' | 'body'>,
): [unknown, unknown, unknown] {
  const parts: [z.ZodType | undefined, unknown, string][] = [
    [params, request.params, 'path'],
    [query ?? nothing, request.query, 'query'],
    [body, request.body ?? (consumes ? undefined : {}), 'body'],
  ];
  const results = parts.map(([schema, value, place]) => {
    if (!schema) return { data: undefined, errors: [] };
    const result = schema.safeParse(value, { reportInput: true });
    return result.success ? { data: result.data, errors: [] } : { errors: fieldErrors(result.error, place === 'body' ? [] : [place]) };
  });
  const errors = results.flatMap((result) => result.errors);
  if (errors.length) throw new Problem('malformed', { errors });
  return results.map(({ data }) => data) as [unknown, unknown, unknown];
}

/** Whatever is printable; a UUID is best. */
function idempotencyKey(request: Request): string {
  const key = request.get('Idempotency-Key');
  if (key === undefined) throw new Problem('keyNeeded');
  if (!/^[\x21-\x7e]{1,128}$/.test(key)) throw new Problem('malformed', { errors: [{ field: 'Idempotency-Key', code: 'wrongForm' }] });
  return key;
}

function seenVersion(request: Request): number {
  const tag = request.get('If-Match');
  if (tag === undefined) throw new Problem('versionNeeded');
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(tag)?.[1];
  if (!version) throw new Problem('malformed', { errors: [{ field: 'If-Match', code: 'wrongForm' }] });
  return Number(version);
}
