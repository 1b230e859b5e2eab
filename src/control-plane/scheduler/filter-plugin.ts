/** What a rule is that keeps pods off nodes. */
import type { Pod } from '../../core/objects.js';
import type { ClusterChange } from './cluster-change.js';
import type { ClusterView } from './cluster-view.js';
import type { NodeView } from './node-info.js';
import type { NamespaceLabels } from './pod-affinity-terms.js';

/** Why a node is no place for a pod. */
export interface Refusal {
  /** One node may be refused for several reasons at once. */
  readonly reasons: readonly string[];
  /** Removing pods from the node would not help. */
  readonly isFinal: boolean;
}

/** A rule made ready for one pod. */
export interface NodeFilter {
  /** Undefined: the pod may run there, as far as this rule goes. */
  refusal(node: NodeView): Refusal | undefined;
  /** From now on as if one more (1) or one less (-1) pod like this were on the node. Absent: all the same. */
  count?(pod: Pod, node: NodeView, by: 1 | -1): void;
  /** Another to try things on; absent when there is nothing that `count` would change. */
  copy?(): NodeFilter;
}

/** Undefined when the rule has nothing to say about the pod. */
export type PrepareFilter = (pod: Pod, cluster: ClusterView) => NodeFilter | undefined;

/**
 * One rule. To add a rule write a plugin and put it into `FILTERS`: the first that refuses a node is the
 * one that is reported.
 */
export interface FilterPlugin {
  readonly name: string;
  readonly prepare: PrepareFilter;
  /** Whether a pod that this rule refused may be accepted after a change. */
  readonly isHelpedBy: (
    pod: Pod,
    change: ClusterChange,
    namespaceLabels: NamespaceLabels,
  ) => boolean;
  /** Kinds of changes that may ever help. */
  readonly changes: readonly ClusterChange['kind'][];
}
