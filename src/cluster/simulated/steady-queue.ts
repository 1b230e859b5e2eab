/** How long requests take at a pod under a steady load: its line, run on its own until it has told enough. */
import type { Random } from '../../core/random.js';
import { placeOfMicros } from '../../load/time-counts.js';
import { CpuBudget } from './cpu-budget.js';
import type { RequestSample } from './request-costs.js';

/** What a pod's line is under; rates are requests a ms. */
export interface SteadyLoad {
  readonly perMs: number;
  /** Of how many pods each arrival takes one at random; undefined: arrivals are random themselves. */
  readonly evenlyOver: number | undefined;
  /** CPU time that the running thread gets in a ms. */
  readonly speed: number;
  /** The limit in CPUs; absent: none. */
  readonly limitCpus?: number;
  /** Factor of the CPU of requests. */
  readonly drift: number;
}

/** Times of requests as places of a histogram with the share that each place has. */
export interface TimeShares {
  readonly places: Uint32Array;
  /** Together 1, or nothing at all. */
  readonly shares: Float64Array;
}

/** What was found. */
export interface SteadyQueue {
  /** From the arrival to the end of the answer, the network included; by index of the kind of request. */
  readonly times: readonly TimeShares[];
  /** Mean time from the arrival to the end of the work for it. */
  readonly inPodMs: number;
  /** Mean time from the arrival to the end of the answer. */
  readonly meanMs: number;
  /** Times from the arrival to the begin of the work, in rising order and equally likely. */
  readonly waitsMs: Float64Array;
  /** Of each ms. */
  readonly periods: number;
  /** Of each ms. */
  readonly throttledPeriods: number;
  /** Of each ms. */
  readonly throttledMs: number;
}

/** Requests that are looked at; near saturation it takes more until all has been seen. */
const REQUESTS = 6_000;
const NEAR_SATURATION = 0.85;
const REQUESTS_NEAR_SATURATION = 30_000;
/** The first of them find a line that has only just begun. */
const BEGINNING = 0.1;
const WAITS = 128;
/** Places are told apart to 0.8 %: so many of a histogram's are one. */
const PLACES_TOGETHER_BITS = 3;
const EXACT_PLACES = 2_048;

/**
 * Runs the line of one pod, first come, first served, under its CPU budget: the same rules as those of the
 * event loop that serves requests one by one, without all around it.
 */
export function steadyQueue(
  sample: readonly RequestSample[],
  load: SteadyLoad,
  random: Random,
): SteadyQueue {
  const { perMs, speed, limitCpus, drift } = load;
  const budget = new CpuBudget({
    speed,
    phaseMs: random.next() * 100,
    ...(limitCpus === undefined ? {} : { limitCpus }),
  });
  const gapMs = gapsOf(load, random);
  const cpus = Math.min(speed, limitCpus ?? speed);
  const utilization = (perMs * meanCpuMs(sample) * drift) / cpus;
  const count = utilization > NEAR_SATURATION ? REQUESTS_NEAR_SATURATION : REQUESTS;
  const kinds = new KindTimes();
  const waits = new Float64Array(count);
  let sums = { inPodMs: 0, allMs: 0, told: 0 };
  let atMs = 0;
  let freeMs = 0;
  for (let index = 0; index < count; index++) {
    const { kind, cpuMs, waitMs, networkMs } = pick(sample, random);
    atMs += gapMs();
    const fromMs = Math.max(atMs, freeMs);
    freeMs = budget.doneAt(fromMs, cpuMs * drift);
    budget.run(fromMs, freeMs);
    waits[index] = fromMs - atMs;
    if (index < BEGINNING * count) continue;
    const inPodMs = freeMs - atMs;
    const allMs = inPodMs + waitMs + networkMs;
    kinds.add(kind, allMs);
    sums = {
      inPodMs: sums.inPodMs + inPodMs,
      allMs: sums.allMs + allMs,
      told: sums.told + 1,
    };
  }
  const { periods, throttledPeriods, throttledMs } = budget.use;
  const lengthMs = Math.max(atMs, freeMs);
  return {
    times: kinds.shares(),
    inPodMs: sums.inPodMs / sums.told,
    meanMs: sums.allMs / sums.told,
    waitsMs: quantiles(waits.subarray(Math.ceil(BEGINNING * count))),
    periods: periods / lengthMs,
    throttledPeriods: throttledPeriods / lengthMs,
    throttledMs: throttledMs / lengthMs,
  };
}

/** The mean CPU time of requests, ms. */
export function meanCpuMs(sample: readonly RequestSample[]): number {
  return sample.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / sample.length;
}

/** The place of a time, some of a histogram's places taken together. */
export function coarsePlace(timeMs: number): number {
  const place = placeOfMicros(Math.max(0, Math.round(timeMs * 1_000)));
  if (place < EXACT_PLACES) return place;
  const low = place & ~((1 << PLACES_TOGETHER_BITS) - 1);
  return low + (1 << (PLACES_TOGETHER_BITS - 1));
}

/** What draws the time between two arrivals at the pod, ms. */
function gapsOf({ perMs, evenlyOver }: SteadyLoad, random: Random): () => number {
  if (evenlyOver === undefined) return () => -Math.log1p(-random.next()) / perMs;
  // every arrival goes to one of so many pods: how many come until the next one that is ours
  const allGapMs = 1 / (perMs * evenlyOver);
  if (evenlyOver === 1) return () => allGapMs;
  const logOthers = Math.log1p(-1 / evenlyOver);
  return () => allGapMs * (1 + Math.floor(Math.log1p(-random.next()) / logOthers));
}

function pick(sample: readonly RequestSample[], random: Random): RequestSample {
  const picked = sample[random.below(sample.length)];
  if (picked === undefined) throw new RangeError('expected at least one request');
  return picked;
}

/** Counts times by kind and place. */
class KindTimes {
  readonly #kinds: Map<number, number>[] = [];

  add(kind: number, timeMs: number): void {
    while (this.#kinds.length <= kind) this.#kinds.push(new Map());
    const counts = this.#kinds[kind];
    const place = coarsePlace(timeMs);
    counts?.set(place, (counts.get(place) ?? 0) + 1);
  }

  shares(): readonly TimeShares[] {
    return this.#kinds.map((counts) => {
      const sorted = [...counts].sort(([a], [b]) => a - b);
      const all = sorted.reduce((sum, [, count]) => sum + count, 0);
      return {
        places: Uint32Array.from(sorted, ([place]) => place),
        shares: Float64Array.from(sorted, ([, count]) => count / all),
      };
    });
  }
}

function quantiles(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  return Float64Array.from({ length: WAITS }, (_, index) => {
    const at = index === WAITS - 1 ? 1 : (index + 0.5) / WAITS;
    return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? 0;
  });
}
