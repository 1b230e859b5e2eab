/** The status of a disruption budget, as both the eviction API and the disruption controller write it. */
import type { PodDisruptionBudgetStatus } from '../core/disruption-objects.js';
import { kubeTime } from '../core/kube-time.js';
import type { Condition } from '../core/objects.js';
import type { EpochMs } from '../time/clock.js';

/** The condition that sums a budget up. */
export const DISRUPTION_ALLOWED = 'DisruptionAllowed';

/** The condition of a budget that could not be worked out. */
export const SYNC_FAILED = 'SyncFailed';

/** The status before a controller has seen the budget. */
export const NO_DISRUPTION_STATUS: PodDisruptionBudgetStatus = {
  disruptionsAllowed: 0,
  currentHealthy: 0,
  desiredHealthy: 0,
  expectedPods: 0,
};

/**
 * The status with its condition as its numbers say.
 *
 * @see Source: kubernetes `component-helpers/apps/poddisruptionbudget/helpers.go`.
 */
export function withDisruptionCondition(
  status: PodDisruptionBudgetStatus,
  nowMs: EpochMs,
): PodDisruptionBudgetStatus {
  const isAllowed = status.disruptionsAllowed > 0;
  return withBudgetCondition(
    status,
    {
      status: isAllowed ? 'True' : 'False',
      reason: isAllowed ? 'SufficientPods' : 'InsufficientPods',
      message: '',
    },
    nowMs,
  );
}

/** The status with its condition as stated. */
export function withBudgetCondition(
  status: PodDisruptionBudgetStatus,
  stated: Required<Pick<Condition, 'status' | 'reason' | 'message'>>,
  nowMs: EpochMs,
): PodDisruptionBudgetStatus {
  const conditions = status.conditions ?? [];
  const old = conditions.find(({ type }) => type === DISRUPTION_ALLOWED);
  const isSame = old?.status === stated.status;
  const condition: Condition = {
    type: DISRUPTION_ALLOWED,
    ...stated,
    lastTransitionTime: isSame ? (old.lastTransitionTime ?? kubeTime(nowMs)) : kubeTime(nowMs),
    ...(status.observedGeneration === undefined
      ? {}
      : { observedGeneration: status.observedGeneration }),
  };
  return {
    ...status,
    conditions:
      old === undefined
        ? [...conditions, condition]
        : conditions.map((one) => (one === old ? condition : one)),
  };
}
