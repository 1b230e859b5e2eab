/** Watches everything of one experiment's namespace and writes it to the timeline. */
import type { ClusterTarget, ObservedChange, ObservedKind } from '../cluster/target.js';
import {
  isDeployment,
  isHorizontalPodAutoscaler,
  isKubeEvent,
  isPod,
} from '../core/object-guards.js';
import type { PodMetrics } from '../core/metrics-objects.js';
import type { EndpointSlice, Pod } from '../core/objects.js';
import type { Clock } from '../time/clock.js';
import type { GapRecord, PodRecord } from '../timeline/record.js';
import type { Recorder, Untimed } from '../timeline/recorder.js';
import { type ChangeReceiver, keepWatching } from './keep-watching.js';
import {
  endpointsRecord,
  hpaRecord,
  isSliceOf,
  kubeEventRecord,
  podMetricsRecord,
  podRecord,
  workloadRecord,
} from './to-record.js';

/** What is observed and where it is written. */
export interface ClusterObserverOptions {
  readonly target: ClusterTarget;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly namespace: string;
  readonly deployment: string;
  readonly service: string;
  readonly hpa: string;
}

const KINDS: readonly ObservedKind[] = [
  'pods',
  'deployments',
  'endpointslices',
  'horizontalpodautoscalers',
  'events',
];
const METRICS_POLL_MS = 500;

/**
 * Observes until the signal aborts, then resolves; never throws. A watch that ends is begun again and
 * what may have been missed is recorded as a gap.
 */
export async function observeCluster(
  options: ClusterObserverOptions,
  signal: AbortSignal,
): Promise<void> {
  const receiver = new Receiver(options);
  await Promise.all([
    ...KINDS.map((kind) => keepWatching({ ...options, kind, receiver }, signal)),
    pollMetrics(options, signal),
  ]);
}

/** Turns changes into records; keeps only what a record needs beyond the change itself. */
class Receiver implements ChangeReceiver {
  readonly #options: ClusterObserverOptions;
  readonly #slices = new Map<string, EndpointSlice>();
  readonly #pods = new Map<string, Pod>();

  constructor(options: ClusterObserverOptions) {
    this.#options = options;
  }

  receive({ type, object }: ObservedChange): void {
    const { recorder, deployment, service, hpa } = this.#options;
    const { metadata } = object;
    if (isPod(object)) {
      recorder.record(podRecord(object, this.#podChange(object, type)));
    } else if (isSliceOf(object, service)) {
      if (type === 'DELETED') this.#slices.delete(metadata.name);
      else this.#slices.set(metadata.name, object);
      recorder.record(endpointsRecord(this.#slices.values()));
    } else if (type === 'DELETED') {
      return;
    } else if (isDeployment(object) && metadata.name === deployment) {
      recorder.record(workloadRecord(object));
    } else if (isHorizontalPodAutoscaler(object) && metadata.name === hpa) {
      recorder.record(hpaRecord(object));
    } else if (isKubeEvent(object)) {
      recorder.record(kubeEventRecord(object));
    }
  }

  /** A pod that went unseen would count for ever. */
  async forgetGone(kind: ObservedKind): Promise<boolean> {
    if (kind === 'endpointslices') this.#slices.clear();
    if (kind !== 'pods') return true;
    const present = await this.#presentPods();
    if (present === undefined) return false;
    for (const [uid, pod] of this.#pods) {
      if (present.has(uid)) continue;
      this.#pods.delete(uid);
      this.#options.recorder.record(podRecord(pod, 'deleted'));
    }
    return true;
  }

  /** Uids; undefined when the API does not answer. */
  async #presentPods(): Promise<ReadonlySet<string> | undefined> {
    const { target, namespace } = this.#options;
    try {
      return new Set((await target.pods(namespace)).map(({ metadata }) => metadata.uid ?? ''));
    } catch {
      return undefined;
    }
  }

  #podChange(pod: Pod, type: ObservedChange['type']): PodRecord['change'] {
    const uid = pod.metadata.uid ?? '';
    if (type === 'DELETED') {
      this.#pods.delete(uid);
      return 'deleted';
    }
    const change = this.#pods.has(uid) ? 'changed' : 'seen';
    this.#pods.set(uid, pod);
    return change;
  }
}

/** The metrics API cannot be watched: it is read often and recorded when it changed. */
async function pollMetrics(options: ClusterObserverOptions, signal: AbortSignal): Promise<void> {
  const { target, namespace, recorder, clock } = options;
  let last = '[]';
  // Recorded when it is over, or with the observation.
  let outage: Untimed<GapRecord> | undefined;
  while (!signal.aborted) {
    try {
      const metrics = await target.podMetrics(namespace);
      const fingerprint = JSON.stringify(metrics.map(identity));
      if (fingerprint !== last) recorder.record(podMetricsRecord(metrics));
      last = fingerprint;
      if (outage !== undefined) recorder.record({ ...outage });
      outage = undefined;
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      outage ??= { kind: 'gap', source: 'metrics.k8s.io', fromT: recorder.now(), because };
    }
    if (!(await slept(clock, METRICS_POLL_MS, signal))) break;
  }
  if (outage !== undefined) recorder.record(outage);
}

function identity({ metadata, timestamp, window }: PodMetrics): string {
  return `${metadata.name} ${timestamp} ${window}`;
}

async function slept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch {
    return false; // the signal aborted: the only reason a sleep rejects
  }
}
