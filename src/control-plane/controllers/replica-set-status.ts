/** The status of a ReplicaSet from its pods, as pure functions. */
import { kubeTime } from '../../core/kube-time.js';
import type { Condition, Pod, ReplicaSet, ReplicaSetStatus } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { hasLabels } from '../label-selector.js';
import { availableAtMs, isReady } from './pod-state.js';

const REPLICA_FAILURE = 'ReplicaFailure';

/** What a sync of a ReplicaSet saw and did. */
export interface ReplicaSetObservation {
  /** Its pods that neither ended nor are going, as they were before pods were made or deleted. */
  readonly active: readonly Pod[];
  /** Its pods that were asked to go and have not ended. */
  readonly terminating: readonly Pod[];
  /** What went wrong in making or deleting pods. */
  readonly failure: string | undefined;
}

/**
 * The status that follows from an observation. Equal counters and conditions keep the old objects.
 *
 * @see Source: kubernetes `pkg/controller/replicaset/replica_set_utils.go`, `calculateStatus`.
 */
export function replicaSetStatus(
  set: ReplicaSet,
  observed: ReplicaSetObservation,
  nowMs: EpochMs,
): ReplicaSetStatus {
  const { active, terminating } = observed;
  const labels = set.spec.template.metadata?.labels ?? {};
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const fullyLabeledReplicas = count(active, (pod) => hasLabels(pod.metadata.labels, labels));
  const readyReplicas = count(active, isReady);
  const availableReplicas = count(
    active,
    (pod) => (availableAtMs(pod, minReadySeconds) ?? Number.POSITIVE_INFINITY) <= nowMs,
  );
  const conditions = failureConditions(set, observed, nowMs);
  return {
    replicas: active.length,
    ...(fullyLabeledReplicas === 0 ? {} : { fullyLabeledReplicas }),
    ...(readyReplicas === 0 ? {} : { readyReplicas }),
    ...(availableReplicas === 0 ? {} : { availableReplicas }),
    terminatingReplicas: terminating.length,
    ...(set.metadata.generation === undefined
      ? {}
      : { observedGeneration: set.metadata.generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

/**
 * Ms until the next ready pod becomes available; undefined when none is waited for.
 *
 * @see Source: `pkg/controller/controller_utils.go`, `FindMinNextPodAvailabilityCheck`.
 */
export function untilNextAvailableMs(
  set: ReplicaSet,
  active: readonly Pod[],
  nowMs: EpochMs,
): number | undefined {
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const waits = active
    .map((pod) => (availableAtMs(pod, minReadySeconds) ?? Number.NEGATIVE_INFINITY) - nowMs)
    .filter((waitMs) => waitMs > 0);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function failureConditions(
  set: ReplicaSet,
  { active, failure }: ReplicaSetObservation,
  nowMs: EpochMs,
): readonly Condition[] {
  const old = set.status?.conditions ?? [];
  if (failure === undefined) return old.filter(({ type }) => type !== REPLICA_FAILURE);
  // the first failure stays until all is well again
  if (old.some(({ type }) => type === REPLICA_FAILURE)) return old;
  return [
    ...old,
    {
      type: REPLICA_FAILURE,
      status: 'True',
      lastTransitionTime: kubeTime(nowMs),
      reason: active.length < (set.spec.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete',
      message: failure,
    },
  ];
}

function count(pods: readonly Pod[], isCounted: (pod: Pod) => boolean): number {
  let total = 0;
  for (const pod of pods) {
    if (isCounted(pod)) total++;
  }
  return total;
}
