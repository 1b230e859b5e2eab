/** How a modelled service behaves: the sample service's own environment variables. */

/** Absent: never. Times are ms from the start of the process unless they say otherwise. */
export interface ServiceSettings {
  /** CPU time of a request that does not ask for another, ms. */
  readonly workCpuMs: number;
  readonly startDelayMs: number;
  readonly readyFailFromMs?: number;
  readonly readyFailToMs?: number;
  readonly readyMaxEventLoopLagMs?: number;
  readonly crashAfterMs?: number;
  readonly requestMemoryBytes: number;
  readonly leakBytesPerSecond: number;
  /** From SIGTERM. */
  readonly drainDelayMs: number;
  /** From SIGTERM. */
  readonly shutdownGraceMs: number;
}

const KIB = 1_024;

/** Reads the variables that the sample service knows; others and unreadable values are passed over. */
export function serviceSettings(env: ReadonlyMap<string, string>): ServiceSettings {
  const number = (name: string): number | undefined => {
    const text = env.get(name) ?? '';
    const value = Number(text);
    return text === '' || !Number.isFinite(value) ? undefined : value;
  };
  const readyFailToMs = number('READY_FAIL_TO_MS');
  const readyFailFromMs =
    number('READY_FAIL_FROM_MS') ?? (readyFailToMs === undefined ? undefined : 0);
  const readyMaxEventLoopLagMs = number('READY_MAX_EVENT_LOOP_LAG_MS');
  const crashAfterMs = number('CRASH_AFTER_MS');
  return {
    workCpuMs: number('WORK_CPU_MS') ?? 20,
    startDelayMs: number('START_DELAY_MS') ?? 0,
    requestMemoryBytes: (number('REQUEST_MEMORY_KIB') ?? 0) * KIB,
    leakBytesPerSecond: (number('LEAK_KIB_PER_SECOND') ?? 0) * KIB,
    drainDelayMs: number('DRAIN_DELAY_MS') ?? 0,
    shutdownGraceMs: number('SHUTDOWN_GRACE_MS') ?? 10_000,
    ...(readyFailFromMs === undefined ? {} : { readyFailFromMs }),
    ...(readyFailToMs === undefined ? {} : { readyFailToMs }),
    ...(readyMaxEventLoopLagMs === undefined ? {} : { readyMaxEventLoopLagMs }),
    ...(crashAfterMs === undefined ? {} : { crashAfterMs }),
  };
}
