/** Conditions as workload controllers keep them: one of a type, times only moved when they should. */
import { kubeTime } from '../../core/kube-time.js';
import type { Condition } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';

/** A condition as a controller states it now. */
export interface StatedCondition {
  readonly type: string;
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

/** The condition of a type. */
export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** The conditions without the one of a type. */
export function withoutCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): readonly Condition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/**
 * The conditions with one stated. The same status and reason as before changes nothing, not even the
 * message; the same status keeps `lastTransitionTime`.
 *
 * @see Source: kubernetes `pkg/controller/deployment/util/deployment_util.go`, `SetDeploymentCondition`.
 */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  stated: StatedCondition,
  nowMs: EpochMs,
): readonly Condition[] {
  const current = findCondition(conditions, stated.type);
  if (current?.status === stated.status && current.reason === stated.reason) {
    return conditions ?? [];
  }
  return [...withoutCondition(conditions, stated.type), restated(current, stated, nowMs)];
}

/** The condition as stated now; `lastTransitionTime` is kept when the status is the same. */
export function restated(
  current: Condition | undefined,
  stated: StatedCondition,
  nowMs: EpochMs,
): Condition {
  const now = kubeTime(nowMs);
  const isSameStatus = current?.status === stated.status;
  return {
    type: stated.type,
    status: stated.status,
    lastUpdateTime: now,
    lastTransitionTime: isSameStatus ? (current.lastTransitionTime ?? now) : now,
    reason: stated.reason,
    message: stated.message,
  };
}
