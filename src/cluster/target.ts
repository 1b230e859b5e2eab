/** What the harness needs of any cluster, embedded, simulated or real. */
import type { PodMetrics } from '../core/metrics-objects.js';
import type { Deployment, KubeObject, Pod } from '../core/objects.js';

/** One change of an object, or its state when the watch began. */
export interface ObservedChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

/** What may be watched. */
export type ObservedKind =
  | 'pods'
  | 'deployments'
  | 'endpointslices'
  | 'horizontalpodautoscalers'
  | 'events';

/** What is watched, and from where. */
export interface WatchRequest {
  readonly kind: ObservedKind;
  readonly namespace: string;
  /** Goes on after this version, without what exists. */
  readonly since?: string;
}

/** Who hears of a watch. */
export interface WatchListener {
  /** Each change, in order. */
  onChange(change: ObservedChange): void;
  /** The cluster accepted the watch: from now on changes are told as they happen. */
  onOpen?(): void;
}

/** How a watch ended. */
export interface WatchEnd {
  /** The last version seen: the place to resume from; absent: list again. */
  readonly resumeVersion: string | undefined;
  readonly because: string;
  /** How long the API server asked to wait, ms; absent: it did not. */
  readonly retryAfterMs?: number;
}

/**
 * A cluster under test.
 *
 * Every method that fails for a reason a user can mend throws `LabError` with exit code 3.
 */
export interface ClusterTarget {
  readonly kind: 'embedded' | 'simulated' | 'kubernetes';
  /** Creates the objects, namespace first; an object that exists is replaced. */
  apply(objects: readonly KubeObject[]): Promise<void>;
  /** Reads one Deployment; undefined when there is none. */
  deployment(namespace: string, name: string): Promise<Deployment | undefined>;
  /** Pods of a namespace, now. */
  pods(namespace: string): Promise<readonly Pod[]>;
  /** The last lines a container wrote; '' when there are none. */
  podLog(pod: { namespace: string; name: string }, tailLines: number): Promise<string>;
  /** Pod metrics of `metrics.k8s.io`; empty when there are none yet. */
  podMetrics(namespace: string): Promise<readonly PodMetrics[]>;
  /**
   * Calls `onChange` at once and whenever pod metrics may have changed, with what reads them as they are then (and
   * throws as `podMetrics` rejects). Absent: they have to be read often to see that they changed.
   */
  watchPodMetrics?(
    namespace: string,
    onChange: (read: () => readonly PodMetrics[]) => void,
    signal: AbortSignal,
  ): void;
  /** Tells what exists, then what changes, in order until the signal aborts or the watch ends. */
  watch(what: WatchRequest, listener: WatchListener, signal: AbortSignal): Promise<WatchEnd>;
  /** Where the Service can be reached from the load generator: `http://127.64.0.1:80`. */
  serviceUrl(namespace: string, name: string): Promise<string>;
  /** Deletes the namespace and waits until its pods are gone. */
  deleteNamespace(namespace: string): Promise<void>;
}
