/** Scores: which of the nodes that would do is the best, as pure functions. */
import type { Pod } from '../../core/objects.js';
import type { ClusterView } from './cluster-view.js';
import { imageLocality } from './image-locality.js';
import { interPodAffinityScore } from './inter-pod-affinity-score.js';
import { preferredWeight } from './node-affinity.js';
import type { NodeView } from './node-info.js';
import { podRequests, scoredRequests } from './pod-requests.js';
import { MAX_SCORE } from './score-plugin.js';
import type { ScorePlugin } from './score-plugin.js';
import { untolerated } from './tolerations.js';
import { topologySpreadScore } from './topology-spread-score.js';

export type { ScorePlugin } from './score-plugin.js';

const SCORED_RESOURCES = ['cpu', 'memory'] as const;

/** @see Source: kubernetes `plugins/noderesources/least_allocated.go`. */
const leastAllocated: ScorePlugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  score(pod, nodes) {
    const wanted = scoredRequests(pod);
    return nodes.map(({ allocatable, scored }) => {
      const parts = SCORED_RESOURCES.flatMap((name) => {
        const total = allocatable.get(name) ?? 0;
        if (total === 0) return [];
        const used = (scored.get(name) ?? 0) + (wanted.get(name) ?? 0);
        return [used > total ? 0 : Math.trunc(((total - used) * MAX_SCORE) / total)];
      });
      return parts.length === 0 ? 0 : Math.trunc(sum(parts) / parts.length);
    });
  },
};

/** @see Source: `plugins/noderesources/balanced_allocation.go`. */
const balancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  score(pod, nodes) {
    const wanted = podRequests(pod);
    if (SCORED_RESOURCES.every((name) => (wanted.get(name) ?? 0) === 0)) return undefined;
    return nodes.map(({ allocatable, requested }) => {
      const fractions = SCORED_RESOURCES.flatMap((name) => {
        const total = allocatable.get(name) ?? 0;
        const used = (requested.get(name) ?? 0) + (wanted.get(name) ?? 0);
        return total === 0 ? [] : [Math.min(1, used / total)];
      });
      const [cpu, memory] = fractions;
      // of two values the standard deviation is half their difference
      const deviation =
        cpu === undefined || memory === undefined ? 0 : Math.abs((cpu - memory) / 2);
      return Math.trunc((1 - deviation) * MAX_SCORE);
    });
  },
};

/** @see Source: `plugins/tainttoleration/taint_toleration.go`, `Score` and `NormalizeScore`. */
const taintToleration: ScorePlugin = {
  name: 'TaintToleration',
  weight: 3,
  score(pod, nodes) {
    const counts = nodes.map(
      ({ node }) => untolerated(pod, node.spec.taints, ['PreferNoSchedule']).length,
    );
    const most = Math.max(0, ...counts);
    return counts.map((count) =>
      most === 0 ? MAX_SCORE : MAX_SCORE - Math.trunc((MAX_SCORE * count) / most),
    );
  },
};

/** @see Source: `plugins/nodeaffinity/node_affinity.go`, `Score` and `NormalizeScore`. */
const nodeAffinity: ScorePlugin = {
  name: 'NodeAffinity',
  weight: 2,
  score(pod, nodes) {
    const weights = nodes.map(({ node }) => preferredWeight(pod, node));
    const most = Math.max(0, ...weights);
    return most === 0
      ? undefined
      : weights.map((weight) => Math.trunc((weight * MAX_SCORE) / most));
  },
};

/**
 * Every score, with upstream's weights.
 *
 * @see Source: kubernetes `pkg/scheduler/apis/config/v1/default_plugins.go`.
 */
export const SCORES: readonly ScorePlugin[] = [
  taintToleration,
  nodeAffinity,
  leastAllocated,
  topologySpreadScore,
  interPodAffinityScore,
  balancedAllocation,
  imageLocality,
];

/** The best of the nodes; of equal ones the first. Undefined when there is none. */
export function bestNode(
  pod: Pod,
  nodes: readonly NodeView[],
  cluster: ClusterView,
): NodeView | undefined {
  if (nodes.length <= 1) return nodes[0];
  const totals = nodes.map(() => 0);
  for (const { weight, score } of SCORES) {
    for (const [index, value] of (score(pod, nodes, cluster) ?? []).entries()) {
      totals[index] = (totals[index] ?? 0) + weight * value;
    }
  }
  return nodes[totals.indexOf(Math.max(...totals))];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
