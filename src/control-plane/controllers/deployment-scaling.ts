/** Scaling a Deployment: one set as a whole, several in proportion. */
import type { Deployment, ReplicaSet } from '../../core/objects.js';
import { desiredReplicasOf, maxReplicasOf } from './deployment-revisions.js';
import {
  activeSets,
  byCreation,
  isRolling,
  maxSurge,
  sumReplicas,
  wantedReplicas,
} from './deployment-rules.js';
import { allSets } from './deployment-status.js';
import type { DeploymentSets } from './deployment-status.js';
import { scaleSet } from './deployment-sync.js';
import type { DeploymentSync } from './deployment-sync.js';

/**
 * The Deployment's size changed since its active sets were last scaled.
 *
 * @see Source: kubernetes `pkg/controller/deployment/sync.go`, `isScalingEvent`.
 */
export function isScalingEvent(deployment: Deployment, sets: DeploymentSets): boolean {
  return activeSets(allSets(sets)).some((set) => {
    const desired = desiredReplicasOf(set);
    return desired !== undefined && desired !== wantedReplicas(deployment);
  });
}

/**
 * Brings the sets to the Deployment's size.
 *
 * @see Source: `sync.go`, `scale`.
 */
export function scaleSets(sync: DeploymentSync, sets: DeploymentSets): void {
  const { deployment } = sync;
  const wanted = wantedReplicas(deployment);
  const only = activeOrLatest(sets);
  if (only !== undefined) {
    scaleSet(sync, only, wanted);
    return;
  }
  if (isSaturated(deployment, sets.newSet)) {
    for (const old of activeSets(sets.oldSets)) scaleSet(sync, old, 0);
    return;
  }
  if (!isRolling(deployment)) return;
  for (const { set, replicas } of proportionalSizes(deployment, activeSets(allSets(sets)))) {
    scaleSet(sync, set, replicas);
  }
}

/** The one set that wants pods; when none does the new one or the newest; undefined when several do. */
function activeOrLatest({ newSet, oldSets }: DeploymentSets): ReplicaSet | undefined {
  const active = activeSets(allSets({ newSet, oldSets }));
  if (active.length === 0) return newSet ?? [...oldSets].sort(byCreation).at(-1);
  return active.length === 1 ? active[0] : undefined;
}

/** The new set has all the pods that are wanted. @see Source: `deployment_util.go`, `IsSaturated`. */
function isSaturated(deployment: Deployment, set: ReplicaSet | undefined): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    set !== undefined &&
    wantedReplicas(set) === wanted &&
    desiredReplicasOf(set) === wanted &&
    (set.status?.availableReplicas ?? 0) === wanted
  );
}

/**
 * Sizes of several active sets in proportion to what they were. What rounding leaves goes to the
 * largest; of equal ones to the newer when growing, to the older when shrinking.
 *
 * @see Source: `sync.go`, `scale`, and `deployment_util.go`, `GetReplicaSetProportion`.
 */
export function proportionalSizes(
  deployment: Deployment,
  active: readonly ReplicaSet[],
): readonly { readonly set: ReplicaSet; readonly replicas: number }[] {
  const wanted = wantedReplicas(deployment);
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0;
  const toAdd = allowed - sumReplicas(active);
  const sorted = [...active].sort(
    (a, b) =>
      wantedReplicas(b) - wantedReplicas(a) || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)),
  );
  let added = 0;
  const sizes = sorted.map((set) => {
    const part = proportion(deployment, set, { toAdd, added });
    added += part;
    return { set, replicas: wantedReplicas(set) + part };
  });
  const [largest, ...others] = sizes;
  if (largest === undefined || toAdd === 0) return sizes;
  return [{ set: largest.set, replicas: Math.max(0, largest.replicas + toAdd - added) }, ...others];
}

function proportion(
  deployment: Deployment,
  set: ReplicaSet,
  { toAdd, added }: { readonly toAdd: number; readonly added: number },
): number {
  if (wantedReplicas(set) === 0 || toAdd === 0 || toAdd === added) return 0;
  const part = fraction(deployment, set);
  const left = toAdd - added;
  return toAdd > 0 ? Math.min(part, left) : Math.max(part, left);
}

/** @see Source: `deployment_util.go`, `getReplicaSetFraction`. */
function fraction(deployment: Deployment, set: ReplicaSet): number {
  const size = wantedReplicas(set);
  const wanted = wantedReplicas(deployment);
  if (wanted === 0) return -size;
  const before = maxReplicasOf(set) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((size * (wanted + maxSurge(deployment))) / before) - size;
}
