/** Types of containers and what is in them. */
import {
  BOOLEAN,
  INT32,
  INT64,
  INT_OR_STRING,
  QUANTITY,
  STRING,
  list,
  map,
  optional,
  pointer,
  required,
  struct,
} from './types.js';
import type { Field, StructType } from './types.js';

const CORE = 'io.k8s.api.core.v1';

const EXEC_ACTION = struct(`${CORE}.ExecAction`, { command: optional(list(STRING)) });

const HTTP_GET_ACTION = struct(`${CORE}.HTTPGetAction`, {
  path: optional(STRING),
  port: required(INT_OR_STRING),
  host: optional(STRING),
  scheme: optional(STRING),
  httpHeaders: optional(
    list(struct(`${CORE}.HTTPHeader`, { name: required(STRING), value: required(STRING) })),
  ),
});

const TCP_SOCKET_ACTION = struct(`${CORE}.TCPSocketAction`, {
  port: required(INT_OR_STRING),
  host: optional(STRING),
});

/** `core/v1` Probe. */
export const PROBE: StructType = struct(`${CORE}.Probe`, {
  exec: pointer(EXEC_ACTION),
  httpGet: pointer(HTTP_GET_ACTION),
  tcpSocket: pointer(TCP_SOCKET_ACTION),
  grpc: pointer(struct(`${CORE}.GRPCAction`, { port: required(INT32), service: pointer(STRING) })),
  initialDelaySeconds: optional(INT32),
  timeoutSeconds: optional(INT32),
  periodSeconds: optional(INT32),
  successThreshold: optional(INT32),
  failureThreshold: optional(INT32),
  terminationGracePeriodSeconds: pointer(INT64),
});

const LIFECYCLE_HANDLER = struct(`${CORE}.LifecycleHandler`, {
  exec: pointer(EXEC_ACTION),
  httpGet: pointer(HTTP_GET_ACTION),
  tcpSocket: pointer(TCP_SOCKET_ACTION),
  sleep: pointer(struct(`${CORE}.SleepAction`, { seconds: required(INT64) })),
});

const LIFECYCLE = struct(`${CORE}.Lifecycle`, {
  postStart: pointer(LIFECYCLE_HANDLER),
  preStop: pointer(LIFECYCLE_HANDLER),
  stopSignal: pointer(STRING),
});

/** `core/v1` ResourceRequirements. */
export const RESOURCE_REQUIREMENTS: StructType = struct(`${CORE}.ResourceRequirements`, {
  limits: optional(map(QUANTITY)),
  requests: optional(map(QUANTITY)),
  claims: optional(
    list(struct(`${CORE}.ResourceClaim`, { name: required(STRING), request: optional(STRING) }), {
      applyKeys: ['name'],
    }),
  ),
});

/** `core/v1` ObjectFieldSelector. */
export const OBJECT_FIELD_SELECTOR: StructType = {
  ...struct(`${CORE}.ObjectFieldSelector`, {
    apiVersion: optional(STRING),
    fieldPath: required(STRING),
  }),
  isAtomic: true,
};

/** `core/v1` ResourceFieldSelector. */
export const RESOURCE_FIELD_SELECTOR: StructType = {
  ...struct(`${CORE}.ResourceFieldSelector`, {
    containerName: optional(STRING),
    resource: required(STRING),
    divisor: required(QUANTITY),
  }),
  isAtomic: true,
};

function keySelector(name: string): StructType {
  return {
    ...struct(`${CORE}.${name}`, {
      name: optional(STRING),
      key: required(STRING),
      optional: pointer(BOOLEAN),
    }),
    isAtomic: true,
  };
}

const ENV_VAR = struct(`${CORE}.EnvVar`, {
  name: required(STRING),
  value: optional(STRING),
  valueFrom: pointer(
    struct(`${CORE}.EnvVarSource`, {
      fieldRef: pointer(OBJECT_FIELD_SELECTOR),
      resourceFieldRef: pointer(RESOURCE_FIELD_SELECTOR),
      configMapKeyRef: pointer(keySelector('ConfigMapKeySelector')),
      secretKeyRef: pointer(keySelector('SecretKeySelector')),
    }),
  ),
});

function envSource(name: string): StructType {
  return struct(`${CORE}.${name}`, { name: optional(STRING), optional: pointer(BOOLEAN) });
}

const ENV_FROM = struct(`${CORE}.EnvFromSource`, {
  prefix: optional(STRING),
  configMapRef: pointer(envSource('ConfigMapEnvSource')),
  secretRef: pointer(envSource('SecretEnvSource')),
});

const CONTAINER_PORT = struct(`${CORE}.ContainerPort`, {
  name: optional(STRING),
  hostPort: optional(INT32),
  containerPort: required(INT32),
  protocol: optional(STRING),
  hostIP: optional(STRING),
});

const VOLUME_MOUNT = struct(`${CORE}.VolumeMount`, {
  name: required(STRING),
  readOnly: optional(BOOLEAN),
  recursiveReadOnly: pointer(STRING),
  mountPath: required(STRING),
  subPath: optional(STRING),
  mountPropagation: pointer(STRING),
  subPathExpr: optional(STRING),
});

const SE_LINUX_OPTIONS = struct(`${CORE}.SELinuxOptions`, {
  user: optional(STRING),
  role: optional(STRING),
  type: optional(STRING),
  level: optional(STRING),
});

const WINDOWS_OPTIONS = struct(`${CORE}.WindowsSecurityContextOptions`, {
  gmsaCredentialSpecName: pointer(STRING),
  gmsaCredentialSpec: pointer(STRING),
  runAsUserName: pointer(STRING),
  hostProcess: pointer(BOOLEAN),
});

function profile(name: string): StructType {
  return struct(`${CORE}.${name}`, { type: required(STRING), localhostProfile: pointer(STRING) });
}

/** What the security contexts of pods and of containers share. */
const COMMON_SECURITY: Readonly<Record<string, Field>> = {
  seLinuxOptions: pointer(SE_LINUX_OPTIONS),
  windowsOptions: pointer(WINDOWS_OPTIONS),
  runAsUser: pointer(INT64),
  runAsGroup: pointer(INT64),
  runAsNonRoot: pointer(BOOLEAN),
  seccompProfile: pointer(profile('SeccompProfile')),
  appArmorProfile: pointer(profile('AppArmorProfile')),
};

/** `core/v1` SecurityContext of a container. */
export const SECURITY_CONTEXT: StructType = struct(`${CORE}.SecurityContext`, {
  capabilities: pointer(
    struct(`${CORE}.Capabilities`, { add: optional(list(STRING)), drop: optional(list(STRING)) }),
  ),
  privileged: pointer(BOOLEAN),
  ...COMMON_SECURITY,
  readOnlyRootFilesystem: pointer(BOOLEAN),
  allowPrivilegeEscalation: pointer(BOOLEAN),
  procMount: pointer(STRING),
});

/** `core/v1` PodSecurityContext. */
export const POD_SECURITY_CONTEXT: StructType = struct(`${CORE}.PodSecurityContext`, {
  ...COMMON_SECURITY,
  supplementalGroups: optional(list(INT64)),
  supplementalGroupsPolicy: pointer(STRING),
  fsGroup: pointer(INT64),
  sysctls: optional(
    list(struct(`${CORE}.Sysctl`, { name: required(STRING), value: required(STRING) })),
  ),
  fsGroupChangePolicy: pointer(STRING),
  seLinuxChangePolicy: pointer(STRING),
});

/** `core/v1` Container. */
export const CONTAINER: StructType = struct(`${CORE}.Container`, {
  name: required(STRING),
  image: optional(STRING),
  command: optional(list(STRING)),
  args: optional(list(STRING)),
  workingDir: optional(STRING),
  ports: optional(
    list(CONTAINER_PORT, {
      mergeKey: 'containerPort',
      applyKeys: ['containerPort', 'protocol'],
      keyDefaults: { protocol: 'TCP' },
    }),
  ),
  envFrom: optional(list(ENV_FROM)),
  env: optional(list(ENV_VAR, { mergeKey: 'name', applyKeys: ['name'] })),
  resources: optional(RESOURCE_REQUIREMENTS),
  resizePolicy: optional(
    list(
      struct(`${CORE}.ContainerResizePolicy`, {
        resourceName: required(STRING),
        restartPolicy: required(STRING),
      }),
    ),
  ),
  restartPolicy: pointer(STRING),
  volumeMounts: optional(list(VOLUME_MOUNT, { mergeKey: 'mountPath', applyKeys: ['mountPath'] })),
  volumeDevices: optional(
    list(struct(`${CORE}.VolumeDevice`, { name: required(STRING), devicePath: required(STRING) }), {
      mergeKey: 'devicePath',
      applyKeys: ['devicePath'],
    }),
  ),
  livenessProbe: pointer(PROBE),
  readinessProbe: pointer(PROBE),
  startupProbe: pointer(PROBE),
  lifecycle: pointer(LIFECYCLE),
  terminationMessagePath: optional(STRING),
  terminationMessagePolicy: optional(STRING),
  imagePullPolicy: optional(STRING),
  securityContext: pointer(SECURITY_CONTEXT),
  stdin: optional(BOOLEAN),
  stdinOnce: optional(BOOLEAN),
  tty: optional(BOOLEAN),
});
