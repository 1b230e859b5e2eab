/** Metrics that are told late: what the metrics API answers is older than it should be. */
import type { NodeMetrics, PodMetrics } from '../../core/metrics-objects.js';
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';
import type { MetricsSource } from '../metrics-source.js';

/** Metrics of which one is told when they change. */
export interface ChangingMetrics extends MetricsSource {
  /** Calls `listener` after each change. */
  onChange(listener: () => void): Cancel;
}

interface Snapshot {
  readonly atMs: EpochMs;
  readonly pods: readonly PodMetrics[];
  readonly nodes: readonly NodeMetrics[];
}

/** Passes metrics on at once, until it is told to hold them back. Keeps what it may have to tell later. */
export class HeldBackMetrics implements ChangingMetrics {
  readonly #source: ChangingMetrics;
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #listeners = new Set<() => void>();
  #snapshots: Snapshot[] = [];
  #lagMs = 0;

  /** @param of - `keepMs`: the longest that anything will be held back. */
  constructor(
    source: ChangingMetrics,
    { clock, keepMs }: { readonly clock: Clock; readonly keepMs: number },
  ) {
    this.#source = source;
    this.#clock = clock;
    this.#keepMs = keepMs;
    if (keepMs > 0) source.onChange(() => this.#keep());
    else source.onChange(() => this.#tell());
  }

  /** From now on what is told is so old; 0: as it is. */
  hold(lagMs: number): void {
    this.#lagMs = lagMs;
    this.#tell();
  }

  onChange(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  podMetrics(namespace: string): readonly PodMetrics[] {
    const now = this.#source.podMetrics(namespace);
    if (this.#lagMs === 0) return now;
    const known = new Set(now.map(nameOf));
    // of pods that are gone nothing is told, however late the rest is
    return (this.#held()?.pods ?? []).filter((pod) => known.has(nameOf(pod)));
  }

  nodeMetrics(): readonly NodeMetrics[] {
    return this.#lagMs === 0 ? this.#source.nodeMetrics() : (this.#held()?.nodes ?? []);
  }

  #held(): Snapshot | undefined {
    const untilMs = this.#clock.now() - this.#lagMs;
    return this.#snapshots.findLast(({ atMs }) => atMs <= untilMs);
  }

  #keep(): void {
    const atMs = this.#clock.now();
    const { podMetrics, nodeMetrics } = {
      podMetrics: this.#source.podMetrics(''),
      nodeMetrics: this.#source.nodeMetrics(),
    };
    // the newest of those that are old enough is still told
    const first = this.#snapshots.findLastIndex((one) => one.atMs <= atMs - this.#keepMs);
    this.#snapshots = this.#snapshots.slice(Math.max(0, first));
    this.#snapshots.push({ atMs, pods: podMetrics, nodes: nodeMetrics });
    this.#tell();
    if (this.#lagMs > 0) this.#clock.after(this.#lagMs, () => this.#tell());
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function nameOf({ metadata }: PodMetrics): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
