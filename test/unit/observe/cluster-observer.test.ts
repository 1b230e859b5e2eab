import { describe, expect, it } from 'vitest';
import type { ClusterTarget, WatchEnd } from '../../../src/cluster/target.js';
import type { PodMetrics } from '../../../src/core/metrics-objects.js';
import type { Pod } from '../../../src/core/objects.js';
import { observeCluster } from '../../../src/observe/cluster-observer.js';
import { VirtualClock } from '../../../src/time/virtual-clock.js';
import type { TimelineRecord } from '../../../src/timeline/record.js';
import { Recorder } from '../../../src/timeline/recorder.js';

function aPod(name: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: `uid-${name}` },
    spec: { containers: [] },
  };
}

function never(): never {
  throw new Error('not to be called by an observer');
}

interface FakeCluster {
  pods: readonly Pod[];
  metrics: () => readonly PodMetrics[];
  /** Ends the watch of pods that is open. */
  endPodWatch: (end: WatchEnd) => void;
  readonly podWatches: (string | undefined)[];
}

/** What the observer asks of a cluster; everything else is never called. */
function aCluster(): FakeCluster & { readonly target: ClusterTarget } {
  const podWatches: (string | undefined)[] = [];
  const cluster: FakeCluster = {
    pods: [],
    metrics: () => [],
    endPodWatch: () => undefined,
    podWatches,
  };
  const target: ClusterTarget = {
    kind: 'embedded',
    apply: never,
    deployment: never,
    podLog: never,
    serviceUrl: never,
    deleteNamespace: never,
    pods: () => Promise.resolve(cluster.pods),
    podMetrics: () => Promise.resolve().then(() => cluster.metrics()),
    watch: (what, listener, signal) =>
      new Promise((resolve) => {
        const stop = (): void => resolve({ resumeVersion: undefined, because: 'stopped' });
        signal.addEventListener('abort', stop, { once: true });
        if (what.kind !== 'pods') return;
        podWatches.push(what.since);
        listener.onOpen?.();
        if (what.since === undefined) {
          for (const pod of cluster.pods) listener.onChange({ type: 'ADDED', object: pod });
        }
        cluster.endPodWatch = resolve;
      }),
  };
  return Object.assign(cluster, { target });
}

function observing() {
  const clock = new VirtualClock(0);
  const records: TimelineRecord[] = [];
  const recorder = new Recorder({ clock, startMs: 0, sink: (record) => records.push(record) });
  const cluster = aCluster();
  const stop = new AbortController();
  const start = (): Promise<void> =>
    observeCluster(
      {
        target: cluster.target,
        recorder,
        clock,
        namespace: 'lab',
        deployment: 'service',
        service: 'service',
        hpa: 'service',
      },
      stop.signal,
    );
  return { clock, records, cluster, stop, start };
}

describe('observing a cluster', () => {
  it('goes on from where a watch ended and records the gap', async () => {
    const { clock, records, cluster, stop, start } = observing();
    cluster.pods = [aPod('a')];
    const done = start();
    await clock.advanceAsync(1_000);

    cluster.endPodWatch({ resumeVersion: '42', because: 'the server closed it' });
    await clock.advanceAsync(1_000);
    stop.abort();
    await done;

    expect(cluster.podWatches).toEqual([undefined, '42']);
    const gaps = records.filter(({ kind }) => kind === 'gap');
    expect(gaps).toMatchObject([
      {
        source: 'watch pods',
        fromT: 1_000,
        t: 1_200,
        because: 'the server closed it; gone on where it ended, told late',
      },
    ]);
  });

  it('tells of pods that went while a watch was lost for good', async () => {
    const { clock, records, cluster, stop, start } = observing();
    cluster.pods = [aPod('a'), aPod('b')];
    const done = start();
    await clock.advanceAsync(1_000);

    cluster.pods = [aPod('b')];
    cluster.endPodWatch({ resumeVersion: undefined, because: 'too old resource version' });
    await clock.advanceAsync(1_000);
    stop.abort();
    await done;

    const pods = records.filter((record) => record.kind === 'pod');
    expect(pods.map(({ name, change }) => `${name} ${change}`)).toEqual([
      'a seen',
      'b seen',
      'a deleted',
      'b changed',
    ]);
  });

  it('records an outage of the metrics API once, from its first failure to its end', async () => {
    const { clock, records, cluster, stop, start } = observing();
    const done = start();
    await clock.advanceAsync(900);
    cluster.metrics = () => {
      throw new Error('the server is currently unable to handle the request');
    };
    await clock.advanceAsync(3_000);

    cluster.metrics = () => [];
    await clock.advanceAsync(1_000);
    stop.abort();
    await done;

    const gaps = records.filter(({ kind }) => kind === 'gap');
    expect(gaps).toMatchObject([{ source: 'metrics.k8s.io', fromT: 1_000, t: 4_000 }]);
  });

  it('records metrics at the instant of their change where the cluster tells of it', async () => {
    const { clock, records, cluster, stop, start } = observing();
    const listeners: (() => void)[] = [];
    const changed = (): void => {
      for (const listener of listeners) listener();
    };
    Object.assign(cluster.target, {
      watchPodMetrics: (_: string, onChange: (read: () => readonly PodMetrics[]) => void) => {
        listeners.push(() => onChange(() => cluster.metrics()));
        changed();
      },
    });
    const done = start();
    await clock.advanceAsync(1_234);
    cluster.metrics = () => [metricsOf('a', '2026-01-01T00:00:00Z')];
    changed();
    changed();
    await clock.advanceAsync(100);
    cluster.metrics = () => {
      throw new Error('away');
    };
    changed();
    await clock.advanceAsync(100);
    cluster.metrics = () => [metricsOf('a', '2026-01-01T00:00:15Z')];
    changed();
    stop.abort();
    await done;

    expect(records.filter(({ kind }) => kind === 'pod-metrics').map(({ t }) => t)).toEqual([
      1_234, 1_434,
    ]);
    const gaps = records.filter(({ kind }) => kind === 'gap');
    expect(gaps).toMatchObject([{ source: 'metrics.k8s.io', fromT: 1_334, t: 1_434 }]);
  });
});

function metricsOf(name: string, timestamp: string): PodMetrics {
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: { name },
    timestamp,
    window: '15s',
    containers: [{ name: 'web', usage: { cpu: '10m', memory: '1Mi' } }],
  };
}
