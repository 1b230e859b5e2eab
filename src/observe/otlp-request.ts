/** A run's metrics as the body of an OTLP request. */
import type { StringMap } from '../core/objects.js';
import type { EpochMs } from '../time/clock.js';
import {
  RESPONSE_TIME,
  RESPONSE_TIME_BOUNDS,
  RESPONSE_TIME_HELP,
  type RunMetric,
  type RunMetrics,
} from './run-metrics.js';

/** `AGGREGATION_TEMPORALITY_CUMULATIVE`. */
const CUMULATIVE = 2;

/**
 * The JSON of an `ExportMetricsServiceRequest`. Counters lose `_total`, which an exporter to Prometheus
 * appends again.
 *
 * @see Source: opentelemetry-proto `metrics/v1/metrics.proto`; JSON as in `docs/specification.md`: 64-bit
 *   whole numbers are texts.
 */
export function otlpRequest(
  metrics: RunMetrics,
  {
    attributes,
    startMs,
    nowMs,
  }: { readonly attributes: StringMap; readonly startMs: EpochMs; readonly nowMs: EpochMs },
): object {
  const times = { startTimeUnixNano: unixNano(startMs), timeUnixNano: unixNano(nowMs) };
  const { counts, count, sum } = metrics.responseTimes;
  const histogram = {
    name: RESPONSE_TIME,
    description: RESPONSE_TIME_HELP,
    unit: 's',
    histogram: {
      aggregationTemporality: CUMULATIVE,
      dataPoints: [
        {
          attributes: [],
          ...times,
          count: String(count),
          sum,
          bucketCounts: counts.map(String),
          explicitBounds: RESPONSE_TIME_BOUNDS,
        },
      ],
    },
  };
  const known = metrics.metrics().filter(({ samples }) => samples.length > 0);
  const scopeMetrics = [
    {
      scope: { name: 'hpa-lab' },
      metrics: [...known.map((each) => metricOf(each, times)), histogram],
    },
  ];
  const resource = { attributes: attributesOf({ 'service.name': 'hpa-lab', ...attributes }) };
  return { resourceMetrics: [{ resource, scopeMetrics }] };
}

function metricOf(
  { name, type, help, unit, samples }: RunMetric,
  times: { readonly startTimeUnixNano: string; readonly timeUnixNano: string },
): object {
  const { timeUnixNano } = times;
  const dataPoints = samples.map(({ labels, value }) => ({
    attributes: attributesOf(labels),
    ...(type === 'counter' ? times : { timeUnixNano }),
    asDouble: value,
  }));
  const about = { name: name.replace(/_total$/, ''), description: help, unit };
  return type === 'gauge'
    ? { ...about, gauge: { dataPoints } }
    : { ...about, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } };
}

function attributesOf(labels: StringMap): readonly object[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value: { stringValue: value } }));
}

function unixNano(ms: EpochMs): string {
  return `${Math.round(ms)}000000`;
}
