import { describe, expect, it } from 'vitest';
import { expositionText } from '../../../src/core/exposition-text.js';
import { parseMetricsText } from '../../../src/control-plane/metrics/prometheus-text.js';
import { otlpRequest } from '../../../src/observe/otlp-request.js';
import { runFamilies, RunMetrics } from '../../../src/observe/run-metrics.js';
import { aHeader, aLoadSecond, aPodRecord } from '../../support/a-timeline.js';

function aRun(): RunMetrics {
  const metrics = new RunMetrics();
  metrics.record(aHeader());
  metrics.record({ kind: 'phase', t: 0, phase: 'load' });
  metrics.record(aPodRecord({ t: 1, name: 'a', isReady: true }));
  metrics.record(aPodRecord({ t: 1, name: 'b', isReady: true }));
  metrics.record(aPodRecord({ t: 2, name: 'b', isReady: false }));
  metrics.record({
    kind: 'load',
    t: 3,
    load: aLoadSecond(0, {
      due: 5,
      sent: 4,
      dropped: 1,
      answered: { '2xx': 3 },
      failed: { timeout: 1 },
      timesMs: [4, 40, 20_000],
    }),
  });
  return metrics;
}

function valueOf(metrics: RunMetrics, name: string, labels: Readonly<Record<string, string>> = {}) {
  const parsed = parseMetricsText(expositionText(runFamilies(metrics)));
  if (parsed.kind === 'fault') throw new Error(parsed.because);
  return parsed.samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value;
}

describe('what the lab tells of its run', () => {
  it.each([
    ['requests due', 'hpa_lab_requests_due_total', {}, 5],
    ['requests dropped', 'hpa_lab_requests_dropped_total', {}, 1],
    ['answers by class', 'hpa_lab_requests_answered_total', { status_class: '2xx' }, 3],
    ['failures by kind', 'hpa_lab_requests_failed_total', { kind: 'timeout' }, 1],
    ['pods that are ready now', 'hpa_lab_pods_ready', {}, 1],
    ['the phase', 'hpa_lab_phase', { phase: 'load' }, 1],
    ['phases that it is not in', 'hpa_lab_phase', { phase: 'settle' }, 0],
    ['buckets that hold the ones below', 'hpa_lab_response_time_seconds_bucket', { le: '0.05' }, 2],
    ['the bucket of all', 'hpa_lab_response_time_seconds_bucket', { le: '+Inf' }, 3],
    ['how many answers', 'hpa_lab_response_time_seconds_count', {}, 3],
  ])('%s', (...[, name, labels, value]) => {
    expect(valueOf(aRun(), name, labels)).toBe(value);
  });

  it('is nothing of what is not known yet', () => {
    const metrics = new RunMetrics();
    expect(valueOf(metrics, 'hpa_lab_hpa_desired_replicas')).toBeUndefined();
    expect(valueOf(metrics, 'process_cpu_seconds_total')).toBeUndefined();
  });

  it('is the same over OTLP, where buckets hold their own alone', () => {
    const request = otlpRequest(aRun(), { attributes: { run: 'r' }, startMs: 1_000, nowMs: 2_000 });
    const text = JSON.stringify(request);
    const {
      resourceMetrics: [{ resource, scopeMetrics }],
    } = JSON.parse(text);
    const named = (name: string) =>
      scopeMetrics[0].metrics.find((metric: { name: string }) => metric.name === name);

    expect(resource.attributes).toEqual([
      { key: 'service.name', value: { stringValue: 'hpa-lab' } },
      { key: 'run', value: { stringValue: 'r' } },
    ]);
    expect(named('hpa_lab_requests_due').sum).toEqual({
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: [
        {
          attributes: [],
          startTimeUnixNano: '1000000000',
          timeUnixNano: '2000000000',
          asDouble: 5,
        },
      ],
    });
    expect(named('hpa_lab_pods_ready').gauge.dataPoints[0].asDouble).toBe(1);
    const [times] = named('hpa_lab_response_time_seconds').histogram.dataPoints;
    expect(times.count).toBe('3');
    expect(times.bucketCounts).toHaveLength(times.explicitBounds.length + 1);
    expect(times.bucketCounts.map(Number).reduce((a: number, b: number) => a + b)).toBe(3);
    expect(times.sum).toBeCloseTo(20.044, 1);
  });
});
