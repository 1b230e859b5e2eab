/**
 * Values as upstream's own types print them. Messages about a field that may not change show the whole
 * value, not in the API's form but in that of the server's Go structs: every field, by its Go name, with
 * its zero value when it is not set.
 */
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { goTypeName } from '../schema/types.js';
import type { Field, StructType, Type } from '../schema/types.js';

/** Types whose Go structs have the fields of the API's form in another order, or others than those. */
const ORDERS: Readonly<Record<string, string>> = {
  PodSpec:
    'Volumes InitContainers Containers EphemeralContainers RestartPolicy TerminationGracePeriodSeconds ActiveDeadlineSeconds DNSPolicy NodeSelector ServiceAccountName AutomountServiceAccountToken NodeName SecurityContext ImagePullSecrets Hostname Subdomain SetHostnameAsFQDN Affinity SchedulerName Tolerations HostAliases PriorityClassName Priority PreemptionPolicy DNSConfig ReadinessGates RuntimeClassName Overhead EnableServiceLinks TopologySpreadConstraints OS SchedulingGates ResourceClaims Resources HostnameOverride SchedulingGroup',
  Container:
    'Name Image Command Args WorkingDir Ports EnvFrom Env Resources ResizePolicy RestartPolicy RestartPolicyRules VolumeMounts VolumeDevices LivenessProbe ReadinessProbe StartupProbe Lifecycle TerminationMessagePath TerminationMessagePolicy ImagePullPolicy SecurityContext Stdin StdinOnce TTY',
  PodSecurityContext:
    'HostNetwork HostPID HostIPC ShareProcessNamespace HostUsers SELinuxOptions WindowsOptions RunAsUser RunAsGroup RunAsNonRoot SupplementalGroups SupplementalGroupsPolicy FSGroup FSGroupChangePolicy Sysctls SeccompProfile AppArmorProfile SELinuxChangePolicy',
  SecurityContext:
    'Capabilities Privileged SELinuxOptions WindowsOptions RunAsUser RunAsGroup RunAsNonRoot ReadOnlyRootFilesystem AllowPrivilegeEscalation ProcMount SeccompProfile AppArmorProfile',
};

/** Go names that are more than a capital letter. */
const NAMES: Readonly<Record<string, string>> = {
  dnsPolicy: 'DNSPolicy',
  dnsConfig: 'DNSConfig',
  tty: 'TTY',
  os: 'OS',
  ip: 'IP',
  hostIP: 'HostIP',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  tcpSocket: 'TCPSocket',
  grpc: 'GRPC',
  uid: 'UID',
  fsGroup: 'FSGroup',
  fsGroupChangePolicy: 'FSGroupChangePolicy',
  seLinuxOptions: 'SELinuxOptions',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
};

/** Fields of the pod spec that upstream keeps in the pod's security context. */
const IN_SECURITY_CONTEXT = [
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'shareProcessNamespace',
  'hostUsers',
];

/** Those of them that are false, not absent, when they are not set. */
const PLAIN_FLAGS: ReadonlySet<string> = new Set(['hostNetwork', 'hostPID', 'hostIPC']);

/** Types that upstream prints in the API's own form. */
const AS_IN_API: ReadonlySet<string> = new Set(['LabelSelector', 'ObjectMeta', 'OwnerReference']);

/** The value as its Go struct prints it as JSON. `value` is in the API's form and has its defaults. */
export function goInternal(type: StructType, value: unknown): JsonObject {
  const given = isJsonObject(value) ? value : {};
  const source = goTypeName(type) === 'PodSpec' ? withMovedFields(given) : given;
  if (AS_IN_API.has(goTypeName(type))) return given;
  const fields = new Map(
    Object.entries(type.fields).map(([name, field]) => [goName(name), { name, field }]),
  );
  const order = ORDERS[goTypeName(type)]?.split(' ') ?? [...fields.keys()];
  const result: JsonObject = {};
  for (const go of order) {
    const known = fields.get(go);
    const name = known?.name ?? go.charAt(0).toLowerCase() + go.slice(1);
    const printed = printedField(known?.field, source[name]);
    result[go] = printed === null && PLAIN_FLAGS.has(name) ? false : printed;
  }
  // metadata is embedded: its fields stand beside those of the struct
  const { Metadata, ...rest } = result;
  return isJsonObject(Metadata) ? { ...Metadata, ...rest } : result;
}

function withMovedFields(spec: JsonObject): JsonObject {
  const context = spec['securityContext'];
  const moved = Object.fromEntries(
    IN_SECURITY_CONTEXT.filter((name) => name in spec).map((name) => [name, spec[name]]),
  );
  if (context === undefined && Object.keys(moved).length === 0) return spec;
  const securityContext = { ...(isJsonObject(context) ? context : {}), ...moved };
  return { ...spec, securityContext };
}

function goName(name: string): string {
  return NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}

function printedField(field: Field | undefined, value: unknown): unknown {
  if (field === undefined) return value ?? null;
  if (value === undefined || value === null) {
    return field.presence === 'pointer' ? null : zeroOf(field.type);
  }
  return printedValue(field.type, value);
}

function printedValue(type: Type, value: unknown): unknown {
  if (type.kind === 'struct') return goInternal(type, value);
  if (type.kind === 'list' && Array.isArray(value)) {
    return value.length === 0 ? null : value.map((item) => printedValue(type.items, item));
  }
  if (type.kind === 'map' && isJsonObject(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, item]) => [key, printedValue(type.values, item)]));
  }
  return value;
}

function zeroOf(type: Type): unknown {
  switch (type.kind) {
    case 'struct':
      return goInternal(type, {});
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    case 'time':
    case 'microTime':
    case 'bytes':
    case 'raw':
    case 'list':
    case 'map':
      return null;
    default:
      return type satisfies never;
  }
}
