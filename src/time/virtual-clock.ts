/** Time that moves only when told to: the simulator's clock and the tests'. */
import type { Cancel, Clock, EpochMs } from './clock.js';
import { EventHeap } from './event-heap.js';

/** What is to be done; undefined when it was cancelled. */
type Task = (() => void) | undefined;

/** To look after each task would take longer than most tasks do. */
const LONGEST_WAIT_MS = 1_000;

/**
 * Runs tasks in order of due time, equal times in order of insertion, each at exactly its own time:
 * `now()` within a task is the instant it was due. (Usual fake clocks fire in insertion order with
 * the clock already at the end of the step.)
 *
 * `advance` is synchronous and for synchronous tasks; `advanceAsync` lets promise callbacks finish
 * between tasks, for code that awaits `sleep`. Nothing run under it may await real I/O.
 */
export class VirtualClock implements Clock {
  readonly #heap = new EventHeap<Task>();
  #nowMs: EpochMs;
  /** Whether somebody who slept was woken, and has not run yet. */
  #hasWoken = false;

  /** @param startMs - the first instant, ms since the epoch. */
  constructor(startMs: EpochMs) {
    this.#nowMs = startMs;
  }

  now(): EpochMs {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): Cancel {
    const entry = this.#heap.push(this.#nowMs + Math.max(0, delayMs), task);
    return () => {
      entry.value = undefined;
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const cancel = this.after(delayMs, () => {
        this.#hasWoken = true;
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      const abort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Runs everything due within the next `durationMs`, then stands at its end. */
  advance(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    while (this.#runNext(endMs)) {
      // each turn runs one task
    }
    this.#nowMs = endMs;
  }

  /** As `advance`, letting promise callbacks finish after each task. */
  async advanceAsync(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settled();
    while (this.#runNext(endMs)) {
      await settled();
    }
    this.#nowMs = endMs;
  }

  /**
   * Lets time pass until a promise is settled, and gives what it resolves to. Promise callbacks run only
   * where somebody slept: whatever else a task settles waits for the next `sleep` that ends, a second at most.
   *
   * @throws {Error} when nothing is due any more and the promise still waits.
   */
  async runUntil<T>(promise: Promise<T>): Promise<T> {
    const waiting = new Set([promise]);
    const settle = (): void => void waiting.delete(promise);
    promise.then(settle, settle);
    await settled();
    let lookMs = this.#nowMs + LONGEST_WAIT_MS;
    while (waiting.size > 0) {
      if (!this.#runNext(Number.POSITIVE_INFINITY)) {
        throw new Error('expected the promise to be settled, but nothing is due any more');
      }
      if (!this.#hasWoken && this.#nowMs < lookMs) continue;
      this.#hasWoken = false;
      lookMs = this.#nowMs + LONGEST_WAIT_MS;
      await settled();
    }
    return promise;
  }

  /** Runs the earliest task due at or before `endMs`; false when there is none. */
  #runNext(endMs: EpochMs): boolean {
    const dueMs = this.#heap.peekDueMs();
    if (dueMs === undefined || dueMs > endMs) return false;
    const task = this.#heap.pop()?.value;
    if (task !== undefined) {
      this.#nowMs = dueMs;
      task();
    }
    return true;
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
