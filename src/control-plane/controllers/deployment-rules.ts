/** The numbers of a rollout, as pure functions. */
import type { Deployment, DeploymentStatus, IntOrString, ReplicaSet } from '../../core/objects.js';

const NO_LIMIT = 2_147_483_647; // upstream: math.MaxInt32 means none

/** How many pods a Deployment wants. */
export function wantedReplicas({ spec }: Deployment | ReplicaSet): number {
  return spec.replicas ?? 1;
}

/** The Deployment replaces pods bit by bit. */
export function isRolling({ spec }: Deployment): boolean {
  return spec.strategy?.type !== 'Recreate';
}

/**
 * How many pods there may be over the wanted ones; 0 unless rolling. Percentages round up.
 *
 * @see Source: kubernetes `pkg/controller/deployment/util/deployment_util.go`, `MaxSurge`.
 */
export function maxSurge(deployment: Deployment): number {
  if (!isRolling(deployment)) return 0;
  const { maxSurge: surge } = deployment.spec.strategy?.rollingUpdate ?? {};
  return scaled(surge, wantedReplicas(deployment), Math.ceil);
}

/**
 * How many of the wanted pods may be unavailable; 0 unless rolling. Percentages round down; 1 when
 * neither this nor the surge would allow any step.
 *
 * @see Source: `deployment_util.go`, `MaxUnavailable` and `ResolveFenceposts`.
 */
export function maxUnavailable(deployment: Deployment): number {
  const replicas = wantedReplicas(deployment);
  if (!isRolling(deployment) || replicas === 0) return 0;
  const { maxUnavailable: limit } = deployment.spec.strategy?.rollingUpdate ?? {};
  const unavailable = scaled(limit, replicas, Math.floor);
  if (unavailable === 0 && maxSurge(deployment) === 0) return 1;
  return Math.min(unavailable, replicas);
}

/** @see Source: `apimachinery/pkg/util/intstr/intstr.go`, `GetScaledValueFromIntOrPercent`. */
function scaled(
  value: IntOrString | undefined,
  total: number,
  round: (value: number) => number,
): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  return round((Number.parseInt(value, 10) * total) / 100);
}

/**
 * How many replicas the new set should have in the next step of a rollout.
 *
 * @see Source: `deployment_util.go`, `NewRSNewReplicas`.
 */
export function newSetReplicas(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  current: number,
): number {
  const wanted = wantedReplicas(deployment);
  if (!isRolling(deployment)) return wanted;
  const room = wanted + maxSurge(deployment) - sumReplicas(all);
  return room <= 0 ? current : current + Math.min(room, wanted - current);
}

/** Replicas that the specs of these sets want. */
export function sumReplicas(sets: readonly ReplicaSet[]): number {
  return sum(sets, wantedReplicas);
}

/** Pods that these sets have. */
export function sumActual(sets: readonly ReplicaSet[]): number {
  return sum(sets, ({ status }) => status?.replicas ?? 0);
}

/** Ready pods of these sets. */
export function sumReady(sets: readonly ReplicaSet[]): number {
  return sum(sets, ({ status }) => status?.readyReplicas ?? 0);
}

/** Available pods of these sets. */
export function sumAvailable(sets: readonly ReplicaSet[]): number {
  return sum(sets, ({ status }) => status?.availableReplicas ?? 0);
}

/** Terminating pods of these sets; undefined while one of them has not said. */
export function sumTerminating(sets: readonly ReplicaSet[]): number | undefined {
  if (sets.some(({ status }) => status?.terminatingReplicas === undefined)) return undefined;
  return sum(sets, ({ status }) => status?.terminatingReplicas ?? 0);
}

function sum(sets: readonly ReplicaSet[], value: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + value(set), 0);
}

/** Sets that want pods. */
export function activeSets(sets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return sets.filter((set) => wantedReplicas(set) > 0);
}

/** Whether lack of progress is ever reported. */
export function progressDeadlineMs({ spec }: Deployment): number | undefined {
  const seconds = spec.progressDeadlineSeconds;
  return seconds === undefined || seconds === NO_LIMIT ? undefined : seconds * 1_000;
}

/** How many old sets are kept; undefined: all. */
export function historyLimit({ spec }: Deployment): number | undefined {
  const limit = spec.revisionHistoryLimit;
  return limit === undefined || limit === NO_LIMIT ? undefined : limit;
}

/**
 * Every wanted pod is new and available and no other is left.
 *
 * @see Source: `deployment_util.go`, `DeploymentComplete`.
 */
export function isComplete(deployment: Deployment, status: DeploymentStatus = {}): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/**
 * The new status is a step forward: more new pods, fewer old ones, more ready or more available.
 *
 * @see Source: `deployment_util.go`, `DeploymentProgressing`.
 */
export function isProgressing(
  before: DeploymentStatus = {},
  after: DeploymentStatus = {},
): boolean {
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    outdated(after) < outdated(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function outdated({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus): number {
  return replicas - updatedReplicas;
}

/** Oldest first; of one second by name. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [first, second] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (first !== second) return first < second ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
}
