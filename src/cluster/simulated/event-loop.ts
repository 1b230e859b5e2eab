/** A modelled service process: one thread that does one thing after the other, as Node does. */
import { WaitingLine } from '../../load/driving/waiting-line.js';
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';
import { CpuBudget, type CpuBudgetOptions, type CpuUse } from './cpu-budget.js';

/** Something for the thread to do. */
export interface Job {
  /** CPU time that it takes, ms of a Kubernetes CPU. */
  readonly cpuMs: number;
  /** Called when it is done, at that instant. */
  readonly done: () => void;
}

/** So long a long turn is remembered. */
const LAG_KEPT_MS = 1_000;

/** What an event loop is made from. */
export interface EventLoopOptions extends CpuBudgetOptions {
  readonly clock: Clock;
  /** Called when it begins to have something to do, and when it has nothing more. */
  readonly onBusy?: (isBusy: boolean) => void;
}

/**
 * First come, first served, under a CPU budget: how long a job takes follows from what stands before it
 * and from throttling, not from a formula.
 */
export class EventLoop {
  readonly #clock: Clock;
  readonly #budget: CpuBudget;
  readonly #onBusy: (isBusy: boolean) => void;
  #jobs = new WaitingLine<Job>();
  /** Of the first job. */
  #leftMs = 0;
  #bookedMs: EpochMs;
  #cancel: Cancel = () => undefined;
  #turnBeganMs: EpochMs = 0;
  /** Of turns within about a second before `#turnEndedMs`. */
  #longestTurnMs = 0;
  #longestAtMs: EpochMs = 0;
  #turnEndedMs: EpochMs = 0;

  constructor({ clock, onBusy = () => undefined, ...budget }: EventLoopOptions) {
    this.#clock = clock;
    this.#onBusy = onBusy;
    this.#budget = new CpuBudget(budget);
    this.#bookedMs = clock.now();
  }

  /** Jobs waiting and under way. */
  get length(): number {
    return this.#jobs.length;
  }

  /** What it used up to now. */
  use(): CpuUse {
    this.#book();
    return this.#budget.use;
  }

  /**
   * The longest that one job kept all others from their turn, of those that ended within so long;
   * what an event loop's lag is.
   */
  longestTurnMs(withinMs: number): number {
    const nowMs = this.#clock.now();
    if (nowMs - this.#turnEndedMs > withinMs) return 0;
    return this.#longestTurnMs;
  }

  /** Puts a job at the end of the line. */
  submit(job: Job): void {
    this.#jobs.push(job);
    if (this.length > 1) return;
    this.#bookedMs = this.#clock.now();
    this.#turnBeganMs = this.#bookedMs;
    this.#leftMs = job.cpuMs;
    this.#expect();
    this.#onBusy(true);
  }

  /** Its share of the machine changes. */
  setSpeed(speed: number): void {
    if (speed === this.#budget.speed) return;
    this.#book();
    this.#budget.setSpeed(speed);
    if (this.length > 0) this.#expect();
  }

  /** Books what ran beside it. */
  addBackground(cpuMs: number): void {
    this.#budget.addBackground(cpuMs);
  }

  /** Ends it: what it had to do is never done. */
  stop(): void {
    this.#book();
    this.#cancel();
    if (this.length === 0) return;
    this.#jobs = new WaitingLine();
    this.#onBusy(false);
  }

  #book(): void {
    const nowMs = this.#clock.now();
    if (this.length > 0 && nowMs > this.#bookedMs) {
      this.#leftMs -= this.#budget.run(this.#bookedMs, nowMs);
    }
    this.#bookedMs = nowMs;
  }

  #expect(): void {
    this.#cancel();
    const nowMs = this.#clock.now();
    const doneMs = this.#budget.doneAt(nowMs, Math.max(0, this.#leftMs));
    this.#cancel = this.#clock.after(doneMs - nowMs, () => this.#finish());
  }

  #finish(): void {
    this.#book();
    this.#endTurn();
    const job = this.#jobs.shift();
    const next = this.#jobs.first();
    if (next === undefined) this.#onBusy(false);
    else {
      this.#leftMs = next.cpuMs;
      this.#expect();
    }
    job?.done();
  }

  #endTurn(): void {
    const nowMs = this.#bookedMs;
    const turnMs = nowMs - this.#turnBeganMs;
    if (turnMs >= this.#longestTurnMs || nowMs - this.#longestAtMs > LAG_KEPT_MS) {
      this.#longestTurnMs = turnMs;
      this.#longestAtMs = nowMs;
    }
    this.#turnEndedMs = nowMs;
    this.#turnBeganMs = nowMs;
  }
}
