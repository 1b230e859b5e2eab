/** The objects of the metrics API. */
import type { KubeObject, KubeTime, ResourceList } from './objects.js';

/** `metrics.k8s.io/v1beta1` PodMetrics. `window` is a Go duration such as `15.2s`. */
export interface PodMetrics extends KubeObject {
  readonly timestamp: KubeTime;
  readonly window: string;
  readonly containers: readonly { readonly name: string; readonly usage: ResourceList }[];
}

/** `metrics.k8s.io/v1beta1` NodeMetrics. */
export interface NodeMetrics extends KubeObject {
  readonly timestamp: KubeTime;
  readonly window: string;
  readonly usage: ResourceList;
}
