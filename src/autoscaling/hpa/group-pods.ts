/** Sorts pods by how they may enter a proposal, and sums what they use and request. */
import { MetricFinder } from './metric-finder.js';
import { requestOf } from './pod-requests.js';
import type { HpaSettings } from './settings.js';
import type { PodMetricSnapshot, PodSnapshot } from './snapshots.js';
import type { GroupRequests, PodGroups } from './steps.js';

/** Which metric of which pods is looked at, and when. */
export interface GroupPodsOptions {
  readonly pods: readonly PodSnapshot[];
  readonly items: readonly PodMetricSnapshot[];
  readonly resource: string;
  /** Undefined: whole pods. */
  readonly container: string | undefined;
  /**
   * Percent of its request that a missing pod uses on the way down; undefined: requests do not matter.
   */
  readonly fallbackPercent: number | undefined;
  readonly settings: HpaSettings;
  readonly nowMs: number;
}

/** Pods in groups, with sums in thousandths. */
export interface GroupedPods {
  readonly groups: PodGroups;
  /** Used by the ready pods. */
  readonly readyTotal: number;
  readonly requests: GroupRequests;
  /** The first fault of a pod's request, in upstream's words. */
  readonly requestFault: string | undefined;
}

/**
 * Sorts pods into ready, unready, missing and ignored. Every pod must have a request, also one that is
 * ignored.
 *
 * @see Source: kubernetes `replica_calculator.go`, `groupPods` and `calculateRequests`;
 *   `metrics/client.go`, `getPodMetrics` and `getContainerMetrics`.
 */
export function groupPods(options: GroupPodsOptions): GroupedPods {
  const { pods, items, resource, container, fallbackPercent } = options;
  const finder = new MetricFinder(items);
  const ready: string[] = [];
  const readyMilli: number[] = [];
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  const requests = { ready: 0, unready: 0, missing: 0, missingFallback: 0 };
  let requestFault: string | undefined;
  let readyTotal = 0;
  let knownTotal = 0;
  let known = 0;
  for (const pod of pods) {
    const item = finder.find(pod.name);
    const milli = item === undefined ? undefined : usageOf(item, resource, container);
    if (milli !== undefined) {
      knownTotal += milli;
      known++;
    }
    let request = 0;
    if (fallbackPercent !== undefined) {
      const found = requestOf(pod, resource, container);
      if (typeof found === 'number') request = found;
      else requestFault ??= found;
    }
    if (pod.isTerminating || pod.phase === 'Failed') {
      ignored.push(pod.name);
    } else if (pod.phase === 'Pending') {
      unready.push(pod.name);
      requests.unready += request;
    } else if (item === undefined || milli === undefined) {
      missing.push(pod.name);
      requests.missing += request;
      requests.missingFallback += Math.trunc((request * (fallbackPercent ?? 0)) / 100);
    } else if (resource === 'cpu' && isUnready(pod, item, options)) {
      unready.push(pod.name);
      requests.unready += request;
    } else {
      ready.push(pod.name);
      readyMilli.push(milli);
      readyTotal += milli;
      requests.ready += request;
    }
  }
  let strangers = 0;
  let strangersMilli = 0;
  if (items.length !== known) {
    const all = presentTotals(items, resource, container);
    strangers = all.count - known;
    if (strangers > 0) strangersMilli = all.total - knownTotal;
  }
  const groups = { ready, readyMilli, unready, missing, ignored, strangers, strangersMilli };
  return { groups, readyTotal, requests, requestFault };
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
