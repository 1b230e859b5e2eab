/** An engine without any network: so many connections, answering after times of a test's choosing. */
import type { AnswerContent } from '../../src/load/request-checks.js';
import type {
  Engine,
  EngineEvents,
  EngineRequest,
  Exchange,
} from '../../src/load/driving/engine.js';
import type { FailureKind } from '../../src/load/sender.js';
import type { VirtualClock } from '../../src/time/virtual-clock.js';

/** What becomes of a request. */
export type FakeFate =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly failure: FailureKind };

/** How it behaves; requests are told by number, 0 first. */
export interface FakeEngineOptions {
  readonly clock: VirtualClock;
  readonly startAtMs: number;
  readonly connections: number;
  readonly answerMs: (index: number) => number;
  /** 200 without a body unless this says otherwise. */
  readonly fate?: (request: EngineRequest, index: number) => FakeFate;
}

/** See the file. */
export class FakeEngine implements Engine {
  readonly name = 'fake 1.0';
  /** ms since the load began. */
  readonly sentAtMs: number[] = [];
  readonly requests: EngineRequest[] = [];
  isClosed = false;
  #busy = 0;
  readonly #events: EngineEvents;
  readonly #options: FakeEngineOptions;

  constructor(events: EngineEvents, options: FakeEngineOptions) {
    this.#events = events;
    this.#options = options;
  }

  send(exchange: Exchange): boolean {
    const { clock, startAtMs, connections, answerMs } = this.#options;
    if (this.#busy >= connections) return false;
    this.#busy++;
    const index = this.sentAtMs.length;
    this.sentAtMs.push(clock.now() - startAtMs);
    this.requests.push(exchange.request);
    const cancel = clock.after(answerMs(index), () => {
      this.#busy--;
      this.#tell(exchange, index);
    });
    exchange.carrier = {
      abandon: () => {
        cancel();
        this.#busy--;
      },
    };
    return true;
  }

  close(): void {
    this.isClosed = true;
  }

  #tell(exchange: Exchange, index: number): void {
    const fate = this.#options.fate?.(exchange.request, index) ?? { status: 200 };
    if ('failure' in fate) {
      this.#events.failed(exchange, fate.failure);
      return;
    }
    const { status, headers = {}, body = '' } = fate;
    const content: AnswerContent = {
      header: (name) => headers[name.toLowerCase()],
      body,
      isBodyCut: false,
    };
    const isKept = exchange.request.kept !== 'nothing';
    this.#events.answered(exchange, {
      status,
      podName: undefined,
      content: isKept ? content : undefined,
    });
  }
}
