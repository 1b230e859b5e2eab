/** The scheduler: gives pods without a node the best one, makes room, or says why there is none. */
import type { Node, Pod, ReplicaSet } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type {
  Controller,
  ControllerWatch,
  Informer,
  ReconcileKey,
  ReconcileResult,
} from '../controller.js';
import { isActive } from '../controllers/pod-state.js';
import { EventRecorder } from '../event-recorder.js';
import { hasLabels } from '../label-selector.js';
import { objectKey } from '../object-keys.js';
import { controllerOf } from '../owner-references.js';
import { NAMESPACES, NODES, PODS, REPLICA_SETS, SERVICES } from '../resources.js';
import type { ClusterChange } from './cluster-change.js';
import { ClusterCache, nominationOf, placeOf } from './cluster-cache.js';
import type { ClusterView, PodGroup } from './cluster-view.js';
import { disruptionBudgets } from './disruption-budgets.js';
import type { NamespaceLabels } from './pod-affinity-terms.js';
import { findNode } from './scheduling-result.js';
import { SchedulingQueue } from './scheduling-queue.js';
import { SchedulingWrites } from './scheduling-writes.js';

/** The scheduler's name in `spec.schedulerName` and in events. */
export const SCHEDULER_NAME = 'default-scheduler';

/** All pods wait in one queue of the scheduler's own, so that priority counts. */
const QUEUE_KEY = 'queue';
const QUEUE_KEYS: readonly ReconcileKey[] = [QUEUE_KEY];
const NOTHING: readonly ReconcileKey[] = [];

/**
 * Binds one pod in each call.
 *
 * @see Source: kubernetes `pkg/scheduler/schedule_one.go`, `ScheduleOne`, and
 *   `pkg/scheduler/eventhandlers.go`.
 */
export class Scheduler implements Controller {
  readonly name = 'scheduler';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #cache = new ClusterCache();
  readonly #queue = new SchedulingQueue();
  readonly #writes: SchedulingWrites;
  readonly #namespaceLabels: NamespaceLabels;
  /** When the last call was: changes come without a time of their own. */
  #nowMs: EpochMs = 0;

  constructor(api: KubeApi) {
    this.#api = api;
    const recorder = new EventRecorder({ api, component: SCHEDULER_NAME, style: 'series' });
    this.#writes = new SchedulingWrites(api, recorder);
    this.#namespaceLabels = (name) =>
      api.get(NAMESPACES, { namespace: '', name })?.metadata.labels ?? {};
    this.informers = [this.#cache];
    this.watches = [
      { resource: NODES, keysFor: (event: WatchEvent<Node>) => this.#noticeNode(event) },
      { resource: PODS, keysFor: (event: WatchEvent<Pod>) => this.#noticePod(event) },
    ];
  }

  reconcile(_key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    this.#nowMs = nowMs;
    const requeueAfterMs = this.#queue.activateDue(nowMs);
    const key = this.#queue.take();
    const pod = key === undefined ? undefined : this.#api.get(PODS, objectKey(key));
    if (pod !== undefined && isToSchedule(pod)) this.#schedule(pod, nowMs);
    if (this.#queue.hasActive) return { requeueAfterMs: 0 };
    const waitMs = pod === undefined ? requeueAfterMs : this.#queue.activateDue(nowMs);
    return waitMs === undefined ? undefined : { requeueAfterMs: waitMs };
  }

  #schedule(pod: Pod, nowMs: EpochMs): void {
    const result = findNode(pod, this.#view(pod), () => disruptionBudgets(this.#api));
    if (result.kind === 'node') {
      if (this.#writes.bind(pod, result.name, nowMs) === 'refused') {
        this.#queue.park(pod, new Set(), nowMs);
      }
      return;
    }
    const { preemption } = result;
    this.#queue.park(pod, result.plugins, nowMs);
    this.#writes.refuse(pod, result, nowMs);
    if (preemption?.kind !== 'victims') return;
    this.#writes.makeRoom(pod, preemption, {
      nominated: this.#cache.nominatedOn(preemption.node),
      nowMs,
    });
  }

  #view(pod: Pod): ClusterView {
    const cache = this.#cache;
    return {
      nodes: cache.nodes(),
      info: (name) => cache.info(name),
      namespaceLabels: this.#namespaceLabels,
      nominatedOn: (name) => cache.nominatedOn(name),
      group: this.#groupOf(pod),
    };
  }

  /**
   * The pods that a pod is spread among.
   *
   * @see Source: `plugins/helper/spread.go`, `DefaultSelector`.
   */
  #groupOf(pod: Pod): PodGroup {
    const { namespace = '', labels } = pod.metadata;
    const services = this.#api
      .list(SERVICES, { namespace })
      .items.filter(({ spec }) => {
        const selector = spec.selector ?? {};
        return Object.keys(selector).length > 0 && hasLabels(labels, selector);
      })
      .map(({ spec }) => ({ matchLabels: spec.selector ?? {} }));
    const owner = controllerOf(pod);
    const set: ReplicaSet | undefined =
      owner?.kind === REPLICA_SETS.kind
        ? this.#api.get(REPLICA_SETS, { namespace, name: owner.name })
        : undefined;
    return { selectors: set === undefined ? services : [...services, set.spec.selector] };
  }

  #noticePod({ type, object, previous }: WatchEvent<Pod>): readonly ReconcileKey[] {
    const isAwaited = this.#noticeWaiting(type, object, previous);
    const change = placementChange(type, object, previous);
    const isHelping = change !== undefined && this.#notice(change);
    return isAwaited || isHelping ? QUEUE_KEYS : NOTHING;
  }

  /** Whether a pod that needs a node is to be tried now. */
  #noticeWaiting(type: WatchEvent['type'], pod: Pod, previous: Pod | undefined): boolean {
    if (type === 'DELETED' || !isToSchedule(pod)) {
      this.#queue.forget(pod);
      return false;
    }
    if (previous !== undefined && isToSchedule(previous)) {
      return this.#queue.noticeOwn(pod, previous, this.#nowMs);
    }
    this.#queue.activate(pod);
    return true;
  }

  #noticeNode({ type, object, previous }: WatchEvent<Node>): readonly ReconcileKey[] {
    if (type === 'DELETED') {
      return this.#notice({ kind: 'node-removed', before: object }) ? QUEUE_KEYS : NOTHING;
    }
    if (previous !== undefined && !isNodeChange(previous, object)) return NOTHING;
    const node = this.#cache.node(object.metadata.name);
    if (node === undefined) return NOTHING;
    const change: ClusterChange =
      previous === undefined
        ? { kind: 'node-added', node }
        : { kind: 'node-changed', node, before: previous };
    return this.#notice(change) ? QUEUE_KEYS : NOTHING;
  }

  #notice(change: ClusterChange): boolean {
    return this.#queue.notice(change, this.#nowMs, this.#namespaceLabels);
  }
}

/** The pod is this scheduler's and needs a node. */
function isToSchedule(pod: Pod): boolean {
  const { nodeName = '', schedulerName = SCHEDULER_NAME, schedulingGates } = pod.spec;
  const isGated = Array.isArray(schedulingGates) && schedulingGates.length > 0;
  return nodeName === '' && isActive(pod) && schedulerName === SCHEDULER_NAME && !isGated;
}

/** What a change of a pod that has a node, or had one, means to those that wait. */
function placementChange(
  type: WatchEvent['type'],
  pod: Pod,
  previous: Pod | undefined,
): ClusterChange | undefined {
  const before = previous === undefined ? undefined : placeOf(previous);
  const after = type === 'DELETED' ? undefined : placeOf(pod);
  if (previous !== undefined && before !== undefined && after === undefined) {
    return { kind: 'pod-gone', pod: previous };
  }
  if (after === undefined) {
    const isGivenUp =
      previous !== undefined &&
      nominationOf(previous) !== undefined &&
      (type === 'DELETED' || nominationOf(pod) === undefined);
    return isGivenUp ? { kind: 'pod-gone', pod: previous } : undefined;
  }
  if (previous === undefined || before === undefined) return { kind: 'pod-placed', pod };
  return isEqualJson(previous.metadata.labels, pod.metadata.labels)
    ? undefined
    : { kind: 'pod-relabeled', pod, before: previous };
}

/** Heartbeats change nothing that matters here. */
function isNodeChange(before: Node, after: Node): boolean {
  return (
    before.spec.unschedulable !== after.spec.unschedulable ||
    !isEqualJson(before.spec.taints, after.spec.taints) ||
    !isEqualJson(before.metadata.labels, after.metadata.labels) ||
    !isEqualJson(before.status?.allocatable, after.status?.allocatable)
  );
}
