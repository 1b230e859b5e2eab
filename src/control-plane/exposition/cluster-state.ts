/** Nodes, namespaces, Services, budgets and quotas as kube-state-metrics tells them. */
import type { PodDisruptionBudget } from '../../core/disruption-objects.js';
import type { ExpositionFamily } from '../../core/exposition-text.js';
import type { Namespace, Node, ResourceList, Service } from '../../core/objects.js';
import type { ResourceQuota } from '../../core/quota-objects.js';
import {
  amount,
  conditionSamples,
  flag,
  info,
  lifeFamilies,
  resourceSample,
  single,
  stateFamilies,
  type StateFamily,
} from './state-family.js';

const NODE_ROLE = 'node-role.kubernetes.io/';

/** @see Source: kube-state-metrics `internal/store/node.go`. */
const NODES: readonly StateFamily<Node>[] = [
  {
    name: 'kube_node_info',
    help: 'Information about a cluster node.',
    of: ({ status }) => {
      const { nodeInfo = {}, addresses = [] } = status ?? {};
      const internal = addresses.find(({ type }) => type === 'InternalIP');
      return [
        info({
          kernel_version: nodeInfo['kernelVersion'] ?? '',
          os_image: nodeInfo['osImage'] ?? '',
          container_runtime_version: nodeInfo['containerRuntimeVersion'] ?? '',
          kubelet_version: nodeInfo['kubeletVersion'] ?? '',
          kubeproxy_version: 'deprecated',
          system_uuid: nodeInfo['systemUUID'] ?? '',
          internal_ip: internal?.address ?? '',
        }),
      ];
    },
  },
  ...lifeFamilies<Node>('kube_node'),
  {
    name: 'kube_node_role',
    help: 'The role of a cluster node.',
    of: ({ metadata }) =>
      Object.keys(metadata.labels ?? {})
        .filter((label) => label.startsWith(NODE_ROLE))
        .map((label) => info({ role: label.slice(NODE_ROLE.length) })),
  },
  {
    name: 'kube_node_spec_unschedulable',
    help: 'Whether a node can schedule new pods.',
    of: ({ spec }) => single(flag(spec.unschedulable === true)),
  },
  {
    name: 'kube_node_spec_taint',
    help: 'The taint of a cluster node.',
    of: ({ spec }) =>
      (spec.taints ?? []).map(({ key, value = '', effect }) => info({ key, value, effect })),
  },
  {
    name: 'kube_node_status_condition',
    help: 'The condition of a cluster node.',
    of: ({ status }) =>
      (status?.conditions ?? []).flatMap((condition) =>
        conditionSamples(condition, (is) => ({ condition: condition.type, status: is })),
      ),
  },
  {
    name: 'kube_node_status_capacity',
    help: 'The total amount of resources available for a node.',
    of: ({ status }) => resources(status?.capacity),
  },
  {
    name: 'kube_node_status_allocatable',
    help: 'The amount of resources allocatable for pods (after reserving some for system daemons).',
    of: ({ status }) => resources(status?.allocatable),
  },
];

function resources(list: ResourceList | undefined): ReturnType<typeof resourceSample> {
  return Object.entries(list ?? {}).flatMap(([resource, quantity]) =>
    resourceSample(resource, quantity, {}),
  );
}

/** @see Source: kube-state-metrics `internal/store/namespace.go`. */
const NAMESPACES: readonly StateFamily<Namespace>[] = [
  ...lifeFamilies<Namespace>('kube_namespace'),
  {
    name: 'kube_namespace_status_phase',
    help: 'kubernetes namespace status phase.',
    of: ({ status }) =>
      (['Active', 'Terminating'] as const).map((phase) => ({
        labels: { phase },
        value: flag(status?.phase === phase),
      })),
  },
];

/** @see Source: kube-state-metrics `internal/store/service.go`. */
const SERVICES: readonly StateFamily<Service>[] = [
  {
    name: 'kube_service_info',
    help: 'Information about service.',
    of: ({ spec }) => [info({ cluster_ip: spec.clusterIP ?? '' })],
  },
  ...lifeFamilies<Service>('kube_service'),
  {
    name: 'kube_service_spec_type',
    help: 'Type about service.',
    of: ({ spec }) => [info({ type: spec.type ?? 'ClusterIP' })],
  },
];

const BUDGET_COUNTS = [
  ['current_healthy', 'Current number of healthy pods', 'currentHealthy'],
  ['desired_healthy', 'Minimum desired number of healthy pods', 'desiredHealthy'],
  [
    'pod_disruptions_allowed',
    'Number of pod disruptions that are currently allowed',
    'disruptionsAllowed',
  ],
  ['expected_pods', 'Total number of pods counted by this disruption budget', 'expectedPods'],
] as const;

/** @see Source: kube-state-metrics `internal/store/poddisruptionbudget.go`. */
const BUDGETS: readonly StateFamily<PodDisruptionBudget>[] = [
  ...lifeFamilies<PodDisruptionBudget>('kube_poddisruptionbudget'),
  ...BUDGET_COUNTS.map(([name, help, field]) => ({
    name: `kube_poddisruptionbudget_status_${name}`,
    help,
    of: ({ status }: PodDisruptionBudget) => single(status?.[field] ?? 0),
  })),
];

/** @see Source: kube-state-metrics `internal/store/resourcequota.go`. */
const QUOTAS: readonly StateFamily<ResourceQuota>[] = [
  ...lifeFamilies<ResourceQuota>('kube_resourcequota'),
  {
    name: 'kube_resourcequota',
    help: 'Information about resource quota.',
    of: ({ status }) =>
      (['hard', 'used'] as const).flatMap((type) =>
        Object.entries(status?.[type] ?? {}).flatMap(([resource, quantity]) => {
          const value = amount(quantity);
          return value === undefined ? [] : [{ labels: { resource, type }, value }];
        }),
      ),
  },
];

/** Every family about what workloads live in. */
export function clusterState(of: {
  readonly nodes: readonly Node[];
  readonly namespaces: readonly Namespace[];
  readonly services: readonly Service[];
  readonly budgets: readonly PodDisruptionBudget[];
  readonly quotas: readonly ResourceQuota[];
}): readonly ExpositionFamily[] {
  return [
    ...stateFamilies(NODES, of.nodes, ({ metadata }) => ({ node: metadata.name })),
    ...stateFamilies(NAMESPACES, of.namespaces, ({ metadata }) => ({ namespace: metadata.name })),
    ...stateFamilies(SERVICES, of.services, ({ metadata }) => ({
      namespace: metadata.namespace ?? '',
      service: metadata.name,
      uid: metadata.uid ?? '',
    })),
    ...stateFamilies(BUDGETS, of.budgets, ({ metadata }) => ({
      namespace: metadata.namespace ?? '',
      poddisruptionbudget: metadata.name,
    })),
    ...stateFamilies(QUOTAS, of.quotas, ({ metadata }) => ({
      namespace: metadata.namespace ?? '',
      resourcequota: metadata.name,
    })),
  ];
}
