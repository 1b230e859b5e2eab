/** All Services of a proxy: what is to be listened on, made so. */
import type { Random } from '../../../core/random.js';
import type { ProxyListener, ProxyService, ProxyStats } from './proxy-messages.js';
import { type ProxyCounts, ServiceListener } from './service-listener.js';

/** Holds a listener for each port of each Service; updates are made one after the other. */
export class ProxyTable {
  readonly #random: Random;
  readonly #listeners = new Map<string, ServiceListener>();
  readonly #counts: ProxyCounts = { accepted: 0, open: 0, unreachable: 0 };
  #previous: Promise<unknown> = Promise.resolve();

  constructor(random: Random) {
    this.#random = random;
  }

  stats(): ProxyStats {
    return { ...this.#counts };
  }

  /** Makes the listeners those of `services`; what is no longer named is closed, connections too. */
  setServices(services: readonly ProxyService[]): Promise<readonly ProxyListener[]> {
    const update = this.#previous.then(() => this.#update(services));
    this.#previous = update.catch(() => undefined);
    return update;
  }

  async #update(services: readonly ProxyService[]): Promise<readonly ProxyListener[]> {
    const listed = services.flatMap((service) =>
      service.ports.map((port) => ({
        name: `${service.key} ${service.address}:${port.port}`,
        key: service.key,
        address: service.address,
        port: port.port,
        endpoints: port.endpoints,
      })),
    );
    const names = new Set(listed.map(({ name }) => name));
    for (const [name, listener] of this.#listeners) {
      if (names.has(name)) continue;
      this.#listeners.delete(name);
      listener.close();
    }
    const listeners: ProxyListener[] = [];
    for (const { name, key, address, port, endpoints } of listed) {
      let listener = this.#listeners.get(name);
      if (listener === undefined) {
        const random = this.#random.child(name);
        listener = new ServiceListener({ key, address, port, random, counts: this.#counts });
        this.#listeners.set(name, listener);
      }
      listeners.push(await listener.update(endpoints));
    }
    return listeners;
  }
}
