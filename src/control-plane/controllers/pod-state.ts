/** What the phase and conditions of a pod say about it. */
import { kubeTimeMs } from '../../core/kube-time.js';
import type { Condition, Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';

/** The pod ended and will not run again. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** The pod was asked to go. */
export function isDeleting(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** The pod counts for its controller: it neither ended nor was asked to go. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && !isDeleting(pod);
}

/** The pod's condition of a type. */
export function podCondition(pod: Pod, type: string): Condition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** The pod's Ready condition is True. */
export function isReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Since when the pod is ready, in ms; undefined when it is not. */
export function readySinceMs(pod: Pod): EpochMs | undefined {
  const condition = podCondition(pod, 'Ready');
  return condition?.status === 'True' ? kubeTimeMs(condition.lastTransitionTime) : undefined;
}

/**
 * When a ready pod counts as available: `minReadySeconds` after it became ready, just past that
 * instant; undefined when it is not ready. Object times are whole seconds, so it may be up to a second
 * early, as it is upstream.
 *
 * @see Source: kubernetes `pkg/api/v1/pod/util.go`, `IsPodAvailable`.
 */
export function availableAtMs(pod: Pod, minReadySeconds: number): EpochMs | undefined {
  if (!isReady(pod)) return undefined;
  if (minReadySeconds === 0) return Number.NEGATIVE_INFINITY;
  const sinceMs = readySinceMs(pod);
  // the smallest instant that is after the last one at which it is not available
  return sinceMs === undefined ? undefined : sinceMs + minReadySeconds * 1_000 + 1;
}
