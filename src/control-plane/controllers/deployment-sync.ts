/** What one sync of a Deployment works with, and the writes that every step of it uses. */
import type { Deployment, DeploymentStatus, ReplicaSet, StringMap } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { EventRecorder } from '../event-recorder.js';
import { DEPLOYMENTS, REPLICA_SETS } from '../resources.js';
import { withCondition } from './conditions.js';
import type { StatedCondition } from './conditions.js';
import { REVISION, replicasAnnotations } from './deployment-revisions.js';
import { wantedReplicas } from './deployment-rules.js';

/** One sync. `deployment` is the latest version that the sync wrote. */
export interface DeploymentSync {
  readonly api: KubeApi;
  readonly recorder: EventRecorder;
  readonly nowMs: EpochMs;
  deployment: Deployment;
}

/** What a status write changes. */
export interface StatusChange {
  readonly status?: DeploymentStatus;
  readonly condition?: StatedCondition;
  /** Written with the status, as upstream does: the revision of the new set. */
  readonly revision?: string;
}

/** Writes status, a condition and the revision in one; nothing when all of it stands there. */
export function writeStatus(sync: DeploymentSync, change: StatusChange): boolean {
  const { deployment, api, nowMs } = sync;
  const status = change.status ?? deployment.status ?? {};
  const conditions =
    change.condition === undefined
      ? status.conditions
      : withCondition(status.conditions, change.condition, nowMs);
  const annotations: StringMap = {
    ...deployment.metadata.annotations,
    ...(change.revision === undefined ? {} : { [REVISION]: change.revision }),
  };
  const isSame =
    isEqualJson(annotations, deployment.metadata.annotations ?? {}) &&
    isEqualJson({ ...status, conditions }, deployment.status ?? {});
  if (isSame) return false;
  sync.deployment = api.update(
    DEPLOYMENTS,
    {
      ...deployment,
      metadata: { ...deployment.metadata, annotations },
      status: { ...status, ...(conditions === undefined ? {} : { conditions }) },
    },
    { subresource: 'status' },
  );
  return true;
}

/**
 * Gives a set its replicas, and the annotations that say what the Deployment wanted then.
 *
 * @returns the set as it is then, and whether its size changed.
 * @see Source: kubernetes `pkg/controller/deployment/sync.go`, `scaleReplicaSet`.
 */
export function scaleSet(
  { api, recorder, nowMs, deployment }: DeploymentSync,
  set: ReplicaSet,
  replicas: number,
): { readonly set: ReplicaSet; readonly isScaled: boolean } {
  const before = wantedReplicas(set);
  const annotations = { ...set.metadata.annotations, ...replicasAnnotations(deployment) };
  const isScaled = before !== replicas;
  if (!isScaled && isEqualJson(annotations, set.metadata.annotations ?? {})) {
    return { set, isScaled };
  }
  const updated = api.update(REPLICA_SETS, {
    ...set,
    metadata: { ...set.metadata, annotations },
    spec: { ...set.spec, replicas },
  });
  if (isScaled) {
    const message = `Scaled ${before < replicas ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${replicas}`;
    recorder.event(deployment, 'Normal', 'ScalingReplicaSet', message, nowMs);
  }
  return { set: updated, isScaled };
}
