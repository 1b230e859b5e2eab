/** What Kubernetes promises of pods that go wrong, on real processes. */
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
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
let lost: { readonly pod: V1Pod; readonly atMs: number };

beforeAll(async () => {
  live = await startLiveCluster({
    crashLoopBackOff: { initialMs: 300, maximumMs: 1_000 },
    nodes: ['home', 'away'].map((name) => ({
      name,
      pods: 110,
      labels: { place: name },
      taints: [],
    })),
  });
  await live.create(
    nomad(),
    service('phoenix'),
    deployment('phoenix', {
      readinessProbe: { ...READY, failureThreshold: 1 },
      livenessProbe: { ...ALIVE, failureThreshold: 2 },
    }),
    deployment('rollout', { readinessProbe: READY }, 2),
  );
  await readyPod('phoenix');
  // It takes a control plane 40 s and more to give a node up, in which the other tests run.
  const before = await readyPod('nomad');
  await live.core.patchNode(
    { name: 'away', body: { metadata: { annotations: { 'hpa-lab.dev/fault': 'off' } } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
  lost = { pod: before, atMs: live.clock.now() };
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
          nodeSelector: { place: 'home' },
          terminationGracePeriodSeconds: 2,
          containers: [{ name: 'app', image: 'unruly:1', ports: [HTTP], ...container }],
        },
      },
    },
  };
}

/** Goes where it likes best while that is there, and leaves it a second after it is given up. */
function nomad(): object {
  const labels = { app: 'nomad' };
  const preferred = {
    weight: 100,
    preference: { matchExpressions: [{ key: 'place', operator: 'In', values: ['away'] }] },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'nomad', namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          affinity: {
            nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preferred] },
          },
          tolerations: ['not-ready', 'unreachable'].map((taint) => ({
            key: `node.kubernetes.io/${taint}`,
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 1,
          })),
          containers: [{ name: 'app', image: 'unruly:1', ports: [HTTP], readinessProbe: READY }],
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

/** Says when a node is given up, and what of it is known then. */
async function nodeOf(name: string): Promise<string> {
  const { spec, status } = await live.core.readNode({ name });
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const taints = (spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort();
  return [`Ready=${ready?.status} ${ready?.reason}`, ...taints].join(' ');
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

describe('a node', () => {
  it('that is lost is given up, its pods move, and it is taken back', {
    timeout: 120_000,
  }, async () => {
    const { pod: old, atMs } = lost;
    expect(old.spec?.nodeName).toBe('away');

    const moved = await live.until(
      async () =>
        (await live.pods('nomad')).find((pod) => isReady(pod) && pod.spec?.nodeName === 'home'),
      { what: 'the pod runs elsewhere', timeoutMs: 90_000 },
    );
    const tookMs = live.clock.now() - atMs;
    const node = await nodeOf('away');
    const left = (await live.pods('nomad')).find(
      ({ metadata }) => metadata?.uid === old.metadata?.uid,
    );
    await live.core.patchNode(
      { name: 'away', body: { metadata: { annotations: { 'hpa-lab.dev/fault': null } } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    await live.until(async () => (await nodeOf('away')) === 'Ready=True KubeletReady', {
      what: 'the node is back',
    });
    await live.until(async () => (await live.pods('nomad')).length === 1, {
      what: 'the old pod is gone',
    });

    expect(moved.metadata?.name).not.toBe(old.metadata?.name);
    expect(tookMs).toBeGreaterThan(35_000);
    expect(node).toBe(
      'Ready=Unknown NodeStatusUnknown node.kubernetes.io/unreachable:NoExecute node.kubernetes.io/unreachable:NoSchedule',
    );
    // Nobody can tell that it ended, so it stays until its node is back.
    expect(left?.metadata?.deletionTimestamp).toBeDefined();
    expect(left?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject(
      {
        status: 'True',
        reason: 'DeletionByTaintManager',
      },
    );
  });
});
