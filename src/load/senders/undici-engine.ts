/** undici's HTTP client as an engine: one `Client` a connection, told when to connect anew. */
import { createRequire } from 'node:module';
import { Client, type Dispatcher } from 'undici';
import type { FailureKind } from '../sender.js';
import type { Carrier, Engine, EngineAnswer, Exchange } from '../driving/engine.js';
import type { EngineOptions } from './engine-options.js';
import { codeOf, failureKindOf } from './failure.js';
import { KeptAnswer } from './kept-answer.js';
import { WaitingLine } from '../driving/waiting-line.js';

/** Keeps a pool of undici clients; the one that has been free for longest is used first. */
export class UndiciEngine implements Engine {
  readonly name = `undici ${undiciVersion()}`;
  readonly #options: EngineOptions;
  readonly #origin: string;
  readonly #open = new Set<UndiciConnection>();
  readonly #free = new WaitingLine<UndiciConnection>();

  constructor(options: EngineOptions) {
    const { isTls, authority } = options.target;
    this.#options = options;
    this.#origin = `${isTls ? 'https' : 'http'}://${authority}`;
  }

  send(exchange: Exchange): boolean {
    const connection = this.#freeConnection() ?? this.#newConnection();
    if (connection === undefined) return false;
    connection.send(exchange);
    return true;
  }

  close(): void {
    for (const connection of this.#open) connection.abandon();
  }

  #freeConnection(): UndiciConnection | undefined {
    for (;;) {
      const connection = this.#free.shift();
      if (connection === undefined) return undefined;
      if (!connection.isOver) return connection;
    }
  }

  #newConnection(): UndiciConnection | undefined {
    if (this.#open.size >= this.#options.connections.maxConnections) return undefined;
    const connection: UndiciConnection = new UndiciConnection(this.#origin, this.#options, {
      // Told when undici is done with the answer. Before, a next request may be written to a connection
      // that undici is about to close, and then again to another; and after an error undici asserts
      // that nothing was sent meanwhile, so what failed is not used again.
      answered: (exchange, answer) =>
        queueMicrotask(() => {
          if (connection.isOver) return; // given up meanwhile, which was told
          this.#free.push(connection);
          this.#options.events.answered(exchange, answer);
        }),
      failed: (exchange, kind) =>
        queueMicrotask(() => {
          if (connection.isOver) return;
          connection.abandon();
          this.#options.events.failed(exchange, kind);
        }),
      ended: () => this.#open.delete(connection),
    });
    this.#open.add(connection);
    return connection;
  }
}

interface Events {
  readonly answered: (exchange: Exchange, answer: EngineAnswer) => void;
  readonly failed: (exchange: Exchange, kind: FailureKind) => void;
  readonly ended: () => void;
}

/** One client; it connects when it must, so a place in the pool outlives its connections. */
class UndiciConnection implements Carrier {
  isOver = false;
  readonly #client: Client;
  readonly #options: EngineOptions;
  readonly #events: Events;
  /** Requests on the present connection, and since when it stands. */
  #requests = 0;
  #connectedMs = 0;
  /** The next request goes over a new connection. */
  #isEnding = false;

  constructor(origin: string, options: EngineOptions, events: Events) {
    this.#options = options;
    this.#events = events;
    this.#client = new Client(origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connectTimeout: 0,
      allowH2: false,
      autoSelectFamily: true,
      connect: {
        rejectUnauthorized: options.target.isVerified,
        ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
      },
    });
    this.#client.on('connect', () => {
      this.#connectedMs = options.now();
    });
    this.#client.on('disconnect', (_origin, _targets, error) => {
      // undici's own closing after a last request was known when that was sent
      if (error.message !== 'reset') this.#isEnding = true;
    });
  }

  send(exchange: Exchange): void {
    const { connections, now } = this.#options;
    const { method, path, headers, body = null } = exchange.request;
    exchange.carrier = this;
    this.#requests = this.#isEnding ? 1 : this.#requests + 1;
    const ageMs = now() - this.#connectedMs;
    // the request that is the last one on its connection asks the server to close it
    const reset =
      this.#requests >= connections.maxRequests ||
      (this.#requests > 1 && ageMs >= connections.maxAgeMs);
    this.#isEnding = reset;
    this.#client.dispatch(
      { method, path, headers, body, reset },
      new Handler(exchange, this.#events, () => this.isOver),
    );
  }

  abandon(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#events.ended();
    this.#client.destroy().catch(() => undefined); // its requests are told nothing more
  }
}

/** What undici tells of one request. */
class Handler implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange;
  readonly #events: Events;
  readonly #isOver: () => boolean;
  #status: number | undefined;
  #podName: string | undefined;
  #content: KeptAnswer | undefined;

  constructor(exchange: Exchange, events: Events, isOver: () => boolean) {
    this.#exchange = exchange;
    this.#events = events;
    this.#isOver = isOver;
  }

  // undici takes a handler for one of the newer kind by this method
  onRequestStart(): void {
    this.#status = undefined;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    const podName = headers['x-pod-name'];
    this.#podName = typeof podName === 'string' ? podName : undefined;
    if (this.#exchange.request.kept === 'nothing') return;
    this.#content = new KeptAnswer((name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#exchange.request.kept === 'body') this.#content?.add(chunk);
  }

  onResponseEnd(): void {
    if (this.#isOver() || this.#status === undefined) return;
    this.#events.answered(this.#exchange, {
      status: this.#status,
      podName: this.#podName,
      content: this.#content,
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isOver()) return;
    this.#events.failed(this.#exchange, this.#kindOf(error));
  }

  #kindOf(error: Error): FailureKind {
    const code = codeOf(error);
    if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return 'truncated';
    // `other side closed`: undici does not say whether any byte of a head had come
    if (code === 'UND_ERR_SOCKET') return this.#status === undefined ? 'closed' : 'truncated';
    return failureKindOf(error);
  }
}

function undiciVersion(): string {
  const info: unknown = createRequire(import.meta.url)('undici/package.json');
  return typeof info === 'object' && info !== null && 'version' in info
    ? String(info.version)
    : 'of unknown version';
}
