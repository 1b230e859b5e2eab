/** Columns of pods. */
import { kubeTimeMs } from '../../../core/kube-time.js';
import type { ContainerStatus, Pod } from '../../../core/objects.js';
import type { EpochMs } from '../../../time/clock.js';
import { jsonObjects, textOf } from '../../schema/json.js';
import type { TableColumn } from '../kind.js';
import { AGE_COLUMN, NAME_COLUMN, column, orNone, wideColumn } from './common-columns.js';
import { humanDuration } from './human-duration.js';

/** @see Source: kubernetes `pkg/printers/internalversion/printers.go`, `printPod`. */
export const POD_COLUMNS: readonly TableColumn<Pod>[] = [
  NAME_COLUMN,
  column('Ready', 'The aggregate readiness state of this pod for accepting traffic.', (pod) => {
    const { ready, total } = readiness(pod);
    return `${ready}/${total}`;
  }),
  column('Status', 'The aggregate status of the containers in this pod.', podStatusText),
  column(
    'Restarts',
    'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    restartsText,
  ),
  AGE_COLUMN,
  wideColumn(
    'IP',
    'podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.',
    ({ status }) => orNone(status?.podIPs?.[0]?.ip ?? status?.podIP),
  ),
  wideColumn(
    'Node',
    'NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename',
    ({ spec }) => orNone(spec.nodeName),
  ),
  wideColumn(
    'Nominated Node',
    'nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.',
    () => '<none>',
  ),
  wideColumn(
    'Readiness Gates',
    'If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to "True" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates',
    readinessGatesText,
  ),
];

/** Sidecars count with the containers. */
function readiness(pod: Pod): { readonly ready: number; readonly total: number } {
  const running = (pod.status?.containerStatuses ?? []).filter(
    ({ ready, state }) => ready && state?.running !== undefined,
  );
  const sidecars = sidecarStatuses(pod).filter(({ ready, started }) => ready && started === true);
  const isSidecar = (pod.spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === 'Always',
  );
  return {
    ready: running.length + sidecars.length,
    total: pod.spec.containers.length + isSidecar.length,
  };
}

function sidecarStatuses(pod: Pod): readonly ContainerStatus[] {
  const names = new Set(
    (pod.spec.initContainers ?? [])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  return (pod.status?.initContainerStatuses ?? []).filter(({ name }) => names.has(name));
}

/** What stands in the Status column: the phase, or what is more telling. */
export function podStatusText(pod: Pod): string {
  const { status = {}, metadata } = pod;
  const isEnded = status.phase === 'Succeeded' || status.phase === 'Failed';
  if (metadata.deletionTimestamp !== undefined && !isEnded) {
    return status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  }
  const isGated = (status.conditions ?? []).some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  const phase = isGated ? 'SchedulingGated' : (status.reason ?? status.phase ?? '');
  return initText(pod) ?? containersText(pod, phase);
}

/** How far init containers are; undefined when they are through. */
function initText(pod: Pod): string | undefined {
  const total = pod.spec.initContainers?.length ?? 0;
  const isInitialized = (pod.status?.conditions ?? []).some(
    ({ type, status }) => type === 'Initialized' && status === 'True',
  );
  if (isInitialized) return undefined;
  for (const [index, { state, started, name }] of (
    pod.status?.initContainerStatuses ?? []
  ).entries()) {
    const isSidecar =
      pod.spec.initContainers?.find((one) => one.name === name)?.restartPolicy === 'Always';
    if (state?.terminated?.exitCode === 0 || (isSidecar && started === true)) continue;
    if (state?.terminated !== undefined) return `Init:${terminatedText(state.terminated)}`;
    const reason = state?.waiting?.reason;
    if (reason !== undefined && reason !== 'PodInitializing') return `Init:${reason}`;
    return `Init:${index}/${total}`;
  }
  return undefined;
}

function containersText(pod: Pod, phase: string): string {
  let text = phase;
  let hasRunning = false;
  for (const { state, ready } of (pod.status?.containerStatuses ?? []).toReversed()) {
    if ((state?.waiting?.reason ?? '') !== '') text = state?.waiting?.reason ?? '';
    else if (state?.terminated !== undefined) text = terminatedText(state.terminated);
    else if (ready && state?.running !== undefined) hasRunning = true;
  }
  if (text !== 'Completed' || !hasRunning) return text;
  const isReady = (pod.status?.conditions ?? []).some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );
  return isReady ? 'Running' : 'NotReady';
}

function terminatedText(terminated: {
  readonly reason?: string;
  readonly signal?: number;
  readonly exitCode: number;
}): string {
  if (terminated.reason !== undefined && terminated.reason !== '') return terminated.reason;
  return (terminated.signal ?? 0) === 0
    ? `ExitCode:${terminated.exitCode}`
    : `Signal:${terminated.signal ?? 0}`;
}

/** Of init containers while they are not through, then of containers and sidecars. */
function restartsText(pod: Pod, nowMs: EpochMs): string {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const statuses: readonly ContainerStatus[] =
    initText(pod) === undefined
      ? [...sidecarStatuses(pod), ...containerStatuses]
      : initContainerStatuses;
  const count = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const lastMs = Math.max(
    ...statuses.map(({ lastState }) => kubeTimeMs(lastState?.terminated?.finishedAt) ?? 0),
    0,
  );
  return count === 0 || lastMs === 0
    ? String(count)
    : `${count} (${humanDuration(nowMs - lastMs)} ago)`;
}

function readinessGatesText(pod: Pod): string {
  const gates = jsonObjects(pod.spec['readinessGates']).map((gate) =>
    textOf(gate['conditionType']),
  );
  if (gates.length === 0) return '<none>';
  const conditions = pod.status?.conditions ?? [];
  const fulfilled = gates.filter((gate) =>
    conditions.some(({ type, status }) => type === gate && status === 'True'),
  );
  return `${fulfilled.length}/${gates.length}`;
}
