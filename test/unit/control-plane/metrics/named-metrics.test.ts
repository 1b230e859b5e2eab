/** From `/metrics` of pods to HPAs of type Pods, Object and External, and to `kubectl get --raw`. */
import { describe, expect, it } from 'vitest';
import {
  HORIZONTAL_POD_AUTOSCALERS,
  PODS,
  SERVICES,
  DEPLOYMENTS,
} from '../../../../src/control-plane/resources.js';
import {
  aDeployment,
  aTemplate,
  NAMESPACE,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { MetricSpec } from '../../../../src/core/autoscaling-objects.js';
import { anHpa } from '../../../support/autoscaled-lab.js';
import { aRule, podMetricsLab } from '../../../support/pod-metrics-lab.js';

const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta2';
const EXTERNAL = '/apis/external.metrics.k8s.io/v1beta1';
const TEMPLATE = {
  ...aTemplate(),
  spec: { containers: [{ name: 'c', image: 'app:1', ports: [{ containerPort: 8000 }] }] },
};
const REQUESTS = aRule({
  series: 'http_requests_total',
  as: 'http_requests_per_second',
  match: { route: '/work' },
  value: 'rate',
  windowMs: 30_000,
});
const QUEUE = aRule({ series: 'queue_length', api: 'external', by: ['queue'] });

/** Each pod serves `rate` requests a second, told by two series of one route and one of another. */
function counters(rate: number, nowMs: number): string {
  const count = (rate * (nowMs - Date.UTC(2026, 10, 23, 5))) / 1_000;
  return `http_requests_total{route="/work",code="200"} ${count * 0.75}
http_requests_total{route="/work",code="500"} ${count * 0.25}
http_requests_total{route="/healthz",code="200"} 1e9
queue_length{queue="mail"} 30
queue_length{queue="print"} 5
`;
}

function aLab(tell = (nowMs: number) => counters(8, nowMs)) {
  const lab = podMetricsLab({
    rules: [REQUESTS, QUEUE],
    tell: (_pod, nowMs) => ({ kind: 'text', text: tell(nowMs) }),
  });
  lab.api.create(DEPLOYMENTS, aDeployment({ template: TEMPLATE }));
  lab.api.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  return lab;
}

function withHpa(lab: ReturnType<typeof aLab>, metric: MetricSpec): void {
  lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa({ metrics: [metric], maxReplicas: 20 }));
}

describe('metrics of pods', () => {
  it('are asked for at the address, the port and the path of a running pod, each period', () => {
    const lab = aLab();

    lab.clock.advance(30_000);

    const [first] = lab.asked;
    expect(first).toMatchObject({ port: 8_000, path: '/metrics', timeoutMs: 5_000 });
    const times = new Map<string, number>();
    for (const { host } of lab.asked) times.set(host, (times.get(host) ?? 0) + 1);
    expect([...times.values()].every((count) => count >= 5 && count <= 6)).toBe(true);
    expect(times.size).toBe(3);
  });

  it('follow the annotations of a pod', () => {
    const lab = aLab();
    const annotated = (name: string, annotations: Record<string, string>) =>
      lab.api.create(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: NAMESPACE, annotations },
        spec: TEMPLATE.spec,
      });
    annotated('other-place', { 'prometheus.io/port': '9100', 'prometheus.io/path': '/stats' });
    annotated('silent', { 'prometheus.io/scrape': 'false' });

    lab.clock.advance(10_000);

    const asked = (name: string) => {
      const pod = lab.api.get(PODS, { namespace: NAMESPACE, name });
      return lab.asked.find(({ host }) => host === pod?.status?.podIP);
    };
    expect(asked('other-place')).toMatchObject({ port: 9_100, path: '/stats' });
    expect(asked('silent')).toBeUndefined();
  });

  it('that cannot be had are told once, and there are none then', () => {
    const lab = podMetricsLab({
      rules: [QUEUE],
      tell: () => ({ kind: 'text', text: '<html>' }),
    });
    lab.api.create(DEPLOYMENTS, aDeployment({ replicas: 1, template: TEMPLATE }));

    lab.clock.advance(30_000);

    expect(lab.scrapeFailures).toHaveLength(1);
    expect(lab.scrapeFailures[0]).toMatch(
      /no metrics of pod lab\/web-.*:8000\/metrics: line 1: expected/,
    );
    expect(lab.named.external('queue_length', { namespace: NAMESPACE, matches: () => true })).toBe(
      undefined,
    );
  });

  it('of a pod that is gone are forgotten', () => {
    const lab = aLab();
    lab.clock.advance(60_000);
    const deployment = lab.deployment();

    lab.api.update(DEPLOYMENTS, { ...deployment, spec: { ...deployment.spec, replicas: 0 } });
    lab.clock.advance(10_000);

    expect(lab.named.customNames).toEqual([]);
    const before = lab.asked.length;
    lab.clock.advance(30_000);
    expect(lab.asked).toHaveLength(before);
  });
});

describe('kubectl get --raw', () => {
  it('lists the metrics that there are', () => {
    const lab = aLab();
    expect(lab.raw(CUSTOM).body).toMatchObject({ kind: 'APIResourceList', resources: [] });

    lab.clock.advance(60_000);

    expect(lab.raw(CUSTOM)).toEqual({
      status: 200,
      body: {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: 'custom.metrics.k8s.io/v1beta2',
        resources: [
          ['deployments.apps', true],
          ['namespaces', false],
          ['pods', true],
          ['replicasets.apps', true],
          ['services', true],
        ].map(([of, namespaced]) => ({
          name: `${of}/http_requests_per_second`,
          singularName: '',
          namespaced,
          kind: 'MetricValueList',
          verbs: ['get'],
        })),
      },
    });
    expect(lab.raw(EXTERNAL).body.resources).toEqual([
      {
        name: 'queue_length',
        singularName: '',
        namespaced: true,
        kind: 'ExternalMetricValueList',
        verbs: ['get'],
      },
    ]);
    const groups = lab.raw('/apis').body.groups.map(({ name }: { name: string }) => name);
    expect(groups).toEqual(
      expect.arrayContaining(['custom.metrics.k8s.io', 'external.metrics.k8s.io']),
    );
  });

  it('gives the values of all pods that a selector finds', () => {
    const lab = aLab();
    lab.clock.advance(60_000);

    const { status, body } = lab.raw(
      `${CUSTOM}/namespaces/lab/pods/*/http_requests_per_second?labelSelector=app%3Dweb`,
    );

    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'MetricValueList',
      apiVersion: 'custom.metrics.k8s.io/v1beta2',
      metadata: {},
    });
    expect(body.items).toHaveLength(3);
    expect(body.items[0]).toEqual({
      describedObject: {
        kind: 'Pod',
        namespace: 'lab',
        name: lab.pods()[0]?.metadata.name,
        apiVersion: '/v1',
      },
      metric: { name: 'http_requests_per_second', selector: null },
      timestamp: expect.stringMatching(/^2026-11-23T06:01:0\dZ$/),
      value: expect.stringMatching(/^(?:8|79\d\dm|800\dm)$/),
    });
    const none = lab.raw(
      `${CUSTOM}/namespaces/lab/pods/*/http_requests_per_second?labelSelector=app%3Dother`,
    );
    expect(none.body.items).toEqual([]);
  });

  it('gives the value of a Service, a Deployment and a namespace: all of their pods together', () => {
    const lab = aLab();
    lab.clock.advance(60_000);

    for (const path of [
      'services/web/http_requests_per_second',
      'deployments.apps/web/http_requests_per_second',
      'metrics/http_requests_per_second',
    ]) {
      const { body } = lab.raw(`${CUSTOM}/namespaces/lab/${path}`);
      expect(body.items).toHaveLength(1);
      expect(body.items[0].value).toMatch(/^(?:24|239\d\dm|2400\dm)$/);
    }
  });

  it('counts only the series that metricLabelSelector chooses', () => {
    const lab = aLab();
    lab.clock.advance(60_000);

    const { body } = lab.raw(
      `${CUSTOM}/namespaces/lab/services/web/http_requests_per_second?metricLabelSelector=code%3D500`,
    );

    expect(body.items[0].value).toMatch(/^(?:6|599\dm|600\dm)$/);
  });

  it('gives the older form under v1beta1', () => {
    const lab = aLab();
    lab.clock.advance(60_000);

    const { body } = lab.raw(
      '/apis/custom.metrics.k8s.io/v1beta1/namespaces/lab/services/web/http_requests_per_second',
    );

    expect(body.items[0]).toMatchObject({
      metricName: 'http_requests_per_second',
      selector: null,
      describedObject: { kind: 'Service', apiVersion: '/v1' },
    });
  });

  it('gives external metrics with the labels that tell them apart', () => {
    const lab = aLab();
    lab.clock.advance(60_000);

    const all = lab.raw(`${EXTERNAL}/namespaces/lab/queue_length`);
    const mail = lab.raw(`${EXTERNAL}/namespaces/lab/queue_length?labelSelector=queue%3Dmail`);

    expect(all.body).toMatchObject({
      kind: 'ExternalMetricValueList',
      apiVersion: 'external.metrics.k8s.io/v1beta1',
    });
    expect(all.body.items.map(({ value }: { value: string }) => value)).toEqual(['90', '15']);
    expect(mail.body.items).toEqual([
      {
        metricName: 'queue_length',
        metricLabels: { queue: 'mail' },
        timestamp: expect.any(String),
        value: '90',
      },
    ]);
  });

  it.each([
    [
      `${CUSTOM}/namespaces/lab/pods/*/nothing`,
      'the server could not find the metric nothing for pods',
    ],
    [
      `${CUSTOM}/namespaces/lab/services/other/http_requests_per_second`,
      'the server could not find the metric http_requests_per_second for services other',
    ],
    [
      `${CUSTOM}/namespaces/lab/cows/web/http_requests_per_second`,
      'the server could not find the metric http_requests_per_second for cows',
    ],
    [
      `${EXTERNAL}/namespaces/default/nothing`,
      'the server could not find the metric nothing for namespaces',
    ],
    [`${CUSTOM}/pods`, 'the server could not find the requested resource'],
  ])('%s is a 404', (path, message) => {
    const lab = aLab();
    lab.clock.advance(60_000);

    expect(lab.raw(path)).toMatchObject({
      status: 404,
      body: { kind: 'Status', status: 'Failure', reason: 'NotFound', message },
    });
  });
});

describe('an HPA', () => {
  it('of type Pods scales by the average over its pods', () => {
    const lab = aLab();
    withHpa(lab, {
      type: 'Pods',
      pods: {
        metric: { name: 'http_requests_per_second' },
        target: { type: 'AverageValue', averageValue: '4' },
      },
    });

    lab.clock.advance(90_000);

    // every pod always serves 8, however many there are: it doubles up to its limits
    expect(lab.deployment().spec.replicas).toBeGreaterThanOrEqual(6);
    const [metric] =
      lab.api.get(HORIZONTAL_POD_AUTOSCALERS, { namespace: NAMESPACE, name: 'web' })?.status
        ?.currentMetrics ?? [];
    expect(metric).toMatchObject({
      type: 'Pods',
      pods: { metric: { name: 'http_requests_per_second' } },
    });
  });

  it('of type Object scales by the value of a Service', () => {
    const lab = aLab((nowMs) => `http_requests_total{route="/work"} ${nowMs / 1_000}\n`);
    withHpa(lab, {
      type: 'Object',
      object: {
        describedObject: { apiVersion: 'v1', kind: 'Service', name: 'web' },
        metric: { name: 'http_requests_per_second' },
        target: { type: 'Value', value: '2' },
      },
    });

    lab.clock.advance(31_000);

    // three pods serve nearly 1/s each by the second sync: nearly half as many again
    expect(lab.deployment().spec.replicas).toBe(5);
  });

  it('of type External scales by what a selector chooses', () => {
    const lab = aLab();
    withHpa(lab, {
      type: 'External',
      external: {
        metric: { name: 'queue_length', selector: { matchLabels: { queue: 'print' } } },
        target: { type: 'AverageValue', averageValue: '3' },
      },
    });

    lab.clock.advance(25_000);

    // three pods tell 5 each: 15 / 3
    expect(lab.deployment().spec.replicas).toBe(5);
  });

  it('tells in upstream words why it cannot see a metric', () => {
    const lab = aLab();
    withHpa(lab, {
      type: 'Pods',
      pods: { metric: { name: 'nothing' }, target: { type: 'AverageValue', averageValue: '4' } },
    });

    lab.clock.advance(60_000);

    const hpa = lab.api.get(HORIZONTAL_POD_AUTOSCALERS, { namespace: NAMESPACE, name: 'web' });
    expect(hpa?.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'ScalingActive',
        status: 'False',
        reason: 'FailedGetPodsMetric',
        message:
          'the HPA was unable to compute the replica count: unable to get metric nothing: unable to fetch metrics from custom metrics API: the server could not find the metric nothing for pods',
      }),
    );
  });
});
