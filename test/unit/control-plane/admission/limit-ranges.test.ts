/** Limit ranges: their own faults and defaults, and what they do to pods. */
import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';
import type { ReceivedAnswer } from '../../../support/in-process-api.js';

const RANGES = '/api/v1/namespaces/default/limitranges';
const PODS = '/api/v1/namespaces/default/pods';

function createRange(lab: InProcessApi, ...limits: readonly object[]): ReceivedAnswer {
  const body = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'r' }, spec: { limits } };
  return lab.send('POST', RANGES, { body });
}

function createPod(lab: InProcessApi, resources: object, spec: object = {}): ReceivedAnswer {
  const containers = [{ name: 'app', image: 'app:1', resources }];
  return lab.send('POST', PODS, {
    body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers, ...spec } },
  });
}

function ofCpu(cpu: string): object {
  return { limits: { cpu } };
}

describe('a limit range', () => {
  it('takes limits from the maximum, and requests from the limits or the minimum', () => {
    const { body } = createRange(new InProcessApi(), {
      type: 'Container',
      max: { cpu: '2' },
      min: { memory: '64Mi' },
      default: { memory: '128Mi' },
    });

    expect(body.spec.limits[0]).toEqual({
      type: 'Container',
      max: { cpu: '2' },
      min: { memory: '64Mi' },
      default: { cpu: '2', memory: '128Mi' },
      defaultRequest: { cpu: '2', memory: '128Mi' },
    });
  });

  const refused = [
    {
      name: 'of a type that there is not',
      item: { type: 'Box' },
      message:
        'spec.limits[0].type: Invalid value: "Box": must be a standard limit type or fully qualified',
    },
    {
      name: 'whose least is above its most',
      item: { type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } },
      message:
        'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
    },
    {
      name: 'with defaults for pods',
      item: { type: 'Pod', default: { cpu: '1' } },
      message: "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    },
    {
      name: 'of a resource that containers do not have',
      item: { type: 'Container', max: { storage: '1Gi' }, default: {}, defaultRequest: {} },
      message: 'must be a standard resource for containers',
    },
    {
      name: 'of claims without storage',
      item: { type: 'PersistentVolumeClaim' },
      message:
        'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
    },
    {
      name: 'with a ratio below 1',
      item: { type: 'Pod', maxLimitRequestRatio: { cpu: '500m' } },
      message:
        'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1',
    },
    {
      name: 'with a ratio that its bounds do not allow',
      item: {
        type: 'Pod',
        min: { cpu: '1' },
        max: { cpu: '2' },
        maxLimitRequestRatio: { cpu: '3' },
      },
      message:
        'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000',
    },
  ];
  it.each(refused)('is refused: one $name', ({ item, message }) => {
    const answer = createRange(new InProcessApi(), item);

    expect(answer.status).toBe(422);
    expect(answer.body.message).toContain(message);
  });

  it('says each type once', () => {
    const answer = createRange(new InProcessApi(), { type: 'Pod' }, { type: 'Pod' });

    expect(answer.body.message).toBe(
      'LimitRange "r" is invalid: spec.limits[1].type: Duplicate value: "Pod"',
    );
  });

  it('is shown by its name and when it was made', () => {
    const lab = new InProcessApi();
    createRange(lab, { type: 'Pod' });

    const { body } = lab.send('GET', RANGES, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });

    expect(body.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
      'Name',
      'Created At',
    ]);
    expect(body.rows[0].cells).toEqual(['r', '2026-11-23T06:00:00Z']);
  });
});

describe('a pod in a namespace with a limit range', () => {
  it('gets what it does not say, and a note of it', () => {
    const lab = new InProcessApi();
    createRange(lab, {
      type: 'Container',
      default: { cpu: '1', memory: '1Gi' },
      defaultRequest: { cpu: '100m' },
    });

    const init = [{ name: 'init', image: 'app:1' }];
    const { body } = createPod(lab, { limits: { cpu: '2' } }, { initContainers: init });

    expect(body.spec.containers[0].resources).toEqual({
      limits: { cpu: '2', memory: '1Gi' },
      requests: { cpu: '2', memory: '1Gi' },
    });
    expect(body.spec.initContainers[0].resources).toEqual({
      limits: { cpu: '1', memory: '1Gi' },
      requests: { cpu: '100m', memory: '1Gi' },
    });
    expect(body.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: memory request for container app; memory limit for container app; cpu, memory request for init container init; cpu, memory limit for init container init',
    });
    expect(body.status.qosClass).toBe('Burstable');
  });

  const refused = [
    {
      name: 'asks for less than the least',
      limits: { type: 'Container', min: { cpu: '200m' } },
      resources: { requests: { cpu: '100m' } },
      message: 'minimum cpu usage per Container is 200m, but request is 100m',
    },
    {
      name: 'asks for more than the most',
      limits: { type: 'Container', max: { memory: '1Gi' } },
      resources: { limits: { memory: '2Gi' } },
      message: 'maximum memory usage per Container is 1Gi, but limit is 2Gi',
    },
    {
      name: 'says nothing where a pod has to',
      limits: { type: 'Pod', max: { cpu: '1' } },
      resources: {},
      message: 'maximum cpu usage per Pod is 1.  No limit is specified',
    },
    {
      name: 'has limits too far from its requests',
      limits: { type: 'Pod', maxLimitRequestRatio: { cpu: '2' } },
      resources: { requests: { cpu: '100m' }, limits: { cpu: '500m' } },
      message: 'cpu max limit to request ratio per Pod is 2, but provided ratio is 5.000000',
    },
    {
      name: 'has two faults',
      limits: {
        type: 'Container',
        min: { cpu: '1' },
        max: { memory: '1Mi' },
        defaultRequest: { cpu: '1', memory: '1Mi' },
      },
      resources: { requests: { cpu: '100m', memory: '1Mi' }, limits: { memory: '2Mi' } },
      message:
        '[minimum cpu usage per Container is 1, but request is 100m, maximum memory usage per Container is 1Mi, but limit is 2Mi]',
    },
  ];
  it.each(refused)('is refused when it $name', ({ limits, resources, message }) => {
    const lab = new InProcessApi();
    createRange(lab, limits);

    const answer = createPod(lab, resources);

    expect(answer.status).toBe(403);
    expect(answer.body.message).toBe(`pods "a" is forbidden: ${message}`);
  });

  it('counts what runs at once: containers together, or a larger init container', () => {
    const lab = new InProcessApi();
    createRange(lab, { type: 'Pod', max: { cpu: '1' } });

    const init = [{ name: 'init', image: 'app:1', resources: ofCpu('900m') }];
    const fits = createPod(lab, ofCpu('600m'), { initContainers: init });
    const sidecar = [{ ...init[0], restartPolicy: 'Always' }];
    const tooMuch = createPod(lab, ofCpu('600m'), { initContainers: sidecar });

    expect(fits.status).toBe(201);
    expect(tooMuch.body.message).toContain('maximum cpu usage per Pod is 1, but limit is 1500m');
  });
});
