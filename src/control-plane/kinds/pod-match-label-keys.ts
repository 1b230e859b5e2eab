/** `matchLabelKeys`: labels of the pod itself become part of its selectors of other pods. */
import type { Pod, StringMap } from '../../core/objects.js';
import type {
  PodAffinity,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from '../../core/scheduling-objects.js';
import type { Draft } from './kind.js';

/**
 * Merges the values of the pod's labels into the selectors of its affinity terms and spread constraints.
 *
 * @see Source: kubernetes `pkg/registry/core/pod/strategy.go`, `mutatePodAffinity` and
 *   `mutateTopologySpreadConstraints`.
 */
export function mergeLabelKeys({ metadata, spec }: Draft<Pod>): void {
  const labels = metadata.labels ?? {};
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    if (affinity !== undefined) mergeIntoAffinity(affinity, labels);
  }
  for (const constraint of spec.topologySpreadConstraints ?? []) merge(constraint, labels);
}

function mergeIntoAffinity(affinity: Draft<PodAffinity>, labels: StringMap): void {
  for (const term of affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    merge(term, labels, term.mismatchLabelKeys);
  }
  for (const {
    podAffinityTerm: term,
  } of affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    merge(term, labels, term.mismatchLabelKeys);
  }
}

function merge(
  { labelSelector, matchLabelKeys = [] }: Draft<PodAffinityTerm | TopologySpreadConstraint>,
  labels: StringMap,
  mismatchLabelKeys: readonly string[] = [],
): void {
  if (labelSelector === undefined) return;
  for (const [operator, keys] of [
    ['In', matchLabelKeys],
    ['NotIn', mismatchLabelKeys],
  ] as const) {
    for (const key of keys) {
      const value = labels[key];
      if (value === undefined) continue;
      labelSelector.matchExpressions ??= [];
      labelSelector.matchExpressions.push({ key, operator, values: [value] });
    }
  }
}
