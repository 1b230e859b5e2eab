/** The scheduler: gives pods without a node the best one, or says why there is none. */
import { kubeTime } from '../../core/kube-time.js';
import type { Condition, Node, Pod, ReplicaSet } from '../../core/objects.js';
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
import { podCondition } from '../controllers/pod-state.js';
import { EventRecorder } from '../event-recorder.js';
import { hasLabels } from '../label-selector.js';
import { objectKey } from '../object-keys.js';
import { controllerOf } from '../owner-references.js';
import { NODES, PODS, REPLICA_SETS, SERVICES } from '../resources.js';
import { ClusterCache, placeOf } from './cluster-cache.js';
import { findNode } from './scheduling-result.js';
import type { SchedulingResult } from './scheduling-result.js';
import { SchedulingQueue } from './scheduling-queue.js';
import type { PodGroup } from './scores.js';

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
  readonly #recorder: EventRecorder;

  constructor(api: KubeApi) {
    this.#api = api;
    this.#recorder = new EventRecorder({ api, component: SCHEDULER_NAME, style: 'series' });
    this.informers = [this.#cache];
    this.watches = [
      { resource: NODES, keysFor: (event: WatchEvent<Node>) => this.#noticeNode(event) },
      { resource: PODS, keysFor: (event: WatchEvent<Pod>) => this.#noticePod(event) },
    ];
  }

  reconcile(_key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const requeueAfterMs = this.#queue.activateDue(nowMs);
    const key = this.#queue.take();
    const pod = key === undefined ? undefined : this.#api.get(PODS, objectKey(key));
    if (pod !== undefined && isToSchedule(pod)) this.#schedule(pod, nowMs);
    if (this.#queue.hasActive) return { requeueAfterMs: 0 };
    const waitMs = pod === undefined ? requeueAfterMs : this.#queue.activateDue(nowMs);
    return waitMs === undefined ? undefined : { requeueAfterMs: waitMs };
  }

  #schedule(pod: Pod, nowMs: EpochMs): void {
    const result = findNode(pod, this.#cache.nodes(), this.#groupOf(pod));
    if (result.kind === 'unschedulable') this.#refuse(pod, result, nowMs);
    else this.#bind(pod, result.name, nowMs);
  }

  #bind(pod: Pod, nodeName: string, nowMs: EpochMs): void {
    const { namespace = '', name } = pod.metadata;
    try {
      const spec = { ...pod.spec, nodeName };
      this.#api.update(PODS, { ...pod, spec }, { subresource: 'binding' });
      const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
      this.#recorder.event(pod, 'Normal', 'Scheduled', message, nowMs);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason === 'NotFound') return;
      const message = `binding rejected: ${error.message}`;
      this.#recorder.event(pod, 'Warning', 'FailedScheduling', message, nowMs);
      this.#queue.park(pod, new Set(), nowMs);
    }
  }

  /** @see Source: `schedule_one.go`, `handleSchedulingFailure`. */
  #refuse(
    pod: Pod,
    { message, plugins }: Extract<SchedulingResult, { kind: 'unschedulable' }>,
    nowMs: EpochMs,
  ): void {
    this.#queue.park(pod, plugins, nowMs);
    this.#recorder.event(pod, 'Warning', 'FailedScheduling', message, nowMs);
    const old = podCondition(pod, 'PodScheduled');
    const condition: Condition = {
      type: 'PodScheduled',
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime:
        old?.status === 'False' ? (old.lastTransitionTime ?? kubeTime(nowMs)) : kubeTime(nowMs),
      reason: 'Unschedulable',
      message,
    };
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    const status = { ...pod.status, conditions: [...others, condition] };
    try {
      this.#api.update(PODS, { ...pod, status }, { subresource: 'status' });
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
    }
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
    const wasPlaced = previous !== undefined && placeOf(previous) !== undefined;
    const isPlaced = type !== 'DELETED' && placeOf(object) !== undefined;
    if (type === 'DELETED' || !isToSchedule(object)) this.#queue.forget(object);
    else if (this.#isWorthTrying(object, previous)) {
      this.#queue.activate(object);
      return QUEUE_KEYS;
    }
    const isGone = wasPlaced && !isPlaced;
    return isGone && this.#queue.notice('pod-gone') ? QUEUE_KEYS : NOTHING;
  }

  /** A parked pod is tried again only when something of it changed that scheduling looks at. */
  #isWorthTrying(pod: Pod, previous: Pod | undefined): boolean {
    if (previous === undefined || !this.#queue.isParked(pod)) return true;
    return (
      !isEqualJson(previous.spec, pod.spec) ||
      !isEqualJson(previous.metadata.labels, pod.metadata.labels)
    );
  }

  #noticeNode({ type, object, previous }: WatchEvent<Node>): readonly ReconcileKey[] {
    if (type === 'DELETED') return NOTHING;
    if (previous !== undefined && !isNodeChange(previous, object)) return NOTHING;
    const node = this.#cache.node(object.metadata.name);
    if (node === undefined) return NOTHING;
    const change = previous === undefined ? 'node-added' : 'node-changed';
    return this.#queue.notice(change, node) ? QUEUE_KEYS : NOTHING;
  }
}

/** The pod is this scheduler's and needs a node. */
function isToSchedule({ metadata, spec }: Pod): boolean {
  const { nodeName = '', schedulerName = SCHEDULER_NAME, schedulingGates } = spec;
  const isGated = Array.isArray(schedulingGates) && schedulingGates.length > 0;
  return (
    nodeName === '' &&
    metadata.deletionTimestamp === undefined &&
    schedulerName === SCHEDULER_NAME &&
    !isGated
  );
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
