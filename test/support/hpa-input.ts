/** Inputs of HPA decisions, with defaults so that a test shows only what matters. */
import { compileSpec } from '../../src/autoscaling/hpa/compiled-hpa.js';
import { defaultHpa } from '../../src/autoscaling/hpa/defaults.js';
import type { HpaInput, MetricReading } from '../../src/autoscaling/hpa/input.js';
import { DEFAULT_HPA_SETTINGS, type HpaSettings } from '../../src/autoscaling/hpa/settings.js';
import {
  type PodMetricSnapshot,
  type PodSnapshot,
  snapshotPod,
  snapshotPodMetrics,
} from '../../src/autoscaling/hpa/snapshots.js';
import type {
  HorizontalPodAutoscalerSpec,
  MetricSpec,
} from '../../src/core/autoscaling-objects.js';
import { kubeTime } from '../../src/core/kube-time.js';
import type { Container, PodPhase, PodSpec } from '../../src/core/objects.js';

/** When decisions of tests begin; their pods are an hour old by then. */
export const NOW_MS = Date.UTC(2026, 10, 23, 7, 0, 0);
const POD_START_MS = NOW_MS - 3_600_000;

/** How a pod is. */
export interface PodShape {
  /** `ready` unless said otherwise; `starting` is running and not yet ready. */
  readonly is?: 'ready' | 'starting' | 'pending' | 'failed' | 'terminating' | 'succeeded';
  /** Millicores used; absent: the pod has no metric. */
  readonly cpu?: number;
  readonly requests?: PodSpec['resources'];
  readonly containers?: readonly Container[];
}

/** A container with a request, or without. */
export function aContainer(name: string, cpu?: string): Container {
  const resources = cpu === undefined ? {} : { requests: { cpu } };
  return { name, image: 'app', resources };
}

/** Pods and their CPU metrics; each requests 100m unless its shape says otherwise. */
export function podsOf(shapes: readonly PodShape[]): {
  readonly pods: readonly PodSnapshot[];
  readonly items: readonly PodMetricSnapshot[];
} {
  const named = shapes.map((shape, index) => ({
    shape,
    name: `web-${String(index).padStart(4, '0')}`,
  }));
  return {
    pods: named.map(({ shape, name }) => podOf(name, shape)),
    items: named.flatMap(({ shape, name }) =>
      shape.cpu === undefined ? [] : [cpuOf(name, { app: shape.cpu })],
    ),
  };
}

const PHASES: Readonly<Record<NonNullable<PodShape['is']>, PodPhase>> = {
  ready: 'Running',
  starting: 'Running',
  terminating: 'Running',
  pending: 'Pending',
  failed: 'Failed',
  succeeded: 'Succeeded',
};

function podOf(name: string, { is = 'ready', requests, containers }: PodShape): PodSnapshot {
  const isReady = is === 'ready' || is === 'terminating';
  const sinceMs = is === 'starting' ? NOW_MS - 5_000 : POD_START_MS + 5_000;
  const startMs = is === 'starting' ? NOW_MS - 10_000 : POD_START_MS;
  return snapshotPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(is === 'terminating' ? { deletionTimestamp: kubeTime(NOW_MS) } : {}),
    },
    spec: {
      containers: containers ?? [aContainer('app', '100m')],
      ...(requests === undefined ? {} : { resources: requests }),
    },
    status: {
      phase: PHASES[is],
      startTime: kubeTime(startMs),
      conditions: [
        {
          type: 'Ready',
          status: isReady ? 'True' : 'False',
          lastTransitionTime: kubeTime(sinceMs),
        },
      ],
    },
  });
}

/** CPU metrics of one pod: millicores by container. */
export function cpuOf(
  name: string,
  containers: Readonly<Record<string, number>>,
): PodMetricSnapshot {
  return snapshotPodMetrics({
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: { name },
    timestamp: kubeTime(NOW_MS - 5_000),
    window: '15s',
    containers: Object.entries(containers).map(([container, milli]) => ({
      name: container,
      usage: { cpu: `${milli}m` },
    })),
  });
}

/** A target utilization of CPU. */
export function cpuAt(averageUtilization: number): MetricSpec {
  const target = { type: 'Utilization', averageUtilization } as const;
  return { type: 'Resource', resource: { name: 'cpu', target } };
}

/** What an input is made from. */
export interface InputShape {
  readonly spec?: Partial<HorizontalPodAutoscalerSpec>;
  readonly pods?: readonly PodShape[];
  /** Absent: as many as there are pods. */
  readonly replicas?: number;
  /** Absent: the metrics of the pods, for every metric. */
  readonly readings?: readonly MetricReading[];
  readonly settings?: Partial<HpaSettings>;
  readonly status?: HpaInput['status'];
}

/** An input: CPU at 50 %, 1 to 100 replicas, no behavior. */
export function anInput(shape: InputShape = {}): HpaInput {
  const { pods, items } = podsOf(shape.pods ?? []);
  const hpa = defaultHpa({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'lab' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 100,
      metrics: [cpuAt(50)],
      ...shape.spec,
    },
  });
  const spec = compileSpec(hpa);
  const replicas = shape.replicas ?? pods.length;
  return {
    namespace: 'lab',
    name: 'web',
    target: { kind: 'Deployment', name: 'web' },
    spec,
    status: shape.status,
    scale: {
      kind: 'found',
      specReplicas: replicas,
      statusReplicas: replicas,
      selector: 'app=web',
    },
    pods,
    readings: shape.readings ?? spec.metrics.map(() => ({ kind: 'pods', items })),
    settings: { ...DEFAULT_HPA_SETTINGS, ...shape.settings },
  };
}

/** So many ready pods, each using so many millicores. */
export function readyPods(count: number, cpu: number): readonly PodShape[] {
  return Array.from({ length: count }, () => ({ cpu }));
}
