/** CPU use of whole nodes from the counters of their containers. */
import type { EpochMs } from '../../time/clock.js';
import type { ContainerUsage } from '../pod-runtime.js';

/** A node's rate between two scrapes. */
export interface NodeRate {
  readonly atMs: EpochMs;
  readonly windowMs: number;
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

interface Point {
  readonly atMs: EpochMs;
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

interface SeenContainer {
  reading: ContainerUsage;
  /** The number of the last reading that it was in. */
  turn: number;
}

/**
 * A node's counter rises by what its containers' counters rose, also those that have ended since:
 * what a container used between its last reading and its end is lost, what is not a pod is not there.
 */
export class NodeUse {
  readonly #containers = new Map<string, SeenContainer>();
  #turn = 0;
  readonly #cpuMs = new Map<string, number>();
  readonly #last = new Map<string, Point>();
  readonly #previous = new Map<string, Point>();

  /** Takes a reading of all containers; `nodeOf` tells where a pod runs, absent: not known any more. */
  observe(
    readings: readonly ContainerUsage[],
    nodeOf: (podUid: string) => string | undefined,
  ): void {
    const turn = ++this.#turn;
    for (const reading of readings) {
      const key = `${reading.podUid}/${reading.container}`;
      const before = this.#containers.get(key);
      const isSame = before?.reading.startedAtMs === reading.startedAtMs;
      const rise = Math.max(0, reading.cpuMs - (isSame ? before.reading.cpuMs : 0));
      if (before === undefined) this.#containers.set(key, { reading, turn });
      else {
        before.reading = reading;
        before.turn = turn;
      }
      const node = nodeOf(reading.podUid);
      if (node !== undefined) this.#cpuMs.set(node, (this.#cpuMs.get(node) ?? 0) + rise);
    }
    for (const [key, seen] of this.#containers) {
      if (seen.turn !== turn) this.#containers.delete(key);
    }
  }

  /**
   * A scrape of the nodes; those that are not among them are forgotten.
   *
   * @see Source: metrics-server 0.8 `pkg/storage/node.go`, `Store`.
   */
  scrape(
    nodes: readonly string[],
    nodeOf: (podUid: string) => string | undefined,
    nowMs: EpochMs,
  ): void {
    for (const node of this.#last.keys()) {
      if (nodes.includes(node)) continue;
      this.#last.delete(node);
      this.#previous.delete(node);
    }
    for (const node of nodes) {
      let memoryBytes = 0;
      for (const { reading } of this.#containers.values()) {
        if (nodeOf(reading.podUid) === node) memoryBytes += reading.memoryBytes;
      }
      const last = this.#last.get(node);
      if (last !== undefined) this.#previous.set(node, last);
      this.#last.set(node, { atMs: nowMs, cpuMs: this.#cpuMs.get(node) ?? 0, memoryBytes });
    }
  }

  /** Absent until the node was scraped twice. */
  rateOf(node: string): NodeRate | undefined {
    const last = this.#last.get(node);
    const previous = this.#previous.get(node);
    if (last === undefined || previous === undefined) return undefined;
    const windowMs = last.atMs - previous.atMs;
    if (windowMs <= 0) return undefined;
    return {
      atMs: last.atMs,
      windowMs,
      cpuMillicores: ((last.cpuMs - previous.cpuMs) / windowMs) * 1_000,
      memoryBytes: last.memoryBytes,
    };
  }
}
