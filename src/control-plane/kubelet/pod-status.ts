/** A pod's status from what the kubelet sees of its containers. */
import { kubeTime } from '../../core/kube-time.js';
import type { Condition, ContainerStatus, Pod, PodPhase, PodStatus } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { hasInitialized, podPhase } from './pod-phase.js';
import { qosClass } from './quality-of-service.js';
import { initRole } from './restart-rules.js';

/** What the kubelet sees of a pod. */
export interface ObservedPod {
  readonly hostIP: string;
  /** Absent until the pod has a place to run, and its conditions say whether it still has. */
  readonly podIP: string | undefined;
  readonly hasSandbox: boolean;
  readonly containers: readonly ContainerStatus[];
  readonly initContainers: readonly ContainerStatus[];
  /** The pod is at its end and nothing of it runs any more. */
  readonly isTerminal: boolean;
  /** Why the kubelet ended the pod by itself, which makes it Failed; absent: it did not. */
  readonly failure?: { readonly reason: string; readonly message: string };
  /** When the kubelet took the pod on. */
  readonly startedAtMs: EpochMs;
}

type OwnCondition = Pick<Condition, 'status' | 'reason' | 'message'>;

/**
 * The whole status. Conditions of others (`PodScheduled`) stay, times of conditions whose status is
 * the same stay, so equal input gives an equal status.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kubelet_pods.go`, `generateAPIPodStatus`.
 */
export function podStatus(pod: Pod, observed: ObservedPod, nowMs: EpochMs): PodStatus {
  const phase =
    observed.failure === undefined ? podPhase({ spec: pod.spec, ...observed }) : 'Failed';
  const generation = pod.metadata.generation;
  const old = { ...pod.status, ...observed.failure };
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    ...(old.reason === undefined ? {} : { reason: old.reason }),
    ...(old.message === undefined ? {} : { message: old.message }),
    conditions: conditions(pod, observed, { phase, nowMs }),
    hostIP: observed.hostIP,
    hostIPs: [{ ip: observed.hostIP }],
    ...(observed.podIP === undefined
      ? {}
      : { podIP: observed.podIP, podIPs: [{ ip: observed.podIP }] }),
    startTime: old.startTime ?? kubeTime(observed.startedAtMs),
    ...(observed.initContainers.length === 0
      ? {}
      : { initContainerStatuses: observed.initContainers }),
    containerStatuses: observed.containers,
    qosClass: old.qosClass ?? qosClass(pod.spec),
  };
}

function conditions(
  pod: Pod,
  observed: ObservedPod,
  { phase, nowMs }: { readonly phase: PodPhase; readonly nowMs: EpochMs },
): readonly Condition[] {
  const sidecars = sidecarNames(pod);
  const counted = [
    ...observed.initContainers.filter(({ name }) => sidecars.has(name)),
    ...observed.containers,
  ];
  const containersReady = containersReadyCondition(counted, phase);
  const own: Readonly<Record<string, OwnCondition>> = {
    PodReadyToStartContainers: { status: observed.hasSandbox ? 'True' : 'False' },
    Initialized: initializedCondition(observed, phase, sidecars),
    Ready: containersReady.status === 'True' ? readyCondition(pod) : containersReady,
    ContainersReady: containersReady,
  };
  const old = pod.status?.conditions ?? [];
  const mine = Object.entries(own).map(([type, condition]) =>
    withTimes(pod, conditionOf(type, condition), nowMs),
  );
  return [...mine, ...old.filter((condition) => !(condition.type in own))];
}

/** Init containers that go on beside the others. */
function sidecarNames({ spec }: Pod): ReadonlySet<string> {
  const sidecars = (spec.initContainers ?? []).filter((each) => initRole(each) === 'sidecar');
  return new Set(sidecars.map(({ name }) => name));
}

function withTimes(pod: Pod, condition: Condition, nowMs: EpochMs): Condition {
  const before = pod.status?.conditions?.find((candidate) => candidate.type === condition.type);
  const since = before?.status === condition.status ? before.lastTransitionTime : undefined;
  const { generation } = pod.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...condition,
    lastProbeTime: null,
    lastTransitionTime: since ?? kubeTime(nowMs),
  };
}

function conditionOf(type: string, condition: OwnCondition): Condition {
  return { type, ...condition };
}

function names(statuses: readonly ContainerStatus[]): string {
  return `[${statuses.map((status) => status.name).join(' ')}]`;
}

/** @see Source: kubernetes 1.36 `pkg/kubelet/status/generate.go`, `GenerateContainersReadyCondition`. */
function containersReadyCondition(
  containers: readonly ContainerStatus[],
  phase: PodPhase,
): OwnCondition {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = containers.filter((status) => !status.ready);
  if (unready.length === 0) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: ${names(unready)}`,
  };
}

/** @see Source: kubernetes 1.36 `pkg/kubelet/status/generate.go`, `GeneratePodInitializedCondition`. */
function initializedCondition(
  observed: ObservedPod,
  phase: PodPhase,
  sidecars: ReadonlySet<string>,
): OwnCondition {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  const incomplete = observed.initContainers.filter((status) =>
    sidecars.has(status.name) ? status.started !== true : !status.ready,
  );
  if (hasInitialized(observed.containers) || incomplete.length === 0) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: ${names(incomplete)}`,
  };
}

/** @see Source: kubernetes 1.36 `pkg/kubelet/status/generate.go`, `GeneratePodReadyCondition`. */
function readyCondition(pod: Pod): OwnCondition {
  const messages = readinessGates(pod).flatMap((type) => {
    const condition = pod.status?.conditions?.find((candidate) => candidate.type === type);
    if (condition === undefined) {
      return [`corresponding condition of pod readiness gate "${type}" does not exist.`];
    }
    if (condition.status === 'True') return [];
    return [`the status of pod readiness gate "${type}" is not "True", but ${condition.status}`];
  });
  return messages.length === 0
    ? { status: 'True' }
    : { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

function readinessGates(pod: Pod): readonly string[] {
  const gates = pod.spec['readinessGates'];
  if (!Array.isArray(gates)) return [];
  return gates.flatMap((gate: unknown) => {
    const type =
      typeof gate === 'object' && gate !== null && 'conditionType' in gate
        ? gate.conditionType
        : undefined;
    return typeof type === 'string' ? [type] : [];
  });
}
