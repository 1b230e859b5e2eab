/** Pods that wait for a node: those to be tried, those that wait for a change, those that back off. */
import type { Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { ReconcileKey } from '../controller.js';
import { reconcileKey } from '../object-keys.js';
import { WorkQueue } from '../work-queue.js';
import type { ClusterChange } from './cluster-change.js';
import { FILTERS } from './filters.js';
import type { NamespaceLabels } from './pod-affinity-terms.js';
import { priorityOf } from './pod-priority.js';

interface Waiting {
  readonly pod: Pod;
  /** Rules that refused it. */
  readonly plugins: ReadonlySet<string>;
  /** Until then others that are to be tried come first. */
  readonly backOffUntilMs: EpochMs;
  /** When it is tried again whatever happens. */
  readonly retryAtMs: EpochMs;
}

// pkg/scheduler/backend/queue/scheduling_queue.go
const INITIAL_BACK_OFF_MS = 1_000;
const MAX_BACK_OFF_MS = 10_000;
const MAX_WAIT_MS = 300_000;

const PLUGINS_BY_CHANGE = pluginsByChange();

/**
 * Highest priority first, then first come, first served. A pod that no node would take waits until
 * something changes that one of the rules that refused it cares about, or for five minutes; a pod for
 * which there was no node at all is tried again with back-off.
 *
 * A pod that a change may help while it still backs off is tried as soon as nothing else is to be tried,
 * as upstream does since 1.33 (`SchedulerPopFromBackoffQ`).
 *
 * @see Source: kubernetes `pkg/scheduler/backend/queue/scheduling_queue.go`.
 */
export class SchedulingQueue {
  readonly #active = new Map<number, WorkQueue<ReconcileKey>>();
  /** Pods that back off and were helped by a change, with the end of their back-off. */
  readonly #backingOff = new Map<ReconcileKey, EpochMs>();
  readonly #waiting = new Map<ReconcileKey, Waiting>();
  /** Waiting pods by the rules that refused them. */
  readonly #refusedBy = new Map<string, Set<ReconcileKey>>();
  readonly #attempts = new Map<ReconcileKey, number>();

  /** A pod may be tried now. */
  get hasActive(): boolean {
    return this.#active.size > 0 || this.#backingOff.size > 0;
  }

  /** Puts a pod in to be tried as soon as its turn comes. */
  activate(pod: Pod): void {
    const key = reconcileKey(pod);
    this.#unpark(key);
    this.#backingOff.delete(key);
    const priority = priorityOf(pod);
    let queue = this.#active.get(priority);
    if (queue === undefined) {
      queue = new WorkQueue();
      this.#active.set(priority, queue);
    }
    queue.add(key, key);
  }

  /** Takes the next pod to be tried. */
  take(): ReconcileKey | undefined {
    if (this.#active.size === 0) return this.#takeBackingOff();
    const priority = Math.max(...this.#active.keys());
    const queue = this.#active.get(priority);
    const key = queue?.take();
    if (queue === undefined || queue.size === 0) this.#active.delete(priority);
    return key;
  }

  /** A pod was tried in vain. */
  park(pod: Pod, plugins: ReadonlySet<string>, nowMs: EpochMs): void {
    const key = reconcileKey(pod);
    this.#unpark(key);
    const attempts = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempts);
    const backOffMs = Math.min(INITIAL_BACK_OFF_MS * 2 ** (attempts - 1), MAX_BACK_OFF_MS);
    const backOffUntilMs = nowMs + backOffMs;
    const retryAtMs = plugins.size === 0 ? backOffUntilMs : nowMs + MAX_WAIT_MS;
    this.#waiting.set(key, { pod, plugins, backOffUntilMs, retryAtMs });
    for (const plugin of plugins) {
      let keys = this.#refusedBy.get(plugin);
      if (keys === undefined) {
        keys = new Set();
        this.#refusedBy.set(plugin, keys);
      }
      keys.add(key);
    }
  }

  /** The pod has waited in vain before and waits for a change. */
  isParked(pod: Pod): boolean {
    return this.#waiting.has(reconcileKey(pod));
  }

  /** The pod needs no node any more. */
  forget(pod: Pod): void {
    const key = reconcileKey(pod);
    this.#unpark(key);
    this.#backingOff.delete(key);
    this.#attempts.delete(key);
  }

  /**
   * Something changed: pods that it may help are tried again.
   *
   * @returns whether any pod is.
   */
  notice(change: ClusterChange, nowMs: EpochMs, namespaceLabels: NamespaceLabels): boolean {
    const helped = new Map<ReconcileKey, Waiting>();
    for (const { name, isHelpedBy } of PLUGINS_BY_CHANGE.get(change.kind) ?? []) {
      for (const key of this.#refusedBy.get(name) ?? []) {
        const waiting = this.#waiting.get(key);
        if (waiting === undefined || helped.has(key)) continue;
        if (isHelpedBy(waiting.pod, change, namespaceLabels)) helped.set(key, waiting);
      }
    }
    for (const [key, waiting] of helped) this.#wake(key, waiting, nowMs);
    return helped.size > 0;
  }

  /**
   * A waiting pod was changed itself.
   *
   * @returns whether it is tried again because of that.
   */
  noticeOwn(pod: Pod, before: Pod, nowMs: EpochMs): boolean {
    const key = reconcileKey(pod);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return false;
    const changed = { ...waiting, pod };
    this.#waiting.set(key, changed);
    const isHelped = (PLUGINS_BY_CHANGE.get('pod-changed') ?? []).some(
      ({ name, isHelpedBy }) =>
        waiting.plugins.has(name) && isHelpedBy(pod, { kind: 'pod-changed', before }, () => ({})),
    );
    if (isHelped) this.#wake(key, changed, nowMs);
    return isHelped;
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

  #wake(key: ReconcileKey, { pod, backOffUntilMs }: Waiting, nowMs: EpochMs): void {
    if (backOffUntilMs <= nowMs) {
      this.activate(pod);
      return;
    }
    this.#unpark(key);
    this.#backingOff.set(key, backOffUntilMs);
  }

  /** The one whose back-off ends first. */
  #takeBackingOff(): ReconcileKey | undefined {
    let first: ReconcileKey | undefined;
    let firstMs = Number.POSITIVE_INFINITY;
    for (const [key, untilMs] of this.#backingOff) {
      if (untilMs < firstMs) [first, firstMs] = [key, untilMs];
    }
    if (first !== undefined) this.#backingOff.delete(first);
    return first;
  }

  #unpark(key: ReconcileKey): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    this.#waiting.delete(key);
    for (const plugin of waiting.plugins) {
      const keys = this.#refusedBy.get(plugin);
      keys?.delete(key);
      if (keys?.size === 0) this.#refusedBy.delete(plugin);
    }
  }
}

function pluginsByChange(): ReadonlyMap<ClusterChange['kind'], typeof FILTERS> {
  const kinds = new Set(FILTERS.flatMap(({ changes }) => changes));
  return new Map(
    [...kinds].map((kind) => [kind, FILTERS.filter(({ changes }) => changes.includes(kind))]),
  );
}
