/** What is known of each node's signs of life, and what follows when they cease. */
import { kubeTime, kubeTimeMs } from '../../core/kube-time.js';
import type { Lease, Node, NodeStatus } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';

// cmd/kube-controller-manager/app/options: NodeMonitorGracePeriod 40 s (1.36), NodeStartupGracePeriod
const MONITOR_GRACE_MS = 40_000;
const STARTUP_GRACE_MS = 60_000;

type NodeCondition = NonNullable<NodeStatus['conditions']>[number];

/** What was seen of a node when it was last looked at. */
export interface NodeHealth {
  /** When it last gave a sign of life: as it was noticed here, not as the node dates it. */
  readonly probeMs: EpochMs;
  readonly readyHeartbeat: string | undefined;
  readonly hasReady: boolean;
  readonly leaseRenewal: string | undefined;
}

/** A look at a node. */
export interface HealthLook {
  readonly health: NodeHealth;
  /** The Ready condition as it was found; Unknown when there was none. */
  readonly observed: string;
  /** The Ready condition as it now is; absent: the node still has time to say something. */
  readonly current: NodeCondition | undefined;
  /** Present: the status to write, because nobody hears of the node any more. */
  readonly lost?: NodeStatus;
}

/** Conditions that only the node itself can know. */
const OWN_CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/**
 * Looks at a node. A new heartbeat or a renewed lease is a sign of life; without one for 40 s (60 s for a
 * node that never said anything) its conditions become Unknown.
 *
 * @see Source: kubernetes `pkg/controller/nodelifecycle/node_lifecycle_controller.go`,
 *   `tryUpdateNodeHealth`.
 */
export function lookAtNode(
  node: Node,
  known: { readonly health: NodeHealth | undefined; readonly lease: Lease | undefined },
  nowMs: EpochMs,
): HealthLook {
  const ready = readyCondition(node);
  const health = renewed(node, known, nowMs);
  const graceMs = ready === undefined ? STARTUP_GRACE_MS : MONITOR_GRACE_MS;
  const observed = ready?.status ?? 'Unknown';
  if (nowMs <= health.probeMs + graceMs) return { health, observed, current: ready };
  const status = withUnknown(node, nowMs);
  const current = status.conditions?.find(({ type }) => type === 'Ready');
  const isNews = ready?.status !== 'Unknown';
  return { health, observed, current, ...(isNews ? { lost: status } : {}) };
}

/** The node's Ready condition. */
export function readyCondition({ status }: Node): NodeCondition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

function renewed(
  node: Node,
  { health, lease }: { readonly health: NodeHealth | undefined; readonly lease: Lease | undefined },
  nowMs: EpochMs,
): NodeHealth {
  const ready = readyCondition(node);
  const leaseRenewal = lease?.spec?.renewTime;
  const seen = {
    readyHeartbeat: ready?.lastHeartbeatTime,
    hasReady: ready !== undefined,
    leaseRenewal: leaseRenewal ?? health?.leaseRenewal,
  };
  const isLeaseNews = leaseRenewal !== undefined && leaseRenewal !== health?.leaseRenewal;
  if (isLeaseNews) return { ...seen, probeMs: nowMs };
  if (health === undefined) {
    const createdMs = kubeTimeMs(node.metadata.creationTimestamp) ?? nowMs;
    return { ...seen, probeMs: ready === undefined ? createdMs : nowMs };
  }
  const isStatusNews =
    health.hasReady !== seen.hasReady || health.readyHeartbeat !== seen.readyHeartbeat;
  return { ...seen, probeMs: isStatusNews ? nowMs : health.probeMs };
}

function withUnknown({ metadata, status = {} }: Node, nowMs: EpochMs): NodeStatus {
  const now = kubeTime(nowMs);
  const conditions = [...(status.conditions ?? [])];
  for (const type of OWN_CONDITIONS) {
    const place = conditions.findIndex((condition) => condition.type === type);
    const old = conditions[place];
    if (old === undefined) {
      conditions.push({
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: metadata.creationTimestamp ?? now,
        lastTransitionTime: now,
      });
    } else if (old.status !== 'Unknown') {
      conditions[place] = {
        ...old,
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
        lastTransitionTime: now,
      };
    }
  }
  return { ...status, conditions };
}
