/** Pods of a node that nobody hears of are not ready. */
import { kubeTime } from '../../core/kube-time.js';
import type { Pod } from '../../core/objects.js';
import { PODS } from '../resources.js';
import type { PodControl } from './pod-control.js';
import { podCondition } from './pod-state.js';

/**
 * Sets a pod's Ready condition to False, and says so in an event. A pod without that condition, or whose
 * is False already, is left alone.
 *
 * @see Source: kubernetes `pkg/controller/util/node/controller_utils.go`, `MarkPodsNotReady`.
 */
export function setPodUnready({ api, recorder, nowMs }: PodControl, pod: Pod): void {
  const ready = podCondition(pod, 'Ready');
  if (ready === undefined || ready.status === 'False') return;
  const conditions = (pod.status?.conditions ?? []).map((condition) =>
    condition === ready
      ? Object.assign({}, condition, {
          status: 'False' as const,
          lastTransitionTime: kubeTime(nowMs),
        })
      : condition,
  );
  const status = { ...pod.status, conditions };
  const updated = api.update(PODS, { ...pod, status }, { subresource: 'status' });
  recorder.event(updated, 'Warning', 'NodeNotReady', 'Node is not ready', nowMs);
}
