/** Finds, brings up to date or makes the ReplicaSet that has a Deployment's template. */
import type { Deployment, ReplicaSet } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { keyOf } from '../object-keys.js';
import { controllerOf, controllerReference } from '../owner-references.js';
import { REPLICA_SETS } from '../resources.js';
import {
  REVISION,
  TEMPLATE_HASH_LABEL,
  findNewSet,
  isSameTemplate,
  maxRevision,
  newSetAnnotations,
  replicasAnnotations,
} from './deployment-revisions.js';
import { newSetReplicas, progressDeadlineMs } from './deployment-rules.js';
import { lacksProgress, progress } from './deployment-status.js';
import type { DeploymentSets } from './deployment-status.js';
import { writeStatus } from './deployment-sync.js';
import type { DeploymentSync } from './deployment-sync.js';
import { isNamespaceTerminating } from './pod-control.js';
import { templateHash } from './template-hash.js';

/**
 * The sets of a Deployment with revisions in order; with `isCreated` the new one is made if it lacks.
 *
 * @throws {ApiError} when the new set cannot be written or made.
 * @see Source: kubernetes `pkg/controller/deployment/sync.go`, `getAllReplicaSetsAndSyncRevision`.
 */
export function syncRevision(
  sync: DeploymentSync,
  owned: readonly ReplicaSet[],
  isCreated: boolean,
): DeploymentSets {
  // an earlier step of this sync may have written them
  const sets = owned.map((set) => sync.api.get(REPLICA_SETS, keyOf(set)) ?? set);
  const existing = findNewSet(sync.deployment, sets);
  const oldSets = sets.filter(({ metadata }) => metadata.uid !== existing?.metadata.uid);
  const revision = maxRevision(oldSets) + 1;
  if (existing !== undefined) {
    return { newSet: broughtUpToDate(sync, existing, revision), oldSets };
  }
  return { newSet: isCreated ? createSet(sync, oldSets, revision) : undefined, oldSets };
}

/** A set that had to be changed is taken on in the sync that its change sets off. */
function broughtUpToDate(sync: DeploymentSync, set: ReplicaSet, revision: number): ReplicaSet {
  const { deployment } = sync;
  const present = set.metadata.annotations ?? {};
  const annotations = newSetAnnotations(deployment, present, revision);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  if (!isEqualJson(annotations, present) || (set.spec.minReadySeconds ?? 0) !== minReadySeconds) {
    return sync.api.update(REPLICA_SETS, {
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec, minReadySeconds },
    });
  }
  const message = `Found new replica set "${set.metadata.name}"`;
  const ownRevision = annotations[REVISION];
  writeStatus(sync, {
    ...(ownRevision === undefined ? {} : { revision: ownRevision }),
    ...(lacksProgress(deployment)
      ? { condition: progress('True', 'FoundNewReplicaSet', message) }
      : {}),
  });
  return set;
}

function createSet(
  sync: DeploymentSync,
  oldSets: readonly ReplicaSet[],
  revision: number,
): ReplicaSet {
  const { api, recorder, nowMs, deployment } = sync;
  const set = newReplicaSet(deployment, oldSets, revision);
  const hasDeadline = progressDeadlineMs(deployment) !== undefined;
  let created: ReplicaSet;
  try {
    created = api.create(REPLICA_SETS, set);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.reason !== 'AlreadyExists') {
      reportFailure(sync, set, error);
      throw error;
    }
    const own = ownTwin(sync, set);
    if (own === undefined) {
      countCollision(sync);
      throw error;
    }
    writeStatus(sync, { revision: String(revision) });
    return own;
  }
  const { name } = created.metadata;
  const replicas = created.spec.replicas ?? 0;
  if (replicas > 0) {
    const message = `Scaled up replica set ${name} from 0 to ${replicas}`;
    recorder.event(deployment, 'Normal', 'ScalingReplicaSet', message, nowMs);
  }
  const message = `Created new replica set "${name}"`;
  writeStatus(sync, {
    revision: String(revision),
    ...(hasDeadline ? { condition: progress('True', 'NewReplicaSetCreated', message) } : {}),
  });
  return created;
}

function newReplicaSet(
  deployment: Deployment,
  oldSets: readonly ReplicaSet[],
  revision: number,
): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec;
  const { name, namespace } = deployment.metadata;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH_LABEL]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: {
        ...newSetAnnotations(deployment, {}, revision),
        ...replicasAnnotations(deployment),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newSetReplicas(deployment, oldSets, 0),
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: {
        ...selector,
        matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH_LABEL]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** The set of that name, if it is this Deployment's and has its template. */
function ownTwin({ api, deployment }: DeploymentSync, set: ReplicaSet): ReplicaSet | undefined {
  const { namespace = '', name } = set.metadata;
  const found = api.get(REPLICA_SETS, { namespace, name });
  if (found === undefined || controllerOf(found)?.uid !== deployment.metadata.uid) return undefined;
  return isSameTemplate(found.spec.template, deployment.spec.template) ? found : undefined;
}

/** The next try has another hash. */
function countCollision(sync: DeploymentSync): void {
  const status = sync.deployment.status ?? {};
  const collisionCount = (status.collisionCount ?? 0) + 1;
  writeStatus(sync, { status: { ...status, collisionCount } });
}

function reportFailure(sync: DeploymentSync, set: ReplicaSet, error: ApiError): void {
  if (isNamespaceTerminating(error)) return;
  const { deployment, recorder, nowMs } = sync;
  const reason = 'ReplicaSetCreateError';
  const message = `Failed to create new replica set "${set.metadata.name}": ${error.message}`;
  if (progressDeadlineMs(deployment) !== undefined) {
    writeStatus(sync, { condition: progress('False', reason, message) });
  }
  recorder.event(deployment, 'Warning', reason, message, nowMs);
}
