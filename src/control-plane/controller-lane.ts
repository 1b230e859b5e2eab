/** One controller at work: its queue, its timers, its retries. */
import type { Cancel, Clock, EpochMs } from '../time/clock.js';
import type { Controller, ReconcileKey } from './controller.js';
import { WorkQueue } from './work-queue.js';

/** A controller threw. It is called again. */
export interface ReconcileFailure {
  readonly controller: string;
  /** Absent when the fault was in saying which keys a change concerns. */
  readonly key?: ReconcileKey;
  readonly error: unknown;
  /** How many times in a row this key failed, this one included. */
  readonly failures: number;
}

/** How fast a controller is; real ones are neither instant nor endlessly quick. */
export interface ControllerPace {
  /** Ms between a change and the call it leads to. 0 by default: as soon as the clock turns. */
  readonly reactionMs?: number;
  /** Ms that one call takes before the next can begin. 0 by default. */
  readonly callMs?: number;
}

/** What a lane works with. */
export interface ControllerLaneOptions {
  readonly controller: Controller;
  readonly clock: Clock;
  readonly pace: ControllerPace;
  readonly onError: (failure: ReconcileFailure) => void;
}

// client-go util/workqueue/default_rate_limiters.go, DefaultTypedControllerRateLimiter
const BASE_DELAY_MS = 5;
const MAX_DELAY_MS = 1_000_000;

/**
 * Calls a controller in the order in which keys came, each once however often it came meanwhile. One
 * call is one task of the clock, so that whatever else is due runs in between.
 */
export class ControllerLane {
  readonly #options: ControllerLaneOptions;
  readonly #queue = new WorkQueue<ReconcileKey>();
  /** Keys that come later: reactions under way, requeues and retries. */
  readonly #timers = new Map<ReconcileKey, Cancel>();
  /** By how long they take and their key. */
  readonly #reactions = new Map<string, Cancel>();
  readonly #failures = new Map<ReconcileKey, number>();
  #cancelTurn: Cancel | undefined;
  #freeAtMs: EpochMs = Number.NEGATIVE_INFINITY;

  constructor(options: ControllerLaneOptions) {
    this.#options = options;
  }

  /** Nothing waits to be looked at now; calls may still be due later. */
  get isIdle(): boolean {
    return this.#queue.size === 0 && this.#reactions.size === 0;
  }

  /**
   * Something of this key changed. Changes while a reaction is under way are seen by that reaction.
   *
   * @param delayMs - how much later than otherwise it is looked at.
   */
  notice(key: ReconcileKey, delayMs = 0): void {
    const { clock, pace } = this.#options;
    const waitMs = delayMs + (pace.reactionMs ?? 0);
    const id = `${waitMs} ${key}`;
    if (waitMs === 0) {
      this.#enqueue(key);
    } else if (!this.#reactions.has(id)) {
      const cancel = clock.after(waitMs, () => {
        this.#reactions.delete(id);
        this.#enqueue(key);
      });
      this.#reactions.set(id, cancel);
    }
  }

  /** Forgets everything that is queued or due. */
  clear(): void {
    for (const cancel of [...this.#timers.values(), ...this.#reactions.values()]) cancel();
    this.#timers.clear();
    this.#reactions.clear();
    this.#failures.clear();
    this.#queue.clear();
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
  }

  #enqueue(key: ReconcileKey): void {
    this.#queue.add(key, key);
    this.#scheduleTurn();
  }

  #scheduleTurn(): void {
    const { clock } = this.#options;
    if (this.#cancelTurn !== undefined || this.#queue.size === 0) return;
    const waitMs = Math.max(0, this.#freeAtMs - clock.now());
    this.#cancelTurn = clock.after(waitMs, () => {
      this.#cancelTurn = undefined;
      this.#turn();
    });
  }

  #turn(): void {
    const key = this.#queue.take();
    if (key === undefined) return;
    const { clock, pace } = this.#options;
    this.#freeAtMs = clock.now() + (pace.callMs ?? 0);
    this.#reconcile(key);
    this.#scheduleTurn();
  }

  #reconcile(key: ReconcileKey): void {
    const { controller, clock, onError } = this.#options;
    this.#timers.get(key)?.();
    this.#timers.delete(key);
    try {
      const result = controller.reconcile(key, clock.now());
      this.#failures.delete(key);
      if (result?.requeueAfterMs !== undefined) this.#later(key, result.requeueAfterMs);
    } catch (error) {
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      this.#later(key, Math.min(BASE_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS));
      onError({ controller: controller.name, key, error, failures });
    }
  }

  #later(key: ReconcileKey, delayMs: number): void {
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(key);
      this.#enqueue(key);
    });
    this.#timers.set(key, cancel);
  }
}
