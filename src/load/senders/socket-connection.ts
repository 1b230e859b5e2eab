/** One connection of the socket engine: at most one request under way at a time. */
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { FailureKind } from '../sender.js';
import type { Carrier, Exchange } from '../driving/engine.js';
import type { Target } from './engine-options.js';
import { failureKindOf } from './failure.js';
import { ResponseParser } from './response-parser.js';

/** How long a finished connection waits for the server to close it before we do. */
const LINGER_MS = 1_000;

/** What a connection tells its engine. */
export interface ConnectionEvents {
  /** The answer to `exchange` is complete; `parser` has its particulars. */
  answered(connection: SocketConnection, exchange: Exchange): void;
  failed(connection: SocketConnection, exchange: Exchange, kind: FailureKind): void;
  /** It ended, with nothing more to tell. */
  ended(connection: SocketConnection): void;
}

/** What a connection is made from. */
export interface ConnectionOptions {
  readonly target: Target;
  /** How names are resolved; absent: as the system does. */
  readonly lookup: LookupFunction | undefined;
  readonly events: ConnectionEvents;
  /** Shared by all plain connections: what is read is parsed before the next read. */
  readonly readBuffer: Buffer;
  readonly openedMs: number;
  /** More than one request may be sent on it. */
  readonly isKept: boolean;
}

/** A connection that is opened with its first request. */
export class SocketConnection implements Carrier {
  readonly parser = new ResponseParser();
  readonly openedMs: number;
  /** Requests sent on it. */
  requests = 0;
  /** Since when it has had nothing to do. */
  idleSinceMs = 0;
  isOver = false;
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  /** TLS: false until the handshake is done. */
  #isSecure: boolean;
  #exchange: Exchange | undefined;

  constructor(options: ConnectionOptions) {
    this.openedMs = options.openedMs;
    this.#events = options.events;
    this.#isSecure = !options.target.isTls;
    this.#socket = options.target.isTls ? this.#openTls(options) : this.#openTcp(options);
    this.#socket.on('error', (error) => this.#onError(error));
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('close', () => this.#onEnd());
  }

  /** Sends a request; on a new connection as soon as it stands. */
  send(exchange: Exchange, bytes: string): void {
    this.#exchange = exchange;
    this.requests++;
    exchange.carrier = this;
    this.parser.reset(exchange.request.method, exchange.request.kept);
    this.#socket.write(bytes, 'latin1');
  }

  /** Ends it at once; nothing more is told. */
  abandon(): void {
    this.#exchange = undefined;
    this.isOver = true;
    this.#socket.destroy();
    this.#events.ended(this);
  }

  /**
   * Gives it up after its last answer: the server is to close first, so that the waiting time after
   * a close (TIME_WAIT) does not use up our ports; it is closed from here should the server not.
   */
  retire(): void {
    this.isOver = true;
    this.#socket.unref();
    this.#socket.setTimeout(LINGER_MS, () => this.#socket.destroy());
  }

  #openTcp(options: ConnectionOptions): Socket {
    const { host, port } = options.target;
    return connectTcp({
      host,
      port,
      ...resolving(options),
      noDelay: options.isKept, // one request alone is one segment, which nothing delays
      onread: {
        buffer: options.readBuffer,
        callback: (length, buffer) => {
          this.#onData(buffer, length);
          return true;
        },
      },
    });
  }

  #openTls(options: ConnectionOptions): Socket {
    const { host, port, isVerified } = options.target;
    const socket = connectTls({
      host,
      port,
      ...resolving(options),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: isVerified,
      ALPNProtocols: ['http/1.1'],
    });
    socket.setNoDelay(true);
    socket.on('secureConnect', () => {
      this.#isSecure = true;
    });
    socket.on('data', (data: Buffer) => this.#onData(data, data.length));
    return socket;
  }

  #onData(buffer: Uint8Array, length: number): void {
    if (this.isOver) return;
    if (this.#exchange === undefined) {
      this.abandon(); // bytes that no request asked for
      return;
    }
    this.parser.execute(asBuffer(buffer), length);
    if (this.parser.state === 'done') this.#answered();
    else if (this.parser.state === 'malformed') this.#failed('other');
  }

  #onEnd(): void {
    if (this.isOver) return;
    if (this.#exchange === undefined) {
      this.abandon();
      return;
    }
    this.parser.finish();
    if (this.parser.state === 'done') this.#answered();
    else if (!this.#isSecure) this.#failed('tls');
    else this.#failed(this.parser.hasBegun ? 'truncated' : 'closed');
  }

  #onError(error: Error): void {
    if (this.isOver) return;
    if (this.#exchange === undefined) {
      this.abandon();
      return;
    }
    const kind = failureKindOf(error);
    this.#failed(kind === 'reset' && !this.#isSecure ? 'tls' : kind);
  }

  #answered(): void {
    const exchange = this.#take();
    if (exchange !== undefined) this.#events.answered(this, exchange);
  }

  #failed(kind: FailureKind): void {
    const exchange = this.#take();
    this.abandon();
    if (exchange !== undefined) this.#events.failed(this, exchange, kind);
  }

  #take(): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    return exchange;
  }
}

/**
 * A name is resolved for each connection anew, and its addresses are tried one after the other until one
 * takes the connection, as browsers do (RFC 8305).
 */
function resolving({ lookup }: ConnectionOptions) {
  return { autoSelectFamily: true, ...(lookup === undefined ? {} : { lookup }) };
}

/** The `onread` callback is given the buffer it was made with, typed less exactly. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
