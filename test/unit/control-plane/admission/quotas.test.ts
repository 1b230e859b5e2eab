/** Quotas: what they take, what they refuse, and what is written of their use. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  NAMESPACE,
  aDeployment,
  controlPlaneLab,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { ControlPlaneLab } from '../../../../src/conformance/controllers/control-plane-lab.js';
import { ApiError } from '../../../../src/control-plane/api-error.js';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  EVENTS,
  PODS,
  PRIORITY_CLASSES,
  RESOURCE_QUOTAS,
  SERVICES,
} from '../../../../src/control-plane/resources.js';
import type {
  ConfigMap,
  Pod,
  ResourceRequirements,
  Service,
} from '../../../../src/core/objects.js';
import type { ResourceQuota } from '../../../../src/core/quota-objects.js';
import { InProcessApi } from '../../../support/in-process-api.js';
import type { ReceivedAnswer } from '../../../support/in-process-api.js';

function aQuota(spec: ResourceQuota['spec']): ResourceQuota {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: NAMESPACE },
    spec,
  };
}

function aPod(
  name: string,
  resources: ResourceRequirements = {},
  spec: Partial<Pod['spec']> = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: { containers: [{ name: 'c', image: 'app:1', resources }], ...spec },
  };
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

function aMap(name: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: NAMESPACE },
  };
}

function aTwoPortService(type: NonNullable<Service['spec']['type']>): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: NAMESPACE },
    spec: {
      type,
      ports: [
        { name: 'a', port: 80 },
        { name: 'b', port: 81 },
      ],
    },
  };
}

let lab: ControlPlaneLab;
beforeEach(() => {
  lab = controlPlaneLab();
});

function create(quota: ResourceQuota['spec']): void {
  lab.api.create(RESOURCE_QUOTAS, aQuota(quota));
  lab.clock.advance(100);
}

function used(): ResourceQuota['status'] {
  return lab.api.get(RESOURCE_QUOTAS, { namespace: NAMESPACE, name: 'q' })?.status;
}

describe('a quota', () => {
  it('counts what is there, what comes and what goes', () => {
    lab.api.create(PODS, aPod('a', { requests: { cpu: '100m', memory: '512Mi' } }));
    create({ hard: { pods: '3', 'requests.cpu': '1', memory: '2Gi', 'count/pods': '9' } });
    const before = used();

    lab.api.create(PODS, aPod('b', { requests: { cpu: '300m', memory: '512Mi' } }));
    const grown = used();
    lab.api.delete(PODS, { namespace: NAMESPACE, name: 'a' });
    lab.clock.advance(2_000);

    expect(before?.used).toEqual({
      pods: '1',
      'requests.cpu': '100m',
      memory: '512Mi',
      'count/pods': '1',
    });
    expect(grown?.used).toEqual({
      pods: '2',
      'requests.cpu': '400m',
      memory: '1Gi',
      'count/pods': '2',
    });
    expect(used()?.used).toMatchObject({ pods: '1', 'requests.cpu': '300m' });
  });

  const refused = [
    {
      name: 'more than is left',
      hard: { pods: '2', 'requests.cpu': '200m' },
      resources: { requests: { cpu: '250m' } },
      message:
        'exceeded quota: q, requested: requests.cpu=250m, used: requests.cpu=0, limited: requests.cpu=200m',
    },
    {
      name: 'more than is left of several',
      hard: { cpu: '1', 'limits.memory': '1Gi' },
      resources: { requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '2Gi' } },
      message:
        'exceeded quota: q, requested: cpu=2,limits.memory=2Gi, used: cpu=0,limits.memory=0, limited: cpu=1,limits.memory=1Gi',
    },
    {
      name: 'what does not say what is limited',
      hard: { 'limits.cpu': '1', 'requests.memory': '1Gi' },
      resources: {},
      message: 'failed quota: q: must specify limits.cpu for: c; requests.memory for: c',
    },
  ];
  it.each(refused)('refuses a pod: $name', ({ hard, resources, message }) => {
    create({ hard });

    expect(refusal(() => lab.api.create(PODS, aPod('a', resources)))).toBe(
      `403 pods "a" is forbidden: ${message}`,
    );
  });

  it('that nobody has counted yet lets nothing in', () => {
    const api = new InProcessApi();
    const path = '/api/v1/namespaces/default/resourcequotas';
    const { namespace: _, ...metadata } = aQuota({}).metadata;
    const quota = { ...aQuota({ hard: { pods: '1' } }), metadata };
    api.send('POST', path, { body: quota });
    const status = { hard: { pods: '1' } };
    api.send('PUT', `${path}/q/status`, { body: { ...quota, status } });

    const { apiVersion, kind, spec } = aPod('a');
    const body = { apiVersion, kind, metadata: { name: 'a' }, spec };
    const answer = api.send('POST', '/api/v1/namespaces/default/pods', { body });

    expect(answer.body.message).toBe(
      'pods "a" is forbidden: status unknown for quota: q, resources: pods',
    );
  });

  it('is not used by a dry run', () => {
    create({ hard: { pods: '1' } });

    lab.api.create(PODS, aPod('a'), { dryRun: true });

    expect(used()?.used).toEqual({ pods: '0' });
  });

  const scopes = [
    { scope: 'BestEffort', inside: aPod('a'), outside: aPod('b', { requests: { cpu: '1' } }) },
    { scope: 'NotBestEffort', inside: aPod('a', { requests: { cpu: '1' } }), outside: aPod('b') },
    {
      scope: 'Terminating',
      inside: aPod('a', {}, { activeDeadlineSeconds: 5 }),
      outside: aPod('b'),
    },
    {
      scope: 'NotTerminating',
      inside: aPod('a'),
      outside: aPod('b', {}, { activeDeadlineSeconds: 5 }),
    },
  ];
  it.each(scopes)('of the scope $scope counts only pods in it', ({ scope, inside, outside }) => {
    create({ hard: { pods: '0' }, scopes: [scope] });

    expect(refusal(() => lab.api.create(PODS, inside))).toContain('exceeded quota: q');
    expect(refusal(() => lab.api.create(PODS, outside))).toBe('accepted');
  });

  it('of a priority class counts only pods of that class', () => {
    lab.api.create(PRIORITY_CLASSES, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 9,
    });
    const requirement = { scopeName: 'PriorityClass', operator: 'In', values: ['high'] };
    create({ hard: { pods: '0' }, scopeSelector: { matchExpressions: [requirement] } });

    const high = aPod('a', {}, { priorityClassName: 'high' });

    expect(refusal(() => lab.api.create(PODS, high))).toContain('exceeded quota: q');
    expect(refusal(() => lab.api.create(PODS, aPod('b')))).toBe('accepted');
  });

  it('counts objects of any kind, by either name', () => {
    create({ hard: { configmaps: '1', 'count/configmaps': '5', 'count/deployments.apps': '0' } });
    lab.api.create(CONFIG_MAPS, aMap('a'));

    expect(refusal(() => lab.api.create(CONFIG_MAPS, aMap('b')))).toContain(
      'requested: configmaps=1, used: configmaps=1, limited: configmaps=1',
    );
    expect(refusal(() => lab.api.create(DEPLOYMENTS, aDeployment()))).toContain(
      'limited: count/deployments.apps=0',
    );
  });

  it('counts what a Service becomes', () => {
    create({ hard: { 'services.nodeports': '1' } });
    lab.api.create(SERVICES, aTwoPortService('ClusterIP'));

    expect(refusal(() => lab.api.update(SERVICES, aTwoPortService('NodePort')))).toContain(
      'requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1',
    );
  });

  it('of pods lets ended pods go, and counts them all the same', () => {
    create({ hard: { pods: '1', 'count/pods': '5' } });
    const pod = lab.api.create(PODS, aPod('a'));

    const status = { ...pod.status, phase: 'Succeeded' as const };
    lab.api.update(PODS, { ...pod, status }, { subresource: 'status' });
    lab.clock.advance(100);

    expect(used()?.used).toEqual({ pods: '0', 'count/pods': '1' });
  });

  it('follows its own change', () => {
    create({ hard: { pods: '1' } });
    const quota = lab.api.get(RESOURCE_QUOTAS, { namespace: NAMESPACE, name: 'q' });
    if (quota === undefined) throw new Error('expected the quota q, found none');

    lab.api.update(RESOURCE_QUOTAS, { ...quota, spec: { hard: { pods: '2', secrets: '3' } } });
    lab.clock.advance(100);

    expect(used()).toEqual({
      hard: { pods: '2', secrets: '3' },
      used: { pods: '0', secrets: '0' },
    });
  });

  it('that stops a ReplicaSet is told in its events and conditions', () => {
    create({ hard: { pods: '1' } });

    lab.api.create(DEPLOYMENTS, aDeployment({ replicas: 2 }));
    lab.clock.advance(500);

    const failed = lab.api
      .list(EVENTS, { namespace: NAMESPACE })
      .items.find(({ reason }) => reason === 'FailedCreate');
    expect(failed?.message).toMatch(
      /^Error creating: pods "web-\w+-\w{5}" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1$/,
    );
    expect(lab.replicaSets()[0]?.status?.conditions).toMatchObject([
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' },
    ]);
  });
});

describe('the fields of a quota', () => {
  const PATH = '/api/v1/namespaces/default/resourcequotas';
  const post = (spec: object): ReceivedAnswer =>
    new InProcessApi().send('POST', PATH, {
      body: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec },
    });

  const refusedSpecs = [
    {
      name: 'a limit that there is not',
      spec: { hard: { boxes: '1' } },
      message:
        '[spec.hard[boxes]: Invalid value: "boxes": must be a standard resource type or fully qualified, spec.hard[boxes]: Invalid value: "boxes": must be a standard resource for quota]',
    },
    {
      name: 'part of a pod',
      spec: { hard: { pods: '1.5' } },
      message: 'spec.hard[pods]: Invalid value: "1500m": must be an integer',
    },
    {
      name: 'less than nothing',
      spec: { hard: { cpu: '-1' } },
      message: 'spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    },
    {
      name: 'a scope that there is not',
      spec: { scopes: ['Some'] },
      message: 'spec.scopes: Invalid value: ["Some"]: unsupported scope',
    },
    {
      name: 'a limit that a scope knows nothing of',
      spec: { hard: { cpu: '1' }, scopes: ['BestEffort'] },
      message: 'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
    },
    {
      name: 'scopes that exclude each other',
      spec: { scopes: ['Terminating', 'NotTerminating'] },
      message: 'spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes',
    },
    {
      name: 'a selector without values',
      spec: {
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] },
      },
      message:
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    },
  ];
  it.each(refusedSpecs)('are refused: $name', ({ spec, message }) => {
    const answer = post(spec);

    expect(answer.status).toBe(422);
    expect(answer.body.message).toBe(`ResourceQuota "q" is invalid: ${message}`);
  });

  it('may hold a limit of any kind of object or device', () => {
    const spec = { hard: { 'count/widgets.example.com': '1', 'requests.example.com/gpu': '2' } };

    expect(post(spec).status).toBe(201);
  });

  it('are warned of when requests may be above limits', () => {
    const { warnings } = post({ hard: { cpu: '2', 'limits.cpu': '1' } });

    expect(warnings).toEqual(['ResourceQuota cpu (2) should be less than limits.cpu (1)']);
  });

  it('are shown with what is used, limits apart', () => {
    const api = new InProcessApi();
    const body = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      status: {
        hard: { pods: '3', 'limits.cpu': '2', cpu: '1' },
        used: { pods: '1', 'limits.cpu': '500m' },
      },
    };
    api.send('POST', PATH, { body });
    api.send('PUT', `${PATH}/q/status`, { body });

    const table = api.send('GET', `${PATH}/q`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });

    expect(table.body.rows[0].cells).toEqual([
      'q',
      'cpu: 0/1, pods: 1/3',
      'limits.cpu: 500m/2',
      '0s',
    ]);
  });
});
