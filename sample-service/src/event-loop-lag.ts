/** How late the event loop runs: the delay of a timer that should fire at a steady pace. */

/**
 * Time between two ticks. To wake a process that has nothing to do costs 0.15 ms of CPU: ten times a
 * second that would be a percent of what a pod requests on a small machine.
 */
export const LAG_TICK_MS = 250;

/** Readings older than this no longer count. */
const WINDOW_MS = 1_000;

/** Remembers how late ticks came; told of each tick, it never looks at a clock itself. */
export class EventLoopLag {
  #dueMs: number;
  #ticks: readonly { readonly atMs: number; readonly lagMs: number }[] = [];

  constructor(nowMs: number) {
    this.#dueMs = nowMs + LAG_TICK_MS;
  }

  /** Takes note that the timer has fired; the next tick is due {@link LAG_TICK_MS} from now. */
  tick(nowMs: number): void {
    const lagMs = Math.max(0, nowMs - this.#dueMs);
    this.#ticks = [
      ...this.#ticks.filter(({ atMs }) => isRecent(atMs, nowMs)),
      { atMs: nowMs, lagMs },
    ];
    this.#dueMs = nowMs + LAG_TICK_MS;
  }

  /** The largest delay of the last second, in milliseconds, with the tick that is overdue now. */
  worstMs(nowMs: number): number {
    const recent = this.#ticks.filter(({ atMs }) => isRecent(atMs, nowMs));
    return Math.max(0, nowMs - this.#dueMs, ...recent.map(({ lagMs }) => lagMs));
  }
}

function isRecent(atMs: number, nowMs: number): boolean {
  return nowMs - atMs <= WINDOW_MS;
}
