/** What the scheduler writes: bindings, refusals, and the end of pods that make room. */
import { kubeTime } from '../../core/kube-time.js';
import type { Condition, Pod, PodStatus } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import { podCondition } from '../controllers/pod-state.js';
import type { EventRecorder } from '../event-recorder.js';
import { keyOf } from '../object-keys.js';
import { PODS } from '../resources.js';
import { DISRUPTION_TARGET, PREEMPTED_BY_SCHEDULER } from './preemption.js';
import type { PreemptionResult } from './preemption.js';
import { priorityOf } from './pod-priority.js';
import type { SchedulingResult } from './scheduling-result.js';

type Unschedulable = Extract<SchedulingResult, { readonly kind: 'unschedulable' }>;
type Victims = Extract<PreemptionResult, { readonly kind: 'victims' }>;

/** pkg/apis/core/validation/validation.go, NoteLengthLimit */
const MAX_NOTE_LENGTH = 1_024;
const NOTE_SUFFIX = ' ...';

/** Writes through the API; objects that are gone meanwhile are nobody's fault. */
export class SchedulingWrites {
  readonly #api: KubeApi;
  readonly #recorder: EventRecorder;

  constructor(api: KubeApi, recorder: EventRecorder) {
    this.#api = api;
    this.#recorder = recorder;
  }

  /** Gives the pod its node; `refused` when the API would not have it, which an event says. */
  bind(pod: Pod, nodeName: string, nowMs: EpochMs): 'bound' | 'gone' | 'refused' {
    const { namespace = '', name } = pod.metadata;
    try {
      // of a binding nothing else is read
      const bound = { ...pod, spec: { containers: [], nodeName }, status: {} };
      this.#api.update(PODS, bound, { subresource: 'binding' });
      const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
      this.#recorder.event(pod, 'Normal', 'Scheduled', message, nowMs);
      return 'bound';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason === 'NotFound') return 'gone';
      const message = `binding rejected: ${error.message}`;
      this.#recorder.event(pod, 'Warning', 'FailedScheduling', message, nowMs);
      return 'refused';
    }
  }

  /**
   * Says in an event and in the pod's status why it has no node, and where room is being made for it.
   *
   * @see Source: kubernetes `pkg/scheduler/schedule_one.go`, `handleSchedulingFailure`.
   */
  refuse(pod: Pod, { message, preemption }: Unschedulable, nowMs: EpochMs): void {
    this.#recorder.event(pod, 'Warning', 'FailedScheduling', noteOf(message), nowMs);
    const status = withCondition(pod.status, {
      type: 'PodScheduled',
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime: sinceOf(pod, 'PodScheduled', 'False') ?? kubeTime(nowMs),
      reason: 'Unschedulable',
      message,
    });
    this.#writeStatus(pod, withNomination(status, preemption));
  }

  /**
   * Deletes the victims, and takes the nomination from less important pods that were to go there.
   *
   * @param context - `nominated`: pods for which room is being made on that node.
   * @see Source: `pkg/scheduler/framework/preemption/executor.go`, `prepareCandidateAsync`.
   */
  makeRoom(
    pod: Pod,
    { node, victims }: Victims,
    { nominated, nowMs }: { readonly nominated: readonly Pod[]; readonly nowMs: EpochMs },
  ): void {
    for (const other of nominated) {
      if (priorityOf(other) >= priorityOf(pod)) continue;
      const { nominatedNodeName: _, ...status } = other.status ?? {};
      this.#writeStatus(other, status);
    }
    for (const victim of victims) {
      if (victim.metadata.deletionTimestamp === undefined)
        this.#preempt(victim, pod, { node, nowMs });
    }
  }

  #preempt(
    victim: Pod,
    preemptor: Pod,
    { node, nowMs }: { readonly node: string; readonly nowMs: EpochMs },
  ): void {
    const status = withCondition(victim.status, {
      type: DISRUPTION_TARGET,
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: sinceOf(victim, DISRUPTION_TARGET, 'True') ?? kubeTime(nowMs),
      reason: PREEMPTED_BY_SCHEDULER,
      message: `${preemptor.spec.schedulerName ?? ''}: preempting to accommodate a higher priority pod`,
    });
    this.#writeStatus(victim, status);
    try {
      this.#api.delete(PODS, keyOf(victim));
    } catch (error) {
      if (!isGone(error)) throw error;
      return;
    }
    const message = `Preempted by pod ${preemptor.metadata.uid ?? ''} on node ${node}`;
    this.#recorder.event(victim, 'Normal', 'Preempted', message, nowMs);
  }

  #writeStatus(pod: Pod, status: PodStatus): void {
    try {
      this.#api.update(PODS, { ...pod, status }, { subresource: 'status' });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** @see Source: `schedule_one.go`, `truncateMessage`. */
function noteOf(message: string): string {
  return message.length <= MAX_NOTE_LENGTH
    ? message
    : `${message.slice(0, MAX_NOTE_LENGTH - NOTE_SUFFIX.length)}${NOTE_SUFFIX}`;
}

/** Undecided preemption leaves the nomination as it is. */
function withNomination(status: PodStatus, preemption: PreemptionResult | undefined): PodStatus {
  const { nominatedNodeName: _, ...rest } = status;
  if (preemption === undefined) return rest;
  if (preemption.kind === 'victims') return { ...rest, nominatedNodeName: preemption.node };
  return preemption.clearsNomination ? rest : status;
}

function withCondition(status: PodStatus | undefined, condition: Condition): PodStatus {
  const present = status?.conditions ?? [];
  const index = present.findIndex(({ type }) => type === condition.type);
  const conditions = index < 0 ? [...present, condition] : present.with(index, condition);
  return { ...status, conditions };
}

function sinceOf(pod: Pod, type: string, status: Condition['status']): string | undefined {
  const old = podCondition(pod, type);
  return old?.status === status ? old.lastTransitionTime : undefined;
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'NotFound';
}
