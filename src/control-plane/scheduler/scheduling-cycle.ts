/** One attempt to place one pod: every rule made ready for it. */
import type { Pod } from '../../core/objects.js';
import { reconcileKey } from '../object-keys.js';
import type { ClusterView } from './cluster-view.js';
import { FILTERS, firstRefusal } from './filters.js';
import type { NodeFilter, Refusal } from './filters.js';
import type { NodeInfo, NodeView } from './node-info.js';
import { priorityOf } from './pod-priority.js';

/** What refused a node, and why. */
export interface RefusedNode {
  /** The rule's name. */
  readonly plugin: string;
  readonly refusal: Refusal;
}

interface ReadyFilter {
  readonly plugin: string;
  readonly filter: NodeFilter;
}

/**
 * Asks the rules about nodes, as they are or as they would be.
 *
 * @see Source: kubernetes `pkg/scheduler/framework/runtime/framework.go`, `RunFilterPluginsWithNominatedPods`.
 */
export class SchedulingCycle {
  readonly pod: Pod;
  readonly cluster: ClusterView;
  readonly #filters: readonly ReadyFilter[];

  constructor(pod: Pod, cluster: ClusterView, filters = readyFilters(pod, cluster)) {
    this.pod = pod;
    this.cluster = cluster;
    this.#filters = filters;
  }

  /**
   * Why the pod cannot run on a node; undefined when it can. It must fit beside the pods of its priority
   * or a higher one for which room is being made there, and also without them.
   */
  refusal(info: NodeInfo): RefusedNode | undefined {
    const { view } = info;
    if (view === undefined) return undefined;
    const nominated = this.#nominatedOn(view);
    if (nominated.length > 0) {
      const [trial, trialInfo] = [this.copy(), info.copy()];
      for (const pod of nominated) trial.put(pod, trialInfo);
      const refused = trial.#refusalOf(trialInfo);
      if (refused !== undefined) return refused;
    }
    return this.#refusalOf(info);
  }

  /** The same for trying things on; the node's books are copied apart from it. */
  copy(): SchedulingCycle {
    const filters = this.#filters.map(({ plugin, filter }) => ({
      plugin,
      filter: filter.copy?.() ?? filter,
    }));
    return new SchedulingCycle(this.pod, this.cluster, filters);
  }

  /** From now on as if a pod were on the node. */
  put(pod: Pod, info: NodeInfo): void {
    info.addPod(reconcileKey(pod), pod);
    this.#count(pod, info, 1);
  }

  /** From now on as if a pod were gone from the node. */
  take(pod: Pod, info: NodeInfo): void {
    info.removePod(reconcileKey(pod));
    this.#count(pod, info, -1);
  }

  #refusalOf({ view }: NodeInfo): RefusedNode | undefined {
    return view === undefined ? undefined : firstRefusal(this.#filters, view);
  }

  #count(pod: Pod, { view }: NodeInfo, by: 1 | -1): void {
    if (view === undefined) return;
    for (const { filter } of this.#filters) filter.count?.(pod, view, by);
  }

  #nominatedOn({ node }: NodeView): readonly Pod[] {
    const own = reconcileKey(this.pod);
    return this.cluster
      .nominatedOn(node.metadata.name)
      .filter((pod) => priorityOf(pod) >= priorityOf(this.pod) && reconcileKey(pod) !== own);
  }
}

function readyFilters(pod: Pod, cluster: ClusterView): readonly ReadyFilter[] {
  return FILTERS.flatMap(({ name, prepare }) => {
    const filter = prepare(pod, cluster);
    return filter === undefined ? [] : [{ plugin: name, filter }];
  });
}
