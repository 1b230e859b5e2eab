/** How important a pod is to the scheduler. */
import { kubeTimeMs } from '../../core/kube-time.js';
import type { Pod } from '../../core/objects.js';

/** 0 for a pod without a priority. */
export function priorityOf({ spec }: Pod): number {
  return spec.priority ?? 0;
}

/** When the pod was started, ms; a pod that was not counts as started at the end of time. */
export function startedAtMs({ status }: Pod): number {
  return kubeTimeMs(status?.startTime) ?? Number.POSITIVE_INFINITY;
}

/**
 * For sorting, the most important first: higher priority, then longer running.
 *
 * @see Source: kubernetes `pkg/scheduler/util/utils.go`, `MoreImportantPod`.
 */
export function byImportance(a: Pod, b: Pod): number {
  if (priorityOf(a) !== priorityOf(b)) return priorityOf(b) - priorityOf(a);
  const [aMs, bMs] = [startedAtMs(a), startedAtMs(b)];
  return aMs === bMs ? 0 : aMs - bMs;
}
