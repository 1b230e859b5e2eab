/** The ReplicaSet controller: keeps as many pods as wanted. */
import type { Pod, ReplicaSet } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { ApiError } from '../api-error.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type {
  Controller,
  ControllerWatch,
  Informer,
  ReconcileKey,
  ReconcileResult,
} from '../controller.js';
import { EventRecorder } from '../event-recorder.js';
import { isSelected } from '../label-selector.js';
import type { ObjectIndex } from '../object-index.js';
import { orphansOf } from '../object-index.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { controllerOf } from '../owner-references.js';
import { PODS, REPLICA_SETS } from '../resources.js';
import { claimObjects } from './claim-objects.js';
import { ownersToSync } from './control-events.js';
import { createPods, deletePods } from './pod-control.js';
import { isActive, isDeleting, isReady, isTerminal } from './pod-state.js';
import { replicaSetStatus, untilNextAvailableMs } from './replica-set-status.js';
import { scaleDownOrder } from './scale-down-order.js';

/** Pods made or deleted in one sync at most. */
const BURST_REPLICAS = 500; // pkg/controller/replicaset/replica_set.go, BurstReplicas

/** What the controllers of workloads read. */
export interface WorkloadIndexes {
  /** Pods by controller, see `controllerIndex`. */
  readonly pods: ObjectIndex<Pod>;
  /** ReplicaSets by controller. */
  readonly replicaSets: ObjectIndex<ReplicaSet>;
}

/**
 * Adopts and releases pods, makes those that lack, deletes those too many, and writes the status.
 *
 * @see Source: kubernetes `pkg/controller/replicaset/replica_set.go`, `syncReplicaSet`.
 */
export class ReplicaSetController implements Controller {
  readonly name = 'replicaset';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #indexes: WorkloadIndexes;
  readonly #recorder: EventRecorder;

  constructor(api: KubeApi, indexes: WorkloadIndexes) {
    this.#api = api;
    this.#indexes = indexes;
    this.#recorder = new EventRecorder({ api, component: 'replicaset-controller' });
    this.informers = [indexes.pods, indexes.replicaSets];
    this.watches = [
      { resource: REPLICA_SETS, keysFor: ({ object }) => [reconcileKey(object)] },
      {
        resource: PODS,
        keysFor: (event: WatchEvent<Pod>) =>
          isPodNews(event) ? ownersToSync(api, REPLICA_SETS, event) : [],
      },
    ];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const set = this.#api.get(REPLICA_SETS, objectKey(key));
    if (set === undefined) return undefined;
    const { selector } = set.spec;
    const own = this.#indexes.pods.of(set.metadata.uid ?? '');
    const orphans = this.#indexes.pods.of(orphansOf(set.metadata.namespace));
    const active = claimObjects(
      this.#api,
      { resource: PODS, owner: set, selector },
      [...own, ...orphans].filter(isActive),
    );
    const terminating = own.filter(
      (pod) => isDeleting(pod) && !isTerminal(pod) && isSelected(selector, pod.metadata.labels),
    );
    const isGoing = set.metadata.deletionTimestamp !== undefined;
    const error = isGoing ? undefined : this.#manage(set, active, nowMs);
    const observed = { active, terminating, failure: error?.message };
    const status = replicaSetStatus(set, observed, nowMs);
    if (!isEqualJson(status, set.status)) {
      this.#api.update(REPLICA_SETS, { ...set, status }, { subresource: 'status' });
    }
    if (error !== undefined) throw error;
    const requeueAfterMs = untilNextAvailableMs(set, active, nowMs);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  /** Makes or deletes pods. @returns what went wrong. */
  #manage(set: ReplicaSet, active: readonly Pod[], nowMs: EpochMs): ApiError | undefined {
    const control = { api: this.#api, recorder: this.#recorder, nowMs };
    const missing = (set.spec.replicas ?? 1) - active.length;
    if (missing > 0) {
      const count = Math.min(missing, BURST_REPLICAS);
      return createPods(control, set, { template: set.spec.template, count });
    }
    if (missing === 0) return undefined;
    const order = scaleDownOrder(active, this.#relatedPods(set), nowMs);
    return deletePods(control, set, order.slice(0, Math.min(-missing, BURST_REPLICAS)));
  }

  /** Pods of all sets of the same controller; none for a set without one. */
  #relatedPods(set: ReplicaSet): readonly Pod[] {
    const controller = controllerOf(set);
    if (controller === undefined) return [];
    const siblings = this.#indexes.replicaSets.of(controller.uid);
    return siblings.flatMap(({ metadata }) => this.#indexes.pods.of(metadata.uid ?? ''));
  }
}

/** Something of the pod changed that a ReplicaSet counts or goes by; where it runs is none of it. */
function isPodNews({ type, object, previous }: WatchEvent<Pod>): boolean {
  if (type !== 'MODIFIED' || previous === undefined) return true;
  return (
    isReady(previous) !== isReady(object) ||
    isTerminal(previous) !== isTerminal(object) ||
    isDeleting(previous) !== isDeleting(object) ||
    !isEqualJson(previous.metadata.labels, object.metadata.labels) ||
    !isEqualJson(previous.metadata.ownerReferences, object.metadata.ownerReferences)
  );
}
