/** What a score of nodes is. */
import type { Pod } from '../../core/objects.js';
import type { ClusterView } from './cluster-view.js';
import type { NodeView } from './node-info.js';

/** The best a node can get from one score. */
export const MAX_SCORE = 100;

/** One score: a number for each node, the higher the better, at most {@link MAX_SCORE}. */
export interface ScorePlugin {
  readonly name: string;
  readonly weight: number;
  /** Undefined: it has nothing to say about this pod. */
  readonly score: (
    pod: Pod,
    nodes: readonly NodeView[],
    cluster: ClusterView,
  ) => readonly number[] | undefined;
}
