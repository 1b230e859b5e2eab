/** When each container's counters are sampled: cAdvisor's irregular housekeeping. */
import type { Random } from '../../core/random.js';
import type { EpochMs } from '../../time/clock.js';
import type { ContainerUsage, ReadableContainer } from '../pod-runtime.js';
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
  /** The number of the last reading that it was in. */
  turn: number;
}

/** Keeps the newest sample of each container. */
export class Housekeeping {
  readonly #settings: HousekeepingSettings;
  readonly #random: Random;
  readonly #pods = new Map<string, Map<string, Sampled>>();
  #turn = 0;
  #listed: readonly ReadableContainer[] | undefined;
  #entries: { readonly of: ReadableContainer; sampled: Sampled }[] = [];

  constructor(settings: HousekeepingSettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
  }

  /**
   * Takes a reading of all containers: keeps it for those that are due, new or restarted, and forgets
   * those that are gone.
   */
  observe(readings: readonly ContainerUsage[], nowMs: EpochMs): void {
    const turn = ++this.#turn;
    for (const reading of readings) {
      let pod = this.#pods.get(reading.podUid);
      if (pod === undefined) {
        pod = new Map();
        this.#pods.set(reading.podUid, pod);
      }
      const before = pod.get(reading.container);
      if (before === undefined) {
        pod.set(reading.container, this.#sampled(reading, nowMs));
        continue;
      }
      before.turn = turn;
      const isKept = before.dueAtMs > nowMs && before.point.startedAtMs === reading.startedAtMs;
      if (!isKept) pod.set(reading.container, this.#sampled(reading, nowMs));
    }
    this.#forgetGone();
  }

  /**
   * The same for containers that can be read one by one: only those that are due are.
   *
   * @param containers - the same list as long as the same ones run.
   */
  observeDue(containers: readonly ReadableContainer[], nowMs: EpochMs): void {
    if (containers !== this.#listed) {
      this.#listed = containers;
      this.#list(containers, nowMs);
      return;
    }
    for (const entry of this.#entries) {
      const isDue = entry.sampled.dueAtMs <= nowMs;
      if (!isDue && !entry.of.memoryChanges) continue;
      const reading = entry.of.read();
      if (!isDue || reading === undefined) continue;
      entry.sampled = this.#sampled(reading, nowMs);
      this.#pods.get(entry.of.podUid)?.set(entry.of.container, entry.sampled);
    }
  }

  /** The newest samples by pod uid. */
  points(): ReadonlyMap<string, readonly UsagePoint[]> {
    return new Map(
      [...this.#pods].map(([uid, pod]) => [uid, [...pod.values()].map(({ point }) => point)]),
    );
  }

  #list(containers: readonly ReadableContainer[], nowMs: EpochMs): void {
    const turn = ++this.#turn;
    this.#entries = [];
    for (const of of containers) {
      let pod = this.#pods.get(of.podUid);
      if (pod === undefined) {
        pod = new Map();
        this.#pods.set(of.podUid, pod);
      }
      const before = pod.get(of.container);
      const isKept =
        before !== undefined &&
        before.dueAtMs > nowMs &&
        before.point.startedAtMs === of.startedAtMs;
      const reading = isKept && !of.memoryChanges ? undefined : of.read();
      const sampled = isKept || reading === undefined ? before : this.#sampled(reading, nowMs);
      if (sampled === undefined) continue;
      sampled.turn = turn;
      pod.set(of.container, sampled);
      this.#entries.push({ of, sampled });
    }
    this.#forgetGone();
  }

  #sampled(reading: ContainerUsage, nowMs: EpochMs): Sampled {
    const { container, startedAtMs, cpuMs, memoryBytes } = reading;
    const point = { container, startedAtMs, atMs: nowMs, cpuMs, memoryBytes };
    const { intervalMs, jitterMs } = this.#settings;
    const dueAtMs = nowMs + intervalMs + this.#random.next() * jitterMs;
    return { point, dueAtMs, turn: this.#turn };
  }

  #forgetGone(): void {
    for (const [uid, pod] of this.#pods) {
      for (const [container, { turn }] of pod) {
        if (turn !== this.#turn) pod.delete(container);
      }
      if (pod.size === 0) this.#pods.delete(uid);
    }
  }
}
