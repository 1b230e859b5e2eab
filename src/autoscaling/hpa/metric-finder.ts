/** Finds the metrics of pods, fast where they come in the same order. */
import type { PodMetricSnapshot } from './snapshots.js';

/**
 * Looks up metrics by pod, for pods asked one after the other. Lists mostly come in order of name, so
 * the next one is tried first; a pod between two neighbors of a sorted list is in none.
 */
export class MetricFinder {
  readonly #items: readonly PodMetricSnapshot[];
  #next = 0;
  #isSorted: boolean | undefined;
  #index: ReadonlyMap<string, PodMetricSnapshot> | undefined;

  constructor(items: readonly PodMetricSnapshot[]) {
    this.#items = items;
  }

  /** The metrics of a pod; undefined when it has none. */
  find(name: string): PodMetricSnapshot | undefined {
    const candidate = this.#items[this.#next];
    if (candidate?.name === name) {
      this.#next++;
      return candidate;
    }
    if (this.#isBetweenNeighbors(name)) return undefined;
    this.#index ??= byName(this.#items);
    return this.#index.get(name);
  }

  #isBetweenNeighbors(name: string): boolean {
    this.#isSorted ??= isSorted(this.#items);
    if (!this.#isSorted) return false;
    const before = this.#items[this.#next - 1];
    const after = this.#items[this.#next];
    return (
      (before === undefined || before.name < name) && (after === undefined || name < after.name)
    );
  }
}

function isSorted(items: readonly PodMetricSnapshot[]): boolean {
  let last = '';
  for (const { name } of items) {
    if (name <= last) return false;
    last = name;
  }
  return true;
}

function byName(items: readonly PodMetricSnapshot[]): ReadonlyMap<string, PodMetricSnapshot> {
  const index = new Map<string, PodMetricSnapshot>();
  for (const item of items) index.set(item.name, item);
  return index;
}
