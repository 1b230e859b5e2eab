/** Runs controllers: watches for them, and tells each which keys changed. */
import type { Cancel, Clock } from '../time/clock.js';
import type { KubeApi, WatchEvent } from './api.js';
import type { Controller, ControllerWatch } from './controller.js';
import { ControllerLane } from './controller-lane.js';
import type { ControllerPace, ReconcileFailure } from './controller-lane.js';

export type { ControllerPace, ReconcileFailure } from './controller-lane.js';

/** How a manager is made. */
export interface ControllerManagerOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly controllers: readonly Controller[];
  /** Told of every failure; absent: failures are only retried. */
  readonly onError?: (failure: ReconcileFailure) => void;
  /** How fast controllers are, by name; absent: as fast as can be. */
  readonly pace?: Readonly<Record<string, ControllerPace>>;
}

interface Running {
  readonly controller: Controller;
  readonly lane: ControllerLane;
}

/**
 * Keeps every controller's watches, informers and queue. Controllers are independent of each other: one
 * that is slow or fails holds up nobody.
 */
export class ControllerManager {
  readonly #api: KubeApi;
  readonly #running: readonly Running[];
  readonly #onError: (failure: ReconcileFailure) => void;
  #subscriptions: Cancel[] = [];
  #isRunning = false;

  constructor(options: ControllerManagerOptions) {
    this.#api = options.api;
    this.#onError = options.onError ?? ((): void => undefined);
    this.#running = options.controllers.map((controller) => ({
      controller,
      lane: new ControllerLane({
        controller,
        clock: options.clock,
        pace: options.pace?.[controller.name] ?? {},
        onError: (failure) => this.#onError(failure),
      }),
    }));
  }

  /** Nothing waits to be looked at now; calls may still be due later. */
  get isIdle(): boolean {
    return this.#running.every(({ lane }) => lane.isIdle);
  }

  /** Starts informers and watches; every object that is there counts as added. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const informers = new Set(
      this.#running.flatMap(({ controller }) => controller.informers ?? []),
    );
    for (const informer of informers) this.#subscriptions.push(informer.start(this.#api));
    for (const running of this.#running) {
      for (const watch of running.controller.watches) this.#subscribe(running, watch);
    }
  }

  /** Ends watches and forgets what is queued. Calling it again does nothing. */
  stop(): void {
    this.#isRunning = false;
    for (const cancel of this.#subscriptions) cancel();
    this.#subscriptions = [];
    for (const { lane } of this.#running) lane.clear();
  }

  #subscribe(running: Running, watch: ControllerWatch): void {
    const { items, resourceVersion } = this.#api.list(watch.resource);
    const notice = (event: WatchEvent): void => this.#notice(running, watch, event);
    for (const object of items) notice({ type: 'ADDED', object });
    this.#subscriptions.push(
      this.#api.watch(watch.resource, notice, { sinceVersion: resourceVersion }),
    );
  }

  /** A fault here must not reach the writer whose change is being told. */
  #notice({ controller, lane }: Running, watch: ControllerWatch, event: WatchEvent): void {
    try {
      for (const key of watch.keysFor(event)) lane.notice(key, watch.delayMs);
    } catch (error) {
      this.#onError({ controller: controller.name, error, failures: 1 });
    }
  }
}
