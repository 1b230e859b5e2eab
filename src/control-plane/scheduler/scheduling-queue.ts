/** Pods that wait for a node: those to be tried, those that wait for a change, those that back off. */
import type { Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { ReconcileKey } from '../controller.js';
import { reconcileKey } from '../object-keys.js';
import { WorkQueue } from '../work-queue.js';
import { FILTERS } from './filters.js';
import type { ClusterChange, FilterPlugin } from './filters.js';
import type { NodeView } from './node-info.js';

interface Waiting {
  readonly pod: Pod;
  /** Rules that refused it. */
  readonly plugins: ReadonlySet<string>;
  /** When it is tried again whatever happens. */
  readonly retryAtMs: EpochMs;
}

// pkg/scheduler/backend/queue/scheduling_queue.go
const INITIAL_BACK_OFF_MS = 1_000;
const MAX_BACK_OFF_MS = 10_000;
const MAX_WAIT_MS = 300_000;

/**
 * Highest priority first, then first come, first served. A pod that no node would take waits until
 * something changes that one of the rules that refused it cares about, or for five minutes; a pod for
 * which there was no node at all is tried again with back-off.
 *
 * @see Source: kubernetes `pkg/scheduler/backend/queue/scheduling_queue.go`.
 */
export class SchedulingQueue {
  readonly #active = new Map<number, WorkQueue<ReconcileKey>>();
  readonly #waiting = new Map<ReconcileKey, Waiting>();
  readonly #attempts = new Map<ReconcileKey, number>();

  /** A pod may be tried now. */
  get hasActive(): boolean {
    return this.#active.size > 0;
  }

  /** Puts a pod in to be tried as soon as its turn comes. */
  activate(pod: Pod): void {
    const key = reconcileKey(pod);
    this.#waiting.delete(key);
    const priority = pod.spec.priority ?? 0;
    let queue = this.#active.get(priority);
    if (queue === undefined) {
      queue = new WorkQueue();
      this.#active.set(priority, queue);
    }
    queue.add(key, key);
  }

  /** Takes the next pod to be tried. */
  take(): ReconcileKey | undefined {
    if (this.#active.size === 0) return undefined;
    const priority = Math.max(...this.#active.keys());
    const queue = this.#active.get(priority);
    const key = queue?.take();
    if (queue?.size === 0) this.#active.delete(priority);
    return key;
  }

  /** A pod was tried in vain. */
  park(pod: Pod, plugins: ReadonlySet<string>, nowMs: EpochMs): void {
    const key = reconcileKey(pod);
    const attempts = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempts);
    const backOffMs = Math.min(INITIAL_BACK_OFF_MS * 2 ** (attempts - 1), MAX_BACK_OFF_MS);
    const retryAtMs = nowMs + (plugins.size === 0 ? backOffMs : MAX_WAIT_MS);
    this.#waiting.set(key, { pod, plugins, retryAtMs });
  }

  /** The pod has waited in vain before and waits for a change. */
  isParked(pod: Pod): boolean {
    return this.#waiting.has(reconcileKey(pod));
  }

  /** The pod needs no node any more. */
  forget(pod: Pod): void {
    const key = reconcileKey(pod);
    this.#waiting.delete(key);
    this.#attempts.delete(key);
  }

  /**
   * Something changed: pods that it may help are tried again.
   *
   * @param node - the node that changed; the rule must accept it now. Absent for `pod-gone`.
   * @returns whether any pod is.
   */
  notice(change: ClusterChange, node?: NodeView): boolean {
    const helped = [...this.#waiting.values()].filter(({ pod, plugins }) =>
      FILTERS.some((plugin) => plugins.has(plugin.name) && helps(plugin, pod, { change, node })),
    );
    for (const { pod } of helped) this.activate(pod);
    return helped.length > 0;
  }

  /**
   * Activates pods that waited long enough.
   *
   * @returns ms until the next one has; undefined when none waits.
   */
  activateDue(nowMs: EpochMs): number | undefined {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { pod, retryAtMs } of this.#waiting.values()) {
      if (retryAtMs <= nowMs) this.activate(pod);
      else nextMs = Math.min(nextMs, retryAtMs - nowMs);
    }
    return nextMs === Number.POSITIVE_INFINITY ? undefined : nextMs;
  }
}

function helps(
  plugin: FilterPlugin,
  pod: Pod,
  { change, node }: { readonly change: ClusterChange; readonly node: NodeView | undefined },
): boolean {
  if (!plugin.retriesOn.includes(change)) return false;
  return node === undefined || plugin.filter(pod, node) === undefined;
}
