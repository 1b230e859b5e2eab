/** How fast the HPA decides, and whether it stays in its memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compileSpec } from '../../src/autoscaling/hpa/compiled-hpa.js';
import { defaultHpa } from '../../src/autoscaling/hpa/defaults.js';
import type { HpaInput } from '../../src/autoscaling/hpa/input.js';
import { type HpaMemory, NO_MEMORY } from '../../src/autoscaling/hpa/memory.js';
import { reconcile } from '../../src/autoscaling/hpa/reconcile.js';
import { DEFAULT_HPA_SETTINGS } from '../../src/autoscaling/hpa/settings.js';
import { snapshotPod, snapshotPodMetrics } from '../../src/autoscaling/hpa/snapshots.js';
import type { HorizontalPodAutoscaler } from '../../src/core/autoscaling-objects.js';
import { kubeTime } from '../../src/core/kube-time.js';
import { type BenchFigure, median } from './figure.js';

const START_MS = Date.UTC(2026, 10, 23, 6, 0, 0);
const PERIOD_MS = 15_000;
const ROUNDS = 15;

const HPA: HorizontalPodAutoscaler = defaultHpa({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'lab' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 5_000,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
      },
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
  },
});

/** A whole reconciliation: decision with its steps, conditions, status, events, memory. */
export function benchHpa(): Promise<readonly BenchFigure[]> {
  const note = `median of ${ROUNDS}; whole reconciliation with steps`;
  const figures: BenchFigure[] = [
    { name: '10 pods', value: decisionUs(10, 20_000), unit: 'µs', limit: 5, note },
    { name: '1,000 pods', value: decisionUs(1_000, 400), unit: 'µs', limit: 150, note },
    {
      name: '1,000 pods, every tenth without a metric',
      value: decisionUs(1_000, 400, { missingEvery: 10 }),
      unit: 'µs',
      limit: 150,
      note,
    },
    { name: '10,000 HPAs of 10 pods', value: fleetSeconds(), unit: 's', limit: 0.5, note },
  ];
  figures.push({
    name: 'heap growth over 1,000,000 decisions',
    value: heapGrowthMb(),
    unit: 'MB',
    limit: 1,
    note: 'after 50,000 to warm up',
  });
  return Promise.resolve(figures);
}

interface Load {
  /** Every so manieth pod has no metric; absent: all have one. */
  readonly missingEvery?: number;
}

/** Syncs one HPA over and over, as a controller does: state carries over, use goes up and down. */
class Synced {
  readonly #inputs: readonly HpaInput[];
  #memory: HpaMemory = NO_MEMORY;
  #status: HpaInput['status'];
  #replicas: number;
  #round = 0;

  constructor(podCount: number, load: Load = {}) {
    this.#replicas = podCount;
    this.#inputs = [55, 62, 70, 58, 45].map((percent) => inputOf(podCount, percent, load));
  }

  sync(): number {
    const input = this.#inputs[this.#round % this.#inputs.length];
    if (input === undefined) return 0;
    const nowMs = START_MS + 600_000 + this.#round * PERIOD_MS;
    this.#round++;
    const present: HpaInput = { ...input, status: this.#status };
    const outcome = reconcile(present, this.#memory, nowMs);
    this.#memory = outcome.memory;
    this.#status = outcome.status ?? this.#status;
    this.#replicas = outcome.scaleTo ?? this.#replicas;
    return this.#replicas;
  }
}

function inputOf(podCount: number, percent: number, { missingEvery }: Load): HpaInput {
  const names = Array.from(
    { length: podCount },
    (_, index) => `web-${String(index).padStart(5, '0')}`,
  );
  const pods = names.map((name) =>
    snapshotPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'lab' },
      spec: {
        containers: [
          { name: 'app', image: 'app', resources: { requests: { cpu: '200m', memory: '256Mi' } } },
        ],
      },
      status: {
        phase: 'Running',
        startTime: kubeTime(START_MS),
        conditions: [
          { type: 'Ready', status: 'True', lastTransitionTime: kubeTime(START_MS + 7_000) },
        ],
      },
    }),
  );
  const measured =
    missingEvery === undefined ? names : names.filter((_, index) => index % missingEvery !== 0);
  const items = measured.map((name, index) =>
    snapshotPodMetrics({
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetrics',
      metadata: { name, namespace: 'lab' },
      timestamp: kubeTime(START_MS + 590_000),
      window: '15.2s',
      containers: [
        {
          name: 'app',
          usage: { cpu: `${percent * 2_000_000 + index}n`, memory: `${50 + (index % 7)}Mi` },
        },
      ],
    }),
  );
  return {
    namespace: 'lab',
    name: 'web',
    target: { kind: 'Deployment', name: 'web' },
    spec: SPEC,
    status: undefined,
    scale: {
      kind: 'found',
      specReplicas: podCount,
      statusReplicas: podCount,
      selector: 'app=web',
    },
    pods,
    readings: [{ kind: 'pods', items }],
    settings: DEFAULT_HPA_SETTINGS,
  };
}

const SPEC = compileSpec(HPA);

function decisionUs(podCount: number, count: number, load: Load = {}): number {
  const synced = new Synced(podCount, load);
  for (let index = 0; index < count; index++) synced.sync();
  const rounds = Array.from({ length: ROUNDS }, () => {
    const startedMs = performance.now();
    for (let index = 0; index < count; index++) synced.sync();
    return ((performance.now() - startedMs) * 1_000) / count;
  });
  return median(rounds);
}

/** Each HPA with pods, metrics and memory of its own, synced once a round. */
function fleetSeconds(): number {
  const fleet = Array.from({ length: 10_000 }, () => new Synced(10));
  const rounds = Array.from({ length: ROUNDS }, () => {
    const startedMs = performance.now();
    for (const synced of fleet) synced.sync();
    return (performance.now() - startedMs) / 1_000;
  });
  return median(rounds);
}

/** Heap in use after a full collection, before and after. */
function heapGrowthMb(): number {
  const collect = collector();
  const synced = new Synced(10);
  for (let index = 0; index < 50_000; index++) synced.sync();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 1_000_000; index++) synced.sync();
  collect();
  return (process.memoryUsage().heapUsed - before) / 2 ** 20;
}

/** The collector itself, which Node hides unless asked. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function')
    throw new TypeError('expected a collector from Node, got none');
  return () => {
    collect();
  };
}
