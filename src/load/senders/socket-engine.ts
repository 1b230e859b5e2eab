/** The default engine: HTTP/1.1 over plain sockets, for the least cost a request. */
import type { FailureKind } from '../sender.js';
import type { Engine, Exchange } from '../driving/engine.js';
import type { EngineOptions } from './engine-options.js';
import { MadeRequests, requestBytes } from './request-bytes.js';
import { type ConnectionEvents, SocketConnection } from './socket-connection.js';
import { WaitingLine } from '../driving/waiting-line.js';

const READ_BUFFER_BYTES = 64 * 1_024;
/** So long before the server would close an idle connection it is no longer used. */
const IDLE_MARGIN_MS = 1_000;

/**
 * Keeps a pool of connections; the one that has been free for longest is used first, so that requests
 * go round over all of them.
 */
export class SocketEngine implements Engine, ConnectionEvents {
  readonly name = `socket (node:net, Node ${process.version})`;
  readonly #options: EngineOptions;
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  readonly #bytes: MadeRequests<string>;
  /** Connections in use or free; those that linger after their last answer are not counted. */
  readonly #open = new Set<SocketConnection>();
  readonly #free = new WaitingLine<SocketConnection>();

  constructor(options: EngineOptions) {
    const { authority } = options.target;
    this.#options = options;
    this.#bytes = new MadeRequests((request, connection) =>
      requestBytes(request, authority, connection),
    );
  }

  send(exchange: Exchange): boolean {
    const connection = this.#freeConnection() ?? this.#newConnection();
    if (connection === undefined) return false;
    const isLast = connection.requests + 1 >= this.#options.connections.maxRequests;
    connection.send(exchange, this.#bytes.of(exchange.request, isLast));
    return true;
  }

  close(): void {
    for (const connection of this.#open) connection.abandon();
  }

  answered(connection: SocketConnection, exchange: Exchange): void {
    const { isReusable, hasExcess } = connection.parser;
    const isWornOut = connection.requests >= this.#options.connections.maxRequests;
    if (isReusable && !hasExcess && !isWornOut && !this.#isAged(connection)) {
      connection.idleSinceMs = this.#options.now();
      this.#free.push(connection);
    } else {
      this.#retire(connection);
    }
    this.#options.events.answered(exchange, connection.parser);
  }

  failed(_connection: SocketConnection, exchange: Exchange, kind: FailureKind): void {
    this.#options.events.failed(exchange, kind);
  }

  ended(connection: SocketConnection): void {
    this.#open.delete(connection);
  }

  #freeConnection(): SocketConnection | undefined {
    for (;;) {
      const connection = this.#free.shift();
      if (connection === undefined) return undefined;
      if (connection.isOver) continue;
      if (!this.#isAged(connection) && !this.#isStale(connection)) return connection;
      connection.abandon();
    }
  }

  #newConnection(): SocketConnection | undefined {
    const { connections, target, lookup, now } = this.#options;
    if (this.#open.size >= connections.maxConnections) return undefined;
    const connection = new SocketConnection({
      target,
      lookup,
      events: this,
      readBuffer: this.#readBuffer,
      openedMs: now(),
      isKept: connections.maxRequests > 1,
    });
    this.#open.add(connection);
    return connection;
  }

  #retire(connection: SocketConnection): void {
    this.#open.delete(connection);
    connection.retire();
  }

  #isAged(connection: SocketConnection): boolean {
    return this.#options.now() - connection.openedMs >= this.#options.connections.maxAgeMs;
  }

  /** Whether the server may be closing it just now, as it said when it does. */
  #isStale(connection: SocketConnection): boolean {
    const limitMs = connection.parser.idleLimitMs;
    if (limitMs === undefined) return false;
    const idleMs = this.#options.now() - connection.idleSinceMs;
    return idleMs > Math.max(limitMs - IDLE_MARGIN_MS, limitMs / 2);
  }
}
