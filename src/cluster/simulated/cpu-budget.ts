/** CPU time under a limit, as Linux deals it out: a quota for each period, and nothing beyond it. */
import type { EpochMs } from '../../time/clock.js';

/** CPU times are in ms of a Kubernetes CPU, spans of time in ms. */
export interface CpuBudgetOptions {
  /** CPU time a running thread gets in a ms: 1 on a core of its own. Above 0. */
  readonly speed: number;
  /** The limit in CPUs: 0.5 gives 50 ms of CPU in every 100; absent: none. Above 0. */
  readonly limitCpus?: number;
  /** When a period began. */
  readonly phaseMs: EpochMs;
}

/** What was used and held back since the beginning. */
export interface CpuUse {
  readonly cpuMs: number;
  /** Periods in which it wanted to run. */
  readonly periods: number;
  /** Those in which it wanted more than the quota. */
  readonly throttledPeriods: number;
  /** How long it wanted to run and was not let. */
  readonly throttledMs: number;
}

/** Linux's `cpu.cfs_period_us`, as Kubernetes sets it. */
const PERIOD_MS = 100;

/** What is too little to be told from rounding, ms. */
const NOTHING_MS = 1e-9;

/**
 * The CPU of one thread under the CFS bandwidth control of Linux: it runs at full speed until the
 * period's quota is used, then not at all until the next period; a quota that was not used is lost.
 *
 * Source: Linux, Documentation/scheduler/sched-bwc.rst. Left out: slices of 5 ms handed to each core, which
 * let a container of many threads use a little less than its quota.
 */
export class CpuBudget {
  readonly #quotaMs: number;
  readonly #phaseMs: EpochMs;
  #speed: number;
  /** Number of the period that `#usedMs` belongs to. */
  #period = Number.NEGATIVE_INFINITY;
  #usedMs = 0;
  #lastThrottled = Number.NEGATIVE_INFINITY;
  #cpuMs = 0;
  #periods = 0;
  #throttledPeriods = 0;
  #throttledMs = 0;

  constructor({ speed, limitCpus, phaseMs }: CpuBudgetOptions) {
    this.#speed = speed;
    this.#quotaMs = limitCpus === undefined ? Number.POSITIVE_INFINITY : limitCpus * PERIOD_MS;
    this.#phaseMs = phaseMs;
  }

  get use(): CpuUse {
    return {
      cpuMs: this.#cpuMs,
      periods: this.#periods,
      throttledPeriods: this.#throttledPeriods,
      throttledMs: this.#throttledMs,
    };
  }

  get speed(): number {
    return this.#speed;
  }

  /** From now on it runs so fast. Whatever ran before must have been told by `run`. */
  setSpeed(speed: number): void {
    this.#speed = speed;
  }

  /** When work that begins or goes on at an instant, alone, will be done; nothing changes. */
  doneAt(fromMs: EpochMs, workMs: number): EpochMs {
    if (!this.#canThrottle()) return fromMs + workMs / this.#speed;
    const period = this.#periodAt(fromMs);
    const used = period === this.#period ? this.#usedMs : 0;
    const first = Math.min(this.#quotaMs - used, (this.#endOf(period) - fromMs) * this.#speed);
    if (workMs <= first + NOTHING_MS) return fromMs + workMs / this.#speed;
    const rest = workMs - first;
    const whole = Math.ceil((rest - NOTHING_MS) / this.#quotaMs) - 1;
    return this.#endOf(period + whole) + (rest - whole * this.#quotaMs) / this.#speed;
  }

  /**
   * Books that a thread with enough to do wanted to run all the time from one instant to another.
   *
   * @returns the CPU time that it got.
   */
  run(fromMs: EpochMs, toMs: EpochMs): number {
    if (!this.#canThrottle()) {
      const got = (toMs - fromMs) * this.#speed;
      this.#count(this.#periodAt(fromMs), this.#periodAt(toMs));
      this.#cpuMs += got;
      return got;
    }
    let got = 0;
    let atMs = fromMs;
    while (toMs - atMs > NOTHING_MS) {
      const period = this.#periodAt(atMs);
      const endMs = Math.min(toMs, this.#endOf(period));
      got += this.#runWithin(period, atMs, endMs);
      atMs = endMs;
    }
    this.#cpuMs += got;
    return got;
  }

  /** Books what ran beside the thread, too little to be held back: timers, a runtime's own threads. */
  addBackground(cpuMs: number): void {
    this.#cpuMs += cpuMs;
  }

  #runWithin(period: number, fromMs: EpochMs, toMs: EpochMs): number {
    this.#count(period, period);
    const wantedMs = (toMs - fromMs) * this.#speed;
    const left = this.#quotaMs - this.#usedMs;
    if (wantedMs <= left + NOTHING_MS) {
      this.#usedMs += wantedMs;
      return wantedMs;
    }
    this.#usedMs = this.#quotaMs;
    this.#throttledMs += toMs - fromMs - left / this.#speed;
    if (this.#lastThrottled !== period) {
      this.#lastThrottled = period;
      this.#throttledPeriods++;
    }
    return left;
  }

  /** Counts the periods from one to another that were not counted yet. */
  #count(first: number, last: number): void {
    if (last <= this.#period) return;
    this.#periods += last - Math.max(first, this.#period + 1) + 1;
    this.#period = last;
    this.#usedMs = 0;
  }

  #canThrottle(): boolean {
    return this.#quotaMs < this.#speed * PERIOD_MS;
  }

  /** A sliver before a period's end counts as the next one. */
  #periodAt(atMs: EpochMs): number {
    return Math.floor((atMs - this.#phaseMs + NOTHING_MS) / PERIOD_MS);
  }

  #endOf(period: number): EpochMs {
    return this.#phaseMs + (period + 1) * PERIOD_MS;
  }
}
