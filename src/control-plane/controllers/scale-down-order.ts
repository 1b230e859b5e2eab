/** Which pods go first when a ReplicaSet is scaled down, as a pure function. */
import { kubeTimeMs } from '../../core/kube-time.js';
import type { Pod, PodPhase } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { isActive, isReady, readySinceMs } from './pod-state.js';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASE_ORDER: Readonly<Record<PodPhase, number>> = {
  Pending: 0,
  Unknown: 1,
  Running: 2,
  Succeeded: 2,
  Failed: 2,
};
const NANOSECONDS_PER_MS = 1_000_000;
const COST_PATTERN = /^(0|-?[1-9]\d*)$/;

/** Negative: the first pod goes first; positive: the second; zero: this rule does not tell. */
type Rule = (a: Pod, b: Pod) => number;

/**
 * The pods, first to go first. Ranks are taken once, as they are before anything is deleted.
 *
 * Order: unassigned, Pending, not ready, lower deletion cost, more active pods of `related` on the node,
 * ready for a shorter time, more restarts, younger, UID. Times are compared by the power of two of their
 * age in nanoseconds, so pods of about the same age are picked by UID.
 *
 * @param related - active pods of all ReplicaSets of the same owner; empty for a set of its own.
 * @see Source: kubernetes `pkg/controller/controller_utils.go`, `ActivePodsWithRanks.Less`, and
 *   `pkg/controller/replicaset/replica_set.go`, `getPodsRankedByRelatedPodsOnSameNode`.
 */
export function scaleDownOrder(
  pods: readonly Pod[],
  related: readonly Pod[],
  nowMs: EpochMs,
): readonly Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of related) {
    if (!isActive(pod)) continue;
    const node = pod.spec.nodeName ?? '';
    onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const neighbors = (pod: Pod): number => onNode.get(pod.spec.nodeName ?? '') ?? 0;
  const rules: readonly Rule[] = [
    (a, b) => assigned(a) - assigned(b),
    (a, b) => PHASE_ORDER[a.status?.phase ?? 'Pending'] - PHASE_ORDER[b.status?.phase ?? 'Pending'],
    (a, b) => Number(isReady(a)) - Number(isReady(b)),
    (a, b) => deletionCost(a) - deletionCost(b),
    (a, b) => neighbors(b) - neighbors(a),
    (a, b) => byReadyTime(a, b, nowMs),
    (a, b) => restarts(b, false) - restarts(a, false),
    (a, b) => restarts(b, true) - restarts(a, true),
    (a, b) => byAge(a, b, { times: [created(a), created(b)], nowMs }),
  ];
  return [...pods].sort((a, b) => {
    for (const rule of rules) {
      const order = rule(a, b);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function assigned(pod: Pod): number {
  return (pod.spec.nodeName ?? '') === '' ? 0 : 1;
}

/** @see Source: `pkg/apis/core/helper/helpers.go`, `GetDeletionCostFromPodAnnotations`. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  return text !== undefined && COST_PATTERN.test(text) ? Number(text) : 0;
}

function byReadyTime(a: Pod, b: Pod, nowMs: EpochMs): number {
  if (!isReady(a) || !isReady(b)) return 0;
  return byAge(a, b, { times: [readySinceMs(a), readySinceMs(b)], nowMs });
}

function created(pod: Pod): EpochMs | undefined {
  return kubeTimeMs(pod.metadata.creationTimestamp);
}

interface Ages {
  readonly times: readonly [EpochMs | undefined, EpochMs | undefined];
  readonly nowMs: EpochMs;
}

/** Equal times do not tell; times of the same power of two leave it to the UID, for good. */
function byAge(a: Pod, b: Pod, { times: [first, second], nowMs }: Ages): number {
  if (first === second) return 0;
  if (first === undefined) return -1;
  if (second === undefined) return 1;
  const difference = ageRank(first, nowMs) - ageRank(second, nowMs);
  if (difference !== 0) return difference;
  return (a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1;
}

function ageRank(sinceMs: EpochMs, nowMs: EpochMs): number {
  const age = (nowMs - sinceMs) * NANOSECONDS_PER_MS;
  return age > 0 ? Math.trunc(Math.log2(age)) : -1;
}

/** The most restarts of one container; of sidecars, or of all the others. */
function restarts(pod: Pod, isSidecar: boolean): number {
  const sidecars = new Set(
    (pod.spec.initContainers ?? [])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  const statuses = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  const counts = statuses
    .filter(({ name }) => sidecars.has(name) === isSidecar)
    .map(({ restartCount }) => restartCount);
  return Math.max(0, ...counts);
}
