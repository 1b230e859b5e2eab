/** `GET /work`: the request whose cost is set. */
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.js';
import { heldMemory } from './held-memory.js';
import { numberWithin } from './variables.js';
import { burnCpu, cpuMeter } from './work.js';

const BAD_REQUEST = 400;
const SERVICE_UNAVAILABLE = 503;

/** What the route gets from the service. */
export interface WorkSurroundings {
  readonly config: Pick<Config, 'workCpuMs' | 'workCpuMsMax' | 'cpuScale' | 'requestMemoryKib'>;
  readonly podName: string;
  readonly isStarting: () => boolean;
}

/**
 * Adds the route. Its answer says what was asked, in milliseconds of a Kubernetes CPU, and what it
 * took: `realCpuMs` of a real core within `elapsedMs`.
 */
export function addWorkRoute(app: FastifyInstance, surroundings: WorkSurroundings): void {
  const { config, podName, isStarting } = surroundings;
  const meter = cpuMeter();
  // Held until the answer is out. With a synchronous handler that is at most a few requests' worth.
  const held = new WeakMap<object, Buffer>();
  app.get<{ Querystring: Readonly<Record<string, unknown>> }>('/work', (request, reply) => {
    if (isStarting()) {
      reply.code(SERVICE_UNAVAILABLE);
      return { error: 'the service is still starting' };
    }
    const asked = askedCpuMs(request.query['cpuMs'], config);
    if (asked.kind === 'fault') {
      reply.code(BAD_REQUEST);
      return { error: asked.message };
    }
    const fromCpuMs = meter();
    if (config.requestMemoryKib > 0) held.set(reply.raw, heldMemory(config.requestMemoryKib));
    const done = burnCpu(asked.cpuMs * config.cpuScale, meter, fromCpuMs);
    return {
      pod: podName,
      cpuMs: asked.cpuMs,
      realCpuMs: thousandths(done.cpuMs),
      elapsedMs: thousandths(done.elapsedMs),
    };
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

function thousandths(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
