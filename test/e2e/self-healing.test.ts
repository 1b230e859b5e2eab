/** What Kubernetes promises of pods that go wrong, on real processes. */
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReady, podUrl, startLiveCluster } from '../support/live-cluster.js';
import { findKubectl } from '../support/kubectl.js';
import type { LiveCluster } from '../support/live-cluster.js';

const NAMESPACE = 'default';
const HTTP = { name: 'http', containerPort: 8_000 };

/** Asked each second; a busy machine may take its time to answer. */
const READY = { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1, timeoutSeconds: 3 };
const ALIVE = { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 1, timeoutSeconds: 2 };

let live: LiveCluster;

beforeAll(async () => {
  live = await startLiveCluster({ crashLoopBackOff: { initialMs: 300, maximumMs: 1_000 } });
  await live.create(
    service('phoenix'),
    deployment('phoenix', {
      readinessProbe: { ...READY, failureThreshold: 1 },
      livenessProbe: { ...ALIVE, failureThreshold: 2 },
    }),
    deployment('rollout', { readinessProbe: READY }, 2),
  );
  await readyPod('phoenix');
});

afterAll(() => live.stop());

function service(app: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: app, namespace: NAMESPACE },
    spec: { selector: { app }, ports: [{ port: 80, targetPort: 'http' }] },
  };
}

function deployment(app: string, container: Partial<V1Container>, replicas = 1): object {
  const labels = { app };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 2,
          containers: [{ name: 'app', image: 'unruly:1', ports: [HTTP], ...container }],
        },
      },
    },
  };
}

const container = (pod: V1Pod | undefined) => pod?.status?.containerStatuses?.[0];

/** The only pod of an app, once it is ready and has been restarted that often. */
function readyPod(app: string, restarts = 0): Promise<V1Pod> {
  return live.until(
    async () => {
      const [pod] = await live.pods(app);
      return pod !== undefined && isReady(pod) && container(pod)?.restartCount === restarts && pod;
    },
    { what: `${app} ready with ${restarts} restarts` },
  );
}

/** Asks a pod itself; gives the id of its process. */
async function ask(pod: V1Pod, path: string): Promise<number> {
  const answer = await fetch(`${podUrl(pod)}${path}`);
  return Number(await answer.text());
}

/** Whether the Service sends to a pod. */
async function isEndpoint(app: string, pod: V1Pod): Promise<boolean | undefined> {
  const { items } = await live.discovery.listNamespacedEndpointSlice({
    namespace: NAMESPACE,
    labelSelector: `kubernetes.io/service-name=${app}`,
  });
  const endpoint = items
    .flatMap(({ endpoints }) => endpoints ?? [])
    .find(({ targetRef }) => targetRef?.name === pod.metadata?.name);
  return endpoint?.conditions?.ready;
}

async function eventsOf(pod: V1Pod): Promise<string> {
  const { items } = await live.core.listNamespacedEvent({
    namespace: NAMESPACE,
    fieldSelector: `involvedObject.name=${pod.metadata?.name}`,
  });
  return items.map(({ reason, message }) => `${reason}: ${message}`).join('\n');
}

async function kubectl(command: string): Promise<string> {
  const result = await live.kubectl?.(command);
  expect(result?.code, `kubectl ${command}: ${result?.stderr}`).toBe(0);
  return result?.stdout ?? '';
}

describe('a container', () => {
  it('whose process is killed is started again, and counted', async () => {
    const pod = await readyPod('phoenix');
    const pid = await ask(pod, '/');

    process.kill(pid, 'SIGKILL');
    const after = await readyPod('phoenix', 1);

    expect(container(after)?.lastState?.terminated).toMatchObject({
      exitCode: 137,
      signal: 9,
      reason: 'Error',
    });
    expect(after.metadata?.uid).toBe(pod.metadata?.uid);
    expect(await ask(after, '/')).not.toBe(pid);
  });

  it('that crashes leaves its last words with the log of its last start', async () => {
    const pod = await readyPod('phoenix', 1);

    await ask(pod, '/crash');
    const after = await readyPod('phoenix', 2);

    expect(container(after)?.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    const { name } = after.metadata ?? {};
    const log = await live.core.readNamespacedPodLog({
      name: name ?? '',
      namespace: NAMESPACE,
      previous: true,
    });
    expect(log).toContain('Error: out of cheese');
    if (live.kubectl === undefined) return;
    expect(await kubectl(`logs --previous ${name}`)).toContain('Error: out of cheese');
    expect(await kubectl(`get pod ${name}`)).toMatch(/RESTARTS[^]*\s2 \(\d+s ago\)/);
  });

  it('that says it is not ready gets no traffic, lives on, and gets it again when it is', async () => {
    const pod = await readyPod('phoenix', 2);
    const url = await live.cluster.serviceUrl(NAMESPACE, 'phoenix');
    const pid = await ask(pod, '/');
    expect(await isEndpoint('phoenix', pod)).toBe(true);

    await ask(pod, '/break');
    await live.until(async () => (await isEndpoint('phoenix', pod)) === false, {
      what: 'the endpoint is out',
    });
    await live.until(
      () =>
        fetch(url).then(
          () => false,
          () => true,
        ),
      { what: 'the Service refuses' },
    );
    expect(await ask(pod, '/')).toBe(pid);
    await ask(pod, '/mend');
    await live.until(async () => (await isEndpoint('phoenix', pod)) === true, {
      what: 'the endpoint is back',
    });
    const served = await live.until(
      () =>
        fetch(url).then(
          (answer) => answer.text(),
          () => false,
        ),
      {
        what: 'the Service answers',
      },
    );

    expect(served).toBe(String(pid));
    expect(container(await readyPod('phoenix', 2))?.restartCount).toBe(2);
  });

  it('whose event loop is wedged is killed by its liveness probe and started again', async () => {
    const pod = await readyPod('phoenix', 2);

    await ask(pod, '/wedge');
    const after = await readyPod('phoenix', 3);

    // It cannot hear SIGTERM any more.
    expect(container(after)?.lastState?.terminated).toMatchObject({ exitCode: 137, signal: 9 });
    const events = await eventsOf(after);
    expect(events).toContain('Unhealthy: Liveness probe failed: Get "http://');
    expect(events).toContain('Killing: Container app failed liveness probe, will be restarted');
  });
});

describe.skipIf(findKubectl() === undefined)('a rollout', () => {
  it('to an image that nobody has stalls without harm, and undo mends it', async () => {
    await kubectl('rollout status deployment/rollout --timeout=20s');

    await kubectl('set image deployment/rollout app=nobody/knows:2');
    const broken = await live.until(
      async () =>
        (await live.pods('rollout')).find(
          (pod) => container(pod)?.state?.waiting?.reason === 'ImagePullBackOff',
        ),
      { what: 'the new pod waits for its image' },
    );
    const stalled = await live.kubectl?.('rollout status deployment/rollout --timeout=1s');
    const during = (await live.pods('rollout')).filter(isReady);
    await kubectl('rollout undo deployment/rollout');
    await kubectl('rollout status deployment/rollout --timeout=20s');

    expect(container(broken)?.state?.waiting?.message).toMatch(
      /^Back-off pulling image "nobody\/knows:2": ErrImagePull: rpc error: code = NotFound/,
    );
    expect(await eventsOf(broken)).toContain('Failed: Error: ImagePullBackOff');
    expect(stalled?.code).toBe(1);
    expect(during.length).toBe(2);
    const after = await live.pods('rollout');
    expect(after.filter(isReady).map(({ metadata }) => metadata?.name)).toEqual(
      during.map(({ metadata }) => metadata?.name),
    );
  });
});
