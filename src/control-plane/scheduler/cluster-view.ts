/** What one attempt to place a pod sees of the cluster. */
import type { LabelSelector, Pod } from '../../core/objects.js';
import type { NodeInfo, NodeView } from './node-info.js';
import type { NamespaceLabels } from './pod-affinity-terms.js';

/** The pods that a pod should be spread among: those that its Services and its controller select. */
export interface PodGroup {
  /** All must select a pod; none: the pod belongs to no group. */
  readonly selectors: readonly LabelSelector[];
}

/** The cluster at one instant. */
export interface ClusterView {
  /** Every node, by name. */
  readonly nodes: readonly NodeView[];
  /** The books of a node, to be copied before anything is tried on them. */
  readonly info: (name: string) => NodeInfo | undefined;
  readonly namespaceLabels: NamespaceLabels;
  /** Pods for which room is being made on a node. */
  readonly nominatedOn: (name: string) => readonly Pod[];
  /** What the pod that is to be placed is spread among. */
  readonly group: PodGroup;
}
