/** Sends requests through an engine, times them, judges answers, and books what became of each. */
import type { Account, LoadLedger } from '../ledger.js';
import type { OutgoingRequest, RequestScript } from '../request-script.js';
import type { FailureKind } from '../sender.js';
import type { Engine, EngineAnswer, EngineEvents, Exchange } from './engine.js';
import type { LastSecond } from './last-second.js';
import { UnderWay } from './under-way.js';

/** A request that has become due and is booked as that. */
export interface Arrival {
  readonly account: Account;
  /** ms since the load began. */
  readonly dueMs: number;
  readonly request: OutgoingRequest;
}

/** What a dispatcher is made from. */
export interface DispatcherOptions {
  readonly ledger: LoadLedger;
  readonly script: RequestScript;
  readonly lastSecond: LastSecond;
  /** ms since the load began, now. */
  readonly elapsedMs: () => number;
  readonly makeEngine: (events: EngineEvents, now: () => number) => Engine;
  /** Called after each request that was answered, failed or timed out. */
  readonly onSettled: (request: OutgoingRequest, hasFailed: FailureKind | undefined) => void;
}

/** The border between drivers, which know when, and engines, which know how. */
export class Dispatcher implements EngineEvents {
  readonly #options: DispatcherOptions;
  readonly #engine: Engine;
  readonly #underWay = new UnderWay();
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
    return this.#underWay.count;
  }

  /** Books a request that has become due. */
  due(dueMs: number, request: OutgoingRequest): Arrival {
    const { ledger } = this.#options;
    const { kind, isFirst, next } = request.step;
    const account = ledger.due(dueMs, kind);
    if (isFirst && next !== undefined) ledger.session(dueMs, 'started');
    return { account, dueMs, request };
  }

  /** Books a request that is not sent at all; its session ends with it. */
  drop({ account, dueMs, request }: Arrival): void {
    this.#endSession(request, dueMs, 'failed');
    this.#options.ledger.dropped(account);
  }

  /**
   * Sends an arrival now; false when no connection is to be had. Whether that was late by the
   * sender's own fault is for the caller to say, who knows if a connection was free before.
   */
  send(
    { account, dueMs, request }: Arrival,
    isLate: (sentMs: number, dueMs: number) => boolean,
  ): boolean {
    const sentMs = this.#options.elapsedMs();
    const exchange: Exchange = {
      account,
      dueMs,
      request,
      sentMs,
      previous: undefined,
      next: undefined,
      carrier: undefined,
    };
    if (!this.#engine.send(exchange)) return false;
    this.#underWay.add(exchange);
    this.#options.lastSecond.sent++;
    this.#options.ledger.sent(account, isLate(sentMs, dueMs));
    return true;
  }

  /** Gives up what was sent longer than its timeout ago. */
  expire(elapsedMs: number): void {
    for (;;) {
      const exchange = this.#underWay.overdue(elapsedMs);
      if (exchange === undefined) return;
      exchange.carrier?.abandon();
      this.failed(exchange, 'timeout');
    }
  }

  /** When the next of the requests under way will have taken too long; absent when none is under way. */
  nextTimeoutMs(): number | undefined {
    return this.#underWay.nextTimeoutMs();
  }

  answered(exchange: Exchange, answer: EngineAnswer): void {
    if (this.#isClosed) return;
    const { request, account, dueMs, sentMs } = exchange;
    const nowMs = this.#options.elapsedMs();
    const check = this.#options.script.failedCheck(request, answer.status, answer.content);
    if (check !== undefined) {
      this.#fail(exchange, 'check', check);
      return;
    }
    const responseMs = nowMs - dueMs;
    this.#underWay.remove(exchange);
    this.#options.lastSecond.answered(responseMs);
    if (request.step.next === undefined) this.#endSession(request, nowMs, 'finished');
    this.#options.ledger.answered(account, {
      status: answer.status,
      podName: answer.podName,
      responseMs,
      serviceMs: nowMs - sentMs,
    });
    this.#options.onSettled(request, undefined);
  }

  failed(exchange: Exchange, kind: FailureKind): void {
    if (!this.#isClosed) this.#fail(exchange, kind);
  }

  /** Ends every connection; what is under way stays unanswered. */
  close(): void {
    this.#isClosed = true;
    this.#engine.close();
  }

  #fail(exchange: Exchange, kind: FailureKind, check?: string): void {
    const { request, account } = exchange;
    this.#underWay.remove(exchange);
    this.#options.lastSecond.failed++;
    this.#endSession(request, this.#options.elapsedMs(), 'failed');
    this.#options.ledger.failed(account, kind, check);
    this.#options.onSettled(request, kind);
  }

  /** Books the end of a session of several steps; before its last request is settled, as the ledger asks. */
  #endSession({ step }: OutgoingRequest, atMs: number, how: 'finished' | 'failed'): void {
    if (!step.isFirst || step.next !== undefined) this.#options.ledger.session(atMs, how);
  }
}
