/** The load of the simulated cluster: the real drivers and accounts, over modelled connections. */
import type { Random } from '../../core/random.js';
import type { Scatter } from '../../core/scatter.js';
import type { Driver } from '../../load/driving/driver.js';
import { connectionsOf, driverOf, durationMsOf, scriptOf } from '../../load/driving/make-driver.js';
import { LoadLedger } from '../../load/ledger.js';
import type { LoadPlan, LoadSender, LoadSummary, SendOptions } from '../../load/sender.js';
import type { Clock } from '../../time/clock.js';
import { ModelledEngine } from './modelled-engine.js';
import type { ServiceRouter } from './service-router.js';

/** What a sender is made from. */
export interface ModelledSenderOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** There and back between the sender and a pod, ms. */
  readonly networkMs: Scatter;
  readonly router: ServiceRouter;
}

/** Scheme of a simulated Service's address: `simulated://namespace/name`. */
export const SIMULATED_SCHEME = 'simulated://';

/** Sends on virtual time, so it is never late by its own fault, and has nothing to tell of itself. */
export class ModelledSender implements LoadSender {
  readonly #options: ModelledSenderOptions;

  constructor(options: ModelledSenderOptions) {
    this.#options = options;
  }

  /** @param options - `baseUrl`: as the target of the same cluster gives it. */
  async send(plan: LoadPlan, options: SendOptions): Promise<LoadSummary> {
    const { clock, random, networkMs, router } = this.#options;
    const { startAtMs, signal, onSecond, onProgress } = options;
    const service = options.baseUrl.slice(SIMULATED_SCHEME.length);
    const script = scriptOf(plan);
    const durationMs = durationMsOf(plan);
    const { kinds, hasSteps } = script;
    const driver: Driver = driverOf(plan, {
      clock,
      startAtMs,
      script,
      share: { index: 0, count: 1 },
      ledger: new LoadLedger({ durationMs, kinds, hasSteps, onSecond }),
      sendLag: { recordMs: () => undefined },
      makeEngine: (events) =>
        new ModelledEngine({
          clock,
          random,
          connections: connectionsOf(plan),
          events,
          networkMs,
          route: () => router.route(service),
        }),
      onProgress,
    });
    const stop = (): void => driver.stop();
    signal.addEventListener('abort', stop, { once: true });
    await driver.run();
    signal.removeEventListener('abort', stop);
    return { startedAtMs: startAtMs, endedAtMs: clock.now(), engine: driver.engineName };
  }
}
