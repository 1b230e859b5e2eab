/** autoscaling/v1 over the API: read, written and watched by conversion from what is stored. */
import { beforeEach, describe, expect, it } from 'vitest';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../../../src/control-plane/resources.js';
import { InProcessApi } from '../../../support/in-process-api.js';

const V1 = '/apis/autoscaling/v1/namespaces/lab/horizontalpodautoscalers';
const V2 = '/apis/autoscaling/v2/namespaces/lab/horizontalpodautoscalers';
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';
const MEMORY = { type: 'Resource', resource: { name: 'memory', targetAverageUtilization: 70 } };

let lab: InProcessApi;

beforeEach(() => {
  lab = new InProcessApi({ namespaces: ['lab'] });
});

/** An HPA of the older version; the fields given are added to its spec. */
function hpa(spec: object = {}, annotations?: Readonly<Record<string, string>>) {
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 10,
      ...spec,
    },
  };
}

function stored() {
  return lab.api.read(HORIZONTAL_POD_AUTOSCALERS, { namespace: 'lab', name: 'web' });
}

describe('creating an HPA through autoscaling/v1', () => {
  it('stores the target of CPU as a metric, and answers in the older version', () => {
    const { status, body } = lab.send('POST', V1, {
      body: hpa({ targetCPUUtilizationPercentage: 60 }),
    });

    expect(status).toBe(201);
    expect(body).toMatchObject({
      apiVersion: 'autoscaling/v1',
      spec: { minReplicas: 1, maxReplicas: 10, targetCPUUtilizationPercentage: 60 },
      status: { currentReplicas: 0, desiredReplicas: 0 },
    });
    expect(stored().spec.metrics).toEqual([
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
      },
    ]);
  });

  it('wants 80 % of CPU when it names no target', () => {
    expect(lab.send('POST', V1, { body: hpa() }).body.spec.targetCPUUtilizationPercentage).toBe(80);
  });

  it('leaves CPU out when an annotation holds another metric', () => {
    const { body } = lab.send('POST', V1, {
      body: hpa({}, { [METRICS]: JSON.stringify([MEMORY]) }),
    });

    expect(body.spec).not.toHaveProperty('targetCPUUtilizationPercentage');
    expect(JSON.parse(body.metadata.annotations[METRICS])).toEqual([MEMORY]);
    expect(stored().metadata.annotations).toBeUndefined();
    expect(stored().spec.metrics?.map(({ resource }) => resource?.name)).toEqual(['memory']);
  });

  it('drops the status it is given', () => {
    const body = { ...hpa(), status: { currentReplicas: 4, desiredReplicas: 5 } };

    expect(lab.send('POST', V1, { body }).body.status).toEqual({
      currentReplicas: 0,
      desiredReplicas: 0,
    });
  });

  const refused = [
    {
      name: 'no upper bound',
      body: hpa({ maxReplicas: 0 }),
      causes: ['spec.maxReplicas', 'spec.maxReplicas'],
    },
    {
      name: 'a target below 1 %, by the field of the stored version',
      body: hpa({ targetCPUUtilizationPercentage: 0 }),
      causes: ['spec.metrics[0].resource.target.averageUtilization'],
    },
    {
      name: 'rules in an annotation without policies, which get no defaults',
      body: hpa(
        {},
        { [BEHAVIOR]: JSON.stringify({ ScaleDown: { StabilizationWindowSeconds: 60 } }) },
      ),
      causes: ['spec.behavior.scaleDown.policies'],
    },
  ];
  it.each(refused)('refuses $name', ({ body, causes }) => {
    const answer = lab.send('POST', V1, { body });

    expect(answer.status).toBe(422);
    expect(answer.body.details.group).toBe('autoscaling');
    expect(answer.body.details.causes.map(({ field }: { field: string }) => field)).toEqual(causes);
  });

  it('says of a wrong type which version and field it is', () => {
    const { status, body } = lab.send('POST', V1, { body: hpa({ maxReplicas: 'ten' }) });

    expect(status).toBe(400);
    expect(body.message).toBe(
      'HorizontalPodAutoscaler in version "v1" cannot be handled as a HorizontalPodAutoscaler: json: cannot unmarshal string into Go struct field HorizontalPodAutoscalerSpec.spec.maxReplicas of type int32',
    );
  });

  it('warns of a field that only the newer version has, or refuses it when asked to', () => {
    const body = hpa({ metrics: [] });

    expect(lab.send('POST', V1, { body }).warnings).toEqual(['unknown field "spec.metrics"']);
    const strict = lab.send('POST', V1, { body, query: 'fieldValidation=Strict' });
    expect(strict.status).toBe(400);
    expect(strict.body.message).toContain('unknown field "spec.metrics"');
  });
});

describe('changing an HPA through autoscaling/v1', () => {
  beforeEach(() => {
    lab.send('POST', V2, {
      body: {
        ...hpa({
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
            },
            {
              type: 'Pods',
              pods: {
                metric: { name: 'rps' },
                target: { type: 'AverageValue', averageValue: '100' },
              },
            },
          ],
          behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
        }),
        apiVersion: 'autoscaling/v2',
      },
    });
  });

  it('loses nothing that the older version has no field for', () => {
    const before = stored();
    const read = lab.send('GET', `${V1}/web`).body;

    const { status } = lab.send('PUT', `${V1}/web`, {
      body: { ...read, spec: { ...read.spec, maxReplicas: 12 } },
    });

    expect(status).toBe(200);
    expect(stored().spec).toMatchObject({ maxReplicas: 12, behavior: before.spec.behavior });
    // the target of CPU comes last after a conversion, as upstream's does
    expect(stored().spec.metrics?.map(({ type }) => type)).toEqual(['Pods', 'Resource']);
  });

  const patches = [
    {
      name: 'merge',
      contentType: 'application/merge-patch+json',
      body: { spec: { targetCPUUtilizationPercentage: 75 } },
    },
    {
      name: 'strategic merge',
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { targetCPUUtilizationPercentage: 75 } },
    },
    {
      name: 'JSON',
      contentType: 'application/json-patch+json',
      body: [{ op: 'replace', path: '/spec/targetCPUUtilizationPercentage', value: 75 }],
    },
  ];
  it.each(patches)('takes a $name patch of its own fields', ({ contentType, body }) => {
    const answer = lab.send('PATCH', `${V1}/web`, { contentType, body });

    expect(answer.status).toBe(200);
    expect(answer.body.spec.targetCPUUtilizationPercentage).toBe(75);
    expect(
      stored().spec.metrics?.flatMap(({ resource }) => resource?.target.averageUtilization ?? []),
    ).toEqual([75]);
  });

  it('writes the status alone at its subresource', () => {
    const status = { currentReplicas: 2, desiredReplicas: 3, currentCPUUtilizationPercentage: 66 };

    const answer = lab.send('PATCH', `${V1}/web/status`, {
      contentType: 'application/merge-patch+json',
      body: { spec: { maxReplicas: 99 }, status },
    });

    expect(answer.body).toMatchObject({ spec: { maxReplicas: 10 }, status });
    expect(stored().status?.currentMetrics?.[0]?.resource?.current.averageUtilization).toBe(66);
  });

  it('refuses a write from an older state, deletes, and has no scale', () => {
    const read = lab.send('GET', `${V1}/web`).body;
    const patch = {
      contentType: 'application/merge-patch+json',
      body: { spec: { maxReplicas: 11 } },
    };
    lab.send('PATCH', `${V2}/web`, patch);

    expect(lab.send('PUT', `${V1}/web`, { body: read }).status).toBe(409);
    expect(lab.send('GET', `${V1}/web/scale`).status).toBe(404);
    expect(lab.send('DELETE', `${V1}/web`).body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'web', group: 'autoscaling', kind: 'horizontalpodautoscalers' },
    });
    expect(lab.send('GET', `${V2}/web`).status).toBe(404);
  });

  it('the newer version drops annotations of the older one', () => {
    lab.send('PATCH', `${V2}/web`, {
      contentType: 'application/merge-patch+json',
      body: { metadata: { annotations: { [METRICS]: '[]', kept: 'yes' } } },
    });

    expect(stored().metadata.annotations).toEqual({ kept: 'yes' });
  });
});

describe('discovery of autoscaling', () => {
  it('prefers the newer version and describes both', () => {
    const group = lab.send('GET', '/apis/autoscaling').body;

    expect(group.versions.map(({ version }: { version: string }) => version)).toEqual(['v2', 'v1']);
    expect(group.preferredVersion.version).toBe('v2');
    const { paths, components } = lab.send('GET', '/openapi/v3/apis/autoscaling/v1').body;
    expect(Object.keys(paths)).toContain(`${V1.replace('/lab/', '/{namespace}/')}/{name}/status`);
    expect(
      components.schemas['io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec'].properties,
    ).toHaveProperty('targetCPUUtilizationPercentage');
  });
});
