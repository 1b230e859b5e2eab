/** Runs controllers: watches for them, queues what changed, calls them one key at a time. */
import type { Cancel, Clock } from '../time/clock.js';
import type { KubeApi, WatchEvent } from './api.js';
import type { Controller, ControllerWatch, ReconcileKey } from './controller.js';
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

/** How a manager is made. */
export interface ControllerManagerOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly controllers: readonly Controller[];
  /** Told of every failure; absent: failures are only retried. */
  readonly onError?: (failure: ReconcileFailure) => void;
  /**
   * How long a controller takes to notice a change, in ms by its name; absent: it is called as soon as
   * the clock turns. Models the latency of real controllers.
   */
  readonly reactionMs?: Readonly<Record<string, number>>;
}

interface WorkItem {
  readonly id: string;
  readonly controller: Controller;
  readonly key: ReconcileKey;
}

// client-go util/workqueue/default_rate_limiters.go, DefaultTypedControllerRateLimiter
const BASE_DELAY_MS = 5;
const MAX_DELAY_MS = 1_000_000;

/**
 * Calls controllers in the order in which changes came, each key once however often it changed
 * meanwhile. One call is one task of the clock, so that whatever else is due runs in between.
 */
export class ControllerManager {
  readonly #api: KubeApi;
  readonly #clock: Clock;
  readonly #controllers: readonly Controller[];
  readonly #onError: (failure: ReconcileFailure) => void;
  readonly #reactionMs: Readonly<Record<string, number>>;
  readonly #queue = new WorkQueue<WorkItem>();
  readonly #timers = new Map<string, Cancel>();
  readonly #reacting = new Map<string, Cancel>();
  readonly #failures = new Map<string, number>();
  #subscriptions: Cancel[] = [];
  #cancelTurn: Cancel | undefined;
  #isRunning = false;

  constructor(options: ControllerManagerOptions) {
    this.#api = options.api;
    this.#clock = options.clock;
    this.#controllers = options.controllers;
    this.#onError = options.onError ?? ((): void => undefined);
    this.#reactionMs = options.reactionMs ?? {};
  }

  /** Nothing waits to be looked at now; calls may still be due later. */
  get isIdle(): boolean {
    return this.#queue.size === 0 && this.#reacting.size === 0;
  }

  /** Starts informers and watches; every object that is there counts as added. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const informers = new Set(this.#controllers.flatMap(({ informers: own }) => own ?? []));
    for (const informer of informers) this.#subscriptions.push(informer.start(this.#api));
    for (const controller of this.#controllers) {
      for (const watch of controller.watches) this.#subscribe(controller, watch);
    }
  }

  /** Ends watches and forgets what is queued. Calling it again does nothing. */
  stop(): void {
    this.#isRunning = false;
    const cancels = [...this.#subscriptions, ...this.#timers.values(), ...this.#reacting.values()];
    for (const cancel of cancels) cancel();
    this.#subscriptions = [];
    this.#timers.clear();
    this.#reacting.clear();
    this.#failures.clear();
    this.#queue.clear();
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
  }

  #subscribe(controller: Controller, watch: ControllerWatch): void {
    const { items, resourceVersion } = this.#api.list(watch.resource);
    const notice = (event: WatchEvent): void => this.#notice(controller, watch, event);
    for (const object of items) notice({ type: 'ADDED', object });
    this.#subscriptions.push(
      this.#api.watch(watch.resource, notice, { sinceVersion: resourceVersion }),
    );
  }

  /** A fault here must not reach the writer whose change is being told. */
  #notice(controller: Controller, watch: ControllerWatch, event: WatchEvent): void {
    let keys: readonly ReconcileKey[];
    try {
      keys = watch.keysFor(event);
    } catch (error) {
      this.#onError({ controller: controller.name, error, failures: 1 });
      return;
    }
    const reactionMs = this.#reactionMs[controller.name] ?? 0;
    for (const key of keys) {
      const item = { id: `${controller.name} ${key}`, controller, key };
      if (reactionMs > 0) this.#react(item, reactionMs);
      else this.#enqueue(item);
    }
  }

  /** Changes while a reaction is under way are seen by that reaction. */
  #react(item: WorkItem, reactionMs: number): void {
    if (this.#reacting.has(item.id)) return;
    const cancel = this.#clock.after(reactionMs, () => {
      this.#reacting.delete(item.id);
      this.#enqueue(item);
    });
    this.#reacting.set(item.id, cancel);
  }

  #enqueue(item: WorkItem): void {
    this.#queue.add(item.id, item);
    this.#cancelTurn ??= this.#clock.after(0, () => this.#turn());
  }

  #turn(): void {
    this.#cancelTurn = undefined;
    const item = this.#queue.take();
    if (item !== undefined) this.#reconcile(item);
    if (this.#isRunning && this.#queue.size > 0) {
      this.#cancelTurn ??= this.#clock.after(0, () => this.#turn());
    }
  }

  #reconcile(item: WorkItem): void {
    const { id, controller, key } = item;
    this.#timers.get(id)?.();
    this.#timers.delete(id);
    try {
      const result = controller.reconcile(key, this.#clock.now());
      this.#failures.delete(id);
      if (result?.requeueAfterMs !== undefined) this.#later(item, result.requeueAfterMs);
    } catch (error) {
      const failures = (this.#failures.get(id) ?? 0) + 1;
      this.#failures.set(id, failures);
      this.#later(item, Math.min(BASE_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS));
      this.#onError({ controller: controller.name, key, error, failures });
    }
  }

  #later(item: WorkItem, delayMs: number): void {
    if (!this.#isRunning) return;
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(item.id);
      this.#enqueue(item);
    });
    this.#timers.set(item.id, cancel);
  }
}
