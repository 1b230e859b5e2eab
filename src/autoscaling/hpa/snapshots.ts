/** Pods and their metrics as decisions read them: texts parsed once, nothing that does not matter. */
import { goDurationMs } from '../../core/go-duration.js';
import { kubeTimeMs } from '../../core/kube-time.js';
import type { PodMetrics } from '../../core/metrics-objects.js';
import type { Pod } from '../../core/objects.js';
import { readAmounts, readPodRequests, totalsOf } from './pod-requests.js';
import type { ContainerAmounts, MilliAmounts, PodRequests } from './pod-requests.js';

/** What a decision reads of a pod. */
export interface PodSnapshot {
  readonly name: string;
  /** '' when the pod has none yet. */
  readonly phase: string;
  readonly isTerminating: boolean;
  /** When the kubelet took the pod; undefined before. */
  readonly startMs: number | undefined;
  /** Undefined without a Ready condition. */
  readonly ready: ReadySnapshot | undefined;
  readonly requests: PodRequests;
}

/** A pod's Ready condition. */
export interface ReadySnapshot {
  readonly status: string;
  readonly sinceMs: number;
}

/** What `metrics.k8s.io` says of a pod. */
export interface PodMetricSnapshot {
  readonly name: string;
  readonly timestampMs: number;
  /** Over how long the rates were taken. */
  readonly windowMs: number;
  /** Thousandths by resource, over all containers; absent when a container lacks the resource. */
  readonly totals: MilliAmounts;
  readonly containers: readonly ContainerAmounts[];
}

/** A time that is absent counts as Go's zero time, long before any other. */
const ZERO_TIME_MS = -62_135_596_800_000; // 0001-01-01T00:00:00Z

/** Reads a pod. */
export function snapshotPod(pod: Pod): PodSnapshot {
  const { metadata, status } = pod;
  const ready = (status?.conditions ?? []).find(({ type }) => type === 'Ready');
  return {
    name: metadata.name,
    phase: status?.phase ?? '',
    isTerminating: (metadata.deletionTimestamp ?? null) !== null,
    startMs: kubeTimeMs(status?.startTime),
    ready:
      ready === undefined
        ? undefined
        : { status: ready.status, sinceMs: kubeTimeMs(ready.lastTransitionTime) ?? ZERO_TIME_MS },
    requests: readPodRequests(pod),
  };
}

/**
 * Reads the metrics of a pod.
 *
 * @see Source: kubernetes `podautoscaler/metrics/client.go`, `getPodMetrics`.
 */
export function snapshotPodMetrics(metrics: PodMetrics): PodMetricSnapshot {
  const containers = (metrics.containers ?? []).map(({ name, usage }) => ({
    name,
    amounts: readAmounts(usage),
  }));
  return {
    name: metrics.metadata.name,
    timestampMs: kubeTimeMs(metrics.timestamp) ?? ZERO_TIME_MS,
    windowMs: goDurationMs(metrics.window) ?? 0,
    totals: totalsOf(containers),
    containers,
  };
}

/**
 * Snapshots by the object they were taken of, so that an object that did not change is read once.
 * Objects are never changed in place; what is no longer referred to is forgotten.
 */
export class SnapshotCache {
  readonly #pods = new WeakMap<Pod, PodSnapshot>();
  readonly #metrics = new WeakMap<PodMetrics, PodMetricSnapshot>();

  /** {@link snapshotPod}, kept. */
  pod(pod: Pod): PodSnapshot {
    return remembered(this.#pods, pod, snapshotPod);
  }

  /** {@link snapshotPodMetrics}, kept. */
  podMetrics(metrics: PodMetrics): PodMetricSnapshot {
    return remembered(this.#metrics, metrics, snapshotPodMetrics);
  }
}

function remembered<K extends object, V>(map: WeakMap<K, V>, key: K, read: (key: K) => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = read(key);
  map.set(key, value);
  return value;
}
