/** What the APIs held at an instant of a run, as far as it was observed. */
import { readPodRequests } from '../autoscaling/hpa/pod-requests.js';
import type { PodRequests } from '../autoscaling/hpa/pod-requests.js';
import type { PodMetricSnapshot, PodSnapshot } from '../autoscaling/hpa/snapshots.js';
import { kubeTimeMs } from '../core/kube-time.js';
import { matchesSelector } from '../core/label-selector.js';
import { fieldOf, isRecord, valueAt } from '../core/json.js';
import type { LabelSelector } from '../core/objects.js';
import type { PodMetricsRecord, PodRecord, Timeline, WorkloadRecord } from '../timeline/record.js';
import { recordsOf } from './run-facts.js';

/** What was seen last before an instant. */
export interface ObservedObjects {
  /** Undefined before the first sight. */
  readonly workload: WorkloadRecord | undefined;
  /** Those of the workload's selector, in order of name. */
  readonly pods: readonly PodSnapshot[];
}

/** Reads a run's objects at instants; ask in any order. */
export class ObservedHistory {
  readonly #workloads: readonly WorkloadRecord[];
  readonly #pods: readonly PodRecord[];
  readonly #metrics: readonly PodMetricsRecord[];

  /** @param deployment - name of the workload under test. */
  constructor(timeline: Timeline, deployment: string) {
    const selector = selectorOf(timeline, deployment);
    this.#workloads = recordsOf(timeline, 'workload').filter(({ name }) => name === deployment);
    this.#pods = recordsOf(timeline, 'pod').filter((pod) => isOf(pod, selector, deployment));
    this.#metrics = recordsOf(timeline, 'pod-metrics');
  }

  /** Objects as seen up to an instant, ms since the run began. */
  at(t: number): ObservedObjects {
    const present = new Map<string, PodRecord>();
    for (const pod of this.#pods) {
      if (pod.t > t) break;
      if (pod.change === 'deleted') present.delete(pod.uid);
      else present.set(pod.uid, pod);
    }
    return {
      workload: this.#workloads.findLast((record) => record.t <= t),
      pods: [...present.values()].map(podSnapshot).sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  }

  /**
   * What the metrics API may have said at an instant: what had been seen by then, and what was seen
   * soon after, as the API is only asked now and then.
   */
  metricsAround(t: number, pollMs: number): readonly (readonly PodMetricSnapshot[])[] {
    const before = this.#metrics.findLast((record) => record.t <= t);
    const after = this.#metrics.filter((record) => record.t > t && record.t <= t + pollMs);
    return [...(before === undefined ? [] : [before]), ...after].map(({ pods }) =>
      pods.map(metricSnapshot),
    );
  }
}

/** The Deployment's, as applied; undefined when the header does not hold it. */
function selectorOf({ header }: Timeline, deployment: string): LabelSelector | undefined {
  const object = header.manifests.find(
    (each) =>
      fieldOf(each, 'kind') === 'Deployment' && valueAt(each, ['metadata', 'name']) === deployment,
  );
  const selector = valueAt(object, ['spec', 'selector']);
  return isSelector(selector) ? selector : undefined;
}

/** The API server took it: its parts are what they should be. */
function isSelector(value: unknown): value is LabelSelector {
  return isRecord(value) && ('matchLabels' in value || 'matchExpressions' in value);
}

/** By its labels where they are on record, else by how a Deployment names its pods. */
function isOf(
  { labels, name }: PodRecord,
  selector: LabelSelector | undefined,
  deployment: string,
): boolean {
  if (labels === undefined || selector === undefined) return name.startsWith(`${deployment}-`);
  return matchesSelector(selector, labels);
}

function podSnapshot(pod: PodRecord): PodSnapshot {
  const ready = pod.conditions.find(({ type }) => type === 'Ready');
  const sinceMs = kubeTimeMs(ready?.lastTransitionTime);
  return {
    name: pod.name,
    phase: pod.phase,
    isTerminating: pod.isTerminating,
    startMs: startMs(pod),
    ready: ready === undefined ? undefined : { status: ready.status, sinceMs: sinceMs ?? 0 },
    requests: requestsOf(pod),
  };
}

/** Older timelines lack the start time; the kubelet takes a pod when it was bound. */
function startMs({ startTime, conditions }: PodRecord): number | undefined {
  const bound = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'True');
  return kubeTimeMs(startTime ?? bound?.lastTransitionTime);
}

function requestsOf({ name, resources, requests }: PodRecord): PodRequests {
  if (resources === undefined) {
    const { cpuMillicores, memoryBytes } = requests;
    const amounts = {
      ...(cpuMillicores === undefined ? {} : { cpu: cpuMillicores }),
      ...(memoryBytes === undefined ? {} : { memory: memoryBytes * 1_000 }),
    };
    return { isPodLevel: false, totals: amounts, containers: [{ name: '', amounts }] };
  }
  const container = (of: (typeof resources.containers)[number]) => ({
    name: of.name,
    image: '',
    ...(of.requests === undefined ? {} : { resources: { requests: of.requests } }),
    ...(of.restartPolicy === undefined ? {} : { restartPolicy: of.restartPolicy }),
  });
  return readPodRequests({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: resources.containers.map(container),
      initContainers: (resources.initContainers ?? []).map(container),
      ...(resources.requests === undefined ? {} : { resources: { requests: resources.requests } }),
      ...(resources.overhead === undefined ? {} : { overhead: resources.overhead }),
    },
  });
}

type PodUse = PodMetricsRecord['pods'][number];

function metricSnapshot({ name, timestamp, windowMs, containers, ...use }: PodUse) {
  const totals = amountsOf(use);
  const each = containers?.map((one) => ({ name: one.name, amounts: amountsOf(one) }));
  const snapshot: PodMetricSnapshot = {
    name,
    timestampMs: kubeTimeMs(timestamp) ?? 0,
    windowMs,
    totals,
    containers: each ?? [],
  };
  return snapshot;
}

function amountsOf(use: Pick<PodUse, 'cpuMillicores' | 'memoryBytes'>) {
  return { cpu: use.cpuMillicores, memory: use.memoryBytes * 1_000 };
}
