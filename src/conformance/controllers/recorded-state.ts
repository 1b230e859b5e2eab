/** Reduces an object to the form of the recordings. */
/* oxlint-disable typescript/no-unsafe-type-assertion -- an object of a kind has the shape of that kind: the API decoded it */
import type { HorizontalPodAutoscaler } from '../../core/autoscaling-objects.js';
import type { Job } from '../../core/batch-objects.js';
import type { PodDisruptionBudget } from '../../core/disruption-objects.js';
import type {
  Condition,
  Deployment,
  Endpoint,
  EndpointSlice,
  KubeObject,
  Node,
  OwnerReference,
  Pod,
  ReplicaSet,
} from '../../core/objects.js';
import { budgetState, jobState, nodeState } from './recorded-workloads.js';
import type { RecordedEndpoint, RecordedState } from './scenario.js';
import type { ScenarioNames } from './names.js';

const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';
const COST = 'controller.kubernetes.io/pod-deletion-cost';
const INDEX = 'batch.kubernetes.io/job-completion-index';

/** The recorded form of a Deployment, ReplicaSet, Pod, EndpointSlice or anything else. */
export function recordedState(object: KubeObject, names: ScenarioNames): RecordedState {
  const common = commonState(object, names);
  switch (object.kind) {
    case 'Deployment':
      return { ...deploymentState(object as Deployment, names), ...common };
    case 'ReplicaSet':
      return { ...replicaSetState(object as ReplicaSet, names), ...common };
    case 'Pod':
      return { ...podState(object as Pod, names), ...common };
    case 'HorizontalPodAutoscaler':
      return { ...autoscalerState(object as HorizontalPodAutoscaler, names), ...common };
    case 'EndpointSlice':
      return { ...sliceState(object as EndpointSlice, names), ...common };
    case 'Job':
      return { ...jobState(object as Job, names), ...common };
    case 'PodDisruptionBudget':
      return { ...budgetState(object as PodDisruptionBudget, names), ...common };
    case 'Node':
      return nodeState(object as Node);
    default:
      return common;
  }
}

function commonState({ metadata }: KubeObject, names: ScenarioNames): RecordedState {
  const { ownerReferences = [], finalizers = [] } = metadata;
  const grace = metadata.deletionGracePeriodSeconds ?? 0;
  return {
    ...(ownerReferences.length === 0
      ? {}
      : { owner: ownerReferences.map((owner) => ownerText(owner, names)) }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
    ...(metadata.deletionTimestamp === undefined ? {} : { deleting: true }),
    ...(grace === 0 ? {} : { graceSeconds: grace }),
  };
}

function ownerText({ kind, name, controller }: OwnerReference, names: ScenarioNames): string {
  return `${kind}/${names.of(name)}${controller === true ? '' : ' (not controller)'}`;
}

function deploymentState(
  { metadata, spec, status }: Deployment,
  names: ScenarioNames,
): RecordedState {
  return {
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation }),
    ...annotations(metadata.annotations, { revision: REVISION }),
    spec: {
      replicas: spec.replicas ?? 1,
      image: spec.template.spec.containers[0]?.image ?? '',
      ...(spec.paused === true ? { paused: true } : {}),
    },
    status: counters(status, names),
  };
}

function replicaSetState(
  { metadata, spec, status }: ReplicaSet,
  names: ScenarioNames,
): RecordedState {
  return {
    ...labels(metadata.labels, names),
    ...annotations(metadata.annotations, {
      revision: REVISION,
      revisionHistory: REVISION_HISTORY,
      desiredReplicas: DESIRED,
      maxReplicas: MAX,
    }),
    spec: {
      replicas: spec.replicas ?? 1,
      image: spec.template.spec.containers[0]?.image ?? '',
    },
    status: counters(status, names),
  };
}

function podState({ metadata, spec, status }: Pod, names: ScenarioNames): RecordedState {
  const restarts = (status?.containerStatuses ?? []).reduce(
    (sum, { restartCount }) => sum + restartCount,
    0,
  );
  const conditions = (status?.conditions ?? []).filter(
    ({ type, status: value }) =>
      !['Ready', 'ContainersReady', 'Initialized'].includes(type) &&
      !(type === 'PodScheduled' && value === 'True'),
  );
  return {
    ...labels(metadata.labels, names),
    image: spec.containers[0]?.image ?? '',
    phase: status?.phase ?? 'Pending',
    ...(spec.nodeName === undefined ? {} : { node: spec.nodeName }),
    ...(status?.nominatedNodeName === undefined ? {} : { nominatedNode: status.nominatedNodeName }),
    ready:
      status?.conditions?.some(
        ({ type, status: value }) => type === 'Ready' && value === 'True',
      ) === true,
    ...(restarts === 0 ? {} : { restarts }),
    ...(status?.reason === undefined ? {} : { reason: status.reason }),
    ...(conditions.length === 0
      ? {}
      : { conditions: conditions.map((entry) => condition(entry, names)) }),
    ...annotations(metadata.annotations, { deletionCost: COST, index: INDEX }),
  };
}

function autoscalerState(
  { spec, status }: HorizontalPodAutoscaler,
  names: ScenarioNames,
): RecordedState {
  const cpu = status?.currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource;
  const { averageUtilization, averageValue } = cpu?.current ?? {};
  return {
    spec: {
      ...(spec.minReplicas === undefined ? {} : { minReplicas: spec.minReplicas }),
      maxReplicas: spec.maxReplicas,
    },
    status: {
      ...(status?.currentReplicas === undefined ? {} : { currentReplicas: status.currentReplicas }),
      desiredReplicas: status?.desiredReplicas ?? 0,
      ...(averageUtilization === undefined ? {} : { cpuUtilization: averageUtilization }),
      ...(averageValue === undefined ? {} : { cpuAverage: averageValue }),
      ...(status?.conditions === undefined
        ? {}
        : { conditions: status.conditions.map((entry) => condition(entry, names)) }),
    },
  };
}

function sliceState(slice: EndpointSlice, names: ScenarioNames): RecordedState {
  const ports = slice.ports ?? [];
  return {
    ...(ports.length === 0 ? {} : { ports }),
    endpoints: (slice.endpoints ?? []).map((endpoint) => endpointState(endpoint, names)),
  };
}

function endpointState(
  { targetRef, conditions, nodeName }: Endpoint,
  names: ScenarioNames,
): RecordedEndpoint {
  return {
    pod: names.of(targetRef?.name ?? ''),
    ready: conditions.ready === true,
    serving: conditions.serving === true,
    terminating: conditions.terminating === true,
    ...(nodeName === undefined ? {} : { node: nodeName }),
  };
}

function counters(
  status: Deployment['status'] | ReplicaSet['status'],
  names: ScenarioNames,
): NonNullable<RecordedState['status']> {
  const { conditions, ...rest } = status ?? {};
  return {
    ...rest,
    ...(conditions === undefined
      ? {}
      : { conditions: conditions.map((entry) => condition(entry, names)) }),
  };
}

function condition(
  { type, status, reason, message }: Condition,
  names: ScenarioNames,
): NonNullable<RecordedState['conditions']>[number] {
  return {
    type,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined || message === '' ? {} : { message: names.inText(message) }),
  };
}

function labels(
  values: Readonly<Record<string, string>> | undefined,
  names: ScenarioNames,
): Pick<RecordedState, 'labels'> {
  if (values === undefined) return {};
  const entries = Object.entries(values)
    // a UID says nothing
    .filter(([key]) => !key.endsWith('controller-uid'))
    .map(([key, value]) => [key, names.of(value)] as const);
  return { labels: Object.fromEntries(entries) };
}

function annotations<K extends string>(
  values: Readonly<Record<string, string>> | undefined,
  fields: Readonly<Record<K, string>>,
): Partial<Record<K, string>> {
  const result: Partial<Record<K, string>> = {};
  for (const [field, annotation] of Object.entries(fields) as [K, string][]) {
    const value = values?.[annotation];
    if (value !== undefined) result[field] = value;
  }
  return result;
}
