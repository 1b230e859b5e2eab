/** Keeps the service proxy at what the API says. */
import { LabError } from '../../core/errors.js';
import type { KubeApi } from '../../control-plane/api.js';
import { ENDPOINT_SLICES, PODS, SERVICES } from '../../control-plane/resources.js';
import type { Cancel, Clock } from '../../time/clock.js';
import type { ProxyListener, ProxyPort, ProxyService } from './service-proxy/proxy-messages.js';
import type { ServiceProxy } from './service-proxy/service-proxy.js';
import { serviceRoutes, type RoutedPort } from '../../control-plane/service-routes.js';

/** What is kept in step with what. */
export interface ServiceProxySyncOptions {
  readonly api: KubeApi;
  readonly proxy: ServiceProxy;
  readonly clock: Clock;
  /** Where Services listen when they have no address of their own; absent: at their cluster IP. */
  readonly sharedAddress?: string;
  /** How long changes are gathered before they take effect; absent: as kube-proxy was seen to take. */
  readonly gatherMs?: number;
}

const DEFAULT_GATHER_MS = 30;
const NODE_ADDRESS = '127.0.0.1';

/** Tells the proxy of every change of Services and endpoints, and where it listens. */
export class ServiceProxySync {
  readonly #options: ServiceProxySyncOptions;
  readonly #cancels: Cancel[] = [];
  #listeners: readonly ProxyListener[] = [];
  #cancelGather: Cancel | undefined;
  #told = '';
  #telling: Promise<void> = Promise.resolve();

  constructor(options: ServiceProxySyncOptions) {
    this.#options = options;
  }

  /** Begins to watch. */
  start(): void {
    const { api } = this.#options;
    this.#cancels.push(
      api.watch(SERVICES, () => this.#gather()),
      api.watch(ENDPOINT_SLICES, () => this.#gather()),
    );
    // A pod's mapped ports stand in its annotations, and may come after its endpoint.
    this.#cancels.push(
      api.watch(PODS, ({ object, previous }) => {
        if (object.metadata.annotations !== previous?.metadata.annotations) this.#gather();
      }),
    );
    this.#gather();
  }

  /** Stops watching; the proxy keeps what it was told. */
  stop(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#cancelGather?.();
  }

  /**
   * `http://address:port` of a Service's first port.
   *
   * @throws {LabError} `CLUSTER_FAILED` when it listens nowhere.
   */
  async url(namespace: string, name: string): Promise<string> {
    this.#tell();
    await this.#telling;
    const key = `${namespace}/${name}`;
    const at = this.#listeners.find((listener) => listener.key === key)?.at;
    if (at === undefined) {
      throw new LabError('CLUSTER_FAILED', `Service ${key} has no port that can be reached`, {
        hint: 'it needs a cluster IP and at least one port',
      });
    }
    return `http://${at.address}:${at.port}`;
  }

  #gather(): void {
    const { clock, gatherMs = DEFAULT_GATHER_MS } = this.#options;
    this.#cancelGather ??= clock.after(gatherMs, () => {
      this.#cancelGather = undefined;
      this.#tell();
    });
  }

  /** One message at a time, in order; equal ones are not repeated. */
  #tell(): void {
    const { api, sharedAddress } = this.#options;
    const services = serviceRoutes(api).flatMap(({ key, clusterIP, ports }) =>
      [
        { key, address: sharedAddress ?? clusterIP, ports: ports.map(proxyPort) },
        nodePortsOf(key, ports),
      ].flat(),
    );
    const text = JSON.stringify(services);
    if (text === this.#told) return;
    this.#told = text;
    this.#telling = this.#tellAfter(this.#telling, services);
  }
  async #tellAfter(before: Promise<void>, services: readonly ProxyService[]): Promise<void> {
    await before;
    try {
      this.#listeners = await this.#options.proxy.setServices(services);
    } catch {
      this.#told = ''; // the proxy's end is reported by its `onFailed`; the next change tells all again
    }
  }
}

function proxyPort({ port, endpoints }: RoutedPort): ProxyPort {
  return { port, endpoints };
}

/** All nodes are this machine: node ports are at its loopback address. */
function nodePortsOf(key: string, ports: readonly RoutedPort[]): readonly ProxyService[] {
  const atNodes = ports.flatMap(({ nodePort, endpoints }) =>
    nodePort === undefined ? [] : [{ port: nodePort, endpoints }],
  );
  return atNodes.length === 0
    ? []
    : [{ key: `${key} at nodes`, address: NODE_ADDRESS, ports: atNodes }];
}
