/** Every rule that keeps pods off nodes; those that look at a node alone are here. */
import type { Pod } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { ClusterChange } from './cluster-change.js';
import type { FilterPlugin, NodeFilter, Refusal } from './filter-plugin.js';
import { interPodAffinity } from './inter-pod-affinity.js';
import { isNodeWanted } from './node-affinity.js';
import { hostPortsOf } from './node-info.js';
import type { HostPort, NodeView } from './node-info.js';
import { amountsOf, podRequests } from './pod-requests.js';
import { isTolerated, untolerated } from './tolerations.js';
import { topologySpread } from './topology-spread.js';

export type { FilterPlugin, NodeFilter, Refusal } from './filter-plugin.js';

const NODE_CHANGES: readonly ClusterChange['kind'][] = ['node-added', 'node-changed'];

const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;

const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  changes: [...NODE_CHANGES, 'pod-changed'],
  prepare(pod) {
    const isTolerant = (pod.spec.tolerations ?? []).some((toleration) =>
      isTolerated(toleration, UNSCHEDULABLE),
    );
    if (isTolerant) return undefined;
    const refused: Refusal = { reasons: ['node(s) were unschedulable'], isFinal: true };
    return {
      refusal: ({ node }) => (node.spec.unschedulable === true ? refused : undefined),
    };
  },
  isHelpedBy: (pod, change) =>
    change.kind === 'pod-changed'
      ? areTolerationsChanged(pod, change.before)
      : isAcceptedNow(nodeUnschedulable, pod, change),
};

const taintToleration: FilterPlugin = {
  name: 'TaintToleration',
  changes: [...NODE_CHANGES, 'pod-changed'],
  prepare(pod) {
    const refused: Refusal = { reasons: ['node(s) had untolerated taint(s)'], isFinal: true };
    return {
      refusal({ node }) {
        const { taints } = node.spec;
        if (taints === undefined || taints.length === 0) return undefined;
        const left = untolerated(pod, taints, ['NoSchedule', 'NoExecute']);
        return left.length === 0 ? undefined : refused;
      },
    };
  },
  isHelpedBy: (pod, change) =>
    change.kind === 'pod-changed'
      ? areTolerationsChanged(pod, change.before)
      : isAcceptedNow(taintToleration, pod, change),
};

const nodeAffinity: FilterPlugin = {
  name: 'NodeAffinity',
  changes: NODE_CHANGES,
  prepare(pod) {
    const { nodeSelector, affinity } = pod.spec;
    if (nodeSelector === undefined && affinity?.nodeAffinity === undefined) return undefined;
    const refused: Refusal = {
      reasons: ["node(s) didn't match Pod's node affinity/selector"],
      isFinal: true,
    };
    return { refusal: ({ node }) => (isNodeWanted(pod, node) ? undefined : refused) };
  },
  isHelpedBy: (pod, change) => isAcceptedNow(nodeAffinity, pod, change),
};

const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  changes: [...NODE_CHANGES, 'pod-gone'],
  prepare(pod) {
    const wanted = hostPortsOf(pod);
    if (wanted.length === 0) return undefined;
    const refused: Refusal = {
      reasons: ["node(s) didn't have free ports for the requested pod ports"],
      isFinal: false,
    };
    return {
      refusal: ({ hostPorts }) =>
        [...hostPorts.values()].some((taken) => areInConflict(wanted, taken)) ? refused : undefined,
    };
  },
  isHelpedBy: (pod, change) =>
    change.kind === 'pod-gone'
      ? areInConflict(hostPortsOf(pod), hostPortsOf(change.pod))
      : isAcceptedNow(nodePorts, pod, change),
};

const nodeResourcesFit: FilterPlugin = {
  name: 'NodeResourcesFit',
  changes: [...NODE_CHANGES, 'pod-gone', 'pod-changed'],
  prepare: (pod) => fitFilter(pod),
  isHelpedBy(pod, change) {
    if (change.kind === 'pod-gone') return true;
    if (change.kind === 'pod-changed') {
      return !isEqualJson([...podRequests(pod)], [...podRequests(change.before)]);
    }
    const isMore = change.kind !== 'node-changed' || isMoreAllocatable(change);
    return isMore && isAcceptedNow(nodeResourcesFit, pod, change);
  },
};

/** @see Source: `plugins/noderesources/fit.go`, `fitsRequest`. */
function fitFilter(pod: Pod): NodeFilter {
  const wanted = [...podRequests(pod)].filter(([, amount]) => amount > 0);
  return {
    refusal({ allocatable, requested, pods }) {
      const reasons: string[] = [];
      let isFinal = false;
      if (pods.size + 1 > (allocatable.get('pods') ?? 0)) reasons.push('Too many pods');
      for (const [name, amount] of wanted) {
        const total = allocatable.get(name) ?? 0;
        if (amount <= total - (requested.get(name) ?? 0)) continue;
        reasons.push(`Insufficient ${name}`);
        isFinal ||= amount > total;
      }
      return reasons.length === 0 ? undefined : { reasons, isFinal };
    },
  };
}

/**
 * Every rule, in upstream's order.
 *
 * @see Source: kubernetes `pkg/scheduler/apis/config/v1/default_plugins.go`, and each plugin's `Filter`
 *   and `EventsToRegister` in `pkg/scheduler/framework/plugins/`.
 */
export const FILTERS: readonly FilterPlugin[] = [
  nodeUnschedulable,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  topologySpread,
  interPodAffinity,
];

/** For rules that look at a node alone. */
function isAcceptedNow({ prepare }: FilterPlugin, pod: Pod, change: ClusterChange): boolean {
  if (change.kind !== 'node-added' && change.kind !== 'node-changed') return false;
  const filter = prepare(pod, ONE_NODE);
  return filter?.refusal(change.node) === undefined;
}

/** Rules that look at a node alone ask for nothing else of the cluster. */
const ONE_NODE: Parameters<FilterPlugin['prepare']>[1] = {
  nodes: [],
  info: () => undefined,
  namespaceLabels: () => ({}),
  nominatedOn: () => [],
  group: { selectors: [] },
};

function isMoreAllocatable({
  node,
  before,
}: Extract<ClusterChange, { readonly kind: 'node-changed' }>): boolean {
  const old = amountsOf(before.status?.allocatable);
  return [...node.allocatable].some(([name, amount]) => amount > (old.get(name) ?? 0));
}

function areTolerationsChanged(pod: Pod, before: Pod): boolean {
  return !isEqualJson(pod.spec.tolerations ?? [], before.spec.tolerations ?? []);
}

function areInConflict(wanted: readonly HostPort[], taken: readonly HostPort[]): boolean {
  return wanted.some((port) => taken.some((other) => isConflict(port, other)));
}

function isConflict(a: HostPort, b: HostPort): boolean {
  const isSameAddress = a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0';
  return isSameAddress && a.protocol === b.protocol && a.port === b.port;
}

/** Why a node is refused by the first of some rules made ready for a pod that refuses it. */
export function firstRefusal(
  filters: readonly { readonly plugin: string; readonly filter: NodeFilter }[],
  node: NodeView,
): { readonly plugin: string; readonly refusal: Refusal } | undefined {
  for (const { plugin, filter } of filters) {
    const refusal = filter.refusal(node);
    if (refusal !== undefined) return { plugin, refusal };
  }
  return undefined;
}
