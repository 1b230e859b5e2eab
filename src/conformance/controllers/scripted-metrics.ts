/** The metrics API of recorded scenarios: pods that are ready share a scripted load. */
import { isActive, isReady } from '../../control-plane/controllers/pod-state.js';
import type { MetricsSource } from '../../control-plane/metrics-source.js';
import { kubeTime } from '../../core/kube-time.js';
import type { PodMetrics } from '../../core/metrics-objects.js';
import type { Pod } from '../../core/objects.js';
import { NAMESPACE } from './control-plane-lab.js';

/** What the metrics are made of. */
export interface ScriptedLoad {
  readonly pods: () => readonly Pod[];
  /** Now, for the timestamps, ms since the epoch. */
  readonly nowMs: () => number;
  /** Millicores in all at this instant. */
  readonly millicores: () => number;
}

/** Answers at the instant of reading, for pods that are ready and not terminating. */
export function scriptedMetrics({ pods, nowMs, millicores }: ScriptedLoad): MetricsSource {
  return {
    nodeMetrics: () => [],
    podMetrics(): readonly PodMetrics[] {
      const ready = pods().filter((pod) => isActive(pod) && isReady(pod));
      const nanocores = Math.floor((millicores() * 1e6) / Math.max(1, ready.length));
      return ready.map(({ metadata, spec }) => ({
        apiVersion: 'metrics.k8s.io/v1beta1',
        kind: 'PodMetrics',
        metadata: { name: metadata.name, namespace: metadata.namespace ?? NAMESPACE },
        timestamp: kubeTime(nowMs()),
        window: '15s',
        containers: [
          {
            name: spec.containers[0]?.name ?? '',
            usage: { cpu: `${nanocores}n`, memory: '32Mi' },
          },
        ],
      }));
    },
  };
}

/** The value of a line through points at x; two points at one x are a step. */
export function polyline(points: readonly (readonly [number, number])[]): (x: number) => number {
  return (x) => {
    let [leftX, leftY] = points[0] ?? [0, 0];
    for (const [rightX, rightY] of points) {
      if (rightX > x) return leftY + ((rightY - leftY) * (x - leftX)) / (rightX - leftX);
      [leftX, leftY] = [rightX, rightY];
    }
    return leftY;
  };
}
