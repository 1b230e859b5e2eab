/** CPU limits without control groups: the process group is stopped once it used its share of a period. */
import type { Cancel, Clock, EpochMs } from '../../../time/clock.js';
import type { Throttling } from './usage-reader.js';

/** The kernel's period of CPU bandwidth control. */
const PERIOD_MS = 100;
/** Shorter waits than this cost more than they are worth. */
const SHORTEST_WAIT_MS = 1;
/** Part of what is left of the budget that is waited for before looking again. */
const WAIT_PART = 0.9;
/** An overrun is paid back from later periods, but not more than so many. */
const MAX_DEBT_PERIODS = 5;
/** What a period lost because we were late may be made up for, but not more than so many. */
const MAX_MISSED_PERIODS = 2;

/** One limited container. */
export interface LimitedGroup {
  /** Cumulative CPU time, ms of a real core; absent once it is gone. */
  readonly cpuMs: () => number | undefined;
  /** Stops (`SIGSTOP`) or continues (`SIGCONT`) all of it. */
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => void;
  /** Thousandths of a real core. */
  readonly limitMillicores: number;
  /** Cores that its threads can use at once at most. */
  readonly cores: number;
}

/**
 * Gives a group `limit x 100 ms` of CPU in each period of 100 ms, as the kernel's controller does,
 * looking more often the nearer the budget's end is. What was used too much is taken from the next
 * periods, so that the mean holds although timers are coarse.
 */
export class SignalLimiter {
  readonly #clock: Clock;
  readonly #group: LimitedGroup;
  readonly #quotaMs: number;
  #periodStartMs: EpochMs;
  #startCpuMs: number;
  #lookedAtMs: EpochMs;
  #lookedCpuMs: number;
  #coresInUse = 1;
  #budgetMs: number;
  #stoppedAtMs: EpochMs | undefined;
  #throttling: Throttling = { periods: 0, throttledPeriods: 0, throttledMs: 0 };
  #cancel: Cancel | undefined;
  #isClosed = false;

  constructor(clock: Clock, group: LimitedGroup) {
    this.#clock = clock;
    this.#group = group;
    this.#quotaMs = (group.limitMillicores / 1_000) * PERIOD_MS;
    this.#budgetMs = this.#quotaMs;
    this.#periodStartMs = clock.now();
    this.#startCpuMs = group.cpuMs() ?? 0;
    this.#lookedAtMs = this.#periodStartMs;
    this.#lookedCpuMs = this.#startCpuMs;
    this.#waitFor(this.#budgetMs);
  }

  /** Periods in which the group ran, how many ended stopped, and for how long. */
  get throttling(): Throttling {
    return this.#throttling;
  }

  /** Ends the limit and lets the group run. Calling it again does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel?.();
    if (this.#stoppedAtMs !== undefined) this.#group.signal('SIGCONT');
  }

  #waitFor(remainingMs: number): void {
    const toEndMs = this.#periodStartMs + PERIOD_MS - this.#clock.now();
    const waitMs = Math.max(SHORTEST_WAIT_MS, (WAIT_PART * remainingMs) / this.#coresInUse);
    this.#after(Math.min(waitMs, Math.max(0, toEndMs)));
  }

  #after(delayMs: number): void {
    this.#cancel = this.#clock.after(delayMs, () => this.#look());
  }

  #look(): void {
    const nowMs = this.#clock.now();
    const cpuMs = this.#group.cpuMs();
    if (cpuMs === undefined) {
      this.close();
      return;
    }
    this.#noteCores(nowMs, cpuMs);
    const usedMs = cpuMs - this.#startCpuMs;
    if (nowMs >= this.#periodStartMs + PERIOD_MS) {
      this.#nextPeriod(nowMs, { cpuMs, usedMs });
    } else if (usedMs >= this.#budgetMs) {
      this.#stop(nowMs);
    } else this.#waitFor(this.#budgetMs - usedMs);
  }

  /** Most groups use one core; one that was seen to use more could do so again at any time. */
  #noteCores(nowMs: EpochMs, cpuMs: number): void {
    const rate = (cpuMs - this.#lookedCpuMs) / Math.max(1, nowMs - this.#lookedAtMs);
    this.#coresInUse = Math.min(this.#group.cores, Math.max(1, this.#coresInUse * 0.98, rate));
    this.#lookedAtMs = nowMs;
    this.#lookedCpuMs = cpuMs;
  }

  #stop(nowMs: EpochMs): void {
    if (this.#stoppedAtMs === undefined) {
      this.#group.signal('SIGSTOP');
      this.#stoppedAtMs = nowMs;
    }
    this.#after(this.#periodStartMs + PERIOD_MS - nowMs);
  }

  #nextPeriod(nowMs: EpochMs, read: { readonly cpuMs: number; readonly usedMs: number }): void {
    const late = Math.max(1, Math.floor((nowMs - this.#periodStartMs) / PERIOD_MS));
    const stoppedMs = this.#stoppedAtMs === undefined ? 0 : nowMs - this.#stoppedAtMs;
    this.#throttling = {
      periods: this.#throttling.periods + (read.usedMs > 0 || stoppedMs > 0 ? late : 0),
      throttledPeriods: this.#throttling.throttledPeriods + (stoppedMs > 0 ? late : 0),
      throttledMs: this.#throttling.throttledMs + stoppedMs,
    };
    const wasStopped = this.#stoppedAtMs !== undefined;
    // Periods that passed unseen while the group stood still were lost to it by our fault, not its own.
    const missed = wasStopped ? Math.min(late - 1, MAX_MISSED_PERIODS) : 0;
    const grantedMs = this.#budgetMs + (late - 1 - missed) * this.#quotaMs;
    const debtMs = Math.max(0, read.usedMs - grantedMs);
    const dueMs = Math.min(debtMs, MAX_DEBT_PERIODS * this.#quotaMs);
    this.#budgetMs = (1 + missed) * this.#quotaMs - dueMs;
    this.#periodStartMs += late * PERIOD_MS;
    this.#startCpuMs = read.cpuMs;
    this.#stoppedAtMs = undefined;
    if (this.#budgetMs <= 0) {
      this.#stop(nowMs);
      return;
    }
    if (wasStopped) this.#group.signal('SIGCONT');
    this.#waitFor(this.#budgetMs);
  }
}
