/** An API server's bad days, seen by a run: it goes on, tells what it could not see, and makes nothing up. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesTarget } from '../../src/cluster/kubernetes/kubernetes-target.js';
import { observeCluster } from '../../src/observe/cluster-observer.js';
import type { GapRecord, TimelineRecord } from '../../src/timeline/record.js';
import { Recorder } from '../../src/timeline/recorder.js';
import { startApiFaultProxy } from '../support/api-fault-proxy.js';
import type { ApiFault, ApiFaultProxy } from '../support/api-fault-proxy.js';
import { isReady, startLiveCluster } from '../support/live-cluster.js';
import type { LiveCluster } from '../support/live-cluster.js';

const NAMESPACE = 'default';
const POD_WATCH = /^\/api\/v1\/namespaces\/default\/pods\?.*watch=true/;
const ANY_WATCH = /watch=true/;
const METRICS = /^\/apis\/metrics\.k8s\.io/;

let live: LiveCluster;
let proxy: ApiFaultProxy;
let folder: string;
let records: TimelineRecord[];
let stop: AbortController;
let observed: Promise<void>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hpa-lab-faults-'));
  live = await startLiveCluster();
  proxy = await startApiFaultProxy(live.cluster.kubeconfigPath, folder);
  await live.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace: NAMESPACE },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'app' } },
      template: {
        metadata: { labels: { app: 'app' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            { name: 'app', image: 'unruly:1', ports: [{ name: 'http', containerPort: 8_000 }] },
          ],
        },
      },
    },
  } as object);
  observe(proxy.kubeconfigPath);
  await until('both pods are ready', async () => {
    const pods = await live.pods('app');
    return pods.filter(isReady).length === 2 && seenPods().length === 2;
  });
});

afterEach(() => proxy.mend());

afterAll(async () => {
  stop.abort();
  await observed;
  await proxy.stop();
  await live.stop();
  rmSync(folder, { recursive: true, force: true });
});

function observe(kubeconfigPath: string): void {
  records = [];
  stop = new AbortController();
  const { clock } = live;
  const target = new KubernetesTarget('kubernetes', {
    kubeconfigPath,
    context: contextOf(kubeconfigPath),
    clock,
    serviceUrl: () => Promise.reject(new Error('no Service is asked for')),
  });
  const recorder = new Recorder({
    clock,
    startMs: clock.now(),
    sink: (record) => records.push(record),
  });
  observed = observeCluster(
    {
      target,
      recorder,
      clock,
      namespace: NAMESPACE,
      deployment: 'app',
      service: 'app',
      hpa: 'app',
    },
    stop.signal,
  );
}

function contextOf(kubeconfigPath: string): string {
  return /^current-context: "?([^"\n]+)/m.exec(readFileSync(kubeconfigPath, 'utf8'))?.[1] ?? '';
}

/** Names of pods that are there as far as the timeline tells. */
function seenPods(): readonly string[] {
  const present = new Set<string>();
  for (const record of records) {
    if (record.kind !== 'pod') continue;
    if (record.change === 'deleted') present.delete(record.name);
    else present.add(record.name);
  }
  return [...present].toSorted();
}

function gapsOf(source: string): readonly GapRecord[] {
  return records.filter((record) => record.kind === 'gap').filter((gap) => gap.source === source);
}

function until(what: string, ask: () => Promise<boolean> | boolean): Promise<unknown> {
  return live.until(async () => ask(), { what, timeoutMs: 30_000 });
}

/** Deletes the oldest pod; the Deployment makes another. */
async function replaceOldestPod(): Promise<string> {
  const [oldest] = await live.pods('app');
  const name = oldest?.metadata?.name ?? '';
  await live.core.deleteNamespacedPod({ name, namespace: NAMESPACE });
  return name;
}

/** The timeline knows of just those pods that there are. */
function agreed(without: string): Promise<unknown> {
  return until('the timeline knows the pods there are', async () => {
    const names = (await live.pods('app')).map(({ metadata }) => metadata?.name ?? '').toSorted();
    return names.length === 2 && !names.includes(without) && names.join() === seenPods().join();
  });
}

describe('a run observes through the faults of an API server', () => {
  it('goes on where its watches were cut, and tells of each', async () => {
    expect(proxy.cut(ANY_WATCH)).toBe(5);
    const gone = await replaceOldestPod();
    await agreed(gone);
    for (const kind of ['pods', 'deployments', 'endpointslices', 'events']) {
      await until(`a gap of ${kind}`, () => gapsOf(`watch ${kind}`).length === 1);
    }
    expect(gapsOf('watch pods')[0]?.because).toMatch(/gone on where it ended, told late$/);
  });

  it('begins anew where its version is too old, and forgets the pods that went meanwhile', async () => {
    const before = gapsOf('watch pods').length;
    proxy.fault({ path: POD_WATCH, fault: { kind: 'gone' }, times: 2 });
    proxy.cut(POD_WATCH);
    const gone = await replaceOldestPod();
    await agreed(gone);
    await until('a gap', () => gapsOf('watch pods').length > before);
    expect(gapsOf('watch pods').at(-1)?.because).toMatch(
      /begun anew, what happened between is not known$/,
    );
  });

  it.each<[string, ApiFault]>([
    ['errors of the server', { kind: 'status', code: 500 }],
    ['connections that are closed', { kind: 'drop' }],
    ['answers that end in the middle of an event', { kind: 'half', bytes: 300 }],
  ])('outlives %s', async (_, fault) => {
    proxy.fault({ path: POD_WATCH, fault, times: 3 });
    proxy.cut(POD_WATCH);
    const gone = await replaceOldestPod();
    await agreed(gone);
  });

  it('waits as long as the server asks for, and tells that there were no metrics', async () => {
    await until('metrics were read', () => proxy.requests.some((path) => METRICS.test(path)));
    proxy.fault({
      path: METRICS,
      fault: { kind: 'status', code: 429, retryAfterS: 2 },
      times: 1,
    });
    await until('a gap', () => gapsOf('metrics.k8s.io').length > 0);
    const [gap] = gapsOf('metrics.k8s.io');
    expect(gap === undefined ? 0 : gap.t - gap.fromT).toBeGreaterThanOrEqual(1_900);
    expect(gap?.because).toBe('cannot read pod metrics: HTTP 429');
  });

  it('outlives an API server that restarts', async () => {
    const before = gapsOf('watch pods').length;
    await proxy.down();
    const gone = await replaceOldestPod();
    await live.clock.sleep(1_000);
    await proxy.up();
    await agreed(gone);
    await until('a gap', () => gapsOf('watch pods').length > before);
    const gap = gapsOf('watch pods').at(-1);
    expect(gap === undefined ? 0 : gap.t - gap.fromT).toBeGreaterThanOrEqual(1_000);
  });

  it('reads the kubeconfig again when its token is no longer taken', async () => {
    stop.abort();
    await observed;
    const path = join(folder, 'expired.kubeconfig');
    const good = readFileSync(proxy.kubeconfigPath, 'utf8');
    writeFileSync(path, good.replace(/token: .*/, 'token: expired'), { mode: 0o600 });
    observe(path);
    await until(
      'the token was refused',
      () => proxy.requests.length > 0 && seenPods().length === 0,
    );
    await live.clock.sleep(300);
    expect(seenPods()).toEqual([]);
    writeFileSync(path, good, { mode: 0o600 });
    await agreed('none');
  });
});
