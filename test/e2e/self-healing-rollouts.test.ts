/** What a rolling update under load costs: nothing, or requests, depending on the manifest alone. */
import type { V1Container } from '@kubernetes/client-node';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneRequest } from '../../src/load/request-spec.js';
import type { LoadPlan, LoadSecond } from '../../src/load/sender.js';
import { ProcessSender } from '../../src/load/senders/process-sender.js';
import { isReady, startLiveCluster } from '../support/live-cluster.js';
import type { LiveCluster } from '../support/live-cluster.js';

const NAMESPACE = 'default';
const REPLICAS = 3;
const RATE = 40;
/** Long enough for any rollout; the load is ended when the rollout is over. */
const LONGEST_MS = 60_000;

let live: LiveCluster;

beforeAll(async () => {
  live = await startLiveCluster();
});

afterAll(() => live.stop());

/** The same service each time; what differs is what a manifest says of it. */
function objects(app: string, container: Partial<V1Container>): readonly object[] {
  const labels = { app };
  const metadata = { name: app, namespace: NAMESPACE };
  const { env = [], ...fields } = container;
  const template = {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 12,
      containers: [
        {
          name: 'app',
          image: 'hpa-lab/sample-service:0.1.0',
          ports: [{ name: 'http', containerPort: 8_000 }],
          env: [{ name: 'WORK_CPU_MS', value: '1' }, ...env],
          ...fields,
        },
      ],
    },
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ port: 80, targetPort: 'http' }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: REPLICAS,
        selector: { matchLabels: labels },
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template,
      },
    },
  ];
}

const SOUND: Partial<V1Container> = {
  readinessProbe: {
    httpGet: { path: '/ready', port: 'http' },
    periodSeconds: 1,
    timeoutSeconds: 5,
  },
  livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, timeoutSeconds: 5 },
  // Every proxy has learned that the endpoint is gone before the service hears of its end.
  lifecycle: { preStop: { sleep: { seconds: 1 } } },
  env: [{ name: 'DRAIN_DELAY_MS', value: '500' }],
};

/** Ready as soon as the process is there, and gone as soon as it is told to end. */
const BARE: Partial<V1Container> = { env: [{ name: 'SHUTDOWN_GRACE_MS', value: '1' }] };

function plan(policy: LoadPlan['connections']): LoadPlan {
  return {
    load: {
      model: 'open',
      spacing: 'even',
      profile: {
        stages: [{ kind: 'constant', name: 'steady', durationMs: LONGEST_MS, ratePerSecond: RATE }],
      },
    },
    requests: oneRequest({ method: 'GET', path: '/work', headers: {} }),
    connections: policy,
    maxConnections: 50,
    maxInFlight: 500,
    timeoutMs: 20_000,
    seed: 1,
  };
}

/** Rolls the Deployment over under load; gives the seconds of the load and how many pods took part. */
async function rollOver(
  app: string,
  policy: LoadPlan['connections'],
): Promise<{ readonly seconds: readonly LoadSecond[]; readonly newPods: number }> {
  const before = await settled(app, []);
  const seconds: LoadSecond[] = [];
  const end = new AbortController();
  const sending = new ProcessSender({ clock: live.clock, engine: 'socket' }).send(plan(policy), {
    baseUrl: await live.cluster.serviceUrl(NAMESPACE, app),
    startAtMs: live.clock.now() + 500,
    signal: end.signal,
    onSecond: (second) => seconds.push(second),
    onProgress: () => undefined,
  });
  await live.until(() => Promise.resolve(seconds.length > 0), { what: 'the load runs' });
  const restartedAt = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
  await live.apps.patchNamespacedDeployment(
    {
      name: app,
      namespace: NAMESPACE,
      body: { spec: { template: { metadata: { annotations: restartedAt } } } },
    },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
  const after = await settled(app, before);
  await live.clock.sleep(1_000);
  end.abort();
  await sending;
  return { seconds, newPods: after.length };
}

/** Names of the pods once all are ready and none of the old ones is left. */
function settled(app: string, old: readonly string[]): Promise<readonly string[]> {
  return live.until(
    async () => {
      const pods = await live.pods(app);
      const names = pods.map(({ metadata }) => metadata?.name ?? '');
      const isNew = names.every((name) => !old.includes(name));
      return isNew && pods.length === REPLICAS && pods.every(isReady) && names;
    },
    { what: `${app} is ready and new`, timeoutMs: LONGEST_MS - 5_000 },
  );
}

/** Requests that were sent and came to nothing; what the end of the load cut off does not count. */
function lost(seconds: readonly LoadSecond[]): number {
  return seconds.reduce((sum, { failed, answered, dropped }) => {
    const failures = Object.values(failed).reduce((all, count) => all + count, 0);
    return sum + failures + dropped + (answered['5xx'] ?? 0) + (answered['4xx'] ?? 0);
  }, 0);
}

function answeredWell(seconds: readonly LoadSecond[]): number {
  return seconds.reduce((sum, second) => sum + (second.answered['2xx'] ?? 0), 0);
}

describe('a rolling update under load', { timeout: 90_000 }, () => {
  it.each([
    {
      name: 'a connection for each request',
      policy: { kind: 'per-request' } as const,
      app: 'sound',
    },
    { name: 'connections that are kept', policy: { kind: 'keep-alive' } as const, app: 'kept' },
  ])('loses no request with sound probes, preStop and draining: $name', async ({ policy, app }) => {
    await live.create(...objects(app, SOUND));

    const { seconds, newPods } = await rollOver(app, policy);

    expect(newPods).toBe(REPLICAS);
    expect(seconds.map(({ failed, dropped }) => ({ failed, dropped }))).toEqual(
      seconds.map(() => ({ failed: {}, dropped: 0 })),
    );
    expect(lost(seconds)).toBe(0);
    expect(answeredWell(seconds)).toBeGreaterThan(RATE * 2);
  });

  it('loses some without them', async () => {
    await live.create(...objects('bare', BARE));

    const { seconds, newPods } = await rollOver('bare', { kind: 'per-request' });

    expect(newPods).toBe(REPLICAS);
    expect(lost(seconds)).toBeGreaterThan(0);
    // The rest was answered: it is the rollout that costs, not the service.
    expect(answeredWell(seconds)).toBeGreaterThan(lost(seconds));
  });
});
