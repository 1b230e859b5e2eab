/** Watches everything of one experiment's namespace and writes it to the timeline. */
import type { ClusterTarget, ObservedChange, ObservedKind } from '../cluster/target.js';
import {
  isDeployment,
  isHorizontalPodAutoscaler,
  isKubeEvent,
  isPod,
} from '../core/object-guards.js';
import { isLoadWorker } from '../core/load-worker-label.js';
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
    observeMetrics(options, signal),
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
      if (isLoadWorker(object)) return;
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

/** The metrics API is recorded when it changed; where it cannot tell of that, it is read often. */
async function observeMetrics(options: ClusterObserverOptions, signal: AbortSignal): Promise<void> {
  const { target, namespace, clock } = options;
  const metrics = new MetricsReceiver(options.recorder);
  if (target.watchPodMetrics !== undefined) {
    target.watchPodMetrics(namespace, (read) => metrics.readBy(read), signal);
    await aborted(signal);
  } else {
    do {
      try {
        metrics.received(await target.podMetrics(namespace));
      } catch (error) {
        metrics.failed(error);
      }
    } while (await slept(clock, METRICS_POLL_MS, signal));
  }
  metrics.end();
}

/** Records pod metrics when they changed, and when there were none to be had. */
class MetricsReceiver {
  readonly #recorder: Recorder;
  #last = '';
  // Recorded when it is over, or with the observation.
  #outage: Untimed<GapRecord> | undefined;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  readBy(read: () => readonly PodMetrics[]): void {
    try {
      this.received(read());
    } catch (error) {
      this.failed(error);
    }
  }

  received(all: readonly PodMetrics[]): void {
    const metrics = all.filter((each) => !isLoadWorker(each));
    const fingerprint = metrics.map(identity).join('\n');
    if (fingerprint !== this.#last) this.#recorder.record(podMetricsRecord(metrics));
    this.#last = fingerprint;
    this.end();
  }

  failed(error: unknown): void {
    const because = error instanceof Error ? error.message : String(error);
    this.#outage ??= {
      kind: 'gap',
      source: 'metrics.k8s.io',
      fromT: this.#recorder.now(),
      because,
    };
  }

  /** Records an outage that is over now. */
  end(): void {
    if (this.#outage !== undefined) this.#recorder.record(this.#outage);
    this.#outage = undefined;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
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
