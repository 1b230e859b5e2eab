/** Sorts pods by how they may enter a proposal. */
import type { HpaSettings } from './settings.js';
import type { PodMetricSnapshot, PodSnapshot } from './snapshots.js';
import type { PodGroups } from './steps.js';

/** Which group a pod is in. */
export const READY = 0;
/** It starts or is not ready: its metric is not used, and on the way up it counts as 0. */
export const UNREADY = 1;
/** It has no metric: on the way up it counts as 0, on the way down as its whole request. */
export const MISSING = 2;
/** It is going or has failed, and enters nothing. */
export const IGNORED = 3;

/** Which metric of which pods is looked at, and when. */
export interface GroupPodsOptions {
  readonly resource: string;
  /** Absent: whole pods. */
  readonly container: string | undefined;
  readonly settings: HpaSettings;
  readonly nowMs: number;
}

/** Pods in groups, and what the metrics add up to. */
export interface GroupedPods extends PodGroups {
  /** Group of each pod, in the order of the pods. */
  readonly codes: readonly number[];
  /** Thousandths used by the ready pods. */
  readonly readyTotal: number;
  /** Thousandths used according to metrics of pods that are not among the pods. */
  readonly strangersTotal: number;
}

/**
 * Sorts pods into ready, unready, missing and ignored.
 *
 * @see Source: kubernetes `replica_calculator.go`, `groupPods`; `metrics/client.go`, `getPodMetrics`
 *   and `getContainerMetrics`.
 */
export function groupPods(
  pods: readonly PodSnapshot[],
  items: readonly PodMetricSnapshot[],
  options: GroupPodsOptions,
): GroupedPods {
  const { resource, container } = options;
  const find = metricFinder(items);
  const codes: number[] = [];
  const ready: string[] = [];
  const readyMilli: number[] = [];
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  let readyTotal = 0;
  let knownTotal = 0;
  let known = 0;
  for (const pod of pods) {
    const item = find(pod.name);
    const milli = item === undefined ? undefined : usageOf(item, resource, container);
    if (milli !== undefined) {
      knownTotal += milli;
      known++;
    }
    if (pod.isTerminating || pod.phase === 'Failed') {
      codes.push(IGNORED);
      ignored.push(pod.name);
    } else if (pod.phase === 'Pending') {
      codes.push(UNREADY);
      unready.push(pod.name);
    } else if (item === undefined || milli === undefined) {
      codes.push(MISSING);
      missing.push(pod.name);
    } else if (resource === 'cpu' && isUnready(pod, item, options)) {
      codes.push(UNREADY);
      unready.push(pod.name);
    } else {
      codes.push(READY);
      ready.push(pod.name);
      readyMilli.push(milli);
      readyTotal += milli;
    }
  }
  const all = items.length === known ? undefined : presentTotals(items, resource, container);
  const strangers = all === undefined ? 0 : all.count - known;
  const strangersTotal = strangers === 0 ? 0 : (all?.total ?? 0) - knownTotal;
  const names = { ready, readyMilli, unready, missing, ignored, strangers };
  return { ...names, codes, readyTotal, strangersTotal };
}

/** Thousandths that a pod (or one container of it) uses; undefined when its metrics do not say. */
function usageOf(
  item: PodMetricSnapshot,
  resource: string,
  container: string | undefined,
): number | undefined {
  if (container === undefined) return item.totals[resource];
  for (const each of item.containers) if (each.name === container) return each.amounts[resource];
  return undefined;
}

function presentTotals(
  items: readonly PodMetricSnapshot[],
  resource: string,
  container: string | undefined,
): { readonly count: number; readonly total: number } {
  let count = 0;
  let total = 0;
  for (const item of items) {
    const milli = usageOf(item, resource, container);
    if (milli === undefined) continue;
    count++;
    total += milli;
  }
  return { count, total };
}

/**
 * Finds metrics by pod. Pods and metrics mostly come in the same order, so the next one is tried
 * before everything is indexed.
 */
function metricFinder(
  items: readonly PodMetricSnapshot[],
): (name: string) => PodMetricSnapshot | undefined {
  let next = 0;
  let index: Map<string, PodMetricSnapshot> | undefined;
  return (name) => {
    const candidate = items[next];
    if (candidate?.name === name) {
      next++;
      return candidate;
    }
    index ??= byName(items);
    return index.get(name);
  };
}

function byName(items: readonly PodMetricSnapshot[]): Map<string, PodMetricSnapshot> {
  const index = new Map<string, PodMetricSnapshot>();
  for (const item of items) index.set(item.name, item);
  return index;
}

/**
 * Whether a CPU metric says nothing of the pod at work: it is starting, or was never ready.
 *
 * @see Source: kubernetes `replica_calculator.go`, `groupPods`.
 */
function isUnready(
  { ready, startMs }: PodSnapshot,
  metric: PodMetricSnapshot,
  { settings, nowMs }: GroupPodsOptions,
): boolean {
  if (ready === undefined || startMs === undefined) return true;
  const isFalse = ready.status === 'False';
  // while it may still initialize, the metric must also cover a whole window since the last change
  if (startMs + settings.cpuInitializationPeriodMs > nowMs) {
    return isFalse || metric.timestampMs < ready.sinceMs + metric.windowMs;
  }
  return isFalse && startMs + settings.initialReadinessDelayMs > ready.sinceMs;
}
