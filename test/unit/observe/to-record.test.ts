/** What a record keeps of an object so that an HPA's decisions can be made again. */
import { describe, expect, it } from 'vitest';
import type { HorizontalPodAutoscaler } from '../../../src/core/autoscaling-objects.js';
import type { Pod } from '../../../src/core/objects.js';
import type { PodMetricsRecord } from '../../../src/timeline/record.js';
import { hpaRecord, podMetricsRecord, podRecord } from '../../../src/observe/to-record.js';

const POD: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', labels: { app: 'web' } },
  spec: {
    containers: [
      { name: 'app', image: 'app', resources: { requests: { cpu: '200m', memory: '256Mi' } } },
      { name: 'bare', image: 'app' },
    ],
    initContainers: [
      {
        name: 'sidecar',
        image: 'app',
        restartPolicy: 'Always',
        resources: { requests: { cpu: '50m' } },
      },
    ],
    resources: { requests: { cpu: '1' } },
    overhead: { cpu: '10m' },
  },
  status: { phase: 'Running', startTime: '2026-11-23T06:18:00Z' },
};

describe('a pod on record', () => {
  it('has its labels, its start and every request, in the API’s own form', () => {
    expect(podRecord(POD, 'seen')).toMatchObject({
      startTime: '2026-11-23T06:18:00Z',
      labels: { app: 'web' },
      resources: {
        requests: { cpu: '1' },
        containers: [{ name: 'app', requests: { cpu: '200m', memory: '256Mi' } }, { name: 'bare' }],
        initContainers: [{ name: 'sidecar', restartPolicy: 'Always', requests: { cpu: '50m' } }],
        overhead: { cpu: '10m' },
      },
    });
  });

  it('lacks what the pod lacks', () => {
    const bare: Pod = { ...POD, metadata: { name: 'web-1' }, spec: { containers: [] }, status: {} };

    const record = podRecord(bare, 'seen');

    expect(record).not.toHaveProperty('startTime');
    expect(record).not.toHaveProperty('labels');
    expect(record.resources).toEqual({ containers: [] });
  });
});

function metrics(names: readonly string[]): PodMetricsRecord['pods'][number] | undefined {
  return podMetricsRecord([
    {
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetrics',
      metadata: { name: 'web-1' },
      timestamp: '2026-11-23T06:18:00Z',
      window: '15s',
      containers: names.map((name) => ({ name, usage: { cpu: '100m', memory: '1Ki' } })),
    },
  ]).pods[0];
}

describe('pod metrics on record', () => {
  it('are told for each container where there are several', () => {
    expect(metrics(['app', 'sidecar'])).toMatchObject({
      cpuMillicores: 200,
      containers: [
        { name: 'app', cpuMillicores: 100, memoryBytes: 1_024 },
        { name: 'sidecar', cpuMillicores: 100, memoryBytes: 1_024 },
      ],
    });
  });

  it('are told once where there is one', () => {
    expect(metrics(['app'])).not.toHaveProperty('containers');
  });
});

it('an HPA on record has its whole spec', () => {
  const spec: HorizontalPodAutoscaler['spec'] = {
    scaleTargetRef: { kind: 'Deployment', name: 'web' },
    maxReplicas: 3,
    behavior: { scaleDown: { stabilizationWindowSeconds: 30 } },
  };

  const record = hpaRecord({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec,
  });

  expect(record.spec).toEqual(spec);
});
