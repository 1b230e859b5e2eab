/** The Deployment controller: rolls templates out over ReplicaSets. */
import type { Deployment, ReplicaSet } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi, WatchEvent } from '../api.js';
import type {
  Controller,
  ControllerWatch,
  Informer,
  ReconcileKey,
  ReconcileResult,
} from '../controller.js';
import { EventRecorder } from '../event-recorder.js';
import { orphansOf } from '../object-index.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { controllerOf } from '../owner-references.js';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../resources.js';
import { claimObjects } from './claim-objects.js';
import { ownersToSync } from './control-events.js';
import { syncRevision } from './deployment-new-set.js';
import { cleanUp, recreateStep, rollingStep } from './deployment-rollout.js';
import { isRolling } from './deployment-rules.js';
import { isScalingEvent, scaleSets } from './deployment-scaling.js';
import {
  countedStatus,
  pauseCondition,
  rolloutStatus,
  untilDeadlineMs,
} from './deployment-status.js';
import { writeStatus } from './deployment-sync.js';
import type { DeploymentSync } from './deployment-sync.js';
import type { WorkloadIndexes } from './replica-set.js';

/**
 * Does one thing in each call, then writes the status: the change it made calls it again.
 *
 * @see Source: kubernetes `pkg/controller/deployment/deployment_controller.go`, `syncDeployment`.
 */
export class DeploymentController implements Controller {
  readonly name = 'deployment';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #indexes: WorkloadIndexes;
  readonly #recorder: EventRecorder;

  constructor(api: KubeApi, indexes: WorkloadIndexes) {
    this.#api = api;
    this.#indexes = indexes;
    this.#recorder = new EventRecorder({ api, component: 'deployment-controller' });
    this.informers = [indexes.pods, indexes.replicaSets];
    this.watches = [
      { resource: DEPLOYMENTS, keysFor: ({ object }) => [reconcileKey(object)] },
      { resource: REPLICA_SETS, keysFor: (event) => ownersToSync(api, DEPLOYMENTS, event) },
      { resource: PODS, keysFor: (event) => this.#recreatedBy(event) },
    ];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const deployment = this.#api.get(DEPLOYMENTS, objectKey(key));
    if (deployment === undefined) return undefined;
    const sync: DeploymentSync = {
      api: this.#api,
      recorder: this.#recorder,
      nowMs,
      deployment,
    };
    if (isSelectingAll(deployment)) {
      refuse(sync);
      return undefined;
    }
    const owned = this.#claimSets(deployment);
    if (deployment.metadata.deletionTimestamp !== undefined) {
      const status = countedStatus(deployment, syncRevision(sync, owned, false), nowMs);
      writeStatus(sync, { status });
      return undefined;
    }
    const condition = pauseCondition(deployment);
    if (condition !== undefined) writeStatus(sync, { condition });
    return deployment.spec.paused === true
      ? this.#scale(sync, owned)
      : (this.#scaleIfResized(sync, owned) ?? this.#rollOut(sync, owned));
  }

  #claimSets(deployment: Deployment): readonly ReplicaSet[] {
    const { uid = '', namespace } = deployment.metadata;
    const candidates = [
      ...this.#indexes.replicaSets.of(uid),
      ...this.#indexes.replicaSets.of(orphansOf(namespace)),
    ];
    const { selector } = deployment.spec;
    return claimObjects(
      this.#api,
      { resource: REPLICA_SETS, owner: deployment, selector },
      candidates,
    );
  }

  #scaleIfResized(sync: DeploymentSync, owned: readonly ReplicaSet[]): ReconcileResult | undefined {
    const sets = syncRevision(sync, owned, false);
    return isScalingEvent(sync.deployment, sets) ? this.#scale(sync, owned) : undefined;
  }

  /** @see Source: `pkg/controller/deployment/sync.go`, `sync`. */
  #scale(sync: DeploymentSync, owned: readonly ReplicaSet[]): ReconcileResult {
    const sets = syncRevision(sync, owned, false);
    scaleSets(sync, sets);
    if (sync.deployment.spec.paused === true) cleanUp(sync, sets.oldSets);
    writeStatus(sync, { status: countedStatus(sync.deployment, sets, sync.nowMs) });
    return {};
  }

  #rollOut(sync: DeploymentSync, owned: readonly ReplicaSet[]): ReconcileResult {
    const sets = isRolling(sync.deployment)
      ? rollingStep(sync, owned)
      : recreateStep(sync, owned, ({ metadata }) => this.#indexes.pods.of(metadata.uid ?? ''));
    const status = rolloutStatus(sync.deployment, sets, sync.nowMs);
    if (writeStatus(sync, { status })) return {};
    const requeueAfterMs = untilDeadlineMs(sync.deployment, sync.nowMs);
    return requeueAfterMs === undefined ? {} : { requeueAfterMs };
  }

  /** A Recreate rollout goes on when an old pod is gone. @see Source: `deletePod`. */
  #recreatedBy({ type, object }: WatchEvent): readonly ReconcileKey[] {
    if (type !== 'DELETED') return [];
    const owner = controllerOf(object);
    if (owner?.kind !== REPLICA_SETS.kind) return [];
    const namespace = object.metadata.namespace ?? '';
    const set = this.#api.get(REPLICA_SETS, { namespace, name: owner.name });
    const name = set === undefined ? undefined : controllerOf(set)?.name;
    if (name === undefined) return [];
    const deployment = this.#api.get(DEPLOYMENTS, { namespace, name });
    return deployment === undefined || isRolling(deployment) ? [] : [reconcileKey(deployment)];
  }
}

function isSelectingAll({ spec }: Deployment): boolean {
  const { matchLabels = {}, matchExpressions = [] } = spec.selector;
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function refuse(sync: DeploymentSync): void {
  const { deployment, recorder, nowMs } = sync;
  const message = 'This deployment is selecting all pods. A non-empty selector is required.';
  recorder.event(deployment, 'Warning', 'SelectingAll', message, nowMs);
  const { generation } = deployment.metadata;
  const status = deployment.status ?? {};
  if (generation === undefined || (status.observedGeneration ?? 0) >= generation) return;
  writeStatus(sync, { status: { ...status, observedGeneration: generation } });
}
