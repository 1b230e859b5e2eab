/** Rules by which what pods tell at `/metrics` becomes custom and external metrics. */
import type { StringMap } from './objects.js';

/** How several values become one. */
export type Combination = 'sum' | 'average' | 'max' | 'min';

/** From one series of the pods to one metric of an API. */
export interface PodMetricRule {
  /** Name of the series, as it stands at `/metrics`. */
  readonly series: string;
  /** Labels that a series must have; every other label may be anything. */
  readonly match: StringMap;
  /** Name of the metric in the API. */
  readonly as: string;
  /** `rate`: growth a second over the window, as Prometheus' `rate()`; `last`: the newest value. */
  readonly value: 'rate' | 'last';
  /** Over how long a rate is taken. */
  readonly windowMs: number;
  /** `custom`: of pods and what they belong to; `external`: of the namespace, by labels. */
  readonly api: 'custom' | 'external';
  /** How the series of a pod, and the pods of an object, become one value. */
  readonly combine: Combination;
  /** External only: labels that keep values apart and that a selector can choose by. */
  readonly by: readonly string[];
}

/** What is scraped, how often, and what is made of it. */
export interface PodMetricsSettings {
  readonly scrapePeriodMs: number;
  readonly path: string;
  /** Number or name of a container's port; absent: the first port of the pod. */
  readonly port?: number | string;
  readonly rules: readonly PodMetricRule[];
}
