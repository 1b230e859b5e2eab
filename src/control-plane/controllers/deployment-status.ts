/** The status of a Deployment from its ReplicaSets, as pure functions. */
import { kubeTimeMs } from '../../core/kube-time.js';
import type { Condition, Deployment, DeploymentStatus, ReplicaSet } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { findCondition, restated, withCondition, withoutCondition } from './conditions.js';
import type { StatedCondition } from './conditions.js';
import {
  isComplete,
  isProgressing,
  maxUnavailable,
  progressDeadlineMs,
  sumActual,
  sumAvailable,
  sumReady,
  sumReplicas,
  sumTerminating,
  wantedReplicas,
} from './deployment-rules.js';

/** The ReplicaSets of a Deployment. */
export interface DeploymentSets {
  /** The set with the Deployment's template; undefined until it exists. */
  readonly newSet: ReplicaSet | undefined;
  /** All others. */
  readonly oldSets: readonly ReplicaSet[];
}

const PROGRESSING = 'Progressing';
const AVAILABLE = 'Available';
const REPLICA_FAILURE = 'ReplicaFailure';
const REASON_COMPLETE = 'NewReplicaSetAvailable';
const REASON_TIMED_OUT = 'ProgressDeadlineExceeded';
const REASON_PAUSED = 'DeploymentPaused';

/** All sets, old ones first. */
export function allSets({ newSet, oldSets }: DeploymentSets): readonly ReplicaSet[] {
  return newSet === undefined ? oldSets : [...oldSets, newSet];
}

/**
 * Counters and the condition `Available`.
 *
 * @see Source: kubernetes `pkg/controller/deployment/sync.go`, `calculateStatus`.
 */
export function countedStatus(
  deployment: Deployment,
  sets: DeploymentSets,
  nowMs: EpochMs,
): DeploymentStatus {
  const all = allSets(sets);
  const terminatingReplicas = sumTerminating(all);
  const { collisionCount, conditions } = deployment.status ?? {};
  const isAvailable = sumAvailable(all) >= wantedReplicas(deployment) - maxUnavailable(deployment);
  return {
    ...(deployment.metadata.generation === undefined
      ? {}
      : { observedGeneration: deployment.metadata.generation }),
    ...counters(all, sets.newSet),
    ...(terminatingReplicas === undefined ? {} : { terminatingReplicas }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(conditions, availability(isAvailable), nowMs),
  };
}

function availability(isAvailable: boolean): StatedCondition {
  return isAvailable
    ? {
        type: AVAILABLE,
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: AVAILABLE,
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/** Counters of 0 are left out, as Go's `omitempty` does. */
function counters(all: readonly ReplicaSet[], newSet: ReplicaSet | undefined): DeploymentStatus {
  const replicas = sumActual(all);
  const updatedReplicas = newSet === undefined ? 0 : sumActual([newSet]);
  const readyReplicas = sumReady(all);
  const availableReplicas = sumAvailable(all);
  const unavailableReplicas = Math.max(0, sumReplicas(all) - availableReplicas);
  return {
    ...(replicas === 0 ? {} : { replicas }),
    ...(updatedReplicas === 0 ? {} : { updatedReplicas }),
    ...(readyReplicas === 0 ? {} : { readyReplicas }),
    ...(availableReplicas === 0 ? {} : { availableReplicas }),
    ...(unavailableReplicas === 0 ? {} : { unavailableReplicas }),
  };
}

/**
 * The status during a rollout: counters, and how far it got by `Progressing` and `ReplicaFailure`.
 *
 * @see Source: `pkg/controller/deployment/progress.go`, `syncRolloutStatus`.
 */
export function rolloutStatus(
  deployment: Deployment,
  sets: DeploymentSets,
  nowMs: EpochMs,
): DeploymentStatus {
  const counted = countedStatus(deployment, sets, nowMs);
  const progressed = withProgress(deployment, { sets, status: counted }, nowMs);
  const failure = replicaFailure(sets);
  const conditions =
    failure === undefined
      ? withoutCondition(progressed, REPLICA_FAILURE)
      : withFailure(progressed, failure, nowMs);
  return { ...counted, conditions };
}

function withProgress(
  deployment: Deployment,
  { sets, status }: { readonly sets: DeploymentSets; readonly status: DeploymentStatus },
  nowMs: EpochMs,
): readonly Condition[] {
  const conditions = status.conditions ?? [];
  if (progressDeadlineMs(deployment) === undefined)
    return withoutCondition(conditions, PROGRESSING);
  const current = findCondition(deployment.status?.conditions, PROGRESSING);
  // a finished rollout stays finished, whatever becomes of its pods
  const isFinished =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === REASON_COMPLETE;
  if (isFinished) return conditions;
  const subject =
    sets.newSet === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${sets.newSet.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(conditions, progress('True', REASON_COMPLETE, message), nowMs);
  }
  if (isProgressing(deployment.status, status)) {
    // stated anew even with the same reason: every step forward moves lastUpdateTime
    const stated = progress('True', 'ReplicaSetUpdated', `${subject} is progressing.`);
    return [...withoutCondition(conditions, PROGRESSING), restated(current, stated, nowMs)];
  }
  if (!isTimedOut(deployment, current, nowMs)) return conditions;
  const message = `${subject} has timed out progressing.`;
  return withCondition(conditions, progress('False', REASON_TIMED_OUT, message), nowMs);
}

/** @see Source: `deployment_util.go`, `DeploymentTimedOut`. */
function isTimedOut(
  deployment: Deployment,
  current: Condition | undefined,
  nowMs: EpochMs,
): boolean {
  if (current === undefined || current.reason === REASON_COMPLETE) return false;
  if (current.reason === REASON_TIMED_OUT) return true;
  const dueMs = deadlineMs(deployment, current);
  return dueMs !== undefined && dueMs < nowMs;
}

function deadlineMs(deployment: Deployment, current: Condition): EpochMs | undefined {
  const fromMs = kubeTimeMs(current.lastUpdateTime);
  const lengthMs = progressDeadlineMs(deployment);
  return fromMs === undefined || lengthMs === undefined ? undefined : fromMs + lengthMs;
}

/**
 * Ms until lack of progress has to be looked at again; undefined when it does not matter.
 *
 * @see Source: `progress.go`, `requeueStuckDeployment`: a second late, to be sure the deadline passed.
 */
export function untilDeadlineMs(deployment: Deployment, nowMs: EpochMs): number | undefined {
  const current = findCondition(deployment.status?.conditions, PROGRESSING);
  // a finished rollout never times out; upstream keeps on looking, every few ms
  if (current?.reason === REASON_COMPLETE || current?.reason === REASON_TIMED_OUT) return undefined;
  if (current === undefined || isComplete(deployment, deployment.status)) return undefined;
  const dueMs = deadlineMs(deployment, current);
  if (dueMs === undefined) return undefined;
  const leftMs = dueMs - nowMs;
  return leftMs < 1_000 ? Math.max(0, leftMs) + 1 : leftMs + 1_000;
}

/**
 * What `Progressing` says when the Deployment was paused or resumed; undefined when it says so already
 * or lack of progress stands there.
 *
 * @see Source: `sync.go`, `checkPausedConditions`.
 */
export function pauseCondition(deployment: Deployment): StatedCondition | undefined {
  if (progressDeadlineMs(deployment) === undefined) return undefined;
  const current = findCondition(deployment.status?.conditions, PROGRESSING);
  if (current?.reason === REASON_TIMED_OUT) return undefined;
  const isPaused = deployment.spec.paused === true;
  if (isPaused === (current?.reason === REASON_PAUSED)) return undefined;
  return isPaused
    ? progress('Unknown', REASON_PAUSED, 'Deployment is paused')
    : progress('Unknown', 'DeploymentResumed', 'Deployment is resumed');
}

/** The condition `Progressing`. */
export function progress(
  status: Condition['status'],
  reason: string,
  message: string,
): StatedCondition {
  return { type: PROGRESSING, status, reason, message };
}

/** The Deployment has no condition `Progressing` and should have one. */
export function lacksProgress(deployment: Deployment): boolean {
  return (
    progressDeadlineMs(deployment) !== undefined &&
    findCondition(deployment.status?.conditions, PROGRESSING) === undefined
  );
}

/** The new set's failure before those of old ones. @see Source: `progress.go`, `getReplicaFailures`. */
function replicaFailure({ newSet, oldSets }: DeploymentSets): Condition | undefined {
  return [...(newSet === undefined ? [] : [newSet]), ...oldSets]
    .map(({ status }) => findCondition(status?.conditions, REPLICA_FAILURE))
    .find((condition) => condition !== undefined);
}

function withFailure(
  conditions: readonly Condition[],
  failure: Condition,
  nowMs: EpochMs,
): readonly Condition[] {
  const { status, reason = '', message = '' } = failure;
  return withCondition(conditions, { type: REPLICA_FAILURE, status, reason, message }, nowMs);
}
