/** API objects as timeline records. */
import { isEndpointSlice } from '../core/object-guards.js';
import type { HorizontalPodAutoscaler } from '../core/autoscaling-objects.js';
import { parseGoDurationMs } from '../core/go-duration.js';
import { isRecord } from '../core/json.js';
import type { PodMetrics } from '../core/metrics-objects.js';
import type {
  Container,
  Deployment,
  EndpointSlice,
  KubeEvent,
  KubeObject,
  Pod,
  ResourceList,
} from '../core/objects.js';
import { milliValue, wholeValue } from '../core/quantity.js';
import type {
  ContainerRequests,
  EndpointsRecord,
  HpaRecord,
  KubeEventRecord,
  PodMetricsRecord,
  PodRecord,
  PodResources,
  WorkloadRecord,
} from '../timeline/record.js';
import type { Untimed } from '../timeline/recorder.js';

/** A Deployment's counters; those the API leaves out are 0 there. */
export function workloadRecord(deployment: Deployment): Untimed<WorkloadRecord> {
  const { metadata, spec, status } = deployment;
  return {
    kind: 'workload',
    name: metadata.name,
    specReplicas: spec.replicas ?? 1,
    replicas: status?.replicas ?? 0,
    updatedReplicas: status?.updatedReplicas ?? 0,
    readyReplicas: status?.readyReplicas ?? 0,
    availableReplicas: status?.availableReplicas ?? 0,
  };
}

/** An HPA's bounds, spec and status. */
export function hpaRecord(hpa: HorizontalPodAutoscaler): Untimed<HpaRecord> {
  return {
    kind: 'hpa',
    name: hpa.metadata.name,
    minReplicas: hpa.spec.minReplicas ?? 1,
    maxReplicas: hpa.spec.maxReplicas,
    status: hpa.status,
    spec: hpa.spec,
  };
}

/** A pod as a watch showed it. */
export function podRecord(pod: Pod, change: PodRecord['change']): Untimed<PodRecord> {
  const { metadata, spec, status } = pod;
  const statuses = status?.containerStatuses ?? [];
  const conditions = status?.conditions ?? [];
  const reason = podReason(pod);
  const containerStartedAt = statuses[0]?.state?.running?.startedAt;
  return {
    kind: 'pod',
    change,
    name: metadata.name,
    uid: metadata.uid ?? '',
    phase: status?.phase ?? 'Unknown',
    ...(spec.nodeName === undefined ? {} : { node: spec.nodeName }),
    ...(status?.podIP === undefined ? {} : { podIP: status.podIP }),
    isReady: conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    isTerminating: metadata.deletionTimestamp !== undefined,
    restarts: sum(statuses.map(({ restartCount }) => restartCount)),
    requests: resourceSums(spec.containers, 'requests'),
    limits: resourceSums(spec.containers, 'limits'),
    conditions,
    ...(metadata.creationTimestamp === undefined ? {} : { createdAt: metadata.creationTimestamp }),
    ...(status?.startTime === undefined ? {} : { startTime: status.startTime }),
    ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
    resources: podResources(spec),
    ...(containerStartedAt === undefined ? {} : { containerStartedAt }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function podResources(spec: Pod['spec']): PodResources {
  const { initContainers, resources } = spec;
  const overhead = spec['overhead'];
  return {
    ...(resources?.requests === undefined ? {} : { requests: resources.requests }),
    containers: spec.containers.map(containerRequests),
    ...(initContainers === undefined
      ? {}
      : { initContainers: initContainers.map(containerRequests) }),
    ...(isResourceList(overhead) ? { overhead } : {}),
  };
}

function containerRequests({ name, resources, restartPolicy }: Container): ContainerRequests {
  return {
    name,
    ...(resources?.requests === undefined ? {} : { requests: resources.requests }),
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
  };
}

function isResourceList(value: unknown): value is ResourceList {
  return isRecord(value) && Object.values(value).every((each) => typeof each === 'string');
}

function podReason({ status }: Pod): string | undefined {
  for (const { state, lastState } of status?.containerStatuses ?? []) {
    const reason = state?.waiting?.reason ?? state?.terminated?.reason;
    if (reason !== undefined) return reason;
    if (lastState?.terminated?.reason !== undefined) return `last: ${lastState.terminated.reason}`;
  }
  return status?.reason;
}

function resourceSums(
  containers: readonly Container[],
  side: 'requests' | 'limits',
): PodRecord['requests'] {
  const cpu = total(containers, (container) => container.resources?.[side]?.['cpu'], milliValue);
  const memory = total(
    containers,
    (container) => container.resources?.[side]?.['memory'],
    wholeValue,
  );
  return {
    ...(cpu === undefined ? {} : { cpuMillicores: cpu }),
    ...(memory === undefined ? {} : { memoryBytes: memory }),
  };
}

/** The sum over containers; absent as soon as one container does not say. */
function total(
  containers: readonly Container[],
  quantityOf: (container: Container) => string | undefined,
  read: (quantity: string) => number,
): number | undefined {
  let all = 0;
  for (const container of containers) {
    const quantity = quantityOf(container);
    if (quantity === undefined) return undefined;
    all += read(quantity);
  }
  return all;
}

/** Ready and unready pods over all slices of one Service, by name, each pod once. */
export function endpointsRecord(slices: Iterable<EndpointSlice>): Untimed<EndpointsRecord> {
  const ready = new Set<string>();
  const notReady = new Set<string>();
  for (const slice of slices) {
    for (const { conditions, targetRef, addresses } of slice.endpoints ?? []) {
      const name = targetRef?.name ?? addresses[0] ?? '';
      // The API reads an absent `ready` as true.
      (conditions.ready === false ? notReady : ready).add(name);
    }
  }
  return {
    kind: 'endpoints',
    ready: [...ready].sort(),
    notReady: [...notReady].filter((name) => !ready.has(name)).sort(),
  };
}

/**
 * Pod metrics; containers are summed, as the HPA does for a Resource metric. A pod with a container
 * whose CPU or memory is not told is left out: its sum is not known.
 */
export function podMetricsRecord(metrics: readonly PodMetrics[]): Untimed<PodMetricsRecord> {
  return { kind: 'pod-metrics', pods: metrics.flatMap(podUse) };
}

function podUse({ metadata, timestamp, window, containers }: PodMetrics): PodMetricsRecord['pods'] {
  const cpu = containers.flatMap(({ usage }) => usage['cpu'] ?? []);
  const memory = containers.flatMap(({ usage }) => usage['memory'] ?? []);
  if (cpu.length < containers.length || memory.length < containers.length) return [];
  return [
    {
      name: metadata.name,
      timestamp,
      windowMs: windowMs(window),
      cpuMillicores: sum(cpu.map(milliValue)),
      memoryBytes: sum(memory.map(wholeValue)),
      ...(containers.length < 2 ? {} : { containers: containers.map(containerUse) }),
    },
  ];
}

function containerUse({ name, usage }: PodMetrics['containers'][number]) {
  return {
    name,
    cpuMillicores: milliValue(usage['cpu'] ?? '0'),
    memoryBytes: wholeValue(usage['memory'] ?? '0'),
  };
}

/** @throws {RangeError} when the metrics API wrote something other than a duration. */
function windowMs(text: string): number {
  const ms = parseGoDurationMs(text);
  if (ms === undefined) throw new RangeError(`expected a window such as 15.2s, got "${text}"`);
  return ms;
}

function sum(values: readonly number[]): number {
  return values.reduce((before, value) => before + value, 0);
}

/** An Event, as `kubectl get events` shows it. */
export function kubeEventRecord(event: KubeEvent): Untimed<KubeEventRecord> {
  const { involvedObject } = event;
  return {
    kind: 'event',
    object: `${involvedObject.kind ?? ''}/${involvedObject.name ?? ''}`,
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    message: event.message ?? '',
    count: event.count ?? 1,
  };
}

/** Whether an object belongs to a Service, by the label that EndpointSlices carry. */
export function isSliceOf(object: KubeObject, service: string): object is EndpointSlice {
  return (
    isEndpointSlice(object) && object.metadata.labels?.['kubernetes.io/service-name'] === service
  );
}
