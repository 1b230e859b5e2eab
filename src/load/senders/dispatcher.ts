/** Sends requests through an engine, times them, and books what became of them. */
import type { LoadLedger } from '../ledger.js';
import type { FailureKind } from '../sender.js';
import type { Engine, EngineEvents, EngineOptions, Exchange } from './engine.js';
import type { LastSecond } from './last-second.js';

/** What a dispatcher is made from. */
export interface DispatcherOptions {
  readonly ledger: LoadLedger;
  readonly lastSecond: LastSecond;
  /** ms since the load began, now. */
  readonly elapsedMs: () => number;
  readonly timeoutMs: number;
  readonly makeEngine: (events: EngineEvents, now: EngineOptions['now']) => Engine;
  /** Called after each request that was answered, failed or timed out. */
  readonly onSettled: (hasFailed: FailureKind | undefined) => void;
}

/** The requests under way, oldest first, so that those that take too long are found at once. */
export class Dispatcher implements EngineEvents {
  readonly #options: DispatcherOptions;
  readonly #engine: Engine;
  #oldest: Exchange | undefined;
  #newest: Exchange | undefined;
  #inFlight = 0;
  #isClosed = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#engine = options.makeEngine(this, options.elapsedMs);
  }

  get engineName(): string {
    return this.#engine.name;
  }

  /** Requests sent and not settled. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Sends an arrival now; false when no connection is to be had. Whether that was late by the
   * sender's own fault is for the caller to say, who knows if a connection was free before.
   */
  send(arrival: Pick<Exchange, 'account' | 'dueMs'>, isLate: (sentMs: number) => boolean): boolean {
    const sentMs = this.#options.elapsedMs();
    const exchange: Exchange = {
      account: arrival.account,
      dueMs: arrival.dueMs,
      sentMs,
      previous: this.#newest,
      next: undefined,
      carrier: undefined,
    };
    if (!this.#engine.send(exchange)) return false;
    if (this.#newest === undefined) this.#oldest = exchange;
    else this.#newest.next = exchange;
    this.#newest = exchange;
    this.#inFlight++;
    this.#options.lastSecond.sent++;
    this.#options.ledger.sent(exchange.account, isLate(sentMs));
    return true;
  }

  /** Gives up what was sent longer than the timeout ago. */
  expire(elapsedMs: number): void {
    for (;;) {
      const exchange = this.#oldest;
      if (exchange === undefined || elapsedMs - exchange.sentMs < this.#options.timeoutMs) return;
      exchange.carrier?.abandon();
      this.failed(exchange, 'timeout');
    }
  }

  /** When the oldest request under way will have taken too long; absent when none is under way. */
  nextTimeoutMs(): number | undefined {
    return this.#oldest === undefined ? undefined : this.#oldest.sentMs + this.#options.timeoutMs;
  }

  answered(exchange: Exchange, status: number, podName: string | undefined): void {
    if (this.#isClosed) return;
    const nowMs = this.#options.elapsedMs();
    const responseMs = nowMs - exchange.dueMs;
    this.#unlink(exchange);
    this.#options.lastSecond.answered(responseMs);
    this.#options.ledger.answered(exchange.account, {
      status,
      podName,
      responseMs,
      serviceMs: nowMs - exchange.sentMs,
    });
    this.#options.onSettled(undefined);
  }

  failed(exchange: Exchange, kind: FailureKind): void {
    if (this.#isClosed) return;
    this.#unlink(exchange);
    this.#options.lastSecond.failed++;
    this.#options.ledger.failed(exchange.account, kind);
    this.#options.onSettled(kind);
  }

  /** Ends every connection; what is under way stays unanswered. */
  close(): void {
    this.#isClosed = true;
    this.#engine.close();
  }

  #unlink(exchange: Exchange): void {
    const { previous, next } = exchange;
    if (previous === undefined) this.#oldest = next;
    else previous.next = next;
    if (next === undefined) this.#newest = previous;
    else next.previous = previous;
    exchange.previous = undefined;
    exchange.next = undefined;
    this.#inFlight--;
  }
}
