/** Load from pods of a cluster that is reached by its kubeconfig alone: real pods, attach, logs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesWorkers } from '../../src/cluster/kubernetes/worker-pods.js';
import { LAB_IMAGE } from '../../src/cluster/worker-image.js';
import { accountingFaults, totalOf } from '../../src/load/accounting.js';
import { oneRequest } from '../../src/load/request-spec.js';
import type { LoadPlan, LoadSecond } from '../../src/load/sender.js';
import { ClusterSender } from '../../src/load/senders/cluster-sender.js';
import { faultyServer } from '../support/faulty-server.js';
import { type ApiFaultProxy, startApiFaultProxy } from '../support/api-fault-proxy.js';
import { type LiveCluster, startLiveCluster } from '../support/live-cluster.js';

const NAMESPACE = 'hpa-lab-load-test';
const WORKERS = 3;
const RATE = 60;
const SECONDS = 5;

let live: LiveCluster;
let proxy: ApiFaultProxy;
let folder: string;
let target: Awaited<ReturnType<typeof faultyServer>>;

beforeAll(async () => {
  [live, target] = await Promise.all([startLiveCluster(), faultyServer()]);
  folder = mkdtempSync(join(tmpdir(), 'hpa-lab-workers-'));
  proxy = await startApiFaultProxy(live.cluster.kubeconfigPath, folder);
});

afterAll(async () => {
  target.close();
  await proxy.stop();
  await live.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('load from pods of the cluster', () => {
  it('is whole while the API server is away, and a killed worker is seen and its share named', async () => {
    const { clock, core } = live;
    const sender = senderWith(LAB_IMAGE);
    const seconds: LoadSecond[] = [];
    const notes: string[] = [];
    const onNote = (text: string): unknown => notes.push(text);
    const { signal } = new AbortController();
    try {
      await sender.prepare(plan, { signal, onNote });
      const startAtMs = clock.now() + sender.leadMs;
      const sending = sender.send(plan, {
        baseUrl: target.url,
        startAtMs,
        signal,
        onSecond: (second) => seconds.push(second),
        onProgress: () => undefined,
        onNote,
      });
      await clock.sleep(startAtMs + 700 - clock.now());
      await proxy.down();
      await clock.sleep(1_000);
      await proxy.up();
      await clock.sleep(startAtMs + 3_200 - clock.now());
      process.kill(await processOf('1'), 'SIGKILL');
      const summary = await sending;

      expect(seconds.map(({ second }) => second)).toEqual([0, 1, 2, 3, 4]);
      expect(seconds.flatMap(accountingFaults)).toEqual([]);
      const [whole, rest] = [seconds.slice(0, 2), seconds.slice(-1)];
      expect(totalOf(whole).due).toBe(2 * RATE);
      expect(totalOf(rest).due).toBe((RATE * (WORKERS - 1)) / WORKERS);
      expect(totalOf(whole).answered['2xx']).toBeGreaterThan(1.5 * RATE);
      expect(summary.workers).toMatchObject({ count: WORKERS, nodes: 1 });
      expect(summary.workers?.missing).toEqual([
        { index: 1, fromSecond: expect.any(Number), because: 'it ended with signal 9' },
      ]);
      expect(summary.audit.because).toContain('worker 2 of 3 was lost (it ended with signal 9)');
      expect(notes).toHaveLength(2);
    } finally {
      await sender.close();
    }
    const { items } = await core.listNamespace();
    expect(items.map(({ metadata }) => metadata?.name)).not.toContain(NAMESPACE);
  });

  it('is made in a namespace that was given where none may be made, and removed from it', async () => {
    proxy.fault({
      path: /^\/api\/v1\/namespaces$/,
      fault: { kind: 'status', code: 403 },
      times: 1,
    });
    const workers = workersWith(LAB_IMAGE, { givenNamespace: 'default' });
    const { signal } = new AbortController();

    const [worker] = await workers.start(1, { lifeMs: 60_000, signal });
    const { items: made } = await live.core.listNamespacedPod({ namespace: 'default' });
    await workers.close();

    expect(made.map(({ metadata }) => metadata?.name)).toEqual([worker?.name]);
    const { items: left } = await live.core.listNamespacedPod({ namespace: 'default' });
    expect(left).toEqual([]);
  });

  it('is not begun when the image cannot be pulled, and nothing is left', async () => {
    const sender = senderWith('nobody/has-this:1');
    const { signal } = new AbortController();

    const prepared = sender.prepare(plan, { signal, onNote: () => undefined });

    await expect(prepared).rejects.toThrow(
      /expected 3 load workers to run, got 0\n {2}\d: ImagePullBackOff: .*nobody\/has-this:1/,
    );
    await sender.close();
    const { items } = await live.core.listNamespace();
    expect(items.map(({ metadata }) => metadata?.name)).not.toContain(NAMESPACE);
  });
});

const plan: LoadPlan = {
  load: {
    model: 'open',
    spacing: 'even',
    profile: {
      stages: [
        { name: 'load', kind: 'constant', ratePerSecond: RATE, durationMs: SECONDS * 1_000 },
      ],
    },
  },
  requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
  connections: { kind: 'keep-alive' },
  maxConnections: 30,
  maxInFlight: 300,
  timeoutMs: 5_000,
  seed: 1,
  fromCluster: { workers: WORKERS },
};

function senderWith(image: string): ClusterSender {
  return new ClusterSender({
    clock: live.clock,
    pods: workersWith(image),
    engine: 'auto',
    targetUrl: () => Promise.resolve(target.url),
  });
}

function workersWith(
  image: string,
  more: { readonly givenNamespace?: string } = {},
): KubernetesWorkers {
  return new KubernetesWorkers({
    kubeconfigPath: proxy.kubeconfigPath,
    context: live.cluster.context,
    name: NAMESPACE,
    labels: { 'hpa-lab.dev/run': 'test' },
    image,
    clock: live.clock,
    ...more,
  });
}

/** A worker says in its first line which process it is. */
async function processOf(index: string): Promise<number> {
  const { items } = await live.core.listNamespacedPod({
    namespace: NAMESPACE,
    labelSelector: `batch.kubernetes.io/job-completion-index=${index}`,
  });
  const name = items[0]?.metadata?.name ?? '';
  const log = await live.core.readNamespacedPodLog({ namespace: NAMESPACE, name, tailLines: 500 });
  return Number(/process (\d+)/.exec(log)?.[1]);
}
