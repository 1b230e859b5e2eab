/** All kinds the API offers. */
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { Resource } from '../resources.js';
import { CONFIG_MAP_KIND } from './config-map.js';
import { DEPLOYMENT_KIND } from './deployment.js';
import { ENDPOINT_SLICE_KIND } from './endpoint-slice.js';
import { ENDPOINTS_KIND } from './endpoints.js';
import { EVENT_KIND } from './event.js';
import { EVENT_V1_KIND } from './event-v1.js';
import { HORIZONTAL_POD_AUTOSCALER_KIND } from './horizontal-pod-autoscaler.js';
import { HORIZONTAL_POD_AUTOSCALER_V1_KIND } from './horizontal-pod-autoscaler-v1.js';
import { JOB_KIND } from './job.js';
import type { Kind } from './kind.js';
import { LEASE_KIND } from './lease.js';
import { LIMIT_RANGE_KIND } from './limit-range.js';
import { NAMESPACE_KIND } from './namespace.js';
import { NODE_KIND } from './node.js';
import { POD_DISRUPTION_BUDGET_KIND } from './pod-disruption-budget.js';
import { POD_KIND } from './pod.js';
import { PRIORITY_CLASS_KIND } from './priority-class.js';
import { REPLICA_SET_KIND } from './replica-set.js';
import { RESOURCE_QUOTA_KIND } from './resource-quota.js';
import { SECRET_KIND } from './secret.js';
import { SERVICE_ACCOUNT_KIND } from './service-account.js';
import { SERVICE_KIND } from './service.js';

/** Every kind that is stored, in the order in which discovery lists them. */
export const KINDS: readonly Kind[] = [
  CONFIG_MAP_KIND,
  ENDPOINTS_KIND,
  EVENT_KIND,
  LIMIT_RANGE_KIND,
  NAMESPACE_KIND,
  NODE_KIND,
  POD_KIND,
  RESOURCE_QUOTA_KIND,
  SECRET_KIND,
  SERVICE_ACCOUNT_KIND,
  SERVICE_KIND,
  DEPLOYMENT_KIND,
  REPLICA_SET_KIND,
  HORIZONTAL_POD_AUTOSCALER_KIND,
  JOB_KIND,
  POD_DISRUPTION_BUDGET_KIND,
  ENDPOINT_SLICE_KIND,
  LEASE_KIND,
  PRIORITY_CLASS_KIND,
];

/** Every kind in every version that is offered; the preferred version of a group comes first. */
export const SERVED_KINDS: readonly Kind[] = [
  ...KINDS,
  HORIZONTAL_POD_AUTOSCALER_V1_KIND,
  EVENT_V1_KIND,
];

/** Finds kinds by resource or by what a URL names. */
export class KindRegistry {
  /** Kinds in every version. */
  readonly all: readonly Kind[];
  readonly #byPath = new Map<string, Kind>();

  constructor(kinds: readonly Kind[] = SERVED_KINDS) {
    this.all = kinds;
    for (const kind of kinds) this.#byPath.set(pathOf(kind.resource), kind);
  }

  /** The kind of a resource. @throws {ApiError} 404 when it is not offered. */
  of<T extends KubeObject>(resource: Resource<T>): Kind {
    const kind = this.find(resource);
    if (kind === undefined) throw ApiError.notFound(resource, '');
    return kind;
  }

  /** The kind that a group, version and plural name; undefined when none does. */
  find(path: {
    readonly group: string;
    readonly version: string;
    readonly plural: string;
  }): Kind | undefined {
    return this.#byPath.get(pathOf(path));
  }
}

function pathOf({
  group,
  version,
  plural,
}: {
  group: string;
  version: string;
  plural: string;
}): string {
  return `${group}/${version}/${plural}`;
}
