/** Runs of a real cluster, decided again from what its watchers and its metrics API saw. */
/* oxlint-disable typescript/no-unsafe-type-assertion -- the recordings are data of this repository, read as what they are */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { backtest, type RecordedSync } from '../../../src/autoscaling/hpa/backtest.js';
import { defaultHpa } from '../../../src/autoscaling/hpa/defaults.js';
import { DEFAULT_HPA_SETTINGS } from '../../../src/autoscaling/hpa/settings.js';
import { snapshotPod, snapshotPodMetrics } from '../../../src/autoscaling/hpa/snapshots.js';
import type { HorizontalPodAutoscalerSpec } from '../../../src/core/autoscaling-objects.js';
import type { PodPhase } from '../../../src/core/objects.js';

interface RecordedPod {
  readonly name: string;
  readonly op: string;
  readonly phase: PodPhase;
  readonly startTime?: string;
  readonly deletionTimestamp?: string;
  readonly conditions?: Readonly<Record<string, string>>;
}

interface RecordedMetrics {
  readonly name: string;
  readonly timestamp: string;
  readonly window: string;
  readonly cpu: string;
  readonly mem: string;
}

interface Line {
  readonly t: number;
  readonly type: string;
  readonly wall?: string;
  readonly spec?: unknown;
  readonly replicas?: number;
  readonly pods?: readonly RecordedMetrics[];
}

/** What the controller's own log says of one sync. */
interface LoggedSync {
  readonly atMs: number;
  /** The metrics' proposal. */
  proposed?: number;
  /** The size after the sync. */
  settled?: number;
}

function read(name: string): string {
  const file = new URL(`../../vectors/real-cluster/${name}.gz`, import.meta.url);
  return gunzipSync(readFileSync(file)).toString('utf8');
}

function loggedSyncs(run: string): readonly LoggedSync[] {
  const syncs: LoggedSync[] = [];
  for (const line of read(`${run}-hpa-controller.log`).split('\n')) {
    const time = /^I(\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d{3})/.exec(line);
    if (time === null) continue;
    const atMs = Date.parse(`2026-${time[1]}-${time[2]}T${time[3]}Z`);
    const count = Number(/desiredReplicas=(\d+)/.exec(line)?.[1]);
    if (line.includes('Proposing desired replicas')) syncs.push({ atMs, proposed: count });
    const last = syncs.at(-1);
    if (last !== undefined && atMs - last.atMs < 1_000) {
      if (/Decided not to scale|Successfully rescaled/.test(line)) last.settled = count;
    }
  }
  return syncs;
}

/** What the APIs held at an instant. */
function stateAt(lines: readonly Line[], seconds: number): Omit<RecordedSync, 'atMs'> {
  const pods = new Map<string, RecordedPod>();
  let specReplicas = 0;
  let statusReplicas = 0;
  let metrics: readonly RecordedMetrics[] = [];
  for (const line of lines) {
    if (line.t > seconds) break;
    if (line.type === 'pod') {
      const pod = line as unknown as RecordedPod;
      if (pod.op === 'DELETED') pods.delete(pod.name);
      else pods.set(pod.name, { ...pods.get(pod.name), ...pod });
    }
    if (line.type === 'deployment') {
      specReplicas = Number(line.spec);
      statusReplicas = line.replicas ?? 0;
    }
    if (line.type === 'podmetrics') metrics = line.pods ?? [];
  }
  const items = metrics.filter(({ name }) => pods.has(name)).map(metricsSnapshot);
  return {
    sync: {
      scale: { kind: 'found', specReplicas, statusReplicas, selector: 'app=web' },
      pods: [...pods.values()].map(podSnapshot),
      resources: { kind: 'pods', items },
    },
  };
}

function podSnapshot(pod: RecordedPod): ReturnType<typeof snapshotPod> {
  const [status, since] = (pod.conditions?.['Ready'] ?? '').split('@');
  return snapshotPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      ...(pod.deletionTimestamp === undefined ? {} : { deletionTimestamp: pod.deletionTimestamp }),
    },
    spec: {
      containers: [
        { name: 'app', image: 'app', resources: { requests: { cpu: '200m', memory: '256Mi' } } },
      ],
    },
    status: {
      phase: pod.phase,
      ...(pod.startTime === undefined ? {} : { startTime: pod.startTime }),
      conditions:
        since === undefined
          ? []
          : [
              {
                type: 'Ready',
                status: status === 'True' ? 'True' : 'False',
                lastTransitionTime: since,
              },
            ],
    },
  });
}

function metricsSnapshot({
  name,
  timestamp,
  window,
  cpu,
  mem,
}: RecordedMetrics): ReturnType<typeof snapshotPodMetrics> {
  return snapshotPodMetrics({
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: { name },
    timestamp,
    window,
    containers: [{ name: 'app', usage: { cpu, memory: mem } }],
  });
}

describe('a real cluster decided the same', () => {
  it.each([
    { run: 'B-nominal-stab30', name: 'with a behavior: 3 to 7 to 9, and down after 30 s' },
    { run: 'D-nominal-scaleup', name: 'without a behavior: 3 to 6 to 8, and down after 300 s' },
    { run: 'E-ramp-target70', name: 'on a ramp, at another target' },
  ])('$name', ({ run }) => {
    const lines = read(`${run}-record.jsonl`)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const startMs = Date.parse(lines[0]?.wall ?? '');
    const spec = lines.find(({ type }) => type === 'hpa')?.spec as HorizontalPodAutoscalerSpec;
    const hpa = defaultHpa({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'lab' },
      spec,
    });
    const endSeconds = lines.at(-1)?.t ?? 0;
    const logged = loggedSyncs(run).filter(
      ({ atMs }) => atMs > startMs + 1_000 && atMs < startMs + endSeconds * 1_000,
    );
    const syncs = logged.map(({ atMs }) => ({
      atMs,
      ...stateAt(lines, (atMs - startMs) / 1_000 - 0.05),
    }));

    const { syncs: decided } = backtest(syncs, hpa, DEFAULT_HPA_SETTINGS);

    const ours = decided.map(({ decision: { steps, toReplicas } }) => {
      const highest = steps.find((step) => step.kind === 'highest');
      return { proposed: highest?.replicas, settled: toReplicas };
    });
    expect(logged.length).toBeGreaterThan(10);
    expect(ours).toEqual(logged.map(({ proposed, settled }) => ({ proposed, settled })));
  });
});
