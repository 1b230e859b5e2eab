/** Evicts pods from nodes with `NoExecute` taints that they do not tolerate, or no longer. */
import type { Node, Pod, Taint } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
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
import type { ObjectIndex } from '../object-index.js';
import { keyOf, objectKey, reconcileKey } from '../object-keys.js';
import { disruptionTarget, withPodCondition } from '../pod-conditions.js';
import { NODES, PODS } from '../resources.js';
import { isTolerated } from '../scheduler/tolerations.js';

const WHY = {
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
} as const;

/**
 * Deletes pods at once, or `tolerationSeconds` after the taint appeared; a taint that goes in time takes
 * the deletion back.
 *
 * @see Source: kubernetes `pkg/controller/tainteviction/taint_eviction.go`.
 */
export class TaintEvictionController implements Controller {
  readonly name = 'taint-eviction';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #recorder: EventRecorder;
  /** When each pod is to go. */
  readonly #due = new Map<ReconcileKey, EpochMs>();

  /** @param podsOnNode - by node name. */
  constructor(api: KubeApi, podsOnNode: ObjectIndex<Pod>) {
    this.#api = api;
    this.#recorder = new EventRecorder({ api, component: 'taint-eviction-controller' });
    this.informers = [podsOnNode];
    this.watches = [
      {
        resource: NODES,
        keysFor: ({ object, previous }: WatchEvent<Node>) =>
          isEqualJson(evicting(object), evicting(previous))
            ? []
            : podsOnNode.of(object.metadata.name).map(reconcileKey),
      },
      { resource: PODS, keysFor: podKeys },
    ];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const pod = this.#api.get(PODS, objectKey(key));
    if (pod === undefined) {
      this.#cancel(key, nowMs);
      return undefined;
    }
    const dueMs = this.#due.get(key);
    if (dueMs !== undefined && dueMs <= nowMs) {
      this.#due.delete(key);
      this.#evict(pod, nowMs);
      return undefined;
    }
    const node = this.#api.get(NODES, { namespace: '', name: pod.spec.nodeName ?? '' });
    // what is due on a node that is gone stays due
    if (node === undefined) return dueMs === undefined ? undefined : later(dueMs, nowMs);
    return this.#judge(key, { pod, taints: evicting(node) }, nowMs);
  }

  /** @see Source: `taint_eviction.go`, `processPodOnNode`. */
  #judge(
    key: ReconcileKey,
    { pod, taints }: { readonly pod: Pod; readonly taints: readonly Taint[] },
    nowMs: EpochMs,
  ): ReconcileResult | undefined {
    const toleratedMs = toleratedForMs(pod, taints);
    if (toleratedMs === undefined) {
      this.#cancel(key, nowMs);
      return undefined;
    }
    const dueMs = this.#due.get(key);
    if (toleratedMs > 0) {
      // the first taint set the time; another does not put it off
      const atMs = dueMs ?? nowMs + toleratedMs;
      this.#due.set(key, atMs);
      return later(atMs, nowMs);
    }
    this.#cancel(key, nowMs);
    this.#evict(pod, nowMs);
    return undefined;
  }

  #cancel(key: ReconcileKey, nowMs: EpochMs): void {
    if (!this.#due.delete(key)) return;
    const { namespace, name } = objectKey(key);
    const subject = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } };
    const message = `Cancelling deletion of Pod ${key}`;
    this.#recorder.event(subject, 'Normal', 'TaintManagerEviction', message, nowMs);
  }

  #evict(pod: Pod, nowMs: EpochMs): void {
    const message = `Marking for deletion Pod ${reconcileKey(pod)}`;
    this.#recorder.event(pod, 'Normal', 'TaintManagerEviction', message, nowMs);
    const before = pod.status ?? {};
    const status = withPodCondition(before, disruptionTarget(pod, WHY), nowMs);
    try {
      if (status !== before) this.#api.update(PODS, { ...pod, status }, { subresource: 'status' });
      this.#api.delete(PODS, keyOf(pod));
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
    }
  }
}

function later(dueMs: EpochMs, nowMs: EpochMs): ReconcileResult {
  return { requeueAfterMs: Math.max(0, dueMs - nowMs) };
}

function podKeys({ type, object, previous }: WatchEvent<Pod>): readonly ReconcileKey[] {
  if ((object.spec.nodeName ?? '') === '') return [];
  const isSame =
    type === 'MODIFIED' &&
    previous?.spec.nodeName === object.spec.nodeName &&
    isEqualJson(previous?.spec.tolerations, object.spec.tolerations);
  return isSame ? [] : [reconcileKey(object)];
}

function evicting(node: Node | undefined): readonly Taint[] {
  return (node?.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}

/** For how long all taints together are tolerated, ms; 0: not at all; undefined: for good. */
function toleratedForMs({ spec }: Pod, taints: readonly Taint[]): number | undefined {
  let shortest: number | undefined;
  for (const taint of taints) {
    const toleration = (spec.tolerations ?? []).find((one) => isTolerated(one, taint));
    if (toleration === undefined) return 0;
    const { tolerationSeconds } = toleration;
    if (tolerationSeconds === undefined) continue;
    const ms = Math.max(0, tolerationSeconds) * 1_000;
    shortest = Math.min(shortest ?? ms, ms);
  }
  return shortest;
}
