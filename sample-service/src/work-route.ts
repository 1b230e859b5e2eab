/** `GET /work`: the request whose cost is set. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.js';
import { heldMemory } from './held-memory.js';
import { numberWithin } from './variables.js';
import { CpuAccount, cpuMeter } from './work.js';

const ROUTE = '/work';
const BAD_REQUEST = 400;
const SERVICE_UNAVAILABLE = 503;

/** What the route gets from the service. */
export interface WorkSurroundings {
  readonly config: Pick<Config, 'workCpuMs' | 'workCpuMsMax' | 'cpuScale' | 'requestMemoryKib'>;
  readonly podName: string;
  readonly isStarting: () => boolean;
}

/**
 * Adds the route. Its answer says what was asked, in milliseconds of a Kubernetes CPU, and how long
 * the work took: longer than the CPU time when others ran or the CPU limit held it up.
 */
export function addWorkRoute(app: FastifyInstance, surroundings: WorkSurroundings): void {
  const { config, podName, isStarting } = surroundings;
  const account = new CpuAccount(cpuMeter);
  // Held until the answer is out. With a synchronous handler that is at most a few requests' worth.
  const held = new WeakMap<object, Buffer>();
  countCpuOfRequests(app, account);
  app.get<{ Querystring: Readonly<Record<string, unknown>> }>(ROUTE, (request, reply) => {
    if (isStarting()) {
      reply.code(SERVICE_UNAVAILABLE);
      return { error: 'the service is still starting' };
    }
    const asked = askedCpuMs(request.query['cpuMs'], config);
    if (asked.kind === 'fault') {
      reply.code(BAD_REQUEST);
      return { error: asked.message };
    }
    const startedMs = performance.now();
    if (config.requestMemoryKib > 0) held.set(reply.raw, heldMemory(config.requestMemoryKib));
    account.work(asked.cpuMs * config.cpuScale);
    const elapsedMs = Math.round((performance.now() - startedMs) * 1_000) / 1_000;
    return { pod: podName, cpuMs: asked.cpuMs, elapsedMs };
  });
}

/** Counts from the connection of a request, or from where it was read on an old one, to its end. */
function countCpuOfRequests(app: FastifyInstance, account: CpuAccount): void {
  const withoutRequest = new WeakSet<Socket>();
  app.server.on('connection', (socket: Socket) => {
    withoutRequest.add(socket);
    account.begin();
    socket.once('close', () => {
      if (withoutRequest.delete(socket)) account.end(false);
    });
  });
  app.addHook('onRequest', async ({ raw }) => {
    if (!withoutRequest.delete(raw.socket)) account.begin();
  });
  app.addHook('onResponse', async ({ raw, routeOptions }, reply) => {
    const end = (): void => account.end(routeOptions.url === ROUTE);
    // To close a connection that served this request alone is a part of its cost.
    const closes = !reply.raw.shouldKeepAlive && !raw.socket.closed;
    if (closes) raw.socket.once('close', () => setImmediate(end));
    else end();
  });
}

/** What a request asks for: the default, or what its query says within the bound. */
export function askedCpuMs(
  given: unknown,
  { workCpuMs, workCpuMsMax }: Pick<Config, 'workCpuMs' | 'workCpuMsMax'>,
):
  | { readonly kind: 'cpu'; readonly cpuMs: number }
  | { readonly kind: 'fault'; readonly message: string } {
  if (given === undefined) return { kind: 'cpu', cpuMs: workCpuMs };
  const bounds = { min: 0, max: workCpuMsMax };
  const cpuMs = typeof given === 'string' ? numberWithin(given, bounds) : undefined;
  if (cpuMs !== undefined) return { kind: 'cpu', cpuMs };
  const expected = `cpuMs: expected a number from 0 to ${workCpuMsMax} (WORK_CPU_MS_MAX)`;
  return { kind: 'fault', message: `${expected}, got ${JSON.stringify(given)}` };
}
