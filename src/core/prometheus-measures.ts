/** What a run takes from Prometheus, and the names by which figures of it are called. */
import type { MeasureUnit } from './measure-unit.js';

/** One query whose answer is kept under a name. */
export interface PrometheusQuery {
  readonly name: string;
  /** PromQL, complete: it is sent as it stands. */
  readonly query: string;
  /** In what its values are counted. */
  readonly unit: MeasureUnit;
}

/** The figures made of a query's series over a time. */
export const PROMETHEUS_STATISTICS = ['min', 'mean', 'max', 'last'] as const;

/** See {@link PROMETHEUS_STATISTICS}. */
export type PrometheusStatistic = (typeof PROMETHEUS_STATISTICS)[number];

/** What every run with a Prometheus asks it for, beside the experiment's own queries. */
export const PROMETHEUS_PRESETS = [
  { name: 'cpu', unit: 'millicores', what: 'CPU of all pods of the Deployment' },
  { name: 'podCpu', unit: 'millicores', what: 'CPU of each pod' },
  {
    name: 'throttling',
    unit: 'share',
    what: 'Part of the CPU periods in which pods were stopped at their limit',
  },
  { name: 'memory', unit: 'bytes', what: 'Memory (working set) of all pods' },
  { name: 'podMemory', unit: 'bytes', what: 'Memory (working set) of each pod' },
  { name: 'restarts', unit: 'count', what: 'Restarts of containers since their pods were made' },
  { name: 'readyPods', unit: 'count', what: 'Pods that are ready' },
  { name: 'specReplicas', unit: 'count', what: 'Size that the Deployment is to have' },
  { name: 'hpaDesiredReplicas', unit: 'count', what: 'Size that the HPA wants' },
  { name: 'hpaCurrentReplicas', unit: 'count', what: 'Size that the HPA sees' },
] as const satisfies readonly {
  readonly name: string;
  readonly unit: MeasureUnit;
  readonly what: string;
}[];

/** See {@link PROMETHEUS_PRESETS}. */
export type PrometheusPreset = (typeof PROMETHEUS_PRESETS)[number]['name'];

/** `prometheus.<query>.<statistic>`: what thresholds, tables and exports call the figure by. */
export function prometheusMeasureName(query: string, statistic: PrometheusStatistic): string {
  return `prometheus.${query}.${statistic}`;
}

const MEASURE_NAME = /^prometheus\.[a-z][A-Za-z0-9]*\.([a-z]+)$/;

/** Whether a name is of that form; which queries a run has, its experiment says. */
export function isPrometheusMeasureName(name: string): boolean {
  const statistic = MEASURE_NAME.exec(name)?.[1];
  return PROMETHEUS_STATISTICS.some((known) => known === statistic);
}
