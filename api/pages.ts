import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { Router } from 'express';
import { say } from '../config/texts.js';
import { openApiDocument } from './openapi.js';
import { Problem, type ProblemType, problemStatus } from './problems.js';
import type { AnyRoute } from './route.js';

/** What explains the API to those who use it: the OpenAPI document, a page to try it, and a page for each type of problem. Nothing comes from elsewhere. */
export function documentationPages(routes: readonly AnyRoute[]): Router {
  const router = Router();
  const document = openApiDocument(routes);
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  router.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  router.get('/docs/swagger-initializer.js', (_request, response) => {
    response
      .type('text/javascript')
      .send("window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', validatorUrl: null });\n");
  });
  router.use('/docs', express.static(swagger));
  router.get('/problems/:type', ({ params: { type } }, response) => {
    if (!isProblemType(type)) throw new Problem('notFound');
    response.type('text/html').send(problemPage(type));
  });
  return router;
}

const isProblemType = (type: string): type is ProblemType => Object.hasOwn(problemStatus, type);

const problemPage = (type: ProblemType): string => `<!doctype html>
<html lang="ja"><meta charset="utf-8"><title>${type}</title>
<h1>${type} (HTTP ${problemStatus[type]})</h1>
<p>${say('ja', 'problem', type)}</p>
<p lang="en">${say('en', 'problem', type)}</p>
</html>
`;
