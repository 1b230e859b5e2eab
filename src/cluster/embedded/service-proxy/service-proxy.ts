/** The service proxy as the control plane sees it: it runs in a process of its own. */
import { LabError } from '../../../core/errors.js';
import { OwnProcess } from '../../../process/own-process.js';
import type { Clock } from '../../../time/clock.js';
import type {
  FromProxy,
  ProxyListener,
  ProxyService,
  ProxyStats,
  ToProxy,
} from './proxy-messages.js';

const NODE_OPTIONS = ['--max-semi-space-size=4', '--max-old-space-size=256'];

/** What a proxy is made from. */
export interface ServiceProxyOptions {
  readonly clock: Clock;
  /** Decides which endpoint each connection goes to. */
  readonly seed: number;
  /** Called once should its process end before {@link ServiceProxy.stop} was asked for. */
  readonly onFailed: (error: LabError) => void;
}

interface Waiting {
  readonly resolve: (message: FromProxy) => void;
  readonly reject: (error: LabError) => void;
}

/**
 * A TCP proxy for Services, as kube-proxy is: every connection goes to a ready endpoint picked at
 * random, so a connection that is kept open stays with its pod.
 *
 * Unlike kube-proxy it ends the client's connection itself: a client whose endpoint cannot be reached
 * is connected and then reset, where it would be refused on a cluster.
 */
export class ServiceProxy {
  readonly #options: ServiceProxyOptions;
  readonly #waiting = new Map<number, Waiting>();
  #process: OwnProcess<ToProxy, FromProxy> | undefined;
  #lastId = 0;
  #isStopping = false;

  constructor(options: ServiceProxyOptions) {
    this.#options = options;
  }

  /** Process id; absent before the start and after the stop. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** @throws {LabError} `CLUSTER_FAILED` when its process does not start. */
  async start(): Promise<void> {
    this.#process = new OwnProcess<ToProxy, FromProxy>({
      from: import.meta.url,
      entry: './service-proxy-process.js',
      nodeOptions: NODE_OPTIONS,
      clock: this.#options.clock,
      onMessage: (message) => this.#onMessage(message),
      onEnd: ({ how, lastWords }) => this.#onEnd(how, lastWords),
    });
    const id = this.#nextId();
    await this.#ask({ kind: 'start', id, seed: this.#options.seed });
  }

  /**
   * Makes the listeners those of `services`, which is all there are; existing connections go on,
   * except those of Services no longer named.
   *
   * @returns where each port can be reached: the Service's own address where that is possible,
   *   else a port chosen by the system, with the reason. The place stays the same while the Service does.
   * @throws {LabError} `CLUSTER_FAILED` when the proxy's process has ended.
   */
  async setServices(services: readonly ProxyService[]): Promise<readonly ProxyListener[]> {
    const told = await this.#ask({ kind: 'services', id: this.#nextId(), services });
    return told.kind === 'listening' ? told.listeners : [];
  }

  /** @throws {LabError} `CLUSTER_FAILED` when the proxy's process has ended. */
  async stats(): Promise<ProxyStats> {
    const told = await this.#ask({ kind: 'stats', id: this.#nextId() });
    return told.kind === 'stats' ? told.stats : { accepted: 0, open: 0, unreachable: 0 };
  }

  /** Ends the process and with it every connection. Twice is harmless. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#process?.stop();
    this.#process = undefined;
  }

  #nextId(): number {
    this.#lastId++;
    return this.#lastId;
  }

  #ask(message: ToProxy): Promise<FromProxy> {
    return new Promise((resolve, reject) => {
      if (this.#process === undefined) {
        reject(failed('the service proxy is not running'));
        return;
      }
      this.#waiting.set(message.id, { resolve, reject });
      this.#process.send(message);
    });
  }

  #onMessage(message: FromProxy): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'failed') {
      waiting?.reject(failed(`the service proxy failed: ${message.message}`));
    } else {
      waiting?.resolve(message);
    }
  }

  #onEnd(how: string, lastWords: string): void {
    const words = lastWords === '' ? '' : `; its last words: ${lastWords}`;
    const error = failed(`the service proxy's process ended (${how})${words}`);
    this.#process = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    if (!this.#isStopping) this.#options.onFailed(error);
  }
}

function failed(message: string): LabError {
  return new LabError('CLUSTER_FAILED', message);
}
