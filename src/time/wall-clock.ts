/** Real time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cancel, Clock, EpochMs } from './clock.js';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The machine's time as a monotonic clock: the system time at process start plus monotonic elapsed
 * time, so it does not jump when the system clock is set.
 */
export class WallClock implements Clock {
  now(): EpochMs {
    return performance.timeOrigin + performance.now();
  }

  after(delayMs: number, task: () => void): Cancel {
    if (delayMs <= 0) {
      // a timer would wait a whole millisecond, which a queue of thousands cannot afford
      const turn = setImmediate(task);
      return () => clearImmediate(turn);
    }
    if (delayMs > LONGEST_TIMER_MS) return this.#afterLong(delayMs, task);
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  }

  /** Node fires a timer at once whose delay does not fit 31 bits. */
  #afterLong(delayMs: number, task: () => void): Cancel {
    let cancel = this.after(LONGEST_TIMER_MS, () => {
      cancel = this.after(delayMs - LONGEST_TIMER_MS, task);
    });
    return () => cancel();
  }

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    try {
      await sleep(Math.max(0, delayMs), undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }
}
