/** One port of one Service: listens while there are endpoints and spreads connections over them. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Random } from '../../../core/random.js';
import type { ProxyEndpoint, ProxyListener } from './proxy-messages.js';
import { relay } from './relay.js';

/** Where to listen should a Service's own address not exist on this machine. */
const ANY_MACHINE_HAS = '127.0.0.1';
const BACKLOG = 511;

/** Counts over all listeners of a proxy. */
export interface ProxyCounts {
  accepted: number;
  open: number;
  unreachable: number;
}

/** What a listener is made from. */
export interface ServiceListenerOptions {
  readonly key: string;
  readonly address: string;
  readonly port: number;
  readonly random: Random;
  readonly counts: ProxyCounts;
}

/**
 * Like kube-proxy: each new connection goes to one ready endpoint picked at random and stays there
 * whatever becomes of the endpoint's readiness; without endpoints connections are refused.
 */
export class ServiceListener {
  readonly #options: ServiceListenerOptions;
  #endpoints: readonly ProxyEndpoint[] = [];
  #server: Server | undefined;
  /** Where it has listened before and is to listen again. */
  #at: ProxyEndpoint | undefined;
  #because: string | undefined;
  readonly #clients = new Set<Socket>();

  constructor(options: ServiceListenerOptions) {
    this.#options = options;
  }

  /** Takes new endpoints, opens or closes as they ask for, and tells how it stands now. */
  async update(endpoints: readonly ProxyEndpoint[]): Promise<ProxyListener> {
    this.#endpoints = endpoints;
    // a port that was never bound is bound once even without endpoints, to learn where it will be
    if (this.#server === undefined && (endpoints.length > 0 || this.#at === undefined)) {
      await this.#open();
    }
    if (endpoints.length === 0) this.#stopListening();
    const { key, port } = this.#options;
    return {
      key,
      port,
      at: this.#at,
      isOpen: this.#server !== undefined,
      ...(this.#because === undefined ? {} : { because: this.#because }),
    };
  }

  /** Stops listening and cuts the connections it has. */
  close(): void {
    this.#stopListening();
    for (const client of this.#clients) client.resetAndDestroy();
  }

  async #open(): Promise<void> {
    const { address, port } = this.#options;
    const faults: string[] = [];
    const wanted = [
      this.#at ?? { address, port },
      { address, port: 0 },
      { address: ANY_MACHINE_HAS, port: 0 },
    ];
    for (const each of wanted) {
      const listening = await this.#tryListen(each);
      if (typeof listening !== 'string') {
        this.#at = listening;
        this.#because = faults.length === 0 ? this.#because : faults.join('; ');
        return;
      }
      faults.push(`${each.address}:${each.port} cannot be listened on: ${listening}`);
    }
    this.#because = faults.join('; ');
  }

  /** Where it listens now, or why it does not. */
  #tryListen(wanted: ProxyEndpoint): Promise<ProxyEndpoint | string> {
    const server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
    return new Promise((resolve) => {
      server.once('error', (error) => resolve(error.message));
      server.listen({ host: wanted.address, port: wanted.port, backlog: BACKLOG }, () => {
        const bound = server.address();
        if (bound === null || typeof bound === 'string') {
          resolve('no address was given');
          return;
        }
        server.on('error', () => undefined); // of single accepts: the client sees it
        this.#server = server;
        resolve({ address: bound.address, port: bound.port });
      });
    });
  }

  #stopListening(): void {
    const server = this.#server;
    this.#server = undefined;
    // listening stops at once; the callback would wait for the connections, which go on
    server?.close();
  }

  #accept(client: Socket): void {
    const { counts, random } = this.#options;
    const endpoint = this.#endpoints[random.below(this.#endpoints.length)];
    if (endpoint === undefined) {
      client.resetAndDestroy(); // accepted just before the listener closed
      return;
    }
    counts.accepted++;
    counts.open++;
    this.#clients.add(client);
    relay(client, endpoint, (isUnreachable) => {
      counts.open--;
      if (isUnreachable) counts.unreachable++;
      this.#clients.delete(client);
    });
  }
}
