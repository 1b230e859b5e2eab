/** Changes of the cluster after which a pod that found no node may find one. */
import type { Node, Pod } from '../../core/objects.js';
import type { NodeView } from './node-info.js';

/** One change, with what it was before. */
export type ClusterChange =
  | { readonly kind: 'node-added'; readonly node: NodeView }
  | { readonly kind: 'node-changed'; readonly node: NodeView; readonly before: Node }
  | { readonly kind: 'node-removed'; readonly before: Node }
  /** A pod got a node. */
  | { readonly kind: 'pod-placed'; readonly pod: Pod }
  /** A pod on a node has other labels. */
  | { readonly kind: 'pod-relabeled'; readonly pod: Pod; readonly before: Pod }
  /** A pod left its node, or one for which room was being made needs none any more. */
  | { readonly kind: 'pod-gone'; readonly pod: Pod }
  /** The waiting pod itself was changed. */
  | { readonly kind: 'pod-changed'; readonly before: Pod };
