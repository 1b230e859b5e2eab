/** The closed model: so many users, each sending its next request when its last was answered. */
import type { Cancel } from '../../time/clock.js';
import type { OutgoingRequest } from '../request-script.js';
import type { FailureKind } from '../sender.js';
import { Dispatcher } from './dispatcher.js';
import { DUE_WITHIN_MS, type Driver, type DriverOptions, LATE_AFTER_MS } from './driver.js';
import { FollowUps } from './follow-ups.js';
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
 * Users who go through one session after the other. What they would send after the load's end is not
 * sent. A user whose request failed waits a little, longer each time, because a
 * closed port answers at once and would otherwise be asked tens of thousands of times a second.
 */
export class ClosedDriver implements Driver {
  readonly #options: ClosedDriverOptions;
  readonly #dispatcher: Dispatcher;
  readonly #lastSecond = new LastSecond();
  readonly #finished: Promise<void>;
  readonly #followUps: FollowUps;
  #finish: () => void = () => undefined;
  #nextNumber: number;
  #hasBegun = false;
  #failuresInARow = 0;
  /** Users waiting to try again. */
  #resting = 0;
  #toldAtMs = 0;
  #cancelWake: Cancel = () => undefined;
  #isOver = false;

  constructor(options: ClosedDriverOptions) {
    this.#options = options;
    this.#nextNumber = options.share.index;
    this.#followUps = new FollowUps({
      clock: options.clock,
      startAtMs: options.startAtMs,
      onDue: () => this.#sendDue(this.#elapsedMs()),
    });
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#dispatcher = new Dispatcher({
      ledger: options.ledger,
      lastSecond: this.#lastSecond,
      elapsedMs: () => options.clock.now() - options.startAtMs,
      script: options.script,
      makeEngine: options.makeEngine,
      onSettled: (request, failure) => this.#onSettled(request, failure),
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
      for (let user = 0; user < this.#options.concurrency; user++) this.#begin();
    }
    this.#sendDue(elapsedMs);
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

  /** A user begins a session. */
  #begin(): void {
    const dueMs = this.#elapsedMs();
    if (!this.#isOver && dueMs < this.#options.durationMs) this.#send(dueMs, undefined, notLate);
  }

  /** Sends what follows a request in its session; without one, or after its last, the next session begins. */
  #send(
    dueMs: number,
    after: OutgoingRequest | undefined,
    isLate: (sentMs: number) => boolean,
  ): void {
    const { script } = this.#options;
    const next = after === undefined ? undefined : script.next(after);
    const arrival = this.#dispatcher.due(dueMs, next ?? this.#firstOfNextSession());
    // as many connections as users: none can be without
    if (!this.#dispatcher.send(arrival, isLate)) this.#dispatcher.drop(arrival);
  }

  #firstOfNextSession(): OutgoingRequest {
    const { script, share } = this.#options;
    const number = this.#nextNumber;
    this.#nextNumber += share.count;
    return script.first(number);
  }

  /** Sends what users have thought about for long enough. */
  #sendDue(elapsedMs: number): void {
    const { sendLag } = this.#options;
    for (;;) {
      const followUp = this.#isOver ? undefined : this.#followUps.take(elapsedMs);
      if (followUp === undefined) return;
      const { dueMs, after } = followUp;
      this.#send(dueMs, after, (sentMs) => {
        sendLag.recordMs(sentMs - dueMs);
        return sentMs - dueMs > LATE_AFTER_MS;
      });
    }
  }

  #onSettled(request: OutgoingRequest, failure: FailureKind | undefined): void {
    if (this.#isOver) return;
    if (failure === undefined || failure === 'timeout' || failure === 'check') {
      this.#failuresInARow = 0;
      this.#goOn(request, failure !== undefined);
      return;
    }
    this.#failuresInARow++;
    const doublings = Math.floor(this.#failuresInARow / this.#options.concurrency);
    this.#resting++;
    this.#options.clock.after(
      Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(doublings, 10)),
      () => {
        this.#resting--;
        this.#begin();
      },
    );
  }

  /** After an answer: the next step, or the next session, when its user has thought. */
  #goOn(request: OutgoingRequest, hasFailed: boolean): void {
    const { script, durationMs } = this.#options;
    const thinkMs = script.thinkMs(request);
    const dueMs = this.#elapsedMs() + thinkMs;
    const after = hasFailed ? undefined : request;
    if (dueMs >= durationMs) return;
    if (thinkMs > 0) this.#followUps.add(dueMs, after);
    else this.#send(dueMs, after, notLate);
  }

  #tellProgress(elapsedMs: number): void {
    const lengthMs = elapsedMs - this.#toldAtMs;
    if (lengthMs < 1_000 - DUE_WITHIN_MS) return;
    this.#toldAtMs += Math.floor((lengthMs + DUE_WITHIN_MS) / 1_000) * 1_000;
    this.#options.onProgress(
      this.#lastSecond.take({
        atMs: this.#options.clock.now(),
        lengthMs,
        inFlight: this.#dispatcher.inFlight,
        waiting: this.#resting + this.#followUps.count,
      }),
    );
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelWake();
    this.#followUps.stop();
    this.#dispatcher.close();
    this.#options.ledger.close();
    this.#finish();
  }

  #elapsedMs(): number {
    return this.#options.clock.now() - this.#options.startAtMs;
  }
}

/** What is due when it is sent is never late. */
function notLate(): boolean {
  return false;
}
