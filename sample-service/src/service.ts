/** The service's routes, on Fastify. */
import { fastify, type FastifyInstance } from 'fastify';
import type { Config } from './config.js';
import { EventLoopLag, LAG_TICK_MS } from './event-loop-lag.js';
import { ServiceMetrics } from './metrics.js';
import { isStarting, unreadyReasons } from './readiness.js';
import type { Draining } from './shutdown.js';
import { addWorkRoute } from './work-route.js';

const SERVICE_UNAVAILABLE = 503;
const FIRST_SERVER_ERROR = 500;

/** What the service gets from outside. */
export interface Surroundings {
  readonly config: Config;
  readonly podName: string;
  /** Milliseconds since the process started. */
  readonly elapsedMs: () => number;
  /** Takes one line for people. */
  readonly log: (line: string) => void;
}

/** A service that can be told to drain. */
export interface Service extends Draining {
  readonly app: FastifyInstance;
  /** From now on: not ready, and every answer asks the client to close its connection. */
  readonly beginDraining: () => void;
}

/** Builds the service; it listens nowhere yet. Closing the app ends everything it started. */
export function buildService(surroundings: Surroundings): Service {
  const { config, podName, elapsedMs, log } = surroundings;
  const state = { isDraining: false };
  const requests = { begun: 0, inFlight: 0 };
  const lag = new EventLoopLag(elapsedMs());
  const metrics = new ServiceMetrics({
    eventLoopLagMs: () => lag.worstMs(elapsedMs()),
    inFlight: () => requests.inFlight,
  });
  const app = emptyApp(config);
  const ticker = setInterval(() => lag.tick(elapsedMs()), LAG_TICK_MS).unref();
  app.addHook('onClose', async () => clearInterval(ticker));
  app.addHook('onRequest', async (_request, reply) => {
    requests.begun++;
    requests.inFlight++;
    reply.header('x-pod-name', podName);
  });
  app.addHook('onSend', async (_request, reply) => {
    if (state.isDraining) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async ({ routeOptions }, reply) => {
    requests.inFlight--;
    const route = routeOptions.url ?? 'unmatched';
    metrics.answered({ route, status: reply.statusCode, durationMs: reply.elapsedTime });
  });
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? FIRST_SERVER_ERROR;
    if (status >= FIRST_SERVER_ERROR) log(`${request.method} ${request.url}: ${error.stack}`);
    void reply.code(status).send({ error: error.message });
  });
  app.get('/healthz', () => ({ alive: true }));
  app.get('/ready', (_request, reply) => {
    const reasons = unreadyReasons(config, {
      elapsedMs: elapsedMs(),
      isDraining: state.isDraining,
      eventLoopLagMs: lag.worstMs(elapsedMs()),
    });
    if (reasons.length === 0) return { ready: true };
    reply.code(SERVICE_UNAVAILABLE);
    return { ready: false, reasons };
  });
  app.get('/metrics', (_request, reply) => {
    reply.type(metrics.contentType);
    return metrics.text();
  });
  addWorkRoute(app, { config, podName, isStarting: () => isStarting(config, elapsedMs()) });
  return { app, requests, beginDraining: () => void (state.isDraining = true) };
}

/**
 * Fastify without what this service does not use. Compilers for JSON schemas are loaded when an app
 * is made, unless others are given, and are a quarter of the CPU time that it needs to start.
 */
function emptyApp(config: Config): FastifyInstance {
  return fastify({
    logger: config.logRequests ? { level: 'info' } : false,
    schemaController: {
      compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas },
    },
    // Requests on open connections are still answered while the app closes.
    return503OnClosing: false,
  });
}

function noSchemas(): never {
  throw new Error('the service has no JSON schemas');
}
