/** Collects pods that nobody else will ever delete. */
import { kubeTimeMs } from '../../core/kube-time.js';
import type { Node, Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import type {
  Controller,
  ControllerWatch,
  Informer,
  ReconcileKey,
  ReconcileResult,
} from '../controller.js';
import { keyOf } from '../object-keys.js';
import { disruptionTarget, withPodCondition } from '../pod-conditions.js';
import { NODES, PODS } from '../resources.js';
import { readyCondition } from './node-health.js';
import { PeriodicKey } from './periodic-key.js';
import { isDeleting, isTerminal } from './pod-state.js';

// pkg/controller/podgc/gc_controller.go; the threshold: cmd/kube-controller-manager/app/options
const PERIOD_MS = 20_000;
const QUARANTINE_MS = 40_000;
const TERMINATED_POD_THRESHOLD = 12_500;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/**
 * Every 20 s: ended pods beyond a threshold, terminating pods of nodes that are out of service, pods of
 * nodes that have been gone for 40 s, and terminating pods that never got a node.
 *
 * @see Source: kubernetes `pkg/controller/podgc/gc_controller.go`.
 */
export class PodGarbageCollector implements Controller {
  readonly name = 'pod-gc';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #loop = new PeriodicKey('pods', PODS);
  /** When each node that is missing may be taken for gone. */
  readonly #quarantine = new Map<string, EpochMs>();

  constructor(api: KubeApi) {
    this.#api = api;
    this.informers = [this.#loop];
    this.watches = [this.#loop.watch];
  }

  reconcile(_: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const pods = this.#api.list(PODS).items;
    if (pods.length === 0) {
      this.#quarantine.clear();
      this.#loop.rest();
      return undefined;
    }
    const nodes = new Map(this.#api.list(NODES).items.map((node) => [node.metadata.name, node]));
    for (const pod of endedBeyond(pods)) this.#collect(pod, nowMs);
    for (const pod of pods) {
      if (isOutOfService(pod, nodes)) this.#collect(pod, nowMs);
    }
    this.#collectOrphaned(pods, nodes, nowMs);
    for (const pod of pods) {
      if (isDeleting(pod) && (pod.spec.nodeName ?? '') === '') this.#collect(pod, nowMs);
    }
    return { requeueAfterMs: PERIOD_MS };
  }

  #collectOrphaned(pods: readonly Pod[], nodes: ReadonlyMap<string, Node>, nowMs: EpochMs): void {
    for (const { spec } of pods) {
      const { nodeName = '' } = spec;
      if (nodeName === '' || nodes.has(nodeName) || this.#quarantine.has(nodeName)) continue;
      this.#quarantine.set(nodeName, nowMs + QUARANTINE_MS);
    }
    for (const [name, untilMs] of this.#quarantine) {
      if (untilMs > nowMs) continue;
      this.#quarantine.delete(name);
      if (nodes.has(name)) continue;
      for (const pod of pods.filter(({ spec }) => spec.nodeName === name)) {
        this.#collect(pod, nowMs, {
          reason: 'DeletionByPodGC',
          message: 'PodGC: node no longer exists',
        });
      }
    }
  }

  /** A pod that has not ended fails first, so that whoever counts it counts a failure. */
  #collect(
    { metadata }: Pod,
    nowMs: EpochMs,
    why?: { readonly reason: string; readonly message: string },
  ): void {
    const key = { namespace: metadata.namespace ?? '', name: metadata.name };
    const pod = this.#api.get(PODS, key);
    if (pod === undefined || pod.metadata.uid !== metadata.uid) return;
    if (!isTerminal(pod)) {
      const { generation } = pod.metadata;
      const failed = {
        ...pod.status,
        phase: 'Failed' as const,
        ...(generation === undefined ? {} : { observedGeneration: generation }),
      };
      const status =
        why === undefined ? failed : withPodCondition(failed, disruptionTarget(pod, why), nowMs);
      this.#api.update(PODS, { ...pod, status }, { subresource: 'status' });
    }
    try {
      this.#api.delete(PODS, keyOf(pod), { gracePeriodSeconds: 0 });
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
    }
  }
}

/** @see Source: `gc_controller.go`, `gcTerminating`. */
function isOutOfService(pod: Pod, nodes: ReadonlyMap<string, Node>): boolean {
  const node = nodes.get(pod.spec.nodeName ?? '');
  if (!isDeleting(pod) || node === undefined) return false;
  const isTainted = (node.spec.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE);
  return isTainted && readyCondition(node)?.status !== 'True';
}

/** The oldest ended pods, evicted ones first, that are more than may stay. */
function endedBeyond(pods: readonly Pod[]): readonly Pod[] {
  const ended = pods.filter(isTerminal);
  const count = ended.length - TERMINATED_POD_THRESHOLD;
  if (count <= 0) return [];
  return ended.sort((a, b) => isKept(a) - isKept(b) || createdMs(a) - createdMs(b)).slice(0, count);
}

function isKept({ status }: Pod): number {
  return status?.phase === 'Failed' && status.reason === 'Evicted' ? 0 : 1;
}

function createdMs({ metadata }: Pod): EpochMs {
  return kubeTimeMs(metadata.creationTimestamp) ?? 0;
}
