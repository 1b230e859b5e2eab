/** Types of pods and of the templates they are made from. */
import {
  CONTAINER,
  POD_SECURITY_CONTEXT,
  PROBE,
  RESOURCE_REQUIREMENTS,
  SECURITY_CONTEXT,
} from './container-types.js';
import { OBJECT_META, objectType } from './meta-types.js';
import {
  AFFINITY,
  NODE_SELECTOR_MAP,
  TOLERATION,
  TOPOLOGY_SPREAD_CONSTRAINT,
} from './scheduling-types.js';
import {
  BOOLEAN,
  INT32,
  INT64,
  QUANTITY,
  RAW,
  STRING,
  TIME,
  list,
  map,
  optional,
  pointer,
  required,
  struct,
} from './types.js';
import type { StructType } from './types.js';
import { VOLUME } from './volume-types.js';

const CORE = 'io.k8s.api.core.v1';
const byName = { mergeKey: 'name', applyKeys: ['name'] } as const;

const LOCAL_OBJECT_REFERENCE: StructType = {
  ...struct(`${CORE}.LocalObjectReference`, { name: optional(STRING) }),
  isAtomic: true,
};

const EPHEMERAL_CONTAINER = struct(`${CORE}.EphemeralContainer`, {
  ...CONTAINER.fields,
  livenessProbe: pointer(PROBE),
  securityContext: pointer(SECURITY_CONTEXT),
  targetContainerName: optional(STRING),
});

/** `core/v1` PodSpec. */
export const POD_SPEC: StructType = struct(`${CORE}.PodSpec`, {
  volumes: {
    ...optional(list(VOLUME, byName)),
    patchStrategy: 'retainKeys',
  },
  initContainers: optional(list(CONTAINER, byName)),
  containers: required(list(CONTAINER, byName)),
  ephemeralContainers: optional(list(EPHEMERAL_CONTAINER, byName)),
  restartPolicy: optional(STRING),
  terminationGracePeriodSeconds: pointer(INT64),
  activeDeadlineSeconds: pointer(INT64),
  dnsPolicy: optional(STRING),
  nodeSelector: optional(NODE_SELECTOR_MAP),
  serviceAccountName: optional(STRING),
  serviceAccount: optional(STRING),
  automountServiceAccountToken: pointer(BOOLEAN),
  nodeName: optional(STRING),
  hostNetwork: optional(BOOLEAN),
  hostPID: optional(BOOLEAN),
  hostIPC: optional(BOOLEAN),
  shareProcessNamespace: pointer(BOOLEAN),
  securityContext: pointer(POD_SECURITY_CONTEXT),
  imagePullSecrets: optional(
    list(LOCAL_OBJECT_REFERENCE, { ...byName, keyDefaults: { name: '' } }),
  ),
  hostname: optional(STRING),
  subdomain: optional(STRING),
  affinity: pointer(AFFINITY),
  schedulerName: optional(STRING),
  tolerations: optional(list(TOLERATION)),
  hostAliases: optional(
    list(struct(`${CORE}.HostAlias`, { ip: required(STRING), hostnames: optional(list(STRING)) }), {
      mergeKey: 'ip',
      applyKeys: ['ip'],
    }),
  ),
  priorityClassName: optional(STRING),
  priority: pointer(INT32),
  dnsConfig: pointer(
    struct(`${CORE}.PodDNSConfig`, {
      nameservers: optional(list(STRING)),
      searches: optional(list(STRING)),
      options: optional(
        list(
          struct(`${CORE}.PodDNSConfigOption`, { name: optional(STRING), value: pointer(STRING) }),
        ),
      ),
    }),
  ),
  readinessGates: optional(
    list(struct(`${CORE}.PodReadinessGate`, { conditionType: required(STRING) })),
  ),
  runtimeClassName: pointer(STRING),
  enableServiceLinks: pointer(BOOLEAN),
  preemptionPolicy: pointer(STRING),
  overhead: optional(map(QUANTITY)),
  topologySpreadConstraints: optional(
    list(TOPOLOGY_SPREAD_CONSTRAINT, {
      mergeKey: 'topologyKey',
      applyKeys: ['topologyKey', 'whenUnsatisfiable'],
    }),
  ),
  setHostnameAsFQDN: pointer(BOOLEAN),
  os: pointer(struct(`${CORE}.PodOS`, { name: required(STRING) })),
  hostUsers: pointer(BOOLEAN),
  schedulingGates: optional(
    list(struct(`${CORE}.PodSchedulingGate`, { name: required(STRING) }), byName),
  ),
  resourceClaims: optional(
    list(
      struct(`${CORE}.PodResourceClaim`, {
        name: required(STRING),
        resourceClaimName: pointer(STRING),
        resourceClaimTemplateName: pointer(STRING),
      }),
      byName,
    ),
  ),
  resources: pointer(RESOURCE_REQUIREMENTS),
  hostnameOverride: pointer(STRING),
});

const CONTAINER_STATE = struct(`${CORE}.ContainerState`, {
  waiting: pointer(
    struct(`${CORE}.ContainerStateWaiting`, {
      reason: optional(STRING),
      message: optional(STRING),
    }),
  ),
  running: pointer(struct(`${CORE}.ContainerStateRunning`, { startedAt: required(TIME) })),
  terminated: pointer(
    struct(`${CORE}.ContainerStateTerminated`, {
      exitCode: required(INT32),
      signal: optional(INT32),
      reason: optional(STRING),
      message: optional(STRING),
      startedAt: required(TIME),
      finishedAt: required(TIME),
      containerID: optional(STRING),
    }),
  ),
});

const CONTAINER_STATUS = struct(`${CORE}.ContainerStatus`, {
  name: required(STRING),
  state: optional(CONTAINER_STATE),
  lastState: optional(CONTAINER_STATE),
  ready: required(BOOLEAN),
  restartCount: required(INT32),
  image: required(STRING),
  imageID: required(STRING),
  containerID: optional(STRING),
  started: pointer(BOOLEAN),
  allocatedResources: optional(map(QUANTITY)),
  resources: pointer(RESOURCE_REQUIREMENTS),
  volumeMounts: optional(
    list(
      struct(`${CORE}.VolumeMountStatus`, {
        name: required(STRING),
        mountPath: required(STRING),
        readOnly: optional(BOOLEAN),
        recursiveReadOnly: pointer(STRING),
      }),
      { mergeKey: 'mountPath', applyKeys: ['mountPath'] },
    ),
  ),
  user: pointer(RAW),
  allocatedResourcesStatus: optional(list(RAW)),
  stopSignal: pointer(STRING),
});

const POD_CONDITION = struct(`${CORE}.PodCondition`, {
  type: required(STRING),
  observedGeneration: optional(INT64),
  status: required(STRING),
  lastProbeTime: required(TIME),
  lastTransitionTime: required(TIME),
  reason: optional(STRING),
  message: optional(STRING),
});

const ips = (name: string): StructType => struct(`${CORE}.${name}`, { ip: required(STRING) });

const POD_STATUS = struct(`${CORE}.PodStatus`, {
  observedGeneration: optional(INT64),
  phase: optional(STRING),
  conditions: optional(list(POD_CONDITION, { mergeKey: 'type', applyKeys: ['type'] })),
  message: optional(STRING),
  reason: optional(STRING),
  nominatedNodeName: optional(STRING),
  hostIP: optional(STRING),
  hostIPs: optional(list(ips('HostIP'), { mergeKey: 'ip' })),
  podIP: optional(STRING),
  podIPs: optional(list(ips('PodIP'), { mergeKey: 'ip', applyKeys: ['ip'] })),
  startTime: pointer(TIME),
  initContainerStatuses: optional(list(CONTAINER_STATUS)),
  containerStatuses: optional(list(CONTAINER_STATUS)),
  qosClass: optional(STRING),
  ephemeralContainerStatuses: optional(list(CONTAINER_STATUS)),
  resize: optional(STRING),
  resourceClaimStatuses: optional(list(RAW)),
});

/** `core/v1` PodTemplateSpec. */
export const POD_TEMPLATE_SPEC: StructType = struct(`${CORE}.PodTemplateSpec`, {
  metadata: optional(OBJECT_META),
  spec: optional(POD_SPEC),
});

/** `core/v1` Pod. */
export const POD: StructType = objectType(`${CORE}.Pod`, {
  spec: optional(POD_SPEC),
  status: optional(POD_STATUS),
});
