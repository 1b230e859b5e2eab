/** What became of requests that are modelled in batches: parts of requests first, whole ones when it is told. */
import type { FailureKind, StatusClass } from '../../load/sender.js';
import type { KindCosts } from './request-costs.js';
import { coarsePlace, type SteadyQueue } from './steady-queue.js';

/** A steady queue between two that were looked at. */
export interface SteadyMix {
  readonly low: SteadyQueue;
  readonly high: SteadyQueue;
  /** Of `high`; 0 to 1. */
  readonly share: number;
}

/** Where batches of requests end. */
export interface Settlement {
  readonly count: number;
  /** Of the answers. */
  readonly status: number;
  readonly podName: string;
}

/** How long requests were under way whose time is known from the line that they stood in. */
export interface Delay {
  /** In the line, ms: evenly spread from one to the other. */
  readonly fromMs: number;
  readonly toMs: number;
  /** CPU time of the running thread in a ms. */
  readonly cpus: number;
  readonly costs: readonly KindCosts[];
  /** Factor of the CPU of requests. */
  readonly drift: number;
}

/** Times by place of a histogram, each with how many requests it had. */
export type TimeWeights = Map<number, number>;

/** What is known of one kind of request of an account. */
export interface KindParts {
  readonly answered: ReadonlyMap<number, number>;
  readonly times: TimeWeights;
  readonly failed: ReadonlyMap<FailureKind, number>;
  readonly dropped: number;
}

interface LinedTimes {
  readonly status: number;
  readonly times: TimeWeights;
}

/** A spread of time is told by so many instants. */
const SPREAD = 4;

/** The requests due in some seconds of the load. Counts need not be whole. */
export class BatchAccount {
  /** First of its seconds. */
  readonly second: number;
  readonly byPod = new Map<string, number>();
  /** Requests that came. */
  due = 0;
  /** Those of them that are neither answered nor failed yet. */
  open = 0;
  /** By status. */
  readonly #steady = new Map<number, Map<SteadyQueue, number>>();
  readonly #failed = new Map<FailureKind, number>();
  #dropped = 0;
  readonly #lined: LinedTimes[][] = [];

  constructor(second: number) {
    this.second = second;
  }

  /** Answered under a steady load. */
  settleSteady({ low, high, share }: SteadyMix, { count, status, podName }: Settlement): void {
    let ofStatus = this.#steady.get(status);
    if (ofStatus === undefined) {
      ofStatus = new Map();
      this.#steady.set(status, ofStatus);
    }
    if (share < 1) ofStatus.set(low, (ofStatus.get(low) ?? 0) + count * (1 - share));
    if (share > 0) ofStatus.set(high, (ofStatus.get(high) ?? 0) + count * share);
    this.#answered(podName, count);
  }

  /** Answered after a known time in a line. */
  settle(delay: Delay, { count, status, podName }: Settlement): void {
    for (const [kind, { share, meanCpuMs, meanAsideMs }] of delay.costs.entries()) {
      const lined = this.#linedOf(kind, status);
      const ownMs = (meanCpuMs * delay.drift) / delay.cpus + meanAsideMs;
      const each = (count * share) / SPREAD;
      for (let part = 0; part < SPREAD; part++) {
        const inLineMs = delay.fromMs + ((part + 0.5) / SPREAD) * (delay.toMs - delay.fromMs);
        const place = coarsePlace(inLineMs + ownMs);
        lined.times.set(place, (lined.times.get(place) ?? 0) + each);
      }
    }
    this.#answered(podName, count);
  }

  fail(kind: FailureKind, count: number): void {
    if (count <= 0) return;
    this.#failed.set(kind, (this.#failed.get(kind) ?? 0) + count);
    this.open -= count;
  }

  drop(count: number): void {
    this.#dropped += count;
    this.open -= count;
  }

  /** What became of one kind; answers later than the timeout are none. */
  partsOf(
    kind: number,
    { share, timeoutPlace }: { share: number; timeoutPlace: number },
  ): KindParts {
    const answered = new Map<number, number>();
    const times: TimeWeights = new Map();
    const failed = new Map<FailureKind, number>();
    for (const [reason, count] of this.#failed) failed.set(reason, count * share);
    const add = (place: number, count: number, status: number): void => {
      if (place > timeoutPlace) failed.set('timeout', (failed.get('timeout') ?? 0) + count);
      else {
        answered.set(status, (answered.get(status) ?? 0) + count);
        times.set(place, (times.get(place) ?? 0) + count);
      }
    };
    for (const [status, queues] of this.#steady) {
      for (const [queue, count] of queues) {
        const { places, shares } = queue.times[kind] ?? NO_TIMES;
        for (let at = 0; at < places.length; at++) {
          add(places[at] ?? 0, count * share * (shares[at] ?? 0), status);
        }
      }
    }
    for (const { status, times: lined } of this.#lined[kind] ?? []) {
      for (const [place, count] of lined) add(place, count, status);
    }
    return { answered, times, failed, dropped: this.#dropped * share };
  }

  #answered(podName: string, count: number): void {
    this.byPod.set(podName, (this.byPod.get(podName) ?? 0) + count);
    this.open -= count;
  }

  #linedOf(kind: number, status: number): LinedTimes {
    while (this.#lined.length <= kind) this.#lined.push([]);
    const ofKind = this.#lined[kind] ?? [];
    let lined = ofKind.find((each) => each.status === status);
    if (lined === undefined) {
      lined = { status, times: new Map() };
      ofKind.push(lined);
    }
    return lined;
  }
}

const NO_TIMES = { places: new Uint32Array(0), shares: new Float64Array(0) };

/** The class of a status of a modelled answer. */
export function classOf(status: number): StatusClass {
  return status < 300 ? '2xx' : '5xx';
}
