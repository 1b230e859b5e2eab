/** What each pod used over time: from the kernel's counters, else from the metrics API, else from Prometheus. */
import type {
  CpuRecord,
  PodMetricsRecord,
  PrometheusRecord,
  Timeline,
} from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';
import { recordsOf, type Span } from './run-facts.js';

/** Use of one pod over a time. */
export interface UseInterval extends Span {
  /** Mean over the interval, Kubernetes millicores. */
  readonly cpuMillicores: number;
  /** At its end. */
  readonly memoryBytes: number;
  /** Scheduling periods in which the pod ran, and those of them in which it was stopped at its limit. */
  readonly periods?: number;
  readonly throttledPeriods?: number;
}

/** Who told of it: the best there is of the three, in this order. */
export type UseSource = 'kernel' | 'metrics-api' | 'prometheus';

/** Use of all pods. */
export interface PodUse {
  /** Absent when none was recorded. */
  readonly source: Measure<UseSource>;
  /** Intervals in order of time, by pod name; times without a reading are left out. */
  readonly byPod: ReadonlyMap<string, readonly UseInterval[]>;
}

/** Readings of the kernel further apart than this are a gap, not a mean. */
const KERNEL_GAP_MS = 5_000;
/** Metrics older than this no longer tell of the time since the last ones. */
const METRICS_GAP_MS = 90_000;

type KernelReading = CpuRecord['pods'][number];

/** Use of each pod between successive readings; the kernel's where there are any. */
export function podUse(timeline: Timeline): PodUse {
  const kernel = recordsOf(timeline, 'cpu');
  if (kernel.length > 1) return { source: measured('kernel'), byPod: kernelUse(kernel) };
  const metrics = recordsOf(timeline, 'pod-metrics').filter(({ pods }) => pods.length > 0);
  if (metrics.length > 0) return { source: measured('metrics-api'), byPod: metricsUse(metrics) };
  const told = prometheusUse(recordsOf(timeline, 'prometheus'));
  if (told.size > 0) return { source: measured('prometheus'), byPod: told };
  return { source: noData('the use of pods was not recorded'), byPod: new Map() };
}

/** A reading and when it was made. */
interface TimedReading {
  readonly t: number;
  readonly pod: KernelReading;
}

function kernelUse(records: readonly CpuRecord[]): ReadonlyMap<string, readonly UseInterval[]> {
  const byPod = new Map<string, UseInterval[]>();
  const last = new Map<string, TimedReading>();
  let fromT: number | undefined;
  for (const { t, pods } of records) {
    const isNear = fromT !== undefined && t > fromT && t - fromT <= KERNEL_GAP_MS;
    for (const pod of pods) {
      if (isNear && fromT !== undefined) {
        const before = last.get(pod.uid);
        add(
          byPod,
          pod.name,
          between({ fromT, toT: t }, before?.t === fromT ? before.pod : undefined, pod),
        );
      }
      last.set(pod.uid, { t, pod });
    }
    fromT = t;
  }
  return byPod;
}

/** @param before - undefined for a pod that is new: all it has used since its start counts. */
function between(
  { fromT, toT }: Span,
  before: KernelReading | undefined,
  { cpuMs, memoryBytes, periods, throttledPeriods }: KernelReading,
): UseInterval {
  const cpuMillicores = (risen(before?.cpuMs, cpuMs) * 1_000) / (toT - fromT);
  if (periods === undefined || throttledPeriods === undefined) {
    return { fromT, toT, cpuMillicores, memoryBytes };
  }
  return {
    fromT,
    toT,
    cpuMillicores,
    memoryBytes,
    periods: risen(before?.periods, periods),
    throttledPeriods: risen(before?.throttledPeriods, throttledPeriods),
  };
}

/** A counter that fell began anew with a new process. */
function risen(before: number | undefined, after: number): number {
  return before === undefined || after < before ? after : after - before;
}

function metricsUse(
  records: readonly PodMetricsRecord[],
): ReadonlyMap<string, readonly UseInterval[]> {
  const byPod = new Map<string, UseInterval[]>();
  const last = new Map<string, { readonly timestamp: string; readonly t: number }>();
  for (const { t, pods } of records) {
    for (const { name, timestamp, windowMs, cpuMillicores, memoryBytes } of pods) {
      const before = last.get(name);
      if (before?.timestamp === timestamp) continue;
      const fromT = Math.max(before?.t ?? t - windowMs, t - METRICS_GAP_MS);
      if (t > fromT) add(byPod, name, { fromT, toT: t, cpuMillicores, memoryBytes });
      last.set(name, { timestamp, t });
    }
  }
  return byPod;
}

/** Rates of Prometheus are means over its window; each stands for the step before it. */
function prometheusUse(
  records: readonly PrometheusRecord[],
): ReadonlyMap<string, readonly UseInterval[]> {
  const byPod = new Map<string, UseInterval[]>();
  const cpu = records.find(({ name }) => name === 'podCpu');
  const memory = records.find(({ name }) => name === 'podMemory');
  for (const { labels, points } of cpu?.series ?? []) {
    const { pod } = labels;
    const held = new Map(memory?.series.find((each) => each.labels['pod'] === pod)?.points);
    for (const [t, cpuMillicores] of points) {
      const memoryBytes = held.get(t);
      if (pod === undefined || memoryBytes === undefined || cpu === undefined) continue;
      add(byPod, pod, { fromT: t - cpu.stepMs, toT: t, cpuMillicores, memoryBytes });
    }
  }
  return byPod;
}

function add(byPod: Map<string, UseInterval[]>, name: string, interval: UseInterval): void {
  const intervals = byPod.get(name);
  if (intervals === undefined) byPod.set(name, [interval]);
  else intervals.push(interval);
}

/** The intervals of a pod that overlap a span, whole. */
export function useWithin(use: PodUse, pod: string, span: Span): readonly UseInterval[] {
  return (use.byPod.get(pod) ?? []).filter(
    ({ fromT, toT }) => toT > span.fromT && fromT < span.toT,
  );
}
