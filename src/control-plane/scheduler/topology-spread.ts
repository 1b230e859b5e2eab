/** The rule that hard topology spread constraints hold. */
import type { Node, Pod } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { ClusterChange } from './cluster-change.js';
import type { ClusterView } from './cluster-view.js';
import type { FilterPlugin, NodeFilter, Refusal } from './filter-plugin.js';
import type { NodeView } from './node-info.js';
import {
  countOn,
  hasAllTopologies,
  isCounted,
  isIncluded,
  spreadConstraints,
} from './spread-constraints.js';
import type { SpreadConstraint } from './spread-constraints.js';

const NOT_MATCHED = "node(s) didn't match pod topology spread constraints";
const TOO_SKEWED: Refusal = { reasons: [NOT_MATCHED], isFinal: false };
const NO_LABEL: Refusal = {
  reasons: [`${NOT_MATCHED} (missing required label)`],
  isFinal: true,
};

/**
 * No domain may have more of the counted pods than the one with the fewest and `maxSkew`.
 *
 * @see Source: kubernetes `plugins/podtopologyspread/filtering.go` and `plugin.go`.
 */
export const topologySpread: FilterPlugin = {
  name: 'PodTopologySpread',
  changes: [
    'node-added',
    'node-changed',
    'node-removed',
    'pod-placed',
    'pod-relabeled',
    'pod-gone',
    'pod-changed',
  ],
  prepare(pod, cluster) {
    const constraints = spreadConstraints(pod, 'DoNotSchedule');
    if (constraints.length === 0) return undefined;
    return spreadFilter(pod, counted(pod, constraints, cluster));
  },
  isHelpedBy: (pod, change) => isHelped(pod, spreadConstraints(pod, 'DoNotSchedule'), change),
};

interface Counted {
  readonly constraint: SpreadConstraint;
  /** Counted pods by the value of the topology label. */
  readonly domains: Map<string, number>;
  /** 1 when the pod itself will count. */
  readonly own: 0 | 1;
}

function counted(
  pod: Pod,
  constraints: readonly SpreadConstraint[],
  { nodes }: ClusterView,
): readonly Counted[] {
  const { namespace = '', labels } = pod.metadata;
  const eligible = nodes.filter(({ node }) => hasAllTopologies(constraints, node));
  return constraints.map((constraint) => {
    const domains = new Map<string, number>();
    for (const view of eligible) {
      if (!isIncluded(constraint, pod, view.node)) continue;
      const value = view.node.metadata.labels?.[constraint.topologyKey] ?? '';
      domains.set(value, (domains.get(value) ?? 0) + countOn(constraint, view, namespace));
    }
    return { constraint, domains, own: isCounted(constraint, labels) ? 1 : 0 };
  });
}

function spreadFilter(pod: Pod, counts: readonly Counted[]): NodeFilter {
  const constraints = counts.map(({ constraint }) => constraint);
  return {
    refusal({ node }) {
      for (const { constraint, domains, own } of counts) {
        const value = node.metadata.labels?.[constraint.topologyKey];
        if (value === undefined) return NO_LABEL;
        const skew = (domains.get(value) ?? 0) + own - fewest(domains, constraint.minDomains);
        if (skew > constraint.maxSkew) return TOO_SKEWED;
      }
      return undefined;
    },
    count({ metadata }, { node }, by) {
      const isOther = (metadata.namespace ?? '') !== (pod.metadata.namespace ?? '');
      // upstream counts pods that are going here as well, though it never counted them in
      if (isOther || metadata.deletionTimestamp !== undefined) return;
      if (!hasAllTopologies(constraints, node)) return;
      for (const { constraint, domains } of counts) {
        if (!isCounted(constraint, metadata.labels) || !isIncluded(constraint, pod, node)) continue;
        const value = node.metadata.labels?.[constraint.topologyKey] ?? '';
        domains.set(value, (domains.get(value) ?? 0) + by);
      }
    },
    copy: () =>
      spreadFilter(
        pod,
        counts.map((count) => ({ ...count, domains: new Map(count.domains) })),
      ),
  };
}

/** With fewer domains than wanted the fewest is none; without any domain nothing is too many. */
function fewest(domains: ReadonlyMap<string, number>, minDomains: number): number {
  if (domains.size < minDomains) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (const count of domains.values()) least = Math.min(least, count);
  return least;
}

/** @see Source: `plugin.go`, `isSchedulableAfterPodChange` and `isSchedulableAfterNodeChange`. */
function isHelped(
  pod: Pod,
  constraints: readonly SpreadConstraint[],
  change: ClusterChange,
): boolean {
  const isCountedPod = ({ metadata }: Pod): boolean =>
    metadata.namespace === pod.metadata.namespace &&
    constraints.some((constraint) => isCounted(constraint, metadata.labels));
  switch (change.kind) {
    case 'pod-placed':
    case 'pod-gone':
      return isCountedPod(change.pod);
    case 'pod-relabeled':
      return isCountedPod(change.pod) !== isCountedPod(change.before);
    case 'pod-changed':
      return isOtherPod(pod, change.before);
    case 'node-added':
      return hasAllTopologies(constraints, change.node.node);
    case 'node-changed':
      return isOtherDomain(constraints, change.node, change.before);
    case 'node-removed':
    default:
      return hasAllTopologies(constraints, change.before);
  }
}

function isOtherPod({ metadata, spec }: Pod, before: Pod): boolean {
  return (
    !isEqualJson(metadata.labels, before.metadata.labels) ||
    !isEqualJson(spec.tolerations, before.spec.tolerations)
  );
}

function isOtherDomain(
  constraints: readonly SpreadConstraint[],
  { node }: NodeView,
  before: Node,
): boolean {
  const [has, had] = [hasAllTopologies(constraints, node), hasAllTopologies(constraints, before)];
  if (!has && !had) return false;
  return (
    has !== had ||
    constraints.some(
      ({ topologyKey }) =>
        node.metadata.labels?.[topologyKey] !== before.metadata.labels?.[topologyKey],
    ) ||
    !isEqualJson(node.spec.taints, before.spec.taints)
  );
}
