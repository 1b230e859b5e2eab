/** The end of a running container as the kubelet brings it about: `preStop`, its turn, SIGTERM, SIGKILL. */
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';

/** How a container is asked to end. */
export interface StopOptions {
  /** From now to SIGKILL. */
  readonly graceSeconds: number;
  /** What the Event says; absent: that the container is stopped. */
  readonly message?: string;
  /** SIGTERM waits for `release`. */
  readonly isHeld?: boolean;
}

/** How a container is ended. */
export interface ContainerEndingOptions {
  readonly clock: Clock;
  /** From the beginning to SIGKILL, `preStop` included. */
  readonly graceSeconds: number;
  /** Runs `preStop` and tells when it is through; absent: there is none. */
  readonly preStop: ((done: () => void) => Cancel) | undefined;
  /** SIGTERM waits for `release`, at most until the grace period is over. */
  readonly isHeld: boolean;
  readonly signal: (signal: 'SIGTERM' | 'SIGKILL') => void;
}

/** @see Source: kubernetes 1.36 `pkg/kubelet/kuberuntime/kuberuntime_manager.go`, `minimumGracePeriodInSeconds`. */
const MINIMUM_GRACE_SECONDS = 2;

type Step = 'pre-stop' | 'held' | 'term';

/**
 * Goes through the steps of an end. What `preStop` and the wait for its turn took, in whole seconds, is
 * missing from the time between SIGTERM and SIGKILL, which is at least 2 s.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kuberuntime/kuberuntime_container.go`, `killContainer`,
 *   `executePreStopHook`; `kuberuntime_termination_order.go`, `waitForTurn`.
 */
export class ContainerEnding {
  readonly #options: ContainerEndingOptions;
  #isHeld: boolean;
  #step: Step = 'pre-stop';
  #stepFromMs: EpochMs;
  /** What is left of the grace period at the beginning of the step. */
  #graceSeconds: number;
  #cancelHook: Cancel | undefined;
  #cancelTimer: Cancel | undefined;

  constructor(options: ContainerEndingOptions) {
    this.#options = options;
    this.#isHeld = options.isHeld;
    this.#graceSeconds = options.graceSeconds;
    this.#stepFromMs = options.clock.now();
    const { preStop } = options;
    if (preStop === undefined || options.graceSeconds <= 0) {
      this.#hold();
      return;
    }
    this.#arm(options.graceSeconds, () => this.#hold());
    this.#cancelHook = preStop(() => this.#hold());
  }

  /** Its turn has come. */
  release(): void {
    this.#isHeld = false;
    if (this.#step === 'held') this.#term();
  }

  /** From now on no more than that grace period; one that is longer than what is left changes nothing. */
  shorten(graceSeconds: number): void {
    const { clock } = this.#options;
    const leastSeconds = this.#step === 'term' ? MINIMUM_GRACE_SECONDS : 0;
    const newSeconds = Math.max(graceSeconds, leastSeconds);
    const leftMs = this.#graceSeconds * 1_000 - (clock.now() - this.#stepFromMs);
    if (newSeconds * 1_000 >= leftMs) return;
    this.#graceSeconds = newSeconds;
    this.#stepFromMs = clock.now();
    this.#arm(newSeconds, () => this.#next());
  }

  /** Nothing more is done. */
  cancel(): void {
    this.#cancelTimer?.();
    this.#cancelHook?.();
  }

  #next(): void {
    if (this.#step === 'pre-stop') this.#hold();
    else if (this.#step === 'held') this.#term();
    else this.#options.signal('SIGKILL');
  }

  #hold(): void {
    if (this.#step !== 'pre-stop') return;
    this.#begin('held');
    if (this.#isHeld && this.#graceSeconds > 0) this.#arm(this.#graceSeconds, () => this.#term());
    else this.#term();
  }

  #term(): void {
    if (this.#step !== 'held') return;
    this.#begin('term');
    this.#graceSeconds = Math.max(this.#graceSeconds, MINIMUM_GRACE_SECONDS);
    this.#arm(this.#graceSeconds, () => this.#options.signal('SIGKILL'));
    this.#options.signal('SIGTERM');
  }

  #begin(step: Step): void {
    const nowMs = this.#options.clock.now();
    this.#graceSeconds -= Math.floor((nowMs - this.#stepFromMs) / 1_000);
    this.#stepFromMs = nowMs;
    this.#step = step;
    this.#cancelHook?.();
    this.#cancelHook = undefined;
  }

  #arm(seconds: number, task: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(seconds * 1_000, task);
  }
}
