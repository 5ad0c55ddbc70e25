import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { problemStatus } from './problems.js';
import type { AnyRoute } from './route.js';

const problem = z
  .object({
    type: z.string().meta({ examples: ['/problems/notDue'] }),
    title: z.string(),
    status: z.int(),
    errors: z
      .array(
        z.object({
          field: z.string().optional(),
          code: z.string(),
          article: z.string().optional(),
          limit: z.string().optional(),
          message: z.string(),
        }),
      )
      .optional(),
    lines: z
      .array(z.object({ line: z.int(), field: z.string(), problem: z.string() }))
      .optional()
      .meta({ description: '422: of a file.' }),
    due: z.array(z.looseObject({})).optional().meta({ description: '409: what can be done instead.' }),
    ended: z.string().optional().meta({ description: '409: how the case has ended.' }),
    part: z.string().optional().meta({ description: '503: which part cannot be reached.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

const problemOf = (description: string) => ({ description, content: { 'application/problem+json': { schema: problem } } });

/** The OpenAPI 3.1 document of the routes, made from the schemas that check the requests. */
export function openApiDocument(routes: readonly AnyRoute[]) {
  const paths: ZodOpenApiPathsObject = {};
  for (const one of routes) paths[one.path] = { ...paths[one.path], [one.method]: operation(one) };
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Telework programme',
      version: '1',
      description:
        'One shape for every procedure: open a case, look at it and at what is due, take a step. Every refusal is an RFC 9457 problem.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ login: [] }],
    components: { securitySchemes: { login: { type: 'http', scheme: 'bearer', description: 'From POST /sessions.' } } },
    paths,
  });
}

function operation(one: AnyRoute): ZodOpenApiOperationObject {
  const { method, path, tag, summary, access, params, query, body, consumes, needs, replies } = one;
  const isObject = (schema: z.ZodType | undefined): schema is z.ZodObject => schema instanceof z.ZodObject;
  return {
    operationId: `${method}${path.replaceAll(/[/{}-]+(\w?)/g, (_all, letter: string) => letter.toUpperCase())}`,
    tags: [tag],
    summary,
    ...(access === 'anyone' && { security: [] }),
    requestParams: {
      ...(isObject(params) && { path: params }),
      ...(isObject(query) && { query }),
      ...(needs && {
        header: z.object({ [needs]: needs === 'If-Match' ? z.string().regex(/^"\d{1,9}"$/) : z.string().regex(/^[\x21-\x7e]{1,128}$/) }),
      }),
    },
    ...(body && {
      requestBody: {
        required: true,
        content: consumes
          ? Object.fromEntries(consumes.map((type) => [type, { schema: z.string() }]))
          : { 'application/json': { schema: body } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(replies).map(([status, { description, schema, type = 'application/json' }]) => [
          status,
          { description, ...(schema && { content: { [type]: { schema } } }) },
        ]),
      ),
      ...Object.fromEntries(possibleProblems(one).map(([status, types]) => [status, problemOf(types)])),
    },
  };
}

/** The refusals that a route can answer, by status, with the last parts of their types. */
function possibleProblems({ access, params, query, body, needs }: AnyRoute): [string, string][] {
  const possible = new Set<number>([429, 503]);
  if (params || query || body) possible.add(400);
  if (body) for (const status of [413, 415]) possible.add(status);
  for (const status of access === 'anyone' ? [401] : [401, 403]) possible.add(status);
  if (params) possible.add(404);
  if (needs) for (const status of [409, 422, 428]) possible.add(status);
  if (needs === 'If-Match') possible.add(412);
  return [...possible].map((status) => [
    `${status}`,
    Object.entries(problemStatus)
      .flatMap(([type, of]) => (of === status ? [type] : []))
      .join(', '),
  ]);
}
