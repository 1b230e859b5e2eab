/** Requests that follow an answer, each due after its user's think time. */
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';
import { EventHeap } from '../../time/event-heap.js';
import type { OutgoingRequest } from '../request-script.js';
import { DUE_WITHIN_MS } from './driver.js';

/** What follow-ups are made from. */
export interface FollowUpsOptions {
  readonly clock: Clock;
  readonly startAtMs: EpochMs;
  /** Called when one has become due; it is to be taken then. */
  readonly onDue: () => void;
}

/** What is not yet due, and the timer for the earliest. */
export class FollowUps {
  readonly #options: FollowUpsOptions;
  readonly #heap = new EventHeap<OutgoingRequest | undefined>();
  #cancelTimer: Cancel | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;

  constructor(options: FollowUpsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#heap.size;
  }

  /** When the earliest is due, ms since the load began; absent when there is none. */
  nextDueMs(): number | undefined {
    return this.#heap.peekDueMs();
  }

  /**
   * Something is due at `dueMs`.
   *
   * @param after - the request whose successor it is; absent: it is the first of another session.
   */
  add(dueMs: number, after?: OutgoingRequest): void {
    this.#heap.push(dueMs, after);
    this.#arm();
  }

  /** Takes the earliest if it is due; see {@link FollowUps.add}. */
  take(
    elapsedMs: number,
  ): { readonly dueMs: number; readonly after: OutgoingRequest | undefined } | undefined {
    const dueMs = this.#heap.peekDueMs();
    if (dueMs === undefined || dueMs > elapsedMs + DUE_WITHIN_MS) return undefined;
    return { dueMs, after: this.#heap.pop()?.value };
  }

  /** Nothing becomes due any more. */
  stop(): void {
    this.#cancelTimer?.();
    this.#timerDueMs = Number.NEGATIVE_INFINITY;
  }

  #arm(): void {
    const dueMs = this.#heap.peekDueMs();
    if (dueMs === undefined || dueMs >= this.#timerDueMs) return;
    this.#cancelTimer?.();
    this.#timerDueMs = dueMs;
    const { clock, startAtMs, onDue } = this.#options;
    this.#cancelTimer = clock.after(Math.max(0, startAtMs + dueMs - clock.now()), () => {
      this.#timerDueMs = Number.POSITIVE_INFINITY;
      onDue();
      this.#arm();
    });
  }
}
