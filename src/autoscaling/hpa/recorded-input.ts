/** What a sync saw, as objects of the API. */
import type { HorizontalPodAutoscaler } from '../../core/autoscaling-objects.js';
import type { PodMetrics } from '../../core/metrics-objects.js';
import type { Pod } from '../../core/objects.js';
import { type CompiledSpec, CompiledSpecs } from './compiled-hpa.js';
import { type HpaInput, type MetricReading, podValue, type ScaleReading } from './input.js';
import { readMilli } from './quantities.js';
import type { HpaSettings } from './settings.js';
import { SnapshotCache } from './snapshots.js';
import { type NamedReading, readingsFor, type SyncReading } from './sync-reading.js';

/** One value of `custom.metrics.k8s.io`. */
export interface MetricValue {
  readonly describedObject: { readonly name: string };
  readonly value: string;
}

/** One value of `external.metrics.k8s.io`. */
export interface ExternalMetricValue {
  readonly value: string;
}

/** What the APIs answered at one sync, as they answered it. */
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

/** Turns objects into inputs of decisions; objects and specs that stay the same are read once. */
export class InputReader {
  readonly #snapshots = new SnapshotCache();
  readonly #specs = new CompiledSpecs();

  /**
   * The input for `hpa` (with the API server's defaults, and its present status).
   *
   * @throws {RangeError} when a quantity is none.
   */
  read(hpa: HorizontalPodAutoscaler, sync: SyncReading, settings: HpaSettings): HpaInput {
    const spec = this.spec(hpa);
    const { kind, name } = hpa.spec.scaleTargetRef;
    return {
      namespace: hpa.metadata.namespace ?? '',
      name: hpa.metadata.name,
      target: { kind, name },
      spec,
      status: hpa.status,
      scale: sync.scale,
      pods: sync.pods,
      readings: readingsFor(spec.metrics, sync),
      settings,
    };
  }

  /** The spec of an HPA, read once. */
  spec(hpa: HorizontalPodAutoscaler): CompiledSpec {
    return this.#specs.of(hpa);
  }

  /** Recorded objects as a sync has them. @throws {RangeError} when a quantity is none. */
  sync(recorded: RecordedInput): SyncReading {
    const { scale, pods, resourceMetricsError } = recorded;
    return {
      scale,
      pods: pods.map((pod) => this.#snapshots.pod(pod)),
      resources:
        resourceMetricsError === undefined
          ? this.podMetrics(recorded.podMetrics)
          : { kind: 'failed', message: resourceMetricsError },
      named: namedReadings(recorded),
    };
  }

  /** Metrics of pods as a reading. */
  podMetrics(items: readonly PodMetrics[]): MetricReading {
    return { kind: 'pods', items: items.map((metrics) => this.#snapshots.podMetrics(metrics)) };
  }

  /** Pods as decisions read them. */
  pods(pods: readonly Pod[]): SyncReading['pods'] {
    return pods.map((pod) => this.#snapshots.pod(pod));
  }
}

function namedReadings({
  customMetrics = {},
  objectMetrics = {},
  externalMetrics = {},
}: RecordedInput): readonly NamedReading[] {
  const pods = Object.entries(customMetrics).map(([name, values]): NamedReading => {
    const items = values.map(({ describedObject, value }) =>
      podValue(describedObject.name, readMilli(value)),
    );
    return { kind: 'pods', name, reading: { kind: 'pods', items } };
  });
  const objects = Object.entries(objectMetrics).map(([name, { value }]): NamedReading => {
    return { kind: 'object', name, reading: { kind: 'object', milli: readMilli(value) } };
  });
  const externals = Object.entries(externalMetrics).map(([name, values]): NamedReading => {
    const reading: MetricReading = {
      kind: 'external',
      values: values.map(({ value }) => readMilli(value)),
    };
    return { kind: 'external', name, reading };
  });
  return [...pods, ...objects, ...externals];
}
