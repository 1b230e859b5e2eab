/**
 * Realistic timelines without a run: a scripted spike whose instants are known, because the script names
 * them. Deterministic. Times follow what a real Kubernetes 1.36 did (delays of pods, two loops of 15 s).
 */
import { MEASURES } from '../../src/analysis/catalogue/catalogue.js';
import { DEFAULT_PRICE } from '../../src/experiment/complete.js';
import type { Experiment } from '../../src/experiment/experiment.js';
import { parseThreshold, type Threshold } from '../../src/experiment/threshold.js';
import { LatencyHistogram } from '../../src/load/histogram.js';
import type { StageSpec } from '../../src/load/profile-spec.js';
import { profileOf } from '../../src/load/profile.js';
import { oneRequest } from '../../src/load/request-spec.js';
import type { LoadSecond } from '../../src/load/sender.js';
import { seededRandom } from '../../src/core/random.js';
import type {
  HeaderRecord,
  PodRecord,
  Timeline,
  TimelineRecord,
} from '../../src/timeline/record.js';

const START_MS = Date.UTC(2026, 10, 23, 6, 0, 0);
const REQUEST_MILLICORES = 200;
const LIMIT_MILLICORES = 500;
const CPU_MS_A_REQUEST = 25;
const IDLE_MILLICORES = 4;
const MEBIBYTE = 1024 ** 2;

/** What happens, in ms since the run began. Everything has a default: three pods, a spike, ten, three. */
export interface TimelineScript {
  readonly stages?: readonly StageSpec[];
  readonly loadStartT?: number;
  /** Successive desired replica counts; the first is at t = 100. */
  readonly initialReplicas?: number;
  readonly rescales?: readonly ScriptedRescale[];
  /** From created; a pod's endpoint comes `endpointMs` after ready. */
  readonly podDelays?: Partial<typeof POD_DELAYS>;
  /** Pods (by number, from 0) that stop being ready for a while. */
  readonly flaps?: readonly {
    readonly pod: number;
    readonly unreadyT: number;
    readonly readyT: number;
    readonly restarts?: number;
  }[];
  readonly outcome?: 'completed' | 'interrupted' | 'failed' | 'cut-short';
  /** The run ends here (a signal, a crash); nothing later is recorded. */
  readonly stoppedT?: number;
  readonly isSaturated?: boolean;
  /** As an experiment file writes them. */
  readonly thresholds?: readonly string[];
}

/** A size that is set at an instant: by the HPA, which says so, or by hand. */
interface ScriptedRescale {
  readonly t: number;
  readonly to: number;
  readonly isByHand?: boolean;
}

/** Delays of each pod in ms, as measured on a real cluster. */
const POD_DELAYS = {
  createdMs: 60,
  scheduledMs: 40,
  startedMs: 1_300,
  readyMs: 7_400,
  endpointMs: 30,
  terminationMs: 2_000,
};

/** A baseline of 9/s, 45/s, and 9/s again. */
const SPIKE_STAGES: readonly StageSpec[] = [
  { name: 'baseline', kind: 'constant', ratePerSecond: 9, durationMs: 25_000 },
  { name: 'spike', kind: 'constant', ratePerSecond: 45, durationMs: 65_000 },
  { name: 'baseline-again', kind: 'constant', ratePerSecond: 9, durationMs: 80_000 },
];

const SPIKE_RESCALES: readonly ScriptedRescale[] = [
  { t: 82_000, to: 7 },
  { t: 97_000, to: 10 },
  { t: 157_000, to: 4 },
  { t: 172_000, to: 3 },
];

interface PodLife {
  readonly name: string;
  readonly uid: string;
  readonly createdT: number;
  readonly startedT: number;
  readonly readyT: number;
  readonly terminatingT: number;
  readonly goneT: number;
}

interface Scene {
  readonly stages: readonly StageSpec[];
  readonly loadStartT: number;
  readonly loadEndT: number;
  readonly endT: number;
  readonly desired: readonly ScriptedRescale[];
  readonly delays: typeof POD_DELAYS;
  readonly pods: readonly PodLife[];
  readonly flaps: NonNullable<TimelineScript['flaps']>;
}

/** The timeline of a script. */
export function aTimeline(script: TimelineScript = {}): Timeline {
  const scene = sceneOf(script);
  const records = [
    ...phaseRecords(scene),
    ...workloadRecords(scene),
    ...podRecords(scene),
    ...endpointRecords(scene),
    ...loadRecords(scene),
    ...cpuRecords(scene),
    ...metricsRecords(scene),
    ...hpaRecords(scene),
    ...hpaWords(scene),
    summaryRecord(scene, script.isSaturated ?? false),
  ].sort((a, b) => a.t - b.t);
  const outcome = script.outcome ?? 'completed';
  const stoppedT = script.stoppedT ?? Infinity;
  const kept = records.filter((record) => endOf(record) <= stoppedT);
  const endT = Math.min(stoppedT, scene.endT);
  if (outcome === 'interrupted' || outcome === 'failed') {
    kept.push({ t: endT, kind: 'phase', phase: 'tear-down' });
    kept.push({ t: endT + 2_500, kind: 'end', outcome, because: 'SIGINT' });
  } else if (outcome === 'completed') {
    kept.push({ t: endT + 2_500, kind: 'end', outcome });
  }
  const header = aHeader(scene.stages);
  const thresholds = (script.thresholds ?? []).map((text) => aThreshold(text, scene.stages));
  const experiment = { ...anExperiment(scene.stages), thresholds };
  return { header: { ...header, experiment }, records: kept };
}

/** A threshold on a measure of the catalogue. */
function aThreshold(text: string, stages: readonly StageSpec[]): Threshold {
  const names = stages.map(({ name }) => name);
  const parsed = parseThreshold(text, { measures: MEASURES, stages: names, currency: 'USD' });
  if (parsed.kind === 'threshold') return parsed.threshold;
  throw new Error(`${text}: ${JSON.stringify(parsed.faults)}`);
}

/** The same timeline without records of some kinds: what was not observed. */
export function without(timeline: Timeline, ...kinds: TimelineRecord['kind'][]): Timeline {
  return { ...timeline, records: timeline.records.filter(({ kind }) => !kinds.includes(kind)) };
}

/** The same timeline, every instant later by `byMs`. */
export function shifted(timeline: Timeline, byMs: number): Timeline {
  return {
    header: { ...timeline.header, t: timeline.header.t + byMs },
    records: timeline.records.map((record) =>
      record.kind === 'gap'
        ? { ...record, t: record.t + byMs, fromT: record.fromT + byMs }
        : { ...record, t: record.t + byMs },
    ),
  };
}

/** An experiment such as `experiments/spike.yaml`. */
export function anExperiment(stages: readonly StageSpec[] = SPIKE_STAGES): Experiment {
  return {
    name: 'spike',
    question: 'How long does a five-fold spike take to get its pods, and where does the time go?',
    target: 'embedded',
    folder: '/lab/experiments',
    manifests: ['/lab/manifests'],
    patches: [],
    namespace: 'hpa-lab-spike',
    deployment: 'sample-service',
    service: 'sample-service',
    hpa: 'sample-service',
    load: {
      load: { model: 'open', profile: { stages }, spacing: 'even' },
      requests: oneRequest({ method: 'GET', path: '/work?cpuMs=25', headers: {} }),
      connections: { kind: 'per-request' },
      maxConnections: 1_000,
      maxInFlight: 1_000,
      timeoutMs: 5_000,
      seed: 1,
    },
    readyTimeoutMs: 120_000,
    settleMs: 20_000,
    coolDownMs: 0,
    flapWindowMs: 60_000,
    embedded: {
      cpuScale: 'auto',
      addresses: 'auto',
      cpuLimits: 'auto',
      images: {},
      hpaController: {
        syncPeriodMs: 15_000,
        tolerance: 0.1,
        cpuInitializationPeriodMs: 300_000,
        initialReadinessDelayMs: 30_000,
        downscaleStabilizationMs: 300_000,
      },
      metricsResolutionMs: 15_000,
      apiPort: 0,
    },
    price: DEFAULT_PRICE,
    thresholds: [],
    seed: 1,
  };
}

/** A header as the embedded cluster writes it. */
export function aHeader(stages: readonly StageSpec[] = SPIKE_STAGES): HeaderRecord {
  return {
    t: 0,
    kind: 'header',
    schemaVersion: 1,
    runId: '20261123-060000-spike',
    startedAt: new Date(START_MS).toISOString(),
    experiment: anExperiment(stages),
    manifests: [
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'sample-service' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'sample-service' },
          minReplicas: 3,
          maxReplicas: 10,
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
            },
          ],
          behavior: { scaleDown: { stabilizationWindowSeconds: 20 } },
        },
      },
    ],
    environment: {
      labVersion: '0.1.0',
      nodeVersion: 'v20.20.2',
      platform: 'linux x64',
      cores: 2,
      memoryBytes: 8 * 1024 * MEBIBYTE,
      target: 'embedded',
      clock: 'wall',
      embedded: {
        cpuScale: 0.3,
        cpuScaleBecause: '10 pods of 500m and 0.5 cores for the lab fit 2 cores',
        cpuLimits: 'signals',
        cpuLimitsBecause: 'no writable cgroup',
        cpuUsageFrom: '/proc/PID/schedstat',
        addresses: 'per-pod',
        nodeCpus: 6.6,
      },
      missing: ['no writable cgroup: limits are enforced by stopping processes'],
    },
  };
}

/** A pod record with the manifests' requests. */
export function aPodRecord(record: Partial<PodRecord> & { readonly t: number }): PodRecord {
  const name = record.name ?? 'sample-service-0';
  return {
    kind: 'pod',
    change: 'changed',
    name,
    uid: `uid-${name}`,
    phase: 'Running',
    isReady: false,
    isTerminating: false,
    restarts: 0,
    requests: { cpuMillicores: REQUEST_MILLICORES, memoryBytes: 256 * MEBIBYTE },
    limits: { cpuMillicores: LIMIT_MILLICORES, memoryBytes: 512 * MEBIBYTE },
    conditions: [],
    ...record,
  };
}

/** A load second in which everything was answered, unless told otherwise. */
export function aLoadSecond(
  second: number,
  of: Partial<LoadSecond> & { readonly timesMs?: readonly number[] } = {},
): LoadSecond {
  const { timesMs = [], ...rest } = of;
  const histogram = new LatencyHistogram();
  for (const ms of timesMs) histogram.recordMs(ms);
  const encoded = histogram.encode();
  return {
    second,
    due: timesMs.length,
    dropped: 0,
    unsent: 0,
    sent: timesMs.length,
    late: 0,
    answered: timesMs.length === 0 ? {} : { '2xx': timesMs.length },
    failed: {},
    unanswered: 0,
    responseTime: encoded,
    serviceTime: encoded,
    byPod: {},
    ...rest,
  };
}

function sceneOf(script: TimelineScript): Scene {
  const stages = script.stages ?? SPIKE_STAGES;
  const loadStartT = script.loadStartT ?? 28_500;
  const loadEndT = loadStartT + stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const delays = { ...POD_DELAYS, ...script.podDelays };
  const desired = [
    { t: 100, to: script.initialReplicas ?? 3 },
    ...(script.rescales ?? SPIKE_RESCALES),
  ];
  const endT = loadEndT + 500;
  const pods = podLives(desired, delays);
  const flaps = script.flaps ?? [];
  return { stages, loadStartT, loadEndT, endT, desired, delays, pods, flaps };
}

function podLives(desired: Scene['desired'], delays: Scene['delays']): readonly PodLife[] {
  const lives: PodLife[] = [];
  for (const { t, to } of desired) {
    const alive = lives.filter(({ terminatingT }) => terminatingT === Infinity);
    for (let index = alive.length; index < to; index++) {
      const number = lives.length;
      const createdT = t + delays.createdMs + 5 * (index - alive.length);
      lives.push({
        name: `sample-service-${number}`,
        uid: `uid-sample-service-${number}`,
        createdT,
        startedT: createdT + delays.startedMs,
        readyT: createdT + delays.readyMs,
        terminatingT: Infinity,
        goneT: Infinity,
      });
    }
    for (const pod of alive.slice(to)) {
      const terminatingT = t + 50;
      lives[lives.indexOf(pod)] = {
        ...pod,
        terminatingT,
        goneT: terminatingT + delays.terminationMs,
      };
    }
  }
  return lives;
}

function phaseRecords({ loadStartT, loadEndT, endT }: Scene): readonly TimelineRecord[] {
  return [
    { t: 0, kind: 'phase', phase: 'deploy' },
    { t: Math.max(1, loadStartT - 20_500), kind: 'phase', phase: 'settle' },
    { t: loadStartT, kind: 'phase', phase: 'load' },
    { t: loadEndT + 200, kind: 'phase', phase: 'cool-down' },
    { t: endT, kind: 'phase', phase: 'tear-down' },
  ];
}

function workloadRecords(scene: Scene): readonly TimelineRecord[] {
  const instants = [
    ...scene.desired.map(({ t }) => t),
    ...scene.pods.flatMap(({ readyT, goneT }) => [readyT + 2, goneT + 2]),
  ].filter(Number.isFinite);
  return instants.map((t) => {
    const readyReplicas = readyPods(scene, t).length;
    const replicas = scene.pods.filter((pod) => pod.createdT <= t && pod.terminatingT > t).length;
    return {
      t,
      kind: 'workload',
      name: 'sample-service',
      specReplicas: scene.desired.findLast((step) => step.t <= t)?.to ?? 0,
      replicas,
      updatedReplicas: replicas,
      readyReplicas,
      availableReplicas: readyReplicas,
    };
  });
}

function podRecords(scene: Scene): readonly TimelineRecord[] {
  return scene.pods.flatMap((pod, number) => {
    const { name, createdT, startedT, readyT, terminatingT, goneT } = pod;
    const createdAt = new Date(Math.floor((START_MS + createdT) / 1_000) * 1_000).toISOString();
    const base = { name, createdAt, phase: 'Pending' };
    const node = 'embedded';
    const running = {
      ...base,
      node,
      phase: 'Running',
      containerStartedAt: new Date(START_MS + startedT).toISOString(),
    };
    const flaps = scene.flaps.filter((flap) => flap.pod === number);
    const changes = [
      { t: createdT, change: 'seen' as const, ...base },
      { t: createdT + scene.delays.scheduledMs, ...base, node },
      { t: startedT, ...running },
      { t: readyT, ...running, isReady: true },
      ...flaps.flatMap(({ unreadyT, readyT: againT, restarts = 0 }) => [
        { t: unreadyT, ...running, restarts },
        { t: againT, ...running, restarts, isReady: true },
      ]),
      { t: terminatingT, ...running, isReady: true, isTerminating: true },
      { t: goneT, ...running, change: 'deleted' as const, isTerminating: true },
    ];
    return changes
      .filter(({ t }) => t === createdT || (Number.isFinite(t) && t < goneT) || t === goneT)
      .filter(({ t }) => Number.isFinite(t))
      .map((change) => aPodRecord(change));
  });
}

function endpointRecords(scene: Scene): readonly TimelineRecord[] {
  const { endpointMs } = scene.delays;
  const instants = [
    ...scene.pods.flatMap(({ readyT, terminatingT }) => [readyT, terminatingT]),
    ...scene.flaps.flatMap(({ unreadyT, readyT }) => [unreadyT, readyT]),
  ].filter(Number.isFinite);
  return instants.map((t) => ({
    t: t + endpointMs,
    kind: 'endpoints',
    ready: readyPods(scene, t).map(({ name }) => name),
    notReady: [],
  }));
}

function readyPods({ pods, flaps }: Scene, t: number): readonly PodLife[] {
  return pods.filter(
    (pod, number) =>
      pod.readyT <= t &&
      pod.terminatingT > t &&
      !flaps.some((flap) => flap.pod === number && flap.unreadyT <= t && flap.readyT > t),
  );
}

function loadRecords(scene: Scene): readonly TimelineRecord[] {
  const profile = profileOf({ stages: scene.stages });
  const random = seededRandom(7);
  return Array.from({ length: Math.ceil(profile.durationMs / 1_000) }, (_, second) => {
    const t = scene.loadStartT + second * 1_000;
    const due =
      Math.floor(profile.arrivalsBefore((second + 1) * 1_000) + 1e-9) -
      Math.floor(profile.arrivalsBefore(second * 1_000) + 1e-9);
    const endpoints = readyPods(scene, t - scene.delays.endpointMs);
    const leaving = scene.pods.filter((pod) => pod.terminatingT > t && pod.terminatingT <= t + 1e3);
    const refused = Math.min(due, leaving.length);
    const answered = due - refused;
    const load = (due * CPU_MS_A_REQUEST) / Math.max(1, endpoints.length) / LIMIT_MILLICORES;
    const meanWaitMs = (CPU_MS_A_REQUEST * Math.min(load, 0.97)) / (1 - Math.min(load, 0.97));
    const timesMs = Array.from(
      { length: answered },
      () => CPU_MS_A_REQUEST + 2 - meanWaitMs * Math.log(1 - random.next()),
    );
    const counts = endpoints.map(({ name }, index) => {
      const share = Math.floor((answered + index) / endpoints.length);
      return [name, share] as const;
    });
    return {
      t,
      kind: 'load',
      load: aLoadSecond(second, {
        timesMs,
        due,
        sent: due,
        failed: refused === 0 ? {} : { refused },
        byPod: Object.fromEntries(counts),
      }),
    };
  });
}

const USAGE_STEP_MS = 100;

/** Use of one pod since it started, up to an instant; nothing is cut off at limits (none is reached). */
function usedMs(scene: Scene, pod: PodLife, untilT: number): number {
  let table = usageTables.get(pod);
  if (table === undefined) {
    table = usageTable(scene, pod);
    usageTables.set(pod, table);
  }
  const step = Math.floor((untilT - pod.startedT) / USAGE_STEP_MS);
  return table[Math.min(Math.max(step, 0), table.length - 1)] ?? 0;
}

const usageTables = new WeakMap<PodLife, readonly number[]>();

function usageTable(scene: Scene, pod: PodLife): readonly number[] {
  const profile = profileOf({ stages: scene.stages });
  const table = [0];
  let sum = 0;
  for (let t = pod.startedT; t < Math.min(scene.endT, pod.goneT); t += USAGE_STEP_MS) {
    const serving = readyPods(scene, t);
    const rate = profile.ratePerSecondAt(t - scene.loadStartT);
    const share = serving.includes(pod) ? (rate * CPU_MS_A_REQUEST) / serving.length : 0;
    sum += ((Math.min(share, LIMIT_MILLICORES) + IDLE_MILLICORES) * USAGE_STEP_MS) / 1_000;
    table.push(sum);
  }
  return table;
}

function cpuRecords(scene: Scene): readonly TimelineRecord[] {
  const records: TimelineRecord[] = [];
  for (let t = 3_000; t < scene.endT; t += 1_000) {
    const pods = scene.pods.filter((pod) => pod.startedT <= t && pod.goneT > t);
    records.push({
      t,
      kind: 'cpu',
      pods: pods.map((pod) => ({
        name: pod.name,
        uid: pod.uid,
        cpuMs: usedMs(scene, pod, t),
        memoryBytes: 80 * MEBIBYTE,
      })),
    });
  }
  return records;
}

function metricsRecords(scene: Scene): readonly TimelineRecord[] {
  const WINDOW_MS = 15_000;
  const records: TimelineRecord[] = [];
  for (let t = 12_000; t < scene.endT; t += WINDOW_MS) {
    const pods = scene.pods.filter((pod) => pod.startedT <= t - WINDOW_MS && pod.goneT > t);
    records.push({
      t,
      kind: 'pod-metrics',
      pods: pods.map((pod) => ({
        name: pod.name,
        timestamp: new Date(START_MS + t - 1_000).toISOString(),
        windowMs: WINDOW_MS,
        cpuMillicores: Math.round(
          ((usedMs(scene, pod, t - 1_000) - usedMs(scene, pod, t - 1_000 - WINDOW_MS)) * 1_000) /
            WINDOW_MS,
        ),
        memoryBytes: 80 * MEBIBYTE,
      })),
    });
  }
  return records;
}

function hpaRecords(scene: Scene): readonly TimelineRecord[] {
  const instants = [22_000, ...scene.desired.slice(1).map(({ t }) => t + 10)];
  return instants.map((t) => {
    const desired = scene.desired.findLast((step) => step.t <= t)?.to ?? 0;
    return {
      t,
      kind: 'hpa',
      name: 'sample-service',
      minReplicas: 3,
      maxReplicas: 10,
      status: { currentReplicas: desired, desiredReplicas: desired },
    };
  });
}

/** The event of each rescale, and of a scale-up also the decision with its steps. */
function hpaWords(scene: Scene): readonly TimelineRecord[] {
  return scene.desired.slice(1).flatMap(({ t, to, isByHand = false }, index) => {
    if (isByHand) return [];
    const from = scene.desired[index]?.to ?? 0;
    const isUp = to > from;
    const decision = {
      kind: 'rescale',
      atMs: START_MS + t,
      fromReplicas: from,
      toReplicas: to,
      reason: 'cpu resource utilization (percentage of request) above target',
      steps: [
        {
          kind: 'metric',
          from: 'pods',
          index: 0,
          metric: 'cpu resource utilization (percentage of request)',
          resource: 'cpu',
          target: { kind: 'utilization', percent: 60 },
          tolerance: { down: 0.1, up: 0.1 },
          pods: {
            ready: scene.pods.slice(0, 3).map(({ name }) => name),
            readyMilli: [379, 379, 379],
            unready: [],
            missing: [],
            ignored: [],
            strangers: 0,
            strangersMilli: 0,
          },
          requests: { ready: 600, unready: 0, missing: 0, missingFallback: 0 },
          measured: {
            usedMilli: 1_137,
            requestedMilli: 600,
            podCount: 3,
            percent: 189,
            averageMilli: 379,
            ratio: 3.15,
          },
          replicas: 10,
          reason: 'usage-ratio',
        },
        { kind: 'highest', replicas: 10, metric: 'cpu', failed: 0, of: 1 },
        {
          kind: 'stabilize',
          replicas: 10,
          reason: 'ReadyForNewScale',
          down: { windowSeconds: 20, replicas: 10, atMs: START_MS + t },
        },
        {
          kind: 'limit',
          replicas: to,
          reason: to < 10 ? 'ScaleUpLimit' : 'DesiredWithinRange',
          minReplicas: 3,
          maxReplicas: 10,
          ...(to < 10 ? { rateLimit: to } : {}),
        },
      ],
    };
    const scale = { kind: 'found', specReplicas: from, statusReplicas: from, selector: 'app=web' };
    const sync = { scale, pods: [], resources: { kind: 'pods', items: [] } };
    const message = isUp
      ? `New size: ${to}; reason: cpu resource utilization (percentage of request) above target`
      : `New size: ${to}; reason: All metrics below target`;
    const words: readonly TimelineRecord[] = [
      { t: t - 8, kind: 'hpa-decision', name: 'sample-service', decision: { decision, sync } },
      {
        t: t + 12,
        kind: 'event',
        object: 'HorizontalPodAutoscaler/sample-service',
        type: 'Normal',
        reason: 'SuccessfulRescale',
        message,
        count: 1,
      },
    ];
    return isUp ? words : words.slice(1);
  });
}

function summaryRecord({ loadStartT, loadEndT }: Scene, isSaturated: boolean): TimelineRecord {
  return {
    t: loadEndT + 150,
    kind: 'load-summary',
    summary: {
      startedAtMs: START_MS + loadStartT,
      endedAtMs: START_MS + loadEndT,
      engine: 'undici 7.30.2',
      audit: {
        sendLagP50Ms: 0.4,
        sendLagP99Ms: isSaturated ? 160 : 2.1,
        sendLagMaxMs: isSaturated ? 900 : 6.3,
        eventLoopLagP99Ms: isSaturated ? 150 : 1.8,
        cpuMs: 9_000,
        elapsedMs: loadEndT - loadStartT,
        maxRssBytes: 90 * MEBIBYTE,
        isSaturated,
        ...(isSaturated ? { because: 'p99 of the send lag was 160 ms (limit 10 ms)' } : {}),
      },
    },
  };
}

function endOf(record: TimelineRecord): number {
  return record.kind === 'load' ? record.t + 1_000 : record.t;
}
