/** Types of the other core kinds, and of EndpointSlice. */
import { objectType } from './meta-types.js';
import {
  BOOLEAN,
  BYTES,
  INT32,
  INT_OR_STRING,
  MICRO_TIME,
  QUANTITY,
  RAW,
  STRING,
  TIME,
  atomicMap,
  list,
  map,
  optional,
  pointer,
  required,
  struct,
} from './types.js';
import type { StructType } from './types.js';

const CORE = 'io.k8s.api.core.v1';
const DISCOVERY = 'io.k8s.api.discovery.v1';
const byType = { mergeKey: 'type', applyKeys: ['type'] } as const;

/** `core/v1` ObjectReference. */
export const OBJECT_REFERENCE: StructType = {
  ...struct(`${CORE}.ObjectReference`, {
    kind: optional(STRING),
    namespace: optional(STRING),
    name: optional(STRING),
    uid: optional(STRING),
    apiVersion: optional(STRING),
    resourceVersion: optional(STRING),
    fieldPath: optional(STRING),
  }),
  isAtomic: true,
};

/** `core/v1` Namespace. */
export const NAMESPACE: StructType = objectType(`${CORE}.Namespace`, {
  spec: optional(struct(`${CORE}.NamespaceSpec`, { finalizers: optional(list(STRING)) })),
  status: optional(
    struct(`${CORE}.NamespaceStatus`, {
      phase: optional(STRING),
      conditions: optional(
        list(
          struct(`${CORE}.NamespaceCondition`, {
            type: required(STRING),
            status: required(STRING),
            lastTransitionTime: optional(TIME),
            reason: optional(STRING),
            message: optional(STRING),
          }),
          byType,
        ),
      ),
    }),
  ),
});

/** `core/v1` Node. */
export const NODE: StructType = objectType(`${CORE}.Node`, {
  spec: optional(
    struct(`${CORE}.NodeSpec`, {
      podCIDR: optional(STRING),
      podCIDRs: optional(list(STRING, { mergeKey: '', applyKeys: [] })),
      providerID: optional(STRING),
      unschedulable: optional(BOOLEAN),
      taints: optional(
        list(
          struct(`${CORE}.Taint`, {
            key: required(STRING),
            value: optional(STRING),
            effect: required(STRING),
            timeAdded: pointer(TIME),
          }),
        ),
      ),
    }),
  ),
  status: optional(
    struct(`${CORE}.NodeStatus`, {
      capacity: optional(map(QUANTITY)),
      allocatable: optional(map(QUANTITY)),
      phase: optional(STRING),
      conditions: optional(
        list(
          struct(`${CORE}.NodeCondition`, {
            type: required(STRING),
            status: required(STRING),
            lastHeartbeatTime: optional(TIME),
            lastTransitionTime: optional(TIME),
            reason: optional(STRING),
            message: optional(STRING),
          }),
          byType,
        ),
      ),
      addresses: optional(
        list(
          struct(`${CORE}.NodeAddress`, { type: required(STRING), address: required(STRING) }),
          byType,
        ),
      ),
      daemonEndpoints: optional(
        struct(`${CORE}.NodeDaemonEndpoints`, {
          kubeletEndpoint: optional(struct(`${CORE}.DaemonEndpoint`, { Port: required(INT32) })),
        }),
      ),
      nodeInfo: optional(
        struct(
          `${CORE}.NodeSystemInfo`,
          Object.fromEntries(
            [
              'machineID',
              'systemUUID',
              'bootID',
              'kernelVersion',
              'osImage',
              'containerRuntimeVersion',
              'kubeletVersion',
              'kubeProxyVersion',
              'operatingSystem',
              'architecture',
            ].map((name) => [name, required(STRING)]),
          ),
        ),
      ),
      images: optional(list(RAW)),
      volumesInUse: optional(list(STRING)),
      volumesAttached: optional(list(RAW)),
    }),
  ),
});

/** `core/v1` Service. */
export const SERVICE: StructType = objectType(`${CORE}.Service`, {
  spec: optional(
    struct(`${CORE}.ServiceSpec`, {
      ports: optional(
        list(
          struct(`${CORE}.ServicePort`, {
            name: optional(STRING),
            protocol: optional(STRING),
            appProtocol: pointer(STRING),
            port: required(INT32),
            targetPort: optional(INT_OR_STRING),
            nodePort: optional(INT32),
          }),
          { mergeKey: 'port', applyKeys: ['port', 'protocol'], keyDefaults: { protocol: 'TCP' } },
        ),
      ),
      selector: optional(atomicMap(STRING)),
      clusterIP: optional(STRING),
      clusterIPs: optional(list(STRING)),
      type: optional(STRING),
      externalIPs: optional(list(STRING)),
      sessionAffinity: optional(STRING),
      loadBalancerIP: optional(STRING),
      loadBalancerSourceRanges: optional(list(STRING)),
      externalName: optional(STRING),
      externalTrafficPolicy: optional(STRING),
      healthCheckNodePort: optional(INT32),
      publishNotReadyAddresses: optional(BOOLEAN),
      sessionAffinityConfig: pointer(
        struct(`${CORE}.SessionAffinityConfig`, {
          clientIP: pointer(struct(`${CORE}.ClientIPConfig`, { timeoutSeconds: pointer(INT32) })),
        }),
      ),
      ipFamilies: optional(list(STRING)),
      ipFamilyPolicy: pointer(STRING),
      allocateLoadBalancerNodePorts: pointer(BOOLEAN),
      loadBalancerClass: pointer(STRING),
      internalTrafficPolicy: pointer(STRING),
      trafficDistribution: pointer(STRING),
    }),
  ),
  status: optional(
    struct(`${CORE}.ServiceStatus`, {
      loadBalancer: optional(
        struct(`${CORE}.LoadBalancerStatus`, { ingress: optional(list(RAW)) }),
      ),
      conditions: optional(list(RAW)),
    }),
  ),
});

/** `core/v1` ServiceAccount. */
export const SERVICE_ACCOUNT: StructType = objectType(`${CORE}.ServiceAccount`, {
  secrets: optional(list(OBJECT_REFERENCE, { mergeKey: 'name', applyKeys: ['name'] })),
  imagePullSecrets: optional(
    list(struct(`${CORE}.LocalObjectReference`, { name: optional(STRING) })),
  ),
  automountServiceAccountToken: pointer(BOOLEAN),
});

/** `core/v1` ConfigMap. */
export const CONFIG_MAP: StructType = objectType(`${CORE}.ConfigMap`, {
  immutable: pointer(BOOLEAN),
  data: optional(map(STRING)),
  binaryData: optional(map(BYTES)),
});

const EVENT_SOURCE = struct(`${CORE}.EventSource`, {
  component: optional(STRING),
  host: optional(STRING),
});

/** `core/v1` Event. */
export const EVENT: StructType = objectType(`${CORE}.Event`, {
  involvedObject: required(OBJECT_REFERENCE),
  reason: optional(STRING),
  message: optional(STRING),
  source: optional(EVENT_SOURCE),
  firstTimestamp: required(TIME),
  lastTimestamp: required(TIME),
  count: optional(INT32),
  type: optional(STRING),
  eventTime: required(MICRO_TIME),
  series: pointer(
    struct(`${CORE}.EventSeries`, {
      count: optional(INT32),
      lastObservedTime: optional(MICRO_TIME),
    }),
  ),
  action: optional(STRING),
  related: pointer(OBJECT_REFERENCE),
  reportingComponent: required(STRING),
  reportingInstance: required(STRING),
});

const EVENTS_V1 = 'io.k8s.api.events.v1';

/** `events.k8s.io/v1` Event. */
export const EVENTS_V1_EVENT: StructType = objectType(`${EVENTS_V1}.Event`, {
  eventTime: required(MICRO_TIME),
  series: pointer(
    struct(`${EVENTS_V1}.EventSeries`, {
      count: required(INT32),
      lastObservedTime: required(MICRO_TIME),
    }),
  ),
  reportingController: optional(STRING),
  reportingInstance: optional(STRING),
  action: optional(STRING),
  reason: optional(STRING),
  regarding: optional(OBJECT_REFERENCE),
  related: pointer(OBJECT_REFERENCE),
  note: optional(STRING),
  type: optional(STRING),
  deprecatedSource: optional(EVENT_SOURCE),
  deprecatedFirstTimestamp: required(TIME),
  deprecatedLastTimestamp: required(TIME),
  deprecatedCount: optional(INT32),
});

/** `coordination.k8s.io/v1` Lease. */
export const LEASE: StructType = objectType('io.k8s.api.coordination.v1.Lease', {
  spec: optional(
    struct('io.k8s.api.coordination.v1.LeaseSpec', {
      holderIdentity: pointer(STRING),
      leaseDurationSeconds: pointer(INT32),
      acquireTime: pointer(MICRO_TIME),
      renewTime: pointer(MICRO_TIME),
      leaseTransitions: pointer(INT32),
      strategy: pointer(STRING),
      preferredHolder: pointer(STRING),
    }),
  ),
});

const ENDPOINT = struct(`${DISCOVERY}.Endpoint`, {
  addresses: required(list(STRING, { applyKeys: [] })),
  conditions: optional(
    struct(`${DISCOVERY}.EndpointConditions`, {
      ready: pointer(BOOLEAN),
      serving: pointer(BOOLEAN),
      terminating: pointer(BOOLEAN),
    }),
  ),
  hostname: pointer(STRING),
  targetRef: pointer(OBJECT_REFERENCE),
  deprecatedTopology: optional(map(STRING)),
  nodeName: pointer(STRING),
  zone: pointer(STRING),
  hints: pointer(RAW),
});

/** `discovery.k8s.io/v1` EndpointSlice. */
export const ENDPOINT_SLICE: StructType = objectType(`${DISCOVERY}.EndpointSlice`, {
  addressType: required(STRING),
  endpoints: required(list(ENDPOINT)),
  ports: required(
    list(
      struct(`${DISCOVERY}.EndpointPort`, {
        name: pointer(STRING),
        protocol: pointer(STRING),
        port: pointer(INT32),
        appProtocol: pointer(STRING),
      }),
    ),
  ),
});
