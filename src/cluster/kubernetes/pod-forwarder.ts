/**
 * A port on this machine that stands for a Service: each connection goes to one of its ready pods by port-forward.
 *
 * `kubectl port-forward service/x` sends everything to one pod, which would make scaling useless; this picks a pod for
 * each connection as kube-proxy does.
 */
import { type KubeConfig, PortForward } from '@kubernetes/client-node';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { fieldOf, isRecord, valueAt } from '../../core/json.js';
import type { Random } from '../../core/random.js';
import type { Clock } from '../../time/clock.js';
import { loadKubeconfig } from './kubeconfig.js';
import { watchOnce } from './watch-once.js';

/** What is forwarded. */
export interface PodForwarderOptions {
  readonly kubeconfigPath: string;
  readonly context: string;
  readonly namespace: string;
  readonly service: string;
  readonly clock: Clock;
  readonly random: Random;
}

interface Backend {
  readonly pod: string;
  readonly port: number;
}

const RETRY_MS = 500;
const FIRST_PODS_MS = 5_000;
const POLL_MS = 20;
/** See the first line of the file. */
export class PodForwarder {
  readonly #options: PodForwarderOptions;
  readonly #config: KubeConfig;
  readonly #stopping = new AbortController();
  readonly #slices = new Map<string, readonly Backend[]>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #watching: Promise<void> = Promise.resolve();
  #failures = 0;
  #lastFailure: string | undefined;

  /**
   * Starts to listen on 127.0.0.1; there may be no ready pod yet, then connections are closed.
   *
   * @throws {LabError} `CLUSTER_FAILED` when the kubeconfig cannot be read.
   */
  static async start(options: PodForwarderOptions): Promise<PodForwarder> {
    const forwarder = new PodForwarder(options);
    forwarder.#server.listen(0, '127.0.0.1');
    await once(forwarder.#server, 'listening');
    forwarder.#watching = forwarder.#watch();
    await forwarder.#untilBackends();
    return forwarder;
  }

  private constructor(options: PodForwarderOptions) {
    this.#options = options;
    this.#config = loadKubeconfig(options.kubeconfigPath, options.context);
    this.#server = createServer((socket) => void this.#forward(socket));
  }

  /** `http://127.0.0.1:PORT`. */
  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${isRecord(address) ? String(address['port']) : '0'}`;
  }

  /** Connections that could not be forwarded, and why the last one could not. */
  get failures(): { readonly count: number; readonly last: string | undefined } {
    return { count: this.#failures, last: this.#lastFailure };
  }

  /** Closes the port and every connection. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await this.#watching;
  }

  /** Ready pods are told within moments where there are any. */
  async #untilBackends(): Promise<void> {
    const { clock } = this.#options;
    const endMs = clock.now() + FIRST_PODS_MS;
    while (this.#backends().length === 0 && clock.now() < endMs) await clock.sleep(POLL_MS);
  }

  #backends(): readonly Backend[] {
    return [...this.#slices.values()].flat();
  }

  async #watch(): Promise<void> {
    const { clock, namespace } = this.#options;
    const { signal } = this.#stopping;
    let since: string | undefined;
    while (!signal.aborted) {
      const what = { kind: 'endpointslices' as const, namespace };
      const end = await watchOnce(
        this.#config,
        { ...what, ...(since === undefined ? {} : { since }) },
        {
          listener: {
            onChange: ({ type, object }) => {
              const { name } = object.metadata;
              if (type === 'DELETED') this.#slices.delete(name);
              else if (this.#isOurs(object)) this.#slices.set(name, backendsOf(object));
            },
          },
          clock,
          signal,
        },
      );
      since = end.resumeVersion;
      if (since === undefined) this.#slices.clear();
      await clock.sleep(RETRY_MS, signal).catch(() => undefined);
    }
  }

  #isOurs(slice: unknown): boolean {
    const label = valueAt(slice, ['metadata', 'labels', 'kubernetes.io/service-name']);
    return label === this.#options.service;
  }

  async #forward(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    socket.pause();
    const backends = this.#backends();
    const backend = backends[this.#options.random.below(Math.max(1, backends.length))];
    if (backend === undefined) {
      this.#failed(socket, 'no pod was ready');
      return;
    }
    try {
      await this.#connect(socket, backend);
    } catch (error) {
      this.#failed(socket, reasonOf(error));
    }
  }

  async #connect(socket: Socket, { pod, port }: Backend): Promise<void> {
    const { namespace } = this.#options;
    const errors = new PassThrough();
    errors.on('data', (text: Buffer) => this.#failed(socket, text.toString('utf8').trim()));
    const forward = new PortForward(this.#config);
    const websocket = await forward.portForward(namespace, pod, [port], socket, errors, socket);
    if (typeof websocket === 'function') return;
    websocket.addEventListener('close', () => socket.end());
    websocket.addEventListener('error', () => socket.destroy());
    socket.on('close', () => websocket.close());
    if (socket.destroyed) websocket.close();
    else socket.resume();
  }

  /** Closed without a byte: the sender counts the request as failed. */
  #failed(socket: Socket, because: string): void {
    if (!this.#stopping.signal.aborted) {
      this.#failures += 1;
      this.#lastFailure = because;
    }
    socket.destroy();
  }
}

/** The pods of a slice that are ready, at the first port of the slice. */
function backendsOf(slice: unknown): readonly Backend[] {
  const port = valueAt(slice, ['ports', 0, 'port']);
  const endpoints = fieldOf(slice, 'endpoints');
  if (typeof port !== 'number' || !Array.isArray(endpoints)) return [];
  return endpoints.flatMap((endpoint: unknown) => {
    // absent is ready, as the API says
    const isReady = valueAt(endpoint, ['conditions', 'ready']) !== false;
    const pod = valueAt(endpoint, ['targetRef', 'name']);
    return isReady && typeof pod === 'string' ? [{ pod, port }] : [];
  });
}

/** A WebSocket that cannot be opened rejects with an event. */
function reasonOf(error: unknown): string {
  const message = fieldOf(error, 'message');
  if (error instanceof Error) return error.message;
  return typeof message === 'string' ? message : 'the port could not be forwarded';
}
