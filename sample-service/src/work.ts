/** Work that costs a set amount of CPU time, what HTTP itself costs included. */

/** Reads the CPU time used so far, in milliseconds; only differences mean something. */
export type CpuMeter = () => number;

/** Rounds between two looks at the meter: some 10 microseconds, eight times what a look costs. */
const ROUNDS_PER_LOOK = 10_000;

/**
 * Most that one request pays of what earlier ones cost beyond what they were asked to cost. A bound,
 * because a request that follows many cheap ones must not become free.
 */
const MOST_CARRIED_MS = 5;

const MICROSECONDS_PER_MS = 1_000;

/**
 * The meter of this machine: CPU time, never wall time, so that neither a CPU limit that stops the
 * process nor another process on the same core makes a request cheaper than it should be.
 *
 * `process.cpuUsage` counts the helper threads of V8 too, and so does Kubernetes. On Linux it is
 * exact to a microsecond and a look costs 1.3 microseconds. `process.threadCpuUsage` of newer
 * versions costs less than half of that, but the kernel brings the time of a single thread up to
 * date only at its ticks: requests of 25 ms cost 26.4 ms with it. On Windows all of these move in
 * steps of 16 ms, and so does the work.
 */
export function cpuMeter(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS_PER_MS;
}

/**
 * Sees to it that requests cost what they were asked to cost *in all*: to read a request and to
 * answer it on a connection of its own takes 0.2 to 1 ms of a real core, depending on how much of the
 * code is compiled by now. That much is worked less, so that the same rate of requests means the
 * same use of CPU on a fast and on a slow machine, in the first minute and in the tenth.
 *
 * CPU time counts while requests are open: {@link begin} and {@link end} come in pairs, and may
 * overlap.
 */
export class CpuAccount {
  readonly #meter: CpuMeter;
  #open = 0;
  #countedToMs = 0;
  /** Used for requests beyond what they were asked to cost; it is taken off the next one's work. */
  #surplusMs = 0;

  constructor(meter: CpuMeter) {
    this.#meter = meter;
  }

  /** A connection was taken, or a request was read on an old one. */
  begin(): void {
    if (this.#open === 0) this.#countedToMs = this.#meter();
    this.#open++;
  }

  /** @param isWork - false for requests that have no set cost, such as probes: theirs is not counted. */
  end(isWork: boolean): void {
    this.#count(isWork);
    this.#open--;
  }

  /**
   * Computes until the request has cost `cpuMs`, on this thread and without a pause: the event loop
   * stands still meanwhile, as it does in any service that is busy computing.
   *
   * @param cpuMs - in milliseconds of a real core.
   */
  work(cpuMs: number): void {
    this.#count(true);
    const leftMs = cpuMs - Math.min(this.#surplusMs, MOST_CARRIED_MS);
    this.#surplusMs = -leftMs;
    const target = this.#countedToMs + leftMs;
    for (let seed = 1; this.#meter() < target; ) seed = spin(seed);
    this.#count(true);
  }

  #count(isWork: boolean): void {
    const reading = this.#meter();
    if (isWork) this.#surplusMs += reading - this.#countedToMs;
    this.#countedToMs = reading;
  }
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
