/** Pods as kube-state-metrics tells them. */
import type { ExpositionFamily } from '../../core/exposition-text.js';
import type { Condition, Pod } from '../../core/objects.js';
import { containerFamilies } from './container-state.js';
import {
  conditionSamples,
  flag,
  info,
  lifeFamilies,
  seconds,
  single,
  stateFamilies,
  type StateFamily,
} from './state-family.js';

const PHASES = ['Pending', 'Succeeded', 'Failed', 'Unknown', 'Running'] as const;

function condition({ status }: Pod, type: string): Condition | undefined {
  return status?.conditions?.find((each) => each.type === type);
}

function since(pod: Pod, type: string): ReturnType<typeof seconds> {
  const found = condition(pod, type);
  return found?.status === 'True' ? seconds(found.lastTransitionTime) : [];
}

function isAs(pod: Pod, type: string): ReturnType<typeof conditionSamples> {
  const found = condition(pod, type);
  return found === undefined ? [] : conditionSamples(found, (status) => ({ condition: status }));
}

/** @see Source: kube-state-metrics `internal/store/pod.go`. */
const FAMILIES: readonly StateFamily<Pod>[] = [
  {
    name: 'kube_pod_info',
    help: 'Information about pod.',
    of: ({ metadata, spec, status }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
      return [
        info({
          host_ip: status?.hostIP ?? '',
          pod_ip: status?.podIP ?? '',
          node: spec.nodeName ?? '',
          created_by_kind: owner?.kind ?? '',
          created_by_name: owner?.name ?? '',
          priority_class: spec.priorityClassName ?? '',
          host_network: String(spec['hostNetwork'] === true),
        }),
      ];
    },
  },
  {
    name: 'kube_pod_owner',
    help: "Information about the Pod's owner.",
    of: ({ metadata }) =>
      (metadata.ownerReferences ?? []).map(({ kind, name, controller }) =>
        info({
          owner_kind: kind,
          owner_name: name,
          owner_is_controller: String(controller === true),
        }),
      ),
  },
  ...lifeFamilies<Pod>('kube_pod'),
  {
    name: 'kube_pod_start_time',
    help: 'Start time in unix timestamp for a pod.',
    of: ({ status }) => seconds(status?.startTime),
  },
  {
    name: 'kube_pod_restart_policy',
    help: 'Describes the restart policy in use by this pod.',
    of: ({ spec }) => [info({ type: spec.restartPolicy ?? 'Always' })],
  },
  {
    name: 'kube_pod_status_phase',
    help: 'The pods current phase.',
    of: ({ status }) =>
      status?.phase === undefined
        ? []
        : PHASES.map((phase) => ({ labels: { phase }, value: flag(phase === status.phase) })),
  },
  {
    name: 'kube_pod_status_qos_class',
    help: 'The pods current qosClass.',
    of: ({ status }) =>
      status?.qosClass === undefined ? [] : [info({ qos_class: status.qosClass })],
  },
  {
    name: 'kube_pod_status_reason',
    help: 'The pod status reasons',
    of: ({ status }) => (status?.reason === undefined ? [] : [info({ reason: status.reason })]),
  },
  {
    name: 'kube_pod_status_ready',
    help: 'Describes whether the pod is ready to serve requests.',
    of: (pod) => isAs(pod, 'Ready'),
  },
  {
    name: 'kube_pod_status_scheduled',
    help: 'Describes the status of the scheduling process for the pod.',
    of: (pod) => isAs(pod, 'PodScheduled'),
  },
  {
    name: 'kube_pod_status_unschedulable',
    help: 'Describes the unschedulable status for the pod.',
    of: (pod) => {
      const found = condition(pod, 'PodScheduled');
      const isStuck = found?.status === 'False' && found.reason === 'Unschedulable';
      return single(isStuck ? 1 : undefined);
    },
  },
  {
    name: 'kube_pod_status_scheduled_time',
    help: 'Unix timestamp when pod moved into scheduled status',
    of: (pod) => since(pod, 'PodScheduled'),
  },
  {
    name: 'kube_pod_status_initialized_time',
    help: 'Initialized time in unix timestamp for a pod.',
    of: (pod) => since(pod, 'Initialized'),
  },
  {
    name: 'kube_pod_status_container_ready_time',
    help: 'Readiness achieved time in unix timestamp for a pod containers.',
    of: (pod) => since(pod, 'ContainersReady'),
  },
  {
    name: 'kube_pod_status_ready_time',
    help: 'Readiness achieved time in unix timestamp for a pod.',
    of: (pod) => since(pod, 'Ready'),
  },
  ...containerFamilies('kube_pod_container', {
    containers: ({ spec }) => spec.containers,
    statuses: ({ status }) => status?.containerStatuses ?? [],
  }),
  ...containerFamilies('kube_pod_init_container', {
    containers: ({ spec }) => spec.initContainers ?? [],
    statuses: ({ status }) => status?.initContainerStatuses ?? [],
  }),
];

/** Every family about pods and their containers. */
export function podState(pods: readonly Pod[]): readonly ExpositionFamily[] {
  return stateFamilies(FAMILIES, pods, ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    pod: metadata.name,
    uid: metadata.uid ?? '',
  }));
}
