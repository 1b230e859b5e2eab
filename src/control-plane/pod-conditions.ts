/** Conditions that the control plane itself sets in pods. */
import { kubeTime } from '../core/kube-time.js';
import type { Condition, Pod, PodStatus } from '../core/objects.js';
import type { EpochMs } from '../time/clock.js';

/** A condition to state. */
export type StatedPodCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'> & {
  /** Absent: the statement does not say which generation it is about. */
  readonly observedGeneration?: number;
};

/**
 * The status with a condition stated; the same object when it says so already.
 *
 * @see Source: kubernetes `pkg/api/v1/pod/util.go`, `UpdatePodCondition`.
 */
export function withPodCondition(
  status: PodStatus,
  stated: StatedPodCondition,
  nowMs: EpochMs,
): PodStatus {
  const conditions = status.conditions ?? [];
  const old = conditions.find(({ type }) => type === stated.type);
  const isSameStatus = old?.status === stated.status;
  if (isSameStatus && old.reason === stated.reason && old.message === stated.message) return status;
  const condition: Condition = {
    ...stated,
    lastProbeTime: null,
    lastTransitionTime: isSameStatus
      ? (old.lastTransitionTime ?? kubeTime(nowMs))
      : kubeTime(nowMs),
  };
  return {
    ...status,
    conditions:
      old === undefined
        ? [...conditions, condition]
        : conditions.map((one) => (one === old ? condition : one)),
  };
}

/** `DisruptionTarget`: why the pod is about to be deleted. */
export function disruptionTarget(
  { metadata }: Pod,
  why: { readonly reason: string; readonly message: string },
): StatedPodCondition {
  const { generation } = metadata;
  return {
    type: 'DisruptionTarget',
    status: 'True',
    ...why,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}
