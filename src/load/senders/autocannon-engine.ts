/**
 * autocannon's HTTP client as an engine.
 *
 * Only its connection is used, a new one whenever one is needed: its rate options send each second's
 * requests at once and correct latencies in the wrong unit (`lib/run.js` passes `Math.ceil(1 / rate)`
 * as an interval in ms), and its reconnecting loses requests without a word. What it cannot tell:
 * answers that are not HTTP and answers to `HEAD` with a length stall it until the timeout; TLS
 * certificates are not verified.
 */
import Client from 'autocannon/lib/httpClient.js';
import type { FailureKind } from '../sender.js';
import type { Carrier, Engine, EngineAnswer, Exchange } from '../driving/engine.js';
import type { EngineOptions } from './engine-options.js';
import { failureKindOf } from './failure.js';
import { KeptAnswer } from './kept-answer.js';
import { MadeRequests, requestBytes } from './request-bytes.js';
import { WaitingLine } from '../driving/waiting-line.js';

/** Longest timer Node knows: the dispatcher has the timeouts. */
const NEVER_MS = 2 ** 31 - 1;
const AUTOCANNON_VERSION = '9.0.0';

/** Keeps a pool of autocannon clients; the one that has been free for longest is used first. */
export class AutocannonEngine implements Engine {
  readonly name = `autocannon ${AUTOCANNON_VERSION}`;
  readonly #options: EngineOptions;
  readonly #bytes: MadeRequests<Buffer>;
  readonly #open = new Set<AutocannonConnection>();
  readonly #free = new WaitingLine<AutocannonConnection>();

  constructor(options: EngineOptions) {
    const { authority } = options.target;
    this.#options = options;
    this.#bytes = new MadeRequests((request, connection) =>
      Buffer.from(requestBytes(request, authority, connection), 'latin1'),
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

  #freeConnection(): AutocannonConnection | undefined {
    for (;;) {
      const connection = this.#free.shift();
      if (connection === undefined) return undefined;
      if (connection.isOver) continue;
      if (!this.#isAged(connection)) return connection;
      connection.abandon();
    }
  }

  #newConnection(): AutocannonConnection | undefined {
    const { connections, now } = this.#options;
    if (this.#open.size >= connections.maxConnections) return undefined;
    const connection: AutocannonConnection = new AutocannonConnection(this.#options, {
      openedMs: now(),
      answered: (exchange, answer, isReusable) => {
        const isWornOut = connection.requests >= connections.maxRequests;
        if (isReusable && !isWornOut && !this.#isAged(connection)) {
          this.#free.push(connection);
        } else {
          connection.abandon();
        }
        this.#options.events.answered(exchange, answer);
      },
      failed: (exchange, kind) => this.#options.events.failed(exchange, kind),
      ended: () => this.#open.delete(connection),
    });
    this.#open.add(connection);
    return connection;
  }

  #isAged(connection: AutocannonConnection): boolean {
    return this.#options.now() - connection.openedMs >= this.#options.connections.maxAgeMs;
  }
}

interface Events {
  readonly openedMs: number;
  readonly answered: (exchange: Exchange, answer: EngineAnswer, isReusable: boolean) => void;
  readonly failed: (exchange: Exchange, kind: FailureKind) => void;
  readonly ended: () => void;
}

/** One client, kept from sending and reconnecting by itself. */
class AutocannonConnection implements Carrier {
  readonly openedMs: number;
  requests = 0;
  isOver = false;
  readonly #options: EngineOptions;
  readonly #events: Events;
  #client: Client | undefined;
  #exchange: Exchange | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #hasBegun = false;
  #isReusable = false;
  #podName: string | undefined;
  #content: KeptAnswer | undefined;

  constructor(options: EngineOptions, events: Events) {
    this.#options = options;
    this.#events = events;
    this.openedMs = events.openedMs;
  }

  send(exchange: Exchange, bytes: Buffer): void {
    this.#exchange = exchange;
    this.#bytes = bytes;
    this.#hasBegun = false;
    this.#podName = undefined;
    this.#content = undefined;
    this.requests++;
    exchange.carrier = this;
    if (this.#client === undefined)
      this.#client = this.#connect(); // sends as it connects
    else Client.prototype._doRequest.call(this.#client);
  }

  abandon(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#exchange = undefined;
    this.#client?.destroy();
    this.#events.ended();
  }

  #connect(): Client {
    const { target } = this.#options;
    return new Client({
      protocol: target.isTls ? 'https:' : 'http:',
      hostname: target.host,
      port: target.port,
      method: 'GET',
      path: '/',
      requests: [{}],
      setupClient: (client) => this.#tame(client),
    });
  }

  #tame(client: Client): void {
    let isNew = true;
    client.timeout = NEVER_MS;
    client.getRequestBuffer = () => this.#bytes;
    // called after each answer and each connect: only the first is a request of ours
    client._doRequest = () => {
      if (isNew) Client.prototype._doRequest.call(client);
      isNew = false;
    };
    let isFirst = true;
    client._connect = () => {
      if (isFirst) Client.prototype._connect.call(client);
      else this.#lost();
      isFirst = false;
    };
    client.on('headers', (head) => {
      this.#hasBegun = true;
      this.#isReusable = head.shouldKeepAlive;
      this.#podName = valueOf(head.headers, 'x-pod-name');
      const kept = this.#exchange?.request.kept ?? 'nothing';
      if (kept !== 'nothing') this.#content = new KeptAnswer((name) => valueOf(head.headers, name));
    });
    // autocannon would make a text of each piece of the body, needed or not
    client.pipelinedRequests.addBody = (bytes) => {
      if (this.#exchange?.request.kept === 'body') this.#content?.add(bytes);
    };
    client.on('response', (status) => {
      const exchange = this.#take();
      if (exchange === undefined) return;
      const answer = { status, podName: this.#podName, content: this.#content };
      this.#events.answered(exchange, answer, this.#isReusable);
    });
    client.on('connError', (error) => this.#end(failureKindOf(error)));
  }

  /** The connection ended, and autocannon would open another. */
  #lost(): void {
    this.#end(this.#hasBegun ? 'truncated' : 'closed');
  }

  #end(kind: FailureKind): void {
    const exchange = this.#take();
    this.abandon();
    if (exchange !== undefined) this.#events.failed(exchange, kind);
  }

  #take(): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    return exchange;
  }
}

function valueOf(headers: readonly string[], name: string): string | undefined {
  const values = headers.filter((_, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === name);
  return values.length === 0 ? undefined : values.join(', ');
}
