/** What `@kubernetes/client-node` does, against the embedded API over TLS. */
import {
  AppsV1Api,
  AutoscalingV2Api,
  CoreV1Api,
  KubeConfig,
  Log,
  Metrics,
  PatchStrategy,
  VersionApi,
  Watch,
  makeInformer,
  setHeaderOptions,
} from '@kubernetes/client-node';
import type { V1ConfigMap, V1Pod } from '@kubernetes/client-node';
import { statSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LabError } from '../../src/core/errors.js';
import { ApiServer } from '../../src/cluster/embedded/api-server.js';
import { ApiMachinery } from '../../src/control-plane/api-machinery/api-machinery.js';
import { seededRandom } from '../../src/core/random.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { startApiLab } from '../support/api-lab.js';
import type { ApiLab } from '../support/api-lab.js';

const NS = 'default';

function configMap(name: string): V1ConfigMap {
  return { metadata: { name }, data: { a: '1' } };
}

function podOn(name: string, nodeName: string): V1Pod {
  return {
    metadata: { name },
    spec: { nodeName, containers: [{ name: 'app', image: 'app:1' }] },
  };
}

describe('client-node', () => {
  let lab: ApiLab;
  let config: KubeConfig;

  beforeAll(async () => {
    lab = await startApiLab();
    config = new KubeConfig();
    config.loadFromFile(lab.kubeconfig);
  });

  afterAll(async () => {
    await lab.stop();
    expect(lab.faults).toEqual([]);
  });

  it('gets a kubeconfig that only its owner may read, with the context hpa-lab', () => {
    expect(statSync(lab.kubeconfig).mode & 0o777).toBe(0o600);
    expect(config.getCurrentContext()).toBe('hpa-lab');
  });

  it('creates, reads, lists, replaces, patches and deletes', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const created = await core.createNamespacedConfigMap({
      namespace: NS,
      body: configMap('crud'),
    });
    expect(created.metadata?.uid).toBeTruthy();

    const patched = await core.patchNamespacedConfigMap(
      { name: 'crud', namespace: NS, body: { data: { b: '2', a: null } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    expect(patched.data).toEqual({ b: '2' });

    const listed = await core.listNamespacedConfigMap({
      namespace: NS,
      fieldSelector: 'metadata.name=crud',
    });
    expect(listed.items).toHaveLength(1);

    await expect(
      core.replaceNamespacedConfigMap({ name: 'crud', namespace: NS, body: created }),
    ).rejects.toMatchObject({ code: 409 });

    await core.deleteNamespacedConfigMap({ name: 'crud', namespace: NS });
    await expect(
      core.readNamespacedConfigMap({ name: 'crud', namespace: NS }),
    ).rejects.toMatchObject({
      code: 404,
    });
  });

  it('scales a Deployment through its subresource', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    await apps.createNamespacedDeployment({
      namespace: NS,
      body: {
        metadata: { name: 'web' },
        spec: {
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'app', image: 'app:1' }] },
          },
        },
      },
    });
    const scale = await apps.readNamespacedDeploymentScale({ name: 'web', namespace: NS });
    expect(scale.status?.selector).toBe('app=web');

    await apps.replaceNamespacedDeploymentScale({
      name: 'web',
      namespace: NS,
      body: { metadata: { name: 'web', namespace: NS }, spec: { replicas: 4 } },
    });
    const web = await apps.readNamespacedDeployment({ name: 'web', namespace: NS });
    expect(web.spec?.replicas).toBe(4);
    expect(web.metadata?.generation).toBe(2);
  });

  it('is told every cause of an invalid autoscaler', async () => {
    const autoscaling = config.makeApiClient(AutoscalingV2Api);
    const refusal = autoscaling.createNamespacedHorizontalPodAutoscaler({
      namespace: NS,
      body: {
        metadata: { name: 'bad' },
        spec: { scaleTargetRef: { kind: 'Deployment', name: '' }, minReplicas: 5, maxReplicas: 3 },
      },
    });

    await expect(refusal).rejects.toMatchObject({ code: 422 });
    await expect(refusal).rejects.toThrow(/spec\.maxReplicas.*spec\.scaleTargetRef\.name/s);
  });

  it('watches from a version on, in order', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const { metadata } = await core.listNamespacedConfigMap({ namespace: NS });
    const seen: string[] = [];
    const watch = await new Watch(config).watch(
      `/api/v1/namespaces/${NS}/configmaps`,
      { resourceVersion: metadata?.resourceVersion ?? '', allowWatchBookmarks: true },
      (type: string, object: V1ConfigMap) => seen.push(`${type} ${object.metadata?.name ?? ''}`),
      () => undefined,
    );

    await core.createNamespacedConfigMap({ namespace: NS, body: configMap('w1') });
    await core.deleteNamespacedConfigMap({ namespace: NS, name: 'w1' });

    await vi.waitFor(() => expect(seen).toEqual(['ADDED w1', 'DELETED w1']), { timeout: 5_000 });
    watch.abort();
  });

  it('keeps an informer up to date', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const informer = makeInformer(config, `/api/v1/namespaces/${NS}/pods`, () =>
      core.listNamespacedPod({ namespace: NS }),
    );
    const names: string[] = [];
    informer.on('add', (pod) => names.push(pod.metadata?.name ?? ''));
    await informer.start();

    await core.createNamespacedPod({ namespace: NS, body: podOn('informed', 'n1') });

    await vi.waitFor(() => expect(names).toContain('informed'), { timeout: 5_000 });
    await informer.stop();
  });

  it('deletes a pod on a node with grace, and at once with grace 0', async () => {
    const core = config.makeApiClient(CoreV1Api);
    await core.createNamespacedPod({ namespace: NS, body: podOn('graceful', 'n1') });

    const marked = await core.deleteNamespacedPod({ name: 'graceful', namespace: NS });
    expect(marked.metadata?.deletionGracePeriodSeconds).toBe(30);
    await core.deleteNamespacedPod({ name: 'graceful', namespace: NS, gracePeriodSeconds: 0 });

    await expect(core.readNamespacedPod({ name: 'graceful', namespace: NS })).rejects.toMatchObject(
      {
        code: 404,
      },
    );
  });

  it('reads metrics, logs and the version', async () => {
    const core = config.makeApiClient(CoreV1Api);
    await core.createNamespacedPod({ namespace: NS, body: podOn('measured', 'n1') });

    const metrics = await new Metrics(config).getPodMetrics(NS);
    expect(metrics.items.find(({ metadata }) => metadata.name === 'measured')?.containers).toEqual([
      { name: 'app', usage: { cpu: '125000000n', memory: '64Mi' } },
    ]);

    const log = new PassThrough();
    await new Log(config).log(NS, 'measured', 'app', log, { follow: true, tailLines: 1 });
    let text = '';
    for await (const chunk of log) text += String(chunk);
    expect(text).toBe('three\nfollowed\n');

    expect((await config.makeApiClient(VersionApi).getCode()).minor).toBe('36');
  });
});

describe('the server', () => {
  it('lets nobody in without the token, but tells anybody that it is well', async () => {
    const lab = await startApiLab();
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      {
        name: 'lab',
        server: lab.endpoint.url,
        caData: Buffer.from(lab.endpoint.caPem).toString('base64'),
        skipTLSVerify: false,
      },
      { name: 'stranger', token: `${lab.endpoint.token.slice(0, -1)}!` },
    );

    await expect(config.makeApiClient(CoreV1Api).listNode()).rejects.toMatchObject({ code: 401 });
    await lab.stop();
  });

  it('ends every connection when it stops, open watches too', async () => {
    const lab = await startApiLab();
    const config = new KubeConfig();
    config.loadFromFile(lab.kubeconfig);
    const ended = new Promise<void>((resolve) => {
      void new Watch(config).watch(
        '/api/v1/pods',
        {},
        () => undefined,
        () => resolve(),
      );
    });
    await config.makeApiClient(CoreV1Api).listNode();

    await lab.stop();

    await ended;
  });

  it('says which port is taken', async () => {
    const lab = await startApiLab();
    const port = Number(new URL(lab.endpoint.url).port);
    const clock = new WallClock();
    const second = new ApiServer({
      clock,
      api: new ApiMachinery({ clock, random: seededRandom(1) }),
    });

    const refusal = second.start({ port });

    await expect(refusal).rejects.toBeInstanceOf(LabError);
    await expect(refusal).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: expect.stringContaining(String(port)),
    });
    await lab.stop();
  });
});
