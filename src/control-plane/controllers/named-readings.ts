/** Metrics of the custom and external metrics APIs, as the HPA controller asks for them. */
import type { CompiledMetric } from '../../autoscaling/hpa/compiled-hpa.js';
import { type MetricReading, podValue } from '../../autoscaling/hpa/input.js';
import type { NamedReading } from '../../autoscaling/hpa/sync-reading.js';
import type { LabelSelector, StringMap } from '../../core/objects.js';
import { isSelected } from '../label-selector.js';
import { DESCRIBED_RESOURCES, type NamedMetrics } from '../metrics/named-metrics.js';
import { PODS } from '../resources.js';

/** A metric that is asked for by its name. */
export type AskedMetric = Extract<CompiledMetric, { readonly kind: NamedReading['kind'] }>;

/** Whose metric it is. */
export interface AskedFor {
  readonly namespace: string;
  /** Which pods the HPA's target has; absent: it could not be read. */
  readonly selector: LabelSelector | undefined;
}

/** What the APIs answer; without them their own refusal. */
export function readNamed(
  metrics: NamedMetrics | undefined,
  metric: AskedMetric,
  asked: AskedFor,
): MetricReading {
  if (metrics === undefined) return noSuchApi(metric);
  const { name, selector } = metric.metric;
  const isSeries = (labels: StringMap): boolean => isSelected(selector ?? {}, labels);
  if (metric.kind === 'external') {
    const found = metrics.external(name, { namespace: asked.namespace, matches: isSeries });
    if (found === undefined) return notFound(`${name} for ${inDefault(asked)}`);
    return { kind: 'external', values: found.map(({ milli }) => milli) };
  }
  return metric.kind === 'pods'
    ? readPods(metrics, name, { ...asked, isSeries })
    : readObject(metrics, metric, { ...asked, isSeries });
}

interface Asking extends AskedFor {
  readonly isSeries: (labels: StringMap) => boolean;
}

function readPods(
  metrics: NamedMetrics,
  name: string,
  { namespace, selector, isSeries }: Asking,
): MetricReading {
  const found = metrics.custom(name, PODS, {
    namespace,
    isSeries,
    isObject: ({ metadata }) => isSelected(selector, metadata.labels),
  });
  if (found === undefined) return notFound(`${name} for pods`);
  return {
    kind: 'pods',
    items: found.map(({ object, milli }) => podValue(object.metadata.name, milli)),
  };
}

/** @see Source: kubernetes `metrics/pkg/client/custom_metrics/versioned_client.go`, `GetForObject`. */
function readObject(
  metrics: NamedMetrics,
  { metric, object }: Extract<AskedMetric, { readonly kind: 'object' }>,
  { namespace, isSeries }: Asking,
): MetricReading {
  const { kind, name, apiVersion = '' } = object;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const resource = DESCRIBED_RESOURCES.find((one) => one.kind === kind && one.group === group);
  if (resource === undefined) {
    const which = group === '' ? kind : `${kind}.${group}`;
    return notFound(`${metric.name} for ${which} ${name}`);
  }
  const { plural } = resource;
  const of = group === '' ? plural : `${plural}.${group}`;
  const found = metrics.custom(metric.name, resource, {
    namespace,
    isSeries,
    isObject: ({ metadata }) => metadata.name === name,
  });
  if (found === undefined) return notFound(`${metric.name} for ${of}`);
  const [first] = found;
  if (first === undefined) return notFound(`${metric.name} for ${of} ${name}`);
  return { kind: 'object', milli: first.milli };
}

function inDefault({ namespace }: AskedFor): string {
  return namespace === 'default' ? 'namespaces' : '';
}

function notFound(what: string): MetricReading {
  return { kind: 'failed', message: `the server could not find the metric ${what}` };
}

/** @see Source: kubernetes `metrics/pkg/client/custom_metrics/multi_client.go`; discovery's own 404. */
function noSuchApi({ kind, metric }: AskedMetric): MetricReading {
  const message =
    kind === 'external'
      ? `the server could not find the requested resource (get ${metric.name}.external.metrics.k8s.io)`
      : 'no custom metrics API (custom.metrics.k8s.io) registered';
  return { kind: 'failed', message };
}
