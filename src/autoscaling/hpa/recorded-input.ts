/** What a sync saw, as objects of the API: the form in which inputs are recorded and replayed. */
import type { HorizontalPodAutoscaler } from '../../core/autoscaling-objects.js';
import type { Pod, PodMetrics } from '../../core/objects.js';
import { type CompiledMetric, CompiledSpecs } from './compiled-hpa.js';
import { type HpaInput, type MetricReading, podValue, type ScaleReading } from './input.js';
import { readMilli } from './quantities.js';
import type { HpaSettings } from './settings.js';
import { SnapshotCache } from './snapshots.js';

/** One value of `custom.metrics.k8s.io`. */
export interface MetricValue {
  readonly describedObject: { readonly name: string };
  readonly value: string;
}

/** One value of `external.metrics.k8s.io`. */
export interface ExternalMetricValue {
  readonly value: string;
}

/** What the APIs answered at one sync. */
export interface RecordedInput {
  readonly scale: ScaleReading;
  /** Those that the target's selector finds, in the order in which messages name them. */
  readonly pods: readonly Pod[];
  readonly podMetrics: readonly PodMetrics[];
  /** Listing pod metrics failed with this text. */
  readonly resourceMetricsError?: string;
  /** Values of pods by metric name. */
  readonly customMetrics?: Readonly<Record<string, readonly MetricValue[]>>;
  /** The value of an object by metric name. */
  readonly objectMetrics?: Readonly<Record<string, MetricValue>>;
  /** Values by metric name. */
  readonly externalMetrics?: Readonly<Record<string, readonly ExternalMetricValue[]>>;
}

/**
 * Turns recorded objects into inputs of decisions; objects and specs that stay the same are read once.
 *
 * A metric that was not recorded answers as an API server does that does not know it.
 */
export class InputReader {
  readonly #snapshots = new SnapshotCache();
  readonly #specs = new CompiledSpecs();

  /** The input for `hpa` (with the API server's defaults, and its present status). */
  read(hpa: HorizontalPodAutoscaler, recorded: RecordedInput, settings: HpaSettings): HpaInput {
    const spec = this.#specs.of(hpa);
    const { kind, name } = hpa.spec.scaleTargetRef;
    return {
      namespace: hpa.metadata.namespace ?? '',
      name: hpa.metadata.name,
      target: { kind, name },
      spec,
      status: hpa.status,
      scale: recorded.scale,
      pods: recorded.pods.map((pod) => this.#snapshots.pod(pod)),
      readings: this.#readings(spec.metrics, recorded),
      settings,
    };
  }

  #readings(metrics: readonly CompiledMetric[], recorded: RecordedInput): readonly MetricReading[] {
    let resources: MetricReading | undefined;
    return metrics.map((metric): MetricReading => {
      if (metric.kind !== 'resource') return readNamed(metric, recorded);
      resources ??= this.#resources(recorded);
      return resources;
    });
  }

  #resources({ resourceMetricsError, podMetrics }: RecordedInput): MetricReading {
    if (resourceMetricsError !== undefined) {
      return { kind: 'failed', message: resourceMetricsError };
    }
    const items = podMetrics.map((metrics) => this.#snapshots.podMetrics(metrics));
    return { kind: 'pods', items };
  }
}

function readNamed(
  metric: Exclude<CompiledMetric, { readonly kind: 'resource' }>,
  { customMetrics, objectMetrics, externalMetrics }: RecordedInput,
): MetricReading {
  if (metric.kind === 'unknown') return failed('no such kind of metric');
  const { name } = metric.metric;
  if (metric.kind === 'pods') {
    const values = customMetrics?.[name];
    if (values === undefined) {
      return failed(`the server could not find the metric ${name} for pods`);
    }
    const items = values.map(({ describedObject, value }) =>
      podValue(describedObject.name, readMilli(value)),
    );
    return { kind: 'pods', items };
  }
  if (metric.kind === 'object') {
    const value = objectMetrics?.[name];
    if (value !== undefined) return { kind: 'object', milli: readMilli(value.value) };
    const { kind, name: object } = metric.object;
    return failed(`the server could not find the metric ${name} for ${kind} ${object}`);
  }
  const values = externalMetrics?.[name];
  if (values === undefined) {
    return failed(`the server could not find the external metric ${name}`);
  }
  return { kind: 'external', values: values.map(({ value }) => readMilli(value)) };
}

function failed(message: string): MetricReading {
  return { kind: 'failed', message };
}
