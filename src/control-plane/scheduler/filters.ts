/** Filters: pure functions that say why a pod cannot run on a node. */
import type { Pod } from '../../core/objects.js';
import { isNodeWanted } from './node-affinity.js';
import { hostPortsOf } from './node-info.js';
import type { HostPort, NodeView } from './node-info.js';
import { podRequests } from './pod-requests.js';
import { isTolerated, untolerated } from './tolerations.js';

/** Why a node is no place for a pod. */
export interface Refusal {
  /** One node may be refused for several reasons at once. */
  readonly reasons: readonly string[];
  /** Removing pods from the node would not help. */
  readonly isFinal: boolean;
}

/** A change of the cluster that may make room for a pod that found none. */
export type ClusterChange = 'node-added' | 'node-changed' | 'pod-gone';

/**
 * One rule. To add a rule write a plugin and put it into {@link FILTERS}: the first that refuses a node
 * is the one that is reported.
 */
export interface FilterPlugin {
  readonly name: string;
  /** Undefined: the pod may run there, as far as this rule goes. */
  readonly filter: (pod: Pod, node: NodeView) => Refusal | undefined;
  /** After which changes a pod that this rule refused is tried again. */
  readonly retriesOn: readonly ClusterChange[];
}

const NODE_CHANGES: readonly ClusterChange[] = ['node-added', 'node-changed'];
const ANY_CHANGE: readonly ClusterChange[] = [...NODE_CHANGES, 'pod-gone'];

const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  retriesOn: NODE_CHANGES,
  filter(pod, { node }) {
    if (node.spec.unschedulable !== true) return undefined;
    const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
    const isFine = (pod.spec.tolerations ?? []).some((toleration) =>
      isTolerated(toleration, taint),
    );
    return isFine ? undefined : { reasons: ['node(s) were unschedulable'], isFinal: true };
  },
};

const taintToleration: FilterPlugin = {
  name: 'TaintToleration',
  retriesOn: NODE_CHANGES,
  filter(pod, { node }) {
    const taints = untolerated(pod, node.spec.taints, ['NoSchedule', 'NoExecute']);
    return taints.length === 0
      ? undefined
      : { reasons: ['node(s) had untolerated taint(s)'], isFinal: true };
  },
};

const nodeAffinity: FilterPlugin = {
  name: 'NodeAffinity',
  retriesOn: NODE_CHANGES,
  filter(pod, { node }) {
    return isNodeWanted(pod, node)
      ? undefined
      : { reasons: ["node(s) didn't match Pod's node affinity/selector"], isFinal: true };
  },
};

const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  retriesOn: ANY_CHANGE,
  filter(pod, { hostPorts }) {
    if (hostPorts.size === 0) return undefined;
    const taken = [...hostPorts.values()].flat();
    const isTaken = hostPortsOf(pod).some((wanted) =>
      taken.some((port) => isConflict(wanted, port)),
    );
    return isTaken
      ? {
          reasons: ["node(s) didn't have free ports for the requested pod ports"],
          isFinal: false,
        }
      : undefined;
  },
};

const nodeResourcesFit: FilterPlugin = {
  name: 'NodeResourcesFit',
  retriesOn: ANY_CHANGE,
  filter(pod, { allocatable, requested, pods }) {
    const reasons: string[] = [];
    let isFinal = false;
    if (pods.size + 1 > (allocatable.get('pods') ?? 0)) reasons.push('Too many pods');
    for (const [name, amount] of podRequests(pod)) {
      const total = allocatable.get(name) ?? 0;
      if (amount === 0 || amount <= total - (requested.get(name) ?? 0)) continue;
      reasons.push(`Insufficient ${name}`);
      isFinal ||= amount > total;
    }
    return reasons.length === 0 ? undefined : { reasons, isFinal };
  },
};

/**
 * Every rule, in upstream's order.
 *
 * @see Source: kubernetes `pkg/scheduler/apis/config/v1/default_plugins.go`, and each plugin's `Filter`
 *   in `pkg/scheduler/framework/plugins/`. Not here yet: PodTopologySpread, InterPodAffinity.
 */
export const FILTERS: readonly FilterPlugin[] = [
  nodeUnschedulable,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
];

function isConflict(a: HostPort, b: HostPort): boolean {
  const isSameAddress = a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0';
  return isSameAddress && a.protocol === b.protocol && a.port === b.port;
}
