/** What the APIs answered at one sync, whatever an HPA asks of it: what is recorded and replayed. */
import type { CompiledMetric } from './compiled-hpa.js';
import type { MetricReading, ScaleReading } from './input.js';
import type { PodSnapshot } from './snapshots.js';

/** A metric of the custom or external metrics API. */
export interface NamedReading {
  readonly kind: 'pods' | 'object' | 'external';
  readonly name: string;
  /** Of which object, by which selector; absent: of any, where a record does not tell them apart. */
  readonly of?: string;
  readonly reading: MetricReading;
}

type NamedMetric = Extract<CompiledMetric, { readonly kind: NamedReading['kind'] }>;

/** What tells the readings of one HPA's metrics apart: several may have one name. */
export function identityOf(metric: NamedMetric): Omit<NamedReading, 'reading'> {
  const { kind, selectorText } = metric;
  const object = kind === 'object' ? `${metric.object.kind}/${metric.object.name} ` : '';
  return { kind, name: metric.metric.name, of: `${object}${selectorText}` };
}

/** One sync's answers, as plain JSON. */
export interface SyncReading {
  readonly scale: ScaleReading;
  /** Pods that the target's selector finds; messages name the first at fault. */
  readonly pods: readonly PodSnapshot[];
  /** `metrics.k8s.io` for those pods. */
  readonly resources: MetricReading;
  /** Absent: none was read. */
  readonly named?: readonly NamedReading[];
}

/**
 * What a sync has for each metric of a spec. A metric that was not read answers as an API server does
 * that does not know it.
 */
export function readingsFor(
  metrics: readonly CompiledMetric[],
  { resources, named = [] }: Pick<SyncReading, 'resources' | 'named'>,
): readonly MetricReading[] {
  return metrics.map((metric): MetricReading => {
    if (metric.kind === 'resource') return resources;
    if (metric.kind === 'unknown') return failed('no such kind of metric');
    const { name } = metric.metric;
    const { of } = identityOf(metric);
    const known = named.find(
      (each) =>
        each.kind === metric.kind &&
        each.name === name &&
        (each.of === undefined || each.of === of),
    );
    return known?.reading ?? failed(notFound(metric));
  });
}

function failed(message: string): MetricReading {
  return { kind: 'failed', message };
}

function notFound(
  metric: Exclude<CompiledMetric, { readonly kind: 'resource' | 'unknown' }>,
): string {
  const { name } = metric.metric;
  if (metric.kind === 'external') return `the server could not find the external metric ${name}`;
  const of = metric.kind === 'pods' ? 'pods' : `${metric.object.kind} ${metric.object.name}`;
  return `the server could not find the metric ${name} for ${of}`;
}
