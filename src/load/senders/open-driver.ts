/** The open model: arrivals are sent when they are due, whatever became of earlier ones. */
import type { Cancel } from '../../time/clock.js';
import type { Account } from '../ledger.js';
import type { Schedule } from '../schedule.js';
import { Dispatcher } from './dispatcher.js';
import type { Driver, DriverOptions } from './driver.js';
import { LastSecond } from './last-second.js';
import { WaitingLine } from './waiting-line.js';

/** An arrival sent later than this although a connection was free counts as late. */
export const LATE_AFTER_MS = 10;

interface Waiting {
  readonly account: Account;
  readonly dueMs: number;
}

/** What else the open model needs. */
export interface OpenDriverOptions extends DriverOptions {
  readonly schedule: Schedule;
  readonly durationMs: number;
  /** Requests sent and waiting together; arrivals beyond it are dropped. */
  readonly maxInFlight: number;
}

/**
 * Sends an absolute schedule. Every wake-up sends all that has become due, so a late wake-up is made
 * up for and never shifts what comes after it; every answer is a wake-up too.
 */
export class OpenDriver implements Driver {
  readonly #options: OpenDriverOptions;
  readonly #dispatcher: Dispatcher;
  readonly #lastSecond = new LastSecond();
  readonly #waiting = new WaitingLine<Waiting>();
  readonly #finished: Promise<void>;
  #finish: () => void = () => undefined;
  #nextDueMs: number | undefined;
  #toldAtMs = 0;
  #cancelWake: Cancel = () => undefined;
  #isOver = false;

  constructor(options: OpenDriverOptions) {
    this.#options = options;
    this.#nextDueMs = options.schedule.next();
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#dispatcher = new Dispatcher({
      ledger: options.ledger,
      lastSecond: this.#lastSecond,
      elapsedMs: () => options.clock.now() - options.startAtMs,
      timeoutMs: options.timeoutMs,
      makeEngine: options.makeEngine,
      onSettled: () => this.#onSettled(),
    });
  }

  get engineName(): string {
    return this.#dispatcher.engineName;
  }

  run(): Promise<void> {
    this.#wake();
    return this.#finished;
  }

  stop(): void {
    if (this.#isOver) return;
    this.#bookDue(this.#elapsedMs());
    this.#end();
  }

  #wake(): void {
    if (this.#isOver) return;
    const elapsedMs = this.#elapsedMs();
    this.#sendDue(elapsedMs);
    this.#dispatcher.expire(elapsedMs);
    this.#options.ledger.passed(elapsedMs);
    this.#tellProgress(elapsedMs);
    if (this.#isDone(elapsedMs)) {
      this.#options.ledger.passed(Number.POSITIVE_INFINITY);
      this.#end();
      return;
    }
    const delayMs = this.#nextWakeMs() - this.#elapsedMs();
    this.#cancelWake = this.#options.clock.after(Math.max(0, delayMs), () => this.#wake());
  }

  #sendDue(elapsedMs: number): void {
    const { ledger, maxInFlight, schedule, sendLag } = this.#options;
    while (this.#nextDueMs !== undefined && this.#nextDueMs <= elapsedMs) {
      const dueMs = this.#nextDueMs;
      const account = ledger.due(dueMs);
      this.#nextDueMs = schedule.next();
      if (this.#dispatcher.inFlight + this.#waiting.length >= maxInFlight) {
        ledger.dropped(account);
        continue;
      }
      const arrival = { account, dueMs };
      const isSent =
        this.#waiting.length === 0 &&
        this.#dispatcher.send(arrival, (sentMs) => {
          sendLag.recordMs(sentMs - dueMs);
          return sentMs - dueMs > LATE_AFTER_MS;
        });
      if (!isSent) this.#waiting.push(arrival);
    }
  }

  /** At a stop: what has become due is booked, and stays unsent. */
  #bookDue(elapsedMs: number): void {
    while (this.#nextDueMs !== undefined && this.#nextDueMs <= elapsedMs) {
      this.#options.ledger.due(this.#nextDueMs);
      this.#nextDueMs = this.#options.schedule.next();
    }
  }

  #onSettled(): void {
    if (this.#isOver) return;
    for (let first = this.#waiting.first(); first !== undefined; first = this.#waiting.first()) {
      // it waited for a connection: that is not the sender's lateness
      if (!this.#dispatcher.send(first, () => false)) break;
      this.#waiting.shift();
    }
    const elapsedMs = this.#elapsedMs();
    if (this.#nextDueMs !== undefined && this.#nextDueMs <= elapsedMs) this.#sendDue(elapsedMs);
  }

  #tellProgress(elapsedMs: number): void {
    const lengthMs = elapsedMs - this.#toldAtMs;
    if (lengthMs < 1_000 || elapsedMs < 0) return;
    this.#toldAtMs = elapsedMs - (elapsedMs % 1_000);
    this.#options.onProgress(
      this.#lastSecond.take({
        atMs: this.#options.clock.now(),
        lengthMs,
        inFlight: this.#dispatcher.inFlight,
        waiting: this.#waiting.length,
      }),
    );
  }

  #isDone(elapsedMs: number): boolean {
    return (
      this.#nextDueMs === undefined &&
      this.#waiting.length === 0 &&
      this.#dispatcher.inFlight === 0 &&
      elapsedMs >= this.#options.durationMs
    );
  }

  #nextWakeMs(): number {
    const atMs = Math.min(
      this.#nextDueMs ?? Number.POSITIVE_INFINITY,
      this.#dispatcher.nextTimeoutMs() ?? Number.POSITIVE_INFINITY,
      this.#toldAtMs + 1_000,
    );
    // after the last arrival the end is looked for often, so that the load does not end late
    return this.#nextDueMs === undefined ? Math.min(atMs, this.#elapsedMs() + 10) : atMs;
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelWake();
    this.#dispatcher.close();
    this.#options.ledger.close();
    this.#finish();
  }

  #elapsedMs(): number {
    return this.#options.clock.now() - this.#options.startAtMs;
  }
}
