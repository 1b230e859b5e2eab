/** Scores: which of the nodes that would do is the best, as pure functions. */
import type { LabelSelector, Pod, StringMap } from '../../core/objects.js';
import { isSelected } from '../label-selector.js';
import { preferredWeight } from './node-affinity.js';
import type { NodeView } from './node-info.js';
import { podRequests, scoredRequests } from './pod-requests.js';
import { untolerated } from './tolerations.js';

const MAX_SCORE = 100;
const SCORED_RESOURCES = ['cpu', 'memory'] as const;

/** One score: a number for each node, the higher the better, at most 100. */
export interface ScorePlugin {
  readonly name: string;
  readonly weight: number;
  readonly score: (pod: Pod, nodes: readonly NodeView[], group: PodGroup) => readonly number[];
}

/** The pods that a pod should be spread among: those that its Services and its controller select. */
export interface PodGroup {
  /** All must select a pod; none: the pod belongs to no group. */
  readonly selectors: readonly LabelSelector[];
}

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
    if (wanted.size === 0) return nodes.map(() => 0);
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
    return weights.map((weight) => (most === 0 ? 0 : Math.trunc((weight * MAX_SCORE) / most)));
  },
};

// pkg/scheduler/framework/plugins/podtopologyspread/plugin.go, systemDefaultConstraints
const DEFAULT_SPREADING = [
  { topologyKey: 'kubernetes.io/hostname', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
] as const;

/**
 * Upstream's own constraints, which every pod of a group without constraints has.
 *
 * @see Source: `plugins/podtopologyspread/scoring.go`.
 */
const defaultSpreading: ScorePlugin = {
  name: 'PodTopologySpread',
  weight: 2,
  score(pod, nodes, group) {
    if (group.selectors.length === 0) return nodes.map(() => 0);
    const counts = nodes.map((view) => countGroup(pod, view, group));
    const raw = nodes.map(() => 0);
    for (const { topologyKey, maxSkew } of DEFAULT_SPREADING) {
      const domains = new Map<string, number>();
      for (const [index, { node }] of nodes.entries()) {
        const domain = labelOf(node.metadata.labels, topologyKey);
        if (domain === undefined) continue;
        domains.set(domain, (domains.get(domain) ?? 0) + (counts[index] ?? 0));
      }
      const weight = Math.log(domains.size + 2);
      for (const [index, { node }] of nodes.entries()) {
        const domain = labelOf(node.metadata.labels, topologyKey);
        if (domain === undefined) continue;
        raw[index] = (raw[index] ?? 0) + (domains.get(domain) ?? 0) * weight + (maxSkew - 1);
      }
    }
    return spread(raw.map(Math.round));
  },
};

function spread(raw: readonly number[]): readonly number[] {
  const most = Math.max(0, ...raw);
  const least = Math.min(...raw);
  return raw.map((value) =>
    most === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (most + least - value)) / most),
  );
}

function countGroup(pod: Pod, { pods }: NodeView, { selectors }: PodGroup): number {
  let count = 0;
  for (const { metadata } of pods.values()) {
    const isCounted =
      metadata.deletionTimestamp === undefined &&
      metadata.namespace === pod.metadata.namespace &&
      selectors.every((selector) => isSelected(selector, metadata.labels));
    if (isCounted) count++;
  }
  return count;
}

function labelOf(labels: StringMap | undefined, key: string): string | undefined {
  return labels?.[key];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Every score, with upstream's weights. Not here yet: InterPodAffinity, explicit topology spread. */
export const SCORES: readonly ScorePlugin[] = [
  taintToleration,
  nodeAffinity,
  leastAllocated,
  defaultSpreading,
  balancedAllocation,
];

/** The best of the nodes; of equal ones the first. `nodes` is not empty. */
export function bestNode(
  pod: Pod,
  nodes: readonly NodeView[],
  group: PodGroup,
): NodeView | undefined {
  if (nodes.length === 1) return nodes[0];
  const totals = nodes.map(() => 0);
  for (const { weight, score } of SCORES) {
    for (const [index, value] of score(pod, nodes, group).entries()) {
      totals[index] = (totals[index] ?? 0) + weight * value;
    }
  }
  return nodes[totals.indexOf(Math.max(...totals))];
}
