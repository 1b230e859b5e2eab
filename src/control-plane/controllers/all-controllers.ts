/** Everything a control plane runs beside kubelets and the HPA controller. */
import type { Pod, ReplicaSet } from '../../core/objects.js';
import { API_SERVER, CONTROLLER_MANAGER, SCHEDULER, actingAs } from '../acting-as.js';
import type { KubeApi } from '../api.js';
import type { Controller } from '../controller.js';
import { KINDS } from '../kinds/registry.js';
import { controllerIndex, nodeIndex } from '../object-index.js';
import { EVENTS, PODS, REPLICA_SETS } from '../resources.js';
import type { Resource } from '../resources.js';
import { Scheduler } from '../scheduler/scheduler.js';
import { DeploymentController } from './deployment.js';
import { EndpointSliceMirroringController } from './endpoint-slice-mirroring.js';
import { EndpointSliceController } from './endpoint-slice.js';
import { EndpointsController } from './endpoints-controller.js';
import { EventExpiryController } from './event-expiry.js';
import { GarbageCollector } from './garbage-collector.js';
import { DisruptionController } from './disruption.js';
import { JobController } from './job.js';
import { JobOrphansController } from './job-orphans.js';
import { NamespaceController } from './namespace.js';
import { NodeLifecycleController } from './node-lifecycle.js';
import { NodeTaintsController } from './node-taints.js';
import { PodGarbageCollector } from './pod-gc.js';
import { ReplicaSetController } from './replica-set.js';
import { ResourceQuotaController } from './resource-quota.js';
import { ServiceAccountController } from './service-account.js';
import { ServicePods } from './service-pods.js';
import { SystemNamespacesController } from './system-namespaces.js';
import { TaintEvictionController } from './taint-eviction.js';
import { TtlAfterFinishedController } from './ttl-after-finished.js';

/** What the controllers are made for. */
export interface AllControllersOptions {
  /** Every stored resource; absent: all kinds the API offers. */
  readonly resources?: readonly Resource[];
  /** How long a namespace's deletion waits between looks; absent: upstream's 5 s. */
  readonly namespaceLookPeriodMs?: number;
}

/** The controllers and the scheduler, ready for a `ControllerManager`. */
export function allControllers(
  served: KubeApi,
  {
    resources = KINDS.map(({ resource }) => resource),
    namespaceLookPeriodMs,
  }: AllControllersOptions = {},
): readonly Controller[] {
  const api = actingAs(served, CONTROLLER_MANAGER);
  const indexes = {
    pods: controllerIndex<Pod>(PODS),
    replicaSets: controllerIndex<ReplicaSet>(REPLICA_SETS),
  };
  const podsOnNode = nodeIndex(PODS);
  const collected = resources.filter(({ plural }) => plural !== EVENTS.plural);
  const servicePods = new ServicePods(api);
  return [
    new ServiceAccountController(api),
    new DeploymentController(api, indexes),
    new ReplicaSetController(api, indexes),
    new JobController(api, indexes.pods),
    new JobOrphansController(api, indexes.pods),
    new TtlAfterFinishedController(api),
    new DisruptionController(api),
    new NodeTaintsController(api),
    new NodeLifecycleController(api, podsOnNode),
    new TaintEvictionController(api, podsOnNode),
    new PodGarbageCollector(api),
    new EndpointSliceController(api, servicePods),
    new EndpointsController(api, servicePods),
    new EndpointSliceMirroringController(api),
    new ResourceQuotaController(api, resources),
    new Scheduler(actingAs(served, SCHEDULER)),
    new GarbageCollector(api, collected),
    new NamespaceController(api, resources, namespaceLookPeriodMs),
    new SystemNamespacesController(actingAs(served, API_SERVER)),
    new EventExpiryController(api),
  ];
}
