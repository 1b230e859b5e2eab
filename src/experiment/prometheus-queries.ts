/** The PromQL that a run asks for: presets in the cluster's own label style, and the user's queries. */
import {
  PROMETHEUS_PRESETS,
  type PrometheusPreset,
  type PrometheusQuery,
} from '../core/prometheus-measures.js';
import type { Experiment, PrometheusSettings } from './experiment.js';

/** What a query is about. */
export interface QuerySubject {
  readonly namespace: string;
  readonly deployment: string;
  readonly hpa: string;
}

type Presets = Readonly<Record<PrometheusPreset, string>>;

/**
 * With the names of cAdvisor and kube-state-metrics 2. Series of a pod as a whole (no container) and of its
 * sandbox (`POD`) stand beside those of its containers and would count twice.
 */
const KUBE_PROMETHEUS: Presets = {
  cpu: '1000 * sum(rate(container_cpu_usage_seconds_total{$of,$containers}[$window]))',
  podCpu: '1000 * sum by (pod) (rate(container_cpu_usage_seconds_total{$of,$containers}[$window]))',
  throttling:
    'sum(rate(container_cpu_cfs_throttled_periods_total{$of,$containers}[$window])) / sum(rate(container_cpu_cfs_periods_total{$of,$containers}[$window]))',
  memory: 'sum(container_memory_working_set_bytes{$of,$containers})',
  podMemory: 'sum by (pod) (container_memory_working_set_bytes{$of,$containers})',
  restarts: 'sum(kube_pod_container_status_restarts_total{$of})',
  readyPods: 'sum(kube_pod_status_ready{$of,condition="true"})',
  specReplicas:
    'max(kube_deployment_spec_replicas{namespace="$namespace",deployment="$deployment"})',
  hpaDesiredReplicas:
    'max(kube_horizontalpodautoscaler_status_desired_replicas{namespace="$namespace",horizontalpodautoscaler="$hpa"})',
  hpaCurrentReplicas:
    'max(kube_horizontalpodautoscaler_status_current_replicas{namespace="$namespace",horizontalpodautoscaler="$hpa"})',
};

/**
 * With the names of GKE: its system metrics for CPU, memory and restarts, its managed cAdvisor package for
 * throttling, its managed kube-state-metrics for the rest.
 *
 * @see Source: Google Cloud `monitoring/promql/promql-mapping` (names: first `/` becomes `:`, the rest `_`) and
 *   `stackdriver/docs/solutions/gke/kube-state-metrics` (names as upstream).
 */
const GKE: Presets = {
  ...KUBE_PROMETHEUS,
  cpu: '1000 * sum(rate(kubernetes_io:container_cpu_core_usage_time{$gke}[$window]))',
  podCpu:
    '1000 * sum by (pod) (label_replace(rate(kubernetes_io:container_cpu_core_usage_time{$gke}[$window]), "pod", "$1", "pod_name", "(.*)"))',
  memory: 'sum(kubernetes_io:container_memory_used_bytes{$gke,memory_type="non-evictable"})',
  podMemory:
    'sum by (pod) (label_replace(kubernetes_io:container_memory_used_bytes{$gke,memory_type="non-evictable"}, "pod", "$1", "pod_name", "(.*)"))',
  restarts: 'sum(kubernetes_io:container_restart_count{$gke})',
};

const STYLES: Readonly<Record<PrometheusSettings['labels'], Presets>> = {
  'kube-prometheus': KUBE_PROMETHEUS,
  gke: GKE,
};

/** Every query of an experiment, complete; empty when it names no Prometheus. */
export function prometheusQueries({
  prometheus,
  ...subject
}: Pick<Experiment, 'prometheus' | keyof QuerySubject>): readonly PrometheusQuery[] {
  if (prometheus === undefined) return [];
  return [
    ...presetQueries(prometheus, subject),
    ...prometheus.queries.map((each) => ({
      ...each,
      query: filledIn(each.query, subject, prometheus.windowMs),
    })),
  ];
}

/** The queries that are always asked for. */
export function presetQueries(
  { labels, windowMs }: Pick<PrometheusSettings, 'labels' | 'windowMs'>,
  subject: QuerySubject,
): readonly PrometheusQuery[] {
  return PROMETHEUS_PRESETS.map(({ name, unit }) => ({
    name,
    unit,
    query: filledIn(STYLES[labels][name], subject, windowMs),
  }));
}

const PLACES = /\$(namespace|deployment|hpa|pods|window|of|containers|gke)\b/g;

function filledIn(
  query: string,
  { namespace, deployment, hpa }: QuerySubject,
  windowMs: number,
): string {
  // a Deployment's pods: its name, a hash of the template, five letters
  const pods = `${deployment.replaceAll('.', '\\\\.')}-[a-z0-9]+-[a-z0-9]{5}`;
  const of = `namespace="${namespace}",pod=~"${pods}"`;
  const values: Readonly<Record<string, string>> = {
    namespace,
    deployment,
    hpa,
    pods,
    window: promDuration(windowMs),
    of,
    containers: 'container!="",container!="POD"',
    gke: `monitored_resource="k8s_container",namespace_name="${namespace}",pod_name=~"${pods}"`,
  };
  return query.replaceAll(PLACES, (place, name: string) => values[name] ?? place);
}

/** A duration as PromQL spells it. */
function promDuration(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${Math.round(ms)}ms`;
}
