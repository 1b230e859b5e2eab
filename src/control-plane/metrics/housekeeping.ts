/** When each container's counters are sampled: cAdvisor's irregular housekeeping. */
import type { Random } from '../../core/random.js';
import type { EpochMs } from '../../time/clock.js';
import type { ContainerUsage } from '../pod-runtime.js';
import type { UsagePoint } from './metrics-window.js';

/** How often a container is sampled: `intervalMs` to `intervalMs + jitterMs`, evenly spread. */
export interface HousekeepingSettings {
  readonly intervalMs: number;
  readonly jitterMs: number;
}

/**
 * 10 to 20 s, so that two samples are 15 s apart in the mean and a scrape finds samples up to 20 s old.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/cadvisor/cadvisor_linux.go`, `defaultHousekeepingInterval`
 *   (10 s); cadvisor `manager/container.go`, `housekeepingTick`, `jitter(..., 1.0)`.
 */
export const DEFAULT_HOUSEKEEPING: HousekeepingSettings = { intervalMs: 10_000, jitterMs: 10_000 };

interface Sampled {
  readonly point: UsagePoint;
  readonly dueAtMs: EpochMs;
}

/** Keeps the newest sample of each container. */
export class Housekeeping {
  readonly #settings: HousekeepingSettings;
  readonly #random: Random;
  #pods: ReadonlyMap<string, ReadonlyMap<string, Sampled>> = new Map();

  constructor(settings: HousekeepingSettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
  }

  /**
   * Takes a reading of all containers: keeps it for those that are due, new or restarted, and forgets
   * those that are gone.
   */
  observe(readings: readonly ContainerUsage[], nowMs: EpochMs): void {
    const pods = new Map<string, Map<string, Sampled>>();
    for (const reading of readings) {
      const pod = pods.get(reading.podUid) ?? new Map<string, Sampled>();
      pods.set(reading.podUid, pod);
      const before = this.#pods.get(reading.podUid)?.get(reading.container);
      const isKept =
        before !== undefined &&
        before.dueAtMs > nowMs &&
        before.point.startedAtMs === reading.startedAtMs;
      pod.set(reading.container, isKept ? before : this.#sampled(reading, nowMs));
    }
    this.#pods = pods;
  }

  /** The newest samples by pod uid. */
  points(): ReadonlyMap<string, readonly UsagePoint[]> {
    return new Map(
      [...this.#pods].map(([uid, pod]) => [uid, [...pod.values()].map(({ point }) => point)]),
    );
  }

  #sampled(reading: ContainerUsage, nowMs: EpochMs): Sampled {
    const { container, startedAtMs, cpuMs, memoryBytes } = reading;
    const point = { container, startedAtMs, atMs: nowMs, cpuMs, memoryBytes };
    const { intervalMs, jitterMs } = this.#settings;
    return { point, dueAtMs: nowMs + intervalMs + this.#random.next() * jitterMs };
  }
}
