/** The open model: arrivals are sent when they are due, whatever became of earlier ones. */
import type { Cancel } from '../../time/clock.js';
import type { OutgoingRequest } from '../request-script.js';
import type { Schedule } from '../schedule.js';
import type { FailureKind } from '../sender.js';
import { type Arrival, Dispatcher } from './dispatcher.js';
import { DUE_WITHIN_MS, type Driver, type DriverOptions, LATE_AFTER_MS } from './driver.js';
import { FollowUps } from './follow-ups.js';
import { LastSecond } from './last-second.js';
import { WaitingLine } from './waiting-line.js';

/** What else the open model needs. */
export interface OpenDriverOptions extends DriverOptions {
  /** Of this sender's share of the sessions. */
  readonly schedule: Schedule;
  readonly durationMs: number;
  /** Requests sent and waiting together; arrivals beyond it are dropped. */
  readonly maxInFlight: number;
}

/**
 * Sends an absolute schedule. Every wake-up sends all that has become due, so a late wake-up is made
 * up for and never shifts what comes after it; every answer is a wake-up too. Later steps of a session
 * become due when its user has thought; what would be due after the load's end is not sent.
 */
export class OpenDriver implements Driver {
  readonly #options: OpenDriverOptions;
  readonly #dispatcher: Dispatcher;
  readonly #lastSecond = new LastSecond();
  readonly #waiting = new WaitingLine<Arrival>();
  readonly #followUps: FollowUps;
  readonly #finished: Promise<void>;
  #finish: () => void = () => undefined;
  #nextDueMs: number | undefined;
  #nextNumber: number;
  #toldAtMs = 0;
  #cancelWake: Cancel = () => undefined;
  #isOver = false;

  constructor(options: OpenDriverOptions) {
    this.#options = options;
    this.#nextDueMs = options.schedule.next();
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
    if (this.#isOver) return;
    this.#bookDue(this.#elapsedMs());
    this.#end();
  }

  readonly #wake = (): void => {
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
    this.#cancelWake = this.#options.clock.after(Math.max(0, delayMs), this.#wake);
  };

  readonly #lateness = (sentMs: number, dueMs: number): boolean => {
    this.#options.sendLag.recordMs(sentMs - dueMs);
    return sentMs - dueMs > LATE_AFTER_MS;
  };

  #sendDue(elapsedMs: number): void {
    if (this.#isOver) return;
    const { maxInFlight } = this.#options;
    for (;;) {
      const arrival = this.#takeDue(elapsedMs);
      if (arrival === undefined) return;
      if (this.#dispatcher.inFlight + this.#waiting.length >= maxInFlight) {
        this.#dispatcher.drop(arrival);
        continue;
      }
      const isSent = this.#waiting.length === 0 && this.#dispatcher.send(arrival, this.#lateness);
      if (!isSent) this.#waiting.push(arrival);
    }
  }

  /** Books and gives what has become due, in its order: arrivals and later steps of sessions. */
  #takeDue(elapsedMs: number): Arrival | undefined {
    const { schedule, script, share } = this.#options;
    const arrivalMs = this.#nextDueMs ?? Number.POSITIVE_INFINITY;
    const followUp = this.#followUps.take(Math.min(elapsedMs, arrivalMs));
    const next = followUp?.after === undefined ? undefined : script.next(followUp.after);
    if (followUp !== undefined && next !== undefined) {
      return this.#dispatcher.due(followUp.dueMs, next);
    }
    if (arrivalMs > elapsedMs + DUE_WITHIN_MS) return undefined;
    this.#nextDueMs = schedule.next();
    const request = script.first(this.#nextNumber);
    this.#nextNumber += share.count;
    return this.#dispatcher.due(arrivalMs, request);
  }

  /** At a stop: what has become due is booked, and stays unsent. */
  #bookDue(elapsedMs: number): void {
    while (this.#takeDue(elapsedMs) !== undefined);
  }

  #onSettled(request: OutgoingRequest, failure: FailureKind | undefined): void {
    if (this.#isOver) return;
    if (failure === undefined && request.step.next !== undefined) this.#follow(request);
    for (let first = this.#waiting.first(); first !== undefined; first = this.#waiting.first()) {
      // it waited for a connection: that is not the sender's lateness
      if (!this.#dispatcher.send(first, () => false)) break;
      this.#waiting.shift();
    }
    const elapsedMs = this.#elapsedMs();
    if (this.#isDue(elapsedMs)) this.#sendDue(elapsedMs);
  }

  #follow(answered: OutgoingRequest): void {
    const dueMs = this.#elapsedMs() + this.#options.script.thinkMs(answered);
    if (dueMs < this.#options.durationMs) this.#followUps.add(dueMs, answered);
  }

  #isDue(elapsedMs: number): boolean {
    const followUpMs = this.#followUps.nextDueMs();
    return (
      (this.#nextDueMs !== undefined && this.#nextDueMs <= elapsedMs) ||
      (followUpMs !== undefined && followUpMs <= elapsedMs)
    );
  }

  #tellProgress(elapsedMs: number): void {
    const lengthMs = elapsedMs - this.#toldAtMs;
    if (lengthMs < 1_000 - DUE_WITHIN_MS || elapsedMs < 0) return;
    this.#toldAtMs += Math.floor((lengthMs + DUE_WITHIN_MS) / 1_000) * 1_000;
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
      this.#followUps.count === 0 &&
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
    this.#followUps.stop();
    this.#dispatcher.close();
    this.#options.ledger.close();
    this.#finish();
  }

  #elapsedMs(): number {
    return this.#options.clock.now() - this.#options.startAtMs;
  }
}
