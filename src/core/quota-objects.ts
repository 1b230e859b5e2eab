/** Shapes of Secrets, quotas, limit ranges, priority classes and Endpoints. */
import type { KubeObject, ObjectReference, ResourceList, StringMap } from './objects.js';

/** Core `v1` Secret: bytes by key, for pods to read and nobody to see. */
export interface Secret extends KubeObject {
  /** Absent on what comes in: `Opaque`. */
  readonly type?: string;
  readonly immutable?: boolean;
  /** Values in base64. */
  readonly data?: StringMap;
  /** Texts that replace values of `data`; only ever written, never read back. */
  readonly stringData?: StringMap;
}

/** One term of a quota's scope selector. */
export interface ScopeRequirement {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Core `v1` ResourceQuota: how much a namespace may hold. */
export interface ResourceQuota extends KubeObject {
  readonly spec: {
    /** Limits by resource name: `pods`, `requests.cpu`, `count/jobs.batch`. */
    readonly hard?: ResourceList;
    readonly scopes?: readonly string[];
    readonly scopeSelector?: { readonly matchExpressions?: readonly ScopeRequirement[] };
  };
  readonly status?: { readonly hard?: ResourceList; readonly used?: ResourceList };
}

/** What a LimitRange says of one type: `Container`, `Pod` or `PersistentVolumeClaim`. */
export interface LimitRangeItem {
  readonly type: string;
  readonly max?: ResourceList;
  readonly min?: ResourceList;
  /** Limits of containers that set none. */
  readonly default?: ResourceList;
  /** Requests of containers that set none. */
  readonly defaultRequest?: ResourceList;
  readonly maxLimitRequestRatio?: ResourceList;
}

/** Core `v1` LimitRange: defaults and bounds of what pods of a namespace ask for. */
export interface LimitRange extends KubeObject {
  readonly spec: { readonly limits: readonly LimitRangeItem[] | null };
}

/** `scheduling.k8s.io/v1` PriorityClass. */
export interface PriorityClass extends KubeObject {
  readonly value: number;
  /** Pods that name no class have this one. */
  readonly globalDefault?: boolean;
  readonly description?: string;
  readonly preemptionPolicy?: string;
}

/** One address of an Endpoints object. */
export interface EndpointAddress {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef?: ObjectReference;
}

/** Addresses that share the same ports. */
export interface EndpointSubset {
  readonly addresses?: readonly EndpointAddress[];
  readonly notReadyAddresses?: readonly EndpointAddress[];
  readonly ports?: readonly {
    readonly name?: string;
    readonly port: number;
    readonly protocol?: string;
    readonly appProtocol?: string;
  }[];
}

/** Core `v1` Endpoints, of the name of its Service; EndpointSlices took its place. */
export interface Endpoints extends KubeObject {
  readonly subsets?: readonly EndpointSubset[];
}
