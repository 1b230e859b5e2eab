/** Work that costs a set amount of CPU time. */

/** Reads the CPU time used so far, in milliseconds; only differences mean something. */
export type CpuMeter = () => number;

/** What some work cost. */
export interface WorkDone {
  /** CPU time used, in milliseconds of a real core. */
  readonly cpuMs: number;
  /** Time that passed meanwhile: more than the CPU time when others ran or the limit held it up. */
  readonly elapsedMs: number;
}

/** Rounds between two looks at the meter: some 10 microseconds, eight times what a look costs. */
const ROUNDS_PER_LOOK = 10_000;

const MICROSECONDS_PER_MS = 1_000;

/**
 * The meter of this machine: CPU time, never wall time, so that neither a CPU limit that stops the
 * process nor another process on the same core makes a request cheaper than it should be.
 *
 * `process.threadCpuUsage` (Node 23.9 on) counts this thread alone. Older versions have
 * only `process.cpuUsage`, which counts V8's helper threads too: what they do during a request is
 * then taken off its work, so the process as a whole, which is what Kubernetes measures, is right
 * to the same degree. Both are exact to a microsecond on Linux and macOS, where a look at them costs
 * 0.5 and 1.3 microseconds; on Windows they move in clock ticks of 16 ms, and so does the work.
 */
export function cpuMeter(): CpuMeter {
  const read = cpuReader();
  return () => {
    const { user, system } = read();
    return (user + system) / MICROSECONDS_PER_MS;
  };
}

function cpuReader(): () => { readonly user: number; readonly system: number } {
  const runtime: Pick<NodeJS.Process, 'cpuUsage'> & { threadCpuUsage?: () => NodeJS.CpuUsage } =
    process;
  const { threadCpuUsage } = runtime;
  return threadCpuUsage === undefined ? () => process.cpuUsage() : () => threadCpuUsage();
}

/**
 * Computes until the meter has moved on by `cpuMs`, on this thread and without a pause: the event
 * loop stands still meanwhile, as it does in any service that is busy computing.
 *
 * @param fromCpuMs - the meter's reading from which `cpuMs` counts; absent: now.
 */
export function burnCpu(cpuMs: number, meter: CpuMeter, fromCpuMs: number = meter()): WorkDone {
  const startedMs = performance.now();
  const target = fromCpuMs + cpuMs;
  let seed = 1;
  let reading = meter();
  while (reading < target) {
    seed = spin(seed);
    reading = meter();
  }
  return { cpuMs: reading - fromCpuMs, elapsedMs: performance.now() - startedMs };
}

/** Xorshift: nothing to allocate, and nothing that a compiler could leave out. */
function spin(seed: number): number {
  let state = seed | 1;
  for (let round = 0; round < ROUNDS_PER_LOOK; round++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  return state;
}
