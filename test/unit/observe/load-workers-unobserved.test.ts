import { expect, it } from 'vitest';
import type { ClusterTarget, WatchEnd } from '../../../src/cluster/target.js';
import type { PodMetrics } from '../../../src/core/metrics-objects.js';
import type { Pod } from '../../../src/core/objects.js';
import { observeCluster } from '../../../src/observe/cluster-observer.js';
import { VirtualClock } from '../../../src/time/virtual-clock.js';
import type { TimelineRecord } from '../../../src/timeline/record.js';
import { Recorder } from '../../../src/timeline/recorder.js';

const WORKER = { 'app.kubernetes.io/component': 'load-worker' };

it('does not take pods that send the load for pods of the service, where both are in one namespace', async () => {
  const clock = new VirtualClock(0);
  const records: TimelineRecord[] = [];
  const stop = new AbortController();
  const observed = observeCluster(
    {
      target: aTarget(),
      clock,
      recorder: new Recorder({ clock, startMs: 0, sink: (record) => records.push(record) }),
      namespace: 'lab',
      deployment: 'web',
      service: 'web',
      hpa: 'web',
    },
    stop.signal,
  );

  await clock.advanceAsync(2_000);
  stop.abort();
  await observed;

  const pods = records.flatMap((record) => (record.kind === 'pod' ? [record.name] : []));
  const measured = records.flatMap((record) => (record.kind === 'pod-metrics' ? record.pods : []));
  expect(pods).toEqual(['web-1']);
  expect(measured.map(({ name }) => name)).toEqual(['web-1']);
});

function none(): Promise<never> {
  return Promise.reject(new Error('not asked for'));
}

function aTarget(): ClusterTarget {
  return {
    kind: 'kubernetes',
    apply: none,
    deployment: none,
    pods: () => Promise.resolve([]),
    podLog: none,
    podMetrics: () => Promise.resolve([metricsOf('web-1'), metricsOf('load-worker-0', WORKER)]),
    watch: ({ kind }, listener, signal) => {
      if (kind === 'pods') {
        for (const object of [aPod('web-1'), aPod('load-worker-0', WORKER)]) {
          listener.onChange({ type: 'ADDED', object });
        }
      }
      return new Promise<WatchEnd>((resolve) => {
        const end = { resumeVersion: undefined, because: 'stopped' };
        signal.addEventListener('abort', () => resolve(end), { once: true });
      });
    },
    serviceUrl: none,
    deleteNamespace: none,
  };
}

function aPod(name: string, labels: Readonly<Record<string, string>> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'lab', uid: name, labels },
    spec: { containers: [{ name: 'app', image: 'i' }] },
  };
}

function metricsOf(name: string, labels: Readonly<Record<string, string>> = {}): PodMetrics {
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: { name, namespace: 'lab', labels },
    timestamp: '2026-11-23T06:00:00Z',
    window: '15s',
    containers: [{ name: 'app', usage: { cpu: '10m', memory: '1Mi' } }],
  };
}
