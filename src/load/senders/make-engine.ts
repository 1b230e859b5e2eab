/** Which engine sends a plan; loaded only when it is used, as each takes memory. */
import type { LoadPlan } from '../sender.js';
import type { Engine } from '../driving/engine.js';
import type { EngineOptions } from './engine-options.js';
import { engineFaults } from './plan-faults.js';
import type { EngineChoice } from './sender-messages.js';
import { SocketEngine } from './socket-engine.js';

/** A constructor of the engine that was asked for, or that fits the plan. */
export async function engineMaker({
  engine: choice,
  plan,
  baseUrl,
}: {
  readonly engine: EngineChoice;
  readonly plan: LoadPlan;
  readonly baseUrl: string;
}): Promise<(options: EngineOptions) => Engine> {
  const engine = choice === 'auto' ? fittingEngine(plan, baseUrl) : choice;
  if (engine === 'undici') {
    const { UndiciEngine } = await import('./undici-engine.js');
    return (options) => new UndiciEngine(options);
  }
  if (engine === 'autocannon') {
    const { AutocannonEngine } = await import('./autocannon-engine.js');
    return (options) => new AutocannonEngine(options);
  }
  return (options) => new SocketEngine(options);
}

/**
 * autocannon for the closed model, which it was made for, over connections that stay; the sockets,
 * which cost least a request and tell failures apart best, for everything else and for all that
 * autocannon cannot do.
 */
function fittingEngine(plan: LoadPlan, baseUrl: string): 'socket' | 'autocannon' {
  const { load, connections } = plan;
  const isKept = connections.kind === 'keep-alive' && connections.maxRequests === undefined;
  const isFit = engineFaults('autocannon', plan, baseUrl).length === 0;
  return load.model === 'closed' && isKept && isFit ? 'autocannon' : 'socket';
}
