/** The port through which the HPA controller and `metrics.k8s.io` read resource metrics. */
import type { NodeMetrics, PodMetrics } from '../core/metrics-objects.js';

/** Latest metrics, as metrics-server would answer; things without two samples are absent. */
export interface MetricsSource {
  /** Metrics of the pods of a namespace ('' is every namespace), by name. */
  podMetrics(namespace: string): readonly PodMetrics[];
  nodeMetrics(): readonly NodeMetrics[];
}
