/** Steady queues by how busy they are, each found once. */
import type { Random } from '../../core/random.js';
import type { SteadyMix } from './batch-account.js';
import type { RequestCosts } from './request-costs.js';
import { type SteadyQueue, steadyQueue } from './steady-queue.js';

/** A pod under a steady load; rates are requests a ms. */
export interface PodLoad {
  readonly perMs: number;
  readonly costs: RequestCosts;
  /** Factor of the CPU of requests. */
  readonly drift: number;
  /** CPU time that the running thread gets in a ms. */
  readonly speed: number;
  /** The limit in CPUs; absent: none. */
  readonly limitCpus?: number;
  /** Of how many pods each arrival takes one at random; undefined: arrivals are random themselves. */
  readonly evenlyOver: number | undefined;
}

/** Between two of these it is mixed. */
const UTILIZATION_STEP = 0.025;
/** A busier queue takes too long to become steady: it is followed as it grows. */
const MOST_STEPS = 39;
/** Every so manieth of evenly spaced arrivals, at random, is hardly told from random arrivals. */
const FEW_PODS = 8;
/** Factors are told apart by so much. */
const DRIFT_STEP = 0.02;
const SPEED_STEP = 0.02;
/** More are not kept: a cluster with so many different pods looks again. */
const MOST_KEPT = 2_000;

/** What it finds depends on what is asked and on the seed, not on the order of questions. */
export class SteadyQueues {
  readonly #random: Random;
  readonly #found = new Map<string, SteadyQueue>();
  readonly #costs = new Map<RequestCosts, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** How long requests take at such a pod; undefined where its line would not become steady soon, or never. */
  mixOf(load: PodLoad): SteadyMix | undefined {
    const { costs, drift, speed, limitCpus = speed, perMs } = load;
    const utilization = (perMs * costs.meanCpuMs * drift) / Math.min(speed, limitCpus);
    const at = utilization / UTILIZATION_STEP;
    if (at > MOST_STEPS) return undefined;
    const low = Math.max(1, Math.floor(at));
    const high = Math.max(1, Math.ceil(at));
    return {
      low: this.#at(low, load),
      high: this.#at(high, load),
      share: at <= 1 ? 1 : at - low,
    };
  }

  #at(step: number, { costs, drift, speed, limitCpus, evenlyOver }: PodLoad): SteadyQueue {
    const likeDrift = Math.max(DRIFT_STEP, Math.round(drift / DRIFT_STEP) * DRIFT_STEP);
    const likeSpeed = Math.max(SPEED_STEP, Math.round(speed / SPEED_STEP) * SPEED_STEP);
    const over = evenlyOver !== undefined && evenlyOver <= FEW_PODS ? evenlyOver : undefined;
    const key = [
      this.#numberOf(costs),
      step,
      likeDrift.toFixed(2),
      likeSpeed.toFixed(2),
      limitCpus ?? 'none',
      over ?? 'random',
    ].join('/');
    const found = this.#found.get(key);
    if (found !== undefined) return found;
    const cpus = Math.min(likeSpeed, limitCpus ?? likeSpeed);
    const queue = steadyQueue(
      costs.sample,
      {
        perMs: (step * UTILIZATION_STEP * cpus) / (costs.meanCpuMs * likeDrift),
        evenlyOver: over,
        speed: likeSpeed,
        drift: likeDrift,
        ...(limitCpus === undefined ? {} : { limitCpus }),
      },
      this.#random.child(key),
    );
    if (this.#found.size >= MOST_KEPT) this.#found.clear();
    this.#found.set(key, queue);
    return queue;
  }

  #numberOf(costs: RequestCosts): number {
    const known = this.#costs.get(costs) ?? this.#costs.size;
    this.#costs.set(costs, known);
    return known;
  }
}
