import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { defaultHpa } from '../../../src/autoscaling/hpa/defaults.js';
import { hpaV1FromV2 } from '../../../src/autoscaling/hpa-v1/from-v2.js';
import type { HorizontalPodAutoscalerV1 } from '../../../src/autoscaling/hpa-v1/hpa-v1.js';
import { hpaV2FromV1 } from '../../../src/autoscaling/hpa-v1/to-v2.js';
import type { HorizontalPodAutoscaler, MetricSpec } from '../../../src/core/autoscaling-objects.js';

interface Version {
  readonly id: string;
  v1?: HorizontalPodAutoscalerV1;
  v2?: HorizontalPodAutoscaler;
}

/** HPAs that a real API server showed in both versions, by object and resource version. */
function shownInBoth(): readonly Required<Version>[] {
  const text = gunzipSync(
    readFileSync(new URL('../../vectors/api-v1.36.jsonl.gz', import.meta.url)),
  ).toString('utf8');
  const shown = new Map<string, Version>();
  for (const line of text.trim().split('\n')) {
    const scenario = JSON.parse(line);
    for (const { response } of scenario.steps) {
      const objects = [
        response.body,
        ...(response.events ?? []).map((each: { object: unknown }) => each.object),
      ];
      for (const object of objects) {
        if (object?.kind !== 'HorizontalPodAutoscaler' || object.metadata.managedFields) continue;
        const id = `${scenario.name} ${object.metadata.name} ${object.metadata.resourceVersion}`;
        const version = shown.get(id) ?? { id };
        shown.set(id, version);
        if (object.apiVersion === 'autoscaling/v1') version.v1 = object;
        else version.v2 = object;
      }
    }
  }
  return [...shown.values()].filter(
    (version): version is Required<Version> => version.v1 !== undefined && version.v2 !== undefined,
  );
}

function isCpuField({ resource }: MetricSpec): boolean {
  return resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;
}

const both = shownInBoth();

describe('autoscaling/v1 as a real API server shows it', () => {
  it('has cases', () => {
    expect(both.length).toBeGreaterThan(12);
  });

  it.each(both)('$id from v2', ({ v1, v2 }) => {
    expect(hpaV1FromV2(v2)).toEqual(v1);
  });

  it.each(both)('$id to v2', ({ v1, v2 }) => {
    const metrics = v2.spec.metrics ?? [];
    // on the way through v1 the CPU target loses its place to those of the annotation
    const ordered = [
      ...metrics.filter((metric) => !isCpuField(metric)),
      ...metrics.filter(isCpuField),
    ];

    const back = defaultHpa(hpaV2FromV1(v1));

    expect(back).toEqual({ ...v2, spec: { ...v2.spec, metrics: ordered } });
  });
});

describe('hpaV2FromV1', () => {
  const minimal: HorizontalPodAutoscalerV1 = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'lab' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 10,
    },
  };

  it('takes CPU at 80 % when nothing else is asked', () => {
    expect(hpaV2FromV1(minimal).spec.metrics).toEqual([
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      },
    ]);
  });

  it('drops an annotation it cannot read and keeps the others', () => {
    const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': '[{', team: 'web' };

    const { metadata, spec } = hpaV2FromV1({
      ...minimal,
      metadata: { ...minimal.metadata, annotations },
    });

    expect(metadata.annotations).toEqual({ team: 'web' });
    expect(spec.metrics).toHaveLength(1);
  });
});

describe('there and back', () => {
  const spec: HorizontalPodAutoscaler['spec'] = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 10,
    metrics: [
      {
        type: 'Object',
        object: {
          describedObject: { kind: 'Service', name: 's', apiVersion: 'v1' },
          metric: { name: 'x', selector: { matchLabels: { a: 'b' } } },
          target: { type: 'Value', value: '5' },
        },
      },
      {
        type: 'External',
        external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '30' } },
      },
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'memory',
          container: 'app',
          target: { type: 'AverageValue', averageValue: '1Gi' },
        },
      },
      {
        type: 'Pods',
        pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '100m' } },
      },
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
      },
    ],
    behavior: {
      scaleUp: { selectPolicy: 'Disabled', tolerance: '50m' },
      scaleDown: { policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] },
    },
  };

  it('changes nothing of a spec with every kind of metric and of rule, or of its status', () => {
    const hpa = defaultHpa({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'lab', annotations: { team: 'web' } },
      spec,
      status: {
        currentReplicas: 3,
        desiredReplicas: 4,
        currentMetrics: [
          { type: '' },
          {
            type: 'External',
            external: { metric: { name: 'q' }, current: { value: '0', averageValue: '20' } },
          },
          {
            type: 'ContainerResource',
            containerResource: { name: 'memory', container: 'app', current: { averageValue: '3' } },
          },
          { type: 'Pods', pods: { metric: { name: 'rps' }, current: { averageValue: '7' } } },
        ],
        conditions: [{ type: 'AbleToScale', status: 'True', reason: 'R', message: 'm' }],
      },
    });

    expect(hpaV2FromV1(hpaV1FromV2(hpa))).toEqual(hpa);
  });
});
