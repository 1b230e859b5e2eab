/** Recordings of a real Kubernetes 1.36 (test/vectors/real-cluster) as timelines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type {
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus,
} from '../../src/core/autoscaling-objects.js';
import type { Condition } from '../../src/core/objects.js';
import { milliValue, wholeValue } from '../../src/core/quantity.js';
import { goDurationMs } from '../../src/core/go-duration.js';
import { packageRoot } from '../../src/process/package-root.js';
import type { StageSpec } from '../../src/load/profile-spec.js';
import type { Timeline, TimelineRecord } from '../../src/timeline/record.js';
import { aHeader, aLoadSecond, anExperiment, aPodRecord } from './a-timeline.js';

const FOLDER = join(packageRoot(), 'test/vectors/real-cluster');
const NAME = 'web';

/** A line of a recording. Which fields it has depends on its type; the files do not change. */
interface Line {
  readonly t: number;
  readonly type: string;
  readonly wall: string;
  readonly rate: number;
  readonly dur: number;
  readonly name: string;
  readonly spec: unknown;
  readonly status?: HorizontalPodAutoscalerStatus;
  readonly startTime?: string;
  /** `True@2026-11-22T10:38:55Z` by type. */
  readonly conditions?: Readonly<Record<string, string>>;
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number | boolean;
  readonly available: number;
  readonly op: string;
  readonly phase: string;
  readonly created: string;
  readonly deleting?: string;
  readonly restarts?: number;
  readonly node?: string;
  readonly state?: { readonly running?: { readonly startedAt: string } };
  readonly addrs: readonly { readonly pod: string; readonly ready: boolean }[];
  readonly pods: readonly Readonly<
    Record<'name' | 'timestamp' | 'window' | 'cpu' | 'mem', string>
  >[];
  readonly cpu_ms_periods_throttled: Readonly<Record<string, readonly [number, number, number]>>;
  readonly kind: string;
  readonly etype: string;
  readonly reason: string;
  readonly message: string;
  readonly count?: number;
  readonly sent: number;
  readonly ok: number;
  readonly err: Readonly<Record<string, number>>;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The runs that were recorded. */
export type RealRun = 'B-nominal-stab30' | 'D-nominal-scaleup' | 'E-ramp-target70';

/** A recording as a timeline. Response times are made up of the percentiles that were recorded, linear between them. */
export function realRun(run: RealRun): Timeline {
  const record = lines(`${run}-record.jsonl.gz`);
  const load = lines(`${run}-load.jsonl.gz`);
  const zeroMs = wallMs(record[0]);
  const loadT = wallMs(load[0]) - zeroMs;
  const stages = stagesOf(load);
  const hpa = record.find(({ type }) => type === 'hpa');
  const experiment = { ...anExperiment(stages), deployment: NAME, service: NAME, hpa: NAME };
  const records = [
    { t: loadT, kind: 'phase', phase: 'load' } as const,
    ...record.flatMap((line) => clusterRecord(line)),
    ...load
      .filter(({ type }) => type === 'load')
      .map((line, second) => loadRecord(line, { second, loadT })),
  ].sort((a, b) => a.t - b.t);
  return {
    header: {
      ...aHeader(stages),
      runId: run,
      environment: {
        labVersion: '0.1.0',
        nodeVersion: 'v20.20.2',
        platform: 'linux x64',
        cores: 2,
        memoryBytes: 8 * 1024 ** 3,
        target: 'kubernetes',
        clock: 'wall',
        missing: [],
      },
      startedAt: new Date(zeroMs).toISOString(),
      experiment,
      manifests: [{ kind: 'HorizontalPodAutoscaler', metadata: { name: NAME }, spec: hpa?.spec }],
    },
    records: [...records, { t: (records.at(-1)?.t ?? 0) + 1, kind: 'end', outcome: 'completed' }],
  };
}

function lines(file: string): readonly Line[] {
  return gunzipSync(readFileSync(join(FOLDER, file)))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Wall time of a recording's t = 0. */
function wallMs(first: Line | undefined): number {
  return Date.parse(first?.wall ?? '') - (first?.t ?? 0) * 1_000;
}

function stagesOf(load: readonly Line[]): readonly StageSpec[] {
  const phases = load.filter(({ type }) => type === 'phase');
  return phases.map((phase, index) => ({
    name: `stage-${index + 1}`,
    kind: 'constant',
    ratePerSecond: phase.rate,
    // As it was, not as it was planned: phases began a few milliseconds late.
    durationMs: (phases[index + 1]?.t ?? phase.t + phase.dur) * 1_000 - phase.t * 1_000,
  }));
}

function clusterRecord(line: Line): readonly TimelineRecord[] {
  const t = line.t * 1_000;
  switch (line.type) {
    case 'deployment':
      return [
        {
          t,
          kind: 'workload',
          name: NAME,
          specReplicas: Number(line.spec),
          replicas: line.replicas,
          updatedReplicas: line.updated,
          readyReplicas: Number(line.ready),
          availableReplicas: line.available,
        },
      ];
    case 'hpa':
      return [hpaRecord(line, t)];
    case 'pod':
      return [podRecord(line, t)];
    case 'endpoints':
      return [endpointsRecord(line, t)];
    case 'podmetrics':
      return [metricsRecord(line, t)];
    case 'cgroup':
      return [cpuRecord(line, t)];
    case 'event':
      return [
        {
          t,
          kind: 'event',
          object: `${line.kind}/${line.name}`,
          type: line.etype,
          reason: line.reason,
          message: line.message,
          count: line.count ?? 1,
        },
      ];
    default:
      return [];
  }
}

/** The recordings have the spec only once; the bounds never changed. */
function hpaRecord({ spec, status }: Line, t: number): TimelineRecord {
  return {
    t,
    kind: 'hpa',
    name: NAME,
    minReplicas: 3,
    maxReplicas: 10,
    status,
    ...(isHpaSpec(spec) ? { spec } : {}),
  };
}

function isHpaSpec(value: unknown): value is HorizontalPodAutoscalerSpec {
  return typeof value === 'object' && value !== null;
}

function podConditions(of: Readonly<Record<string, string>>): readonly Condition[] {
  return Object.entries(of).map(([type, text]) => {
    const [status, lastTransitionTime = ''] = text.split('@');
    return { type, status: status === 'True' ? 'True' : 'False', lastTransitionTime };
  });
}

function podRecord(line: Line, t: number): TimelineRecord {
  const { op, name, phase, created, deleting, ready, restarts, node, state } = line;
  const { startTime, conditions } = line;
  const startedAt = state?.running?.startedAt;
  return aPodRecord({
    t,
    name,
    phase,
    change: op === 'DELETED' ? 'deleted' : op === 'MODIFIED' ? 'changed' : 'seen',
    isReady: ready === true,
    isTerminating: deleting !== undefined,
    restarts: restarts ?? 0,
    createdAt: created,
    ...(conditions === undefined ? {} : { conditions: podConditions(conditions) }),
    ...(startTime === undefined ? {} : { startTime }),
    resources: { containers: [{ name: 'app', requests: { cpu: '200m', memory: '256Mi' } }] },
    ...(node === undefined ? {} : { node }),
    ...(startedAt === undefined ? {} : { containerStartedAt: startedAt }),
  });
}

function endpointsRecord(line: Line, t: number): TimelineRecord {
  const names = (isReady: boolean): readonly string[] =>
    line.addrs.filter(({ ready }) => ready === isReady).map(({ pod }) => pod);
  return { t, kind: 'endpoints', ready: names(true), notReady: names(false) };
}

function metricsRecord(line: Line, t: number): TimelineRecord {
  return {
    t,
    kind: 'pod-metrics',
    pods: line.pods.map(({ name, timestamp, window, cpu, mem }) => ({
      name,
      timestamp,
      windowMs: goDurationMs(window) ?? 0,
      cpuMillicores: milliValue(cpu),
      memoryBytes: wholeValue(mem),
    })),
  };
}

function cpuRecord(line: Line, t: number): TimelineRecord {
  return {
    t,
    kind: 'cpu',
    pods: Object.entries(line.cpu_ms_periods_throttled).map(
      ([name, [cpuMs, periods, throttledPeriods]]) => ({
        name,
        uid: name,
        cpuMs,
        memoryBytes: 0,
        periods,
        throttledPeriods,
      }),
    ),
  };
}

function loadRecord(
  line: Line,
  of: { readonly second: number; readonly loadT: number },
): TimelineRecord {
  const answered = line.ok;
  const refused = line.err['ECONNREFUSED'] ?? 0;
  const timesMs = Array.from({ length: answered }, (_, index) =>
    quantile(line, (index + 0.5) / answered),
  );
  // A line tells of the second that ends with it.
  const t = of.loadT + line.t * 1_000 - 1_000;
  const counts = { due: line.sent, sent: line.sent };
  const failed = refused === 0 ? {} : { refused };
  return { t, kind: 'load', load: aLoadSecond(of.second, { timesMs, ...counts, failed }) };
}

/**
 * What was recorded of a second are four percentiles; between them it is linear, and the fastest answer, which was not
 * recorded, is taken to have had half of the median's time.
 */
function quantile({ p50, p95, p99, max }: Line, share: number): number {
  const points = [
    [0, p50 / 2],
    [0.5, p50],
    [0.95, p95],
    [0.99, p99],
    [1, max],
  ] as const;
  const above = points.findIndex(([at]) => at >= share);
  const [highAt, high] = points[above] ?? [1, max];
  const [lowAt, low] = points[above - 1] ?? [0, p50 / 2];
  return highAt === lowAt ? high : low + ((high - low) * (share - lowAt)) / (highAt - lowAt);
}
