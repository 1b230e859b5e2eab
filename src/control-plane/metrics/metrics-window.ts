/** What metrics-server keeps: for each container the last and the previous point, and the rate between. */
import type { EpochMs } from '../../time/clock.js';

/** Cumulative use of one container at one instant. */
export interface UsagePoint {
  readonly container: string;
  readonly startedAtMs: EpochMs;
  /** When the counters were read, ms since the epoch. */
  readonly atMs: EpochMs;
  /** Since the container started, ms of a Kubernetes CPU. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** The points of one pod that a scrape found. */
export type PodPoints = readonly UsagePoint[];

/** One container's rate over its window. */
interface ContainerRate {
  readonly name: string;
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

/** What the API says of a pod: `atMs` and `windowMs` are those of its oldest container sample. */
export interface PodRates {
  readonly atMs: EpochMs;
  readonly windowMs: number;
  readonly containers: readonly ContainerRate[];
}

/** A container younger than the resolution, but at least this old, is measured from its start. */
const FRESH_MINIMUM_MS = 10_000;

interface StoredPod {
  readonly last: ReadonlyMap<string, UsagePoint>;
  readonly previous: ReadonlyMap<string, UsagePoint>;
}

/**
 * Stores scrapes, pod by pod.
 *
 * A pod that a scrape does not mention is forgotten. A container that was restarted since its last
 * point begins anew and, with it, its pod has no metrics until there are two points again. The one
 * exception is upstream's: a container that is between 10 s and one resolution old has used what it
 * used since its start, and needs no second point.
 *
 * @see Source: metrics-server 0.8 `pkg/storage/pod.go`, `Store`, `GetMetrics`; `types.go`, `resourceUsage`.
 */
export class MetricsWindow {
  readonly #resolutionMs: number;
  #pods: ReadonlyMap<string, StoredPod> = new Map();

  /** @param resolutionMs - between two scrapes. */
  constructor(resolutionMs: number) {
    this.#resolutionMs = resolutionMs;
  }

  /** Takes in one scrape: the points of every pod, by its uid. */
  store(scrape: ReadonlyMap<string, PodPoints>): void {
    const pods = new Map<string, StoredPod>();
    for (const [uid, points] of scrape) {
      const before = this.#pods.get(uid);
      const last = new Map<string, UsagePoint>();
      const previous = new Map<string, UsagePoint>();
      for (const point of points) {
        last.set(point.container, point);
        const kept = this.#previousOf(point, before);
        if (kept !== undefined) previous.set(point.container, kept);
      }
      pods.set(uid, { last, previous });
    }
    this.#pods = pods;
  }

  /** The pod's rates; absent until every one of its containers has two points. */
  ratesOf(podUid: string): PodRates | undefined {
    const pod = this.#pods.get(podUid);
    if (pod === undefined) return undefined;
    const containers: ContainerRate[] = [];
    let oldest: { atMs: EpochMs; windowMs: number } | undefined;
    for (const [name, last] of pod.last) {
      const previous = pod.previous.get(name);
      if (previous === undefined || last.cpuMs < previous.cpuMs) return undefined;
      const windowMs = last.atMs - previous.atMs;
      if (windowMs <= 0) return undefined;
      const cpuMillicores = ((last.cpuMs - previous.cpuMs) / windowMs) * 1_000;
      containers.push({ name, cpuMillicores, memoryBytes: last.memoryBytes });
      if (oldest === undefined || last.atMs < oldest.atMs) oldest = { atMs: last.atMs, windowMs };
    }
    return oldest === undefined ? undefined : { ...oldest, containers };
  }

  #previousOf(point: UsagePoint, before: StoredPod | undefined): UsagePoint | undefined {
    const ageMs = point.atMs - point.startedAtMs;
    if (ageMs >= FRESH_MINIMUM_MS && ageMs < this.#resolutionMs) {
      return { ...point, atMs: point.startedAtMs, cpuMs: 0 };
    }
    const last = before?.last.get(point.container);
    if (last === undefined || point.startedAtMs >= last.atMs) return undefined;
    // The same sample again: the window stays as it was.
    return point.atMs > last.atMs ? last : before?.previous.get(point.container);
  }
}
