/** The resources the control plane knows, as typed handles. What each does is in `kinds/`. */
import type { HorizontalPodAutoscaler } from '../core/autoscaling-objects.js';
import type { Job } from '../core/batch-objects.js';
import type { PodDisruptionBudget } from '../core/disruption-objects.js';
import type {
  ConfigMap,
  Deployment,
  EndpointSlice,
  KubeEvent,
  KubeObject,
  Lease,
  Namespace,
  Node,
  Pod,
  ReplicaSet,
  Service,
  ServiceAccount,
} from '../core/objects.js';
import type {
  Endpoints,
  LimitRange,
  PriorityClass,
  ResourceQuota,
  Secret,
} from '../core/quota-objects.js';

/**
 * Names one stored resource. `T` is the shape of its objects; it exists only for the compiler.
 * The version is the one in which objects are stored and controllers see them.
 */
export interface Resource<T extends KubeObject = KubeObject> {
  /** API group; '' is the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Lower-case plural, as in a URL. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set; carries `T`. */
  readonly objectType?: T;
}

const core = { group: '', version: 'v1' } as const;
const apps = { group: 'apps', version: 'v1' } as const;

/** Namespaces, which themselves are in none. */
export const NAMESPACES: Resource<Namespace> = {
  ...core,
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};
/** Nodes, which are in no namespace. */
export const NODES: Resource<Node> = { ...core, kind: 'Node', plural: 'nodes', namespaced: false };
/** Pods of the core group. */
export const PODS: Resource<Pod> = { ...core, kind: 'Pod', plural: 'pods', namespaced: true };
/** Services of the core group. */
export const SERVICES: Resource<Service> = {
  ...core,
  kind: 'Service',
  plural: 'services',
  namespaced: true,
};
/** Service accounts of the core group. */
export const SERVICE_ACCOUNTS: Resource<ServiceAccount> = {
  ...core,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};
/** Config maps of the core group. */
export const CONFIG_MAPS: Resource<ConfigMap> = {
  ...core,
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
/** Secrets of the core group. */
export const SECRETS: Resource<Secret> = {
  ...core,
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
};
/** Endpoints of the core group, one object a Service. */
export const ENDPOINTS: Resource<Endpoints> = {
  ...core,
  kind: 'Endpoints',
  plural: 'endpoints',
  namespaced: true,
};
/** Limit ranges of the core group. */
export const LIMIT_RANGES: Resource<LimitRange> = {
  ...core,
  kind: 'LimitRange',
  plural: 'limitranges',
  namespaced: true,
};
/** Resource quotas of the core group. */
export const RESOURCE_QUOTAS: Resource<ResourceQuota> = {
  ...core,
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
};
/** Priority classes of `scheduling.k8s.io/v1`, which are in no namespace. */
export const PRIORITY_CLASSES: Resource<PriorityClass> = {
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  namespaced: false,
};
/** Events of the core group (not of `events.k8s.io`). */
export const EVENTS: Resource<KubeEvent> = {
  ...core,
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};
/** Deployments of `apps/v1`. */
export const DEPLOYMENTS: Resource<Deployment> = {
  ...apps,
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
/** Replica sets of `apps/v1`. */
export const REPLICA_SETS: Resource<ReplicaSet> = {
  ...apps,
  kind: 'ReplicaSet',
  plural: 'replicasets',
  namespaced: true,
};
/** Leases of `coordination.k8s.io/v1`. */
export const LEASES: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};
/** Endpoint slices of `discovery.k8s.io/v1`. */
export const ENDPOINT_SLICES: Resource<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
};
/** Horizontal pod autoscalers of `autoscaling/v2`. */
export const HORIZONTAL_POD_AUTOSCALERS: Resource<HorizontalPodAutoscaler> = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
};
/** Jobs of `batch/v1`. */
export const JOBS: Resource<Job> = {
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  namespaced: true,
};
/** Budgets of disruptions of `policy/v1`. */
export const POD_DISRUPTION_BUDGETS: Resource<PodDisruptionBudget> = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
};
