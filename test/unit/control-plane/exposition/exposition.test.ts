import { describe, expect, it } from 'vitest';
import { ApiMachinery } from '../../../../src/control-plane/api-machinery/api-machinery.js';
import { ApiError } from '../../../../src/control-plane/api-error.js';
import { ApiHandler } from '../../../../src/control-plane/http/api-handler.js';
import { parseMetricsText } from '../../../../src/control-plane/metrics/prometheus-text.js';
import type { ContainerUsage } from '../../../../src/control-plane/pod-runtime.js';
import {
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  NAMESPACES,
  NODES,
  PODS,
} from '../../../../src/control-plane/resources.js';
import { seededRandom } from '../../../../src/core/random.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';

const STATE =
  '/api/v1/namespaces/kube-system/services/kube-state-metrics:http-metrics/proxy/metrics';
const CADVISOR = '/api/v1/nodes/one/proxy/metrics/cadvisor';

const meta = (name: string) => ({ name, namespace: 'shop' });
const resources = {
  requests: { cpu: '200m', memory: '64Mi' },
  limits: { cpu: '500m', memory: '128Mi' },
};

/** A pod with one container on node `one`, what it uses, and the handler that tells of it. */
function world() {
  const clock = new VirtualClock(Date.parse('2026-11-23T06:00:00Z'));
  const api = new ApiMachinery({ clock, random: seededRandom(1) });
  api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  api.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'one' },
    spec: {},
    status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' } },
  });
  const pod = api.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta('web-1'),
    spec: { nodeName: 'one', containers: [{ name: 'app', image: 'web:1', resources }] },
  });
  api.update(
    PODS,
    {
      ...pod,
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-23T05:59:00Z' }],
        containerStatuses: [
          {
            name: 'app',
            image: 'web:1',
            imageID: 'x',
            ready: true,
            restartCount: 3,
            state: { running: { startedAt: '2026-11-23T05:58:00Z' } },
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
          },
        ],
      },
    },
    { subresource: 'status' },
  );
  const usage: ContainerUsage[] = [
    {
      podUid: pod.metadata.uid ?? '',
      container: 'app',
      startedAtMs: clock.now() - 60_000,
      cpuMs: 12_500,
      memoryBytes: 50_000_000,
      throttled: { periods: 100, throttledPeriods: 25, throttledMs: 1_500 },
    },
  ];
  const handler = new ApiHandler({
    api,
    clock,
    exposition: {
      usage: { readUsage: () => usage },
      requireNode: (name) => {
        if (name === 'cut-off') throw new ApiError({ message: 'no route to host', code: 503 });
      },
    },
  });
  const get = (path: string, method = 'GET') => {
    const answer = handler.handle({
      method,
      path,
      query: new URLSearchParams(),
      accept: undefined,
      contentType: undefined,
      body: '',
      userAgent: 'test',
    });
    if (answer.kind !== 'plain') throw new Error('expected a plain answer');
    return answer;
  };
  /** Values by name and the labels that are asked for; undefined: there is no such series. */
  const valueOf = (path: string, name: string, labels: Readonly<Record<string, string>> = {}) => {
    const parsed = parseMetricsText(get(path).body);
    if (parsed.kind === 'fault') throw new Error(`line ${parsed.line}: ${parsed.because}`);
    return parsed.samples.find(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([key, value]) => (sample.labels[key] ?? '') === value),
    )?.value;
  };
  return { api, get, valueOf };
}

describe('what a kubelet tells of containers', () => {
  const app = { namespace: 'shop', pod: 'web-1', container: 'app' };
  it.each([
    ['CPU in seconds of a Kubernetes CPU', 'container_cpu_usage_seconds_total', app, 12.5],
    [
      'the pod as a whole has no container',
      'container_cpu_usage_seconds_total',
      { pod: 'web-1', container: '' },
      12.5,
    ],
    ['periods of the quota', 'container_cpu_cfs_periods_total', app, 100],
    ['periods in which it was stopped', 'container_cpu_cfs_throttled_periods_total', app, 25],
    ['the time it was stopped', 'container_cpu_cfs_throttled_seconds_total', app, 1.5],
    ['memory', 'container_memory_working_set_bytes', app, 50_000_000],
    ['the quota of a limit of 500m', 'container_spec_cpu_quota', app, 50_000],
    ['the shares of a request of 200m', 'container_spec_cpu_shares', app, 204],
    ['the limit of memory', 'container_spec_memory_limit_bytes', app, 134_217_728],
    ['the cores of the node', 'machine_cpu_cores', {}, 4],
  ])('%s', (...[, name, labels, value]) => {
    expect(world().valueOf(CADVISOR, name, labels)).toBe(value);
  });

  it('is told to metrics-server too', () => {
    const path = '/api/v1/nodes/one/proxy/metrics/resource';
    expect(world().valueOf(path, 'pod_cpu_usage_seconds_total', { pod: 'web-1' })).toBe(12.5);
  });

  it('is not known of a node that is not there or does not answer, nor by other methods', () => {
    const { api, get } = world();
    api.create(NODES, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'cut-off' },
      spec: {},
    });
    expect(get('/api/v1/nodes/two/proxy/metrics/cadvisor').status).toBe(404);
    expect(get('/api/v1/nodes/cut-off/proxy/metrics/cadvisor').status).toBe(503);
    expect(get(CADVISOR, 'DELETE').status).toBe(405);
    expect(get('/api/v1/nodes/one/proxy/other').status).toBe(404);
  });
});

describe('what kube-state-metrics tells', () => {
  it.each([
    ['the phase', 'kube_pod_status_phase', { pod: 'web-1', phase: 'Running' }, 1],
    ['phases that it is not in', 'kube_pod_status_phase', { pod: 'web-1', phase: 'Pending' }, 0],
    ['readiness', 'kube_pod_status_ready', { pod: 'web-1', condition: 'true' }, 1],
    [
      'since when',
      'kube_pod_status_ready_time',
      { pod: 'web-1' },
      Date.parse('2026-11-23T05:59:00Z') / 1_000,
    ],
    ['restarts', 'kube_pod_container_status_restarts_total', { pod: 'web-1', container: 'app' }, 3],
    [
      'why it ended last',
      'kube_pod_container_status_last_terminated_reason',
      { reason: 'OOMKilled' },
      1,
    ],
    [
      'requests in cores',
      'kube_pod_container_resource_requests',
      { resource: 'cpu', unit: 'core', node: 'one' },
      0.2,
    ],
    [
      'limits in bytes',
      'kube_pod_container_resource_limits',
      { resource: 'memory', unit: 'byte' },
      134_217_728,
    ],
    [
      'the size of a node',
      'kube_node_status_capacity',
      { node: 'one', resource: 'pods', unit: 'integer' },
      110,
    ],
    ['namespaces', 'kube_namespace_status_phase', { namespace: 'shop', phase: 'Active' }, 1],
  ])('%s', (...[, name, labels, value]) => {
    expect(world().valueOf(STATE, name, labels)).toBe(value);
  });

  it('tells what an HPA wants and what it goes by', () => {
    const { api, valueOf } = world();
    const hpa = api.create(HORIZONTAL_POD_AUTOSCALERS, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: meta('web'),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 9,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
        ],
      },
    });
    const status = {
      currentReplicas: 2,
      desiredReplicas: 5,
      currentMetrics: [
        {
          type: 'Resource' as const,
          resource: { name: 'cpu', current: { averageValue: '150m', averageUtilization: 75 } },
        },
      ],
      conditions: [
        {
          type: 'AbleToScale',
          status: 'True' as const,
          lastTransitionTime: '2026-11-23T05:59:00Z',
        },
      ],
    };
    api.update(HORIZONTAL_POD_AUTOSCALERS, { ...hpa, status }, { subresource: 'status' });
    const of = (name: string, labels = {}) =>
      valueOf(STATE, `kube_horizontalpodautoscaler_${name}`, {
        namespace: 'shop',
        horizontalpodautoscaler: 'web',
        ...labels,
      });

    expect(of('status_desired_replicas')).toBe(5);
    expect(of('spec_max_replicas')).toBe(9);
    expect(of('spec_target_metric', { metric_target_type: 'utilization' })).toBe(70);
    expect(of('status_target_metric', { metric_target_type: 'average' })).toBe(0.15);
    expect(of('status_condition', { condition: 'AbleToScale', status: 'true' })).toBe(1);
    expect(of('info', { scaletargetref_name: 'web' })).toBe(1);
  });

  it('counts surge and unavailability of a Deployment in pods', () => {
    const { api, valueOf } = world();
    const labels = { app: 'web' };
    api.create(DEPLOYMENTS, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('web'),
      spec: {
        replicas: 5,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'web:1' }] } },
      },
    });
    const of = (name: string) => valueOf(STATE, `kube_deployment_${name}`, { deployment: 'web' });

    expect(of('spec_replicas')).toBe(5);
    expect(of('spec_strategy_rollingupdate_max_surge')).toBe(2);
    expect(of('spec_strategy_rollingupdate_max_unavailable')).toBe(1);
    expect(of('status_replicas_ready')).toBe(0);
  });
});
