/** Real time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cancel, Clock, EpochMs } from './clock.js';

/**
 * The machine's time as a monotonic clock: the system time at process start plus monotonic elapsed
 * time, so it does not jump when the system clock is set.
 */
export class WallClock implements Clock {
  now(): EpochMs {
    return performance.timeOrigin + performance.now();
  }

  after(delayMs: number, task: () => void): Cancel {
    const timer = setTimeout(task, Math.max(0, delayMs));
    return () => clearTimeout(timer);
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
