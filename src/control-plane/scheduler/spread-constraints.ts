/** The topology spread constraints of a pod, ready to be counted by. */
import type { LabelSelector, Node, Pod, StringMap } from '../../core/objects.js';
import type { TopologySpreadConstraint } from '../../core/scheduling-objects.js';
import { isSelected } from '../label-selector.js';
import type { PodGroup } from './cluster-view.js';
import { isNodeWanted } from './node-affinity.js';
import type { NodeView } from './node-info.js';
import { untolerated } from './tolerations.js';

/** One constraint with its defaults. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly minDomains: number;
  /** All must select a pod for it to count. */
  readonly selectors: readonly LabelSelector[];
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

/** The node label with which every node is a domain of its own. */
export const HOST_NAME = 'kubernetes.io/hostname';

/** @see Source: kubernetes `plugins/podtopologyspread/plugin.go`, `systemDefaultConstraints`. */
const SYSTEM_DEFAULTS = [
  { topologyKey: HOST_NAME, maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
] as const;

/**
 * What a pod itself says, hard or soft.
 *
 * @see Source: `plugins/podtopologyspread/common.go`, `filterTopologySpreadConstraints`.
 */
export function spreadConstraints(
  pod: Pod,
  whenUnsatisfiable: TopologySpreadConstraint['whenUnsatisfiable'],
): readonly SpreadConstraint[] {
  return (pod.spec.topologySpreadConstraints ?? [])
    .filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable)
    .map((constraint) => ({
      maxSkew: constraint.maxSkew,
      topologyKey: constraint.topologyKey,
      minDomains: constraint.minDomains ?? 1,
      selectors: selectorsOf(constraint, pod.metadata.labels ?? {}),
      honorsAffinity: constraint.nodeAffinityPolicy !== 'Ignore',
      honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
    }));
}

/**
 * The soft constraints of a pod of a group that has none of its own; none when it is in no group.
 *
 * @see Source: `common.go`, `buildDefaultConstraints`.
 */
export function defaultConstraints({ selectors }: PodGroup): readonly SpreadConstraint[] {
  if (selectors.length === 0) return [];
  return SYSTEM_DEFAULTS.map(({ topologyKey, maxSkew }) => ({
    maxSkew,
    topologyKey,
    minDomains: 1,
    selectors,
    honorsAffinity: true,
    honorsTaints: false,
  }));
}

/** Whether labels are counted; a constraint that selects nothing counts nothing. */
export function isCounted({ selectors }: SpreadConstraint, labels: StringMap | undefined): boolean {
  return selectors.length > 0 && selectors.every((selector) => isSelected(selector, labels ?? {}));
}

/** How many pods of a node count; those that are going do not. */
export function countOn(
  constraint: SpreadConstraint,
  { classes }: NodeView,
  namespace: string,
): number {
  let total = 0;
  for (const pods of classes.values()) {
    if (pods.isEnding || pods.namespace !== namespace) continue;
    if (isCounted(constraint, pods.labels)) total += pods.count;
  }
  return total;
}

/**
 * Whether the node's domain exists for a constraint of the pod.
 *
 * @see Source: `common.go`, `matchNodeInclusionPolicies`.
 */
export function isIncluded(constraint: SpreadConstraint, pod: Pod, node: Node): boolean {
  if (constraint.honorsAffinity && !isNodeWanted(pod, node)) return false;
  return (
    !constraint.honorsTaints ||
    untolerated(pod, node.spec.taints, ['NoSchedule', 'NoExecute']).length === 0
  );
}

/** Whether the node has a label for every constraint. */
export function hasAllTopologies(
  constraints: readonly SpreadConstraint[],
  { metadata }: Node,
): boolean {
  return constraints.every(({ topologyKey }) => metadata.labels?.[topologyKey] !== undefined);
}

function selectorsOf(
  { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint,
  labels: StringMap,
): readonly LabelSelector[] {
  if (labelSelector === undefined) return [];
  const matchLabels = Object.fromEntries(
    matchLabelKeys.flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
  return Object.keys(matchLabels).length === 0 ? [labelSelector] : [labelSelector, { matchLabels }];
}
