import { randomUUID } from 'node:crypto';
import compression from 'compression';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import { createAuthenticate } from './auth.js';
import { answerProblems } from './errors.js';
import { answerReadiness, createChecks } from './health.js';
import { type Limits, requestLimit } from './limits.js';
import { createMetrics } from './metrics.js';
import { casePages } from './pages/cases.js';
import { documentationPages } from './pages.js';
import { createServices, type Parts, quoteFrom } from './parts.js';
import { Problem } from './problems.js';
import { procedureRoutes } from './procedure.js';
import { type AnyRoute, mount } from './route.js';
import { campaignSections } from './routes/campaign-sections.js';
import { campaigns } from './routes/campaigns.js';
import { deputyRoutes } from './routes/deputies.js';
import { deviceLoans } from './routes/device-loans.js';
import { deviceRoutes } from './routes/devices.js';
import { emergencyRoutes } from './routes/emergencies.js';
import { exportRoutes } from './routes/exports.js';
import { figureRoutes } from './routes/figures.js';
import { importRoutes } from './routes/imports.js';
import { myRoutes } from './routes/me.js';
import { myTrialRoutes } from './routes/my-trials.js';
import { operationRoutes } from './routes/operations.js';
import { policyRoutes } from './routes/policy.js';
import { registrations } from './routes/registrations.js';
import { seatRoutes } from './routes/seats.js';
import { sessionRoutes } from './routes/sessions.js';
import { stocktakingRoutes } from './routes/stocktakings.js';
import { surveyLinks } from './routes/survey-links.js';
import { surveys } from './routes/surveys.js';
import { teleworkDays } from './routes/telework-days.js';
import { trainingRoutes } from './routes/training.js';
import { transferRoutes } from './routes/transfers.js';
import { yearlyReviews } from './routes/yearly-reviews.js';
import { createTurns } from './turns.js';

export interface AppOptions {
  limits: Limits;
  /** Reverse proxies in front whose X-Forwarded-For is believed. */
  trustedProxies: number;
  /** `/metrics` is answered here, where `metrics` has no port of its own. */
  servesMetrics: boolean;
  /** Where people reach it; their cookies travel over TLS alone if it is https. */
  publicUrl: string;
}

const procedures = [deviceLoans, registrations, teleworkDays, campaigns, campaignSections, yearlyReviews, surveys];

/** Every route of the API. */
function apiRoutes(parts: Parts, limits: Limits): readonly AnyRoute[] {
  const services = createServices(parts);
  return [
    ...sessionRoutes(services, limits),
    ...myRoutes(services),
    ...myTrialRoutes(services),
    ...procedureRoutes(deviceLoans, services),
    ...procedureRoutes(registrations, services),
    ...procedureRoutes(teleworkDays, services),
    ...procedureRoutes(campaigns, services),
    ...procedureRoutes(campaignSections, services),
    ...procedureRoutes(yearlyReviews, services),
    ...procedureRoutes(surveys, services),
    ...surveyLinks(services),
    ...deputyRoutes(services, new Set(procedures.flatMap(({ steps }) => Object.keys(steps)))),
    ...deviceRoutes(services),
    ...stocktakingRoutes(services),
    ...importRoutes(services),
    ...exportRoutes(services),
    ...emergencyRoutes(services),
    ...seatRoutes(services),
    ...trainingRoutes(services),
    ...figureRoutes(services),
    ...transferRoutes(services),
    ...policyRoutes(services),
    ...operationRoutes(services),
  ];
}

/** The HTTP API (design §6) as an Express application, and another that answers Prometheus alone. */
export function createApp(
  parts: Parts,
  { limits, trustedProxies, servesMetrics, publicUrl }: AppOptions,
): { app: Express; metrics: Express } {
  const app = express();
  const metrics = createMetrics();
  const routes = apiRoutes(parts, limits);
  app.disable('x-powered-by').set('trust proxy', trustedProxies).set('query parser', 'simple').set('case sensitive routing', true);
  app.get('/healthz', (_request, response) => {
    response.json({ ok: true });
  });
  app.get('/readyz', answerReadiness(createChecks(parts)));
  if (servesMetrics) app.get('/metrics', metrics.answer);
  app.use(metrics.observe, requestLog(parts), securityHeaders, compression({ threshold: leastCompressed }));
  const [limit, inTurn] = [requestLimit(limits), createTurns()];
  app.use(casePages({ ...parts, routes, limit, inTurn, publicUrl }));
  app.use('/api/v1', limit, mount(routes, createAuthenticate(parts), inTurn));
  app.use(documentationPages(routes));
  app.use(() => {
    throw new Problem('notFound');
  });
  app.use(answerProblems(parts.logger, quoteFrom(parts.pack)));
  return { app, metrics: express().get('/metrics', metrics.answer) };
}

/** What is smaller leaves in the first ten packets anyway (RFC 6928): compressing it only takes time. */
const leastCompressed = '14kb';

/** Behind TLS or not is the proxy's matter: a page on plain loopback must work too. */
const securityHeaders = helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });

/** One line a request: method, route template, status, time. Neither paths, which hold ids, nor headers, nor bodies. */
const requestLog = ({ logger }: Parts) =>
  pinoHttp<express.Request, express.Response>({
    logger,
    genReqId: (request, response) => {
      const given = request.get('X-Request-Id');
      const id = given && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
      response.set('X-Request-Id', id);
      response.locals.requestId = id;
      return id;
    },
    customLogLevel: (_request, { statusCode }) => (statusCode === 500 ? 'error' : statusCode > 500 ? 'warn' : 'info'),
    serializers: { req: ({ id, method }) => ({ id, method }), res: ({ statusCode }) => ({ statusCode }), err: () => undefined },
    customProps: (_request, response) => ({ route: response.locals.template }),
  });
