/** The closed model: so many users, each sending its next request when its last was answered. */
import type { Cancel } from '../../time/clock.js';
import type { FailureKind } from '../sender.js';
import { Dispatcher } from './dispatcher.js';
import type { Driver, DriverOptions } from './driver.js';
import { LastSecond } from './last-second.js';

/** How long a user whose connection failed waits before trying again: doubling, at most the second. */
const FIRST_BACK_OFF_MS = 20;
const LONGEST_BACK_OFF_MS = 1_000;

/** What else the closed model needs. */
export interface ClosedDriverOptions extends DriverOptions {
  readonly concurrency: number;
  readonly durationMs: number;
}

/**
 * Users without think time. A user whose request failed waits a little, longer each time, because a
 * closed port answers at once and would otherwise be asked tens of thousands of times a second.
 */
export class ClosedDriver implements Driver {
  readonly #options: ClosedDriverOptions;
  readonly #dispatcher: Dispatcher;
  readonly #lastSecond = new LastSecond();
  readonly #finished: Promise<void>;
  #finish: () => void = () => undefined;
  #hasBegun = false;
  #failuresInARow = 0;
  /** Users waiting to try again. */
  #resting = 0;
  #toldAtMs = 0;
  #cancelWake: Cancel = () => undefined;
  #isOver = false;

  constructor(options: ClosedDriverOptions) {
    this.#options = options;
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#dispatcher = new Dispatcher({
      ledger: options.ledger,
      lastSecond: this.#lastSecond,
      elapsedMs: () => options.clock.now() - options.startAtMs,
      timeoutMs: options.timeoutMs,
      makeEngine: options.makeEngine,
      onSettled: (failure) => this.#onSettled(failure),
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
    if (!this.#isOver) this.#end();
  }

  #wake(): void {
    if (this.#isOver) return;
    const elapsedMs = this.#elapsedMs();
    if (elapsedMs >= 0 && !this.#hasBegun) {
      this.#hasBegun = true;
      for (let user = 0; user < this.#options.concurrency; user++) this.#send();
    }
    this.#dispatcher.expire(elapsedMs);
    this.#options.ledger.passed(elapsedMs);
    this.#tellProgress(elapsedMs);
    if (elapsedMs >= this.#options.durationMs && this.#dispatcher.inFlight === 0) {
      this.#options.ledger.passed(Number.POSITIVE_INFINITY);
      this.#end();
      return;
    }
    const untilStartMs = elapsedMs < 0 ? -elapsedMs : 10;
    this.#cancelWake = this.#options.clock.after(Math.min(untilStartMs, 1_000), () => this.#wake());
  }

  #send(): void {
    const dueMs = this.#elapsedMs();
    if (this.#isOver || dueMs >= this.#options.durationMs) return;
    const account = this.#options.ledger.due(dueMs);
    if (!this.#dispatcher.send({ account, dueMs }, () => false)) {
      // as many connections as users: none can be without
      this.#options.ledger.dropped(account);
    }
  }

  #onSettled(failure: FailureKind | undefined): void {
    if (this.#isOver) return;
    if (failure === undefined || failure === 'timeout') {
      this.#failuresInARow = 0;
      this.#send();
      return;
    }
    this.#failuresInARow++;
    const doublings = Math.floor(this.#failuresInARow / this.#options.concurrency);
    this.#resting++;
    this.#options.clock.after(
      Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(doublings, 10)),
      () => {
        this.#resting--;
        this.#send();
      },
    );
  }

  #tellProgress(elapsedMs: number): void {
    const lengthMs = elapsedMs - this.#toldAtMs;
    if (lengthMs < 1_000) return;
    this.#toldAtMs = elapsedMs - (elapsedMs % 1_000);
    this.#options.onProgress(
      this.#lastSecond.take({
        atMs: this.#options.clock.now(),
        lengthMs,
        inFlight: this.#dispatcher.inFlight,
        waiting: this.#resting,
      }),
    );
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
