/** Rolling update, Recreate, and the clean-up of old ReplicaSets. */
import type { Pod, ReplicaSet } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import { keyOf } from '../object-keys.js';
import { REPLICA_SETS } from '../resources.js';
import { byRevision } from './deployment-revisions.js';
import { syncRevision } from './deployment-new-set.js';
import {
  activeSets,
  byCreation,
  historyLimit,
  isComplete,
  maxUnavailable,
  newSetReplicas,
  sumActual,
  sumAvailable,
  sumReplicas,
  wantedReplicas,
} from './deployment-rules.js';
import { allSets } from './deployment-status.js';
import type { DeploymentSets } from './deployment-status.js';
import { scaleSet } from './deployment-sync.js';
import type { DeploymentSync } from './deployment-sync.js';
import { isTerminal } from './pod-state.js';

/**
 * One step of a rolling update: the new set up if it can, else old ones down if they can.
 *
 * @returns the sets by which to count the status.
 * @see Source: kubernetes `pkg/controller/deployment/rolling.go`, `rolloutRolling`.
 */
export function rollingStep(sync: DeploymentSync, owned: readonly ReplicaSet[]): DeploymentSets {
  const sets = syncRevision(sync, owned, true);
  const { newSet, oldSets } = sets;
  if (newSet === undefined) return sets;
  if (scaleNewSet(sync, sets, newSet)) return sets;
  if (scaleOldSets(sync, sets, newSet)) return sets;
  if (isComplete(sync.deployment, sync.deployment.status)) cleanUp(sync, oldSets);
  return sets;
}

/** @see Source: `rolling.go`, `reconcileNewReplicaSet`. */
function scaleNewSet(sync: DeploymentSync, sets: DeploymentSets, newSet: ReplicaSet): boolean {
  const wanted = wantedReplicas(sync.deployment);
  const current = wantedReplicas(newSet);
  if (current === wanted) return false;
  const next = current > wanted ? wanted : newSetReplicas(sync.deployment, allSets(sets), current);
  return next !== current && scaleSet(sync, newSet, next).isScaled;
}

/** @see Source: `rolling.go`, `reconcileOldReplicaSets`. */
function scaleOldSets(sync: DeploymentSync, sets: DeploymentSets, newSet: ReplicaSet): boolean {
  const oldSets = [...activeSets(sets.oldSets)].sort(byCreation);
  if (oldSets.length === 0) return false;
  const minAvailable = wantedReplicas(sync.deployment) - maxUnavailable(sync.deployment);
  const unavailableNew = wantedReplicas(newSet) - (newSet.status?.availableReplicas ?? 0);
  const limit = sumReplicas(allSets(sets)) - minAvailable - unavailableNew;
  if (limit <= 0) return false;
  const cleaned = removeUnhealthy(sync, oldSets, limit);
  if (cleaned === undefined) return false;
  const spare = sumAvailable([...cleaned.sets, newSet]) - minAvailable;
  return removeHealthy(sync, cleaned.sets, spare) + cleaned.removed > 0;
}

/**
 * Pods that do nobody any good go first, or they would hold up the rollout.
 *
 * @returns undefined when a set counts more available pods than it wants: it has not acted on its last
 *   scaling yet, so its counts cannot be built on.
 * @see Source: `rolling.go`, `cleanupUnhealthyReplicas`, which gives up with an error there.
 */
function removeUnhealthy(
  sync: DeploymentSync,
  oldSets: readonly ReplicaSet[],
  limit: number,
): { readonly sets: readonly ReplicaSet[]; readonly removed: number } | undefined {
  const sets: ReplicaSet[] = [];
  let removed = 0;
  for (const set of oldSets) {
    const replicas = wantedReplicas(set);
    const unhealthy = replicas - (set.status?.availableReplicas ?? 0);
    if (removed < limit && unhealthy < 0) return undefined;
    const count = Math.min(limit - removed, unhealthy);
    removed += Math.max(0, count);
    sets.push(count > 0 ? scaleSet(sync, set, replicas - count).set : set);
  }
  return { sets, removed };
}

function removeHealthy(
  sync: DeploymentSync,
  oldSets: readonly ReplicaSet[],
  spare: number,
): number {
  let removed = 0;
  for (const set of oldSets) {
    const replicas = wantedReplicas(set);
    const count = Math.min(replicas, spare - removed);
    if (count <= 0) continue;
    scaleSet(sync, set, replicas - count);
    removed += count;
  }
  return removed;
}

/**
 * One step of Recreate: old sets to nothing, then wait for their pods, then the new set.
 *
 * @param podsOf - pods of a ReplicaSet.
 * @returns the sets by which to count the status.
 * @see Source: `pkg/controller/deployment/recreate.go`, `rolloutRecreate`.
 */
export function recreateStep(
  sync: DeploymentSync,
  owned: readonly ReplicaSet[],
  podsOf: (set: ReplicaSet) => readonly Pod[],
): DeploymentSets {
  const before = syncRevision(sync, owned, false);
  const active = activeSets(before.oldSets);
  for (const set of active) scaleSet(sync, set, 0);
  if (active.length > 0) return before;
  const isOldRunning =
    sumActual(before.oldSets) > 0 ||
    before.oldSets.some((set) => podsOf(set).some((pod) => !isTerminal(pod)));
  if (isOldRunning) return before;
  const sets = before.newSet === undefined ? syncRevision(sync, owned, true) : before;
  if (
    sets.newSet !== undefined &&
    wantedReplicas(sets.newSet) !== wantedReplicas(sync.deployment)
  ) {
    scaleSet(sync, sets.newSet, wantedReplicas(sync.deployment));
  }
  if (isComplete(sync.deployment, sync.deployment.status)) cleanUp(sync, sets.oldSets);
  return sets;
}

/**
 * Deletes the oldest revisions over the history limit that have no pods.
 *
 * @see Source: `sync.go`, `cleanupDeployment`.
 */
export function cleanUp(sync: DeploymentSync, oldSets: readonly ReplicaSet[]): void {
  const limit = historyLimit(sync.deployment);
  if (limit === undefined) return;
  const alive = oldSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = [...alive].sort(byRevision).slice(0, Math.max(0, alive.length - limit));
  for (const set of surplus) {
    const { status, metadata } = set;
    const isObserved = (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
    if ((status?.replicas ?? 0) !== 0 || wantedReplicas(set) !== 0 || !isObserved) continue;
    try {
      sync.api.delete(REPLICA_SETS, keyOf(set));
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
    }
  }
}
