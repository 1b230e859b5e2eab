/** The engine of the simulated cluster's load: connections by way of a Service to modelled pods. */
import type { Random } from '../../core/random.js';
import { drawOf, type Scatter } from '../../core/scatter.js';
import type {
  Carrier,
  Engine,
  EngineConnections,
  EngineEvents,
  Exchange,
} from '../../load/driving/engine.js';
import { WaitingLine } from '../../load/driving/waiting-line.js';
import type { AnswerContent } from '../../load/request-checks.js';
import type { Clock } from '../../time/clock.js';
import type { ModelledPod } from './modelled-runtime.js';
import type { ModelledConnection, ModelledService } from './modelled-service.js';

/** Where a new connection goes. */
export interface Backend {
  readonly pod: ModelledPod;
  readonly service: ModelledService;
}

/** What an engine is made from. */
export interface ModelledEngineOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly connections: EngineConnections;
  readonly events: EngineEvents;
  /** There and back, ms. */
  readonly networkMs: Scatter;
  /** Chooses a backend as the Service does, once for each connection; undefined: refused. */
  readonly route: () => Backend | undefined;
}

/** Uses the connection that has been free for longest first, and opens more as they are needed. */
export class ModelledEngine implements Engine {
  readonly name = 'modelled';
  readonly #options: ModelledEngineOptions;
  readonly #networkMs: () => number;
  readonly #free = new WaitingLine<ModelledCarrier>();
  readonly #open = new Set<ModelledCarrier>();
  #isClosed = false;

  constructor(options: ModelledEngineOptions) {
    this.#options = options;
    this.#networkMs = drawOf(options.networkMs, options.random.child('network'));
  }

  send(exchange: Exchange): boolean {
    const carrier = this.#freeCarrier();
    if (carrier !== undefined) {
      this.#request(carrier, exchange);
      return true;
    }
    const { connections, route } = this.#options;
    if (this.#open.size >= connections.maxConnections) return false;
    const backend = route();
    const opened = backend === undefined ? undefined : this.#connect(backend);
    if (opened === undefined) this.#refuse(exchange);
    else this.#request(opened, exchange);
    return true;
  }

  close(): void {
    this.#isClosed = true;
    for (const carrier of this.#open) carrier.connection.close();
    this.#open.clear();
  }

  #freeCarrier(): ModelledCarrier | undefined {
    const { clock, connections } = this.#options;
    for (;;) {
      const carrier = this.#free.shift();
      if (carrier === undefined) return undefined;
      if (carrier.isOver) continue;
      if (clock.now() - carrier.openedMs < connections.maxAgeMs) return carrier;
      this.#drop(carrier);
    }
  }

  #connect({ pod, service }: Backend): ModelledCarrier | undefined {
    const connection = service.connect(() => this.#closedByService(carrier));
    if (connection === undefined) return undefined;
    const carrier: ModelledCarrier = {
      connection,
      podName: pod.name,
      openedMs: this.#options.clock.now(),
      requests: 0,
      isOver: false,
      exchange: undefined,
      abandon: () => this.#drop(carrier),
    };
    this.#open.add(carrier);
    return carrier;
  }

  #request(carrier: ModelledCarrier, exchange: Exchange): void {
    const { clock } = this.#options;
    carrier.exchange = exchange;
    carrier.requests++;
    exchange.carrier = carrier;
    carrier.connection.request(exchange.request.path, (status) => {
      // the way there and back is counted here, in one piece
      clock.after(this.#networkMs(), () => this.#answered(carrier, exchange, status));
      carrier.isAnswered = true;
    });
  }

  #answered(carrier: ModelledCarrier, exchange: Exchange, status: number): void {
    if (this.#isClosed || carrier.exchange !== exchange) return;
    const { connections, events } = this.#options;
    carrier.exchange = undefined;
    carrier.isAnswered = false;
    if (carrier.isOver || carrier.requests >= connections.maxRequests) this.#drop(carrier);
    else this.#free.push(carrier);
    events.answered(exchange, { status, podName: carrier.podName, content: NOTHING_KEPT });
  }

  #closedByService(carrier: ModelledCarrier): void {
    carrier.isOver = true;
    this.#open.delete(carrier);
    const { exchange } = carrier;
    // an answer that is on its way still comes
    if (exchange === undefined || carrier.isAnswered === true || this.#isClosed) return;
    carrier.exchange = undefined;
    this.#options.events.failed(exchange, 'closed');
  }

  #refuse(exchange: Exchange): void {
    const { clock, events } = this.#options;
    let isOver = false;
    exchange.carrier = { abandon: () => (isOver = true) };
    clock.after(this.#networkMs(), () => {
      if (!isOver && !this.#isClosed) events.failed(exchange, 'refused');
    });
  }

  #drop(carrier: ModelledCarrier): void {
    carrier.isOver = true;
    carrier.exchange = undefined;
    this.#open.delete(carrier);
    carrier.connection.close();
  }
}

interface ModelledCarrier extends Carrier {
  readonly connection: ModelledConnection;
  readonly podName: string;
  readonly openedMs: number;
  requests: number;
  isOver: boolean;
  /** The answer is on its way. */
  isAnswered?: boolean;
  exchange: Exchange | undefined;
}

/** Bodies and headers are not modelled. */
const NOTHING_KEPT: AnswerContent | undefined = undefined;
