/** What kube-proxy is to a node: a Service's connections go to its ready endpoints, each at random. */
import type { KubeApi } from '../../control-plane/api.js';
import { ENDPOINT_SLICES, SERVICES } from '../../control-plane/resources.js';
import { type ServiceRoute, serviceRoutes } from '../../control-plane/service-routes.js';
import type { Random } from '../../core/random.js';
import type { Cancel, Clock } from '../../time/clock.js';
import type { Backend } from './modelled-engine.js';
import { type ModelledPod, serviceAt } from './modelled-runtime.js';

/** What a router is made from. */
export interface ServiceRouterOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly random: Random;
  /** All pods by their address. */
  readonly pods: ReadonlyMap<string, ModelledPod>;
  /** How long changes are gathered before they take effect; undefined: as kube-proxy was seen to take. */
  readonly gatherMs: number | undefined;
}

const DEFAULT_GATHER_MS = 30;

/** Follows endpoints a little late, as a real proxy does; between two changes it knows what it was told. */
export class ServiceRouter {
  readonly #options: ServiceRouterOptions;
  readonly #cancels: Cancel[] = [];
  #routes: ReadonlyMap<string, ServiceRoute> = new Map();
  readonly #listeners = new Set<() => void>();
  #cancelGather: Cancel | undefined;

  constructor(options: ServiceRouterOptions) {
    this.#options = options;
  }

  /** Begins to follow. */
  start(): void {
    const { api } = this.#options;
    this.#cancels.push(
      api.watch(SERVICES, () => this.#gather()),
      api.watch(ENDPOINT_SLICES, () => this.#gather()),
    );
    this.#gather();
  }

  /** Stops following. */
  stop(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#cancelGather?.();
  }

  /** Whether a Service can be reached at all: it has a cluster address and a port. */
  knows(key: string): boolean {
    this.#tell();
    return this.#routes.get(key)?.ports[0] !== undefined;
  }

  /** Calls `listener` whenever routes may have changed. */
  onChange(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What stands behind a Service's first port, endpoint by endpoint; undefined: nothing listens there. */
  backends(key: string): readonly (Backend | undefined)[] {
    const endpoints = this.#routes.get(key)?.ports[0]?.endpoints ?? [];
    return endpoints.map(({ address }) => serviceAt(this.#options.pods, address));
  }

  /** Where a new connection to a Service's first port goes; undefined: it is refused. */
  route(key: string): Backend | undefined {
    const endpoints = this.#routes.get(key)?.ports[0]?.endpoints ?? [];
    if (endpoints.length === 0) return undefined;
    const chosen = endpoints[this.#options.random.below(endpoints.length)];
    return chosen === undefined ? undefined : serviceAt(this.#options.pods, chosen.address);
  }

  #gather(): void {
    const { clock, gatherMs = DEFAULT_GATHER_MS } = this.#options;
    this.#cancelGather ??= clock.after(gatherMs, () => this.#tell());
  }

  #tell(): void {
    this.#cancelGather?.();
    this.#cancelGather = undefined;
    this.#routes = new Map(serviceRoutes(this.#options.api).map((route) => [route.key, route]));
    for (const listener of this.#listeners) listener();
  }
}
