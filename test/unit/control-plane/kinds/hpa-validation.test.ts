import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../src/control-plane/api-error.js';
import type { KubeApi } from '../../../../src/control-plane/api.js';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../../../src/control-plane/resources.js';
import { hpaFaults } from '../../../../src/control-plane/kinds/hpa-validation.js';
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
} from '../../../../src/core/autoscaling-objects.js';
import { anHpa } from '../../../support/autoscaled-lab.js';
import {
  controlPlaneLab,
  NAMESPACE,
} from '../../../../src/conformance/controllers/control-plane-lab.js';

interface Recorded {
  readonly name: string;
  readonly body: HorizontalPodAutoscaler;
  readonly causes: readonly string[];
}

/** Creations of HPAs that a real API server accepted or refused for what is in their spec. */
function recorded(): readonly Recorded[] {
  const text = gunzipSync(
    readFileSync(new URL('../../../vectors/api-v1.36.jsonl.gz', import.meta.url)),
  ).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ topic, name }) => topic === 'validation' && name.startsWith('validation/hpa-'))
    .flatMap(({ name, steps }) =>
      steps.map(
        (
          step: {
            request: { body: unknown };
            response: { status: number; body: { details?: { causes?: unknown } } };
          },
          index: number,
        ) => ({
          name: `${name} ${index}`,
          body: step.request.body,
          status: step.response.status,
          causes: step.response.body.details?.causes ?? [],
        }),
      ),
    )
    .filter(({ name, status }) => status !== 400 && !name.startsWith('validation/hpa-names'))
    .map(({ name, body, causes }) => ({
      name,
      body,
      causes: causes.map(
        (cause: { field: string; message: string; reason: string }) =>
          `${cause.reason} ${cause.field} ${cause.message}`,
      ),
    }));
}

function faultsOf(hpa: HorizontalPodAutoscaler): readonly string[] {
  return hpaFaults(hpa).map(({ reason, field, message }) => `${reason} ${field} ${message}`);
}

/** Causes for which the whole API refuses an HPA. */
function refusal(api: KubeApi, hpa: HorizontalPodAutoscaler): readonly string[] {
  try {
    const metadata = { ...hpa.metadata, namespace: NAMESPACE };
    api.create(HORIZONTAL_POD_AUTOSCALERS, { ...hpa, metadata }, { dryRun: true });
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const causes = error.status.details?.causes ?? [];
    return causes.map(({ reason, field, message }) => `${reason} ${field} ${message}`);
  }
}

describe('an HPA that Kubernetes refuses is refused in its words', () => {
  const cases = recorded();
  const { api } = controlPlaneLab();

  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(50);
  });

  it.each(cases)('$name', ({ body, causes }) => {
    expect(refusal(api, body).toSorted()).toEqual([...causes].toSorted());
  });
});

describe('hpaFaults', () => {
  const cpu: MetricSpec = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
  };
  const object = {
    describedObject: { kind: 'Service', name: 's', apiVersion: 'a/b/c' },
    metric: { name: 'x' },
    target: { type: 'Value', value: '1' },
  } as const;

  it.each([
    {
      name: 'a core group is no group to scale in',
      spec: { scaleTargetRef: { apiVersion: 'v1', kind: 'Deployment', name: 'web' } },
      faults: [
        'FieldValueInvalid spec.scaleTargetRef.apiVersion Invalid value: "v1": apiVersion must specify API group',
      ],
    },
    {
      name: 'of several sources only the first is looked into, and the others are forbidden',
      spec: { metrics: [{ ...cpu, object }] },
      faults: [
        'FieldValueInvalid spec.metrics[0].object.describedObject.apiVersion Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
        'FieldValueForbidden spec.metrics[0].object Forbidden: must populate the given metric source only',
      ],
    },
    {
      name: 'a source of another type is looked into even when its own is missing',
      spec: {
        metrics: [
          {
            type: 'Pods',
            resource: { name: '', target: { type: 'Utilization', averageUtilization: 50 } },
          },
        ],
      },
      faults: [
        'FieldValueRequired spec.metrics[0].resource.name Required value: must specify a resource name',
        'FieldValueRequired spec.metrics[0].pods Required value: must populate information for the given metric source',
      ],
    },
    {
      name: 'a container resource must be one that containers have, and its container a label',
      spec: {
        metrics: [
          {
            type: 'ContainerResource',
            containerResource: {
              name: 'pods',
              container: 'app',
              target: { type: 'AverageValue', averageValue: '1' },
            },
          },
        ],
      },
      faults: [
        'FieldValueInvalid spec.metrics[0].containerResource.name Invalid value: "pods": must be a standard resource for containers',
      ],
    },
    {
      name: 'a target of 0 for pods is not positive, and not missing',
      spec: {
        metrics: [
          {
            type: 'Pods',
            pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '0' } },
          },
        ],
      },
      faults: [
        'FieldValueInvalid spec.metrics[0].pods.target.averageValue Invalid value: "0": must be positive',
      ],
    },
  ] as const)('$name', ({ spec, faults }) => {
    expect(faultsOf(anHpa(spec as Partial<HorizontalPodAutoscaler['spec']>))).toEqual(faults);
  });

  it('allows 0 replicas behind its gate, with a metric that can wake the target', () => {
    const external: MetricSpec = {
      type: 'External',
      external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '30' } },
    };

    expect(
      hpaFaults(anHpa({ minReplicas: 0, metrics: [external] }), { isScaleToZeroEnabled: true }),
    ).toEqual([]);
  });
});
