import { randomUUID } from 'node:crypto';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { casePaths } from '../../workflows/shared/procedures.js';
import { createAuthenticate } from '../auth.js';
import { answerProblems, asProblem, languageOf, problemDocument, type SendProblem } from '../errors.js';
import { type Parts, quoteFrom } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, answerWithinMs, checked } from '../route.js';
import { caseId, shapeOf } from '../schemas.js';
import type { InTurn } from '../turns.js';
import type { ShownCase, ShownEvent } from '../views.js';
import { read } from './fields.js';
import { type Frame, type Handler, valuesFrom } from './frame.js';
import { sendPage } from './html.js';
import { casePage, logInPage, problemPage, type Refused, type ShownTask, type Terms, tasksPage } from './show.js';
import { surveyPages } from './surveys.js';

interface PageParts extends Parts {
  routes: readonly AnyRoute[];
  /** Both the same as for the API: whoever asks too much there may not go on here, and nobody comes before others. */
  limit: RequestHandler;
  inTurn: InTurn;
  publicUrl: string;
}

const cookie = 'session';
const tokenOf = (request: Request): string | undefined => /(?:^|; ?)session=([\w-]{43})(?:;|$)/.exec(request.get('Cookie') ?? '')?.[1];

/** What a form hands in beside its fields: what to do (a step, `logIn` or `logOut`), and the key that was made with the page. */
const handedIn = z.object({ do: z.string(), key: z.uuid() });
const query = z.object({ taken: z.string().optional() });

/**
 * The pages that mails lead to: what waits for a person, and a case with the forms of those steps that are theirs, at the addresses where the API has both as JSON. Everything is asked
 * of the API's own routes, so the pages know, show and do nothing that these do not. A form goes to the address of its page and comes back to it: there is no other place to be sent to.
 * The login is a cookie, which the JSON API takes from nobody.
 */
export function casePages({ routes, limit, inTurn, publicUrl, ...parts }: PageParts): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const authenticate = createAuthenticate(parts, tokenOf);
  const quote = quoteFrom(parts.pack);
  const answerInHtml = answerProblems(parts.logger, quote, sendProblemPage);
  const cookieOptions = { httpOnly: true, sameSite: 'strict', secure: publicUrl.startsWith('https:'), path: '/api/v1' } as const;
  const documentOf: Frame['documentOf'] = (problem, request) => problemDocument(problem, languageOf(request), quote);
  const routeAt: Frame['routeAt'] = (method, path) => {
    const found = routes.find((one) => one.method === method && one.path === path);
    if (!found) throw new Error(`no route ${method} ${path}`);
    return found;
  };
  const [logIn, logOut, tasks] = [routeAt('post', '/sessions'), routeAt('delete', '/sessions/current'), routeAt('get', '/me/tasks')];

  const ask: Frame['ask'] = (one, request, { params = {}, query = {}, body = {}, key = '' } = {}) =>
    inTurn(async () => {
      const caller = await authenticate(request, one);
      const [path, asked, given] = checked(one, { params, query, body });
      const call = { path, query: asked, body: given, caller, language: languageOf(request), mediaType: '', key, version: 0 };
      return one.handle({ ...call, arrival: AbortSignal.timeout(answerWithinMs) });
    });

  const enter: Handler = async (request, response) => {
    const { staffNumber, password } = request.body;
    const { body } = await ask(logIn, request, { body: { staffNumber, password } });
    response.cookie(cookie, (body as { token: string }).token, cookieOptions).redirect(303, request.path);
  };
  const leave: Handler = async (request, response) => {
    await ask(logOut, request);
    response.clearCookie(cookie, cookieOptions).redirect(303, request.path);
  };
  const limitLogIn: RequestHandler = (request, response, next) =>
    request.body?.do === 'logIn' && logIn.limit ? logIn.limit(request, response, next) : next();

  const page: Frame['page'] = (path, show, forms) => {
    const place = router.route(`/api/v1${path.replace(/\{(\w+)\}/, ':$1')}`);
    place.all((request, response, next) => {
      response.vary('Accept');
      const { id }: Record<string, unknown> = request.params;
      if (!asksForPage(request) || (id !== undefined && !caseId.safeParse(id).success)) return next('route');
      response.locals.template = path;
      next();
    });
    place.all(limit);
    place.get((request, response) => show(request, response));
    const readForm = express.urlencoded({ extended: false, limit: forms?.limit ?? '64kb' });
    place.post(refuseForeign(publicUrl), readForm, limitLogIn, async (request, response) => {
      const what: unknown = request.body?.do;
      if (what === 'logIn') return enter(request, response);
      if (what === 'logOut') return leave(request, response);
      if (!forms) throw new Problem('malformed');
      return forms.act(request, response);
    });
    place.all(answerInHtml);
  };

  page('/me/tasks', async (request, response) => {
    const { body } = await ask(tasks, request, { query: request.query });
    const language = languageOf(request);
    sendPage(response, language, tasksPage(language, body as { items: readonly ShownTask[]; cursor?: string }));
  });

  for (const path of Object.values(casePaths)) {
    const [one, events] = [routeAt('get', `${path}/{id}`), routeAt('get', `${path}/{id}/events`)];
    const stepsAt = `${path}/{id}/steps/`;
    const steps = new Map(
      routes.flatMap((step) => (step.path.startsWith(stepsAt) ? [[step.path.slice(stepsAt.length), step] as const] : [])),
    );
    const opening = routes.find((route) => route.method === 'post' && route.path === path);
    const terms = routes.find((route) => route.path === `${path}/{id}/terms`);

    const show = async (request: Request, response: Response, refused?: Refused): Promise<void> => {
      const language = languageOf(request);
      const { params } = request;
      const [{ body: shown }, { body: timeline }] = await Promise.all([ask(one, request, { params }), ask(events, request, { params })]);
      const { items } = timeline as { items: readonly ShownEvent[] };
      const { taken } = query.parse(request.query);
      const signs = (shown as ShownCase).due.some((due) => 'mine' in due && due.mine && due.step === 'receive');
      const signed = terms && signs && { terms: (await ask(terms, request, { params })).body as Terms };
      const content = {
        ...signed,
        shown: shown as ShownCase,
        events: items,
        steps,
        ...(opening && { opening }),
        ...(taken && steps.has(taken) && { taken }),
      };
      sendPage(response, language, casePage(language, { ...content, ...(refused && { refused }) }));
    };

    const take: Handler = async (request, response) => {
      const { data: { do: step, key } = { do: '', key: '' } } = handedIn.safeParse(request.body);
      const form = steps.get(step);
      if (!form?.body) throw new Problem('malformed');
      const values = valuesFrom(request.body);
      try {
        const { status, body } = await ask(form, request, { params: request.params, body: read(shapeOf(form.body), values), key });
        const readable = status === 202 || 'due' in (body as object); // Having acted for somebody, one may have no part in it any more.
        response.redirect(303, readable ? `${request.path}?taken=${step}` : '/api/v1/me/tasks');
      } catch (failure) {
        const problem = asProblem(failure);
        if (['internal', 'unauthenticated', 'notFound'].includes(problem.type)) throw failure;
        const document = documentOf(problem, request);
        // What may have been taken is asked for again under its key; what was refused is another step when it is mended.
        const again = document.status === 503 ? key : randomUUID();
        await show(request, response.status(document.status), { step, problem: document, key: again, values });
      }
    };

    page(`${path}/{id}`, show, { act: take });
  }
  surveyPages({ page, ask, routeAt, documentOf });

  router.get('/', (_request, response) => response.redirect(303, '/api/v1/me/tasks'));
  return router;
}

/** A browser's GET, or what its forms send; JSON where both are as welcome. */
const asksForPage = (request: Request): boolean =>
  request.method === 'POST'
    ? Boolean(request.is('urlencoded'))
    : ['GET', 'HEAD'].includes(request.method) && request.accepts(['json', 'html']) === 'html';

/** A form that stands on somebody else's page is not taken (beside SameSite): the browser says where it stands, an older one by its origin. */
const refuseForeign =
  (publicUrl: string): RequestHandler =>
  (request, _response, next) => {
    const [site, origin = ''] = [request.get('Sec-Fetch-Site'), request.get('Origin')];
    const host = URL.canParse(origin) ? new URL(origin).host : undefined;
    const ours =
      site === undefined ? host !== undefined && [new URL(publicUrl).host, request.get('Host')].includes(host) : site === 'same-origin';
    next(ours ? undefined : new Problem('forbidden'));
  };

const sendProblemPage: SendProblem = (problem, { request, response, language }) => {
  const logsIn = problem.type === '/problems/unauthenticated' || request.body?.do === 'logIn';
  sendPage(response, language, (logsIn ? logInPage : problemPage)(language, problem));
};
